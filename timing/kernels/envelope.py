"""Global envelopes of curves, and their test, by extreme rank length.

Each curve is reduced to its pointwise ranks, the most extreme first; curves are ordered
by the first of these, ties by the second, and so on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from timing.kernels.exact import Pmf
from timing.kernels.pvalues import Alternative, p_value

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

_TIE = 1e-9
"""Relative slack in comparing a p-value with a level."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class RankLengths:
    """How extreme each of m curves is.

    Attributes
    ----------
    measure : (m,) array of float
        Extreme rank length, in (0, 1]: the position of the curve, from the most extreme
        to the least, over m; curves of one rank length share their mean position.
    at_least : (m,) array of float
        Share of the curves that are at least as extreme as each, itself included.
    extreme_rank : (m,) array of float
        Smallest pointwise rank, or share.
    pvalue : float
        ``at_least`` of the first curve, the observed one.
    pvalue_range : (float, float)
        Of the test by the extreme rank alone: share of the curves that are more
        extreme than the first (0 if none), and share that are at least as extreme.
    """

    measure: FloatArray = field(repr=False)
    at_least: FloatArray = field(repr=False)
    extreme_rank: FloatArray = field(repr=False)
    pvalue: float
    pvalue_range: tuple[float, float]


def pointwise_ranks(
    curves: FloatArray | IntArray, *, alternative: Alternative
) -> FloatArray:
    """Rank the curves at each point, the most extreme first; ties share the mean rank.

    Parameters
    ----------
    curves : (m, l) array
    alternative : {"two-sided", "greater", "less"}
        What is extreme: small and large values, large ones, or small ones.

    Returns
    -------
    (m, l) array of float

    Examples
    --------
    >>> pointwise_ranks(np.array([[3], [1], [1]]), alternative="greater").ravel()
    array([1. , 2.5, 2.5])
    """
    from_below = np.empty(curves.shape)
    for column, ranks in zip(curves.T, from_below.T, strict=True):
        _, place, ties = np.unique(column, return_inverse=True, return_counts=True)
        ranks[:] = (np.cumsum(ties) - (ties - 1) / 2)[place]
    if alternative == "less":
        return from_below
    from_above: FloatArray = len(curves) + 1 - from_below
    if alternative == "greater":
        return from_above
    nearer: FloatArray = np.minimum(from_below, from_above)
    return nearer


def exact_ranks(
    curves: IntArray, nulls: Sequence[Pmf], *, alternative: Alternative
) -> FloatArray:
    """Mean pointwise ranks among all arrangements instead of those drawn, as shares.

    The probability of a value more extreme and half that of the value itself: what
    `pointwise_ranks` over m comes to as curves are drawn without end.

    Parameters
    ----------
    curves : (m, l) array of int
    nulls : sequence of l Pmf
        Exact null distribution at each point.
    alternative : {"two-sided", "greater", "less"}
    """
    from_below = np.empty(curves.shape)
    for column, ranks, null in zip(curves.T, from_below.T, nulls, strict=True):
        at_most = np.cumsum(null.probability)
        ranks[:] = (at_most - null.probability / 2)[column - null.lowest]
    # Equal shares of different points may differ by rounding.
    from_below = np.round(from_below, 12)
    if alternative == "less":
        return from_below
    from_above: FloatArray = np.round(1 - from_below, 12)
    if alternative == "greater":
        return from_above
    nearer: FloatArray = np.minimum(from_below, from_above)
    return nearer


def extreme_rank_length(
    curves: FloatArray | IntArray,
    *,
    alternative: Alternative,
    ranks: FloatArray | None = None,
) -> RankLengths:
    """Order curves from the most to the least extreme, and test the first.

    Parameters
    ----------
    curves : (m, l) array
        The observed curve first, then those under the null hypothesis.
    alternative : {"two-sided", "greater", "less"}
        What is extreme at a point.
    ranks : (m, l) array of float, optional
        Pointwise ranks; by default those among the curves.

    Returns
    -------
    RankLengths

    Notes
    -----
    Null hypothesis: the first curve is exchangeable with the others. Conventions are
    those of the R package GET (types ``"erl"`` and ``"rank"``, ties of whole curves
    counted in full).

    References
    ----------
    Myllymaki, M. et al. (2017). J. R. Stat. Soc. B 79:381-404.
    Mrkvicka, T., Myllymaki, M., Jilek, M. and Hahn, U. (2020). Kybernetika 56:432-458.

    Examples
    --------
    >>> curves = np.array([[5, 5], [1, 2], [2, 3], [3, 1]])
    >>> extreme_rank_length(curves, alternative="greater").pvalue
    0.25
    """
    if ranks is None:
        ranks = pointwise_ranks(curves, alternative=alternative)
    ranks = np.sort(ranks, axis=1)
    m = ranks.shape[0]
    order = np.lexsort(ranks.T[::-1])
    is_new = np.ones(m, dtype=bool)
    is_new[1:] = (np.diff(ranks[order], axis=0) != 0).any(axis=1)
    place = np.empty(m, dtype=np.int64)
    place[order] = np.cumsum(is_new) - 1
    ties = np.bincount(place)
    last = np.cumsum(ties)

    first = ranks[:, 0]
    more = int((first < first[0]).sum())
    tied = int((first == first[0]).sum())
    return RankLengths(
        measure=(last - (ties - 1) / 2)[place] / m,
        at_least=last[place] / m,
        extreme_rank=first,
        pvalue=_share_p(last[place[0]] - ties[place[0]], ties[place[0]], m),
        pvalue_range=(more / m, _share_p(more, tied, m)),
    )


def _share_p(more: int, tied: int, m: int) -> float:
    """P-value where `more` of `m` curves are more extreme and `tied` are as extreme."""
    return p_value(more / m, tied / m, (m - more - tied) / m, alternative="greater")


def global_envelope(
    curves: FloatArray | IntArray,
    lengths: RankLengths,
    *,
    level: float,
    alternative: Alternative,
) -> tuple[FloatArray, FloatArray]:
    """Pointwise range of the curves that are not too extreme.

    Parameters
    ----------
    curves : (m, l) array
    lengths : RankLengths
        Of these curves.
    level : float
        Error allowed; the envelope has level ``1 - level``.
    alternative : {"two-sided", "greater", "less"}
        As for `lengths`.

    Returns
    -------
    low, high : (l,) arrays of float
        `low` is minus infinity for ``"greater"``, `high` infinite for ``"less"``.

    Notes
    -----
    The range is that of the curves with ``at_least > level``. So a curve that leaves
    the envelope has p at most `level`. Without ties the converse holds too. Where
    values tie, as counts do, a curve with p at most `level` either leaves the envelope
    or lies on its edge wherever its pointwise rank is smallest.

    GET rounds the number of curves it keeps down, so that it may keep one fewer where
    `level` times m is not whole.
    """
    kept = curves[lengths.at_least > level * (1 + _TIE)]
    low, high = kept.min(axis=0).astype(float), kept.max(axis=0).astype(float)
    if alternative == "greater":
        low[:] = -np.inf
    elif alternative == "less":
        high[:] = np.inf
    return low, high
