"""Calls of the figures, tables and loaders."""

# ruff: noqa: ANN401 - values of any kind are the subject

from __future__ import annotations

import functools
import io
import warnings
from typing import Any

import hostile as h
import hostile_values as v
import numpy as np
import pandas as pd
from contract import Call
from guard import Breach
from hypothesis import strategies as st
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from rules import MARKUP
from targets_tests import options

import timing
from timing import processes

TESTS = pd.DataFrame(
    {
        "date": ["2018-03-01", "2018-03-04", "2018-07-20", "2018-10-29", "2018-12-02"],
        "category": ["a", "a", MARKUP, "$x", "b"],
        "n_missiles": [1, 2, 1, 4, 2],
        "weapon": ["ballistic", MARKUP, None, "$", "b_c"],
    }
)
CALENDAR = ["2018-03-03", "2018-07-10", "2018-10-05", "2018-11-30"]
PERIOD = timing.StudyPeriod("2018-01-01", "2018-12-31")
WINDOW = timing.Window(4, 4)
NAMED = pd.Series(0, index=pd.date_range("2018-01-01", "2018-12-31"), name=MARKUP)
SHARED: dict[str, Any] = {"period": PERIOD, "window": WINDOW}
PLAN: dict[str, Any] = {
    **SHARED, "n_launches": 9, "n_replicates": 3, "rng": 1, "progress": False,
}  # fmt: skip


@functools.cache
def results() -> tuple[Any, ...]:
    """One result of each kind, with markup in names where it may stand."""
    odd = timing.CircularShift(NAMED)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", timing.errors.TimingWarning)
        test = timing.permutation_test
        return (
            test(TESTS, CALENDAR, null=odd, **SHARED),
            test(TESTS, CALENDAR, null="gap_shuffle", n_resamples=9, rng=1, **SHARED),
            test(TESTS, CALENDAR, statistic="mean_distance", n_resamples=9, **SHARED),
            timing.randomization_test(TESTS, CALENDAR, strata=NAMED, **SHARED),
            timing.lag_profile(TESTS, CALENDAR, period=PERIOD, n_resamples=9, rng=1),
            timing.timescale_profile(TESTS, CALENDAR, **SHARED),
            timing.scan(TESTS, CALENDAR, period=PERIOD, progress=False),
            timing.scan(
                TESTS, CALENDAR, period=PERIOD, progress=False, by=(), step_down=False,
                windows=[timing.Window(a, b) for a in (0, 3) for b in (1, 2, 7)],
            ),
            timing.count_regression(TESTS, CALENDAR, **SHARED),
            timing.hurdle_regression(TESTS, CALENDAR, **SHARED),
            timing.joint_regression(
                TESTS, {MARKUP: CALENDAR[:2], "b": CALENDAR[2:]}, **SHARED
            ),
            timing.case_crossover(TESTS, CALENDAR, **SHARED),
            timing.self_controlled(
                TESTS, CALENDAR, period=PERIOD, windows={MARKUP: (-4, 4), "$": (5, 9)}
            ),
            timing.event_study(
                TESTS, CALENDAR, period=PERIOD, leads=2, lags=2, base=None
            ),
            timing.self_exciting(TESTS, CALENDAR, **SHARED),
            timing.diagnose(TESTS, CALENDAR, max_lag=5, **SHARED),
            timing.surprise(
                TESTS, "2018-10-29", window=WINDOW, history=60, period=PERIOD
            ),
            timing.agreement(TESTS, CALENDAR),
            timing.size("homogeneous", CALENDAR, **PLAN),
            timing.power(
                "homogeneous", CALENDAR, **PLAN,
                test={MARKUP: timing.Uniform(), "$x_": timing.Uniform()},
            ),
            timing.minimum_detectable_rate_ratio(
                "homogeneous", CALENDAR, **(PLAN | {"n_replicates": 20})
            ),
            processes.Constant(),
        )  # fmt: skip


any_result = st.deferred(lambda: st.sampled_from(results()))


class Drawn:
    """A figure, drawn as it would be saved."""

    def __init__(self, plot: Any, *, draws: bool) -> None:
        self.plot, self.draws, self.__name__ = plot, draws, plot.__name__

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Plot, draw, and close."""
        try:
            with warnings.catch_warnings():
                # Characters that no font has, and labels longer than the figure.
                for text in ("Glyph", ".*missing from font", "constrained_layout not"):
                    warnings.filterwarnings("ignore", message=text)
                ax = self.plot(*args, **kwargs)
                if not isinstance(ax, Axes):
                    msg = f"a plot returns a {type(ax).__name__}"
                    raise Breach(msg)
                if self.draws:
                    ax.figure.savefig(io.BytesIO(), format="svg")
        finally:
            plt.close("all")
        return ax


@st.composite
def plots(draw: st.DrawFn, plot: Any, first: st.SearchStrategy[Any]) -> Call:
    """Draw a call of a plot of one argument."""
    kwargs = draw(options({"ax": v.choice(None, one_in=5)}))
    if draw(st.integers(0, 99)) == 99:
        kwargs["value"] = draw(v.choice("rate_ratio", "conditional_rate_ratio"))
    drawn = Drawn(plot, draws=draw(st.integers(0, 3)) == 3)
    return Call(drawn, (draw(first),), kwargs, repeatable=False)


def result_plots(name: str, *kinds: str) -> st.SearchStrategy[Call]:
    """Draw calls of a plot of a result, most of a kind that can be drawn."""
    right = st.deferred(
        lambda: st.sampled_from([r for r in results() if type(r).__name__ in kinds])
    )
    first = v.mostly(right, any_result | v.odd, one_in=3)
    return plots(getattr(timing, name), first)


cells = v.mostly(
    st.floats(0, 9) | st.integers(0, 9),
    st.floats() | v.texts | v.odd,
    one_in=12,
)


whole = v.mostly(st.integers(0, 9), cells, one_in=25)


@st.composite
def tables(
    draw: st.DrawFn,
    names: tuple[str, ...],
    texts: tuple[str, ...],
    cells: st.SearchStrategy[Any] = cells,
) -> Any:
    """Draw a table of numbers with columns of text."""
    n = draw(st.integers(0, 5))
    columns = {}
    for name in names:
        cell = v.mostly(v.texts, one_in=40) if name in texts else cells
        column = pd.Series([None] * n, dtype=object)
        for i in range(n):
            column.iat[i] = draw(cell)
        columns[name] = column.infer_objects() if draw(st.booleans()) else column
    frame = pd.DataFrame(columns)
    if draw(st.integers(0, 15)) == 15:
        frame = frame.iloc[:, 1:]
    return draw(v.mostly(st.just(frame), one_in=15))


@st.composite
def timelines(draw: st.DrawFn) -> Call:
    """Draw a call of `plot_timeline`."""
    period = draw(h.periods())
    tests, calendar = draw(h.events_in(period)), draw(h.calendars_in(period))
    if isinstance(tests, pd.DataFrame) and tests.columns.nlevels == 1:
        tests = (
            tests.assign(
                weapon=pd.Series(
                    [draw(v.texts) for _ in range(len(tests))],
                    index=tests.index,
                    dtype=object,
                )
            )
            if tests.index.is_unique
            else tests
        )
    kwargs = {"period": draw(v.mostly(st.just(period), one_in=30))}
    drawn = Drawn(timing.plot_timeline, draws=draw(st.integers(0, 3)) == 3)
    return Call(drawn, (tests, calendar), kwargs, repeatable=False)


@st.composite
def results_tables(draw: st.DrawFn) -> Call:
    """Draw a call of `results_table`."""
    item = v.mostly(any_result, one_in=30)
    several = st.lists(item, max_size=3) | st.dictionaries(v.texts, item, max_size=3)
    given = {
        "format": v.choice("frame", "markdown", "latex", "html"),
        "layout": v.choice("rows", "columns"),
        "exposure": v.texts | v.odd,
    }

    def check(value: Any) -> None:
        if isinstance(value, str) and MARKUP in value and "<table" in value:
            msg = "a table of HTML does not escape text of the user"
            raise Breach(msg)

    call = Call(
        timing.results_table,
        (draw(v.mostly(several, one_in=25)),),
        draw(options(given)),
        check=check,
    )
    return call


@st.composite
def loads(draw: st.DrawFn) -> Call:
    """Draw a call of a loader of the curated tables."""
    load, names = draw(
        st.sampled_from(
            [
                (timing.load_tests, ("weapons", "status")),
                (timing.load_calendar, ("categories", "status")),
                (timing.load_exercises, ("scale",)),
                (timing.load_elections, ("kind", "country")),
                (timing.load_eras, ("kind",)),
                (timing.load_anniversaries, ()),
                (timing.load_launches, ()),
                (timing.load_sources, ()),
            ]
        )
    )
    words = st.sampled_from(["ballistic", "held", "us_dprk_summit", "major", "US", "x"])
    value = words | st.lists(words | v.odd, max_size=2) | v.odd
    given = {name: value for name in names}
    if load is not timing.load_sources:
        given["min_confidence"] = v.choice("low", "medium", "high", one_in=8)
    return Call(load, (), draw(options(given)))


@st.composite
def methods(draw: st.DrawFn) -> Call:
    """Draw a call of a method of a result that takes arguments."""
    result = draw(any_result)
    if isinstance(result, processes.Constant):
        return Call(result.path, (np.arange(3), np.random.default_rng(1)))
    value = v.odd | v.texts | st.integers(-3, 9)
    if hasattr(result, "select") and draw(st.booleans()):
        names = st.sampled_from(["window_before", "category", "unit", "x", "anchor"])
        return Call(result.select, (), draw(st.dictionaries(names, value, max_size=2)))
    if not hasattr(result, "from_dict"):
        return Call(result.summary)
    stored = result.to_dict()
    changed = draw(v.mostly(st.just(stored), st.just({"kind": "x"}), one_in=3))
    return Call(type(result).from_dict, (changed,))


TARGETS = {
    **{
        name: result_plots(name, *kinds)
        for name, kinds in {
            "plot_event_study": ("EventStudyResult",),
            "plot_lag_profile": ("LagProfileResult",),
            "plot_null_distribution": ("PermutationResult", "RandomizationResult"),
            "plot_power": ("PowerResult",),
            "plot_self_exciting": ("SelfExcitingResult",),
            "plot_specification_curve": ("ScanResult",),
            "plot_timescale_profile": ("TimescaleProfileResult",),
            "plot_window_heatmap": ("ScanResult",),
        }.items()
    },
    "plot_clock_face": plots(
        timing.plot_clock_face,
        v.mostly(st.lists(cells, min_size=24, max_size=24),
                 st.lists(cells, max_size=30) | v.odd, one_in=4),
    ),
    "plot_waterfall": plots(
        timing.plot_waterfall, tables(("decision", "rows left"), ("decision",), whole)
    ),
    "plot_forest": plots(
        timing.plot_forest,
        tables(("label", "rate_ratio", "low", "high", "group", "note"),
               ("label", "group", "note")),
    ),
    "plot_timeline": timelines(),
    "results_table": results_tables(),
    "the loaders": loads(),
    "methods of results": methods(),
}  # fmt: skip
