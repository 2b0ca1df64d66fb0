"""Figures of a scan: the specification curve and the window heat map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from timing.arguments import check_choice
from timing.errors import ArgumentError
from timing.figures.checks import literal
from timing.figures.style import (
    DOUBLE,
    OKABE_ITO,
    check_axes,
    figure_style,
    styled,
)
from timing.results.scan import ScanResult

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

_FURTHEST = 64.0
"""Rate ratios beyond this, and below its inverse, are drawn at the edge."""

_MOST_LIMITS = 120
"""With more specifications than this their limits would hide the estimates."""

_CURVE_INCHES, _ROW_INCHES = 2.8, 0.14

_NAMES = {
    "window_before": "days before", "window_after": "days after", "period": "period",
    "anchor": "anchor", "unit": "unit",
}  # fmt: skip

_DIVERGING = LinearSegmentedColormap.from_list(
    "timing", [OKABE_ITO["blue"], "#F7F7F7", OKABE_ITO["vermilion"]]
)


def _checked(result: object) -> ScanResult:
    if not isinstance(result, ScanResult):
        msg = f"`result` is a {type(result).__name__}; it must be a ScanResult."
        raise ArgumentError(msg)
    return result


def _varied(result: ScanResult) -> list[str]:
    """List the choices that differ between the rows."""
    return [name for name in result.choices if result.table[name].nunique() > 1]


def _significance(result: ScanResult) -> tuple[BoolArray, BoolArray]:
    """Which rows are significant after adjustment, and which only on their own."""
    adjusted = (result.adjusted <= result.level).to_numpy(dtype=bool)
    alone = (result.table["pvalue"] <= result.level).to_numpy(dtype=bool)
    return adjusted, alone & ~adjusted


def _ratio_text(value: float) -> str:
    return f"1/{1 / value:g}" if value < 1 else f"{value:g}"


def plot_specification_curve(result: ScanResult, ax: Axes | None = None) -> Axes:
    """Draw the rate ratios of all specifications in order, and what each one chose.

    Parameters
    ----------
    result : ScanResult
    ax : Axes, optional
        The panel of choices hangs below it, in axes of its own: leave room there.

    Returns
    -------
    Axes
        Those of the curve; the panel is ``ax.child_axes[0]``, if any choice varies.

    Raises
    ------
    ArgumentError
        If `result` is no ScanResult.

    Notes
    -----
    Rate ratios are those within strata, on a log axis. Those of 0 and infinity, and
    beyond 1/64 and 64, lie on the edge as triangles. Up to 120 specifications have
    their own approximate limits, which are not adjusted for their number.
    """
    result = _checked(result)
    levels = _panel_levels(result)
    with figure_style():
        ax = _axes_with_room(levels) if ax is None else ax
        check_axes(ax)
        _draw_curve(ax, result)
        if levels:
            _draw_panel(ax, result, levels)
        else:
            ax.set_xlabel(_count_label(len(result.table)))
    return ax


def _panel_levels(result: ScanResult) -> dict[str, list[object]]:
    """Levels of the choices that vary, in the order of the specifications."""
    return {
        name: sorted(result.table[name].unique())
        if name.startswith("window_")
        else result.table[name].unique().tolist()
        for name in _varied(result)
    }


def _panel_inches(levels: dict[str, list[object]]) -> float:
    return _ROW_INCHES * sum(len(values) + 1.5 for values in levels.values())


def _axes_with_room(levels: dict[str, list[object]]) -> Axes:
    """Make a figure whose axes leave room for the panel and its names."""
    from matplotlib import pyplot as plt

    names = [str(value) for values in levels.values() for value in values]
    left = max(0.8, 0.3 + 0.065 * max((len(name) for name in names), default=0))
    below = _panel_inches(levels) + 0.4
    height = below + _CURVE_INCHES + 0.4
    figure = plt.figure(figsize=(DOUBLE, height))
    wide = max(DOUBLE - left - 0.1, DOUBLE / 2)
    return figure.add_axes(
        (
            1 - (wide + 0.1) / DOUBLE,
            below / height,
            wide / DOUBLE,
            _CURVE_INCHES / height,
        )
    )


def _in_order(result: ScanResult) -> tuple[pd.DataFrame, dict[str, BoolArray]]:
    """Rows by rate ratio, and which of them are drawn in which colour."""
    ratio = result.table["conditional_rate_ratio"]
    order = np.argsort(ratio.to_numpy(), kind="stable")
    adjusted, alone = (marked[order] for marked in _significance(result))
    kinds = {"grey": ~adjusted & ~alone, "blue": alone, "vermilion": adjusted}
    return result.table.iloc[order], kinds


def _draw_curve(ax: Axes, result: ScanResult) -> None:
    """Draw the estimates, with limits where they are few."""
    table, kinds = _in_order(result)
    ratio = table["conditional_rate_ratio"].to_numpy()
    finite = ratio[(ratio > 1 / _FURTHEST) & (ratio < _FURTHEST)]
    far = max(2.0, *finite, *(1 / finite)) * 1.25 if finite.size else 2.0
    shown = np.clip(ratio, 1 / far, far)
    place = np.arange(ratio.size)
    few = ratio.size <= _MOST_LIMITS
    ax.axhline(1, color=OKABE_ITO["black"], linewidth=0.6, zorder=1)
    if few:
        low, high = (
            np.clip(table[name].to_numpy(), 1 / far, far)
            for name in ("ci_low", "ci_high")
        )
        ax.vlines(place, low, high, color="#CCCCCC", linewidth=0.8, zorder=0)
    size = 24 if few else 8
    looks = {
        "grey": (f"p > {result.level:g}", "o", size),
        "blue": (f"p <= {result.level:g} alone", "s", size),
        "vermilion": (f"p <= {result.level:g} adjusted", "D", 2 * size),
    }
    for colour, rows in kinds.items():
        name, marker, area = looks[colour]
        marks = ((marker, area, ratio == shown), ("^", size, ratio > shown),
                 ("v", size, ratio < shown))  # fmt: skip
        for shape, points, where in marks:
            if shape == marker or (rows & where).any():
                ax.scatter(
                    place[rows & where], shown[rows & where], s=points, marker=shape,
                    color=OKABE_ITO[colour], linewidth=0, clip_on=False, zorder=3,
                    label=f"{name} ({rows.sum()})" if shape == marker else None,
                )  # fmt: skip
    ax.set_yscale("log", base=2)
    ax.set_ylim(1 / far, far)
    ax.yaxis.set_major_locator(LogLocator(base=2))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda v, _: _ratio_text(v)))
    ax.yaxis.set_minor_formatter(NullFormatter())
    ax.set_xlim(-1, ratio.size)
    ax.set_xticks([])
    ax.set_ylabel("rate ratio within strata")
    ax.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=3)


def _count_label(n: int) -> str:
    return f"{n} specifications, by rate ratio" if n > 1 else "1 specification"


def _draw_panel(ax: Axes, result: ScanResult, levels: dict[str, list[object]]) -> None:
    """Hang the panel of choices below the curve: a row per level, a tick per choice."""
    table, kinds = _in_order(result)
    figure_inches = ax.get_figure(root=True).get_figheight()  # type: ignore[union-attr]
    height = _panel_inches(levels) / (ax.get_position().height * figure_inches)
    panel = ax.inset_axes((0.0, -height, 1.0, height), sharex=ax)
    panel.set_facecolor("none")  # or it would hide the marks on the edge
    width = float(np.clip(250 / len(table), 0.6, 3.0))
    at = 0.5
    for column, values in levels.items():
        panel.text(
            -0.01, at, literal(_NAMES.get(column, column)), fontsize=7, ha="right",
            va="center", fontweight="bold", transform=panel.get_yaxis_transform(),
        )  # fmt: skip
        for value in values:
            at += 1
            panel.text(
                -0.01, at, literal(value), fontsize=7, ha="right", va="center",
                transform=panel.get_yaxis_transform(),
            )  # fmt: skip
            chosen = (table[column] == value).to_numpy()
            for zorder, (colour, rows) in enumerate(kinds.items()):
                panel.vlines(
                    np.flatnonzero(chosen & rows), at - 0.35, at + 0.35, zorder=zorder,
                    color=OKABE_ITO[colour], linewidth=width,
                )  # fmt: skip
        at += 1.5
    panel.set_ylim(at - 0.75, -0.25)
    panel.set_yticks([])
    panel.set_xlabel(_count_label(len(table)))
    for side in ("left", "bottom"):
        panel.spines[side].set_visible(False)


def plot_window_heatmap(
    result: ScanResult,
    ax: Axes | None = None,
    *,
    value: Literal["rate_ratio", "conditional_rate_ratio"] = "rate_ratio",
) -> Axes:
    """Draw the rate ratio of each window: days before by days after.

    Parameters
    ----------
    result : ScanResult
        At most one specification for each window; see `ScanResult.select`.
    ax : Axes, optional
    value : {"rate_ratio", "conditional_rate_ratio"}
        Over the whole period, or within strata.

    Returns
    -------
    Axes

    Raises
    ------
    ArgumentError
        If a window has several specifications, or an argument breaks its rule.

    Notes
    -----
    Colours are symmetric around 1 on a log scale. A star marks a p-value within the
    family-wise level after adjustment, a circle one within it on its own only. Hatched
    windows were not tested.
    """
    result = _checked(result)
    check_choice("value", value, ("rate_ratio", "conditional_rate_ratio"))
    table = result.table
    _check_one_each(result)
    before, after = (
        np.unique(np.r_[table[name], result.skipped[name]]).astype(int)
        for name in ("window_before", "window_after")
    )
    row = np.searchsorted(before, table["window_before"])
    column = np.searchsorted(after, table["window_after"])
    ratio = np.full((before.size, after.size), np.nan)
    ratio[row, column] = table[value]
    with np.errstate(divide="ignore"):
        log_ratio = np.log2(ratio)
    finite = np.abs(log_ratio[np.isfinite(log_ratio)])
    far = max(1.0, min(float(finite.max(initial=0.0)), np.log2(_FURTHEST)))
    adjusted, alone = _significance(result)
    size = (2.2 + 0.62 * after.size, 1.3 + 0.45 * before.size)
    with styled(ax, size) as ax:
        ax.set_facecolor("#EEEEEE")
        mesh = ax.pcolormesh(
            np.arange(after.size + 1) - 0.5, np.arange(before.size + 1) - 0.5,
            np.ma.masked_invalid(np.clip(log_ratio, -far, far)),
            cmap=_DIVERGING, vmin=-far, vmax=far, edgecolors="white", linewidth=1,
        )  # fmt: skip
        for i, j in np.argwhere(np.isnan(ratio)):
            ax.fill_between(
                [j - 0.5, j + 0.5], i - 0.5, i + 0.5, facecolor="none",
                edgecolor=OKABE_ITO["grey"], hatch="///", linewidth=0,
            )  # fmt: skip
        for x, y, shown in zip(column, row, table[value], strict=True):
            dark = abs(np.clip(np.log2(max(shown, 1e-9)), -far, far)) > 0.75 * far
            ax.annotate(
                "inf" if np.isinf(shown) else f"{shown:.2f}", (x, y), xytext=(0, -7),
                textcoords="offset points", ha="center", va="center", fontsize=7,
                color="white" if dark else "black",
            )  # fmt: skip
        for rows, marker, colour, label in (
            (adjusted, "*", "black", "adjusted"), (alone, "o", "none", "alone"),
        ):  # fmt: skip
            if rows.any():
                ax.scatter(
                    column[rows], row[rows] + 0.16, s=55 if marker == "*" else 22,
                    marker=marker, facecolor=colour, edgecolor="black", linewidth=0.8,
                    label=f"p <= {result.level:g} {label} ({rows.sum()})",
                )  # fmt: skip
        if adjusted.any() or alone.any():
            ax.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=2)
        ax.set_xticks(range(after.size), [str(days) for days in after])
        ax.set_yticks(range(before.size), [str(days) for days in before])
        ax.tick_params(length=0)
        ax.set(xlabel="days after", ylabel="days before")
        ax.set_xlim(-0.5, after.size - 0.5)
        ax.set_ylim(-0.5, before.size - 0.5)
        bar = ax.figure.colorbar(mesh, ax=ax)
        steps = np.arange(-np.floor(far), np.floor(far) + 1)
        bar.set_ticks(steps.tolist(), labels=[_ratio_text(2.0**step) for step in steps])
        within = " within strata" if value == "conditional_rate_ratio" else ""
        bar.set_label(f"rate ratio{within}")
    return ax


def _check_one_each(result: ScanResult) -> None:
    """Raise if a window has several specifications."""
    several = result.table.duplicated(["window_before", "window_after"])
    if several.any():
        names = [n for n in _varied(result) if not n.startswith("window_")]
        what = ", ".join(f"{name}=..." for name in names)
        msg = (
            "`result` has several specifications for one window; choose one with "
            f"result.select({what})."
            if names
            else "`result` has a window twice."
        )
        raise ArgumentError(msg)
