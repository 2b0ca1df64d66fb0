"""Draw the record: one row a year, tests by class, calendar events as bands."""

import pandas as pd

from timing import plot_timeline
from timing.figures import DOUBLE, new_axes
from timing.study import Run, run_alone


def main(run: Run) -> None:
    """Draw the tests of the study and the calendar of the primary hypothesis."""
    variant = run.study.primary
    tests, calendar = variant.tests(), variant.calendar()
    first, last = variant.period.start.year, variant.period.end.year
    ax = new_axes(DOUBLE, 1.2 + 0.26 * (last - first + 1))
    inside = tests["date"].between(
        pd.Timestamp(variant.start), pd.Timestamp(variant.end)
    )
    by = variant.data.class_column
    counts = tests.loc[inside, by].value_counts()
    run.figure(
        "timeline",
        plot_timeline(tests, calendar, period=variant.period, by=by, ax=ax),
        title="Tests by class, and the calendar events of the primary hypothesis",
        alt_text=f"One row a year, {first} to {last}: tests as marks by class ("
        + ", ".join(f"{n} {weapon}" for weapon, n in counts.items())
        + f"), calendar events as bands. {variant.label}.",
        data=tests.loc[inside, ["test_id", "date", by]],
    )


if __name__ == "__main__":
    run_alone(main)
