"""First steps of the study: what the data are, and how tests and calendar meet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from timing.datasets import load_calendar, load_tests
from timing.grid import DayGrid, build_grid
from timing.join import nearest
from timing.study.output import write_json, write_tables

if TYPE_CHECKING:
    from pathlib import Path

    from timing.study.specification import Study, Variant

MOTIVATING_CASE = ("2025-10-15", "2025-11-10")
"""Days around the launches that raised the question."""


def grid_of(variant: Variant) -> DayGrid:
    """Put a variant's launches and exposure on the days."""
    return build_grid(
        variant.tests(),
        variant.calendar(),
        period=variant.period,
        window=variant.window,
        anchor=variant.anchor,
    )


def describe(study: Study, output: Path) -> list[Path]:
    """Count tests and calendar events, and list each decision on the data."""
    tests, calendar = (
        load_tests(min_confidence="low"),
        load_calendar(status=None, min_confidence="low"),
    )
    by_year = (
        tests.assign(year=tests["date"].dt.year)
        .groupby("year")
        .agg(
            test_events=("test_id", "size"),
            days=("date", "nunique"),
            missiles_counted=("n_missiles", "sum"),
        )
        .reset_index()
    )
    by_class = _by_confidence(tests, "weapon")
    by_category = _by_confidence(calendar, "category")
    steps = waterfall(study.primary)
    return [
        *write_tables(output, "tests_by_year", by_year),
        *write_tables(output, "tests_by_class", by_class),
        *write_tables(output, "calendar_by_category", by_category),
        *write_tables(output, "data_decisions", steps),
        write_json(
            output / "describe.json",
            {
                "tests": len(tests),
                "calendar_events": len(calendar),
                "first_test": str(tests["date"].min().date()),
                "last_test": str(tests["date"].max().date()),
            },
        ),
    ]


def _by_confidence(table: pd.DataFrame, column: str) -> pd.DataFrame:
    counts = pd.crosstab(table[column], table["confidence"])
    counts = counts.reindex(columns=["high", "medium", "low"], fill_value=0)
    counts["all"] = counts.sum(axis=1)
    return counts.rename_axis(columns=None).reset_index()


def waterfall(variant: Variant) -> pd.DataFrame:
    """List each decision on the tests, and how many rows it leaves."""
    everything = load_tests(min_confidence="low")
    chosen_classes = load_tests(weapons=variant.weapons, min_confidence="low")
    tests = variant.tests()
    grid = grid_of(variant)
    lost = {d.reason: d.rows for d in grid.dropped if d.table == "tests"}
    rows: list[tuple[str, int]] = [
        ("test events in the table", len(everything)),
        (f"of the classes {', '.join(variant.weapons)}", len(chosen_classes)),
        ("of high or medium confidence", len(tests)),
    ]
    left = len(tests)
    for reason, label in (
        ("day not known", "with a known Korean day"),
        ("not on an at-risk day", "on an at-risk day of the period"),
    ):
        left -= lost.get(reason, 0)
        rows.append((label, left))
    rows.append(("launch days (several events on a day count once)", grid.n_launches))
    return pd.DataFrame(rows, columns=["decision", "rows left"])


def join(study: Study, output: Path) -> list[Path]:
    """Join each launch of the primary variant to the calendar events around it."""
    variant = study.primary
    tests, calendar = variant.tests(), variant.calendar()
    joined = nearest(tests, calendar, direction="both", period=variant.period)
    names = calendar["name"]
    joined["event"] = [
        names.iloc[row] if pd.notna(row) else "" for row in joined["event_row"]
    ]
    matched = joined[joined["matched"]]
    lags = matched["lag"].astype("int64")
    columns = ["test_id", "date", "event_id", "event", "lag", "n_tied", "matched"]
    return [
        *write_tables(output, "nearest_summit", joined[[*columns, "reason"]]),
        *write_tables(output, "motivating_case", motivating_case()),
        write_json(
            output / "join.json",
            {
                "launches_joined": len(matched),
                "within_3_days": int(lags.abs().le(3).sum()),
                "within_7_days": int(lags.abs().le(7).sum()),
                "during": int(lags.eq(0).sum()),
                "tied": int(matched["n_tied"].gt(1).sum()),
                "median_absolute_lag": float(lags.abs().median()),
            },
        ),
    ]


def motivating_case() -> pd.DataFrame:
    """List what happened, by the tables, around the launches that raised the question.

    Tests carry their Korean day, calendar events the days at their venue.
    """
    tests, calendar = load_tests(), load_calendar()
    tests = tests[tests["date"].between(*MOTIVATING_CASE)]
    calendar = calendar[calendar["start"].between(*MOTIVATING_CASE)]
    rows = pd.DataFrame(
        {
            "date": [*tests["date"], *calendar["start"]],
            "to": [*tests["date"], *calendar["end"]],
            "time": [*tests["time"], *[""] * len(calendar)],
            "kind": [*tests["weapon"], *calendar["category"]],
            "what": [*tests["system"], *calendar["name"]],
            "dispute": [*tests["dispute"], *[""] * len(calendar)],
            "id": [*tests["test_id"], *calendar["event_id"]],
        }
    )
    return rows.sort_values(["date", "time", "id"], kind="stable")
