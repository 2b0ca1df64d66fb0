"""Kernels on rates and windows against enumeration and other software."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from timing.kernels.rates import (
    chance_at_even_rate,
    count_between,
    overlapping_pairs,
    rate_limits,
    separate_groups,
    share_limits,
    share_of_windows,
)


@pytest.mark.parametrize(("hits", "n"), [(0, 7), (3, 11), (11, 365), (9, 9)])
def test_share_limits_are_clopper_pearson(hits, n):
    exact = stats.binomtest(hits, n).proportion_ci(0.9, method="exact")
    ours = share_limits(hits / n, n, confidence_level=0.9)
    assert ours == pytest.approx((exact.low, exact.high), abs=1e-12)


def test_limits_of_overlapping_trials_lie_between_those_of_whole_numbers():
    low, high = share_limits(0.25, 10, confidence_level=0.95)  # 2.5 of 10
    assert share_limits(0.2, 10, confidence_level=0.95)[0] < low
    assert high < share_limits(0.3, 10, confidence_level=0.95)[1]
    assert low < 0.25 < high


@pytest.mark.parametrize(("count", "days"), [(0, 30), (1, 30), (14, 365)])
def test_rate_limits_of_events_are_those_of_garwood(count, days):
    low, high = rate_limits(count, days, unit="event", confidence_level=0.95)
    exact_low = stats.chi2.ppf(0.025, 2 * count) / 2 if count else 0.0
    assert low == pytest.approx(exact_low / days)
    assert high == pytest.approx(stats.chi2.ppf(0.975, 2 * count + 2) / 2 / days)


def test_rate_limits_of_days_are_those_of_a_share():
    ours = rate_limits(4, 20, unit="day", confidence_level=0.95)
    assert ours == share_limits(0.2, 20, confidence_level=0.95)


@pytest.mark.parametrize("at_least", range(6))
def test_chance_of_launch_days_agrees_with_enumeration(at_least):
    rate, days = 0.3, 4
    total = sum(
        math.prod(rate if launch else 1 - rate for launch in pattern)
        for pattern in itertools.product((0, 1), repeat=days)
        if sum(pattern) >= at_least
    )
    ours = chance_at_even_rate(at_least, rate, days, unit="day")
    assert ours == pytest.approx(total, abs=1e-14)


@pytest.mark.parametrize("at_least", [0, 1, 2, 9])
def test_chance_of_events_is_poisson(at_least):
    ours = chance_at_even_rate(at_least, 0.3, 4, unit="event")
    assert ours == pytest.approx(stats.poisson.sf(at_least - 1, 1.2), rel=1e-12)


LAUNCHES = st.lists(st.integers(0, 3), min_size=1, max_size=25).map(np.array)


@settings(deadline=None)
@given(launches=LAUNCHES, data=st.data())
def test_share_of_windows_agrees_with_brute_force(launches, data):
    m = data.draw(st.integers(1, launches.size))
    held = [any(launches[i : i + m]) for i in range(launches.size - m + 1)]
    assert share_of_windows(launches, m) == pytest.approx(sum(held) / len(held))


@settings(deadline=None)
@given(launches=LAUNCHES, data=st.data())
def test_counts_between_agree_with_brute_force(launches, data):
    position = st.integers(0, launches.size - 1)
    spans = data.draw(st.lists(st.tuples(position, position).map(sorted), min_size=1))
    first, last = np.array(spans).T
    found = count_between(launches, first, last).tolist()
    assert found == [sum(launches[a : b + 1].tolist()) for a, b in spans]


INTERVALS = st.lists(
    st.tuples(st.integers(0, 40), st.integers(0, 9)), min_size=1, max_size=12
).map(lambda pairs: np.array([(a, a + length) for a, length in pairs]))


@settings(deadline=None)
@given(intervals=INTERVALS)
def test_overlaps_agree_with_brute_force(intervals):
    spans = [set(range(a, b + 1)) for a, b in intervals.tolist()]
    pairs = sum(bool(a & b) for a, b in itertools.combinations(spans, 2))
    assert overlapping_pairs(*intervals.T) == pairs
    groups = []
    for span in spans:
        meeting = [group for group in groups if group & span]
        groups = [group for group in groups if not group & span]
        groups.append(span.union(*meeting))
    assert separate_groups(*intervals.T) == len(groups)
