"""Units of counting: launch days, test events, missiles, episodes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]

UNITS = ("day", "event", "missile", "episode")


def count_on(
    days: IntArray, event_day: IntArray, size: IntArray | None = None
) -> IntArray:
    """Count the events on each of the increasing `days`; each counts `size`, or 1.

    Examples
    --------
    >>> count_on(np.array([4, 5, 9]), np.array([5, 5, 7, 9]))
    array([0, 2, 1])
    """
    landing = np.isin(event_day, days)
    at = np.searchsorted(days, event_day[landing])
    weights = None if size is None else size[landing]
    return np.bincount(at, weights=weights, minlength=days.size).astype(np.int64)


def episode_starts(event_day: IntArray, *, gap: int) -> IntArray:
    """First days of the episodes: launch days no more than `gap` days apart.

    Examples
    --------
    >>> episode_starts(np.array([1, 3, 3, 10, 20]), gap=7)
    array([ 1, 20])
    """
    launch_days = np.unique(event_day)
    return launch_days[np.diff(launch_days, prepend=launch_days[:1] - gap - 1) > gap]


def launches_on(
    days: IntArray,
    event_day: IntArray,
    *,
    unit: str,
    gap: int,
    missiles: IntArray | None = None,
) -> IntArray:
    """Count the launches on each of the increasing `days`, in a unit of counting.

    Parameters
    ----------
    days : (n,) array of int
        At-risk day numbers, increasing.
    event_day : (m,) array of int
        Days of all test events, those on other days too: an episode that began on a
        day that is not at risk is not counted.
    unit : {"day", "event", "missile", "episode"}
    gap : int
        Longest distance of neighbouring launch days of one episode.
    missiles : (m,) array of int, optional
        Missiles of each event; needed for ``unit="missile"``.

    Returns
    -------
    (n,) array of int

    Examples
    --------
    >>> days, event_day = np.arange(5), np.array([0, 0, 1, 4])
    >>> launches_on(days, event_day, unit="day", gap=2)
    array([1, 1, 0, 0, 1])
    >>> launches_on(days, event_day, unit="event", gap=2)
    array([2, 1, 0, 0, 1])
    >>> launches_on(days, event_day, unit="episode", gap=2)
    array([1, 0, 0, 0, 1])
    """
    if unit == "episode":
        return count_on(days, episode_starts(event_day, gap=gap))
    if unit == "missile":
        return count_on(days, event_day, missiles)
    events = count_on(days, event_day)
    return np.minimum(events, 1) if unit == "day" else events
