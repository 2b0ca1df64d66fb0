"""Exposure to the microsecond: launches and exposed spans in at-risk time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from timing.arguments import check_type
from timing.errors import ArgumentError, EmptySelectionError, NoContrastError
from timing.inputs import drop_note
from timing.kernels.breakpoints import (
    Spans,
    binomial_pmf,
    close_gaps,
    cut_at_days,
    shift_measure,
    union,
    within,
)
from timing.kernels.exact import Pmf, by_label, by_stratum, convolve
from timing.moments import read_timed_events, read_timed_intervals
from timing.period import DAY, StudyPeriod, Window
from timing.strata import Strata, stratum_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from timing.inputs import Dates
    from timing.results import Dropped

IntArray = npt.NDArray[np.int64]


class Stratum(NamedTuple):
    """At-risk time of one stratum, its days joined end to end.

    Attributes
    ----------
    launches : (n,) array of int
        From 0 to below `length`, in microseconds.
    exposed : Spans
    length : int
    """

    launches: IntArray
    exposed: Spans
    length: int

    @property
    def share(self) -> float:
        """Exposed share of the time."""
        return self.exposed.total / self.length


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class TimeGrid:
    """Launches and exposure in at-risk time.

    At-risk time joins the at-risk days of the period end to end, 24 hours each, in
    microseconds from 0; what lies before an excluded span and after it are neighbours.
    Where clocks were put forward or back, the hour skipped counts as one, and the hour
    that came twice as one.

    Attributes
    ----------
    day : (n,) array of int
        At-risk day numbers, increasing.
    launches : (k,) array of int
        Launches in at-risk time, in the order of the user's rows; each test event is
        one.
    ids : tuple of str
        Their ids.
    exposed : Spans
        Time in the window of at least one calendar event.
    n_calendar_events : int
        Calendar events whose window holds at-risk time.
    dropped : tuple of Dropped
    tests_sha256, calendar_sha256 : str
        Hash of ids, days and clock times of all rows, dropped ones too.
    """

    day: IntArray = field(repr=False)
    launches: IntArray = field(repr=False)
    ids: tuple[str, ...] = field(repr=False)
    exposed: Spans = field(repr=False)
    n_calendar_events: int
    dropped: tuple[Dropped, ...]
    tests_sha256: str
    calendar_sha256: str

    @property
    def n_launches(self) -> int:
        """Number of launches."""
        return self.launches.size

    @property
    def count(self) -> int:
        """Coincidence count S."""
        return int(within(self.launches, self.exposed).sum())

    @property
    def at_risk_days(self) -> int:
        """Number of at-risk days."""
        return self.day.size

    @property
    def exposed_days(self) -> float:
        """Exposed time, in days of 24 hours."""
        return self.exposed.total / DAY

    @property
    def rate_ratio(self) -> float:
        """Rate in exposed over rate in unexposed time; infinite if the latter is 0."""
        outside = self.n_launches - self.count
        if not outside:
            return float("inf")
        unexposed_days = self.at_risk_days - self.exposed_days
        return (self.count / self.exposed_days) / (outside / unexposed_days)

    def stratify(self, strata: Strata) -> Iterator[Stratum]:
        """Yield the strata that hold a launch; `strata` as in `stratum_of`."""
        strata_days = list(by_stratum(stratum_of(self.day, strata)))
        label, begins = np.empty((2, self.day.size), dtype=np.int64)
        for k, days in enumerate(strata_days):
            label[days], begins[days] = k, np.arange(days.size) * DAY
        launch_day, time_of_day = np.divmod(self.launches, DAY)
        piece_day, pieces = cut_at_days(self.exposed, DAY)
        for days, mine, theirs in zip(
            strata_days,
            by_label(label[launch_day], len(strata_days)),
            by_label(label[piece_day], len(strata_days)),
            strict=True,
        ):
            if mine.size:
                shift = begins[piece_day[theirs]]
                yield Stratum(
                    begins[launch_day[mine]] + time_of_day[mine],
                    union(pieces.begin[theirs] + shift, pieces.stop[theirs] + shift),
                    days.size * DAY,
                )

    def distribution(self, strata: Strata) -> Pmf:
        """Count when each stratum's launches are rotated by an even shift.

        Notes
        -----
        Null hypothesis: given its pattern, each stratum's launches are equally likely
        at every rotation over the stratum's at-risk time, independently of the
        calendar. Exact: the share of the shifts at each count is measured between
        breakpoints, and convolved over the strata.
        """
        return convolve(shift_measure(*part) for part in self.stratify(strata))

    def uniform(self, strata: Strata = None) -> Pmf:
        """Count when launches fall anywhere in their stratum, each by itself.

        Notes
        -----
        A naive comparator: it assumes that launches do not cluster. Binomial in each
        stratum, with its exposed share of time.
        """
        return convolve(
            binomial_pmf(part.launches.size, part.share)
            for part in self.stratify(strata)
        )

    def informative_share(self, strata: Strata) -> float:
        """Share of the score's variance that is left when the strata are held fixed.

        ``sum_s n_s p_s (1 - p_s) / sum_s n_s p_s`` with n_s launches and the exposed
        share p_s of time in stratum s; 0 where no stratum with a launch is exposed.
        """
        parts = list(self.stratify(strata))
        launches = np.array([part.launches.size for part in parts])
        share = np.array([part.share for part in parts])
        expected = launches * share
        total = float(expected.sum())
        return float(expected @ (1 - share)) / total if total else 0.0


def build_time_grid(
    tests: Dates,
    calendar: Dates,
    *,
    period: StudyPeriod,
    window: Window,
    anchor: str = "interval",
) -> TimeGrid:
    """Put launches and windows into at-risk time, and report what is left out.

    Parameters
    ----------
    tests, calendar : DataFrame or dates
        With clock times; see `read_timed_events` and `read_timed_intervals`.
    period : StudyPeriod
        Whole days.
    window : Window
        Days or durations before the first and after the last moment of each calendar
        event.
    anchor : {"interval", "meeting", "start", "end", "announced"}
        What the window hangs on.

    Raises
    ------
    SchemaError
        If a table breaks its rules.
    EmptySelectionError
        If no launch with a clock time lies on an at-risk day, or the calendar is empty.
    NoContrastError
        If no at-risk time is exposed, or all is.
    ArgumentError
        If an argument breaks its rule, or the window is longer than the period.

    Notes
    -----
    Exposed time is half-open: the window begins with its first moment and ends just
    before its last, so that two adjacent windows share no moment.

    Examples
    --------
    >>> grid = build_time_grid(
    ...     ["2025-10-28 15:00", "2025-11-07 12:34"],
    ...     ["2025-10-29"],
    ...     period=StudyPeriod("2025-10-01", "2025-11-30"),
    ...     window=Window("12h", 0),
    ... )
    >>> grid.count, grid.exposed_days
    (1, 1.5)
    """
    check_type("period", period, StudyPeriod)
    check_type("window", window, Window)
    days = period.days
    if window.microseconds_before + window.microseconds_after >= days.size * DAY:
        msg = (
            f"`window` ({window}) is as long as the {days.size} at-risk days of the "
            "period, or longer."
        )
        raise ArgumentError(msg)
    events = read_timed_events(tests, clock=period.zone)
    intervals = read_timed_intervals(calendar, anchor=anchor, clock=period.zone)

    at_risk = np.isin(events.moment // DAY, days)
    if not at_risk.any():
        msg = f"`tests` has no event with a clock time on the at-risk days of {period}."
        raise EmptySelectionError(msg)
    begin = close_gaps(intervals.begin - window.microseconds_before, days, DAY)
    stop = close_gaps(intervals.stop + window.microseconds_after, days, DAY)
    exposed = union(begin, stop)
    if exposed.total in (0, days.size * DAY):
        share = "all" if exposed.total else "no"
        msg = (
            f"{share} at-risk time of {period} lies in the window ({window}) of a "
            "calendar event: there is nothing to compare."
        )
        raise NoContrastError(msg)
    return TimeGrid(
        day=days,
        launches=close_gaps(events.moment[at_risk], days, DAY),
        ids=tuple(events.ids[i] for i in np.flatnonzero(at_risk)),
        exposed=exposed,
        n_calendar_events=int((begin < stop).sum()),
        dropped=(
            *events.dropped,
            *drop_note("tests", "not on an at-risk day", ~at_risk, events.ids),
            *intervals.dropped,
            *drop_note(
                "calendar",
                "window holds no at-risk time",
                begin >= stop,
                intervals.ids,
            ),
        ),
        tests_sha256=events.sha256,
        calendar_sha256=intervals.sha256,
    )
