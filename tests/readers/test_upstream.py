"""The upstream lists themselves: counts, and the traps that are known of them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from timing import readers
from timing.errors import SchemaError

SOURCES = Path(__file__).parents[3] / "shared" / "sources"
pytestmark = pytest.mark.skipif(
    not SOURCES.exists(), reason="the upstream lists (../shared/sources) are absent"
)
TESTS, CALENDAR = SOURCES / "weapons_tests", SOURCES / "calendar"
CNS = TESTS / "cns_missile_tests_to_2023-04.csv"


@pytest.fixture(scope="module")
def csv() -> pd.DataFrame:
    return readers.read_cns(CNS, encoding="cp1252").set_index("missile_id")


@pytest.fixture(scope="module")
def json() -> pd.DataFrame:
    return readers.read_cns_json(
        TESTS / "cns_derived_tests_to_2026-04.json",
        missiles=TESTS / "cns_derived_missiles.json",
        facilities=TESTS / "cns_derived_facilities.json",
    ).set_index("missile_id")


@pytest.fixture(scope="module")
def csis() -> pd.DataFrame:
    return readers.read_csis(TESTS / "csis_provocations_to_2026-08.csv")


def _day(frame: pd.DataFrame, row: str) -> tuple[str, str]:
    return frame.loc[row, "date"].strftime("%Y-%m-%d"), frame.loc[row, "time"]


def _moved(frame: pd.DataFrame) -> tuple[int, int]:
    """Count timed missiles, and those whose Korean day is not the day as written."""
    timed = frame[frame["precision"].eq("minute")]
    written = pd.to_datetime(timed["date_raw"], format="mixed")
    return len(timed), int(timed["date"].ne(written).sum())


def test_the_csv_is_not_utf_8():
    with pytest.raises(SchemaError, match=r"\(byte 6635\); pass `encoding`"):
        readers.read_cns(CNS)


def test_precision_of_the_csv(csv):
    counts = csv["precision"].value_counts().to_dict()
    assert counts == {"minute": 162, "day": 75, "month": 8}


def test_precision_of_the_json(json):
    counts = json["precision"].value_counts().to_dict()
    assert counts == {"minute": 255, "day": 76, "month": 8}


def test_most_timed_launches_change_day(csv, json):
    assert _moved(csv) == (162, 100)
    assert _moved(json) == (255, 153)


def test_numbers_that_cannot_be_read(csv, json):
    odd = csv.loc[csv["distance_km"].isna(), "distance_raw"].value_counts()
    assert odd.to_dict() == {
        "Unknown": 73, "": 13, "N/A": 5, "between 110 and 670 km": 2, "330 lm": 2
    }  # fmt: skip
    odd = csv.loc[csv["apogee_km"].isna(), "apogee_raw"].value_counts()
    assert odd.to_dict() == {
        "Unknown": 69, "": 14, "N/A": 2, "between 25 and 90 km": 2
    }  # fmt: skip
    for name in ("apogee", "distance"):
        odd = json.loc[json[f"{name}_km"].isna(), f"{name}_raw"]
        assert set(odd) == {"unknown", "na"}


def test_the_two_forms_agree_on_day_and_time_with_seven_exceptions(csv, json):
    both = csv.join(json.add_suffix("_json"), how="left")
    assert len(both) == len(csv) == 245
    different = both["date"].ne(both["date_json"]) | both["time"].ne(both["time_json"])
    found = {row: (_day(csv, row), _day(json, row)) for row in both.index[different]}
    assert found == {
        "74": (("2016-02-07", "09:29"), ("2016-02-07", "21:29")),
        "111": (("2017-07-04", "09:40"), ("2017-07-04", "21:40")),
        "141": (("2019-10-02", "07:00"), ("2019-10-02", "07:11")),
        "161": (("2022-01-06", "08:10"), ("2022-01-05", "08:10")),
        "167": (("2022-01-27", "08:01"), ("2022-01-27", "08:00")),
        "168": (("2022-01-27", "08:06"), ("2022-01-27", "08:05")),
        "169": (("2022-01-30", "08:52"), ("2022-01-30", "07:52")),
    }
    assert both["precision"].equals(both["precision_json"])
    assert both["outcome"].equals(both["outcome_json"])


def test_the_json_leaves_most_classes_of_2022_open(csv, json):
    head = json.loc[csv.index, "range_class"]
    open_ = head.eq("unknown") & csv["range_class"].ne("unknown")
    assert int(open_.sum()) == 37


@pytest.mark.parametrize(
    ("row", "as_read", "true"),
    [
        ("79", ("2016-04-16", "05:33"), ("2016-04-15", "05:33")),
        ("108", ("2017-05-15", "05:28"), ("2017-05-14", "05:28")),
        ("161", ("2022-01-06", "08:10"), ("2022-01-05", "08:10")),
    ],
)
def test_local_dates_beside_utc_times(csv, row, as_read, true):
    assert _day(csv, row) == as_read
    local = readers.read_cns(CNS, encoding="cp1252", local_clock=[row])
    assert _day(local.set_index("missile_id"), row) == true


def test_the_first_intercontinental_launch_is_right_in_the_csv(csv):
    # The README calls its time doubtful; only the JSON lost the AM.
    assert csv.loc["111", "time_raw"] == "12:40:00 AM"
    assert _day(csv, "111") == ("2017-07-04", "09:40")


def test_untimed_days_are_on_mixed_clocks(csv):
    july = csv[csv["date"].eq("2006-07-05")]
    assert (len(july), set(july["clock"])) == (7, {"as written"})
    assert csv.loc[csv["date"].eq("2015-03-01"), "precision"].tolist() == ["day"] * 2


def test_rows_are_missiles_not_days(csv):
    year = csv[csv["date"].dt.year.eq(2022)]
    assert (len(year), year["date"].nunique()) == (69, 33)


def test_the_1984_tests_are_labels(csv):
    assert csv.loc[["4", "5", "6"], "precision"].eq("month").all()
    assert csv.loc["4", "latest"] == pd.Timestamp("1984-09-30")


def test_cns_has_no_cruise_missile_in_october_2025(json, csis):
    assert not json["date"].between("2025-10-23", "2025-10-31").any()
    founding = csis[csis["date"].between("2025-10-27", "2025-10-31")]
    assert founding["date"].dt.strftime("%Y-%m-%d").tolist() == ["2025-10-29"]
    assert "ruise" in founding["event"].iloc[0]


def test_csis_counts_and_its_hole(csis):
    assert csis["kind"].value_counts().to_dict() == {
        "Missile Provocation": 246, "Other Provocation": 241, "Nuclear Provocation": 6
    }  # fmt: skip
    assert csis["date"].between("2017-09-16", "2018-12-31").sum() == 0
    assert csis["urls"].eq("").sum() == 17
    assert csis["resources_raw"].eq("").sum() == 1


def test_csis_lacks_ballistic_launches(csis):
    missing = ["2011-12-19", "2012-01-11", "2020-03-29", "2023-11-22"]
    assert not csis["date"].isin(pd.to_datetime(missing)).any()


def test_travels():
    travels = readers.read_travels(CALENDAR / "travels")
    assert travels["role"].value_counts().to_dict() == {
        "secretary": 3439, "president": 573
    }  # fmt: skip
    trump = travels[travels["person"].eq("Donald J. Trump")]
    assert (len(trump), trump["end"].max()) == (34, pd.Timestamp("2020-02-25"))


def test_visits_date_one_meeting_wrongly():
    visits = readers.read_visits(CALENDAR / "visits")
    assert len(visits) == 2450
    xi = visits[visits["record_id"].isin(["3196", "3201"])]
    assert xi["start"].eq("2023-11-12").all()
    assert xi["end"].dt.day.tolist() == [12, 17]
