"""What each stratum holds: days, exposed days, launches."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from timing.kernels.breakpoints import binomial_pmf
from timing.kernels.exact import Pmf, convolve, hypergeometric_pmf

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

LOGIT, POISSON = "conditional-logit", "conditional-poisson"


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Cells:
    """What each stratum holds.

    Attributes
    ----------
    days, exposed, launches : (s,) arrays of int
        Days, exposed days, launches.
    count : (s,) array of int
        Launches on exposed days.
    used : (s,) array of bool
        Strata on which the likelihood depends.
    """

    days: IntArray
    exposed: IntArray
    launches: IntArray
    count: IntArray
    used: BoolArray

    @property
    def informative(self) -> BoolArray:
        """Strata that bear on the effect of exposure."""
        informative: BoolArray = (
            self.used & (self.exposed > 0) & (self.exposed < self.days)
        )
        return informative

    def null(self, model: str) -> Pmf:
        """Distribute the launches of informative strata at a rate ratio of 1."""
        cells = np.column_stack([self.days, self.exposed, self.launches])
        parts = cells[self.informative].tolist()
        if model == LOGIT:
            return convolve(hypergeometric_pmf(n, c, m) for n, c, m in parts)
        return convolve(binomial_pmf(m, c / n) for n, c, m in parts)


def cells_of(
    launches: IntArray, exposed: IntArray, stratum: IntArray, model: str
) -> Cells:
    """Count what each stratum holds.

    Parameters
    ----------
    launches, exposed, stratum : (n,) arrays of int
    model : {"conditional-logit", "conditional-poisson"}
        Strata with a launch on every day do not count in the first.
    """

    def total(values: IntArray) -> IntArray:
        return np.bincount(stratum, weights=values).astype(np.int64)

    days, n_launches = np.bincount(stratum), total(launches)
    free = n_launches < days if model == LOGIT else days > 1
    return Cells(
        days=days,
        exposed=total(exposed),
        launches=n_launches,
        count=total(launches * exposed),
        used=(n_launches > 0) & free,
    )
