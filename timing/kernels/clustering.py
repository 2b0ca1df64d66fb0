"""Do launch days cluster? Pairs of near days, and the dispersion of counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy import special

from timing.kernels.pvalues import p_value

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

_CONTINUITY = 0.5
"""Pairs are whole numbers: the tail of a count of k starts halfway below it."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class NearPairs:
    """Pairs of launch days of one stratum, by the largest number of days between them.

    Attributes
    ----------
    within : (k,) array of int
        Largest number of days between the two.
    observed : (k,) array of int
    expected, variance : (k,) arrays of float
        Given the launch days of each stratum, where all arrangements are equally
        likely.
    """

    within: IntArray
    observed: IntArray = field(repr=False)
    expected: FloatArray = field(repr=False)
    variance: FloatArray = field(repr=False)

    @property
    def z(self) -> FloatArray:
        """Standardized number of pairs; 0 where it cannot vary."""
        fixed = self.variance == 0
        deviation = np.sqrt(np.where(fixed, 1.0, self.variance))
        return np.where(fixed, 0.0, (self.observed - self.expected) / deviation)

    @property
    def pvalue(self) -> FloatArray:
        """Chance of at least so many pairs, by a gamma distribution; 1 where fixed."""
        free = self.variance > 0
        shape = self.expected[free] ** 2 / self.variance[free]
        least = np.maximum(self.observed[free] - _CONTINUITY, 0.0)
        p = np.ones(self.within.size)
        p[free] = [
            p_value(above, 0.0, 1 - above, alternative="greater")
            for above in special.gammaincc(shape, least / self.expected[free] * shape)
        ]
        return p


def near_pairs(
    launches: IntArray, day: IntArray, stratum: IntArray, within: Sequence[int]
) -> NearPairs:
    """Count pairs of launch days in the same stratum and near each other.

    Parameters
    ----------
    launches : (n,) array of int
        Only whether a day has any counts.
    day : (n,) array of int
        Day numbers of the at-risk days, increasing.
    stratum : (n,) array of int
        Not negative.
    within : sequence of int
        Largest numbers of days between the two, at least 1.

    Returns
    -------
    NearPairs

    Notes
    -----
    Null hypothesis: the m launch days of a stratum are any m of its n days, all sets
    equally likely, strata independent. A stratum has A pairs of days near each other, W
    ordered pairs of such pairs with one day in common, and ``D = A^2 - A - W`` with
    none. With ``q_k = m (m-1) ... (m-k+1) / (n (n-1) ... (n-k+1))`` its launch days
    make ``A q_2`` pairs on average, with variance ``A q_2 + W q_3 + D q_4 - (A q_2)^2``
    (both exact). The p-value is that of the gamma distribution with these moments,
    whose skewness is near that of a small count of pairs.

    References
    ----------
    Ripley, B. D. (1976). J. Appl. Probab. 13:255-266 (K function; here on a line).

    Examples
    --------
    >>> launches = np.array([1, 1, 0, 0, 1, 0])
    >>> pairs = near_pairs(launches, np.arange(6), np.zeros(6, dtype=int), [1, 2])
    >>> pairs.observed, pairs.expected
    (array([1, 1]), array([1. , 1.8]))
    """
    if stratum.max() >= stratum.size:
        _, stratum = np.unique(stratum, return_inverse=True)
    n_days = np.bincount(stratum).astype(np.float64)
    n_launched = np.bincount(stratum, weights=launches > 0).astype(np.float64)
    # A stratum with fewer than two launch days has no pair, and expects none.
    used = np.flatnonzero(n_launched[stratum] > 1)
    # One line for all strata, too far apart for a pair across them.
    gap = int(day[-1] - day[0]) + max(within) + 1
    place = stratum[used] * gap + day[used] - day[0]
    order = np.argsort(place, kind="stable")
    place, inside = place[order], stratum[used][order]
    launched = place[launches[used][order] > 0]
    q2, q3, q4 = (_chance(n_launched, n_days, k) for k in (2, 3, 4))
    observed, expected, variance = [], [], []
    for reach in within:
        later = _later(place, reach)
        observed.append(int(_later(launched, reach).sum()))
        degree = later + _earlier(later)
        pairs = np.bincount(inside, weights=later, minlength=n_days.size)
        sharing = np.bincount(
            inside, weights=degree * (degree - 1), minlength=n_days.size
        )
        apart = pairs**2 - pairs - sharing
        mean = pairs * q2
        spread = mean + sharing * q3 + apart * q4 - mean**2
        expected.append(mean.sum())
        # A stratum whose days are all near each other, or that is full, cannot vary.
        can_vary = (pairs < n_days * (n_days - 1) / 2) & (n_launched < n_days)
        variance.append(spread[can_vary].sum())
    return NearPairs(
        within=np.array(within, dtype=np.int64),
        observed=np.array(observed, dtype=np.int64),
        expected=np.array(expected),
        variance=np.maximum(variance, 0.0),
    )


def _later(place: IntArray, reach: int) -> IntArray:
    """Return how many places each has after it, at most `reach` away."""
    stop = np.searchsorted(place, place + reach, side="right")
    later: IntArray = stop - np.arange(1, place.size + 1)
    return later


def _earlier(later: IntArray) -> IntArray:
    """Return how many places each has before it, given how many are after each."""
    at = np.arange(later.size)
    passed = np.cumsum(np.bincount(at + later + 1, minlength=later.size + 1))
    earlier: IntArray = at - passed[: later.size]
    return earlier


def _chance(n_launched: FloatArray, n_days: FloatArray, k: int) -> FloatArray:
    """Chance that k given days of a stratum are launch days; 0 where it has fewer."""
    chance = np.ones_like(n_days)
    for i in range(k):
        chance *= np.maximum(n_launched - i, 0) / np.maximum(n_days - i, 1)
    return chance


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispersion:
    """How much the counts of cells vary.

    Attributes
    ----------
    statistic : float
        Pearson's chi-squared.
    df : int
        Degrees of freedom.
    """

    statistic: float
    df: int

    @property
    def index(self) -> float:
        """Variance over that of independent launches; 1 without a contrast."""
        return self.statistic / self.df if self.df else 1.0

    def pvalue(self, within: Dispersion | None = None) -> float:
        """Chance of so much dispersion.

        Parameters
        ----------
        within : Dispersion, optional
            That of parts of the cells, which clustering causes: it inflates the
            variance, where it is above 1, and an F distribution takes the place of the
            chi-squared one.
        """
        if not self.df or (within is not None and not within.df):
            return 1.0
        if within is None:
            above = special.chdtrc(self.df, self.statistic)
        else:
            ratio = self.index / max(1.0, within.index)
            above = special.fdtrc(self.df, within.df, ratio)
        return p_value(above, 0.0, 1 - above, alternative="greater")


def dispersion(launches: IntArray, cell: IntArray, group: IntArray) -> Dispersion:
    """Compare the launches of cells with those of equal rates within each group.

    Parameters
    ----------
    launches, cell, group : (n,) arrays of int
        `cell` and `group` not negative; the days of a cell are of one group.

    Returns
    -------
    Dispersion

    Notes
    -----
    Null hypothesis: given its launches, each of a group falls on any of its days,
    independently of the others. ``X^2 = sum (O - E)^2 / E`` over the cells of groups
    that hold launches, with E the group's launches times the cell's share of its days.

    References
    ----------
    Fisher, R. A. (1925). Statistical Methods for Research Workers, section 16 (index of
    dispersion).

    Examples
    --------
    >>> dispersion(np.array([3, 1, 2, 2]), np.array([0, 0, 1, 1]), np.zeros(4, int))
    Dispersion(statistic=0.0, df=1)
    """
    size = int(cell.max()) + 1
    group_of = np.zeros(size, dtype=np.int64)
    group_of[cell] = group
    observed = np.bincount(cell, weights=launches)
    days = np.bincount(cell)
    rate = np.bincount(group, weights=launches) / np.maximum(np.bincount(group), 1)
    expected = rate[group_of] * days
    held = expected > 0
    squared = (observed[held] - expected[held]) ** 2 / expected[held]
    return Dispersion(
        statistic=float(squared.sum()),
        df=int(held.sum()) - np.unique(group_of[held]).size,
    )
