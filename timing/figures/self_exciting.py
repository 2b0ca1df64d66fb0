"""Residuals of the self-exciting regression: rescaled gaps against their model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from timing.errors import ArgumentError
from timing.figures.style import BAND, OKABE_ITO, styled
from timing.kernels.time_rescaling import kolmogorov_band, span_distribution
from timing.results.base import format_p
from timing.results.self_exciting import SelfExcitingResult

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_self_exciting(result: SelfExcitingResult, ax: Axes | None = None) -> Axes:
    """Draw the share of gaps between launches that are shorter than the model's.

    Parameters
    ----------
    result : SelfExcitingResult
    ax : Axes, optional

    Returns
    -------
    Axes
        Under the right model the line keeps to the diagonal; it leaves the band
        anywhere in 1 of 20 samples (at 95 %; in fewer, since the rates were fitted).
        Above the diagonal short gaps are too many: launches cluster more than the model
        says.
    """
    if not isinstance(result, SelfExcitingResult):
        msg = f"`result` is a {type(result).__name__}; it must be a SelfExcitingResult."
        raise ArgumentError(msg)
    level = result.specification.confidence_level
    n_gaps = len(result.rescaled)
    half = kolmogorov_band(n_gaps, level)
    diagonal = np.linspace(0, 1, 201)
    lines = (
        (result.rescaled_independent, OKABE_ITO["grey"], "--", "without excitation"),
        (result.rescaled, OKABE_ITO["vermilion"], "-", "with excitation"),
    )
    with styled(ax, (4.6, 4.8)) as ax:
        ax.fill_between(
            diagonal, np.maximum(diagonal - half, 0), np.minimum(diagonal + half, 1),
            color=BAND, alpha=0.4, linewidth=0, label=f"{100 * level:g}% band",
        )  # fmt: skip
        ax.plot(
            [0, 1], [0, 1], color=OKABE_ITO["black"], linewidth=0.8, label="the model"
        )
        for spans, color, style, label in lines:
            at = np.unique(np.append(spans, [0.0, 1.0]))
            ax.plot(
                at, span_distribution(spans, at), color=color, linestyle=style,
                label=label,
            )  # fmt: skip
        ax.set(
            xlim=(0, 1), ylim=(0, 1), aspect="equal",
            xlabel="share of gaps that the model makes shorter",
            ylabel="share of gaps that are shorter",
        )  # fmt: skip
        ax.set_title(
            f"{n_gaps} gaps: D = {result.ks_statistic:.3f}, "
            f"p = {format_p(result.ks_pvalue)}",
        )
        ax.legend(loc="lower right")
    return ax
