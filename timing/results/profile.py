"""Result of the superposed epochs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Self

import pandas as pd

from timing.errors import ArgumentError
from timing.results.base import (
    ConfidenceInterval,
    Dropped,
    FloatArray,
    IntArray,
    Result,
    Specification,
    decode_fields,
    decode_numbers,
    format_dropped_lines,
)

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class LagProfileResult(Result):
    """Result of `lag_profile`: superposed epochs.

    Attributes
    ----------
    lag : (m,) array of int
        Days from the anchor day of a calendar event; negative before it.
    count : (m,) array of int
        Launches at that lag, over all calendar events.
    expected, low, high : (m,) arrays of float
        Mean and pointwise limits of the exact null distribution at each lag.
    pvalue : (m,) array of float
        Pointwise p-values: they are not adjusted for the number of lags.
    n_launches, n_calendar_events, at_risk_days : int
    dropped : tuple of Dropped
    specification : Specification
    """

    title: ClassVar[str] = "Superposed epochs"

    lag: IntArray = field(repr=False)
    count: IntArray = field(repr=False)
    expected: FloatArray = field(repr=False)
    low: FloatArray = field(repr=False)
    high: FloatArray = field(repr=False)
    pvalue: FloatArray = field(repr=False)
    n_launches: int
    n_calendar_events: int
    at_risk_days: int
    dropped: tuple[Dropped, ...] = field(repr=False)
    specification: Specification = field(repr=False)

    def confidence_interval(self) -> ConfidenceInterval:
        """Not defined for a profile.

        Raises
        ------
        ArgumentError
            Always: the pointwise limits are in `low` and `high`.
        """
        msg = "A lag profile has no rate ratio; its limits are `low` and `high`."
        raise ArgumentError(msg)

    def to_frame(self) -> pd.DataFrame:
        """One row per lag."""
        names = ("lag", "count", "expected", "low", "high", "pvalue")
        return pd.DataFrame({name: getattr(self, name) for name in names})

    def summary(self) -> str:
        """Null hypothesis and the lags outside their pointwise limits."""
        spec = self.specification
        outside = (self.count < self.low) | (self.count > self.high)
        return "\n".join(
            [
                f"{self.title} of {self.n_calendar_events} calendar events",
                f"Null: {spec.null}",
                f"{outside.sum()} of {self.lag.size} lags lie outside their pointwise "
                f"{100 * spec.confidence_level:g}% limits; by chance about "
                f"{(1 - spec.confidence_level) * self.lag.size:.1f} would",
                *format_dropped_lines(self.dropped),
            ]
        )

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """Make the result again from `to_dict`."""
        arrays = ("lag", "count", "expected", "low", "high", "pvalue")
        decoded = decode_fields(stored, cls, skip=arrays)
        for name in arrays:
            decoded[name] = decode_numbers(stored[name])
        return cls(**decoded)
