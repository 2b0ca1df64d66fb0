"""Standard errors of regressions: Newey-West, robust, clustered or the model's own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from timing.arguments import check_choice, check_whole
from timing.errors import ArgumentError
from timing.kernels.inverse import inverse_of
from timing.kernels.sandwich import clustered, newey_west
from timing.regression.fitting import Fit
from timing.regression.rows import ROW_DAYS, Rows
from timing.strata import Strata, stratum_of

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

COVARIANCES = ("HAC", "robust", "cluster", "model")
_LAG_DAYS = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Errors:
    """Type of the standard errors.

    Attributes
    ----------
    cov : {"HAC", "robust", "cluster", "model"}
    maxlags : int
        Lags of HAC, in rows.
    cluster : Strata
        Strata whose days are one cluster.
    """

    cov: str
    maxlags: int
    cluster: Strata

    @property
    def label(self) -> str:
        """How results name the errors."""
        if self.cov == "HAC":
            return f"HAC({self.maxlags})"
        if self.cov == "cluster":
            name = getattr(self.cluster, "name", self.cluster)
            return f"cluster({name})"
        return self.cov

    def covariance(self, fit: Fit, rows: Rows, day: IntArray, freq: str) -> FloatArray:
        """Covariance of the coefficients.

        Parameters
        ----------
        fit : Fit
        rows : Rows
        day : (n,) array of int
            All at-risk days, from which the clusters are made.
        freq : {"D", "W"}

        Raises
        ------
        ArgumentError
            If the rows are of a single cluster.
        """
        if self.cov == "model":
            return inverse_of(fit.information)
        if self.cov != "cluster":
            lags = self.maxlags if self.cov == "HAC" else 0
            return newey_west(fit.scores, rows.position, fit.information, lags)
        # A week goes with its first at-risk day.
        first = rows.position if freq == "D" else rows.position * 7 - 3
        labels = stratum_of(day, self.cluster)[np.searchsorted(day, first)]
        codes = np.unique(labels, return_inverse=True)[1].astype(np.int64)
        if codes.max() == 0:
            msg = "`cluster` puts all rows into one cluster; there must be at least 2."
            raise ArgumentError(msg)
        return clustered(fit.scores, codes, fit.information)


def errors_of(
    cov: str, maxlags: int | None, cluster: Strata, *, freq: str = "D"
) -> Errors:
    """Check the arguments on errors."""
    check_choice("cov", cov, COVARIANCES)
    check_choice("freq", freq, ROW_DAYS)
    if maxlags is None:
        maxlags = _LAG_DAYS // ROW_DAYS[freq]
    check_whole("maxlags", maxlags, minimum=0)
    return Errors(cov=cov, maxlags=maxlags, cluster=cluster)
