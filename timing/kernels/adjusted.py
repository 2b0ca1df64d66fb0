"""The score at every shift, adjusted for controls within strata.

The null rates mu_t come from a Poisson model with stratum effects and controls z_t. The
variance of the score takes out the weighted projection of the exposure on both:

    V(k) = sum_t mu_t x_{t+k} - sum_s m_s(k)^2 / Y_s - q(k)' B^-1 q(k)

with m_s(k) = sum_{t in s} mu_t x_{t+k}, Y_s = sum_{t in s} mu_t (by the likelihood
equations the launches of the stratum), zc the controls less their mu-weighted stratum
means, q(k) = sum_t mu_t zc_t x_{t+k} and B = sum_t mu_t zc_t zc_t'.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import fft

from timing.kernels.score import studentize

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

_TOLERANCE, _MAX_STEPS = 1e-10, 50


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ConditionalFit:
    """A Poisson model with stratum effects profiled out.

    Attributes
    ----------
    rate : (n,) array of float
        Fitted mean of each day; its sum over a stratum is the stratum's launches.
    params : (q,) array of float
    converged : bool
    """

    rate: FloatArray
    params: FloatArray
    converged: bool


def centred(design: FloatArray, rate: FloatArray, stratum: IntArray) -> FloatArray:
    """Take from the columns their rate-weighted means within strata."""
    total = np.bincount(stratum, weights=rate)
    safe = np.where(total > 0, total, 1.0)
    means = np.stack(
        [np.bincount(stratum, weights=rate * column) / safe for column in design.T],
        axis=1,
    )
    return design - means[stratum]


def fit_conditional_poisson(
    launches: IntArray,
    stratum: IntArray,
    design: FloatArray,
    offset: FloatArray,
) -> ConditionalFit:
    """Maximise the Poisson likelihood with one effect per stratum, by Newton steps.

    Parameters
    ----------
    launches : (n,) array of int
    stratum : (n,) array of int
        Labels 0, 1, ...
    design : (n, q) array of float
        Controls; q may be 0.
    offset : (n,) array of float
        Known part of the log rate.

    Notes
    -----
    Given the strata's totals the likelihood is multinomial (Armstrong et al. 2014, BMC
    Med. Res. Methodol. 14:122); steps are halved until it does not fall.
    """
    totals = np.bincount(stratum, weights=launches)

    def rates(params: FloatArray) -> tuple[FloatArray, float]:
        linear = design @ params + offset
        top = np.full(totals.size, -np.inf)
        np.maximum.at(top, stratum, linear)
        weight = np.exp(linear - top[stratum])
        sums = np.bincount(stratum, weights=weight)
        log_share = linear - top[stratum] - np.log(sums)[stratum]
        return totals[stratum] * np.exp(log_share), float(launches @ log_share)

    params = np.zeros(design.shape[1])
    rate, likelihood = rates(params)
    if not params.size:
        return ConditionalFit(rate=rate, params=params, converged=True)
    for _ in range(_MAX_STEPS):
        within = centred(design, rate, stratum)
        gradient = design.T @ (launches - rate)
        information = (within * rate[:, None]).T @ within
        step = np.linalg.lstsq(information, gradient, rcond=None)[0]
        size = 1.0
        while size > 1e-8:
            new_rate, new_likelihood = rates(params + size * step)
            if new_likelihood >= likelihood - 1e-12 * abs(likelihood):
                break
            size /= 2
        gain = new_likelihood - likelihood
        params, rate, likelihood = params + size * step, new_rate, new_likelihood
        if abs(gain) < _TOLERANCE * max(1.0, abs(likelihood)):
            return ConditionalFit(rate=rate, params=params, converged=True)
    return ConditionalFit(rate=rate, params=params, converged=False)


def adjusted_scores(
    launches: IntArray,
    exposure: IntArray,
    stratum: IntArray,
    design: FloatArray,
    rate: FloatArray,
) -> tuple[FloatArray, float]:
    """Z(k) for every shift, and the standard deviation sqrt(V(0)).

    Parameters
    ----------
    launches, exposure, stratum : (n,) arrays of int
    design : (n, q) array of float
        Controls of the null rates.
    rate : (n,) array of float
        Null rates from `fit_conditional_poisson`.
    """
    n = launches.size
    spectrum = fft.rfft(exposure)

    def at_every_shift(rows: FloatArray) -> FloatArray:
        """``sum_t rows[..., t] * exposure[t + k]`` for each k."""
        shifted: FloatArray = fft.irfft(np.conj(fft.rfft(rows)) * spectrum, n=n)
        return shifted

    variance = at_every_shift(rate)
    totals = np.bincount(stratum, weights=launches)
    for label in np.flatnonzero(totals):
        exposed_rate = at_every_shift(np.where(stratum == label, rate, 0.0))
        variance -= exposed_rate**2 / totals[label]
    if design.shape[1]:
        within = centred(design, rate, stratum)
        information = (within * rate[:, None]).T @ within
        projected = at_every_shift((within * rate[:, None]).T)
        solved = np.linalg.lstsq(information, projected, rcond=None)[0]
        variance -= (projected * solved).sum(axis=0)
    score = at_every_shift(launches - rate)
    return studentize(score, variance), float(np.sqrt(max(variance[0], 0.0)))
