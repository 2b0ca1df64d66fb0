"""Design rows, maximum-likelihood fits of log-linear count models, and their errors."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import optimize

from timing.arguments import check_choice, check_whole
from timing.controls import design_matrix
from timing.errors import ArgumentError, EstimationError
from timing.kernels.curves import counts
from timing.kernels.firth import Maximum, maximise, null_directions, separated
from timing.kernels.null_fit import redundant
from timing.kernels.sandwich import clustered, newey_west
from timing.results import Dropped
from timing.strata import Strata, stratum_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from timing.kernels.curves import CurveOf

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

FAMILIES = ("poisson", "negative-binomial", "quasi-poisson")
COVARIANCES = ("HAC", "robust", "cluster", "model")
ROW_DAYS = {"D": 1, "W": 7}
EXPOSED = "exposed"
_LAG_DAYS = 14
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

    def select(self, kept: npt.NDArray[np.bool_]) -> Rows:
        """Return some of the rows."""
        return Rows(
            launches=self.launches[kept],
            design=self.design[kept],
            log_days=self.log_days[kept],
            position=self.position[kept],
        )

    def without(self, columns: Sequence[str]) -> Rows:
        """Return the same rows, fewer columns."""
        return replace(self, design=self.design.drop(columns=list(columns)))


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Errors:
    """Type of the standard errors.

    Attributes
    ----------
    cov : {"HAC", "robust", "cluster", "model"}
    maxlags : int
        Lags of HAC, in rows.
    cluster : Strata
        Strata whose days are one cluster.
    """

    cov: str
    maxlags: int
    cluster: Strata

    @property
    def label(self) -> str:
        """How results name the errors."""
        if self.cov == "HAC":
            return f"HAC({self.maxlags})"
        if self.cov == "cluster":
            name = getattr(self.cluster, "name", self.cluster)
            return f"cluster({name})"
        return self.cov

    def covariance(self, fit: Fit, rows: Rows, day: IntArray, freq: str) -> FloatArray:
        """Covariance of the coefficients.

        Parameters
        ----------
        fit : Fit
        rows : Rows
        day : (n,) array of int
            All at-risk days, from which the clusters are made.
        freq : {"D", "W"}

        Raises
        ------
        ArgumentError
            If the rows are of a single cluster.
        """
        if self.cov == "model":
            return np.asarray(np.linalg.inv(fit.information), dtype=np.float64)
        if self.cov != "cluster":
            lags = self.maxlags if self.cov == "HAC" else 0
            return newey_west(fit.scores, rows.position, fit.information, lags)
        # A week goes with its first at-risk day.
        first = rows.position if freq == "D" else rows.position * 7 - 3
        labels = stratum_of(day, self.cluster)[np.searchsorted(day, first)]
        codes = np.unique(labels, return_inverse=True)[1].astype(np.int64)
        if codes.max() == 0:
            msg = "`cluster` puts all rows into one cluster; there must be at least 2."
            raise ArgumentError(msg)
        return clustered(fit.scores, codes, fit.information)


def errors_of(
    cov: str, maxlags: int | None, cluster: Strata, *, freq: str = "D"
) -> Errors:
    """Check the arguments on errors."""
    check_choice("cov", cov, COVARIANCES)
    check_choice("freq", freq, ROW_DAYS)
    if maxlags is None:
        maxlags = _LAG_DAYS // ROW_DAYS[freq]
    check_whole("maxlags", maxlags, minimum=0)
    return Errors(cov=cov, maxlags=maxlags, cluster=cluster)


def design_rows(
    panel: pd.DataFrame, freq: str, exposures: Sequence[str] = (EXPOSED,)
) -> tuple[Rows, tuple[Dropped, ...]]:
    """Design rows, without those whose rate the controls alone drive to 0.

    Such rows (days in a control level without a launch, say) are fitted at a rate of 0
    whatever the exposure does. All rows are kept where nothing would be left of the
    exposure: `exposure_separated` is then true.

    Raises
    ------
    EstimationError
        If columns are collinear.
    """
    whole = _rows_of(panel, freq)
    _check_rank(whole)
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
    rows = whole if keep.all() else _rows_of(panel[keep], freq)
    controls = rows.design.drop(columns=list(exposures)).to_numpy()
    gone = separated(controls, rows.launches > 0)
    if gone.any():
        first = rows.position[gone] * ROW_DAYS[freq] - 3 * (freq == "W")
        ids = tuple(first.astype("datetime64[D]").astype(str).tolist())
        reason = "the controls alone fit a rate of 0"
        table = "days" if freq == "D" else "weeks"
        dropped.append(Dropped(table=table, reason=reason, rows=len(ids), ids=ids))
        rows = rows.select(~gone)
    if not dropped:
        return whole, ()
    if _deficient(rows):
        rows = _without_redundant(rows, exposures)
    if _deficient(rows):
        return whole, ()
    return rows, tuple(dropped)


def _rows_of(panel: pd.DataFrame, freq: str) -> Rows:
    panel = panel.reset_index(drop=True)
    columns = panel.drop(columns=["date", "launches", "n_events"])
    design = design_matrix(columns.assign(intercept=1.0))
    day = panel["date"].to_numpy().astype("datetime64[D]").astype(np.int64)
    position = day if freq == "D" else (day + 3) // 7
    launches = panel["launches"].astype(float)
    n_days = launches.groupby(position).size().to_numpy()
    return Rows(
        launches=np.asarray(launches.groupby(position).sum(), dtype=np.float64),
        design=design.groupby(position).mean(),
        log_days=np.log(n_days),
        position=np.unique(position),
    )


def _without_redundant(rows: Rows, exposures: Sequence[str]) -> Rows:
    """Drop the control columns that only rows left out could tell apart."""
    names = rows.design.columns.drop([*exposures, "intercept"])
    n = rows.launches.size
    flat, collinear = redundant(
        rows.design[names].to_numpy(), np.ones(n), np.zeros(n, dtype=np.int64)
    )
    return rows.without([names[j] for j in (*flat, *collinear)])


def _deficient(rows: Rows) -> bool:
    design = rows.design.to_numpy()
    products = np.einsum("ti,tj->ij", design, design)
    return bool(null_directions(products).shape[1])


def _check_rank(rows: Rows) -> None:
    if _deficient(rows):
        msg = "`controls` are collinear with each other or with the exposure."
        raise EstimationError(msg)


def exposure_separated(rows: Rows) -> bool:
    """Whether an exposure has no finite maximum-likelihood estimate, given controls.

    The controls alone separate no row: `design_rows` left those out.
    """
    return bool(separated(rows.design.to_numpy(), rows.launches > 0).any())


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
    _check_rank(rows)
    best = maximise(
        counts(rows.launches),
        rows.design.to_numpy(),
        rows.log_days,
        start=null_start(rows),
    )
    if not usable(best):
        msg = (
            "the Poisson model did not converge, or too few launches leave it flat; "
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


def null_start(rows: Rows) -> FloatArray:
    """Coefficients of a flat rate."""
    level = np.log(rows.launches.sum() / np.exp(rows.log_days).sum())
    return np.where(rows.design.columns == "intercept", level, 0.0)


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
