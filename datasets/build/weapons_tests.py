"""Build ``weapons_tests.csv``: one row per test event on the Korean day grid."""

from collections.abc import Sequence
from pathlib import Path

import corrections
from sourcebook import SourceBook
from sources import CNS, CSIS, Source
from tabular import Row, by_date, read_table
from wording import plain

COLUMNS = (
    "test_id",
    "date",
    "time",
    "precision",
    "earliest",
    "latest",
    "n_missiles",
    "weapon",
    "range_class",
    "system",
    "site",
    "latitude",
    "longitude",
    "apogee_km",
    "distance_km",
    "outcome",
    "dated_by",
    "announced_by",
    "confirmed_by",
    "status",
    "dispute",
    "in_cns",
    "in_csis",
    "cns_date",
    "csis_date",
    "sources",
    "confidence",
    "notes",
)

# Upstream shorthand that a reader outside the field would not know.
_WEAPONS = {"mlrs": "rocket_artillery", "sam": "surface_to_air"}
_RENAMED = {
    "date": "date_kst",
    "time": "time_kst",
    "cns_date": "cns_date_raw",
    "csis_date": "csis_date_raw",
}


def _build_row(candidate: Row, book: SourceBook) -> Row:
    lists: list[Source] = []
    if candidate["in_cns"]:
        lists.append(CNS)
    if candidate["in_csis"]:
        lists.append(CSIS)
    cited = (candidate["sources"], candidate.get("added_sources", ""))
    sources = book.cite(*cited, also=tuple(lists))
    row = {name: candidate.get(_RENAMED.get(name, name), "") for name in COLUMNS}
    return row | {
        "weapon": _WEAPONS.get(candidate["weapon"], candidate["weapon"]),
        "dispute": plain(candidate["dispute"]),
        "in_cns": "true" if candidate["in_cns"] else "false",
        "in_csis": "true" if candidate["in_csis"] else "false",
        "sources": sources,
        "confidence": book.confidence(candidate["confidence"], sources),
        "notes": plain(candidate["date_evidence"]),
    }


def build(folder: Path, book: SourceBook, fixes: Sequence[Row]) -> list[Row]:
    """Build the table from ``weapons_tests/tests_candidates.csv``."""
    candidates = read_table(folder / "weapons_tests" / "tests_candidates.csv")
    corrections.apply("weapons_tests", "test_id", candidates, fixes)
    rows = [_build_row(candidate, book) for candidate in candidates]
    return by_date(rows, "date", "test_id")
