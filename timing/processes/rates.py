"""How the rate of simulated launches or calendar events changes over time."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from timing.arguments import check_above, check_at_least, check_share, check_whole
from timing.errors import ArgumentError
from timing.period import DAYS_PER_YEAR
from timing.simulation import (
    moving_season,
    rough_latent_rate,
    smooth_latent_rate,
)

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


class Rate(ABC):
    """A relative rate by day; the product of two is one of both."""

    __slots__ = ()

    @abstractmethod
    def path(self, day: IntArray, rng: np.random.Generator) -> FloatArray:
        """Return the rate of each day, up to a constant factor.

        Parameters
        ----------
        day : (n,) array of int
            Consecutive days since 1970-01-01.
        rng : Generator
            For rates that are random themselves.
        """

    @abstractmethod
    def in_words(self) -> str:
        """Return the rate in words."""

    def __mul__(self, other: object) -> Rate:
        return Product(self, other) if isinstance(other, Rate) else NotImplemented


@dataclass(frozen=True, slots=True)
class Constant(Rate):
    """The same rate on all days."""

    def path(self, day: IntArray, rng: np.random.Generator) -> FloatArray:
        """Return ones."""
        return np.ones(day.size)

    def in_words(self) -> str:
        """Return the rate in words."""
        return "a constant rate"


@dataclass(frozen=True, slots=True)
class Trend(Rate):
    """A rate that grows exponentially.

    Parameters
    ----------
    factor : float, default 10.0
        Rate of the last day over that of the first.
    """

    factor: float = 10.0

    def __post_init__(self) -> None:
        check_above("factor", self.factor, limit=0.0)

    def path(self, day: IntArray, rng: np.random.Generator) -> FloatArray:
        """Return ``factor^u``, u from 0 on the first day to 1 on the last."""
        values: FloatArray = self.factor ** np.linspace(0, 1, day.size)
        return values

    def in_words(self) -> str:
        """Return the rate in words."""
        return f"a rate that changes by a factor of {self.factor:g} over the span"


@dataclass(frozen=True, slots=True)
class Season(Rate):
    """An annual cycle, the same each year.

    Parameters
    ----------
    factor : float, default 5.0
        Highest over lowest rate of the year.
    peak : float, default 120.0
        Days from 1 January to the highest rate.
    """

    factor: float = 5.0
    peak: float = 120.0

    def __post_init__(self) -> None:
        check_above("factor", self.factor, limit=0.0)
        check_at_least("peak", self.peak, limit=0.0)

    def path(self, day: IntArray, rng: np.random.Generator) -> FloatArray:
        """Return ``factor^(cos(2 pi (t - peak) / year) / 2)``, t since 1 January."""
        # 1970 began on day 0: leap days move the peak by less than a day.
        angle = 2 * np.pi * (day - self.peak) / DAYS_PER_YEAR
        values: FloatArray = self.factor ** (np.cos(angle) / 2)
        return values

    def in_words(self) -> str:
        """Return the rate in words."""
        return f"a season (highest over lowest rate {self.factor:g})"


@dataclass(frozen=True, slots=True)
class MovingSeason(Rate):
    """An annual cycle whose phase moves from year to year.

    Parameters
    ----------
    factor : float, default 5.0
        Highest over lowest rate.
    drift : float, default 1.0
        Standard deviation of the change of phase in a year, in radians.
    """

    factor: float = 5.0
    drift: float = 1.0

    def __post_init__(self) -> None:
        check_above("factor", self.factor, limit=0.0)
        check_at_least("drift", self.drift, limit=0.0)

    def path(self, day: IntArray, rng: np.random.Generator) -> FloatArray:
        """Draw the phase of each year."""
        return moving_season(
            day.size, amplitude=np.log(self.factor) / 2, drift=self.drift, rng=rng
        )

    def in_words(self) -> str:
        """Return the rate in words."""
        return (
            f"a season (highest over lowest rate {self.factor:g}) whose phase moves by "
            f"{self.drift:g} radians a year"
        )


@dataclass(frozen=True, slots=True)
class Step(Rate):
    """A rate that jumps once.

    Parameters
    ----------
    factor : float, default 8.0
        Rate after the jump over that before it.
    at : float, default 0.54
        Share of the span that lies before the jump.
    """

    factor: float = 8.0
    at: float = 0.54

    def __post_init__(self) -> None:
        check_above("factor", self.factor, limit=0.0)
        check_share("at", self.at)

    def path(self, day: IntArray, rng: np.random.Generator) -> FloatArray:
        """Return 1 before the jump and `factor` after it."""
        before = np.arange(day.size) < self.at * day.size
        return np.where(before, 1.0, self.factor)

    def in_words(self) -> str:
        """Return the rate in words."""
        return f"a rate that jumps by a factor of {self.factor:g}"


@dataclass(frozen=True, slots=True)
class Moratorium(Rate):
    """A constant rate with one long pause.

    Parameters
    ----------
    days : int, default 500
    at : float, default 0.4
        Share of the span that lies before the pause.
    """

    days: int = 500
    at: float = 0.4

    def __post_init__(self) -> None:
        check_whole("days", self.days, minimum=1)
        check_share("at", self.at)

    def path(self, day: IntArray, rng: np.random.Generator) -> FloatArray:
        """Return 0 in the pause and 1 elsewhere."""
        since = np.arange(day.size) - round(self.at * day.size)
        return np.where((since >= 0) & (since < self.days), 0.0, 1.0)

    def in_words(self) -> str:
        """Return the rate in words."""
        return f"a constant rate with a pause of {self.days} days"


@dataclass(frozen=True, slots=True)
class Latent(Rate):
    """A random rate: the exponential of a stationary Gaussian process.

    Parameters
    ----------
    scale_days : float, default 60.0
        Days over which the log rate keeps a correlation of ``exp(-1/2)`` (smooth) or
        ``exp(-1)`` (rough).
    deviation : float, default 1.0
        Standard deviation of the log rate.
    rough : bool, default False
        An autoregression of order 1 instead of a smooth process.
    """

    scale_days: float = 60.0
    deviation: float = 1.0
    rough: bool = False

    def __post_init__(self) -> None:
        check_at_least("scale_days", self.scale_days, limit=1.0)
        check_at_least("deviation", self.deviation, limit=0.0)

    def path(self, day: IntArray, rng: np.random.Generator) -> FloatArray:
        """Draw the process."""
        draw = rough_latent_rate if self.rough else smooth_latent_rate
        return draw(
            day.size, scale_days=self.scale_days, deviation=self.deviation, rng=rng
        )

    def in_words(self) -> str:
        """Return the rate in words."""
        kind = "rough" if self.rough else "smooth"
        return f"a random {kind} rate with a scale of {self.scale_days:g} days"


@dataclass(frozen=True, slots=True, eq=False)
class Given(Rate):
    """A rate that is given for each day.

    Parameters
    ----------
    values : (n,) array of float
        Relative rate of each day of the study period, excluded days too.
    words : str, default "a given rate"
    """

    values: FloatArray = field(repr=False)
    words: str = "a given rate"

    def __post_init__(self) -> None:
        try:
            values = np.asarray(self.values, dtype=np.float64)
        except (TypeError, ValueError, OverflowError):
            values = np.array(np.nan)  # the message below tells the rule
        if values.ndim != 1 or not (values >= 0).all() or not np.isfinite(values).all():
            msg = "`values` must be one finite number of at least 0 for each day."
            raise ArgumentError(msg)
        object.__setattr__(self, "values", values)

    def path(self, day: IntArray, rng: np.random.Generator) -> FloatArray:
        """Return the values."""
        if day.size != self.values.size:
            msg = (
                f"`values` has {self.values.size} days; the study period has "
                f"{day.size}, excluded ones too."
            )
            raise ArgumentError(msg)
        return self.values

    def in_words(self) -> str:
        """Return the rate in words."""
        return self.words


@dataclass(frozen=True, slots=True)
class Product(Rate):
    """The product of two rates; ``Trend() * Season()`` makes one."""

    first: Rate
    second: Rate

    def path(self, day: IntArray, rng: np.random.Generator) -> FloatArray:
        """Return the product of both paths."""
        return self.first.path(day, rng) * self.second.path(day, rng)

    def in_words(self) -> str:
        """Return the rate in words."""
        return f"{self.first.in_words()} times {self.second.in_words()}"
