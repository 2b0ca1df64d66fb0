"""`randomization_test`, the primary test: definition, fields, laws, size."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

import timing
from timing.kernels.score import score_shifts, shift_p, shift_sums
from timing.results import RandomizationResult
from timing.simulation import self_exciting_days

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


def test_with_one_stratum_it_orders_the_shifts_as_the_permutation_test_does():
    kwargs = {"period": PERIOD, "window": timing.Window(2, 1), "alternative": "greater"}
    score = timing.randomization_test(TESTS, CALENDAR, strata=None, **kwargs)
    shift = timing.permutation_test(
        TESTS, CALENDAR, null=timing.CircularShift(None), **kwargs
    )
    assert score.pvalue == pytest.approx(shift.pvalue)


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
        "Null: given the launch rate of each calendar month of each year",
        "score Z = ",
        "naive shuffle of dates",
        "within strata, 95% interval",
    ):
        assert piece in text


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
