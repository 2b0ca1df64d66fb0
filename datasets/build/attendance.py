"""Name both sides of each row of the calendar, from the official records and terms."""

import re
from collections.abc import Sequence
from datetime import date

from official_travel import Journey, hosts
from people import holder, states
from tabular import BuildError, Row

# Meetings whose days their kind fixes long in advance.
FIXED = ("apec", "asean_eas", "g20", "g7", "nss", "unga_highlevel")
# Gatherings of which the ROK is a member.
_WITH_ROK = ("apec", "asean_eas", "g20", "nss")
PRESIDENT_VISITS = (
    "us_president_visit_asia",
    "us_president_visit_rok",
    "us_president_visit_other",
    "us_president_stopover_asia",
)

_ROK_PRESIDENT = re.compile(r"(?<!Acting )(?<!Accompanied )(?<!Joined )President [A-Z]")
_ACTING = re.compile(r"Acting President ([A-Z][a-z]+ [A-Z][a-z]+-[a-z]+)")
_COLLECTIVE = re.compile(r"leaders|heads of state|UN Security Council")


def gap(one: Row, other: Row) -> int:
    """Return the days between two rows: 0 on the same day, 1 on consecutive days."""
    first, second = sorted((one, other), key=lambda row: row["start"])
    start, end = date.fromisoformat(second["start"]), date.fromisoformat(first["end"])
    return max((start - end).days, 0)


def _add(row: Row, *people: str) -> None:
    known = row["participants"].split("; ")
    row["participants"] = "; ".join(dict.fromkeys([*known, *people]))


def _secretary_hosts(trip: Journey) -> str:
    """Return whom a secretary of state met in Seoul, as far as the record says."""
    remarks = re.sub(r"(Accompanied|Joined) President \w+(\u2019s)?", "", trip.remarks)
    if acting := _ACTING.search(remarks):
        return f"{acting[1]} (ROK)"
    if _ROK_PRESIDENT.search(remarks):
        return holder("ROK president", trip.start)
    if "Foreign Minister" in remarks:
        return "foreign minister (ROK)"
    return "government (ROK)"


def name_hosts(row: Row, trips: Sequence[Journey]) -> None:
    """Add the hosts to a row that names the visitor alone."""
    if len(states(row["participants"])) > 1:
        return
    if row["category"] == "us_president_visit_rok":
        _add(row, holder("ROK president", row["start"]))
    elif row["category"] == "us_secstate_visit_rok":
        for trip in trips:
            _add(row, _secretary_hosts(trip))
    elif row["category"] in PRESIDENT_VISITS:
        for trip in trips:
            _add(row, hosts(trip.remarks, row["country"], row["start"]))


def name_attendants(rows: Sequence[Row], trips: dict[str, Sequence[Journey]]) -> None:
    """Add the US and ROK presidents to the gatherings that they attended.

    The US president hosts at home; abroad the record of the journey has to name the
    gathering. The ROK president hosts at home; elsewhere a row of a meeting at the same
    place and time shows the attendance.
    """
    for row in rows:
        at_home = row["country"] in ("USA", "ROK")
        if row["category"] not in ("g7", *_WITH_ROK) or row["status"] != "held":
            continue
        near = [
            other
            for other in rows
            if other is not row
            and other["status"] == "held"
            and other["country"] == row["country"]
            and gap(row, other) == 0
        ]
        office = {"USA": "US president", "ROK": "ROK president"}.get(row["country"])
        if at_home and office:
            _add(row, holder(office, row["start"]))
        for other in near:
            multilateral = any(trip.multilateral for trip in trips[other["event_id"]])
            if other["category"] in PRESIDENT_VISITS and multilateral:
                _add(row, holder("US president", row["start"]))
            president = holder("ROK president", row["start"])
            member = row["category"] in _WITH_ROK and row["country"] != "ROK"
            if member and president in other["participants"].split("; "):
                _add(row, president)


def check_sides(row: Row) -> None:
    """Stop at a row that names one side only.

    Raises
    ------
    BuildError
        If fewer than two states, and no body of many states, take part.
    """
    if len(states(row["participants"])) < 2 and not _COLLECTIVE.search(
        row["participants"]
    ):
        message = (
            f"diplomatic_calendar, {row['event_id']}: `participants` names one side "
            f"only: {row['participants']!r}"
        )
        raise BuildError(message)
