"""The null distribution of a test, with what was observed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from timing.errors import ArgumentError
from timing.figures.style import BAND, OKABE_ITO, styled
from timing.results import ExactNull, PermutationResult, RandomizationResult
from timing.results.base import format_p

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_AXES = {
    "count": "launches on exposed days",
    "precursor_rate": "share of calendar events with a launch in the window",
    "trigger_rate": "share of launches with a calendar event in the window",
    "mean_distance": "mean days from a launch to the nearest calendar event",
    "max_profile": "launches at the lag that has most",
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
        name = result.specification.options.get("statistic", "score")
        if isinstance(null, ExactNull):
            used = null.probability > 1e-6
            support, probability = null.support[used], null.probability[used]
            steps = np.diff(support)
            ax.bar(
                support, probability, width=0.85 * steps.min(initial=1.0),
                color=BAND, label="null distribution",
            )  # fmt: skip
            ax.set(xlabel=_AXES[name], ylabel="probability")
        else:
            everything = "all shifts of the calendar" if name == "score" else "draws"
            ax.hist(null.samples, bins=40, density=True, color=BAND, label=everything)
            ax.set(xlabel=_AXES[name], ylabel="density")
        ax.axvline(
            result.expected, color=OKABE_ITO["grey"], linestyle="--", label="expected"
        )
        ax.axvline(result.statistic, color=OKABE_ITO["vermilion"], label="observed")
        p, naive = format_p(result.pvalue), format_p(result.naive_pvalue)
        ax.set_title(f"p = {p} (naive p = {naive})", fontsize=9)
        ax.legend(fontsize=8)
    return ax
