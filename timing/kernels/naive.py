"""P-value of the plain shuffle of days: counted where it can be, else drawn."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from timing.kernels.exact import can_shuffle, shuffle_pmf, tail_p
from timing.kernels.pvalues import Alternative, position_p

IntArray = npt.NDArray[np.int64]

_DRAWS = 99_999
_FEWEST = 999
_CELLS = 2 * 10**7
"""Draws times distinct numbers of launches a day: some seconds."""


def shuffle_p(
    launches: IntArray,
    n_exposed: int,
    count: int,
    *,
    alternative: Alternative,
    rng: np.random.Generator,
) -> float:
    """P-value of a count when the days' launch numbers are permuted over the days.

    Parameters
    ----------
    launches : (n,) array of int
    n_exposed : int
    count : int
        Launches on the exposed days.
    alternative : {"two-sided", "greater", "less"}
    rng : Generator
        Used only where the ways to shuffle are too many to count (`can_shuffle`): the
        p-value then rests on 99,999 draws, on fewer where days have more than 200
        different numbers of launches.

    Examples
    --------
    >>> p = shuffle_p(
    ...     np.array([1, 0, 2, 0]), 2, 3,
    ...     alternative="greater", rng=np.random.default_rng(1),
    ... )
    >>> round(p, 4)
    0.1667
    """
    if can_shuffle(launches, n_exposed):
        pmf = shuffle_pmf(launches, n_exposed)
        return tail_p(pmf, count, alternative=alternative)
    size = max(_FEWEST, min(_DRAWS, _CELLS // np.unique(launches).size))
    drawn = drawn_counts(launches, n_exposed, size=size, rng=rng)
    return position_p(drawn.astype(float), count, alternative=alternative, drawn=True)


def drawn_counts(
    launches: IntArray, n_exposed: int, *, size: int, rng: np.random.Generator
) -> IntArray:
    """Count launches on `n_exposed` days drawn evenly, `size` times.

    Only how many days of each number of launches are drawn matters: a multivariate
    hypergeometric number.

    Examples
    --------
    >>> launches = np.array([0, 5, 5, 5])
    >>> drawn_counts(launches, 3, size=4, rng=np.random.default_rng(1)).tolist()
    [10, 10, 10, 10]
    """
    number, n_days = np.unique(launches, return_counts=True)
    rows = max(1, _CELLS // 10 // number.size)
    parts = [
        rng.multivariate_hypergeometric(
            n_days, n_exposed, size=min(rows, size - begin), method="marginals"
        )
        @ number
        for begin in range(0, size, rows)
    ]
    return np.concatenate(parts)
