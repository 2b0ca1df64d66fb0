"""The daily panel: launches, exposure and controls on every at-risk day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pandas as pd

from timing.assumed import stated
from timing.clock import to_dates
from timing.controls import Controls, control_columns
from timing.errors import ArgumentError
from timing.grid import DayGrid, build_grid

if TYPE_CHECKING:
    from timing.inputs import Dates
    from timing.period import StudyPeriod, Window

_OWN = ("date", "launches", "exposed", "n_events")


def panel_of(grid: DayGrid, controls: Controls) -> pd.DataFrame:
    """Put a grid and its controls into one table."""
    own = pd.DataFrame(
        {
            "date": to_dates(grid.day),
            "launches": grid.launches,
            "exposed": grid.exposed,
            "n_events": grid.cover,
        }
    )
    columns = control_columns(controls, day=grid.day, events=grid.events)
    for name in _OWN:
        if name in columns:
            msg = f"`controls` has a column {name!r}, which the panel itself uses."
            raise ArgumentError(msg)
    return pd.concat([own, columns], axis=1)


def daily_panel(
    tests: Dates,
    calendar: Dates,
    *,
    period: StudyPeriod | None = None,
    window: Window | None = None,
    controls: Controls = (),
    unit: Literal["day", "event"] = "day",
    anchor: Literal["interval", "meeting", "start", "end", "announced"] = "interval",
) -> pd.DataFrame:
    """Build one row per at-risk day, ready for a regression of your own.

    Parameters
    ----------
    tests, calendar, period, window, unit, anchor
        As in `permutation_test`.
    controls : sequence of str or Series, default ()
        Names (``"season"``, ``"weekday"``, ``"year"``, ``"half"``, ``"quarter"``,
        ``"month"``, ``"month_of_year"``, ``"trend"``, ``"spline"``, ``"exercises"``,
        ``"anniversaries"``, ``"elections"``, ``"lagged_launches"``) or named
        Series indexed by day.

    Returns
    -------
    DataFrame
        ``date``, ``launches`` (y_t), ``exposed`` (x_t, 0 or 1), ``n_events`` (windows
        that hold the day) and the control columns.

    Raises
    ------
    SchemaError, EmptySelectionError, NoContrastError, ArgumentError
        As `permutation_test`; also if a control is unknown or has a gap.

    Examples
    --------
    >>> import timing
    >>> panel = timing.daily_panel(
    ...     ["2025-10-22", "2025-10-28"],
    ...     ["2025-10-29"],
    ...     period=timing.StudyPeriod("2025-10-01", "2025-10-31"),
    ...     window=timing.Window(before=1, after=0),
    ...     controls=["weekday"],
    ... )
    >>> panel.loc[panel["exposed"].eq(1), ["launches", "weekday"]]
        launches weekday
    27         1     Tue
    28         0     Wed
    """
    period, window = stated(tests, period, window)
    grid = build_grid(
        tests, calendar, period=period, window=window, anchor=anchor, unit=unit
    )
    return panel_of(grid, controls)
