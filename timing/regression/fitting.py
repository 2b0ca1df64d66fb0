"""Design rows and maximum-likelihood fits of log-linear count models."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import optimize

from timing.controls import design_matrix
from timing.errors import EstimationError
from timing.results import Dropped

if TYPE_CHECKING:
    from statsmodels.genmod.families import Family
    from statsmodels.genmod.generalized_linear_model import GLMResults

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

_LOG_DISPERSION = (-12.0, 6.0)
"""Range of the log dispersion; its ends stand for none and for no maximum."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Rows:
    """Rows of the fit.

    Attributes
    ----------
    launches : (n,) array of float
    design : DataFrame
        Intercept, exposure and control columns.
    log_days : (n,) array of float
        Logarithm of the at-risk days in the row.
    position : (n,) array of int
        Place on the day or week grid.
    """

    launches: FloatArray
    design: pd.DataFrame
    log_days: FloatArray
    position: IntArray


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Fit:
    """A fitted log-linear model.

    Attributes
    ----------
    params : (p,) array
    scores : (n, p) array
        Score contributions at the estimate.
    information : (p, p) array
    dispersion : float
        Negative binomial alpha, 0 for Poisson.
    """

    params: FloatArray
    scores: FloatArray
    information: FloatArray
    dispersion: float


def design_rows(panel: pd.DataFrame, freq: str) -> tuple[Rows, tuple[Dropped, ...]]:
    """Design rows, without the days in control levels that have no launch."""
    keep = np.ones(len(panel), dtype=bool)
    dropped: list[Dropped] = []
    for name in panel.columns[panel.dtypes.eq("category")]:
        totals = panel.groupby(name, observed=False)["launches"].transform("sum")
        empty = totals.eq(0).to_numpy() & keep
        if empty.any():
            reason = f"day in a level of '{name}' without a launch"
            days = tuple(panel["date"][empty].dt.strftime("%Y-%m-%d"))
            dropped.append(
                Dropped(table="days", reason=reason, rows=len(days), ids=days)
            )
            keep &= ~empty
    panel = panel[keep].reset_index(drop=True)
    columns = panel.drop(columns=["date", "launches", "n_events"])
    design = design_matrix(columns.assign(intercept=1.0))
    day = panel["date"].to_numpy().astype("datetime64[D]").astype(np.int64)
    position = day if freq == "D" else (day + 3) // 7
    launches = panel["launches"].astype(float)
    n_days = launches.groupby(position).size().to_numpy()
    rows = Rows(
        launches=np.asarray(launches.groupby(position).sum(), dtype=np.float64),
        design=design.groupby(position).mean(),
        log_days=np.log(n_days),
        position=np.unique(position),
    )
    return rows, tuple(dropped)


def fit_poisson(rows: Rows) -> Fit:
    """Fit the Poisson model.

    Raises
    ------
    EstimationError
        If columns are collinear or the fit does not converge.
    """
    rank = np.linalg.matrix_rank(rows.design.to_numpy())
    if rank < rows.design.shape[1]:
        msg = "`controls` are collinear with each other or with the exposure."
        raise EstimationError(msg)
    from statsmodels.genmod.families import Poisson

    fitted = _fit_glm(rows, Poisson())
    if not fitted.converged or not np.isfinite(fitted.params).all():
        msg = "the Poisson model did not converge; use fewer `controls`."
        raise EstimationError(msg)
    return _moments(rows, fitted.params, dispersion=0.0)


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
    from statsmodels.genmod.families import NegativeBinomial

    def loss(log_dispersion: float) -> float:
        family = NegativeBinomial(alpha=np.exp(log_dispersion))
        return -float(_fit_glm(rows, family).llf)

    low, high = _LOG_DISPERSION
    best = optimize.minimize_scalar(
        loss, bounds=_LOG_DISPERSION, method="bounded", options={"xatol": 1e-7}
    )
    if not low + 1 < best.x < high - 1:
        return None
    dispersion = float(np.exp(best.x))
    fitted = _fit_glm(rows, NegativeBinomial(alpha=dispersion))
    if not fitted.converged or not np.isfinite(fitted.params).all():
        return None
    return _moments(rows, fitted.params, dispersion=dispersion)


def _fit_glm(rows: Rows, family: Family) -> GLMResults:
    from statsmodels.genmod.generalized_linear_model import GLM

    model = GLM(
        rows.launches, rows.design.to_numpy(), family=family, offset=rows.log_days
    )
    return model.fit(maxiter=200, tol=1e-10)


def _moments(rows: Rows, params: FloatArray, *, dispersion: float) -> Fit:
    design = rows.design.to_numpy()
    mean = np.exp(design @ params + rows.log_days)
    shrink = 1 + dispersion * mean
    return Fit(
        params=np.asarray(params, dtype=float),
        scores=design * ((rows.launches - mean) / shrink)[:, None],
        information=(design * (mean / shrink)[:, None]).T @ design,
        dispersion=dispersion,
    )
