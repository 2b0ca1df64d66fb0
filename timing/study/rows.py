"""Results as rows: of tables for papers, and of forest plots."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from timing.results.base import format_p, format_ratio

if TYPE_CHECKING:
    from timing.results import AssociationResult


def row_of(label: str, result: AssociationResult) -> dict[str, Any]:
    """Put a result into a row of a table for papers."""
    low, high = result.confidence_interval()[:2]
    return {
        "selection": label,
        "calendar events": result.n_calendar_events,
        "exposed days": int(result.exposed_days),
        "launch days": result.n_launches,
        "on exposed days": int(result.count),
        "expected": f"{result.expected_count:.1f}",
        "rate ratio": format_ratio(result.conditional_rate_ratio),
        "95% interval": f"{format_ratio(low)} to {format_ratio(high)}",
        "p": format_p(result.pvalue),
        "naive p": format_p(result.naive_pvalue),
        "detectable ratio": format_ratio(result.minimum_detectable_rate_ratio),
    }


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


def in_words(rows: pd.DataFrame) -> pd.DataFrame:
    """Write the rows of a forest plot as a table for papers."""
    missing = rows["rate_ratio"].isna() & rows["low"].isna()
    return pd.DataFrame(
        {
            **({"group": rows["group"]} if "group" in rows else {}),
            "selection": rows["label"],
            "launch days in windows": rows["launches"].astype("Int64"),
            "expected": rows["expected"].map("{:.1f}".format, na_action="ignore"),
            "rate ratio": rows["rate_ratio"].map(format_ratio).mask(missing, ""),
            "95% interval": [
                "" if gone else f"{format_ratio(low)} to {format_ratio(high)}"
                for low, high, gone in zip(
                    rows["low"], rows["high"], missing, strict=True
                )
            ],
            "p": rows["pvalue"].map(format_p, na_action="ignore").fillna("no contrast"),
        }
    )
