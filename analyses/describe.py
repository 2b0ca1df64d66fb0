"""Describe the data: tests and calendar events, and every decision taken on them."""

import pandas as pd

from timing.figures import DOUBLE, new_axes, plot_waterfall
from timing.study import Run, Variant, run_alone
from timing.study.spans import presidents
from timing.study.testing import grid_of

CONFIDENCES = ["high", "medium", "low"]


def main(run: Run) -> None:
    """Count tests and calendar events, and list each decision on the data."""
    data, primary = run.study.data, run.study.primary
    tests, calendar = data.everything()
    run.table("tests_by_year", by_year(tests), title="Tests by year")
    for name, table, what, column in (
        ("tests_by_class", tests, "Tests", data.class_column),
        ("calendar_by_category", calendar, "Calendar events", "category"),
    ):
        run.table(name, counts_of(table, column), title=f"{what} by {column}")
    if data.curated:
        run.table(
            "tests_by_era",
            by_president(primary),
            title="Event days and exposed days of the primary hypothesis by US "
            "president",
            note="At-risk days of the study period only.",
        )
    decisions = waterfall(primary)
    run.table("data_decisions", decisions, title="Decisions on the tests")
    run.figure(
        "waterfall",
        plot_waterfall(decisions, ax=new_axes(DOUBLE, 0.5 + 0.4 * len(decisions))),
        title="Decisions on the tests, and the rows that each one leaves",
        alt_text="Bars that shrink with each decision: "
        + "; ".join(f"{what}: {n}" for what, n in decisions.itertuples(index=False))
        + ".",
        data=decisions,
    )
    run.numbers(
        testEvents=f"{len(tests)}",
        calendarEvents=f"{len(calendar):,}",
        firstTestYear=f"{tests['date'].min():%Y}",
        launchDays=f"{decisions['rows left'].iloc[-1]}",
    )


def by_year(tests: pd.DataFrame) -> pd.DataFrame:
    """Count tests and the days with one; missiles where a table counts them."""
    counted = {"test_events": ("test_id", "size"), "days": ("date", "nunique")}
    if "n_missiles" in tests:
        counted["missiles_counted"] = ("n_missiles", "sum")
    by_year = tests.assign(year=tests["date"].dt.year).groupby("year")
    return by_year.agg(**counted).reset_index()


def counts_of(table: pd.DataFrame, column: str) -> pd.DataFrame:
    """Count the rows with each value, by confidence where a table states it."""
    if "confidence" not in table:
        counts = table[column].value_counts().sort_index().rename("rows")
        return counts.rename_axis(column).reset_index()
    crossed = pd.crosstab(table[column], table["confidence"])
    crossed = crossed.reindex(columns=CONFIDENCES, fill_value=0)
    crossed["all"] = crossed.sum(axis=1)
    return crossed.rename_axis(columns=None).reset_index()


def by_president(variant: Variant) -> pd.DataFrame:
    """Count event days and exposed days under each US president."""
    grid = grid_of(variant)
    day = pd.DatetimeIndex(grid.day.astype("datetime64[D]"))
    rows = []
    for president, (first, last) in presidents(variant).items():
        inside = (day >= first) & (day <= last)
        days, events = int(inside.sum()), int(grid.launches[inside].sum())
        exposed = grid.exposed[inside] > 0
        rows.append(
            {
                "US president": president,
                "at-risk days": days,
                "event days": events,
                "event days a year": f"{365.25 * events / days:.1f}",
                "exposed days": int(exposed.sum()),
                "share exposed": f"{100 * exposed.mean():.0f}%",
                "events on exposed days": int(grid.launches[inside][exposed].sum()),
            }
        )
    return pd.DataFrame(rows)


def waterfall(variant: Variant) -> pd.DataFrame:
    """List each decision on the tests, and how many rows it leaves."""
    tests, grid = variant.tests(), grid_of(variant)
    everything = variant.data.everything()[0]
    lost = {d.reason: d.rows for d in grid.dropped if d.table == "tests"}
    known = len(tests) - lost.get("day not known", 0)
    steps = {"rows in the table": len(everything)}
    if variant.classes:
        of_classes = everything[variant.data.class_column].isin(variant.classes)
        steps[f"of the classes {', '.join(variant.classes)}"] = int(of_classes.sum())
    if "confidence" in everything:
        steps["of high or medium confidence"] = len(tests)
    steps |= {
        "with a known day": known,
        "on an at-risk day of the period": known - lost.get("not on an at-risk day", 0),
        "event days (several events on a day count once)": grid.n_launches,
    }
    return pd.DataFrame(steps.items(), columns=["decision", "rows left"])


if __name__ == "__main__":
    run_alone(main)
