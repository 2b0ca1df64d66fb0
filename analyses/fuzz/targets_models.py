"""Calls of the regressions, simulations and plans."""

# ruff: noqa: ANN401 - values of any kind are the subject

from __future__ import annotations

import dataclasses
from typing import Any

import hostile as h
import hostile_values as v
import numpy as np
import pandas as pd
from accounting import all_rules
from contract import Call
from guard import Breach
from hypothesis import strategies as st
from rules import MARKUP
from targets_tests import ANCHORS, nulls, options, shared, study_calls

import timing
from timing import processes

COVS = ("HAC", "robust", "cluster", "model")
FAMILIES = ("poisson", "negative-binomial", "quasi-poisson")


def errors(period: timing.StudyPeriod) -> dict[str, st.SearchStrategy[Any]]:
    """Options of the standard errors, and those that most functions take."""
    return {
        **shared(),
        "controls": h.controls_of(period),
        "cov": v.choice(*COVS),
        "maxlags": v.number(st.integers(0, 20) | st.none()),
        "cluster": h.strata_of(period),
    }


def counts(period: timing.StudyPeriod) -> dict[str, st.SearchStrategy[Any]]:
    """Options of `count_regression`."""
    return {
        **errors(period),
        "family": v.choice(*FAMILIES),
        "freq": v.choice("D", "W"),
        "separated": v.choice("firth", "exact"),
    }


def hurdles(period: timing.StudyPeriod) -> dict[str, st.SearchStrategy[Any]]:
    """Options of `hurdle_regression`."""
    found = {
        **errors(period),
        "size_controls": h.controls_of(period) | st.none(),
        "link": v.choice("cloglog", "log"),
        "size_family": v.choice("negative-binomial", "poisson"),
    }
    del found["gap"]
    return found


@st.composite
def hurdle_calls(draw: st.DrawFn) -> Call:
    """Draw a call of `hurdle_regression`, whose default needs sizes."""
    call = draw(study_calls(timing.hurdle_regression, hurdles))
    table = call.args[0]
    if not isinstance(table, pd.DataFrame) or "n_missiles" not in table:
        call.kwargs["unit"] = draw(v.choice("event", "missile"))
    return call


def crossovers(period: timing.StudyPeriod) -> dict[str, st.SearchStrategy[Any]]:
    """Options of `case_crossover`."""
    found = {
        **errors(period),
        "strata": h.strata_of(period),
        "model": v.choice("conditional-logit", "conditional-poisson"),
        "cov": v.choice("model", "quasi", "robust", "HAC"),
        "maxlags": v.number(st.integers(0, 20)),
    }
    del found["cluster"]
    return found


def exciting(period: timing.StudyPeriod) -> dict[str, st.SearchStrategy[Any]]:
    """Options of `self_exciting`."""
    found = {
        **shared(),
        "unit": v.choice("day", "event"),
        "strata": h.strata_of(period),
        "controls": h.controls_of(period),
    }
    del found["gap"]
    return found


def diagnoses(period: timing.StudyPeriod) -> dict[str, st.SearchStrategy[Any]]:
    """Options of `diagnose`."""
    found = {
        **errors(period),
        "family": v.choice(*FAMILIES),
        "max_lag": v.number(st.integers(1, 20)),
        "lead": v.number(st.integers(1, 20) | st.none()),
    }
    del found["equivalence_margin"]
    return found


@st.composite
def joints(draw: st.DrawFn) -> Call:
    """Draw a call of `joint_regression`."""
    call = draw(study_calls(timing.joint_regression, counts, order=False))
    call.kwargs.pop("separated", None)
    period = call.kwargs.get("period")
    if not isinstance(period, timing.StudyPeriod):
        period = timing.StudyPeriod("2018-01-01", "2018-12-31")
    names = st.sampled_from(
        ["a", "b", "c d", "", MARKUP, "trend", "const", "Intercept"]
    )
    more = st.dictionaries(
        v.mostly(names, one_in=30).filter(_hashable),
        h.calendars_in(period, odd_in=30),
        min_size=1,
        max_size=2,
    )
    calendars: Any = {"first": call.args[1], **draw(more)}
    calendars = draw(
        v.mostly(st.just(calendars), v.odd | st.just(call.args[1]), one_in=25)
    )
    if isinstance(calendars, dict) and calendars and draw(st.integers(0, 5)) == 5:
        call.kwargs["window"] = {
            name: draw(v.mostly(h.whole_windows, one_in=20)) for name in calendars
        }
    return dataclasses.replace(call, args=(call.args[0], calendars), check=None)


def _hashable(value: object) -> bool:
    try:
        hash(value)
    except TypeError:
        return False
    return True


@st.composite
def series(draw: st.DrawFn) -> Call:
    """Draw a call of `self_controlled`, for one series or many subjects."""
    period = draw(h.periods(longest=400))
    tests, calendar = draw(h.events_in(period)), draw(h.calendars_in(period))
    day = st.integers(-20, 20)
    span = st.tuples(day, day).map(sorted).map(tuple)
    usual = st.sampled_from(
        [
            {"pre": (-7, -1), "on": (0, 0), "post": (1, 7)}, {"around": (-3, 3)},
            {"late": (5, 9)}, {MARKUP: (-2, 2), "post": (3, 20)},
        ]
    )  # fmt: skip
    wild = st.dictionaries(v.texts, span, max_size=3) | v.odd
    kwargs: dict[str, Any] = {
        "period": draw(v.mostly(st.just(period), one_in=40)),
        "windows": draw(v.mostly(usual, wild, one_in=6)),
    }
    given = {
        **shared(),
        "season": v.mostly(
            st.sampled_from(
                [None, "month", "quarter", 2, 4, [100, 200], ["2018-03-01"]]
            ),
            st.lists(v.odd, max_size=3) | v.odd, one_in=8,
        ),
        "strata": h.strata_of(period),
        "interaction": v.mostly(st.none(), h.strata_of(period), one_in=3),
        "controls": h.controls_of(period),
        "overlap": v.choice("nearest", "all"),
        "primary": v.choice("pre", "around", None),
    }  # fmt: skip
    kwargs |= draw(options(given))
    check = True
    tables = isinstance(tests, pd.DataFrame) and isinstance(calendar, pd.DataFrame)
    if tables and not tests.columns.nlevels - 1 and draw(st.integers(0, 2)) == 2:
        check = False
        kwargs["subject"] = draw(v.choice("who", one_in=30))
        kwargs.pop("strata", None)
        people = st.sampled_from(["ann", "bob", MARKUP])
        tests, calendar = tests.copy(), calendar.copy()
        for table in (tests, calendar):
            if calendar.columns.nlevels == 1:
                table["who"] = [
                    draw(v.mostly(people, one_in=60)) for _ in range(len(table))
                ]
        named = ["ann", "bob", MARKUP, "zoe"]
        periods = pd.DataFrame(
            {
                "who": named,
                "start": draw(h.columns([period.start] * 4, odd_in=20)).array,
                "end": draw(h.columns([period.end] * 4, odd_in=20)).array,
            }
        )
        if draw(st.booleans()):
            periods["birth"] = period.start
        kwargs["period"] = draw(v.mostly(st.just(periods), st.just(period), one_in=4))
    call = Call(timing.self_controlled, (tests, calendar), kwargs)
    seed = draw(st.integers(0, 99)) if draw(st.booleans()) else None
    rules = all_rules(call, seed=seed) if check else None
    return dataclasses.replace(call, check=rules)


@st.composite
def event_studies(draw: st.DrawFn) -> Call:
    """Draw a call of `event_study`."""

    def given(period: timing.StudyPeriod) -> dict[str, st.SearchStrategy[Any]]:
        found = {
            **crossovers(period),
            "bin_days": v.number(st.integers(1, 4)),
            "base": v.number(st.integers(-3, 3) | st.none()),
            "primary": v.number(st.integers(-2, 3)),
            "overlap": v.choice("add", "once"),
            "cov": v.choice("model", "HAC", "cluster"),
            "rng": v.generators,
        }
        del found["model"]
        return found

    call = draw(study_calls(timing.event_study, given, windows=None))
    if draw(st.integers(0, 3)):
        call.kwargs["base"] = None
    call.kwargs["leads"] = draw(v.number(st.integers(0, 8)))
    call.kwargs["lags"] = draw(v.number(st.integers(0, 8)))
    call.kwargs["n_draws"] = draw(v.amount(st.integers(100, 300)))
    return call


# Simulation and plans


rates = st.deferred(
    lambda: st.one_of(
        st.builds(processes.Constant),
        st.builds(processes.Trend, wild),
        st.builds(processes.Season, wild, wild),
        st.builds(processes.MovingSeason, wild, wild),
        st.builds(processes.Step, wild, wild),
        st.builds(processes.Moratorium, st.integers(1, 600), st.floats(0.01, 0.99)),
        st.builds(processes.Latent, st.floats(1, 300), st.floats(0, 5), st.booleans()),
        st.builds(
            processes.Product, st.builds(processes.Trend), st.builds(processes.Season)
        ),
    )
)
wild = st.floats(0.01, 0.99)
drawn_processes = st.one_of(
    st.sampled_from(
        ["homogeneous", "trend", "season", "trend and season", "self-exciting",
         "renewal, even gaps", "renewal, uneven gaps", "campaigns"]
    ),
    st.builds(processes.Poisson, rates),
    st.builds(processes.SelfExciting, st.floats(0, 0.9), st.floats(1, 60), rates),
    st.builds(processes.Renewal, st.floats(0.2, 5), rates),
    st.builds(processes.Campaigns, st.floats(1, 50), st.floats(1, 90)),
)  # fmt: skip


@st.composite
def simulations(draw: st.DrawFn) -> Call:
    """Draw a call of `simulate`."""
    period = draw(h.periods(longest=300))
    given = {
        "calendar": h.calendars_in(period),
        "window": v.mostly(h.whole_windows, one_in=40),
        "anchor": v.choice(*ANCHORS),
        "rate_ratio": v.number(st.floats(0.1, 9)),
    }
    kwargs = draw(options(given))
    kwargs |= {
        "period": draw(v.mostly(st.just(period), one_in=60)),
        "n_launches": draw(v.number(st.floats(0.1, 60))),
        "n_replicates": draw(v.amount(st.integers(1, 3))),
        "rng": draw(v.generators),
    }
    call = Call(timing.simulate, (draw(v.mostly(drawn_processes, one_in=40)),), kwargs)

    def check(table: pd.DataFrame) -> None:
        days = table["date"].to_numpy().astype("datetime64[D]").astype(np.int64)
        if not np.isin(days, period.days).all():
            msg = "a simulated launch lies outside the at-risk days"
            raise Breach(msg)

    return dataclasses.replace(call, check=check)


@st.composite
def plans(draw: st.DrawFn, function: Any, given: dict[str, Any]) -> Call:
    """Draw a call of `size`, `power` or `minimum_detectable_rate_ratio`."""
    period = draw(h.periods(longest=200))
    calendar = h.calendars_in(period, odd_in=40) | st.builds(
        processes.DrawnCalendar, st.integers(1, 9), drawn_processes, st.integers(1, 5),
        st.booleans(),
    )  # fmt: skip
    own = [
        lambda tests, calendar, *, period, window: 0.5,
        lambda tests, calendar, *, period, window: float("nan"),
        lambda tests, calendar, *, period, window: "x",
        timing.randomization_test, timing.Uniform(), timing.LocalShift(3),
        {"one": timing.Uniform(), MARKUP: timing.randomization_test}, {},
    ]  # fmt: skip
    test = st.sampled_from(own) | nulls(period)
    if function is timing.minimum_detectable_rate_ratio:
        test = st.sampled_from(own[:-2]) | nulls(period)
    kwargs = draw(options({"test": test, "anchor": v.choice(*ANCHORS), **given}))
    kwargs |= {
        "period": draw(v.mostly(st.just(period), one_in=60)),
        "window": draw(v.mostly(h.whole_windows, one_in=60)),
        "n_launches": draw(v.number(st.floats(0.5, 40))),
        "n_replicates": draw(v.amount(st.integers(1, 3))),
        "rng": draw(v.generators),
        "n_jobs": 1,
        "progress": False,
    }
    args = draw(v.mostly(drawn_processes, one_in=40)), draw(calendar)
    if function is timing.minimum_detectable_rate_ratio:
        kwargs["n_replicates"] = draw(v.amount(st.integers(20, 24)))
    return Call(function, args, kwargs)


@st.composite
def fits(draw: st.DrawFn) -> Call:
    """Draw a call of `processes.fitted`."""
    period = draw(h.periods(longest=300))
    kwargs = {"period": draw(v.mostly(st.just(period), one_in=60))}
    kwargs |= draw(options({"strata": h.strata_of(period)}))
    return Call(processes.fitted, (draw(h.events_in(period)),), kwargs)


@st.composite
def parts(draw: st.DrawFn) -> Call:
    """Draw a process or rate with any parameters."""
    made = draw(
        st.sampled_from(
            [processes.Campaigns, processes.DrawnCalendar, processes.Given,
             processes.Latent, processes.Moratorium, processes.MovingSeason,
             processes.Poisson, processes.Renewal, processes.Season,
             processes.SelfExciting, processes.Step, processes.Trend]
        )
    )  # fmt: skip
    value = st.floats() | st.integers(-3, 10**6) | v.odd
    args = draw(st.lists(value, max_size=2))
    if made is processes.Given and not args:
        args = [draw(st.lists(value, max_size=3))]
    return Call(made, tuple(args))


levels = st.lists(st.floats(0.01, 0.5), min_size=1, max_size=3)
TARGETS = {
    "count_regression": study_calls(timing.count_regression, counts),
    "hurdle_regression": hurdle_calls(),
    "joint_regression": joints(),
    "case_crossover": study_calls(timing.case_crossover, crossovers),
    "self_controlled": series(),
    "event_study": event_studies(),
    "self_exciting": study_calls(timing.self_exciting, exciting),
    "diagnose": study_calls(timing.diagnose, diagnoses, order=False),
    "simulate": simulations(),
    "size": plans(timing.size, {"levels": v.mostly(levels, one_in=20)}),
    "power": plans(
        timing.power,
        {
            "rate_ratios": v.mostly(
                st.lists(st.floats(0.2, 9), min_size=1, max_size=2), one_in=20
            ),
            "level": v.number(st.floats(0.01, 0.5)),
        },
    ),
    "minimum_detectable_rate_ratio": plans(
        timing.minimum_detectable_rate_ratio,
        {
            "level": v.number(st.floats(0.01, 0.5)),
            "power": v.number(st.floats(0.1, 0.95)),
            "direction": v.choice("more", "fewer"),
        },
    ),
    "processes.fitted": fits(),
    "processes": parts(),
}
