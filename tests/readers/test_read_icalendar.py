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
TIME = "DTSTART;TZID=Asia/Seoul:20180611T100000"


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([DAY, "RRULE:FREQ=DAILY"], r"column 'RRULE': '': recurring events are .* 'a'"),
        ([DAY, "RRULE:FREQ=DAILY;COUNT=2"], "column 'RRULE': '': recurring events"),
        ([DAY, "RDATE;VALUE=DATE:20180612"], "column 'RDATE': '': recurring events"),
        ([DAY, "RECURRENCE-ID;VALUE=DATE:20180612"], "column 'RECURRENCE-ID'"),
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
        (["DTSTART;TZID=Korea Standard Time:20180611T100000"], "'Korea Standard Time'"),
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
    again = ("END:VEVENT", "BEGIN:VEVENT", "UID:b", DAY, "RRULE:FREQ=DAILY")
    with pytest.raises(SchemaError) as caught:
        read_icalendar(_file(tmp_path, "SUMMARY:x", *again))
    assert caught.value.failures["column"].tolist() == ["DTSTART", "RRULE"]


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
