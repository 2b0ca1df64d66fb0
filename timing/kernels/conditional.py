"""Maximum of a likelihood given the strata's totals, with or without Firth's penalty.

The likelihoods are of exponential form, so that the information is the variance of the
sufficient statistic Z = sum_t y_t z_t, and its derivative the third central moment.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
from scipy import optimize

from timing.kernels.null_fit import whitening

FloatArray = npt.NDArray[np.float64]

_TOLERANCE, _MAX_STEPS = 1e-14, 200
_FLAT = 1e-8
"""Size of the scaled penalised score that counts as none."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Moments:
    """A conditional log-likelihood and its first two derivatives.

    Attributes
    ----------
    likelihood : float
    scores : (s, q) array of float
        Score of each stratum: Z less its conditional mean.
    information : (q, q) array of float
        Conditional variance of Z.
    """

    likelihood: float
    scores: FloatArray
    information: FloatArray


class Likelihood(Protocol):
    """What `maximise` needs of a conditional likelihood."""

    def at(self, params: FloatArray) -> Moments:
        """Likelihood and derivatives at the slopes `params`."""

    def skewness(self, params: FloatArray, half: FloatArray) -> FloatArray:
        """Third central moments ``E[|u|^2 u]`` of ``u = half' Z``, over all strata."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Maximum:
    """A maximum of the (penalised) likelihood.

    Attributes
    ----------
    params : (q,) array of float
    likelihood : float
        Log-likelihood there, with the penalty where there is one.
    moments : Moments
        Of the likelihood without the penalty.
    converged : bool
    """

    params: FloatArray
    likelihood: float
    moments: Moments
    converged: bool

    @property
    def covariance(self) -> FloatArray:
        """Inverse of the information."""
        half = whitening(self.moments.information)
        covariance: FloatArray = np.einsum("ik,jk->ij", half, half)
        return covariance


def maximise(model: Likelihood, start: FloatArray) -> Maximum:
    """Maximise a conditional likelihood by Newton steps, halved until it does not fall.

    Parameters
    ----------
    model : Likelihood
    start : (q,) array of float

    Returns
    -------
    Maximum
    """
    params = start.astype(np.float64)
    moments = model.at(params)
    converged = False
    for _ in range(_MAX_STEPS):
        gradient = moments.scores.sum(axis=0)
        half = whitening(moments.information)
        step = half @ (half.T @ gradient)
        lowest = moments.likelihood - 1e-12 * max(1.0, abs(moments.likelihood))
        size = 1.0
        while (reached := model.at(params + size * step)).likelihood < lowest:
            size /= 2
        params, moments = params + size * step, reached
        if gradient @ step <= _TOLERANCE * max(1.0, abs(moments.likelihood)):
            converged = True
            break
    return Maximum(
        params=params,
        likelihood=moments.likelihood,
        moments=moments,
        converged=converged and bool(np.isfinite(params).all()),
    )


def maximise_penalised(
    model: Likelihood, start: FloatArray, *, fixed: tuple[int, ...] = ()
) -> Maximum:
    """Maximise the likelihood with Firth's penalty ``log det I / 2``.

    Parameters
    ----------
    model : Likelihood
    start : (q,) array of float
    fixed : tuple of int, default ()
        Columns whose slope stays as it is in `start`.

    Returns
    -------
    Maximum

    Notes
    -----
    The penalised score of slope c is ``U_c + tr(I^-1 dI/db_c) / 2``. The derivative of
    the information is the third central moment of Z; it is taken of Z whitened, where
    the trace is ``E[|u|^2 u]``. The penalty takes the whole information where slopes
    are fixed too (Heinze and Schemper 2002). Fisher scoring can go round in circles on
    this function; the steps are those of BFGS, scaled by the information at the start.

    References
    ----------
    Firth, D. (1993). Biometrika 80:27-38.
    Heinze, G. and Schemper, M. (2002). Stat. Med. 21:2409-2419.
    """
    free = np.setdiff1d(np.arange(start.size), fixed)
    scale = whitening(model.at(start).information[np.ix_(free, free)])

    def params_at(moved: FloatArray) -> FloatArray:
        params = start.astype(np.float64)
        params[free] += scale @ moved
        return params

    def fall(moved: FloatArray) -> tuple[float, FloatArray]:
        params = params_at(moved)
        moments = model.at(params)
        likelihood = _penalised(moments)
        if not np.isfinite(likelihood):  # a step that is too long
            return np.inf, np.zeros(moved.size)
        half = whitening(moments.information)
        bias = moments.information @ (half @ model.skewness(params, half))
        gradient = moments.scores.sum(axis=0) + bias / 2
        return -likelihood, -(scale.T @ gradient[free])

    moved = np.zeros(scale.shape[1])
    if moved.size:
        options = {"gtol": _FLAT, "maxiter": _MAX_STEPS}
        moved = optimize.minimize(fall, moved, jac=True, options=options).x
    params = params_at(moved)
    moments = model.at(params)
    return Maximum(
        params=params,
        likelihood=_penalised(moments),
        moments=moments,
        # Rounding may stop the search before its own tolerance.
        converged=bool(np.abs(fall(moved)[1]).max(initial=0.0) < 1e3 * _FLAT),
    )


def penalised_deviance(model: Likelihood, best: Maximum, value: float) -> float:
    """Twice the fall of the penalised likelihood where the first slope is `value`.

    Parameters
    ----------
    model : Likelihood
    best : Maximum
        Penalised maximum over all slopes.
    value : float
    """
    start = best.params.copy()
    start[0] = value
    there = maximise_penalised(model, start, fixed=(0,))
    return max(2 * (best.likelihood - there.likelihood), 0.0)


def _penalised(moments: Moments) -> float:
    sign, log_determinant = np.linalg.slogdet(moments.information)
    return moments.likelihood + float(log_determinant) / 2 if sign > 0 else -np.inf
