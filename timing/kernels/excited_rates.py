"""Log-linear daily rates that earlier launches excite: likelihood and maximum.

    lambda_t = f_t nu_s(t) exp(c'z_t) + eta g_t,
    g_t = sum_{j >= 1} (1 - d) d^(j - 1) y_{t - j},  d = 1 - 1/m

with known factor f, base rate nu_s >= 0 of stratum s, controls z, branching ratio eta
and mean delay m (`timing.kernels.self_excitation` has the same model without controls).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from timing.kernels.bounded_scoring import Maximum, held_at_bound, maximise_within
from timing.kernels.self_excitation import (
    LONGEST_DELAY,
    MOST_BRANCHING,
    SHORTEST_DELAY,
    excitation,
    log_likelihood,
)

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

LARGEST_SLOPE = 15.0
"""Largest log rate ratio of a standard deviation of a control, and between its ends."""

_LEAST = 1e-9
"""Smallest base rate (in units of the mean rate) and branching ratio."""

_ZERO = 1e-6
"""Base rates and branching ratios below count as 0: the likelihood is flat there."""

_NO_RATE = 1e-300
"""Rate of a day on which no launch can fall, so that its logarithm is a number."""

_FIRST_DELAYS = (2.0, 10.0, 40.0, 150.0)
_FINE, _ROUGH, _GUESS = 1e-10, 1e-7, 1e-2
"""Gain of log-likelihood below which the steps end: of a fit with errors, of others."""

_STEP = 1e-5
_FLAT = 1e-12
"""Relative size below which a direction of the information counts as absent."""

_SETTLED = 1e-3
"""Gain of log-likelihood that a Newton step may still promise at the maximum."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ExcitedDays:
    """What is known of each at-risk day.

    Attributes
    ----------
    launches : (n,) array of int
    history : (h,) array of int
        Launches on every day, one entry a day, from the first that may excite to the
        last at-risk day.
    position : (n,) array of int
        Place of each at-risk day in `history`.
    stratum : (n,) array of int
        Labels 0, 1, ... of the base rates.
    design : (n, q) array of float
        Controls; q may be 0.
    factor : (n,) array of float
        Known factor of the base rate; 0 where only earlier launches cause launches.
    binary : bool
        Days hold a launch or none, ``P(launch) = 1 - exp(-lambda_t)``; otherwise
        numbers of launches are Poisson.
    """

    launches: IntArray
    history: IntArray
    position: IntArray
    stratum: IntArray
    design: FloatArray
    factor: FloatArray
    binary: bool

    @property
    def longest_delay(self) -> float:
        """Longest mean delay that the fit tries: a quarter of the span, or a year."""
        return min(LONGEST_DELAY, max(self.history.size / 4, 2.0))


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ExcitedFit:
    """A maximum of the likelihood.

    Attributes
    ----------
    base : (n,) array of float
        ``f_t nu_s(t) exp(c'z_t)``.
    rate : (n,) array of float
        lambda_t.
    stratum_rate : (s,) array of float
        nu_s; 0 where earlier launches account for all launches of the stratum.
    params : (q,) array of float
        c; -inf or inf where the likelihood has no maximum in it.
    branching : float
        eta, from 0 to 0.999.
    delay : float
        m, in days.
    std_errors : (q + 2,) array of float
        Of `params`, `branching` and the logarithm of the decay rate ``-log d``, by the
        observed information; NaN for parameters at a limit, or not asked for.
    log_likelihood : float
    n_params : int
        Parameters fitted.
    converged : bool
    """

    base: FloatArray
    rate: FloatArray
    stratum_rate: FloatArray
    params: FloatArray
    branching: float
    delay: float
    std_errors: FloatArray
    log_likelihood: float
    n_params: int
    converged: bool


def decay_rate(delay: float) -> float:
    """Daily decay rate of the geometric kernel of a mean delay, ``-log(1 - 1/m)``.

    Examples
    --------
    >>> round(decay_rate(2.0), 6)
    0.693147
    """
    return float(-np.log1p(-1 / delay))


def delay_of(rate: float) -> float:
    """Mean delay of a decay rate: the inverse of `decay_rate`."""
    return float(-1 / np.expm1(-rate))


def excitation_slope(history: IntArray, delay: float) -> FloatArray:
    """Differentiate `excitation` with respect to the logarithm of the decay rate."""
    from scipy import signal  # slow to import

    kept, per = 1 - 1 / delay, [1.0, -(1 - 1 / delay)]
    felt = signal.lfilter([0.0, 1.0], per, history)
    slope = signal.lfilter([0.0, 1.0], per, felt)
    change: FloatArray = decay_rate(delay) * kept * (felt - slope / delay)
    return change


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Rates:
    """Rates and their derivatives: by stratum rate, and by everything else."""

    base: FloatArray
    rate: FloatArray
    by_stratum_rate: FloatArray
    by_rest: FloatArray


class ExcitedLikelihood:
    """The likelihood in parameters of one size: nu / unit, scaled c, eta, log decay."""

    def __init__(self, days: ExcitedDays) -> None:
        self.days = days
        self.n_strata = int(days.stratum.max()) + 1
        centre, spread = days.design.mean(axis=0), days.design.std(axis=0)
        self.centre, self.spread = centre, np.where(spread > 0, spread, 1.0)
        self.design = (days.design - centre) / self.spread
        self.factor = days.factor / days.factor.mean()
        self.unit = float(days.launches.mean())
        self._latest: tuple[FloatArray, _Rates] | None = None

    def bounds(self, branching: float | None, delay: float | None) -> FloatArray:
        """Lower and upper limit of each parameter; equal where one is held fixed."""
        fast, slow = decay_rate(SHORTEST_DELAY), decay_rate(self.days.longest_delay)
        most = (_LEAST, MOST_BRANCHING) if branching is None else (branching,) * 2
        speed = (slow, fast) if delay is None else (decay_rate(delay),) * 2
        causes = self.days.launches * (self.days.factor > 0)
        totals = np.bincount(self.days.stratum, causes, minlength=self.n_strata)
        limits = [(_LEAST, np.inf if total else _LEAST) for total in totals.tolist()]
        limits += [(-LARGEST_SLOPE, LARGEST_SLOPE)] * self.design.shape[1]
        limits += [most, (np.log(speed[0]), np.log(speed[1]))]
        return np.array(limits)

    def starts(self, near: ExcitedFit | None) -> list[FloatArray]:
        """Points to begin with: a neighbouring fit, or several delays."""
        if near is not None:
            most = LARGEST_SLOPE / self.spread
            slopes = np.clip(near.params, -most, most)
            rates = near.stratum_rate * self.days.factor.mean() / self.unit
            rates = np.maximum(rates * np.exp(slopes @ self.centre), 1e-3)
            tail = [near.branching, np.log(decay_rate(near.delay))]
            return [np.concatenate([rates, slopes * self.spread, tail])]
        totals = np.bincount(self.days.stratum, weights=self.days.launches)
        rates = totals / np.bincount(self.days.stratum) / self.unit
        rates = np.maximum(rates, 0.1) / 2
        flat = np.zeros(self.design.shape[1])
        return [
            np.concatenate([rates, flat, [0.4, np.log(decay_rate(delay))]])
            for delay in _FIRST_DELAYS
            if delay <= self.days.longest_delay
        ]

    def split(self, theta: FloatArray) -> tuple[FloatArray, FloatArray, float, float]:
        """Return stratum rates, scaled slopes, branching ratio and mean delay."""
        rates, slopes = theta[: self.n_strata], theta[self.n_strata : -2]
        delay = delay_of(float(np.exp(theta[-1])))
        return self.unit * rates, slopes, float(theta[-2]), delay

    def rates(self, theta: FloatArray) -> _Rates:
        """Rates of the days, and their derivatives."""
        # Likelihood and information are asked for at the same place in turn.
        if self._latest is not None and np.array_equal(self._latest[0], theta):
            return self._latest[1]
        days = self.days
        rates, slopes, branching, delay = self.split(theta)
        per_rate = self.factor * np.exp(np.einsum("tj,j->t", self.design, slopes))
        base = per_rate * rates[days.stratum]
        felt = excitation(days.history, delay)[days.position]
        faster = excitation_slope(days.history, delay)[days.position]
        rest = [base[:, None] * self.design, felt[:, None], branching * faster[:, None]]
        found = _Rates(
            base=base,
            rate=np.maximum(base + branching * felt, _NO_RATE),
            by_stratum_rate=self.unit * per_rate,
            by_rest=np.hstack(rest),
        )
        self._latest = theta.copy(), found
        return found

    def by_stratum(self, values: FloatArray) -> FloatArray:
        """Sum over the days of each stratum."""
        sums = np.bincount(self.days.stratum, values, minlength=self.n_strata)
        return sums.astype(np.float64)

    def likelihood(self, theta: FloatArray) -> tuple[float, FloatArray]:
        """Log-likelihood and gradient."""
        at = self.rates(theta)
        with np.errstate(over="ignore"):  # a step that is too long
            value, slope = log_likelihood(
                self.days.launches, at.rate, binary=self.days.binary
            )
        by_stratum = self.by_stratum(slope * at.by_stratum_rate)
        rest = np.einsum("t,tj->j", slope, at.by_rest)
        return value, np.concatenate([by_stratum, rest])

    def information(self, theta: FloatArray) -> FloatArray:
        """Return the expected information, whose strata are a diagonal block."""
        at = self.rates(theta)
        with np.errstate(over="ignore"):
            weight = 1 / (np.expm1(at.rate) if self.days.binary else at.rate)
        weighted = weight * at.by_stratum_rate
        across = [self.by_stratum(weighted * column) for column in at.by_rest.T]
        s = self.n_strata
        information = np.zeros((theta.size, theta.size))
        diagonal = self.by_stratum(weighted * at.by_stratum_rate)
        information[np.arange(s), np.arange(s)] = diagonal
        information[:s, s:] = np.array(across).T
        information[s:, :s] = information[:s, s:].T
        # einsum, not BLAS: the same bytes on any number of threads.
        scaled = weight[:, None] * at.by_rest
        information[s:, s:] = np.einsum("ti,tj->ij", scaled, at.by_rest)
        return information

    def errors(self, theta: FloatArray, bounds: FloatArray) -> tuple[FloatArray, float]:
        """Return standard errors by the observed information, and a step's gain."""
        gradient = self.likelihood(theta)[1]
        free = ~held_at_bound(theta, gradient, bounds)
        free[: self.n_strata] &= theta[: self.n_strata] > _ZERO
        free[-2:] &= theta[-2] > _ZERO  # no delay without excitation
        at = np.flatnonzero(free)
        columns = []
        for j in at:
            step = np.zeros(theta.size)
            step[j] = _STEP * max(abs(theta[j]), 1e-2)
            change = self.likelihood(theta - step)[1] - self.likelihood(theta + step)[1]
            columns.append(change[at] / (2 * step[j]))
        observed = np.array(columns).reshape(at.size, at.size)
        values, vectors = np.linalg.eigh((observed + observed.T) / 2)
        errors = np.full(theta.size, np.nan)
        if not at.size or values[0] <= _FLAT * values[-1]:
            return errors, np.nan  # a flat direction
        inverse = np.einsum("ij,j,kj->ik", vectors, 1 / values, vectors)
        errors[at] = np.sqrt(np.diag(inverse))
        return errors, float(
            np.einsum("i,ij,j->", gradient[at], inverse, gradient[at])
        ) / 2


def fit_excited(
    days: ExcitedDays,
    *,
    branching: float | None = None,
    delay: float | None = None,
    near: ExcitedFit | None = None,
    errors: bool = False,
) -> ExcitedFit:
    """Maximise the likelihood over base rates, controls, branching ratio and delay.

    Parameters
    ----------
    days : ExcitedDays
    branching, delay : float, optional
        Hold the branching ratio (0 gives independent days) or the mean delay fixed.
    near : ExcitedFit, optional
        A fit to nearby data to begin from; by default four delays are tried, and the
        best climb goes on to the top.
    errors : bool, default False
        Find the standard errors, and check convergence by what a Newton step promises.

    Notes
    -----
    Damped Fisher scoring in nu_s >= 0, c, eta in [0, 0.999] and the logarithm of the
    decay rate ``-log d``, all within bounds; the mean delay lies between 1.05 days and
    a quarter of the span, at most a year. The observed information is the central
    difference of the gradient over the parameters that are not at a limit.
    """
    problem = ExcitedLikelihood(days)
    bounds = problem.bounds(branching, delay)

    def climb(start: FloatArray, tolerance: float) -> Maximum:
        return maximise_within(
            problem.likelihood, problem.information, start, bounds, tolerance=tolerance
        )

    starts = problem.starts(near)
    if len(starts) > 1 and branching != 0.0:  # without excitation they are all the same
        tried = [climb(start, _GUESS) for start in starts]
        starts = [max(tried, key=lambda found: found.value).params]
    best = climb(starts[0], _FINE if errors else _ROUGH)
    if near is not None and not best.converged:  # on a ridge: begin farther away
        return fit_excited(days, branching=branching, delay=delay, errors=errors)
    theta, converged = best.params, best.converged
    std_errors = np.full(theta.size, np.nan)
    if errors:
        std_errors, gain = problem.errors(theta, bounds)
        converged = converged and not gain > _SETTLED
    rates, slopes, eta, mean_delay = problem.split(theta)
    at = problem.rates(theta)
    scaled = slopes / problem.spread
    own_rates = rates / days.factor.mean() * np.exp(-float(scaled @ problem.centre))
    moving = bounds[:, 0] < bounds[:, 1]
    moving[-1] &= bounds[-2, 1] > 0  # without excitation there is no delay
    reach = problem.design.max(axis=0) - problem.design.min(axis=0)
    endless = np.abs(slopes) * np.maximum(reach, 1.0) >= LARGEST_SLOPE
    scale = np.concatenate([problem.spread, [1.0, 1.0]])
    return ExcitedFit(
        base=at.base,
        rate=at.rate,
        stratum_rate=np.where(rates > _ZERO * problem.unit, own_rates, 0.0),
        params=np.where(endless, np.copysign(np.inf, slopes), scaled),
        branching=eta if eta > _ZERO else 0.0,
        delay=mean_delay,
        std_errors=np.where(
            np.append(endless, [False, False]), np.nan, std_errors[problem.n_strata :]
        )
        / scale,
        log_likelihood=best.value,
        n_params=int(moving.sum()),
        converged=converged,
    )
