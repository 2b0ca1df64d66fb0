"""Commands that print: a test, the codebook, how to cite."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

    import pandas as pd

    from timing.period import StudyPeriod


def test(options: argparse.Namespace) -> bool:
    """Test the user's events against the user's calendar."""
    from timing.nulls import CircularShift, as_null
    from timing.period import Window
    from timing.permutation import permutation_test
    from timing.readers import read_calendar, read_events
    from timing.regression import randomization_test

    reading = {"dates": options.dates, "zone": options.zone}
    tests = read_events(options.tests, **reading)
    calendar = read_calendar(options.calendar, **reading)
    strata = None if options.strata == "none" else options.strata
    shared = {
        "period": _period(options, tests),
        "window": Window(before=options.before, after=options.after),
        "unit": options.unit,
        "gap": options.gap,
        "anchor": options.anchor,
        "alternative": options.alternative,
        "uncertain": options.uncertain,
    }
    null = as_null(options.null)
    results = [
        randomization_test(tests, calendar, strata=strata, **shared),
        permutation_test(
            tests,
            calendar,
            null=CircularShift(strata) if isinstance(null, CircularShift) else null,
            statistic=options.statistic,
            rng=options.seed,
            **shared,
        ),
    ]
    if options.json:
        print(json.dumps([result.to_dict() for result in results], indent=1))
    else:
        print("\n\n".join(result.summary() for result in results))
    return True


def _period(options: argparse.Namespace, tests: pd.DataFrame) -> StudyPeriod:
    """Return the period asked for; by default the whole months that hold the events."""
    from timing.assumed import months_of
    from timing.home import HOME
    from timing.period import StudyPeriod

    months = months_of(tests)
    zone = options.zone or HOME
    if options.start or options.end or options.exclude or zone != HOME:
        return StudyPeriod(
            options.start or months.start,
            options.end or months.end,
            options.exclude,
            zone=zone,
        )
    return months


def datasets(options: argparse.Namespace) -> bool:
    """Print the codebook, or the columns of one table."""
    from timing.codebook import codebook, describe_table

    print(codebook() if options.table is None else describe_table(options.table))
    return True


def cite(_: argparse.Namespace) -> bool:
    """Print how to cite the package and the data."""
    from timing.citation import citation

    print(citation())
    return True
