"""Tests of what is assumed where a period, a window or a clock is not stated."""

import numpy as np
import pandas as pd
import pytest

import timing
from timing.assumed import months_of, stated
from timing.errors import ArgumentError

TESTS = ["2025-10-02", "2025-10-22", "2025-11-07", "2025-12-24"]
CALENDAR = ["2025-10-29", "2025-12-20"]
WHOLE = timing.StudyPeriod("2025-10-01", "2025-12-31")
ASSUMED = "2025-10-01 to 2025-12-31 (assumed: the whole months from the first to the "


def test_the_period_is_the_whole_months_of_the_events():
    period = months_of(["2024-02-10", "2023-12-31"])
    assert (str(period.start), str(period.end)) == ("2023-12-01", "2024-02-29")


def test_events_of_unknown_day_do_not_stretch_the_period():
    rows = [("2025-10-22", "", ""), ("2024-01-01", "2024-01-01", "2026-01-01")]
    tests = pd.DataFrame(rows, columns=["date", "earliest", "latest"])
    assert str(months_of(tests).start) == "2025-10-01"


@pytest.mark.parametrize(
    "function",
    [
        timing.permutation_test,
        timing.randomization_test,
        timing.count_regression,
        timing.hurdle_regression,
        timing.case_crossover,
        timing.self_exciting,
    ],
    ids=lambda function: function.__name__,
)
@pytest.mark.filterwarnings("ignore::timing.errors.TimingWarning")
def test_a_result_says_what_it_assumed_and_is_that_of_the_stated(function):
    days = pd.date_range("2025-10-02", "2025-12-28", freq="9D")
    tests = pd.DataFrame({"date": days, "n_missiles": [1, 2] * (len(days) // 2)})
    bare = function(tests, CALENDAR)
    full = function(tests, CALENDAR, period=WHOLE, window=timing.Window(7, 7))
    assert bare.pvalue == full.pvalue
    assert bare.specification.period.startswith(ASSUMED)
    assert bare.specification.window == "7 days before to 7 days after (assumed)"
    assert "assumed" in bare.summary()
    assert "assumed" not in full.summary()
    row = full.to_frame().iloc[0]
    for name in full.table_fields:  # no option of the specification takes its place
        np.testing.assert_equal(row[name], getattr(full, name))


def test_other_functions_assume_the_same():
    panel = timing.daily_panel(TESTS, CALENDAR)
    assert len(panel) == WHOLE.n_days
    profile = timing.lag_profile(TESTS, CALENDAR, max_lag=5, rng=1)
    assert profile.specification.period.startswith(ASSUMED)
    scan = timing.scan(TESTS, pd.DataFrame({"start": CALENDAR, "end": CALENDAR}), by=())
    assert scan.table["window_before"].tolist() == [7]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"period": "2025"}, "`period` is a str; it must be a StudyPeriod."),
        ({"window": 7}, "`window` is a int; it must be a Window."),
    ],
)
def test_what_is_stated_must_be_of_its_type(options, message):
    both = {"period": None, "window": None} | options
    with pytest.raises(ArgumentError) as caught:
        stated(TESTS, **both)
    assert str(caught.value) == message


def test_days_are_those_of_the_zone_of_the_period():
    moments = pd.to_datetime(["2025-10-28 20:00Z", "2025-11-03 02:00Z"])
    for zone, days in {
        "Asia/Seoul": ["2025-10-29", "2025-11-03"],
        "UTC": ["2025-10-28", "2025-11-03"],
        "America/New_York": ["2025-10-28", "2025-11-02"],
    }.items():
        period = timing.StudyPeriod("2025-10-01", "2025-11-30", zone=zone)
        panel = timing.daily_panel(moments, CALENDAR[:1], period=period)
        on = panel.loc[panel["launches"].eq(1), "date"]
        assert on.dt.strftime("%Y-%m-%d").tolist() == days


def test_a_day_at_a_venue_covers_the_days_of_the_zone_that_it_touches():
    calendar = pd.DataFrame(
        {"start": ["2025-08-25"], "end": ["2025-08-25"], "zone": ["America/New_York"]}
    )
    covered = {}
    for zone in ("Asia/Seoul", "UTC", "America/New_York"):
        period = timing.StudyPeriod("2025-08-01", "2025-08-31", zone=zone)
        days = timing.exposure(calendar, period=period, window=timing.Window(0, 0))
        covered[zone] = days.loc[days["exposed"], "date"].dt.day.tolist()
    assert covered == {
        "Asia/Seoul": [25, 26],
        "UTC": [25, 26],
        "America/New_York": [25],
    }


def test_clock_times_are_read_on_the_clock_of_the_period():
    tests = pd.DataFrame({"date": ["2025-10-28T23:30+00:00", "2025-10-10 12:00"]})
    found = {}
    for zone in ("UTC", "Asia/Tokyo"):
        found[zone] = timing.permutation_test(
            tests,
            ["2025-10-29"],
            period=timing.StudyPeriod("2025-10-01", "2025-10-31", zone=zone),
            window=timing.Window(0, 0),
            unit="event",
            resolution="time",
            null=timing.Uniform(),
        ).count
    assert found == {"UTC": 0, "Asia/Tokyo": 1}


def test_the_zone_is_printed_unless_it_is_the_default():
    assert str(timing.StudyPeriod("2025-01-01", "2025-12-31", zone="UTC")) == (
        "2025-01-01 to 2025-12-31 (days of UTC)"
    )
    assert str(timing.StudyPeriod("2025-01-01", "2025-12-31")) == (
        "2025-01-01 to 2025-12-31"
    )


def test_an_unknown_zone_and_mixed_zones_are_errors():
    with pytest.raises(ArgumentError) as caught:
        timing.StudyPeriod("2025-01-01", "2025-12-31", zone="Mars")
    assert str(caught.value) == (
        "`zone` is 'Mars'; it must be an IANA time zone, such as 'UTC'."
    )
    periods = {
        zone: timing.StudyPeriod("2025-10-01", "2025-12-31", zone=zone)
        for zone in ("UTC", "Asia/Tokyo")
    }
    with pytest.raises(ArgumentError) as caught:
        timing.scan(TESTS, CALENDAR, period=periods, by=())
    assert str(caught.value) == (
        "`period` has days of Asia/Tokyo and of UTC; they must have one zone."
    )
