"""The time-scale profile: rate ratio and p by the scale that the null holds fixed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from timing.errors import ArgumentError
from timing.figures.checks import literal
from timing.figures.style import OKABE_ITO, styled
from timing.results.base import format_p
from timing.results.timescale import TimescaleProfileResult

if TYPE_CHECKING:
    import numpy.typing as npt
    from matplotlib.axes import Axes

    FloatArray = npt.NDArray[np.float64]

_PAD = 1.25
"""Room above and below the drawn ratios, as a factor."""


def plot_timescale_profile(
    result: TimescaleProfileResult, ax: Axes | None = None
) -> Axes:
    """Draw the rate ratio with its interval at each time scale, from slow to fast.

    Parameters
    ----------
    result : TimescaleProfileResult
    ax : Axes, optional

    Returns
    -------
    Axes
        Grey, open points: scales at which little information is left. Triangles at the
        edge: limits or ratios of 0 or infinity. An undefined ratio has no point.
    """
    if not isinstance(result, TimescaleProfileResult):
        msg = (
            f"`result` is a {type(result).__name__}; it must be a "
            "TimescaleProfileResult."
        )
        raise ArgumentError(msg)
    table = result.to_frame()
    ratio, low, high = (
        table[name].to_numpy(dtype=float)
        for name in ("conditional_rate_ratio", "ci_low", "ci_high")
    )
    bottom, top = _limits(ratio, low, high)
    at = np.arange(len(table))
    level = f"{100 * result.specification.confidence_level:g}%"
    little = table["low_information"].to_numpy(dtype=bool)
    naive = result.results[0].naive_pvalue
    groups = (
        (~little, OKABE_ITO["vermilion"], "o", f"rate ratio, {level} interval"),
        (little, OKABE_ITO["grey"], "s", "the same, little information left"),
    )
    with styled(ax, (max(5.5, 0.9 * len(table)), 3.6)) as ax:
        ax.set_yscale("log")
        ax.axhline(
            1, color=OKABE_ITO["black"], linewidth=0.8, linestyle="--",
            label="no association",
        )  # fmt: skip
        for rows, color, marker, label in groups:
            if not rows.any():
                continue
            ax.vlines(
                at[rows], np.clip(low[rows], bottom, top),
                np.clip(high[rows], bottom, top), color=color,
            )  # fmt: skip
            ax.plot(
                at[rows], np.where(_drawable(ratio), ratio, np.nan)[rows], marker,
                color=color, markerfacecolor="white" if marker == "s" else color,
                label=label,
            )  # fmt: skip
        edge = OKABE_ITO["black"]
        ax.plot(at[low <= 0], np.full((low <= 0).sum(), bottom), "v", color=edge)
        endless = np.isposinf(high)
        ax.plot(at[endless], np.full(endless.sum(), top), "^", color=edge)
        ax.set_ylim(bottom / _PAD, top * _PAD)
        ax.set_xlim(-0.5, len(table) - 0.5)
        ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        ax.yaxis.set_major_formatter(FuncFormatter(lambda ratio, _: f"{ratio:g}"))
        ax.yaxis.set_minor_formatter(NullFormatter())
        ax.set_xticks(
            at,
            [
                f"{literal(name)}\n{days:,.0f} days\np = {format_p(test.pvalue)}"
                for name, days, test in zip(
                    result.scale, result.scale_days, result.results, strict=True
                )
            ],
        )
        ax.set(
            xlabel=(
                "time scale that the null holds fixed, from slow to fast\n"
                f"(naive shuffle of dates: p = {format_p(naive)})"
            ),
            ylabel="rate ratio within strata",
        )
        ax.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=2)
    return ax


def _drawable(ratio: FloatArray) -> npt.NDArray[np.bool_]:
    return np.isfinite(ratio) & (ratio > 0)


def _limits(*ratios: FloatArray) -> tuple[float, float]:
    """Smallest and largest ratio that a log axis can show, 1 among them."""
    shown = np.concatenate([np.ones(1), *(r[_drawable(r)] for r in ratios)])
    return float(shown.min()), float(shown.max())
