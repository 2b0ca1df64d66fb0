"""Calls of the joins, the checks of tables and the smallest arguments."""

# ruff: noqa: ANN401 - values of any kind are the subject

from __future__ import annotations

import dataclasses
from typing import Any

import hostile as h
import hostile_values as v
import numpy as np
import pandas as pd
from accounting import check_order, rows_of
from contract import Call
from guard import Breach
from hypothesis import strategies as st
from targets_tests import ANCHORS, options, study_calls

import timing


@st.composite
def exposures(draw: st.DrawFn) -> Call:
    """Draw a call of `exposure`."""
    period = draw(h.periods())
    kwargs = {
        "period": draw(v.mostly(st.just(period), one_in=40)),
        "window": draw(v.mostly(h.any_windows, one_in=40)),
        **draw(options({"anchor": v.choice(*ANCHORS)})),
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
    kwargs = {"direction": draw(v.choice("prior", "after", "both"))}
    kwargs |= draw(options({"period": v.mostly(st.just(period), one_in=40)}))
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
            "unit": v.choice("day", "event"),
            "anchor": v.choice(*ANCHORS),
        }

    call = draw(study_calls(timing.daily_panel, given))
    return dataclasses.replace(call, check=None)


@st.composite
def agreements(draw: st.DrawFn) -> Call:
    """Draw a call of `agreement`."""
    period = draw(h.periods())
    given = {
        "tolerance": v.number(st.integers(0, 9)),
        "period": v.mostly(st.just(period), one_in=40),
    }
    args = draw(h.events_in(period)), draw(h.events_in(period))
    return Call(timing.agreement, args, draw(options(given)))


@st.composite
def coverages(draw: st.DrawFn) -> Call:
    """Draw a call of `coverage`."""
    period = draw(h.periods())
    many = h.events_in(period, odd_in=60) | h.calendars_in(period, odd_in=60)
    table = draw(v.mostly(many, v.odd, one_in=30))
    if isinstance(table, list | tuple | pd.Series | pd.Index | np.ndarray):
        table = pd.DataFrame({"date": pd.Series(list(table), dtype=object)})
    if isinstance(table, pd.DataFrame) and "sources" not in table:
        words = st.sampled_from(["kcna", "x; y", "", None, 5])
        if table.columns.nlevels == 1 and draw(st.booleans()):
            table = table.assign(sources=[draw(words) for _ in range(len(table))])
    names = [*table.columns] if isinstance(table, pd.DataFrame) else ["date"]
    kwargs = draw(options({"years": v.number(st.integers(1, 9))}))
    kwargs["by"] = draw(v.choice(*names, "source", "source_kind", "x", one_in=20))
    call = Call(timing.coverage, (table,), kwargs)

    def check(counts: pd.DataFrame) -> None:
        if counts["all"].sum() != rows_of(table):
            msg = f"{rows_of(table)} rows in, {counts['all'].sum()} counted"
            raise Breach(msg)

    return dataclasses.replace(call, check=check)


@st.composite
def validations(draw: st.DrawFn, function: Any, tables: Any) -> Call:
    """Draw a call of a check of a table."""
    table = draw(v.mostly(tables(draw(h.periods()), odd_in=2), v.odd, one_in=30))
    return Call(function, (table,), draw(options({"curated": v.choice(True, False)})))


# Arguments


@st.composite
def constructions(draw: st.DrawFn) -> Call:
    """Draw a period, a window or a null model."""
    date = st.one_of(st.dates(), st.dates().map(str), st.datetimes(), v.odd)
    length = st.integers(-2, 40) | h.durations | v.odd | st.floats() | v.texts
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
        spans = st.lists(st.tuples(date, date) | v.odd, max_size=2) | v.odd
        args = draw(st.tuples(date, date) | st.tuples(date, date, spans))
        zone = st.sampled_from([*v.ZONES, *v.BAD_ZONES]) | v.odd
        return Call(made, args, draw(options({"zone": zone})))
    if made is timing.Window:
        return Call(made, draw(st.tuples(length, length)))
    return Call(made, (draw(length),))


TARGETS = {
    "exposure": exposures(),
    "nearest": nearests(),
    "daily_panel": panels(),
    "agreement": agreements(),
    "coverage": coverages(),
    "validate_tests": validations(timing.validate_tests, h.events_in),
    "validate_calendar": validations(timing.validate_calendar, h.calendars_in),
    "StudyPeriod, Window, null models": constructions(),
}
