"""Scores under any null model: standardized counts, from draws that all share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from joblib import Parallel, delayed

from timing.errors import ArgumentError
from timing.seeds import generator_from

if TYPE_CHECKING:
    from timing.kernels.exact import Pmf
    from timing.nulls import NullModel

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

_CHUNK_BYTES = 32 * 2**20
"""Memory of the arrangements of one chunk of draws."""

_MOST = 512
"""Largest number of draws of a chunk, so that several workers have some."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Draws:
    """Shared draws of a null model; the counts of a chunk are made when asked for.

    Attributes
    ----------
    null : NullModel
    day : (n,) array of int
    launches : (s, n) array of int
        Launch series.
    exposures : (e, n) array of int
    sizes : tuple of int
        Draws of each chunk.
    seeds : tuple of SeedSequence
        One for each chunk, whatever the launch series and the number of workers.
    """

    null: NullModel
    day: IntArray
    launches: IntArray
    exposures: IntArray
    sizes: tuple[int, ...]
    seeds: tuple[np.random.SeedSequence, ...]

    def counts(self, chunk: int) -> FloatArray:
        """Coincidence counts of every pair in the draws of one chunk, (pairs, size)."""
        size = self.sizes[chunk]
        # Single precision holds whole numbers up to 16 million exactly.
        exposures = self.exposures.T.astype(np.float32)
        counts = np.empty((len(self.exposures), len(self.launches), size))
        for s, launches in enumerate(self.launches):
            rng = np.random.default_rng(self.seeds[chunk])
            drawn = self.null.draw(launches, self.day, size=size, rng=rng)
            counts[:, s] = (drawn.astype(np.float32) @ exposures).T
        return counts.reshape(-1, size)

    def observed_counts(self) -> FloatArray:
        """Coincidence count of every pair."""
        counts: FloatArray = self.exposures.astype(float) @ self.launches.T.astype(
            float
        )
        return counts.reshape(-1)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class DrawnScores:
    """``(S - mean) / sd`` of every pair, in the observed arrangement and the draws.

    Attributes
    ----------
    draws : Draws
    mean, deviation : (p,) arrays of float
        Of the null distribution of each count; scores are 0 where `deviation` is 0.
    """

    draws: Draws
    mean: FloatArray
    deviation: FloatArray

    @property
    def n_pairs(self) -> int:
        """Number of pairs."""
        return self.mean.size

    @property
    def n_arrangements(self) -> int:
        """Number of draws, and one."""
        return sum(self.draws.sizes) + 1

    @property
    def n_blocks(self) -> int:
        """Number of chunks of draws."""
        return len(self.draws.sizes)

    def _scores(self, counts: FloatArray) -> FloatArray:
        still = self.deviation == 0
        scale = np.where(still, 1.0, self.deviation)
        centred = np.where(still[:, None], 0.0, counts - self.mean[:, None])
        return centred / scale[:, None]

    def observed(self) -> FloatArray:
        """Return the score of every pair in the observed arrangement."""
        return self._scores(self.draws.observed_counts()[:, None])[:, 0]

    def block_size(self, block: int) -> int:
        """Return the number of arrangements of a block; the first has the observed."""
        return self.draws.sizes[block] + (block == 0)

    def scores(self, block: int) -> Iterator[tuple[slice, FloatArray]]:
        """Yield the scores of all pairs."""
        counts = self.draws.counts(block)
        if block == 0:
            observed = self.draws.observed_counts()[:, None]
            counts = np.concatenate([observed, counts], axis=1)
        yield slice(0, self.n_pairs), self._scores(counts)


def plan_draws(
    null: NullModel,
    day: IntArray,
    launches: IntArray,
    exposures: IntArray,
    *,
    n_resamples: int,
    rng: np.random.Generator | int | None,
) -> Draws:
    """Cut the draws into chunks, each with its own seed.

    Raises
    ------
    ArgumentError
        If the null model cannot share its draws between several launch series.
    """
    if len(launches) > 1 and not null.moves_days:
        msg = (
            f"`null` is {null!r}, whose draws cannot be shared: they do not move whole "
            "days in the same way whatever the events are, so that the dependence "
            f"between the {len(launches)} sets of events of this scan would be lost. "
            "Use one set of events, or another null."
        )
        raise ArgumentError(msg)
    pairs = len(launches) * len(exposures)
    per_draw = 8 * max(day.size, 2 * pairs)
    length = min(_MOST, max(1, _CHUNK_BYTES // per_draw))
    sizes = [
        min(length, n_resamples - first) for first in range(0, n_resamples, length)
    ]
    entropy = generator_from(rng).integers(2**32, size=4).tolist()
    return Draws(
        null=null,
        day=day,
        launches=launches,
        exposures=exposures,
        sizes=tuple(sizes),
        seeds=tuple(np.random.SeedSequence(entropy).spawn(len(sizes))),
    )


def exact_distributions(draws: Draws, *, n_jobs: int | None) -> list[Pmf | None]:
    """Exact null distribution of the count of every pair, None where there is none."""
    found: list[Pmf | None] = Parallel(n_jobs=n_jobs)(
        delayed(draws.null.distribution)(launches, exposed, draws.day)
        for exposed in draws.exposures
        for launches in draws.launches
    )
    return found


def standardized(
    draws: Draws, exact: list[Pmf | None], *, n_jobs: int | None
) -> DrawnScores:
    """Centre and scale the counts by their exact moments, or by those of the draws."""
    mean, deviation = np.zeros((2, len(exact)))
    if any(pmf is None for pmf in exact):
        parts = Parallel(n_jobs=n_jobs)(
            delayed(_sums)(draws, chunk) for chunk in range(len(draws.sizes))
        )
        observed = draws.observed_counts()
        n = sum(draws.sizes) + 1
        # Sums of whole numbers: exact in any order.
        total = observed + sum(first for first, _ in parts)
        squares = observed**2 + sum(second for _, second in parts)
        mean = total / n
        deviation = np.sqrt(np.maximum(n * squares - total**2, 0.0)) / n
    for i, pmf in enumerate(exact):
        if pmf is not None:
            mean[i] = pmf.mean
            around = (pmf.support - pmf.mean) ** 2
            spread = float(around @ pmf.probability)
            # A count that cannot vary keeps rounding only.
            deviation[i] = np.sqrt(spread) if pmf.probability.max() < 1 else 0.0
    return DrawnScores(draws=draws, mean=mean, deviation=deviation)


def _sums(draws: Draws, chunk: int) -> tuple[FloatArray, FloatArray]:
    counts = draws.counts(chunk)
    squares: FloatArray = np.vecdot(counts, counts)
    return counts.sum(axis=1), squares
