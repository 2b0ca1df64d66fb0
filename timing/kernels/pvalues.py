"""The one p-value function of the package."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

Alternative = Literal["two-sided", "greater", "less"]
_TIE = 1e-9
"""Relative difference up to which two values of a statistic count as equal."""

ALTERNATIVES: tuple[Alternative, ...] = ("two-sided", "greater", "less")


def p_value(
    above: float,
    tied: float,
    below: float,
    *,
    alternative: Alternative,
    midp: bool = False,
) -> float:
    """Turn the null probabilities beside the observed statistic into a p-value.

    A tie counts in full (the observed arrangement is one of the arrangements), half
    under `midp`. Two-sided: twice the smaller tail, at most 1. For Monte Carlo pass
    ``k_above / (n + 1), (k_tied + 1) / (n + 1), k_below / (n + 1)``.

    Parameters
    ----------
    above, tied, below : float
        Null probability of a statistic above, equal to and below the observed one.
    alternative : {"two-sided", "greater", "less"}
    midp : bool, default False

    Returns
    -------
    float
        In (0, 1]: never 0.

    Examples
    --------
    >>> p_value(0.02, 0.01, 0.97, alternative="greater")
    0.03
    """
    weight = 0.5 if midp else 1.0
    greater, less = above + weight * tied, below + weight * tied
    p = {"greater": greater, "less": less, "two-sided": 2 * min(greater, less)}
    return float(np.clip(p[alternative], np.finfo(float).tiny, 1.0))


def position_p(
    values: npt.NDArray[np.float64],
    observed: float,
    *,
    alternative: Alternative,
    midp: bool = False,
    drawn: bool = False,
) -> float:
    """P-value from the position of the observed value among those of the null.

    Parameters
    ----------
    values : (n,) array of float
        All equally likely values, or a sample of them.
    observed : float
    alternative : {"two-sided", "greater", "less"}
    midp : bool, default False
    drawn : bool, default False
        The values were drawn, and the observed one is not among them: it counts as one
        more, so that p is ``(k + 1) / (n + 1)``.

    Examples
    --------
    >>> values = np.array([1.0, 2.0, 3.0, 4.0])
    >>> position_p(values, 4.0, alternative="greater")
    0.25
    >>> position_p(values, 4.0, alternative="greater", drawn=True)
    0.4
    """
    tied = np.abs(values - observed) <= _TIE * max(1.0, abs(observed))
    above = int(((values > observed) & ~tied).sum())
    n_tied = int(tied.sum()) + drawn
    n = values.size + drawn
    return p_value(
        above / n,
        n_tied / n,
        (n - above - n_tied) / n,
        alternative=alternative,
        midp=midp,
    )


def p_standard_error(p: float, n_draws: int, *, alternative: Alternative) -> float:
    """Monte Carlo standard error of a p-value from `n_draws` draws.

    Examples
    --------
    >>> round(p_standard_error(0.05, 9999, alternative="greater"), 5)
    0.00218
    """
    if alternative == "two-sided":
        return 2 * p_standard_error(p / 2, n_draws, alternative="greater")
    return float(np.sqrt(p * (1 - p) / (n_draws + 1)))
