"""How many rows each decision on the data leaves."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from timing.arguments import check_whole
from timing.figures.checks import check_columns, literal
from timing.figures.style import BAND, OKABE_ITO, legend_below, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_COLUMNS = ("decision", "rows left")


def plot_waterfall(decisions: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw the decisions on the data: how many rows each one leaves.

    Parameters
    ----------
    decisions : DataFrame
        Columns ``decision`` and ``rows left``, in order.
    ax : Axes, optional

    Returns
    -------
    Axes

    Raises
    ------
    ArgumentError
        If a column is missing, there is no row, or a number of rows is none.

    Examples
    --------
    >>> decisions = pd.DataFrame(
    ...     {"decision": ["events in the table", "of known day"], "rows left": [9, 7]}
    ... )
    >>> ax = plot_waterfall(decisions)
    """
    check_columns("decisions", decisions, _COLUMNS)
    left = np.array(
        [
            check_whole("rows left", number, minimum=0)
            for number in decisions["rows left"].tolist()
        ]
    )
    lost = np.r_[0, -np.diff(left)]
    place = np.arange(left.size)
    with styled(ax, (7.0, 0.5 + 0.4 * left.size)) as ax:
        ax.barh(place, left, color=BAND, label="left")
        ax.barh(place, lost, left=left, color=OKABE_ITO["orange"], label="taken out")
        for at, (n, gone) in enumerate(zip(left, lost, strict=True)):
            text = f"{n}" + (f"  (-{gone})" if gone else "")
            ax.annotate(
                text, (n + gone, at), xytext=(3, 0), textcoords="offset points",
                va="center",
            )  # fmt: skip
        ax.set_yticks(
            place, [textwrap.fill(literal(d), 44) for d in decisions["decision"]]
        )
        ax.set_ylim(left.size - 0.4, -0.6)
        ax.set_xlim(0, 1.12 * max((left + lost).max(), 1))
        ax.set_xlabel("rows")
        ax.tick_params(axis="y", length=0)
        legend_below(ax, ncols=2)
    return ax
