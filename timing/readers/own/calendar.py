"""Users' calendars in any usual form."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from timing.clock import to_dates
from timing.errors import ArgumentError, SchemaError
from timing.home import check_zone
from timing.readers.own.columns import CALENDAR_COLUMNS
from timing.readers.own.date_column import DAY, check_dates
from timing.readers.own.icalendar import icalendar_calendar, refuse_mapping
from timing.readers.own.offsets import Clocks
from timing.readers.own.rows import load_rows
from timing.readers.own.settling import settle
from timing.readers.own.tables import FileOptions, kind_of
from timing.schema import CALENDAR

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from timing.readers.own.date_column import DateColumn, IntArray
    from timing.readers.own.problems import Problems
    from timing.readers.own.rows import OwnRows

_BLANK = "must not be blank: for an event of one day, write that day"
_IN_DOUBT = (
    "is in doubt, which a calendar has no place for: write the span, as "
    "2015-03-01/2015-03-09, or widen the window"
)
_NO_DAY = (
    "does not tell the day: if the event lasted all this time, write its first and "
    "last day, as 2015-03-01/2015-03-31"
)


def read_calendar(
    source: str | Path | pd.DataFrame,
    *,
    columns: Mapping[str, str] | None = None,
    dates: str | None = None,
    zone: str | None = None,
    format: str | None = None,
    delimiter: str | None = None,
    sheet: str | None = None,
    encoding: str = "utf-8",
    approximate: None = None,
    max_bytes: int | None = None,
) -> pd.DataFrame:
    r"""Read a calendar of events, each of one or more days, from a file or a DataFrame.

    What may be read in two ways is an error, never a guess.

    Parameters
    ----------
    source : str, Path or DataFrame
        As in `read_events`.
    columns : mapping, optional
        Your column for each of ours: ``start``, ``end`` (inclusive) or, in place of
        both, ``span``; ``id`` (becomes ``event_id``), ``name``, ``category``, ``zone``,
        ``announced``, ``meeting_start``, ``meeting_end`` and ``episode``. Columns that
        have the name that they would become need not be named.
    dates, format, delimiter, sheet, encoding, max_bytes
        As in `read_events`.
    zone : str, optional
        IANA time zone whose days are wanted, that of the study period. Needed for times
        with an offset. Where a row has a zone of its own, its dates are days there, and
        stay so.
    approximate : None
        A calendar takes no dates in doubt: write the span or widen the window.

    Returns
    -------
    DataFrame
        One row per row of the table, blank lines and blank rows of a sheet apart, all
        columns kept. ``start`` and ``end`` are the first and last day that the event
        touches, in the row's ``zone`` or else in `zone`; without a column ``end`` and
        without spans, events are of one day. An end at midnight does not touch the day
        that begins then, unless all times are midnight and so no times. A column
        ``span`` becomes ``span_written``.

    Raises
    ------
    SchemaError
        With everything that is wrong with the table in its ``failures``, under your own
        names of the columns.
    ArgumentError
        If an argument is out of its range, or means nothing for this source.
    MissingExtraError
        If XLSX, Parquet or iCalendar is read without the ``io`` extra.
    OSError
        If the file cannot be opened.

    Notes
    -----
    Dates are written as in `read_events`. A span is two of them in the Extended
    Date/Time Format, 2025-10-29/2025-11-01, or a single day; it may stand in ``start``
    too, with no end beside it. Months, years and dates in doubt are errors.

    Of an iCalendar file without `zone`, each event keeps the days and the zone that it
    has in the file, as from `read_icalendar`. With `zone`, its times are put on that
    clock, and the column ``zone`` is blank.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from pathlib import Path
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "mine.csv")
    ...     text = "From,To,What\n29.10.2025,1.11.2025,Summit\n"
    ...     _ = path.write_text(text, encoding="utf-8")
    ...     columns = {"start": "From", "end": "To", "name": "What"}
    ...     read_calendar(path, columns=columns, dates="day-first")
           start        end    name
    0 2025-10-29 2025-11-01  Summit
    """
    check_dates(dates)
    if zone is not None:
        check_zone("zone", zone)
    if approximate is not None:
        msg = (
            f"`approximate` is {approximate!r}; a calendar takes no dates in doubt: "
            "write the span or widen the window."
        )
        raise ArgumentError(msg)
    options = FileOptions(
        format=format,
        delimiter=delimiter,
        sheet=sheet,
        encoding=encoding,
        max_bytes=max_bytes,
    )
    if kind_of(source, options) == "ics":
        refuse_mapping(columns, dates)
        return icalendar_calendar(source, options, zone)
    needed = ["start", "span"]
    rows = load_rows(source, options, columns, CALENDAR_COLUMNS, needed, dates)
    _check_spans(rows)
    rows.check(CALENDAR, ["event_id"])
    return _dated(rows, zone)


def _check_spans(rows: OwnRows) -> None:
    for name in ("start", "end"):
        if {"span", name} <= set(rows.frame.columns):
            own, span = rows.theirs[name], rows.theirs["span"]
            rule = (
                f"is there beside {span!r}, which has the span: leave out one of them"
            )
            raise SchemaError([(rows.problems.table, 0, own, "", rule)])


def _dated(rows: OwnRows, zone: str | None) -> pd.DataFrame:
    """Put first and last days into the table."""
    told, wanted, nowhere = rows.zones(), rows.all_of(zone), rows.all_of(None)
    # A day at a venue stays one; only times with an offset are put on another clock.
    target = np.where(told != "", told, wanted)
    at_venue = Clocks(told=told, source=nowhere, target=target)
    at_home = Clocks(told=nowhere, source=nowhere, target=wanted)
    new = _span_days(rows, at_venue) | _optional_days(rows, at_venue, at_home)
    if "zone" in rows.frame:
        new["zone"] = pd.array(told, dtype="str")
    renamed = {"span": "span_written"} if "span" in rows.frame else {}
    return rows.with_columns(new, renamed)


def _span_days(rows: OwnRows, clocks: Clocks) -> dict[str, Any]:
    """First and last days of the events."""
    if "span" in rows.frame:
        # A format describes single dates.
        columns = [replace(rows, dates=None).read("span")]
    else:
        columns = [rows.read("start")]
    if "end" in rows.frame:
        columns.append(rows.read("end"))
    begin, *ends = settle(columns, clocks, rows.problems, means_times=rows.means_times)
    rows.problems.add_rows(begin.name, begin.values, begin.blank, "must not be blank")
    _check_days(begin, rows.problems)
    first, last = begin.first, begin.last
    for end in ends:
        spare = end.known & begin.is_interval
        rule = f"is there beside a span in {begin.name!r}: leave out one of them"
        rows.problems.add_rows(end.name, end.values, spare, rule)
        bare = end.blank & begin.known & ~begin.is_interval
        rows.problems.add_rows(end.name, end.values, bare, _BLANK)
        _check_single_days(end, rows.problems)
        last = np.where(end.known, _last_day(begin, end, rows.problems), last)
    return {"start": to_dates(first), "end": to_dates(last)}


def _optional_days(rows: OwnRows, at_venue: Clocks, at_home: Clocks) -> dict[str, Any]:
    """Days of meeting and announcement; missing where they are blank."""
    new = {}
    groups = ((("meeting_start", "meeting_end"), at_venue), (("announced",), at_home))
    for names, clocks in groups:
        there = [name for name in names if name in rows.frame]
        columns = settle(
            [rows.read(name) for name in there],
            clocks,
            rows.problems,
            means_times=rows.means_times,
        )
        for name, dates in zip(there, columns, strict=True):
            _check_single_days(dates, rows.problems)
            day = dates.first
            if name == "meeting_end" and len(columns) == 2:
                day = _last_day(columns[0], dates, rows.problems)
            nothing = np.datetime64("NaT", "us")
            new[name] = np.where(dates.known, to_dates(day), nothing)
    return new


def _check_days(dates: DateColumn, problems: Problems) -> None:
    in_doubt = dates.known & (dates.qualifier != "")
    problems.add_rows(dates.name, dates.values, in_doubt, _IN_DOUBT)
    long = dates.known & ~in_doubt & ~dates.to_the_day
    problems.add_rows(dates.name, dates.values, long, _NO_DAY)


def _check_single_days(dates: DateColumn, problems: Problems) -> None:
    spans = dates.known & dates.is_interval
    rule = "is a span, but stands for a single day"
    problems.add_rows(dates.name, dates.values, spans, rule)
    _check_days(dates, problems)


def _last_day(begin: DateColumn, end: DateColumn, problems: Problems) -> IntArray:
    """Last day that is touched: not the one that begins with the end."""
    both = begin.known & end.known
    begins = begin.first * DAY + np.where(begin.has_clock, begin.clock, 0)
    ends = end.first * DAY + np.where(end.has_clock, end.clock, DAY - 1)
    rule = f"lies before {begin.name!r}; it must not be earlier"
    problems.add_rows(end.name, end.values, both & (ends < begins), rule)
    at_midnight = end.has_clock & (end.clock == 0) & (ends > begins)
    last: IntArray = end.first - at_midnight
    return last
