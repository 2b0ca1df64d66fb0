"""Clocks: dates as users write them, and the days that they fall on.

Days are counted on one clock, that of the study period. A time with an offset is
converted to it; a plain date or a time without an offset is on it already.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pandas as pd

from timing.home import HOME
from timing.period import day_number, parse_iso

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

_FIRST_DAY, _LAST_DAY = day_number(date.min), day_number(date.max)
"""Those that a date can have; blanks of numpy lie before them."""
_EPOCH = date(1970, 1, 1).toordinal()
_PLAIN_TIME = re.compile(
    r"(?:[ T](?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{6})?)?)?"
)
"""What may follow a day in text without changing it: a time without an offset."""

_FEW = 50
"""Days of one zone below which one by one is faster than a column."""


def parse_days(values: pd.Series, clock: str = HOME) -> tuple[IntArray, BoolArray]:
    """Day number of each value, and which values could be read.

    Parameters
    ----------
    values : Series
        Timestamps, dates, or text in ISO 8601 (``2025-10-28``, ``2025-10-28 15:00``,
        ``2025-10-28T06:00+00:00``). Numbers are not dates.
    clock : str
        IANA time zone whose days are counted.

    Returns
    -------
    days : (n,) array of int
        Days since 1970-01-01; 0 where unreadable.
    readable : (n,) array of bool
    """
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        values = values.dt.tz_convert(clock).dt.tz_localize(None)
    if not pd.api.types.is_datetime64_dtype(values.dtype):
        return _parse_objects(values, clock)
    days = values.to_numpy().astype("datetime64[D]").astype(np.int64)
    readable: BoolArray = (days >= _FIRST_DAY) & (days <= _LAST_DAY)
    return np.where(readable, days, 0), readable


def _parse_objects(values: pd.Series, clock: str) -> tuple[IntArray, BoolArray]:
    known: dict[object, int | None] = {}
    is_plain: dict[str, bool] = {}
    found: list[int | None] = []
    for value in values.tolist():
        key = value
        if isinstance(value, str):
            # A column of distinct minutes has few days: each of them is read once.
            tail = value[10:]
            if tail not in is_plain:
                is_plain[tail] = _PLAIN_TIME.fullmatch(tail) is not None
            key = value[:10] if is_plain[tail] else value
        elif not isinstance(value, date | np.datetime64):
            found.append(None)
            continue
        if key not in known:
            known[key] = _parse_one(key, clock)
        found.append(known[key])
    readable = np.array([day is not None for day in found], dtype=bool)
    days = np.array([0 if day is None else day for day in found], dtype=np.int64)
    return days, readable


def _parse_one(value: str | date | np.datetime64, clock: str) -> int | None:
    if isinstance(value, np.datetime64):
        day = int(value.astype("datetime64[D]").astype(np.int64))
        return day if _FIRST_DAY <= day <= _LAST_DAY else None
    if isinstance(value, str):
        parsed = parse_iso(value)
        if parsed is None:
            return None
        value = parsed
    if pd.isna(value):
        return None
    try:
        if isinstance(value, datetime) and value.tzinfo is not None:
            value = value.astimezone(ZoneInfo(clock))
        return day_number(value)
    except (OverflowError, NotImplementedError):  # outside the years 1 to 9999
        return None


def venue_to_days(
    first: IntArray, last: IntArray, zone: pd.Series, clock: str = HOME
) -> tuple[IntArray, IntArray]:
    """Days on the clock of the study that spans of whole venue-local days touch.

    A local day runs from its midnight to the next; every day that shares a moment with
    it counts. One day in Washington therefore covers two days in Tokyo.

    Parameters
    ----------
    first, last : (m,) arrays of int
        Local day numbers, both included.
    zone : Series of str
        IANA zone of each span; blank for dates on the clock of the study.
    clock : str
        IANA zone of the study.

    Returns
    -------
    first, last : (m,) arrays of int
        Day numbers.

    Examples
    --------
    >>> day = np.array([day_number(date(2025, 8, 25))])
    >>> begin, stop = venue_to_days(
    ...     day, day, pd.Series(["America/New_York"]), "Asia/Tokyo"
    ... )
    >>> (stop - day).tolist()
    [1]
    """
    first, last = first.copy(), last.copy()
    names = zone.astype(object).fillna("").astype(str).to_numpy()
    for name in np.unique(names[(names != "") & (names != clock)]):
        at = names == name
        first[at] = _day_of_midnight(first[at], name, clock)
        # One microsecond before the midnight that ends the last day.
        last[at] = _day_of_midnight(last[at] + 1, name, clock, before=True)
    return first, last


def _day_of_midnight(
    days: IntArray, zone: str, clock: str, *, before: bool = False
) -> IntArray:
    # Open ends are written 9999-12-31; the day after does not exist.
    days = np.minimum(days, _LAST_DAY)
    if days.size < _FEW:
        each = (_one_midnight(d, zone, clock, before=before) for d in days.tolist())
        return np.array([*each], dtype=np.int64)
    midnight = pd.DatetimeIndex(days.astype("datetime64[D]").astype("datetime64[us]"))
    local: Any = midnight.tz_localize(
        zone, ambiguous=np.ones(days.size, dtype=bool), nonexistent="shift_forward"
    )
    if before:
        local = local - pd.Timedelta(microseconds=1)
    home = local.tz_convert(clock).tz_localize(None)
    result: IntArray = home.to_numpy().astype("datetime64[D]").astype(np.int64)
    return np.clip(result, _FIRST_DAY, _LAST_DAY)


def _one_midnight(day: int, zone: str, clock: str, *, before: bool) -> int:
    """Do the same for one day: faster than setting up a whole column of a zone."""
    local = datetime.combine(_date_of(day), time.min, tzinfo=ZoneInfo(zone))
    try:
        moment = local.astimezone(UTC)
        if before:
            moment -= timedelta(microseconds=1)
        return day_number(moment.astimezone(ZoneInfo(clock)).date())
    except OverflowError:  # outside the years 1 to 9999
        return day


def _date_of(day: int) -> date:
    return date.fromordinal(day + _EPOCH)


def to_dates(days: IntArray) -> npt.NDArray[np.datetime64]:
    """Day numbers as ``datetime64[us]``, the resolution pandas uses by default."""
    return days.astype("datetime64[D]").astype("datetime64[us]")
