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
    format_p,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    import numpy.typing as npt

_COLUMNS = (
    "lag", "count", "expected", "low", "high", "pvalue", "envelope_low",
    "envelope_high",
)  # fmt: skip


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
        Mean and pointwise limits of the null distribution at each lag.
    pvalue : (m,) array of float
        Pointwise p-values: they are not adjusted for the number of lags.
    envelope_low, envelope_high : (m,) arrays of float
        Global envelope, which holds for all lags at once; infinite on the side that a
        one-sided alternative leaves open.
    global_pvalue : float
        P-value of the whole profile, by extreme rank length.
    global_pvalue_error : float
        Its Monte Carlo standard error; 0 where all arrangements were used.
    n_curves : int
        Profiles behind envelope and global p-value, the observed one among them.
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
    envelope_low: FloatArray = field(repr=False)
    envelope_high: FloatArray = field(repr=False)
    global_pvalue: float
    global_pvalue_error: float
    n_curves: int
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
        return pd.DataFrame({name: getattr(self, name) for name in _COLUMNS})

    def summary(self) -> str:
        """Null hypothesis, the global test, and the lags outside the limits."""
        spec = self.specification
        level = f"{100 * spec.confidence_level:g}%"
        outside = ((self.count < self.low) | (self.count > self.high)).sum()
        return "\n".join(
            [
                f"{self.title} of {self.n_calendar_events} calendar events",
                f"Null: {spec.null}",
                f"Alternative: {spec.alternative}",
                f"All {self.lag.size} lags at once: p = {format_p(self.global_pvalue)} "
                f"({self._curves_in_words()})",
                f"Lags outside the {level} global envelope: {self._outside_in_words()}",
                f"Pointwise (not adjusted for the number of lags): {outside} of "
                f"{self.lag.size} lags lie outside their {level} limits; by chance "
                f"about {(1 - spec.confidence_level) * self.lag.size:.1f} would",
                f"Period: {spec.period}; lag 0: {spec.anchor}",
                f"Data: {self.n_launches} events (unit: {spec.unit}), "
                f"{self.at_risk_days} at-risk days",
                *format_dropped_lines(self.dropped),
            ]
        )

    def _curves_in_words(self) -> str:
        if self.specification.options.get("curves") != "drawn":
            return f"extreme rank length, all {self.n_curves} arrangements"
        return (
            f"extreme rank length, {self.n_curves - 1} draws; Monte Carlo standard "
            f"error {format_p(self.global_pvalue_error)}"
        )

    def _outside_in_words(self) -> str:
        below, above = self.count < self.envelope_low, self.count > self.envelope_high
        if below.any() or above.any():
            parts = (("above at", above), ("below at", below))
            return "; ".join(f"{s} {self._lags(at)}" for s, at in parts if at.any())
        level = 1 - self.specification.confidence_level
        if self.global_pvalue > level * (1 + 1e-9):
            return "none"
        edge = (self.count == self.envelope_low) | (self.count == self.envelope_high)
        return f"none, but on its edge, which other curves share, at {self._lags(edge)}"

    def _lags(self, chosen: npt.NDArray[np.bool_]) -> str:
        return ", ".join(f"{lag:+d}" if lag else "0" for lag in self.lag[chosen])

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """Make the result again from `to_dict`."""
        decoded = decode_fields(stored, cls, skip=_COLUMNS)
        for name in _COLUMNS:
            decoded[name] = decode_numbers(stored[name])
        return cls(**decoded)
