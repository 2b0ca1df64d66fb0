"""Calls of the tests, joins and checks of tables."""

# ruff: noqa: ANN401 - values of any kind are the subject

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import hostile as h
import hostile_values as v
import pandas as pd
from accounting import all_rules
from contract import Call
from hypothesis import strategies as st

import timing

UNITS = ("day", "day", "event", "event", "missile", "episode")
ANCHORS = ("interval",) * 6 + ("start", "end", "meeting", "announced")
ALTERNATIVES = ("two-sided", "greater", "less")
UNCERTAIN = ("exclude", "midpoint", "bounds", "sample")
STATISTICS = (
    "count", "precursor_rate", "trigger_rate", "mean_distance", "max_profile",
)  # fmt: skip


@st.composite
def nulls(draw: st.DrawFn, period: timing.StudyPeriod) -> Any:
    """Draw a null model by name or with parameters that fit short periods."""
    length = st.integers(1, 12)
    return draw(
        v.mostly(
            st.one_of(
                st.sampled_from(
                    ["uniform", "circular_shift", "local_shift", "interval_jitter",
                     "year_shuffle", "gap_shuffle", "block_shuffle", "self_exciting"]
                ),
                st.builds(timing.LocalShift, length),
                st.builds(timing.IntervalJitter, length),
                st.builds(timing.BlockShuffle, length),
                h.strata_of(period).map(timing.CircularShift),
                h.strata_of(period).map(timing.Uniform),
                st.sampled_from([None, "year", "quarter"]).map(timing.SelfExciting),
            ),
            one_in=40,
        )
    )  # fmt: skip


def shared() -> dict[str, st.SearchStrategy[Any]]:
    """Options that most functions take."""
    return {
        "unit": v.choice(*UNITS),
        "gap": v.number(st.integers(1, 14)),
        "anchor": v.choice(*ANCHORS),
        "confidence_level": v.number(st.floats(0.01, 0.99)),
        "equivalence_margin": v.number(st.floats(1.05, 20)),
    }


@st.composite
def options(
    draw: st.DrawFn, given: dict[str, st.SearchStrategy[Any]]
) -> dict[str, Any]:
    """Draw some of the options; the others keep their defaults."""
    chosen = draw(
        st.lists(st.sampled_from([*given]), unique=True, max_size=len(given))
        if given
        else st.just([])
    )
    return {name: draw(given[name]) for name in chosen}


@st.composite
def study_calls(
    draw: st.DrawFn,
    function: Any,
    given: Any = None,
    *,
    windows: st.SearchStrategy[Any] = h.whole_windows,
    most: int = 25,
    longest: int = 400,
    order: bool = True,
) -> Call:
    """Draw a call of a function of tests and calendar."""
    period = draw(h.periods(longest=longest))
    tests = draw(h.events_in(period, most=most))
    calendar = draw(h.calendars_in(period))
    kwargs: dict[str, Any] = {}
    if draw(st.integers(0, 9)) < 9:
        kwargs["period"] = draw(v.mostly(st.just(period), one_in=60))
    if windows is not None and draw(st.integers(0, 9)) < 9:
        kwargs["window"] = draw(v.mostly(windows, one_in=60))
    kwargs |= draw(options(shared() if given is None else given(period)))
    if draw(st.integers(0, 150)) == 150:
        kwargs["no_such_option"] = 1
    call = Call(function, (tests, calendar), kwargs)
    seed = draw(st.integers(0, 99)) if order and draw(st.booleans()) else None
    return dataclasses.replace(call, check=all_rules(call, seed=seed))


def permutation(period: timing.StudyPeriod) -> dict[str, st.SearchStrategy[Any]]:
    """Options of `permutation_test`."""
    return {
        **shared(),
        "null": nulls(period),
        "statistic": v.choice(*STATISTICS),
        "resolution": v.choice("day"),
        "alternative": v.choice(*ALTERNATIVES),
        "midp": v.choice(True, False),
        "uncertain": v.choice(*UNCERTAIN),
        "precision": v.number(st.floats(0.05, 1)),
    }


def randomization(period: timing.StudyPeriod) -> dict[str, st.SearchStrategy[Any]]:
    """Options of `randomization_test`."""
    return {
        **shared(),
        "strata": h.strata_of(period),
        "controls": h.controls_of(period),
        "family": v.choice(
            "poisson", "quasi-poisson", "negative-binomial", "conditional-logit",
            "self-exciting",
        ),
        "alternative": v.choice(*ALTERNATIVES),
        "uncertain": v.choice(*UNCERTAIN),
    }  # fmt: skip


@st.composite
def permutation_tests(draw: st.DrawFn) -> Call:
    """Draw a call of `permutation_test` with few draws."""
    call = draw(study_calls(timing.permutation_test, permutation))
    call.kwargs["n_resamples"] = draw(v.amount(st.integers(1, 40)))
    call.kwargs["rng"] = draw(v.generators)
    call.kwargs["progress"] = False
    return call


@st.composite
def clock_time_tests(draw: st.DrawFn) -> Call:
    """Draw a call of `permutation_test` at clock times."""
    call = draw(
        study_calls(
            timing.permutation_test,
            lambda period: {
                "null": h.strata_of(period).map(timing.CircularShift)
                | h.strata_of(period).map(timing.Uniform),
                "alternative": v.choice(*ALTERNATIVES),
                "midp": v.choice(True, False),
                "anchor": v.choice(*ANCHORS),
                "confidence_level": v.number(st.floats(0.01, 0.99)),
            },
            windows=h.any_windows,
            longest=120,
            most=8,
        )
    )
    call.kwargs["resolution"] = "time"
    call.kwargs["unit"] = draw(v.choice("event"))
    return call


@st.composite
def randomization_tests(draw: st.DrawFn) -> Call:
    """Draw a call of `randomization_test` with few draws."""
    call = draw(study_calls(timing.randomization_test, randomization))
    call.kwargs["n_resamples"] = draw(v.amount(st.integers(1, 40)))
    call.kwargs["rng"] = draw(v.seeds)
    return call


@st.composite
def lag_profiles(draw: st.DrawFn) -> Call:
    """Draw a call of `lag_profile`."""

    def given(period: timing.StudyPeriod) -> dict[str, st.SearchStrategy[Any]]:
        found = {**shared(), "null": nulls(period)}
        found["anchor"] = v.choice("start", "end", "meeting", "announced")
        found["max_lag"] = v.number(st.integers(0, 20))
        found["alternative"] = v.choice(*ALTERNATIVES)
        del found["equivalence_margin"]
        return found

    call = draw(study_calls(timing.lag_profile, given, windows=None))
    call.kwargs["n_resamples"] = draw(v.amount(st.integers(1, 60)))
    call.kwargs["rng"] = draw(v.generators)
    return call


@st.composite
def timescale_profiles(draw: st.DrawFn) -> Call:
    """Draw a call of `timescale_profile`."""

    def given(period: timing.StudyPeriod) -> dict[str, st.SearchStrategy[Any]]:
        found = randomization(period)
        del found["strata"], found["family"], found["equivalence_margin"]
        found["scales"] = st.lists(h.strata_of(period), max_size=3) | v.odd
        return found

    call = draw(study_calls(timing.timescale_profile, given, longest=250))
    call.kwargs["rng"] = draw(v.seeds)
    call.kwargs["n_resamples"] = draw(v.amount(st.integers(1, 40)))
    return dataclasses.replace(call, check=None)


@st.composite
def scans(draw: st.DrawFn) -> Call:
    """Draw a call of `scan` with few specifications."""
    period = draw(h.periods(longest=300))
    tests = draw(h.events_in(period, odd_in=30))
    calendar = draw(h.calendars_in(period, odd_in=30))
    few = {
        "windows": v.mostly(st.lists(h.whole_windows, max_size=3), one_in=30),
        "by": st.lists(st.sampled_from(["category", "test_id", "zone"]), max_size=2)
        | st.sampled_from(["category", "no such column", "date", "pvalue"])
        | v.odd,
        "anchors": st.lists(v.choice("interval", "start", "end"), max_size=2),
        "units": st.lists(v.choice("day", "event", "episode"), max_size=2),
        "gap": v.number(st.integers(1, 14)),
        "min_expected": v.number(st.floats(0, 3)),
        "strata": h.strata_of(period),
        "controls": h.controls_of(period),
        "null": nulls(period),
        "alternative": v.choice(*ALTERNATIVES),
        "confidence_level": v.number(st.floats(0.01, 0.99)),
        "equivalence_margin": v.number(st.floats(1.05, 20)),
        "step_down": v.choice(True, False),
    }
    kwargs = draw(options(few))
    if draw(st.integers(0, 5)):
        kwargs["by"] = ()
    if draw(st.integers(0, 9)):
        kwargs.pop("controls" if "null" in kwargs else "null", None)
    named = st.dictionaries(
        v.texts, v.mostly(st.just(period) | h.periods(longest=200), one_in=30),
        max_size=2,
    )  # fmt: skip
    kwargs["period"] = draw(
        v.mostly(st.just(period), v.mostly(named, one_in=8), one_in=4)
    )
    kwargs["n_resamples"] = draw(v.amount(st.integers(1, 30)))
    kwargs["rng"] = draw(v.generators)
    kwargs["progress"] = False
    return Call(timing.scan, (tests, calendar), kwargs)


@st.composite
def surprises(draw: st.DrawFn) -> Call:
    """Draw a call of `surprise`."""
    period = draw(h.periods(exclude=draw(st.integers(0, 9)) == 9))
    tests, calendar = draw(h.events_in(period)), draw(h.calendars_in(period))
    days = period.all_days
    late = st.integers(int(days[-1]) - min(days.size // 3, 40), int(days[-1]))
    day = late.map(lambda number: h.moved(h.EPOCH, number))
    spans = st.tuples(day, st.integers(0, 5)).map(_span_of)
    events = v.mostly(
        day | day.map(str) | spans,
        st.lists(h.days_near(period), max_size=3) | v.texts | v.odd,
        one_in=15,
    )
    if isinstance(calendar, pd.DataFrame) and len(calendar):
        events |= st.just(calendar.iloc[0]) | st.just(calendar.iloc[:1])
    kwargs: dict[str, Any] = {"window": draw(v.mostly(h.whole_windows, one_in=60))}
    given = {
        "history": v.mostly(
            st.integers(1, 90) | st.sampled_from(["30D", "52W", "12h", "1Y", "-3D"]),
            one_in=20,
        ),
        "calendar": st.just(calendar),
        "period": v.mostly(st.just(period), one_in=40),
        "unit": v.choice("day", "event"),
        "anchor": v.choice(*ANCHORS),
        "prespecified": v.choice(True, False),
        "confidence_level": v.number(st.floats(0.01, 0.99)),
    }
    kwargs |= draw(options(given))
    if draw(st.integers(0, 3)):
        kwargs["history"] = draw(st.integers(12, 60))
        kwargs["period"] = period
    return Call(timing.surprise, (tests, draw(events)), kwargs)


def _span_of(start: tuple[dt.date, int]) -> tuple[dt.date, dt.date]:
    day, length = start
    return day, h.moved(day, length)


TARGETS = {
    "permutation_test": permutation_tests(),
    "permutation_test at clock times": clock_time_tests(),
    "randomization_test": randomization_tests(),
    "lag_profile": lag_profiles(),
    "timescale_profile": timescale_profiles(),
    "scan": scans(),
    "surprise": surprises(),
}
