"""Do dated events cluster around a calendar of intervals? Exact tests of timing.

Public names load on first use, so that ``import timing`` costs next to nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from timing._version import __version__

if TYPE_CHECKING:
    from timing import datasets, errors, nulls, processes, readers, regression
    from timing.audit import agreement, coverage
    from timing.base_rate import surprise
    from timing.datasets import (
        load_anniversaries,
        load_calendar,
        load_elections,
        load_eras,
        load_exercises,
        load_launches,
        load_sources,
        load_tests,
    )
    from timing.figures import (
        plot_clock_face,
        plot_event_study,
        plot_forest,
        plot_lag_profile,
        plot_null_distribution,
        plot_power,
        plot_self_exciting,
        plot_specification_curve,
        plot_timeline,
        plot_timescale_profile,
        plot_waterfall,
        plot_window_heatmap,
    )
    from timing.grid import exposure
    from timing.join import nearest
    from timing.nulls import (
        BlockShuffle,
        CircularShift,
        GapShuffle,
        IntervalJitter,
        LocalShift,
        SelfExciting,
        Uniform,
        YearShuffle,
    )
    from timing.panel import daily_panel
    from timing.period import StudyPeriod, Window
    from timing.permutation import permutation_test
    from timing.planning import minimum_detectable_rate_ratio, power, size
    from timing.profile import lag_profile
    from timing.readers import read_calendar, read_events
    from timing.regression import (
        case_crossover,
        count_regression,
        diagnose,
        event_study,
        hurdle_regression,
        joint_regression,
        randomization_test,
        self_controlled,
        self_exciting,
    )
    from timing.scanning import scan
    from timing.scenario import simulate
    from timing.study import run_study
    from timing.tables import results_table
    from timing.timescale import timescale_profile
    from timing.validation import validate_calendar, validate_tests

_HOME = {
    "agreement": "audit",
    "coverage": "audit",
    "surprise": "base_rate",
    "load_anniversaries": "datasets",
    "load_calendar": "datasets",
    "load_elections": "datasets",
    "load_eras": "datasets",
    "load_exercises": "datasets",
    "load_launches": "datasets",
    "load_sources": "datasets",
    "load_tests": "datasets",
    "plot_clock_face": "figures",
    "plot_event_study": "figures",
    "plot_forest": "figures",
    "plot_lag_profile": "figures",
    "plot_null_distribution": "figures",
    "plot_power": "figures",
    "plot_self_exciting": "figures",
    "plot_specification_curve": "figures",
    "plot_timeline": "figures",
    "plot_timescale_profile": "figures",
    "plot_waterfall": "figures",
    "plot_window_heatmap": "figures",
    "exposure": "grid",
    "nearest": "join",
    "BlockShuffle": "nulls",
    "CircularShift": "nulls",
    "GapShuffle": "nulls",
    "IntervalJitter": "nulls",
    "LocalShift": "nulls",
    "SelfExciting": "nulls",
    "Uniform": "nulls",
    "YearShuffle": "nulls",
    "daily_panel": "panel",
    "StudyPeriod": "period",
    "Window": "period",
    "permutation_test": "permutation",
    "minimum_detectable_rate_ratio": "planning",
    "power": "planning",
    "size": "planning",
    "lag_profile": "profile",
    "read_calendar": "readers",
    "read_events": "readers",
    "case_crossover": "regression",
    "count_regression": "regression",
    "diagnose": "regression",
    "event_study": "regression",
    "hurdle_regression": "regression",
    "joint_regression": "regression",
    "randomization_test": "regression",
    "self_controlled": "regression",
    "self_exciting": "regression",
    "scan": "scanning",
    "simulate": "scenario",
    "run_study": "study",
    "results_table": "tables",
    "timescale_profile": "timescale",
    "validate_calendar": "validation",
    "validate_tests": "validation",
}
_MODULES = ("datasets", "errors", "nulls", "processes", "readers", "regression")

__all__ = [
    "BlockShuffle",
    "CircularShift",
    "GapShuffle",
    "IntervalJitter",
    "LocalShift",
    "SelfExciting",
    "StudyPeriod",
    "Uniform",
    "Window",
    "YearShuffle",
    "__version__",
    "agreement",
    "case_crossover",
    "count_regression",
    "coverage",
    "daily_panel",
    "datasets",
    "diagnose",
    "errors",
    "event_study",
    "exposure",
    "hurdle_regression",
    "joint_regression",
    "lag_profile",
    "load_anniversaries",
    "load_calendar",
    "load_elections",
    "load_eras",
    "load_exercises",
    "load_launches",
    "load_sources",
    "load_tests",
    "minimum_detectable_rate_ratio",
    "nearest",
    "nulls",
    "permutation_test",
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
    "power",
    "processes",
    "randomization_test",
    "read_calendar",
    "read_events",
    "readers",
    "regression",
    "results_table",
    "run_study",
    "scan",
    "self_controlled",
    "self_exciting",
    "simulate",
    "size",
    "surprise",
    "timescale_profile",
    "validate_calendar",
    "validate_tests",
]


def __getattr__(name: str) -> object:
    if name in _MODULES:
        return importlib.import_module(f"timing.{name}")
    if name in _HOME:
        home = importlib.import_module(f"timing.{_HOME[name]}")
        value = globals()[name] = getattr(home, name)
        return value
    msg = f"module 'timing' has no attribute {name!r}"
    raise AttributeError(msg)


def __dir__() -> list[str]:
    return __all__
