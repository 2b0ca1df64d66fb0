"""The score at every shift where launch days are drawn within strata.

In the conditional logit model the m launch days of a stratum of n days, c of them
exposed, lie on S exposed days with Fisher's non-central hypergeometric distribution of
parameter rho. Given S they are spread evenly over the exposed and over the unexposed
days. At shift k, a of the exposed and b of the unexposed days meet the shifted
exposure, so that the count there has

    mean = E[S] a / c + E[m - S] b / (n - c)
    variance = a (c - a) / (c^2 (c - 1)) E[S (c - S)]
             + b (n - c - b) / ((n - c)^2 (n - c - 1)) E[(m - S) (n - c - m + S)]
             + Var[S] (a / c - b / (n - c))^2

summed over the strata. At rho = 1 this is the permutation mean and variance.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from timing.kernels.exact import hypergeometric_pmf, tilt
from timing.kernels.score import ShiftSums, studentize

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


def logit_scores(sums: ShiftSums, ratio: float = 1.0) -> tuple[FloatArray, float]:
    """Z(k) for every shift, and the standard deviation at no shift.

    Parameters
    ----------
    sums : ShiftSums
        Of 0/1 launches.
    ratio : float, default 1.0
        rho under the hypothesis.
    """
    exposed_days = np.rint(sums.exposed[:, 0]).astype(np.int64)
    moments = np.array(
        [
            _moments(int(n), int(c), int(m), ratio)
            for n, c, m in zip(sums.days, exposed_days, sums.launches, strict=True)
        ]
    )
    inside, inside_spread, outside_spread, between = moments.T[:, :, None]
    c, n = exposed_days[:, None].astype(float), sums.days[:, None].astype(float)
    a, b = sums.stays, sums.exposed - sums.stays
    of_exposed, of_rest = _share(a, c), _share(b, n - c)
    mean = inside * of_exposed + (sums.launches[:, None] - inside) * of_rest
    variance = (
        of_exposed * (1 - of_exposed) * _share(inside_spread, c - 1)
        + of_rest * (1 - of_rest) * _share(outside_spread, n - c - 1)
        + between * (of_exposed - of_rest) ** 2
    ).sum(axis=0)
    scores = studentize(sums.count - mean.sum(axis=0), variance)
    return scores, float(np.sqrt(max(variance[0], 0.0)))


def _share(part: FloatArray, whole: FloatArray) -> FloatArray:
    """Divide, 0 where there is nothing to divide by."""
    share: FloatArray = np.where(whole > 0, part / np.where(whole > 0, whole, 1.0), 0.0)
    return share


def _moments(n: int, c: int, m: int, ratio: float) -> tuple[float, float, float, float]:
    """E[S], E[S (c - S)], E[(m - S) (n - c - m + S)] and Var[S] of a stratum."""
    pmf = tilt(hypergeometric_pmf(n, c, m), float(np.log(ratio)))
    s, p = pmf.support, pmf.probability
    mean = float(s @ p)
    return (
        mean,
        float((s * (c - s)) @ p),
        float(((m - s) * (n - c - m + s)) @ p),
        float(((s - mean) ** 2) @ p),
    )
