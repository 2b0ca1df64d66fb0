"""The score of the exposure effect where launches excite later ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from timing.errors import EstimationError
from timing.kernels.adjusted import adjusted_scores
from timing.kernels.excited_effect import at_effect, fit_effect
from timing.kernels.excited_rates import (
    ExcitedDays,
    ExcitedFit,
    excitation_slope,
    fit_excited,
)
from timing.kernels.self_excitation import excitation, log_likelihood
from timing.kernels.units import launches_on
from timing.regression.score import Score

if TYPE_CHECKING:
    from timing.grid import DayGrid

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


def excited_days(
    grid: DayGrid, stratum: IntArray, design: FloatArray, *, factor: FloatArray
) -> ExcitedDays:
    """Lay out a grid for the self-exciting model.

    Launches before the period and on excluded days excite later ones too.
    """
    first = min(int(grid.day[0]), int(grid.events.day.min()))
    return ExcitedDays(
        launches=grid.launches,
        history=launches_on(
            np.arange(first, grid.day[-1] + 1),
            grid.events.day,
            unit=grid.unit,
            gap=grid.gap,
        ),
        position=grid.day - first,
        stratum=stratum,
        design=design,
        factor=factor,
        binary=grid.unit == "day",
    )


def excited_score(
    days: ExcitedDays, exposed: IntArray, null: ExcitedFit | None = None
) -> Score:
    """Build the score of a self-exciting null model.

    Parameters
    ----------
    days : ExcitedDays
    exposed : (n,) array of 0 and 1
    null : ExcitedFit, optional
        The fit to these days, if it is known.

    Notes
    -----
    Exposure multiplies the base rate b_t, so that the score is the sum over exposed
    days of ``r_t = b_t dl/dlambda_t``, with weight ``w_t = b_t^2 I_t``, I_t the
    information on lambda_t. The w-weighted projection takes out the base rates of the
    strata, the controls, the branching ratio and the delay.

    Raises
    ------
    EstimationError
        If the null model cannot be fitted.
    """
    null = _checked(fit_excited(days) if null is None else null)
    null_scores, deviation = _scores(days, null, exposed)

    def scores_at(ratio: float) -> FloatArray:
        if ratio == 1.0:
            return null_scores
        held = at_effect(days, exposed, float(np.log(ratio)))
        return _scores(held, _checked(fit_excited(held, near=null)), exposed)[0]

    def estimate() -> float:
        if not deviation:
            return float("nan")
        return float(np.exp(fit_effect(days, exposed).log_ratio))

    weight = _residual_weight(days, null)[1]
    information = np.bincount(days.stratum, weights=weight)
    on_exposed = np.bincount(days.stratum, weights=weight * exposed)
    used = information > 0
    return Score(
        scores_at=scores_at,
        estimate=estimate,
        expected_count=float(null.rate @ exposed),
        launches=information[used].astype(np.float64),
        share=on_exposed[used] / information[used],
        deviation=deviation,
    )


def _checked(fit: ExcitedFit) -> ExcitedFit:
    if not fit.converged:
        msg = "the self-exciting null model could not be fitted; use fewer `controls`."
        raise EstimationError(msg)
    return fit


def _residual_weight(
    days: ExcitedDays, fit: ExcitedFit
) -> tuple[FloatArray, FloatArray]:
    slope = log_likelihood(days.launches, fit.rate, binary=days.binary)[1]
    information = 1 / (np.expm1(fit.rate) if days.binary else fit.rate)
    return fit.base * slope, fit.base**2 * information


def _scores(
    days: ExcitedDays, fit: ExcitedFit, exposed: IntArray
) -> tuple[FloatArray, float]:
    residual, weight = _residual_weight(days, fit)
    columns = [days.design]
    if fit.branching > 0:
        # Derivatives of the rate, relative to that by the log base rate.
        relative = np.where(fit.base > 0, 1 / np.where(fit.base > 0, fit.base, 1), 0.0)
        felt = excitation(days.history, fit.delay)[days.position]
        faster = excitation_slope(days.history, fit.delay)[days.position]
        columns += [(felt * relative)[:, None], (faster * relative)[:, None]]
    return adjusted_scores(
        exposed, days.stratum, np.hstack(columns), residual=residual, weight=weight
    )
