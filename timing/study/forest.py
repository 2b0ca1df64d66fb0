"""Results one below the other: as rows, as a table for papers, and as a forest plot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from timing.errors import EmptySelectionError, NoContrastError
from timing.figures import plot_forest
from timing.results.base import format_limits, format_p, format_ratio
from timing.study.testing import Option, score_shift

if TYPE_CHECKING:
    from timing.results import AssociationResult
    from timing.study.output import Run
    from timing.study.specification import Variant

_NUMBERS = ("rate_ratio", "low", "high", "launches", "expected", "pvalue")


def forest_row(label: str, result: AssociationResult) -> dict[str, Any]:
    """Put a result into a row of a forest plot."""
    low, high = result.confidence_interval()[:2]
    return {
        "label": label,
        "rate_ratio": result.conditional_rate_ratio,
        "low": low,
        "high": high,
        "launches": int(result.count),
        "expected": result.expected_count,
        "pvalue": result.pvalue,
        "note": f"{result.count:.0f} / {result.expected_count:.1f}, "
        f"p = {format_p(result.pvalue)}",
    }


def tested_row(label: str, variant: Variant, **changes: Option) -> dict[str, Any]:
    """Run the declared test for a row of a forest plot; say so if it cannot be."""
    try:
        return forest_row(label, score_shift(variant, **changes))
    except (EmptySelectionError, NoContrastError):
        gaps = dict.fromkeys(_NUMBERS, float("nan"))
        return {"label": label, **gaps, "note": "no contrast"}


def in_words(rows: pd.DataFrame) -> pd.DataFrame:
    """Write the rows of a forest plot as a table for papers."""
    missing = rows["rate_ratio"].isna() & rows["low"].isna()
    return pd.DataFrame(
        {
            **({"group": rows["group"]} if "group" in rows else {}),
            "selection": rows["label"],
            "event days in windows": rows["launches"].astype("Int64"),
            "expected": rows["expected"].map("{:.1f}".format, na_action="ignore"),
            "rate ratio": rows["rate_ratio"].map(format_ratio).mask(missing, ""),
            "95% interval": [
                "" if gone else format_limits(low, high)
                for low, high, gone in zip(
                    rows["low"], rows["high"], missing, strict=True
                )
            ],
            "p": rows["pvalue"].map(format_p, na_action="ignore").fillna("no contrast"),
        }
    )


def write_forest(
    run: Run,
    name: str,
    rows: pd.DataFrame,
    *,
    title: str,
    note: str,
    drawn: pd.DataFrame | None = None,
) -> None:
    """Write rows as a table and as a forest plot.

    Parameters
    ----------
    run : Run
    name : str
        Of the files.
    rows : DataFrame
        Of `forest_row`, with a column ``group`` if there are groups.
    title, note : str
    drawn : DataFrame, optional
        Rows to draw in place of all.
    """
    run.table(name, in_words(rows), title=title, note=note)
    shown = rows if drawn is None else drawn
    ratios = "; ".join(
        f"{label}: {format_ratio(ratio)} ({beside})"
        for label, ratio, beside in zip(
            shown["label"], shown["rate_ratio"], shown["note"], strict=True
        )
    )
    run.figure(
        name,
        plot_forest(shown),
        title=title,
        alt_text=f"Forest plot of rate ratios. {note} Event days in the windows, "
        f"observed / expected within months, and p: {ratios}.",
        data=shown,
    )
