"""Poisson fits with one effect per stratum; empty cells get exact answers instead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from timing.errors import EstimationError
from timing.kernels.breakpoints import binomial_pmf
from timing.kernels.exact import Pmf, convolve
from timing.kernels.null_fit import centred, fit_null, redundant, whitening
from timing.kernels.pvalues import p_value
from timing.kernels.recession import recession

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class StratumFit:
    """A Poisson model with stratum effects.

    Attributes
    ----------
    params : (q,) array of float
        Slopes; NaN where there is no finite maximum or nothing to learn.
    kept : (q,) array of bool
        Slopes that have a value.
    flat : (q,) array of bool
        Columns that do not vary within the strata with launches.
    endless : (q,) array of int
        1 or -1 where the maximum lies at plus or minus infinity, else 0.
    covariance : (k, k) array of float
        Of the kept slopes, from the model.
    information : (k, k) array of float
    scores : (n, k) array of float
        Score contributions of the kept slopes, the stratum effects taken out.
    log_likelihood : float
        At the maximum, finite slopes or not, without terms that the slopes leave alone.
    """

    params: FloatArray
    kept: BoolArray
    flat: BoolArray
    endless: IntArray
    covariance: FloatArray
    information: FloatArray
    scores: FloatArray
    log_likelihood: float

    @property
    def rank(self) -> int:
        """Number of slopes that the data bear on."""
        return int((~self.flat).sum())


def fit_strata(
    launches: IntArray,
    stratum: IntArray,
    design: FloatArray,
    offset: FloatArray,
    names: Sequence[str],
) -> StratumFit:
    """Fit the model; slopes of empty cells stay out, and do not touch the others.

    Parameters
    ----------
    launches, stratum : (n,) arrays of int
    design : (n, q) array of float
    offset : (n,) array of float
        Known part of the log rate.
    names : sequence of str
        Names of the columns, for the error.

    Raises
    ------
    EstimationError
        If columns are collinear within the strata, or the fit does not converge.
    """
    q = design.shape[1]
    time = np.exp(offset)
    totals = np.bincount(stratum, weights=launches)
    crude = (totals / np.bincount(stratum, weights=time))[stratum] * time
    flat_columns, collinear = redundant(design, crude, stratum)
    if collinear:
        named = ", ".join(repr(names[j]) for j in collinear)
        msg = f"{named} collinear with the columns before, within the strata."
        raise EstimationError(msg)
    flat = np.isin(np.arange(q), flat_columns)
    endless = np.zeros(q, dtype=np.int64)
    endless[~flat], gone = recession(launches, stratum, design[:, ~flat])
    kept = ~flat & (endless == 0)
    stay = ~gone
    labels = np.unique(stratum[stay], return_inverse=True)[1]
    columns = design[stay][:, kept]
    fit = fit_null(launches[stay], labels, columns, offset[stay])
    if not fit.converged:
        msg = "the Poisson model did not converge; use fewer columns."
        raise EstimationError(msg)
    within = centred(columns, fit.weight, labels)
    information = np.einsum("it,jt->ij", within * fit.weight, within)
    half = whitening(information)
    scores = np.zeros((launches.size, int(kept.sum())))
    scores[stay] = (within * fit.residual).T
    params = np.full(q, np.nan)
    params[kept] = fit.params
    return StratumFit(
        params=params,
        kept=kept,
        flat=flat,
        endless=endless,
        covariance=np.einsum("ik,jk->ij", half, half),
        information=information,
        scores=scores,
        # Less the offset, so that rows added up into cells keep their likelihood.
        log_likelihood=float(
            (special.xlogy(launches[stay], fit.rate / time[stay]) - fit.rate).sum()
        ),
    )


def check_controls(
    sources: Sequence[str], names: Sequence[str], flat: BoolArray
) -> None:
    """Raise if a control says nothing that the strata do not say.

    Parameters
    ----------
    sources : sequence of str
        Names of the controls; a categorical one has a column for each level.
    names : sequence of str
        Names of the columns.
    flat : array of bool
        Columns that do not vary within the strata with launches.
    """
    for source in sources:
        mine = [n == source or n.startswith(f"{source}_") for n in names]
        if any(mine) and flat[mine].all():
            msg = (
                f"`controls` or `season`: {source!r} is constant within the strata "
                "(those with events)."
            )
            raise EstimationError(msg)


def exact_counts(
    launches: IntArray,
    stratum: IntArray,
    design: FloatArray,
    offset: FloatArray,
    *,
    inside: BoolArray,
    outside: BoolArray,
) -> tuple[Pmf, int]:
    """Distribute the launches inside and `outside` over both, stratum by stratum.

    Under a rate ratio of 1 those `inside` are binomial in each stratum, with the share
    of the expected launches that lie inside; `design` (controls) sets the expectations,
    by a fit without the effect.

    Returns
    -------
    null : Pmf
        Of the launches inside, in the strata that have days on both sides.
    count : int
        The launches observed there.
    """
    rows = inside | outside
    y, within = launches[rows], inside[rows]
    labels = np.unique(stratum[rows], return_inverse=True)[1]
    rate = fit_null(y, labels, design[rows], offset[rows]).rate
    totals = np.bincount(labels, weights=y)
    on = np.bincount(labels, weights=rate * within)
    off = np.bincount(labels, weights=rate * ~within)
    both = (on > 0) & (off > 0)
    parts = [
        binomial_pmf(int(n), a / (a + b))
        for n, a, b in zip(totals[both], on[both], off[both], strict=True)
    ]
    return convolve(parts), int(y[within & both[labels]].sum())


def chi_square_p(statistic: float, df: int) -> float:
    """P-value of a chi-square statistic; 1 where it has no degree of freedom.

    Examples
    --------
    >>> round(chi_square_p(3.841459, 1), 4)
    0.05
    """
    if not df:
        return 1.0
    above = float(special.chdtrc(df, max(statistic, 0.0)))
    return p_value(above, 0.0, 1 - above, alternative="greater")


def wald_statistic(estimates: FloatArray, covariance: FloatArray) -> tuple[float, int]:
    """Wald statistic that all estimates are 0, and its degrees of freedom."""
    if not estimates.size:
        return 0.0, 0
    white = np.einsum("jk,j->k", whitening(covariance), estimates)
    return float((white**2).sum()), white.size
