"""Exact null distributions against brute force, closed forms and laws."""

from __future__ import annotations

import itertools
from collections import Counter
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from timing.kernels.exact import (
    Pmf,
    circular_shift_pmf,
    conditional_rate_ratio,
    convolve,
    detectable_rate_ratio,
    hypergeometric_pmf,
    rate_ratio_interval,
    shift_counts,
    shuffle_pmf,
    tail_p,
    tilt,
)
from timing.kernels.pvalues import p_value

small_days = st.integers(2, 9)


def day_arrays(highest: int = 1):
    return small_days.flatmap(
        lambda n: st.tuples(
            st.lists(st.integers(0, highest), min_size=n, max_size=n),
            st.lists(st.integers(0, 1), min_size=n, max_size=n),
        )
    )


def test_shift_counts_by_hand():
    # y = 1 0 0 1 0 ; x = 1 1 0 0 0
    # k=0: y0x0 + y3x3 = 1; k=1: x1 + x4 = 1; k=2: x2 + x0 = 1; k=3: x3 + x1 = 1;
    # k=4: x4 + x2 = 0
    y, x = np.array([1, 0, 0, 1, 0]), np.array([1, 1, 0, 0, 0])
    assert shift_counts(y, x).tolist() == [1, 1, 1, 1, 0]


@given(day_arrays(highest=3))
def test_shift_counts_equal_brute_force(arrays):
    y, x = (np.array(a) for a in arrays)
    expected = [int(y @ np.roll(x, -k)) for k in range(y.size)]
    assert shift_counts(y, x).tolist() == expected


@given(day_arrays())
def test_circular_shift_pmf_counts_all_shifts(arrays):
    y, x = (np.array(a) for a in arrays)
    tally = Counter(int(np.roll(y, k) @ x) for k in range(y.size))
    pmf = circular_shift_pmf(y, x)
    assert pmf.probability.sum() == pytest.approx(1)
    for value, times in tally.items():
        assert pmf.probability[value - pmf.lowest] == pytest.approx(times / y.size)


@given(day_arrays(highest=3))
@settings(max_examples=60, deadline=None)
def test_shuffle_pmf_equals_all_permutations(arrays):
    y, x = (np.array(a[:7]) for a in arrays)
    n_exposed = int(x.sum())
    tally = Counter(
        int(y[list(chosen)].sum())
        for chosen in itertools.combinations(range(y.size), n_exposed)
    )
    pmf = shuffle_pmf(y, n_exposed)
    total = comb(y.size, n_exposed)
    got = {s: p for s, p in zip(pmf.support.tolist(), pmf.probability, strict=True)}
    for value, times in tally.items():
        assert got[value] == pytest.approx(times / total, rel=1e-9)
    assert sum(got.values()) == pytest.approx(1)


@pytest.mark.parametrize(
    ("n_days", "n_exposed", "n_launches"),
    [(31, 15, 4), (4749, 448, 141), (15000, 2800, 200), (10, 10, 3), (10, 0, 3)],
)
def test_hypergeometric_pmf_agrees_with_scipy(n_days, n_exposed, n_launches):
    pmf = hypergeometric_pmf(n_days, n_exposed, n_launches)
    expected = stats.hypergeom.pmf(pmf.support, n_days, n_exposed, n_launches)
    np.testing.assert_allclose(pmf.probability, expected, rtol=1e-8)


def test_convolution_keeps_the_far_tail():
    # 40 fair coins: P(all heads) = 2^-40, which an FFT convolution would lose.
    coin = Pmf(0, np.array([0.5, 0.5]))
    pmf = convolve([coin] * 40)
    assert pmf.probability[-1] == pytest.approx(2.0**-40, rel=1e-12)
    assert pmf.support[-1] == 40


def test_convolution_of_constants_shifts_the_support():
    pmf = convolve([Pmf(3, np.ones(1)), Pmf(0, np.array([0.25, 0.75]))])
    assert pmf.lowest == 3
    np.testing.assert_allclose(pmf.probability, [0.25, 0.75])


def test_p_values_by_hand():
    pmf = Pmf(0, np.array([0.1, 0.2, 0.3, 0.4]))
    assert tail_p(pmf, 3, alternative="greater") == pytest.approx(0.4)
    assert tail_p(pmf, 1, alternative="less") == pytest.approx(0.3)
    assert tail_p(pmf, 1, alternative="two-sided") == pytest.approx(0.6)
    assert tail_p(pmf, 2, alternative="two-sided") == 1.0
    assert tail_p(pmf, 3, alternative="greater", midp=True) == pytest.approx(0.2)


@given(
    st.floats(0, 1), st.floats(0, 1), st.sampled_from(["two-sided", "greater", "less"])
)
def test_p_is_never_zero_nor_above_one(above, share, alternative):
    tied = (1 - above) * share
    p = p_value(above, tied, 1 - above - tied, alternative=alternative)
    assert 0 < p <= 1


def test_two_sided_p_is_symmetric_under_reflection():
    pmf = Pmf(0, np.array([0.1, 0.2, 0.3, 0.4]))
    mirrored = Pmf(0, pmf.probability[::-1])
    for s in range(4):
        assert tail_p(pmf, s, alternative="two-sided") == pytest.approx(
            tail_p(mirrored, 3 - s, alternative="two-sided")
        )


def test_tilted_hypergeometric_is_fishers_non_central_one():
    pmf = hypergeometric_pmf(60, 20, 8)
    tilted = tilt(pmf, np.log(2.5))
    expected = stats.nchypergeom_fisher.pmf(pmf.support, 60, 20, 8, 2.5)
    np.testing.assert_allclose(tilted.probability, expected, rtol=1e-8)


def test_exact_interval_is_that_of_fishers_test():
    # Table [[9, 11], [2, 38]]; scipy's conditional odds ratio and its interval are
    # those of R's fisher.test.
    pmf = hypergeometric_pmf(60, 20, 11)
    table = stats.contingency.odds_ratio([[9, 11], [2, 38]], kind="conditional")
    assert conditional_rate_ratio(pmf, 9) == pytest.approx(table.statistic, rel=1e-6)
    for alternative in ("two-sided", "greater", "less"):
        low, high = rate_ratio_interval(
            pmf, 9, confidence_level=0.95, alternative=alternative
        )
        expected = table.confidence_interval(
            0.95,
            alternative=alternative,
        )
        assert low == pytest.approx(expected.low, rel=1e-6)
        assert high == pytest.approx(expected.high, rel=1e-6)


def test_interval_and_test_agree_at_the_limits():
    pmf = convolve([hypergeometric_pmf(30, 10, 3)] * 12)
    low, high = rate_ratio_interval(
        pmf, 16, confidence_level=0.9, alternative="two-sided"
    )
    at_low, at_high = tilt(pmf, np.log(low)), tilt(pmf, np.log(high))
    assert tail_p(at_low, 16, alternative="greater") == pytest.approx(0.05)
    assert tail_p(at_high, 16, alternative="less") == pytest.approx(0.05)


def test_extreme_counts_give_open_intervals():
    pmf = hypergeometric_pmf(30, 10, 4)
    assert conditional_rate_ratio(pmf, 0) == 0.0
    assert conditional_rate_ratio(pmf, 4) == np.inf
    low, high = rate_ratio_interval(
        pmf, 0, confidence_level=0.95, alternative="two-sided"
    )
    assert low == 0.0
    assert np.isfinite(high)


def test_a_null_of_one_value_says_nothing():
    pmf = Pmf(5, np.ones(1))
    assert np.isnan(conditional_rate_ratio(pmf, 5))
    assert rate_ratio_interval(
        pmf, 5, confidence_level=0.95, alternative="two-sided"
    ) == (0.0, np.inf)
    kwargs = {"power": 0.8, "level": 0.05}
    assert detectable_rate_ratio(pmf, alternative="two-sided", **kwargs) == np.inf
    assert detectable_rate_ratio(pmf, alternative="less", **kwargs) == 0.0


@pytest.mark.parametrize("alternative", ["two-sided", "greater", "less"])
def test_the_detectable_ratio_has_the_power_it_states(alternative):
    pmf = convolve([hypergeometric_pmf(30, 12, 2)] * 40)
    ratio = detectable_rate_ratio(pmf, power=0.8, level=0.05, alternative=alternative)
    planted = tilt(pmf, np.log(ratio))
    p = np.array([tail_p(pmf, s, alternative=alternative) for s in pmf.support])
    in_direction = (
        pmf.support < pmf.mean if alternative == "less" else (pmf.support > pmf.mean)
    )
    power = planted.probability[(p <= 0.05) & in_direction].sum()
    assert power == pytest.approx(0.8, abs=1e-6)
    assert (ratio < 1) == (alternative == "less")
