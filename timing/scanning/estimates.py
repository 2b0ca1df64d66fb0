"""Counts, expectations and rate ratios of all pairs of exposure and launch series."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from timing.association import POWER
from timing.kernels.pvalues import Alternative
from timing.kernels.rate_ratios import (
    Informative,
    conditional_rate_ratios,
    detectable_ratios,
    score_limits,
    scores_at,
)
from timing.kernels.scoring import ScoreLayout, exposed_shares

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Estimates:
    """Numbers of each pair, given the strata's launches.

    Attributes
    ----------
    expected : (p,) array of float
        Launches on exposed days that the rates of the strata expect.
    variance : (p,) array of float
        Conditional variance of the count: V(0) of the score.
    rate_ratio : (p,) array of float
        Conditional maximum-likelihood rate ratio.
    strata : Informative
    """

    expected: FloatArray
    variance: FloatArray
    rate_ratio: FloatArray
    strata: Informative


def estimate_pairs(layout: ScoreLayout, exposures: IntArray) -> Estimates:
    """Estimate the rate ratio of every pair; pairs are numbered as in `Source`."""
    share = exposed_shares(layout, exposures)
    n_pairs = len(exposures) * layout.n_series
    expected, variance = np.zeros((2, len(exposures), layout.n_series))
    observed = exposures[:, layout.day].astype(float)
    inside_observed = np.zeros((len(exposures), layout.n_series))
    varies = (share > 0) & (share < 1)
    parts = []
    first = 0
    for period in layout.periods:
        here = slice(first, first + len(period.on_cell))
        of_cells = share[:, period.cells]
        expected[:, here] = of_cells @ period.on_cell.T
        variance[:, here] = (of_cells * (1 - of_cells)) @ period.on_cell.T
        # A launch on an exposed day counts where its cell has unexposed days too.
        counts = observed * varies[:, layout.cell]
        inside_observed[:, here] = counts[:, period.days] @ period.on_day.T
        e, s, c = np.nonzero(varies[:, None, period.cells] & (period.on_cell > 0))
        parts.append(
            (e * layout.n_series + first + s, period.on_cell[s, c], of_cells[e, c])
        )
        first = here.stop
    strata = Informative(
        pair=np.concatenate([pair for pair, _, _ in parts]),
        launches=np.concatenate([launches for _, launches, _ in parts]),
        share=np.concatenate([shares for _, _, shares in parts]),
        observed=inside_observed.reshape(n_pairs),
    )
    return Estimates(
        expected=expected.reshape(n_pairs),
        variance=variance.reshape(n_pairs),
        rate_ratio=conditional_rate_ratios(strata),
        strata=strata,
    )


def limits(
    estimates: Estimates,
    spread: FloatArray,
    *,
    confidence_level: float,
    alternative: Alternative,
) -> tuple[FloatArray, FloatArray]:
    """Approximate limits of the rate ratios: `spread` widens the score's own."""
    width = _quantile(confidence_level, alternative) * spread
    none = np.full(width.size, np.inf)
    return score_limits(
        estimates.strata,
        lower=none if alternative == "less" else width,
        upper=none if alternative == "greater" else width,
    )


def _quantile(confidence_level: float, alternative: Alternative) -> float:
    error = 1 - confidence_level
    return float(
        special.ndtri(1 - (error / 2 if alternative == "two-sided" else error))
    )


def detectable(
    estimates: Estimates,
    spread: FloatArray,
    *,
    confidence_level: float,
    alternative: Alternative,
) -> FloatArray:
    """Approximate rate ratios that each test alone finds with 80 % power."""
    sign = -1 if alternative == "less" else 1
    needed = _quantile(confidence_level, alternative) + special.ndtri(POWER)
    return detectable_ratios(estimates.strata, sign * needed * spread)


def equivalence(
    estimates: Estimates, spread: FloatArray, *, margin: float
) -> FloatArray:
    """Approximate p-values of rate ratios outside ``1 / margin`` to `margin`."""
    safe = np.where(spread > 0, spread, 1.0)
    above = scores_at(estimates.strata, -float(np.log(margin))) / safe
    below = scores_at(estimates.strata, float(np.log(margin))) / safe
    outside: FloatArray = np.maximum(special.ndtr(-above), special.ndtr(below))
    return np.clip(outside, np.finfo(float).tiny, 1.0)


def crude_rate_ratios(
    count: IntArray,
    n_launches: IntArray,
    exposed_days: IntArray,
    at_risk_days: IntArray,
) -> FloatArray:
    """Rate on exposed over rate on unexposed days; infinite if the latter is 0."""
    outside = n_launches - count
    inside_rate = count / exposed_days
    outside_rate = outside / (at_risk_days - exposed_days)
    ratio: FloatArray = np.full(count.size, np.inf)
    np.divide(inside_rate, outside_rate, out=ratio, where=outside > 0)
    return ratio
