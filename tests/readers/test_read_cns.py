"""The CNS list: made-up rows counted by hand, and files that must be refused."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date, time
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from openpyxl import Workbook

from timing.errors import ArgumentError, SchemaError
from timing.readers import excel, read_cns

DATA = Path(__file__).parent / "data"
CELLS = list(csv.reader(io.StringIO((DATA / "cns.csv").read_text(encoding="utf-8"))))
HEAD = CELLS[0]


def _changed(folder: Path, row: int, **cells: str) -> Path:
    """Write the made-up list with some cells of one row (from 1) replaced."""
    rows = [list(cells_) for cells_ in CELLS]
    for name, text in cells.items():
        rows[row][HEAD.index(name.replace("_", " "))] = text
    path = folder / "cns.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def _workbook(folder: Path, rows: list[list[Any]]) -> Path:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    path = folder / "cns.xlsx"
    book.save(path)
    return path


def test_days_and_times_are_korean():
    frame = read_cns(DATA / "cns.csv")
    found = frame[["missile_id", "date", "time", "precision", "clock"]]
    found = found.assign(date=found["date"].dt.strftime("%Y-%m-%d"))
    assert found.to_numpy().tolist() == [
        ["1", "1984-04-09", "", "day", "as written"],
        ["2", "1984-09-01", "", "month", "as written"],
        ["3", "2016-06-22", "05:56", "minute", "utc"],
        ["4", "2016-12-29", "23:59", "minute", "utc"],
        ["5", "2017-01-01", "00:00", "minute", "utc"],
        ["6", "2017-05-15", "05:28", "minute", "utc"],
        ["7", "2017-07-04", "09:40", "minute", "utc"],
        ["8", "2026-04-18", "21:10", "minute", "utc"],
    ]


def test_a_month_is_a_span():
    month = read_cns(DATA / "cns.csv").loc[1]
    assert (month["earliest"], month["latest"]) == (
        pd.Timestamp("1984-09-01"),
        pd.Timestamp("1984-09-30"),
    )


def test_days_are_their_own_bounds():
    frame = read_cns(DATA / "cns.csv").drop(index=1)
    assert frame["earliest"].equals(frame["date"])
    assert frame["latest"].equals(frame["date"])


def test_what_is_written_is_kept():
    frame = read_cns(str(DATA / "cns.csv"))
    assert frame["date_raw"].tolist() == [row[1] for row in CELLS[1:]]
    assert frame["time_raw"].tolist() == [row[3] for row in CELLS[1:]]
    assert frame.loc[3, ["apogee_raw", "distance_raw"]].tolist() == [
        "between 25 and 90 km",
        "330 lm",
    ]


def test_numbers_are_read_or_missing():
    frame = read_cns(DATA / "cns.csv")
    numbers = frame[["apogee_km", "distance_km"]].fillna(-1).to_numpy().tolist()
    assert numbers == [
        [-1, 200], [-1, -1], [1400, 400], [-1, -1], [0, 2.5], [2111.5, 787],
        [2802, 933], [-1, 140],
    ]  # fmt: skip
    assert frame["latitude"].isna().tolist() == [False, True] + [False] * 6
    assert frame.loc[0, ["latitude", "longitude"]].tolist() == [40.85, 129.67]


def test_words_and_addresses():
    frame = read_cns(DATA / "cns.csv")
    assert frame["outcome"].tolist()[:4] == ["success", "failure", "success", "unknown"]
    assert frame["confirmation"].tolist()[:2] == ["confirmed", "unconfirmed"]
    assert frame.loc[1, "site"] == "unknown"
    assert frame.loc[4, "range_class"] == "unknown"
    assert frame["urls"].tolist()[:3] == [
        "http://a.example/one; www.b.example",
        "",
        "http://a.example/two",
    ]


def test_a_missile_on_the_local_clock_keeps_its_day():
    frame = read_cns(DATA / "cns.csv", local_clock={"6"})
    row = frame.loc[5, ["date", "time", "clock", "precision"]].tolist()
    assert row == [pd.Timestamp("2017-05-14"), "05:28", "as written", "minute"]
    others = read_cns(DATA / "cns.csv").drop(index=5)
    pd.testing.assert_frame_equal(frame.drop(index=5), others)


@pytest.mark.parametrize(
    ("local_clock", "message"),
    [
        (("6", "99"), r"^`local_clock` names missiles that are not there: 99\.$"),
        ("6", r"^`local_clock` is '6'; it must be a collection of text\.$"),
    ],
)
def test_a_wrong_local_clock_is_refused(local_clock: Any, message: str):
    with pytest.raises(ArgumentError, match=message):
        read_cns(DATA / "cns.csv", local_clock=local_clock)


def test_sentences_are_returned_on_demand_only():
    text = ["sources_raw", "entered", "agency", "location", "other_name", "description"]
    plain = read_cns(DATA / "cns.csv")
    full = read_cns(DATA / "cns.csv", with_text=True)
    assert not set(text) & set(plain.columns)
    assert sorted(full.columns[len(plain.columns) :]) == sorted(text)
    assert full.loc[0, "description"] == "Made up."
    pd.testing.assert_frame_equal(full[plain.columns], plain)


@pytest.mark.parametrize("name", ["cns.xlsx", "renamed.csv"])
def test_a_workbook_gives_the_same_table(tmp_path: Path, name: str):
    path = _workbook(tmp_path, CELLS).rename(tmp_path / name)
    pd.testing.assert_frame_equal(read_cns(path), read_cns(DATA / "cns.csv"))


def test_cells_of_a_workbook_may_be_dates_times_and_numbers(tmp_path: Path):
    rows = [list(row) for row in CELLS[:4]]
    typed = {
        1: {"F1": 1, "Date": date(1984, 4, 9), "Facility Latitude": 40.85},
        2: {"F1": 2.0, "Date": date(1984, 9, 1)},
        3: {"F1": 3, "Date": date(2016, 6, 21), "Launch Time (UTC)": time(20, 56)},
    }
    for row, cells in typed.items():
        for name, value in cells.items():
            rows[row][HEAD.index(name)] = value
    book = Workbook()
    for row in [*rows, [None] * 25]:
        book.active.append(row)
    book.active.cell(3, 2).number_format = "mmm-yy"
    path = tmp_path / "cns.xlsx"
    book.save(path)
    found, expected = read_cns(path), read_cns(DATA / "cns.csv").head(3)
    same = [name for name in expected if name not in ("date_raw", "time_raw")]
    pd.testing.assert_frame_equal(found[same], expected[same])
    assert found["date_raw"].tolist() == ["1984-04-09", "1984-09", "2016-06-21"]


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"Date": "4/5/2016"}, "row 3, column 'date_raw': '4/5/2016': is not a date"),
        ({"Date": ""}, "row 3, column 'date_raw': '': is not a date"),
        ({"Date": "31-Feb-16"}, "'31-Feb-16': is not a date"),
        ({"Date": "9-Apr-60"}, "'9-Apr-60': is not a date"),
        ({"Date": "Jun-16"}, "row 3, .*'8:56:00 PM': a time needs a day"),
        ({"Launch_Time_(UTC)": "dawn"}, "row 3, column 'time_raw': 'dawn': is not a t"),
        ({"Launch_Time_(UTC)": "13:10 PM"}, "'13:10 PM': is not a time"),
        ({"Launch_Time_(UTC)": "24:00"}, "'24:00': is not a time"),
        ({"F1": "2"}, "row 3, column 'missile_id': '2': must be unique"),
        ({"F1": ""}, "row 3, column 'missile_id': '': must not be blank"),
        ({"Facility_Latitude": "408.5"}, "'408.5': must lie between -90 and 90"),
        ({"Facility_Longitude": "-181"}, "'-181': must lie between -180 and 180"),
    ],
)
def test_a_bad_cell_is_named(tmp_path: Path, cells: dict[str, str], message: str):
    with pytest.raises(SchemaError, match=rf"^cns\.csv: .*{message}") as caught:
        read_cns(_changed(tmp_path, 3, **cells))
    assert len(caught.value.failures) == 1


def test_every_bad_date_is_listed(tmp_path: Path):
    path = tmp_path / "cns.csv"
    text = (DATA / "cns.csv").read_text(encoding="utf-8")
    path.write_text(text.replace("9-Apr-84", "?").replace("4-Jul-17", "soon"), "utf-8")
    with pytest.raises(SchemaError) as caught:
        read_cns(path)
    assert caught.value.failures[["row", "value"]].to_numpy().tolist() == [
        [1, "?"],
        [7, "soon"],
    ]


def test_another_encoding_is_refused_unless_named(tmp_path: Path):
    path = _changed(tmp_path, 3, Missile_Name="Béta")
    path.write_bytes(path.read_text(encoding="utf-8").encode("cp1252"))
    with pytest.raises(SchemaError, match=r"is not UTF-8 text \(byte \d+\); pass `enc"):
        read_cns(path)
    assert read_cns(path, encoding="cp1252").loc[2, "system"] == "Béta"
    with pytest.raises(ArgumentError, match="`encoding` is 'klingon'; it must be"):
        read_cns(path, encoding="klingon")


def test_the_bad_byte_is_counted_from_the_start_of_the_file(tmp_path: Path):
    path = tmp_path / "cns.csv"
    content = GOOD + b",".join([b"x" * 100_000] * len(HEAD)) + b"\n"
    path.write_bytes(content + b"\xff")
    with pytest.raises(SchemaError, match=rf"\(byte {len(content)}\)"):
        read_cns(path)


GOOD = (DATA / "cns.csv").read_bytes()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty$"),
        (b"\n\n", "is empty$"),
        (GOOD.split(b"\n")[0], "has no rows below the header$"),
        (GOOD.decode().encode("utf-16"), "is not UTF-8 text"),
        (GOOD.decode().encode("utf-16-le"), "line 1 has a NUL"),
        (GOOD.replace(b"Apogee", b"Height"), r"'Apogee': the column is missing \(col"),
        (GOOD.replace(b"Apogee", b"Date"), "'Date': the column occurs twice$"),
        (GOOD[:-20], "row 8, .*must have 19 cells$"),
        (GOOD + b'9,"', "is not CSV: unexpected end of data$"),
        (GOOD + b'9,"' + b"x" * 200_000, "is not CSV: field larger than field limit"),
        (b"PK\x03\x04 cut off", "is not a readable XLSX workbook: BadZipFile"),
    ],
    ids=str,
)
def test_a_hostile_file_gets_one_clear_error(
    tmp_path: Path, content: bytes, message: str
):
    path = tmp_path / "cns.csv"
    path.write_bytes(content)
    with pytest.raises(SchemaError, match=message) as caught:
        read_cns(path)
    assert caught.value.failures["table"].eq("cns.csv").all()


def _repacked(path: Path, member: str, old: bytes, new: bytes) -> Path:
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert old in parts[member]
    parts[member] = parts[member].replace(old, new)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


BOMB = b'<!DOCTYPE x [<!ENTITY a "ha">' + b"".join(
    b'<!ENTITY %c "%s">' % (98 + i, b"&%c;" % (97 + i) * 10) for i in range(12)
)


@pytest.mark.parametrize("member", ["xl/worksheets/sheet1.xml", "xl/workbook.xml"])
def test_an_entity_bomb_in_a_workbook_is_refused(tmp_path: Path, member: str):
    root = b"<worksheet" if "sheet1" in member else b"<workbook "
    path = _repacked(_workbook(tmp_path, CELLS), member, root, BOMB + b"]>" + root)
    with pytest.raises(SchemaError, match="is not a readable XLSX workbook: Entit"):
        read_cns(path)


def test_a_workbook_that_unpacks_too_large_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(excel, "MAX_BYTES", 1000)
    with pytest.raises(SchemaError, match=r"unpacks to \d+ bytes; the limit is 1000$"):
        read_cns(_workbook(tmp_path, CELLS))


def test_a_damaged_workbook_is_refused(tmp_path: Path):
    path = _workbook(tmp_path, CELLS)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(SchemaError, match="is not a readable XLSX workbook"):
        read_cns(path)
    _workbook(tmp_path, CELLS)
    _repacked(path, "xl/worksheets/sheet1.xml", b"</sheetData>", b"")
    with pytest.raises(SchemaError, match="is not a readable XLSX workbook"):
        read_cns(path)


def test_an_empty_workbook_is_refused(tmp_path: Path):
    with pytest.raises(SchemaError, match="is empty"):
        read_cns(_workbook(tmp_path, []))


def test_a_file_that_is_not_there_is_named(tmp_path: Path):
    with pytest.raises(FileNotFoundError, match=r"nowhere\.csv"):
        read_cns(tmp_path / "nowhere.csv")


@pytest.mark.slow
def test_a_million_rows_are_read(tmp_path: Path):
    path = tmp_path / "cns.csv"
    tail = ",".join(CELLS[3][1:5]) + "," + ",".join(["Unknown"] * 14)
    with path.open("w", encoding="utf-8") as file:
        file.write(",".join(f'"{name}"' for name in HEAD) + "\n")
        file.writelines(f"{i},{tail}\n" for i in range(1_000_000))
    frame = read_cns(path)
    assert len(frame) == 1_000_000
    assert frame["date"].eq("2016-06-22").all()
