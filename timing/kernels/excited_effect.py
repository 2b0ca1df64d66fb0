"""The effect of exposure on a rate that earlier launches excite, by likelihood ratios.

lambda_t = exp(b x_t) f_t nu_s(t) exp(c'z_t) + eta g_t
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from timing.kernels.excited_rates import (
    ExcitedDays,
    ExcitedFit,
    decay_rate,
    delay_of,
    fit_excited,
)
from timing.kernels.profile_likelihood import profile_limit
from timing.kernels.self_excitation import MOST_BRANCHING, SHORTEST_DELAY

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

LARGEST_EFFECT = 15.0
"""Log rate ratios beyond are no estimates but signs that there is none."""

_DOUBTFUL = 4.0
"""Log rate ratios beyond are held against the limit of no, or only, exposed base."""

_NO_BETTER = 0.01
"""Log-likelihood by which a doubtful estimate must beat that limit to be one."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ExcitedEffect:
    """Maximum of the likelihood over the exposure effect.

    Attributes
    ----------
    log_ratio : float
        b; -inf or inf where the likelihood rises to that limit.
    std_error : float
        NaN where `log_ratio` is infinite.
    fit : ExcitedFit
        The maximum; `params` and `std_errors` are those without b.
    null : ExcitedFit
        The same with b = 0.
    deviance : callable
        ``2 (maximum - profile log-likelihood)`` of a value of b.
    branching_deviance, log_decay_deviance : callable
        The same of the branching ratio and of the logarithm of the decay rate.
    """

    log_ratio: float
    std_error: float
    fit: ExcitedFit
    null: ExcitedFit
    deviance: Callable[[float], float]
    branching_deviance: Callable[[float], float]
    log_decay_deviance: Callable[[float], float]


def at_effect(days: ExcitedDays, exposed: IntArray, log_ratio: float) -> ExcitedDays:
    """Hold the effect of exposure on the base rate at a value, which may be infinite.

    At infinity the base rate is 0 on days that are not exposed.
    """
    if np.isposinf(log_ratio):
        effect = exposed.astype(np.float64)
    else:
        effect = np.where(exposed > 0, np.exp(log_ratio), 1.0)
    return replace(days, factor=days.factor * effect)


def fit_effect(
    days: ExcitedDays, exposed: IntArray, *, branching: float | None = None
) -> ExcitedEffect:
    """Maximise the likelihood over the exposure effect and everything else.

    Parameters
    ----------
    days : ExcitedDays
    exposed : (n,) array of 0 and 1
    branching : float, optional
        Hold the branching ratio fixed; 0 gives independent days.

    Notes
    -----
    The likelihood has no maximum in b where no launch, or every launch, is exposed, or
    where earlier launches can account for all that are (or are not). It then rises to
    the limit, whose own maximum is taken; so it is for an estimate beyond 4 in size
    that beats the limit by less than 0.01, the likelihood being flat there.
    """
    null = fit_excited(days, branching=branching, errors=True)
    total = int(days.launches.sum())
    count = int(days.launches @ exposed)
    if 0 < count < total:
        limit, full = _free_effect(days, exposed, null, branching)
    else:
        limit, full = (np.inf if count else -np.inf), null
    if np.isinf(limit):
        held = at_effect(days, exposed, limit)
        tries = [
            fit_excited(held, branching=branching, near=near, errors=True)
            for near in (None, _carried(null, days, held))
        ]
        fit = max(tries, key=lambda found: found.log_likelihood)
        log_ratio, std_error = limit, float("nan")
        model = held
    else:
        log_ratio, std_error = float(full.params[0]), float(full.std_errors[0])
        fit = replace(full, params=full.params[1:], std_errors=full.std_errors[1:])
        model = _with_effect(days, exposed)
    highest = fit.log_likelihood
    found = at_effect(days, exposed, log_ratio)
    near = fit if np.isinf(limit) else full

    def deviance(value: float) -> float:
        held = at_effect(days, exposed, value)
        start = _carried(fit, found, held)
        reached = fit_excited(held, branching=branching, near=start)
        return 2 * (highest - reached.log_likelihood)

    def branching_deviance(value: float) -> float:
        reached = fit_excited(model, branching=value, near=near)
        return 2 * (highest - reached.log_likelihood)

    def log_decay_deviance(value: float) -> float:
        delay = delay_of(float(np.exp(value)))
        reached = fit_excited(model, branching=branching, delay=delay, near=near)
        return 2 * (highest - reached.log_likelihood)

    return ExcitedEffect(
        log_ratio=log_ratio,
        std_error=std_error,
        fit=fit,
        null=null,
        deviance=deviance,
        branching_deviance=branching_deviance,
        log_decay_deviance=log_decay_deviance,
    )


def _carried(near: ExcitedFit, old: ExcitedDays, new: ExcitedDays) -> ExcitedFit:
    """Rescale the base rates of a fit so that they suit another known factor."""
    scale = old.factor.mean() / new.factor.mean()
    return replace(near, stratum_rate=near.stratum_rate * scale)


def _with_effect(days: ExcitedDays, exposed: IntArray) -> ExcitedDays:
    return replace(days, design=np.column_stack([exposed, days.design]))


def _free_effect(
    days: ExcitedDays, exposed: IntArray, null: ExcitedFit, branching: float | None
) -> tuple[float, ExcitedFit]:
    """Fit b too; return the limit that the likelihood rises to (NaN if none)."""
    model = _with_effect(days, exposed)
    none = replace(null, params=np.concatenate([[0.0], null.params]))
    tries = [
        fit_excited(model, branching=branching, near=near, errors=True)
        for near in (None, none)
    ]
    full = max(tries, key=lambda found: found.log_likelihood)
    log_ratio = float(full.params[0])
    if abs(log_ratio) <= _DOUBTFUL:
        return float("nan"), full
    limit = float(np.copysign(np.inf, log_ratio))
    end = fit_excited(at_effect(days, exposed, limit), branching=branching)
    no_worse = end.log_likelihood >= full.log_likelihood - _NO_BETTER
    if no_worse or abs(log_ratio) > LARGEST_EFFECT:
        return limit, full
    return float("nan"), full


def effect_interval(
    effect: ExcitedEffect, *, cut: float, step: float
) -> tuple[float, float]:
    """Profile-likelihood interval of the rate ratio; a limit may be 0 or infinite.

    Parameters
    ----------
    effect : ExcitedEffect
    cut : float
        Deviance at the limits.
    step : float
        Guess at the distance of a limit from a finite estimate.
    """
    low, high = -LARGEST_EFFECT, LARGEST_EFFECT
    if np.isneginf(effect.log_ratio):
        high = profile_limit(effect.deviance, low, step=5.0, edge=high, cut=cut)
    elif np.isposinf(effect.log_ratio):
        low = profile_limit(effect.deviance, high, step=-5.0, edge=low, cut=cut)
    else:
        inside = effect.log_ratio
        high = profile_limit(effect.deviance, inside, step=step, edge=high, cut=cut)
        low = profile_limit(effect.deviance, inside, step=-step, edge=low, cut=cut)
    return (
        0.0 if low <= -LARGEST_EFFECT else float(np.exp(low)),
        np.inf if high >= LARGEST_EFFECT else float(np.exp(high)),
    )


def branching_interval(effect: ExcitedEffect, *, cut: float) -> tuple[float, float]:
    """Profile-likelihood interval of the branching ratio, within 0 and 0.999."""
    inside, deviance = effect.fit.branching, effect.branching_deviance
    high = profile_limit(deviance, inside, step=0.2, edge=MOST_BRANCHING, cut=cut)
    if not inside:
        return 0.0, high
    return profile_limit(deviance, inside, step=-0.2, edge=0.0, cut=cut), high


def half_life_interval(
    effect: ExcitedEffect, *, longest_delay: float, cut: float
) -> tuple[float, float]:
    """Profile-likelihood interval of the half-life in days.

    A limit is 0 or infinite where the likelihood does not fall by `cut` before the
    shortest or longest delay that the fit tries; both are NaN without excitation.
    """
    if not effect.fit.branching:
        return float("nan"), float("nan")
    slow, fast = np.log([decay_rate(longest_delay), decay_rate(SHORTEST_DELAY)])
    inside = float(np.clip(np.log(decay_rate(effect.fit.delay)), slow, fast))
    limits = [
        inside
        if inside == edge
        else profile_limit(
            effect.log_decay_deviance, inside, step=step, edge=edge, cut=cut
        )
        for step, edge in ((0.5, fast), (-0.5, slow))
    ]
    return (
        0.0 if limits[0] >= fast else half_life(float(np.exp(limits[0]))),
        np.inf if limits[1] <= slow else half_life(float(np.exp(limits[1]))),
    )


def half_life(rate: float) -> float:
    """Days in which the excitation of a launch falls by half.

    Examples
    --------
    >>> round(half_life(decay_rate(2.0)), 6)  # halved from day to day
    1.0
    """
    return float(np.log(2) / rate)
