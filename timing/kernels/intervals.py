"""Intervals of whole days: which days they cover, and how far a day is from them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]


def cover_counts(
    first: IntArray, last: IntArray, *, origin: int, n_days: int
) -> IntArray:
    """Count the intervals that cover each of `n_days` days from day `origin` on.

    Parameters
    ----------
    first, last : (m,) arrays of int
        First and last day of each interval, both included.
    origin, n_days : int
        The grid: days ``origin, ..., origin + n_days - 1``.

    Returns
    -------
    (n_days,) array of int

    Examples
    --------
    >>> cover_counts(np.array([1, 2]), np.array([2, 9]), origin=0, n_days=4)
    array([0, 1, 2, 1])
    """
    begin = np.clip(first - origin, 0, n_days)
    stop = np.clip(last - origin + 1, 0, n_days)
    steps = np.bincount(begin, minlength=n_days + 1)
    steps = steps - np.bincount(stop, minlength=n_days + 1)
    return np.cumsum(steps[:n_days])


def holds_any(first: IntArray, last: IntArray, days: IntArray) -> npt.NDArray[np.bool_]:
    """Whether each interval holds at least one of the increasing `days`.

    Examples
    --------
    >>> holds_any(np.array([1, 4]), np.array([2, 9]), np.array([3, 5]))
    array([False,  True])
    """
    holds: npt.NDArray[np.bool_] = np.searchsorted(days, first) < np.searchsorted(
        days, last, side="right"
    )
    return holds


class Nearest(NamedTuple):
    """Nearest interval of each day.

    Attributes
    ----------
    lag : (n,) array of int
        Day minus the nearest edge: positive after the interval, negative before
        it, 0 within; 0 also where there is no interval.
    position : (n,) array of int
        Position of the interval, -1 where there is none.
    n_tied : (n,) array of int
        Number of intervals at that distance in the directions asked for.
    """

    lag: IntArray
    position: IntArray
    n_tied: IntArray


def _latest_end(first: IntArray, last: IntArray, order: IntArray) -> IntArray:
    """Position of the interval that ends last among those up to each in `order`."""
    ends = last[order]
    running = np.maximum.accumulate(ends)
    is_new = np.r_[True, ends[1:] > running[:-1]]
    return order[np.maximum.accumulate(np.where(is_new, np.arange(order.size), 0))]


def _latest_ended(day: IntArray, first: IntArray, last: IntArray) -> Nearest:
    """Of the intervals begun by each day, the one that ends last."""
    order = np.lexsort((np.arange(first.size), first))
    best = _latest_end(first, last, order)
    n_begun = np.searchsorted(first[order], day, side="right")
    found = n_begun > 0
    position = np.where(found, best[np.maximum(n_begun - 1, 0)], -1)
    lag = np.where(found, np.maximum(day - last[position], 0), 0)
    ends = np.sort(last)
    ended_before = np.searchsorted(ends, day, side="left")
    n_at_end = np.searchsorted(ends, day - lag, side="right") - np.searchsorted(
        ends, day - lag, side="left"
    )
    n_tied = np.where(lag == 0, n_begun - ended_before, n_at_end)
    return Nearest(lag, position, np.where(found, n_tied, 0))


def nearest_prior(day: IntArray, first: IntArray, last: IntArray) -> Nearest:
    """Nearest interval that began on or before each day (`lag` is 0 or positive).

    Of several at the same distance the one that began first is named.
    """
    found = _latest_ended(day, first, last)
    # Among those under way, the mirror image finds the one that began first.
    mirrored = _latest_ended(-day, -last, -first)
    under_way = (found.position >= 0) & (found.lag == 0)
    return found._replace(
        position=np.where(under_way, mirrored.position, found.position)
    )


def nearest_after(day: IntArray, first: IntArray, last: IntArray) -> Nearest:
    """Nearest interval that ends on or after each day (`lag` is 0 or negative).

    The mirror image of `nearest_prior`: of several at the same distance the one
    that ends last is named.
    """
    mirrored = nearest_prior(-day, -last, -first)
    return Nearest(-mirrored.lag, mirrored.position, mirrored.n_tied)


def nearest_both(day: IntArray, first: IntArray, last: IntArray) -> Nearest:
    """Nearest interval in either direction; a tie goes to the earlier one."""
    prior = nearest_prior(day, first, last)
    after = nearest_after(day, first, last)
    has_prior, has_after = prior.position >= 0, after.position >= 0
    closer = has_prior & (~has_after | (prior.lag <= -after.lag))
    tied = has_prior & has_after & (prior.lag == -after.lag) & (prior.lag > 0)
    n_tied = np.where(closer, prior.n_tied, after.n_tied)
    return Nearest(
        np.where(closer, prior.lag, after.lag),
        np.where(closer, prior.position, after.position),
        n_tied + np.where(tied, after.n_tied, 0),
    )
