"""A whole column of dates, each distinct value of which is read once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from timing.errors import ArgumentError
from timing.period import day_number
from timing.readers.date_format import compile_format
from timing.readers.orders import order_rules
from timing.readers.reading import NO_CLOCK, NO_OFFSET, Reading, Unreadable
from timing.readers.written import BARE_NUMBER, ORDERS, read_written

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from timing.readers.problems import Problems

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
DAY = 86_400

_NUMBER = int | float | np.integer | np.floating
_DIGITS = 10**14
"""More than the digits of a day and a time of day."""
_NOTHING = Reading(0, 0)
FIRST_DAY, LAST_DAY = day_number(date.min), day_number(date.max)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class DateColumn:
    """Dates as read, row by row; the arrays are those of `Reading`.

    Attributes
    ----------
    name : str
        The user's.
    values : Series
        As found.
    known : (n,) array of bool
        Neither blank nor unreadable; elsewhere the other arrays hold nothing.
    blank : (n,) array of bool
    """

    name: str
    values: pd.Series
    known: BoolArray
    blank: BoolArray
    first: IntArray
    last: IntArray
    clock: IntArray
    offset: IntArray
    qualifier: npt.NDArray[np.object_]
    is_interval: BoolArray
    to_the_day: BoolArray

    @property
    def has_clock(self) -> BoolArray:
        """Where a clock time is known."""
        found: BoolArray = self.known & (self.clock != NO_CLOCK)
        return found

    @property
    def has_offset(self) -> BoolArray:
        """Where a clock time has an offset."""
        found: BoolArray = self.has_clock & (self.offset != NO_OFFSET)
        return found

    def without_clocks(self) -> DateColumn:
        """Return the same days without times."""
        none = np.full_like(self.clock, NO_CLOCK)
        return replace(self, clock=none, offset=np.full_like(none, NO_OFFSET))


def check_dates(dates: object) -> None:
    """Raise unless `dates` says how dates are written.

    Raises
    ------
    ArgumentError

    Examples
    --------
    >>> check_dates("day-first")
    >>> check_dates("dd/mm/yy")
    Traceback (most recent call last):
    ...
    timing.errors.ArgumentError: `dates` is 'dd/mm/yy'; it must be 'day-first', ...
    """
    if isinstance(dates, str) and "%" in dates:
        compile_format(dates)
    elif dates is not None and dates not in ORDERS:
        choices = ", ".join(repr(order) for order in ORDERS)
        msg = f"`dates` is {dates!r}; it must be {choices} or a format as '%d.%m.%y'."
        raise ArgumentError(msg)


def read_column(
    values: pd.Series, dates: str | None, problems: Problems, column: str
) -> DateColumn:
    """Read a column of dates, and note what cannot be read or is ambiguous.

    Parameters
    ----------
    values : Series
        Text, dates, times or a mixture.
    dates : {None, "day-first", "month-first"} or format
    problems : Problems
        Takes the failures.
    column : str
        The user's name of the column.
    """
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        return _read_typed(values, problems, column)
    at, found = pd.factorize(hashable(values))
    distinct = np.asarray(found, dtype=object).tolist()
    readings, rules = _read_each(distinct, _reader(dates))
    if dates is None:
        rules |= order_rules(distinct, readings, at)
    problems.add_values(column, values, at, rules)
    is_bad = np.array([i in rules for i in range(len(distinct))] + [False], bool)
    # The last stands for missing values, whose place is -1.
    readings.append(None)
    is_blank = np.array([reading is None for reading in readings], bool) & ~is_bad
    known = ~(is_blank | is_bad)
    return DateColumn(
        name=column,
        values=values,
        known=known[at],
        blank=is_blank[at],
        **_arrays(readings, at),
    )


def hashable(values: pd.Series) -> pd.Series:
    """Values among which equal ones can be found: a list becomes its type."""
    if pd.api.types.is_object_dtype(values.dtype):
        return pd.Series(map(_or_type, values.tolist()), dtype="object")
    return values


def _or_type(value: object) -> object:
    try:
        hash(value)
    except TypeError:
        return type(value)
    return value


def _read_each(
    distinct: Sequence[object], read: Callable[[object], Reading | None]
) -> tuple[list[Reading | None], dict[int, str]]:
    readings: list[Reading | None] = []
    rules = {}
    for i, value in enumerate(distinct):
        try:
            readings.append(read(value))
        except Unreadable as error:
            readings.append(None)
            rules[i] = str(error)
    return readings, rules


def _reader(dates: str | None) -> Callable[[object], Reading | None]:
    """Return a reader of one value, which gives None for a blank one."""
    stated = compile_format(dates) if dates and "%" in dates else None

    def read(value: object) -> Reading | None:
        if isinstance(value, np.datetime64):
            value = pd.Timestamp(value)
        if isinstance(value, date):
            return _of_date(value)
        if isinstance(value, _NUMBER) and not isinstance(value, bool):
            if not 0 <= value < _DIGITS or int(value) != value:
                raise Unreadable(BARE_NUMBER)
            value = str(int(value))
        if not isinstance(value, str):
            kind = value if isinstance(value, type) else type(value)
            rule = f"is of the type {kind.__name__}, which is no date"
            raise Unreadable(rule)
        if not value.strip():
            return None
        return stated(value) if stated else read_written(value, dates)

    return read


def _of_date(value: date) -> Reading:
    day = day_number(value)
    if not isinstance(value, datetime):
        return Reading(day, day)
    clock = 3600 * value.hour + 60 * value.minute + value.second
    offset = value.utcoffset()
    seconds = NO_OFFSET if offset is None else int(offset.total_seconds())
    return Reading(day, day, clock, seconds)


def _arrays(
    readings: Sequence[Reading | None], at: npt.NDArray[np.intp]
) -> dict[str, Any]:
    filled = [reading or _NOTHING for reading in readings]
    whole = np.array([reading[:4] for reading in filled], dtype=np.int64)[at]
    flags = np.array([reading[5:7] for reading in filled], dtype=bool)[at]
    qualifier = np.array([reading.qualifier for reading in filled], dtype=object)[at]
    names = ("first", "last", "clock", "offset", "is_interval", "to_the_day")
    arrays = zip(names, (*whole.T, *flags.T), strict=True)
    return {**dict(arrays), "qualifier": qualifier}


def _read_typed(values: pd.Series, problems: Problems, column: str) -> DateColumn:
    """Read a column of timestamps."""
    written = _seconds(values.dt.tz_localize(None))
    blank = values.isna().to_numpy(dtype=bool)
    day = written // DAY
    outside = ~blank & ((day < FIRST_DAY) | (day > LAST_DAY))
    problems.add_rows(column, values, outside, "lies outside the years 1 to 9999")
    offset = np.full_like(written, NO_OFFSET)
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        utc = _seconds(values.dt.tz_convert("UTC").dt.tz_localize(None))
        offset = written - utc
    return DateColumn(
        name=column,
        values=values,
        known=~(blank | outside),
        blank=blank,
        first=day,
        last=day,
        clock=written - DAY * day,
        offset=offset,
        qualifier=np.full(len(values), "", dtype=object),
        is_interval=np.zeros(len(values), dtype=bool),
        to_the_day=np.ones(len(values), dtype=bool),
    )


def _seconds(values: pd.Series) -> IntArray:
    seconds = values.to_numpy().astype("datetime64[s]").astype(np.int64)
    return np.where(values.isna(), 0, seconds)
