"""Files as careless and hostile users make them: valid ones, and ones with damage."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Sequence
from functools import cache
from typing import Any

import hostile_values as v
import pandas as pd
from hypothesis import strategies as st

PAYLOADS = (
    b"\x00", b"\xff", b"\xef\xbb\xbf", b"\xff\xfe", b"\r", b"\n", b"\r\n", b'"', b",",
    b";", b"\t", b"'", b"=cmd|' /C calc'!A0", b"&lol;",
    b"<!DOCTYPE x [<!ENTITY a 'b'>]>",
    b"PK\x03\x04", b"PAR1", b"BEGIN:VEVENT\r\n", b"END:VEVENT\r\n", b"]]", b"[[", b"= ",
    b"1e999", b"NaN", b"-1", b"9" * 40, b"\xed\xa0\x80", b"\xe2\x80\xae", b"{" * 50,
    b"(" * 200, b"x" * 3000, b"\x1a", b"DTSTART:20180101T000000Z\r\n", b"2018-02-30",
    b"\xf0\x9f\x9a\x80", b"null", b"true", b"\\u0000", b"\\ud800", b"%", b"../../x",
)  # fmt: skip
_STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            ["flip", "insert", "delete", "splice", "repeat", "cut", "swap"]
        ),
        st.floats(0, 1),
        st.floats(0, 1),
        st.sampled_from(PAYLOADS) | st.binary(min_size=1, max_size=4),
    ),
    min_size=1,
    max_size=4,
)


def damaged(content: bytes, steps: Sequence[tuple[str, float, float, bytes]]) -> bytes:
    """Flip, insert, delete, move and cut off bytes."""
    data = bytearray(content)
    for kind, where, how_far, payload in steps:
        at = int(where * len(data))
        end = min(at + 1 + int(how_far * 40), len(data))
        other = int(how_far * len(data))
        if kind == "flip" and data:
            data[min(at, len(data) - 1)] ^= payload[0] or 1
        elif kind == "insert":
            data[at:at] = payload
        elif kind == "delete":
            del data[at:end]
        elif kind == "splice":
            data[at:at] = data[other : other + 40]
        elif kind == "repeat":
            data[at:at] = data[at:end] * 3
        elif kind == "swap":
            data[at:end], data[other : other + 1] = payload, data[at : at + 1]
        elif kind == "cut":
            del data[at:]
    return bytes(data)


def with_damage(files: st.SearchStrategy[bytes]) -> st.SearchStrategy[bytes]:
    """Draw files, half of them damaged."""
    broken = st.builds(damaged, files, _STEPS)
    return st.one_of(files, broken)


# Tables of text


CELLS = st.one_of(
    v.texts,
    st.sampled_from(
        ["2018-03-01", "2018-03-02", "2018-04", "03/04/2018", "1-Apr-18", "Sep-84",
         "28 Oct 2025", "20251028", "1984-04/1984-09", "2015-03~", "2015-03-XX",
         "12:30",
         "8:56:00 PM", "Unknown", "39.4", "91", "1,380 km", "2018-03-01T12:00Z",
         "45000",
         "3", "-1", "1e3", "UTC", "America/New_York", "201X", "2015-21", ".."]
    ),
)  # fmt: skip
_USUAL = {
    "Launch Time (UTC)": "8:56:00 PM", "time": "09:30", "zone": "UTC", "size": "2",
}  # fmt: skip
"""What columns hold that take some texts only."""
_DAYS = st.dates(pd.Timestamp("2018-01-01").date(), pd.Timestamp("2018-12-31").date())


@st.composite
def rows_of(
    draw: st.DrawFn, names: Sequence[str], days: Sequence[str] = (), *, odd_in: int = 25
) -> list[list[str]]:
    """Draw a header and rows of text; the columns in `days` hold dates."""
    n = draw(st.integers(1, 6))
    rows = []
    for i in range(n):
        row = []
        for name in names:
            usual = st.just(_USUAL.get(name, f"{name} {i}"))
            if name in days:
                usual = _DAYS.map(str)
            row.append(draw(v.mostly(usual, CELLS, one_in=odd_in)))
        if "end" in days and draw(st.integers(0, 9)):
            row[names.index("end")] = row[names.index("start")]
        rows.append(row)
    head = [*names]
    if draw(st.integers(0, 11)) == 11:
        head[draw(st.integers(0, len(head) - 1))] = draw(v.texts)
    return [head, *rows]


@st.composite
def text_files(
    draw: st.DrawFn, tables: st.SearchStrategy[list[list[str]]], mark: str = ","
) -> bytes:
    """Write rows as CSV, in the ways that programs do."""
    stream = io.StringIO()
    writer = csv.writer(
        stream,
        delimiter=mark,
        lineterminator=draw(st.sampled_from(["\n", "\r\n", "\r"])),
        quoting=draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])),
    )
    for row in draw(tables):
        writer.writerow([cell.replace("\x00", "") for cell in row])
    encoding = draw(
        st.sampled_from(["utf-8"] * 8 + ["utf-8-sig", "utf-16", "cp1252", "utf-32"])
    )
    return stream.getvalue().encode(encoding, errors="replace")


def json_lines(tables: st.SearchStrategy[list[list[str]]]) -> st.SearchStrategy[bytes]:
    """Write rows as JSON lines."""

    def write(rows: list[list[str]]) -> bytes:
        head, *body = rows
        lines = (json.dumps(dict(zip(head, row, strict=True))) for row in body)
        return "\n".join(lines).encode()

    return tables.map(write)


def workbooks(tables: st.SearchStrategy[list[list[str]]]) -> st.SearchStrategy[bytes]:
    """Write rows as XLSX, and change what its parts say."""
    return st.builds(
        _changed,
        tables.map(_workbook),
        st.none() | st.tuples(st.integers(0, 20), _STEPS),
    )


def _workbook(rows: list[list[str]]) -> bytes:
    from openpyxl import Workbook
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    book = Workbook()
    for row in rows:
        book.active.append([ILLEGAL_CHARACTERS_RE.sub("", cell) for cell in row])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


_NOW = re.compile(rb"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z")


def _changed(content: bytes, change: tuple[int, Any] | None) -> bytes:
    """Damage one part of the archive, whose checksums stay right."""
    number, steps = change or (0, ())
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(stream, "w") as new,
    ):
        names = old.namelist()
        for i, name in enumerate(names):
            part = _NOW.sub(b"2000-01-01T00:00:00Z", old.read(name))
            if i == number % len(names):
                part = damaged(part, steps)
            new.writestr(zipfile.ZipInfo(name), part)
    return stream.getvalue()


@cache
def bombs() -> tuple[bytes, ...]:
    """Return archives that unpack to far more than they hold."""
    made = []
    for part in ("xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "bomb.bin"):
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("[Content_Types].xml", "<Types/>")
            with archive.open(part, "w", force_zip64=True) as file:
                for _ in range(600):
                    file.write(b" " * 2**20)
        made.append(stream.getvalue())
    return tuple(made)


def parquet_files(
    tables: st.SearchStrategy[list[list[str]]],
) -> st.SearchStrategy[bytes]:
    """Write rows as Parquet."""

    def write(rows: list[list[str]]) -> bytes:
        import pyarrow as pa
        import pyarrow.parquet as pq

        head, *body = rows
        columns = [list(column) for column in zip(*body, strict=True)]
        safe = [
            [cell.encode("utf-8", "replace").decode() for cell in column]
            for column in columns
        ]
        table = pa.table([pa.array(column) for column in safe], names=[*map(str, head)])
        stream = io.BytesIO()
        pq.write_table(table, stream)
        return stream.getvalue()

    return tables.map(write)


# iCalendar


_LINES = (
    "DTSTART:20180612T090000", "DTSTART;VALUE=DATE:20180612",
    "DTSTART;TZID=Asia/Singapore:20180612T090000", "DTSTART;TZID=Mars:20180612T090000",
    "DTSTART:20180612T090000Z", "DTEND;VALUE=DATE:20180613", "DTEND:20180612T120000Z",
    "DTEND;TZID=America/New_York:20180612T120000", "DTEND;VALUE=DATE:20180101",
    "DURATION:P1D", "DURATION:PT3H", "DURATION:-P1D", "DURATION:P99999999D",
    "RRULE:FREQ=DAILY", "RDATE:20180613T090000", "EXDATE:20180613", "STATUS:CONFIRMED",
    "RRULE:FREQ=WEEKLY;BYDAY=MO,2TU;UNTIL=20190101T000000Z", "RRULE:FREQ=YEARLY",
    "RRULE:FREQ=DAILY;INTERVAL=0", "RRULE:FREQ=SECONDLY", "RDATE;VALUE=DATE:20180701",
    "RRULE:FREQ=MONTHLY;BYMONTHDAY=31;BYSETPOS=-1;UNTIL=20190101",
    "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "EXDATE;VALUE=DATE:20180612",
    "RECURRENCE-ID;VALUE=DATE:20180612", "EXRULE:FREQ=DAILY;COUNT=2",
    "RDATE;VALUE=PERIOD:20180612T090000Z/PT1H",
    "STATUS:ODD", "SUMMARY:=1+1", "SUMMARY:<script>alert(1)</script>", "SUMMARY:a\\nb",
    "UID:", "UID:same", "X-TIMING-STATUS:held", "DTSTART:00010101T000000Z",
    "DTSTART;VALUE=DATE:99991231", "DTEND;VALUE=DATE:99991231", "BEGIN:VALARM",
    "END:VALARM", "DTSTART;VALUE=PERIOD:20180612T090000Z/PT1H", "ATTACH;VALUE=URI:x",
    " folded", "DTSTART", "DTSTART:", ":", "RECURRENCE-ID:20180612", "GEO:1;2",
    "ATTACH;ENCODING=BASE64;VALUE=BINARY:AAAA", "DTSTART;TZID=\x00:20180612T090000",
)  # fmt: skip


@st.composite
def icalendars(draw: st.DrawFn) -> bytes:
    """Write events of usual and odd properties."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0"]
    for i in range(draw(st.integers(0, 3))):
        day = draw(_DAYS)
        lines += ["BEGIN:VEVENT", f"UID:{i}", f"DTSTART;VALUE=DATE:{day:%Y%m%d}"]
        if draw(st.integers(0, 2)) == 2:
            at = len(lines) - draw(st.integers(0, 2))
            lines[at:at] = draw(st.lists(st.sampled_from(_LINES), max_size=3))
        if draw(st.integers(0, 8)) == 8:
            del lines[-1]
        lines.append("END:VEVENT")
    lines.append("END:VCALENDAR")
    return "\r\n".join(lines).encode()


# Upstream lists


@st.composite
def cns_json(draw: st.DrawFn) -> bytes:
    """Write the JSON form of the CNS list."""
    keys = ("date", "time", "missile", "facility", "landing", "apogee", "distance",
            "outcome")  # fmt: skip
    value = st.none() | v.texts | st.integers() | st.floats() | st.lists(st.integers())
    tests = []
    for _ in range(draw(st.integers(0, 3))):
        test: dict[str, Any] = dict.fromkeys(keys, "unknown")
        test |= {"date": str(draw(_DAYS)), "time": "20:56 (UTC)"}
        if draw(st.integers(0, 3)) == 3:
            test[draw(st.sampled_from(keys))] = draw(value | CELLS)
        tests.append(test)
    content = {"timeBins": [{"year": 2018, "data": tests}]}
    return json.dumps(draw(v.mostly(st.just(content), value, one_in=20))).encode()


def xml_files(root: str, record: str, tags: Sequence[str]) -> st.SearchStrategy[bytes]:
    """Write records as XML of text."""

    @st.composite
    def write(draw: st.DrawFn) -> bytes:
        parts = [f"<{root}>"]
        for i in range(draw(st.integers(0, 3))):
            parts.append(f"<{record}>")
            day = str(draw(_DAYS))
            for tag in tags:
                usual = day if "date" in tag else f"{tag} {i}"
                text = draw(v.mostly(st.just(usual), CELLS, one_in=60))
                times = draw(v.mostly(st.just(1), st.sampled_from([0, 2]), one_in=90))
                text = text.replace("&", "&amp;").replace("<", "&lt;")
                parts += [f"<{tag}>{text}</{tag}>"] * times
            parts.append(f"</{record}>")
        parts.append(f"</{root}>")
        head = draw(
            v.mostly(
                st.just(""),
                st.sampled_from(
                    ['<?xml version="1.0" encoding="utf-16"?>',
                     "<!DOCTYPE x [<!ENTITY a 'aaaa'>]>",
                     '<!DOCTYPE x SYSTEM "http://127.0.0.1/x.dtd">',
                     '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>',
                     '<?xml version="1.0" encoding="nowhere"?>']
                ),
                one_in=10,
            )
        )  # fmt: skip
        return (head + "".join(parts)).encode("utf-8", "replace")

    return write()


# TOML


_VALUES = (
    '""', '"x"', "1", "-1", "1.5", "inf", "nan", "true", "[]", "{}", "2012-01-01",
    "2012-01-01T00:00:00Z", "10:00:00", '["ballistic"]', '[["2012-01-01"]]', '"none"',
    "9" * 30, '[["2018-01-01", "2017-01-01"]]', '"month"', '"../x"', "[[[[]]]]",
    "0001-01-01",
    '"<script>alert(1)</script>"', '"\\u0000"', "[1, 2]", '[""]', '"9999-12-31"', "0",
)  # fmt: skip
_NEW_LINES = (
    "x = 1", "[window]", "[nowhere]", "[[variants]]", "[[hypotheses]]", 'name = "a/b"',
    'name = ".."', "seed = 1", "[checks.controls]", 'title = "x"', '[a."b.c"]',
    "a.b = 1",
    'label = "=1+1"', "# comment", "]", "'''", "before = 99999", 'exclude = ["2018"]',
)  # fmt: skip


@st.composite
def declarations(draw: st.DrawFn, text: str) -> bytes:
    """Change lines and values of a declaration."""
    lines = text.splitlines()
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, max(len(lines) - 1, 0)))
        kind = draw(
            st.sampled_from(["value"] * 4 + ["delete", "repeat", "new", "swap"])
        )
        if not lines:
            break
        if kind == "value":
            at = next((i for i in range(at, len(lines)) if " = " in lines[i]), at)
            key = lines[at].partition(" = ")[0]
            lines[at] = f"{key} = {draw(st.sampled_from(_VALUES))}"
        elif kind == "delete":
            del lines[at : at + draw(st.sampled_from([1, 1, 1, 5, 20]))]
        elif kind == "repeat":
            lines.insert(at, lines[at])
        elif kind == "new":
            lines.insert(at, draw(st.sampled_from(_NEW_LINES)))
        else:
            other = draw(st.integers(0, len(lines) - 1))
            lines[at], lines[other] = lines[other], lines[at]
    return "\n".join(lines).encode()
