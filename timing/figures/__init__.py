"""Figures: one function a figure, from a result or a table to Axes.

No function shows, saves or changes a global style; classes of points differ in shape
as well as in colour.
"""

from timing.figures.association import plot_null_distribution
from timing.figures.clock_face import plot_clock_face
from timing.figures.event_study import plot_event_study
from timing.figures.forest import plot_forest
from timing.figures.power import plot_power
from timing.figures.profile import plot_lag_profile
from timing.figures.scan import plot_specification_curve, plot_window_heatmap
from timing.figures.self_exciting import plot_self_exciting
from timing.figures.style import (
    DOUBLE,
    OKABE_ITO,
    SINGLE,
    STYLE,
    figure_style,
    new_axes,
)
from timing.figures.timeline import plot_timeline
from timing.figures.timescale import plot_timescale_profile
from timing.figures.waterfall import plot_waterfall

__all__ = [
    "DOUBLE",
    "OKABE_ITO",
    "SINGLE",
    "STYLE",
    "figure_style",
    "new_axes",
    "plot_clock_face",
    "plot_event_study",
    "plot_forest",
    "plot_lag_profile",
    "plot_null_distribution",
    "plot_power",
    "plot_self_exciting",
    "plot_specification_curve",
    "plot_timeline",
    "plot_timescale_profile",
    "plot_waterfall",
    "plot_window_heatmap",
]
