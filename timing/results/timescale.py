"""Result of the time-scale profile."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Self

import pandas as pd

from timing.errors import ArgumentError
from timing.results.association import RandomizationResult
from timing.results.base import (
    ConfidenceInterval,
    Result,
    Specification,
    decode_fields,
    format_dropped_lines,
    format_p,
    format_ratio,
)

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class TimescaleProfileResult(Result):
    """Result of `timescale_profile`, from the slowest scale to the fastest.

    Attributes
    ----------
    scale : tuple of str
        Scale that the null holds fixed.
    scale_days : tuple of float
        At-risk days of a stratum of that scale, on average.
    low_information : tuple of bool
        Whether exposure fills so much of the strata that little information is left
        (the test at that scale warns).
    results : tuple of RandomizationResult
        The test at each scale.
    specification : Specification
        What the tests have in common.
    """

    title: ClassVar[str] = "Time-scale profile"

    scale: tuple[str, ...]
    scale_days: tuple[float, ...]
    low_information: tuple[bool, ...]
    results: tuple[RandomizationResult, ...] = field(repr=False)
    specification: Specification = field(repr=False)

    def confidence_interval(self) -> ConfidenceInterval:
        """Not defined for a profile.

        Raises
        ------
        ArgumentError
            Always: each of `results` has an interval of its own.
        """
        msg = (
            "A time-scale profile has a rate ratio for each scale; see `results` or "
            "`to_frame()`."
        )
        raise ArgumentError(msg)

    def to_frame(self) -> pd.DataFrame:
        """One row per scale, from the slowest to the fastest."""
        names = (
            "conditional_rate_ratio", "ci_low", "ci_high", "statistic", "pvalue",
            "naive_pvalue", "informative_share", "minimum_detectable_rate_ratio",
            "equivalence_pvalue",
        )  # fmt: skip
        rows = pd.concat([r.to_frame() for r in self.results], ignore_index=True)
        table = rows[list(names)]
        table.insert(0, "scale", list(self.scale))
        table.insert(1, "scale_days", list(self.scale_days))
        table["low_information"] = list(self.low_information)
        return table

    def summary(self) -> str:
        """Null hypothesis, one line a scale, and what the profile cannot tell."""
        spec = self.specification
        level = f"{100 * spec.confidence_level:g}%"
        first = self.results[0]
        lines = [
            f"{self.title}: rate ratio by the time scale that the null holds fixed",
            f"Null: {spec.null}",
            f"Alternative: {spec.alternative}",
            f"{'scale':<14} {'days':>6}  rate ratio ({level} interval), p",
        ]
        for name, days, low, result in zip(
            self.scale, self.scale_days, self.low_information, self.results, strict=True
        ):
            ends = " to ".join(format_ratio(end) for end in result.interval)
            note = "  (little information left)" if low else ""
            lines.append(
                f"{name:<14} {days:>6.0f}  "
                f"{format_ratio(result.conditional_rate_ratio)} ({ends}), "
                f"p = {format_p(result.pvalue)}{note}"
            )
        return "\n".join(
            [
                *lines,
                f"Naive shuffle of dates: p = {format_p(first.naive_pvalue)}",
                "A slow scale counts slow causes that events and calendar share as "
                "evidence; a fast one has less information. The p-values are not "
                "adjusted for the number of scales.",
                "A cause shared at the scale of the window itself cannot be told from "
                "an effect by any test of timing.",
                f"Period: {spec.period}; window: {spec.window} (anchor: {spec.anchor})",
                f"Data: {first.n_launches} events (unit: {spec.unit}), "
                f"{first.n_calendar_events} calendar events, {first.exposed_days} "
                f"exposed of {first.at_risk_days} at-risk days",
                *format_dropped_lines(first.dropped),
            ]
        )

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """Make the result again from `to_dict`."""
        own = ("scale", "scale_days", "low_information", "results")
        decoded = decode_fields(stored, cls, skip=own)
        for name in own[:-1]:
            decoded[name] = tuple(stored[name])
        decoded["results"] = tuple(
            RandomizationResult.from_dict({"kind": "RandomizationResult", **result})
            for result in stored["results"]
        )
        return cls(**decoded)
