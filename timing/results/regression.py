"""Results of the regressions."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, ClassVar, Self

import pandas as pd

from timing.results.base import (
    Dropped,
    IntArray,
    Result,
    Specification,
    decode_fields,
    decode_numbers,
    format_dropped_lines,
    format_equivalence,
    format_interval,
    format_p,
    format_power,
    format_ratio,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

_MAPS = ("params", "std_errors")


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
            f"Data: {self.n_launches} events (unit: {spec.unit}), "
            f"{self.n_calendar_events} calendar events, {self.exposed_days} exposed of "
            f"{self.at_risk_days} at-risk days, {self.n_obs} rows in the fit",
            *format_dropped_lines(self.dropped),
            *(f"  warning: {text}" for text in self.warnings),
        ]
        return "\n".join(lines)

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """Make the result again from `to_dict`."""
        decoded = decode_fields(stored, cls, skip=_MAPS)
        decoded.update(decode_maps(stored))
        return cls(**decoded)


def decode_maps(stored: Mapping[str, Any]) -> dict[str, Any]:
    """Fields `params` and `std_errors`, decoded."""
    return {n: {k: float(v) for k, v in stored[n].items()} for n in _MAPS}


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class CountRegressionResult(RegressionResult):
    """Result of `count_regression`.

    Attributes
    ----------
    family : str
        Family used.
    dispersion : float
        Negative binomial alpha; Pearson dispersion phi for quasi-Poisson; 0 for
        Poisson.
    estimator : str
        ``"maximum likelihood"``; ``"Firth"`` or ``"exact"`` where separated.
    """

    title: ClassVar[str] = "Count regression"
    table_fields: ClassVar[tuple[str, ...]] = (
        "family", "dispersion", "estimator", *RegressionResult.table_fields,
    )  # fmt: skip

    family: str
    dispersion: float
    estimator: str = "maximum likelihood"

    def _title_line(self) -> str:
        return f"{self.title} ({self.family}, {self.estimator}, {self.cov} errors)"


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class CalendarEffect:
    """Effect of one calendar in a joint regression.

    Attributes
    ----------
    name : str
    rate_ratio, std_error, pvalue, interval
        As in `RegressionResult`, the other calendars held fixed.
    alone : float
        Rate ratio of the same model without the other calendars; NaN where it has no
        finite estimate.
    variance_inflation : float
        ``1 / (1 - R^2)`` of the exposure on the other exposures and the controls.
    count : int
        Launches on its exposed days.
    exposed_days, n_calendar_events : int
    """

    name: str
    rate_ratio: float
    std_error: float
    pvalue: float
    interval: tuple[float, float]
    alone: float
    variance_inflation: float
    count: int
    exposed_days: int
    n_calendar_events: int


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class JointRegressionResult(CountRegressionResult):
    """Result of `joint_regression`.

    `rate_ratio` and what follows from it are those of the first calendar;
    `exposed_days` counts the days exposed to any, `n_calendar_events` the events of
    all.

    Attributes
    ----------
    effects : tuple of CalendarEffect
    overlap : (k, k) array of int
        At-risk days exposed to both calendars; the diagonal holds the exposed days of
        each.
    joint_statistic : float
        Wald (or penalised likelihood ratio) statistic of no effect of any calendar.
    joint_df : int
    joint_pvalue : float
    """

    title: ClassVar[str] = "Joint regression"
    table_fields: ClassVar[tuple[str, ...]] = (
        *CountRegressionResult.table_fields,
        "joint_statistic", "joint_df", "joint_pvalue",
    )  # fmt: skip

    effects: tuple[CalendarEffect, ...]
    overlap: IntArray = field(repr=False)
    joint_statistic: float
    joint_df: int
    joint_pvalue: float

    def effects_frame(self) -> pd.DataFrame:
        """One row per calendar."""
        rows = []
        for effect in self.effects:
            row = {f.name: getattr(effect, f.name) for f in fields(effect)}
            row["ci_low"], row["ci_high"] = row.pop("interval")
            rows.append(row)
        return pd.DataFrame(rows)

    def overlap_frame(self) -> pd.DataFrame:
        """At-risk days exposed to both, calendar by calendar."""
        names = [effect.name for effect in self.effects]
        return pd.DataFrame(self.overlap, index=names, columns=names)

    def _model_lines(self) -> list[str]:
        level = self.specification.confidence_level
        lines = [
            f"  {e.name}: rate ratio {format_ratio(e.rate_ratio)}, "
            f"{format_interval(*e.interval, level)}, p = {format_p(e.pvalue)} "
            f"(alone {format_ratio(e.alone)}; variance inflation "
            f"{e.variance_inflation:.2f}; {e.exposed_days} exposed days)"
            for e in self.effects
        ]
        shared = [
            f"{a.name} and {b.name} {self.overlap[i, j]}"
            for i, a in enumerate(self.effects)
            for j, b in enumerate(self.effects[:i])
        ]
        return [
            "Each calendar, the others held fixed (the first is the one above):",
            *lines,
            f"No effect of any: chi-squared {self.joint_statistic:.2f} on "
            f"{self.joint_df} df, p = {format_p(self.joint_pvalue)}",
            *([f"Days exposed to both: {'; '.join(shared)}"] if shared else []),
        ]

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """Make the result again from `to_dict`."""
        decoded = decode_fields(stored, cls, skip=(*_MAPS, "effects", "overlap"))
        effects = tuple(
            CalendarEffect(**decode_effect(effect)) for effect in stored["effects"]
        )
        return cls(
            **decoded,
            **decode_maps(stored),
            effects=effects,
            overlap=decode_numbers(stored["overlap"]),
        )


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class SizeEffect:
    """Effect of exposure on the size of a salvo, given that there is one.

    Attributes
    ----------
    rate_ratio : float
        Ratio of the means of the untruncated distributions; NaN where nothing can be
        learned, because no (or every) launch day is exposed.
    std_error, pvalue, interval
        As in `RegressionResult`.
    family : str
    dispersion : float
        alpha of the untruncated negative binomial, 0 for Poisson.
    estimator : str
        ``"maximum likelihood"``, ``"Firth"`` or ``"none"``.
    n_exposed, n_unexposed : int
        Launch days.
    mean_exposed, mean_unexposed : float
        Mean size of their salvos.
    params, std_errors : dict
    """

    rate_ratio: float
    std_error: float
    pvalue: float
    interval: tuple[float, float]
    family: str
    dispersion: float
    estimator: str
    n_exposed: int
    n_unexposed: int
    mean_exposed: float
    mean_unexposed: float
    params: dict[str, float] = field(repr=False)
    std_errors: dict[str, float] = field(repr=False)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class HurdleRegressionResult(RegressionResult):
    """Result of `hurdle_regression`.

    `rate_ratio` and what follows from it are those of the launch days.

    Attributes
    ----------
    link : str
    estimator : str
        ``"maximum likelihood"``, or ``"Firth"`` where separated.
    size : SizeEffect
        Effect on the size of a salvo.
    """

    title: ClassVar[str] = "Hurdle regression"
    table_fields: ClassVar[tuple[str, ...]] = (
        "link", "estimator", *RegressionResult.table_fields,
    )  # fmt: skip

    link: str
    estimator: str
    size: SizeEffect

    def _title_line(self) -> str:
        size = f"{self.size.family}, {self.size.estimator}"
        return (
            f"{self.title} (event day: {self.link} link, {self.estimator}; salvo "
            f"size: truncated {size}; {self.cov} errors)"
        )

    def _model_lines(self) -> list[str]:
        size, level = self.size, self.specification.confidence_level
        return [
            f"Salvo size given an event day: rate ratio {format_ratio(size.rate_ratio)}"
            f", {format_interval(*size.interval, level)}, p = {format_p(size.pvalue)}",
            f"  mean size {format_ratio(size.mean_exposed)} on {size.n_exposed} "
            f"exposed event days, {format_ratio(size.mean_unexposed)} on "
            f"{size.n_unexposed} others",
        ]

    def to_frame(self) -> pd.DataFrame:
        """One tidy row: launch days, then the size of salvos (``size_...``)."""
        row = Result.to_frame(self)
        own = {
            f"size_{f.name}": getattr(self.size, f.name)
            for f in fields(self.size)
            if f.name not in ("interval", *_MAPS)
        }
        own["size_ci_low"], own["size_ci_high"] = self.size.interval
        return row.assign(**own)

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """Make the result again from `to_dict`."""
        decoded = decode_fields(stored, cls, skip=(*_MAPS, "size"))
        size = decode_effect(stored["size"]) | decode_maps(stored["size"])
        return cls(**decoded, **decode_maps(stored), size=SizeEffect(**size))


def decode_effect(stored: Mapping[str, Any]) -> dict[str, Any]:
    """Fields of an effect, decoded; words stay words."""
    decoded: dict[str, Any] = {}
    for name, value in stored.items():
        if name == "interval":
            value = (float(value[0]), float(value[1]))
        elif value in ("inf", "-inf", "nan"):
            value = float(value)
        decoded[name] = value
    return decoded
