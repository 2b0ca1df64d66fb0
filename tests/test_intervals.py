"""Kernels on intervals of whole days against brute force."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from timing.kernels.intervals import (
    cover_counts,
    nearest_after,
    nearest_both,
    nearest_prior,
)

INTERVALS = st.lists(
    st.tuples(st.integers(-20, 20), st.integers(0, 12)), min_size=1, max_size=12
).map(lambda pairs: [(a, a + length) for a, length in pairs])
DAYS = st.lists(st.integers(-40, 40), min_size=1, max_size=12)


def _arrays(intervals: list[tuple[int, int]]) -> tuple[Any, Any]:
    table = np.array(intervals)
    return table[:, 0], table[:, 1]


def _distances(day: int, intervals: list[tuple[int, int]], way: str) -> dict[int, int]:
    """Lag to each interval that the direction allows."""
    lags = {}
    for i, (first, last) in enumerate(intervals):
        if first <= day <= last:
            lags[i] = 0
        elif day > last and way in ("prior", "both"):
            lags[i] = day - last
        elif day < first and way in ("after", "both"):
            lags[i] = day - first
    return lags


KERNELS = {"prior": nearest_prior, "after": nearest_after, "both": nearest_both}


@pytest.mark.parametrize("way", list(KERNELS))
@settings(deadline=None)
@given(intervals=INTERVALS, days=DAYS)
def test_nearest_agrees_with_brute_force(
    way: str, intervals: list[tuple[int, int]], days: list[int]
):
    found = KERNELS[way](np.array(days), *_arrays(intervals))
    for day, lag, position, n_tied in zip(
        days, *(column.tolist() for column in found), strict=True
    ):
        lags = _distances(day, intervals, way)
        if not lags:
            assert (position, n_tied) == (-1, 0)
            continue
        best = min(abs(value) for value in lags.values())
        tied = [i for i, value in lags.items() if abs(value) == best]
        assert abs(lag) == best
        assert lag == lags[position]
        assert n_tied == len(tied)
        assert position in tied
        if best and way == "both":  # the earlier side wins
            assert lag == max(lags[i] for i in tied)
        if best and way != "after" and lag > 0:  # of those, the first that began
            behind = [i for i in tied if lags[i] > 0]
            assert intervals[position][0] == min(intervals[i][0] for i in behind)
        if best and way == "after":
            assert intervals[position][1] == max(intervals[i][1] for i in tied)


def test_of_two_events_under_way_the_one_that_began_first_is_named():
    found = nearest_prior(np.array([3]), np.array([1, 2]), np.array([5, 10]))
    assert (found.position.tolist(), found.n_tied.tolist()) == ([0], [2])


def test_looking_ahead_of_two_events_under_way_the_one_that_ends_last_is_named():
    found = nearest_after(np.array([3]), np.array([1, 2]), np.array([5, 10]))
    assert (found.position.tolist(), found.n_tied.tolist()) == ([1], [2])


@settings(deadline=None)
@given(intervals=INTERVALS, days=DAYS)
def test_looking_ahead_is_looking_back_in_mirrored_time(
    intervals: list[tuple[int, int]], days: list[int]
):
    first, last = _arrays(intervals)
    after = nearest_after(np.array(days), first, last)
    back = nearest_prior(-np.array(days), -last, -first)
    assert after.lag.tolist() == (-back.lag).tolist()
    assert after.n_tied.tolist() == back.n_tied.tolist()


@settings(deadline=None)
@given(intervals=INTERVALS, origin=st.integers(-30, 30), n_days=st.integers(1, 40))
def test_cover_counts_agree_with_brute_force(
    intervals: list[tuple[int, int]], origin: int, n_days: int
):
    counts = cover_counts(*_arrays(intervals), origin=origin, n_days=n_days)
    assert counts.tolist() == [
        sum(first <= day <= last for first, last in intervals)
        for day in range(origin, origin + n_days)
    ]
