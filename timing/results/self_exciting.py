"""Result of the self-exciting regression."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from timing.results.base import decode_fields, decode_numbers, format_p, format_ratio
from timing.results.regression import RegressionResult

if TYPE_CHECKING:
    from collections.abc import Mapping

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class SelfExcitingResult(RegressionResult):
    """Result of `self_exciting`.

    The rate ratio is that of the base rate; `pvalue` and `interval` are of likelihood
    ratios, and `naive_pvalue` is that of the same model without excitation.

    Attributes
    ----------
    branching : float
        Launches that one launch directly causes.
    branching_interval : (float, float)
    half_life : float
        Days in which the excitation falls by half; NaN without excitation.
    half_life_interval : (float, float)
        A limit is 0 or infinite where the data do not bound it.
    mean_delay : float
        Mean days from a launch to those it causes; NaN without excitation.
    excited_share : float
        Expected share of the launches that earlier ones caused.
    log_likelihood, log_likelihood_null, log_likelihood_independent : float
        Of the model, of the model without calendar effect, and of the model without
        excitation.
    aic, aic_independent : float
        Akaike's criterion with excitation and without.
    independent_rate_ratio : float
        Rate ratio of the model without excitation.
    zero_base_days : int
        Days of strata and control levels without a launch; their base rate is 0.
    earlier_launches : int
        Launches outside the at-risk days that may excite later ones.
    rescaled, rescaled_independent : (k, 2) arrays of float
        Spans of the rescaled gaps between launch days, uniform under the model with
        excitation (and under that without); see `kernels.time_rescaling`.
    ks_statistic, ks_pvalue : float
        Kolmogorov-Smirnov test of `rescaled`.
    """

    title: ClassVar[str] = "Self-exciting regression"
    table_fields: ClassVar[tuple[str, ...]] = (
        *RegressionResult.table_fields, "branching", "half_life", "mean_delay",
        "excited_share", "log_likelihood", "log_likelihood_null",
        "log_likelihood_independent", "aic", "aic_independent",
        "independent_rate_ratio", "zero_base_days", "earlier_launches", "ks_statistic",
        "ks_pvalue",
    )  # fmt: skip

    branching: float
    branching_interval: tuple[float, float]
    half_life: float
    half_life_interval: tuple[float, float]
    mean_delay: float
    excited_share: float
    log_likelihood: float
    log_likelihood_null: float
    log_likelihood_independent: float
    aic: float
    aic_independent: float
    independent_rate_ratio: float
    zero_base_days: int
    earlier_launches: int
    rescaled: FloatArray = field(repr=False)
    rescaled_independent: FloatArray = field(repr=False)
    ks_statistic: float
    ks_pvalue: float

    def _model_lines(self) -> list[str]:
        level = f"{100 * self.specification.confidence_level:g}% interval"
        ends = [format_ratio(end) for end in self.branching_interval]
        lines = [f"Branching ratio: {self.branching:.2f}, {level} {' to '.join(ends)}"]
        if np.isfinite(self.half_life):
            ends = [_format_days(end) for end in self.half_life_interval]
            lines.append(
                f"Half-life of the excitation: {_format_days(self.half_life)} days, "
                f"{level} {' to '.join(ends)}"
            )
        lines += [
            f"Share of events that earlier ones caused: {self.excited_share:.0%}",
            "Without excitation: rate ratio "
            f"{format_ratio(self.independent_rate_ratio)}, AIC "
            f"{self.aic_independent:.1f}; with it: AIC {self.aic:.1f}",
            f"Fit: rescaled gaps, Kolmogorov-Smirnov D = {self.ks_statistic:.3f}, "
            f"p = {format_p(self.ks_pvalue)}",
        ]
        if self.zero_base_days:
            lines.append(
                f"Base rate 0 on {self.zero_base_days} days of strata or control "
                "levels without an event"
            )
        if self.earlier_launches:
            lines.append(
                f"Excited also by {self.earlier_launches} events off the at-risk days"
            )
        return lines

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """Make the result again from `to_dict`."""
        maps = ("params", "std_errors")
        pairs = ("branching_interval", "half_life_interval")
        arrays = ("rescaled", "rescaled_independent")
        decoded = decode_fields(stored, cls, skip=(*maps, *pairs, *arrays))
        for name in maps:
            decoded[name] = {k: float(v) for k, v in stored[name].items()}
        for name in pairs:
            decoded[name] = tuple(float(end) for end in stored[name])
        for name in arrays:
            decoded[name] = decode_numbers(stored[name])
        return cls(**decoded)


def _format_days(value: float) -> str:
    return "infinite" if np.isinf(value) else f"{value:.1f}"
