"""Null model of launches that excite later ones."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import numpy.typing as npt

from timing.errors import InvalidNullWarning
from timing.kernels.self_excitation import (
    NEARLY_EXPLOSIVE,
    SelfExcitingFit,
    fit_self_exciting,
    simulate_self_exciting,
)
from timing.nulls.base import NullModel
from timing.strata import strata_in_words, stratum_of

if TYPE_CHECKING:
    from timing.strata import Strata

IntArray = npt.NDArray[np.int64]


@lru_cache(maxsize=8)
def _fit(launches: bytes, stratum: bytes) -> SelfExcitingFit:
    """Fit once for all chunks of draws."""
    return fit_self_exciting(
        np.frombuffer(launches, dtype=np.int64), np.frombuffer(stratum, dtype=np.int64)
    )


@dataclass(frozen=True, slots=True)
class SelfExciting(NullModel):
    """Launches excite later launches, and ignore the calendar (parametric bootstrap).

    Keeps a fitted base rate for each stratum, the share of launches that others
    provoked and how fast; the number of launches is random.

    Parameters
    ----------
    strata : str, int, Series, callable or None, default "year"
        Strata of the base rate; see `CircularShift`. With None, a slow cause that
        launches and calendar share counts as evidence.

    Warns
    -----
    InvalidNullWarning
        If the fitted branching ratio is 0.95 or more: such launches nearly explode, and
        the base rate varies more than the strata allow.

    Notes
    -----
    Null hypothesis: ``lambda_t = b_s(t) + eta sum_{j >= 1} (1 - d) d^(j-1) y_{t-j}``,
    with no effect of the calendar; b, eta and d are fitted by maximum likelihood, and
    launches are drawn from the fit. A day of 0/1 launches holds one with probability
    ``1 - exp(-lambda_t)``, counts are Poisson. The test is only as good as this model;
    uncertainty of the fitted parameters is not allowed for. Sampled; a draw without
    launches is drawn again. The number of launches varies from draw to draw, and the
    coincidence count with it: ``statistic="trigger_rate"``, the share, has more power.
    The rate ratio and its interval are those of the share.

    References
    ----------
    Hawkes, A. G. (1971). Biometrika 58:83-90 (here in discrete time, with a geometric
    kernel).

    Examples
    --------
    >>> SelfExciting(None).in_words()
    'events excite later events over a base rate of the whole period'
    """

    holds_slow: ClassVar[bool] = False
    strata: Strata = "year"

    @property
    def held(self) -> Strata:
        """The strata of the base rate."""
        return self.strata

    def in_words(self) -> str:
        """Return the null hypothesis as a sentence."""
        where = strata_in_words(self.strata)
        return f"events excite later events over a base rate of {where}"

    def fit(self, launches: IntArray, day: IntArray) -> SelfExcitingFit:
        """Fit base rates, branching ratio and delay by maximum likelihood.

        Parameters
        ----------
        launches, day : (n,) arrays of int
            Launches on the at-risk days, and their day numbers.
        """
        return _fit(launches.tobytes(), stratum_of(day, self.strata).tobytes())

    def draw(
        self, launches: IntArray, day: IntArray, *, size: int, rng: np.random.Generator
    ) -> IntArray:
        """Draw launches from the fit."""
        fit = self.fit(launches.astype(np.int64), day)
        if fit.branching >= NEARLY_EXPLOSIVE:
            msg = (
                f"the fitted branching ratio is {fit.branching:.2f}: the events "
                "nearly explode; use finer `strata`."
            )
            warnings.warn(msg, InvalidNullWarning, stacklevel=3)
        return simulate_self_exciting(fit, size=size, rng=rng)
