"""Find the days on which the parties met: a visit is longer than its meetings.

The days come from the row itself where the row is the meeting, from the official record
of a visit of one day, from ``calendar_meetings.csv``, or from the rows of the meetings
that a visit was made for. Where no source gives the day, both cells stay blank.
"""

import re
from collections.abc import Mapping, Sequence

from attendance import FIXED, PRESIDENT_VISITS, gap
from official_travel import Journey
from people import persons
from tabular import BuildError, Row

# A note that leaves a day of the row open.
DAY_OPEN = re.compile(
    r"\b(?:start|end|arrival|exact|summit|return|departure|EAS)?\s?days?\b"
    r"(?: \d+ \w{3})?(?: and end day)?(?: inside [^;]*)?(?: still)? unsourced"
    r"|exact day unsourced|\bend (?:\d+ \w{3} )?unsourced"
    r"|days unconfirmed|month (?:and length )?confirmed only"
)
# The days of the row are known, but not which of them held the talks.
_TALKS_OPEN = re.compile(r"day of the talks (is|are) left open")
_TALKS = (
    "cjk_summit",
    "dprk_japan_talks",
    "four_party_talks",
    "inter_korean_talks",
    "six_party_talks",
    "trilateral_us_rok_jp",
    "us_dprk_summit",
    "us_dprk_talks",
)
_VISIT_ONLY = (
    "dprk_headofstate_visit",
    "un_dprk",
    "us_secstate_visit_rok",
    *PRESIDENT_VISITS,
)
_VISIT_LIKE = re.compile(
    r"\b(visits?|in (Pyongyang|Washington|New York|Seoul|South Korea)|delegation)\b"
)


def _day_open(row: Row) -> bool:
    noted = DAY_OPEN.search(row["notes"]) or _TALKS_OPEN.search(row["notes"])
    return bool(noted) or row["sources"] == "unsourced"


def _of_row(row: Row, trips: Sequence[Journey]) -> tuple[str, str]:
    """Return the days that the row itself gives."""
    one_day = row["start"] == row["end"]
    if row["status"] not in ("held", "virtual") or _day_open(row):
        return "", ""
    if row["category"] in _VISIT_ONLY:
        met = one_day and any(trip.met for trip in trips)
        return (row["start"], row["end"]) if met else ("", "")
    spans = row["category"] in (*FIXED, "inter_korean_summit") or (
        row["category"] in _TALKS and not _VISIT_LIKE.search(row["name"])
    )
    return (row["start"], row["end"]) if one_day or spans else ("", "")


def fill(row: Row, trips: Sequence[Journey], by_hand: Mapping[str, Row]) -> None:
    """Fill the days of one row, unless they are there already."""
    if found := by_hand.get(row["event_id"]):
        row |= {key: found[key] for key in ("meeting_start", "meeting_end")}
    if not row["meeting_start"]:
        row["meeting_start"], row["meeting_end"] = _of_row(row, trips)


def _within(row: Row, rows: Sequence[Row]) -> list[Row]:
    """Return the meetings of one visit: same country, inside it, with the visitor."""
    visitor = set(persons(row["participants"].split("; ")[0]))
    bilateral = row["category"] == "rok_us_summit"
    return [
        other
        for other in rows
        if other is not row
        and other["country"] == row["country"]
        and other["meeting_start"]
        and other["category"] not in PRESIDENT_VISITS
        and row["start"] <= other["meeting_start"]
        and other["meeting_end"] <= row["end"]
        and (not bilateral or other["category"] == "rok_us_summit")
        and visitor & set(persons(other["participants"]))
        and gap(row, other) == 0
    ]


def fill_visits(rows: Sequence[Row]) -> None:
    """Give a visit the first and last day of the meetings that the table holds."""
    for row in rows:
        window = row["category"] == "rok_us_summit" and "window" in row["name"]
        visit = row["category"] in PRESIDENT_VISITS or window
        if row["meeting_start"] or not visit or row["status"] != "held":
            continue
        if meetings := _within(row, rows):
            row["meeting_start"] = min(other["meeting_start"] for other in meetings)
            row["meeting_end"] = max(other["meeting_end"] for other in meetings)


def check(row: Row) -> None:
    """Check that the meeting lies inside the row: both days or neither.

    Raises
    ------
    BuildError
        Naming the row.
    """
    first, last = row["meeting_start"], row["meeting_end"]
    if not first and not last:
        return
    if not (first and row["start"] <= first <= last <= row["end"]):
        message = (
            f"diplomatic_calendar, {row['event_id']}: the meeting ({first!r} to "
            f"{last!r}) must have both days, in order, inside {row['start']} to "
            f"{row['end']}"
        )
        raise BuildError(message)
