"""Kernels of the scan: block scores, max-T, conditional rate ratios."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from timing.kernels.maxt import (
    critical_value,
    effective_number,
    extremeness,
    high_statistics,
    raw_p_values,
    single_step_p,
    step_down_counts,
    step_down_p,
    tail_counts,
)
from timing.kernels.rate_ratios import (
    Informative,
    conditional_rate_ratios,
    score_limits,
    solve_log_ratios,
)
from timing.kernels.score import (
    score_shifts,
    shift_p,
    shift_sums,
    stratified_rate_ratio,
)
from timing.kernels.scoring import exposed_shares, score_block, score_layout


def series(rng, n, m, rate=0.1):
    """`m` launch series of counts, each with at least one launch."""
    launches = rng.binomial(2, rate, size=(m, n))
    launches[np.arange(m), rng.integers(0, n, m)] += 1
    return launches


# Scores of many series


@pytest.mark.parametrize("strata", ["runs", "scattered", "one"])
def test_block_scores_are_those_of_each_series_alone(strata):
    rng = np.random.default_rng(1)
    n = 130
    stratum = {
        "runs": np.arange(n) // 11,
        "scattered": rng.integers(0, 5, n),
        "one": np.zeros(n, dtype=int),
    }[strata]
    launches = series(rng, n, 4)
    exposure = (rng.random(n) < 0.3).astype(int)
    layout = score_layout(stratum, [(np.ones(n, dtype=bool), launches)])
    together = score_block(layout, exposure, 0, n)
    for row, found in zip(launches, together, strict=True):
        alone = score_shifts(shift_sums(row, exposure, stratum))
        np.testing.assert_allclose(found, alone, atol=1e-12)


def test_blocks_of_shifts_join():
    rng = np.random.default_rng(2)
    n = 50
    layout = score_layout(
        np.arange(n) // 7, [(np.ones(n, dtype=bool), series(rng, n, 3))]
    )
    exposure = (rng.random(n) < 0.4).astype(int)
    parts = [score_block(layout, exposure, a, b) for a, b in ((0, 1), (1, 20), (20, n))]
    np.testing.assert_allclose(
        np.hstack(parts), score_block(layout, exposure, 0, n), atol=1e-12
    )


def test_a_period_cuts_strata_and_counts_its_own_launches():
    # The reference: strata of the days inside, all other days in a stratum of their
    # own without launches.
    rng = np.random.default_rng(3)
    n = 90
    stratum = np.arange(n) // 10
    whole, part = np.ones(n, dtype=bool), np.zeros(n, dtype=bool)
    part[25:61] = True
    launches = series(rng, n, 3, rate=0.3)
    inside = np.where(part, launches, 0)
    exposure = (rng.random(n) < 0.3).astype(int)
    layout = score_layout(stratum, [(whole, launches), (part, inside)])
    found = score_block(layout, exposure, 0, n)
    assert layout.n_series == 6
    cut = np.where(part, stratum, 99)
    for row, scores in zip(inside, found[3:], strict=True):
        expected = score_shifts(shift_sums(row, exposure, cut))
        np.testing.assert_allclose(scores, expected, atol=1e-12)
    for row, scores in zip(launches, found[:3], strict=True):
        expected = score_shifts(shift_sums(row, exposure, stratum))
        np.testing.assert_allclose(scores, expected, atol=1e-12)


def test_shares_of_the_cells_by_hand():
    # Strata of 3 and 2 days with launches; the third has none and no cell.
    stratum = np.array([0, 0, 0, 1, 1, 2, 2])
    launches = np.array([[1, 0, 0, 0, 2, 0, 0]])
    layout = score_layout(stratum, [(np.ones(7, dtype=bool), launches)])
    shares = exposed_shares(layout, np.array([[1, 1, 0, 0, 1, 1, 1]]))
    np.testing.assert_allclose(shares, [[2 / 3, 1 / 2]])


# Max-T


def test_adjusted_p_by_hand():
    # Three tests, four arrangements, the first observed: T(0) = 3, 2, 1.
    statistics = np.array([[3, 1, 4, 0], [2, 2, 0, 0], [1, 0, 3, 2]], dtype=np.float32)
    observed = statistics[:, 0]
    counts, maxima = step_down_counts(statistics, np.arange(3), observed)
    # Maxima of all: 3, 2, 4, 2; of the last two: 2, 2, 3, 2; of the last: 1, 0, 3, 2.
    assert maxima.tolist() == [3, 2, 4, 2]
    assert counts.tolist() == [2, 4, 3]
    assert single_step_p(maxima, observed).tolist() == [0.5, 1.0, 1.0]
    # Never below the one before: the third is raised from 0.75.
    assert step_down_p(counts, 4).tolist() == [0.5, 1.0, 1.0]


def test_rounding_in_single_precision_makes_no_difference():
    observed = np.array([2.0], dtype=np.float32)
    near = np.nextafter(observed, np.float32(0))
    assert near[0] < observed[0]
    maxima = np.r_[observed, near, np.float32(1.999)]
    assert single_step_p(maxima, observed).tolist() == [pytest.approx(2 / 3)]
    counts, _ = step_down_counts(maxima[None, :], np.array([0]), observed)
    assert counts.tolist() == [2]


@pytest.mark.parametrize(
    ("alternative", "expected"),
    [("two-sided", [2, 0, 1]), ("greater", [-2, 0, 1]), ("less", [2, 0, -1])],
)
def test_statistics_are_large_against_the_null(alternative, expected):
    scores = np.array([-2.0, 0.0, 1.0])
    assert extremeness(scores, alternative).tolist() == expected


@given(seed=st.integers(0, 10**6), n=st.integers(3, 60))
@settings(max_examples=50, deadline=None)
def test_tail_counts_give_the_p_value_of_the_package(seed, n):
    rng = np.random.default_rng(seed)
    scores = rng.integers(-3, 4, size=(4, n)) * 0.5  # many ties
    above, tied = tail_counts(scores, scores[:, 0])
    for alternative in ("two-sided", "greater", "less"):
        found = raw_p_values(above, tied, n, alternative)
        expected = [shift_p(row, alternative=alternative) for row in scores]
        np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_the_critical_value_is_where_single_step_p_reaches_the_level():
    rng = np.random.default_rng(4)
    maxima = rng.normal(size=200).astype(np.float32)
    critical = critical_value(maxima, 0.05)
    assert np.count_nonzero(maxima >= critical) == 10
    # 19 arrangements: even the largest is reached by more than 5 %.
    assert critical_value(maxima[:19], 0.05) == np.inf


@pytest.mark.parametrize("m", [1, 5, 40])
def test_effective_number_of_independent_and_of_equal_tests(m):
    rng = np.random.default_rng(5)
    statistics = rng.normal(size=(m, 40_000)).astype(np.float32)

    def number(rows):
        maxima = rows.max(axis=0)
        critical = critical_value(maxima, 0.05)
        high = high_statistics(rows, np.arange(m), maxima, critical)
        return effective_number(maxima, [high], critical=critical, n_tests=m)

    assert number(statistics) == pytest.approx(m, rel=0.05)
    assert number(np.repeat(statistics[:1], m, axis=0)) == pytest.approx(1)


def test_effective_number_is_not_defined_without_a_critical_value():
    maxima = np.ones(4, dtype=np.float32)
    number = effective_number(maxima, [maxima], critical=np.inf, n_tests=3)
    assert np.isnan(number)


def test_high_statistics_are_all_that_reach_the_floor():
    rng = np.random.default_rng(6)
    statistics = rng.normal(size=(6, 300)).astype(np.float32)
    order = np.array([2, 0, 2, 5])  # a row repeats, others are not of the family
    maxima = statistics[order].max(axis=0)
    high = high_statistics(statistics, order, maxima, 0.7)
    used = statistics[order]
    assert sorted(high) == sorted(used[used >= np.float32(0.7)])


# Rate ratios


def informative(rng, n_pairs):
    """Strata of several pairs, with counts that the model allows."""
    pair = np.repeat(np.arange(n_pairs), 6)
    launches = rng.integers(1, 4, pair.size)
    share = rng.uniform(0.05, 0.9, pair.size)
    exposed = rng.binomial(launches, share)
    return Informative(
        pair=pair,
        launches=launches.astype(float),
        share=share,
        observed=np.bincount(pair, weights=exposed),
    )


def test_rate_ratios_are_those_solved_one_by_one():
    rng = np.random.default_rng(7)
    n = 120
    stratum = np.arange(n) // 10
    for _ in range(20):
        launches, exposure = series(rng, n, 1)[0], (rng.random(n) < 0.3).astype(int)
        sums = shift_sums(launches, exposure, stratum)
        varies = (sums.exposed[:, 0] > 0) & (sums.exposed[:, 0] < sums.days)
        strata = Informative(
            pair=np.zeros(varies.sum(), dtype=int),
            launches=sums.launches[varies].astype(float),
            share=sums.exposed[varies, 0] / sums.days[varies],
            observed=np.array([float(sums.exposed_launches[varies].sum())]),
        )
        found = conditional_rate_ratios(strata)[0]
        assert found == pytest.approx(stratified_rate_ratio(sums), rel=1e-8)


def test_rate_ratios_at_the_edges():
    strata = Informative(
        pair=np.array([0, 1]),
        launches=np.array([3.0, 3.0]),
        share=np.array([0.5, 0.5]),
        observed=np.array([0.0, 3.0, 0.0]),
    )
    np.testing.assert_equal(conditional_rate_ratios(strata), [0.0, np.inf, np.nan])
    low, high = score_limits(strata, lower=np.full(3, 2.0), upper=np.full(3, 2.0))
    assert low[0] == 0
    assert 0 < high[0] < np.inf
    assert 0 < low[1] < np.inf
    assert high[1] == np.inf
    assert (low[2], high[2]) == (0, np.inf)


def test_at_the_limits_the_score_has_the_quantile():
    strata = informative(np.random.default_rng(8), 12)
    b = solve_log_ratios(strata, np.full(12, 1.5))
    inside = np.isfinite(b)
    assert inside.sum() > 6
    odds = strata.share * np.exp(b)[strata.pair] / (1 - strata.share)
    r = odds / (1 + odds)
    mean = np.bincount(strata.pair, weights=strata.launches * r)
    variance = np.bincount(strata.pair, weights=strata.launches * r * (1 - r))
    quantile = (strata.observed - mean) / np.sqrt(variance)
    np.testing.assert_allclose(quantile[inside], 1.5, rtol=1e-6)


def test_limits_hold_the_estimate_and_one_sided_limits_are_open():
    strata = informative(np.random.default_rng(9), 30)
    ratio = conditional_rate_ratios(strata)
    wide, open_end = np.full(30, 2.0), np.full(30, np.inf)
    low, high = score_limits(strata, lower=wide, upper=wide)
    assert (low <= ratio).all()
    assert (ratio <= high).all()
    assert (low < high).all()
    assert (score_limits(strata, lower=wide, upper=open_end)[1] == np.inf).all()
    assert (score_limits(strata, lower=open_end, upper=wide)[0] == 0).all()
