"""Superposed epochs: launches by their lag from the calendar events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from timing.advice import advise
from timing.arguments import check_choice, check_whole
from timing.association import Request
from timing.assumed import stated
from timing.errors import ArgumentError
from timing.inputs import read_intervals
from timing.kernels.envelope import (
    exact_ranks,
    extreme_rank_length,
    global_envelope,
)
from timing.kernels.exact import Pmf, shift_counts, tail_p, tally
from timing.kernels.pvalues import p_standard_error
from timing.kernels.units import count_on
from timing.nulls import CircularShift, NullModel, as_null
from timing.period import Window
from timing.results import LagProfileResult
from timing.seeds import generator_from

if TYPE_CHECKING:
    from timing.grid import DayGrid
    from timing.inputs import Dates
    from timing.kernels.pvalues import Alternative
    from timing.period import StudyPeriod

IntArray = npt.NDArray[np.int64]

ANCHORS = ("start", "end", "announced", "meeting")

_MONTH_SHIFT = CircularShift(strata="month")

_CELLS = 2**24
"""Launch numbers held at once while arrangements are drawn."""


def lag_profile(
    tests: Dates,
    calendar: Dates,
    *,
    period: StudyPeriod | None = None,
    max_lag: int = 30,
    null: NullModel | str = _MONTH_SHIFT,
    unit: Literal["day", "event", "missile", "episode"] = "day",
    gap: int = 7,
    anchor: Literal["start", "end", "announced", "meeting"] = "start",
    alternative: Alternative = "two-sided",
    confidence_level: float = 0.95,
    n_resamples: int = 2499,
    rng: np.random.Generator | int | None = None,
) -> LagProfileResult:
    """Count launches at each lag from the calendar events (superposed epochs).

    Parameters
    ----------
    tests, calendar, period, null, unit, gap, alternative
        As in `permutation_test`. Each calendar event counts: a launch near two of them
        stands at two lags.
    max_lag : int, default 30
        Lags run from ``-max_lag`` to ``max_lag`` days.
    anchor : {"start", "end", "announced", "meeting"}
        The day that is lag 0: the first or last day of the calendar event, the day of
        its announcement, or the first day on which the parties met.
    confidence_level : float, default 0.95
        Level of the pointwise limits and of the global envelope.
    n_resamples : int, default 2499
        Arrangements to draw where the null model cannot list them all.
    rng : Generator, int or None
        For these draws.

    Returns
    -------
    LagProfileResult

    Raises
    ------
    SchemaError, EmptySelectionError, ArgumentError
        As `permutation_test`.
    NoContrastError
        If every at-risk day lies within `max_lag` of a calendar event, or none does.

    Warns
    -----
    ClusteringWarning
        As `permutation_test`.

    Notes
    -----
    Null hypothesis: that of the null model. The count at lag l is
    ``C(l) = sum_t y_t w_{t-l}`` with w the number of calendar events anchored on a day.

    The global test and envelope hold for **all lags at once**. Each arrangement of the
    launches under the null gives a whole curve C; curves are ordered by extreme rank
    length (the pointwise ranks of a curve, the most extreme first), and the global p is
    the share of the curves that are at least as extreme as the observed one, itself
    among them. The envelope is the range of the curves that are not among the most
    extreme ``1 - confidence_level``: a profile that leaves it has a global p at most
    that. Counts tie, so that a profile of small p may also stay on the edge. All
    arrangements are used where the null model lists them (all shifts for
    ``CircularShift(None)``), else `n_resamples` draws, whose ranks are taken from the
    exact null distribution of each lag where there is one. Where there is none, ranks
    among the draws add a Monte Carlo error several times the one reported. One-sided
    envelopes have one limit.

    Where few launches are expected at a lag the envelope reaches down to 0: a deficit
    is then seen by the global p only, or by the windows of `permutation_test`.

    Limits and p-values of single lags are **pointwise**: with 61 lags about three lie
    outside 95 % limits by chance. They are exact where the null distribution is, else
    they rest on the same draws.

    References
    ----------
    Myllymaki, M., Mrkvicka, T., Grabarnik, P., Seijo, H. and Hahn, U. (2017). J. R.
    Stat. Soc. B 79:381-404 (global envelopes).

    Examples
    --------
    >>> import timing
    >>> profile = timing.lag_profile(
    ...     ["2025-10-22", "2025-10-28"],
    ...     ["2025-10-29"],
    ...     period=timing.StudyPeriod("2025-10-01", "2025-11-30"),
    ...     max_lag=7,
    ...     null=timing.CircularShift(None),
    ... )
    >>> profile.lag[profile.count > 0].tolist()
    [-7, -1]
    >>> profile.n_curves, round(profile.global_pvalue, 2)
    (61, 0.15)
    """
    period, _ = stated(tests, period, None)
    check_choice("anchor", anchor, ANCHORS)
    check_whole("max_lag", max_lag, minimum=1)
    check_whole("n_resamples", n_resamples, minimum=1)
    model = as_null(null)
    request = Request(
        period=period,
        window=Window(max_lag, max_lag),
        anchor=anchor,
        unit=unit,
        gap=gap,
        alternative=alternative,
        confidence_level=confidence_level,
    )
    grid = request.grid(tests, calendar)
    advise(grid.launches, grid.day, model)
    anchor_day = read_intervals(calendar, anchor=anchor, clock=period.zone).first
    lags = np.arange(-max_lag, max_lag + 1)
    landings = np.stack([count_on(grid.day, anchor_day + lag) for lag in lags.tolist()])

    curves = _all_curves(model, grid, landings)
    drawn = curves is None
    if curves is None:
        curves = _drawn_curves(
            model, grid, landings, size=n_resamples, rng=generator_from(rng)
        )
    exact = [model.distribution(grid.launches, at, grid.day) for at in landings]
    known = [pmf for pmf in exact if pmf is not None]
    ranks = None
    if drawn and len(known) == len(exact):
        # Ranks among the draws would add their own, much larger, Monte Carlo error.
        ranks = exact_ranks(curves, known, alternative=alternative)
    lengths = extreme_rank_length(curves, alternative=alternative, ranks=ranks)
    envelope_low, envelope_high = global_envelope(
        curves, lengths, level=request.level, alternative=alternative
    )
    nulls = [
        tally(column) if pmf is None else pmf
        for pmf, column in zip(exact, curves.T, strict=True)
    ]
    limits = np.array([_limits(pmf, request.level) for pmf in nulls])
    return LagProfileResult(
        lag=lags,
        count=curves[0],
        expected=np.array([pmf.mean for pmf in nulls]),
        low=limits[:, 0],
        high=limits[:, 1],
        pvalue=np.array(
            [
                tail_p(pmf, count, alternative=alternative)
                for pmf, count in zip(nulls, curves[0].tolist(), strict=True)
            ]
        ),
        envelope_low=envelope_low,
        envelope_high=envelope_high,
        global_pvalue=lengths.pvalue,
        global_pvalue_error=(
            p_standard_error(lengths.pvalue, n_resamples, alternative="greater")
            if drawn
            else 0.0
        ),
        n_curves=len(curves),
        n_launches=grid.n_launches,
        n_calendar_events=grid.n_calendar_events,
        at_risk_days=grid.day.size,
        dropped=grid.dropped,
        specification=request.specification(
            grid,
            method="lag_profile",
            null=model.in_words(),
            curves="drawn" if drawn else "all arrangements",
        ),
    )


def _all_curves(null: NullModel, grid: DayGrid, landings: IntArray) -> IntArray | None:
    """Curves of all arrangements, one row each, the observed first, if they are few."""
    orbit = null.orbit(grid.launches, grid.day)
    if orbit is None:
        return None
    if isinstance(null, CircularShift):  # two FFTs a lag beat the product with N shifts
        return np.stack([shift_counts(grid.launches, at) for at in landings], axis=1)
    return orbit @ landings.T


def _drawn_curves(
    null: NullModel,
    grid: DayGrid,
    landings: IntArray,
    *,
    size: int,
    rng: np.random.Generator,
) -> IntArray:
    """Observed curve, then those of `size` arrangements drawn from the null."""
    # Whole numbers in floating point: still exact, and faster to multiply.
    weights = landings.T.astype(float)
    rows = max(1, _CELLS // grid.day.size)
    parts = [grid.launches[None, :] @ weights]
    for begin in range(0, size, rows):
        part = min(rows, size - begin)
        drawn = null.draw(grid.launches, grid.day, size=part, rng=rng)
        if drawn.shape != (part, grid.day.size):
            msg = (
                f"`null` drew an array of shape {drawn.shape}; it must be "
                f"{(part, grid.day.size)}."
            )
            raise ArgumentError(msg)
        parts.append(drawn @ weights)
    return np.concatenate(parts).astype(np.int64)


def _limits(pmf: Pmf, level: float) -> tuple[float, float]:
    """Smallest central range of counts that leaves at most half of `level` outside."""
    below = np.cumsum(pmf.probability)
    above = np.cumsum(pmf.probability[::-1])[::-1]
    slack = level / 2 * (1 + 1e-9)
    low = pmf.support[np.flatnonzero(below > slack)[0]]
    high = pmf.support[np.flatnonzero(above > slack)[-1]]
    return float(low), float(high)
