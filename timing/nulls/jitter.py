"""Null model that moves each launch within a bin of days."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from timing.arguments import check_whole
from timing.kernels.exact import Pmf, by_stratum, convolve, repeated, tally
from timing.kernels.resampling import jittered
from timing.nulls.base import NullModel
from timing.strata import stratum_of

IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class IntervalJitter(NullModel):
    """Each launch falls on any day of its bin, independently of the others.

    Keeps the launches of each bin, and so all variation slower than it; assumes that
    launches do not cluster within a bin.

    Parameters
    ----------
    width : int, default 30
        Days in a bin; bins are counted from the first at-risk day.

    Raises
    ------
    ArgumentError
        If `width` is not a whole number of at least 1.

    Notes
    -----
    Null hypothesis: given the number of launches in each bin, their days are
    independent and even over the bin's at-risk days (Amarasingham et al. 2012, J.
    Neurophysiol. 107:517-531). Exact: the Poisson-binomial distribution of the count.
    Two launches may fall on one day, which whole days of ``unit="day"`` cannot;
    `Uniform` with the same bins as strata forbids it.

    Examples
    --------
    >>> IntervalJitter(28).in_words()
    'each event falls on any day of its 28-day bin, independently of the others'
    """

    holds_clustering: ClassVar[bool] = False
    width: int = 30

    def __post_init__(self) -> None:
        check_whole("width", self.width, minimum=1)

    @property
    def held(self) -> int:
        """Bins of so many days."""
        return self.width

    def in_words(self) -> str:
        """Return the null hypothesis as a sentence."""
        return (
            f"each event falls on any day of its {self.width}-day bin, independently "
            "of the others"
        )

    def distribution(self, launches: IntArray, weights: IntArray, day: IntArray) -> Pmf:
        """Exact distribution of ``launches @ weights``."""
        return convolve(
            repeated(tally(weights[rows]), int(launches[rows].sum()))
            for rows in by_stratum(stratum_of(day, self.width))
            if launches[rows].any()
        )

    def draw(
        self, launches: IntArray, day: IntArray, *, size: int, rng: np.random.Generator
    ) -> IntArray:
        """Move each launch within its bin."""
        bins = list(by_stratum(stratum_of(day, self.width)))
        return jittered(launches, bins, size=size, rng=rng)
