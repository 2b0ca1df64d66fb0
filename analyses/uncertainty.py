"""Show how far doubt about days and events moves the primary result."""

import pandas as pd

from timing import load_calendar, load_tests
from timing.results.base import format_p
from timing.study import Run, Variant, run_alone
from timing.study.rows import row_of
from timing.study.testing import score_shift

BOUNDS = "unknown days on every possible day"


def main(run: Run) -> None:
    """Write the primary test with doubtful rows in, out, and on every possible day."""
    primary = run.study.primary
    choices = {
        "as declared: unknown days left out": {},
        "unknown days halfway in their span": {"uncertain": "midpoint"},
        BOUNDS: {"uncertain": "bounds"},
    }
    if run.study.data.curated:
        choices |= by_confidence(primary)
    results = {
        label: score_shift(primary, rng=run.study.seed, **changes)
        for label, changes in choices.items()
    }
    rows = []
    for label, result in results.items():
        low, high = result.pvalue_range
        between = "" if low == high else f"{format_p(low)} to {format_p(high)}"
        rows.append(row_of(label, result) | {"p over possible days": between})
    run.table(
        "uncertainty",
        pd.DataFrame(rows),
        title="The primary result under doubt about days, tests and calendar events",
        note="Calendars by confidence alone keep the journeys on which the US "
        "president met Kim."
        if run.study.data.curated
        else "",
    )
    bounds = results[BOUNDS]
    doubt = (
        "With events of unknown day on every day they may have, p runs from "
        f"{format_p(bounds.pvalue_range[0])} to {format_p(bounds.pvalue_range[1])}."
    )
    run.numbers(
        doubt=doubt if bounds.n_uncertain else "No event is of unknown day.",
        boundsLow=format_p(bounds.pvalue_range[0]),
        boundsHigh=format_p(bounds.pvalue_range[1]),
        unknownDays=f"{bounds.n_uncertain}",
    )


def by_confidence(primary: Variant) -> dict[str, dict[str, pd.DataFrame]]:
    """Select tests and calendar events by how sure the sources are."""
    weapons, categories = list(primary.classes), list(primary.categories)
    return {
        "with tests of low confidence": {
            "tests": load_tests(weapons=weapons, min_confidence="low")
        },
        "tests of high confidence only": {
            "tests": load_tests(weapons=weapons, min_confidence="high")
        },
        "confirmed tests only": {
            "tests": load_tests(weapons=weapons, status="confirmed")
        },
        "with calendar events of low confidence": {
            "calendar": load_calendar(categories, min_confidence="low")
        },
        "calendar events of high confidence only": {
            "calendar": load_calendar(categories, min_confidence="high")
        },
    }


if __name__ == "__main__":
    run_alone(main)
