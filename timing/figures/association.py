"""The null distribution of a test, with what was observed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from timing.errors import ArgumentError
from timing.figures.style import BAND, OKABE_ITO, styled
from timing.results import ExactNull, PermutationResult, RandomizationResult
from timing.results.base import format_p

if TYPE_CHECKING:
    from matplotlib.axes import Axes


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
        if isinstance(null, ExactNull):
            used = null.probability > 1e-6
            ax.bar(
                null.support[used], null.probability[used], width=0.85, color=BAND,
                label="null distribution",
            )  # fmt: skip
            ax.set(xlabel="launches on exposed days", ylabel="probability")
        else:
            ax.hist(
                null.samples, bins=40, density=True, color=BAND,
                label="all shifts of the calendar",
            )  # fmt: skip
            ax.set(xlabel="studentized score Z", ylabel="density")
        ax.axvline(
            result.expected, color=OKABE_ITO["grey"], linestyle="--", label="expected"
        )
        ax.axvline(result.statistic, color=OKABE_ITO["vermilion"], label="observed")
        p, naive = format_p(result.pvalue), format_p(result.naive_pvalue)
        ax.set_title(f"p = {p} (naive p = {naive})", fontsize=9)
        ax.legend(fontsize=8)
    return ax
