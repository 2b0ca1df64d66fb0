"""The study period and the window: which days count, and which are exposed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from timing.arguments import check_type, check_whole
from timing.errors import ArgumentError
from timing.home import HOME, check_zone

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    IntArray = npt.NDArray[np.int64]

_EPOCH = date(1970, 1, 1).toordinal()
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}(?!\d)")

DAY = 86_400_000_000
"""Microseconds of a day of 24 hours."""

DAYS_PER_YEAR = 365.2425
"""Of the Gregorian calendar, on average."""

_DURATION = re.compile(
    r"\s*".join(
        rf"(?:(\d+(?:\.\d+)?)\s*(?:{unit}))?"
        for unit in ("d|days?", "h|hours?", "min|minutes?", "s|seconds?")
    )
)


def day_number(day: date) -> int:
    """Days since 1970-01-01, the integer that all kernels work on.

    Examples
    --------
    >>> day_number(date(1970, 1, 2))
    1
    """
    return day.toordinal() - _EPOCH


def parse_iso(text: str) -> datetime | None:
    """Read an ISO 8601 day or time that begins YYYY-MM-DD; None where it cannot be.

    Examples
    --------
    >>> parse_iso("2025-10-28 15:00")
    datetime.datetime(2025, 10, 28, 15, 0)
    >>> parse_iso("2025-W44")  # a week is not a day
    """
    text = text.strip()
    if _ISO_DAY.match(text) is None:
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _as_date(name: str, value: object) -> date:
    if isinstance(value, str):
        if (day := parse_iso(value)) is not None and len(value.strip()) == 10:
            return day.date()
    elif isinstance(value, datetime) and value == value:  # NaT differs from itself
        return value.date()
    elif isinstance(value, date) and value == value:
        return value
    msg = f"`{name}` is {value!r}; it must be a date written YYYY-MM-DD."
    raise ArgumentError(msg)


def _as_spans(exclude: object) -> tuple[tuple[date, date], ...]:
    pairs = list(exclude) if isinstance(exclude, list | tuple) else [exclude]
    spans = []
    for i, pair in enumerate(pairs):
        if not isinstance(pair, list | tuple) or len(pair) != 2:
            msg = f"`exclude` must hold (start, end) pairs; item {i} is {pair!r}."
            raise ArgumentError(msg)
        begin, stop = (_as_date(f"exclude[{i}][{j}]", pair[j]) for j in (0, 1))
        if stop < begin:
            msg = f"`exclude[{i}]` ends on {stop}, before its start on {begin}."
            raise ArgumentError(msg)
        spans.append((begin, stop))
    return tuple(spans)


@dataclass(frozen=True, slots=True, init=False)
class StudyPeriod:
    """First to last day of a study, both included.

    Parameters
    ----------
    start, end : str or date
        First and last day, ``YYYY-MM-DD``.
    exclude : sequence of (start, end) pairs, default ()
        Spans of days, both ends included, that leave the at-risk time: declared
        moratoria, say. Parts outside the period are ignored; overlaps count once.
    zone : str, optional
        IANA time zone whose days are counted: times with an offset, and dates at venues
        in other zones, are converted to it. Plain dates are on it already. The default
        is the clock of the curated tables (`timing.home.HOME`).

    Raises
    ------
    ArgumentError
        If a date cannot be read, an end lies before its start, no day is left, or the
        zone is unknown.

    Examples
    --------
    >>> period = StudyPeriod("2020-01-01", "2020-01-10", [("2020-01-03", "2020-01-04")])
    >>> period.n_days
    8
    """

    start: date
    end: date
    exclude: tuple[tuple[date, date], ...]
    zone: str

    def __init__(
        self,
        start: str | date,
        end: str | date,
        exclude: Sequence[tuple[str | date, str | date]] = (),
        *,
        zone: str = HOME,
    ) -> None:
        first, last = _as_date("start", start), _as_date("end", end)
        if last < first:
            msg = f"`end` is {last}; it must not lie before `start`, {first}."
            raise ArgumentError(msg)
        spans = _as_spans(exclude)
        object.__setattr__(self, "start", first)
        object.__setattr__(self, "end", last)
        object.__setattr__(self, "exclude", spans)
        object.__setattr__(self, "zone", check_zone("zone", zone))
        if not self.n_days:
            msg = "`exclude` covers the whole period: no day is at risk."
            raise ArgumentError(msg)

    @property
    def all_days(self) -> IntArray:
        """Day numbers of the whole period, excluded spans too."""
        return np.arange(day_number(self.start), day_number(self.end) + 1)

    @property
    def at_risk(self) -> npt.NDArray[np.bool_]:
        """For each of `all_days`, whether the day is at risk."""
        days = self.all_days
        keep = np.ones(days.size, dtype=bool)
        for a, b in self.exclude:
            keep &= (days < day_number(a)) | (days > day_number(b))
        return keep

    @property
    def days(self) -> IntArray:
        """Day numbers of the at-risk days, increasing."""
        return self.all_days[self.at_risk]

    @property
    def n_days(self) -> int:
        """Number of at-risk days, N."""
        return int(self.at_risk.sum())

    def __str__(self) -> str:
        spans = [f"{a} to {b}" for a, b in self.exclude]
        without = f" without {', '.join(spans)}" if spans else ""
        clock = "" if self.zone == HOME else f" (days of {self.zone})"
        return f"{self.start} to {self.end}{without}{clock}"


def clock_of(period: StudyPeriod | None) -> str:
    """Return the zone of a period, that of the curated tables where there is none.

    Examples
    --------
    >>> clock_of(StudyPeriod("2020-01-01", "2020-12-31", zone="UTC"))
    'UTC'
    """
    if period is None:
        return HOME
    check_type("period", period, StudyPeriod)
    return period.zone


def _duration(text: str) -> timedelta | None:
    """Read a duration such as ``1d 12h``; None where it is none."""
    found = _DURATION.fullmatch(text.strip().lower())
    if found is None or not any(found.groups()):
        return None
    days, hours, minutes, seconds = (float(part or 0) for part in found.groups())
    try:
        return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    except OverflowError:
        return None


def _days_or_duration(name: str, value: object) -> int | timedelta:
    """Whole days as an int, other durations as a plain timedelta."""
    length = _duration(value) if isinstance(value, str) else value
    if isinstance(length, timedelta) and length >= timedelta(0):
        # Without the nanoseconds that a pandas.Timedelta may carry.
        length = timedelta(length.days, length.seconds, length.microseconds)
        return length if length % timedelta(days=1) else length.days
    try:
        return check_whole(name, length, minimum=0)
    except ArgumentError:
        msg = (
            f"`{name}` is {value!r}; it must be a whole number of at least 0 (days), "
            "or a duration such as '6h', '90min' or '1d 12h'."
        )
        raise ArgumentError(msg) from None


def _microseconds(length: int | timedelta) -> int:
    if isinstance(length, timedelta):
        return length // timedelta(microseconds=1)
    return length * DAY


def _in_words(length: int | timedelta) -> str:
    if isinstance(length, int):
        return "1 day" if length == 1 else f"{length} days"
    hours, rest = divmod(length.seconds, 3600)
    minutes, whole_seconds = divmod(rest, 60)
    seconds = f"{whole_seconds}.{length.microseconds:06}".rstrip("0").rstrip(".")
    parts = {"day": length.days, "hour": hours, "minute": minutes, "second": seconds}
    return " ".join(
        f"{number} {unit}" if str(number) == "1" else f"{number} {unit}s"
        for unit, number in parts.items()
        if str(number) != "0"
    )


@dataclass(frozen=True, slots=True, init=False)
class Window:
    """Time before the beginning and after the end of a calendar event.

    Parameters
    ----------
    before, after : int, str or timedelta, default 7
        A number of days, 0 or more, or a duration: a timedelta (of pandas too) or text
        such as ``"6h"``, ``"90min"`` or ``"1d 12h"``. The event itself always counts.

    Attributes
    ----------
    before, after : int or timedelta
        Whole days are an int, so that ``Window("1d", "0h") == Window(1, 0)``; any other
        duration is a timedelta.

    Raises
    ------
    ArgumentError
        If a number is negative or not whole, or a duration cannot be read.

    Notes
    -----
    Parts of a day need the time of day of launches and events. Functions that count
    days refuse them.

    Examples
    --------
    >>> print(Window(before=7, after=7))
    7 days before to 7 days after
    >>> print(Window("6h", "1d 12h"))
    6 hours before to 1 day 12 hours after
    """

    # An int for all who count days: they ask `whole_days` first.
    before: Any
    after: Any

    def __init__(
        self, before: int | str | timedelta = 7, after: int | str | timedelta = 7
    ) -> None:
        object.__setattr__(self, "before", _days_or_duration("before", before))
        object.__setattr__(self, "after", _days_or_duration("after", after))

    @property
    def whole_days(self) -> bool:
        """Whether both sides are whole numbers of days."""
        return isinstance(self.before, int) and isinstance(self.after, int)

    @property
    def microseconds_before(self) -> int:
        """Length before the event, a day being 24 hours."""
        return _microseconds(self.before)

    @property
    def microseconds_after(self) -> int:
        """Length after the event, a day being 24 hours."""
        return _microseconds(self.after)

    def __str__(self) -> str:
        return f"{_in_words(self.before)} before to {_in_words(self.after)} after"
