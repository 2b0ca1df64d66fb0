"""The CSIS list: made-up rows, and files that must be refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from timing.errors import SchemaError
from timing.readers import read_csis

DATA = Path(__file__).parent / "data"
GOOD = (DATA / "csis.csv").read_bytes()


def test_rows_counted_by_hand():
    frame = read_csis(DATA / "csis.csv")
    found = frame.assign(date=frame["date"].dt.strftime("%Y-%m-%d"))
    assert [*found.columns] == [
        "event_row", "date", "date_raw", "kind", "event", "urls", "resources_raw"
    ]  # fmt: skip
    assert found.iloc[:, :6].to_numpy().tolist() == [
        [1, "2025-10-29", "2025-10-29", "Missile Provocation", "Cruise missile",
         "https://a.example/x"],
        [2, "1984-04-09", "9-Apr-84", "Missile Provocation", "Ballistic missile",
         "https://b.example/y"],
        [3, "1976-08-18", "1976-08-18", "Other Provocation", "Border incident", ""],
    ]  # fmt: skip
    assert found["resources_raw"].tolist()[2] == "A made-up book, page 9."


def test_descriptions_are_returned_on_demand_only():
    assert "description" not in read_csis(DATA / "csis.csv")
    full = read_csis(str(DATA / "csis.csv"), with_text=True)
    assert full["description"].tolist() == ["Made up.", "Made up too.", ""]


def test_the_description_may_be_absent_unless_asked_for(tmp_path: Path):
    path = tmp_path / "csis.csv"
    path.write_bytes(GOOD.replace(b"description", b"notes"))
    assert len(read_csis(path)) == 3
    with pytest.raises(SchemaError, match="'description': the column is missing"):
        read_csis(path, with_text=True)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (b"9-Apr-84", b"Apr-84", "row 2, column 'date': 'Apr-84': is not a day"),
        (b"9-Apr-84", b"4/9/84", "row 2, column 'date': '4/9/84': is not a day"),
        (b"9-Apr-84", b"9-Apr-76", "row 2, column 'date': '9-Apr-76': is not a day"),
        (b"resources", b"links", "'resources': the column is missing"),
        (b"Made up.", b"\xe9", r"is not UTF-8 text \(byte \d+\); pass `encoding`$"),
        (GOOD, b"", "is empty"),
    ],
)
def test_a_bad_file_gets_one_clear_error(tmp_path: Path, old, new, message: str):
    path = tmp_path / "csis.csv"
    path.write_bytes(GOOD.replace(old, new, 1))
    with pytest.raises(SchemaError, match=rf"^csis\.csv: .*{message}"):
        read_csis(path)


def test_latin_1_is_read_when_named(tmp_path: Path):
    path = tmp_path / "csis.csv"
    path.write_bytes(GOOD.replace(b"Made up.", b"\xe9"))
    frame = read_csis(path, with_text=True, encoding="latin-1")
    assert frame.loc[0, "description"] == "é"


@pytest.mark.slow
def test_a_million_rows_are_read(tmp_path: Path):
    path = tmp_path / "csis.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write("date,type,event,description,resources\n")
        file.writelines(
            f"{1958 + i % 60}-02-{1 + i % 28:02d},Missile,SRBM,{'x' * 200}{i},http://a\n"
            for i in range(1_000_000)
        )
    assert len(read_csis(path)) == 1_000_000
