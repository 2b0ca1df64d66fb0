"""Processes of launches and of calendars, and records that are simulated from them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import signal

from timing import StudyPeriod, Window, permutation_test, simulate
from timing.errors import ArgumentError, EmptySelectionError
from timing.processes import (
    Campaigns,
    Constant,
    DrawnCalendar,
    Given,
    Latent,
    Moratorium,
    MovingSeason,
    Poisson,
    Process,
    Product,
    Rate,
    Renewal,
    Season,
    SelfExciting,
    Step,
    Trend,
    fitted,
)
from timing.processes.launches import NAMED, as_process
from timing.scenario import Scenario, scenario_of

PERIOD = StudyPeriod("2015-01-01", "2018-12-31")
DAYS = PERIOD.all_days
WINDOW = Window(before=2, after=2)
FLAT = np.full(1200, 0.1)
RISING = 0.05 * 4 ** np.linspace(0, 1, 1200)


def scenario(process, *, n_launches=100.0, calendar=None, period=PERIOD) -> Scenario:
    # The middle of each 20 days: a trend is the same in the windows and around them.
    middle = period.all_days[10::20].astype("datetime64[D]")
    return scenario_of(
        process, middle if calendar is None else calendar,
        period=period, window=WINDOW, n_launches=n_launches,
    )  # fmt: skip


# Mean rates: by month, so that the first one counts as much as the last.


def mean_of(process: Process, expected: np.ndarray) -> np.ndarray:
    """Mean of each day; excitation smears that of the base rate."""
    if not isinstance(process, SelfExciting):
        return expected
    kept = 1 - 1 / process.decay_days
    # m = (1 - b) e + b g * m, with g the geometric delays: one linear filter.
    before = 20_000
    padded = np.pad(expected, (before, 0), mode="edge")
    push = [1.0, -kept]
    pull = [1.0, -kept - process.branching * (1 - kept)]
    mean = signal.lfilter(push, pull, (1 - process.branching) * padded)
    return mean[before:]


@pytest.mark.parametrize("expected", [FLAT, RISING], ids=["flat", "rising"])
@pytest.mark.parametrize(
    "process",
    [Poisson(), SelfExciting(0.7, 20.0), SelfExciting(0.0), Renewal(3.0), Renewal(0.4),
     Campaigns(moratorium_days=200.0)],
    ids=repr,
)  # fmt: skip
def test_each_month_has_the_mean_rate_asked_for(process, expected):
    rng = np.random.default_rng(1)
    drawn = np.stack([process.draw(expected, rng) for _ in range(500)])
    assert drawn.shape == (500, 1200)
    assert drawn.dtype == np.int64
    month = drawn.reshape(500, 40, 30).sum(axis=2)
    wanted = mean_of(process, expected).reshape(40, 30).sum(axis=1)
    error = month.std(axis=0) / np.sqrt(500)
    assert (np.abs(month.mean(axis=0) - wanted) < 4 * error).all()
    total = month.sum(axis=1)
    error = total.std() / np.sqrt(500)
    assert total.mean() == pytest.approx(wanted.sum(), abs=3.5 * error)


# Clustering


@pytest.mark.parametrize(
    ("process", "dispersion"),
    [
        (Poisson(), 1.0),
        (SelfExciting(0.0), 1.0),
        # 1 / (1 - branching)^2 (Hawkes 1971).
        (SelfExciting(0.5, 8.0), 4.0),
        # 1 / shape (Cox 1962, section 4.5).
        (Renewal(3.0), 1 / 3),
        (Renewal(0.4), 2.5),
        # A rate of m / w in a share w of the time and 0 else, forgotten within tau =
        # 1 / (1/30 + 1/60) days: 1 + 2 m tau (1 - w) / w.
        (Campaigns(30.0, 60.0, moratorium_chance=0.0), 1 + 2 * 0.1 * 20 * 2),
    ],
    ids=repr,
)
def test_variance_over_mean_of_long_spans(process, dispersion):
    rng = np.random.default_rng(2)
    expected = np.full(2000, 0.1)
    total = np.array([process.draw(expected, rng).sum() for _ in range(1000)])
    # A variance of 1000 draws has a relative error of sqrt(2 / 1000) = 0.045.
    assert total.var() / total.mean() == pytest.approx(dispersion, rel=0.16)


def quiet_spans(process: Campaigns, n: int) -> np.ndarray:
    """Lengths of the spans without launches, where a campaign has many each day."""
    counts = process.draw(np.full(n, 50.0), np.random.default_rng(3))
    edge = np.diff(np.r_[0, counts == 0, 0])
    return np.flatnonzero(edge < 0) - np.flatnonzero(edge > 0)


def test_campaigns_fill_their_share_of_the_days():
    process = Campaigns(40.0, 60.0, moratorium_chance=0.0)
    quiet = quiet_spans(process, 400_000)
    # A pause loses a day to the edges of the two campaigns beside it; 60 +- 1.
    assert quiet.mean() == pytest.approx(60.0, abs=4.0)
    assert quiet.size == pytest.approx(4000, rel=0.05)
    assert 1 - quiet.sum() / 400_000 == pytest.approx(0.4 + 0.01, abs=0.025)


@pytest.mark.parametrize(("chance", "share"), [(0.0, 0.0357), (0.05, 0.0642)])
def test_some_pauses_are_moratoria(chance, share):
    quiet = quiet_spans(Campaigns(moratorium_chance=chance), 600_000)
    # P(longer than 200 days): (1 - c) exp(-200 / 60) + c exp(-200 / 400).
    assert np.mean(quiet > 199) == pytest.approx(share, abs=0.012)


# Rates


def path(rate: Rate, day=DAYS) -> np.ndarray:
    return rate.path(day, np.random.default_rng(4))


def test_a_trend_ends_at_its_factor():
    values = path(Trend(10.0))
    assert values[[0, -1]].tolist() == [1, 10]
    np.testing.assert_allclose(values[1:] / values[:-1], 10 ** (1 / (DAYS.size - 1)))


def test_a_season_has_its_peak_and_its_factor():
    values = path(Season(5.0, peak=120.0))
    assert values.max() / values.min() == pytest.approx(5.0, rel=1e-3)
    for year in range(4):
        of_year = DAYS.astype("datetime64[D]").astype("datetime64[Y]").astype(int)
        inside = np.flatnonzero(of_year == 45 + year)
        # The 121st day, 30 April or 1 May.
        assert np.argmax(values[inside]) == pytest.approx(120, abs=1)


def test_a_moving_season_keeps_its_factor_and_loses_its_phase():
    day = np.arange(40 * 365)
    still, moving = path(MovingSeason(5.0, drift=0.0), day), path(MovingSeason(), day)
    for values in (still, moving):
        assert values.max() / values.min() == pytest.approx(5.0, rel=1e-3)

    def phase(values):
        turn = np.exp(2j * np.pi * day / 365.2425)
        return np.angle((np.log(values) * turn).reshape(40, 365).sum(axis=1))

    assert np.ptp(np.unwrap(phase(still))) < 0.1
    assert np.ptp(np.unwrap(phase(moving))) > 1


def test_a_step_jumps_once():
    values = path(Step(8.0, at=0.25))
    n_before = -(-DAYS.size // 4)
    assert (values[:n_before] == 1).all()
    assert (values[n_before:] == 8).all()


def test_a_moratorium_is_one_pause():
    values = path(Moratorium(100, at=0.5))
    begin = round(DAYS.size / 2)
    assert np.flatnonzero(values == 0).tolist() == list(range(begin, begin + 100))
    assert set(values) == {0, 1}


@pytest.mark.parametrize(("rough", "kept"), [(False, np.exp(-0.5)), (True, np.exp(-1))])
def test_a_latent_rate_has_its_scale(rough, kept):
    values = np.log(path(Latent(20.0, 0.8, rough=rough), np.arange(100_000)))
    assert values.std() == pytest.approx(0.8, abs=0.05)
    assert np.corrcoef(values[:-20], values[20:])[0, 1] == pytest.approx(kept, abs=0.05)


def test_a_product_multiplies():
    both = Trend(3.0) * Season(2.0)
    assert isinstance(both, Product)
    np.testing.assert_allclose(path(both), path(Trend(3.0)) * path(Season(2.0)))
    assert both.in_words() == (
        "a rate that changes by a factor of 3 over the span times a season (highest "
        "over lowest rate 2)"
    )


def test_a_product_with_a_number_is_a_type_error():
    with pytest.raises(TypeError, match="unsupported operand"):
        Trend() * 3


def test_a_given_rate_needs_one_number_for_each_day():
    rate = Given([1, 2, 4])
    assert path(rate, np.arange(3)).tolist() == [1, 2, 4]
    assert repr(rate) == "Given(words='a given rate')"
    with pytest.raises(ArgumentError, match=r"`values` has 3 days; the study period"):
        simulate(Poisson(rate), period=PERIOD, n_launches=5, rng=1)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Trend(0.0), "`factor` is 0.0; it must be a finite number above 0"),
        (lambda: Season(-1.0), "`factor` is -1.0"),
        (lambda: Season(peak=np.nan), "`peak` is nan"),
        (lambda: MovingSeason(0.0), "`factor` is 0.0"),
        (lambda: MovingSeason(drift=-1.0), "`drift` is -1.0"),
        (lambda: Step(np.inf), "`factor` is inf"),
        (lambda: Step(at=1.5), "`at` is 1.5; it must lie strictly between 0 and 1"),
        (lambda: Moratorium(0), "`days` is 0; it must be a whole number of at least 1"),
        (lambda: Moratorium(at=0.0), "`at` is 0.0"),
        (lambda: Latent(0.5), "`scale_days` is 0.5"),
        (lambda: Latent(deviation=-1.0), "`deviation` is -1.0"),
        (lambda: Given([1.0, -1.0]), "`values` must be one finite number of at least"),
        (lambda: Given([1.0, np.nan]), "`values` must be one finite number"),
        (lambda: Given([[1.0]]), "`values` must be one finite number"),
        (lambda: SelfExciting(-0.1), "`branching` is -0.1"),
        (lambda: SelfExciting(1.0), "`branching` must be below 1, not 1.0"),
        (lambda: SelfExciting(decay_days=0.5), "`decay_days` is 0.5"),
        (lambda: Renewal(0.0), "`shape` is 0.0"),
        (lambda: Campaigns(burst_days=0.0), "`burst_days` is 0.0"),
        (lambda: Campaigns(pause_days=-1.0), "`pause_days` is -1.0"),
        (lambda: Campaigns(moratorium_days=0.0), "`moratorium_days` is 0.0"),
        (lambda: Campaigns(moratorium_chance=2.0),
         r"`moratorium_chance` must lie in \[0, 1\], not 2.0"),
        (lambda: DrawnCalendar(0), "`n_events` is 0"),
        (lambda: DrawnCalendar(days=0), "`days` is 0"),
        (lambda: DrawnCalendar(process="seasonal"), "`process` is 'seasonal'; it must"),
        (lambda: as_process("poisson"), "`process` is 'poisson'; it must be one of"),
        (lambda: as_process(3), "must be a timing.processes.Process or .* got 'int'"),
        (lambda: as_process(Poisson("trend")), "`rate` is a str; it must be a Rate"),
    ],
)  # fmt: skip
def test_arguments_out_of_range_are_refused(make, message):
    with pytest.raises(ArgumentError, match=message):
        make()


# Calendars


def test_drawn_calendars_have_the_number_and_length_asked_for():
    drawn = scenario("homogeneous", calendar=DrawnCalendar(30, days=4))
    records = [drawn.draw(np.random.default_rng(i)) for i in range(300)]
    assert all((r.last - r.first == 3).all() for r in records)
    n = np.array([r.first.size for r in records])
    assert n.mean() == pytest.approx(30, abs=4 * np.sqrt(30 / 300))
    covered = np.zeros(DAYS.size, dtype=int)
    first = records[0].first - DAYS[0]
    for day in first.tolist():
        covered[max(day - 2, 0) : day + 3 + 2 + 1] = 1
    assert (records[0].exposed == covered).all()
    assert set(records[0].launches) == {0, 1}


def test_at_least_one_event_is_drawn():
    calendar = DrawnCalendar(1, process="campaigns")
    rng = np.random.default_rng(5)
    sizes = {calendar.first_days(DAYS, np.ones(DAYS.size), rng).size for _ in range(99)}
    assert min(sizes) == 1


def test_a_calendar_has_a_trend_of_its_own():
    calendar = DrawnCalendar(2000, process=Poisson(Trend(10.0)))
    first = calendar.first_days(DAYS, np.ones(DAYS.size), np.random.default_rng(6))
    # Share of the second half: (10 - sqrt(10)) / 9.
    late = np.mean(first >= DAYS[DAYS.size // 2])
    assert late == pytest.approx((10 - 10**0.5) / 9, abs=0.04)


@pytest.mark.parametrize(
    ("shared", "low", "high"), [(True, 0.5, 1), (False, -0.1, 0.1)]
)
def test_a_shared_rate_ties_the_calendar_to_the_launches(shared, low, high):
    process = Poisson(Latent(90.0, 1.5))
    drawn = scenario(
        process, n_launches=300, calendar=DrawnCalendar(300, process, shared=shared)
    )
    pairs = []
    for i in range(60):
        record = drawn.draw(np.random.default_rng(i))
        events = np.bincount(record.first - DAYS[0], minlength=DAYS.size)
        months = [
            v[:1440].reshape(48, 30).sum(axis=1) for v in (events, record.launches)
        ]
        pairs.append(np.corrcoef(*months)[0, 1])
    assert low < np.mean(pairs) < high


@pytest.mark.parametrize(
    ("calendar", "words"),
    [
        (DrawnCalendar(40, "season"),
         "40 events of 1 day: independent at a season (highest over lowest rate 5)"),
        (DrawnCalendar(9, "self-exciting", days=3),
         "9 events of 3 days: that excite later ones (branching ratio 0.7, mean delay "
         "30 days) over a constant rate"),
        (DrawnCalendar(shared=True),
         "60 events of 1 day: independent at the rate of the events"),
    ],
)  # fmt: skip
def test_calendars_in_words(calendar, words):
    assert calendar.in_words() == words


def test_scenarios_in_words():
    assert scenario("renewal, even gaps").in_words() == (
        "events with gamma gaps (shape 3) at a constant rate; the given 73 calendar "
        "events"
    )
    drawn = scenario(Campaigns(rate=Moratorium(90)), calendar=DrawnCalendar(5))
    assert drawn.in_words() == (
        "campaigns of 30 days with pauses of 60 days and moratoria of 400 days at a "
        "constant rate with a pause of 90 days; 5 events of 1 day: independent at a "
        "constant rate"
    )


# A process fitted to launches


def test_the_fitted_process_is_the_one_that_was_simulated():
    period = StudyPeriod("1950-01-01", "2019-12-31")
    launches = simulate(
        SelfExciting(0.5, 8.0, Step(2.0, at=0.5)), period=period, n_launches=1500, rng=7
    )
    # A column of strata of the user's own: before and after the jump.
    early = pd.Series(
        period.all_days < period.all_days[period.n_days // 2],
        index=period.all_days.astype("datetime64[D]"),
    )
    process = fitted(launches, period=period, strata=early)
    assert isinstance(process, SelfExciting)
    assert process.branching == pytest.approx(0.5, abs=0.08)
    assert process.decay_days == pytest.approx(8.0, rel=0.3)
    base = path(process.rate, period.all_days)
    assert base[-1] / base[0] == pytest.approx(2.0, rel=0.25)


def test_launches_that_excite_none_are_fitted_as_independent():
    every_20_days = DAYS[::20].astype("datetime64[D]")
    process = fitted(every_20_days, period=PERIOD, strata=None)
    assert isinstance(process, Poisson)
    # A day with a rate of r has a launch with chance 1 - exp(-r).
    share = every_20_days.size / DAYS.size
    np.testing.assert_allclose(path(process.rate), -np.log1p(-share), rtol=1e-3)


def test_the_fitted_rate_is_zero_on_excluded_days():
    period = StudyPeriod("2015-01-01", "2018-12-31", [("2016-02-01", "2016-08-31")])
    process = fitted(DAYS[::20].astype("datetime64[D]"), period=period)
    base = path(process.rate)
    assert ((base == 0) == ~period.at_risk).all()
    assert process.rate.in_words() == "the fitted base rate of each year"


def test_no_launch_to_fit_is_refused():
    with pytest.raises(EmptySelectionError, match="`tests` has no event on the at-ri"):
        fitted(["2030-01-01"], period=PERIOD)
    with pytest.raises(ArgumentError, match="`period` is a str; it must be a Study"):
        fitted(["2018-01-01"], period="2018")


# Simulated launches


@dataclass(frozen=True)
class Pairs(Process):
    """Launches in pairs, two days apart."""

    rate: Rate = Constant()  # noqa: RUF009 - frozen

    def in_words(self) -> str:
        """Return the process in words."""
        return "pairs of events"

    def draw(self, expected, rng):
        """Draw the first of each pair, and the second."""
        first = rng.poisson(expected / 2)
        return first + np.concatenate([[0, 0], first[:-2]])


@pytest.mark.parametrize("process", [*NAMED, Pairs()], ids=str)
def test_every_process_draws(process):
    launches = simulate(process, period=PERIOD, n_launches=60, n_replicates=3, rng=1)
    assert launches.columns.tolist() == ["replicate", "date"]
    assert launches["replicate"].unique().tolist() == [0, 1, 2]
    assert not launches.duplicated().any()
    assert launches["date"].between("2015-01-01", "2018-12-31").all()
    assert launches.groupby("replicate")["date"].is_monotonic_increasing.all()
    assert isinstance(as_process(process).in_words(), str)


def test_pairs_of_ones_own_are_two_days_apart():
    launches = simulate(Pairs(), period=PERIOD, n_launches=20, rng=1)
    gaps = launches["date"].diff().dt.days
    assert (gaps == 2).sum() > len(launches) / 3


@pytest.mark.parametrize("rate_ratio", [0.4, 1.0, 3.0])
@pytest.mark.parametrize(
    "process", ["homogeneous", "trend", "campaigns", "renewal, even gaps",
                SelfExciting(0.5, 10.0)], ids=str,
)  # fmt: skip
def test_the_planted_rate_ratio_is_exact(process, rate_ratio):
    drawn = scenario(process)
    n = 400
    rate = np.empty((n, 2))
    for i in range(n):
        record = drawn.draw(np.random.default_rng([8, i]), rate_ratio)
        for j in (0, 1):
            rate[i, j] = record.launches[record.exposed == j].mean()
    outside, inside = rate.mean(axis=0)
    error = (rate[:, 1] - rate_ratio * rate[:, 0]).std() / np.sqrt(n) / outside
    assert error < 0.02 * max(rate_ratio, 1) + 0.03
    assert inside / outside == pytest.approx(rate_ratio, abs=3.5 * error)


def test_the_ratio_of_launch_days_is_exact_where_launches_share_days():
    # Without the thinning of days it would be (1 - exp(-2)) / (1 - exp(-0.5)) = 2.2.
    drawn = scenario("homogeneous", n_launches=0.5 * DAYS.size)
    records = [drawn.draw(np.random.default_rng(i), 4.0) for i in range(100)]
    inside, outside = (
        np.mean([r.launches[r.exposed == j].mean() for r in records]) for j in (1, 0)
    )
    assert inside == pytest.approx(1 - np.exp(-2), abs=0.01)
    assert inside / outside == pytest.approx(4, abs=0.06)


def test_the_expected_number_is_that_of_at_risk_days():
    period = StudyPeriod("2015-01-01", "2018-12-31", [("2016-01-01", "2017-06-30")])
    rows = simulate("trend", period=period, n_launches=20, n_replicates=400, rng=9)
    # Days with at least one of the launches.
    daily = 10 ** np.linspace(0, 1, DAYS.size)[period.at_risk]
    wanted = -np.expm1(-20 * daily / daily.sum()).sum()
    assert len(rows) / 400 == pytest.approx(wanted, abs=4 * np.sqrt(20 / 400))
    assert not rows["date"].between("2016-01-01", "2017-06-30").any()


@given(
    st.integers(1, 6), st.integers(1, 6), st.integers(0, 5),
    st.sampled_from(sorted(NAMED)), st.sampled_from([0.5, 1.0, 2.0]),
)  # fmt: skip
@settings(deadline=None, max_examples=25)
def test_a_replicate_does_not_depend_on_how_many_are_drawn(
    few, more, seed, name, ratio
):
    def rows(n):
        return simulate(
            name, period=PERIOD, n_launches=30, calendar=["2016-05-01"], window=WINDOW,
            rate_ratio=ratio, n_replicates=n, rng=seed,
        )  # fmt: skip

    few, more = sorted((few, more))
    found = rows(more)
    prefix = found[found["replicate"] < few].reset_index(drop=True)
    pd.testing.assert_frame_equal(prefix, rows(few))


@given(st.integers(-20_000, 20_000), st.sampled_from(["homogeneous", "campaigns"]))
@settings(deadline=None, max_examples=10)
def test_other_years_are_the_same_days_later(shift, name):
    def days(by):
        begin, end = (DAYS[[0, -1]] + by).astype("datetime64[D]").astype(str).tolist()
        rows = simulate(name, period=StudyPeriod(begin, end), n_launches=30, rng=3)
        return rows["date"].to_numpy().astype("datetime64[D]").astype(int) - by

    assert days(shift).tolist() == days(0).tolist()


def test_replicates_without_launches_have_no_rows():
    rows = simulate(
        "homogeneous", period=PERIOD, n_launches=0.5, n_replicates=30, rng=1
    )
    assert 5 < rows["replicate"].nunique() < 25
    assert rows["date"].dtype.kind == "M"


def test_the_rows_of_a_replicate_go_straight_into_a_test():
    middle = DAYS[10::20].astype("datetime64[D]")
    rows = simulate(
        "homogeneous", period=PERIOD, n_launches=80, calendar=middle, window=WINDOW,
        rate_ratio=4.0, n_replicates=2, rng=2,
    )  # fmt: skip
    one = rows[rows["replicate"] == 1]
    result = permutation_test(one, middle, period=PERIOD, window=WINDOW)
    assert result.n_launches == len(one)
    assert result.pvalue < 0.001


def test_records_are_tables_too():
    record = scenario("homogeneous").draw(np.random.default_rng(1))
    assert len(record.tests) == record.launches.sum()
    assert (record.calendar["start"] == record.calendar["end"]).all()
    assert record.calendar["start"].iloc[0] == pd.Timestamp("2015-01-11")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"rate_ratio": 2.0}, "`rate_ratio` is not 1: it needs a `calendar`"),
        ({"rate_ratio": 2.0, "calendar": ["2016-05-01"]}, "needs a `calendar` and a"),
        ({"rate_ratio": 0.0}, "`rate_ratio` is 0.0; it must be a finite number above"),
        ({"n_launches": 0}, "`n_launches` is 0; it must be a finite number above 0"),
        ({"n_launches": 2000},
         "`n_launches` is 2000; a period of 1461 at-risk days has no more event days"),
        ({"rate_ratio": 1e9, "calendar": ["2016-05-01"], "window": Window(1, 1)},
         r"`n_launches` is 9 and `rate_ratio` 1e\+09: their product must be at most"),
        ({"n_replicates": 0}, "`n_replicates` is 0; it must be a whole number"),
        ({"process": "poisson"}, "`process` is 'poisson'"),
        ({"process": Poisson(Given(np.zeros(DAYS.size)))},
         "`process` has a rate of 0 on all at-risk days"),
    ],
)  # fmt: skip
def test_simulations_that_cannot_be_are_refused(options, message):
    asked = {"process": "homogeneous", "period": PERIOD, "n_launches": 9, **options}
    with pytest.raises(ArgumentError, match=message):
        simulate(asked.pop("process"), **asked)


@pytest.mark.parametrize("values", ["x", [1, "x"], [[1], [1, 2]], None, [1, np.nan]])
def test_a_given_rate_is_numbers(values):
    message = "`values` must be one finite number of at least 0 for each day"
    with pytest.raises(ArgumentError, match=message):
        Given(values)


def test_a_simulation_needs_a_period():
    with pytest.raises(ArgumentError, match="`period` is a str; it must be a StudyPer"):
        simulate(period="2018", n_launches=5)
