"""Null distributions by drawing: in chunks, with seeds of their own, until precise."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from joblib import Parallel, delayed

from timing.errors import ArgumentError, InterruptedWarning, PrecisionWarning
from timing.kernels.pvalues import Alternative, p_standard_error, position_p
from timing.kernels.statistics import LinearStatistic, Statistic
from timing.nulls import NullModel
from timing.progress import track
from timing.seeds import entropy_of, generator_of

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

_CHUNK_CELLS = 2**23
"""Draws times days in one chunk: bounds the memory, and fixes the seeds."""
_MOST_PER_CHUNK = 250
_FEWEST = 99
"""Draws below which an interrupted run has nothing to say."""
_MOST_GROWTH = 100
"""Draws grow to at most so many times the number asked for."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Draws:
    """Values of the statistic and of the coincidence count under the null.

    Attributes
    ----------
    values : (m,) array of float
    counts : (m,) array of float
        At the observed number of launches.
    """

    values: FloatArray = field(repr=False)
    counts: FloatArray = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """How to draw.

    Attributes
    ----------
    n_resamples : int
    precision : float, optional
        Draws are doubled until the standard error of the p-value is at most this.
    rng : Generator, int or None
    n_jobs : int, optional
        Processes; None honours joblib's context. The numbers do not depend on it.
    progress : bool
        Show progress once it takes a while.
    """

    n_resamples: int = 9999
    precision: float | None = None
    rng: np.random.Generator | int | None = None
    n_jobs: int | None = None
    progress: bool = True


def _one_chunk(
    null: NullModel,
    launches: IntArray,
    day: IntArray,
    statistic: Statistic,
    exposed: IntArray,
    size: int,
    rng: np.random.Generator,
) -> tuple[FloatArray, FloatArray]:
    drawn = null.draw(launches, day, size=size, rng=rng)
    if drawn.shape != (size, day.size):
        msg = (
            f"`null` drew an array of shape {drawn.shape}; it must be "
            f"{(size, day.size)}."
        )
        raise ArgumentError(msg)
    # Scaled to the observed number of launches, where the null model varies it.
    share = LinearStatistic(weights=exposed, per_launch=True)
    return statistic.of(drawn), share.of(drawn) * launches.sum()


def draw_null(
    null: NullModel,
    launches: IntArray,
    day: IntArray,
    statistic: Statistic,
    exposed: IntArray,
    *,
    alternative: Alternative,
    sampling: Sampling,
) -> Draws:
    """Draw the null distribution of a statistic, and of the count beside it.

    Parameters
    ----------
    null : NullModel
    launches, day, exposed : (n,) arrays of int
    statistic : Statistic
    alternative : {"two-sided", "greater", "less"}
    sampling : Sampling

    Warns
    -----
    PrecisionWarning
        If a hundred times `n_resamples` draws do not reach the precision.
    InterruptedWarning
        If the run is interrupted; what was drawn by then is used.
    """
    per_chunk = max(1, min(_MOST_PER_CHUNK, _CHUNK_CELLS // day.size))
    # Seeds are indexed by chunk, so that growth repeats nothing and workers may share.
    entropy = entropy_of(sampling.rng)
    observed = float(statistic.of(launches[None, :])[0])
    wanted, precision = sampling.n_resamples, sampling.precision
    most = wanted * (1 if precision is None else _MOST_GROWTH)
    chunks: list[tuple[FloatArray, FloatArray]] = []
    while True:
        missing = range(len(chunks), -(-wanted // per_chunk))
        jobs = (
            delayed(_one_chunk)(
                null, launches, day, statistic, exposed, per_chunk,
                generator_of(entropy, i),
            )
            for i in missing
        )  # fmt: skip
        done = Parallel(n_jobs=sampling.n_jobs, return_as="generator")(jobs)
        shown = track(done, total=len(missing), label="draws", show=sampling.progress)
        try:
            chunks.extend(shown)
        except KeyboardInterrupt:
            wanted = min(wanted, len(chunks) * per_chunk)
            if wanted < _FEWEST:
                raise
            msg = f"interrupted: the p-value rests on {wanted} draws."
            warnings.warn(msg, InterruptedWarning, stacklevel=4)
            return _gather(chunks, wanted)
        draws = _gather(chunks, wanted)
        if precision is None:
            return draws
        p = position_p(draws.values, observed, alternative=alternative, drawn=True)
        error = p_standard_error(p, wanted, alternative=alternative)
        if error > precision and wanted >= most:
            msg = (
                f"`precision` is {precision:g}; {wanted} draws reach a standard error "
                f"of {error:.2g} only: raise `n_resamples`."
            )
            warnings.warn(msg, PrecisionWarning, stacklevel=4)
        if error <= precision or wanted >= most:
            return draws
        wanted = min(2 * wanted, most)


def _gather(chunks: list[tuple[FloatArray, FloatArray]], wanted: int) -> Draws:
    return Draws(
        values=np.concatenate([values for values, _ in chunks])[:wanted],
        counts=np.concatenate([counts for _, counts in chunks])[:wanted],
    )
