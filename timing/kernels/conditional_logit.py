"""Conditional logistic regression: which days have a launch, given how many do.

The exact likelihood, with any number of launch days in a stratum. Given their number m
the days with y_t = 1 have the distribution of independent Bernoulli draws given that
they sum to m, whatever common factor their odds are given. The factor is chosen so that
m is the expected sum; the distribution of the sum, and the moments of Z = sum_t y_t z_t
on each value of it, then follow by adding one day after the other, in numbers between 0
and 1 for the sum. One pass serves all strata at once.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import optimize, sparse, special

from timing.kernels.conditional import Moments
from timing.kernels.null_fit import centred

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

_FACTOR_WIDTH = 0.1
"""Precision of the log of the odds' common factor, which the answer does not need."""

_ZERO = 1e-7
"""Slack up to which a direction does not separate, on columns of size 1."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ConditionalLogit:
    """Launch days of strata that have both kinds of days; made by `conditional_logit`.

    Attributes
    ----------
    case : (n,) array of float
        1 on launch days, else 0.
    stratum : (n,) array of int
        Labels 0, 1, ... by falling size.
    design : (n, q) array of float
    n_cases : (s,) array of int
        Launch days of each stratum.
    bounds : (d + 1,) array of int
        Rows ``bounds[k]`` to ``bounds[k + 1]`` are the k-th days of the first strata.

    Notes
    -----
    The log-likelihood is ``sum_cases z_t'b - sum_s log e_m(exp(z_t'b))`` with e_m the
    elementary symmetric function of the days of the stratum (Gail, Lubin and Rubinstein
    1981, Biometrika 68:703-707).
    """

    case: FloatArray
    stratum: IntArray
    design: FloatArray
    n_cases: IntArray
    bounds: IntArray

    def at(self, params: FloatArray) -> Moments:
        """Likelihood and derivatives at the slopes `params`."""
        linear, factor = self._odds(params)
        share = special.expit(linear + factor[self.stratum])
        within = centred(self.design, share, self.stratum)
        chance, mean, second, _ = self._moments(share, within.T)
        spread = second - mean[:, :, None] * mean[:, None, :]
        at_cases = [np.bincount(self.stratum, self.case * row) for row in within]
        log_sum = (
            np.logaddexp(0.0, linear + factor[self.stratum]).sum()
            + np.log(chance).sum()
            - float((self.n_cases * factor).sum())
        )
        return Moments(
            likelihood=float((self.case * linear).sum() - log_sum),
            scores=np.column_stack(at_cases) - mean,
            information=spread.sum(axis=0),
        )

    def skewness(self, params: FloatArray, half: FloatArray) -> FloatArray:
        """Third central moments ``E[|u|^2 u]`` of ``u = half' Z``, over all strata."""
        linear, factor = self._odds(params)
        share = special.expit(linear + factor[self.stratum])
        white = np.einsum("it,ik->tk", centred(self.design, share, self.stratum), half)
        _, mean, second, third = self._moments(share, white, third=True)
        size = (mean**2).sum(axis=1) * 2 - np.trace(second, axis1=1, axis2=2)
        third += size[:, None] * mean - 2 * np.einsum("sij,sj->si", second, mean)
        skewness: FloatArray = third.sum(axis=0)
        return skewness

    def _odds(self, params: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Log odds of the days, and the log factor of each stratum, by bisection."""
        linear = np.einsum("tj,j->t", self.design, params)
        highest = np.full(self.n_cases.size, -np.inf)
        np.maximum.at(highest, self.stratum, linear)
        lowest = np.full(self.n_cases.size, np.inf)
        np.minimum.at(lowest, self.stratum, linear)
        level = special.logit(self.n_cases / np.bincount(self.stratum))
        low, high = level - highest, level - lowest
        width = float((high - low).max())
        for _ in range(int(np.ceil(np.log2(max(width / _FACTOR_WIDTH, 1.0))))):
            middle = (low + high) / 2
            expected = special.expit(linear + middle[self.stratum])
            above = np.bincount(self.stratum, expected) > self.n_cases
            low, high = np.where(above, low, middle), np.where(above, middle, high)
        return linear, (low + high) / 2

    def _moments(
        self, share: FloatArray, columns: FloatArray, *, third: bool = False
    ) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """Chance of the number of launch days, and moments of Z given that number.

        Returns
        -------
        chance : (s,) array
        mean : (s, q) array
        second : (s, q, q) array
            ``E[Z Z']``.
        cubed : (s, q) array
            ``E[|Z|^2 Z]``; zeros unless `third`.
        """
        n_strata, most = self.n_cases.size, int(self.n_cases.max())
        q = columns.shape[1]
        # Strata and numbers of launch days last: long inner loops.
        chance = np.zeros((n_strata, most + 1))
        chance[:, 0] = 1.0
        mean = np.zeros((q, n_strata, most + 1))
        second = np.zeros((q, q, n_strata, most + 1))
        cubed = np.zeros((q, n_strata, most + 1))
        for begin, stop in itertools.pairwise(self.bounds.tolist()):
            p = share[begin:stop, None]
            z = columns[begin:stop].T[:, :, None]
            fewer = ..., slice(0, stop - begin), slice(0, most)
            c, m, s = chance[fewer], mean[fewer], second[fewer]
            if third:
                along, size = (z * m).sum(axis=0), (z**2).sum(axis=0)
                added = (np.trace(s) + 2 * along + size * c) * z + size * m
                added += 2 * (s * z).sum(axis=1) + cubed[fewer]
                _add_day(cubed, added, p)
            # z (m + z c / 2)' and its transpose add up to z m' + m z' + z z' c.
            cross = z[:, None] * (m + z * c / 2)
            squares = cross + cross.swapaxes(0, 1)
            squares += s
            _add_day(second, squares, p)
            _add_day(mean, m + z * c, p)
            _add_day(chance, c, p)
        at = ..., np.arange(n_strata), self.n_cases
        total = chance[at]
        return (
            total,
            (mean[at] / total).T,
            np.moveaxis(second[at] / total, -1, 0),
            (cubed[at] / total).T,
        )


def _add_day(table: FloatArray, with_day: FloatArray, p: FloatArray) -> None:
    """Mix the sums without the day and, one launch higher, `with_day`; in place."""
    part = table[..., : p.shape[0], :]
    change = with_day - part[..., 1:]
    change *= p
    part[..., 1:] += change
    part[..., 0] *= 1 - p[:, 0]


def conditional_logit(
    case: IntArray, stratum: IntArray, design: FloatArray
) -> ConditionalLogit:
    """Put the days in the order in which the likelihood adds them.

    Parameters
    ----------
    case : (n,) array of 0 and 1
    stratum : (n,) array of int
        Labels 0, 1, ...; each has days of both kinds.
    design : (n, q) array of float
    """
    size = np.bincount(stratum)
    rank = np.empty(size.size, dtype=np.int64)
    rank[np.argsort(-size, kind="stable")] = np.arange(size.size)
    label = rank[stratum]
    grouped = np.argsort(label, kind="stable")
    first = np.cumsum(np.bincount(label)) - np.bincount(label)
    place = np.empty(label.size, dtype=np.int64)
    place[grouped] = np.arange(label.size) - first[label[grouped]]
    order = np.lexsort((label, place))
    return ConditionalLogit(
        case=case[order].astype(np.float64),
        stratum=label[order],
        design=design[order].astype(np.float64),
        n_cases=np.bincount(label, weights=case).astype(np.int64),
        bounds=np.concatenate([[0], np.cumsum(np.bincount(place))]),
    )


def separated(case: IntArray, stratum: IntArray, design: FloatArray) -> bool:
    """Whether the conditional likelihood rises for ever in some direction.

    Parameters
    ----------
    case : (n,) array of 0 and 1
    stratum : (n,) array of int
        Labels 0, 1, ...; each has days of both kinds.
    design : (n, q) array of float
        Columns that are not collinear within the strata.

    Notes
    -----
    A direction d separates if a level of each stratum lies between ``z_t'd`` of its
    launch days and that of its other days, and not all are equal (Albert and Anderson
    1984, Biometrika 71:1-10, stratum by stratum). Found by linear programming: the sum
    of all distances from the level is made as large as it can be.

    Examples
    --------
    >>> case, stratum = np.array([1, 0, 0, 1, 0, 0]), np.array([0, 0, 0, 1, 1, 1])
    >>> separated(case, stratum, np.array([[2.0], [1], [0], [5], [5], [4]]))
    True
    >>> separated(case, stratum, np.array([[1.0], [2], [0], [5], [5], [4]]))
    False
    """
    size = np.abs(design).max(axis=0, initial=0.0)
    scaled = design / np.where(size > 0, size, 1.0)
    cells = np.unique(np.column_stack([stratum, case, scaled]), axis=0)
    n, q = cells.shape[0], design.shape[1]
    n_strata = int(stratum.max()) + 1
    label, sign = cells[:, 0].astype(np.int64), 2 * cells[:, 1] - 1
    level = sparse.csr_array((-sign, (np.arange(n), label)), (n, n_strata))
    columns = sparse.csr_array(cells[:, 2:] * sign[:, None])
    distance = sparse.hstack([columns, level], format="csr")
    found = optimize.linprog(
        -np.asarray(distance.sum(axis=0)).ravel(),
        A_ub=-distance,
        b_ub=np.zeros(n),
        bounds=[(-1.0, 1.0)] * q + [(None, None)] * n_strata,
        method="highs",
    )
    return bool((distance @ found.x).max() > _ZERO)
