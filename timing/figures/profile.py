"""Superposed epochs: launches at each lag from the calendar events."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.colors import to_rgba
from matplotlib.ticker import MaxNLocator

from timing.errors import ArgumentError
from timing.figures.style import BAND, OKABE_ITO, legend_below, styled
from timing.results import LagProfileResult
from timing.results.base import format_p

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_lag_profile(result: LagProfileResult, ax: Axes | None = None) -> Axes:
    """Draw superposed epochs: launches at each lag, with the limits of the null.

    Parameters
    ----------
    result : LagProfileResult
    ax : Axes, optional

    Returns
    -------
    Axes
        The dark band holds the pointwise limits, the light, outlined one the global
        envelope: only a count outside the latter is evidence by itself.
    """
    if not isinstance(result, LagProfileResult):
        msg = f"`result` is a {type(result).__name__}; it must be a LagProfileResult."
        raise ArgumentError(msg)
    level = f"{100 * result.specification.confidence_level:g}%"
    heights = np.concatenate([result.count, result.high, result.envelope_high])
    top = heights[np.isfinite(heights)].max() + 0.5
    with styled(ax, (6.5, 3.6)) as ax:
        # Open sides of a one-sided envelope end at the frame.
        ax.fill_between(
            result.lag, np.maximum(result.envelope_low, 0),
            np.minimum(result.envelope_high, top), step="mid",
            facecolor=to_rgba(BAND, 0.2), edgecolor=to_rgba(OKABE_ITO["blue"], 0.8),
            linewidth=0.8, label=f"global {level} envelope, all lags at once",
        )  # fmt: skip
        ax.fill_between(
            result.lag, result.low, result.high, step="mid", color=BAND, alpha=0.6,
            linewidth=0, label=f"pointwise {level} limits of the null",
        )  # fmt: skip
        ax.step(
            result.lag, result.expected, where="mid", color=OKABE_ITO["grey"],
            linestyle="--", label="expected",
        )  # fmt: skip
        ax.vlines(result.lag, 0, result.count, color=OKABE_ITO["vermilion"])
        ax.plot(
            result.lag, result.count, "o", markersize=3.5,
            color=OKABE_ITO["vermilion"], label="events",
        )  # fmt: skip
        ax.axvline(0, color=OKABE_ITO["black"], linewidth=0.6, zorder=0)
        ax.set_ylim(0, top)
        ax.yaxis.set_major_locator(MaxNLocator(integer=True))
        ax.set(
            xlabel=f"days from the {result.specification.anchor} of a calendar event",
            ylabel="events, over all calendar events",
        )
        p = format_p(result.global_pvalue)
        ax.set_title(f"all lags at once: p = {p}")
        legend_below(ax, ncols=2)
    return ax
