"""Maximum-likelihood fits of log-linear count models."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import optimize

from timing.errors import EstimationError
from timing.kernels.curves import CurveOf, counts
from timing.kernels.firth import Maximum, maximise, null_directions
from timing.regression.rows import Rows, check_rank, null_start

FloatArray = npt.NDArray[np.float64]

FAMILIES = ("poisson", "negative-binomial", "quasi-poisson")
_LOG_DISPERSION = (-12.0, 6.0)
"""Range of the log dispersion; its ends stand for none and for no maximum."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Fit:
    """A fitted log-linear model.

    Attributes
    ----------
    params : (p,) array
    scores : (n, p) array
        Score contributions at the estimate.
    information : (p, p) array
        Both divided by `scale`.
    dispersion : float
        Negative binomial alpha, 0 for Poisson.
    scale : float
        Pearson dispersion phi of the quasi-Poisson model, 1 for the others.
    """

    params: FloatArray
    scores: FloatArray
    information: FloatArray
    dispersion: float
    scale: float = 1.0


def fit_family(rows: Rows, family: str) -> tuple[Fit, str]:
    """Fit the family asked for, or Poisson where it fails; return the one used."""
    if family == "negative-binomial":
        fit = fit_negative_binomial(rows)
        return (fit_poisson(rows), "poisson") if fit is None else (fit, family)
    fit = fit_poisson(rows)
    return (quasi(fit, rows), family) if family == "quasi-poisson" else (fit, family)


def fit_poisson(rows: Rows) -> Fit:
    """Fit the Poisson model.

    Raises
    ------
    EstimationError
        If columns are collinear or the fit does not converge.
    """
    check_rank(rows)
    best = maximise(
        counts(rows.launches),
        rows.design.to_numpy(),
        rows.log_days,
        start=null_start(rows),
    )
    if not usable(best):
        msg = (
            "the Poisson model did not converge, or too few events leave it flat; "
            "use fewer `controls`."
        )
        raise EstimationError(msg)
    return _fit_at(rows, best, 0.0)


def quasi(fit: Fit, rows: Rows) -> Fit:
    """Divide scores and information of a Poisson fit by its Pearson dispersion.

    ``phi = sum_t (y_t - mu_t)^2 / mu_t / (n - p)``, as R's quasipoisson.
    """
    residual = pearson_residual(fit, rows)
    freedom = residual.size - fit.params.size
    if freedom < 1:
        msg = "the quasi-Poisson model needs more rows than coefficients."
        raise EstimationError(msg)
    scale = float((residual**2).sum() / freedom)
    return replace(
        fit,
        scores=fit.scores / scale,
        information=fit.information / scale,
        scale=scale,
    )


def fit_negative_binomial(rows: Rows) -> Fit | None:
    """Fit the negative binomial model (NB2), its dispersion by profile likelihood.

    The dispersion of statsmodels' own NB2 estimator stops short of the maximum on
    sparse counts, and its errors are NaN on 0/1 counts.

    Returns
    -------
    Fit or None
        None where the likelihood has no maximum at a positive dispersion: the counts
        are no more dispersed than Poisson ones.
    """
    found = profile_dispersion(
        lambda alpha: counts(rows.launches, alpha), rows, null_start(rows)
    )
    return None if found is None else _fit_at(rows, *found)


def profile_dispersion(
    curve_at: Callable[[float], CurveOf], rows: Rows, start: FloatArray
) -> tuple[Maximum, float] | None:
    """Maximise the likelihood of a negative binomial family over its dispersion too.

    Parameters
    ----------
    curve_at : callable
        Log-likelihood at a dispersion alpha, without the terms of launches and alpha
        only.
    rows : Rows
    start : (p,) array

    Returns
    -------
    tuple of (Maximum, float), or None
        The maximum and alpha; None where there is none at a positive alpha.
    """
    design = rows.design.to_numpy()
    # Rows with more than k launches, k = 0, 1, ...
    beyond = rows.launches.size - np.cumsum(np.bincount(rows.launches.astype(int)))
    best = None

    def loss(log_dispersion: float) -> float:
        nonlocal best
        alpha = float(np.exp(log_dispersion))
        begin = start if best is None else best.params
        best = maximise(curve_at(alpha), design, rows.log_days, start=begin)
        own = beyond * np.log1p(alpha * np.arange(beyond.size))
        return -best.likelihood - float(own.sum())

    low, high = _LOG_DISPERSION
    found = optimize.minimize_scalar(
        loss, bounds=_LOG_DISPERSION, method="bounded", options={"xatol": 1e-7}
    )
    if not low + 1 < found.x < high - 1:
        return None
    alpha = float(np.exp(found.x))
    best = maximise(curve_at(alpha), design, rows.log_days, start=start)
    return (best, alpha) if usable(best) else None


def usable(best: Maximum) -> bool:
    """Whether a maximum was reached, and is not flat in some direction."""
    return best.converged and not null_directions(best.information).shape[1]


def pearson_residual(fit: Fit, rows: Rows) -> FloatArray:
    """Residual of each row, ``(y - mu) / sqrt(mu (1 + alpha mu))``."""
    linear = np.einsum("tj,j->t", rows.design.to_numpy(), fit.params)
    mean = np.exp(linear + rows.log_days)
    size = np.sqrt(mean * (1 + fit.dispersion * mean))
    # A mean too small for a number belongs to a row without a launch.
    residual: FloatArray = (rows.launches - mean) / np.where(size > 0, size, 1.0)
    return residual


def _fit_at(rows: Rows, best: Maximum, alpha: float) -> Fit:
    return Fit(
        params=best.params,
        scores=rows.design.to_numpy() * best.curve.score[:, None],
        information=best.information,
        dispersion=alpha,
    )
