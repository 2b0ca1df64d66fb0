"""Chances of launches in a short window: even rates, moving windows, exact limits."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import special

IntArray = npt.NDArray[np.int64]


def share_limits(
    share: float, n: float, *, confidence_level: float
) -> tuple[float, float]:
    """Exact (Clopper-Pearson) limits of a share of `n` trials.

    Parameters
    ----------
    share : float
        From 0 to 1. ``share * n`` need not be whole: `n` may be the number of separate
        trials behind more numerous overlapping ones.
    n : float
    confidence_level : float

    References
    ----------
    Clopper, C. J. and Pearson, E. S. (1934). Biometrika 26:404-413.

    Examples
    --------
    >>> low, high = share_limits(0.0, 10, confidence_level=0.95)
    >>> low, round(high, 4)
    (0.0, 0.3085)
    """
    tail = (1 - confidence_level) / 2
    hits, misses = share * n, (1 - share) * n
    low = special.betaincinv(hits, misses + 1, tail) if hits > 0 else 0.0
    high = special.betaincinv(hits + 1, misses, 1 - tail) if misses > 0 else 1.0
    return float(low), float(high)


def rate_limits(
    count: int, days: int, *, unit: str, confidence_level: float
) -> tuple[float, float]:
    """Exact limits of a rate per day: binomial for launch days, else Poisson.

    Parameters
    ----------
    count, days : int
        Launches, and the days that were watched.
    unit : {"day", "event"}
    confidence_level : float

    References
    ----------
    Garwood, F. (1936). Biometrika 28:437-442 (Poisson).

    Examples
    --------
    >>> low, high = rate_limits(0, 10, unit="event", confidence_level=0.95)
    >>> low, round(high, 4)
    (0.0, 0.3689)
    """
    if unit == "day":
        return share_limits(count / days, days, confidence_level=confidence_level)
    tail = (1 - confidence_level) / 2
    low = special.gammaincinv(count, tail) if count else 0.0
    high = special.gammaincinv(count + 1, 1 - tail)
    return float(low) / days, float(high) / days


def chance_at_even_rate(
    at_least: int, rate: float, window_days: int, *, unit: str
) -> float:
    """Chance of `at_least` launches in a window when every day carries the same rate.

    Launch days are binomial, so that for ``at_least=1`` it is
    ``1 - (1 - rate) ** window_days``; test events are Poisson.

    Parameters
    ----------
    at_least : int
    rate : float
        Launches per day.
    window_days : int
    unit : {"day", "event"}

    Examples
    --------
    >>> chance_at_even_rate(1, 0.5, 2, unit="day")
    0.75
    """
    if at_least <= 0:
        return 1.0
    if unit != "day":
        return float(special.gammainc(at_least, rate * window_days))
    if at_least > window_days:
        return 0.0
    return float(special.betainc(at_least, window_days - at_least + 1, rate))


def share_of_windows(launches: IntArray, window_days: int) -> float:
    """Share of all windows of `window_days` days that hold at least one launch.

    Parameters
    ----------
    launches : (n,) array of int
        Launches on n days in a row; n is at least `window_days`.
    window_days : int

    Examples
    --------
    >>> share_of_windows(np.array([0, 0, 1, 1, 0]), 2)
    0.75
    """
    total = np.concatenate([[0], np.cumsum(launches)])
    return float((total[window_days:] > total[:-window_days]).mean())


def count_between(launches: IntArray, first: IntArray, last: IntArray) -> IntArray:
    """Count the launches in each of several spans of positions, both ends included.

    Parameters
    ----------
    launches : (n,) array of int
    first, last : (m,) arrays of int
        From 0 to n - 1.

    Examples
    --------
    >>> count_between(np.array([1, 0, 2]), np.array([0, 1]), np.array([1, 2]))
    array([1, 2])
    """
    total = np.concatenate([[0], np.cumsum(launches)])
    counts: IntArray = total[last + 1] - total[first]
    return counts


def overlapping_pairs(first: IntArray, last: IntArray) -> int:
    """Count the pairs of intervals that share a day.

    Parameters
    ----------
    first, last : (m,) arrays of int
        First and last day of each interval, both included.

    Examples
    --------
    >>> overlapping_pairs(np.array([1, 3, 9]), np.array([4, 5, 9]))
    1
    """
    begun = np.searchsorted(np.sort(first), last, side="right")
    ended_before = np.searchsorted(np.sort(last), first, side="left")
    # Each interval meets those begun by its end and not ended before; itself too.
    return int((begun - ended_before - 1).sum()) // 2


def separate_groups(first: IntArray, last: IntArray) -> int:
    """Count the intervals left when those that share a day are merged.

    Parameters
    ----------
    first, last : (m,) arrays of int

    Examples
    --------
    >>> separate_groups(np.array([1, 3, 5, 9]), np.array([4, 5, 6, 9]))
    2
    """
    order = np.argsort(first, kind="stable")
    reached = np.maximum.accumulate(last[order])
    return int(first.size > 0) + int((first[order][1:] > reached[:-1]).sum())
