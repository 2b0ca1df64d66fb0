"""Rate ratios with intervals, one row each: the forest plot."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from timing.figures.checks import check_columns, literal, numbers_of
from timing.figures.style import DOUBLE, OKABE_ITO, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_COLUMNS = ("label", "rate_ratio", "low", "high")
_NUMBERS = ("rate_ratio", "low", "high")
_REACH = (0.05, 20.0)
"""Rate ratios beyond are marked by an arrow at the edge."""
_ROW = 0.19
"""Inches for a row."""


def plot_forest(rows: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw rate ratios with their intervals, one row each, on a logarithmic axis.

    Parameters
    ----------
    rows : DataFrame
        Columns ``label``, ``rate_ratio``, ``low``, ``high`` and, optionally, ``group``
        (rows of one group stand together under its name) and ``note`` (text at the
        right edge, such as the launches). A row whose rate ratio is no number has its
        note only.
    ax : Axes, optional

    Returns
    -------
    Axes

    Raises
    ------
    ArgumentError
        If a column is missing, there is no row, or a limit is no number.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame(
    ...     {"label": ["all", "few"], "rate_ratio": [0.5, 2.0], "low": [0.3, 0.1],
    ...      "high": [0.9, float("inf")], "group": ["summits", "summits"]}
    ... )
    >>> ax = plot_forest(rows)
    >>> [text.get_text() for text in ax.get_yticklabels()]
    ['summits', 'all', 'few']
    """
    check_columns("rows", rows, _COLUMNS)
    numbers = {c: numbers_of(f"rows[{c!r}]", rows[c]) for c in _NUMBERS}
    rows = rows.assign(**numbers)
    lines = _lines(rows)
    low, high = _limits(rows)
    with styled(ax, (DOUBLE, 0.6 + _ROW * len(lines))) as ax:
        ax.axvline(1, color=OKABE_ITO["grey"], lw=0.8, zorder=0)
        for place, (_, row) in enumerate(lines):
            if row is None:
                continue
            if not math.isnan(row["rate_ratio"]):
                _draw_row(ax, place, row, low, high)
            if note := _text(row.get("note")):
                ax.annotate(
                    note, (1, place), xytext=(4, 0), va="center",
                    xycoords=("axes fraction", "data"), textcoords="offset points",
                    fontsize=7,
                )  # fmt: skip
        ax.set(xscale="log", xlim=(low, high), ylim=(len(lines) - 0.4, -0.6))
        ax.set_yticks(range(len(lines)), [label for label, _ in lines])
        for (_, row), text in zip(lines, ax.get_yticklabels(), strict=True):
            text.set_fontweight("bold" if row is None else "normal")
        ticks = [
            tick
            for tick in (0.05, 0.1, 0.25, 0.5, 1, 2, 4, 10, 20)
            if low <= tick <= high
        ]
        ax.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
        ax.minorticks_off()
        ax.tick_params(axis="y", length=0)
        ax.set_xlabel("rate ratio")
    return ax


def _lines(rows: pd.DataFrame) -> list[tuple[str, pd.Series | None]]:
    """Return labels from above to below; a group's name has no row."""
    lines: list[tuple[str, pd.Series | None]] = []
    group = None
    for _, row in rows.iterrows():
        if "group" in rows and _text(row["group"]) != group:
            group = _text(row["group"])
            lines.append((group, None))
        lines.append((_text(row["label"]), row))
    return lines


def _text(value: Any) -> str:  # noqa: ANN401 - any cell of the user's table
    """Write a cell; nothing for a blank one."""
    blank = pd.api.types.is_scalar(value) and pd.isna(value)
    return "" if blank else literal(value)


def _limits(rows: pd.DataFrame) -> tuple[float, float]:
    """Return the ends of the axis: all finite limits, within reach."""
    values = rows[[*_NUMBERS]].to_numpy(dtype=float).ravel()
    drawn = values[np.isfinite(values) & (values > 0)]
    low, high = (drawn.min(), drawn.max()) if drawn.size else (0.5, 2.0)
    return (
        max(min(low, 0.5) / 1.15, _REACH[0]),
        min(max(high, 2.0) * 1.15, _REACH[1]),
    )


def _draw_row(ax: Axes, place: int, row: pd.Series, low: float, high: float) -> None:
    """Draw one interval; an arrow says that it goes on beyond the axis."""
    left, right = (min(max(row[end], low), high) for end in ("low", "high"))
    ax.plot([left, right], [place, place], color="black", lw=1.0, zorder=2)
    for end, beyond, mark in (
        (left, row["low"] < low, "<"), (right, row["high"] > high, ">"),
    ):  # fmt: skip
        if beyond:
            ax.plot(end, place, mark, color="black", ms=4, clip_on=False, zorder=3)
    if low <= row["rate_ratio"] <= high:
        ax.plot(
            row["rate_ratio"], place, "s", ms=4.5, zorder=4,
            color=OKABE_ITO["blue"], mec="white", mew=0.4,
        )  # fmt: skip
