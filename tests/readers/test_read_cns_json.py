"""The JSON form of the CNS list: made-up rows, catalogues, hostile files."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from timing.errors import ArgumentError, SchemaError
from timing.readers import read_cns, read_cns_json

DATA = Path(__file__).parent / "data"
CATALOGUES = {
    "missiles": DATA / "missiles.json",
    "facilities": DATA / "facilities.json",
}
GOOD = (DATA / "tests.json").read_bytes()


def test_the_columns_are_those_of_the_csv():
    csv, found = read_cns(DATA / "cns.csv"), read_cns_json(DATA / "tests.json")
    assert found.dtypes.to_dict() == csv.dtypes.to_dict()
    assert [*found.columns] == [*csv.columns]


def test_rows_counted_by_hand():
    frame = read_cns_json(str(DATA / "tests.json"), **CATALOGUES)
    found = frame.assign(date=frame["date"].dt.strftime("%Y-%m-%d")).fillna(-1)
    columns = ["missile_id", "date", "time", "precision", "system", "range_class",
               "site", "latitude", "apogee_km", "distance_km", "outcome",
               "landing"]  # fmt: skip
    assert found[columns].to_numpy().tolist() == [
        ["1", "1984-09-01", "", "month", "Alpha-1", "SRBM", "unknown", -1, -1, -1,
         "failure", "unknown"],
        ["2", "2016-06-22", "05:56", "minute", "Beta-2", "IRBM", "North Range", 40.85,
         1400, 400, "success", "Sea of Japan or East Sea"],
        ["3", "2016-12-31", "23:59", "minute", "Beta-2", "IRBM", "North Range", 40.85,
         2111.5, 0, "unknown", "N/A"],
    ]  # fmt: skip


def test_the_same_missile_is_the_same_in_both_forms():
    csv = read_cns(DATA / "cns.csv").loc[2]
    found = read_cns_json(DATA / "tests.json", **CATALOGUES).loc[1]
    columns = ["date", "time", "clock", "precision", "system", "range_class", "site",
               "latitude", "longitude", "apogee_km", "distance_km",
               "outcome"]  # fmt: skip
    assert found[columns].tolist() == csv[columns].tolist()


def test_an_unknown_place_has_no_coordinates_but_its_raw_text_stays():
    frame = read_cns_json(DATA / "tests.json", **CATALOGUES)
    assert pd.isna(frame.loc[0, "latitude"])
    assert frame.loc[0, "latitude_raw"] == "39.2"


def test_without_catalogues_the_short_names_remain():
    frame = read_cns_json(DATA / "tests.json")
    assert frame["system"].tolist() == ["alpha-1", "beta-2", "beta-2"]
    assert frame["site"].tolist() == ["unknown", "north", "north"]
    assert frame["range_class"].eq("").all()
    assert frame["longitude"].isna().all()


def test_text_is_returned_on_demand_only():
    frame = read_cns_json(DATA / "tests.json", with_text=True)
    assert frame["description"].tolist() == ["Made up.", "", ""]
    assert frame["series"].tolist() == ["1", "", ""]
    assert "description" not in read_cns_json(DATA / "tests.json")


def test_the_local_clock_names_running_numbers():
    frame = read_cns_json(DATA / "tests.json", local_clock=["2"])
    assert frame.loc[1, ["date", "time"]].tolist() == [
        pd.Timestamp("2016-06-21"),
        "05:56",
    ]
    with pytest.raises(ArgumentError, match="not there: 4"):
        read_cns_json(DATA / "tests.json", local_clock=["4"])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is not JSON: Expecting value"),
        (GOOD[:-40], "is not JSON: .*"),
        (GOOD.decode().encode("utf-16"), r"is not UTF-8 text \(byte 0\)$"),
        (b'{"timeBins": "\xe9"}', r"is not UTF-8 text \(byte 14\)$"),
        (b"[" * 200_000, "is nested too deeply$"),
        (b'{"timeBins": ' + b"9" * 10_000 + b"}", "is not JSON: Exceeds the limit"),
        (b"[]", "must be a list of `timeBins`, each with a list `data`$"),
        (b"{}", "must be a list of `timeBins`"),
        (b'{"timeBins": 3}', "must be a list of `timeBins`"),
        (b'{"timeBins": [{"year": 1}]}', "must be a list of `timeBins`"),
        (b'{"timeBins": []}', "'timeBins': has no tests$"),
        (b'{"timeBins": [{"data": [7]}]}', "row 1, column 'data': 7: must be an ob"),
        (GOOD.replace(b'"apogee": 1400,', b""), "row 2, column 'apogee': None: must"),
        (GOOD.replace(b"1400", b"[1]"), r"row 2, column 'apogee': \[1\]: must be text"),
        (GOOD.replace(b"20:56 (UTC)", b"20.56"), "row 2, .*'20.56': is not a time"),
        (GOOD.replace(b"2016-06-21", b"2016-06-31"), "'2016-06-31': is not a date"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_hostile_file_gets_one_clear_error(
    tmp_path: Path, content: bytes, message: str
):
    path = tmp_path / "tests.json"
    path.write_bytes(content)
    with pytest.raises(SchemaError, match=rf"^tests\.json: .*{message}") as caught:
        read_cns_json(path)
    assert len(caught.value.failures) == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            {"alpha-1": {"name": "Alpha"}},
            "row 2, column 'missile': 'beta-2': is not in",
        ),
        ([1], r"cat\.json: column '\(all\)': must be an object with one object"),
        ({"alpha-1": "Alpha"}, "must be an object with one object for each name"),
    ],
)
def test_a_catalogue_must_hold_every_name(tmp_path: Path, content, message: str):
    path = tmp_path / "cat.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(SchemaError, match=message):
        read_cns_json(DATA / "tests.json", missiles=path)


def test_a_catalogue_of_facilities_has_its_key():
    with pytest.raises(SchemaError, match=r"^missiles\.json: column 'facilities'"):
        read_cns_json(DATA / "tests.json", facilities=DATA / "missiles.json")
