"""Results of the regressions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Self

from timing.results.base import (
    Dropped,
    Result,
    Specification,
    decode_fields,
    format_dropped_lines,
    format_equivalence,
    format_interval,
    format_p,
    format_power,
    format_ratio,
)

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class RegressionResult(Result):
    """What every regression reports.

    Attributes
    ----------
    rate_ratio : float
        Rate on exposed over rate on unexposed days, the rest of the model held fixed.
    std_error : float
        Standard error of the log rate ratio, of the type named in `cov`.
    pvalue : float
        Two-sided.
    naive_pvalue : float
        The same from the model's own errors, which assume independent days.
    interval : (float, float)
        Read it by ``confidence_interval()``.
    params, std_errors : dict
        Every coefficient (log scale) and its standard error.
    n_obs, n_launches, exposed_days, at_risk_days, n_calendar_events : int
        `n_obs` counts the rows that the fit used.
    minimum_detectable_rate_ratio : float
        Rate ratio that this test finds with 80 % power, by its standard error.
    equivalence_margin, equivalence_pvalue : float
        As in `permutation_test`: small where the rate ratio lies within the margin.
    cov : str
        Type of the errors.
    warnings : tuple of str
    dropped : tuple of Dropped
    specification : Specification
    """

    table_fields: ClassVar[tuple[str, ...]] = (
        "cov", "rate_ratio", "std_error", "pvalue", "naive_pvalue", "n_obs",
        "n_launches", "exposed_days", "at_risk_days", "n_calendar_events",
        "minimum_detectable_rate_ratio", "equivalence_margin", "equivalence_pvalue",
    )  # fmt: skip

    rate_ratio: float
    std_error: float
    pvalue: float
    naive_pvalue: float
    interval: tuple[float, float]
    params: dict[str, float] = field(repr=False)
    std_errors: dict[str, float] = field(repr=False)
    n_obs: int
    n_launches: int
    exposed_days: int
    at_risk_days: int
    n_calendar_events: int
    minimum_detectable_rate_ratio: float
    equivalence_margin: float
    equivalence_pvalue: float
    cov: str
    warnings: tuple[str, ...] = ()
    dropped: tuple[Dropped, ...] = field(repr=False)
    specification: Specification = field(repr=False)

    def _title_line(self) -> str:
        return f"{self.title} ({self.cov} errors)"

    def _model_lines(self) -> list[str]:
        """Lines on what only this model has."""
        return []

    def summary(self) -> str:
        """Null hypothesis, numbers and data, in words."""
        spec = self.specification
        lines = [
            self._title_line(),
            f"Null: {spec.null}",
            f"Rate ratio: {format_ratio(self.rate_ratio)}, "
            f"{format_interval(*self.interval, spec.confidence_level)}",
            f"p = {format_p(self.pvalue)}  (errors of independent days: "
            f"p = {format_p(self.naive_pvalue)})",
            format_power(self.minimum_detectable_rate_ratio, "two-sided"),
            format_equivalence(self.equivalence_margin, self.equivalence_pvalue),
            *self._model_lines(),
            f"Period: {spec.period}; window: {spec.window} (anchor: {spec.anchor})",
            f"Data: {self.n_launches} launches (unit: {spec.unit}), "
            f"{self.n_calendar_events} calendar events, {self.exposed_days} exposed of "
            f"{self.at_risk_days} at-risk days, {self.n_obs} rows in the fit",
            *format_dropped_lines(self.dropped),
            *(f"  warning: {text}" for text in self.warnings),
        ]
        return "\n".join(lines)

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """Make the result again from `to_dict`."""
        maps = ("params", "std_errors")
        decoded = decode_fields(stored, cls, skip=maps)
        for name in maps:
            decoded[name] = {k: float(v) for k, v in stored[name].items()}
        return cls(**decoded)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class CountRegressionResult(RegressionResult):
    """Result of `count_regression`.

    Attributes
    ----------
    family : str
        Family used.
    dispersion : float
        Negative binomial alpha; 0 for Poisson.
    """

    title: ClassVar[str] = "Count regression"
    table_fields: ClassVar[tuple[str, ...]] = (
        "family", "dispersion", *RegressionResult.table_fields,
    )  # fmt: skip

    family: str
    dispersion: float

    def _title_line(self) -> str:
        return f"{self.title} ({self.family}, {self.cov} errors)"
