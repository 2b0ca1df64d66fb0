"""Null models that shuffle days, gaps or blocks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import numpy.typing as npt

from timing.arguments import check_whole
from timing.errors import ArgumentError
from timing.kernels.exact import Pmf, by_stratum, convolve, shuffle_pmf
from timing.kernels.resampling import blocks_shuffled, gaps_shuffled, shuffled
from timing.nulls.base import NullModel
from timing.strata import strata_in_words, stratum_of

if TYPE_CHECKING:
    from timing.strata import Strata

IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Uniform(NullModel):
    """Launches fall anywhere: every arrangement over the days is equally likely.

    Assumes that launches neither cluster nor follow seasons within a stratum, which
    launches do: a naive comparator, too eager to reject on such data.

    Parameters
    ----------
    strata : str, int, Series, callable or None, default None
        Holds the number of launches per stratum fixed; see `CircularShift`.

    Notes
    -----
    Exact for the coincidence count: the hypergeometric distribution of each stratum,
    convolved over the strata. With several launches on one day (``unit="event"``) whole
    days are exchanged.

    Examples
    --------
    >>> Uniform("year").in_words()
    'event days are spread at random over the days of each year'
    """

    moves_days: ClassVar[bool] = True
    holds_clustering: ClassVar[bool] = False
    holds_slow: ClassVar[bool] = False
    strata: Strata = None

    @property
    def held(self) -> Strata:
        """The strata."""
        return self.strata

    def in_words(self) -> str:
        """Return the null hypothesis as a sentence."""
        where = strata_in_words(self.strata)
        return f"event days are spread at random over the days of {where}"

    def distribution(
        self, launches: IntArray, weights: IntArray, day: IntArray
    ) -> Pmf | None:
        """Exact distribution of ``launches @ weights`` for 0/1 weights."""
        if weights.max(initial=0) > 1:
            return None
        return convolve(
            shuffle_pmf(launches[rows], int(weights[rows].sum()))
            for rows in by_stratum(stratum_of(day, self.strata))
            if launches[rows].any()
        )

    def draw(
        self, launches: IntArray, day: IntArray, *, size: int, rng: np.random.Generator
    ) -> IntArray:
        """Permute the days of each stratum."""
        strata = list(by_stratum(stratum_of(day, self.strata)))
        return shuffled(launches, strata, size=size, rng=rng)


@dataclass(frozen=True, slots=True)
class GapShuffle(NullModel):
    """The gaps between launch days come in random order.

    Keeps bursts as far as the distribution of the gaps makes them; loses season, era
    and any order among the gaps (campaigns).

    Notes
    -----
    Null hypothesis: launch days form a stationary renewal process, independent of the
    calendar. The at-risk days are joined to a circle: the last gap runs over its ends,
    and the first launch day is drawn evenly. Sampled.

    Examples
    --------
    >>> GapShuffle().in_words()
    'the gaps between event days come in random order, from a random start'
    """

    holds_slow: ClassVar[bool] = False

    def in_words(self) -> str:
        """Return the null hypothesis as a sentence."""
        return "the gaps between event days come in random order, from a random start"

    def draw(
        self, launches: IntArray, day: IntArray, *, size: int, rng: np.random.Generator
    ) -> IntArray:
        """Permute the gaps."""
        del day
        return gaps_shuffled(launches, size=size, rng=rng)


@dataclass(frozen=True, slots=True)
class BlockShuffle(NullModel):
    """Blocks of neighbouring days come in random order.

    Keeps the pattern within blocks; loses season, era and whatever is longer than a
    block.

    Parameters
    ----------
    length : int, default 30
        Days in a block; days left over at the end of the period stay where they are.

    Raises
    ------
    ArgumentError
        If `length` is not a whole number of at least 1, or leaves fewer than two
        blocks.

    Notes
    -----
    Null hypothesis: blocks are exchangeable, independently of the calendar. Sampled.

    Examples
    --------
    >>> BlockShuffle(30).in_words()
    'blocks of 30 days come in random order'
    """

    moves_days: ClassVar[bool] = True
    holds_slow: ClassVar[bool] = False
    length: int = 30

    def __post_init__(self) -> None:
        check_whole("length", self.length, minimum=1)

    def in_words(self) -> str:
        """Return the null hypothesis as a sentence."""
        return f"blocks of {self.length} days come in random order"

    def draw(
        self, launches: IntArray, day: IntArray, *, size: int, rng: np.random.Generator
    ) -> IntArray:
        """Permute the blocks."""
        del day
        if launches.size < 2 * self.length:
            msg = (
                f"`length` is {self.length}; {launches.size} at-risk days hold fewer "
                "than two such blocks."
            )
            raise ArgumentError(msg)
        return blocks_shuffled(launches, self.length, size=size, rng=rng)
