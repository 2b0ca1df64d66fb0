"""Result of the event study."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
import pandas as pd

from timing.results.base import (
    FloatArray,
    IntArray,
    decode_fields,
    decode_numbers,
    format_interval,
    format_p,
    format_ratio,
)
from timing.results.regression import RegressionResult
from timing.results.self_controlled import JointTest, WindowEffect

if TYPE_CHECKING:
    from collections.abc import Mapping

_COLUMNS = (
    "bin", "first_day", "last_day", "rate_ratio", "std_error", "ci_low", "ci_high",
    "band_low", "band_high", "pvalue", "launches", "days", "shared_days", "method",
)  # fmt: skip
_ARRAYS = ("bin", "shared_days", "overlap", "band_low", "band_high")


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class EventStudyResult(RegressionResult):
    """Result of `event_study`.

    The fields of `RegressionResult` refer to the primary bin, its pointwise interval.

    Attributes
    ----------
    primary : int
        Number of the primary bin.
    base : int or None
        Number of the base bin; None where the base is the days outside all bins.
    bin_days : int
        Days in a bin.
    bin : (m,) array of int
        Numbers of the bins; -1 ends on the day before an event, 0 begins on its first.
    effects : tuple of WindowEffect
        Estimate of each bin; the base bin has a ratio of 1 and the method ``"base"``.
    band_low, band_high : (m,) arrays of float
        Simultaneous band; NaN where the answer of the bin is exact, or at the base.
    critical_value : float
        How many standard errors wide the band is, to each side.
    covariance : (m, m) array of float
        Of the log rate ratios; NaN in rows of bins with an exact answer, 0 at the base.
    shared_days : (m,) array of int
        Days of the bin that lie in a bin of another event too.
    overlap : (m, m) array of int
        Days in two bins at once; on the diagonal, days in that bin of several events.
    joint_tests : tuple of JointTest
        Wald tests: all leads, all lags, all bins. Bins with an exact answer are left
        out.
    placebo : WindowEffect
        Mean effect of the leads other than the base: 1 where nothing comes before the
        events.
    """

    title: ClassVar[str] = "Event study"
    table_fields: ClassVar[tuple[str, ...]] = (
        "primary", *RegressionResult.table_fields,
    )  # fmt: skip

    primary: int
    base: int | None
    bin_days: int
    bin: IntArray = field(repr=False)
    effects: tuple[WindowEffect, ...] = field(repr=False)
    band_low: FloatArray = field(repr=False)
    band_high: FloatArray = field(repr=False)
    critical_value: float
    covariance: FloatArray = field(repr=False)
    shared_days: IntArray = field(repr=False)
    overlap: IntArray = field(repr=False)
    joint_tests: tuple[JointTest, ...] = field(repr=False)
    placebo: WindowEffect = field(repr=False)

    def joint_test(self, name: str) -> JointTest | None:
        """One joint test: ``"leads"``, ``"lags"`` or ``"bins"``."""
        return {test.name: test for test in self.joint_tests}.get(name)

    def to_frame(self) -> pd.DataFrame:
        """One row per bin."""
        table = pd.DataFrame(
            {
                name: [getattr(effect, name) for effect in self.effects]
                for name in WindowEffect.__dataclass_fields__
            }
        ).assign(
            bin=self.bin,
            band_low=self.band_low,
            band_high=self.band_high,
            shared_days=self.shared_days,
        )
        return table[list(_COLUMNS)]

    def overlap_frame(self) -> pd.DataFrame:
        """Days that lie in two bins at once, of different events."""
        return pd.DataFrame(self.overlap, index=self.bin, columns=self.bin)

    def _title_line(self) -> str:
        return f"{self.title} ({self.cov} errors); first the bin {self.primary:+d}"

    def _model_lines(self) -> list[str]:
        level = self.specification.confidence_level
        ratio = format_ratio(self.placebo.rate_ratio)
        interval = format_interval(self.placebo.ci_low, self.placebo.ci_high, level)
        base = "the days outside all bins"
        if self.base is not None:
            base = f"bin {self.base:+d}"
        return [
            f"Bins of {self.bin_days} days against {base}:",
            *(effect.line(level) for effect in self.effects),
            f"Simultaneous {100 * level:g}% band: {self.critical_value:.2f} standard "
            "errors to each side",
            *(test.line() for test in self.joint_tests),
            f"Lead placebo (mean of the leads): {ratio}, {interval}, "
            f"p = {format_p(self.placebo.pvalue)}",
            f"Overlap: {int(self.shared_days.sum())} of "
            f"{sum(effect.days for effect in self.effects)} days of the bins lie in a "
            "bin of another event; the effects of both add up on the log scale",
        ]

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """Make the result again from `to_dict`."""
        maps, records = ("params", "std_errors"), ("effects", "joint_tests", "placebo")
        decoded = decode_fields(
            stored, cls, skip=(*maps, *records, *_ARRAYS, "covariance")
        )
        for name in maps:
            decoded[name] = {k: float(v) for k, v in stored[name].items()}
        for name in _ARRAYS:
            decoded[name] = decode_numbers(stored[name])
        decoded["covariance"] = np.array(stored["covariance"], dtype=np.float64)
        decoded["effects"] = tuple(map(WindowEffect.from_dict, stored["effects"]))
        decoded["joint_tests"] = tuple(map(JointTest.from_dict, stored["joint_tests"]))
        decoded["placebo"] = WindowEffect.from_dict(stored["placebo"])
        return cls(**decoded)
