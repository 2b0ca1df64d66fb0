"""The look of all figures: colours, sizes, and axes to draw on.

Colours are those of Okabe and Ito (2008), which most colour-blind readers can tell
apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import matplotlib as mpl

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
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "legend.frameon": False,
    "pdf.fonttype": 42,
    "svg.hashsalt": "event-timing",
}

BAND = OKABE_ITO["sky"]


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


@contextmanager
def styled(ax: Axes | None, size: tuple[float, float]) -> Iterator[Axes]:
    """Yield `ax`, or the axes of a new figure, in the package's style."""
    with figure_style():
        if ax is None:
            from matplotlib import pyplot as plt

            _, ax = plt.subplots(figsize=size, layout="constrained")
        yield ax
