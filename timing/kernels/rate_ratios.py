"""Conditional rate ratios of many specifications at once, with score limits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

_MAX_LOG_RATIO = 30.0
"""Rate ratios are sought between exp(-30) and exp(30)."""

_HALVINGS = 60


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Informative:
    """Strata in which exposure varies, of all specifications, in one list.

    Attributes
    ----------
    pair : (r,) array of int
        Specification of each stratum.
    launches : (r,) array of float
    share : (r,) array of float
        Exposed share of the stratum, between 0 and 1, both excluded.
    observed : (p,) array of float
        Launches on exposed days in these strata, of each specification.
    """

    pair: IntArray
    launches: FloatArray
    share: FloatArray
    observed: FloatArray

    @property
    def possible(self) -> FloatArray:
        """Launches in the informative strata, of each specification."""
        return _sums(self.launches, self)


def _sums(values: FloatArray, strata: Informative) -> FloatArray:
    """Add up the values of the strata of each specification."""
    sums: FloatArray = np.bincount(
        strata.pair, weights=values, minlength=strata.observed.size
    ).astype(np.float64)
    return sums


def _moments(
    strata: Informative, log_ratio: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Mean and variance of the observed count of each specification.

    With Y launches and exposed share p of a stratum, ``E = sum Y r`` and
    ``V = sum Y r (1 - r)``, where ``r = p e^b / (p e^b + 1 - p)``: the conditional
    Poisson model at log rate ratio b.
    """
    odds = np.log(strata.share) - np.log1p(-strata.share)
    risen = 1 / (1 + np.exp(-(odds + log_ratio[strata.pair])))
    mean = _sums(strata.launches * risen, strata)
    return mean, _sums(strata.launches * risen * (1 - risen), strata)


def solve_log_ratios(strata: Informative, quantile: FloatArray) -> FloatArray:
    """Log rate ratios b at which ``(S - E(b)) / sqrt(V(b))`` passes `quantile`.

    By bisection, for all specifications at once; -inf or inf where the quantile is not
    passed between -30 and 30.

    Parameters
    ----------
    strata : Informative
    quantile : (p,) array of float
        0 for the estimate, z and -z for the lower and upper limit.
    """
    n = strata.observed.size
    low, high = np.full(n, -_MAX_LOG_RATIO), np.full(n, _MAX_LOG_RATIO)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        mean, variance = _moments(strata, middle)
        too_low = strata.observed - mean > quantile * np.sqrt(variance)
        low, high = np.where(too_low, middle, low), np.where(too_low, high, middle)
    root = (low + high) / 2
    edge = _MAX_LOG_RATIO - 1e-6
    bounded: FloatArray = np.where(np.abs(root) < edge, root, np.copysign(np.inf, root))
    return bounded


def conditional_rate_ratios(strata: Informative) -> FloatArray:
    """Maximum-likelihood rate ratio of each specification.

    As `timing.kernels.score.stratified_rate_ratio`: 0 or infinite where no, or every,
    informative launch is exposed; NaN where no stratum is informative.

    Examples
    --------
    >>> conditional_rate_ratios(
    ...     Informative(
    ...         pair=np.array([0]), launches=np.array([4.0]), share=np.array([0.5]),
    ...         observed=np.array([3.0]),
    ...     )
    ... ).round(6)
    array([3.])
    """
    possible = strata.possible
    ratio = np.exp(solve_log_ratios(strata, np.zeros(possible.size)))
    ratio[strata.observed == 0] = 0.0
    ratio[strata.observed == possible] = np.inf
    ratio[possible == 0] = np.nan
    return ratio


def score_limits(
    strata: Informative, *, lower: FloatArray, upper: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Limits of the rate ratios: where the score passes `lower`, and `-upper`.

    Parameters
    ----------
    strata : Informative
    lower, upper : (p,) arrays of float
        How many standard deviations of the conditional Poisson model each limit lies
        from the observed count; infinite for no limit.
    """
    low, high = (
        np.exp(solve_log_ratios(strata, np.where(np.isinf(width), 0.0, side * width)))
        for side, width in ((1, lower), (-1, upper))
    )
    none = strata.possible == 0
    # At the edge of what is possible the model gives no limit on that side.
    low[(strata.observed == 0) | none | np.isinf(lower)] = 0.0
    high[(strata.observed == strata.possible) | none | np.isinf(upper)] = np.inf
    return low, high


def detectable_ratios(strata: Informative, needed: FloatArray) -> FloatArray:
    """Rate ratios that move the expected count by `needed` standard deviations.

    Parameters
    ----------
    strata : Informative
    needed : (p,) array of float
        Negative for ratios below 1; standard deviations are those at a ratio of 1.

    Returns
    -------
    (p,) array of float
        Infinite, or 0, where no ratio moves it so far.
    """
    n = needed.size
    mean, variance = _moments(strata, np.zeros(n))
    target = mean + np.where(variance > 0, needed, 0.0) * np.sqrt(variance)
    low, high = np.full(n, -_MAX_LOG_RATIO), np.full(n, _MAX_LOG_RATIO)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        too_low = _moments(strata, middle)[0] < target
        low, high = np.where(too_low, middle, low), np.where(too_low, high, middle)
    ratio: FloatArray = np.exp((low + high) / 2)
    ratio[target >= strata.possible] = np.inf
    ratio[target <= 0] = 0.0
    ratio[variance == 0] = np.where(needed[variance == 0] < 0, 0.0, np.inf)
    return ratio


def scores_at(strata: Informative, log_ratio: float) -> FloatArray:
    """``(S - E(b)) / sqrt(V(b))`` of each specification; 0 where V is 0."""
    mean, variance = _moments(strata, np.full(strata.observed.size, log_ratio))
    scores: FloatArray = np.zeros(mean.size)
    np.divide(strata.observed - mean, np.sqrt(variance), out=scores, where=variance > 0)
    return scores
