"""A look at a table, and guesses at its columns for a user to confirm."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import Workbook

from timing.errors import ArgumentError, SchemaError
from timing.readers import guess_columns, read_events, sniff_columns
from timing.readers.own.guesses import guess_options

TEXT = "Nr,Event Date,Type\n" + "".join(f"{i},28 Oct 2025,a\n" for i in range(9))
SEEN = [("Nr", ("0", "1")), ("Event Date", ("28 Oct 2025",) * 2), ("Type", ("a", "a"))]


def test_the_first_rows_of_every_format_are_seen(tmp_path: Path):
    (tmp_path / "mine.csv").write_text(TEXT, encoding="utf-8")
    frame = pd.read_csv(tmp_path / "mine.csv", dtype="str")
    frame.to_csv(tmp_path / "mine.tsv", sep="\t", index=False)
    frame.to_json(tmp_path / "mine.jsonl", orient="records", lines=True)
    frame.to_parquet(tmp_path / "mine.parquet")
    frame.to_excel(tmp_path / "mine.xlsx", index=False)
    for path in tmp_path.iterdir():
        assert sniff_columns(path, n_rows=2) == SEEN
    assert sniff_columns(frame, n_rows=2) == SEEN
    assert len(sniff_columns(tmp_path / "mine.csv")[0][1]) == 5


def test_later_rows_are_not_read(tmp_path: Path):
    path = tmp_path / "mine.csv"
    path.write_text(TEXT + "ragged\n", encoding="utf-8")
    assert sniff_columns(path, n_rows=2) == SEEN
    with pytest.raises(SchemaError, match=r"row 10, .*: must have 3 cells$"):
        sniff_columns(path, n_rows=10)


def test_other_values_are_seen_as_text(tmp_path: Path):
    book = Workbook()
    book.active.append(["day", "n"])
    book.active.append([date(2025, 10, 28), None])
    book.save(tmp_path / "mine.xlsx")
    seen = [("day", ("2025-10-28",)), ("n", ("",))]
    assert sniff_columns(tmp_path / "mine.xlsx") == seen
    assert sniff_columns(pd.DataFrame({"n": [1.5, None]})) == [("n", ("1.5", ""))]


def test_icalendar_has_no_columns_to_look_at():
    assert sniff_columns(Path(__file__).parent / "data" / "calendar.ics") == []


@pytest.mark.parametrize(
    ("names", "kind", "guesses"),
    [
        (["Event Date", "NO", "Type", "TZ", "Count"], "events",
         {"date": "Event Date", "id": "NO", "size": "Count", "class": "Type",
          "zone": "TZ"}),
        (["start_time", "Day", "not before"], "events",
         {"date": "Day", "time": "start_time", "earliest": "not before"}),
        (["Begin", "until", "Title", "Category", "event_id", "time-zone"], "calendar",
         {"start": "Begin", "end": "until", "id": "event_id", "name": "Title",
          "category": "Category", "zone": "time-zone"}),
        (["DTSTART", "DTEND", "Summary"], "calendar",
         {"start": "DTSTART", "end": "DTEND", "name": "Summary"}),
        (["Interval", "what"], "calendar", {"span": "Interval", "name": "what"}),
        (["dates", "from"], "calendar", {"start": "from"}),
        (["date", "day"], "events", {"date": "date"}),
        (["a", "b"], "events", {}),
    ],
)  # fmt: skip
def test_well_known_names_are_guessed(names: list[str], kind: str, guesses):
    assert guess_columns([(name, ("x",)) for name in names], kind=kind) == guesses


def test_the_date_may_be_guessed_from_its_values():
    columns = [("id", ("2025-10-28",)), ("jour", ("", "28 Oct 2025")), ("x", ("2025",))]
    assert guess_columns(columns, kind="events") == {"date": "jour", "id": "id"}
    assert guess_columns(columns[1:], kind="calendar") == {"start": "jour"}
    assert guess_columns([("x", ("",)), ("y", ("45000",))], kind="events") == {}


@pytest.mark.parametrize("name", ["Strike date", "strike_date", "StrikeDate"])
def test_the_date_may_be_guessed_from_a_word_of_its_name(name: str):
    columns = [("update", ("2025-01-01",)), (name, ("03/04/2015",))]
    assert guess_columns(columns, kind="events") == {"date": name}
    columns.append(("report date", ("2025-01-02",)))
    assert guess_columns(columns, kind="events") == {"date": "update"}


def test_delimiter_and_sheet_are_guessed(tmp_path: Path):
    path = tmp_path / "mine.csv"
    for text, guess in (
        (TEXT, {}),
        (TEXT.replace(",", ";"), {"delimiter": ";"}),
        (TEXT.replace(",", "\t"), {"delimiter": "\t"}),
        ("date\n2025-10-28\n", {}),
    ):
        path.write_text(text, encoding="utf-8")
        assert guess_options(path) == guess
    path.with_suffix(".tsv").write_text(TEXT, encoding="utf-8")
    assert guess_options(path.with_suffix(".tsv")) == {"delimiter": ","}
    book = Workbook()
    book.active.title = "2014"
    book.save(tmp_path / "mine.xlsx")
    assert guess_options(tmp_path / "mine.xlsx") == {}
    book.create_sheet("2015")
    book.save(tmp_path / "mine.xlsx")
    assert guess_options(tmp_path / "mine.xlsx") == {"sheet": "2014"}
    path.with_suffix(".jsonl").write_text("{}\n", encoding="utf-8")
    assert guess_options(path.with_suffix(".jsonl")) == {}


def test_a_guess_is_a_mapping_for_the_reader(tmp_path: Path):
    path = tmp_path / "mine.csv"
    path.write_text(TEXT, encoding="utf-8")
    columns = guess_columns(sniff_columns(path), kind="events")
    frame = read_events(path, columns=columns)
    assert frame.columns.tolist() == ["test_id", "date", "class"]
    # Nothing is guessed while reading.
    with pytest.raises(SchemaError, match="column 'date': the column is missing"):
        read_events(path)


def test_kinds_and_numbers_are_checked():
    with pytest.raises(
        ArgumentError, match=r"^`kind` is 'tests'; it must be one of 'eve"
    ):
        guess_columns([], kind="tests")
    with pytest.raises(
        ArgumentError, match=r"^`n_rows` is 0; it must be a whole number"
    ):
        sniff_columns(pd.DataFrame({"a": [1]}), n_rows=0)
