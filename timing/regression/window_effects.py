"""Effects of several windows within strata: one fit, Wald or exact answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from timing.clock import parse_days
from timing.errors import ArgumentError
from timing.regression.estimates import exact_estimate, wald
from timing.regression.stratum_fit import (
    StratumFit,
    chi_square_p,
    exact_counts,
    fit_strata,
)
from timing.results.self_controlled import JointTest, WindowEffect
from timing.strata import Strata, stratum_of

if TYPE_CHECKING:
    from timing.association import Request
    from timing.regression.estimates import Estimate
    from timing.regression.windows import Span

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

ALL = "all"


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """One effect: the days of a window, at one level of the interaction."""

    span: Span
    level: str
    inside: BoolArray

    @property
    def key(self) -> str:
        """Name of the effect."""
        name = self.span.name
        return name if self.level == ALL else f"{name}:{self.level}"


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class WindowRows:
    """Days of the fit; `n_windows` is the number of windows that hold each."""

    launches: IntArray
    stratum: IntArray
    controls: FloatArray
    names: list[str]
    n_windows: IntArray

    def fit(self, columns: Sequence[Column]) -> StratumFit:
        """Fit on cells of equal days: the likelihood is that of the days."""
        inside = np.empty((self.launches.size, len(columns)))
        for j, column in enumerate(columns):
            inside[:, j] = column.inside
        cells, cell, days = np.unique(
            np.column_stack([self.stratum, inside, self.controls]),
            axis=0,
            return_inverse=True,
            return_counts=True,
        )
        return fit_strata(
            np.bincount(cell, weights=self.launches).astype(np.int64),
            cells[:, 0].astype(np.int64),
            cells[:, 1:],
            np.log(days),
            [*(column.key for column in columns), *self.names],
        )

    def estimates(
        self, fit: StratumFit, columns: Sequence[Column], request: Request
    ) -> dict[str, Estimate]:
        """Estimate of each column: Wald, or exact where there is no finite maximum."""
        errors = np.full(fit.kept.size, np.nan)
        errors[fit.kept] = np.sqrt(np.diag(fit.covariance))
        found = {}
        for j, column in enumerate(columns):
            if fit.kept[j]:
                found[column.key] = wald(fit.params[j], errors[j], errors[j], request)
                continue
            null, count = exact_counts(
                self.launches,
                self.stratum,
                self.controls,
                np.zeros(self.launches.size),
                inside=column.inside & (self.n_windows == 1),
                outside=self.n_windows == 0,
            )
            found[column.key] = exact_estimate(null, count, request)
        return found

    def effects(
        self, columns: Sequence[Column], estimates: Mapping[str, Estimate]
    ) -> list[WindowEffect]:
        """One row of the table for each column."""
        return [
            WindowEffect(
                window=column.span.name,
                level=column.level,
                first_day=column.span.first,
                last_day=column.span.last,
                rate_ratio=found["rate_ratio"],
                std_error=found["std_error"],
                ci_low=found["interval"][0],
                ci_high=found["interval"][1],
                pvalue=found["pvalue"],
                launches=int(self.launches @ column.inside),
                days=int(column.inside.sum()),
                method="exact" if np.isnan(found["std_error"]) else "wald",
            )
            for column in columns
            for found in (estimates[column.key],)
        ]


def by_level(
    columns: Sequence[Column], day: IntArray, interaction: Strata
) -> list[Column]:
    """Each window at each level that it meets.

    A level has the label that a Series gives it; else it is named by its first day.
    """
    level = stratum_of(day, interaction)
    if not level.any():
        msg = "`interaction` has one level on the days of the fit."
        raise ArgumentError(msg)
    labels = [
        f"from {np.datetime64(int(day[level == k].min()), 'D')}"
        for k in range(int(level.max()) + 1)
    ]
    if isinstance(interaction, pd.Series):
        known = parse_days(interaction.index.to_series())[0]
        named = dict(zip(known.tolist(), interaction.tolist(), strict=True))
        labels = [str(named[int(day[level == k][0])]) for k in range(len(labels))]
    return [
        Column(column.span, label, column.inside & (level == k))
        for column in columns
        for k, label in enumerate(labels)
        if (column.inside & (level == k)).any()
    ]


def likelihood_ratio(
    name: str, null: str, full: StratumFit, restricted: StratumFit
) -> JointTest:
    """Test a model against the one without some of its columns."""
    statistic = max(2 * (full.log_likelihood - restricted.log_likelihood), 0.0)
    df = full.rank - restricted.rank
    return JointTest(
        name=name,
        null=null,
        statistic=statistic,
        df=df,
        pvalue=chi_square_p(statistic, df),
    )
