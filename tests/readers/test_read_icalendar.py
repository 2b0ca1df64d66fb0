"""iCalendar: made-up events counted by hand, exact round trips, hostile files."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from timing.errors import ArgumentError, SchemaError
from timing.readers import read_icalendar, write_icalendar

DATA = Path(__file__).parent / "data"
COLUMNS = ["event_id", "name", "start", "end", "zone", "status"]


def _days(frame: pd.DataFrame) -> list[list[str]]:
    days = {name: frame[name].dt.strftime("%Y-%m-%d") for name in ("start", "end")}
    return frame.assign(**days).to_numpy().tolist()


def _file(folder: Path, *lines: str, uid: str = "UID:a") -> Path:
    path = folder / "mine.ics"
    event = ["BEGIN:VEVENT", uid, *lines, "END:VEVENT"]
    text = "\r\n".join(["BEGIN:VCALENDAR", *filter(None, event), "END:VCALENDAR", ""])
    path.write_bytes(text.encode())
    return path


def _table(rows: list[list[str]]) -> pd.DataFrame:
    types = dict.fromkeys(COLUMNS, "str")
    types |= {"start": "datetime64[us]", "end": "datetime64[us]"}
    return pd.DataFrame(rows, columns=COLUMNS).astype(types)


def test_events_counted_by_hand():
    assert _days(read_icalendar(DATA / "calendar.ics")) == [
        ["all-day", "Summit, two days; and a half", "2018-06-11", "2018-06-12", "", ""],
        ["one-day", "One", "2018-06-12", "2018-06-12", "", "confirmed"],
        ["timed", "Dinner", "2025-08-25", "2025-08-26", "America/New_York",
         "tentative"],
        ["midnight", "Ends", "2025-10-28", "2025-10-28", "Asia/Seoul", "cancelled"],
        ["utc", "Launch", "2025-10-28", "2025-10-28", "UTC", ""],
        ["flight", "Flight", "2025-10-27", "2025-10-28", "Asia/Tokyo", ""],
        ["lasting", "Talks", "2025-10-27", "2025-10-29", "", ""],
        ["floating", "", "2025-10-27", "2025-10-28", "", ""],
        ["same-day", "Same", "2025-11-01", "2025-11-01", "", ""],
    ]  # fmt: skip


def test_a_zone_may_be_given_for_events_without_one():
    frame = read_icalendar(str(DATA / "calendar.ics"), zone="Europe/Berlin")
    zones = frame.set_index("event_id")["zone"]
    assert zones["all-day"] == zones["floating"] == "Europe/Berlin"
    assert zones["utc"] == "UTC"
    with pytest.raises(ArgumentError, match="`zone` is 'Berlin'; it must"):
        read_icalendar(DATA / "calendar.ics", zone="Berlin")


TABLE = [
    ["e1", "Summit, two days; \\n \\, \"so\"", "2018-06-11", "2018-06-12", "", "held"],
    ["e2", "정상회담 " + "long " * 30 + "end", "1984-01-01", "1984-01-01", "Asia/Seoul",
     "cancelled"],
    ["e3", "two\nlines", "2025-08-24", "2025-08-26", "America/New_York", "confirmed"],
    ["e4", "", "2025-10-28", "2025-10-28", "UTC", ""],
    ["e5", "x:y", "2025-03-09", "2025-11-02", "America/Los_Angeles", "tentative"],
    ["e6", "old", "1700-02-28", "1700-03-01", "Europe/Moscow", "scheduled"],
    ["e7", "no midnight", "2019-09-08", "2019-09-08", "America/Santiago", ""],
    ["e8", "far", "2999-12-31", "2999-12-31", "Etc/UTC", ""],
]  # fmt: skip


def test_a_round_trip_is_exact(tmp_path: Path):
    table = _table(TABLE)
    before = table.copy()
    write_icalendar(table, tmp_path / "mine.ics")
    pd.testing.assert_frame_equal(table, before)
    pd.testing.assert_frame_equal(read_icalendar(tmp_path / "mine.ics"), table)


def test_columns_may_be_absent_and_missing_values_are_blank(tmp_path: Path):
    table = pd.DataFrame({
        "event_id": ["a", "b"],
        "start": ["2025-10-28", "2025-10-29"],
        "end": [date(2025, 10, 28), date(2025, 10, 30)],
        "zone": [None, "Asia/Seoul"],
        "notes": ["left", "out"],
    }, index=[7, 7])  # fmt: skip
    write_icalendar(table, tmp_path / "mine.ics")
    assert _days(read_icalendar(tmp_path / "mine.ics")) == [
        ["a", "", "2025-10-28", "2025-10-28", "", ""],
        ["b", "", "2025-10-29", "2025-10-30", "Asia/Seoul", ""],
    ]


def test_no_rows_cannot_be_read_back(tmp_path: Path):
    write_icalendar(_table([]), tmp_path / "mine.ics")
    with pytest.raises(SchemaError, match=r"has no events$"):
        read_icalendar(tmp_path / "mine.ics")


def test_the_same_table_gives_the_same_bytes(tmp_path: Path):
    code = (
        "import sys, pandas as pd\n"
        "from timing.readers import write_icalendar\n"
        "zones = ['Asia/Seoul', 'Asia/Tokyo', 'Europe/Paris', 'America/New_York']\n"
        "table = pd.DataFrame({'event_id': zones, 'zone': zones})\n"
        "table['start'] = table['end'] = '2025-10-28'\n"
        "write_icalendar(table, sys.argv[1])\n"
    )
    contents = set()
    for seed in ("1", "2", "3"):
        path = tmp_path / f"{seed}.ics"
        subprocess.run(
            [sys.executable, "-c", code, str(path)],
            check=True,
            env={"PYTHONHASHSEED": seed, "TZ": "Asia/Tokyo" if seed == "2" else "UTC"},
        )
        contents.add(path.read_bytes())
    assert len(contents) == 1
    content = contents.pop()
    assert content.count(b"DTSTAMP:20000101T000000Z\r\n") == 4
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))


CHARACTERS = st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"])
LINE = st.text(CHARACTERS, max_size=60).map(str.strip)
LINES = st.text(CHARACTERS | st.just("\n"), max_size=90).map(str.strip)
DAYS = st.dates(date(1990, 1, 1), date(2030, 1, 1))
ZONES = st.sampled_from(["", "UTC", "Asia/Seoul", "America/New_York", "Europe/London"])
ROW = st.tuples(LINE, LINES, DAYS, DAYS, ZONES, LINE)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(ROW, min_size=1, max_size=4))
def test_any_round_trip_is_exact(tmp_path: Path, rows):
    table = _table([
        [f"{i}{key}", name, min(a, b), max(a, b), zone, status]
        for i, (key, name, a, b, zone, status) in enumerate(rows)
    ])  # fmt: skip
    write_icalendar(table, tmp_path / "mine.ics")
    pd.testing.assert_frame_equal(read_icalendar(tmp_path / "mine.ics"), table)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"event_id": ""}, "row 1, column 'event_id': '': must not be blank"),
        ({"start": "2018-06-31"}, "row 1, column 'start': .*is not a date"),
        ({"end": "2018-06-10"}, "row 1, column 'end': .*lies before 'start'"),
        ({"end": "9999-12-31"}, "row 1, column 'end': .*an open end cannot be written"),
        ({"zone": "Pyongyang"}, "row 1, column 'zone': 'Pyongyang': is not an IANA"),
        ({"name": " blank"}, "row 1, column 'name': ' blank': must match"),
        ({"name": "bell\a"}, "row 1, column 'name': .*must match"),
        ({"status": "a\r\nEND:VEVENT"}, "row 1, column 'status': .*must match"),
    ],
)
def test_a_table_that_cannot_be_written_is_refused(tmp_path: Path, change, message):
    row = dict(zip(COLUMNS, TABLE[0], strict=True)) | change
    with pytest.raises(SchemaError, match=f"^`calendar`: {message}"):
        write_icalendar(pd.DataFrame([row]), tmp_path / "mine.ics")
    assert not (tmp_path / "mine.ics").exists()


def test_an_identifier_is_needed_and_unique(tmp_path: Path):
    table = _table([TABLE[0], TABLE[0]])
    with pytest.raises(SchemaError, match="row 2, column 'event_id': 'e1': must be un"):
        write_icalendar(table, tmp_path / "mine.ics")
    with pytest.raises(SchemaError, match="column 'event_id': the column is missing"):
        write_icalendar(table.drop(columns="event_id"), tmp_path / "mine.ics")


DAY = "DTSTART;VALUE=DATE:20180611"
RULE = "RRULE:FREQ=DAILY"
TIME = "DTSTART;TZID=Asia/Seoul:20180611T100000"


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (
            [DAY, "RRULE:FREQ=HOURLY"],
            r"'RRULE': '': cannot be followed: it recurs within .* 'a'",
        ),
        ([DAY, "RRULE:FREQ=DAILY;BYHOUR=9"], "it recurs within a day"),
        ([DAY, "RRULE:FREQ=DAILY;INTERVAL=0"], "INTERVAL and COUNT must be at least 1"),
        ([DAY, "RRULE:FREQ=DAILY;COUNT=0"], "INTERVAL and COUNT must be at least 1"),
        (
            [DAY, "RRULE:FREQ=DAILY;COUNT=2;UNTIL=20190101"],
            "not say both COUNT and UNT",
        ),
        ([DAY, "RRULE:COUNT=2"], "it must say FREQ"),
        ([DAY, "RRULE:FREQ=NEVER"], "column 'RRULE': '': cannot be read"),
        ([DAY, "RRULE:FREQ=DAILY", "RRULE:FREQ=DAILY"], "there must be one RRULE"),
        ([DAY, "EXRULE:FREQ=DAILY;COUNT=2"], "EXRULE, which iCalendar no longer has"),
        ([DAY, "EXDATE;VALUE=DATE:20180611"], "no event is left of it"),
        ([DAY, "RDATE:soon"], "column 'RDATE': '': cannot be read"),
        ([DAY, "RECURRENCE-ID:PT1H"], "column 'RECURRENCE-ID': .*must be a day or a"),
        ([DAY, "RECURRENCE-ID;RANGE=THISANDFUTURE;VALUE=DATE:20180612"], "RANGE=THIS"),
        ([DAY, "RDATE;VALUE=PERIOD:20180612T100000/PT3H"], "days or times, not period"),
        ([DAY, "RDATE:20180612T100000"], "must be a day if and only if DTSTART is"),
        ([TIME, "EXDATE;VALUE=DATE:20180612"], "must be a day if and only if DTSTART"),
        (["DTSTART:20180611T100000", "RDATE:20180612T100000Z"], "be in a zone if and"),
        (
            ["DTSTART;VALUE=DATE:15820101", "RRULE:FREQ=YEARLY"],
            "begin in the years 1583",
        ),
        (["SUMMARY:x"], "column 'DTSTART': '': must be there"),
        ([DAY, DAY], "column 'DTSTART': '': must not occur twice"),
        ([DAY, "DTEND;VALUE=DATE:20180610"], "column 'DTEND': '2018-06-10': lies bef"),
        (
            [DAY, "DTEND:20180612T100000Z"],
            "column 'DTEND': .*must be a day if and only",
        ),
        ([TIME, "DTEND;VALUE=DATE:20180612"], "column 'DTEND': .*must be a day if"),
        ([TIME, "DTEND:20180612T100000"], "column 'DTEND': .*must be in a zone if and"),
        ([TIME, "DTEND;TZID=Asia/Seoul:20180611T090000"], "column 'DTEND': .*lies bef"),
        ([DAY, "DURATION:PT36H"], "column 'DURATION': .*must be whole days"),
        ([DAY, "DURATION:-P1D"], "column 'DURATION': .*lies before DTSTART"),
        ([DAY, "DURATION:soon"], "column 'DURATION': .*cannot be read"),
        ([DAY, "DURATION:P9999999D"], "column 'DTEND': '': must lie within the years"),
        (["DTSTART;VALUE=DATE:20180631"], "column 'DTSTART': '': cannot be read"),
        (["DTSTART:2018-06-11"], "column 'DTSTART': '': cannot be read"),
        (["DTSTART;TZID=Mars/Base:20180611T100000"], "zone 'Mars/Base', which is not"),
        (
            ["DTSTART;TZID=Korea Time:20180611T100000"],
            "zone 'Korea Time', which is not",
        ),
        ([DAY, "garbage"], "cannot be read"),
    ],
    ids=str,
)
def test_a_bad_event_is_named(tmp_path: Path, lines: list[str], message: str):
    with pytest.raises(SchemaError, match=rf"^mine\.ics: row 1, .*{message}") as caught:
        read_icalendar(_file(tmp_path, *lines))
    assert len(caught.value.failures) == 1


def test_the_first_day_of_all_is_read(tmp_path: Path):
    day = "VALUE=DATE:00010101"
    frame = read_icalendar(_file(tmp_path, f"DTSTART;{day}", f"DTEND;{day}"))
    assert frame["end"].dt.year.tolist() == [1]


def test_an_event_needs_an_identifier(tmp_path: Path):
    message = r"^mine\.ics: row 1, column 'event_id': '': must not be blank$"
    with pytest.raises(SchemaError, match=message):
        read_icalendar(_file(tmp_path, DAY, uid=""))


def test_every_bad_event_is_listed(tmp_path: Path):
    again = ("END:VEVENT", "BEGIN:VEVENT", "UID:b", DAY, "RRULE:FREQ=HOURLY")
    with pytest.raises(SchemaError) as caught:
        read_icalendar(_file(tmp_path, "SUMMARY:x", *again))
    assert caught.value.failures["column"].tolist() == ["DTSTART", "RRULE"]


# Events that recur


def test_events_that_recur_are_listed_as_counted_by_hand(tmp_path: Path):
    at = "TZID=Europe/Madrid"
    path = _file(
        tmp_path,
        "SUMMARY:Session",
        # Thursdays, across the change of the clocks, one left out and one moved; the
        # end, in UTC, is the start of the last.
        f"DTSTART;{at}:20150326T230000",
        f"DTEND;{at}:20150327T010000",
        "RRULE:FREQ=WEEKLY;UNTIL=20150416T210000Z",
        f"EXDATE;{at}:20150402T230000",
        *("END:VEVENT", "BEGIN:VEVENT", "UID:b", "SUMMARY:Alone", DAY),
        *("END:VEVENT", "BEGIN:VEVENT", "UID:a", "SUMMARY:Moved", "STATUS:CANCELLED"),
        f"RECURRENCE-ID;{at}:20150409T230000",
        f"DTSTART;{at}:20150410T210000",
        *("END:VEVENT", "BEGIN:VEVENT", "UID:c", "SUMMARY:Fair", DAY),
        *("DTEND;VALUE=DATE:20180613", "RDATE;VALUE=DATE:20180620,20180601"),
    )
    madrid = "Europe/Madrid"
    assert _days(read_icalendar(path)) == [
        ["a/2015-03-26T23:00:00", "Session", "2015-03-26", "2015-03-27", madrid, ""],
        ["a/2015-04-09T23:00:00", "Moved", "2015-04-10", "2015-04-10", madrid,
         "cancelled"],
        ["a/2015-04-16T23:00:00", "Session", "2015-04-16", "2015-04-17", madrid, ""],
        ["b", "Alone", "2018-06-11", "2018-06-11", "", ""],
        ["c/2018-06-01", "Fair", "2018-06-01", "2018-06-02", "", ""],
        ["c/2018-06-11", "Fair", "2018-06-11", "2018-06-12", "", ""],
        ["c/2018-06-20", "Fair", "2018-06-20", "2018-06-21", "", ""],
    ]  # fmt: skip


def test_what_recurs_for_ever_is_listed_through_2100(tmp_path: Path):
    start = "DTSTART;VALUE=DATE:20160229"
    days = read_icalendar(_file(tmp_path, start, "RRULE:FREQ=YEARLY"))["start"]
    assert days.dt.year.tolist() == list(range(2016, 2100, 4))  # 2100 has no such day
    thanksgiving = "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH"
    start = "DTSTART;VALUE=DATE:20151126"
    days = read_icalendar(_file(tmp_path, start, thanksgiving))["start"]
    assert days.dt.year.tolist() == list(range(2015, 2101))
    assert set(days.dt.day_name()) == {"Thursday"}
    assert (days.dt.day.min(), days.dt.day.max()) == (22, 28)


@pytest.mark.parametrize(
    ("until", "n"),
    [
        ("20180613T005959Z", 2),
        ("20180613T010000Z", 3),  # ten o'clock in Seoul
        ("20180613T100000", 3),
        ("20180613", 3),
    ],
)
def test_the_last_may_be_a_time_or_a_whole_day(tmp_path: Path, until: str, n: int):
    path = _file(tmp_path, TIME, f"{RULE};UNTIL={until}")
    days = read_icalendar(path)["start"].dt.day
    assert days.tolist() == list(range(11, 11 + n))


def test_one_of_a_series_is_named_alone_or_once(tmp_path: Path):
    change = "RECURRENCE-ID;VALUE=DATE:20180612"
    frame = read_icalendar(_file(tmp_path, DAY, change))
    assert frame["event_id"].tolist() == ["a/2018-06-12"]
    again = ("END:VEVENT", "BEGIN:VEVENT", "UID:a", DAY)
    with pytest.raises(SchemaError, match=r"row 1, .*the RECURRENCE-ID 2018-06-12 occ"):
        read_icalendar(_file(tmp_path, DAY, change, *again, change))
    with pytest.raises(SchemaError, match=r"row 1, .*: its UID occurs 2 times"):
        read_icalendar(_file(tmp_path, DAY, RULE, *again, RULE))
    end = "DTEND;VALUE=DATE:20180610"
    with pytest.raises(SchemaError, match=r"row 2, column 'DTEND': .*lies before DTS"):
        read_icalendar(_file(tmp_path, DAY, RULE, *again, change, end))
    with pytest.raises(SchemaError, match=r"row 1, .*: what recurs must have"):
        read_icalendar(_file(tmp_path, DAY, RULE, uid=""))
    with pytest.raises(SchemaError, match=r"row 1, .*: what recurs must have"):
        read_icalendar(_file(tmp_path, DAY, change, uid=""))


def test_too_many_events_are_refused(tmp_path: Path, monkeypatch):
    monkeypatch.setattr("timing.readers.ical.MOST", 3)
    assert len(read_icalendar(_file(tmp_path, DAY, f"{RULE};COUNT=3"))) == 3
    with pytest.raises(
        SchemaError, match="has more than 3 events, with those that rec"
    ):
        read_icalendar(_file(tmp_path, DAY, f"{RULE};COUNT=5"))


def test_zones_of_windows_are_those_of_iana(tmp_path: Path):
    start = "DTSTART;TZID=Korea Standard Time:20180611T100000"
    assert read_icalendar(_file(tmp_path, start))["zone"].tolist() == ["Asia/Seoul"]
    frame = read_icalendar(_file(tmp_path, start, f"{RULE};COUNT=2"))
    assert frame["zone"].tolist() == ["Asia/Seoul"] * 2
    utc = _file(tmp_path, "DTSTART:20180611T100000Z", f"{RULE};COUNT=2")
    assert read_icalendar(utc)["zone"].tolist() == ["UTC"] * 2


GOOD = (DATA / "calendar.ics").read_bytes()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is not whole iCalendar"),
        (b"hello", "is not iCalendar"),
        (GOOD[: len(GOOD) // 2], "is not whole iCalendar: BEGIN and END do not match"),
        (GOOD.replace(b"END:VCALENDAR", b""), "is not whole iCalendar"),
        (GOOD.decode().encode("utf-16"), r"is not UTF-8 text \(byte 0\)"),
        (GOOD.replace(b"Talks", b"T\xe9"), r"is not UTF-8 text \(byte \d+\)"),
        (b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "has no events$"),
        (b"BEGIN:VEVENT\r\nUID:a\r\nEND:VEVENT\r\n", "must hold VCALENDAR and nothing"),
        (b"BEGIN:VCALENDAR\r\n" * 2000, "is not whole iCalendar"),
        (b"BEGIN:VEVENT\r\n" * 2000 + b"END:VEVENT\r\n" * 2000, "must hold VCALENDAR"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_hostile_file_gets_one_clear_error(
    tmp_path: Path, content: bytes, message: str
):
    path = tmp_path / "mine.ics"
    path.write_bytes(content)
    with pytest.raises(SchemaError, match=rf"^mine\.ics: .*{message}") as caught:
        read_icalendar(path)
    assert len(caught.value.failures) == 1


@pytest.mark.parametrize(
    "content", [GOOD.replace(b"\r\n", b"\n"), b"\xef\xbb\xbf" + GOOD]
)
def test_line_ends_and_byte_order_marks_do_not_matter(tmp_path: Path, content: bytes):
    (tmp_path / "mine.ics").write_bytes(content)
    expected = read_icalendar(DATA / "calendar.ics")
    pd.testing.assert_frame_equal(read_icalendar(tmp_path / "mine.ics"), expected)
