"""Days and times of iCalendar events that recur."""

from __future__ import annotations

from datetime import date, datetime, time
from itertools import takewhile
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from timing.readers.extras import load_extra

if TYPE_CHECKING:
    from collections.abc import Iterator

FIRST_YEAR = 1583
"""The first whole one of the Gregorian calendar."""
LAST_YEAR = 2100
_WITHIN_DAYS = ("HOURLY", "MINUTELY", "SECONDLY")
_CLOCK_PARTS = ("BYHOUR", "BYMINUTE", "BYSECOND")
_SIGNS = ("RRULE", "RDATE", "EXDATE", "EXRULE", "RECURRENCE-ID")
_NUMBERS = ("INTERVAL", "COUNT")


def recurs(event: Any) -> bool:  # noqa: ANN401
    """Whether an event recurs, or is one of those of an event that does."""
    return any(name in event for name in _SIGNS)


def starts(event: Any, first: date, zone: str) -> list[date]:  # noqa: ANN401
    """Days or times at which an event begins, again and again.

    Parameters
    ----------
    event : icalendar.Event
    first : date or datetime
        Its DTSTART: a day, or the time on the clock of `zone`.
    zone : str
        IANA time zone; blank for days, and for times without a zone.

    Returns
    -------
    list of date or of datetime
        As `first`, in order, through the year 2100: those of RRULE and RDATE, and
        `first`, but not those of EXDATE.

    Raises
    ------
    ValueError
        If the event recurs in a way that is not read.
    MissingExtraError

    Notes
    -----
    RFC 5545, sections 3.3.10 and 3.8.5: rules are followed on the clock of the event,
    so that what begins at nine does so in summer and in winter.
    """
    rule = _rule(event)
    if not FIRST_YEAR <= first.year <= LAST_YEAR:
        msg = f"what recurs must begin in the years {FIRST_YEAR} to {LAST_YEAR}"
        raise ValueError(msg)
    found = {
        _moment(first),
        *(_own(one, first, zone) for one in _dates(event, "RDATE")),
    }
    if rule:
        found |= set(_followed(rule, first, zone))
    found -= {_own(one, first, zone) for one in _dates(event, "EXDATE")}
    kept = sorted(moment for moment in found if moment.year <= LAST_YEAR)
    return [_like(first, moment) for moment in kept]


def own_moment(value: Any, first: date, zone: str) -> date:  # noqa: ANN401
    """Day or time of a RECURRENCE-ID, on the clock of the event that recurs.

    Raises
    ------
    ValueError
        If it is of another kind than `first`, or means all later ones too.
    """
    if "RANGE" in value.params:
        msg = "RANGE=THISANDFUTURE is not read: give the later ones a rule of their own"
        raise ValueError(msg)
    return _like(first, _own(value.dt, first, zone))


def _rule(event: Any) -> dict[str, list[Any]]:  # noqa: ANN401
    """Parts of the rule, if it has one that is read."""
    rule = event.get("RRULE", {})
    several = isinstance(rule, list)
    rule = {} if several else {part.upper(): given for part, given in rule.items()}
    often = {str(word).upper() for word in rule.get("FREQ", [])}
    for message, is_so in {
        "EXRULE, which iCalendar no longer has, is not read: say EXDATE": (
            "EXRULE" in event
        ),
        "there must be one RRULE": several,
        "it must say FREQ": bool(rule) and not often,
        "it must not say both COUNT and UNTIL": {"COUNT", "UNTIL"} <= rule.keys(),
        "INTERVAL and COUNT must be at least 1": any(
            number < 1 for part in _NUMBERS for number in rule.get(part, [])
        ),
        "it recurs within a day: list each as an event of its own": bool(
            often & {*_WITHIN_DAYS} or rule.keys() & {*_CLOCK_PARTS}
        ),
    }.items():
        if is_so:
            raise ValueError(message)
    return rule


def _followed(rule: dict[str, list[Any]], first: date, zone: str) -> Iterator[datetime]:
    """Follow a rule on the clock of the event."""
    icalendar = load_extra("icalendar", reading="iCalendar")
    dateutil = load_extra("dateutil.rrule", reading="events that recur")
    last = datetime.combine(date(LAST_YEAR, 12, 31), time.max)
    for until in rule.get("UNTIL", []):
        whole_day = isinstance(first, datetime) and not isinstance(until, datetime)
        moment = datetime.combine(until, time.max) if whole_day else until
        last = min(last, _own(moment, first, zone))
    parts = {part: given for part, given in rule.items() if part != "UNTIL"}
    text = icalendar.vRecur(parts).to_ical().decode()
    moments = dateutil.rrulestr(text, dtstart=_moment(first))
    return takewhile(lambda moment: moment <= last, moments)


def _dates(event: Any, name: str) -> list[date]:  # noqa: ANN401
    """Values of a property that may occur often, each a list."""
    given = event.get(name, [])
    return [
        one.dt for part in (given if isinstance(given, list) else [given])
        for one in part.dts
    ]  # fmt: skip


def _own(moment: Any, first: date, zone: str) -> datetime:  # noqa: ANN401
    """Put a moment on the clock of the event."""
    if not isinstance(moment, date):
        msg = "its dates must be days or times, not periods"
        raise TypeError(msg)
    if isinstance(moment, datetime) != isinstance(first, datetime):
        msg = f"{moment} must be a day if and only if DTSTART is"
        raise ValueError(msg)
    if isinstance(moment, datetime) and moment.tzinfo is not None:
        if not zone:
            msg = f"{moment} must be in a zone if and only if DTSTART is"
            raise ValueError(msg)
        moment = moment.astimezone(ZoneInfo(zone))
    return _moment(moment)


def _moment(moment: date) -> datetime:
    if isinstance(moment, datetime):
        return moment.replace(tzinfo=None, fold=0)
    return datetime.combine(moment, time())


def _like(first: date, moment: datetime) -> date:
    """Turn a moment into a day if the event is one of days."""
    return moment if isinstance(first, datetime) else moment.date()
