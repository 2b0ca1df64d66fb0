"""The numbers that every regression reports of its exposure effect."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias, TypedDict

import numpy as np
import numpy.typing as npt
from scipy import special

from timing.association import POWER
from timing.errors import EstimationError, FallbackWarning, SeparationWarning
from timing.kernels import curves
from timing.kernels.breakpoints import binomial_pmf
from timing.kernels.exact import (
    Pmf,
    conditional_rate_ratio,
    detectable_rate_ratio,
    equivalence_p,
    rate_ratio_interval,
    tail_p,
)
from timing.kernels.firth import LARGEST, Profile, profile_of
from timing.kernels.inverse import inverse_of
from timing.kernels.pvalues import p_value
from timing.regression.fitting import fit_family, usable
from timing.regression.rows import EXPOSED, exposure_separated, null_start

if TYPE_CHECKING:
    from collections.abc import Sequence

    from timing.association import Request
    from timing.grid import DayGrid
    from timing.regression.fitting import Fit
    from timing.regression.rows import Rows

FloatArray = npt.NDArray[np.float64]

Note: TypeAlias = tuple[str, type[Warning]]
"""A warning that a result carries, and its class."""

PENALISED = "penalised-likelihood"
"""How results name the errors of Firth's estimate."""

FALLBACK: Note = (
    "no over-dispersion was found; the Poisson model took its place",
    FallbackWarning,
)
EXACT: Note = (
    "no finite estimate exists (an exposed or unexposed cell has no event): rate "
    "ratio, interval and p-value are exact (binomial) and take no controls",
    SeparationWarning,
)
FIRTH: Note = (
    "no finite maximum-likelihood estimate exists (an exposed or unexposed cell has no "
    "event): Firth's penalised likelihood took its place, days taken as independent",
    SeparationWarning,
)


_TINY = 1e-6
"""Share of the model's own error below which a sandwich error has collapsed."""


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


def ratio_of(log_ratio: float) -> float:
    """Return a rate ratio; infinite where it is beyond all numbers.

    Examples
    --------
    >>> ratio_of(0.0), ratio_of(1000.0)
    (1.0, inf)
    """
    with np.errstate(over="ignore"):
        return float(np.exp(log_ratio))


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

    Raises
    ------
    EstimationError
        If the log rate ratio lies beyond 15, where no estimate lies, or a standard
        error is not a positive number.
    """
    if not abs(log_ratio) <= LARGEST:
        msg = (
            f"the log rate ratio ran off to {log_ratio:.3g}: a cell of the design has "
            "no event; use fewer `controls` or a longer `window`."
        )
        raise EstimationError(msg)
    if not (0 < std_error < np.inf and std_error > _TINY * naive_error):
        msg = (
            "the standard error cannot be computed: too few rows or clusters hold an "
            "exposed day; use another `cov`."
        )
        raise EstimationError(msg)
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
            ratio_of(log_ratio - z * std_error),
            ratio_of(log_ratio + z * std_error),
        ),
        "minimum_detectable_rate_ratio": ratio_of(
            (z + special.ndtri(POWER)) * std_error
        ),
        "equivalence_margin": request.equivalence_margin,
        "equivalence_pvalue": p_value(outside, 0.0, 1 - outside, alternative="greater"),
    }


def wald_at(fit: Fit, covariance: FloatArray, at: int, request: Request) -> Estimate:
    """Estimate of the coefficient `at` of a fit, by the covariance asked for."""
    naive = inverse_of(fit.information)
    # Rounding may leave the sandwich of a cell without residuals below 0.
    std_error = float(np.sqrt(max(covariance[at, at], 0.0)))
    return wald(fit.params[at], std_error, float(np.sqrt(naive[at, at])), request)


def exact_binomial(grid: DayGrid, request: Request) -> Estimate:
    """Exact answer without controls, for use where no, or every, launch is exposed.

    Given n launches, those on exposed days are binomial with odds
    ``rate_ratio * exposed days / unexposed days``; the interval is that of Clopper and
    Pearson (1934, Biometrika 26:404-413).
    """
    share = grid.exposed_days / grid.day.size
    return exact_estimate(binomial_pmf(grid.n_launches, share), grid.count, request)


def exact_estimate(null: Pmf, count: int, request: Request) -> Estimate:
    """Pack an exact conditional answer; NaN, (0, inf) and p = 1 where none is left.

    Parameters
    ----------
    null : Pmf
        Distribution of the launches on exposed days at a rate ratio of 1.
    count : int
    request : Request
    """
    pvalue = tail_p(null, count, alternative="two-sided")
    return {
        "rate_ratio": conditional_rate_ratio(null, count),
        "std_error": float("nan"),
        "pvalue": pvalue,
        "naive_pvalue": pvalue,
        "interval": rate_ratio_interval(
            null,
            count,
            confidence_level=request.confidence_level,
            alternative="two-sided",
        ),
        "minimum_detectable_rate_ratio": detectable_rate_ratio(
            null, power=POWER, level=request.level, alternative="two-sided"
        ),
        "equivalence_margin": request.equivalence_margin,
        "equivalence_pvalue": equivalence_p(
            null, count, margin=request.equivalence_margin
        ),
    }


def firth_profile(
    rows: Rows, family: str, column: str, exposures: Sequence[str] = (EXPOSED,)
) -> tuple[Profile, float]:
    """Open the penalised likelihood in the coefficient of one exposure.

    The dispersion of a negative binomial or quasi-Poisson model is that of the model
    without the exposures, and that of Poisson where this has no estimate either; it is
    returned too, as results state it.

    Raises
    ------
    EstimationError
        If there is no maximum.
    """
    alpha, phi = 0.0, 1.0
    without = rows.without(exposures)
    if family != "poisson" and not exposure_separated(without):
        null, _ = fit_family(without, family)
        alpha, phi = null.dispersion, max(null.scale, 1.0)
    design, names = rows.design.to_numpy(), list(rows.design.columns)
    profile = profile_of(
        curves.counts(rows.launches, alpha, phi),
        design,
        rows.log_days,
        at=names.index(column),
        start=null_start(rows),
    )
    check_penalised(profile)
    return profile, phi if family == "quasi-poisson" else alpha


def check_penalised(profile: Profile) -> None:
    """Raise if the penalised likelihood has no usable maximum."""
    if not usable(profile.best) or abs(profile.estimate) > LARGEST:
        msg = "the penalised likelihood has no maximum; use fewer `controls`."
        raise EstimationError(msg)


def penalised(profile: Profile, request: Request) -> Estimate:
    """Estimate, interval and tests from a profile of Firth's penalised likelihood.

    The interval holds the values whose penalised likelihood ratio statistic lies below
    its chi-squared limit (Heinze and Schemper 2002, Stat. Med. 21:2409-2419).
    """
    z = float(special.ndtri(1 - request.level / 2))
    margin = float(np.log(request.equivalence_margin))
    outside = max(
        float(special.ndtr(-profile.root(-margin))),
        float(special.ndtr(profile.root(margin))),
    )
    pvalue = normal_p(profile.root(0.0))
    return {
        "rate_ratio": float(np.exp(profile.estimate)),
        "std_error": profile.std_error,
        "pvalue": pvalue,
        "naive_pvalue": pvalue,
        "interval": (
            ratio_of(profile.limit(z, -1)),
            ratio_of(profile.limit(z, 1)),
        ),
        "minimum_detectable_rate_ratio": ratio_of(
            (z + special.ndtri(POWER)) * profile.std_error
        ),
        "equivalence_margin": request.equivalence_margin,
        "equivalence_pvalue": p_value(outside, 0.0, 1 - outside, alternative="greater"),
    }


def coefficients(
    names: Sequence[str], params: FloatArray, covariance: FloatArray
) -> dict[str, dict[str, float]]:
    """Fields `params` and `std_errors` of a result."""
    std_errors = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    return {
        "params": dict(zip(names, params.tolist(), strict=True)),
        "std_errors": dict(zip(names, std_errors.tolist(), strict=True)),
    }


NO_COEFFICIENTS: dict[str, dict[str, float]] = {"params": {}, "std_errors": {}}
"""The same of a result without a fitted model."""
