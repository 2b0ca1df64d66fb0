"""Exact distributions of the coincidence count in continuous time.

Time is whole numbers of any unit (microseconds, minutes), so that lengths of time add
up without rounding. Spans are half-open: they hold their begin, and not their stop.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import special

from timing.errors import ArgumentError
from timing.kernels.exact import Pmf, circular_shift_pmf

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

_MOST_BREAKPOINTS = 2**26
_MOST_STEPS = 2**25
"""Of a circle: either takes some two gigabytes."""


class Spans(NamedTuple):
    """Disjoint spans of time, increasing and not empty.

    Attributes
    ----------
    begin, stop : (m,) arrays of int
    """

    begin: IntArray
    stop: IntArray

    @property
    def total(self) -> int:
        """Length of all spans together."""
        return int((self.stop - self.begin).sum())


def union(begin: IntArray, stop: IntArray) -> Spans:
    """Union of spans; those that overlap or touch become one, empty ones go.

    Examples
    --------
    >>> merged = union(np.array([8, 0, 2, 5]), np.array([9, 3, 5, 5]))
    >>> merged.begin.tolist(), merged.stop.tolist()
    ([0, 8], [5, 9])
    """
    filled = stop > begin
    order = np.argsort(begin[filled], kind="stable")
    begin, stop = begin[filled][order], stop[filled][order]
    latest = np.maximum.accumulate(stop)
    is_new = np.ones(begin.size, dtype=bool)
    is_new[1:] = begin[1:] > latest[:-1]
    is_last = np.roll(is_new, -1)
    return Spans(begin[is_new], latest[is_last])


def within(times: IntArray, spans: Spans) -> BoolArray:
    """Which of the `times` lie in a span.

    Examples
    --------
    >>> within(np.array([0, 4, 5]), Spans(np.array([1]), np.array([5])))
    array([False,  True, False])
    """
    if not spans.begin.size:
        return np.zeros(times.size, dtype=bool)
    latest_begun = np.searchsorted(spans.begin, times, side="right") - 1
    inside: BoolArray = (latest_begun >= 0) & (times < spans.stop[latest_begun])
    return inside


def close_gaps(times: IntArray, days: IntArray, day_length: int) -> IntArray:
    """Time left of the `days` before each of the `times`: all other days are cut out.

    A time on one of the days keeps its time of day; a time on another day moves to the
    begin of the next that is left. The order of times is kept.

    Parameters
    ----------
    times : (n,) array of int
        Time since day 0 began.
    days : (m,) array of int
        Numbers of the days that stay, increasing.
    day_length : int
        Units of time in a day.

    Returns
    -------
    (n,) array of int
        Times from 0 to ``m * day_length``.

    Examples
    --------
    >>> close_gaps(np.array([0, 25, 31, 59]), np.array([2, 5]), day_length=10)
    array([ 0,  5, 10, 19])
    """
    day, time_of_day = np.divmod(times, day_length)
    position = np.searchsorted(days, day)
    stays = position < days.size
    stays[stays] = days[position[stays]] == day[stays]
    return position * day_length + np.where(stays, time_of_day, 0)


def cut_at_days(spans: Spans, day_length: int) -> tuple[IntArray, Spans]:
    """Cut spans where days end.

    Returns
    -------
    day : (k,) array of int
        Number of the day of each piece.
    pieces : Spans
        In time of day, from 0 to `day_length`.

    Examples
    --------
    >>> day, pieces = cut_at_days(Spans(np.array([7]), np.array([25])), 10)
    >>> day.tolist(), pieces.begin.tolist(), pieces.stop.tolist()
    ([0, 1, 2], [7, 0, 0], [10, 10, 5])
    """
    first = spans.begin // day_length
    n_days = (spans.stop - 1) // day_length - first + 1
    at = np.repeat(np.arange(first.size), n_days)
    day = first[at] + np.arange(at.size) - (np.cumsum(n_days) - n_days)[at]
    begin = np.maximum(spans.begin[at] - day * day_length, 0)
    stop = np.minimum(spans.stop[at] - day * day_length, day_length)
    return day, Spans(begin, stop)


def shift_measure(times: IntArray, spans: Spans, length: int) -> Pmf:
    """Count under a uniformly random rotation of the launches over continuous time.

    Parameters
    ----------
    times : (n,) array of int
        Launches, from 0 to below `length`; the same time may occur again.
    spans : Spans
        Exposed time, within 0 to `length`.
    length : int
        Length of the circle.

    Returns
    -------
    Pmf

    Notes
    -----
    The count at a shift k, the number of launches with ``(t + k) % length`` in a span,
    is constant between breakpoints: it steps up at ``begin - t`` and down at
    ``stop - t`` for each launch and span. Sorting these gives the share of all shifts
    at each count, with no binning. Lengths are added as floats, exactly while `length`
    is below 2**53. Time n m log(n m) and memory 80 n m bytes for n launches and m
    spans. Where all times are whole steps (minutes, say) that are fewer than the
    breakpoints, the count is constant between steps, and its values at whole steps
    (two FFTs) give the same numbers.

    Raises
    ------
    ArgumentError
        If breakpoints and steps are too many.

    References
    ----------
    Lotwick, H. W. and Silverman, B. W. (1982). J. R. Stat. Soc. B 44:406-413.

    Examples
    --------
    Launches 2 apart, one span of length 4 on a circle of 10: both are in it for 2 of
    10 shifts, one of them for 4.

    >>> spans = Spans(np.array([3]), np.array([7]))
    >>> shift_measure(np.array([0, 2]), spans, 10).probability
    array([0.4, 0.4, 0.2])
    """
    if not times.size or not spans.begin.size:
        return Pmf(0, np.ones(1))
    unit = int(np.gcd.reduce([np.gcd.reduce(part) for part in (times, *spans, length)]))
    n_breakpoints, n_steps = 2 * times.size * spans.begin.size, length // unit
    if n_steps < min(n_breakpoints, _MOST_STEPS):
        return circular_shift_pmf(*_at_steps(times // unit, spans, unit, n_steps))
    if n_breakpoints > _MOST_BREAKPOINTS:
        msg = (
            f"`strata` put {times.size:,} events and {spans.begin.size:,} exposed "
            "spans into one stratum, too many to shift in continuous time: use shorter "
            "strata, coarser clock times or `resolution`='day'."
        )
        raise ArgumentError(msg)
    # The lowest bit holds the step, so that one sort orders both. Down (0) comes before
    # up (1) at the same place: no count, even for no time at all, lies outside 0 to n.
    steps = np.empty((2, spans.begin.size, times.size), dtype=np.int64)
    np.subtract.outer(spans.stop, times, out=steps[0])
    np.subtract.outer(spans.begin, times, out=steps[1])
    steps %= length
    # A launch that is in a span just before shift 0 steps down before it steps up.
    at_zero = np.count_nonzero(steps[1] >= steps[0])
    steps *= 2
    steps[1] += 1
    order = np.sort(steps, axis=None)
    count = np.cumsum(2 * (order & 1) - 1)
    count += at_zero
    order >>= 1
    lasts = np.diff(order, append=order[0] + length)
    measure = np.bincount(count, weights=lasts)
    used = np.flatnonzero(measure)
    return Pmf(int(used[0]), measure[used[0] : used[-1] + 1] / length)


def _at_steps(
    times: IntArray, spans: Spans, unit: int, n_steps: int
) -> tuple[IntArray, IntArray]:
    """Count launches, and exposure (0 or 1), in each step of `unit`."""
    edges = np.zeros(n_steps + 1, dtype=np.int64)
    edges[spans.begin // unit] += 1
    edges[spans.stop // unit] -= 1
    return np.bincount(times, minlength=n_steps), np.cumsum(edges[:-1])


def binomial_pmf(n: int, share: float) -> Pmf:
    """Count when `n` launches fall anywhere: each is exposed with chance `share`.

    Examples
    --------
    >>> binomial_pmf(2, 0.25).probability
    array([0.5625, 0.375 , 0.0625])
    """
    k = np.arange(n + 1)
    log_choose = -np.log1p(n) - special.betaln(1 + n - k, 1 + k)
    log_p = log_choose + special.xlogy(k, share) + special.xlog1py(n - k, -share)
    return Pmf(0, special.softmax(log_p))
