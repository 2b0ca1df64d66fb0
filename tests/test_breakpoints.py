"""Exact distributions in continuous time against every whole shift, and their laws."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from timing.kernels.breakpoints import (
    Spans,
    binomial_pmf,
    close_gaps,
    shift_measure,
    union,
    within,
)
from timing.kernels.exact import circular_shift_pmf, tail_p

NOTHING = np.array([], dtype=np.int64)


def spans(*pairs: tuple[int, int]) -> Spans:
    begin, stop = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    return Spans(begin, stop)


@st.composite
def circles(draw):
    """Draw launches, exposed spans that may touch, and a length."""
    length = draw(st.integers(1, 30))
    times = draw(st.lists(st.integers(0, length - 1), max_size=8))
    edges = sorted(draw(st.sets(st.integers(0, length), max_size=8)))
    pairs = [pair for pair in itertools.pairwise(edges) if draw(st.booleans())]
    return np.array(times, dtype=np.int64), spans(*pairs), length


def counts_by_hand(times, exposed, length):
    """Count at every whole shift; between whole shifts it does not change."""
    in_span = [
        any(b <= t < s for b, s in zip(exposed.begin, exposed.stop, strict=True))
        for t in range(length)
    ]
    return [sum(in_span[(t + k) % length] for t in times) for k in range(length)]


def test_the_measure_by_hand():
    # A circle of 12 with [10, 12) and [0, 1) exposed, launches at 0, 0 and 6. The two
    # at 0 are in for shifts [10, 12) and [0, 1), the one at 6 for [4, 7): 0 for 6 of
    # 12.
    pmf = shift_measure(np.array([0, 0, 6]), spans((0, 1), (10, 12)), 12)
    assert pmf.lowest == 0
    assert (pmf.probability * 12).tolist() == [6, 3, 3]


def test_the_measure_has_no_binning():
    # Launches 1 microsecond apart in a year, one exposed hour: both are in it for an
    # hour less 1 microsecond, exactly one of them for 1 microsecond at each end.
    year, hour = 365 * 86_400_000_000, 3_600_000_000
    pmf = shift_measure(np.array([5, 6]), spans((0, hour)), year)
    expected = [year - hour - 1, 2, hour - 1]
    assert pmf.probability * year == pytest.approx(expected, rel=1e-15)


@pytest.mark.parametrize(
    ("times", "exposed", "count"),
    [
        ([0, 3, 9], spans(), 0),
        ([], spans((0, 4)), 0),
        ([0, 3, 3, 9], spans((0, 10)), 4),
        ([0, 3, 3, 9], spans((0, 4), (4, 10)), 4),
    ],
    ids=["nothing exposed", "no launch", "all exposed", "all exposed in two spans"],
)
def test_a_count_that_no_shift_changes(times, exposed, count):
    pmf = shift_measure(np.array(times, dtype=np.int64), exposed, 10)
    assert (pmf.lowest, pmf.probability.tolist()) == (count, [1.0])


@settings(deadline=None)
@given(circles())
def test_the_measure_is_that_of_every_whole_shift(circle):
    times, exposed, length = circle
    counts = counts_by_hand(times, exposed, length)
    pmf = shift_measure(times, exposed, length)
    assert pmf.lowest == min(counts)
    tally = np.bincount(np.array(counts) - min(counts))
    assert (np.rint(pmf.probability * length)).tolist() == tally.tolist()
    assert pmf.probability == pytest.approx(tally / length, rel=1e-15)


@settings(deadline=None)
@given(circles())
def test_bins_of_one_unit_give_the_same(circle):
    times, exposed, length = circle
    pmf = shift_measure(times, exposed, length)
    binned = circular_shift_pmf(
        np.bincount(times, minlength=length),
        within(np.arange(length), exposed).astype(np.int64),
    )
    assert pmf.lowest == binned.lowest
    assert pmf.probability == pytest.approx(binned.probability, rel=1e-15)


@settings(deadline=None)
@given(circles(), st.integers(1, 86_400_000_000), st.integers(0, 29))
def test_neither_the_unit_nor_the_origin_matters(circle, unit, turn):
    times, exposed, length = circle
    pmf = shift_measure(times, exposed, length)
    scaled = shift_measure(
        times * unit, Spans(exposed.begin * unit, exposed.stop * unit), length * unit
    )
    turned = shift_measure((times + turn) % length, exposed, length)
    for same in (scaled, turned):
        assert same.lowest == pmf.lowest
        assert same.probability == pytest.approx(pmf.probability, rel=1e-14)


@settings(deadline=None)
@given(circles())
def test_the_mean_is_the_exposed_share_and_p_is_never_0(circle):
    times, exposed, length = circle
    pmf = shift_measure(times, exposed, length)
    assert pmf.mean == pytest.approx(times.size * exposed.total / length)
    observed = int(within(times, exposed).sum())
    for alternative in ("greater", "less", "two-sided"):
        assert tail_p(pmf, observed, alternative=alternative) >= 1 / length * 0.999


def test_inputs_are_left_as_they_are():
    times, exposed = np.array([1, 5]), spans((2, 4))
    shift_measure(times, exposed, 9)
    assert times.tolist() == [1, 5]
    assert (exposed.begin.tolist(), exposed.stop.tolist()) == ([2], [4])


@given(
    st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), max_size=8),
)
def test_a_union_holds_what_its_parts_hold(pairs):
    parts = spans(*pairs)
    merged = union(*parts)
    held = [any(b <= t < s for b, s in pairs) for t in range(21)]
    assert within(np.arange(21), merged).tolist() == held
    assert merged.total == sum(held)
    assert (merged.stop > merged.begin).all()
    assert (merged.begin[1:] > merged.stop[:-1]).all()


@given(
    st.lists(st.integers(0, 69), max_size=10),
    st.sets(st.integers(0, 6), min_size=1),
)
def test_gaps_close_as_when_units_are_counted(times, days):
    # Time left before a moment: the units of the days that stay and come before it.
    left = [sum(u // 10 in days for u in range(time)) for time in times]
    closed = close_gaps(
        np.array(times, dtype=np.int64), np.array(sorted(days)), day_length=10
    )
    assert closed.tolist() == left


def test_times_before_and_after_all_days_move_to_the_ends():
    closed = close_gaps(np.array([-25, -1, 45, 99]), np.array([1, 3]), day_length=10)
    assert closed.tolist() == [0, 0, 20, 20]


@given(st.integers(0, 400), st.integers(0, 10_000))
def test_the_binomial_is_that_of_scipy(n, exposed):
    share = exposed / 10_000
    pmf = binomial_pmf(n, share)
    assert pmf.lowest == 0
    expected = stats.binom.pmf(np.arange(n + 1), n, share)
    assert pmf.probability == pytest.approx(expected, rel=1e-9, abs=1e-300)


def test_no_time_gives_no_step():
    assert union(NOTHING, NOTHING).total == 0
    assert within(np.array([3]), spans()).tolist() == [False]
