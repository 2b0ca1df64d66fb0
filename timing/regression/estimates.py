"""The numbers that every regression reports of its exposure effect."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

import numpy as np
from scipy import special

from timing.association import POWER
from timing.kernels.breakpoints import binomial_pmf
from timing.kernels.exact import equivalence_p, rate_ratio_interval, tail_p
from timing.kernels.pvalues import p_value

if TYPE_CHECKING:
    from timing.association import Request
    from timing.grid import DayGrid


class Estimate(TypedDict):
    """Fields of `RegressionResult` that follow from the exposure effect."""

    rate_ratio: float
    std_error: float
    pvalue: float
    naive_pvalue: float
    interval: tuple[float, float]
    minimum_detectable_rate_ratio: float
    equivalence_margin: float
    equivalence_pvalue: float


def normal_p(z: float) -> float:
    """Two-sided p-value of a standard normal statistic.

    Examples
    --------
    >>> round(normal_p(1.959964), 4)
    0.05
    """
    return p_value(special.ndtr(-z), 0.0, special.ndtr(z), alternative="two-sided")


def wald(
    log_ratio: float, std_error: float, naive_error: float, request: Request
) -> Estimate:
    """Estimate, interval and tests from a log rate ratio and its standard error.

    Parameters
    ----------
    log_ratio, std_error : float
    naive_error : float
        Standard error of independent days.
    request : Request
        Confidence level and equivalence margin.
    """
    z = float(special.ndtri(1 - request.level / 2))
    margin = float(np.log(request.equivalence_margin))
    outside = max(
        float(special.ndtr(-(log_ratio + margin) / std_error)),
        float(special.ndtr((log_ratio - margin) / std_error)),
    )
    return {
        "rate_ratio": float(np.exp(log_ratio)),
        "std_error": float(std_error),
        "pvalue": normal_p(log_ratio / std_error),
        "naive_pvalue": normal_p(log_ratio / naive_error),
        "interval": (
            float(np.exp(log_ratio - z * std_error)),
            float(np.exp(log_ratio + z * std_error)),
        ),
        "minimum_detectable_rate_ratio": float(
            np.exp((z + special.ndtri(POWER)) * std_error)
        ),
        "equivalence_margin": request.equivalence_margin,
        "equivalence_pvalue": p_value(outside, 0.0, 1 - outside, alternative="greater"),
    }


def exact_binomial(grid: DayGrid, request: Request) -> Estimate:
    """Exact answer without controls, for use where no, or every, launch is exposed.

    Given n launches, those on exposed days are binomial with odds
    ``rate_ratio * exposed days / unexposed days``; the interval is that of Clopper and
    Pearson (1934, Biometrika 26:404-413).
    """
    n, share = grid.n_launches, grid.exposed_days / grid.day.size
    pmf = binomial_pmf(n, share)
    pvalue = tail_p(pmf, grid.count, alternative="two-sided")
    return {
        "rate_ratio": grid.rate_ratio,
        "std_error": float("nan"),
        "pvalue": pvalue,
        "naive_pvalue": pvalue,
        "interval": rate_ratio_interval(
            pmf,
            grid.count,
            confidence_level=request.confidence_level,
            alternative="two-sided",
        ),
        "minimum_detectable_rate_ratio": float("nan"),
        "equivalence_margin": request.equivalence_margin,
        "equivalence_pvalue": equivalence_p(
            pmf, grid.count, margin=request.equivalence_margin
        ),
    }
