"""Result of the diagnostics of a count regression."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
import pandas as pd

from timing.results.base import (
    Dropped,
    FloatArray,
    Result,
    Specification,
    decode_fields,
    decode_numbers,
    format_dropped_lines,
    format_interval,
    format_p,
    format_ratio,
)
from timing.results.regression import decode_effect

if TYPE_CHECKING:
    from collections.abc import Mapping

_SHOWN = 3


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Influence:
    """The estimate without one calendar event, or without one year.

    Attributes
    ----------
    kind : str
        ``"calendar event"`` or ``"year"``.
    label : str
    days, launches : int
        Left out: the days that only this event's window covers, or those of the year,
        and the launches on them.
    rate_ratio : float
        Of the exact refit; NaN where it has no finite estimate.
    change : float
        Log rate ratio without it less the one with it, in standard errors.
    """

    kind: str
    label: str
    days: int
    launches: int
    rate_ratio: float
    change: float


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Placebo:
    """Effect of the days before the window, which exposure cannot have caused.

    Attributes
    ----------
    lead : int
        Days before the first day of each window.
    n_days, count : int
        Such days that are not exposed, and the launches on them.
    rate_ratio, std_error, pvalue, interval
        Of these days, in a model with the exposure too.
    exposed_rate_ratio : float
        Of the exposure in that model.
    """

    lead: int
    n_days: int
    count: int
    rate_ratio: float
    std_error: float
    pvalue: float
    interval: tuple[float, float]
    exposed_rate_ratio: float


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class DiagnosticsResult(Result):
    """Result of `diagnose`.

    Attributes
    ----------
    rate_ratio, std_error, interval
        Of the model that is diagnosed; see `CountRegressionResult`.
    family, cov : str
        Family used, and type of the errors.
    dispersion : float
        As in `CountRegressionResult`.
    pearson : float
        Pearson dispersion ``sum r_t^2 / (n - p)``; 1 where the family fits.
    correlation : (max_lag,) array
        Autocorrelation of the Pearson residuals at lags of 1 day and more.
    bound : float
        Pointwise limit of the autocorrelation of independent residuals.
    ljung_box, ljung_box_pvalue : float
        Test that all autocorrelations are 0.
    influence : tuple of Influence
    placebo : Placebo
    n_obs, n_launches, exposed_days, at_risk_days : int
    warnings : tuple of str
    dropped : tuple of Dropped
    specification : Specification
    """

    title: ClassVar[str] = "Diagnostics of a count regression"
    table_fields: ClassVar[tuple[str, ...]] = (
        "family", "cov", "dispersion", "std_error", "pearson", "bound", "ljung_box",
        "ljung_box_pvalue", "n_obs", "n_launches", "exposed_days", "at_risk_days",
    )  # fmt: skip

    rate_ratio: float
    std_error: float
    interval: tuple[float, float]
    family: str
    cov: str
    dispersion: float
    pearson: float
    correlation: FloatArray = field(repr=False)
    bound: float
    ljung_box: float
    ljung_box_pvalue: float
    influence: tuple[Influence, ...] = field(repr=False)
    placebo: Placebo
    n_obs: int
    n_launches: int
    exposed_days: int
    at_risk_days: int
    warnings: tuple[str, ...] = ()
    dropped: tuple[Dropped, ...] = field(repr=False)
    specification: Specification = field(repr=False)

    def to_frame(self) -> pd.DataFrame:
        """One tidy row: the model, its residuals and the placebo (``placebo_...``)."""
        placebo = {
            f"placebo_{f.name}": getattr(self.placebo, f.name)
            for f in fields(self.placebo)
            if f.name != "interval"
        }
        placebo["placebo_ci_low"], placebo["placebo_ci_high"] = self.placebo.interval
        row = Result.to_frame(self)
        return row.assign(diagnosed_rate_ratio=self.rate_ratio, **placebo)

    def acf_frame(self) -> pd.DataFrame:
        """One row per lag: the autocorrelation, and whether it leaves the bounds."""
        lags = np.arange(1, self.correlation.size + 1)
        outside = np.abs(self.correlation) > self.bound
        return pd.DataFrame(
            {"lag": lags, "correlation": self.correlation, "outside": outside}
        )

    def influence_frame(self) -> pd.DataFrame:
        """One row per calendar event and year, the largest change first."""
        names = [f.name for f in fields(Influence)]
        rows = [{n: getattr(item, n) for n in names} for item in self.influence]
        frame = pd.DataFrame(rows, columns=names)
        order = frame["change"].abs().fillna(np.inf).argsort(kind="stable")[::-1]
        return frame.iloc[order].reset_index(drop=True)

    def summary(self) -> str:
        """Residuals, refits and placebo, in words."""
        spec, placebo = self.specification, self.placebo
        level = spec.confidence_level
        outside = [str(k) for k in self.acf_frame().query("outside")["lag"]]
        return "\n".join(
            [
                f"{self.title} ({self.family}, {self.cov} errors)",
                f"Model: {spec.null}",
                f"Rate ratio: {format_ratio(self.rate_ratio)}, "
                f"{format_interval(*self.interval, level)}",
                f"Dispersion (Pearson): {self.pearson:.2f}; 1 where the family fits",
                f"Autocorrelation to {self.correlation.size} days: outside "
                f"+/-{self.bound:.3f} at lags {', '.join(outside) or 'none'}; "
                f"Ljung-Box {self.ljung_box:.1f}, "
                f"p = {format_p(self.ljung_box_pvalue)}",
                *self._influence_lines("calendar event"),
                *self._influence_lines("year"),
                f"Lead placebo ({placebo.lead} days before each window, "
                f"{placebo.n_days} days): rate ratio "
                f"{format_ratio(placebo.rate_ratio)}, "
                f"{format_interval(*placebo.interval, level)}, "
                f"p = {format_p(placebo.pvalue)}; the exposure beside it "
                f"{format_ratio(placebo.exposed_rate_ratio)}",
                f"Period: {spec.period}; window: {spec.window} (anchor: {spec.anchor})",
                *format_dropped_lines(self.dropped),
                *(f"  warning: {text}" for text in self.warnings),
            ]
        )

    def _influence_lines(self, kind: str) -> list[str]:
        frame = self.influence_frame().query("kind == @kind")
        if frame.empty:
            return []
        lowest, highest = frame["rate_ratio"].min(), frame["rate_ratio"].max()
        most = ", ".join(
            f"{label} ({format_ratio(ratio)})"
            for label, ratio in zip(
                frame["label"][:_SHOWN], frame["rate_ratio"], strict=False
            )
        )
        return [
            f"Without any one {kind}: rate ratio {format_ratio(lowest)} to "
            f"{format_ratio(highest)}; most influence: {most}"
        ]

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """Make the result again from `to_dict`."""
        own = ("correlation", "influence", "placebo")
        return cls(
            **decode_fields(stored, cls, skip=own),
            correlation=decode_numbers(stored["correlation"]),
            influence=tuple(
                Influence(**decode_effect(item)) for item in stored["influence"]
            ),
            placebo=Placebo(**decode_effect(stored["placebo"])),
        )
