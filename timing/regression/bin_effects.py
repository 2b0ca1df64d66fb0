"""Effects of lead and lag bins: columns of the model, and what its fit says of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from timing.errors import EstimationError
from timing.kernels.exact import Pmf
from timing.regression.estimates import exact_estimate, wald
from timing.regression.stratum_fit import (
    StratumFit,
    chi_square_p,
    exact_counts,
    wald_statistic,
)
from timing.regression.windows import Held, Span
from timing.results.self_controlled import JointTest, WindowEffect

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from timing.association import Request
    from timing.grid import DayGrid
    from timing.regression.estimates import Estimate

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

_OUTSIDE = "outside all bins"


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class BinRows:
    """Days of the fit.

    `tested` are the bins with a column each, the first columns of `design`; `against`
    marks the days that an exact answer compares with; `other` are the names of the
    columns after those of the bins.
    """

    launches: IntArray
    stratum: IntArray
    inside: BoolArray
    contested: BoolArray
    design: FloatArray
    controls: FloatArray
    tested: IntArray
    other: list[str]
    against: BoolArray

    def names(self, spans: Sequence[Span]) -> list[str]:
        """Names of the columns of `design`."""
        return [*(spans[j].name for j in self.tested), *self.other]


def bin_rows(
    grid: DayGrid,
    held: Held,
    stratum: IntArray,
    reference: int | None,
    controls: pd.DataFrame,
) -> BinRows:
    """Columns of the model: bins but the base, days outside all bins, controls."""
    outside: BoolArray = held.counts.sum(axis=1) == 0
    tested = np.arange(held.counts.shape[1])
    base = against = outside
    extra: list[BoolArray] = []
    other: list[str] = []
    if reference is not None:
        tested = np.delete(tested, reference)
        base = held.counts[:, reference] > 0
        against = base & ~held.contested
        if outside.any():
            extra, other = [outside[:, None]], [_OUTSIDE]
    if not grid.launches @ base:
        msg = "`base` has no event; choose another base."
        raise EstimationError(msg)
    numbers = controls.to_numpy(dtype=np.float64).reshape(grid.day.size, -1)
    return BinRows(
        launches=grid.launches,
        stratum=stratum,
        inside=held.counts > 0,
        contested=held.contested,
        controls=numbers,
        design=np.column_stack([held.counts[:, tested], *extra, numbers]).astype(float),
        tested=tested,
        other=[*other, *map(str, controls.columns)],
        against=against,
    )


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class BinFit:
    """Log rate ratios of all bins; `found` marks those that the fit estimates."""

    found: BoolArray
    log_ratio: FloatArray
    covariance: FloatArray
    naive_error: FloatArray

    @classmethod
    def of(
        cls,
        fit: StratumFit,
        covariance: FloatArray,
        rows: BinRows,
        reference: int | None,
        n_bins: int,
    ) -> BinFit:
        """Put the estimates of the fit at their bins; the base has a ratio of 1."""
        log_ratio, naive = np.full((2, n_bins), np.nan)
        full = np.full((n_bins, n_bins), np.nan)
        kept = fit.kept[: rows.tested.size]
        where, at = rows.tested[kept], np.arange(int(kept.sum()))
        log_ratio[where] = fit.params[: rows.tested.size][kept]
        naive[where] = np.sqrt(np.diag(fit.covariance))[at]
        full[np.ix_(where, where)] = covariance[np.ix_(at, at)]
        if reference is not None:
            log_ratio[reference] = 0.0
            full[reference], full[:, reference] = 0.0, 0.0
        return cls(
            found=np.isin(np.arange(n_bins), where),
            log_ratio=log_ratio,
            covariance=full,
            naive_error=naive,
        )


def bin_estimate(
    fit: BinFit, rows: BinRows, j: int, reference: int | None, request: Request
) -> Estimate:
    """Wald estimate of a bin; an exact one where there is no finite maximum."""
    if j == reference:
        return _base_estimate(request)
    if fit.found[j]:
        error = float(np.sqrt(fit.covariance[j, j]))
        return wald(fit.log_ratio[j], error, fit.naive_error[j], request)
    null, count = exact_counts(
        rows.launches,
        rows.stratum,
        rows.controls,
        np.zeros(rows.launches.size),
        inside=rows.inside[:, j] & ~rows.contested,
        outside=rows.against,
    )
    return exact_estimate(null, count, request)


def _base_estimate(request: Request) -> Estimate:
    return {
        "rate_ratio": 1.0,
        "std_error": 0.0,
        "pvalue": 1.0,
        "naive_pvalue": 1.0,
        "interval": (1.0, 1.0),
        "minimum_detectable_rate_ratio": float("nan"),
        "equivalence_margin": request.equivalence_margin,
        "equivalence_pvalue": float("nan"),
    }


def joint_test(name: str, null: str, fit: BinFit, chosen: BoolArray) -> JointTest:
    """Wald test of the chosen bins; those with an exact answer are left out."""
    at = np.flatnonzero(chosen & fit.found)
    statistic, df = wald_statistic(fit.log_ratio[at], fit.covariance[np.ix_(at, at)])
    return JointTest(
        name=name,
        null=null,
        statistic=statistic,
        df=df,
        pvalue=chi_square_p(statistic, df),
    )


def lead_placebo(
    fit: BinFit, rows: BinRows, lead: BoolArray, spans: Sequence[Span], request: Request
) -> WindowEffect:
    """Mean log rate ratio of the leads that the fit estimates."""
    at = np.flatnonzero(lead & fit.found)
    if not at.size:
        nothing = exact_estimate(Pmf(0, np.ones(1)), 0, request)
        return bin_effect(Span("no lead", 0, 0), nothing, rows, at, "exact")
    covariance = fit.covariance[np.ix_(at, at)]
    error = float(np.sqrt(covariance.mean()))
    mean = float(fit.log_ratio[at].mean())
    # The naive error plays no part in an effect.
    estimate = wald(mean, error, error, request)
    span = Span("leads", spans[at[0]].first, spans[at[-1]].last)
    return bin_effect(span, estimate, rows, at, "wald")


def bin_effect(
    span: Span, estimate: Estimate, rows: BinRows, bins: IntArray, method: str
) -> WindowEffect:
    """Pack the estimate of one bin, or of several together."""
    inside = rows.inside[:, bins].any(axis=1)
    return WindowEffect(
        window=span.name,
        level="all",
        first_day=span.first,
        last_day=span.last,
        rate_ratio=estimate["rate_ratio"],
        std_error=estimate["std_error"],
        ci_low=estimate["interval"][0],
        ci_high=estimate["interval"][1],
        pvalue=estimate["pvalue"],
        launches=int(rows.launches @ inside),
        days=int(inside.sum()),
        method=method,
    )
