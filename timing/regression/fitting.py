"""Design rows and maximum-likelihood fits of log-linear count models."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from timing.errors import EstimationError
from timing.results import Dropped

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


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
    design = pd.get_dummies(
        panel.drop(columns=["date", "launches", "n_events"]).assign(intercept=1.0),
        drop_first=True,
        dtype=float,
    ).astype(float)
    # Levels that lost all their days leave empty columns.
    design = design.loc[:, design.ne(0).any()]
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
    from statsmodels.genmod.generalized_linear_model import GLM

    model = GLM(
        rows.launches, rows.design.to_numpy(), family=Poisson(), offset=rows.log_days
    )
    fitted = model.fit(maxiter=200, tol=1e-10)
    if not fitted.converged or not np.isfinite(fitted.params).all():
        msg = "the Poisson model did not converge; use fewer `controls`."
        raise EstimationError(msg)
    return _moments(rows, fitted.params, dispersion=0.0)


def fit_negative_binomial(rows: Rows, start: Fit) -> Fit | None:
    """NB2 with its dispersion estimated; None where that fails."""
    from statsmodels.discrete.discrete_model import NegativeBinomial

    model = NegativeBinomial(
        rows.launches, rows.design.to_numpy(), offset=rows.log_days
    )
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            fitted = model.fit(
                start_params=np.r_[start.params, 0.5],
                method="bfgs",
                maxiter=500,
                disp=False,
            )
        except (np.linalg.LinAlgError, ValueError):
            return None
    # statsmodels reports convergence with NaN errors on 0/1 counts.
    sound = np.isfinite(fitted.params).all() and np.isfinite(fitted.bse).all()
    if not sound or not fitted.mle_retvals["converged"] or fitted.params[-1] <= 1e-8:
        return None
    return _moments(rows, fitted.params[:-1], dispersion=float(fitted.params[-1]))


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
