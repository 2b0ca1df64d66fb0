"""Autocorrelation of the residuals of a regression on a time grid."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import special

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


def autocorrelations(
    residual: FloatArray, position: IntArray, max_lag: int
) -> FloatArray:
    """Correlate residuals of mean 0 with themselves at lags 1, 2, ..., `max_lag`.

    Parameters
    ----------
    residual : (n,) array
    position : (n,) array of int
        Place of each row on the time grid, increasing; missing places count as 0.
    max_lag : int

    Returns
    -------
    (max_lag,) array
        ``sum_t r_t r_{t+k} / sum_t r_t^2``; 0 where all residuals are.
    """
    place = position - position[0]
    complete = np.zeros(int(place[-1]) + 1 + max_lag)
    complete[place] = residual
    n = complete.size - max_lag
    products = [
        np.einsum("t,t->", complete[:n], complete[k : n + k])
        for k in range(1, max_lag + 1)
    ]
    total = float((residual**2).sum())
    correlations: FloatArray = np.array(products) / (total or 1.0)
    return correlations


def ljung_box(correlations: FloatArray, n: int) -> tuple[float, float]:
    """Ljung-Box statistic of n residuals, and the chance to exceed it.

    Notes
    -----
    ``Q = n (n + 2) sum_k r_k^2 / (n - k)``, chi-squared with one degree of freedom for
    each lag where the residuals are independent (Ljung and Box 1978, Biometrika
    65:297-303).
    """
    lag = np.arange(1, correlations.size + 1)
    statistic = n * (n + 2) * float((correlations**2 / (n - lag)).sum())
    return statistic, float(special.chdtrc(correlations.size, statistic))
