"""Intervals and power of a test that ranks the observed score among shifted ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy import optimize

from timing.kernels.score import shift_p, shifted_expectation

if TYPE_CHECKING:
    from collections.abc import Callable

    from timing.kernels.pvalues import Alternative

FloatArray = npt.NDArray[np.float64]

_STEP, _BOUND, _PRECISION = 0.1, 7.0, 1e-3
"""Search for a limit on the log scale: step, farthest value, precision."""


def score_interval(
    scores_at: Callable[[float], FloatArray],
    estimate: float,
    *,
    confidence_level: float,
    alternative: Alternative,
) -> tuple[float, float]:
    """Rate ratios that the test does not reject.

    The p-value is followed outward from the estimate on the log scale, up to a ratio of
    e^7 (1,097) or its inverse, where the limit is given as infinite or 0; the crossing
    is refined by bisection. The p-value need not fall monotonically, so a limit is
    accepted only after three rejections in a row.

    Parameters
    ----------
    scores_at : callable
        Scores at every shift, the observed one first, under a rate ratio.
    estimate : float
        Where the search starts; NaN gives (0, inf).
    confidence_level : float
    alternative : {"two-sided", "greater", "less"}
    """
    if np.isnan(estimate):
        return 0.0, float("inf")
    level = 1 - confidence_level
    centre = float(np.clip(np.log(np.clip(estimate, 1e-12, 1e12)), -_BOUND, _BOUND))

    def accepted(log_ratio: float) -> bool:
        scores = scores_at(float(np.exp(log_ratio)))
        return shift_p(scores, alternative=alternative) > level

    def limit(direction: int) -> float:
        inside = outside = at = centre
        rejected = 0
        while rejected < 3:
            at += direction * _STEP
            if abs(at) > _BOUND:
                return direction * float("inf")
            if accepted(at):
                inside, rejected = at, 0
            else:
                outside = at if not rejected else outside
                rejected += 1
        while abs(outside - inside) > _PRECISION:
            middle = (inside + outside) / 2
            if accepted(middle):
                inside = middle
            else:
                outside = middle
        return (inside + outside) / 2

    low = limit(-1) if alternative != "less" else -float("inf")
    high = limit(+1) if alternative != "greater" else float("inf")
    return float(np.exp(low)), float(np.exp(high))


def equivalence_by_score(
    scores_at: Callable[[float], FloatArray], *, margin: float
) -> float:
    """P-value of a rate ratio outside ``1 / margin`` to `margin`.

    Two one-sided tests (Schuirmann 1987, J. Pharmacokinet. Biopharm. 15:657-680) of the
    score with the null rates fitted at the two margins.
    """
    return max(
        shift_p(scores_at(1 / margin), alternative="greater"),
        shift_p(scores_at(margin), alternative="less"),
    )


def detectable_by_score(
    scores: FloatArray,
    launches: FloatArray,
    share: FloatArray,
    deviation: float,
    *,
    power: float,
    level: float,
    alternative: Alternative,
) -> float:
    """Rate ratio nearest to 1 that the test would find with `power`.

    A rate ratio moves the score by the change of its conditional expectation; its
    spread is taken from the scores of all shifts, which keeps the launches' clustering.

    Parameters
    ----------
    scores : (n,) array of float
        Z(k) at every shift.
    launches, share : (s,) arrays
        As in `shifted_expectation`, under the null.
    deviation : float
        Standard deviation of the unstudentized score, sqrt(V(0)).

    Returns
    -------
    float
        Infinite (or 0 for ``alternative="less"``) where no ratio moves it far enough.
    """
    tail = level / 2 if alternative == "two-sided" else level
    sign = -1 if alternative == "less" else 1
    spread = np.sort(sign * scores)
    critical = float(np.quantile(spread, 1 - tail, method="higher"))
    needed = critical - float(np.quantile(spread, 1 - power, method="lower"))
    expected = shifted_expectation(launches, share, 1.0)

    def shortfall(log_ratio: float) -> float:
        moved = shifted_expectation(launches, share, float(np.exp(log_ratio)))
        return sign * (moved - expected) - needed * deviation

    if deviation == 0 or shortfall(sign * 30.0) < 0:
        return 0.0 if sign < 0 else float("inf")
    if needed <= 0:  # a level so high that a ratio of 1 is rejected often enough
        return 1.0
    return float(np.exp(optimize.brentq(shortfall, 0.0, sign * 30.0)))
