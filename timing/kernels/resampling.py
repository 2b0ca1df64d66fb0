"""Random arrangements of launches, one row each, that keep what a null model keeps.

Every kernel takes the launches of the n at-risk days in order and returns `size` new
arrangements as a (size, n) array. Where `moves days` is said, the draws of one seed
move whole days in the same way whatever the launches are, so that several launch
series can share their draws.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]

_MANY_STRATA = 20
"""Strata for each draw above which the draws are made one by one."""


def shuffled(
    launches: IntArray, strata: list[IntArray], *, size: int, rng: np.random.Generator
) -> IntArray:
    """Permute the days of each stratum; moves days.

    Parameters
    ----------
    launches : (n,) array of int
    strata : list of arrays of int
        Positions of the days of each stratum.
    """
    drawn = np.tile(launches, (size, 1))
    for rows in strata:
        drawn[:, rows] = rng.permuted(drawn[:, rows], axis=1)
    return drawn


def rotated(
    launches: IntArray, strata: list[IntArray], *, size: int, rng: np.random.Generator
) -> IntArray:
    """Rotate each stratum by a shift of its own; moves days."""
    lengths = np.array([rows.size for rows in strata])
    # One shift for every stratum, those without launches too, so that draws are shared.
    shifts = rng.integers(0, lengths, size=(size, lengths.size))
    if lengths.size > _MANY_STRATA * size:
        return _rotated_draw_by_draw(launches, strata, lengths, shifts)
    drawn = np.zeros((size, launches.size), dtype=np.int64)
    for rows, shift in zip(strata, shifts.T, strict=True):
        if launches[rows].any():
            drawn[:, rows] = all_rotations(launches[rows])[-shift % rows.size]
    return drawn


def _rotated_draw_by_draw(
    launches: IntArray, strata: list[IntArray], lengths: IntArray, shifts: IntArray
) -> IntArray:
    """Rotate all strata of a draw at once: the same where strata are many."""
    order = np.concatenate(strata)
    stratum = np.repeat(np.arange(lengths.size), lengths)
    first, length = (np.cumsum(lengths) - lengths)[stratum], lengths[stratum]
    joined, place = launches[order], np.arange(order.size)
    drawn = np.zeros((len(shifts), launches.size), dtype=np.int64)
    for row, shift in zip(drawn, shifts, strict=True):
        source = place - shift[stratum]
        row[order] = joined[np.where(source < first, source + length, source)]
    return drawn


def all_rotations(launches: IntArray) -> IntArray:
    """Every circular shift, the unshifted one first: an (n, n) view, not a copy.

    Examples
    --------
    >>> all_rotations(np.array([1, 0, 2]))
    array([[1, 0, 2],
           [0, 2, 1],
           [2, 1, 0]])
    """
    twice = np.tile(launches, 2)[:-1]
    return np.lib.stride_tricks.sliding_window_view(twice, launches.size)


def jittered(
    launches: IntArray, bins: list[IntArray], *, size: int, rng: np.random.Generator
) -> IntArray:
    """Move each launch to any day of its bin, independently of the others.

    `bins` are runs of neighbouring positions.
    """
    begin = np.concatenate([np.full(rows.size, rows[0]) for rows in bins])
    width = np.concatenate([np.full(rows.size, rows.size) for rows in bins])
    launch = np.repeat(np.arange(launches.size), launches)
    position = begin[launch] + rng.integers(0, width[launch], size=(size, launch.size))
    drawn = np.zeros((size, launches.size), dtype=np.int64)
    np.add.at(drawn, (np.arange(size)[:, None], position), 1)
    return drawn


def gaps_shuffled(
    launches: IntArray, *, size: int, rng: np.random.Generator
) -> IntArray:
    """Permute the gaps between launch days, the ends of the span joined to a circle.

    The first gap starts from a day drawn evenly; the numbers of launches on the days
    keep their order.
    """
    n = launches.size
    position = np.flatnonzero(launches)
    gaps = np.diff(position, append=position[:1] + n)
    order = rng.permuted(np.tile(gaps, (size, 1)), axis=1)
    start = rng.integers(0, n, size=(size, 1))
    drawn = np.zeros((size, n), dtype=np.int64)
    landing = (start + np.cumsum(order, axis=1)) % n
    np.put_along_axis(drawn, landing, launches[position][None, :], axis=1)
    return drawn


def blocks_shuffled(
    launches: IntArray, length: int, *, size: int, rng: np.random.Generator
) -> IntArray:
    """Permute blocks of `length` days; days left over at the end stay; moves days."""
    n_blocks = launches.size // length
    order = rng.permuted(np.tile(np.arange(n_blocks), (size, 1)), axis=1)
    blocks = launches[: n_blocks * length].reshape(n_blocks, length)
    drawn = np.tile(launches, (size, 1))
    drawn[:, : n_blocks * length] = blocks[order].reshape(size, -1)
    return drawn
