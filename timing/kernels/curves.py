"""Log-likelihoods of counts and launch days as functions of the linear predictor."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Curve:
    """A log-likelihood and its derivatives by the linear predictor of each row.

    Attributes
    ----------
    terms : (n,) array
        Log-likelihood of each row, without what depends on the response (and the
        dispersion) only; -inf where not allowed.
    score : (n,) array
        First derivative.
    bend : (n,) array
        Second derivative, its sign turned: observed information.
    weight : (n,) array
        Expected information.
    slope : (n,) array
        Derivative of log `weight`.
    """

    terms: FloatArray
    score: FloatArray
    bend: FloatArray
    weight: FloatArray
    slope: FloatArray

    @property
    def likelihood(self) -> float:
        """Log-likelihood of all rows."""
        return float(self.terms.sum())


CurveOf: TypeAlias = Callable[[FloatArray], Curve]


def counts(y: FloatArray, dispersion: float = 0.0, scale: float = 1.0) -> CurveOf:
    """Describe counts of variance ``scale mu (1 + dispersion mu)``, log link.

    Parameters
    ----------
    y : (n,) array
    dispersion : float, default 0.0
        alpha of the negative binomial; 0 is the Poisson.
    scale : float, default 1.0
        phi of the quasi-likelihood, by which the log-likelihood is divided.
    """

    def curve(linear: FloatArray) -> Curve:
        mean = np.exp(linear)
        shrink = 1 + dispersion * mean
        if dispersion:
            log_shrink = np.log1p(dispersion * mean)
            terms = y * (linear - log_shrink) - log_shrink / dispersion
        else:
            terms = y * linear - mean
        return Curve(
            terms=terms / scale,
            score=(y - mean) / shrink / scale,
            bend=mean * (1 + dispersion * y) / shrink**2 / scale,
            weight=mean / shrink / scale,
            slope=1 / shrink,
        )

    return curve


def launch_days(y: FloatArray, link: str) -> CurveOf:
    """Describe 0/1 launch days: ``"cloglog"`` link (rate) or ``"log"`` link (risk)."""
    return _cloglog(y) if link == "cloglog" else _log_binomial(y)


def _cloglog(y: FloatArray) -> CurveOf:
    def curve(linear: FloatArray) -> Curve:
        rate = np.exp(linear)
        chance = -np.expm1(-rate)
        odds = np.exp(-rate) / chance  # of no launch
        return Curve(
            terms=np.where(y > 0, np.log(chance), -rate),
            score=rate * (y / chance - 1),
            bend=rate - y * rate * (1 / chance - rate * odds / chance),
            weight=rate**2 * odds,
            slope=2 - rate / chance,
        )

    return curve


def _log_binomial(y: FloatArray) -> CurveOf:
    def curve(linear: FloatArray) -> Curve:
        chance = np.exp(linear)
        if (chance >= 1).any():
            nothing = np.full(y.size, np.nan)
            return Curve(
                terms=np.full(y.size, -np.inf),
                score=nothing,
                bend=nothing,
                weight=nothing,
                slope=nothing,
            )
        rest = 1 - chance
        return Curve(
            terms=np.where(y > 0, linear, np.log(rest)),
            score=(y - chance) / rest,
            bend=chance * (1 - y) / rest**2,
            weight=chance / rest,
            slope=1 / rest,
        )

    return curve


def truncated_counts(y: FloatArray, dispersion: float = 0.0) -> CurveOf:
    """Describe counts of at least 1: Poisson or negative binomial ones, given so.

    Parameters
    ----------
    y : (n,) array
        At least 1.
    dispersion : float, default 0.0
        alpha of the untruncated negative binomial; 0 is the Poisson.

    Notes
    -----
    With mu the untruncated mean and p_0 its probability of 0 the mean is
    ``m = mu / (1 - p_0)``, and with ``w = 1 / (1 + alpha mu)`` the score is
    ``w (y - m)`` and its variance ``w m (1 - p_0 m w)``.
    """

    def curve(linear: FloatArray) -> Curve:
        mu = np.exp(linear)
        shrink = 1 + dispersion * mu
        log_zero = -np.log(shrink) / dispersion if dispersion else -mu
        zero, some = np.exp(log_zero), -np.expm1(log_zero)
        w, mean = 1 / shrink, mu / some
        left = 1 - zero * mean * w  # slope of log mean
        weight = w * mean * left
        steeper = dispersion * mu * w
        # Derivatives of log w and of log left by the linear predictor.
        turn = zero * mean * w * (-mu * w + left - steeper)
        return Curve(
            terms=y * (linear - np.log(shrink)) + log_zero - np.log(some),
            score=w * (y - mean),
            bend=weight + (y - mean) * w * steeper,
            weight=weight,
            slope=left - steeper - turn / left,
        )

    return curve
