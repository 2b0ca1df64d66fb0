"""Split the primary hypothesis by category, president, era and host."""

from collections.abc import Iterable

import pandas as pd

from timing import StudyPeriod
from timing.study import Run, Variant, run_alone
from timing.study.forest import tested_row, write_forest
from timing.study.spans import Spans, presidents, thirds, within

ERAS = {
    "2012 to 2017": ("2012-01-01", "2017-12-31"),
    "2018 to 2021": ("2018-01-01", "2021-12-31"),
    "2022 to 2026": ("2022-01-01", "2026-12-31"),
}
FEWEST = 5
"""Calendar events of the period that give a host a row of its own."""


def main(run: Run) -> None:
    """Run the primary test on every part; write and draw them together."""
    primary, rows = run.study.primary, []
    groups = {"Category": by_category(primary)}
    if run.study.data.curated:
        groups["US president"] = by_span(primary, presidents(primary))
        groups["Era"] = by_span(primary, within(primary, ERAS))
    else:
        groups["Era"] = by_span(primary, thirds(primary))
    if "country" in primary.calendar():
        groups["Host"] = by_host(primary)
    groups = {group: parts for group, parts in groups.items() if parts}
    for group, parts in groups.items():
        for label, changes in parts.items():
            rows.append({"group": group} | tested_row(label, primary, **changes))
    write_forest(
        run,
        "forest",
        pd.DataFrame(rows),
        title=f"The primary hypothesis by {in_a_row(groups)}",
        note="Event days in the windows, observed / expected within months, and p; "
        "none of these p-values is adjusted for their number.",
    )


def in_a_row(groups: Iterable[str]) -> str:
    """Name the groups in running text."""
    *words, last = [group.removeprefix("US ").lower() for group in groups]
    return f"{', '.join(words)} and {last}" if words else last


def by_category(variant: Variant) -> dict[str, dict[str, object]]:
    """Give each category a calendar of its own."""
    calendar = variant.calendar()
    return {
        category.replace("_", " "): {
            "calendar": calendar[calendar["category"].eq(category)]
        }
        for category in variant.all_categories()
    }


def by_host(variant: Variant) -> dict[str, dict[str, object]]:
    """Give each country with enough events a calendar of its own."""
    calendar = variant.calendar_in_period()
    counts = calendar["country"].value_counts()
    often = calendar["country"].isin(counts.index[counts >= FEWEST])
    hosts = calendar["country"].where(often, "other hosts")
    return {
        host: {"calendar": calendar[hosts.eq(host)]}
        for host in sorted(
            hosts.unique(), key=lambda host: (host == "other hosts", host)
        )
    }


def by_span(variant: Variant, spans: Spans) -> dict[str, dict[str, object]]:
    """Give each span of the period a period of its own."""
    return {
        label: {
            "period": StudyPeriod(
                *span,
                variant.exclude,
                zone=variant.data.zone,
            )
        }
        for label, span in spans.items()
    }


if __name__ == "__main__":
    run_alone(main)
