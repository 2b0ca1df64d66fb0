"""What one written date says: days, clock time, offset and doubt."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from timing.period import day_number

NO_CLOCK = -1
NO_OFFSET = 1_000_000

MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august",
    "september", "october", "november", "december",
)  # fmt: skip
WEEKDAYS = (
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
)  # fmt: skip


class Unreadable(Exception):
    """A text that is no date, or not one date: the rule that it breaks."""


class Reading(NamedTuple):
    """One date as read.

    Attributes
    ----------
    first, last : int
        Day numbers; they differ for a month, a year and an interval.
    clock : int
        Seconds since midnight, or `NO_CLOCK`.
    offset : int
        Seconds east of UTC, or `NO_OFFSET`.
    qualifier : str
        ``~`` (approximate), ``?`` (uncertain), ``%`` (both) or blank.
    is_interval : bool
        Written as two dates with a slash between them.
    to_the_day : bool
        Every date of it is written to the day.
    order : str
        ``"day-first"`` or ``"month-first"`` where only that order gives a date,
        ``"either"`` where both do and disagree, blank where there is no such question.
    """

    first: int
    last: int
    clock: int = NO_CLOCK
    offset: int = NO_OFFSET
    qualifier: str = ""
    is_interval: bool = False
    to_the_day: bool = True
    order: str = ""


def month_number(name: str) -> int:
    """Return the number of an English month, written out or in three letters.

    Raises
    ------
    Unreadable

    Examples
    --------
    >>> month_number("Sept"), month_number("MAY")
    (9, 5)
    """
    name = name.lower()
    for number, month in enumerate(MONTHS, start=1):
        if name in (month, month[:3]) or (name == "sept" and number == 9):
            return number
    rule = f"has the month {name!r}; English names are read, and their first 3 letters"
    raise Unreadable(rule)


def day_of(year: int, month: int, day: int) -> int:
    """Day number of a date.

    Raises
    ------
    Unreadable
        If there is no such day.

    Examples
    --------
    >>> day_of(1970, 1, 2)
    1
    """
    try:
        return day_number(date(year, month, day))
    except ValueError:
        rule = "is not a date that exists"
        raise Unreadable(rule) from None


def month_of(year: int, month: int) -> tuple[int, int]:
    """First and last day number of a month.

    Examples
    --------
    >>> month_of(1970, 1)
    (0, 30)
    """
    first = day_of(year, month, 1)
    if (year, month) == (9999, 12):
        return first, first + 30
    return first, day_of(year + month // 12, month % 12 + 1, 1) - 1


def check_weekday(first: int, last: int, name: str) -> None:
    """Raise unless a date is one day and that day of the week.

    Parameters
    ----------
    first, last : int
        Day numbers.
    name : str
        English; its first three letters count.

    Raises
    ------
    Unreadable

    Examples
    --------
    >>> check_weekday(0, 0, "Thu")
    """
    # Day 0, 1970-01-01, was a Thursday.
    day = WEEKDAYS[(first + 3) % 7]
    if first != last or not day.startswith(name[:3].lower()):
        rule = f"is not a {name.capitalize()}"
        raise Unreadable(rule)
