"""Describe the data: tests and calendar events, and every decision taken on them."""

import pandas as pd

from timing import load_calendar, load_eras, load_tests
from timing.figures import DOUBLE, new_axes, plot_waterfall
from timing.study import Run, Variant, run_alone
from timing.study.testing import grid_of

CONFIDENCES = ["high", "medium", "low"]


def main(run: Run) -> None:
    """Count tests and calendar events, and list each decision on the data."""
    tests = load_tests(min_confidence="low")
    calendar = load_calendar(status=None, min_confidence="low")
    run.table(
        "tests_by_year",
        tests.assign(year=tests["date"].dt.year)
        .groupby("year")
        .agg(
            test_events=("test_id", "size"),
            days=("date", "nunique"),
            missiles_counted=("n_missiles", "sum"),
        )
        .reset_index(),
        title="Weapons tests by year",
        note="All classes and confidences; missiles where a source counts them.",
    )
    for name, table, column in (
        ("tests_by_class", tests, "weapon"),
        ("calendar_by_category", calendar, "category"),
    ):
        counts = pd.crosstab(table[column], table["confidence"])
        counts = counts.reindex(columns=CONFIDENCES, fill_value=0)
        counts["all"] = counts.sum(axis=1)
        run.table(
            name,
            counts.rename_axis(columns=None).reset_index(),
            title=f"{'Weapons tests' if column == 'weapon' else 'Calendar events'} by "
            f"{column} and confidence",
        )
    run.table(
        "tests_by_era",
        by_era(run.study.primary),
        title="Launch days and exposed days of the primary hypothesis by US president",
        note="At-risk days of the study period only.",
    )
    decisions = waterfall(run.study.primary)
    run.table("data_decisions", decisions, title="Decisions on the weapons tests")
    run.figure(
        "waterfall",
        plot_waterfall(decisions, ax=new_axes(DOUBLE, 0.5 + 0.4 * len(decisions))),
        title="Decisions on the weapons tests, and the rows that each one leaves",
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


def by_era(variant: Variant) -> pd.DataFrame:
    """Count launch days and exposed days under each US president."""
    grid = grid_of(variant)
    day = pd.DatetimeIndex(grid.day.astype("datetime64[D]"))
    eras = load_eras()
    eras = eras[eras["kind"].eq("us_president")]
    rows = []
    for era in eras.itertuples():
        last = day.max() if pd.isna(era.end) else era.end
        inside = (day >= era.start) & (day <= last)
        if not inside.any():
            continue
        days, launches = int(inside.sum()), int(grid.launches[inside].sum())
        exposed = grid.exposed[inside] > 0
        rows.append(
            {
                "US president": era.name,
                "at-risk days": days,
                "launch days": launches,
                "launch days a year": f"{365.25 * launches / days:.1f}",
                "exposed days": int(exposed.sum()),
                "share exposed": f"{100 * exposed.mean():.0f}%",
                "launches on exposed days": int(grid.launches[inside][exposed].sum()),
            }
        )
    return pd.DataFrame(rows)


def waterfall(variant: Variant) -> pd.DataFrame:
    """List each decision on the tests, and how many rows it leaves."""
    tests, grid = variant.tests(), grid_of(variant)
    lost = {d.reason: d.rows for d in grid.dropped if d.table == "tests"}
    known = len(tests) - lost.get("day not known", 0)
    steps = {
        "test events in the table": len(load_tests(min_confidence="low")),
        f"of the classes {', '.join(variant.weapons)}": len(
            load_tests(weapons=variant.weapons, min_confidence="low")
        ),
        "of high or medium confidence": len(tests),
        "with a known Korean day": known,
        "on an at-risk day of the period": known - lost.get("not on an at-risk day", 0),
        "launch days (several events on a day count once)": grid.n_launches,
    }
    return pd.DataFrame(steps.items(), columns=["decision", "rows left"])


if __name__ == "__main__":
    run_alone(main)
