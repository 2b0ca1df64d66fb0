"""Say whether the days of a row were fixed long in advance."""

import re
from collections.abc import Sequence
from datetime import date

from attendance import FIXED, PRESIDENT_VISITS, gap
from official_travel import Journey
from tabular import Row

_LONG_NOTICE = 14  # days
_ON_SHORT_NOTICE = ("unsc_prst_dprk", "unsc_resolution_dprk", "unsc_veto_dprk")
_FUNERAL = re.compile(r"\b(funeral|memorial service for)\b")


def _noticed(row: Row) -> bool:
    if not row["announced"]:
        return False
    start = date.fromisoformat(row["start"])
    notice = start - date.fromisoformat(row["announced"])
    return notice.days >= _LONG_NOTICE


def scheduled(row: Row, rows: Sequence[Row], trips: Sequence[Journey]) -> str:
    """Return "true", "false" or, where it is not known, a blank.

    True by its kind, by notice of 14 days, or for a journey of the US president to a
    gathering of such a kind; false for decisions of the Security Council and funerals.
    """
    if row["category"] in _ON_SHORT_NOTICE:
        return "false"
    if row["category"] in FIXED or _noticed(row):
        return "true"
    if row["category"] not in PRESIDENT_VISITS or row["status"] != "held":
        return ""
    if any(_FUNERAL.search(trip.remarks) for trip in trips):
        return "false"
    gathering = any(
        other["category"] in FIXED
        and other["category"] != "unga_highlevel"
        and other["status"] == "held"
        and other["country"] == row["country"]
        and gap(row, other) <= 1
        for other in rows
    )
    return "true" if gathering or any(trip.gathering for trip in trips) else ""
