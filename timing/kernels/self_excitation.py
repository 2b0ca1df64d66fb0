"""Launches that excite later ones: a discrete-time self-exciting rate.

    lambda_t = b_s(t) + eta * sum_{j >= 1} (1 - d) d^(j - 1) y_{t - j},  d = 1 - 1/m

with base rate b_s of stratum s, branching ratio eta (expected direct offspring of one
launch) and mean m days from a launch to its offspring (Hawkes 1971, Biometrika
58:83-90, with a geometric kernel). A day of 0/1 launches holds one with probability
1 - exp(-lambda_t); counts are Poisson.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import optimize

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

_LEAST_RATE = 1e-9
MOST_BRANCHING = 0.999
NEARLY_EXPLOSIVE = 0.95
"""Branching ratio from which a fit is too close to explosion to be trusted."""
SHORTEST_DELAY, LONGEST_DELAY = 1.05, 365.0
"""Mean delays, in days, among which the fit searches."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class SelfExcitingFit:
    """Maximum-likelihood fit.

    Attributes
    ----------
    base : (n,) array of float
        Base rate of each day.
    branching : float
        eta, from 0 to 0.999.
    delay : float
        m, mean days from a launch to its offspring.
    log_likelihood : float
    binary : bool
        Whether the launches are 0/1.
    """

    base: FloatArray
    branching: float
    delay: float
    log_likelihood: float
    binary: bool


def excitation(launches: IntArray, delay: float) -> FloatArray:
    """``sum_{j >= 1} (1 - d) d^(j - 1) y_{t - j}`` with ``d = 1 - 1 / delay``.

    Examples
    --------
    >>> excitation(np.array([1, 0, 0]), 2.0)
    array([0.  , 0.5 , 0.25])
    """
    from scipy import signal  # slow to import, and needed nowhere else

    decay = 1 - 1 / delay
    felt: FloatArray = signal.lfilter([0.0, 1 - decay], [1.0, -decay], launches)
    return felt


def log_likelihood(
    launches: IntArray, rate: FloatArray, *, binary: bool
) -> tuple[float, FloatArray]:
    """Log-likelihood and its derivative with respect to each day's rate."""
    launched = launches > 0
    if binary:
        value = np.where(launched, np.log(-np.expm1(-rate)), -rate).sum()
        return float(value), np.where(launched, 1 / np.expm1(rate), -1.0)
    value = (launches * np.log(rate) - rate).sum()
    return float(value), launches / rate - 1


def fit_self_exciting(launches: IntArray, stratum: IntArray) -> SelfExcitingFit:
    """Fit base rates by stratum, branching ratio and mean delay.

    Parameters
    ----------
    launches : (n,) array of int
    stratum : (n,) array of int
        Labels 0, 1, ... of the base rates.

    Notes
    -----
    Mean delays run up to 365 days, and never above a quarter of the span. For a given
    delay the likelihood is concave in base rates and branching ratio
    (L-BFGS-B with its gradient); the delay is found by Brent's method on its logarithm.
    Launches before the first day are not known and excite nothing.
    """
    binary = int(launches.max(initial=0)) <= 1
    totals = np.bincount(stratum, weights=launches)
    # Base rates in units of the mean rate, so that all parameters are of one size.
    unit = float(launches.mean())
    bounds = [(_LEAST_RATE, None)] * totals.size + [(0.0, MOST_BRANCHING)]
    start = np.append(np.maximum(totals / np.bincount(stratum) / unit, 0.1), 1.0) / 2

    def inner(delay: float) -> optimize.OptimizeResult:
        felt = excitation(launches, delay)

        def loss(params: FloatArray) -> tuple[float, FloatArray]:
            rate = unit * params[stratum] + params[-1] * felt
            value, slope = log_likelihood(launches, rate, binary=binary)
            by_base = unit * np.bincount(stratum, slope, minlength=totals.size)
            gradient: FloatArray = -np.append(by_base, float(slope @ felt))
            return -value, gradient

        found = optimize.minimize(
            loss, start, jac=True, bounds=bounds, method="L-BFGS-B"
        )
        start[:] = found.x  # neighbouring delays have neighbouring solutions
        return found

    longest = min(LONGEST_DELAY, max(launches.size / 4, 2.0))
    best = optimize.minimize_scalar(
        lambda log_delay: inner(float(np.exp(log_delay))).fun,
        bounds=(np.log(SHORTEST_DELAY), np.log(longest)),
        method="bounded",
        options={"xatol": 1e-3},
    )
    delay = float(np.exp(best.x))
    found = inner(delay)
    return SelfExcitingFit(
        base=unit * found.x[:-1][stratum],
        branching=float(found.x[-1]),
        delay=delay,
        log_likelihood=-float(found.fun),
        binary=binary,
    )


def simulate_self_exciting(
    fit: SelfExcitingFit, *, size: int, rng: np.random.Generator
) -> IntArray:
    """Draw `size` series of launches from a fit, each with at least one launch.

    Returns
    -------
    (size, n) array of int
    """
    drawn = _simulate(fit, size, rng)
    empty = ~drawn.any(axis=1)
    while empty.any():
        drawn[empty] = _simulate(fit, int(empty.sum()), rng)
        empty = ~drawn.any(axis=1)
    return drawn


def _simulate(fit: SelfExcitingFit, size: int, rng: np.random.Generator) -> IntArray:
    n = fit.base.size
    decay = 1 - 1 / fit.delay
    drawn = np.empty((n, size), dtype=np.int64)
    felt = np.zeros(size)
    for t in range(n):
        rate = fit.base[t] + fit.branching * felt
        if fit.binary:
            drawn[t] = rng.random(size) < -np.expm1(-rate)
        else:
            drawn[t] = rng.poisson(rate)
        felt = decay * felt + (1 - decay) * drawn[t]
    return np.ascontiguousarray(drawn.T)
