"""Null models that shift the launch pattern."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import numpy.typing as npt

from timing.arguments import check_whole
from timing.errors import ArgumentError
from timing.kernels.exact import Pmf, by_stratum, circular_shift_pmf, convolve, tally
from timing.kernels.resampling import all_rotations, rotated
from timing.nulls.base import NullModel
from timing.strata import strata_in_words, stratum_of

if TYPE_CHECKING:
    from timing.strata import Strata

IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class CircularShift(NullModel):
    """The launch pattern of each stratum is rotated by an unrelated, even shift.

    Keeps how launches cluster, and everything slower than the stratum: season, era,
    the number of launches per stratum.

    Parameters
    ----------
    strata : str, int, Series, callable or None, default "month"
        ``None`` (the whole period), ``"month"`` (each calendar month of each year),
        ``"quarter"``, ``"half"``, ``"year"``, ``"era"`` (of `timing.curated`),
        ``"fortnight"`` or bins of a number of days, a Series of labels indexed by day,
        or a callable from a DatetimeIndex to labels.

    Notes
    -----
    Null hypothesis: given its pattern, each stratum's launches are equally likely at
    every rotation over the stratum's at-risk days, independently of the calendar.
    Exact: all n_s shifts of each stratum by FFT (Lotwick and Silverman 1982, J. R.
    Stat. Soc. B 44:406-413), convolved over the strata. The days before an excluded
    span and after it count as neighbours.

    Examples
    --------
    >>> CircularShift().in_words()
    'the event pattern is rotated within each calendar month of each year'
    """

    moves_days: ClassVar[bool] = True
    holds_slow: ClassVar[bool] = False
    strata: Strata = "month"

    @property
    def held(self) -> Strata:
        """The strata."""
        return self.strata

    def in_words(self) -> str:
        """Return the null hypothesis as a sentence."""
        return f"the event pattern is rotated within {strata_in_words(self.strata)}"

    def distribution(self, launches: IntArray, weights: IntArray, day: IntArray) -> Pmf:
        """Exact distribution of ``launches @ weights``."""
        return convolve(
            circular_shift_pmf(launches[rows], weights[rows])
            for rows in by_stratum(stratum_of(day, self.strata))
            if launches[rows].any() and weights[rows].any()
        )

    def orbit(self, launches: IntArray, day: IntArray) -> IntArray | None:
        """All rotations, where the whole period is one stratum."""
        if stratum_of(day, self.strata).any():
            return None
        return all_rotations(launches)

    def draw(
        self, launches: IntArray, day: IntArray, *, size: int, rng: np.random.Generator
    ) -> IntArray:
        """Rotate each stratum."""
        strata = list(by_stratum(stratum_of(day, self.strata)))
        return rotated(launches, strata, size=size, rng=rng)


@dataclass(frozen=True, slots=True)
class LocalShift(NullModel):
    """The whole launch pattern is shifted by at most a few weeks.

    Keeps the pattern, and trend and season as far as they are slower than the shifts.

    Parameters
    ----------
    max_shift : int, default 30
        Largest shift, in at-risk days, either way.

    Raises
    ------
    ArgumentError
        If `max_shift` is not a whole number of at least 1, or the shifts are more than
        the at-risk days.

    Notes
    -----
    Null hypothesis: the calendar's alignment with the launches is one of the
    ``2 max_shift + 1`` neighbouring ones. Exact by enumeration; the ends of the period
    are joined. Neighbouring shifts give similar counts, and the observed alignment lies
    in their middle, where an extreme is less likely than at the edge: the test is
    conservative when windows are long, and p is never below ``1 / (2 max_shift + 1)``.

    Examples
    --------
    >>> LocalShift(30).in_words()
    'the whole event pattern is shifted by up to 30 days either way'
    """

    moves_days: ClassVar[bool] = True
    max_shift: int = 30

    def __post_init__(self) -> None:
        check_whole("max_shift", self.max_shift, minimum=1)

    def in_words(self) -> str:
        """Return the null hypothesis as a sentence."""
        return (
            f"the whole event pattern is shifted by up to {self.max_shift} days "
            "either way"
        )

    def distribution(self, launches: IntArray, weights: IntArray, day: IntArray) -> Pmf:
        """Exact distribution of ``launches @ weights``."""
        return tally(self.orbit(launches, day) @ weights)

    def orbit(self, launches: IntArray, day: IntArray) -> IntArray:
        """All shifts, none first."""
        del day
        return launches[self._sources(launches.size)]

    def draw(
        self, launches: IntArray, day: IntArray, *, size: int, rng: np.random.Generator
    ) -> IntArray:
        """Draw shifts evenly."""
        del day
        sources = self._sources(launches.size)
        return launches[sources[rng.integers(0, len(sources), size=size)]]

    def _sources(self, n: int) -> IntArray:
        """Day from which each day takes its launches, one row a shift."""
        n_shifts = 2 * self.max_shift + 1
        if n_shifts > n:
            msg = (
                f"`max_shift` is {self.max_shift}; its {n_shifts} shifts are more than "
                f"the {n} at-risk days."
            )
            raise ArgumentError(msg)
        shift = np.r_[0 : self.max_shift + 1, -self.max_shift : 0]
        sources: IntArray = (np.arange(n) - shift[:, None]) % n
        return sources
