"""`self_controlled` against R's SCCS, gnm and glm, exact answers and its own laws."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import timing
from timing.errors import (
    ArgumentError,
    EmptySelectionError,
    EstimationError,
    NoContrastError,
    SchemaError,
    SeparationWarning,
)
from timing.kernels.recession import recession
from timing.regression.self_controlled import self_controlled
from timing.regression.windows import hold_days, read_windows
from timing.results.self_controlled import SelfControlledResult

FOLDER = Path(__file__).parent / "reference"
PANEL = pd.read_csv(FOLDER / "panel.csv", parse_dates=["date"])
R = pd.read_csv(FOLDER / "windows_reference.csv", index_col="name")["value"]
TESTS = PANEL["date"].repeat(PANEL["launches"])
CALENDAR = PANEL.loc[PANEL["exposed"].eq(1), "date"]
PERIOD = timing.StudyPeriod("2014-01-01", "2017-12-31")
WINDOWS = {"pre": (-3, -1), "during": (0, 0), "post": (1, 3)}

BORN = pd.Timestamp("2000-01-01")
AGES = [427, 488, 549, 610, 671]
ITP = {
    "sccs.itp.mod1": ({"mmr1": (0, 42)}, None),
    "sccs.itp.mod2": ({"mmr1": (0, 42)}, AGES),
    "sccs.itp.mod3": ({"mmr1": (0, 14), "mmr2": (15, 28), "mmr3": (29, 42)}, AGES),
}


def frozen(**options):
    return self_controlled(
        TESTS, CALENDAR, period=PERIOD, windows=WINDOWS, unit="event", **options
    )


@pytest.fixture(scope="module")
def itp(golden_data):
    """ITP and MMR (Whitaker et al. 2006): bleeds, vaccinations, observation periods.

    The file holds R's intervals; the day of vaccination is read back from them.
    """
    rows = pd.read_csv(golden_data / "itp_formatted.csv")

    def day(age):
        return BORN + pd.to_timedelta(age, unit="D")

    child = rows.drop_duplicates("indiv")
    period = pd.DataFrame(
        {
            "indiv": child["indiv"],
            "start": day(child["astart"]),
            "end": day(child["aend"]),
            "birth": BORN,
        }
    )
    bleed = rows.drop_duplicates("indivL")
    tests = pd.DataFrame({"indiv": bleed["indiv"], "date": day(bleed["aevent"])})
    age = {}
    for indiv, span in rows[rows["mmr"].gt(0)].groupby("indiv"):
        kind = span["mmr"].min()
        part = span[span["mmr"].eq(kind)]
        seen_whole = part["lower"].min() > span["astart"].iloc[0]
        age[indiv] = (
            part["lower"].min() - {1: 0, 2: 15, 3: 29}[kind]
            if seen_whole
            else part["upper"].max() - {1: 14, 2: 28, 3: 42}[kind]
        )
    vaccinated = day(pd.Series(age))
    calendar = pd.DataFrame(
        {"indiv": vaccinated.index, "start": vaccinated, "end": vaccinated}
    )
    return tests, calendar, period


@pytest.mark.reference
@pytest.mark.parametrize("entry", ITP)
def test_published_itp(itp, golden, entry):
    # standardsccs(event ~ mmr + age, ...) of R's SCCS; Whitaker et al. 2006 print
    # 3.23 (1.53-6.79) for mod2.
    tests, calendar, period = itp
    windows, season = ITP[entry]
    fit = self_controlled(
        tests,
        calendar,
        period=period,
        windows=windows,
        season=season,
        subject="indiv",
        unit="event",
    )
    expected = golden[entry]["value"]
    for name, cell in expected["coef"].items():
        ours = name if name.startswith("mmr") else f"season_band{name[3:]}"
        assert fit.params[ours] == pytest.approx(cell["coef"], abs=1e-9)
        assert fit.std_errors[ours] == pytest.approx(cell["se(coef)"], rel=1e-9)
    for name in windows:
        effect, limits = fit.effect(name), expected["conf.int"][name]
        assert effect.ci_low == pytest.approx(limits["lower .95"], rel=1e-9)
        assert effect.ci_high == pytest.approx(limits["upper .95"], rel=1e-9)
    if entry == "sccs.itp.mod3":  # glm(event ~ mmr + age + indiv, offset = log(days))
        for name, cell in golden["glm.itp.mod3"]["value"].items():
            ours = name if name.startswith("mmr") else f"season_band{name[3:]}"
            assert fit.params[ours] == pytest.approx(cell["Estimate"], abs=1e-9)
    if season is None:  # R's test is of all columns, here of the windows
        joint = fit.joint_test("windows")
        assert joint.statistic == pytest.approx(expected["logtest"]["test"], rel=1e-9)
        assert joint.pvalue == pytest.approx(expected["logtest"]["pvalue"], rel=1e-8)
    if entry == "sccs.itp.mod2":
        assert f"{fit.rate_ratio:.2f}" == "3.23"
        assert [f"{limit:.2f}" for limit in fit.interval] == ["1.53", "6.79"]


@pytest.mark.reference
def test_years_as_subjects_agree_with_gnm(golden, golden_data):
    # gnm(launch ~ pre7 + post7 + month, eliminate = year, family = poisson): a day can
    # be before one visit and after another.
    days = pd.read_csv(golden_data / "daily_2012_2024.csv", parse_dates=["date"])
    fit = self_controlled(
        days.loc[days["launch"].eq(1), "date"],
        days.loc[days["visit_start"].eq(1), "date"],
        period=timing.StudyPeriod("2012-01-01", "2024-12-31"),
        windows={"pre7": (-7, -1), "post7": (0, 7)},
        season="month",
        overlap="all",
    )
    for name, cell in golden["gnm.launch.yr.mo"]["value"].items():
        assert fit.params[name] == pytest.approx(cell["Estimate"], abs=1e-8)
        assert fit.std_errors[name] == pytest.approx(cell["Std. Error"], rel=1e-6)


@pytest.mark.reference
def test_frozen_panel_agrees_with_glm():
    fit = frozen(season="month")
    for name in WINDOWS:
        assert fit.params[name] == pytest.approx(R[f"sccs.{name}.coef"], abs=1e-9)
        assert fit.std_errors[name] == pytest.approx(R[f"sccs.{name}.se"], rel=1e-8)
    assert fit.params["season_Jun"] == pytest.approx(R["sccs.month06.coef"], abs=1e-8)
    for name in ("windows", "pre"):
        expected = R[f"sccs.{name}.lr"]
        assert fit.joint_test(name).statistic == pytest.approx(expected, abs=1e-8)


@pytest.mark.reference
def test_interaction_agrees_with_glm():
    halves = pd.Series(
        np.where(PANEL["date"].dt.year >= 2016, "late", "early"), index=PANEL["date"]
    )
    with pytest.warns(SeparationWarning, match=r"'(pre|post):"):
        fit = frozen(season="month", interaction=halves)
    test = fit.joint_test("interaction")
    assert test.statistic == pytest.approx(R["sccs.interaction.lr"], abs=1e-6)
    assert test.df == 3
    late = fit.effect("during", "late")
    expected = R["sccs.late.during.coef"]
    assert np.log(late.rate_ratio) == pytest.approx(expected, abs=1e-7)
    # The model without the interaction is the one of the headline.
    assert fit.params["during"] == pytest.approx(R["sccs.during.coef"], abs=1e-9)


def test_who_owns_a_day_by_hand():
    # Events on days 10-11 and 15: days 12-14 lie between them.
    spans = read_windows({"post": (1, 3), "pre": (-3, -1), "during": (0, 0)})
    held = hold_days(np.arange(20), np.array([10, 15]), np.array([11, 15]), spans)
    post, pre, during = range(3)
    expected = np.full(20, -1)
    expected[[7, 8, 9]] = pre
    expected[[10, 11, 15]] = during
    expected[[12, 13]] = post  # 13 is two days from both: the window listed first
    expected[14] = pre
    expected[[16, 17, 18]] = post
    assert held.owner.tolist() == expected.tolist()
    assert np.flatnonzero(held.contested).tolist() == [12, 13, 14]
    assert held.overlap().tolist() == [[0, 3, 0], [3, 0, 0], [0, 0, 0]]


def test_windows_by_hand():
    # One stratum, no season: ratios of crude rates, variance 1/a + 1/b.
    period = timing.StudyPeriod("2020-01-01", "2020-04-09")  # 100 days
    tests = [
        *pd.date_range("2020-01-20", periods=6),
        *pd.date_range("2020-03-01", periods=8),
    ]
    fit = self_controlled(
        tests, ["2020-01-20"], period=period, windows={"on": (0, 9)}, strata=None
    )
    assert fit.rate_ratio == pytest.approx((6 / 10) / (8 / 90))
    assert fit.std_error == pytest.approx(np.sqrt(1 / 6 + 1 / 8))
    effect = fit.effect("on")
    assert (effect.launches, effect.days, effect.method) == (6, 10, "wald")
    assert fit.n_obs == 100


def test_days_and_intervals_are_the_same_fit():
    # Months as strata: exactly the conditional model of the randomization test.
    window = timing.Window(3, 3)
    score = timing.randomization_test(
        TESTS, CALENDAR, period=PERIOD, window=window, unit="event"
    )
    fit = self_controlled(
        TESTS,
        CALENDAR,
        period=PERIOD,
        windows={"around": (-3, 3)},
        strata="month",
        unit="event",
    )
    assert fit.rate_ratio == pytest.approx(score.conditional_rate_ratio, rel=1e-7)


def simulated(seed, n=500, ratio=3.0, rate=0.15):
    rng = np.random.default_rng(seed)
    date = pd.date_range("2020-01-01", periods=n)
    visits = date[np.sort(rng.choice(n - 8, 12, replace=False))]
    spans = read_windows({"pre": (-4, -1), "post": (0, 4)})
    first = np.flatnonzero(date.isin(visits))
    owner = hold_days(np.arange(n), first, first, spans).owner
    counts = rng.poisson(rate * np.where(owner == 1, ratio, 1.0))
    return date.repeat(counts), visits, timing.StudyPeriod(date[0], date[-1])


SIMULATED = {"windows": {"pre": (-4, -1), "post": (0, 4)}, "unit": "event"}


@pytest.mark.filterwarnings("ignore::timing.errors.SeparationWarning")
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_row_order_and_labels_of_strata_change_nothing(seed):
    tests, visits, period = simulated(seed)
    fit = self_controlled(tests, visits, period=period, strata="quarter", **SIMULATED)
    rng = np.random.default_rng(seed)
    days = pd.DatetimeIndex(np.unique(pd.date_range(period.start, period.end)))
    names = pd.Series(days.year * 10 + days.quarter, index=days)
    labels = names.map(
        dict(zip(names.unique(), rng.permutation(names.nunique()), strict=True))
    )
    mixed = self_controlled(
        rng.permutation(tests), rng.permutation(visits), period=period, strata=labels,
        **SIMULATED,
    )  # fmt: skip
    for name in ("pre", "post"):
        assert mixed.effect(name).rate_ratio == pytest.approx(
            fit.effect(name).rate_ratio, rel=1e-9
        )
        assert mixed.effect(name).ci_high == pytest.approx(
            fit.effect(name).ci_high, rel=1e-9
        )


@pytest.mark.filterwarnings("ignore::timing.errors.SeparationWarning")
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), shift=st.integers(1, 3000))
def test_shifting_all_dates_changes_nothing(seed, shift):
    tests, visits, period = simulated(seed)
    by = pd.Timedelta(days=shift)
    later = timing.StudyPeriod(
        pd.Timestamp(period.start) + by, pd.Timestamp(period.end) + by
    )
    fit = self_controlled(tests, visits, period=period, strata=50, **SIMULATED)
    moved = self_controlled(
        tests + by, visits + by, period=later, strata=50, **SIMULATED
    )
    assert moved.params == pytest.approx(fit.params, rel=1e-9)


def test_strata_without_windows_or_without_launches_change_nothing():
    tests, visits, _ = simulated(3)
    short = timing.StudyPeriod("2020-01-01", "2021-05-14")
    long = timing.StudyPeriod("2019-01-01", "2023-12-31")
    more = [*tests, "2019-04-01", "2019-05-01", "2023-02-02"]
    fit = self_controlled(tests, visits, period=short, strata="month", **SIMULATED)
    longer = self_controlled(more, visits, period=long, strata="month", **SIMULATED)
    assert longer.params == pytest.approx(fit.params, rel=1e-9)
    assert longer.std_errors == pytest.approx(fit.std_errors, rel=1e-9)


def test_longer_days_change_nothing():
    # Each day becomes two: windows, events and periods twice as long, as subjects.
    rng = np.random.default_rng(5)
    start = pd.Timestamp("2020-01-01")
    at, on = rng.integers(0, 200, 60), rng.integers(20, 180, 20)
    who = rng.integers(0, 20, 60)

    def fit(scale):
        def day(number):
            return start + pd.to_timedelta(number, unit="D")

        subject = np.arange(20)
        return self_controlled(
            pd.DataFrame({"who": who, "date": day(at * scale)}),
            pd.DataFrame(
                {
                    "who": subject,
                    "start": day(on * scale),
                    "end": day(on * scale + scale - 1),
                }
            ),
            period=pd.DataFrame(
                {"who": subject, "start": start, "end": day(200 * scale - 1)}
            ),
            windows={"pre": (-10 * scale, -1), "post": (0, 20 * scale)},
            subject="who",
            unit="event",
        )

    one, two = fit(1), fit(2)
    assert two.params == pytest.approx(one.params, rel=1e-9)
    assert two.std_errors == pytest.approx(one.std_errors, rel=1e-9)


def test_an_empty_window_gets_an_exact_answer_and_leaves_the_others_alone():
    tests, visits, period = simulated(1)
    owner_free = self_controlled(tests, visits, period=period, strata=None, **SIMULATED)
    windows = {**SIMULATED["windows"], "never": (5, 6)}
    first = np.flatnonzero(pd.date_range(period.start, period.end).isin(visits))
    owner = hold_days(
        np.arange(period.n_days), first, first, read_windows(windows)
    ).owner
    position = (pd.DatetimeIndex(tests) - pd.Timestamp(period.start)).days
    tests = tests[owner[position] != 2]
    with pytest.warns(SeparationWarning, match=r"no finite estimate for 'never'"):
        fit = self_controlled(
            tests, visits, period=period, windows=windows, unit="event", strata=None
        )
    never = fit.effect("never")
    n_outside = int((owner[position[owner[position] != 2]] == -1).sum())
    days_in, days_out = int((owner == 2).sum()), int((owner == -1).sum())
    # Clopper-Pearson: no success in n_outside trials.
    share = 1 - 0.025 ** (1 / n_outside)
    assert never.method == "exact"
    assert (never.rate_ratio, never.ci_low) == (0.0, 0.0)
    assert never.ci_high == pytest.approx(share / (1 - share) * days_out / days_in)
    lower = stats.binom.cdf(0, n_outside, days_in / (days_in + days_out))
    assert never.pvalue == pytest.approx(min(1, 2 * lower))
    # The others: crude ratios with the days of the empty window left out.
    post = fit.effect("post")
    crude = (post.launches / post.days) / (n_outside / days_out)
    assert post.rate_ratio == pytest.approx(crude)
    assert "never" not in fit.params
    assert all(abs(value) < 15 for value in fit.params.values())
    assert fit.joint_test("windows").df == owner_free.joint_test("windows").df + 1


def test_no_launch_outside_the_windows_is_infinite_with_a_finite_lower_limit():
    period = timing.StudyPeriod("2020-01-01", "2020-12-31")
    tests = ["2020-06-01", "2020-06-02", "2020-06-03", "2020-05-31"]
    with pytest.warns(SeparationWarning, match="'pre', 'on'"):
        fit = self_controlled(
            tests, ["2020-06-01"], period=period,
            windows={"pre": (-2, -1), "on": (0, 4)}, primary="on",
        )  # fmt: skip
    assert fit.rate_ratio == np.inf
    assert 1 < fit.interval[0] < np.inf
    assert fit.params == {}
    assert "infinite" in fit.summary()


def test_a_window_in_strata_without_launches_is_undefined():
    period = timing.StudyPeriod("2020-01-01", "2021-12-31")
    tests = ["2020-02-01", "2020-06-02", "2020-06-04"]
    with pytest.warns(SeparationWarning, match="undefined"):
        fit = self_controlled(
            tests, ["2020-06-01", "2021-06-20"], period=period,
            windows={"on": (1, 4), "long": (-200, -190)},
        )  # fmt: skip
    long = fit.effect("long")
    assert fit.effect("on").method == "wald"
    assert long.method == "exact"
    only_late = {"late": (100, 104)}
    with pytest.warns(SeparationWarning, match="undefined"):
        fit = self_controlled(
            tests, ["2021-01-20"], period=period, windows=only_late, strata="year"
        )
    assert np.isnan(fit.rate_ratio)
    assert fit.interval == (0.0, np.inf)
    assert fit.pvalue == 1.0


def test_recession_finds_what_an_offset_between_strata_hides():
    # In each stratum the launches lie on one side of x only: +inf, though both values
    # of x hold launches.
    x = np.array([[0.0], [1.0], [1.0], [1.0]])
    found = recession(np.array([0, 2, 1, 1]), np.array([0, 0, 1, 1]), x)
    assert found.endless.tolist() == [1]
    assert found.gone.tolist() == [True, False, False, False]
    mixed = recession(np.array([1, 2, 1, 1]), np.array([0, 0, 1, 1]), x)
    assert mixed.endless.tolist() == [0]


def test_a_significant_window_before_the_events_is_named():
    period = timing.StudyPeriod("2020-01-01", "2020-12-31")
    visits = pd.DatetimeIndex(["2020-03-10", "2020-07-10", "2020-11-10"])
    before = [v - pd.Timedelta(days=k) for v in visits for k in (1, 2, 3)]
    tests = [*before, "2020-05-05", "2020-03-12", "2020-09-01"]
    windows = {"post": (0, 5), "pre": (-5, -1)}
    fit = self_controlled(tests, visits, period=period, windows=windows)
    assert fit.joint_test("pre").pvalue < 0.05
    assert any(
        "events may change later calendar events" in text for text in fit.warnings
    )
    without = self_controlled(tests, visits, period=period, windows={"post": (0, 5)})
    assert without.joint_test("pre") is None
    assert without.warnings == ()
    assert "not checked" in without.summary()
    assert "checked by the window before" in fit.summary()


@pytest.mark.parametrize(
    ("season", "bands"),
    [
        ("month", 12),
        ("quarter", 4),
        (3, 3),
        ([91, 182], 3),
        (["2015-01-01", "2016-06-01"], 3),
    ],
)
def test_season_bands(season, bands):
    fit = frozen(season=season, strata=None)
    names = [name for name in fit.params if name.startswith("season_")]
    assert len(names) == bands - 1


def test_a_band_without_launches_leaves_the_fit():
    tests = TESTS[TESTS.dt.month != 2]
    fit = self_controlled(
        tests, CALENDAR, period=PERIOD, windows=WINDOWS, season="month", unit="event"
    )
    reasons = {d.reason: d.rows for d in fit.dropped}
    february = int(PANEL["date"].dt.month.eq(2).sum())
    assert reasons["day in a level of 'season' without an event"] == february


def test_planted_ratios_are_recovered():
    # 60 data sets; the limits are some four Monte Carlo errors wide.
    found = []
    for seed in range(100, 160):
        tests, visits, period = simulated(seed, rate=0.4)
        found.append(self_controlled(tests, visits, period=period, **SIMULATED))
    post = np.array([fit.params["post"] for fit in found])
    error = post.std(ddof=1) / np.sqrt(post.size)
    assert abs(post.mean() - np.log(3.0)) < 4 * error
    held = [f.effect("post").ci_low <= 3.0 <= f.effect("post").ci_high for f in found]
    assert stats.binom.cdf(sum(held), len(held), 0.95) > 0.001
    spread = np.mean([fit.std_errors["post"] for fit in found])
    assert spread == pytest.approx(post.std(ddof=1), rel=0.35)


def test_result_survives_json():
    with pytest.warns(SeparationWarning, match="from 2014-07-01"):
        fit = frozen(season="quarter", interaction=lambda day: day.month > 6)
    stored = json.loads(json.dumps(fit.to_dict()))
    again = SelfControlledResult.from_dict(stored)
    assert again.to_dict() == fit.to_dict()
    assert again.summary() == fit.summary()
    assert again.to_frame().equals(fit.to_frame())


def test_to_frame_is_tidy():
    table = frozen().to_frame()
    assert table["window"].tolist() == list(WINDOWS)
    assert table["level"].eq("all").all()
    assert table.loc[1, "days"] == PANEL["exposed"].sum()


SUBJECTS = pd.DataFrame({"who": ["a"], "start": ["2020-01-01"], "end": ["2020-12-31"]})


@pytest.mark.parametrize(
    ("changes", "error", "match"),
    [
        ({"windows": {}}, ArgumentError, "`windows` must map names"),
        ({"windows": {"a": (1, 2, 3)}}, ArgumentError, "two whole numbers"),
        ({"windows": {"a": (1.5, 2)}}, ArgumentError, "two whole numbers"),
        ({"windows": {"a": (3, 2)}}, ArgumentError, "before its start on 3"),
        ({"windows": {"a": (0, 3), "b": (3, 4)}}, ArgumentError, "share a day"),
        ({"primary": "x"}, ArgumentError, "`primary` is 'x'"),
        ({"overlap": "x"}, ArgumentError, "`overlap` is 'x'"),
        ({"season": "week"}, ArgumentError, "`season` must be"),
        ({"season": [200, 100]}, ArgumentError, "`season` must be"),
        ({"season": 1}, ArgumentError, "`season` is 1"),
        ({"controls": ["year"]}, EstimationError, "'year' is constant"),
        ({"interaction": lambda d: d.year > 0}, ArgumentError, "one level"),
        ({"windows": {"a": (3000, 3001)}}, ArgumentError, "longer than"),
        ({"windows": {"a": (0, 0), "b": (1400, 1401)}}, NoContrastError, "no at-risk"),
        ({"period": "2020"}, ArgumentError, "without `subject`"),
        (
            {"controls": [pd.Series(1.0, PANEL["date"], name="pre")]},
            ArgumentError,
            "must not share a name",
        ),
        (
            {
                "controls": [pd.Series(1.0, PANEL["date"], name="season")],
                "season": "month",
            },
            ArgumentError,
            "column 'season'",
        ),
        ({"subject": "who"}, SchemaError, "`subject` names it"),
    ],
)
def test_bad_arguments(changes, error, match):
    arguments = {"period": PERIOD, "windows": WINDOWS, **changes}
    with pytest.raises(error, match=match):
        self_controlled(TESTS, CALENDAR[-5:], **arguments)


@pytest.mark.parametrize(
    ("changes", "error", "match"),
    [
        ({"strata": "month"}, ArgumentError, "cannot both be given"),
        ({"controls": ["lagged_launches"]}, ArgumentError, "lagged_launches"),
        ({"period": pd.concat([SUBJECTS, SUBJECTS])}, ArgumentError, "two rows"),
        ({"period": SUBJECTS.drop(columns="end")}, SchemaError, "'end'"),
        ({"period": SUBJECTS.assign(end="2019-01-01")}, SchemaError, "before `start`"),
        ({"period": SUBJECTS.assign(start="soon")}, SchemaError, "YYYY-MM-DD"),
        ({"period": SUBJECTS.assign(who="b")}, EmptySelectionError, "its subject"),
        ({"subject": np.array(7)}, ArgumentError, r"`subject` is array\(7\); it must"),
        (
            {"period": SUBJECTS.assign(who=[["a"]] * len(SUBJECTS))},
            SchemaError,
            "row 1, column 'who': .* must be a label that can be told from others",
        ),
    ],
)
def test_bad_subjects(changes, error, match):
    tests = pd.DataFrame({"who": ["a", "a"], "date": ["2020-02-01", "2020-06-06"]})
    calendar = pd.DataFrame({"who": ["a"], "start": ["2020-06-05"]})
    calendar["end"] = calendar["start"]
    arguments = {"period": SUBJECTS, "windows": {"on": (0, 3)}, "subject": "who"}
    with pytest.raises(error, match=match):
        self_controlled(tests, calendar, **{**arguments, **changes})


def test_subjects_with_one_period_and_a_control_of_their_days():
    # Two subjects whose rates differ tenfold; the control is one series for both.
    rng = np.random.default_rng(8)
    date = pd.date_range("2020-01-01", periods=300)
    wave = pd.Series(np.sin(np.arange(300) / 20), date, name="wave")
    parts, events = [], []
    for who, rate in (("a", 0.1), ("b", 1.0)):
        start = int(rng.integers(50, 250))
        on = (np.arange(300) >= start) & (np.arange(300) < start + 30)
        counts = rng.poisson(rate * np.exp(wave.to_numpy()) * np.where(on, 2.0, 1.0))
        parts.append(pd.DataFrame({"who": who, "date": date.repeat(counts)}))
        events.append({"who": who, "start": date[start], "end": date[start]})
    tests, calendar = pd.concat(parts), pd.DataFrame(events)
    calendar.loc[2] = ["nobody", date[10], date[10]]
    period = timing.StudyPeriod(date[0], date[-1])
    options = {"windows": {"on": (0, 29)}, "controls": [wave], "unit": "event"}
    fit = self_controlled(tests, calendar, period=period, subject="who", **options)
    assert fit.params["wave"] == pytest.approx(1.0, abs=4 * fit.std_errors["wave"])
    assert fit.params["on"] == pytest.approx(np.log(2), abs=4 * fit.std_errors["on"])
    assert (fit.n_strata, fit.n_calendar_events, fit.at_risk_days) == (2, 2, 600)
    assert [d.ids for d in fit.dropped if d.table == "calendar"] == [("3",)]
    # The same by hand: the second subject 10 years later, with a stratum for each.
    by = pd.Timedelta(days=3650)
    late = tests["who"].eq("b")
    moved = tests["date"].where(~late, tests["date"] + by)
    starts = [calendar.loc[0, "start"], calendar.loc[1, "start"] + by]
    long = timing.StudyPeriod(date[0], date[-1] + by)
    both = pd.concat([wave, wave.set_axis(wave.index + by)])
    both = both.reindex(pd.date_range(long.start, long.end), fill_value=0.0)
    options["controls"] = [both.rename("wave")]
    half = pd.Series(np.arange(both.size) // 3650, both.index)
    day = pd.Timedelta(days=1)
    between = (date[-1] + day, date[0] + by - day)
    one = self_controlled(
        moved,
        starts,
        period=timing.StudyPeriod(date[0], date[-1] + by, [between]),
        strata=half,
        **options,
    )
    assert one.params == pytest.approx(fit.params, rel=1e-9)
    assert one.std_errors == pytest.approx(fit.std_errors, rel=1e-9)


def test_excluded_spans_do_not_go_with_subjects():
    tests = pd.DataFrame({"who": ["a"], "date": ["2020-02-01"]})
    period = timing.StudyPeriod(
        "2020-01-01", "2020-12-31", [("2020-03-01", "2020-03-31")]
    )
    with pytest.raises(ArgumentError, match="excluded spans"):
        self_controlled(
            tests, tests.assign(start="2020-02-02", end="2020-02-02"), period=period,
            windows={"on": (0, 3)}, subject="who",
        )  # fmt: skip
