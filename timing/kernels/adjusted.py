"""The score at every shift, adjusted for controls within strata.

The null rates mu_t come from a log-linear count model with stratum effects and controls
z_t, Poisson or negative binomial with variance mu_t (1 + alpha mu_t). With residual
r_t = (y_t - mu_t) / (1 + alpha mu_t) and weight w_t = mu_t / (1 + alpha mu_t),

    U(k) = sum_t r_t x_{t+k}
    V(k) = sum_t w_t x_{t+k} - sum_s m_s(k)^2 / W_s - q(k)' B^-1 q(k)

with m_s(k) = sum_{t in s} w_t x_{t+k}, W_s = sum_{t in s} w_t, zc the controls less
their w-weighted stratum means, q(k) = sum_t w_t zc_t x_{t+k} and B = sum_t w_t zc_t
zc_t'. U is the derivative of the log-likelihood by the log rate ratio, V its
information: the w-weighted sum of squares of what the strata and the controls leave of
the shifted exposure. alpha = 0 is the Poisson model.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import fft

from timing.kernels.null_fit import centred, whitening
from timing.kernels.score import studentize

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

_FLAT = 1e-9
"""Variance, relative to the largest, that is rounding only."""


def shifted_sums(
    weight: FloatArray, exposure: IntArray, stratum: IntArray
) -> FloatArray:
    """``m_s(k) = sum_{t in s} w_t x_{t+k}`` of each stratum that has weight.

    Returns
    -------
    (s, n) array of float

    Notes
    -----
    From one shift to the next the sums change only where the exposure begins or ends:
    each of its jumps meets one day at each shift. The changes are summed along the
    shifts.
    """
    n = exposure.size
    day = np.flatnonzero(weight)
    used, row = np.unique(stratum[day], return_inverse=True)
    carried = weight[day]
    sums = np.zeros((used.size, n))
    change = sums.ravel()  # a view
    jump = np.diff(exposure, prepend=exposure[-1:])
    for at in np.flatnonzero(jump).tolist():
        change[row * n + (at - day) % n] += jump[at] * carried
    sums[:, 0] = np.bincount(row, weights=carried * exposure[day])
    return np.cumsum(sums, axis=1, out=sums)


def adjusted_scores(
    exposure: IntArray,
    stratum: IntArray,
    design: FloatArray,
    *,
    residual: FloatArray,
    weight: FloatArray,
) -> tuple[FloatArray, float]:
    """Z(k) for every shift, and the standard deviation sqrt(V(0)).

    Parameters
    ----------
    exposure, stratum : (n,) arrays of int
    design : (n, q) array of float
        Controls of the null rates.
    residual, weight : (n,) arrays of float
        From `fit_null`.

    Returns
    -------
    scores : (n,) array of float
    deviation : float
        0 where nothing is left of the unshifted exposure.
    """
    n = exposure.size
    spectrum = fft.rfft(exposure)

    def at_every_shift(rows: FloatArray) -> FloatArray:
        """``sum_t rows[..., t] * exposure[t + k]`` for each k."""
        shifted: FloatArray = fft.irfft(np.conj(fft.rfft(rows)) * spectrum, n=n)
        return shifted

    in_stratum = shifted_sums(weight, exposure, stratum)
    total = np.bincount(stratum, weights=weight)
    total = total[total > 0]
    variance = in_stratum.sum(axis=0)
    largest = float(variance.max(initial=0.0))
    variance -= np.einsum("s,sk,sk->k", 1 / total, in_stratum, in_stratum)
    if design.shape[1]:
        within = centred(design, weight, stratum)
        weighted = within * weight
        half = whitening(np.einsum("it,jt->ij", weighted, within))
        basis = np.einsum("ji,jt->it", half, weighted)
        variance -= (at_every_shift(basis) ** 2).sum(axis=0)
    # Rounding of the sums, not of what is left of them, tells which variance is none.
    variance[variance <= _FLAT * largest] = 0.0
    scores = studentize(at_every_shift(residual), variance)
    return scores, float(np.sqrt(variance[0]))
