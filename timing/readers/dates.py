"""Dates and clock times as the upstream lists write them."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from timing.errors import SchemaError
from timing.period import day_number
from timing.readers.cells import row_failures
from timing.readers.own.reading import MONTHS

if TYPE_CHECKING:
    from collections.abc import Callable

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
T = TypeVar("T")

UNKNOWN = frozenset({"", "unknown", "n/a", "na"})

_MONTHS = {
    **{name: i for i, name in enumerate(MONTHS, start=1)},
    **{name[:3]: i for i, name in enumerate(MONTHS, start=1)},
    "sept": 9,
}
_ISO = re.compile(r"(\d{4})-(\d{2})(?:-(\d{2}))?(?:[ T]00:00(?::00)?)?")
_ENGLISH = re.compile(r"(?:(\d{1,2})[- ])?([A-Za-z]{3,9})[- ](\d{4}|\d{2})")
_CLOCK = re.compile(
    r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?(?: ?([AaPp])[Mm])?(?: ?\(UTC\))?"
)

_DATE_RULE = (
    "is not a date (rule: 2016-04-15, 15-Apr-2016 or 15-Apr-16 for a day, the same "
    "without the day for a month; two-digit years 84 to 99 are 1984 to 1999, 00 to 49 "
    "are 2000 to 2049)"
)
_DAY_RULE = "is not a day (rule: 2016-04-15, 15-Apr-2016 or 15-Apr-16)"
_TIME_RULE = "is not a time (rule: 20:33, 20:33:00 or 8:33:00 PM)"


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class WrittenDates:
    """Days or months as read from text.

    Attributes
    ----------
    first, last : (n,) arrays of int
        Day numbers; they differ where only the month is written.
    is_month : (n,) array of bool
    """

    first: IntArray
    last: IntArray
    is_month: BoolArray


def parse_written_dates(
    values: pd.Series, *, table: str, months: bool = True
) -> WrittenDates:
    """Read dates of mixed formats, each of which must be unambiguous.

    Parameters
    ----------
    values : Series of str
    table : str
        File name for messages.
    months : bool, default True
        Whether a month without a day is allowed.

    Returns
    -------
    WrittenDates

    Raises
    ------
    SchemaError
        With every value that cannot be read. ``4/5/2016`` is one: it may be April or
        May. So is a two-digit year from 50 to 83.

    Examples
    --------
    >>> dates = parse_written_dates(pd.Series(["9-Apr-84", "Sep-84"]), table="mine.csv")
    >>> dates.first.astype("datetime64[D]").tolist()
    [datetime.date(1984, 4, 9), datetime.date(1984, 9, 1)]
    """
    parsed, at = _each_once(values, _parse_date)
    is_bad = np.array(
        [span is None or (not months and span[0] != span[1]) for span in parsed], bool
    )
    if is_bad.any():
        rule = _DATE_RULE if months else _DAY_RULE
        raise SchemaError([*row_failures(values, is_bad[at], table=table, rule=rule)])
    spans = np.array([span for span in parsed if span], dtype=np.int64).reshape(-1, 2)
    first, last = spans[at, 0], spans[at, 1]
    return WrittenDates(first=first, last=last, is_month=first != last)


def parse_written_times(values: pd.Series, *, table: str) -> tuple[IntArray, BoolArray]:
    """Read clock times; blank and ``Unknown`` are missing.

    Parameters
    ----------
    values : Series of str
    table : str
        File name for messages.

    Returns
    -------
    minutes : (n,) array of int
        Whole minutes since midnight; 0 where missing.
    known : (n,) array of bool

    Raises
    ------
    SchemaError
        With every value that cannot be read.

    Examples
    --------
    >>> times = pd.Series(["12:29:00 AM", "20:33 (UTC)", "Unknown"])
    >>> minutes, known = parse_written_times(times, table="mine.csv")
    >>> minutes.tolist(), known.tolist()
    ([29, 1233, 0], [True, True, False])
    """
    parsed, at = _each_once(values, _parse_time)
    is_bad = np.array([minute is None for minute in parsed], bool)[at]
    if is_bad.any():
        failures = row_failures(values, is_bad, table=table, rule=_TIME_RULE)
        raise SchemaError([*failures])
    minutes = np.array([minute for minute in parsed if minute is not None], np.int64)
    known: BoolArray = minutes[at] >= 0
    return np.where(known, minutes[at], 0), known


def _each_once(
    values: pd.Series, parse: Callable[[str], T]
) -> tuple[list[T], IntArray]:
    """Parse each distinct text once; and where each value lies among them."""
    at, distinct = pd.factorize(values)
    return [parse(str(text).strip()) for text in distinct], at.astype(np.int64)


def _parse_date(text: str) -> tuple[int, int] | None:
    if match := _ISO.fullmatch(text):
        year, month, day = (int(part) if part else None for part in match.groups())
    elif match := _ENGLISH.fullmatch(text):
        day = int(match[1]) if match[1] else None
        month, year = _MONTHS.get(match[2].lower()), _full_year(match[3])
    else:
        return None
    if year is None or month is None:
        return None
    try:
        first = day_number(date(year, month, 1 if day is None else day))
    except ValueError:
        return None
    if day is not None:
        return first, first
    return first, first + monthrange(year, month)[1] - 1


def _full_year(text: str) -> int | None:
    year = int(text)
    if len(text) == 4:
        return year
    if year >= 84:
        return 1900 + year
    return 2000 + year if year < 50 else None


def _parse_time(text: str) -> int | None:
    if text.lower() in UNKNOWN:
        return -1
    match = _CLOCK.fullmatch(text)
    if match is None:
        return None
    hour, minute, second = int(match[1]), int(match[2]), int(match[3] or 0)
    if match[4]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + 12 * (match[4] in "Pp")
    if hour > 23 or minute > 59 or second > 59:
        return None
    return 60 * hour + minute
