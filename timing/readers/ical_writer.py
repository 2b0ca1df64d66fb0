"""Calendar tables as iCalendar files, the same bytes for the same table."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from timing.clock import parse_days, to_dates
from timing.errors import SchemaError
from timing.readers.cells import row_failures
from timing.readers.extras import load_extra
from timing.readers.ical import COLUMNS, STATUS_PROPERTY
from timing.schema import CALENDAR, Field, TableSchema, check_table

if TYPE_CHECKING:
    from types import ModuleType

_TABLE = "`calendar`"
_STAMP = datetime(2000, 1, 1, tzinfo=UTC)
_STANDARD = ("confirmed", "tentative", "cancelled")
# Texts without control characters, nor blanks at their ends, survive a journey.
_LINE = r"(?!\s)[^\x00-\x1f\x7f-\x9f\u2028\u2029]*(?<!\s)"
_LINES = r"(?!\s)[^\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]*(?<!\s)"
_EVENTS = TableSchema(
    fields=(
        Field(name="event_id", present=True, required=True, pattern=_LINE),
        Field(name="name", pattern=_LINES),
        Field(name="status", pattern=_LINE),
    )
)


def write_icalendar(calendar: pd.DataFrame, path: str | Path) -> None:
    """Write a calendar table as an iCalendar file.

    Parameters
    ----------
    calendar : DataFrame
        Columns ``event_id``, ``start`` and ``end`` (inclusive); ``name``, ``zone`` and
        ``status`` where they exist. Other columns are not written.
    path : str or Path
        Overwritten if it exists.

    Raises
    ------
    SchemaError
        If a column is missing, an identifier is blank or occurs twice, a date cannot be
        read, an end lies before its start, a zone is unknown, or a text holds control
        characters (a name may hold line ends) or blanks at its ends.
    MissingExtraError
        If the ``io`` extra is not installed.
    OSError
        If the file cannot be written.

    Notes
    -----
    `read_icalendar` gives the six columns back exactly. An event without a zone is
    written as all-day. One with a zone runs from midnight to midnight there, with the
    zone's rules beside it, so that programs elsewhere show the hours that it covers. A
    status that iCalendar does not know (``held``) goes into the property
    X-TIMING-STATUS. DTSTAMP is fixed, and nothing else depends on the day of writing;
    the rules of a zone come from the installed time zone data.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> row = {"event_id": "a", "name": "Summit", "start": "2018-06-11"}
    >>> calendar = pd.DataFrame([row | {"end": "2018-06-12"}])
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "mine.ics")
    ...     write_icalendar(calendar, path)
    ...     print(path.read_text(encoding="utf-8").splitlines()[6])
    DTEND;VALUE=DATE:20180613
    """
    check_table(calendar, CALENDAR, table=_TABLE)
    text = pd.DataFrame(index=calendar.index)
    for name in ("event_id", "name", "zone", "status"):
        if name in calendar:
            text[name] = calendar[name].fillna("").astype("str")
        elif name != "event_id":
            text[name] = ""
    check_table(text, _EVENTS, table=_TABLE)
    for name in ("start", "end"):
        text[name] = pd.DatetimeIndex(to_dates(parse_days(calendar[name])[0])).date
    last = text["end"].eq(date.max)
    if last.any():
        rule = "an open end cannot be written: iCalendar needs the day after it"
        raise SchemaError([*row_failures(text["end"], last, table=_TABLE, rule=rule)])
    events = [*text[[*COLUMNS]].itertuples(index=False, name=None)]
    Path(path).write_bytes(_content(events))


def _content(events: list[tuple[str, str, date, date, str, str]]) -> bytes:
    icalendar = load_extra("icalendar", reading="iCalendar")
    calendar = icalendar.Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", "-//event-timing//timing//EN")
    zones = {zone for *_, zone, _ in events if zone not in ("", "UTC")}
    if zones:
        begin = min(event[2] for event in events)
        stop = max(event[3] for event in events)
        for zone in sorted(zones):
            calendar.add_component(_rules(icalendar, zone, begin, stop))
    for event_id, name, start, end, zone, status in events:
        event = icalendar.Event()
        event.add("uid", event_id)
        event.add("dtstamp", _STAMP)
        event.add("summary", name)
        for key, day in (("DTSTART", start), ("DTEND", end + timedelta(days=1))):
            event[key] = _edge(icalendar, day, zone)
        if status in _STANDARD:
            event.add("status", status.upper())
        elif status:
            event.add(STATUS_PROPERTY, status)
        calendar.add_component(event)
    content: bytes = calendar.to_ical(sorted=True)
    return content


def _rules(icalendar: ModuleType, zone: str, begin: date, stop: date) -> Any:  # noqa: ANN401
    """VTIMEZONE of a zone for the years of the table, and no more than it can know."""
    first, last = (
        min(max(day.year + step, 1900), 2100) for day, step in ((begin, -1), (stop, 2))
    )
    return icalendar.Timezone.from_tzid(
        zone, first_date=date(first, 1, 1), last_date=date(last + 1, 1, 1)
    )


def _edge(icalendar: ModuleType, day: date, zone: str) -> Any:  # noqa: ANN401
    """Make the value of a day, or of its midnight in a zone."""
    if not zone:
        return icalendar.vDDDTypes(day)
    midnight = datetime.combine(day, time(0))
    if zone == "UTC":
        return icalendar.vDDDTypes(midnight.replace(tzinfo=UTC))
    edge = icalendar.vDDDTypes(midnight)
    edge.params["TZID"] = zone
    return edge
