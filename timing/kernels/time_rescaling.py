"""Residuals by time rescaling: under the true rates, gaps between launches are uniform.

Papangelou's theorem as used by Ogata (1988, J. Am. Stat. Assoc. 83:9-27) and Brown et
al. (2002, Neural Comput. 14:325-346), with the correction for whole days of Haslinger,
Pipa and Brown (2010, Neural Comput. 22:2477-2506).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import special

from timing.kernels.pvalues import p_value

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

_MOST_CELLS = 2**26
"""Spans times points that are compared one by one."""

_NARROW = 1e-9
"""Width of a span that counts as a step where there are many."""


def rescaled_gaps(launches: IntArray, rate: FloatArray) -> FloatArray:
    """Turn gaps between launch days into spans of uniform numbers.

    Parameters
    ----------
    launches : (n,) array of int
    rate : (n,) array of float
        lambda_t of each day, given the days before.

    Returns
    -------
    (k, 2) array of float
        For each of the k launch days ``1 - exp(-xi)``, xi the rate summed over the days
        since the launch day before (or since the first day): without the rate of the
        launch day itself, and with it. The unfinished last gap is left out.

    Notes
    -----
    The moment of a launch within its day is not known. Haslinger et al. draw it, which
    draws a number evenly from each span; `span_distribution` takes the mean over all
    such draws. How many launches a day holds is not asked.

    Examples
    --------
    >>> rescaled_gaps(np.array([0, 1]), np.array([0.5, 0.1])).round(4)
    array([[0.3935, 0.4512]])
    """
    at = np.flatnonzero(launches)
    passed = np.concatenate([[0.0], np.cumsum(rate)])
    begin = np.concatenate([[0.0], passed[at[:-1] + 1]])
    ends = np.column_stack([passed[at], passed[at + 1]]) - begin[:, None]
    spans: FloatArray = -np.expm1(-ends)
    return spans


def span_distribution(spans: FloatArray, at: FloatArray) -> FloatArray:
    """Mean distribution function, at some points, of a number drawn from each span.

    The non-randomized transform of Czado, Gneiting and Held (2009, Biometrics
    65:1254-1261): uniform if the model is right.

    Examples
    --------
    >>> span_distribution(np.array([[0.0, 0.5], [0.5, 1.0]]), np.array([0.25, 0.5]))
    array([0.25, 0.5 ])
    """
    low, high = spans.T
    if low.size * at.size > _MOST_CELLS:
        return _summed_distribution(low, high, at)
    width = np.maximum(high - low, np.finfo(float).tiny)
    share = (at[:, None] - low) / width
    return np.asarray(np.clip(share, 0.0, 1.0).mean(axis=1))


def _summed_distribution(
    low: FloatArray, high: FloatArray, at: FloatArray
) -> FloatArray:
    """Sum slopes up from the lowest edge on: for many spans, to about 1e-9 the same."""
    is_step = high - low < _NARROW
    begin, stop = low[~is_step], high[~is_step]
    slope = 1 / (stop - begin)
    edge = np.concatenate([begin, stop])
    order = np.argsort(edge, kind="stable")
    slopes = np.cumsum(np.concatenate([slope, -slope])[order])
    rise = np.cumsum(slopes[:-1] * np.diff(edge[order]))
    passed = np.interp(at, edge[order], np.concatenate([[0.0], rise]))
    steps = np.searchsorted(np.sort(high[is_step]), at, side="right")
    return np.asarray((passed + steps) / low.size)


def kolmogorov_smirnov(spans: FloatArray) -> tuple[float, float]:
    """Largest distance of the spans' distribution from the uniform, and its p-value.

    Stephens's (1970, J. R. Stat. Soc. B 32:115-122) correction of the limiting
    distribution for n numbers. Conservative: averaging over the draws takes their
    noise away.

    Examples
    --------
    >>> distance, p = kolmogorov_smirnov(np.array([[0.0, 0.5], [0.0, 0.5]]))
    >>> distance, round(p, 3)
    (0.5, 0.534)
    """
    knots = np.unique(spans)
    distance = float(np.abs(span_distribution(spans, knots) - knots).max())
    beyond = float(special.kolmogorov(_corrected(len(spans)) * distance))
    return distance, p_value(beyond, 0.0, 1 - beyond, alternative="greater")


def kolmogorov_band(n: int, confidence_level: float) -> float:
    """Half-width of the simultaneous band of `n` uniform numbers' distribution.

    Examples
    --------
    >>> round(kolmogorov_band(100, 0.95), 4)
    0.1341
    """
    return float(special.kolmogi(1 - confidence_level) / _corrected(n))


def _corrected(n: int) -> float:
    return float(np.sqrt(n) + 0.12 + 0.11 / np.sqrt(n))
