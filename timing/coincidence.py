"""Statistics of coincidence by name, made for a grid of days."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from timing.kernels.intervals import nearest_both
from timing.kernels.statistics import (
    LinearStatistic,
    MaxProfile,
    PrecursorRate,
    Statistic,
)
from timing.kernels.units import count_on

if TYPE_CHECKING:
    from timing.grid import DayGrid
    from timing.period import Window

StatisticName = Literal[
    "count", "precursor_rate", "trigger_rate", "mean_distance", "max_profile"
]
STATISTICS = (
    "count",
    "precursor_rate",
    "trigger_rate",
    "mean_distance",
    "max_profile",
)


def statistic_of(name: str, grid: DayGrid, window: Window) -> Statistic:
    """Make a statistic for the days and the calendar of a grid.

    Parameters
    ----------
    name : {"count", "precursor_rate", "trigger_rate", "mean_distance", "max_profile"}
    grid : DayGrid
    window : Window
        Lags of ``"max_profile"``.
    """
    spans = grid.intervals
    if name in ("count", "trigger_rate"):
        return LinearStatistic(weights=grid.exposed, per_launch=name == "trigger_rate")
    if name == "mean_distance":
        lag = nearest_both(grid.day, spans.first, spans.last).lag
        return LinearStatistic(weights=np.abs(lag), per_launch=True)
    if name == "precursor_rate":
        first = np.searchsorted(grid.day, spans.first - window.before)
        stop = np.searchsorted(grid.day, spans.last + window.after, side="right")
        touching = first < stop
        return PrecursorRate(first=first[touching], stop=stop[touching])
    lags = range(-window.before, window.after + 1)
    return MaxProfile(
        anchors=np.stack([count_on(grid.day, spans.first + lag) for lag in lags])
    )
