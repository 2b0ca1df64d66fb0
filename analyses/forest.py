"""Split the primary hypothesis by category, president, era and host."""

import pandas as pd

from timing import StudyPeriod, load_eras
from timing.errors import EmptySelectionError, NoContrastError
from timing.study import Run, Variant, run_alone
from timing.study.forest import forest_row, write_forest
from timing.study.testing import score_shift

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
    for group, parts in (
        ("Category", by_category(primary)),
        ("US president", by_president(primary)),
        ("Era", by_span(primary, ERAS)),
        ("Host", by_host(primary)),
    ):
        for label, changes in parts.items():
            try:
                row = forest_row(label, score_shift(primary, **changes))
            except (EmptySelectionError, NoContrastError):
                row = {
                    "label": label,
                    "rate_ratio": float("nan"),
                    "note": "no contrast",
                }
            rows.append({"group": group} | row)
    write_forest(
        run,
        "forest",
        pd.DataFrame(rows),
        title="The primary hypothesis by category, president, era and host",
        note="Launch days in the windows, observed / expected within months, and p; "
        "none of these p-values is adjusted for their number.",
    )


def by_category(variant: Variant) -> dict[str, dict[str, object]]:
    """Give each category a calendar of its own."""
    calendar = variant.calendar()
    return {
        category.replace("_", " "): {
            "calendar": calendar[calendar["category"].eq(category)]
        }
        for category in variant.categories
    }


def by_host(variant: Variant) -> dict[str, dict[str, object]]:
    """Give each country with enough events a calendar of its own."""
    calendar = variant.calendar()
    calendar = calendar[calendar["end"].ge(variant.start)]
    counts = calendar["country"].value_counts()
    often = calendar["country"].isin(counts.index[counts >= FEWEST])
    hosts = calendar["country"].where(often, "other hosts")
    return {
        host: {"calendar": calendar[hosts.eq(host)]}
        for host in sorted(
            hosts.unique(), key=lambda host: (host == "other hosts", host)
        )
    }


def by_president(variant: Variant) -> dict[str, dict[str, object]]:
    """Split the period by the terms of the presidents of the US."""
    eras = load_eras()
    terms = eras[eras["kind"].eq("us_president")]
    spans = {}
    for term in terms.itertuples():
        last = variant.end if pd.isna(term.end) else f"{term.end:%Y-%m-%d}"
        spans[f"{term.name}, from {term.start:%Y}"] = (f"{term.start:%Y-%m-%d}", last)
    return by_span(variant, spans)


def by_span(
    variant: Variant, spans: dict[str, tuple[str, str]]
) -> dict[str, dict[str, object]]:
    """Split the period; spans outside it are left out."""
    return {
        label: {
            "period": StudyPeriod(
                max(first, variant.start), min(last, variant.end), variant.exclude
            )
        }
        for label, (first, last) in spans.items()
        if first <= variant.end and last >= variant.start
    }


if __name__ == "__main__":
    run_alone(main)
