"""Statistics of coincidence: by hand, by loops, against other software, and drawn."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd
import pytest

import timing
from timing.errors import (
    ArgumentError,
    InterruptedWarning,
    PrecisionWarning,
    SchemaError,
)
from timing.nulls import (
    CircularShift,
    GapShuffle,
    IntervalJitter,
    LocalShift,
    NullModel,
    SelfExciting,
    Uniform,
)
from timing.results import ExactNull, PermutationResult, SampledNull

# The toy calendar fills most of the days; the warning that says so has its own test.
pytestmark = pytest.mark.filterwarnings("ignore::timing.errors.LowInformationWarning")

PERIOD = timing.StudyPeriod("2020-01-01", "2020-01-20", [("2020-01-11", "2020-01-12")])
TESTS = ["2020-01-02", "2020-01-03", "2020-01-06", "2020-01-15"]
CALENDAR = pd.DataFrame(
    {
        "start": ["2020-01-04", "2020-01-09", "2020-01-17", "2020-02-20"],
        "end": ["2020-01-05", "2020-01-09", "2020-01-18", "2020-02-20"],
    }
)
WINDOW = timing.Window(before=2, after=1)
GOLDEN = Path(__file__).parents[2] / "shared" / "golden"


def run(**changes: Any) -> PermutationResult:
    arguments: dict[str, Any] = {
        "period": PERIOD, "window": WINDOW, "null": CircularShift(None), "rng": 1,
    }  # fmt: skip
    return timing.permutation_test(TESTS, CALENDAR, **{**arguments, **changes})


# Windows: 2-6, 7-10 and 15-19 January; the fourth holds no at-risk day.
BY_HAND = {
    "count": 4.0,  # all four launches lie in a window
    "trigger_rate": 1.0,
    "precursor_rate": 2 / 3,  # 2-6: yes; 7-10: no; 15-19: yes
    # 2nd: 2 days before the 4th; 3rd: 1; 6th: 1 after the 5th; 15th: 2 before the 17th.
    "mean_distance": (2 + 1 + 1 + 2) / 4,
    # Lags of the first days: -2 on the 2nd and the 15th.
    "max_profile": 2.0,
}


@pytest.mark.parametrize("statistic", BY_HAND)
def test_statistics_by_hand(statistic: Any):
    assert run(statistic=statistic).statistic == pytest.approx(BY_HAND[statistic])


def loops(statistic: str, y: Any) -> float:
    """Evaluate a statistic day by day; `y` maps at-risk days of January to launches."""
    spans = [(4, 5), (9, 9), (17, 18), (51, 51)]
    launches = [d for d, n in y.items() for _ in range(n)]

    def inside(d: int) -> bool:
        return any(a - 2 <= d <= b + 1 for a, b in spans)

    if statistic in ("count", "trigger_rate"):
        hits = sum(inside(d) for d in launches)
        return hits if statistic == "count" else hits / len(launches)
    if statistic == "precursor_rate":
        touched = [s for s in spans if any(s[0] - 2 <= d <= s[1] + 1 for d in y)]
        hit = [any(a - 2 <= d <= b + 1 for d in launches) for a, b in touched]
        return sum(hit) / len(hit)
    if statistic == "mean_distance":
        far = [min(max(a - d, d - b, 0) for a, b in spans) for d in launches]
        return sum(far) / len(far)
    return max(sum(y.get(a + lag, 0) for a, _ in spans) for lag in (-2, -1, 0, 1))


AT_RISK = [d for d in range(1, 21) if d not in (11, 12)]
Y = np.array([1 if d in (2, 3, 6, 15) else 0 for d in AT_RISK])


@pytest.mark.parametrize("statistic", BY_HAND)
@pytest.mark.parametrize("null", [CircularShift(None), LocalShift(4)], ids=str)
@pytest.mark.parametrize("alternative", ["greater", "less", "two-sided"])
def test_shifts_of_every_statistic_equal_loops(
    statistic: Any, null: NullModel, alternative: Any
):
    result = run(statistic=statistic, null=null, alternative=alternative)
    shifts = range(-4, 5) if isinstance(null, LocalShift) else range(len(AT_RISK))
    values = np.array(
        [
            loops(statistic, dict(zip(AT_RISK, np.roll(Y, k).tolist(), strict=True)))
            for k in shifts
        ]
    )
    observed = loops(statistic, dict(zip(AT_RISK, Y.tolist(), strict=True)))
    greater = np.mean(values >= observed - 1e-12)
    less = np.mean(values <= observed + 1e-12)
    p = {"greater": greater, "less": less, "two-sided": min(1, 2 * min(greater, less))}
    assert result.pvalue == pytest.approx(p[alternative])
    assert result.pvalue_error == 0.0
    assert result.expected == pytest.approx(values.mean())
    shown = result.null_distribution
    assert isinstance(shown, ExactNull)
    mean = float(np.sum(shown.support * shown.probability))
    assert mean == pytest.approx(values.mean())


@pytest.mark.parametrize("statistic", ["count", "trigger_rate", "mean_distance"])
@pytest.mark.parametrize("null", [CircularShift(6), IntervalJitter(6)], ids=str)
def test_draws_agree_with_the_exact_distribution(statistic: Any, null: NullModel):
    exact = run(statistic=statistic, null=null)

    class Drawn(NullModel):
        def in_words(self) -> str:
            return "drawn"

        def draw(self, *args: Any, **kwargs: Any) -> Any:
            return null.draw(*args, **kwargs)

    drawn = run(statistic=statistic, null=Drawn(), n_resamples=8000)
    assert isinstance(drawn.null_distribution, SampledNull)
    assert drawn.null_distribution.samples.size == 8000
    assert drawn.pvalue_error > 0
    assert abs(drawn.pvalue - exact.pvalue) < 4 * drawn.pvalue_error + 1e-3
    assert drawn.expected == pytest.approx(exact.expected, rel=0.05)
    assert drawn.expected_count == pytest.approx(exact.expected_count, rel=0.05)


def test_a_drawn_p_is_k_plus_one_over_n_plus_one():
    result = run(statistic="precursor_rate", null=Uniform(), n_resamples=999)
    assert isinstance(result.null_distribution, SampledNull)
    values = result.null_distribution.samples
    above = (np.sum(values >= result.statistic - 1e-12) + 1) / 1000
    below = (np.sum(values <= result.statistic + 1e-12) + 1) / 1000
    assert result.pvalue == pytest.approx(min(1, 2 * min(above, below)))
    q = result.pvalue / 2
    assert result.pvalue_error == pytest.approx(2 * np.sqrt(q * (1 - q) / 1000))
    assert "(Monte Carlo standard error 0.0" in result.summary()
    assert result.specification.options["pvalue_type"] == "999 draws"


def test_the_numbers_do_not_depend_on_the_number_of_processes(monkeypatch: Any):
    monkeypatch.setattr("timing.sampling._MOST_PER_CHUNK", 50)
    options: dict[str, Any] = {"statistic": "max_profile", "null": Uniform("month")}
    serial = run(**options, n_resamples=199)
    parallel = run(**options, n_resamples=199, n_jobs=2)
    with joblib.parallel_config(backend="threading", n_jobs=2):
        in_context = run(**options, n_resamples=199)
    assert serial.to_dict() == parallel.to_dict() == in_context.to_dict()
    more = run(**options, n_resamples=299)
    np.testing.assert_array_equal(
        more.null_distribution.samples[:199], serial.null_distribution.samples
    )


def test_a_generator_gives_new_draws_each_time_and_a_seed_the_same():
    options: dict[str, Any] = {"null": GapShuffle(), "n_resamples": 200}
    rng = np.random.default_rng(3)
    first, second = run(rng=rng, **options), run(rng=rng, **options)
    assert first.null_distribution.samples.tolist() != (
        second.null_distribution.samples.tolist()
    )
    assert run(rng=3, **options).to_dict() == run(rng=3, **options).to_dict()


def test_draws_grow_until_the_precision_is_reached():
    result = run(null=GapShuffle(), n_resamples=100, precision=0.02)
    assert 0 < result.pvalue_error <= 0.02
    n = result.null_distribution.samples.size
    assert n > 100
    assert n % 100 == 0
    fixed = run(null=GapShuffle(), n_resamples=n)
    np.testing.assert_array_equal(
        fixed.null_distribution.samples, result.null_distribution.samples
    )


def test_a_precision_out_of_reach_warns():
    with pytest.warns(PrecisionWarning, match="`precision` is 1e-06; 200 draws reach"):
        run(null=GapShuffle(), n_resamples=2, precision=1e-6)


class Interrupted(NullModel):
    """Draws that the user interrupts."""

    def __init__(self, after: int) -> None:
        self.left = after

    def in_words(self) -> str:
        """Name it."""
        return "interrupted"

    def draw(self, launches: Any, day: Any, *, size: int, rng: Any) -> Any:
        """Draw so many chunks."""
        self.left -= 1
        if self.left < 0:
            raise KeyboardInterrupt
        return Uniform().draw(launches, day, size=size, rng=rng)


def test_an_interrupted_run_keeps_its_draws(monkeypatch: Any):
    monkeypatch.setattr("timing.sampling._MOST_PER_CHUNK", 100)
    with pytest.warns(InterruptedWarning, match="the p-value rests on 300 draws"):
        result = run(null=Interrupted(3), n_resamples=1000)
    assert result.null_distribution.samples.size == 300
    with pytest.raises(KeyboardInterrupt):
        run(null=Interrupted(0), n_resamples=1000)


class Wrong(NullModel):
    """A null model of a user, with a mistake."""

    def __init__(self, drawn: Any) -> None:
        self.drawn = drawn

    def in_words(self) -> str:
        """Name it."""
        return "wrong"

    def draw(self, launches: Any, day: Any, *, size: int, rng: Any) -> Any:
        """Draw wrongly."""
        return self.drawn(size, day.size)


@pytest.mark.parametrize(
    ("drawn", "text"),
    [
        (
            lambda size, n: np.ones((n, size)),
            r"`null` drew an array of shape \(18, 250",
        ),
        (
            lambda size, n: np.zeros((size, n), dtype=int),
            "`statistic` is not finite for an arrangement that `null` drew",
        ),
    ],
)
def test_a_wrong_null_model_is_named(drawn: Any, text: str):
    with pytest.raises(ArgumentError, match=text):
        run(null=Wrong(drawn), statistic="trigger_rate", n_resamples=99)


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"statistic": "median"}, "`statistic` is 'median'; it must be one of 'count'"),
        (
            {"precision": 0.0},
            "`precision` is 0.0; it must lie strictly between 0",
        ),
        ({"gap": 0}, "`gap` is 0; it must be a whole number of at least 1"),
        (
            {"equivalence_margin": 1.0},
            "`equivalence_margin` is 1.0; it must be a finite number above 1",
        ),
    ],
)
def test_bad_arguments(changes: dict[str, Any], text: str):
    with pytest.raises(ArgumentError, match=text):
        run(**changes)


def test_many_days_need_an_exact_distribution():
    tests = pd.DataFrame(
        {
            "date": ["2020-01-02", "2020-01-05"],
            "earliest": ["2020-01-02", "2020-01-04"],
            "latest": ["2020-01-02", "2020-01-06"],
        }
    )
    message = "`uncertain` is 'bounds', which tries many days and needs an exact null"
    with pytest.raises(ArgumentError, match=message):
        timing.permutation_test(
            tests, CALENDAR, period=PERIOD, window=WINDOW, null="gap_shuffle",
            uncertain="bounds", n_resamples=99, rng=1,
        )  # fmt: skip


# Results of every statistic


@pytest.mark.parametrize("statistic", BY_HAND)
def test_results_survive_json_and_say_what_they_are(statistic: Any):
    for null in (CircularShift(None), Uniform()):
        result = run(statistic=statistic, null=null, n_resamples=99)
        stored = json.loads(json.dumps(result.to_dict()))
        assert PermutationResult.from_dict(stored).to_dict() == result.to_dict()
        words = statistic.replace("_", " ").capitalize()
        assert result.to_frame().loc[0, "statistic"] == result.statistic
        text = result.summary()
        assert (f"{words}: " in text) == (statistic != "count")
        assert "Events on exposed days: 4, expected" in text
        assert "Equivalence: the rate ratio lies between 0.50 and 2.00, p = " in text
        assert timing.plot_null_distribution(result).get_xlabel()


# Units


UNIT_TESTS = pd.DataFrame(
    {
        "date": ["2020-01-02", "2020-01-02", "2020-01-04", "2020-01-15"],
        "n_missiles": [2, 1, None, 5],
    }
)


@pytest.mark.parametrize(
    ("unit", "gap", "n", "count"),
    [
        ("day", 7, 3, 2),  # exposed: 3 to 5 and 14 to 16 January; the 4th and the 15th
        ("event", 7, 4, 2),
        ("missile", 7, 9, 6),  # the blank counts as one
        ("episode", 2, 2, 1),  # 2nd to 4th, counted on the 2nd; the 15th
        ("episode", 1, 3, 2),
        ("episode", 30, 1, 0),
    ],
)
def test_units_by_hand(unit: Any, gap: int, n: int, count: int):
    result = timing.permutation_test(
        UNIT_TESTS,
        ["2020-01-04", "2020-01-15"],
        period=PERIOD,
        window=timing.Window(before=1, after=1),
        null=CircularShift(None),
        unit=unit,
        gap=gap,
    )
    assert (result.n_launches, result.count) == (n, count)


def test_an_episode_that_began_before_the_period_is_not_counted():
    period = timing.StudyPeriod("2020-01-03", "2020-01-20")
    result = timing.permutation_test(
        UNIT_TESTS, ["2020-01-15"], period=period, window=WINDOW,
        null=CircularShift(None), unit="episode", gap=2,
    )  # fmt: skip
    assert result.n_launches == 1


def test_missiles_need_their_column_and_report_blanks():
    options: dict[str, Any] = {
        "period": PERIOD, "window": WINDOW, "null": CircularShift(None),
        "unit": "missile",
    }  # fmt: skip
    with pytest.raises(SchemaError, match="'n_missiles': the column is missing, and u"):
        timing.permutation_test(TESTS, CALENDAR, **options)
    result = timing.permutation_test(UNIT_TESTS, CALENDAR, **options)
    note = "1 events counted as one missile"
    assert result.specification.options["missiles_not_known"] == note


# Other software


def nothing_missing() -> tuple[dict[str, Any], pd.DataFrame]:
    if not GOLDEN.exists():
        pytest.skip("no reference numbers of other software beside the project")
    stored = json.loads((GOLDEN / "golden.json").read_text(encoding="utf-8"))
    return stored, pd.read_csv(GOLDEN / "data" / "daily_2012_2024.csv")


COINCALC = [(0, False), (14, False), (30, False), (3, True), (30, True)]


# The real launches cluster; the numbers are to be those of the other software.
@pytest.mark.filterwarnings("ignore::timing.errors.ClusteringWarning")
@pytest.mark.reference
@pytest.mark.parametrize(("delta", "symmetric"), COINCALC)
def test_rates_agree_with_coincalc(delta: int, symmetric: bool):
    golden, days = nothing_missing()
    name = f"coincalc.ts.sym{str(symmetric).upper()}.tau0.delT{delta}"
    value = golden[name]["value"]
    # CC.eca.ts(A=launch, B=visit): its precursor rate is the share of A preceded by a
    # B, which is our trigger rate; our calendar is its series B.
    rates = [
        timing.permutation_test(
            days.loc[days["launch"].eq(1), "date"],
            days.loc[days["visit_start"].eq(1), "date"],
            period=timing.StudyPeriod("2012-01-01", "2024-12-31"),
            window=timing.Window(before=delta if symmetric else 0, after=delta),
            null=CircularShift(None),
            statistic=statistic,
        ).statistic
        for statistic in ("trigger_rate", "precursor_rate")
    ]
    assert rates[0] == pytest.approx(value["rate_prec"], abs=1e-12)
    assert rates[1] == pytest.approx(value["rate_trig"], abs=1e-12)


@pytest.mark.reference
@pytest.mark.parametrize("delta", [7, 14, 30])
def test_pyunicorn_trims_events_near_the_ends(delta: int):
    golden, days = nothing_missing()
    value = golden[f"pyunicorn.eca.lag0.tau{delta}"]["value"]
    launch = np.flatnonzero(days["launch"])
    visit = np.flatnonzero(days["visit_start"])
    # pyunicorn leaves the first launch and the last visit out of both the numerator
    # and the denominator; with all of them its numbers are those of CoinCalc and ours.
    gap = launch[:, None] - visit[None, :]
    hit = (gap >= 0) & (gap <= delta)
    assert value["prec_AB"] == pytest.approx(hit[1:].any(axis=1).mean(), abs=1e-6)
    assert value["trig_AB"] == pytest.approx(hit[:, :-1].any(axis=0).mean(), abs=1e-6)


# Parametric


def test_self_exciting_counts_are_scaled_to_the_observed_number():
    rng = np.random.default_rng(8)
    y = (rng.random(800) < 0.1).astype(int)
    tests = np.datetime64("2018-01-01") + np.flatnonzero(y)
    result = timing.permutation_test(
        pd.DatetimeIndex(tests),
        pd.date_range("2018-01-10", "2020-01-01", freq="40D"),
        period=timing.StudyPeriod("2018-01-01", "2020-03-10"),
        window=timing.Window(before=3, after=3),
        null=SelfExciting(None),
        n_resamples=400,
        rng=1,
    )
    share = result.exposed_days / result.at_risk_days
    assert result.expected_count == pytest.approx(result.n_launches * share, rel=0.1)
    assert result.null_distribution.samples.std() > 0
