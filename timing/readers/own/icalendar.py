"""iCalendar files as tables of events and as calendars of days on one clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from timing.clock import to_dates
from timing.errors import ArgumentError
from timing.readers.ical import read_icalendar, read_spans
from timing.readers.own.date_column import DateColumn, read_column
from timing.readers.own.placing import place
from timing.readers.own.problems import Problems
from timing.readers.own.rows import OwnRows
from timing.readers.own.tables import FileOptions, find_file

if TYPE_CHECKING:
    from timing.readers.own.offsets import Zones

_PROPERTIES = {
    "test_id": "UID", "event_id": "UID", "date": "DTSTART", "start": "DTSTART",
    "end": "DTEND", "zone": "DTSTART",
}  # fmt: skip


def refuse_mapping(columns: object, dates: object) -> None:
    """Raise if columns or formats of dates are given, which iCalendar fixes.

    Raises
    ------
    ArgumentError

    Examples
    --------
    >>> refuse_mapping(None, None)
    """
    for name, value in (("columns", columns), ("dates", dates)):
        if value is not None:
            msg = f"`{name}` is given, but means nothing for iCalendar: leave it out."
            raise ArgumentError(msg)


def icalendar_events(source: object, options: FileOptions) -> OwnRows:
    """Load the events of an iCalendar file, dated by their first day or moment."""
    path, _ = find_file(source, options)
    spans = read_spans(path).rename(columns={"event_id": "test_id", "start": "date"})
    return OwnRows(
        frame=spans[["test_id", "name", "date", "zone", "status"]],
        theirs={name: own for name, own in _PROPERTIES.items() if name in spans},
        problems=Problems(path.name),
        is_typed=True,
        dates=None,
        means_times=True,
    )


def icalendar_calendar(
    source: object, options: FileOptions, zone: str | None
) -> pd.DataFrame:
    """Read an iCalendar file as a calendar.

    Parameters
    ----------
    source : str or Path
    options : FileOptions
    zone : str, optional
        Clock whose days are wanted. By default each event keeps its own.

    Raises
    ------
    SchemaError
    """
    path, _ = find_file(source, options)
    if zone is None:
        return read_icalendar(path)
    frame, problems = read_spans(path), Problems(path.name)
    target = np.full(len(frame), zone, dtype=object)
    source_zones = frame["zone"].where(frame["zone"].ne(""), zone).to_numpy(object)
    begin, stop = (
        _placed(frame[name], source_zones, target, problems)
        for name in ("start", "end")
    )
    problems.raise_any()
    # The end is the first day, or the first moment, after the event.
    at_midnight = ~stop.has_clock | (stop.clock == 0)
    begins = begin.first * 86_400 + np.maximum(begin.clock, 0)
    is_after = stop.first * 86_400 + np.maximum(stop.clock, 0) > begins
    last = stop.first - (at_midnight & is_after)
    days = {"start": to_dates(begin.first), "end": to_dates(last)}
    return frame.assign(**days, zone="")


def _placed(
    values: pd.Series, source: Zones, target: Zones, problems: Problems
) -> DateColumn:
    dates = read_column(values, None, problems, _PROPERTIES[str(values.name)])
    is_day = ~dates.has_clock
    return place(dates, np.where(is_day, target, source), target, problems)
