"""Fits of the case-crossover models; exact or penalised answers where none exists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy import special

from timing.errors import (
    ArgumentError,
    EstimationError,
    FallbackWarning,
    SeparationWarning,
)
from timing.kernels.conditional import (
    Likelihood,
    Maximum,
    maximise,
    maximise_penalised,
    penalised_deviance,
)
from timing.kernels.conditional_logit import conditional_logit, separated
from timing.kernels.conditional_poisson import ConditionalPoisson
from timing.kernels.exact import Pmf, conditional_rate_ratio
from timing.kernels.firth import LARGEST
from timing.kernels.profile_likelihood import (
    deviance_cut,
    profile_limit,
    signed_root,
)
from timing.kernels.pvalues import p_value
from timing.kernels.recession import recession
from timing.kernels.sandwich import clustered, newey_west
from timing.regression.cells import LOGIT
from timing.regression.estimates import (
    NO_COEFFICIENTS,
    PENALISED,
    Estimate,
    Note,
    coefficients,
    exact_estimate,
    normal_p,
    wald,
)

if TYPE_CHECKING:
    from timing.association import Request

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

EXACT: Note = (
    "the events on exposed days are as few, or as many, as the strata allow: no "
    "finite estimate exists; rate ratio, interval and p-value are exact (conditional)",
    SeparationWarning,
)
FIRTH: Note = (
    "no finite maximum-likelihood estimate exists: exposure or `controls` separate the "
    "event days from the others; Firth's penalised conditional likelihood took its "
    "place, events taken as independent",
    FallbackWarning,
)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class UsedDays:
    """Days that bear on the likelihood, as arrays.

    Attributes
    ----------
    day : (n,) array of int
    launches : (n,) array of int
    stratum : (n,) array of int
        Labels 0, 1, ...
    design : (n, q) array of float
        Exposure first.
    names : sequence of str
        Names of the columns.
    """

    day: IntArray
    launches: IntArray
    stratum: IntArray
    design: FloatArray
    names: Sequence[str]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ConditionalFit:
    """What `case_crossover` reports of its model; fields as in its result."""

    estimate: Estimate
    coefficients: dict[str, dict[str, float]]
    estimator: str
    cov: str
    dispersion: float
    notes: tuple[Note, ...]


def fit_conditional(
    days: UsedDays,
    null: Pmf,
    count: int,
    request: Request,
    *,
    model: str,
    cov: str,
    maxlags: int,
) -> ConditionalFit:
    """Fit the model, or give the answer that takes its place.

    Parameters
    ----------
    days : UsedDays
    null : Pmf
        Launches on exposed days given the strata's totals, at a rate ratio of 1.
    count : int
        The launches observed there.
    request : Request
    model, cov, maxlags
        As in `case_crossover`.

    Raises
    ------
    EstimationError
        If the likelihood has no maximum.
    ArgumentError
        If `cov` is "robust" and one stratum alone has events.
    """
    alone = days.design.shape[1] == 1
    if alone and not 0 < conditional_rate_ratio(null, count) < np.inf:
        return _exact(null, count, request)
    poisson = ConditionalPoisson(
        counts=days.launches, stratum=days.stratum, design=days.design
    )
    chosen: Likelihood = poisson
    if model == LOGIT:
        chosen = conditional_logit(days.launches, days.stratum, days.design)
    start = np.zeros(days.design.shape[1])
    if not alone and _separates(days, model):
        best = _checked(maximise_penalised(chosen, start))
        return ConditionalFit(
            estimate=_penalised(chosen, best, request),
            coefficients=coefficients(days.names, best.params, best.covariance),
            estimator="Firth",
            cov=PENALISED,
            dispersion=float("nan"),
            notes=(FIRTH,),
        )
    best = _checked(maximise(poisson, start))
    if model == LOGIT:  # the Poisson slopes are near
        best = _checked(maximise(chosen, best.params))
    phi = poisson.dispersion(best.params)
    information = best.moments.information
    if cov == "quasi":
        covariance = best.covariance * phi
    elif cov == "HAC":
        scores = poisson.day_scores(best.params)
        covariance = newey_west(scores, days.day, information, maxlags)
    elif cov == "robust":
        scores = best.moments.scores
        if len(scores) < 2:
            msg = "`cov` is 'robust', which needs more than one stratum with events."
            raise ArgumentError(msg)
        covariance = clustered(scores, np.arange(scores.shape[0]), information)
    else:
        covariance = best.covariance
    return ConditionalFit(
        estimate=wald(
            float(best.params[0]),
            float(np.sqrt(covariance[0, 0])),
            float(np.sqrt(best.covariance[0, 0])),
            request,
        ),
        coefficients=coefficients(days.names, best.params, covariance),
        estimator="maximum likelihood",
        cov=f"HAC({maxlags})" if cov == "HAC" else cov,
        dispersion=float("nan") if model == LOGIT else phi,
        notes=(),
    )


def _separates(days: UsedDays, model: str) -> bool:
    """Whether no finite maximum exists."""
    if model == LOGIT:
        return separated(days.launches, days.stratum, days.design)
    return bool(recession(days.launches, days.stratum, days.design).gone.any())


def _checked(best: Maximum) -> Maximum:
    if not best.converged:
        msg = "the conditional likelihood has no maximum; use fewer `controls`."
        raise EstimationError(msg)
    return best


def _exact(null: Pmf, count: int, request: Request) -> ConditionalFit:
    return ConditionalFit(
        estimate=exact_estimate(null, count, request),
        coefficients=NO_COEFFICIENTS,
        estimator="exact",
        cov="exact",
        dispersion=float("nan"),
        notes=(EXACT,),
    )


def _penalised(model: Likelihood, best: Maximum, request: Request) -> Estimate:
    """Estimate, interval and tests from the profile of the penalised likelihood."""
    effect = float(best.params[0])
    error = float(np.sqrt(best.covariance[0, 0]))

    def deviance(value: float) -> float:
        return penalised_deviance(model, best, value)

    def root(value: float) -> float:
        return signed_root(deviance(value), effect - value)

    def limit(side: int) -> float:
        edge = side * LARGEST
        cut = deviance_cut(request.confidence_level)
        end = profile_limit(deviance, effect, step=side * error, edge=edge, cut=cut)
        return float(np.exp(end if end != edge else side * np.inf))

    margin = float(np.log(request.equivalence_margin))
    outside = float(max(special.ndtr(-root(-margin)), special.ndtr(root(margin))))
    estimate = wald(effect, error, error, request)
    estimate["pvalue"] = estimate["naive_pvalue"] = normal_p(root(0.0))
    estimate["interval"] = (limit(-1), limit(1))
    estimate["equivalence_pvalue"] = p_value(
        outside, 0.0, 1 - outside, alternative="greater"
    )
    return estimate
