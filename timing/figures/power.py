"""Power curves: how often tests find a planted rate ratio."""

from __future__ import annotations

from itertools import cycle
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.ticker import FuncFormatter, NullFormatter

from timing.errors import ArgumentError
from timing.figures.checks import literal
from timing.figures.style import OKABE_ITO, styled
from timing.results.planning import PowerResult

if TYPE_CHECKING:
    import numpy.typing as npt
    from matplotlib.axes import Axes

    FloatArray = npt.NDArray[np.float64]

_WANTED = 0.8
_LOOKS = (
    ("vermilion", "o", "-"),
    ("blue", "s", "--"),
    ("green", "^", "-."),
    ("purple", "D", ":"),
    ("orange", "v", "-"),
    ("sky", "P", "--"),
    ("black", "X", "-."),
)
_APART = 0.012
"""Shift of neighbouring tests, as a share of the x axis: bars stay apart."""
_ROOM = 0.07
"""Space of the label of a tick, as a share of the x axis."""
_TEXT = 8


def plot_power(result: PowerResult, ax: Axes | None = None) -> Axes:
    """Draw the power of each test over the planted rate ratios.

    Parameters
    ----------
    result : PowerResult
    ax : Axes, optional

    Returns
    -------
    Axes
        Bars: pointwise 95 % intervals for the Monte Carlo error (Wilson). Tests stand a
        little beside each other. At a rate ratio of 1 a valid test keeps to the level.
    """
    if not isinstance(result, PowerResult):
        msg = f"`result` is a {type(result).__name__}; it must be a PowerResult."
        raise ArgumentError(msg)
    ratio = result.rate_ratio
    order = np.argsort(ratio)
    # Room for a lone ratio, and for the bars beside the outermost.
    low, high = np.log([ratio.min(), ratio.max()])
    span = max(high - low, np.log(2))
    shifts = _APART * span * (np.arange(len(result.test)) - (len(result.test) - 1) / 2)
    below, above = _wilson(result.power, result.simulated.n_replicates)
    with styled(ax, (6.0, 4.0)) as ax:
        ax.set_xscale("log")
        for height, words in ((result.level, "level"), (_WANTED, "power")):
            ax.axhline(height, color=OKABE_ITO["grey"], linewidth=0.8, zorder=0)
            ax.annotate(
                f"{words} {height:g}", (1, height), xycoords=("axes fraction", "data"),
                xytext=(0, 2), textcoords="offset points", ha="right", fontsize=_TEXT,
            )  # fmt: skip
        looks = cycle(_LOOKS)
        for i, name in enumerate(result.test):
            color, marker, style = next(looks)
            share = result.power[i, order]
            limits = np.stack([share - below[i, order], above[i, order] - share])
            ax.errorbar(
                ratio[order] * np.exp(shifts[i]), share, yerr=np.maximum(limits, 0),
                color=OKABE_ITO[color], marker=marker, linestyle=style, markersize=5,
                linewidth=1.2, elinewidth=1, capsize=2, label=literal(name),
            )  # fmt: skip
        ax.set_xlim(np.exp(low - 0.05 * span), np.exp(high + 0.05 * span))
        ax.set_ylim(-0.03, 1.03)
        ax.set_xticks(_ticks(ratio[order], span))
        ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.3g}"))
        ax.xaxis.set_minor_formatter(NullFormatter())
        ax.set(
            xlabel="rate ratio on exposed days (log scale)",
            ylabel=f"share of {result.simulated.n_replicates:,} records found",
        )
        ax.legend(fontsize=_TEXT, loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=2)
    return ax


def _ticks(ratios: FloatArray, span: float) -> list[float]:
    """Those of the increasing `ratios` whose labels have room beside each other."""
    ticks = [float(ratios[0])]
    for ratio in ratios[1:]:
        if np.log(ratio / ticks[-1]) > _ROOM * span:
            ticks.append(float(ratio))
    return ticks


def _wilson(share: FloatArray, n: int) -> tuple[FloatArray, FloatArray]:
    """95 % limits of a share of n records; they are no point where it is 0 or 1."""
    z2 = 1.959964**2
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = np.sqrt(z2 * (share * (1 - share) / n + z2 / (4 * n**2))) / (1 + z2 / n)
    return centre - half, centre + half
