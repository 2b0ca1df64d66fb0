"""Dates as users write them, and the Korean days that they fall on."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import timing
from timing.clock import parse_days, to_dates, venue_to_days
from timing.errors import SchemaError
from timing.home import is_zone
from timing.inputs import read_intervals
from timing.period import day_number

DAYS = st.dates(date(1984, 1, 1), date(2026, 12, 31))


def _korean(values: Any) -> list[str | None]:
    days, readable = parse_days(pd.Series(values))
    text = np.datetime_as_string(to_dates(days), unit="D")
    return [str(t) if ok else None for t, ok in zip(text, readable, strict=True)]


def _touched(first: str, last: str, zone: str) -> list[str]:
    """First and last Korean day of local days."""
    begin, stop = venue_to_days(
        np.array([day_number(date.fromisoformat(first))]),
        np.array([day_number(date.fromisoformat(last))]),
        pd.Series([zone]),
    )
    return [str(to_dates(day)[0])[:10] for day in (begin, stop)]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2025-10-28", "2025-10-28"),
        (" 2025-10-28 ", "2025-10-28"),
        ("2025-10-28 23:59", "2025-10-28"),
        ("2025-10-28T15:00:00+00:00", "2025-10-29"),
        ("2025-10-28T14:59Z", "2025-10-28"),
        ("2025-10-28T12:00-04:00", "2025-10-29"),
        (date(2025, 10, 28), "2025-10-28"),
        (pd.Timestamp("2025-10-28 23:59"), "2025-10-28"),
        (pd.Timestamp("2025-10-28 15:00", tz="UTC"), "2025-10-29"),
        (datetime(2025, 10, 28, 15, tzinfo=UTC), "2025-10-29"),
        (datetime(2025, 10, 28, 11, tzinfo=ZoneInfo("America/New_York")), "2025-10-29"),
        (np.datetime64("2025-10-28"), "2025-10-28"),
        (np.datetime64("2025-10-28T23:59", "ns"), "2025-10-28"),
    ],
)
def test_a_value_falls_on_its_korean_day(value: object, expected: str):
    assert _korean(pd.Series([value], dtype=object)) == [expected]


@pytest.mark.parametrize(
    "value",
    [
        "soon", "", "2025-02-30", "2025-13-01", "28/10/2025", "2025-10", "2025",
        20251028, 45000.0, True, None, np.nan, pd.NaT, pd.NA, np.datetime64("NaT", "D"),
    ],
)  # fmt: skip
def test_what_is_no_date_is_not_read(value: object):
    assert _korean(pd.Series([value], dtype=object)) == [None]


def test_a_week_is_not_read_as_its_monday():
    assert _korean(["2025-W44"]) == [None]


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("zone", [None, "UTC", "Asia/Seoul", "America/New_York"])
def test_every_datetime_type_is_read_alike(unit: str, zone: str | None):
    # 20:00 UTC is the next day in Korea; 20:00 without a zone is Korean already.
    # New York 20:00 (EDT) is 09:00 of the next day in Korea.
    index = pd.DatetimeIndex(["2025-10-28 20:00", None, "1984-04-09"], tz=zone)
    values = pd.Series(index.as_unit(unit))
    moved = zone in ("UTC", "America/New_York")
    assert _korean(values) == [
        "2025-10-29" if moved else "2025-10-28", None, "1984-04-09"
    ]  # fmt: skip


def test_days_before_1970_round_down():
    assert _korean(pd.Series(pd.to_datetime(["1969-12-31 23:00"]))) == ["1969-12-31"]
    assert parse_days(pd.Series(["1969-12-31"]))[0].tolist() == [-1]


def test_mixed_kinds_of_values_are_read_one_by_one():
    values = ["2025-10-28", date(2025, 10, 29), None, pd.Timestamp("2025-10-30"), 7]
    assert _korean(pd.Series(values, dtype=object)) == [
        "2025-10-28", "2025-10-29", None, "2025-10-30", None,
    ]  # fmt: skip


def test_pyongyang_time_was_half_an_hour_behind_until_may_2018():
    # 23:45 in Pyongyang: 00:15 of the next day in Seoul at +8:30, the same day at +9.
    at = pd.DatetimeIndex(["2016-01-06 23:45", "2018-06-12 23:45"])
    series = pd.Series(at.tz_localize("Asia/Pyongyang"))
    assert _korean(series) == ["2016-01-07", "2018-06-12"]
    assert _korean(["2016-01-06T23:45+08:30"]) == ["2016-01-07"]


def test_korean_summer_time_of_1988_moves_midnight():
    # 14:30 UTC is 00:30 in Korea in the summer of 1988 (+10), 23:30 in winter (+9).
    utc = ["1988-07-01T14:30Z", "1988-12-01T14:30Z"]
    assert _korean(utc) == ["1988-07-02", "1988-12-01"]


@pytest.mark.parametrize(
    ("first", "last", "zone", "expected"),
    [
        # 25 Aug 00:00 EDT is 13:00 KST; it ends on 26 Aug 13:00 KST.
        ("2025-08-25", "2025-08-25", "America/New_York", ["2025-08-25", "2025-08-26"]),
        ("2025-10-29", "2025-10-29", "Asia/Seoul", ["2025-10-29", "2025-10-29"]),
        ("2025-10-29", "2025-10-29", "", ["2025-10-29", "2025-10-29"]),
        ("2025-10-27", "2025-10-27", "Europe/Moscow", ["2025-10-27", "2025-10-28"]),
        ("2025-10-28", "2025-10-28", "Asia/Tokyo", ["2025-10-28", "2025-10-28"]),
        ("2025-10-26", "2025-10-28", "Asia/Kuala_Lumpur", ["2025-10-26", "2025-10-29"]),
        # East of Korea the day begins on the evening before.
        ("2012-09-08", "2012-09-09", "Asia/Vladivostok", ["2012-09-07", "2012-09-09"]),
        # Tokyo kept +9 while Korea was at +10 in the summer of 1988.
        ("1988-07-01", "1988-07-01", "Asia/Tokyo", ["1988-07-01", "1988-07-02"]),
        ("1988-12-01", "1988-12-01", "Asia/Tokyo", ["1988-12-01", "1988-12-01"]),
        # Pyongyang: +8:30 in 2016, +9 in 2000 and from May 2018; the half hour before
        # midnight of 4 May 2018 does not exist.
        ("2016-01-06", "2016-01-06", "Asia/Pyongyang", ["2016-01-06", "2016-01-07"]),
        ("2000-06-13", "2000-06-15", "Asia/Pyongyang", ["2000-06-13", "2000-06-15"]),
        ("2018-05-04", "2018-05-04", "Asia/Pyongyang", ["2018-05-04", "2018-05-04"]),
        # 00:00 to 01:00 does not exist in Havana on 9 March 2025, and occurs twice on
        # 2 November.
        ("2025-03-09", "2025-03-09", "America/Havana", ["2025-03-09", "2025-03-10"]),
        ("2025-11-01", "2025-11-02", "America/Havana", ["2025-11-01", "2025-11-03"]),
    ],
)
def test_local_days_cover_the_korean_days_that_they_touch(
    first: str, last: str, zone: str, expected: list[str]
):
    assert _touched(first, last, zone) == expected


@settings(max_examples=50, deadline=None)
@given(
    day=DAYS,
    zone=st.sampled_from(
        ["America/New_York", "Europe/Moscow", "Asia/Tokyo", "Asia/Vladivostok",
         "Pacific/Honolulu", "Asia/Pyongyang", "Asia/Kathmandu"]
    ),
)  # fmt: skip
def test_korean_days_are_those_of_every_half_hour_of_the_local_day(
    day: date, zone: str
):
    local, korea = ZoneInfo(zone), ZoneInfo("Asia/Seoul")
    begin = datetime(day.year, day.month, day.day, tzinfo=local)
    moments = [begin.astimezone(korea)]
    while moments[-1].astimezone(local).date() <= day:
        moments.append(
            (
                moments[-1].astimezone(ZoneInfo("UTC")) + timedelta(minutes=15)
            ).astimezone(korea)
        )
    seen = [moment.date() for moment in moments[:-1]]
    assert _touched(str(day), str(day), zone) == [str(min(seen)), str(max(seen))]


def test_zones_are_converted_row_by_row_and_inputs_stay_as_they_are():
    days = np.array([10, 10, 10, 10])
    zones = pd.Series(["America/New_York", None, "Asia/Vladivostok", "Asia/Seoul"])
    first, last = venue_to_days(days, days, zones)
    assert (first - days).tolist() == [0, 0, -1, 0]
    assert (last - days).tolist() == [1, 0, 0, 0]
    assert days.tolist() == [10, 10, 10, 10]


@pytest.mark.parametrize("n", [1, 60], ids=["one by one", "as a column"])
@pytest.mark.parametrize("zone", ["Asia/Tokyo", "Pacific/Honolulu"])
@pytest.mark.parametrize("clock", ["Asia/Seoul", "America/New_York", "UTC"])
def test_days_at_the_ends_of_the_calendar_stay_in_it(n: int, zone: str, clock: str):
    least, most = day_number(date.min), day_number(date.max)
    days, zones = np.array([least, most] * n), pd.Series([zone, zone] * n)
    for found in venue_to_days(days, days, zones, clock):
        assert set(found[::2].tolist()) <= {least, least + 1}
        assert set(found[1::2].tolist()) <= {most - 1, most}


@pytest.mark.parametrize("name", ["", "Seoul time", "Asia", "+09:00", "../etc", "5"])
def test_what_is_no_zone_is_told_apart(name: str):
    assert not is_zone(name)
    assert is_zone("Asia/Seoul")


@settings(deadline=None)
@given(st.lists(DAYS, min_size=1))
def test_days_survive_the_way_to_dates_and_back(days: list[date]):
    numbers = np.array([day_number(day) for day in days])
    again, readable = parse_days(pd.Series(to_dates(numbers)))
    assert readable.all()
    assert again.tolist() == numbers.tolist()
    assert to_dates(numbers).dtype == "datetime64[us]"


def test_a_time_that_leaves_the_calendar_is_not_read():
    assert _korean(["0001-01-01T00:00+12:00"]) == [None]


@pytest.mark.parametrize(
    "value",
    [
        np.datetime64("12000-01-01"),
        np.datetime64("-0001-12-31"),
        np.datetime64("10000-01-01T00:00", "us"),
        np.datetime64("NaT", "us"),
        pd.Timestamp(np.datetime64("12000-01-01", "s")),
    ],
    ids=str,
)
def test_a_day_outside_the_years_1_to_9999_is_no_date(value: Any):
    assert _korean([value]) == [None]
    known = parse_days(pd.Series([value], dtype=object))[1]
    assert known.tolist() == [False]
    column = pd.Series(np.array([value, np.datetime64("2018-03-01")], "datetime64[s]"))
    assert _korean(column) == [None, "2018-03-01"]


@pytest.mark.parametrize(
    ("value", "clock"),
    [
        ("9999-12-31T20:00+00:00", "Asia/Seoul"),
        ("0001-01-01T03:00+00:00", "America/New_York"),
    ],
)
def test_a_moment_whose_day_on_the_clock_has_no_date_is_an_error(value, clock):
    period = timing.StudyPeriod("2018-01-01", "2018-12-31", zone=clock)
    text = f"`tests`: row 2, column 'date': '{value}': is not a date"
    with pytest.raises(SchemaError, match=re.escape(text)):
        timing.nearest(
            ["2018-03-01", value], ["2018-03-02"], direction="both", period=period
        )


@pytest.mark.parametrize("blank", ["", None, float("nan"), pd.NA])
@pytest.mark.parametrize("dtype", ["object", "category"])
def test_a_blank_zone_is_the_clock_of_the_study(blank: Any, dtype: str):
    zones = pd.Series(["America/New_York", blank], dtype=dtype)
    days = ["2018-03-01", "2018-05-01"]
    calendar = pd.DataFrame({"start": days, "end": days, "zone": zones})
    joined = timing.nearest(["2018-03-02", "2018-05-02"], calendar, direction="prior")
    assert joined["lag"].tolist() == [0, 1]  # a day in New York covers two in Seoul
    filled = calendar.assign(zone=["America/New_York", ""])
    kept = [read_intervals(table).sha256 for table in (calendar, filled)]
    assert kept[0] == kept[1]


@pytest.mark.parametrize("name", [5, None, True, 1.5, b"UTC"])
def test_what_is_no_text_is_no_zone(name: Any):
    assert not is_zone(name)
