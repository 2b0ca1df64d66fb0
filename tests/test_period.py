"""The study period, the window, and the checks of scalar arguments."""

import dataclasses
import pickle
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from timing import StudyPeriod, Window
from timing.arguments import check_choice, check_share
from timing.errors import ArgumentError, TimingError
from timing.period import day_number

DAYS = st.dates(date(1984, 1, 1), date(2026, 12, 31))


def test_a_period_counts_both_ends():
    # October has 31 days.
    assert StudyPeriod("2025-10-01", "2025-10-31").n_days == 31
    assert StudyPeriod("2025-10-01", "2025-10-01").n_days == 1


def test_excluded_spans_count_once_and_only_inside_the_period():
    # At risk of 1-10 January: 2 (span 1 ends on the 1st), then 3-5 and 4-6 leave, so
    # 2, 7, 8, 9 and 10 stay; the span in February lies outside.
    period = StudyPeriod(
        "2020-01-01",
        "2020-01-10",
        exclude=[
            ("2019-12-01", "2020-01-01"),
            ("2020-01-03", "2020-01-05"),
            ("2020-01-04", "2020-01-06"),
            ("2020-02-01", "2020-02-09"),
        ],
    )
    assert [int(day) - day_number(period.start) + 1 for day in period.days] == [
        2, 7, 8, 9, 10,
    ]  # fmt: skip
    assert period.all_days.size == 10
    assert period.at_risk.sum() == period.n_days == 5


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (date(2025, 10, 1), date(2025, 10, 31)),
        (pd.Timestamp("2025-10-01"), pd.Timestamp("2025-10-31 23:59")),
        ("2025-10-01", date(2025, 10, 31)),
    ],
)
def test_a_period_takes_text_dates_and_timestamps(start: Any, end: Any):
    assert StudyPeriod(start, end) == StudyPeriod("2025-10-01", "2025-10-31")


def test_a_period_prints_its_excluded_spans():
    period = StudyPeriod("2020-01-01", "2020-12-31", [("2020-02-01", "2020-02-09")])
    assert str(period) == "2020-01-01 to 2020-12-31 without 2020-02-01 to 2020-02-09"


@pytest.mark.parametrize(
    "value", ["soon", "2025-02-30", "", 20251028, None, pd.NaT, 45000.0, True]
)
def test_a_period_names_the_date_that_it_cannot_read(value: Any):
    rule = "must be a date written YYYY-MM-DD"
    with pytest.raises(ArgumentError, match=rf"`start` is .*; it {rule}"):
        StudyPeriod(value, "2025-10-31")
    with pytest.raises(ArgumentError, match=rf"`end` is .*; it {rule}"):
        StudyPeriod("2025-01-01", value)
    with pytest.raises(ArgumentError, match=rf"`exclude\[0\]\[1\]` is .*; it {rule}"):
        StudyPeriod("2025-01-01", "2025-10-31", [("2025-01-02", value)])


def test_a_period_must_not_end_before_it_starts():
    message = "`end` is 2025-01-01; it must not lie before `start`, 2025-01-02"
    with pytest.raises(ArgumentError, match=message):
        StudyPeriod("2025-01-02", "2025-01-01")


def test_an_excluded_span_must_not_end_before_it_starts():
    spans = [("2025-01-02", "2025-01-03"), ("2025-01-09", "2025-01-08")]
    message = r"`exclude\[1\]` ends on 2025-01-08, before its start on 2025-01-09"
    with pytest.raises(ArgumentError, match=message):
        StudyPeriod("2025-01-01", "2025-01-31", spans)


def test_a_period_keeps_at_least_one_day_at_risk():
    with pytest.raises(ArgumentError, match="`exclude` covers the whole period"):
        StudyPeriod("2025-01-02", "2025-01-05", [("2025-01-01", "2025-01-05")])


@pytest.mark.parametrize(
    "exclude", [["2025-01-02"], ("2025-01-02", "2025-01-03"), "2025-01-02", None]
)
def test_exclude_must_hold_pairs(exclude: Any):
    with pytest.raises(ArgumentError, match="`exclude`"):
        StudyPeriod("2025-01-01", "2025-01-31", exclude)


def test_a_period_does_not_guess_a_day_from_a_week():
    with pytest.raises(ArgumentError, match="must be a date written YYYY-MM-DD"):
        StudyPeriod("2025-W40-1", "2025-12-31")


def test_period_and_window_are_frozen():
    with pytest.raises(AttributeError):
        StudyPeriod("2025-01-01", "2025-01-31").start = date(2024, 1, 1)  # type: ignore[misc]
    with pytest.raises(AttributeError):
        Window().before = 3  # type: ignore[misc]


@settings(deadline=None)
@given(start=DAYS, length=st.integers(0, 400), a=DAYS, span=st.integers(0, 400))
def test_at_risk_and_excluded_days_make_up_the_period(
    start: date, length: int, a: date, span: int
):
    end, b = (
        date.fromordinal(d.toordinal() + n) for d, n in [(start, length), (a, span)]
    )
    excluded = sum(
        a <= date.fromordinal(start.toordinal() + i) <= b for i in range(length + 1)
    )
    if excluded == length + 1:
        with pytest.raises(ArgumentError, match="no day is at risk"):
            StudyPeriod(start, end, [(a, b)])
    else:
        assert StudyPeriod(start, end, [(a, b)]).n_days == length + 1 - excluded


@settings(deadline=None)
@given(day=DAYS)
def test_day_numbers_are_those_of_numpy(day: date):
    assert day_number(day) == np.datetime64(day, "D").astype(int)


def test_a_window_is_a_week_on_each_side_by_default():
    assert Window() == Window(before=7, after=7)
    assert str(Window(0, 3)) == "0 days before to 3 days after"


def test_a_window_takes_numpy_integers_and_stores_plain_ones():
    assert type(Window(np.int64(3), 0).before) is int


@pytest.mark.parametrize("name", ["before", "after"])
@pytest.mark.parametrize(
    "value",
    [
        *(-1, 1.0, 0.5, True, np.True_, None),
        *("7", "", "6", "-6h", "6h ago", "12h 1d", "6 fortnights", "1e3h", "6.h"),
        *(timedelta(hours=-1), pd.Timedelta(days=-1), pd.NaT, np.timedelta64(7, "D")),
        "9999999999d",
    ],
)
def test_a_window_holds_days_or_durations(name: str, value: Any):
    message = (
        f"`{name}` is .*; it must be a whole number of at least 0 .days., or a duration"
    )
    with pytest.raises(ArgumentError, match=message):
        Window(**{name: value})


@pytest.mark.parametrize(
    ("written", "hours"),
    [
        ("6h", 6),
        ("6 hours", 6),
        (" 6H ", 6),
        ("90min", 1.5),
        ("1.5h", 1.5),
        ("1 hour 30 minutes", 1.5),
        ("1d 12h", 36),
        ("1d12h", 36),
        ("1 day 45 s", 24.0125),
        (timedelta(hours=6), 6),
        (pd.Timedelta("6h"), 6),
        (pd.Timedelta("6h") + pd.Timedelta(1, "ns"), 6),
    ],
)
def test_a_window_takes_durations(written: Any, hours: float):
    window = Window(before=written, after=0)
    assert window.before == timedelta(hours=hours)
    assert type(window.before) is timedelta
    assert window.microseconds_before == hours * 3_600_000_000
    assert window.microseconds_after == 0
    assert not window.whole_days
    assert not Window(before=0, after=written).whole_days


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("7d", "0h"),
        ("168h", "0min"),
        (timedelta(7), "0 days"),
        (pd.Timedelta(days=7), 0),
    ],
)
def test_whole_days_make_the_same_window_as_numbers(before: Any, after: Any):
    window = Window(before, after)
    assert window == Window(7, 0)
    assert hash(window) == hash(Window(7, 0))
    assert type(window.before) is int
    assert type(window.after) is int
    assert window.whole_days
    assert window.microseconds_before == 7 * 24 * 3_600_000_000


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (1, 0, "1 day before to 0 days after"),
        ("6h", "1d", "6 hours before to 1 day after"),
        ("1h", "1min", "1 hour before to 1 minute after"),
        ("1d 12h 5min", "1.5s", "1 day 12 hours 5 minutes before to 1.5 seconds after"),
        (timedelta(microseconds=10), 10, "0.00001 seconds before to 10 days after"),
    ],
)
def test_a_window_prints_its_lengths(before: Any, after: Any, words: str):
    assert str(Window(before, after)) == words


@given(before=st.timedeltas(timedelta(0), timedelta(400)), after=st.integers(0, 400))
def test_a_window_reads_what_it_prints(before: timedelta, after: int):
    window = Window(before, after)
    first, second = str(window).removesuffix(" after").split(" before to ")
    assert Window(first, second) == window
    assert window.microseconds_before == before // timedelta(microseconds=1)


def test_a_window_can_be_copied_and_stored():
    window = Window("6h", 1)
    assert pickle.loads(pickle.dumps(window)) == window
    assert dataclasses.replace(window, after=0) == Window("6h", 0)
    assert repr(Window(1, 2)) == "Window(before=1, after=2)"


def test_a_choice_lists_what_is_allowed():
    message = "`unit` is 'week'; it must be one of 'day', 'event'"
    with pytest.raises(ArgumentError, match=message):
        check_choice("unit", "week", ("day", "event"))
    with pytest.raises(ArgumentError, match=r"`unit` is \['day'\]"):
        check_choice("unit", ["day"], ("day", "event"))


@pytest.mark.parametrize("value", [0, 1, 95, -0.1, float("nan"), "0.95", None])
def test_a_share_lies_strictly_between_0_and_1(value: Any):
    message = "`confidence_level` is .*; it must lie strictly between 0 and 1"
    with pytest.raises(ArgumentError, match=message):
        check_share("confidence_level", value)


def test_every_error_of_the_package_is_a_value_error():
    assert issubclass(ArgumentError, TimingError)
    assert issubclass(TimingError, ValueError)
