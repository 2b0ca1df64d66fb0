"""The Office of the Historian's XML: made-up records, hostile files."""

from __future__ import annotations

from pathlib import Path

import pytest

from timing.errors import SchemaError
from timing.readers import read_travels, read_visits

DATA = Path(__file__).parent / "data"
TRIP = (DATA / "travels" / "leader-a.xml").read_bytes()
FLAGS = ["is_summit", "is_meeting", "is_private", "is_stopover", "is_ceremony"]


def test_travels_counted_by_hand():
    frame = read_travels(DATA / "travels")
    days = {name: frame[name].dt.strftime("%Y-%m-%d") for name in ("start", "end")}
    assert frame.assign(**days).to_numpy().tolist() == [
        ["1", "A. Leader", "president", "Japan", "Tokyo", "2025-10-27", "2025-10-29",
         True, True, False, False, False],
        ["2", "A. Leader", "president", "Korea, Republic of", "", "2025-10-29",
         "2025-10-29", False, False, False, True, False],
        ["3", "B. Secretary", "secretary", "Korea, Democratic People's Republic of",
         "Pyongyang", "2018-07-05", "2018-07-07", False, False, True, False, False],
    ]  # fmt: skip


def test_one_file_is_read_too():
    frame = read_travels(str(DATA / "travels" / "secretary-b.xml"))
    assert frame["record_id"].tolist() == ["3"]


def test_visits_have_the_columns_of_travels():
    visits, travels = read_visits(DATA / "visits.xml"), read_travels(DATA / "travels")
    assert visits.dtypes.to_dict() == travels.dtypes.to_dict()
    assert [*visits.columns] == [*travels.columns]
    row = visits.loc[0, ["record_id", "person", "role", "country", "locale"]]
    assert row.tolist() == ["10", "President C. Visitor", "visitor", "China", ""]
    assert visits.loc[0, FLAGS].tolist() == [True, False, False, False, False]


def test_remarks_are_returned_on_demand_only():
    assert "remarks" not in read_travels(DATA / "travels")
    remarks = read_travels(DATA / "travels", with_text=True)["remarks"]
    assert remarks[0] == "Met with a colleague at a summit & a dinner."
    assert "remarks" in read_visits(DATA / "visits.xml", with_text=True)


def _bomb(depth: int = 30) -> bytes:
    entities = ['<!ENTITY a0 "ha">']
    entities += [f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, depth)]
    return (
        f"<!DOCTYPE trips [{''.join(entities)}]><trips>&a{depth - 1};</trips>".encode()
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is not safe, whole XML: ParseError: no element found"),
        (TRIP[:-30], "is not safe, whole XML: ParseError"),
        (b"hello", "is not safe, whole XML: ParseError: syntax error"),
        (_bomb(), "is not safe, whole XML: DTDForbidden"),
        (b'<!DOCTYPE t SYSTEM "file:///etc/passwd"><trips/>', "DTDForbidden"),
        (b'<!DOCTYPE t [<!ENTITY x SYSTEM "file:///etc/passwd">]><trips>&x;</trips>',
         "DTDForbidden"),
        (b'<?xml version="1.0" encoding="klingon"?><trips/>', "XML: .*encoding"),
        (TRIP.replace(b"Tokyo", b"T\xf4kyo"), "ParseError: not well-formed"),
        (b"<a>" * 100_000, "is not safe, whole XML: ParseError"),
        (b"<trips/>", "column 'trips': must be `trips` with one or more `trip`"),
        (b"<visits><visit/></visits>", "column 'visit': must be `trips` with"),
        (b"<trips><trip/><visit/></trips>", "column 'visit': must be `trips` with"),
    ],
    ids=lambda value: str(value)[:30],
)  # fmt: skip
def test_a_hostile_file_gets_one_clear_error(
    tmp_path: Path, content: bytes, message: str
):
    path = tmp_path / "trips.xml"
    path.write_bytes(content)
    with pytest.raises(SchemaError, match=rf"^trips\.xml: .*{message}") as caught:
        read_travels(path)
    assert len(caught.value.failures) == 1


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            b"<id>2</id>",
            b"",
            "row 2, column 'id': '': each `trip` must have it exactly",
        ),
        (b"<id>2</id>", b"<id>2</id><id>2</id>", "row 2, column 'id': '': each `trip`"),
        (b"<id>2</id>", b"<id>1</id>", "row 2, column 'id': '1': must be unique"),
        (b"<id>2</id>", b"<id> </id>", "row 2, column 'id': '': must not be blank"),
        (
            b"2025-10-27",
            b"27 October",
            "row 1, column 'start-date': '27 October': is n",
        ),
        (b"2025-10-27", b"2025-10", "row 1, column 'start-date': '2025-10': is not a"),
        (b"2025-10-27", b"2025-10-30", "row 1, column 'end-date': '2025-10-29': lies"),
    ],
)
def test_a_bad_record_is_named(tmp_path: Path, old: bytes, new: bytes, message: str):
    path = tmp_path / "trips.xml"
    path.write_bytes(TRIP.replace(old, new))
    with pytest.raises(SchemaError, match=rf"^trips\.xml: {message}") as caught:
        read_travels(path)
    assert len(caught.value.failures) == 1


def test_a_record_in_a_later_file_is_named_by_that_file(tmp_path: Path):
    (tmp_path / "a.xml").write_bytes(TRIP)
    (tmp_path / "b.xml").write_bytes(TRIP)
    with pytest.raises(SchemaError) as caught:
        read_travels(tmp_path)
    found = caught.value.failures[["table", "row", "column"]].to_numpy().tolist()
    assert found == [["b.xml", 1, "id"], ["b.xml", 2, "id"]]


def test_utf_16_is_xml_too(tmp_path: Path):
    path = tmp_path / "trips.xml"
    text = TRIP.decode("utf-8").replace('"UTF-8"', '"UTF-16"')
    path.write_bytes(text.encode("utf-16"))
    assert read_travels(path)["locale"].tolist() == ["Tokyo", ""]


def test_a_folder_without_files_is_named(tmp_path: Path):
    with pytest.raises(SchemaError, match=r"has no \*\.xml files$"):
        read_visits(tmp_path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path):
    with pytest.raises(FileNotFoundError, match=r"nowhere\.xml"):
        read_visits(tmp_path / "nowhere.xml")
