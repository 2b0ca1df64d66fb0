"""Which scripts make a study, in the order in which they run."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from timing.study.specification import Study

SCRIPTS = (
    "describe",
    "timeline",
    "join",
    "hypotheses",
    "methods",
    "variants",
    "timescale",
    "forest",
    "leave_one_out",
    "lag_profiles",
    "scan",
    "models",
    "regression",
    "drills",
    "power",
    "size",
    "placebo",
    "clocks",
    "time_of_day",
    "uncertainty",
    "case_gyeongju_2025",
    "claims",
    "replication",
    "report",
)
"""Scripts of ``analyses/`` in the order in which they run."""
_OF_CURATED = frozenset(
    {"drills", "clocks", "time_of_day", "case_gyeongju_2025", "claims", "replication"}
)
"""Scripts that need columns, calendars or claims of the curated tables."""


NEEDED = ("describe", "hypotheses", "timescale", "report")
"""Scripts without which there is no study; others may be too much for few events."""


def scripts_of(study: Study) -> tuple[str, ...]:
    """Return the scripts of a study: those that its tables allow.

    Examples
    --------
    >>> from timing.study import own_study, own_tables
    >>> data = own_tables(["2025-01-10", "2025-02-10"], ["2025-02-11"])
    >>> "claims" in scripts_of(own_study(data, title="Tides"))
    False
    """
    if study.data.curated:
        return SCRIPTS
    return tuple(name for name in SCRIPTS if name not in _OF_CURATED)
