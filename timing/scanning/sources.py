"""Where the scores of all pairs of exposure and launch series come from.

A pair is numbered ``exposure * n_series + series``. A source gives the scores of every
pair in blocks of arrangements; arrangement 0, the observed one, is in the first block.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from timing.kernels.scoring import ScoreLayout, score_block

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

_SHIFTS = 1024
"""Shifts of a block: its arrays fit the processor's cache."""

_BLOCK_BYTES = 64 * 2**20
"""Memory that one block may take for its largest array."""


class Source(Protocol):
    """What `adjust` asks of a source of scores."""

    @property
    def n_pairs(self) -> int:
        """Number of pairs."""
        ...

    @property
    def n_arrangements(self) -> int:
        """Number of arrangements, the observed one among them."""
        ...

    @property
    def n_blocks(self) -> int:
        """Number of blocks of arrangements."""
        ...

    def observed(self) -> FloatArray:
        """Return the score of every pair in the observed arrangement."""
        ...

    def block_size(self, block: int) -> int:
        """Return the number of arrangements of a block."""
        ...

    def scores(self, block: int) -> Iterator[tuple[slice, FloatArray]]:
        """Yield runs of pairs with their (pairs, arrangements) scores of a block."""
        ...


def block_length(n: int, bytes_per_shift: int) -> int:
    """Choose the number of shifts of a block, of `n` in all."""
    return min(n, _SHIFTS, max(32, _BLOCK_BYTES // bytes_per_shift))


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ShiftScores:
    """The studentized score at every shift of the calendar, made when asked for.

    Attributes
    ----------
    layout : ScoreLayout
    exposures : (e, n) array of int
    length : int
        Shifts of a block.
    """

    layout: ScoreLayout
    exposures: npt.NDArray[np.int8]
    length: int

    @property
    def n_pairs(self) -> int:
        """Number of pairs."""
        return len(self.exposures) * self.layout.n_series

    @property
    def n_arrangements(self) -> int:
        """Number of shifts."""
        return self.layout.n_days

    @property
    def n_blocks(self) -> int:
        """Number of blocks of shifts."""
        return -(-self.layout.n_days // self.length)

    def observed(self) -> FloatArray:
        """Return Z(0) of every pair."""
        return np.concatenate(
            [score_block(self.layout, x, 0, 1)[:, 0] for x in self.exposures]
        )

    def _span(self, block: int) -> tuple[int, int]:
        first = block * self.length
        return first, min(first + self.length, self.layout.n_days)

    def block_size(self, block: int) -> int:
        """Return the number of shifts of a block."""
        first, last = self._span(block)
        return last - first

    def scores(self, block: int) -> Iterator[tuple[slice, FloatArray]]:
        """Yield Z(k) for the series of one exposure after the other."""
        first, last = self._span(block)
        n = self.layout.n_series
        for e, exposure in enumerate(self.exposures):
            pairs = slice(e * n, (e + 1) * n)
            yield pairs, score_block(self.layout, exposure, first, last)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class StoredScores:
    """Scores at every shift that are held in memory.

    Attributes
    ----------
    all_scores : (p, n) array of float
        The unshifted one first.
    length : int
        Shifts of a block.
    """

    all_scores: FloatArray
    length: int

    @property
    def n_pairs(self) -> int:
        """Number of pairs."""
        return len(self.all_scores)

    @property
    def n_arrangements(self) -> int:
        """Number of shifts."""
        n: int = self.all_scores.shape[1]
        return n

    @property
    def n_blocks(self) -> int:
        """Number of blocks of shifts."""
        return -(-self.n_arrangements // self.length)

    def observed(self) -> FloatArray:
        """Return Z(0) of every pair."""
        return self.all_scores[:, 0]

    def block_size(self, block: int) -> int:
        """Return the number of shifts of a block."""
        return min(self.length, self.n_arrangements - block * self.length)

    def scores(self, block: int) -> Iterator[tuple[slice, FloatArray]]:
        """Yield the scores of all pairs."""
        first = block * self.length
        yield (
            slice(0, self.n_pairs),
            self.all_scores[:, first : first + self.block_size(block)],
        )
