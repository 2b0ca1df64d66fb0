"""A result as a row of a table for papers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from timing.results.base import format_limits, format_p, format_ratio

if TYPE_CHECKING:
    from timing.results import AssociationResult


def row_of(label: str, result: AssociationResult) -> dict[str, Any]:
    """Put a result into a row of a table for papers."""
    return {
        "selection": label,
        "calendar events": result.n_calendar_events,
        "exposed days": int(result.exposed_days),
        "event days": result.n_launches,
        "on exposed days": int(result.count),
        "expected": f"{result.expected_count:.1f}",
        "rate ratio": format_ratio(result.conditional_rate_ratio),
        "95% interval": format_limits(*result.confidence_interval()[:2]),
        "p": format_p(result.pvalue),
        "naive p": format_p(result.naive_pvalue),
        "detectable ratio": format_ratio(result.minimum_detectable_rate_ratio),
    }
