"""Fisher scoring within bounds, damped where the likelihood is not near its model."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

_MAX_STEPS = 300
_DAMPING, _LEAST_DAMPING, _MOST_DAMPING = 1e-3, 1e-9, 1e12
_MORE = 4.0


class Maximum(NamedTuple):
    """Where the steps ended."""

    params: FloatArray
    value: float
    converged: bool


def maximise_within(
    value_of: Callable[[FloatArray], tuple[float, FloatArray]],
    information_of: Callable[[FloatArray], FloatArray],
    start: FloatArray,
    bounds: FloatArray,
    *,
    tolerance: float,
) -> Maximum:
    """Maximise a log-likelihood of bounded parameters of about one size.

    Parameters
    ----------
    value_of : callable
        Log-likelihood and gradient.
    information_of : callable
        Expected information, or another matrix that is not negative.
    start : (p,) array of float
    bounds : (p, 2) array of float
        Equal where a parameter is held fixed.
    tolerance : float
        Gain of log-likelihood below which the steps end.

    Notes
    -----
    Levenberg (1944, Q. Appl. Math. 2:164-168) and Marquardt (1963): a multiple of the
    identity is added to the information, more after a step that gains less than a
    quarter of what it promised, less after one that gains most of it. A parameter at a
    bound stays there while the gradient points outward; steps are cut off at the
    bounds.

    Examples
    --------
    >>> best = maximise_within(
    ...     lambda x: (-float((x - 2) @ (x - 2)), -2 * (x - 2)),
    ...     lambda x: 2 * np.eye(2),
    ...     np.zeros(2),
    ...     np.array([[-5.0, 5.0], [-5.0, 1.0]]),
    ...     tolerance=1e-12,
    ... )
    >>> best.params.round(6), best.converged
    (array([2., 1.]), True)
    """
    low, high = bounds.T
    params = np.clip(start, low, high)
    value, gradient = value_of(params)
    damping = _DAMPING
    for _ in range(_MAX_STEPS):
        at = np.flatnonzero(~held_at_bound(params, gradient, bounds))
        if not at.size:
            return Maximum(params, value, converged=True)
        information = information_of(params)[np.ix_(at, at)]
        moved = params.copy()
        while True:
            damped = information + damping * np.eye(at.size)
            step = np.linalg.solve(damped, gradient[at])
            moved[at] = np.clip(params[at] + step, low[at], high[at])
            reached, slope = value_of(moved)
            if reached >= value or damping > _MOST_DAMPING:
                break
            damping *= _MORE
        gain = reached - value
        if gain < 0:  # nothing left but rounding
            return Maximum(params, value, converged=gain > -tolerance)
        change = moved[at] - params[at]
        curved = np.einsum("i,ij,j->", change, information, change)
        promised = float(np.einsum("i,i->", gradient[at], change)) - float(curved) / 2
        if gain < promised / 4:  # the step crossed the top
            damping *= _MORE
        elif gain > promised * 3 / 4:
            damping = max(damping / _MORE, _LEAST_DAMPING)
        if gain <= tolerance:
            # A step that damping kept short proves nothing: ask what a long one gains.
            whole = np.linalg.solve(
                information + _DAMPING * np.eye(at.size), gradient[at]
            )
            if float(np.einsum("i,i->", gradient[at], whole)) <= 10 * tolerance:
                return Maximum(moved, reached, converged=True)
        params, value, gradient = moved, reached, slope
    return Maximum(params, value, converged=False)


def held_at_bound(
    params: FloatArray, gradient: FloatArray, bounds: FloatArray
) -> BoolArray:
    """Tell which parameters lie at a bound that the gradient points to, or are fixed.

    Examples
    --------
    >>> bounds = np.array([[0.0, 1.0], [0.0, 1.0], [0.5, 0.5]])
    >>> held_at_bound(np.array([0.0, 0.0, 0.5]), np.array([-1.0, 1.0, 1.0]), bounds)
    array([ True, False,  True])
    """
    low, high = bounds.T
    below = (params <= low) & (gradient <= 0)
    above = (params >= high) & (gradient >= 0)
    held: BoolArray = below | above | (low == high)
    return held
