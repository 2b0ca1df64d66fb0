"""Build ``diplomatic_calendar.csv``: diplomatic intervals in venue-local days."""

import re
from collections.abc import Sequence
from pathlib import Path

import advance
import attendance
import corrections
import episodes
import meetings
import official_travel
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
    "meeting_start",
    "meeting_end",
    "announced",
    "scheduled",
    "status",
    "episode",
    "sources",
    "confidence",
    "notes",
)

# Nothing upstream is later than the middle of October 2026.
LAST_SOURCED_DAY = "2026-10-15"

_HERE = Path(__file__).parent
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
    if candidate.get("status"):
        return candidate["status"]
    if candidate["category"].endswith(_CANCELLED):
        return "cancelled"
    if location in NO_PLACE:
        return "virtual"
    return "scheduled" if candidate["start_date"] > LAST_SOURCED_DAY else "held"


def _confidence(claimed: str, notes: str) -> str:
    """Return the confidence: a row is not high while a note leaves a day open."""
    leaves_open = bool(meetings.DAY_OPEN.search(notes))
    return "medium" if claimed == "high" and leaves_open else claimed


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
    notes = join_notes(marker, candidate["notes"])
    claimed = book.confidence(candidate["confidence"], sources)
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
        "meeting_start": candidate.get("meeting_start", ""),
        "meeting_end": candidate.get("meeting_end", ""),
        "announced": candidate["announced_date"],
        "scheduled": candidate.get("scheduled", ""),
        "status": _status(candidate, location),
        "episode": "",
        "sources": sources,
        "confidence": _confidence(claimed, notes),
        "notes": notes,
    }


def _additions() -> list[Row]:
    """Return the rows added by hand, in the columns of the candidates."""
    return [
        row
        | {
            "start_date": row["start"],
            "end_date": row["end"],
            "announced_date": row["announced"],
            "source": row["citations"],
            "second_source": "",
        }
        for row in read_table(_HERE / "calendar_additions.csv")
    ]


def _candidates(
    folder: Path, fixes: Sequence[Row], by_hand: Sequence[Row]
) -> list[Row]:
    """Return all candidate rows, after the raised rows and the corrections."""
    candidates = read_table(folder / "calendar" / "calendar_candidates.csv")
    raised = read_table(folder / "calendar" / "raised_rows.csv")
    corrections.apply_raised(candidates, raised)
    candidates += [*_additions(), *official_travel.other_regions(folder)]
    corrections.apply("diplomatic_calendar", "event_id", candidates, fixes)
    sources = [
        {"table": "meetings", "key": row["event_id"], "field": ""}
        | {"source": row["citations"]}
        for row in by_hand
    ]
    corrections.apply("meetings", "event_id", candidates, sources)
    return candidates


def build(folder: Path, book: SourceBook, fixes: Sequence[Row]) -> list[Row]:
    """Build the table from the candidates, the official journeys and the additions."""
    by_hand = read_table(_HERE / "calendar_meetings.csv")
    candidates = _candidates(folder, fixes, by_hand)
    trips = {
        candidate["event_id"]: official_travel.cited(
            folder, candidate["source"], candidate["second_source"]
        )
        for candidate in candidates
    }
    rows = by_date(
        (_build_row(candidate, book) for candidate in candidates), "start", "event_id"
    )
    days = {row["event_id"]: row for row in by_hand if row["meeting_start"]}
    for row in rows:
        attendance.name_hosts(row, trips[row["event_id"]])
        meetings.fill(row, trips[row["event_id"]], days)
    attendance.name_attendants(rows, trips)
    meetings.fill_visits(rows)
    for row in rows:
        known = trips[row["event_id"]]
        row["scheduled"] = row["scheduled"] or advance.scheduled(row, rows, known)
        attendance.check_sides(row)
        meetings.check(row)
    joined = {row["event_id"]: row["episode_with"] for row in by_hand}
    episodes.assign(rows, {one: other for one, other in joined.items() if other})
    return rows
