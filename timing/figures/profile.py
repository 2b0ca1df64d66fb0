"""Superposed epochs: launches at each lag from the calendar events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.ticker import MaxNLocator

from timing.errors import ArgumentError
from timing.figures.style import BAND, OKABE_ITO, styled
from timing.results import LagProfileResult

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_lag_profile(result: LagProfileResult, ax: Axes | None = None) -> Axes:
    """Draw superposed epochs: launches at each lag, with pointwise limits.

    Parameters
    ----------
    result : LagProfileResult
    ax : Axes, optional

    Returns
    -------
    Axes
    """
    if not isinstance(result, LagProfileResult):
        msg = f"`result` is a {type(result).__name__}; it must be a LagProfileResult."
        raise ArgumentError(msg)
    level = f"{100 * result.specification.confidence_level:g}%"
    with styled(ax, (6.5, 3.2)) as ax:
        ax.fill_between(
            result.lag, result.low, result.high, step="mid", color=BAND, alpha=0.5,
            linewidth=0, label=f"pointwise {level} limits of the null",
        )  # fmt: skip
        ax.step(
            result.lag, result.expected, where="mid", color=OKABE_ITO["grey"],
            linestyle="--", label="expected",
        )  # fmt: skip
        ax.vlines(result.lag, 0, result.count, color=OKABE_ITO["vermilion"])
        ax.plot(
            result.lag, result.count, "o", markersize=3.5,
            color=OKABE_ITO["vermilion"], label="launches",
        )  # fmt: skip
        ax.axvline(0, color=OKABE_ITO["black"], linewidth=0.6, zorder=0)
        ax.set_ylim(bottom=0)
        ax.yaxis.set_major_locator(MaxNLocator(integer=True))
        ax.set(
            xlabel=f"days from the {result.specification.anchor} of a calendar event",
            ylabel="launches, over all events",
        )
        ax.legend(fontsize=8, loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=3)
    return ax
