"""Adjusted p-values from a source of scores, block by block."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from timing.kernels.maxt import (
    BlockTails,
    critical_value,
    effective_number,
    extremeness,
    high_statistics,
    raw_p_values,
    reach,
    single_step_p,
    step_down_counts,
    step_down_p,
    tail_counts,
)
from timing.scanning.jobs import run_all

if TYPE_CHECKING:
    from timing.chunks import Chunks
    from timing.kernels.pvalues import Alternative
    from timing.scanning.sources import Source

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

_KEPT = 3
"""Single statistics are kept that reach a block's own critical value at so many times
the level: more than the critical value of all blocks will ask for, as a rule."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Adjusted:
    """P-values of the specifications, and what they say of the family.

    Attributes
    ----------
    pvalue, single_step, step_down : (m,) arrays of float
        `step_down` is NaN where it was not asked for.
    spread : (p,) array of float
        Standard deviation of the scores of each pair over the arrangements.
    critical_value, effective_tests : float
    """

    pvalue: FloatArray
    single_step: FloatArray
    step_down: FloatArray
    spread: FloatArray
    critical_value: float
    effective_tests: float


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Request:
    """What every block is asked; `order` holds the pairs, the most extreme first."""

    observed: FloatArray
    order: IntArray
    alternative: Alternative
    level: float
    step_down: bool


def _tails(
    source: Source, request: _Request, block: int, floor: float | None = None
) -> BlockTails:
    """Count over one block."""
    shape = (source.n_pairs, source.block_size(block))
    statistics = np.empty(shape, dtype=np.float32)
    above, tied = np.empty((2, source.n_pairs), dtype=np.int64)
    total, squares = np.empty((2, source.n_pairs))
    for pairs, scores in source.scores(block):
        above[pairs], tied[pairs] = tail_counts(scores, request.observed[pairs])
        total[pairs] = scores.sum(axis=1)
        squares[pairs] = np.vecdot(scores, scores)
        extremeness(scores, request.alternative, out=statistics[pairs])
    order = request.order
    if request.step_down:
        observed = extremeness(request.observed[order], request.alternative)
        at_least, maxima = step_down_counts(statistics, order, observed)
    else:
        at_least = np.zeros(order.size, dtype=np.int64)
        maxima = statistics[np.unique(order)].max(axis=0)
    if floor is None:
        top = 1 - min(1.0, _KEPT * request.level)
        floor = float(np.quantile(maxima, top, method="lower"))
    return BlockTails(
        above=above, tied=tied, total=total, squares=squares, at_least=at_least,
        maxima=maxima, floor=floor,
        high=high_statistics(statistics, order, maxima, floor),
    )  # fmt: skip


_TYPES = {
    "above": np.int64, "tied": np.int64, "total": np.float64, "squares": np.float64,
    "at_least": np.int64, "maxima": np.float32, "high": np.float32,
}  # fmt: skip


def _storable(tails: BlockTails) -> dict[str, Any]:
    """Return the counts in values of JSON, which keeps every digit."""
    arrays = {name: getattr(tails, name).tolist() for name in _TYPES}
    return {"floor": tails.floor, **arrays}


def _restored(stored: dict[str, Any]) -> BlockTails:
    arrays = {name: np.array(stored[name], kind) for name, kind in _TYPES.items()}
    return BlockTails(floor=stored["floor"], **arrays)


def adjust(
    source: Source,
    pair: IntArray,
    *,
    alternative: Alternative,
    level: float,
    step_down: bool,
    n_jobs: int | None,
    progress: bool,
    chunks: Chunks | None = None,
) -> Adjusted:
    """Adjust the p-values of a family for its size.

    Parameters
    ----------
    source : Source
    pair : (m,) array of int
        Pair of each specification of the family; pairs may repeat.
    alternative : {"two-sided", "greater", "less"}
    level : float
        Family-wise level of the critical value.
    step_down : bool
    n_jobs : int or None
        As in joblib.
    progress : bool
    """
    observed = source.observed()
    statistic = extremeness(observed, alternative)[pair]
    order = np.argsort(-statistic, kind="stable")
    request = _Request(
        observed=observed,
        order=pair[order],
        alternative=alternative,
        level=level,
        step_down=step_down,
    )
    n = source.n_arrangements
    found: dict[int, BlockTails] = {}
    if chunks is not None:
        stored = chunks.read(source.n_blocks)
        found = {block: _restored(kept) for block, kept in stored.items()}
    missing = [block for block in range(source.n_blocks) if block not in found]
    done = run_all(
        _tails,
        ((source, request, block) for block in missing),
        total=len(missing),
        label="scan",
        n_jobs=n_jobs,
        progress=progress,
    )
    for block, tails in zip(missing, done, strict=True):
        found[block] = tails
        if chunks is not None:
            chunks.write(block, _storable(tails))
    blocks = [found[block] for block in range(source.n_blocks)]
    maxima = np.concatenate([tails.maxima for tails in blocks])
    critical = critical_value(maxima, level)
    least = np.inf
    if np.isfinite(critical):
        least = float(reach(np.array([critical], dtype=np.float32))[0])
    # A block whose maxima are larger than elsewhere kept too few of its statistics.
    high = [
        tails.high
        if tails.floor <= least
        else _tails(source, request, block, floor=least).high
        for block, tails in enumerate(blocks)
    ]

    raw = raw_p_values(
        np.sum([tails.above for tails in blocks], axis=0)[pair],
        np.sum([tails.tied for tails in blocks], axis=0)[pair],
        n,
        alternative,
    )
    mean = np.sum([tails.total for tails in blocks], axis=0) / n
    square = np.sum([tails.squares for tails in blocks], axis=0) / n
    stepped = np.full(pair.size, np.nan)
    if step_down:
        counts = np.sum([tails.at_least for tails in blocks], axis=0)
        stepped[order] = step_down_p(counts, n)
    return Adjusted(
        pvalue=raw,
        single_step=np.maximum(single_step_p(maxima, statistic), raw),
        step_down=np.maximum(stepped, raw),
        spread=np.sqrt(np.maximum(square - mean**2, 0.0)),
        critical_value=critical,
        effective_tests=effective_number(
            maxima, high, critical=critical, n_tests=pair.size
        ),
    )
