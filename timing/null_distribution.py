"""The null distribution of a statistic: exact where the null model allows, or drawn."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from timing.errors import ArgumentError
from timing.kernels.exact import Pmf, tail_p, tally
from timing.kernels.pvalues import Alternative, p_standard_error, position_p
from timing.kernels.statistics import LinearStatistic, Statistic
from timing.results import ExactNull, SampledNull
from timing.sampling import Draws, Sampling, draw_null

if TYPE_CHECKING:
    from timing.nulls import NullModel

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

_ROWS = 256
"""Arrangements evaluated at once where all of them are."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class NullOfStatistic:
    """Null distribution of a statistic, with the observed value.

    Attributes
    ----------
    observed : float
    expected : float
    pvalue, pvalue_error : float
        P-value, and its Monte Carlo standard error (0 where exact).
    shown : ExactNull or SampledNull
        For the result.
    counts : Pmf
        Distribution of the coincidence count under the same null model.
    how : str
        Exact, or the number of draws.
    """

    observed: float
    expected: float
    pvalue: float
    pvalue_error: float
    shown: ExactNull | SampledNull
    counts: Pmf = field(repr=False)
    how: str


def null_of_statistic(
    null: NullModel,
    statistic: Statistic,
    launches: IntArray,
    exposed: IntArray,
    day: IntArray,
    *,
    alternative: Alternative,
    midp: bool,
    sampling: Sampling,
) -> NullOfStatistic:
    """Find the null distribution of a statistic, and of the count beside it.

    Parameters
    ----------
    null : NullModel
    statistic : Statistic
    launches, exposed, day : (n,) arrays of int
    alternative : {"two-sided", "greater", "less"}
    midp : bool
    sampling : Sampling
        How to draw where there is no exact distribution.
    """
    observed = float(statistic.of(launches[None, :])[0])
    counts = null.distribution(launches, exposed, day)
    if isinstance(statistic, LinearStatistic):
        is_count = statistic.weights is exposed
        sums = (
            counts if is_count else null.distribution(launches, statistic.weights, day)
        )
        if sums is not None and counts is not None:
            n = int(launches.sum()) if statistic.per_launch else 1
            return NullOfStatistic(
                observed=observed,
                expected=sums.mean / n,
                pvalue=tail_p(
                    sums,
                    int(launches @ statistic.weights),
                    alternative=alternative,
                    midp=midp,
                ),
                pvalue_error=0.0,
                shown=ExactNull(
                    support=sums.support / n if n > 1 else sums.support,
                    probability=sums.probability,
                ),
                counts=counts,
                how="mid-p" if midp else "exact",
            )
    orbit = null.orbit(launches, day)
    if orbit is not None and counts is not None:
        values = np.concatenate(
            [statistic.of(orbit[i : i + _ROWS]) for i in range(0, len(orbit), _ROWS)]
        )
        support, times = np.unique(values, return_counts=True)
        return NullOfStatistic(
            observed=observed,
            expected=float(values.mean()),
            pvalue=position_p(values, observed, alternative=alternative, midp=midp),
            pvalue_error=0.0,
            shown=ExactNull(support=support, probability=times / values.size),
            counts=counts,
            how="mid-p" if midp else "exact",
        )
    draws = draw_null(
        null, launches, day, statistic, exposed,
        alternative=alternative, sampling=sampling,
    )  # fmt: skip
    return _from_draws(
        draws, observed, int(launches @ exposed), counts,
        alternative=alternative, midp=midp,
    )  # fmt: skip


def _from_draws(
    draws: Draws,
    observed: float,
    count: int,
    counts: Pmf | None,
    *,
    alternative: Alternative,
    midp: bool,
) -> NullOfStatistic:
    if not np.isfinite(draws.values).all():
        msg = (
            "`statistic` is not finite for an arrangement that `null` drew: it holds "
            "no event."
        )
        raise ArgumentError(msg)
    n = draws.values.size
    p = position_p(
        draws.values, observed, alternative=alternative, midp=midp, drawn=True
    )
    if counts is None:
        # The observed arrangement is one of those that the null model allows.
        counts = tally(np.append(np.rint(draws.counts).astype(np.int64), count))
    return NullOfStatistic(
        observed=observed,
        expected=float(draws.values.mean()),
        pvalue=p,
        pvalue_error=p_standard_error(p, n, alternative=alternative),
        shown=SampledNull(samples=draws.values),
        counts=counts,
        how=f"{'mid-p of ' if midp else ''}{n} draws",
    )
