"""The continuous-time Hawkes process with an exponential kernel: likelihood and fit.

    lambda(t) = mu + eta beta sum_{t_i < t} exp(-beta (t - t_i))

The limit of the discrete model of `timing.kernels.excited_rates` for short days, kept
so that the discrete one can be checked against other software. Ozaki (1979, Ann. Inst.
Stat. Math. 31:145-155).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import optimize

FloatArray = npt.NDArray[np.float64]

_STARTS = (1.0, 10.0, 100.0)
"""Mean delays, in units of the mean gap over ten, from which the fit begins."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class HawkesFit:
    """Maximum-likelihood fit.

    Attributes
    ----------
    base : float
        mu, per unit of time.
    branching : float
        eta.
    decay : float
        beta, per unit of time.
    std_errors : (3,) array of float
        Of the three, by the observed information.
    log_likelihood : float
    """

    base: float
    branching: float
    decay: float
    std_errors: FloatArray
    log_likelihood: float


def hawkes_log_likelihood(
    params: FloatArray, times: FloatArray, end: float
) -> tuple[float, FloatArray]:
    """Log-likelihood and its gradient, in one pass over the launches.

    Parameters
    ----------
    params : (3,) array of float
        mu, eta, beta.
    times : (n,) array of float
        Increasing moments of launches, from 0.
    end : float
        End of the observation.

    Notes
    -----
    ``A_i = sum_{j < i} exp(-beta (t_i - t_j))`` follows from ``A_i = exp(-beta (t_i -
    t_{i-1})) (1 + A_{i-1})``, and its derivative likewise.

    Examples
    --------
    >>> value, _ = hawkes_log_likelihood(
    ...     np.array([0.5, 0.0, 1.0]), np.array([1.0, 2.0]), 4.0
    ... )
    >>> bool(np.isclose(value, 2 * np.log(0.5) - 2))  # eta = 0: a Poisson process
    True
    """
    base, branching, decay = params
    felt, slope = np.zeros((2, times.size))
    for i, gap in enumerate(np.diff(times), start=1):
        left = np.exp(-decay * gap)
        felt[i] = left * (1 + felt[i - 1])
        slope[i] = left * slope[i - 1] - gap * felt[i]
    rate = base + branching * decay * felt
    rest = end - times
    ended = -np.expm1(-decay * rest)
    value = np.log(rate).sum() - base * end - branching * ended.sum()
    gradient = np.array(
        [
            (1 / rate).sum() - end,
            (decay * felt / rate).sum() - ended.sum(),
            branching
            * (((felt + decay * slope) / rate).sum() - (rest * (1 - ended)).sum()),
        ]
    )
    return float(value), gradient


def fit_hawkes(times: FloatArray, end: float) -> HawkesFit:
    """Fit the three parameters by maximum likelihood (L-BFGS-B on their logarithms).

    Parameters
    ----------
    times : (n,) array of float
        Increasing moments of launches, from 0.
    end : float
        End of the observation.
    """
    mean_gap = end / times.size

    def loss(logs: FloatArray) -> tuple[float, FloatArray]:
        params = np.exp(logs)
        value, gradient = hawkes_log_likelihood(params, times, end)
        return -value, -gradient * params

    bounds = [(-30.0, 30.0), (-30.0, float(np.log(0.999))), (-30.0, 30.0)]
    tries = [
        optimize.minimize(
            loss,
            np.log([0.5 / mean_gap, 0.5, 10 / (mean_gap * delay)]),
            jac=True,
            bounds=bounds,
            method="L-BFGS-B",
            options={"ftol": 1e-15, "gtol": 1e-9},
        )
        for delay in _STARTS
    ]
    best = min(tries, key=lambda found: found.fun)
    params = np.exp(best.x)
    return HawkesFit(
        base=float(params[0]),
        branching=float(params[1]),
        decay=float(params[2]),
        std_errors=_std_errors(params, times, end),
        log_likelihood=-float(best.fun),
    )


def _std_errors(params: FloatArray, times: FloatArray, end: float) -> FloatArray:
    size = 1e-5 * params
    columns = []
    for step in np.diag(size):
        up = hawkes_log_likelihood(params + step, times, end)[1]
        down = hawkes_log_likelihood(params - step, times, end)[1]
        columns.append((down - up) / (2 * step.sum()))
    information = np.array(columns)
    errors: FloatArray = np.sqrt(
        np.diag(np.linalg.inv((information + information.T) / 2))
    )
    return errors
