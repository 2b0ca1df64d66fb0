"""The record of launches: how many there were on every day that the data cover."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from timing.errors import ArgumentError
from timing.inputs import drop_note, read_events
from timing.kernels.units import launches_on
from timing.period import StudyPeriod, clock_of

if TYPE_CHECKING:
    from timing.inputs import Dates
    from timing.results import Dropped

IntArray = npt.NDArray[np.int64]


def iso_day(day: int) -> str:
    """Write a day number as YYYY-MM-DD.

    Examples
    --------
    >>> iso_day(0)
    '1970-01-01'
    """
    return str(np.datetime64(day, "D"))


def whole_days(name: str, value: str | int | timedelta) -> int:
    """Read a duration of at least one whole day; a plain number counts days.

    Examples
    --------
    >>> whole_days("history", "52W"), whole_days("history", 90)
    (364, 90)
    """
    length = None
    if isinstance(value, int) and not isinstance(value, bool):
        length = pd.Timedelta(days=value)
    elif isinstance(value, str | timedelta | np.timedelta64):
        with contextlib.suppress(ValueError):
            length = pd.Timedelta(value)
    day = pd.Timedelta(days=1)
    if length is None or not length >= day or length % day:
        msg = (
            f"`{name}` is {value!r}; it must be at least one whole day, such as "
            "'365D' or 365."
        )
        raise ArgumentError(msg)
    return int(length // day)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Record:
    """Launches on every day that the data cover.

    Attributes
    ----------
    origin : int
        First day covered.
    launches : (n,) array of int
    tests_sha256 : str
    dropped : tuple of Dropped
    """

    origin: int
    launches: IntArray = field(repr=False)
    tests_sha256: str
    dropped: tuple[Dropped, ...]

    @property
    def end(self) -> int:
        """Last day covered."""
        return self.origin + self.launches.size - 1

    def between(self, first: int, last: int) -> IntArray:
        """Take the launches on the covered days from `first`, no day too early."""
        return self.launches[first - self.origin : last - self.origin + 1]

    def history(self, first: int, last: int, length: int) -> tuple[int, int]:
        """First and last day of the `length` covered days before a window.

        Raises
        ------
        ArgumentError
            If they are fewer than the days of the window, or not all covered.
        """
        window_days = last - first + 1
        if length < window_days:
            msg = (
                f"`history` is {length} days; it must be at least as long as the "
                f"window, {window_days} days."
            )
            raise ArgumentError(msg)
        stop = min(first - 1, self.end)
        begin = stop - length + 1
        if begin < self.origin:
            possible = max(stop - self.origin + 1, 0)
            msg = (
                f"`history` of {length} days begins on {iso_day(begin)}, before the "
                f"first day that `tests` covers, {iso_day(self.origin)}; at most "
                f"{possible} days are possible (or give a `period`, if the record "
                "began earlier)."
            )
            raise ArgumentError(msg)
        return begin, stop


def read_record(tests: Dates, period: StudyPeriod | None, *, unit: str) -> Record:
    """Count the launches on every covered day, and report the rows left out.

    Parameters
    ----------
    tests : DataFrame with a ``date`` column, or dates
    period : StudyPeriod, optional
        The days that `tests` covers; from its first to its last row by default.
    unit : {"day", "event"}

    Raises
    ------
    ArgumentError
        If `period` is no StudyPeriod or has excluded spans.

    Examples
    --------
    >>> record = read_record(["2025-10-22", "2025-10-25"], None, unit="day")
    >>> record.launches
    array([1, 0, 0, 1])
    """
    events = read_events(tests, clock=clock_of(period))
    if period is None:
        days = np.arange(events.day.min(), events.day.max() + 1)
    else:
        if period.exclude:
            msg = "`period` has excluded spans; here every day of it must count."
            raise ArgumentError(msg)
        days = period.days
    outside = ~np.isin(events.day, days)
    return Record(
        origin=int(days[0]),
        launches=launches_on(days, events.day, unit=unit, gap=1),
        tests_sha256=events.sha256,
        dropped=(
            *events.dropped,
            *drop_note("tests", "outside the period", outside, events.ids),
        ),
    )
