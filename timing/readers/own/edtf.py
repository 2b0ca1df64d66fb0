"""Dates of the Extended Date/Time Format (ISO 8601-2), levels 0 and 1."""

from __future__ import annotations

import re

from timing.readers.own.reading import Reading, Unreadable, day_of, month_of

_DATE = re.compile(
    r"(\d{4}|\d{3}X|\d\dXX)(?:-(\d\d|XX)(?:-(\d\d|XX))?)?([?~%]?)", re.ASCII | re.I
)
_OPEN = re.compile(r"(?:\.\.)?/.*|.*/(?:\.\.)?")
_SEASON = (
    "is a season in EDTF, and which months it has differs between the hemispheres: "
    "write the months, as 2015-03/2015-05 (or two years, as 2015/2021)"
)


def read_edtf(text: str) -> Reading | None:
    """Read a date in EDTF; None where the text is not written so.

    Parameters
    ----------
    text : str
        ``1984``, ``1984-04``, ``1984-04-09``, ``201X``, ``1984-XX``, ``1984-04-XX``,
        each with ``?``, ``~`` or ``%`` behind it if in doubt, or two with a slash.

    Returns
    -------
    Reading or None

    Raises
    ------
    Unreadable
        If it is a season, has an open end, ends before it begins, or does not exist.

    Examples
    --------
    >>> spring = read_edtf("1984-04/1984-09~")
    >>> spring.last - spring.first, spring.qualifier
    (182, '~')
    >>> read_edtf("28 Oct 2025")
    """
    begin, slash, end = text.partition("/")
    if not slash:
        return _date(text)
    if _OPEN.fullmatch(text) and (_date(begin) or _date(end)):
        rule = "has an open end: write the first and the last day that are meant"
        raise Unreadable(rule)
    first, last = _date(begin), _date(end)
    if first is None or last is None:
        return None
    if last.last < first.first:
        rule = "ends before it begins"
        raise Unreadable(rule)
    return Reading(
        first.first,
        last.last,
        qualifier=_both(first.qualifier, last.qualifier),
        is_interval=True,
        to_the_day=first.to_the_day and last.to_the_day,
    )


def _date(text: str) -> Reading | None:
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    year, month, day, qualifier = match.groups()
    unknown = [part is None or "X" in part.upper() for part in (year, month, day)]
    if (unknown[0] and month) or (unknown[1] and day and not unknown[2]):
        rule = "leaves out digits before others that are known: write the interval"
        raise Unreadable(rule)
    if not unknown[1] and 21 <= int(month) <= 41:
        raise Unreadable(_SEASON)
    first, last = _bounds(year, month, day, unknown)
    return Reading(first, last, qualifier=qualifier, to_the_day=not unknown[2])


def _bounds(year: str, month: str, day: str, unknown: list[bool]) -> tuple[int, int]:
    if not unknown[2]:
        first = day_of(int(year), int(month), int(day))
        return first, first
    if not unknown[1]:
        return month_of(int(year), int(month))
    lowest = max(int(re.sub("[Xx]", "0", year)), 1 if unknown[0] else 0)
    highest = int(re.sub("[Xx]", "9", year))
    return month_of(lowest, 1)[0], month_of(highest, 12)[1]


def _both(one: str, other: str) -> str:
    if one == other or not one or not other:
        return one or other
    return "%"
