"""The one p-value function of the package."""

from __future__ import annotations

from typing import Literal

import numpy as np

Alternative = Literal["two-sided", "greater", "less"]
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
