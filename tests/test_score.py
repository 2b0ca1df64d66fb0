"""The score shift kernel against its definition, term by term."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from timing.kernels.inversion import detectable_by_score, score_interval
from timing.kernels.score import (
    expected_exposed,
    score_shifts,
    shift_p,
    shift_sums,
    stratified_rate_ratio,
)
from timing.regression.score import stratum_score


def interval(score, alternative="two-sided"):
    return score_interval(
        score.scores_at,
        score.estimate(),
        confidence_level=0.95,
        alternative=alternative,
    )


def by_definition(y, x, stratum, ratio=1.0):
    """U(k), V(k) and Z(k) of DESIGN, with explicit loops and shifted arrays."""
    n = y.size
    weight = np.where(x > 0, ratio, 1.0)
    mu = np.zeros(n)
    for s in np.unique(stratum):
        rows = stratum == s
        mu[rows] = y[rows].sum() * weight[rows] / weight[rows].sum()
    z = np.zeros(n)
    for k in range(n):
        shifted = np.roll(x, -k)  # x_{t+k}
        u = ((y - mu) * shifted).sum()
        v = (mu * shifted).sum()
        for s in np.unique(stratum):
            rows = stratum == s
            if mu[rows].sum() > 0:
                v -= (mu[rows] * shifted[rows]).sum() ** 2 / mu[rows].sum()
        z[k] = u / np.sqrt(v) if v > 1e-9 else 0.0
    return z


@st.composite
def panels(draw):
    n = draw(st.integers(4, 24))
    bits = st.lists(st.integers(0, 1), min_size=n, max_size=n)
    y = np.array(draw(st.lists(st.integers(0, 2), min_size=n, max_size=n)))
    x = np.array(draw(bits))
    labels = st.lists(st.integers(0, 3), min_size=n, max_size=n)
    stratum = np.array(draw(labels))
    y[draw(st.integers(0, n - 1))] = 1
    return y, x, stratum


@given(panels(), st.sampled_from([1.0, 0.4, 3.0]))
@settings(max_examples=150, deadline=None)
def test_scores_equal_their_definition(panel, ratio):
    y, x, stratum = panel
    z = score_shifts(shift_sums(y, x, stratum), ratio)
    np.testing.assert_allclose(z, by_definition(y, x, stratum, ratio), atol=1e-7)


@given(panels())
@settings(max_examples=50, deadline=None)
def test_p_is_the_position_among_the_shifts(panel):
    y, x, stratum = panel
    z = score_shifts(shift_sums(y, x, stratum))
    greater = np.mean(z >= z[0] - 1e-9)
    less = np.mean(z <= z[0] + 1e-9)
    assert shift_p(z, alternative="greater") == pytest.approx(greater)
    assert shift_p(z, alternative="less") == pytest.approx(less)
    both = min(1.0, 2 * min(greater, less))
    assert shift_p(z, alternative="two-sided") == pytest.approx(both)


def test_with_one_stratum_the_scores_order_the_shifts_as_the_count_does():
    rng = np.random.default_rng(3)
    y, x = rng.integers(0, 2, 40), (rng.random(40) < 0.3).astype(int)
    sums = shift_sums(y, x, np.zeros(40, dtype=int))
    z = score_shifts(sums)
    # One stratum: V does not depend on the shift, so that Z is linear in the count.
    assert np.corrcoef(z, sums.count)[0, 1] == pytest.approx(1)


def test_the_rate_ratio_solves_the_conditional_poisson_score():
    # Two strata of 10 days. 1: 4 exposed days, 3 launches, 2 of them exposed.
    # 2: 5 exposed days, 2 launches, 1 exposed. With r the ratio,
    # 3 * 4r / (4r + 6) + 2 * 5r / (5r + 5) = 3.
    stratum = np.repeat([0, 1], 10)
    x = np.zeros(20, dtype=int)
    x[:4], x[10:15] = 1, 1
    y = np.zeros(20, dtype=int)
    y[[0, 1, 8]], y[[10, 19]] = 1, 1
    r = stratified_rate_ratio(shift_sums(y, x, stratum))
    assert 12 * r / (4 * r + 6) + 10 * r / (5 * r + 5) == pytest.approx(3)


@pytest.mark.parametrize(("at", "ratio"), [(0, np.inf), (9, 0.0)])
def test_separated_strata_give_a_ratio_of_zero_or_infinity(at, ratio):
    y, x = np.zeros(10, dtype=int), np.zeros(10, dtype=int)
    x[:3], y[at] = 1, 1
    assert stratified_rate_ratio(shift_sums(y, x, np.zeros(10, dtype=int))) == ratio


def test_without_an_informative_stratum_the_ratio_is_undefined():
    stratum = np.repeat([0, 1], 5)
    x, y = np.repeat([1, 0], 5), np.zeros(10, dtype=int)
    y[[0, 9]] = 1
    sums = shift_sums(y, x, stratum)
    assert np.isnan(stratified_rate_ratio(sums))
    assert interval(stratum_score(y, x, stratum)) == (0.0, np.inf)


def simulated(seed: int, ratio: float = 1.0, n_days: int = 1200):
    rng = np.random.default_rng(seed)
    x = np.zeros(n_days, dtype=int)
    for start in rng.choice(n_days - 10, 20, replace=False):
        x[start : start + 8] = 1
    y = (rng.random(n_days) < 0.06 * np.where(x > 0, ratio, 1.0)).astype(int)
    return y, x, np.arange(n_days) // 30


def test_the_interval_holds_the_ratios_that_the_test_does_not_reject():
    panel = simulated(5, ratio=2.0)
    sums = shift_sums(*panel)
    low, high = interval(stratum_score(*panel))
    assert low < stratified_rate_ratio(sums) < high
    for ratio, rejected in (
        (low * 0.97, True),
        (low * 1.03, False),
        (high * 0.97, False),
        (high * 1.03, True),
    ):
        p = shift_p(score_shifts(sums, ratio), alternative="two-sided")
        assert (p <= 0.05) == rejected


@pytest.mark.parametrize(
    ("alternative", "open_end"), [("greater", "high"), ("less", "low")]
)
def test_one_sided_intervals_are_open(alternative, open_end):
    low, high = interval(stratum_score(*simulated(5, ratio=2.0)), alternative)
    assert (high == np.inf) if open_end == "high" else (low == 0.0)


def test_expected_exposed_grows_with_the_ratio():
    sums = shift_sums(*simulated(1))
    values = [expected_exposed(sums, ratio) for ratio in (0.2, 1.0, 5.0)]
    assert values == sorted(values)
    assert values[0] < values[-1]


@pytest.mark.slow
def test_the_detectable_ratio_has_about_the_power_it_states():
    # 300 data sets at the stated ratio: power 0.8 with standard error 0.023, and the
    # stated ratio itself is an approximation.
    y, x, stratum = simulated(7)
    score = stratum_score(y, x, stratum)
    ratio = detectable_by_score(
        score.scores_at(1.0),
        score.launches,
        score.share,
        score.deviation,
        power=0.8,
        level=0.05,
        alternative="greater",
    )
    rng = np.random.default_rng(11)
    found = 0
    for _ in range(300):
        weight = np.where(x > 0, ratio, 1.0)
        y_new = np.zeros_like(y)
        for s in np.unique(stratum):
            rows = np.flatnonzero(stratum == s)
            chance = weight[rows] / weight[rows].sum()
            n = int(y[rows].sum())
            y_new[rng.choice(rows, n, replace=False, p=chance)] = 1
        p = shift_p(score_shifts(shift_sums(y_new, x, stratum)), alternative="greater")
        found += p <= 0.05
    assert found / 300 == pytest.approx(0.8, abs=0.09)
