"""Superposed epochs: launches by their lag from the calendar events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from timing.arguments import check_choice, check_whole
from timing.association import Request
from timing.errors import ArgumentError
from timing.grid import count_on
from timing.inputs import read_intervals
from timing.kernels.exact import Pmf, tail_p
from timing.nulls import CircularShift
from timing.period import Window
from timing.results import LagProfileResult

if TYPE_CHECKING:
    from timing.inputs import Dates
    from timing.kernels.pvalues import Alternative
    from timing.period import StudyPeriod

_MONTH_SHIFT = CircularShift(strata="month")


def lag_profile(
    tests: Dates,
    calendar: Dates,
    *,
    period: StudyPeriod,
    max_lag: int = 30,
    null: CircularShift = _MONTH_SHIFT,
    unit: Literal["day", "event"] = "day",
    anchor: Literal["start", "end", "announced"] = "start",
    alternative: Alternative = "two-sided",
    confidence_level: float = 0.95,
) -> LagProfileResult:
    """Count launches at each lag from the calendar events (superposed epochs).

    Parameters
    ----------
    tests, calendar, period, unit, alternative
        As in `permutation_test`.
    max_lag : int, default 30
        Lags run from ``-max_lag`` to ``max_lag`` days.
    null : CircularShift, default CircularShift(strata="month")
        Null model of the limits.
    anchor : {"start", "end", "announced"}
        The day that is lag 0.
    confidence_level : float, default 0.95
        Level of the pointwise limits.

    Returns
    -------
    LagProfileResult

    Raises
    ------
    SchemaError, EmptySelectionError, ArgumentError
        As `permutation_test`.

    Notes
    -----
    Null hypothesis at each lag: as for `CircularShift`. The count at lag l is
    ``sum_t y_t w_{t-l}`` with w the number of calendar events anchored on a day; its
    null distribution is exact. Limits and p-values are **pointwise**: with 61 lags
    about three lie outside 95 % limits by chance.

    Examples
    --------
    >>> import timing
    >>> profile = timing.lag_profile(
    ...     ["2025-10-22", "2025-10-28"],
    ...     ["2025-10-29"],
    ...     period=timing.StudyPeriod("2025-10-01", "2025-11-30"),
    ...     max_lag=7,
    ... )
    >>> profile.lag[profile.count > 0].tolist()
    [-7, -1]
    """
    check_choice("anchor", anchor, ("start", "end", "announced"))
    check_whole("max_lag", max_lag, minimum=1)
    if not isinstance(null, CircularShift):
        msg = f"`null` is {null!r}; a lag profile takes a CircularShift."
        raise ArgumentError(msg)
    request = Request(
        period=period,
        window=Window(max_lag, max_lag),
        anchor=anchor,
        unit=unit,
        alternative=alternative,
        confidence_level=confidence_level,
    )
    grid = request.grid(tests, calendar)
    anchor_day = read_intervals(calendar, anchor=anchor).first
    lags = np.arange(-max_lag, max_lag + 1)
    landings = [count_on(grid.day, anchor_day + lag) for lag in lags.tolist()]
    nulls = [null.distribution(grid.launches, at, grid.day) for at in landings]
    counts = [int(grid.launches @ at) for at in landings]
    limits = np.array([_limits(pmf, request.level) for pmf in nulls])
    return LagProfileResult(
        lag=lags,
        count=np.array(counts),
        expected=np.array([pmf.mean for pmf in nulls]),
        low=limits[:, 0],
        high=limits[:, 1],
        pvalue=np.array(
            [
                tail_p(pmf, count, alternative=alternative)
                for pmf, count in zip(nulls, counts, strict=True)
            ]
        ),
        n_launches=grid.n_launches,
        n_calendar_events=grid.n_calendar_events,
        at_risk_days=grid.day.size,
        dropped=grid.dropped,
        specification=request.specification(
            grid, method="lag_profile", null=null.in_words()
        ),
    )


def _limits(pmf: Pmf, level: float) -> tuple[float, float]:
    """Smallest central range of counts that leaves at most half of `level` outside."""
    below = np.cumsum(pmf.probability)
    above = np.cumsum(pmf.probability[::-1])[::-1]
    slack = level / 2 * (1 + 1e-9)
    low = pmf.support[np.flatnonzero(below > slack)[0]]
    high = pmf.support[np.flatnonzero(above > slack)[-1]]
    return float(low), float(high)
