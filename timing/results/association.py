"""Results of the tests of association: permutation and randomization."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np

from timing.results.base import (
    Dropped,
    ExactNull,
    Result,
    SampledNull,
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


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class AssociationResult(Result):
    """Numbers that every test of association reports.

    Attributes
    ----------
    statistic : float
        Observed statistic.
    expected : float
        Mean of the null distribution of the statistic.
    count, expected_count : float
        Coincidence count S (launches on exposed days), and what the null expects.
    pvalue : float
        P-value under the null of the specification.
    naive_pvalue : float
        Exact p-value of the plain shuffle of dates, which assumes no clustering.
    rate_ratio : float
        Rate on exposed over rate on unexposed days, over the whole period.
    conditional_rate_ratio : float
        The same within the strata of the null, by conditional maximum likelihood;
        the interval belongs to it.
    interval : (float, float)
        Limits of the rate ratio; read them by ``confidence_interval()``.
    exposed_days : int or float
        Exposed at-risk days; parts of days at clock times.
    at_risk_days, n_launches, n_calendar_events : int
    informative_share : float
        Share of the information that is left when the strata are held fixed: near 1
        where exposure is a small part of each stratum, 0 where it fills them.
    pvalue_error : float
        Monte Carlo standard error of `pvalue`; 0 where the null distribution is exact.
    minimum_detectable_rate_ratio : float
        Rate ratio that the test finds with 80 % power.
    equivalence_margin : float
        Rate ratios from its inverse to it count as no difference that matters.
    equivalence_pvalue : float
        P-value of the hypothesis that the rate ratio lies outside the margin (two
        one-sided tests): small where the data show that it lies inside.
    alternative : str
    uncertain : str
        What was done with test events of unknown day; see `permutation_test`.
    n_uncertain : int
        How many of them were kept.
    pvalue_range : (float, float)
        Smallest and largest p-value over the assignments of their days that were
        tried; `pvalue` twice where none was.
    dropped : tuple of Dropped
    specification : Specification
    """

    table_fields: ClassVar[tuple[str, ...]] = (
        "statistic", "expected", "count", "expected_count", "excess", "pvalue",
        "naive_pvalue", "rate_ratio", "conditional_rate_ratio", "exposed_days",
        "at_risk_days", "n_launches", "n_calendar_events", "informative_share",
        "minimum_detectable_rate_ratio", "equivalence_margin", "equivalence_pvalue",
        "pvalue_error",
    )  # fmt: skip

    statistic: float
    expected: float
    count: float
    expected_count: float
    pvalue: float
    naive_pvalue: float
    rate_ratio: float
    conditional_rate_ratio: float
    interval: tuple[float, float]
    exposed_days: float
    at_risk_days: int
    n_launches: int
    n_calendar_events: int
    informative_share: float
    pvalue_error: float
    minimum_detectable_rate_ratio: float
    equivalence_margin: float
    equivalence_pvalue: float
    alternative: str
    uncertain: str
    n_uncertain: int
    pvalue_range: tuple[float, float]
    dropped: tuple[Dropped, ...] = field(repr=False)
    specification: Specification = field(repr=False)

    @property
    def excess(self) -> float:
        """Launches on exposed days beyond the expected number."""
        return self.count - self.expected_count

    def _statistic_line(self) -> str:
        return (
            f"Events on exposed days: {self.count:g}, "
            f"expected {self.expected_count:.2f}"
        )

    def summary(self) -> str:
        """Null hypothesis, numbers and data, in words."""
        spec = self.specification
        lines = [
            f"{self.title}: do events cluster on the exposed days?",
            f"Null: {spec.null}",
            f"Alternative: {self.alternative}",
            self._statistic_line(),
            f"p = {format_p(self.pvalue)}{self._error_note()}  ({self._naive_words}: "
            f"p = {format_p(self.naive_pvalue)})",
            f"Rate ratio: {format_ratio(self.conditional_rate_ratio)} within strata, "
            f"{format_interval(*self.interval, spec.confidence_level)}; "
            f"{format_ratio(self.rate_ratio)} over the whole period",
            format_power(self.minimum_detectable_rate_ratio, self.alternative),
            format_equivalence(self.equivalence_margin, self.equivalence_pvalue),
            f"Period: {spec.period}; window: {spec.window} (anchor: {spec.anchor})",
            f"Data: {self.n_launches} events (unit: {spec.unit}), "
            f"{self.n_calendar_events} calendar events, {self.exposed_days:g} exposed "
            f"of {self.at_risk_days} at-risk days",
            *self._uncertain_lines(),
            *format_dropped_lines(self.dropped),
        ]
        return "\n".join(lines)

    @property
    def _naive_words(self) -> str:
        statistic = self.specification.options.get("statistic_name", "count")
        of_count = "" if statistic == "count" else ", of the count"
        return f"naive shuffle of dates{of_count}"

    def _error_note(self) -> str:
        if not self.pvalue_error:
            return ""
        return f" (Monte Carlo standard error {format_p(self.pvalue_error)})"

    def _uncertain_lines(self) -> list[str]:
        if not self.n_uncertain:
            return []
        low, high = (format_p(p) for p in self.pvalue_range)
        tried = self.specification.options.get("dates_tried", "1 (halfway)")
        return [
            f"  events of unknown day: {self.n_uncertain} ({self.uncertain}); p from "
            f"{low} to {high}; assignments of days tried: {tried}"
        ]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class PermutationResult(AssociationResult):
    """Result of `permutation_test`.

    Attributes
    ----------
    null_distribution : ExactNull or SampledNull
        Every value that the statistic can take under the null, with its probability; or
        the values drawn.
    """

    title: ClassVar[str] = "Permutation test"

    null_distribution: ExactNull | SampledNull = field(repr=False)

    def _statistic_line(self) -> str:
        # Explicit super(): `slots=True` makes the class anew and loses its closure.
        line = AssociationResult._statistic_line(self)
        name = self.specification.options["statistic_name"]
        if name == "count":
            return line
        words = name.replace("_", " ").capitalize()
        return f"{words}: {self.statistic:.4g}, expected {self.expected:.4g}\n{line}"

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """Make the result again from `to_dict`."""
        decoded = decode_fields(stored, cls)
        null = stored["null_distribution"]
        if "samples" in null:
            decoded["null_distribution"] = SampledNull(
                samples=decode_numbers(null["samples"])
            )
        else:
            decoded["null_distribution"] = ExactNull(
                support=np.array(null["support"]),
                probability=decode_numbers(null["probability"]),
            )
        return cls(**decoded)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class RandomizationResult(AssociationResult):
    """Result of `randomization_test`; the statistic is the studentized score Z(0).

    Attributes
    ----------
    null_distribution : SampledNull
        Z(k) at every shift k of the whole period, k = 0 first.
    """

    title: ClassVar[str] = "Randomization test (studentized score shift)"

    null_distribution: SampledNull = field(repr=False)

    def _statistic_line(self) -> str:
        # Explicit super(): `slots=True` makes the class anew and loses its closure.
        line = AssociationResult._statistic_line(self)
        return f"{line}; score Z = {self.statistic:.2f}"

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """Make the result again from `to_dict`."""
        decoded = decode_fields(stored, cls)
        samples = decode_numbers(stored["null_distribution"]["samples"])
        decoded["null_distribution"] = SampledNull(samples=samples)
        return cls(**decoded)
