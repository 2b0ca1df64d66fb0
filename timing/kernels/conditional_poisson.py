"""Poisson counts given the total of each stratum: multinomial, and its dispersion."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from timing.kernels.conditional import Moments
from timing.kernels.null_fit import centred

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ConditionalPoisson:
    """Counts of days whose log rates are linear in z_t, given each stratum's total.

    Attributes
    ----------
    counts : (n,) array of int
    stratum : (n,) array of int
        Labels 0, 1, ..., each with a positive count.
    design : (n, q) array of float

    Notes
    -----
    The log-likelihood is ``sum_t y_t log p_t`` with p_t the share of day t in the rates
    ``exp(z_t'b)`` of its stratum (Armstrong, Gasparrini and Tobias 2014, BMC Med. Res.
    Methodol. 14:122): that of Poisson regression with one effect per stratum.
    """

    counts: IntArray
    stratum: IntArray
    design: FloatArray

    def rates(self, params: FloatArray) -> FloatArray:
        """Fitted count of each day; they sum to the total of each stratum."""
        linear = np.einsum("tj,j->t", self.design, params)
        highest = np.full(int(self.stratum.max()) + 1, -np.inf)
        np.maximum.at(highest, self.stratum, linear)
        weight = np.exp(linear - highest[self.stratum])
        totals = np.bincount(self.stratum, weights=self.counts)
        rates: FloatArray = (
            weight * (totals / np.bincount(self.stratum, weight))[self.stratum]
        )
        return rates

    def at(self, params: FloatArray) -> Moments:
        """Likelihood and derivatives at the slopes `params`."""
        rate = self.rates(params)
        totals = np.bincount(self.stratum, weights=self.counts)
        within = centred(self.design, rate, self.stratum)
        scores = within * (self.counts - rate)
        return Moments(
            likelihood=float(
                special.xlogy(self.counts, rate / totals[self.stratum]).sum()
            ),
            scores=np.column_stack([np.bincount(self.stratum, row) for row in scores]),
            information=np.einsum("it,jt->ij", within * rate, within),
        )

    def skewness(self, params: FloatArray, half: FloatArray) -> FloatArray:
        """Third central moments ``E[|u|^2 u]`` of ``u = half' Z``, over all strata."""
        rate = self.rates(params)
        white = np.einsum("ik,it->kt", half, centred(self.design, rate, self.stratum))
        skewness: FloatArray = np.einsum("t,kt->k", rate * (white**2).sum(0), white)
        return skewness

    def day_scores(self, params: FloatArray) -> FloatArray:
        """Score of each day, the stratum effects taken out; (n, q)."""
        rate = self.rates(params)
        scores = centred(self.design, rate, self.stratum) * (self.counts - rate)
        return scores.T

    def dispersion(self, params: FloatArray) -> float:
        """Pearson dispersion phi on the residual degrees of freedom; NaN on none.

        ``sum_t (y_t - mu_t)^2 / mu_t / (n - s - q)`` with s strata, as quasi-Poisson
        models in R's glm and gnm.
        """
        n_strata = int(self.stratum.max()) + 1
        df = self.counts.size - n_strata - self.design.shape[1]
        rate = self.rates(params)
        pearson = float(((self.counts - rate) ** 2 / rate).sum())
        return pearson / df if df > 0 else float("nan")
