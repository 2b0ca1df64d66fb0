"""Simulated records: launches of a process, a calendar, and a planted rate ratio."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from timing.arguments import check_above, check_type, check_whole
from timing.clock import to_dates
from timing.errors import ArgumentError
from timing.grid import check_window
from timing.inputs import Dates, read_intervals
from timing.kernels.intervals import cover_counts
from timing.period import StudyPeriod, Window
from timing.processes import DrawnCalendar, Process
from timing.processes.launches import as_process
from timing.seeds import entropy_of, generator_of

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

_MOST_DRAWN = 1e8
"""Launches of a record before it is thinned: a gigabyte."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Record:
    """One simulated record.

    Attributes
    ----------
    day : (n,) array of int
        All days of the study period.
    launches : (n,) array of int
        1 on launch days.
    exposed : (n,) array of int
        1 on the days in the window of a calendar event.
    first, last : (m,) arrays of int
        First and last day of each calendar event.
    """

    day: IntArray = field(repr=False)
    launches: IntArray = field(repr=False)
    exposed: IntArray = field(repr=False)
    first: IntArray = field(repr=False)
    last: IntArray = field(repr=False)

    @property
    def tests(self) -> pd.DataFrame:
        """Launches as a table."""
        return pd.DataFrame({"date": to_dates(self.day[self.launches > 0])})

    @property
    def calendar(self) -> pd.DataFrame:
        """Calendar events as a table."""
        return pd.DataFrame({"start": to_dates(self.first), "end": to_dates(self.last)})


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Scenario:
    """What is simulated; `draw` makes one record.

    Attributes
    ----------
    process : Process
    period : StudyPeriod
    window : Window
    n_launches : float
        Expected number of launches.
    calendar : DrawnCalendar, or arrays of first and last days
    """

    process: Process
    period: StudyPeriod
    window: Window
    n_launches: float
    calendar: DrawnCalendar | tuple[IntArray, IntArray]

    def draw(self, rng: np.random.Generator, rate_ratio: float = 1.0) -> Record:
        """Draw launch days, with a rate ratio on exposed days.

        Launches are drawn at a rate that is `rate_ratio` times too high (if it is above
        1), collected into launch days, and thinned: on each day to the share that the
        rate ratio leaves. The chance of a launch on an exposed day is therefore exactly
        `rate_ratio` times what it would be were it not exposed.

        Raises
        ------
        ArgumentError
            If the rate of the process does not fit the period, or is 0 throughout, or
            the launches to draw are too many to hold.
        """
        day, at_risk = self.period.all_days, self.period.at_risk
        path = self.process.rate.path(day, rng)
        first, last = self._events(day, path, rng)
        exposed = cover_counts(
            first - self.window.before,
            last + self.window.after,
            origin=int(day[0]),
            n_days=day.size,
        )
        exposed = np.minimum(exposed, 1)
        total = float(path[at_risk].sum())
        if not total > 0:
            msg = "`process` has a rate of 0 on all at-risk days."
            raise ArgumentError(msg)
        most = max(rate_ratio, 1.0)
        if most * self.n_launches > _MOST_DRAWN:
            msg = (
                f"`n_launches` is {self.n_launches:g} and `rate_ratio` {rate_ratio:g}: "
                f"their product must be at most {_MOST_DRAWN:g}, for memory."
            )
            raise ArgumentError(msg)
        launches = self.process.draw(path * (most * self.n_launches / total), rng)
        kept = np.where(exposed > 0, rate_ratio, 1.0) / most
        launched = (launches > 0) & at_risk & (rng.random(day.size) < kept)
        return Record(
            day=day,
            launches=launched.astype(np.int64),
            exposed=exposed,
            first=first,
            last=last,
        )

    def _events(
        self, day: IntArray, path: FloatArray, rng: np.random.Generator
    ) -> tuple[IntArray, IntArray]:
        if isinstance(self.calendar, DrawnCalendar):
            first = self.calendar.first_days(day, path, rng)
            return first, first + self.calendar.days - 1
        return self.calendar

    def in_words(self) -> str:
        """Return the process and the calendar in words."""
        if isinstance(self.calendar, DrawnCalendar):
            calendar = self.calendar.in_words()
        else:
            calendar = f"the given {self.calendar[0].size} calendar events"
        return f"{self.process.in_words()}; {calendar}"


def scenario_of(
    process: Process | str,
    calendar: Dates | DrawnCalendar,
    *,
    period: StudyPeriod,
    window: Window,
    n_launches: float,
    anchor: str = "interval",
) -> Scenario:
    """Check the arguments of a simulation and read its calendar.

    Raises
    ------
    ArgumentError
        If an argument is of the wrong type or out of its range.
    SchemaError, EmptySelectionError
        If the calendar breaks its rules or has no usable row.
    """
    check_window(period, window)
    check_above("n_launches", n_launches, limit=0.0)
    if n_launches > period.n_days:
        msg = (
            f"`n_launches` is {n_launches}; a period of {period.n_days} at-risk days "
            "has no more event days than that."
        )
        raise ArgumentError(msg)
    drawn: DrawnCalendar | tuple[IntArray, IntArray]
    if isinstance(calendar, DrawnCalendar):
        drawn = calendar
    else:
        intervals = read_intervals(calendar, anchor=anchor, clock=period.zone)
        drawn = (intervals.first, intervals.last)
    return Scenario(
        process=as_process(process),
        period=period,
        window=window,
        n_launches=n_launches,
        calendar=drawn,
    )


def simulate(
    process: Process | str = "self-exciting",
    *,
    period: StudyPeriod,
    n_launches: float,
    calendar: Dates | None = None,
    window: Window | None = None,
    anchor: str = "interval",
    rate_ratio: float = 1.0,
    n_replicates: int = 1,
    rng: np.random.Generator | int | None = None,
) -> pd.DataFrame:
    """Simulate launch days, with a rate ratio planted in a calendar's windows.

    Parameters
    ----------
    process : Process or str, default "self-exciting"
        A process of `timing.processes`, one fitted to your data
        (`timing.processes.fitted`), or a name: ``"homogeneous"``, ``"trend"`` (tenfold
        over the span), ``"season"``, ``"trend and season"``, ``"self-exciting"``,
        ``"renewal, even gaps"``, ``"renewal, uneven gaps"``, ``"campaigns"``.
    period : StudyPeriod
    n_launches : float
        Expected number of launches if `rate_ratio` were 1. Several on one day make one
        launch day, so that there are somewhat fewer launch days.
    calendar : DataFrame with ``start`` and ``end`` columns, or dates, optional
        Needed where `rate_ratio` is not 1.
    window : Window, optional
        Needed with a calendar.
    anchor : {"interval", "meeting", "start", "end", "announced"}
    rate_ratio : float, default 1.0
        Rate of launch days on exposed days over what it would be were they not exposed.
    n_replicates : int, default 1
    rng : Generator, int or None
        Each replicate has a seed of its own: replicate 7 is the same however many are
        asked for.

    Returns
    -------
    DataFrame
        Columns ``replicate`` (from 0) and ``date``, one row for each launch day. The
        rows of one replicate go straight into every test.

    Raises
    ------
    ArgumentError
        If an argument is out of its range, a rate ratio has no calendar and window, or
        the launches that it takes are too many to draw.
    SchemaError, EmptySelectionError
        If the calendar breaks its rules or has no usable row.

    Notes
    -----
    The effect is planted by independent thinning (Lewis and Shedler 1979, Nav. Res.
    Logist. Q. 26:403-413): launches come at the highest rate, and each launch day is
    kept with the chance that the rate ratio leaves it. So the ratio is exact whatever
    the process. It is the ratio of the mean rates; a launch that exposure adds excites
    no others outside the window. What is thinned clusters less: with a rate ratio above
    1, self-exciting and renewal launches outside the windows are nearer to independent
    ones than without it, the more so the higher the ratio.

    Examples
    --------
    >>> import timing
    >>> period = timing.StudyPeriod("2020-01-01", "2024-12-31")
    >>> launches = timing.simulate(
    ...     "self-exciting", period=period, n_launches=60, n_replicates=3, rng=1
    ... )
    >>> launches["replicate"].unique().tolist()
    [0, 1, 2]

    A calendar is drawn in the same way:

    >>> summits = timing.simulate("season", period=period, n_launches=20, rng=2)
    >>> planted = timing.simulate(
    ...     "homogeneous", period=period, n_launches=60, calendar=summits["date"],
    ...     window=timing.Window(before=7, after=7), rate_ratio=3.0, rng=3,
    ... )
    >>> len(planted) > 60
    True
    """
    check_whole("n_replicates", n_replicates, minimum=1)
    check_above("rate_ratio", rate_ratio, limit=0.0)
    if calendar is None or window is None:
        if rate_ratio != 1:
            msg = "`rate_ratio` is not 1: it needs a `calendar` and a `window`."
            raise ArgumentError(msg)
        check_type("period", period, StudyPeriod)
        # Any calendar does: nothing is planted in it.
        calendar, window = [str(period.start)], Window(before=0, after=0)
    scenario = scenario_of(
        process,
        calendar,
        period=period,
        window=window,
        n_launches=n_launches,
        anchor=anchor,
    )
    entropy = entropy_of(rng)
    tables = []
    for i in range(n_replicates):
        table = scenario.draw(generator_of(entropy, i), rate_ratio).tests
        table.insert(0, "replicate", i)
        tables.append(table)
    return pd.concat(tables, ignore_index=True)
