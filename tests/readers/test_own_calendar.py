"""Users' calendars: spans, clocks and iCalendar, counted by hand."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import timing
from timing.errors import ArgumentError, SchemaError
from timing.readers import (
    read_calendar,
    read_events,
    read_icalendar,
    write_icalendar,
)

DATA = Path(__file__).parent / "data"
SPAIN, KOREA = "Europe/Madrid", "Asia/Seoul"
DAYS = ("start", "end", "announced", "meeting_start", "meeting_end")


def _table(table: dict[str, list[object]]) -> pd.DataFrame:
    return pd.DataFrame({n: pd.Series(v, dtype=object) for n, v in table.items()})


def _read(table: dict[str, list[object]], **options: object) -> list[list[str]]:
    """Days of a table, as text."""
    frame = read_calendar(_table(table), **options)
    days = frame[[name for name in DAYS if name in frame]]
    return (
        days.apply(lambda d: d.dt.strftime("%Y-%m-%d")).fillna("").to_numpy().tolist()
    )


def _refused(
    table: dict[str, list[object]], **options: object
) -> list[tuple[int, str, str]]:
    with pytest.raises(SchemaError) as caught:
        read_calendar(_table(table), **options)
    failures = caught.value.failures[["row", "column", "rule"]]
    return [*failures.itertuples(index=False, name=None)]


def test_columns_get_our_names_and_others_stay():
    table = {"From": ["29 Oct 2025"], "To": ["Nov 1, 2025"], "No": [7], "What": ["G20"],
             "sort": ["summit"], "note": ["+1"]}  # fmt: skip
    columns = {"start": "From", "end": "To", "id": "No", "name": "What",
               "category": "sort"}  # fmt: skip
    frame = read_calendar(_table(table), columns=columns)
    assert frame.astype("str").to_dict("records") == [
        {"start": "2025-10-29", "end": "2025-11-01", "event_id": "7", "name": "G20",
         "category": "summit", "note": "+1"}
    ]  # fmt: skip
    assert frame["start"].dtype == frame["end"].dtype == "datetime64[us]"
    timing.validate_calendar(frame)


def test_without_an_end_events_are_of_one_day():
    assert _read({"start": ["2025-10-29"]}) == [["2025-10-29", "2025-10-29"]]
    rule = "must not be blank: for an event of one day, write that day"
    assert _refused({"start": ["2025-10-29"], "end": [""]}) == [(1, "end", rule)]
    assert _refused({"start": [" "], "end": ["2025-10-29"]}) == [
        (1, "start", "must not be blank")
    ]


def test_a_span_gives_both_ends():
    spans = ["2025-10-29/2025-11-01", "2025-10-29", "2025-10-29/2025-10-29"]
    expected = [["2025-10-29", "2025-11-01"]] + [["2025-10-29", "2025-10-29"]] * 2
    assert _read({"span": spans}) == _read({"start": spans}) == expected
    assert _read({"start": spans, "end": ["", "2025-10-29", ""]}) == expected
    frame = read_calendar(_table({"Days": spans}), columns={"span": "Days"})
    assert frame["span_written"].tolist() == spans
    # A format is one of single dates.
    assert _read({"span": spans}, dates="%d.%m.%Y") == expected


@pytest.mark.parametrize(
    ("table", "column", "rule"),
    [
        ({"span": ["2025-10/2025-11"]}, "span", "does not tell the day: if the event "
         "lasted all this time, write its first and last day, as 2015-03-01/2015-03"),
        ({"start": ["2025"], "end": ["2025-10-29"]}, "start", "does not tell the day"),
        ({"start": ["2025-10-29"], "end": ["2025-11"]}, "end", "does not tell the day"),
        ({"start": ["2025-10-29"], "announced": ["2025-1X"]}, "announced", "is not a"),
        ({"span": ["2025-10-29~/2025-11-01"]}, "span", "is in doubt, which a calendar "
         "has no place for: write the span, as 2015-03-01/2015-03-09, or widen"),
        ({"start": ["2025-10~"]}, "start", "is in doubt, which a calendar has no"),
        ({"span": ["2025-10-29/.."]}, "span", "has an open end: write the first and"),
        ({"start": ["2025-10-29/2025-10-30"], "end": ["2025-10-30"]}, "end",
         "is there beside a span in 'start': leave out one of them"),
        ({"start": ["2025-10-29"], "end": ["2025-10-29/2025-10-30"]}, "end",
         "is a span, but stands for a single day"),
        ({"start": ["2025-10-29"], "end": ["2025-10-28"]}, "end",
         "lies before 'start'; it must not be earlier"),
        ({"start": ["2025-10-29 10:00"], "end": ["2025-10-29 09:00"]}, "end",
         "lies before 'start'; it must not be earlier"),
        ({"start": ["03/04/2015"], "end": ["13/04/2015"]}, "start", "may be 3 April"),
        ({"start": ["2025-10-29"], "zone": ["KST"]}, "zone", "is not an IANA time"),
        ({"start": ["2025-10-29"], "meeting_start": ["2025-10-30"],
          "meeting_end": ["2025-10-29"]}, "meeting_end",
         "lies before 'meeting_start'; it must not be earlier"),
    ],
)  # fmt: skip
def test_a_bad_row_is_named(table, column: str, rule: str):
    ((row, found, text),) = _refused(table)
    assert (row, found) == (1, column)
    assert text.startswith(rule)


def test_a_span_and_its_ends_do_not_stand_side_by_side():
    table = {"span": ["2025-10-29"], "From": ["2025-10-29"]}
    rule = "is there beside 'span', which has the span: leave out one of them"
    assert _refused(table, columns={"start": "From"}) == [(0, "From", rule)]
    assert _refused({"From": ["2025-10-29"]}) == [
        (0, "start", "the column is missing; which is it? columns={'start': ...} "
         "(columns found: From)")
    ]  # fmt: skip


def test_identifiers_are_unique():
    table = {"start": ["2025-10-29"] * 2, "No": ["a", "a"]}
    assert _refused(table, columns={"id": "No"}) == [
        (2, "No", "must be unique, but an earlier row has it")
    ]


def test_an_end_at_midnight_does_not_touch_the_day_after():
    table = {
        "start": [
            "2025-10-28 23:00",
            "2025-10-28 10:00",
            "2025-10-28 00:00",
            "2025-10-28",
        ],
        "end": [
            "2025-10-29 01:00",
            "2025-10-29 00:00",
            "2025-10-28 00:00",
            "2025-10-29",
        ],
    }
    assert [row[1][-2:] for row in _read(table)] == ["29", "28", "28", "29"]
    # All midnights are days, and the last one counts.
    days = {"start": ["2025-10-28 00:00"], "end": ["2025-10-29 00:00"]}
    assert _read(days) == [["2025-10-28", "2025-10-29"]]
    meeting = {"start": ["2025-10-28"], "meeting_start": ["2025-10-28 20:00"],
               "meeting_end": ["2025-10-29 00:00"]}  # fmt: skip
    assert _read(meeting)[0][3] == "2025-10-28"


def test_times_with_an_offset_are_put_on_the_clock_that_is_wanted():
    table = {"start": ["2025-10-28T23:00Z"], "end": ["2025-10-29T01:00Z"]}
    assert _read(table, zone=SPAIN) == [["2025-10-29", "2025-10-29"]]
    assert _read(table, zone="America/New_York") == [["2025-10-28", "2025-10-28"]]
    assert [column for _, column, _ in _refused(table)] == ["start", "end"]


def test_days_at_a_venue_stay_there():
    table = {
        "start": ["2025-10-28", "2025-10-28T23:30Z", "2025-10-28T23:30Z"],
        "announced": ["2025-10-01", "2025-10-01T23:30Z", ""],
        "zone": ["America/New_York", KOREA, " "],
    }
    assert _read(table, zone=SPAIN) == [
        ["2025-10-28", "2025-10-28", "2025-10-01"],
        ["2025-10-29", "2025-10-29", "2025-10-02"],
        ["2025-10-29", "2025-10-29", ""],
    ]
    frame = read_calendar(_table(table), zone=SPAIN)
    assert frame["zone"].tolist() == ["America/New_York", KOREA, ""]


def test_blank_days_of_announcement_and_meeting_stay_blank():
    table = {"start": ["2025-10-28"] * 2, "announced": ["2025-10-01", None],
             "meeting_start": ["", "2025-10-28"]}  # fmt: skip
    frame = read_calendar(_table(table))
    assert frame[["announced", "meeting_start"]].isna().to_numpy().tolist() == [
        [False, True],
        [True, False],
    ]
    assert _read(table)[0] == ["2025-10-28", "2025-10-28", "2025-10-01", ""]
    timing.validate_calendar(frame)


def test_a_calendar_takes_no_approximation():
    with pytest.raises(
        ArgumentError, match=r"^`approximate` is 3; a calendar takes no"
    ):
        read_calendar(_table({"start": ["2025-10-28"]}), approximate=3)


def test_icalendar_is_read_as_it_is_without_a_zone():
    path = DATA / "calendar.ics"
    pd.testing.assert_frame_equal(read_calendar(path), read_icalendar(path))


def test_icalendar_is_put_on_one_clock_with_a_zone():
    frame = read_calendar(str(DATA / "calendar.ics"), zone="America/New_York")
    days = frame[["start", "end"]].apply(lambda d: d.dt.strftime("%m-%d"))
    assert days.assign(id=frame["event_id"]).to_numpy().tolist() == [
        ["06-11", "06-12", "all-day"],
        ["06-12", "06-12", "one-day"],
        ["08-25", "08-26", "timed"],
        ["10-28", "10-28", "midnight"],
        ["10-28", "10-28", "utc"],
        ["10-27", "10-27", "flight"],
        ["10-27", "10-29", "lasting"],
        ["10-27", "10-28", "floating"],
        ["11-01", "11-01", "same-day"],
    ]
    assert frame["zone"].eq("").all()


def test_events_of_icalendar_have_days_and_times():
    with pytest.raises(
        SchemaError, match=r"row 3, column 'DTSTART': 'America/New_York'"
    ):
        read_events(DATA / "calendar.ics")
    frame = read_events(DATA / "calendar.ics", zone=KOREA)
    assert frame.columns.tolist() == [
        "test_id", "name", "date", "zone_written", "status", "time",
    ]  # fmt: skip
    found = frame.assign(date=frame["date"].dt.strftime("%m-%d"))
    assert found[["test_id", "date", "time"]].to_numpy().tolist()[:3] == [
        ["all-day", "06-11", ""],
        ["one-day", "06-12", ""],
        ["timed", "08-26", "08:00"],
    ]


@pytest.mark.parametrize("reader", [read_events, read_calendar])
@pytest.mark.parametrize(
    ("option", "value"),
    [("columns", {"id": "UID"}), ("dates", "day-first"), ("delimiter", ";"),
     ("encoding", "cp1252"), ("sheet", "a")],
)  # fmt: skip
def test_icalendar_has_nothing_to_say_about(reader, option: str, value: object):
    with pytest.raises(ArgumentError, match=f"^`{option}` is given, but means nothing"):
        reader(DATA / "calendar.ics", **{option: value})


def test_a_calendar_that_was_read_can_be_exported_and_comes_back(tmp_path: Path):
    table = _table({
        "start": ["28.10.2025", "29.10.2025"], "end": ["30.10.2025", "29.10.2025"],
        "event_id": ["a", "b"], "name": ["Talks", "정상회담"], "zone": [SPAIN, ""],
    })  # fmt: skip
    calendar = read_calendar(table, dates="day-first")
    write_icalendar(calendar, tmp_path / "mine.ics")
    back = read_calendar(tmp_path / "mine.ics")
    names = ["start", "end", "event_id", "name", "zone"]
    pd.testing.assert_frame_equal(
        back[names], calendar[names].astype(dict.fromkeys(names[2:], "str"))
    )
    # A day in Spain touches two in Korea.
    korean = read_calendar(tmp_path / "mine.ics", zone=KOREA)
    assert korean["end"].dt.day.tolist() == [31, 29]
