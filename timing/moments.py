"""Clock times: tables of dates as moments on one clock, where they are known.

Moments are whole microseconds since 1970-01-01 00:00 on the clock of the study. A value
with an offset is converted to it. A value without one is on it already in tables of
tests, and local to the venue's ``zone`` in a calendar that has one.

A bare date never has a clock time. Midnight is one only where another value of the same
column has a time other than midnight (of the same two columns for ``start`` and
``end``). So a column of dates does not turn into launches at midnight because a program
stored it as timestamps.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pandas as pd

from timing.errors import EmptySelectionError, SchemaError
from timing.home import HOME
from timing.inputs import (
    ANCHOR_COLUMNS,
    as_frame,
    drop_note,
    read_events,
    read_intervals,
)
from timing.period import DAY, day_number, parse_iso
from timing.schema import Field, TableSchema, check_table, is_blank

if TYPE_CHECKING:
    from timing.inputs import Dates
    from timing.results import Dropped

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

_MINUTE = 60_000_000
_CLOCK = TableSchema(fields=(Field(name="time", type="time"),))
_LAST_DAY = day_number(date(9999, 12, 31))


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class TimedEvents:
    """Events at known moments.

    Attributes
    ----------
    moment : (n,) array of int
        In the order of the user's rows.
    row : (n,) array of int
        Position of each event in the user's table.
    ids : tuple of str
        Ids, or row positions counted from 1.
    dropped : tuple of Dropped
    sha256 : str
        Hash of ids, days and clock times of all rows, dropped ones too.
    """

    moment: IntArray
    row: IntArray
    ids: tuple[str, ...] = field(repr=False)
    dropped: tuple[Dropped, ...]
    sha256: str


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class TimedIntervals:
    """Half-open spans between moments; other attributes as in `TimedEvents`."""

    begin: IntArray
    stop: IntArray
    row: IntArray
    ids: tuple[str, ...] = field(repr=False)
    dropped: tuple[Dropped, ...]
    sha256: str


class _Column(NamedTuple):
    """A column of dates: `moment` is midnight where there is no clock time.

    `converted` marks moments that had an offset: they are on the clock of the study.
    """

    moment: IntArray
    has_clock: BoolArray
    converted: BoolArray


def _parse(*columns: pd.Series, clock: str) -> list[_Column]:
    """Read checked columns of dates that tell of each other's midnights; blank is 0."""
    parsed = [_parse_column(values, clock) for values in columns]
    any_clock = any((written % DAY != 0).any() for written, *_ in parsed)
    return [
        _Column(moment, has_time & any_clock, converted)
        for _, moment, converted, has_time in parsed
    ]


def _parse_column(
    values: pd.Series, clock: str
) -> tuple[IntArray, IntArray, BoolArray, BoolArray]:
    """Return the four parts of `_parse_one` as arrays."""
    if not pd.api.types.is_datetime64_any_dtype(values.dtype):
        parts = [_parse_one(value, clock) for value in values.tolist()]
        table = np.array(parts, dtype=np.int64).reshape(-1, 4)
        return table[:, 0], table[:, 1], table[:, 2] == 1, table[:, 3] == 1
    written = _microseconds(values.dt.tz_localize(None))
    is_aware = isinstance(values.dtype, pd.DatetimeTZDtype)
    if is_aware:
        values = values.dt.tz_convert(clock).dt.tz_localize(None)
    has_time = values.notna().to_numpy(dtype=bool)
    return written, _microseconds(values), np.full(has_time.size, is_aware), has_time


def _microseconds(values: pd.Series) -> IntArray:
    moment = values.to_numpy().astype("datetime64[us]").astype(np.int64)
    return np.where(values.isna(), 0, moment)


def _parse_one(value: object, clock: str) -> tuple[int, int, bool, bool]:
    """Moment as written and on the clock, had an offset, had a time of day."""
    if isinstance(value, np.datetime64):
        value = pd.Timestamp(value)
    bare = isinstance(value, str) and len(value.strip()) == 10
    if isinstance(value, str):
        value = parse_iso(value)
    if not isinstance(value, date) or pd.isna(value):
        return 0, 0, False, False
    if not isinstance(value, datetime):
        moment = day_number(value) * DAY
        return moment, moment, False, False
    written = _moment(value)
    if value.tzinfo is None:
        return written, written, False, not bare
    return written, _moment(value.astimezone(ZoneInfo(clock))), True, True


def _moment(value: datetime) -> int:
    seconds = (value.hour * 60 + value.minute) * 60 + value.second
    return day_number(value) * DAY + seconds * 1_000_000 + value.microsecond


def _sha256(days_sha256: str, *arrays: IntArray | BoolArray) -> str:
    digest = hashlib.sha256(days_sha256.encode())
    for array in arrays:
        digest.update(array.astype("<i8").tobytes())
    return digest.hexdigest()


def read_timed_events(tests: Dates, *, clock: str = HOME) -> TimedEvents:
    """Read the moments of `tests`; rows without a clock time are left out, reported.

    Parameters
    ----------
    tests : DataFrame or dates
        ``date`` holds moments, or days with the clock time in a column ``time``
        (HH:MM, blank where it is not known).
    clock : str
        IANA time zone of the moments and of values without an offset.

    Raises
    ------
    SchemaError
        If the table breaks its rules, or the two columns hold different clock times.
    EmptySelectionError
        If no row has a known day and clock time.
    """
    frame = as_frame(tests, argument="tests", columns=("date",))
    events = read_events(frame, clock=clock)
    ((moment, has_clock, _),) = _parse(frame["date"], clock=clock)
    if "time" in frame.columns:
        moment, has_clock = _with_time_column(frame, moment, has_clock, clock)
    timed = has_clock[events.row]
    if not timed.any():
        msg = (
            "`tests` has no row with a clock time: give moments in 'date', or a column "
            f"'time' (HH:MM, clock of {clock}). Midnight alone is no clock time."
        )
        raise EmptySelectionError(msg)
    row = events.row[timed]
    return TimedEvents(
        moment=moment[row],
        row=row,
        ids=tuple(events.ids[i] for i in np.flatnonzero(timed)),
        dropped=(
            *events.dropped,
            *drop_note("tests", "clock time not known", ~timed, events.ids),
        ),
        sha256=_sha256(events.sha256, moment, has_clock),
    )


def _with_time_column(
    frame: pd.DataFrame, moment: IntArray, has_clock: BoolArray, clock: str
) -> tuple[IntArray, BoolArray]:
    """Add the clock times of the column ``time``."""
    check_table(frame, _CLOCK, table="`tests`")
    filled = ~is_blank(frame["time"])
    text = frame["time"].where(filled, "00:00").astype(str).to_list()
    minute = np.array([60 * int(t[:2]) + int(t[3:]) for t in text], np.int64)
    at_minute = moment // DAY * DAY + minute * _MINUTE
    differs = filled & has_clock & (at_minute != moment // _MINUTE * _MINUTE)
    if differs.any():
        rule = f"differs from the clock time of 'date' (both on the clock of {clock})"
        raise SchemaError(
            [
                ("`tests`", int(i) + 1, "time", text[i], rule)
                for i in np.flatnonzero(differs)
            ]
        )
    return np.where(filled & ~has_clock, at_minute, moment), has_clock | filled


def read_timed_intervals(
    calendar: Dates, *, anchor: str = "interval", clock: str = HOME
) -> TimedIntervals:
    """Read `calendar` as spans of time; bare dates are whole days of the venue.

    A bare date in ``start`` is its first moment, one in ``end`` its last, on the
    clock of ``zone`` where there is one. A clock time is that moment.

    Parameters
    ----------
    calendar : DataFrame or dates
    anchor : {"interval", "meeting", "start", "end", "announced"}
        As in `read_intervals`; ``"start"`` and ``"end"`` are the first and the last
        day at the venue, or the moment where a clock time is given.
    clock : str
        IANA time zone of the moments.

    Raises
    ------
    SchemaError
        If the table breaks its rules, or a span ends before it begins.
    EmptySelectionError
        If there is no row, or none with a date for the anchor.
    """
    frame = as_frame(calendar, argument="calendar", columns=("start", "end"))
    intervals = read_intervals(frame, anchor=anchor, clock=clock)
    first, last = ANCHOR_COLUMNS[anchor]
    # The other of `start` and `end` tells too whether midnight is a clock time.
    pair = ("start", "end") if first == last != "announced" else (first, last)
    zone = np.full(len(frame), "", dtype=object)
    if "zone" in frame.columns and anchor != "announced":
        zone[:] = frame["zone"].astype(object).fillna("").astype(str)
    row = intervals.row
    parsed = _parse(*(frame[name] for name in pair), clock=clock)
    columns = dict(zip(pair, parsed, strict=True))
    begin = _on_clock(columns[first], zone, clock, is_end=False)[row]
    stop = _on_clock(columns[last], zone, clock, is_end=True)[row]
    if (stop < begin).any():
        rule = f"lies before '{first}'; '{last}' must not be earlier"
        raise SchemaError(
            [
                ("`calendar`", int(i) + 1, last, frame[last].iloc[i], rule)
                for i in row[stop < begin]
            ]
        )
    return TimedIntervals(
        begin=begin,
        stop=stop,
        row=row,
        ids=intervals.ids,
        dropped=intervals.dropped,
        sha256=_sha256(intervals.sha256, begin, stop),
    )


def _on_clock(
    column: _Column, zone: npt.NDArray[Any], clock: str, *, is_end: bool
) -> IntArray:
    """Moments of a calendar column, each row read on the clock of its zone.

    A clock time that does not exist there moves to the next that does. One that occurs
    twice gives the longer span; the midnight of a bare date is the first of two.
    """
    moment = column.moment.copy()
    if is_end:
        # Open ends are written 9999-12-31; the day after does not exist.
        next_midnight = np.minimum(moment // DAY + 1, _LAST_DAY) * DAY
        moment = np.where(column.has_clock, moment, next_midnight)
    is_local = ~column.converted & (zone != "") & (zone != clock)
    for name in np.unique(zone[is_local].astype(str)):
        at = is_local & (zone == name)
        local: Any = pd.DatetimeIndex(moment[at].astype("datetime64[us]"))
        local = local.tz_localize(
            name,
            ambiguous=~column.has_clock[at] if is_end else np.ones(at.sum(), bool),
            nonexistent="shift_forward",
        )
        home = local.tz_convert(clock).tz_localize(None).to_numpy()
        moment[at] = home.astype("datetime64[us]").astype(np.int64)
    return moment
