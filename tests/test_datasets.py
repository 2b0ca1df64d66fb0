"""The curated tables: what is in them, what is not, and where each row comes from."""

import json
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import timing
from timing.datasets import data_folder, data_package, resource
from timing.errors import ArgumentError, EmptySelectionError

ROOT = Path(__file__).parents[1]
SOURCES = ROOT / ".." / "shared" / "sources"
TABLES = [table["name"] for table in data_package()["resources"]]
DATED = [name for name in TABLES if name != "sources"]


def _raw(name: str) -> pd.DataFrame:
    return pd.read_csv(data_folder() / f"{name}.csv", dtype=str, keep_default_na=False)


def _on(first: str, last: str, **options: Any) -> pd.DataFrame:
    tests = timing.load_tests(**options)
    return tests[tests["date"].between(first, last)]


LOADERS = {
    "weapons_tests": timing.load_tests,
    "diplomatic_calendar": lambda **options: timing.load_calendar(
        status=None, **options
    ),
    "military_exercises": timing.load_exercises,
    "anniversaries": timing.load_anniversaries,
    "elections": timing.load_elections,
    "eras": timing.load_eras,
    "launches": timing.load_launches,
}


@pytest.mark.parametrize("name", DATED)
@pytest.mark.parametrize("level", ["high", "medium", "low"])
def test_a_loader_returns_the_rows_of_at_least_that_confidence(name: str, level: str):
    raw = _raw(name)
    kept = {"high": ["high"], "medium": ["high", "medium"],
            "low": ["high", "medium", "low"]}[level]  # fmt: skip
    expected = int(raw["confidence"].isin(kept).sum())
    if not expected:
        with pytest.raises(EmptySelectionError, match=f"at least {level} confidence"):
            LOADERS[name](min_confidence=level)
        return
    table = LOADERS[name](min_confidence=level)
    assert table.shape == (expected, raw.shape[1])
    assert table.index.tolist() == list(range(expected))
    assert table.columns.tolist() == raw.columns.tolist()


def test_defaults_leave_out_low_confidence_and_what_was_not_held():
    assert set(timing.load_tests()["confidence"]) == {"high", "medium"}
    calendar = timing.load_calendar()
    assert set(calendar["confidence"]) == {"high", "medium"}
    assert set(calendar["status"]) == {"held"}
    everything = timing.load_calendar(status=None, min_confidence="low")
    assert {"cancelled", "virtual", "scheduled"} <= set(everything["status"])
    assert len(everything) == len(_raw("diplomatic_calendar"))


@pytest.mark.parametrize("name", TABLES)
def test_columns_have_the_documented_types(name: str):
    everything = {"min_confidence": "low"}
    table = (
        timing.load_sources().reset_index()
        if name == "sources"
        else LOADERS[name](**everything)
    )
    kinds = {"date": "datetime64[us]", "integer": "Int64", "number": "float64",
             "boolean": "boolean", "string": "str"}  # fmt: skip
    documented = {
        field["name"]: kinds[field["type"]]
        for field in resource(name)["schema"]["fields"]
    }
    assert table.dtypes.astype(str).to_dict() == documented
    blank = _raw(name).eq("")
    for column, kind in documented.items():
        if kind != "str":
            assert table[column].isna().sum() == blank[column].sum()


@pytest.mark.parametrize("name", DATED)
def test_every_source_that_a_row_names_is_listed(name: str):
    named = _raw(name)["sources"].str.split("; ").explode()
    assert named.ne("").all()
    assert set(named) <= set(timing.load_sources().index)


def test_every_listed_source_is_named_by_a_row():
    named = set().union(*(_raw(n)["sources"].str.split("; ").explode() for n in DATED))
    assert set(timing.load_sources().index) == named


@pytest.mark.parametrize("name", TABLES)
def test_the_data_package_has_the_hash_and_size_of_each_file(name: str):
    content = (data_folder() / resource(name)["path"]).read_bytes()
    assert resource(name)["hash"] == f"sha256:{sha256(content).hexdigest()}"
    assert resource(name)["bytes"] == len(content)


@pytest.mark.parametrize("name", TABLES)
def test_files_are_plain_utf8_with_unix_lines(name: str):
    content = (data_folder() / f"{name}.csv").read_bytes()
    assert content.decode("utf-8").endswith("\n")
    assert b"\r" not in content
    assert not content.startswith(b"\xef\xbb\xbf")


# Landmarks: what must be there, and what must not.


def test_cruise_missiles_flew_on_the_afternoon_before_the_gyeongju_summit():
    # KCNA and the JCS: about 15:00 KST on 28 October, in the Yellow Sea. CSIS has the
    # day of the report, the 29th.
    tests = _on("2025-10-28", "2025-10-28", min_confidence="low")
    assert tests[["weapon", "time", "csis_date"]].to_numpy().tolist() == [
        ["cruise", "15:00", "2025-10-29"]
    ]
    assert _on("2025-10-29", "2025-10-31", min_confidence="low").empty


def test_ballistic_missiles_flew_on_22_october_2025():
    tests = _on("2025-10-22", "2025-10-22")
    assert tests[["weapon", "time"]].to_numpy().tolist() == [["ballistic", "08:10"]]


def test_hwasong_15_flew_on_29_november_in_korea():
    # 03:17 KST on the 29th, 18:17 UTC on the 28th.
    assert _on("2017-11-29", "2017-11-29")[["system", "time"]].to_numpy().tolist() == [
        ["Hwasong-15", "03:17"]
    ]
    assert _on("2017-11-28", "2017-11-28", min_confidence="low").empty


def test_there_were_six_nuclear_tests():
    tests = timing.load_tests(weapons="nuclear", min_confidence="low")
    assert tests["date"].dt.strftime("%F").tolist() == [
        "2006-10-09", "2009-05-25", "2013-02-12", "2016-01-06", "2016-09-09",
        "2017-09-03",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("category", "start", "end", "location", "zone"),
    [
        ("rok_us_summit", "2025-10-29", "2025-10-29", "Gyeongju", "Asia/Seoul"),
        ("apec", "2025-10-31", "2025-11-01", "Gyeongju", "Asia/Seoul"),
        ("dprk_russia_ministerial", "2025-10-26", "2025-10-28", "Moscow",
         "Europe/Moscow"),
        ("rok_us_summit", "2025-08-25", "2025-08-25", "Washington",
         "America/New_York"),
        ("us_dprk_summit", "2019-02-27", "2019-02-28", "Hanoi", "Asia/Ho_Chi_Minh"),
    ],
)  # fmt: skip
def test_landmarks_of_the_calendar(
    category: str, start: str, end: str, location: str, zone: str
):
    events = timing.load_calendar(category)
    row = events[events["start"].eq(start)]
    assert len(row) == 1
    assert row["end"].dt.strftime("%F").item() == end
    assert row["location"].item().startswith(location)
    assert row["zone"].item() == zone


def test_the_cancelled_summit_of_2018_is_not_among_the_held_ones():
    # The Singapore summit was called off on 24 May 2018, and then held on 12 June.
    held = timing.load_calendar("us_dprk_summit")
    assert held["start"].dt.strftime("%F").tolist() == [
        "2018-06-12", "2019-02-27", "2019-06-30"
    ]  # fmt: skip


def test_tests_are_in_order_and_their_ids_hold_the_day():
    tests = timing.load_tests(min_confidence="low")
    assert tests["date"].is_monotonic_increasing
    in_id = pd.to_datetime(tests["test_id"].str[1:9], format="%Y%m%d")
    moved = tests["test_id"][in_id.ne(tests["date"])]
    # An id stays when its day is corrected: 7 February was the day of the report.
    assert moved.tolist() == ["T20150207-01"]


def test_every_launch_belongs_to_a_test_and_lies_on_its_day():
    tests = timing.load_tests(min_confidence="low").set_index("test_id")
    launches = timing.load_launches(min_confidence="low")
    assert launches["test_id"].isin(tests.index).all()
    test = tests.loc[launches["test_id"]].reset_index()
    same_day = launches["date"].eq(test["date"])
    spans = test["earliest"].lt(test["latest"])
    assert (same_day | spans).all()


def test_meetings_lie_within_their_event():
    calendar = timing.load_calendar(status=None, min_confidence="low")
    met = calendar[calendar["meeting_start"].notna()]
    assert len(met) > 300
    assert met["meeting_start"].between(met["start"], met["end"]).all()
    assert met["meeting_end"].between(met["meeting_start"], met["end"]).all()
    assert calendar["meeting_end"].isna().eq(calendar["meeting_start"].isna()).all()


def test_one_trip_is_one_episode():
    calendar = timing.load_calendar().set_index("event_id")
    trip = {
        "20251026-us_president_visit_asia-1",
        "20251027-us_president_visit_asia-1",
        "20251029-us_president_visit_rok-1",
        "20251029-rok_us_summit-1",
        "20251030-us_china_summit-1",
    }
    assert calendar.loc[sorted(trip), "episode"].nunique() == 1
    moscow, minsk = (
        calendar.loc[name, "episode"]
        for name in (
            "20251026-dprk_russia_ministerial-1",
            "20251028-dprk_belarus_ministerial-1",
        )
    )
    assert moscow == minsk != calendar.loc["20251029-rok_us_summit-1", "episode"]


# Selection.


def test_selections_keep_what_they_name():
    both = timing.load_tests(weapons=["cruise", "nuclear"])
    assert set(both["weapon"]) == {"cruise", "nuclear"}
    assert timing.load_tests(weapons="cruise").equals(
        both[both["weapon"].eq("cruise")].reset_index(drop=True)
    )
    assert set(timing.load_tests(status="disputed")["status"]) == {"disputed"}
    assert set(timing.load_exercises(scale="major")["scale"]) == {"major"}


@pytest.mark.parametrize(
    ("load", "message"),
    [
        (lambda: timing.load_tests(weapons="drone"),
         "`weapons` is 'drone'; it must be one of 'ballistic', 'cruise'"),
        (lambda: timing.load_tests(weapons=["cruise", 5]), "`weapons` is 5; it must"),
        (lambda: timing.load_tests(status="held"), "`status` is 'held'; it must be"),
        (lambda: timing.load_tests(min_confidence="sure"),
         "`min_confidence` is 'sure'; it must be one of 'low', 'medium', 'high'"),
        (lambda: timing.load_calendar("summit"), "`categories` is 'summit'; it must"),
        (lambda: timing.load_calendar(status="maybe"), "`status` is 'maybe'; it must"),
        (lambda: timing.load_exercises(scale="huge"), "`scale` is 'huge'; it must be"),
        (lambda: timing.datasets.load_eras(kind="us_governor"), "`kind` is"),
        (lambda: resource("incidents"), "`name` is 'incidents'; it must be one of"),
    ],
)  # fmt: skip
def test_a_selection_names_values_that_exist(load: Any, message: str):
    with pytest.raises(ArgumentError, match=message):
        load()


def test_an_empty_selection_is_an_error():
    message = r"no row has \{'weapons': \[\]\} and at least medium confidence"
    with pytest.raises(EmptySelectionError, match=message):
        timing.load_tests(weapons=[])


def test_a_selection_is_text_or_a_list_of_text():
    with pytest.raises(ArgumentError, match="`weapons` is 5"):
        timing.load_tests(weapons=5)  # type: ignore[arg-type]


def test_changing_a_loaded_table_does_not_change_the_next_one():
    first = timing.load_tests()
    first.loc[:, "weapon"] = "none"
    sources = timing.load_sources()
    sources.loc[:, "title"] = "none"
    assert "none" not in set(timing.load_tests()["weapon"])
    assert "none" not in set(timing.load_sources()["title"])


@pytest.mark.slow
@pytest.mark.skipif(
    not SOURCES.is_dir(), reason="the upstream copies (../shared/sources) are absent"
)
def test_the_build_gives_the_same_bytes(tmp_path: Path):
    command = [sys.executable, "datasets/build", "--sources", str(SOURCES)]
    subprocess.run(
        [*command, "--output", str(tmp_path)], cwd=ROOT, check=True, capture_output=True
    )
    built = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert set(built) == {f"{name}.csv" for name in TABLES} | {
        "datapackage.json", "README.md"
    }  # fmt: skip
    different = [
        name
        for name, content in built.items()
        if content != (ROOT / "datasets" / name).read_bytes()
    ]
    assert different == []


def test_the_build_without_its_sources_fails_and_writes_nothing(tmp_path: Path):
    output = tmp_path / "output"
    command = [sys.executable, "datasets/build", "--sources", str(tmp_path)]
    done = subprocess.run(
        [*command, "--output", str(output)],
        cwd=ROOT, check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert not output.exists()


def test_the_data_package_is_json_with_a_meaning_for_every_column():
    text = (data_folder() / "datapackage.json").read_text(encoding="utf-8")
    for table in json.loads(text)["resources"]:
        for field in table["schema"]["fields"]:
            assert field["description"], (table["name"], field["name"])


# Laws.


@pytest.mark.slow
def test_the_data_package_is_valid_frictionless():
    done = subprocess.run(
        [sys.executable, "-m", "frictionless", "validate", "datapackage.json"],
        cwd=data_folder(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("VALID") == len(TABLES)
    assert "INVALID" not in done.stdout


@pytest.mark.parametrize("name", ["weapons_tests", "launches"])
def test_coordinates_lie_in_the_country_or_its_seas(name: str):
    table = LOADERS[name](min_confidence="low")
    placed = table[table["latitude"].notna()]
    assert len(placed) > 200
    assert placed["latitude"].between(37.5, 43.0).all()
    assert placed["longitude"].between(123.5, 131.5).all()
    assert table["longitude"].isna().eq(table["latitude"].isna()).all()


def test_no_missile_is_in_two_events():
    launches = timing.load_launches(min_confidence="low")
    assert launches["cns_id"].is_unique
    assert launches["launch_id"].is_unique


@pytest.mark.parametrize(
    ("day", "why"),
    [
        ("2017-11-28", "the US day of the launch of 29 November in Korea"),
        ("2025-10-29", "the day of the report on 28 October"),
        ("2018-02-08", "a parade that the press expected to come with a test"),
        ("2019-12-25", "the announced Christmas gift, which did not come"),
        ("2022-04-15", "the 110th birthday of Kim Il Sung"),
        ("2024-10-10", "the anniversary of the party"),
    ],
)
def test_a_day_without_a_test_has_none(day: str, why: str):
    assert _on(day, day, min_confidence="low").empty, why


@pytest.mark.parametrize(
    ("day", "weapon"),
    [
        ("1998-08-31", "satellite"),
        ("2006-07-05", "ballistic"),
        ("2012-04-13", "satellite"),
        ("2016-08-24", "ballistic"),
        ("2017-07-04", "ballistic"),
        ("2022-11-02", "ballistic"),
        ("2022-11-18", "ballistic"),
        ("2023-11-21", "satellite"),
    ],
)
def test_a_landmark_stands_on_its_korean_day(day: str, weapon: str):
    assert weapon in set(_on(day, day)["weapon"])
