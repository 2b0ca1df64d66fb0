"""Time of day: moments as users write them, at-risk time, and exact distributions."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import timing
from timing import StudyPeriod, Window
from timing.errors import (
    ArgumentError,
    EmptySelectionError,
    NoContrastError,
    SchemaError,
)
from timing.kernels.breakpoints import within
from timing.kernels.exact import by_stratum, circular_shift_pmf, convolve, tail_p
from timing.moments import read_timed_events, read_timed_intervals
from timing.period import DAY
from timing.strata import stratum_of
from timing.time_grid import build_time_grid

OCTOBER = StudyPeriod("2025-10-01", "2025-10-31")
HOUR = DAY // 24
US_LED = [
    "rok_us_summit",
    "us_japan_summit",
    "us_china_summit",
    "us_dprk_summit",
    "trilateral_us_rok_jp",
    "us_president_visit_rok",
    "us_president_visit_asia",
]


def clock(moments: Any) -> list[str]:
    """Moments as text on the Korean clock."""
    return [str(m.astype("datetime64[us]"))[:16] for m in moments]


def spans_of(*rows: tuple[Any, Any], **options: Any) -> list[tuple[str, str]]:
    anchor = options.pop("anchor", "interval")
    start, end = zip(*rows, strict=True)
    table = pd.DataFrame({"start": start, "end": end, **options})
    read = read_timed_intervals(table, anchor=anchor)
    return list(zip(clock(read.begin), clock(read.stop), strict=True))


# Moments of tests


@pytest.mark.parametrize(
    "dates",
    [
        ["2025-10-28 15:00", "2025-11-07T12:34"],
        ["2025-10-28T06:00+00:00", "2025-11-07T03:34Z"],
        ["2025-10-28T02:00-04:00", "2025-11-07 12:34"],
        [datetime(2025, 10, 28, 6, tzinfo=UTC), pd.Timestamp("2025-11-07 12:34")],
        pd.to_datetime(["2025-10-28 15:00", "2025-11-07 12:34"]),
        pd.to_datetime(["2025-10-28 15:00", "2025-11-07 12:34"]).as_unit("s"),
        pd.to_datetime(["2025-10-28 06:00Z", "2025-11-07 03:34Z"]),
        pd.DataFrame(
            {"date": ["2025-10-28", "2025-11-07"], "time": ["15:00", "12:34"]}
        ),
        pd.DataFrame(
            {
                "date": pd.to_datetime(["2025-10-28", "2025-11-07"]),
                "time": ["15:00", "12:34"],
            }
        ),
        pd.DataFrame(
            {"date": ["2025-10-28T06:00Z", "2025-11-07"], "time": ["15:00", "12:34"]}
        ),
    ],
)
def test_moments_are_read_on_the_korean_clock(dates: Any):
    read = read_timed_events(dates)
    assert clock(read.moment) == ["2025-10-28T15:00", "2025-11-07T12:34"]
    assert read.dropped == ()
    assert read.ids == ("1", "2")


def test_offsets_change_the_day():
    read = read_timed_events(["2025-10-27T16:30+00:00"])
    assert clock(read.moment) == ["2025-10-28T01:30"]


def test_rows_without_a_clock_time_are_left_out_and_named():
    table = pd.DataFrame(
        {
            "test_id": ["a", "b", "c", "d"],
            "date": ["2025-10-01", "2025-10-02", "2025-10-03", "2025-10-04"],
            "time": ["00:00", "", None, "23:59"],
            "earliest": ["2025-10-01", "2025-10-02", "2025-10-03", "2025-10-02"],
        }
    )
    read = read_timed_events(table)
    assert read.ids == ("a",)
    assert read.row.tolist() == [0]
    assert clock(read.moment) == ["2025-10-01T00:00"]
    assert [(d.reason, d.ids) for d in read.dropped] == [
        ("day not known", ("d",)),
        ("clock time not known", ("b", "c")),
    ]


@pytest.mark.parametrize(
    ("dates", "moments"),
    [
        # A bare date never has a clock time.
        (["2025-10-01", "2025-10-02 09:30"], ["2025-10-02T09:30"]),
        ([date(2025, 10, 1), datetime(2025, 10, 2, 9, 30)], ["2025-10-02T09:30"]),  # noqa: DTZ001
        # Midnight is one where the column holds another time.
        (
            pd.to_datetime(["2025-10-01 00:00", "2025-10-02 09:30"]),
            ["2025-10-01T00:00", "2025-10-02T09:30"],
        ),
        (
            ["2025-10-01 00:00", "2025-10-02 09:30"],
            ["2025-10-01T00:00", "2025-10-02T09:30"],
        ),
        (
            pd.Series(["2025-10-01 00:00", "2025-10-02 09:30", "2025-10-03"]),
            ["2025-10-01T00:00", "2025-10-02T09:30"],
        ),
    ],
)
def test_midnight_is_a_time_only_among_other_times(dates: Any, moments: list[str]):
    assert clock(read_timed_events(dates).moment) == moments


@pytest.mark.parametrize(
    "dates",
    [
        ["2025-10-01", "2025-10-02"],
        ["2025-10-01 00:00:00", "2025-10-02 00:00:00"],
        pd.to_datetime(["2025-10-01", "2025-10-02"]),
        pd.to_datetime(["2025-10-01", "2025-10-02"], utc=True),
        [pd.Timestamp("2025-10-01", tz="America/New_York")],
        pd.DataFrame({"date": ["2025-10-01"], "time": [""]}),
    ],
)
def test_dates_alone_have_no_clock_time(dates: Any):
    with pytest.raises(EmptySelectionError, match="`tests` has no row with a clock"):
        read_timed_events(dates)


def test_two_clock_times_must_agree():
    table = pd.DataFrame(
        {"date": ["2025-10-28 15:00:40", "2025-10-28 15:00"], "time": ["15:00", "6:00"]}
    )
    with pytest.raises(SchemaError, match=r"row 2, column 'time': '6:00': is not a"):
        read_timed_events(table)
    table["time"] = ["15:00", "06:00"]
    message = r"`tests`: row 2, column 'time': '06:00': differs from the clock time"
    with pytest.raises(SchemaError, match=message):
        read_timed_events(table)
    table["time"] = ["15:00", ""]
    assert read_timed_events(table).moment[0] % DAY == 15 * HOUR + 40_000_000


def test_a_bad_date_is_named():
    with pytest.raises(SchemaError, match=r"`tests`: row 2, column 'date': 'soon'"):
        read_timed_events(["2025-10-28 15:00", "soon"])


def test_the_hash_sees_clock_times_and_rows_left_out():
    def sha(*times: str) -> str:
        days = ["2025-10-01", "2025-10-02"]
        return read_timed_events(pd.DataFrame({"date": days, "time": times})).sha256

    assert len({sha("09:00", "10:00"), sha("09:00", "10:01"), sha("09:00", "")}) == 3
    assert sha("09:00", "") == sha("09:00", "")
    assert sha("09:00", "00:00") != sha("09:00", "")


# Spans of the calendar


def test_bare_dates_are_whole_days_of_the_venue():
    rows = [("2025-08-25", "2025-08-26")] * 4
    zones = ["America/New_York", "Asia/Seoul", "", "Asia/Shanghai"]
    assert spans_of(*rows, zone=zones) == [
        ("2025-08-25T13:00", "2025-08-27T13:00"),
        ("2025-08-25T00:00", "2025-08-27T00:00"),
        ("2025-08-25T00:00", "2025-08-27T00:00"),
        ("2025-08-25T01:00", "2025-08-27T01:00"),
    ]
    assert spans_of(rows[0]) == [("2025-08-25T00:00", "2025-08-27T00:00")]


def test_clock_times_are_moments_at_the_venue():
    rows = [
        ("2025-08-25 12:15", "2025-08-25 14:30"),  # local
        ("2025-08-25T12:15-04:00", "2025-08-25T18:30Z"),  # with an offset
        ("2025-08-25 12:15", "2025-08-25"),  # a moment to the end of a day
    ]
    assert spans_of(*rows, zone=["America/New_York"] * 3) == [
        ("2025-08-26T01:15", "2025-08-26T03:30"),
        ("2025-08-26T01:15", "2025-08-26T03:30"),
        ("2025-08-26T01:15", "2025-08-26T13:00"),
    ]


@pytest.mark.parametrize("as_dates", [list, pd.to_datetime])
def test_midnight_among_times_of_start_or_end_is_a_moment(as_dates: Any):
    start = as_dates(["2025-08-25 20:00", "2025-08-26 00:00"])
    end = as_dates(["2025-08-26 00:00", "2025-08-27 00:00"])
    assert spans_of(*zip(start, end, strict=True)) == [
        ("2025-08-25T20:00", "2025-08-26T00:00"),
        ("2025-08-26T00:00", "2025-08-27T00:00"),
    ]
    table = pd.DataFrame({"start": start, "end": end})
    at_end = read_timed_intervals(table, anchor="end")
    assert clock(at_end.begin) == ["2025-08-26T00:00", "2025-08-27T00:00"]
    assert (at_end.stop == at_end.begin).all()


@pytest.mark.parametrize("as_dates", [list, pd.to_datetime])
def test_midnights_alone_are_whole_days(as_dates: Any):
    midnights = as_dates(["2025-08-25 00:00:00", "2025-08-26 00:00:00"])
    read = read_timed_intervals(pd.DataFrame({"start": midnights, "end": midnights}))
    assert clock(read.begin) == ["2025-08-25T00:00", "2025-08-26T00:00"]
    assert clock(read.stop) == ["2025-08-26T00:00", "2025-08-27T00:00"]


def test_clocks_that_change_do_not_crash():
    rows = [
        # 9 March 2025, 02:30 does not exist in New York; 03:00 EDT is 07:00 UTC.
        ("2025-03-09 02:30", "2025-03-09 02:45"),
        # 2 November 2025, 01:30 occurs twice: 05:30 and 06:30 UTC; the longer span.
        ("2025-11-02 01:30", "2025-11-02 01:30"),
        ("2025-03-09", "2025-03-09"),  # 23 hours
        ("2025-11-02", "2025-11-02"),  # 25 hours
    ]
    assert spans_of(*rows, zone=["America/New_York"] * 4) == [
        ("2025-03-09T16:00", "2025-03-09T16:00"),
        ("2025-11-02T14:30", "2025-11-02T15:30"),
        ("2025-03-09T14:00", "2025-03-10T13:00"),
        ("2025-11-02T13:00", "2025-11-03T14:00"),
    ]
    # 4 November 2018 began at 01:00 in Sao Paulo (03:00 UTC): there was no midnight.
    rows = [("2018-11-04", "2018-11-04"), ("2018-11-03", "2018-11-03")]
    assert spans_of(*rows, zone=["America/Sao_Paulo"] * 2) == [
        ("2018-11-04T12:00", "2018-11-05T11:00"),
        ("2018-11-03T12:00", "2018-11-04T12:00"),
    ]
    # In Havana 00:00 to 01:00 of 2 November 2025 occurred twice: first at 04:00 UTC.
    rows = [("2025-11-01", "2025-11-01"), ("2025-11-02", "2025-11-02")]
    assert spans_of(*rows, zone=["America/Havana"] * 2) == [
        ("2025-11-01T13:00", "2025-11-02T13:00"),
        ("2025-11-02T13:00", "2025-11-03T14:00"),
    ]


def test_open_ends_are_read():
    ((_, stop),) = spans_of(("2025-10-01", "9999-12-31"), zone=["America/New_York"])
    assert stop == "9999-12-31T14:00"


@pytest.mark.parametrize(
    ("anchor", "expected"),
    [
        ("interval", ("2025-08-25T13:00", "2025-08-28T13:00")),
        ("start", ("2025-08-25T13:00", "2025-08-26T13:00")),
        ("end", ("2025-08-27T13:00", "2025-08-28T13:00")),
        ("meeting", ("2025-08-27T00:00", "2025-08-27T02:00")),
        ("announced", ("2025-08-12T00:00", "2025-08-13T00:00")),  # Korean clock
    ],
)
def test_anchors(anchor: str, expected: tuple[str, str]):
    found = spans_of(
        ("2025-08-25", "2025-08-27"),
        zone=["America/New_York"],
        meeting_start=["2025-08-26 11:00"],
        meeting_end=["2025-08-26 13:00"],
        announced=["2025-08-12"],
        anchor=anchor,
    )
    assert found == [expected]


def test_rows_without_the_anchor_are_left_out():
    table = pd.DataFrame(
        {
            "event_id": ["x", "y"],
            "start": ["2025-08-25", "2025-09-01"],
            "end": ["2025-08-25", "2025-09-01"],
            "meeting_start": ["", "2025-09-01 09:00"],
            "meeting_end": ["", "2025-09-01 10:00"],
        }
    )
    read = read_timed_intervals(table, anchor="meeting")
    assert read.ids == ("y",)
    assert clock(read.begin) == ["2025-09-01T09:00"]
    assert [d.ids for d in read.dropped] == [("x",)]


def test_a_span_must_not_end_before_it_begins():
    rows = [("2025-08-25 09:00", "2025-08-25 10:00")] * 2
    rows.append(("2025-08-25 12:00", "2025-08-25 11:59"))
    message = (
        r"`calendar`: row 3, column 'end': '2025-08-25 11:59': lies before 'start'"
    )
    with pytest.raises(SchemaError, match=message):
        spans_of(*rows)


# The grid


TOY_TESTS = pd.DataFrame(
    {
        "test_id": ["in", "edge in", "edge out", "far", "off", "untimed"],
        "date": [
            "2025-10-10",
            "2025-10-09",
            "2025-10-11",
            "2025-10-20",
            "2025-11-02",
            "2025-10-10",
        ],
        "time": ["12:00", "18:00", "12:00", "05:00", "05:00", ""],
    }
)
TOY_CALENDAR = pd.DataFrame(
    {
        "event_id": ["visit", "talks", "gone"],
        "start": ["2025-10-10", "2025-10-10 20:00", "2026-02-01"],
        "end": ["2025-10-10", "2025-10-11 00:00", "2026-02-01"],
    }
)


def test_a_toy_grid_counted_by_hand():
    # The visit with its window: 9 October 18:00 to 11 October 12:00, 42 hours. The
    # talks (20:00 to midnight, with window 14:00 to 12:00) lie within it.
    grid = build_time_grid(
        TOY_TESTS, TOY_CALENDAR, period=OCTOBER, window=Window("6h", "12h")
    )
    assert grid.ids == ("in", "edge in", "edge out", "far")
    assert (grid.n_launches, grid.count, grid.n_calendar_events) == (4, 2, 2)
    assert grid.exposed_days == 42 / 24
    assert grid.at_risk_days == 31
    assert grid.rate_ratio == pytest.approx((2 / 1.75) / (2 / 29.25))
    assert grid.launches.tolist() == [
        (24 * 9 + 12) * HOUR, (24 * 8 + 18) * HOUR, (24 * 10 + 12) * HOUR,
        (24 * 19 + 5) * HOUR,
    ]  # fmt: skip
    assert [(d.table, d.reason, d.ids) for d in grid.dropped] == [
        ("tests", "clock time not known", ("untimed",)),
        ("tests", "not on an at-risk day", ("off",)),
        ("calendar", "window holds no at-risk time", ("gone",)),
    ]
    assert grid.uniform().mean == pytest.approx(4 * 1.75 / 31)


def test_a_toy_distribution_counted_by_hand():
    # One exposed day of 31 (the 10th), launches on the 5th at 00:00 and 12:00: both are
    # in it for half a day of shifts, one of them for a day.
    grid = build_time_grid(
        ["2025-10-05 00:00", "2025-10-05 12:00"],
        ["2025-10-10"],
        period=OCTOBER,
        window=Window(0, 0),
    )
    pmf = grid.distribution(None)
    assert pmf.lowest == 0
    assert pmf.probability * 31 == pytest.approx([29.5, 1, 0.5])


def test_excluded_days_join_their_neighbours():
    # At risk: 1-9 and 13-31 October, 28 days. The window from the 9th 12:00 to the 13th
    # 12:00 keeps half a day on each side, one exposed day in at-risk time.
    period = StudyPeriod("2025-10-01", "2025-10-31", [("2025-10-10", "2025-10-12")])
    grid = build_time_grid(
        ["2025-10-09 18:00", "2025-10-11 09:00", "2025-10-13 06:00"],
        [datetime(2025, 10, 11, 12)],  # noqa: DTZ001
        period=period,
        window=Window(2, 2),
    )
    assert grid.exposed.begin.tolist() == [8 * DAY + 12 * HOUR]
    assert grid.exposed.stop.tolist() == [9 * DAY + 12 * HOUR]
    assert grid.launches.tolist() == [8 * DAY + 18 * HOUR, 9 * DAY + 6 * HOUR]
    assert (grid.count, grid.exposed_days) == (2, 1)
    # Both fit within one exposed day for half a day of shifts, as they are 12 h apart.
    assert grid.distribution(None).probability * 28 == pytest.approx([26.5, 1, 0.5])


def test_strata_are_rotated_apart_and_combined():
    # October: launch at 5th noon, exposed 31st 12:00-24:00 (half a day of 31).
    # November: launch at 1st noon, exposed 1st and to 2nd 12:00 (1.5 days of 30).
    # December: no launch.
    grid = build_time_grid(
        ["2025-10-05 12:00", "2025-11-01 12:00"],
        ["2025-11-01", "2025-12-20"],
        period=StudyPeriod("2025-10-01", "2025-12-31"),
        window=Window("12h", "12h"),
    )
    a, b = 0.5 / 31, 1.5 / 30
    pmf = grid.distribution("month")
    assert pmf.probability == pytest.approx(
        [(1 - a) * (1 - b), a + b - 2 * a * b, a * b]
    )
    assert grid.uniform("month").probability == pytest.approx(pmf.probability)
    expected = (a * (1 - a) + b * (1 - b)) / (a + b)
    assert grid.informative_share("month") == pytest.approx(expected)
    parts = list(grid.stratify("month"))
    assert [part.launches.tolist() for part in parts] == [
        [4 * DAY + 12 * HOUR],
        [12 * HOUR],
    ]
    assert [part.length // DAY for part in parts] == [31, 30]


def test_strata_of_scattered_days_are_joined_in_order():
    # Weekdays as strata: 3, 10, 17, 24 and 31 October 2025 are the Fridays.
    grid = build_time_grid(
        ["2025-10-10 06:00"],
        [datetime(2025, 10, 17)],  # noqa: DTZ001
        period=OCTOBER,
        window=Window("1d", "12h"),
    )

    def weekday(days: pd.DatetimeIndex) -> Any:
        return days.day_of_week

    (friday,) = grid.stratify(weekday)
    assert friday.launches.tolist() == [DAY + 6 * HOUR]
    assert friday.length == 5 * DAY
    # The datetime is a midnight among no other time: the whole of the 17th.
    assert friday.exposed.begin.tolist() == [2 * DAY]
    assert friday.exposed.stop.tolist() == [3 * DAY]


def test_no_exposed_stratum_has_no_information():
    grid = build_time_grid(
        ["2025-10-05 12:00"],
        ["2025-11-10"],
        period=StudyPeriod("2025-10-01", "2025-11-30"),
        window=Window(1, 1),
    )
    assert grid.informative_share("month") == 0
    assert grid.distribution("month").probability.tolist() == [1.0]


EVENT = st.tuples(st.integers(0, 89), st.integers(0, 1439))
SPAN = st.tuples(st.integers(-5, 92), st.integers(0, 4))


def build(events: Any, calendar: Any, period: StudyPeriod, window: Window) -> Any:
    first = pd.Timestamp("2024-01-20")
    tests = pd.DataFrame(
        {
            "date": [first + timedelta(days=d) for d, _ in events],
            "time": [f"{m // 60:02}:{m % 60:02}" for _, m in events],
        }
    )
    table = pd.DataFrame(
        {
            "start": [first + timedelta(days=d) for d, _ in calendar],
            "end": [first + timedelta(days=d + n) for d, n in calendar],
        }
    )
    return tests, table, build_time_grid(tests, table, period=period, window=window)


@settings(deadline=None, max_examples=60)
@given(
    events=st.lists(EVENT, min_size=1, max_size=10),
    calendar=st.lists(SPAN, min_size=1, max_size=4),
    before=st.integers(0, 3),
    after=st.integers(0, 3),
    minute=st.integers(0, 1439),
    strata=st.sampled_from([None, "month", "quarter"]),
)
def test_whole_korean_days_agree_with_the_day_grid(
    events, calendar, before, after, minute, strata
):
    # 20 January to 18 April 2024, 90 days, less 1 to 10 February.
    period = StudyPeriod("2024-01-20", "2024-04-18", [("2024-02-01", "2024-02-10")])
    window = Window(before, after)
    try:
        tests, table, grid = build(events, calendar, period, window)
    except (NoContrastError, EmptySelectionError):
        return
    days = timing.exposure(table, period=period, window=window)
    days = days[days["at_risk"]]
    exposed = days["exposed"].to_numpy(dtype=np.int64)
    launches = days["date"].map(tests["date"].value_counts()).fillna(0).to_numpy(int)
    assert grid.exposed_days == exposed.sum()
    assert grid.count == launches @ exposed
    assert grid.n_launches == launches.sum()
    # Launches that share a time of day: only whole days matter to the distribution.
    *_, level = build([(d, minute) for d, _ in events], calendar, period, window)
    by_day = convolve(
        circular_shift_pmf(launches[rows], exposed[rows])
        for rows in by_stratum(stratum_of(grid.day, strata))
    )
    pmf = level.distribution(strata)
    assert pmf.lowest == by_day.lowest
    assert pmf.probability == pytest.approx(by_day.probability, rel=1e-12)


@settings(deadline=None, max_examples=60)
@given(
    events=st.lists(EVENT, min_size=1, max_size=10),
    calendar=st.lists(SPAN, min_size=1, max_size=4),
    strata=st.sampled_from([None, "month", "year"]),
)
def test_laws_of_the_grid(events, calendar, strata):
    period = StudyPeriod("2024-01-20", "2024-04-18", [("2024-02-01", "2024-02-10")])
    try:
        tests, table, grid = build(events, calendar, period, Window("7h", "100min"))
    except (NoContrastError, EmptySelectionError):
        return
    # In the window, out of it and off the period make up all events.
    off = sum(d.rows for d in grid.dropped if d.table == "tests")
    outside = (~within(grid.launches, grid.exposed)).sum()
    assert grid.count + outside + off == len(events)
    # Strata cut time and launches without loss.
    parts = list(grid.stratify(strata))
    assert sum(part.launches.size for part in parts) == grid.n_launches
    assert (
        sum(within(part.launches, part.exposed).sum() for part in parts) == grid.count
    )
    pmf = grid.distribution(strata)
    assert pmf.mean == pytest.approx(sum(p.launches.size * p.share for p in parts))
    assert pmf.probability.sum() == pytest.approx(1)
    assert tail_p(pmf, grid.count, alternative="two-sided") > 0
    # The order of rows does not matter.
    again = build_time_grid(
        tests.iloc[::-1], table.iloc[::-1], period=period, window=Window("7h", "100min")
    )
    same = again.distribution(strata)
    assert (same.lowest, again.count) == (pmf.lowest, grid.count)
    assert same.probability == pytest.approx(pmf.probability, rel=1e-12)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        (
            {"window": Window("15d 12h", "15d 12h")},
            ArgumentError,
            r"`window` \(15 days 12 hours before to 15 days 12 hours after\)",
        ),
        ({"window": 7}, ArgumentError, "`window` is a int; it must be a Window"),
        ({"period": "2025"}, ArgumentError, "`period` is a str; it must be a Study"),
        ({"anchor": "middle"}, ArgumentError, "`anchor` is 'middle'"),
        (
            {"tests": ["2024-10-01 12:00"]},
            EmptySelectionError,
            "`tests` has no event with a clock time on the at-risk days of 2025-10-01",
        ),
        (
            {"calendar": ["2024-10-01"]},
            NoContrastError,
            "no at-risk time of 2025-10-01 to 2025-10-31 lies in the window",
        ),
        (
            {"calendar": ["2025-10-10 10:00"], "window": Window(0, 0)},
            NoContrastError,
            "no at-risk time",
        ),
        (
            {
                "calendar": pd.DataFrame(
                    {"start": ["2025-09-01"], "end": ["2025-12-01"]}
                )
            },
            NoContrastError,
            "all at-risk time",
        ),
    ],
)
def test_errors_name_the_argument(options: Any, error: type, message: str):
    arguments: Any = {
        "tests": TOY_TESTS,
        "calendar": TOY_CALENDAR,
        "period": OCTOBER,
        "window": Window(1, 1),
        **options,
    }
    with pytest.raises(error, match=message):
        build_time_grid(arguments.pop("tests"), arguments.pop("calendar"), **arguments)


def test_functions_that_count_days_refuse_parts_of_days():
    message = '`window` has parts of a day; use resolution="time"'
    with pytest.raises(ArgumentError, match=message):
        timing.exposure(["2025-10-10"], period=OCTOBER, window=Window("6h", 0))


def test_tables_are_not_changed():
    tests, calendar = TOY_TESTS.copy(), TOY_CALENDAR.copy()
    build_time_grid(tests, calendar, period=OCTOBER, window=Window(1, 1))
    pd.testing.assert_frame_equal(tests, TOY_TESTS)
    pd.testing.assert_frame_equal(calendar, TOY_CALENDAR)


# Real data


@pytest.mark.slow
def test_finer_bins_approach_the_exact_distribution():
    grid = build_time_grid(
        timing.load_tests(weapons=["ballistic", "cruise"]),
        timing.load_calendar(US_LED),
        period=StudyPeriod("2017-01-01", "2019-12-31"),
        window=Window(7, 7),
    )
    exact = grid.distribution(None)

    def distance(bin_length: int) -> float:
        """Total variation between the exact distribution and that of bins."""
        n_bins = grid.at_risk_days * DAY // bin_length
        launches = np.bincount(grid.launches // bin_length, minlength=n_bins)
        middle = np.arange(n_bins) * bin_length + bin_length // 2
        binned = circular_shift_pmf(launches, within(middle, grid.exposed).astype(int))
        both = np.zeros((2, grid.n_launches + 1))
        both[0, exact.support] = exact.probability
        both[1, binned.support] = binned.probability
        return float(np.abs(both[0] - both[1]).sum() / 2)

    assert grid.n_launches == 29
    day, six_hours, hour, minute = map(distance, (DAY, 6 * HOUR, HOUR, HOUR // 60))
    assert day > six_hours > hour > minute
    # Launches and edges lie on whole minutes.
    assert minute < 1e-13


@pytest.mark.reference
def test_launches_at_one_time_of_day_give_the_reference_numbers(golden, golden_data):
    # numpy.circshift_within_month.-7_7: independent uniform circular shift of launch
    # inside each calendar month; exact convolution; cover [s-7, s+7].
    daily = pd.read_csv(golden_data / "daily_2012_2024.csv")
    grid = build_time_grid(
        daily.loc[daily["launch"] > 0, "date"] + " 15:00",
        daily.loc[daily["visit_start"] > 0, "date"],
        period=StudyPeriod("2012-01-01", "2024-12-31"),
        window=Window(7, 7),
    )
    expected = golden["numpy.circshift_within_month.-7_7"]["value"]
    pmf = grid.distribution("month")
    assert grid.count == expected["K"]
    assert pmf.mean == pytest.approx(expected["mean"], rel=1e-12)
    upper = tail_p(pmf, grid.count, alternative="greater")
    lower = tail_p(pmf, grid.count, alternative="less")
    assert upper == pytest.approx(expected["p_upper"], rel=1e-12)
    assert lower == pytest.approx(expected["p_lower"], rel=1e-12)
