"""Users' files: every format, and what is no table."""

from __future__ import annotations

import csv
import io
import os
import pickle
import struct
import subprocess
import sys
import zipfile
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from timing.errors import ArgumentError, SchemaError, TimingError
from timing.readers import (
    MissingExtraError,
    excel,
    parquet,
    read_calendar,
    read_events,
    sizes,
    sniff_columns,
    text_lines,
    zip_parts,
)

pyarrow = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")

KOREA = "Asia/Seoul"


def _file(folder: Path, content: str | bytes, name: str = "mine.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def _book(folder: Path, *rows: list[object], **formats: str) -> Path:
    """Write a workbook; `formats` are number formats of cells such as A2."""
    book = Workbook()
    for row in rows:
        book.active.append(row)
    for cell, form in formats.items():
        book.active[cell].number_format = form
    path = folder / "mine.xlsx"
    book.save(path)
    return path


def _refused(path: object, **options: object) -> str:
    with pytest.raises(SchemaError) as caught:
        read_events(path, **options)
    return str(caught.value)


def _whole(path: Path, **options: object) -> str:
    """Return the one rule that a file breaks as a whole."""
    message = _refused(path, **options)
    head = f"{path.name}: column '(all)': "
    assert message.startswith(head)
    assert "\n" not in message
    return message.removeprefix(head)


ROWS = [["2025-10-28", "7", "정상"], ["29 Oct 2025", "8", ""]]
EXPECTED = [
    [pd.Timestamp("2025-10-28"), "7", "정상"],
    [pd.Timestamp("2025-10-29"), "8", ""],
]


def _joined(mark: str, end: str = "\n") -> str:
    rows = [["date", "id", "note"], *ROWS]
    return end.join(mark.join(row) for row in rows) + end


@pytest.mark.parametrize(
    ("name", "content", "options"),
    [
        ("mine.csv", _joined(","), {}),
        ("MINE.CSV", "\ufeff" + _joined(",", "\r\n"), {}),
        ("mine.csv", _joined(";"), {"delimiter": ";"}),
        ("mine.tsv", _joined("\t"), {}),
        ("mine.tab", _joined("\t"), {}),
        ("mine.txt", _joined("\t"), {"format": "tsv"}),
        ("mine.csv", _joined(",").encode("utf-16"), {"encoding": "UTF_16"}),
        ("mine.csv", _joined(",").encode("cp949"), {"encoding": "cp949"}),
        ("mine.csv", _joined(",") + "\n\n", {}),
        ("mine.csv", "".join(f"{r},,\n" for r in _joined(",").splitlines()), {}),
    ],
    ids=str,
)
def test_delimited_text(tmp_path: Path, name: str, content: str | bytes, options):
    frame = read_events(_file(tmp_path, content, name), **options)
    assert frame.to_numpy().tolist() == EXPECTED
    assert frame.columns.tolist() == ["date", "id", "note"]


def test_a_column_without_a_name_is_numbered(tmp_path: Path):
    path = _file(tmp_path, ",date\n0,2025-10-28\n")
    assert read_events(path).columns.tolist() == ["column 1", "date"]


def test_headings_over_several_lines_are_one(tmp_path: Path):
    path = _file(tmp_path, '"Event\n  Date",n\n2025-10-28,1\n')
    columns = {"date": "Event Date"}
    assert read_events(path, columns=columns).columns.tolist() == ["date", "n"]
    assert len(read_events(path, columns={"date": "Event\n  Date"})) == 1


def test_json_lines(tmp_path: Path):
    lines = (
        '{"day": "2025-10-28", "n": 1.50, "ok": true}\n\n'
        '{"n": 12345678901234567890, "day": 20251029, "x": null}\n'
    )
    for name in ("mine.jsonl", "mine.ndjson"):
        frame = read_events(_file(tmp_path, lines, name), columns={"date": "day"})
        assert frame.astype("str").to_numpy().tolist() == [
            ["2025-10-28", "1.50", "true", ""],
            ["2025-10-29", "12345678901234567890", "", ""],
        ]


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ('{"date": ["2025-10-28"]}', "column 'date': '': must be text, a number, true, "
         "false or null, not a list or object"),
        ('{"date": {"a": 1}}', "column 'date': '': must be text"),
        ('{"date": "2025-10-28", "date": "x"}', "column 'date': '': must not occur"),
        ('{"date": "2025-10-28", " date": "x"}', "column 'date': '': must not occur"),
        ('{"date": NaN}', "column '(all)': 'NaN': is not a number of JSON"),
        ('{"date": -Infinity}', "column '(all)': '-Infinity': is not a number of JSON"),
        ('["2025-10-28"]', "column '(all)': '[\"2025-10-28\"]': must be an object"),
        ('[{"date": "\\u0041"}]', "column '(all)'"),
        ("3", "column '(all)': '3': must be an object, such as"),
        ('{"date": "2025-10-28"', "column '(all)': '{\"date\": \"2025-10-28\"': is"),
        ('{"a":' * 50_000, "column '(all)'"),
        ("[" * 50_000, "column '(all)'"),
        ('{"a": 1, "b": "\\ud800"}', "column 'b': '': holds \\u0000 or half of a surr"),
        ('{"\\ud800": [1]}', "column '\\ud800': '': must be text"),
        ('{"a\\u0000": 1}', "column 'a\0': '': holds \\u0000 or half of a surrogate"),
    ],
    ids=lambda value: value[:30],
)  # fmt: skip
def test_a_bad_line_of_json_is_named(tmp_path: Path, line: str, rule: str):
    path = _file(tmp_path, f'{{"date": "2025-10-28"}}\n{line}\n', "mine.jsonl")
    assert _refused(path).startswith(f"mine.jsonl: row 2, {rule}")


def test_a_line_nested_too_deeply_is_one_error(tmp_path: Path):
    path = _file(tmp_path, '{"a":' * 100_000 + "1" + "}" * 100_000, "mine.jsonl")
    assert "is nested too deeply: each line must be a flat object" in _refused(path)


def test_an_empty_json_file_is_refused(tmp_path: Path):
    assert _whole(_file(tmp_path, "\n\n", "mine.jsonl")) == "is empty"
    rule = "has no columns: every object is empty"
    assert _whole(_file(tmp_path, "{}\n", "mine.jsonl")) == rule


def test_many_keys_are_refused_before_they_fill_the_memory(tmp_path, monkeypatch):
    keys = ", ".join(f'"k{i}": 1' for i in range(sizes.MAX_COLUMNS + 1))
    path = _file(tmp_path, f"{{{keys}}}", "mine.jsonl")
    assert _whole(path) == f"has more than {sizes.MAX_COLUMNS} columns"
    # Each line a key of its own makes a table of very many blank cells.
    lines = "".join(f'{{"k{i}": 1}}\n' for i in range(40))
    monkeypatch.setattr(sizes, "MAX_CELLS", 1000)
    path = _file(tmp_path, lines, "mine.jsonl")
    assert _whole(path).startswith("has more than 1000 cells; keep only the columns")


def test_sheets(tmp_path: Path):
    path = _book(
        tmp_path,
        ["date", "time", "n", "seen", "at"],
        [date(2025, 10, 28), time(14, 30), 3, date(2025, 11, 1), time(9, 5)],
        [None, None, None, None, None],
        ["29 Oct 2025", None, 2.5, datetime(2025, 11, 1, 10), None],  # noqa: DTZ001
        ["2015-03~", None, "", None, None],
    )
    frame = read_events(path)
    assert frame.astype("str").to_numpy().tolist() == [
        ["2025-10-28", "14:30", "3", "2025-11-01", "09:05:00", "2025-10-28",
         "2025-10-28", ""],
        ["2025-10-29", "", "2.5", "2025-11-01 10:00:00", "", "2025-10-29", "2025-10-29",
         ""],
        ["2015-03-01", "", "", "", "", "2015-03-01", "2015-03-31", "~"],
    ]  # fmt: skip


def test_cells_count_as_they_are_shown(tmp_path: Path):
    day = datetime(2025, 10, 28)  # noqa: DTZ001 - a wall time, as sheets have
    path = _book(
        tmp_path, ["date"], [day], [day.replace(hour=10)], A2="yyyy-mm-dd h:mm"
    )
    assert read_events(path)["time"].tolist() == ["00:00", "10:00"]
    path = _book(tmp_path, ["date"], [day], [day.replace(hour=10)], A2="yyyy-mm-dd")
    assert read_events(path)["time"].tolist() == ["", "10:00"]
    path = _book(tmp_path, ["date"], [day], A2="mmm yyyy")
    assert read_events(path)["latest"].tolist() == [pd.Timestamp("2025-10-31")]


def test_dates_that_a_spreadsheet_may_have_turned_are_refused(tmp_path: Path):
    # 3 April, day first, opened where the month is first; 13 April stays text.
    path = _book(tmp_path, ["date"], [date(2015, 3, 4)], ["13/04/2015"])
    assert "is text beside real dates (row 1), which a spreadsheet may" in _refused(
        path
    )
    assert "is a bare number, such as a spreadsheet's day count" in _refused(
        _book(tmp_path, ["date"], [45000])
    )


def test_a_sheet_is_chosen_by_name(tmp_path: Path):
    book = Workbook()
    book.active.title = "Notes"
    sheet = book.create_sheet("Events")
    sheet.append(["date"])
    sheet.append([date(2025, 10, 28)])
    book.save(tmp_path / "mine.xlsx")
    assert len(read_events(tmp_path / "mine.xlsx", sheet="Events")) == 1
    assert _whole(tmp_path / "mine.xlsx") == "is empty"
    rule = "has no sheet 'events' (sheets found: 'Notes', 'Events')"
    assert _whole(tmp_path / "mine.xlsx", sheet="events") == rule


def _parquet(folder: Path, **columns: object) -> Path:
    pq.write_table(pyarrow.table(columns), folder / "mine.parquet")
    return folder / "mine.parquet"


def test_parquet(tmp_path: Path):
    moment = datetime(2025, 10, 28, 23, 30)  # noqa: DTZ001 - the type has the zone
    path = _parquet(
        tmp_path,
        day=[date(2025, 10, 28), date(2025, 10, 29)],
        moment=pyarrow.array([moment, moment], pyarrow.timestamp("us", "UTC")),
        coded=pyarrow.array(["28 Oct 2025", "2015-03"]).dictionary_encode(),
        number=[20251028, None],
        clock=[time(14, 30), None],
        price=[Decimal("1.50"), None],
    )
    frame = read_events(path, columns={"date": "day", "time": "clock"})
    assert frame["time"].tolist() == ["14:30", ""]
    assert frame["number"].tolist() == [20251028, None]
    assert frame["price"].tolist() == [Decimal("1.50"), None]
    frame = read_events(path, columns={"date": "moment"}, zone=KOREA)
    assert frame["time"].tolist() == ["08:30", "08:30"]
    assert frame["date"].dt.day.tolist() == [29, 29]
    frame = read_events(path, columns={"date": "coded"})
    assert frame["latest"].dt.day.tolist() == [28, 31]
    with pytest.raises(
        SchemaError, match="row 2, column 'number': '': must not be bla"
    ):
        read_events(path, columns={"date": "number"})


def test_parquet_of_pandas_is_read_without_its_index(tmp_path: Path):
    frame = pd.DataFrame({"date": pd.Categorical(["2025-10-28"])}, index=["a"])
    frame.to_parquet(tmp_path / "mine.pq")
    assert read_events(tmp_path / "mine.pq")["date"].tolist() == [
        pd.Timestamp("2025-10-28")
    ]


def test_nested_columns_of_parquet_are_refused_by_name(tmp_path: Path):
    path = _parquet(tmp_path, date=["2025-10-28"], a=[[1]], b=[{"c": 1}], d=[b"x"])
    with pytest.raises(SchemaError) as caught:
        read_events(path)
    assert caught.value.failures["column"].tolist() == ["a", "b", "d"]
    rule = "holds binary; only text, numbers, dates and times are read: leave it out"
    assert caught.value.failures["rule"][2] == rule
    twice = pyarrow.Table.from_arrays([pyarrow.array(["x"])] * 2, names=["a", "a"])
    pq.write_table(twice, path)
    assert _refused(path) == "mine.parquet: column 'a': the column occurs twice"
    assert _whole(_parquet(tmp_path, date=pyarrow.array([], "string"))) == "has no rows"


def test_parquet_is_bounded_by_what_it_unpacks_to(tmp_path: Path, monkeypatch):
    index = pyarrow.array([0] * 10_000, "int32")
    long = pyarrow.DictionaryArray.from_arrays(index, ["x" * 1_000_000])
    path = _parquet(tmp_path, date=long)
    assert path.stat().st_size < 100_000
    assert _whole(path).startswith("unpacks to 100010")
    path = _parquet(tmp_path, date=["2025-10-28"] * 10)
    monkeypatch.setattr(sizes, "MAX_CELLS", 9)
    assert _whole(path).startswith("has more than 9 cells; keep only the columns")
    monkeypatch.setattr(sizes, "MAX_CELLS", 10)
    with pytest.raises(
        SchemaError, match=r"unpacks to \d+ bytes or more; the limit is 6"
    ):
        parquet.read_parquet(path, limit=60)


def test_damaged_parquet_is_one_error(tmp_path: Path):
    path = _parquet(tmp_path, date=["2025-10-28"] * 100)
    content = path.read_bytes()
    path.write_bytes(content[:-20])
    assert _whole(path).startswith("is not a readable Parquet file: ")


def test_parquet_text_that_is_no_utf_8_is_one_error(tmp_path: Path):
    cells = pyarrow.array([b"2018-10-25", b"2018-\xe80-07"] * 3, pyarrow.binary())
    text = cells.view(pyarrow.string())
    path = tmp_path / "mine.parquet"
    pq.write_table(pyarrow.table({"date": text}), path)
    assert _whole(path).startswith("is not a readable Parquet file: ")
    with pytest.raises(SchemaError, match="is not a readable Parquet file: "):
        sniff_columns(path)


def test_the_suffix_may_be_overruled(tmp_path: Path):
    path = _book(tmp_path, ["date"], [date(2025, 10, 28)])
    assert len(read_events(path.rename(tmp_path / "data"), format="excel")) == 1
    path = _file(tmp_path, "date\n2025-10-28\n", "mine.dat")
    assert len(read_events(path, format="csv")) == 1
    with pytest.raises(ArgumentError, match="`format` is 'CSV'; it must be one"):
        read_events(path, format="CSV")


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("mine", "has no suffix that tells its format: say `format`, one of 'csv', "
         "'tsv', 'excel', 'parquet', 'jsonl', 'ics'"),
        ("mine.dat", "has no suffix that tells its format"),
        ("mine.txt", "may be any text: say format='csv' or format='tsv' (and `"),
        ("mine.json", "is JSON: write JSON lines, one object a line, as .jsonl, or"),
        ("mine.xls", "is the old Excel format: save it as .xlsx"),
        ("mine.ods", "is an OpenDocument sheet: save it as .xlsx or .csv"),
        ("mine.csv.gz", "is compressed: unpack it first"),
        ("mine.PKL", "may be a pickle, which can run code when it is read: save"),
        ("mine.pickle", "may be a pickle"),
        ("mine.npy", "may be a pickle"),
    ],
)  # fmt: skip
def test_other_suffixes_are_refused_with_the_fix(tmp_path: Path, name: str, rule: str):
    assert _whole(_file(tmp_path, "date\n2025-10-28\n", name)).startswith(rule)


def test_nothing_is_unpickled(tmp_path: Path):
    class Trap:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "trapped"),)

    content = pickle.dumps(Trap())
    for name in ("mine.pkl", "mine.csv", "mine.xlsx", "mine.jsonl", "mine.parquet"):
        with pytest.raises(SchemaError):
            read_events(_file(tmp_path, content, name))
    with pytest.raises(SchemaError, match="may be a pickle"):
        read_events(tmp_path / "mine.pkl", format="csv")
    assert not (tmp_path / "trapped").exists()


@pytest.mark.parametrize(
    ("name", "content", "rule"),
    [
        ("mine.csv", b"PK\x03\x04abc", "is a zip archive, as .xlsx is, not CSV: say "
         "format='excel' if it is one"),
        ("mine.tsv", b"PAR1\x15\x04", "is a Parquet file, not TSV: say format='"),
        ("mine.csv", b"\x1f\x8b\x08\x00", "is compressed (gzip), not CSV: unpack"),
        ("mine.xlsx", b"date\n2025-10-28\n", "is not a zip archive, as .xlsx is, but "
         "something else: if it is text, say format='csv'"),
        ("mine.xlsx", b"\xd0\xcf\x11\xe0\xa1", "is not a zip archive, as .xlsx is, but "
         "the old Excel format .xls: save it as .xlsx"),
        ("mine.parquet", b"date\n2025-10-28\n", "is not a Parquet file, but somet"),
        ("mine.ics", b"PK\x03\x04abc", "is a zip archive, as .xlsx is, not iCalendar"),
        ("mine.jsonl", b"\x28\xb5\x2f\xfd", "is compressed (zstd), not JSON lines"),
        ("mine.csv", "date\n".encode("utf-16"), "begins as UTF-16 text does: say enc"
         "oding='utf-16'"),
        ("mine.csv", "date\n".encode("utf-32"), "begins as UTF-32 text does"),
    ],
)  # fmt: skip
def test_content_that_contradicts_the_suffix_is_named(
    tmp_path: Path, name: str, content: bytes, rule: str
):
    assert _whole(_file(tmp_path, content, name)).startswith(rule)


def test_a_mark_of_utf_8_contradicts_another_encoding(tmp_path: Path):
    path = _file(tmp_path, "\ufeffdate\n2025-10-28\n")
    rule = "begins as UTF-8 text does: say encoding='utf-8'"
    assert _whole(path, encoding="cp1252") == rule
    assert len(read_events(path, encoding="utf-8-sig")) == 1


def test_a_header_may_begin_with_the_letters_of_another_format(tmp_path: Path):
    for head in ("PAR1", "BZh1", "PK"):
        path = _file(tmp_path, f"{head},date\n1,2025-10-28\n")
        assert len(read_events(path)) == 1


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        ("", "is empty"),
        ("\n\n", "is empty"),
        ("date\n", "has no rows below the header"),
        ("date;n\n2025-10-28;1\n", "has one column, 'date;n': say delimiter=';'"),
        ("date\tn\n2025-10-28\t1\n", "has one column, 'date\\tn': say delimiter='\\t'"),
        (b"date\n2025-10-28\n\xe9\n", "is not UTF-8 text (byte 16); name its encodin"
         'g, as encoding="cp1252"'),
        (b"date\n2025-10-28\nx\0\n", "is not text: line 3 has a NUL"),
        ('date\n"2025-10-28\n', "is not CSV: unexpected end of data"),
        (f'date\n"{"x" * 200_000}"\n', "is not CSV: field larger than field limit"),
        (f'date\n"{"x" * 50_000}\n{"y" * 100_000}\n', "is not CSV: field larger than"),
    ],
    ids=lambda value: str(value)[:20],
)  # fmt: skip
def test_a_file_that_is_no_table_is_one_error(
    tmp_path: Path, content: str | bytes, rule: str
):
    assert _whole(_file(tmp_path, content)).startswith(rule)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("mine.csv", "date;n\n2025-10-28;1\n"),
        ("mine.csv", 'date\n"2025-10-28\n'),
        ("mine.csv", "date\n2025-10-28\nx\0\n"),
        ("mine.jsonl", "{}\n" * 9 + '{"' + "x" * 2**24 + '": 1}\n'),
    ],
)
def test_a_refused_file_is_closed(tmp_path: Path, monkeypatch, name: str, content: str):
    opened, path_open = [], Path.open

    def kept(*args, **kwargs):
        opened.append(path_open(*args, **kwargs))
        return opened[-1]

    monkeypatch.setattr(Path, "open", kept)
    path = _file(tmp_path, content, name)
    with pytest.raises(SchemaError) as caught:
        read_events(path)
    assert len(opened) > 1
    assert all(file.closed for file in opened)
    assert caught.value.__traceback__ is not None  # it holds the frames


def test_rows_of_another_length_are_all_listed(tmp_path: Path):
    path = _file(tmp_path, "date,n\n2025-10-28\n2025-10-29,1\n2025-10-30,1,2\n")
    with pytest.raises(SchemaError) as caught:
        read_events(path)
    found = caught.value.failures[["row", "value", "rule"]].to_numpy().tolist()
    assert found == [[1, "1 cells", "must have 2 cells"],
                     [3, "3 cells", "must have 2 cells"]]  # fmt: skip


def test_the_bad_byte_is_counted_through_the_whole_file(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(text_lines, "_CHUNK", 7)
    good = ("date,n\n" + "2025-10-28,é\n" * 1000).encode()
    path = _file(tmp_path, good + b"\xc3(")
    assert _whole(path).startswith(f"is not UTF-8 text (byte {len(good)})")
    path = _file(tmp_path, good + b"\xc3")
    assert _whole(path).startswith(f"is not UTF-8 text (byte {len(good)})")


def test_long_lines_are_refused(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(text_lines, "MAX_LINE", 1000)
    path = _file(tmp_path, "date\n2025-10-28\n" + "," * 1000)
    assert _whole(path) == "has a line of more than 1000 characters (3)"


@pytest.mark.parametrize("encoding", ["klingon", "hex", "rot13", "", "a\0b", 7, None])
def test_an_encoding_must_be_one_of_text(tmp_path: Path, encoding: object):
    with pytest.raises(
        ArgumentError, match=r"^`encoding` is .*; it must be a text enc"
    ):
        read_events(_file(tmp_path, "date\n2025-10-28\n"), encoding=encoding)


@pytest.mark.parametrize(
    "encoding", ["punycode", "idna", "undefined", "unicode_escape"]
)
def test_strange_encodings_make_no_other_error(tmp_path: Path, encoding: str):
    path = _file(tmp_path, rb"date\ud800" + b"\n2025-10-28-\n")
    with pytest.raises(TimingError):
        read_events(path, encoding=encoding)


@pytest.mark.parametrize("delimiter", ["", ";;", '"', "\n", 7])
def test_a_delimiter_is_one_character(tmp_path: Path, delimiter: object):
    with pytest.raises(ArgumentError, match=r"^`delimiter` is "):
        read_events(_file(tmp_path, "date\n2025-10-28\n"), delimiter=delimiter)


@pytest.mark.parametrize(
    ("name", "option"),
    [("mine.csv", {"sheet": "a"}), ("mine.jsonl", {"delimiter": ";"}),
     ("mine.jsonl", {"sheet": "a"}), ("mine.parquet", {"encoding": "cp1252"})],
)  # fmt: skip
def test_an_option_of_another_format_is_refused(tmp_path: Path, name: str, option):
    with pytest.raises(ArgumentError, match="is given, but means nothing for format '"):
        read_events(_file(tmp_path, "x", name), **option)


def test_files_are_refused_by_size(tmp_path: Path):
    path = _file(tmp_path, "date\n2025-10-28\n")
    assert _whole(path, max_bytes=10) == "has 16 bytes; the limit is 10 (`max_bytes`)"
    assert len(read_events(path, max_bytes=16)) == 1
    for wrong in (0, -1, 1.5, True):
        with pytest.raises(ArgumentError, match=r"^`max_bytes` is "):
            read_events(path, max_bytes=wrong)
    big = tmp_path / "big.csv"
    with big.open("wb") as file:
        file.truncate(sizes.TEXT_BYTES + 1)
    assert _whole(big) == "has 2147483649 bytes; the limit is 2147483648 (`max_bytes`)"


def test_what_is_no_file_is_named(tmp_path: Path):
    with pytest.raises(FileNotFoundError, match=r"nowhere\.csv"):
        read_events(tmp_path / "nowhere.csv")
    with pytest.raises(IsADirectoryError, match=tmp_path.name):
        read_events(tmp_path)
    os.mkfifo(tmp_path / "pipe.csv")
    for path in (tmp_path / "pipe.csv", "/dev/null"):
        with pytest.raises(OSError, match="Not a regular file"):
            read_events(path)
    with pytest.raises(
        ArgumentError, match=r"must be the path of a file .*embedded null"
    ):
        read_events("mine\0.csv")


@pytest.mark.parametrize(
    "url",
    ["https://a.example/x.csv", "file:///etc/passwd", "s3://b/x.parquet", "ftp:/x"],
)
def test_nothing_is_fetched(url: str):
    with pytest.raises(
        ArgumentError, match="nothing is fetched: download the file first"
    ):
        read_events(url)


def _repacked(path: Path, member: str, old: bytes, new: bytes) -> Path:
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert old in parts[member]
    parts[member] = parts[member].replace(old, new)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


SHEET = "xl/worksheets/sheet1.xml"


def _small_book(folder: Path) -> Path:
    return _book(folder, ["date"], ["2025-10-28"])


def test_a_workbook_is_refused_by_what_it_unpacks_to(tmp_path: Path):
    blanks = b" " * 2_000_000 + b"</sheetData>"
    path = _repacked(_small_book(tmp_path), SHEET, b"</sheetData>", blanks)
    assert path.stat().st_size < 20_000
    assert _whole(path, max_bytes=1_000_000).startswith("unpacks to 201")
    assert len(read_events(path, max_bytes=3_000_000)) == 1
    path = _repacked(_small_book(tmp_path), "xl/styles.xml", b"</styleSheet>",
                     b" " * 5_000_000 + b"</styleSheet>")  # fmt: skip
    assert _whole(path).startswith("its part 'xl/styles.xml' unpacks to 500")


def test_a_false_size_makes_a_workbook_damaged_not_large(tmp_path: Path):
    blanks = b" " * 2_000_000 + b"</sheetData>"
    path = _repacked(_small_book(tmp_path), SHEET, b"</sheetData>", blanks)
    with zipfile.ZipFile(path) as archive:
        size = struct.pack("<L", archive.getinfo(SHEET).file_size)
    path.write_bytes(path.read_bytes().replace(size, struct.pack("<L", 1000)))
    assert _whole(path).startswith(
        "is not a readable XLSX workbook: BadZipFile: Bad CRC"
    )


@pytest.mark.parametrize("part", ["[Content_Types].xml", "docProps/core.xml"])
def test_damaged_xml_is_one_error_whichever_library_parses_it(
    tmp_path: Path, part: str
):
    path = _repacked(_small_book(tmp_path), part, b"</", b"</x")
    assert _whole(path).startswith("is not a readable XLSX workbook: ")


def test_an_archive_of_very_many_parts_is_refused_unread(tmp_path: Path):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for i in range(30_000):
            archive.writestr(f"{i}.xml", "<a/>")
    path = _file(tmp_path, content.getvalue(), "mine.xlsx")
    assert _whole(path) == "is a zip archive of too many parts"
    assert content.getbuffer().nbytes > zip_parts._MAX_DIRECTORY


def test_entities_in_a_workbook_are_refused(tmp_path: Path):
    bomb = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'
    path = _repacked(_small_book(tmp_path), SHEET, b"<worksheet", bomb + b"<worksheet")
    assert _whole(path).startswith("is not a readable XLSX workbook: Entit")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'<row r="2"', b'<row r="999999999999"'),
        (b'<dimension ref="A1:A2"', b'<dimension ref="A1:XFD1048576"'),
        (b'<dimension ref="A1:A2"', b'<dimension ref="A1"'),
    ],
)
def test_numbers_of_rows_that_are_false_neither_hang_nor_hide_rows(
    tmp_path: Path, old: bytes, new: bytes
):
    path = _repacked(_small_book(tmp_path), SHEET, old, new)
    if b"row" in old:
        assert _whole(path) == "has more than 1048576 rows or 33554432 cells"
    else:
        assert len(read_events(path)) == 1


def test_far_columns_are_counted(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(excel, "_MAX_VISITED", 10_000)
    path = _repacked(_small_book(tmp_path), SHEET, b'r="A2"', b'r="XFD2"')
    assert _whole(path) == "has more than 1048576 rows or 10000 cells"


@pytest.mark.parametrize(
    ("module", "name", "reading"),
    [
        ("openpyxl", "mine.xlsx", "XLSX"),
        ("pyarrow", "mine.parquet", "Parquet"),
        ("pyarrow.parquet", "mine.parquet", "Parquet"),
        ("icalendar", "mine.ics", "iCalendar"),
    ],
)
def test_a_missing_library_names_the_extra(
    monkeypatch, tmp_path: Path, module: str, name: str, reading: str
):
    path = _file(tmp_path, b"", name)
    if name == "mine.xlsx":
        path = _small_book(tmp_path)
    elif name == "mine.parquet":
        path = _parquet(tmp_path, date=["2025-10-28"])
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(
        MissingExtraError, match=f"^reading {reading} needs the 'io' ext"
    ):
        read_calendar(path)


def test_the_same_without_pyarrow(tmp_path: Path):
    path = _file(tmp_path, "date,n\n28 Oct 2025 10:00,é\n2015-03~,=1+1\n")
    code = (
        "import sys\n"
        "if len(sys.argv) > 2:\n"
        "    sys.modules['pyarrow'] = None\n"
        "from timing.readers import read_events\n"
        "frame = read_events(sys.argv[1])\n"
        "print(frame.to_csv(index=False), frame.dtypes.astype(str).tolist())\n"
    )
    printed = {
        subprocess.run(
            [sys.executable, "-c", code, str(path), *more],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for more in ([], ["without"])
    }
    assert len(printed) == 1


SUFFIXES = st.sampled_from(["csv", "tsv", "jsonl", "ics", "xlsx", "parquet"])
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
PIECES = st.sampled_from(
    [b"date", b"start,end\n", b"2025-10-28", b"03/04/2015", b",", b"\n", b'"', b"\r",
     b";", b"{", b'{"date": ', b"}", b"PK\x03\x04", b"PAR1", b"BEGIN:VEVENT\r\n", b"\0",
     b"BEGIN:VCALENDAR\r\n", b"\xff\xfe", b"\xef\xbb\xbf", b"T10:00Z", b"~", b"/.."]
)  # fmt: skip
CONTENTS = st.lists(
    st.binary(max_size=20) | PIECES | TEXTS.map(str.encode), max_size=20
)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    deadline=None,
    max_examples=200,
)
@given(CONTENTS.map(b"".join), SUFFIXES, st.sampled_from([None, "UTC"]))
def test_any_bytes_are_read_whole_or_refused(
    tmp_path: Path, content: bytes, suffix: str, zone: str | None
):
    path = _file(tmp_path, content, f"mine.{suffix}")
    for reader in (read_events, read_calendar):
        try:
            frame = reader(path, zone=zone)
        except TimingError:
            continue
        assert len(frame)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    deadline=None,
    max_examples=50,
)
@given(st.lists(st.tuples(st.dates(), TEXTS), min_size=1, max_size=6))
def test_any_table_reads_back_from_every_format(tmp_path: Path, rows):
    frame = pd.DataFrame(
        {
            "date": pd.Series([day.isoformat() for day, _ in rows], dtype="str"),
            "note": pd.Series([note for _, note in rows], dtype="str"),
        }
    )
    expected = [[day, note] for day, note in rows]
    frame.to_parquet(tmp_path / "mine.parquet")
    paths = [tmp_path / "mine.parquet"]
    if not any("\0" in note for _, note in rows):
        frame.to_csv(tmp_path / "mine.csv", index=False, quoting=csv.QUOTE_ALL)
        frame.to_json(tmp_path / "mine.jsonl", orient="records", lines=True)
        paths += [tmp_path / "mine.csv", tmp_path / "mine.jsonl"]
    for path in paths:
        found = read_events(path)
        days = found["date"].dt.date
        assert [list(row) for row in zip(days, found["note"], strict=True)] == expected
