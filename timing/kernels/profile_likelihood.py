"""Limits of an interval at which a profile likelihood has fallen by a given amount."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import optimize, special

_TOLERANCE = 1e-4


def deviance_cut(confidence_level: float) -> float:
    """Quantile of chi-squared with 1 degree of freedom.

    Examples
    --------
    >>> round(deviance_cut(0.95), 4)
    3.8415
    """
    return float(special.ndtri((1 + confidence_level) / 2) ** 2)


def profile_limit(
    deviance: Callable[[float], float],
    inside: float,
    *,
    step: float,
    edge: float,
    cut: float,
) -> float:
    """Value beyond which twice the profile log-likelihood has fallen by `cut`.

    Parameters
    ----------
    deviance : callable
        ``2 (maximum - profile log-likelihood)`` of a value.
    inside : float
        A value whose deviance is below `cut`, such as the estimate.
    step : float
        First distance tried, then doubled; negative for a lower limit.
    edge : float
        Value at which the search ends.
    cut : float

    Returns
    -------
    float
        Within 1e-4; `edge` where the deviance does not reach `cut` before it.

    Examples
    --------
    >>> round(profile_limit(lambda v: v**2, 0.0, step=1.0, edge=10.0, cut=4.0), 3)
    2.0
    """
    nearer = farther = inside
    while True:
        nearer, farther = farther, farther + step
        if abs(farther - inside) >= abs(edge - inside):
            farther = edge
        if deviance(farther) >= cut:
            break
        if farther == edge:
            return edge
        step *= 2
    root = optimize.brentq(
        lambda v: deviance(v) - cut, nearer, farther, xtol=_TOLERANCE, rtol=1e-6
    )
    return float(root)


def signed_root(deviance: float, side: float) -> float:
    """Signed root of a deviance: standard normal where the value tested is true.

    Parameters
    ----------
    deviance : float
    side : float
        Estimate less the value tested.
    """
    return float(np.copysign(np.sqrt(max(deviance, 0.0)), side))
