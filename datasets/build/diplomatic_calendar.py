"""Build ``diplomatic_calendar.csv``: diplomatic intervals in venue-local days."""

import re
from collections.abc import Sequence
from pathlib import Path

import corrections
from people import participants, spelling
from sourcebook import SourceBook
from tabular import Row, by_date, read_table
from venues import COUNTRY_NAMES, NO_PLACE, zone_of
from wording import join_notes, plain

COLUMNS = (
    "event_id",
    "name",
    "category",
    "level",
    "participants",
    "location",
    "country",
    "zone",
    "start",
    "end",
    "announced",
    "status",
    "sources",
    "confidence",
    "notes",
)

# Nothing upstream is later than the middle of October 2026.
LAST_SOURCED_DAY = "2026-10-15"

_CANCELLED = "_cancelled"


def _name(text: str) -> tuple[str, str]:
    """Return the name in our own words, and what its markers said about the row."""
    # The official visits list ends a name with its own (cut-off) sentence.
    text = re.sub(r"( visit to the US): .*", r"\1", text)
    text = text.replace(" - leaders summit window", ": summit window")
    marker = re.search(r" \(SCHEDULED; ([^)]*)\)| \((umbrella row)\)", text)
    if not marker:
        return plain(spelling(text)), ""
    note = marker[1] or "covers several meetings that have rows of their own"
    return plain(spelling(text.replace(marker[0], ""))), note


def _location(text: str) -> str:
    """Return the venue; a meeting by telephone or screen has none but says so."""
    return next((kind for kind in NO_PLACE if text.startswith(kind)), text)


def _status(candidate: Row, location: str) -> str:
    if candidate["category"].endswith(_CANCELLED):
        return "cancelled"
    if location in NO_PLACE:
        return "virtual"
    return "scheduled" if candidate["start_date"] > LAST_SOURCED_DAY else "held"


def _build_row(candidate: Row, book: SourceBook) -> Row:
    name, marker = _name(candidate["name"])
    country = COUNTRY_NAMES.get(candidate["country"], candidate["country"])
    location = _location(candidate["location"])
    sources = book.cite(
        candidate["source"],
        candidate["second_source"],
        candidate.get("added_sources", ""),
    )
    start = candidate["start_date"]
    return {
        "event_id": candidate["event_id"],
        "name": name,
        "category": candidate["category"].removesuffix(_CANCELLED),
        "level": candidate["level"],
        "participants": participants(candidate["participants"], start),
        "location": location,
        "country": country,
        "zone": zone_of(candidate["event_id"], country, location),
        "start": start,
        "end": candidate["end_date"],
        "announced": candidate["announced_date"],
        "status": _status(candidate, location),
        "sources": sources,
        "confidence": book.confidence(candidate["confidence"], sources),
        "notes": join_notes(marker, candidate["notes"]),
    }


def build(folder: Path, book: SourceBook, fixes: Sequence[Row]) -> list[Row]:
    """Build the table from the candidates, the raised rows and the corrections."""
    candidates = read_table(folder / "calendar" / "calendar_candidates.csv")
    raised = read_table(folder / "calendar" / "raised_rows.csv")
    corrections.apply_raised(candidates, raised)
    corrections.apply("diplomatic_calendar", "event_id", candidates, fixes)
    rows = [_build_row(candidate, book) for candidate in candidates]
    return by_date(rows, "start", "event_id")
