"""Users' CSV files: what is read, and what is refused with file and row."""

from pathlib import Path

import pytest

from timing.errors import SchemaError
from timing.readers import read_table
from timing.schema import CALENDAR, TESTS


def _write(folder: Path, content: str | bytes) -> Path:
    path = folder / "mine.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    "content",
    [
        "date,note\n2025-10-22,a\n2025-10-28,\n",
        "date,note\r\n2025-10-22,a\r\n2025-10-28,\r\n",
        "\ufeffdate,note\n2025-10-22,a\n2025-10-28,\n",
        " date , note\n2025-10-22,a\n2025-10-28,",
        '"date","note"\n\n"2025-10-22","a"\n\n2025-10-28,""\n',
    ],
    ids=["plain", "windows", "bom", "spaces in the header", "quotes and blank lines"],
)
def test_a_file_is_read_as_text(tmp_path: Path, content: str):
    frame = read_table(_write(tmp_path, content), schema=TESTS)
    assert frame.columns.tolist() == ["date", "note"]
    assert frame.to_numpy().tolist() == [["2025-10-22", "a"], ["2025-10-28", ""]]


def test_cells_may_hold_commas_lines_and_other_scripts(tmp_path: Path):
    path = _write(tmp_path, 'date,note\n2025-10-28,"a, b\nc"\n2025-10-29,화성\n')
    assert read_table(str(path), schema=TESTS)["note"].tolist() == ["a, b\nc", "화성"]


def test_text_that_looks_like_a_missing_value_stays_text(tmp_path: Path):
    path = _write(tmp_path, "date,country\n2025-10-28,NA\n2025-10-29,null\n")
    assert read_table(path, schema=TESTS)["country"].tolist() == ["NA", "null"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", r"^mine.csv: column '\(all\)': is empty$"),
        ("\ufeff", r"^mine.csv: column '\(all\)': is empty$"),
        ("\n\n", r"^mine.csv: column '\(all\)': is empty$"),
        ("date,note\n", r"^mine.csv: column '\(all\)': has no rows below the header$"),
        (b"date\n2025-10-28\n\xff", r"column '\(all\)': is not UTF-8 text \(byte 16\)"),
        ("date\n2025-10-28".encode("utf-16"), r"is not UTF-8 text \(byte 0\)$"),
        ('date\n"2025-10-28', r"^mine.csv: column '\(all\)': is not CSV: unexpected"),
        ("date,date\n2025-10-28,x\n", "^mine.csv: column 'date': the column occurs"),
        ("date,n\n2025-10-28,1,2\n",
         r"^mine.csv: row 1, column '\(all\)': '3 cells': must have 2 cells$"),
        ("day\n2025-10-28\n",
         r"^mine.csv: column 'date': the column is missing \(columns found: day\)$"),
        ("date;n\n2025-10-28;1\n", r"the column is missing \(columns found: date;n\)$"),
        ("date\n2025-10-28\n2025-02-30\n",
         "^mine.csv: row 2, column 'date': '2025-02-30': is not a date"),
        ("date,n\n2025-10-28,1\n ,2\n",
         "^mine.csv: row 2, column 'date': ' ': is not a date"),
        ("date,n\n,1\n", "^mine.csv: row 1, column 'date': '': must not be blank$"),
        ("date\n45958\n", "^mine.csv: row 1, column 'date': '45958': is not a date"),
    ],
)  # fmt: skip
def test_a_bad_file_gets_one_clear_error(
    tmp_path: Path, content: str | bytes, message: str
):
    with pytest.raises(SchemaError, match=message) as caught:
        read_table(_write(tmp_path, content), schema=TESTS)
    assert len(caught.value.failures) == 1


def test_every_ragged_row_is_listed(tmp_path: Path):
    path = _write(tmp_path, "date,n\n2025-10-28\n2025-10-29,1\n2025-10-30,1,2\n")
    with pytest.raises(SchemaError) as caught:
        read_table(path, schema=TESTS)
    found = caught.value.failures[["row", "value"]].to_numpy().tolist()
    assert found == [[1, "1 cells"], [3, "3 cells"]]


def test_a_calendar_file_has_its_own_rules(tmp_path: Path):
    path = _write(tmp_path, "start,end\n2025-10-29,2025-10-28\n")
    message = "^mine.csv: row 1, column 'end': '2025-10-28': lies before 'start'"
    with pytest.raises(SchemaError, match=message):
        read_table(path, schema=CALENDAR)


def test_a_file_that_is_not_there_is_named(tmp_path: Path):
    with pytest.raises(FileNotFoundError, match=r"nowhere\.csv"):
        read_table(tmp_path / "nowhere.csv", schema=TESTS)
