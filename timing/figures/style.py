"""The look of all figures: colours, sizes, and axes to draw on.

Colours are those of Okabe and Ito (2008), which most colour-blind readers can tell
apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import matplotlib as mpl

from timing.errors import ArgumentError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

OKABE_ITO = {
    "black": "#000000",
    "orange": "#E69F00",
    "sky": "#56B4E9",
    "green": "#009E73",
    "yellow": "#F0E442",
    "blue": "#0072B2",
    "vermilion": "#D55E00",
    "purple": "#CC79A7",
    "grey": "#999999",
}

STYLE: dict[str, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 8,
    "axes.titlesize": 8,
    "xtick.labelsize": 7,
    "ytick.labelsize": 7,
    "legend.fontsize": 7,
    "legend.handlelength": 1.4,
    "legend.columnspacing": 1.2,
    "lines.linewidth": 1.0,
    "lines.markersize": 4,
    "axes.linewidth": 0.6,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "axes.titlepad": 4,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "legend.frameon": False,
    "pdf.fonttype": 42,
    "svg.hashsalt": "event-timing",
}

BAND = OKABE_ITO["sky"]
SINGLE, DOUBLE = 3.5, 7.2
"""Inches: one column and two columns of a journal's page."""


@contextmanager
def figure_style() -> Iterator[None]:
    """Make and save figures in the package's style; global settings stay as they are.

    Examples
    --------
    >>> with figure_style():
    ...     mpl.rcParams["pdf.fonttype"]
    42
    """
    with mpl.rc_context(STYLE):  # type: ignore[arg-type]
        yield


def check_axes(ax: object) -> None:
    """Raise if there is nothing to draw on.

    Examples
    --------
    >>> check_axes(new_axes(SINGLE, 2.4))
    """
    from matplotlib.axes import Axes

    if not isinstance(ax, Axes):
        msg = f"`ax` is a {type(ax).__name__}; it must be the Axes of a figure."
        raise ArgumentError(msg)


@contextmanager
def styled(ax: Axes | None, size: tuple[float, float]) -> Iterator[Axes]:
    """Yield `ax`, or the axes of a new figure, in the package's style."""
    with figure_style():
        if ax is None:
            from matplotlib import pyplot as plt

            _, ax = plt.subplots(figsize=size, layout="constrained")
        check_axes(ax)
        yield ax


def new_axes(width: float, height: float, projection: str = "rectilinear") -> Axes:
    """Return axes of a new figure of so many inches, in the package's style.

    Examples
    --------
    >>> new_axes(SINGLE, 2.4).figure.get_size_inches()
    array([3.5, 2.4])
    """
    from matplotlib.figure import Figure

    with figure_style():
        figure = Figure(figsize=(width, height), layout="constrained")
        return figure.add_subplot(projection=projection)


def legend_below(ax: Axes, *, ncols: int, lines: int = 1) -> None:
    """Put the legend below tick labels of so many lines and the label of the axis."""
    ax.legend(
        loc="upper center",
        bbox_to_anchor=(0.5, 0.0),
        borderaxespad=2.8 + 1.4 * lines,  # in sizes of the font: the same on any axes
        ncols=ncols,
    )
