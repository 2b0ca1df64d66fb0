"""Build ``military_exercises.csv``: US-ROK and trilateral exercises that were held."""

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import corrections
from sourcebook import SourceBook
from sources import slug
from tabular import Row, by_date, read_table
from wording import plain

COLUMNS = (
    "exercise_id",
    "name",
    "kind",
    "scale",
    "start",
    "end",
    "precision",
    "location",
    "status",
    "sources",
    "confidence",
    "notes",
)

_STATUS = {
    "": "held",
    "postponed": "postponed",
    "extended": "extended",
    "cut_short": "shortened",
    "scaled_down": "reduced",
    "partly_postponed": "reduced",
}
_NOT_HELD = ("cancelled", "suspended")


def _was_held(candidate: Row) -> bool:
    """Return whether the row is an exercise and not the mark of one called off."""
    change = candidate["cancelled_or_postponed"]
    one_day = candidate["start_date"] == candidate["end_date"]
    return change not in _NOT_HELD and not (change == "postponed" and one_day)


def _series(name: str) -> str:
    """Return the name of the series, without the number of the edition."""
    name = re.sub(r"\([^)]*\)|\b\d[\d-]*\b|\b(Nov|Oct) ", " ", name)
    return slug(name).replace("-", "_")


def _build_row(candidate: Row, book: SourceBook) -> Row:
    cited = (candidate["source"], candidate["second_source"])
    sources = book.cite(*cited, candidate.get("added_sources", ""))
    return {
        "exercise_id": f"{candidate['start_date'][:4]}-{_series(candidate['name'])}",
        "name": plain(candidate["name"]),
        "kind": candidate["type"],
        "scale": candidate["scale"],
        "start": candidate["start_date"],
        "end": candidate["end_date"],
        "precision": candidate["precision"],
        "location": candidate["location"],
        "status": _STATUS[candidate["cancelled_or_postponed"]],
        "sources": sources,
        "confidence": book.confidence(candidate["confidence"], sources),
        "notes": plain(candidate["notes"]),
    }


def build(folder: Path, book: SourceBook, fixes: Sequence[Row]) -> list[Row]:
    """Build the table from ``confounders/drills.csv``."""
    candidates = read_table(folder / "confounders" / "drills.csv")
    corrections.apply("military_exercises", "name", candidates, fixes)
    rows = by_date(
        (_build_row(candidate, book) for candidate in filter(_was_held, candidates)),
        "start",
        "exercise_id",
    )
    editions: Counter[str] = Counter()
    for row in rows:
        editions[row["exercise_id"]] += 1
        if editions[row["exercise_id"]] > 1:  # the second edition of a year
            row["exercise_id"] += f"-{editions[row['exercise_id']]}"
    return by_date(rows, "start", "exercise_id")
