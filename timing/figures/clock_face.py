"""Launches by the hour on the face of a 24-hour clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.ticker import MaxNLocator

from timing.errors import ArgumentError
from timing.figures.checks import numbers_of
from timing.figures.style import BAND, OKABE_ITO, check_axes, figure_style

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.projections.polar import PolarAxes

_HOURS = 24


def plot_clock_face(hours: Sequence[int], ax: Axes | None = None) -> Axes:
    """Draw how many events fall in each hour of the day, midnight above.

    Parameters
    ----------
    hours : sequence of int
        Events in each of the 24 hours from midnight.
    ax : Axes, optional
        Polar axes.

    Returns
    -------
    Axes

    Raises
    ------
    ArgumentError
        If there are not 24 counts of at least 0, or the axes are not polar.

    Examples
    --------
    >>> ax = plot_clock_face([0] * 6 + [5, 9, 4] + [1] * 15)
    >>> len(ax.patches)
    24
    """
    counts = numbers_of("hours", hours)
    if counts.shape != (_HOURS,):
        msg = f"`hours` has {counts.size} counts; it must have {_HOURS}."
        raise ArgumentError(msg)
    if not (np.isfinite(counts) & (counts >= 0)).all():
        msg = "`hours` must hold finite numbers of at least 0."
        raise ArgumentError(msg)
    with figure_style():
        if ax is None:
            from matplotlib import pyplot as plt

            ax = plt.figure(figsize=(3.5, 3.5), layout="constrained").add_subplot(
                projection="polar"
            )
        check_axes(ax)
        if ax.name != "polar":
            msg = f"`ax` has the projection {ax.name!r}; it must be polar."
            raise ArgumentError(msg)
        face: PolarAxes = ax  # type: ignore[assignment]
        width = 2 * np.pi / _HOURS
        face.bar(
            (np.arange(_HOURS) + 0.5) * width, counts, width=width,
            color=BAND, edgecolor="white", linewidth=0.5,
        )  # fmt: skip
        face.set_theta_zero_location("N")
        face.set_theta_direction(-1)
        shown = np.arange(0, _HOURS, 3)
        face.set_xticks(shown * width, [f"{hour:02d}:00" for hour in shown])
        face.yaxis.set_major_locator(MaxNLocator(4, integer=True))
        face.set_rlabel_position(292.5)
        face.grid(color=OKABE_ITO["grey"], linewidth=0.4)
        face.spines["polar"].set_visible(False)
    return ax
