"""Results of simulations: size, power and the minimum detectable rate ratio."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from timing.errors import ArgumentError
from timing.results.base import (
    ConfidenceInterval,
    Result,
    decode_fields,
    format_ratio,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulated:
    """What was simulated.

    Attributes
    ----------
    scenario : str
        Process and calendar in words.
    period, window : str
    n_launches : float
        Expected number of launches without an effect.
    n_replicates : int
    version : str
        Version of this package.
    """

    scenario: str
    period: str
    window: str
    n_launches: float
    n_replicates: int
    version: str

    def lines(self) -> list[str]:
        """Write what was simulated."""
        return [
            f"Simulated: {self.n_replicates} records of {self.n_launches:g} expected "
            f"events, {self.period}",
            f"Process: {self.scenario}",
            f"Window: {self.window}",
        ]


class SimulationResult(Result):
    """What the results of simulations share."""

    __slots__ = ()

    def confidence_interval(self) -> ConfidenceInterval:
        """Not defined for simulations.

        Raises
        ------
        ArgumentError
            Always: `to_frame()` has a standard error for each number.
        """
        msg = f"{type(self).__name__} has no rate ratio of data; see `to_frame()`."
        raise ArgumentError(msg)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class SizeResult(SimulationResult):
    """Result of `size`: how often tests reject a true null hypothesis.

    Attributes
    ----------
    test : tuple of str
    level : tuple of float
    rejection_rate : (tests, levels) array of float
        Share of the replicates with p at most the level.
    std_error : (tests, levels) array of float
        Monte Carlo standard error.
    n_failed : (tests,) array of int
        Replicates on which the test gave no p-value; they count as not rejected.
    simulated : Simulated
    """

    title: ClassVar[str] = "Size"

    test: tuple[str, ...]
    level: tuple[float, ...]
    rejection_rate: FloatArray = field(repr=False)
    std_error: FloatArray = field(repr=False)
    n_failed: IntArray = field(repr=False)
    simulated: Simulated

    def to_frame(self) -> pd.DataFrame:
        """One row for each test and level."""
        return pd.DataFrame(
            {
                "test": np.repeat(self.test, len(self.level)),
                "level": np.tile(self.level, len(self.test)),
                "rejection_rate": self.rejection_rate.ravel(),
                "std_error": self.std_error.ravel(),
                "n_failed": np.repeat(self.n_failed, len(self.level)),
                "n_replicates": self.simulated.n_replicates,
            }
        )

    def summary(self) -> str:
        """One line for each test."""
        lines = [f"{self.title}: share of true nulls rejected", *self.simulated.lines()]
        for i, name in enumerate(self.test):
            shares = ", ".join(
                f"{share:.3f} at {level:g} (standard error {error:.3f})"
                for level, share, error in zip(
                    self.level, self.rejection_rate[i], self.std_error[i], strict=True
                )
            )
            failed = f"; no p-value in {self.n_failed[i]}" if self.n_failed[i] else ""
            lines.append(f"  {name}: {shares}{failed}")
        return "\n".join(lines)

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """Make the result again from `to_dict`."""
        decoded = decode_fields(stored, cls)
        for name in ("test", "level"):
            decoded[name] = tuple(decoded[name])
        for name in ("rejection_rate", "std_error", "n_failed"):
            decoded[name] = np.array(decoded[name])
        decoded["simulated"] = Simulated(**decoded["simulated"])
        return cls(**decoded)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class PowerResult(SimulationResult):
    """Result of `power`: how often tests find a planted rate ratio.

    Attributes
    ----------
    test : tuple of str
    rate_ratio : (r,) array of float
    power : (tests, r) array of float
        Share of the replicates with p at most the level.
    std_error : (tests, r) array of float
        Monte Carlo standard error.
    n_failed : (tests, r) array of int
        Replicates on which the test gave no p-value; they count as not found.
    level : float
    simulated : Simulated
    """

    title: ClassVar[str] = "Power"

    test: tuple[str, ...]
    rate_ratio: FloatArray = field(repr=False)
    power: FloatArray = field(repr=False)
    std_error: FloatArray = field(repr=False)
    n_failed: IntArray = field(repr=False)
    level: float
    simulated: Simulated

    def to_frame(self) -> pd.DataFrame:
        """One row for each test and rate ratio."""
        return pd.DataFrame(
            {
                "test": np.repeat(self.test, self.rate_ratio.size),
                "rate_ratio": np.tile(self.rate_ratio, len(self.test)),
                "power": self.power.ravel(),
                "std_error": self.std_error.ravel(),
                "n_failed": self.n_failed.ravel(),
                "level": self.level,
                "n_replicates": self.simulated.n_replicates,
            }
        )

    def summary(self) -> str:
        """One line for each test."""
        lines = [
            f"{self.title}: share of planted rate ratios found at {self.level:g}",
            *self.simulated.lines(),
        ]
        for i, name in enumerate(self.test):
            found = ", ".join(
                f"{share:.2f} at {format_ratio(ratio)}"
                for ratio, share in zip(self.rate_ratio, self.power[i], strict=True)
            )
            lines.append(f"  {name}: {found}")
        return "\n".join(lines)

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """Make the result again from `to_dict`."""
        decoded = decode_fields(stored, cls)
        decoded["test"] = tuple(decoded["test"])
        for name in ("rate_ratio", "power", "std_error", "n_failed"):
            decoded[name] = np.array(decoded[name])
        decoded["simulated"] = Simulated(**decoded["simulated"])
        return cls(**decoded)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class DetectableResult(SimulationResult):
    """Result of `minimum_detectable_rate_ratio`.

    Attributes
    ----------
    rate_ratio : float
        Rate ratio nearest to 1 that the test finds with the power asked for; infinite
        (0 where fewer launches are sought) if none in reach is found so often.
    interval : tuple of float
        95 % interval for the Monte Carlo error.
    power, level : float
    tried : PowerResult
        The rate ratios tried, and the power at each.
    """

    title: ClassVar[str] = "Minimum detectable rate ratio"

    rate_ratio: float
    interval: tuple[float, float]
    power: float
    level: float
    tried: PowerResult = field(repr=False)

    def to_frame(self) -> pd.DataFrame:
        """One row."""
        return pd.DataFrame(
            {
                "test": list(self.tried.test),
                "rate_ratio": self.rate_ratio,
                "ci_low": self.interval[0],
                "ci_high": self.interval[1],
                "power": self.power,
                "level": self.level,
                "n_replicates": self.tried.simulated.n_replicates,
            }
        )

    def summary(self) -> str:
        """Rate ratio, its Monte Carlo error and what was tried."""
        low, high = (format_ratio(limit) for limit in self.interval)
        return "\n".join(
            [
                f"{self.title} of {self.tried.test[0]}: "
                f"{format_ratio(self.rate_ratio)} (Monte Carlo error: {low} to {high})",
                f"Found with a power of {self.power:g} at {self.level:g}",
                *self.tried.simulated.lines(),
            ]
        )

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """Make the result again from `to_dict`."""
        decoded = decode_fields(stored, cls)
        decoded["tried"] = PowerResult.from_dict(
            {"kind": PowerResult.__name__, **decoded["tried"]}
        )
        return cls(**decoded)
