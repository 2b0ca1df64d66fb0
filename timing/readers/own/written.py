"""One date in any usual form; what may be read in two ways is never guessed."""

from __future__ import annotations

import re
from functools import lru_cache

from timing.readers.own.clock_text import read_clock
from timing.readers.own.edtf import read_edtf
from timing.readers.own.reading import (
    NO_CLOCK,
    NO_OFFSET,
    Reading,
    Unreadable,
    check_weekday,
    day_of,
    month_number,
    month_of,
)

ORDERS = ("day-first", "month-first")

_LONGEST = 80
_ISO_TIMED = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d{1,2}:.+)", re.ASCII)
_TIMED = re.compile(r"(.+?)(?:,? |T)(\d{1,2}:.+)", re.ASCII)
_COMPACT_TIME = re.compile(
    r"(\d{8})T(\d\d)(\d\d)(\d\d)?(Z|[+-]\d\d(?::?\d\d)?)?", re.ASCII | re.I
)
_WEEKDAY = re.compile(
    r"((?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?)[.,]{0,2} (.+)",
    re.ASCII | re.I,
)

_YEAR_FIRST = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})", re.ASCII)
_DIGITS = re.compile(r"(\d{4})(\d\d)(\d\d)", re.ASCII)
_NUMERIC = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})", re.ASCII)
_NAME = r"([A-Za-z]{3,9})\.?"
_DAY = r"(\d{1,2})(?:st|nd|rd|th)?"
_DAY_MONTH = re.compile(rf"{_DAY}[-/. ]{{0,2}}{_NAME}[-/, ]{{0,2}}(\d{{4}})", re.ASCII)
_MONTH_DAY = re.compile(rf"{_NAME}[-/ ]?{_DAY}(?:, ?|[-/ ])(\d{{4}})", re.ASCII)
_YEAR_NAME_DAY = re.compile(rf"(\d{{4}})[-/ ]?{_NAME}[-/ ]?{_DAY}", re.ASCII)
_MONTH_YEAR = re.compile(rf"{_NAME}(?:,? |[-/])(\d{{4}})", re.ASCII)
_SHORT_YEAR = re.compile(
    rf"(?:\d{{1,2}}([-/. ])\d{{1,2}}\1|{_DAY}[-/. ]{{0,2}}{_NAME}[-/, ]{{0,2}}"
    rf"|(?:{_NAME}[-/ ]?{_DAY}(?:, ?|[-/ ]))|{_NAME}[-/ ]?)'?\d\d",
    re.ASCII,
)
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?(?:[eE][+-]?\d+)?", re.ASCII)

_GENERAL = (
    "is not a date that can be read (rule: 2025-10-28, 28 Oct 2025, October 28, 2025 "
    "or 28/10/2025, with a time as in 2025-10-28 14:30+09:00; in doubt 2025-10, "
    "2025-10-28~ or 2025-10-01/2025-10-09)"
)
_TWO_DIGITS = (
    "has no year of four digits: write it, or say the format, as dates='%d-%b-%y' (00 "
    "to 68 are then 2000 to 2068)"
)
BARE_NUMBER = (
    "is a bare number, such as a spreadsheet's day count or Unix seconds: write the "
    "date as 2025-10-28, or say the format of its digits, as dates='%d%m%Y'"
)
_EIGHT = (
    "is eight digits but no day written YYYYMMDD: say their order, as dates='%d%m%Y'"
)


def read_written(text: str, order: str | None = None) -> Reading:
    """Read one date.

    Parameters
    ----------
    text : str
        Not blank.
    order : {None, "day-first", "month-first"}
        How numbers such as 03/04/2015 are meant.

    Returns
    -------
    Reading
        Where `order` is None and both orders give a date, its `order` is ``"either"``
        and its days are those of the day first.

    Raises
    ------
    Unreadable

    Examples
    --------
    >>> read_written("28 Oct 2025") == read_written("October 28th, 2025")
    True
    >>> read_written("03/04/2015").order, read_written("13/04/2015").order
    ('either', 'day-first')
    """
    text = " ".join(text.split())
    if len(text) > _LONGEST:
        raise Unreadable(_GENERAL)
    if ":" not in text and "T" not in text:
        return _read_day(text, order)
    text, clock, offset = _split_clock(text)
    day = _read_day(text, order)
    if clock == NO_CLOCK:
        return day
    if day.first != day.last or day.qualifier:
        rule = "has a clock time, but its day is not known"
        raise Unreadable(rule)
    return day._replace(clock=clock, offset=offset)


def _split_clock(text: str) -> tuple[str, int, int]:
    if match := _COMPACT_TIME.fullmatch(text):
        second = match[4] or "00"
        clock = f"{match[2]}:{match[3]}:{second}{match[5] or ''}"
        return match[1], *read_clock(clock)
    if ":" not in text:
        return text, NO_CLOCK, NO_OFFSET
    match = _ISO_TIMED.fullmatch(text) or _TIMED.fullmatch(text)
    if match is None:
        raise Unreadable(_GENERAL)
    return match[1], *read_clock(match[2])


@lru_cache(maxsize=2**16)
def _read_day(text: str, order: str | None) -> Reading:
    edtf = read_edtf(text)
    if edtf is not None:
        return edtf
    match = _WEEKDAY.fullmatch(text)
    if match is None:
        return _read_usual(text, order)
    day = read_edtf(match[2]) or _read_usual(match[2], order)
    if day.order != "either":
        check_weekday(day.first, day.last, match[1])
    return day


def _read_usual(text: str, order: str | None) -> Reading:
    if match := _YEAR_FIRST.fullmatch(text):
        return _known(match[1], int(match[3]), match[4])
    if match := _DIGITS.fullmatch(text):
        try:
            return _known(match[1], int(match[2]), match[3])
        except Unreadable:
            raise Unreadable(_EIGHT) from None
    if match := _NUMERIC.fullmatch(text):
        return _in_order(int(match[1]), int(match[3]), int(match[4]), order)
    if match := _DAY_MONTH.fullmatch(text):
        return _known(match[3], month_number(match[2]), match[1])
    if match := _MONTH_DAY.fullmatch(text):
        return _known(match[3], month_number(match[1]), match[2])
    if match := _YEAR_NAME_DAY.fullmatch(text):
        return _known(match[1], month_number(match[2]), match[3])
    if match := _MONTH_YEAR.fullmatch(text):
        first, last = month_of(int(match[2]), month_number(match[1]))
        return Reading(first, last, to_the_day=False)
    if _SHORT_YEAR.fullmatch(text):
        raise Unreadable(_TWO_DIGITS)
    raise Unreadable(BARE_NUMBER if _NUMBER.fullmatch(text) else _GENERAL)


def _known(year: str, month: int, day: str) -> Reading:
    number = day_of(int(year), month, int(day))
    return Reading(number, number)


def _in_order(one: int, other: int, year: int, order: str | None) -> Reading:
    """Read two numbers and a year, the numbers in the order given or in any."""
    first = {"day-first": (other, one), "month-first": (one, other)}
    if order is not None:
        month, day = first[order]
        if month > 12 >= day:
            rule = f"cannot be {order}: there is no month {month}"
            raise Unreadable(rule)
        return _known(str(year), month, str(day))
    possible = [name for name, (month, _) in first.items() if month <= 12]
    month, day = first[possible[0] if possible else "day-first"]
    found = "either" if len(possible) == 2 else "".join(possible)
    return _known(str(year), month, str(day))._replace(
        order="" if one == other else found
    )
