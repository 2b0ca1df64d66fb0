"""Build ``launches.csv``: one row per missile, from the two copies of the CNS list.

The JSON copy goes to April 2026, the older CSV to April 2023. The JSON mended some
clocks and distances of the CSV; where the two differ, the notes say so.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import corrections
import pandas as pd
from sourcebook import SourceBook
from sources import CNS_COPY, CNS_DERIVED
from tabular import BuildError, Row
from weapons_tests import RANGE_CLASSES, read_candidates
from wording import join_notes

from timing.readers import read_cns, read_cns_json

COLUMNS = (
    "launch_id",
    "test_id",
    "cns_id",
    "date",
    "time",
    "precision",
    "system",
    "range_class",
    "site",
    "latitude",
    "longitude",
    "apogee_km",
    "distance_km",
    "outcome",
    "landing",
    "cns_date",
    "sources",
    "confidence",
    "notes",
)

# Rows whose written day is Korean although their clock is UTC.
_LOCAL_CLOCK = ("79", "108")
_LOCAL_CLOCK_OF_CSV = (*_LOCAL_CLOCK, "161")

_OPEN_DAYS = ("span", "month")
_SPELLING = {
    "Wast Sunan": "West Sunan",
    "Samsok missle test site": "Samsok missile test site",
    "Samsok missle test site #2": "Samsok missile test site 2",
    "Samsok missle test site #3": "Samsok missile test site 3",
    "unknown": "",
}
_LANDINGS = {
    "Sea of Japan or East Sea": "East Sea",
    "Yellow Sea or West Sea": "Yellow Sea",
    "Pacific Ocean": "Pacific Ocean",
    "North Korea": "land",
    "N/A": "",
    "unknown": "",
}

Missile = Mapping[str, object]


def _read(folder: Path) -> tuple[list[Missile], dict[str, Missile]]:
    """Read the JSON copy as rows, and the CSV copy by the number of the missile."""
    lists = folder / "weapons_tests"
    newer = read_cns_json(
        lists / "cns_derived_tests_to_2026-04.json",
        missiles=lists / "cns_derived_missiles.json",
        facilities=lists / "cns_derived_facilities.json",
        local_clock=_LOCAL_CLOCK,
    )
    older = read_cns(
        lists / "cns_missile_tests_to_2023-04.csv",
        encoding="cp1252",
        local_clock=_LOCAL_CLOCK_OF_CSV,
    )
    by_number = {row["missile_id"]: row for row in older.to_dict("records")}
    return newer.to_dict("records"), by_number


def _number(value: object) -> str:
    number = float(str(value))
    return "" if math.isnan(number) else f"{number:.10g}"


def _day(value: object) -> str:
    return f"{pd.Timestamp(str(value)):%Y-%m-%d}"


def _differences(missile: Missile, older: Missile) -> list[str]:
    """Say where the two copies of the list differ."""
    notes = []
    if older["time"] and older["time"] != missile["time"]:
        notes.append(f"the CSV copy means {older['time']} in Korea")
    for name in ("apogee", "distance"):
        found, other = _number(missile[f"{name}_km"]), _number(older[f"{name}_km"])
        if found and other and found != other:
            notes.append(f"the CSV copy has {name} {other} km")
    if older["confirmation"] == "unconfirmed":
        notes.append("unconfirmed in the list")
    return notes


def _remarks(missile: Missile, event: Row, listed: int) -> list[str]:
    """Say where the list and the test event differ."""
    notes = []
    open_day = event["precision"] in _OPEN_DAYS
    if not open_day and _day(missile["date"]) != event["date_kst"]:
        notes.append("untimed and off by one in the list; the day is the event's")
    named = str(missile["range_class"])
    if named not in ("Unknown", "unknown", event["range_class"]):
        notes.append(f"{named} in the list")
    clock, time = event["time_kst"], missile["time"]
    if clock and time and listed == 1 and clock != time:
        notes.append(f"the event has {clock}")
    counted = event["n_missiles"]
    rows = "row" if listed == 1 else "rows"
    if not counted:
        notes.append(f"{listed} {rows} in the list; no source gives a number")
    elif int(counted) != listed:
        notes.append(f"{listed} {rows} in the list; the event counts {counted}")
    return notes


def _owners(candidates: Sequence[Row]) -> dict[str, Row]:
    """Return the test event of each CNS number; a number has one event."""
    owners: dict[str, Row] = {}
    for row in candidates:
        for number in row["in_cns"].split():
            if number in owners:
                message = f"launches: CNS {number} is in two test events"
                raise BuildError(message)
            owners[number] = row
    return owners


def _build_row(missile: Missile, event: Row, older: Missile | None) -> Row:
    number, time = str(missile["missile_id"]), str(missile["time"])
    if time and _day(missile["date"]) != event["date_kst"]:
        message = (
            f"launches: CNS {number} falls on {_day(missile['date'])} in Korea, its "
            f"test event {event['test_id']} on {event['date_kst']}"
        )
        raise BuildError(message)
    open_day = event["precision"] in _OPEN_DAYS
    system, site = str(missile["system"]), str(missile["site"])
    clock = str(missile["time_raw"]).replace("unknown", "")
    local = "the list pairs the Korean day with a UTC clock"
    notes = [
        local if number in _LOCAL_CLOCK else "",
        *(_differences(missile, older) if older else []),
        *_remarks(missile, event, len(event["in_cns"].split())),
    ]
    return {
        "test_id": event["test_id"],
        "cns_id": number,
        "date": event["date_kst"],
        "time": time,
        "precision": "minute" if time else event["precision"] if open_day else "day",
        "system": "" if system == "unknown" else system,
        "range_class": RANGE_CLASSES[event["range_class"]],
        "site": _SPELLING.get(site, site),
        "latitude": _number(missile["latitude"]),
        "longitude": _number(missile["longitude"]),
        "apogee_km": _number(missile["apogee_km"]),
        "distance_km": _number(missile["distance_km"]),
        "outcome": str(missile["outcome"]),
        "landing": _LANDINGS[str(missile["landing"])],
        "cns_date": f"{missile['date_raw']} {clock}".strip(),
        "confidence": event["confidence"],
        "notes": join_notes(*notes),
    }


def build(folder: Path, book: SourceBook, fixes: Sequence[Row]) -> list[Row]:
    """Build the table; every row of the list belongs to exactly one test event."""
    listed, older = _read(folder)
    owners = _owners(read_candidates(folder, fixes))
    numbers = {str(missile["missile_id"]) for missile in listed}
    if set(owners) != numbers:
        odd = ", ".join(sorted(set(owners) ^ numbers))
        message = f"launches: CNS rows without an event, or the reverse: {odd}"
        raise BuildError(message)
    rows = []
    for missile in listed:
        number = str(missile["missile_id"])
        row = _build_row(missile, owners[number], older.get(number))
        copies = (CNS_COPY, CNS_DERIVED) if number in older else (CNS_DERIVED,)
        rows.append(row | {"sources": book.cite(also=copies)})
    corrections.apply("launches", "cns_id", rows, fixes)
    return _in_order(rows)


def _in_order(rows: Sequence[Row]) -> list[Row]:
    """Sort by day, event and clock, and number the missiles of each event."""
    counts: Counter[str] = Counter()
    found = []
    for row in sorted(
        rows,
        key=lambda row: (
            row["date"],
            row["test_id"],
            row["time"] or "24:00",
            int(row["cns_id"]),
        ),
    ):
        counts[row["test_id"]] += 1
        launch = f"{row['test_id']}-{counts[row['test_id']]:02}"
        full = row | {"launch_id": launch}
        found.append({name: full[name] for name in COLUMNS})
    return found
