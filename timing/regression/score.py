"""The score of the exposure effect under a null regression, ready to be shifted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from timing.errors import EstimationError
from timing.kernels.adjusted import adjusted_scores
from timing.kernels.exact import (
    conditional_rate_ratio,
    convolve,
    hypergeometric_pmf,
)
from timing.kernels.logit_score import logit_scores
from timing.kernels.null_fit import (
    NullFit,
    fit_null,
    moment_dispersion,
    redundant,
)
from timing.kernels.score import score_shifts, shift_sums, stratified_rate_ratio

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Score:
    """What a randomization test needs of a null regression.

    Attributes
    ----------
    scores_at : callable
        Z(k) at every shift, k = 0 first, under a rate ratio.
    estimate : callable
        Maximum-likelihood rate ratio, given strata and controls; NaN where nothing is
        left of the exposure.
    expected_count : float
        Launches on exposed days that the null rates expect.
    launches : (s,) array of float
        Launches of each stratum that has any; in a negative binomial model its
        information ``sum_t mu_t / (1 + alpha mu_t)``.
    share : (s,) array of float
        Share of `launches` that falls on exposed days under the null.
    deviation : float
        sqrt(V(0)) under the null; 0 where nothing is left of the exposure.
    """

    scores_at: Callable[[float], FloatArray]
    estimate: Callable[[], float]
    expected_count: float
    launches: FloatArray
    share: FloatArray
    deviation: float


def stratum_score(launches: IntArray, exposed: IntArray, stratum: IntArray) -> Score:
    """Build the Poisson score with stratum effects only."""
    sums = shift_sums(launches, exposed, stratum)
    share = sums.exposed[:, 0] / sums.days
    return Score(
        scores_at=lambda ratio: score_shifts(sums, ratio),
        estimate=lambda: stratified_rate_ratio(sums),
        expected_count=float((sums.launches * share).sum()),
        launches=sums.launches.astype(np.float64),
        share=share,
        deviation=float(np.sqrt((sums.launches * share * (1 - share)).sum())),
    )


def logit_score(launches: IntArray, exposed: IntArray, stratum: IntArray) -> Score:
    """Build the score of the conditional logit model, for 0/1 launches."""
    sums = shift_sums(launches, exposed, stratum)
    c = np.rint(sums.exposed[:, 0]).astype(np.int64)
    null_scores, deviation = logit_scores(sums)
    share = sums.exposed[:, 0] / sums.days

    def estimate() -> float:
        null = convolve(
            hypergeometric_pmf(*cell)
            for cell in zip(
                sums.days.tolist(), c.tolist(), sums.launches.tolist(), strict=True
            )
        )
        return conditional_rate_ratio(null, int(sums.exposed_launches.sum()))

    return Score(
        scores_at=lambda ratio: (
            null_scores if ratio == 1.0 else logit_scores(sums, ratio)[0]
        ),
        estimate=estimate,
        expected_count=float((sums.launches * share).sum()),
        launches=sums.launches.astype(np.float64),
        share=share,
        deviation=deviation,
    )


def adjusted_score(
    launches: IntArray,
    exposed: IntArray,
    stratum: IntArray,
    design: FloatArray,
    *,
    names: Sequence[str] = (),
    dispersion: float = 0.0,
) -> Score:
    """Build the score with stratum effects and controls.

    Parameters
    ----------
    launches, exposed, stratum : (n,) arrays of int
    design : (n, q) array of float
        Controls; q may be 0.
    names : sequence of str, optional
        Names of the columns, for the error.
    dispersion : float, default 0.0
        alpha of the negative binomial model; 0 is the Poisson model. It is held fixed
        at every rate ratio: it sets the weights of the days, not the null hypothesis.

    Raises
    ------
    EstimationError
        If the controls are collinear or constant within the strata, or a fit fails.
    """
    check_design(launches, stratum, design, names)

    def fitted(offset: FloatArray, start: FloatArray | None = None) -> NullFit:
        return _fit(launches, stratum, design, offset, dispersion, start)

    def scores_of(fit: NullFit) -> tuple[FloatArray, float]:
        return adjusted_scores(
            exposed, stratum, design, residual=fit.residual, weight=fit.weight
        )

    flat = np.zeros(launches.size)
    null = fitted(flat)
    null_scores, deviation = scores_of(null)

    def scores_at(ratio: float) -> FloatArray:
        if ratio == 1.0:
            return null_scores
        return scores_of(fitted(np.log(ratio) * exposed, null.params))[0]

    def estimate() -> float:
        plain = stratified_rate_ratio(shift_sums(launches, exposed, stratum))
        if not deviation:
            return float("nan")
        if not 0 < plain < np.inf:  # no finite estimate, whatever the controls
            return plain
        both = np.column_stack([exposed, design])
        start = np.concatenate([[0.0], null.params])
        fit = _fit(launches, stratum, both, flat, dispersion, start)
        return float(np.exp(fit.params[0]))

    information = np.bincount(stratum, weights=null.weight).astype(np.float64)
    on_exposed = np.bincount(stratum, weights=null.weight * exposed)
    used = information > 0
    return Score(
        scores_at=scores_at,
        estimate=estimate,
        expected_count=float(null.rate @ exposed),
        launches=information[used],
        share=on_exposed[used] / information[used],
        deviation=deviation,
    )


def null_dispersion(launches: IntArray, stratum: IntArray, design: FloatArray) -> float:
    """Estimate alpha of the negative binomial null model, by moments.

    Raises
    ------
    EstimationError
        If no alpha is large enough, or the Poisson rates cannot be fitted.
    """
    poisson = _fit(launches, stratum, design, np.zeros(launches.size))
    dispersion = moment_dispersion(launches, stratum, poisson.rate)
    if not np.isfinite(dispersion):
        msg = (
            "the events are more dispersed than a negative binomial model allows; "
            "use `family='poisson'`, coarser `strata` or another `unit`."
        )
        raise EstimationError(msg)
    return dispersion


def check_design(
    launches: IntArray,
    stratum: IntArray,
    design: FloatArray,
    names: Sequence[str] = (),
) -> None:
    """Raise if a control adds nothing to the strata and the controls before it."""
    names = names or [str(j + 1) for j in range(design.shape[1])]
    mean = np.bincount(stratum, weights=launches) / np.bincount(stratum)
    flat, collinear = redundant(design, mean[stratum], stratum)
    faults = [
        f"{', '.join(repr(names[j]) for j in columns)} {fault}"
        for columns, fault in (
            (flat, "constant within the strata (those with events)"),
            (collinear, "collinear with those before, within the strata"),
        )
        if columns
    ]
    if faults:
        msg = f"`controls` has columns that add nothing: {'; '.join(faults)}."
        raise EstimationError(msg)


def _fit(
    launches: IntArray,
    stratum: IntArray,
    design: FloatArray,
    offset: FloatArray,
    dispersion: float = 0.0,
    start: FloatArray | None = None,
) -> NullFit:
    fit = fit_null(launches, stratum, design, offset, dispersion, start=start)
    if not fit.converged:
        msg = "the null rates could not be fitted; use fewer `controls`."
        raise EstimationError(msg)
    return fit
