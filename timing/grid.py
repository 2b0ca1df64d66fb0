"""Exposure: which at-risk days lie in the window of a calendar event."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from timing.arguments import check_choice, check_type, check_whole
from timing.clock import to_dates
from timing.errors import (
    ArgumentError,
    EmptySelectionError,
    NoContrastError,
    SchemaError,
)
from timing.inputs import (
    DatedEvents,
    DatedIntervals,
    drop_note,
    read_events,
    read_intervals,
)
from timing.kernels.intervals import cover_counts, holds_any
from timing.kernels.units import UNITS, launches_on
from timing.period import StudyPeriod, Window

if TYPE_CHECKING:
    from timing.inputs import Dates
    from timing.results import Dropped

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

_MOST_NAMES = 50_000_000
"""Ids that `exposure` names, day by day: a gigabyte of text."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class DayGrid:
    """Launches and exposure on every at-risk day.

    Attributes
    ----------
    day : (n,) array of int
        At-risk day numbers, increasing.
    launches : (n,) array of int
        y_t: launches in the chosen unit.
    exposed : (n,) array of int
        x_t: 1 in the window of at least one calendar event, else 0.
    cover : (n,) array of int
        Number of calendar events whose window holds the day.
    uncertain : (u,) array of int
        Positions in `events` of the test events of unknown day that may have fallen on
        an at-risk day; `launches` holds them on the day halfway.
    events : DatedEvents
        All test events, those off the grid too.
    intervals : DatedIntervals
        All calendar events, without the window.
    unit : str
    gap : int
    n_calendar_events : int
        Calendar events whose window holds at least one at-risk day.
    dropped : tuple of Dropped
    """

    day: IntArray
    launches: IntArray
    exposed: IntArray
    cover: IntArray
    uncertain: IntArray
    events: DatedEvents
    intervals: DatedIntervals
    unit: str
    gap: int
    n_calendar_events: int
    dropped: tuple[Dropped, ...]

    def launches_with(self, uncertain_day: IntArray) -> IntArray:
        """Count launches as if the events of unknown day had fallen on these days."""
        event_day = self.events.day.copy()
        event_day[self.uncertain] = uncertain_day
        return launches_on(
            self.day,
            event_day,
            unit=self.unit,
            gap=self.gap,
            missiles=self.events.missiles,
        )

    @property
    def earliest(self) -> IntArray:
        """First possible day of each event of unknown day."""
        return self.events.earliest[self.uncertain]

    @property
    def latest(self) -> IntArray:
        """Last possible day of each event of unknown day."""
        return self.events.latest[self.uncertain]

    @property
    def tests_sha256(self) -> str:
        """Hash of the rows of tests."""
        return self.events.sha256

    @property
    def calendar_sha256(self) -> str:
        """Hash of the rows of the calendar."""
        return self.intervals.sha256

    @property
    def count(self) -> int:
        """Coincidence count S."""
        return int(self.launches @ self.exposed)

    @property
    def n_launches(self) -> int:
        """Number of launches, in the chosen unit."""
        return int(self.launches.sum())

    @property
    def exposed_days(self) -> int:
        """Number of exposed at-risk days."""
        return int(self.exposed.sum())

    @property
    def rate_ratio(self) -> float:
        """Rate on exposed over rate on unexposed days; infinite if the latter is 0."""
        outside = self.n_launches - self.count
        if not outside:
            return float("inf")
        unexposed_days = self.day.size - self.exposed_days
        return (self.count / self.exposed_days) / (outside / unexposed_days)


def check_window(period: StudyPeriod, window: Window) -> None:
    """Raise if the arguments are not of their types or the window is too long."""
    check_type("period", period, StudyPeriod)
    check_type("window", window, Window)
    if not window.whole_days:
        msg = '`window` has parts of a day; use resolution="time".'
        raise ArgumentError(msg)
    length = window.before + window.after + 1
    if length > period.n_days:
        msg = (
            f"`window` spans {length} days for a one-day event, longer than the "
            f"{period.n_days} at-risk days of the period."
        )
        raise ArgumentError(msg)


def _windows(intervals: DatedIntervals, window: Window) -> tuple[IntArray, IntArray]:
    return intervals.first - window.before, intervals.last + window.after


def build_grid(
    tests: Dates,
    calendar: Dates,
    *,
    period: StudyPeriod,
    window: Window,
    anchor: str = "interval",
    unit: str = "day",
    gap: int = 7,
    keep_uncertain: bool = False,
) -> DayGrid:
    """Put launches and exposure on the at-risk days, and report what is left out.

    Parameters
    ----------
    tests, calendar, period, window, anchor
        As in `permutation_test`.
    unit : {"day", "event", "missile", "episode"}
        Count launch days (0 or 1 a day), test events, missiles, or episodes (launch
        days no more than `gap` days apart, counted on the first).
    gap : int, default 7
    keep_uncertain : bool, default False
        Keep test events of unknown day, on the day halfway.

    Raises
    ------
    EmptySelectionError
        If no launch lies on an at-risk day.
    NoContrastError
        If no at-risk day is exposed, or every one is.
    """
    check_choice("unit", unit, UNITS)
    check_whole("gap", gap, minimum=1)
    check_window(period, window)
    clock = period.zone
    events = read_events(tests, clock=clock, keep_uncertain=keep_uncertain)
    intervals = read_intervals(calendar, anchor=anchor, clock=clock)
    if unit == "missile" and not events.has_missiles:
        rule = "the column is missing, and unit='missile' needs it"
        raise SchemaError([("`tests`", 0, "n_missiles", "", rule)])
    days = period.days

    possible = holds_any(events.earliest, events.latest, days)
    uncertain = (events.earliest < events.latest) & possible
    launches = launches_on(
        days, events.day, unit=unit, gap=gap, missiles=events.missiles
    )
    if not launches.any():
        msg = f"`tests` has no event on the at-risk days of {period}."
        raise EmptySelectionError(msg)
    first, last = _windows(intervals, window)
    touching = holds_any(first, last, days)
    on_all_days = cover_counts(
        first, last, origin=int(period.all_days[0]), n_days=period.all_days.size
    )
    cover = on_all_days[period.at_risk]
    exposed = (cover > 0).astype(np.int64)
    if exposed.all() or not exposed.any():
        share = "every" if exposed.all() else "no"
        msg = (
            f"{share} at-risk day of {period} lies in the window ({window}) of a "
            "calendar event: there is nothing to compare."
        )
        raise NoContrastError(msg)
    return DayGrid(
        day=days,
        launches=launches,
        uncertain=np.flatnonzero(uncertain),
        events=events,
        intervals=intervals,
        unit=unit,
        gap=gap,
        exposed=exposed,
        cover=cover,
        n_calendar_events=int(touching.sum()),
        dropped=(
            *events.dropped,
            *drop_note("tests", "not on an at-risk day", ~possible, events.ids),
            *intervals.dropped,
            *drop_note(
                "calendar", "window holds no at-risk day", ~touching, intervals.ids
            ),
        ),
    )


def exposure(
    calendar: Dates,
    *,
    period: StudyPeriod,
    window: Window,
    anchor: str = "interval",
) -> pd.DataFrame:
    """Tell for each day whether it is exposed, and to which calendar events.

    Parameters
    ----------
    calendar : DataFrame with ``start`` and ``end`` columns, or dates
    period : StudyPeriod
    window : Window
    anchor : {"interval", "meeting", "start", "end", "announced"}
        What the window hangs on: the visit, the days on which the parties met, the
        first or last day of the visit, or the day of its announcement.

    Returns
    -------
    DataFrame
        One row per day of the period: ``date``, ``at_risk`` (False on excluded days),
        ``exposed`` (at risk, and in the window of at least one event), ``n_events``
        (windows that hold the day) and ``events`` (their ids, joined by ``"; "``).

    Raises
    ------
    SchemaError, EmptySelectionError
        If the calendar breaks its rules or has no usable row.
    ArgumentError
        If `anchor` is unknown, the window is longer than the period, or the calendar
        covers so many days so often that their ids would fill the memory.

    Examples
    --------
    >>> import timing
    >>> days = timing.exposure(
    ...     ["2025-10-29"],
    ...     period=timing.StudyPeriod("2025-10-27", "2025-10-31"),
    ...     window=timing.Window(before=1, after=0),
    ... )
    >>> days["exposed"].tolist()
    [False, True, True, False, False]
    """
    check_window(period, window)
    intervals = read_intervals(calendar, anchor=anchor, clock=period.zone)
    first, last = _windows(intervals, window)
    days, at_risk = period.all_days, period.at_risk
    cover = cover_counts(first, last, origin=int(days[0]), n_days=days.size)
    if (n_names := int(cover.sum())) > _MOST_NAMES:
        msg = (
            f"`calendar` covers the days of the period {n_names:,} times in all, too "
            "often to name its events on each day: use a shorter `window`, or "
            "`daily_panel`, which counts them."
        )
        raise ArgumentError(msg)
    names: list[list[str]] = [[] for _ in range(days.size)]
    begin, stop = (
        np.clip(edge - days[0], 0, days.size).tolist() for edge in (first, last + 1)
    )
    # In the order of the ids, so that those of a day are in order too.
    for i in sorted(range(len(intervals.ids)), key=intervals.ids.__getitem__):
        for of_day in names[begin[i] : stop[i]]:
            of_day.append(intervals.ids[i])
    return pd.DataFrame(
        {
            "date": to_dates(days),
            "at_risk": at_risk,
            "exposed": at_risk & (cover > 0),
            "n_events": cover,
            "events": ["; ".join(ids) for ids in names],
        }
    )
