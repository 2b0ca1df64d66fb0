"""A whole column of dates, each distinct value of which is read once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from timing.errors import ArgumentError
from timing.period import day_number
from timing.readers.own.date_format import compile_format
from timing.readers.own.orders import order_rules
from timing.readers.own.reading import NO_CLOCK, NO_OFFSET, Reading, Unreadable
from timing.readers.own.written import BARE_NUMBER, ORDERS, read_written

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from timing.readers.own.problems import Problems

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
DAY = 86_400

_NUMBER = int | float | np.integer | np.floating
_CHUNK = 10_000
"""Distinct values whose readings are kept as such, not as arrays."""
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
    each = _read_each(distinct, _reader(dates))
    rules = each.rules
    if dates is None:
        rules |= order_rules(distinct, each.orders, at)
    problems.add_values(column, values, at, rules)
    is_bad = np.zeros(len(distinct) + 1, dtype=bool)
    is_bad[[*rules]] = True
    is_blank = ~each.arrays.pop("is_filled") & ~is_bad
    return DateColumn(
        name=column,
        values=values,
        known=~(is_blank | is_bad)[at],
        blank=is_blank[at],
        **{name: array[at] for name, array in each.arrays.items()},
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


class _Each(NamedTuple):
    """Distinct values as read; behind them stands a blank one.

    The arrays are those of `Reading`, and where there is one. `rules` says what cannot
    be read, `orders` where the order of day and month is told by the value.
    """

    arrays: dict[str, npt.NDArray[Any]]
    rules: dict[int, str]
    orders: dict[str, list[int]]


def _read_each(
    distinct: Sequence[object], read: Callable[[object], Reading | None]
) -> _Each:
    parts = []
    rules: dict[int, str] = {}
    orders: dict[str, list[int]] = {}
    for start in range(0, len(distinct), _CHUNK):
        readings: list[Reading | None] = []
        for i, value in enumerate(distinct[start : start + _CHUNK], start=start):
            reading = None
            try:
                reading = read(value)
            except Unreadable as error:
                rules[i] = str(error)
            if reading is not None and reading.order:
                orders.setdefault(reading.order, []).append(i)
            readings.append(reading)
        parts.append(_arrays(readings))
    parts.append(_arrays([None]))
    arrays = {name: np.concatenate([p[name] for p in parts]) for name in parts[0]}
    return _Each(arrays, rules, orders)


def _arrays(readings: Sequence[Reading | None]) -> dict[str, npt.NDArray[Any]]:
    filled = [reading or _NOTHING for reading in readings]
    whole = np.array([reading[:4] for reading in filled], dtype=np.int64)
    flags = np.array([reading[5:7] for reading in filled], dtype=bool)
    return {
        **dict(zip(("first", "last", "clock", "offset"), whole.T, strict=True)),
        **dict(zip(("is_interval", "to_the_day"), flags.T, strict=True)),
        "qualifier": np.array([r.qualifier for r in filled], dtype=object),
        "is_filled": np.array([r is not None for r in readings], dtype=bool),
    }


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
