"""The score of the exposure effect, with or without controls, ready to be shifted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from timing.errors import EstimationError
from timing.kernels.adjusted import (
    ConditionalFit,
    adjusted_scores,
    centred,
    fit_conditional_poisson,
)
from timing.kernels.score import score_shifts, shift_sums, stratified_rate_ratio

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

_FLAT = 1e-9
"""Relative size below which a control does not vary within the strata."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Score:
    """What a randomization test needs of a null regression.

    Attributes
    ----------
    scores_at : callable
        Z(k) at every shift, k = 0 first, under a rate ratio.
    estimate : callable
        Maximum-likelihood rate ratio, given strata and controls.
    launches : (s,) array of int
        Launches of each stratum that has any.
    share : (s,) array of float
        Share of its null rate that falls on exposed days.
    deviation : float
        sqrt(V(0)) under the null.
    """

    scores_at: Callable[[float], FloatArray]
    estimate: Callable[[], float]
    launches: IntArray
    share: FloatArray
    deviation: float


def stratum_score(launches: IntArray, exposed: IntArray, stratum: IntArray) -> Score:
    """Build the score with stratum effects only."""
    sums = shift_sums(launches, exposed, stratum)
    share = sums.exposed[:, 0] / sums.days
    return Score(
        scores_at=lambda ratio: score_shifts(sums, ratio),
        estimate=lambda: stratified_rate_ratio(sums),
        launches=sums.launches,
        share=share,
        deviation=float(np.sqrt((sums.launches * share * (1 - share)).sum())),
    )


def adjusted_score(
    launches: IntArray, exposed: IntArray, stratum: IntArray, design: FloatArray
) -> Score:
    """Build the score with stratum effects and controls.

    Raises
    ------
    EstimationError
        If the controls are collinear or constant within the strata, or a fit fails.
    """
    null = _fit(launches, stratum, design, np.zeros(launches.size))
    weight = np.sqrt(null.rate)[:, None]
    within = centred(design, null.rate, stratum) * weight
    # Relative to the columns themselves: centring leaves rounding where they are flat.
    tolerance = _FLAT * np.linalg.norm(design * weight)
    if np.linalg.matrix_rank(within, tol=tolerance) < design.shape[1]:
        msg = "`controls` are collinear, or constant within the strata."
        raise EstimationError(msg)

    null_scores, deviation = adjusted_scores(
        launches, exposed, stratum, design, null.rate
    )

    def scores_at(ratio: float) -> FloatArray:
        if ratio == 1.0:
            return null_scores
        fit = _fit(launches, stratum, design, np.log(ratio) * exposed)
        return adjusted_scores(launches, exposed, stratum, design, fit.rate)[0]

    def estimate() -> float:
        plain = stratified_rate_ratio(shift_sums(launches, exposed, stratum))
        if not 0 < plain < np.inf:  # no finite estimate, whatever the controls
            return plain
        both = np.column_stack([exposed, design])
        fit = _fit(launches, stratum, both, np.zeros(launches.size))
        return float(np.exp(fit.params[0]))

    totals = np.bincount(stratum, weights=launches)
    on_exposed = np.bincount(stratum, weights=null.rate * exposed)
    has_launch = totals > 0
    return Score(
        scores_at=scores_at,
        estimate=estimate,
        launches=totals[has_launch].astype(np.int64),
        share=on_exposed[has_launch] / totals[has_launch],
        deviation=deviation,
    )


def _fit(
    launches: IntArray, stratum: IntArray, design: FloatArray, offset: FloatArray
) -> ConditionalFit:
    fit = fit_conditional_poisson(launches, stratum, design, offset)
    if not fit.converged:
        msg = "the null rates could not be fitted; use fewer `controls`."
        raise EstimationError(msg)
    return fit
