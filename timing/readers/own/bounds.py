"""First and last possible days of events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from timing.readers.own.date_column import FIRST_DAY, LAST_DAY, DateColumn

if TYPE_CHECKING:
    from timing.readers.own.date_column import BoolArray, IntArray
    from timing.readers.own.problems import Problems

_BY_HOW_MUCH = (
    "is in doubt by an unknown number of days: say approximate=N for N days either "
    "side, or write the interval, as 2015-03-05/2015-03-19"
)
_CROSSED = "lies before the first possible day; it must not be earlier"


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Bounds:
    """Days of events, as far as they are known.

    Attributes
    ----------
    day : (n,) array of int
        The day; a label only where `first` lies before `last`.
    first, last : (n,) arrays of int
    """

    day: IntArray
    first: IntArray
    last: IntArray


def bounds_of(
    dates: DateColumn,
    earliest: DateColumn | None,
    latest: DateColumn | None,
    approximate: int | None,
    problems: Problems,
) -> Bounds:
    """Combine dates in doubt with bounds that the user gives.

    Parameters
    ----------
    dates : DateColumn
    earliest, latest : DateColumn, optional
        They count before what `dates` says.
    approximate : int, optional
        Days by which a date marked as approximate or uncertain may be off.
    problems : Problems
        Takes the dates in doubt by an unknown number of days, and bounds that
        contradict a date.
    """
    in_doubt = dates.known & (dates.qualifier != "")
    exact = dates.first == dates.last
    reach = np.where(in_doubt, approximate or 0, 0)
    first, has_first = _edge(earliest, dates.first - reach, "first")
    last, has_last = _edge(latest, dates.last + reach, "last")
    day = np.where(exact, dates.first, first)
    if approximate is None:
        bad = in_doubt & exact & ~(has_first & has_last)
        problems.add_rows(dates.name, dates.values, bad, _BY_HOW_MUCH)
    outside = dates.known & ((first < FIRST_DAY) | (last > LAST_DAY))
    problems.add_rows(dates.name, dates.values, outside, "leaves the years 1 to 9999")
    for bound in (earliest, latest):
        if bound is not None:
            bad = bound.known & (bound.is_interval | (bound.qualifier != ""))
            rule = "is in doubt itself: write a day, a month or a year"
            problems.add_rows(bound.name, bound.values, bad, rule)
    if earliest is not None:
        late = dates.known & has_first & (first > np.where(exact, day, dates.last))
        rule = f"lies after {dates.name!r}; it must not be later"
        problems.add_rows(earliest.name, earliest.values, late, rule)
    if latest is not None:
        early = dates.known & has_last & (last < np.where(exact, day, dates.first))
        rule = f"lies before {dates.name!r}; it must not be earlier"
        problems.add_rows(latest.name, latest.values, early, rule)
        crossed = dates.known & ~early & has_last & (last < first)
        problems.add_rows(latest.name, latest.values, crossed, _CROSSED)
    return Bounds(day=day, first=first, last=last)


def _edge(
    bound: DateColumn | None, otherwise: IntArray, end: Literal["first", "last"]
) -> tuple[IntArray, BoolArray]:
    """Days of a bound, and where the user gives it."""
    if bound is None:
        return otherwise, np.zeros(otherwise.size, dtype=bool)
    days: IntArray = getattr(bound, end)
    return np.where(bound.known, days, otherwise), bound.known
