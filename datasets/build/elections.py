"""Build ``elections.csv``: votes and political dates of the US, ROK and DPRK."""

import re
from collections import Counter
from pathlib import Path

from meetings import DAY_OPEN
from sourcebook import SourceBook
from tabular import BuildError, Row, by_date, read_table
from wording import plain

COLUMNS = (
    "election_id",
    "kind",
    "name",
    "country",
    "start",
    "end",
    "sources",
    "confidence",
    "basis",
    "notes",
)

# The country has a column of its own.
_KINDS = {
    "us_presidential_election": "presidential_election",
    "us_midterm_election": "midterm_election",
    "us_inauguration": "inauguration",
    "rok_presidential_election": "presidential_election",
    "rok_assembly_election": "legislative_election",
    "rok_local_election": "local_election",
    "rok_referendum": "referendum",
    "rok_inauguration": "inauguration",
    "rok_political": "political_crisis",
    "dprk_spa_election": "legislative_election",
    "dprk_spa_session": "assembly_session",
    "dprk_party": "party_meeting",
    "dprk_political": "leader_death",
}
_BASIS = {
    "sourced": "sourced",
    "computed": "computed",
    "sourced+computed": "sourced_and_computed",
    "memory": "unsourced",
}

# Citations that name a law or a wiki in short, and notes about how a row was made.
_CITATIONS = (
    (
        r"US statute: Tuesday after the first Monday of November",
        "US Code, title 2, section 7 https://uscode.house.gov/view.xhtml"
        "?req=granuleid:USC-prelim-title2-section7",
    ),
    (
        r"US Constitution, 20th Amendment",
        "US Constitution, 20th Amendment "
        "https://constitution.congress.gov/constitution/amendment-20/",
    ),
    (
        r"Public Official Election Act art\. 34 \([^()]*\)",
        "Public Official Election Act, article 34 https://www.law.go.kr/",
    ),
    (r"\bNamu (copy|table)", r"Namu Wiki \1"),
)
_NOTES = (
    (r"carried over( from the calendar scout)?", ""),
    (r"from the calendar scout", "unsourced"),
    (r"\b(opening day) high\b", r"\1 well sourced"),
)


def _rewrite(text: str, rules: tuple[tuple[str, str], ...]) -> str:
    for pattern, replacement in rules:
        text = re.sub(pattern, replacement, text)
    return text


def _build_row(candidate: Row, book: SourceBook) -> Row:
    kind = _KINDS.get(candidate["type"])
    if kind is None:
        message = f"elections.csv: unknown type {candidate['type']!r}"
        raise BuildError(message)
    sources = book.cite(
        _rewrite(candidate["source"], _CITATIONS),
        _rewrite(candidate["second_source"], _CITATIONS),
        candidate.get("added_sources", ""),
    )
    notes = plain(_rewrite(candidate["notes"], _NOTES))
    confidence = book.confidence(candidate["confidence"], sources)
    if confidence == "high" and DAY_OPEN.search(notes):
        confidence = "medium"
    country = candidate["country"].lower()
    return {
        "election_id": f"{candidate['start_date']}-{country}-{kind}",
        "kind": kind,
        "name": plain(candidate["name"]),
        "country": candidate["country"],
        "start": candidate["start_date"],
        "end": candidate["end_date"],
        "sources": sources,
        "confidence": confidence,
        "basis": _BASIS[candidate["basis"]],
        "notes": notes,
    }


def build(folder: Path, book: SourceBook) -> list[Row]:
    """Build the table from ``confounders/elections.csv``."""
    candidates = read_table(folder / "confounders" / "elections.csv")
    rows = [_build_row(candidate, book) for candidate in candidates]
    twice = [
        name
        for name, count in Counter(row["election_id"] for row in rows).items()
        if count > 1
    ]
    if twice:
        message = f"elections: two rows of one kind and day: {', '.join(twice)}"
        raise BuildError(message)
    return by_date(rows, "start", "election_id")
