"""Calendars that are drawn anew for each simulated record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from timing.arguments import check_whole
from timing.processes.launches import as_process

if TYPE_CHECKING:
    from timing.processes.base import Process

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class DrawnCalendar:
    """A calendar that is drawn anew for each simulated record.

    Parameters
    ----------
    n_events : int, default 60
        Expected number of calendar events.
    process : Process or str, default "homogeneous"
        When they begin: at random, in seasons, in clusters, with a trend of their own.
    days : int, default 1
        Length of each.
    shared : bool, default False
        Take the rate of the launches in place of the rate of `process`: a cause that
        both share, the same draw of it where it is random.

    Examples
    --------
    >>> import timing
    >>> timing.processes.DrawnCalendar(n_events=40, process="season").in_words()
    '40 events of 1 day: independent at a season (highest over lowest rate 5)'
    """

    n_events: int = 60
    process: Process | str = "homogeneous"
    days: int = 1
    shared: bool = False

    def __post_init__(self) -> None:
        check_whole("n_events", self.n_events, minimum=1)
        check_whole("days", self.days, minimum=1)
        object.__setattr__(self, "process", as_process(self.process))

    def first_days(
        self, day: IntArray, path: FloatArray, rng: np.random.Generator
    ) -> IntArray:
        """Draw the first day of each event; at least one is drawn.

        Parameters
        ----------
        day : (n,) array of int
            Consecutive days on which events may begin.
        path : (n,) array of float
            Relative rate of the launches, taken where it is shared.
        rng : Generator

        Returns
        -------
        (m,) array of int
            Increasing; a day on which several begin occurs several times.
        """
        process = as_process(self.process)
        own = path if self.shared else process.rate.path(day, rng)
        expected = own * (self.n_events / own.sum())
        while True:
            counts = process.draw(expected, rng)
            if counts.any():
                return np.repeat(day, counts)

    def in_words(self) -> str:
        """Return the calendar in words."""
        process = as_process(self.process)
        length = f"{self.days} day{'s' if self.days > 1 else ''}"
        words = process.in_words().replace("events ", "", 1)
        if self.shared:
            words = words.replace(process.rate.in_words(), "the rate of the events")
        return f"{self.n_events} events of {length}: {words}"
