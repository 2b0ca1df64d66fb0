"""Calls of the tests, joins and checks of tables."""

# ruff: noqa: ANN401 - values of any kind are the subject

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import hostile as h
import numpy as np
import pandas as pd
from accounting import all_rules, check_order, rows_of
from contract import Breach, Call
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
        h.mostly(
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
        "unit": h.choice(*UNITS),
        "gap": h.number(st.integers(1, 14)),
        "anchor": h.choice(*ANCHORS),
        "confidence_level": h.number(st.floats(0.01, 0.99)),
        "equivalence_margin": h.number(st.floats(1.05, 20)),
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
        kwargs["period"] = draw(h.mostly(st.just(period), one_in=60))
    if windows is not None and draw(st.integers(0, 9)) < 9:
        kwargs["window"] = draw(h.mostly(windows, one_in=60))
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
        "statistic": h.choice(*STATISTICS),
        "resolution": h.choice("day"),
        "alternative": h.choice(*ALTERNATIVES),
        "midp": h.choice(True, False),
        "uncertain": h.choice(*UNCERTAIN),
        "precision": h.number(st.floats(0.05, 1)),
    }


def randomization(period: timing.StudyPeriod) -> dict[str, st.SearchStrategy[Any]]:
    """Options of `randomization_test`."""
    return {
        **shared(),
        "strata": h.strata_of(period),
        "controls": h.controls_of(period),
        "family": h.choice(
            "poisson", "quasi-poisson", "negative-binomial", "conditional-logit",
            "self-exciting",
        ),
        "alternative": h.choice(*ALTERNATIVES),
        "uncertain": h.choice(*UNCERTAIN),
    }  # fmt: skip


@st.composite
def permutation_tests(draw: st.DrawFn) -> Call:
    """Draw a call of `permutation_test` with few draws."""
    call = draw(study_calls(timing.permutation_test, permutation))
    call.kwargs["n_resamples"] = draw(h.amount(st.integers(1, 40)))
    call.kwargs["rng"] = draw(h.generators)
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
                "alternative": h.choice(*ALTERNATIVES),
                "midp": h.choice(True, False),
                "anchor": h.choice(*ANCHORS),
                "confidence_level": h.number(st.floats(0.01, 0.99)),
            },
            windows=h.any_windows,
            longest=120,
            most=8,
        )
    )
    call.kwargs["resolution"] = "time"
    call.kwargs["unit"] = draw(h.choice("event"))
    return call


@st.composite
def randomization_tests(draw: st.DrawFn) -> Call:
    """Draw a call of `randomization_test` with few draws."""
    call = draw(study_calls(timing.randomization_test, randomization))
    call.kwargs["n_resamples"] = draw(h.amount(st.integers(1, 40)))
    call.kwargs["rng"] = draw(h.seeds)
    return call


@st.composite
def lag_profiles(draw: st.DrawFn) -> Call:
    """Draw a call of `lag_profile`."""

    def given(period: timing.StudyPeriod) -> dict[str, st.SearchStrategy[Any]]:
        found = {**shared(), "null": nulls(period)}
        found["anchor"] = h.choice("start", "end", "meeting", "announced")
        found["max_lag"] = h.number(st.integers(0, 20))
        found["alternative"] = h.choice(*ALTERNATIVES)
        del found["equivalence_margin"]
        return found

    call = draw(study_calls(timing.lag_profile, given, windows=None))
    call.kwargs["n_resamples"] = draw(h.amount(st.integers(1, 60)))
    call.kwargs["rng"] = draw(h.generators)
    return call


@st.composite
def timescale_profiles(draw: st.DrawFn) -> Call:
    """Draw a call of `timescale_profile`."""

    def given(period: timing.StudyPeriod) -> dict[str, st.SearchStrategy[Any]]:
        found = randomization(period)
        del found["strata"], found["family"], found["equivalence_margin"]
        found["scales"] = st.lists(h.strata_of(period), max_size=3) | h.odd
        return found

    call = draw(study_calls(timing.timescale_profile, given, longest=250))
    call.kwargs["rng"] = draw(h.seeds)
    call.kwargs["n_resamples"] = draw(h.amount(st.integers(1, 40)))
    return dataclasses.replace(call, check=None)


@st.composite
def scans(draw: st.DrawFn) -> Call:
    """Draw a call of `scan` with few specifications."""
    period = draw(h.periods(longest=300))
    tests = draw(h.events_in(period, odd_in=30))
    calendar = draw(h.calendars_in(period, odd_in=30))
    few = {
        "windows": h.mostly(st.lists(h.whole_windows, max_size=3), one_in=30),
        "by": st.lists(st.sampled_from(["category", "test_id", "zone"]), max_size=2)
        | st.sampled_from(["category", "no such column", "date", "pvalue"])
        | h.odd,
        "anchors": st.lists(h.choice("interval", "start", "end"), max_size=2),
        "units": st.lists(h.choice("day", "event", "episode"), max_size=2),
        "gap": h.number(st.integers(1, 14)),
        "min_expected": h.number(st.floats(0, 3)),
        "strata": h.strata_of(period),
        "controls": h.controls_of(period),
        "null": nulls(period),
        "alternative": h.choice(*ALTERNATIVES),
        "confidence_level": h.number(st.floats(0.01, 0.99)),
        "equivalence_margin": h.number(st.floats(1.05, 20)),
        "step_down": h.choice(True, False),
    }
    kwargs = draw(options(few))
    if draw(st.integers(0, 5)):
        kwargs["by"] = ()
    if draw(st.integers(0, 9)):
        kwargs.pop("controls" if "null" in kwargs else "null", None)
    named = st.dictionaries(
        h.texts, h.mostly(st.just(period) | h.periods(longest=200), one_in=30),
        max_size=2,
    )  # fmt: skip
    kwargs["period"] = draw(
        h.mostly(st.just(period), h.mostly(named, one_in=8), one_in=4)
    )
    kwargs["n_resamples"] = draw(h.amount(st.integers(1, 30)))
    kwargs["rng"] = draw(h.generators)
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
    events = h.mostly(
        day | day.map(str) | spans,
        st.lists(h.days_near(period), max_size=3) | h.texts | h.odd,
        one_in=15,
    )
    if isinstance(calendar, pd.DataFrame) and len(calendar):
        events |= st.just(calendar.iloc[0]) | st.just(calendar.iloc[:1])
    kwargs: dict[str, Any] = {"window": draw(h.mostly(h.whole_windows, one_in=60))}
    given = {
        "history": h.mostly(
            st.integers(1, 90) | st.sampled_from(["30D", "52W", "12h", "1Y", "-3D"]),
            one_in=20,
        ),
        "calendar": st.just(calendar),
        "period": h.mostly(st.just(period), one_in=40),
        "unit": h.choice("day", "event"),
        "anchor": h.choice(*ANCHORS),
        "prespecified": h.choice(True, False),
        "confidence_level": h.number(st.floats(0.01, 0.99)),
    }
    kwargs |= draw(options(given))
    if draw(st.integers(0, 3)):
        kwargs["history"] = draw(st.integers(12, 60))
        kwargs["period"] = period
    return Call(timing.surprise, (tests, draw(events)), kwargs)


def _span_of(start: tuple[dt.date, int]) -> tuple[dt.date, dt.date]:
    day, length = start
    return day, h.moved(day, length)


# Joins


@st.composite
def exposures(draw: st.DrawFn) -> Call:
    """Draw a call of `exposure`."""
    period = draw(h.periods())
    kwargs = {
        "period": draw(h.mostly(st.just(period), one_in=40)),
        "window": draw(h.mostly(h.any_windows, one_in=40)),
        **draw(options({"anchor": h.choice(*ANCHORS)})),
    }
    call = Call(timing.exposure, (draw(h.calendars_in(period)),), kwargs)

    def check(table: pd.DataFrame) -> None:
        if len(table) != period.all_days.size:
            msg = "not one row for each day"
            raise Breach(msg)
        if (table["exposed"] & ~table["at_risk"]).any():
            msg = "exposed days that are not at risk"
            raise Breach(msg)

    return dataclasses.replace(call, check=check)


@st.composite
def nearests(draw: st.DrawFn) -> Call:
    """Draw a call of `nearest`."""
    period = draw(h.periods())
    kwargs = {"direction": draw(h.choice("prior", "after", "both"))}
    kwargs |= draw(options({"period": h.mostly(st.just(period), one_in=40)}))
    tests, calendar = draw(h.events_in(period)), draw(h.calendars_in(period))
    call = Call(timing.nearest, (tests, calendar), kwargs)
    seed = draw(st.integers(0, 99))

    def check(table: pd.DataFrame) -> None:
        if len(table) != rows_of(tests):
            msg = "not one row for each test"
            raise Breach(msg)
        if (table["matched"] != table["reason"].eq("")).any():
            msg = "a row is neither matched nor has a reason"
            raise Breach(msg)
        order = Call(_lags, call.args, call.kwargs)
        check_order(_lags(*call.args, **call.kwargs), order, tables=2, seed=seed)

    return dataclasses.replace(call, check=check)


def _lags(tests: Any, calendar: Any, **kwargs: Any) -> dict[str, Any]:
    found = timing.nearest(tests, calendar, **kwargs)
    rows = found[["date", "lag", "n_tied", "reason"]].astype(object).astype(str)
    return {"rows": sorted(map(tuple, rows.fillna("").to_numpy().tolist()))}


@st.composite
def panels(draw: st.DrawFn) -> Call:
    """Draw a call of `daily_panel`."""

    def given(period: timing.StudyPeriod) -> dict[str, st.SearchStrategy[Any]]:
        return {
            "controls": h.controls_of(period),
            "unit": h.choice("day", "event"),
            "anchor": h.choice(*ANCHORS),
        }

    call = draw(study_calls(timing.daily_panel, given))
    return dataclasses.replace(call, check=None)


@st.composite
def agreements(draw: st.DrawFn) -> Call:
    """Draw a call of `agreement`."""
    period = draw(h.periods())
    given = {
        "tolerance": h.number(st.integers(0, 9)),
        "period": h.mostly(st.just(period), one_in=40),
    }
    args = draw(h.events_in(period)), draw(h.events_in(period))
    return Call(timing.agreement, args, draw(options(given)))


@st.composite
def coverages(draw: st.DrawFn) -> Call:
    """Draw a call of `coverage`."""
    period = draw(h.periods())
    many = h.events_in(period, odd_in=60) | h.calendars_in(period, odd_in=60)
    table = draw(h.mostly(many, h.odd, one_in=30))
    if isinstance(table, list | tuple | pd.Series | pd.Index | np.ndarray):
        table = pd.DataFrame({"date": pd.Series(list(table), dtype=object)})
    if isinstance(table, pd.DataFrame) and "sources" not in table:
        words = st.sampled_from(["kcna", "x; y", "", None, 5])
        if table.columns.nlevels == 1 and draw(st.booleans()):
            table = table.assign(sources=[draw(words) for _ in range(len(table))])
    names = [*table.columns] if isinstance(table, pd.DataFrame) else ["date"]
    kwargs = draw(options({"years": h.number(st.integers(1, 9))}))
    kwargs["by"] = draw(h.choice(*names, "source", "source_kind", "x", one_in=20))
    call = Call(timing.coverage, (table,), kwargs)

    def check(counts: pd.DataFrame) -> None:
        if counts["all"].sum() != rows_of(table):
            msg = f"{rows_of(table)} rows in, {counts['all'].sum()} counted"
            raise Breach(msg)

    return dataclasses.replace(call, check=check)


@st.composite
def validations(draw: st.DrawFn, function: Any, tables: Any) -> Call:
    """Draw a call of a check of a table."""
    table = draw(h.mostly(tables(draw(h.periods()), odd_in=2), h.odd, one_in=30))
    return Call(function, (table,), draw(options({"curated": h.choice(True, False)})))


# Arguments


@st.composite
def constructions(draw: st.DrawFn) -> Call:
    """Draw a period, a window or a null model."""
    date = st.one_of(st.dates(), st.dates().map(str), st.datetimes(), h.odd)
    length = st.integers(-2, 40) | h.durations | h.odd | st.floats() | h.texts
    made = draw(
        st.sampled_from(
            [
                timing.StudyPeriod, timing.StudyPeriod, timing.Window, timing.Window,
                timing.LocalShift, timing.BlockShuffle, timing.IntervalJitter,
                timing.CircularShift, timing.Uniform, timing.SelfExciting,
                timing.nulls.as_null,
            ]
        )
    )  # fmt: skip
    if made is timing.StudyPeriod:
        spans = st.lists(st.tuples(date, date) | h.odd, max_size=2) | h.odd
        args = draw(st.tuples(date, date) | st.tuples(date, date, spans))
        zone = st.sampled_from([*h.ZONES, *h.BAD_ZONES]) | h.odd
        return Call(made, args, draw(options({"zone": zone})))
    if made is timing.Window:
        return Call(made, draw(st.tuples(length, length)))
    return Call(made, (draw(length),))


TARGETS = {
    "permutation_test": permutation_tests(),
    "permutation_test at clock times": clock_time_tests(),
    "randomization_test": randomization_tests(),
    "lag_profile": lag_profiles(),
    "timescale_profile": timescale_profiles(),
    "scan": scans(),
    "surprise": surprises(),
    "exposure": exposures(),
    "nearest": nearests(),
    "daily_panel": panels(),
    "agreement": agreements(),
    "coverage": coverages(),
    "validate_tests": validations(timing.validate_tests, h.events_in),
    "validate_calendar": validations(timing.validate_calendar, h.calendars_in),
    "StudyPeriod, Window, null models": constructions(),
}
