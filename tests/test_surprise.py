"""`surprise`: toy cases counted by hand, brute force, errors and the real case."""

from __future__ import annotations

import json
import math
import re
import runpy
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import timing
from timing import surprise
from timing.errors import (
    ArgumentError,
    EmptySelectionError,
    SchemaError,
    SelectionWarning,
)
from timing.kernels.rates import share_limits
from timing.record import read_record, whole_days
from timing.results.surprise import BaseRate, SurpriseResult, format_share

# History 1-20 March 2020 (launch days 1, 5, 6, 18), window 21-24 March.
TESTS = [
    "2020-02-10", "2020-03-01", "2020-03-05", "2020-03-05", "2020-03-06", "2020-03-18",
    "2020-03-22", "2020-03-30",
]  # fmt: skip
PERIOD = timing.StudyPeriod("2020-02-01", "2020-03-31")
WITH_A_GAP = timing.StudyPeriod(
    "2020-02-01", "2020-03-31", [("2020-02-02", "2020-02-02")]
)
WINDOW = timing.Window(before=2, after=1)
EVENT = "2020-03-23"


def run(tests=TESTS, event=EVENT, **changes):
    arguments = {
        "window": WINDOW,
        "history": 20,
        "period": PERIOD,
        "prespecified": True,
        **changes,
    }
    return surprise(tests, event, **arguments)


# One event, by hand


def test_numbers_by_hand():
    result = run()
    assert (result.window_start, result.window_end) == ("2020-03-21", "2020-03-24")
    assert (result.history_start, result.history_end) == ("2020-03-01", "2020-03-20")
    assert (result.window_days, result.known_days, result.observed) == (4, 4, 1)
    # Launch days 1, 5, 6 and 18 March; two events on the 5th are one launch day.
    assert (result.history_days, result.history_launches) == (20, 4)
    assert result.expected == pytest.approx(4 * 4 / 20)
    assert result.probability == pytest.approx(1 - 0.8**4)
    low, high = stats.binomtest(4, 20).proportion_ci(0.95, method="exact")
    assert result.confidence_interval() == pytest.approx(
        (1 - (1 - low) ** 4, 1 - (1 - high) ** 4)
    )
    # Windows of 4 days begin on 1-17 March: those from 1 (day 1), 2-6 (5 or 6) and
    # 15-17 (18) hold a launch day, 9 of 17.
    assert result.clustered_probability == pytest.approx(9 / 17)
    assert result.separate_windows == 5
    assert result.clustered_interval == share_limits(9 / 17, 5, confidence_level=0.95)
    assert result.tail_probability == pytest.approx(result.probability)
    assert result.tail_interval == pytest.approx(result.interval)
    assert (result.base_rate, result.warnings) == (None, ())


def test_two_launch_days_in_the_window_by_hand():
    result = run([*TESTS, "2020-03-24", "2020-03-24"])
    assert result.observed == 2
    assert result.probability == pytest.approx(1 - 0.8**4)
    # 1 - P(0) - P(1) of four days at 0.2.
    assert result.tail_probability == pytest.approx(1 - 0.8**4 - 4 * 0.2 * 0.8**3)


def test_events_count_every_event():
    result = run(unit="event")
    assert (result.observed, result.history_launches) == (1, 5)
    assert result.expected == pytest.approx(4 * 5 / 20)
    assert result.probability == pytest.approx(1 - math.exp(-1))
    limits = [stats.chi2.ppf(q, k) / 2 / 20 for q, k in ((0.025, 10), (0.975, 12))]
    assert result.interval == pytest.approx([1 - math.exp(-4 * r) for r in limits])
    assert result.clustered_probability == pytest.approx(9 / 17)


def test_only_days_before_the_window_enter_the_history():
    changed = [*TESTS, "2020-02-29", "2020-03-21", "2020-03-23", "2020-03-25"]
    one, two = run(), run(changed)
    assert (one.observed, two.observed) == (1, 3)
    for name in (
        "history_launches", "expected", "probability", "interval",
        "clustered_probability",
    ):  # fmt: skip
        assert getattr(one, name) == getattr(two, name)


def test_first_and_last_day_of_history_and_window_count():
    inside = ["2020-03-01", "2020-03-20", "2020-03-21", "2020-03-24"]
    result = run(inside)
    assert (result.history_launches, result.observed) == (2, 2)
    beside = ["2020-02-29", "2020-03-25"]
    result = run(beside)
    assert (result.history_launches, result.observed) == (0, 0)


def test_no_launch_in_the_history():
    result = run(["2020-02-10", "2020-03-22", "2020-03-30"])
    assert (result.probability, result.clustered_probability) == (0.0, 0.0)
    assert result.tail_probability == 0.0
    # The exact upper limit of 0 of 20 days is 1 - 0.025 ** (1 / 20).
    assert result.interval == pytest.approx((0.0, 1 - 0.025 ** (4 / 20)))
    assert result.tail_interval == pytest.approx(result.interval)
    assert result.clustered_interval == pytest.approx((0.0, 1 - 0.025 ** (1 / 5)))
    # The p-value counts the observed arrangement: 4 of 24 rotations.
    assert result.pvalue == pytest.approx(4 / 24)


def test_a_window_without_launches_is_no_surprise():
    result = run(event="2020-03-27", history=20)
    assert result.observed == 0
    assert result.tail_probability == 1.0
    assert result.pvalue == pytest.approx(1.0)


@settings(deadline=None, max_examples=40)
@given(
    days=st.sets(st.integers(0, 59), min_size=1),
    start=st.integers(22, 50),
    length=st.integers(0, 4),
    before=st.integers(0, 4),
    after=st.integers(0, 4),
    history=st.integers(13, 18),
    offset=st.integers(-400, 400),
)
def test_everything_agrees_with_loops_over_days(
    days, start, length, before, after, history, offset
):
    # The offset moves all dates alike, and must change nothing.
    origin = date(2020, 2, 1) + timedelta(days=offset)

    def iso(day):
        return str(origin + timedelta(days=day))

    result = run(
        [iso(day) for day in days],
        (iso(start), iso(start + length)),
        window=timing.Window(before=before, after=after),
        history=history,
        period=timing.StudyPeriod(iso(0), iso(59)),
    )
    window = range(start - before, start + length + after + 1)
    past = range(window[0] - history, window[0])
    m, h = len(window), sum(day in days for day in past)
    assert result.window_days == m
    assert result.observed == sum(day in days for day in window)
    assert result.history_launches == h
    assert result.expected == pytest.approx(m * h / history)
    assert result.probability == pytest.approx(1 - (1 - h / history) ** m)
    spans = [past[i : i + m] for i in range(history - m + 1)]
    held = [any(day in days for day in span) for span in spans]
    assert result.clustered_probability == pytest.approx(sum(held) / len(held))
    tail = stats.binom.sf(result.observed - 1, m, h / history)
    assert result.tail_probability == pytest.approx(tail)
    line = [day in days for day in (*past, *window)]
    turns = [sum((line[k:] + line[:k])[-m:]) for k in range(len(line))]
    as_many = sum(turn >= result.observed for turn in turns)
    assert result.pvalue == pytest.approx(as_many / len(line))
    assert result.interval[0] <= result.probability <= result.interval[1]


def test_pvalue_is_that_of_the_permutation_test():
    result = run()
    same = timing.permutation_test(
        TESTS,
        pd.DataFrame({"start": ["2020-03-21"], "end": ["2020-03-24"]}),
        period=timing.StudyPeriod("2020-03-01", "2020-03-24"),
        window=timing.Window(before=0, after=0),
        null=timing.CircularShift(strata=None),
        alternative="greater",
    )
    assert result.pvalue == pytest.approx(same.pvalue)


# The event, as users name it


CALENDAR = pd.DataFrame(
    {
        "event_id": ["a", "b", "c", "d", "own", "e"],
        "name": ["A", "B", "C", "D", "The one", "E"],
        # Windows: 10-14 February; 3-7, 5-8, 17-20, 21-24 and 31 March to 4 April.
        "start": [
            "2020-02-12", "2020-03-05", "2020-03-07", "2020-03-19", "2020-03-23",
            "2020-04-02",
        ],
        "end": [
            "2020-02-13", "2020-03-06", "2020-03-07", "2020-03-19", "2020-03-23",
            "2020-04-03",
        ],
        "meeting_start": ["", "", "", "", "2020-03-23", ""],
        "meeting_end": ["", "", "", "", "2020-03-23", ""],
    }
)  # fmt: skip


@pytest.mark.parametrize(
    "event",
    [
        date(2020, 3, 23),
        pd.Timestamp("2020-03-23"),
        np.datetime64("2020-03-23"),
        datetime(2020, 3, 22, 16, tzinfo=UTC),  # 23 March, 01:00 in Korea
        ("2020-03-23", "2020-03-23"),
        [date(2020, 3, 23), "2020-03-23"],
        CALENDAR.iloc[4],
        CALENDAR.iloc[[4]],
        "own",
    ],
    ids=lambda event: type(event).__name__,
)
@pytest.mark.parametrize("anchor", ["interval", "meeting", "start", "end"])
def test_every_way_to_name_the_event_gives_the_same_numbers(event, anchor):
    result = run(event=event, calendar=CALENDAR, history=15, anchor=anchor)
    same = run(history=15)
    assert result.window_start == same.window_start
    assert result.window_end == same.window_end
    assert result.probability == same.probability


def test_the_label_is_the_name_or_the_days():
    assert run(event="own", calendar=CALENDAR).event == "The one"
    assert run(event=CALENDAR.drop(columns="name").iloc[4]).event == "own"
    assert run().event == "2020-03-23"
    pair = run(event=("2020-03-23", "2020-03-24"))
    assert (pair.event, pair.window_days) == ("2020-03-23 to 2020-03-24", 5)


def test_the_anchor_moves_the_window():
    event = ("2020-03-22", "2020-03-24")
    one_day = timing.Window(before=0, after=0)
    first = run(event=event, window=one_day, anchor="start")
    last = run(event=event, window=one_day, anchor="end")
    announced = run(event=event, window=one_day, anchor="announced")
    assert (first.window_start, first.window_end) == ("2020-03-22", "2020-03-22")
    assert (last.window_start, last.window_end) == ("2020-03-24", "2020-03-24")
    assert announced.window_end == "2020-03-22"


def test_a_washington_day_covers_two_korean_days():
    row = pd.Series(
        {"start": "2020-03-23", "end": "2020-03-23", "zone": "America/New_York"}
    )
    result = run(event=row, window=timing.Window(before=0, after=0))
    assert (result.window_start, result.window_end) == ("2020-03-23", "2020-03-24")
    assert result.window_days == 2


# Base rate


def test_base_rate_by_hand():
    result = run(event="own", calendar=CALENDAR, history=9)
    base = result.base_rate
    # Window and history of nine days covered: A (history 1-9 February), B (23 February
    # to 2 March), C (25 February to 4 March), D (8-16 March). The own event and E,
    # which ends after the record, are left out.
    assert base.ids == ("a", "b", "c", "d")
    assert base.window_start == (
        "2020-02-10", "2020-03-03", "2020-03-05", "2020-03-17",
    )  # fmt: skip
    # A: 10 February. B: 5 and 6 March. C: the same. D: 18 March.
    assert base.launches.tolist() == [1, 2, 2, 1]
    # Launch days in the histories: none; 1 March; 1 March; none.
    chances = [0, 1 - (8 / 9) ** 5, 1 - (8 / 9) ** 4, 0]
    assert base.chance.tolist() == pytest.approx(chances)
    assert (base.n_events, base.n_with_launch, base.rate) == (4, 4, 1.0)
    assert base.expected == pytest.approx(sum(chances) / 4)
    assert base.ratio == pytest.approx(4 / sum(chances))
    # B and C share 5-7 March.
    assert (base.overlapping_pairs, base.separate_windows) == (1, 3)
    assert base.interval == pytest.approx((0.025 ** (1 / 3), 1.0))
    lost = {d.reason: d.ids for d in result.dropped if d.table == "calendar"}
    assert lost == {
        "window shares days with it": ("own",),
        "window or history not covered": ("e",),
    }
    frame = base.to_frame()
    assert frame["event_id"].tolist() == ["a", "b", "c", "d"]
    assert frame["window_start"].dt.strftime("%d").tolist() == ["10", "03", "05", "17"]


def test_base_rate_leaves_out_events_that_share_the_launch_in_question():
    # The window of this event, 22-25 March, holds the same launch of 22 March.
    twin = ["2020-03-05", "2020-03-24"]
    result = run(calendar=twin, history=9)
    assert result.base_rate.n_events == 1
    assert [d.ids for d in result.dropped] == [("2",)]


def test_base_rate_leaves_out_windows_that_touch_in_one_day():
    # Own window 21-24 March; 17-20, 18-21, 24-27 and 25-28 March.
    kind = ["2020-03-19", "2020-03-20", "2020-03-26", "2020-03-27"]
    result = run(calendar=kind, history=9)
    assert result.base_rate.ids == ("1", "4")
    assert [d.ids for d in result.dropped] == [("2", "3")]


@settings(deadline=None, max_examples=25)
@given(
    days=st.sets(st.integers(0, 89), min_size=1, max_size=30),
    events=st.lists(st.integers(0, 89), min_size=1, max_size=8, unique=True),
    own=st.integers(30, 80),
)
def test_base_rate_agrees_with_a_run_for_each_event(days, events, own):
    def iso(day):
        return str(date(2020, 1, 1) + timedelta(days=day))

    def look(event, **changes):
        return run(
            [iso(day) for day in days],
            iso(event),
            history=20,
            period=timing.StudyPeriod(iso(0), iso(89)),
            **changes,
        )

    base = look(own, calendar=[iso(event) for event in events]).base_rate
    # Windows of four days from two days before: they meet if less than four apart.
    kept = [e for e in events if e - 2 - 20 >= 0 and e + 1 <= 89 and abs(e - own) > 3]
    if not kept:
        assert base is None
        return
    each = [look(event) for event in kept]
    assert base.launches.tolist() == [result.observed for result in each]
    assert base.chance.tolist() == pytest.approx([r.probability for r in each])
    assert base.rate == pytest.approx(np.mean([r.observed > 0 for r in each]))


def test_base_rate_without_any_event_is_none_and_says_why():
    result = run(calendar=["2020-03-23", "2020-02-03"])
    assert result.base_rate is None
    assert [d.rows for d in result.dropped] == [1, 1]
    assert result.to_frame()["base_events"].tolist() == [0]


def test_a_base_rate_without_expectation_has_no_ratio():
    tests = ["2020-02-10", "2020-03-30"]
    base = run(tests, calendar=["2020-03-04"], history=9).base_rate
    assert (base.rate, base.expected) == (0.0, 0.0)
    assert math.isnan(base.ratio)


# Selection, forecasts, uncertain days


def test_a_launch_in_the_window_of_an_event_picked_afterwards_warns():
    with pytest.warns(SelectionWarning, match="give a `calendar` of such") as caught:
        result = surprise(TESTS, EVENT, window=WINDOW, history=20, period=PERIOD)
    assert caught[0].filename == __file__
    assert result.pvalue is None
    assert len(result.warnings) == 1
    assert "prespecified=True" in result.warnings[0]
    with pytest.warns(SelectionWarning, match="no p-values; quote the base rate"):
        run(prespecified=False, calendar=["2020-03-05"], history=9)


def test_no_warning_without_a_launch_in_the_window():
    assert run(event="2020-03-27", prespecified=False).warnings == ()


def test_a_forecast_takes_the_last_days_that_are_known():
    result = run(event="2020-05-01", prespecified=False)
    assert (result.observed, result.known_days) == (None, 0)
    assert (result.history_start, result.history_end) == ("2020-03-12", "2020-03-31")
    # 18, 22 and 30 March.
    assert result.history_launches == 3
    assert (result.tail_probability, result.tail_interval) == (None, None)
    assert result.pvalue is None
    assert "this is a forecast" in result.summary()
    assert math.isnan(result.to_frame()["observed"].iloc[0])


def test_without_a_period_the_last_row_ends_the_record():
    result = run(event="2020-04-20", period=None)
    assert result.history_end == "2020-03-30"
    assert result.specification.period == "2020-02-10 to 2020-03-30"


def test_a_window_that_is_not_over_counts_its_known_days():
    result = run(event="2020-03-31")  # 29 March to 1 April; known to 31 March
    assert (result.observed, result.known_days, result.window_days) == (1, 3, 4)
    assert result.history_end == "2020-03-28"
    assert result.pvalue is None
    assert "Seen: 1 launch day in the first 3 of these days" in result.summary()


def test_events_of_unknown_day_are_left_out_and_reported():
    tests = pd.DataFrame(
        {
            "test_id": ["x", "y", "z"],
            "date": ["2020-03-05", "2020-03-10", "2020-03-22"],
            "earliest": ["2020-03-05", "2020-03-09", "2020-03-22"],
            "latest": ["2020-03-05", "2020-03-10", "2020-03-22"],
        }
    )
    result = run(tests)
    assert result.history_launches == 1
    assert [(d.reason, d.ids) for d in result.dropped] == [("day not known", ("y",))]


def test_events_outside_the_period_are_left_out_and_reported():
    result = run([*TESTS, "2019-12-31", "2020-04-01"])
    assert result.history_launches == 4
    assert [(d.reason, d.rows) for d in result.dropped] == [("outside the period", 2)]


# Errors


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"history": 0}, "`history` is 0; it must be at least one whole day"),
        ({"history": -5}, "`history` is -5; it must be at least one whole day"),
        ({"history": "-365D"}, "must be at least one whole day"),
        ({"history": "36h"}, "`history` is '36h'; it must be at least one whole day"),
        ({"history": "a year"}, "`history` is 'a year'; it must be at least one"),
        ({"history": "NaT"}, "`history` is 'NaT'; it must be at least one"),
        ({"history": True}, "`history` is True; it must be at least one"),
        ({"history": 20.0}, "`history` is 20.0; it must be at least one"),
        ({"history": 3}, "3 days; it must be at least as long as the window, 4 days"),
        (
            {"history": 60},
            "begins on 2020-01-21, before the first day that `tests` covers, "
            "2020-02-01; at most 49 days are possible",
        ),
        ({"event": "2019-06-01"}, "at most 0 days are possible"),
        ({"event": "nowhere"}, "is 'nowhere', which is no date (YYYY-MM-DD); to name"),
        ({"event": "2020-02-30"}, "is '2020-02-30', which is no date"),
        (
            {"event": "nowhere", "calendar": CALENDAR},
            "which is no date (YYYY-MM-DD) and no event_id of `calendar`",
        ),
        ({"event": "own", "calendar": ["2020-03-23"]}, "give a `calendar` with that"),
        ({"event": 20200323}, "`event` is 20200323; it must be a date, a (start, end)"),
        ({"event": ("2020-03-23",)}, "it must be a date, a (start, end) pair"),
        ({"event": CALENDAR}, "`event` is a table of 6 rows; it must have one"),
        ({"unit": "week"}, "`unit` is 'week'; it must be one of 'day', 'event'"),
        ({"anchor": "middle"}, "`anchor` is 'middle'; it must be one of"),
        ({"window": 7}, "`window` is a int; it must be a Window"),
        ({"period": "2020"}, "`period` is a str; it must be a StudyPeriod"),
        (
            {"period": WITH_A_GAP},
            "`period` has excluded spans",
        ),
        ({"confidence_level": 1.0}, "`confidence_level` is 1.0; it must lie strictly"),
        ({"prespecified": "yes"}, "`prespecified` is a str; it must be a bool"),
    ],
)  # fmt: skip
def test_a_broken_rule_is_named(changes, message):
    with pytest.raises(ArgumentError, match=re.escape(message)):
        run(**changes)


@pytest.mark.parametrize(
    ("event", "message"),
    [
        (("2020-03-23", "2020-03-21"), "`event`: row 1, column 'end'"),
        (pd.Series({"start": "2020-03-23"}), "`event`: column 'end'"),
        (pd.Series({"start": "soon", "end": "soon"}), "is not a date"),
    ],
)
def test_a_broken_event_is_named(event, message):
    with pytest.raises(SchemaError, match=re.escape(message)):
        run(event=event)


def test_an_event_without_the_dates_of_its_anchor_is_named():
    with pytest.raises(EmptySelectionError, match="`event` has no date for anchor"):
        run(event="d", calendar=CALENDAR, anchor="meeting")
    with pytest.raises(SchemaError, match="`event`: column 'announced'"):
        run(event="d", calendar=CALENDAR, anchor="announced")


@pytest.mark.parametrize(
    "history", [14, "14D", "2W", timedelta(14), np.timedelta64(14, "D")]
)
def test_a_history_is_a_duration_or_a_number_of_days(history):
    if isinstance(history, np.timedelta64):
        history = np.timedelta64(14, "D")
    assert whole_days("history", history) == 14


# The result


@pytest.mark.parametrize(
    "changes",
    [{}, {"event": "2020-05-01"}, {"calendar": CALENDAR, "history": 9}],
    ids=["plain", "forecast", "base rate"],
)
def test_a_result_survives_json(changes):
    result = run(**changes)
    stored = json.loads(json.dumps(result.to_dict()))
    again = SurpriseResult.from_dict(stored)
    assert again.to_dict() == result.to_dict()
    assert again.summary() == result.summary()
    pd.testing.assert_frame_equal(again.to_frame(), result.to_frame())
    assert again.specification == result.specification
    if result.base_rate:
        assert isinstance(again.base_rate, BaseRate)
        assert again.base_rate.launches.tolist() == result.base_rate.launches.tolist()


def test_another_kind_of_result_is_refused():
    with pytest.raises(ArgumentError, match="not a 'SurpriseResult'"):
        SurpriseResult.from_dict({"kind": "LagProfileResult"})


def test_the_frame_is_one_tidy_row():
    frame = run(event="own", calendar=CALENDAR, history=9).to_frame()
    row = frame.iloc[0]
    assert len(frame) == 1
    assert row["event"] == "The one"
    assert row["observed"] == 1.0
    assert (row["base_events"], row["base_with_launch"]) == (4, 4)
    assert (row["base_rate"], row["base_separate_windows"]) == (1.0, 3)
    assert (row["history"], row["prespecified"]) == ("9 days", "yes")
    assert "The one" in run(event="own", calendar=CALENDAR)._repr_html_()


def test_the_summary_in_full():
    with pytest.warns(SelectionWarning):
        result = run(
            [*TESTS, "2020-03-24"],
            "own",
            calendar=CALENDAR,
            history=9,
            prespecified=False,
        )
    assert str(result).splitlines() == [
        "The one: the 4 days from 2020-03-21 to 2020-03-24",
        "Seen: 2 launch days.",
        "9 days before (2020-03-12 to 2020-03-20): 1 launch day. At that rate 0.44 in "
        "4 days were to be expected.",
        "At that rate 4 days see at least one launch 38% of the time (95% interval 1% "
        "to 93%).",
        # Of the six that begin on 12-17 March, those from the 15th on hold the 18th.
        "Of all stretches of 4 days in that time 50% did (95% interval 1% to 99%), "
        "with room for 2 side by side.",
        "At least 2 come 6% of the time at that rate (95% interval less than 1% to "
        "66%).",
        "Base rate: 4 of 4 other events of this kind saw at least one launch, 100% "
        "(95% interval 29% to 100%); the rates before each of them give 21%.",
        "Their windows make 3 separate ones (overlapping pairs: 1); the interval "
        "counts these.",
        f"Warning: {result.warnings[0]}",
        "  left out of calendar: 1 (window shares days with it)",
        "  left out of calendar: 1 (window or history not covered)",
    ]


def test_the_summary_states_p_only_for_an_event_chosen_in_advance():
    # Of the 24 rotations those that put a launch day into four days in a row.
    result = run()
    assert f"Chosen in advance: p = {result.pvalue:.3f} for at least 1" in str(result)
    with pytest.warns(SelectionWarning):
        assert "p = " not in str(run(prespecified=False))


@pytest.mark.parametrize(
    ("share", "words"),
    [(0.0, "0%"), (0.004, "less than 1%"), (0.285, "28%"), (0.999, "more than 99%"),
     (1.0, "100%")],
)  # fmt: skip
def test_shares_are_never_rounded_to_never_or_always(share, words):
    assert format_share(share) == words


# The real case


@pytest.mark.parametrize(("before", "after", "m"), [(7, 0, 8), (1, 1, 3)])
def test_gyeongju_agrees_with_loops_over_the_tables(before, after, m):
    tests = timing.load_tests(weapons=["ballistic", "cruise", "satellite", "nuclear"])
    kind = timing.load_calendar(["rok_us_summit", "us_president_visit_rok"])
    covered = timing.StudyPeriod("2011-01-01", "2026-08-20")
    summit = kind[
        kind["name"].str.contains("Gyeongju") & kind["start"].eq("2025-10-29")
    ]
    event_id = summit[summit["category"].eq("rok_us_summit")]["event_id"].item()
    with pytest.warns(SelectionWarning, match="quote the base rate"):
        result = surprise(
            tests,
            event_id,
            window=timing.Window(before=before, after=after),
            calendar=kind,
            period=covered,
        )
    known = tests[tests["earliest"].isna() | tests["earliest"].eq(tests["latest"])]
    launch_days = {day.date() for day in known["date"]}
    day, one = date(2025, 10, 29), timedelta(days=1)
    window = [day + k * one for k in range(-before, after + 1)]
    past = [window[0] - k * one for k in range(1, 366)]
    h = len(launch_days.intersection(past))
    assert len(window) == m
    # The short-range missiles of 22 October and the cruise missiles of the 28th.
    on = {date(2025, 10, 22), date(2025, 10, 28)} & set(window)
    assert launch_days.intersection(window) == on
    assert result.observed == len(on)
    assert result.history_launches == h
    assert result.probability == pytest.approx(1 - (1 - h / 365) ** m)
    starts = [past[-1] + k * one for k in range(365 - m + 1)]
    held = [any(s + k * one in launch_days for k in range(m)) for s in starts]
    assert result.clustered_probability == pytest.approx(sum(held) / len(held))

    hits, chances = [], []
    for row in kind.itertuples():
        # Days at the venue, as Korean days: local midnight to local midnight.
        opens = pd.Timestamp(row.start, tz=row.zone).tz_convert("Asia/Seoul").date()
        closes = pd.Timestamp(row.end + pd.Timedelta(days=1), tz=row.zone)
        closes = (closes - pd.Timedelta(seconds=1)).tz_convert("Asia/Seoul").date()
        first, last = opens - before * one, closes + after * one
        if first - 365 * one < covered.start or last > covered.end:
            continue
        if first <= window[-1] and last >= window[0]:
            continue
        length = (last - first).days + 1
        days = {first + k * one for k in range(length)}
        hits.append(bool(days & launch_days))
        year = {first - k * one for k in range(1, 366)}
        chances.append(1 - (1 - len(year & launch_days) / 365) ** length)
    base = result.base_rate
    assert (base.n_events, base.n_with_launch) == (len(hits), sum(hits))
    assert base.expected == pytest.approx(np.mean(chances))
    assert base.n_events > 20


def test_the_script_prints_the_check_of_the_chances(capsys):
    script = Path(__file__).parents[1] / "analyses" / "surprise_calibration.py"
    runpy.run_path(str(script), run_name="__main__")
    assert len(capsys.readouterr().out.splitlines()) == 4
    module = runpy.run_path(str(script))
    table = module["how_good_are_the_chances"](
        timing.load_tests(weapons=module["WEAPONS"])
    )
    eight = table.set_index("days").loc[8]
    # On the record the even rate is right to two points, the other share low.
    assert eight["even rate"] == pytest.approx(eight["saw a launch"], abs=0.02)
    assert eight["all windows"] < eight["saw a launch"]
    better = table["squared error, even rate"] <= table["squared error, all windows"]
    assert better[table["days"].ge(8)].all()


def test_the_record_is_one_number_for_each_covered_day():
    record = read_record(TESTS, None, unit="event")
    assert record.launches.size == 50  # 10 February to 30 March 2020
    assert record.launches.sum() == len(TESTS)
