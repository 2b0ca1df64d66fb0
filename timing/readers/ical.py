"""iCalendar files as calendar tables."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pandas as pd

from timing.errors import ArgumentError, SchemaError
from timing.home import is_zone
from timing.readers.extras import load_extra
from timing.readers.recurring import own_moment, recurs, starts
from timing.schema import Field, TableSchema, check_table

COLUMNS = ("event_id", "name", "start", "end", "zone", "status")
STATUS_PROPERTY = "X-TIMING-STATUS"

_ID = "RECURRENCE-ID"
_ONCE = (
    "UID", "SUMMARY", "DTSTART", "DTEND", "DURATION", "STATUS", STATUS_PROPERTY,
    _ID,
)  # fmt: skip
MOST = 1_000_000
"""Events of one file: a day in each year of some thousands that recur."""
_LIMIT = re.compile(r"^(BEGIN|END):", re.IGNORECASE | re.MULTILINE)
_EVENTS = TableSchema(fields=(Field(name="event_id", required=True, unique=True),))


_Failure = tuple[str, int, str, object, str]
_Series = list[tuple[int, Any]]


class _Row(NamedTuple):
    """An event; days, or times on the clock of its zone."""

    event_id: str
    name: str
    start: date
    end: date
    zone: str
    status: str


class _Rule(Exception):
    """A property of one event that breaks a rule: (property, value, rule)."""


def read_icalendar(path: str | Path, *, zone: str = "") -> pd.DataFrame:
    r"""Read the events of an iCalendar file as whole days.

    Parameters
    ----------
    path : str or Path
    zone : str, optional
        IANA time zone of all-day events and of times without a zone. Blank by default:
        days of the study.

    Returns
    -------
    DataFrame
        One row per event in the order of the file, and one for each time that an event
        recurs, through the year 2100: ``event_id`` (UID; of what recurs also the day or
        time that the rule gives, as in ``a/2018-06-11``), ``name`` (SUMMARY), ``start``
        and ``end`` (first and last day, both included, on the event's own clock),
        ``zone`` and ``status`` (``confirmed``, ``tentative``, ``cancelled``, or blank
        where the file says nothing; a status that `write_icalendar` wrote comes back as
        it was).

    Raises
    ------
    SchemaError
        If the file is not UTF-8, not iCalendar, cut off or without events, or has more
        than 1,000,000 of them; if an event recurs within a day, begins to recur before
        1583, lacks a UID or DTSTART, ends before it starts, or has a property twice,
        unreadable or in an unknown zone. Rows count the events as they are written.
    ArgumentError
        If `zone` is no IANA time zone.
    MissingExtraError
        If the ``io`` extra is not installed.
    OSError
        If the file cannot be opened.

    Notes
    -----
    DTEND is exclusive: an all-day event of 11 and 12 June ends on the 13th in the file,
    and an event that ends at midnight does not touch the day that begins then. An
    all-day event with DTEND equal to DTSTART, which the standard forbids but programs
    write, is taken as one day. An event with a RECURRENCE-ID takes the place of the
    one that the rule gives, also where EXDATE takes that out. Zones under the names of
    Windows, as Outlook writes them, become those of IANA by the table of the Unicode
    CLDR.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> lines = ["BEGIN:VCALENDAR", "BEGIN:VEVENT", "UID:a", "SUMMARY:Summit",
    ...     "DTSTART;VALUE=DATE:20180611", "DTEND;VALUE=DATE:20180613",
    ...     "END:VEVENT", "END:VCALENDAR"]
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "mine.ics")
    ...     _ = path.write_text("\r\n".join(lines), encoding="utf-8")
    ...     read_icalendar(path)[["event_id", "name", "start", "end"]]
      event_id    name      start        end
    0        a  Summit 2018-06-11 2018-06-12
    """
    if zone and not is_zone(zone):
        msg = (
            f"`zone` is {zone!r}; it must be an IANA time zone (such as Europe/Madrid)."
        )
        raise ArgumentError(msg)
    frame = read_spans(Path(path))
    spans = zip(frame["start"].tolist(), frame["end"].tolist(), strict=True)
    days = pd.DataFrame([whole_days(first, last) for first, last in spans])
    frame["zone"] = frame["zone"].where(frame["zone"].ne(""), zone)
    days.columns = pd.Index(["start", "end"])
    return frame.assign(**days.astype("datetime64[us]"))


def read_spans(path: Path) -> pd.DataFrame:
    """Read the events of an iCalendar file with the times that they have.

    Parameters
    ----------
    path : Path

    Returns
    -------
    DataFrame
        As `read_icalendar` gives, but ``start`` and ``end`` are as in the file: days,
        or times on the clock of ``zone``; the end is the first day or moment after it.

    Raises
    ------
    SchemaError
    MissingExtraError
    OSError
        As in `read_icalendar`.
    """
    rows: list[_Row] = []
    failures: list[_Failure] = []
    for series in _series(_events(path)):
        found, bad = _rows(series, path.name)
        rows += found
        failures += bad
        if len(rows) > MOST:
            rule = f"has more than {MOST:,} events, with those that recur"
            raise SchemaError([(path.name, 0, "(all)", "", rule)])
    if failures:
        raise SchemaError(sorted(failures, key=lambda failure: failure[1]))
    frame = pd.DataFrame(rows, columns=[*COLUMNS], dtype="object")
    check_table(frame, _EVENTS, table=path.name)
    texts = (name for name in COLUMNS if name not in ("start", "end"))
    return frame.astype(dict.fromkeys(texts, "str"))


def whole_days(first: date, last: date) -> tuple[date, date]:
    """First and last day of a span, whose end is exclusive.

    Parameters
    ----------
    first, last : date or datetime
        Days, or times on one clock.

    Examples
    --------
    >>> whole_days(date(2018, 6, 11), date(2018, 6, 13))
    (datetime.date(2018, 6, 11), datetime.date(2018, 6, 12))
    """
    a_day = timedelta(days=1)
    if not isinstance(first, datetime) or not isinstance(last, datetime):
        return first, last - a_day if last > first else first
    if last > first and last.time() == time(0):
        last -= a_day
    return first.date(), last.date()


def _events(path: Path) -> list[Any]:
    icalendar = load_extra("icalendar", reading="iCalendar")
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
        # The parser leaves out what is never closed, without a word.
        ends = [match[1].upper() for match in _LIMIT.finditer(text)]
        parts = icalendar.Component.from_ical(text, multiple=True)
        if not parts or ends.count("BEGIN") != ends.count("END"):
            rule = "is not whole iCalendar: BEGIN and END do not match"
        elif any(part.name != "VCALENDAR" for part in parts):
            rule = "is not iCalendar: must hold VCALENDAR and nothing else"
        elif not (events := [e for part in parts for e in part.walk("VEVENT")]):
            rule = "has no events"
        else:
            return events
    except UnicodeDecodeError as error:
        rule = f"is not UTF-8 text (byte {error.start})"
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        rule = f"is not iCalendar: {str(error).splitlines()[0] if str(error) else ''}"
    raise SchemaError([(path.name, 0, "(all)", "", rule)])


def _series(events: list[Any]) -> list[_Series]:
    """Put those of an event that recurs together, each with its place."""
    found: dict[object, _Series] = {}
    for i, event in enumerate(events, start=1):
        key = str(event.get("UID", "")) if recurs(event) else i
        found.setdefault(key, []).append((i, event))
    return list(found.values())


def _rows(series: _Series, table: str) -> tuple[list[_Row], list[_Failure]]:
    """Rows of an event, or of all that a rule gives; and what is wrong with it."""
    rows: list[_Row] = []
    failures = []
    for i, event in series:
        try:
            rows.append(_row(event))
        except _Rule as error:
            failures.append(_failure(table, i, event, error))
    place, event = series[0]
    if recurs(event) and not failures:
        try:
            rows = _listed([one for _, one in series], rows)
        except (ValueError, TypeError, OverflowError) as error:
            rule = _Rule("RRULE", "", f"cannot be followed: {error}")
            failures.append(_failure(table, place, event, rule))
    return rows, failures


def _listed(series: list[Any], rows: list[_Row]) -> list[_Row]:
    """List the events of one that recurs; a changed one takes the place it had."""
    pairs = list(zip(series, rows, strict=True))
    rules = [(event, row) for event, row in pairs if _ID not in event]
    if not rows[0].event_id:
        msg = "what recurs must have a UID"
        raise ValueError(msg)
    if len(rules) > 1:
        msg = f"its UID occurs {len(rules)} times"
        raise ValueError(msg)
    found: dict[date, _Row] = {}
    for event, row in rules:
        lasts = row.end - row.start
        for start in starts(event, row.start, row.zone):
            found[start] = row._replace(start=start, end=start + lasts)
    changed: dict[date, _Row] = {}
    for event, row in pairs:
        if _ID in event:
            _, of = rules[0] if rules else (event, row)
            place = own_moment(event[_ID], of.start, of.zone)
            if place in changed:
                msg = f"the RECURRENCE-ID {place} occurs twice"
                raise ValueError(msg)
            changed[place] = row
    found |= changed
    if not found:
        msg = "no event is left of it"
        raise ValueError(msg)
    return [
        row._replace(event_id=f"{row.event_id}/{place.isoformat()}")
        for place, row in sorted(found.items())
    ]


def _failure(table: str, i: int, event: Any, error: _Rule) -> _Failure:  # noqa: ANN401
    name, value, rule = error.args
    which = str(event.get("UID") or event.get("SUMMARY") or "")
    rule = f"{rule} (event '{which}')" if which else rule
    return table, i, name, value, rule


def _row(event: Any) -> _Row:  # noqa: ANN401
    for name, reason in event.errors:
        raise _Rule(name or "(all)", "", f"cannot be read: {reason}")
    for name in _ONCE:
        if isinstance(event.get(name), list):
            raise _Rule(name, "", "must not occur twice")
    name = "DTSTART"
    if name not in event:
        raise _Rule(name, "", "must be there")
    first, zone = _local(event[name], name)
    if _ID in event:
        _local(event[_ID], _ID)
    try:
        last = _end(event, first, zone)
    except OverflowError:
        name = "DTEND"
        raise _Rule(name, "", "must lie within the years 1 to 9999") from None
    status = event.get(STATUS_PROPERTY, str(event.get("STATUS", "")).lower())
    texts = (str(event.get("UID", "")), str(event.get("SUMMARY", "")))
    return _Row(*texts, first, last, zone, str(status))


def _end(event: Any, first: date, zone: str) -> date:  # noqa: ANN401
    """First day or wall time after the event; `first` is one in `zone`."""
    last, name = first, "DTEND"
    if "DTEND" in event:
        last, other = _local(event["DTEND"], "DTEND")
        if isinstance(first, datetime) != isinstance(last, datetime):
            raise _Rule(name, str(last), "must be a day if and only if DTSTART is")
        if isinstance(last, datetime) and other != zone:
            if not (zone and other):
                rule = "must be in a zone if and only if DTSTART is"
                raise _Rule(name, str(last), rule)
            last = last.replace(tzinfo=ZoneInfo(other)).astimezone(ZoneInfo(zone))
            last = last.replace(tzinfo=None)
    elif "DURATION" in event:
        name, last = "DURATION", first + event["DURATION"].dt
        if not isinstance(first, datetime) and event["DURATION"].dt % timedelta(days=1):
            raise _Rule(name, str(last), "must be whole days for an all-day event")
    if last < first:
        raise _Rule(name, str(last), f"lies before DTSTART ({first})")
    return last


def _local(value: Any, name: str) -> tuple[date, str]:  # noqa: ANN401
    """Day or wall time as written, and its zone."""
    moment = value.dt
    if not isinstance(moment, datetime):
        if not isinstance(moment, date):
            raise _Rule(name, str(moment), "must be a day or a time")
        return moment, ""
    zone = str(value.params.get("TZID", "")) or ("UTC" if moment.tzinfo else "")
    if zone and not is_zone(zone):
        zone = _windows_zones().get(zone, zone)
    if zone and not is_zone(zone):
        rule = f"has the zone {zone!r}, which is not an IANA time zone"
        raise _Rule(name, str(moment), rule)
    return moment.replace(tzinfo=None), zone


def _windows_zones() -> dict[str, str]:
    module = "icalendar.timezone.windows_to_olson"
    zones: dict[str, str] = load_extra(module, reading="iCalendar").WINDOWS_TO_OLSON
    return zones
