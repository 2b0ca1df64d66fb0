"""`randomization_test`, the primary test: definition, fields, laws, size."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import timing
from timing.errors import (
    ArgumentError,
    EstimationError,
    FallbackWarning,
    LowInformationWarning,
)
from timing.kernels.exact import shift_counts, tail_p, tally
from timing.kernels.score import score_shifts, shift_p, shift_sums
from timing.regression.score import adjusted_score, stratum_score
from timing.results import RandomizationResult
from timing.simulation import (
    drawn_exposure,
    moving_season,
    rough_latent_rate,
    self_exciting_counts,
    self_exciting_days,
    smooth_latent_rate,
)

PERIOD = timing.StudyPeriod("2020-01-01", "2020-03-31")
TESTS = ["2020-01-05", "2020-01-06", "2020-01-20", "2020-02-02", "2020-03-10"]
CALENDAR = pd.DataFrame(
    {"start": ["2020-01-07", "2020-02-02"], "end": ["2020-01-08", "2020-02-02"]}
)


def run(**changes):
    arguments = {"period": PERIOD, "window": timing.Window(before=2, after=1)}
    return timing.randomization_test(TESTS, CALENDAR, **{**arguments, **changes})


def test_score_by_hand():
    # January: 3 launches in 31 days, exposed 5-9 and 31 January: 6 days.
    # February: 1 launch in 29 days, exposed 1-3. March: 1 launch in 31 days, exposed 0.
    # S = 3 (5 and 6 January, 2 February).
    result = run()
    expected = 3 * 6 / 31 + 1 * 3 / 29
    variance = 3 * 6 / 31 * (1 - 6 / 31) + 3 / 29 * (1 - 3 / 29)
    assert result.count == 3
    assert result.expected_count == pytest.approx(expected)
    assert result.statistic == pytest.approx((3 - expected) / np.sqrt(variance))


def test_p_and_null_distribution_belong_together():
    result = run(alternative="greater")
    scores = result.null_distribution.samples
    assert scores.size == 91
    assert scores[0] == result.statistic
    assert result.pvalue == pytest.approx(np.mean(scores >= scores[0] - 1e-9))
    assert result.expected == pytest.approx(scores.mean())


def test_the_calendars_own_shift_changes_its_p_only_through_the_alignment():
    # Shifting calendar and launches together over the whole circle is a relabelling
    # when there is one stratum.
    y = np.zeros(60, dtype=int)
    x = np.zeros(60, dtype=int)
    y[[3, 4, 30, 55]], x[[2, 3, 4, 29, 30]] = 1, 1
    flat = np.zeros(60, dtype=int)
    base = shift_p(score_shifts(shift_sums(y, x, flat)), alternative="greater")
    both = shift_sums(np.roll(y, 7), np.roll(x, 7), flat)
    assert shift_p(score_shifts(both), alternative="greater") == base


def test_naive_p_is_that_of_the_uniform_permutation():
    uniform = timing.permutation_test(
        TESTS, CALENDAR, period=PERIOD, window=timing.Window(2, 1), null="uniform"
    )
    assert run().naive_pvalue == uniform.pvalue


def test_interval_and_p_agree():
    result = run()
    low, high = result.confidence_interval()
    assert (low <= 1 <= high) == (result.pvalue > 0.05)


def test_the_result_survives_json():
    result = run()
    stored = json.loads(json.dumps(result.to_dict(), allow_nan=False))
    again = RandomizationResult.from_dict(stored)
    assert again.summary() == result.summary()
    np.testing.assert_array_equal(
        again.null_distribution.samples, result.null_distribution.samples
    )


def test_a_result_of_another_kind_is_refused():
    with pytest.raises(
        timing.errors.ArgumentError, match="not a 'RandomizationResult'"
    ):
        RandomizationResult.from_dict({"kind": "PermutationResult"})


def test_the_summary_reads_for_a_referee():
    text = run().summary()
    for piece in (
        "Null: given the event rate of each calendar month of each year",
        "score Z = ",
        "naive shuffle of dates",
        "within strata, 95% interval",
    ):
        assert piece in text


# One stratum: the circular shift of the count


@st.composite
def series(draw):
    n = draw(st.integers(3, 24))
    y = draw(st.lists(st.integers(0, 3), min_size=n, max_size=n).filter(any))
    bits = st.lists(st.integers(0, 1), min_size=n, max_size=n)
    x = draw(bits.filter(lambda x: 0 < sum(x) < len(x)))
    return np.array(y), np.array(x)


@given(series(), st.sampled_from(["two-sided", "greater", "less"]))
@settings(max_examples=150, deadline=None)
def test_intercept_only_it_is_the_circular_shift_of_the_count(case, alternative):
    y, x = case
    one = np.zeros(y.size, dtype=int)
    count = tail_p(tally(shift_counts(y, x)), int(y @ x), alternative=alternative)
    none = np.zeros((y.size, 0))
    for score in (
        stratum_score(y, x, one),
        adjusted_score(y, x, one, none),
        adjusted_score(y, x, one, none, dispersion=1.5),
    ):
        p = shift_p(score.scores_at(1.0), alternative=alternative)
        # Shares of whole numbers of shifts: equal but for the order of additions.
        assert p == pytest.approx(count, rel=1e-12)
        assert round(p * y.size) == round(count * y.size)


@pytest.mark.parametrize("alternative", ["two-sided", "greater", "less"])
def test_intercept_only_the_public_tests_agree(alternative):
    kwargs = {
        "period": PERIOD, "window": timing.Window(2, 1), "alternative": alternative,
    }  # fmt: skip
    score = timing.randomization_test(TESTS, CALENDAR, strata=None, **kwargs)
    shift = timing.permutation_test(
        TESTS, CALENDAR, null=timing.CircularShift(None), **kwargs
    )
    assert score.pvalue == pytest.approx(shift.pvalue, rel=1e-12)


# Units


SALVOS = pd.DataFrame(
    {"date": [*TESTS, "2020-01-05"], "n_missiles": [1, 2, 1, 4, 1, 2]}
)


@pytest.mark.parametrize(
    ("options", "count", "launches"),
    [
        ({"unit": "day"}, 3, 5),
        ({"unit": "event"}, 4, 6),
        ({"unit": "missile"}, 9, 11),
        # 5 and 6 January; 20 January; 2 February; 10 March.
        ({"unit": "episode"}, 2, 4),
        # 5, 6 and 20 January and 2 February; 10 March.
        ({"unit": "episode", "gap": 14}, 1, 2),
    ],
)
def test_launches_are_counted_in_the_unit(options, count, launches):
    result = timing.randomization_test(
        SALVOS, CALENDAR, period=PERIOD, window=timing.Window(2, 1), **options
    )
    assert result.count == count
    assert result.n_launches == launches
    assert result.specification.unit == options["unit"]


# The family


def test_over_dispersed_missiles_get_a_negative_binomial_model():
    kwargs = {"period": PERIOD, "window": timing.Window(2, 1), "strata": None}
    plain = timing.randomization_test(SALVOS, CALENDAR, unit="missile", **kwargs)
    result = timing.randomization_test(
        SALVOS, CALENDAR, unit="missile", family="negative-binomial", **kwargs
    )
    # 11 missiles in 91 days: 4 + 2 on 2 days, 3 on one, 1 on two.
    y = np.array([3, 2, 1, 4, 1] + [0] * 86)
    surplus = ((y - 11 / 91) ** 2).sum() - 11 * (1 - 1 / 91)
    c = 1 / 91 - 1 / 91**2
    alpha = surplus / (11 * 10 * c - surplus / 91)
    options = result.specification.options
    assert options["family"] == "negative-binomial"
    assert float(options["dispersion"]) == pytest.approx(alpha, rel=1e-5)
    assert "in a negative binomial model (alpha" in result.summary()
    assert plain.specification.options["family"] == "poisson"
    # One rate: the weights are the same on all days, so that only the scale differs.
    shrink = np.sqrt(1 + alpha * 11 / 91)
    assert result.statistic == pytest.approx(plain.statistic / shrink)
    assert result.pvalue == plain.pvalue
    assert result.expected_count == pytest.approx(plain.expected_count)
    assert result.conditional_rate_ratio == pytest.approx(plain.conditional_rate_ratio)


def test_launch_days_are_never_over_dispersed_and_fall_back_to_poisson():
    with pytest.warns(FallbackWarning, match="no over-dispersion was found"):
        result = run(family="negative-binomial")
    assert result.specification.options["family"] == "poisson"
    assert result.specification.options["dispersion"] == "0"
    assert result.pvalue == run().pvalue


def test_an_unknown_family_is_refused():
    with pytest.raises(ArgumentError, match="`family` is 'binomial'; it must be one"):
        run(family="binomial")


@pytest.mark.parametrize("family", ["poisson", "negative-binomial"])
def test_the_real_missiles_with_every_control(family):
    tests = timing.load_tests(weapons=["ballistic", "cruise"])
    calendar = timing.load_calendar(["rok_us_summit", "us_president_visit_rok"])
    result = timing.randomization_test(
        tests,
        calendar,
        period=timing.StudyPeriod("2014-01-01", "2024-12-31"),
        window=timing.Window(7, 7),
        strata="year",
        controls=[
            "month_of_year", "spline", "weekday", "exercises", "anniversaries",
            "lagged_launches",
        ],
        family=family,
        unit="event",
    )  # fmt: skip
    low, high = result.confidence_interval()
    assert low < result.conditional_rate_ratio < high
    assert (low <= 1 <= high) == (result.pvalue > 0.05)
    assert result.specification.options["family"] == family


def test_controls_at_fault_are_named():
    with pytest.raises(EstimationError, match="'trend' collinear with those before"):
        run(strata=None, controls=["spline", "trend"])
    with pytest.raises(EstimationError, match=r"'month_of_year_Feb'.* constant within"):
        run(strata="month", controls=["month_of_year"])


# Edges


def edge(tests, calendar=CALENDAR, **changes):
    arguments = {"period": PERIOD, "window": timing.Window(2, 1), "strata": None}
    return timing.randomization_test(tests, calendar, **{**arguments, **changes})


def test_one_exposed_launch():
    # 9 of 91 days are exposed: as many shifts put the launch on an exposed day.
    result = edge(["2020-01-05"], alternative="greater")
    assert result.count == 1
    assert result.exposed_days == 9
    assert result.pvalue == pytest.approx(9 / 91)
    assert result.conditional_rate_ratio == np.inf
    assert result.confidence_interval()[1] == np.inf
    assert edge(["2020-01-05"]).pvalue == pytest.approx(18 / 91)
    # Within January: 6 of 31 days.
    month = edge(["2020-01-05"], strata="month")
    assert month.expected_count == pytest.approx(6 / 31)
    variance = 6 / 31 * 25 / 31
    assert month.statistic == pytest.approx((1 - 6 / 31) / np.sqrt(variance))


def test_no_exposed_launch():
    tests = ["2020-01-20", "2020-02-20", "2020-03-10"]
    result = edge(tests)
    low, high = result.confidence_interval()
    assert result.count == 0
    assert result.conditional_rate_ratio == 0.0
    assert (low, high > 1) == (0.0, True)
    assert edge(tests, alternative="greater").pvalue == 1.0
    assert edge(tests, alternative="less").pvalue == pytest.approx(
        np.mean(result.null_distribution.samples <= result.statistic + 1e-9)
    )
    # With controls no estimate is finite either.
    assert edge(tests, controls=["weekday"]).conditional_rate_ratio == 0.0


def test_only_strata_with_launches_count():
    # All launches in January: 2 of 3 on the 6 exposed of its 31 days.
    result = edge(TESTS[:3], strata="month")
    expected = 3 * 6 / 31
    sd = np.sqrt(expected * 25 / 31)
    assert result.statistic == pytest.approx((2 - expected) / sd)
    assert result.conditional_rate_ratio == pytest.approx(2 / 6 * 25)


FEBRUARY = pd.DataFrame(
    {"start": ["2020-02-01", "2020-01-07"], "end": ["2020-02-29", "2020-01-07"]}
)


def test_a_wholly_exposed_stratum_adds_nothing():
    # February is exposed to the last day, January on 5-8, 30 and 31, March on the 1st.
    with pytest.warns(LowInformationWarning, match="31% of the information"):
        result = edge(TESTS, FEBRUARY, strata="month")
    expected = 3 * 6 / 31 + 1 / 31
    sd = np.sqrt(3 * 6 / 31 * 25 / 31 + 1 / 31 * 30 / 31)
    assert result.count == 3
    assert result.statistic == pytest.approx((2 - expected) / sd)
    assert result.expected_count == pytest.approx(expected + 1)


@pytest.mark.parametrize("controls", [(), ["weekday"]])
def test_where_every_launch_lies_in_such_a_stratum_nothing_is_learned(controls):
    tests = ["2020-02-02", "2020-02-10", "2020-02-12"]
    with pytest.warns(LowInformationWarning):
        result = edge(tests, FEBRUARY, strata="month", controls=controls)
    assert result.statistic == 0.0
    assert result.pvalue == 1.0
    assert result.equivalence_pvalue == 1.0
    assert np.isnan(result.conditional_rate_ratio)
    assert result.confidence_interval() == (0.0, np.inf)
    assert result.minimum_detectable_rate_ratio == np.inf
    stored = json.loads(json.dumps(result.to_dict(), allow_nan=False))
    assert RandomizationResult.from_dict(stored).summary() == result.summary()


# The simulated series


def test_the_stream_of_launches_without_a_multiplier_is_fixed():
    days = self_exciting_days(
        np.full(200, 0.03), branching=0.5, decay_days=5.0, rng=np.random.default_rng(3)
    )
    assert np.flatnonzero(days).tolist() == [
        21, 70, 74, 154, 158, 159, 163, 172, 173, 176
    ]  # fmt: skip


def test_a_planted_factor_multiplies_the_rate_given_the_past():
    # Against a day-by-day simulation of that rate: 1,500 records, mean of each day.
    n, base, branching, decay = 40, 0.2, 0.6, 4.0
    factor = np.where((np.arange(n) // 10) % 2 == 1, 1.8, 1.0)
    factor[35:] = 0.0
    rng = np.random.default_rng(9)
    drawn, expected = np.zeros((2, 1500, n))
    for i in range(1500):
        drawn[i] = self_exciting_counts(
            np.full(n, base),
            branching=branching,
            decay_days=decay,
            multiplier=factor,
            rng=rng,
        )
        excitation = 0.0
        for t in range(n):
            expected[i, t] = rng.poisson(factor[t] * (base + excitation))
            excitation += branching / decay * expected[i, t] - excitation / decay
            # The next day: the geometric probabilities fall by 1 - 1/decay a day.
    error = np.sqrt((drawn.var(0) + expected.var(0)) / 1500)
    assert (np.abs(drawn.mean(0) - expected.mean(0)) <= 4 * error).all()
    assert not drawn[:, 35:].any()
    totals = drawn.sum(1), expected.sum(1)
    assert totals[0].std() == pytest.approx(totals[1].std(), rel=0.15)


@pytest.mark.parametrize(
    ("draw", "correlation"),
    [(smooth_latent_rate, np.exp(-0.5)), (rough_latent_rate, np.exp(-1.0))],
)
def test_latent_rates_have_the_scale_and_spread_asked_for(draw, correlation):
    rng = np.random.default_rng(5)
    logs = np.log(draw(60_000, scale_days=20, deviation=0.7, rng=rng))
    assert logs.mean() == pytest.approx(0, abs=0.1)
    assert logs.std() == pytest.approx(0.7, rel=0.06)
    at_scale = np.corrcoef(logs[20:], logs[:-20])[0, 1]
    assert at_scale == pytest.approx(correlation, abs=0.06)
    # One day on, the rough rate moves by more than ten times the square.
    next_day = 1 - np.corrcoef(logs[1:], logs[:-1])[0, 1]
    assert (next_day > 0.01) == (draw is rough_latent_rate)


def test_a_season_moves_only_with_drift():
    fixed, moving = (
        moving_season(3653, amplitude=1.0, drift=drift, rng=np.random.default_rng(2))
        for drift in (0.0, 1.0)
    )
    peaks = [
        [int(np.argmax(rate[year * 365 :][:365])) for year in range(9)]
        for rate in (fixed, moving)
    ]
    assert np.ptp(peaks[0]) <= 3
    assert np.ptp(peaks[1]) > 30
    for rate in (fixed, moving):
        assert np.abs(np.log(rate)).max() <= 1.0
        assert np.abs(np.diff(np.log(rate))).max() < 0.05


def test_drawn_calendars_follow_the_rate():
    rng = np.random.default_rng(8)
    rate = np.r_[np.zeros(50), np.ones(50), np.full(50, 3.0)]
    starts = np.zeros(150)
    for _ in range(400):
        exposed = drawn_exposure(rate, n_events=4, before=0, after=0, rng=rng)
        assert exposed.sum() == 4
        starts += exposed
    assert not starts[:50].any()
    assert starts[100:].sum() / starts[50:100].sum() == pytest.approx(3, rel=0.2)
    exposed = drawn_exposure(rate, n_events=4, before=2, after=3, rng=rng)
    assert 9 <= exposed.sum() <= 24


@pytest.mark.slow
def test_size_on_clustered_launches_that_ignore_the_calendar():
    # 400 true nulls: standard error 0.011. The uniform shuffle fails on the same data.
    period = timing.StudyPeriod("2015-01-01", "2020-12-31")
    n = period.n_days
    month = np.arange(n) // 30
    rng = np.random.default_rng(20251028)
    x = np.zeros(n, dtype=int)
    for start in rng.choice(n - 20, 30, replace=False):
        x[start : start + 15] = 1
    season = 1 + 0.9 * np.sin(2 * np.pi * np.arange(n) / 365.25)
    rejected = []
    for _ in range(400):
        y = self_exciting_days(0.012 * season, branching=0.7, decay_days=20, rng=rng)
        p = shift_p(score_shifts(shift_sums(y, x, month)), alternative="two-sided")
        rejected.append(p <= 0.05)
    assert np.mean(rejected) <= 0.05 + 3 * 0.011
    assert np.mean(rejected) >= 0.01
