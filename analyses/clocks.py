"""Show how naive dating changes the answer: UTC days, venue days, list dates."""

import pandas as pd

from timing import Window
from timing.study import Run, run_alone
from timing.study.forest import forest_row, write_forest
from timing.study.testing import score_shift

KOREA = pd.Timedelta(hours=9)
"""Ahead of UTC in all years of the study."""
WINDOWS = {
    "During the event": Window(0, 0),
    "Within a day": Window(1, 1),
    "Within a week": Window(7, 7),
}
"""The shorter the window, the more a day matters."""


def main(run: Run) -> None:
    """Repeat the primary test with launches and calendar dated in naive ways."""
    tests, calendar = run.study.primary.tests(), run.study.primary.calendar()
    known = tests[tests["precision"].isin(["minute", "day"])]
    utc = in_utc(known)
    as_printed = calendar.drop(columns="zone")
    ways = {
        "Korean days, calendar converted": (known, calendar),
        "launches by their day in UTC": (utc, calendar),
        "calendar days as printed at the venue": (known, as_printed),
        "both naive": (utc, as_printed),
        "dates of the CNS list": (listed(known, "cns"), calendar),
        "the events of the CNS list, Korean days": (known[known["in_cns"]], calendar),
        "dates of the CSIS list": (listed(known, "csis"), calendar),
        "the events of the CSIS list, Korean days": (known[known["in_csis"]], calendar),
    }
    rows = pd.DataFrame(
        {"group": words}
        | forest_row(
            label,
            score_shift(run.study.primary, tests=table, calendar=events, window=window),
        )
        for words, window in WINDOWS.items()
        for label, (table, events) in ways.items()
    )
    moved, timed = int((utc["date"] != known["date"]).sum()), known["time"].ne("").sum()
    note = (
        f"{moved} of {timed} events with a clock time stand under another day in UTC."
    )
    title = "The same launches and summits under naive dates"
    write_forest(run, "clocks", rows, title=title, note=note)
    run.numbers(movedByUtc=f"{moved}", movedOf=f"{timed}")


def in_utc(tests: pd.DataFrame) -> pd.DataFrame:
    """Date tests with a clock time by their day in UTC; the others keep their day."""
    timed = tests["time"].ne("")
    clock = pd.to_timedelta(tests["time"].where(timed, "09:00") + ":00")
    return pd.DataFrame({"date": (tests["date"] + clock - KOREA).dt.normalize()})


def listed(tests: pd.DataFrame, source: str) -> pd.DataFrame:
    """Date tests as one of the public lists does; rows without a day there go."""
    printed = tests[f"{source}_date"].str[:10]
    day = pd.to_datetime(printed, format="%Y-%m-%d", errors="coerce")
    return pd.DataFrame({"date": day.dropna()})


if __name__ == "__main__":
    run_alone(main)
