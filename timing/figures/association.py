"""The null distribution of a test, with what was observed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from timing.errors import ArgumentError
from timing.figures.style import BAND, OKABE_ITO, legend_below, styled
from timing.results import (
    ExactNull,
    PermutationResult,
    RandomizationResult,
    SampledNull,
)
from timing.results.base import format_p

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FloatArray = npt.NDArray[np.float64]

_MANY_BARS = 60
"""Values above which bars touch."""
_MOST_BARS = 200
"""Values above which draws are put into bins."""

_AXES = {
    "count": "events on exposed days",
    "precursor_rate": "share of calendar events with an event in the window",
    "trigger_rate": "share of events with a calendar event in the window",
    "mean_distance": "mean days from an event to the nearest calendar event",
    "max_profile": "events at the lag that has most",
    "score": "studentized score Z",
}


def plot_null_distribution(
    result: PermutationResult | RandomizationResult, ax: Axes | None = None
) -> Axes:
    """Draw the null distribution with the observed statistic.

    Parameters
    ----------
    result : PermutationResult or RandomizationResult
    ax : Axes, optional

    Returns
    -------
    Axes
    """
    if not isinstance(result, PermutationResult | RandomizationResult):
        msg = f"`result` is a {type(result).__name__}; it needs a null distribution."
        raise ArgumentError(msg)
    null = result.null_distribution
    with styled(ax, (5.5, 3.2)) as ax:
        name = result.specification.options.get("statistic_name", "score")
        bars = None if name == "score" else _as_bars(null)
        if bars is not None:
            support, share = bars
            used = share > 1e-6
            support, share = support[used], share[used]
            step = np.diff(support).min(initial=1.0)
            # Gaps between very many bars would only flicker.
            width = step if support.size > _MANY_BARS else 0.85 * step
            label = "null distribution" if isinstance(null, ExactNull) else "draws"
            ax.bar(support, share, width=width, color=BAND, label=label)
            ax.set(xlabel=_AXES[name], ylabel="probability")
        elif isinstance(null, SampledNull):
            everything = "all shifts of the calendar" if name == "score" else "draws"
            ax.hist(null.samples, bins=40, density=True, color=BAND, label=everything)
            ax.set(xlabel=_AXES[name], ylabel="density")
        ax.axvline(
            result.expected, color=OKABE_ITO["grey"], linestyle="--", label="expected"
        )
        ax.axvline(result.statistic, color=OKABE_ITO["vermilion"], label="observed")
        p, naive = format_p(result.pvalue), format_p(result.naive_pvalue)
        of_count = "" if name in ("count", "score") else " of the count"
        ax.set_title(f"p = {p} (naive p{of_count} = {naive})")
        legend_below(ax, ncols=3)
    return ax


def _as_bars(null: ExactNull | SampledNull) -> tuple[FloatArray, FloatArray] | None:
    """Values and their probabilities; None for draws of too many values."""
    if isinstance(null, ExactNull):
        return null.support.astype(float), null.probability
    # Rates are sums of fractions: what differs by rounding is one value.
    values, times = np.unique(np.round(null.samples, 9), return_counts=True)
    return None if values.size > _MOST_BARS else (values, times / null.samples.size)
