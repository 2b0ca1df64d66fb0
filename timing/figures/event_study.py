"""The event study: the rate ratio in each bin around the calendar events."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from timing.errors import ArgumentError
from timing.figures.style import BAND, OKABE_ITO, legend_below, styled
from timing.results.base import format_p
from timing.results.event_study import EventStudyResult

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_PAD = 1.25
"""Room above and below the drawn ratios, as a factor."""

_MOST_TICKS = 15


def plot_event_study(result: EventStudyResult, ax: Axes | None = None) -> Axes:
    """Draw the rate ratio of each bin with its interval and the simultaneous band.

    Parameters
    ----------
    result : EventStudyResult
    ax : Axes, optional

    Returns
    -------
    Axes
        Only a ratio whose band leaves out 1 is evidence by itself. The base bin is an
        open diamond, an exact answer a grey square; triangles at the edge stand for
        ratios or limits of 0 or infinity.
    """
    if not isinstance(result, EventStudyResult):
        msg = f"`result` is a {type(result).__name__}; it must be an EventStudyResult."
        raise ArgumentError(msg)
    table = result.to_frame()
    at = result.bin.astype(float)
    level = f"{100 * result.specification.confidence_level:g}%"
    names = ("rate_ratio", "ci_low", "ci_high", "band_low", "band_high")
    ratio, low, high, band_low, band_high = (
        table[name].to_numpy(dtype=float) for name in names
    )
    drawn = np.concatenate([ratio, low, high, band_low, band_high])
    drawn = drawn[np.isfinite(drawn) & (drawn > 0)]
    bottom, top = min(drawn.min(), 0.5) / _PAD, max(drawn.max(), 2.0) * _PAD
    method = table["method"].to_numpy()
    groups = (
        ("wald", OKABE_ITO["vermilion"], "o", f"rate ratio, {level} interval"),
        ("exact", OKABE_ITO["grey"], "s", f"the same, exact, {level} interval"),
    )
    with styled(ax, (6.5, 3.8)) as ax:
        ax.set_yscale("log")
        ax.axhline(1, color=OKABE_ITO["black"], linewidth=0.8, linestyle="--")
        ax.axvline(-0.5, color=OKABE_ITO["grey"], linewidth=0.8, linestyle=":")
        fitted = method == "wald"
        ax.bar(
            at[fitted], (band_high - band_low)[fitted], 0.8, band_low[fitted],
            color=BAND, alpha=0.45, label=f"{level} band, all bins at once",
        )  # fmt: skip
        for kind, color, marker, label in groups:
            rows = method == kind
            if not rows.any():
                continue
            ax.vlines(
                at[rows], np.clip(low[rows], bottom, top),
                np.clip(high[rows], bottom, top), color=color,
            )  # fmt: skip
            ax.plot(
                at[rows], np.where(ratio > 0, ratio, np.nan)[rows], marker,
                markersize=5, color=color, label=label,
            )  # fmt: skip
        base = method == "base"
        if base.any():
            ax.plot(
                at[base], ratio[base], "D", color=OKABE_ITO["black"],
                markerfacecolor="white", label="base bin",
            )  # fmt: skip
        edge = OKABE_ITO["black"]
        for rows, height, marker in (
            (low <= 0, bottom, "v"),
            (np.isposinf(high), top, "^"),
        ):
            ax.plot(at[rows], np.full(rows.sum(), height), marker, color=edge)
        ax.set_ylim(bottom / 1.1, top * 1.1)
        ax.set_xlim(at[0] - 0.6, at[-1] + 0.6)
        ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        ax.yaxis.set_minor_formatter(NullFormatter())
        step = -(-at.size // _MOST_TICKS)
        shown = np.flatnonzero(result.bin % step == 0)
        ax.set_xticks(at[shown], [_days(table, j) for j in shown.tolist()])
        outside = result.base is None
        ax.set(
            xlabel=f"days from the {result.specification.anchor} of a calendar event",
            ylabel=f"rate ratio to {'the other days' if outside else 'the base bin'}",
        )
        tests = {name: result.joint_test(name) for name in ("leads", "lags")}
        ax.set_title(
            "joint tests: "
            + ", ".join(
                f"{name} p = {format_p(test.pvalue)}"
                for name, test in tests.items()
                if test is not None
            ),
        )
        legend_below(ax, ncols=3, lines=2)
    return ax


def _days(table: pd.DataFrame, row: int) -> str:
    """Offsets of one bin, from its first to its last day."""
    first, last = (int(table[name].iloc[row]) for name in ("first_day", "last_day"))
    if first == last:
        return f"{first:+d}" if first else "0"
    return f"{first:+d}\nto {last:+d}" if first else f"0\nto {last:+d}"
