"""Users' tables, lists and series of dates as arrays of integer days."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from timing.arguments import check_choice
from timing.clock import parse_days, venue_to_days
from timing.errors import EmptySelectionError, SchemaError
from timing.home import HOME
from timing.results import Dropped
from timing.schema import (
    CALENDAR,
    TESTS,
    TableSchema,
    check_table,
    is_blank,
    numbers_in,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

IntArray = npt.NDArray[np.int64]

Dates: TypeAlias = "pd.DataFrame | pd.Series | pd.Index | Sequence[str | date]"

ANCHORS = ("interval", "meeting", "start", "end", "announced")
ANCHOR_COLUMNS = {
    "interval": ("start", "end"),
    "meeting": ("meeting_start", "meeting_end"),
    "start": ("start", "start"),
    "end": ("end", "end"),
    "announced": ("announced", "announced"),
}


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class DatedEvents:
    """Events on single days.

    Attributes
    ----------
    day : (n,) array of int
        Day numbers, in the order of the user's rows.
    earliest, latest : (n,) arrays of int
        First and last possible day; both are `day` where it is known.
    missiles : (n,) array of int
        Missiles of each event: the column ``n_missiles``, and 1 where it is blank.
    has_missiles : bool
        Whether the table has that column.
    missiles_unknown : int
        Events kept whose ``n_missiles`` is blank.
    row : (n,) array of int
        Position of each event in the user's table.
    ids : tuple of str
        Ids, or row positions counted from 1.
    dropped : tuple of Dropped
    sha256 : str
        Hash of ids and days of all rows, dropped ones too.
    """

    day: IntArray
    earliest: IntArray
    latest: IntArray
    missiles: IntArray
    has_missiles: bool
    missiles_unknown: int
    row: IntArray
    ids: tuple[str, ...] = field(repr=False)
    dropped: tuple[Dropped, ...]
    sha256: str


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class DatedIntervals:
    """Intervals of days; attributes as in `DatedEvents`."""

    first: IntArray
    last: IntArray
    row: IntArray
    ids: tuple[str, ...] = field(repr=False)
    dropped: tuple[Dropped, ...]
    sha256: str


def as_frame(dates: Dates, *, argument: str, columns: tuple[str, ...]) -> pd.DataFrame:
    """Return a table as it is, and put a list of dates into each of `columns`."""
    if isinstance(dates, pd.DataFrame):
        return dates
    if isinstance(dates, str) or not hasattr(dates, "__iter__"):
        got = type(dates).__name__
        rule = f"must be a table or a list of dates, not {got!r}"
        raise SchemaError([(f"`{argument}`", 0, columns[0], "", rule)])
    if isinstance(dates, pd.Index):
        dates = dates.to_series(index=pd.RangeIndex(len(dates)))
    elif not isinstance(dates, pd.Series):
        dates = pd.Series(list(dates), dtype=object)
    return pd.DataFrame(dict.fromkeys(columns, dates))


def _checked(
    dates: Dates,
    schema: TableSchema,
    *,
    argument: str,
    columns: tuple[str, ...],
    clock: str,
) -> pd.DataFrame:
    frame = as_frame(dates, argument=argument, columns=columns)
    check_table(frame, schema, table=f"`{argument}`", clock=clock)
    if frame.empty:
        msg = f"`{argument}` has no rows: the selection is empty."
        raise EmptySelectionError(msg)
    return frame


def row_ids(frame: pd.DataFrame, column: str) -> tuple[str, ...]:
    """Ids of the rows: those of `column`, or the position, from 1, where blank."""
    positions = range(1, len(frame) + 1)
    if column not in frame.columns:
        return tuple(map(str, positions))
    position = pd.Series(positions, index=frame.index, dtype=object)
    ids = frame[column].astype(object).where(~is_blank(frame[column]), position)
    # By way of a list: iterating over a column of text is ten times slower.
    return tuple(ids.astype(str).tolist())


def ids_at(ids: tuple[str, ...], rows: IntArray) -> tuple[str, ...]:
    """Ids at the increasing positions `rows`; the same tuple where these are all."""
    if rows.size == len(ids):
        return ids
    return tuple(map(ids.__getitem__, rows.tolist()))


def _hash(ids: tuple[str, ...], *arrays: IntArray) -> str:
    digest = hashlib.sha256("\n".join(ids).encode())
    for array in arrays:
        digest.update(array.astype("<i8").tobytes())
    return digest.hexdigest()


def drop_note(
    table: str,
    reason: str,
    gone: npt.NDArray[np.bool_],
    ids: tuple[str, ...],
) -> tuple[Dropped, ...]:
    """Record of the rows where `gone` is true; empty where none is."""
    rows = np.flatnonzero(gone)
    if not rows.size:
        return ()
    names = ids_at(ids, rows)
    return (Dropped(table=table, reason=reason, rows=rows.size, ids=names),)


def read_events(
    tests: Dates, *, clock: str = HOME, keep_uncertain: bool = False
) -> DatedEvents:
    """Read `tests`: a table with a ``date`` column, or dates.

    A column ``n_missiles`` gives the size of each event. The day of a row is not known
    where ``earliest`` lies before ``latest``: its ``date`` is a label only.

    Parameters
    ----------
    tests : DataFrame or dates
    clock : str
        IANA time zone whose days are counted.
    keep_uncertain : bool, default False
        Keep rows of unknown day, on the day halfway; by default they are left out and
        reported.

    Raises
    ------
    SchemaError
        If the column is missing, a date cannot be read or an id occurs twice.
    EmptySelectionError
        If there is no row, or none with a known day.
    """
    frame = _checked(tests, TESTS, argument="tests", columns=("date",), clock=clock)
    ids = row_ids(frame, "test_id")
    day, _ = parse_days(frame["date"], clock)
    earliest, latest = (
        _bounds(frame, column, day, clock) for column in ("earliest", "latest")
    )
    uncertain = earliest < latest
    gone = uncertain & (not keep_uncertain)
    if gone.all():
        msg = "`tests` has no row whose day is known."
        raise EmptySelectionError(msg)
    row = np.flatnonzero(~gone)
    halfway = np.where(uncertain, (earliest + latest) // 2, day)
    missiles, blank = _missiles(frame)
    return DatedEvents(
        day=halfway[row],
        earliest=earliest[row],
        latest=latest[row],
        missiles=missiles[row],
        has_missiles="n_missiles" in frame.columns,
        missiles_unknown=int(blank[row].sum()),
        row=row,
        ids=ids_at(ids, row),
        dropped=drop_note("tests", "day not known", gone, ids),
        sha256=_hash(ids, day, earliest, latest, missiles),
    )


def _bounds(frame: pd.DataFrame, column: str, day: IntArray, clock: str) -> IntArray:
    """Day numbers of `column`; the day itself where it is absent or blank."""
    if column not in frame.columns:
        return day
    bound, known = parse_days(frame[column], clock)
    return np.where(known, bound, day)


def _missiles(frame: pd.DataFrame) -> tuple[IntArray, npt.NDArray[np.bool_]]:
    """Missiles of each event, 1 where the number is blank, and where it is."""
    if "n_missiles" not in frame.columns:
        return np.ones(len(frame), dtype=np.int64), np.zeros(len(frame), dtype=bool)
    number = numbers_in(frame["n_missiles"])
    blank = np.isnan(number)
    return np.where(blank, 1, number).astype(np.int64), blank


def read_intervals(
    calendar: Dates, *, anchor: str = "interval", clock: str = HOME
) -> DatedIntervals:
    """Read `calendar`: a table with ``start`` and ``end`` columns, or single dates.

    Venue-local dates are turned into the days that they touch on the clock of the
    study, through the ``zone`` column where there is one. Rows with no date for the
    anchor are left out and reported.

    Parameters
    ----------
    calendar : DataFrame or dates
    anchor : {"interval", "meeting", "start", "end", "announced"}
        What the interval is: the whole event, the days on which the parties met, its
        first or last day, or the day on which it was announced.
    clock : str
        IANA time zone whose days are counted.

    Raises
    ------
    SchemaError
        If a column is missing, a date or zone cannot be read, an end lies before its
        start, or an id occurs twice.
    EmptySelectionError
        If there is no row, or none with a date for the anchor.
    """
    check_choice("anchor", anchor, ANCHORS)
    frame = _checked(
        calendar, CALENDAR, argument="calendar", columns=("start", "end"), clock=clock
    )
    columns = ANCHOR_COLUMNS[anchor]
    for column in columns:
        if column not in frame.columns:
            rule = f"the column is missing, and anchor={anchor!r} needs it"
            raise SchemaError([("`calendar`", 0, column, "", rule)])
    ids = row_ids(frame, "event_id")
    blank = is_blank(frame[columns[0]]) | is_blank(frame[columns[1]])
    if blank.all():
        msg = f"`calendar` has no row with a date for anchor={anchor!r}."
        raise EmptySelectionError(msg)
    row = np.flatnonzero(~blank)
    kept = frame.iloc[row]
    # Announcements are dated on the clock of the study; the event at its venue.
    has_zone = "zone" in frame.columns and anchor != "announced"
    zone = pd.Series([""] * row.size)
    if has_zone:
        zone = kept["zone"].astype(object).fillna("").astype(str)
    spans = "interval" if anchor in ("start", "end") else anchor
    begin, stop = (parse_days(kept[c], clock)[0] for c in ANCHOR_COLUMNS[spans])
    written = [parse_days(frame[c], clock)[0] for c in ("start", "end")]
    first, last = venue_to_days(begin, stop, zone, clock)
    if anchor == "start":
        last = first
    elif anchor == "end":
        first = last
    return DatedIntervals(
        first=first,
        last=last,
        row=row,
        ids=ids_at(ids, row),
        dropped=drop_note("calendar", f"no date for anchor {anchor!r}", blank, ids),
        sha256=_hash((*ids, *zone), *written, begin, stop),
    )
