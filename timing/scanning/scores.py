"""Scores of all pairs: plain, with controls, or under another null model."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from timing.controls import control_columns, design_matrix
from timing.errors import ArgumentError, EstimationError
from timing.kernels.exact import tail_p
from timing.kernels.scoring import ScoreLayout, score_layout
from timing.regression.score import adjusted_score
from timing.scanning.draws import exact_distributions, plan_draws, standardized
from timing.scanning.estimates import Estimates, estimate_pairs
from timing.scanning.jobs import run_all
from timing.scanning.sources import ShiftScores, StoredScores, block_length

if TYPE_CHECKING:
    from timing.controls import Controls
    from timing.inputs import DatedEvents
    from timing.kernels.pvalues import Alternative
    from timing.nulls import NullModel
    from timing.scanning.family import Family, Series
    from timing.scanning.sources import Source

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

_MEMORY = 700 * 2**20
"""Most memory for scores that have to be kept: those with controls."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Scored:
    """Scores of all pairs, and what else is known of them.

    Attributes
    ----------
    source : Source
    estimates : Estimates
    expected : (p,) array of float
        Coincidence count that the null expects.
    rate_ratio : (p,) array of float
    untested : dict of int to str
        Why a pair cannot be tested.
    pvalue : (p,) array of float
        Exact p-values; NaN where the p-value comes from the arrangements.
    spread : (p,) array of float or None
        Standard deviation of the count over that of the score, for the limits; None
        where it comes from the shifts.
    has_limits : bool
    may_split : bool
        Whether the blocks of the source may go to several workers.
    """

    source: Source
    estimates: Estimates
    expected: FloatArray
    rate_ratio: FloatArray
    untested: dict[int, str]
    pvalue: FloatArray
    spread: FloatArray | None = None
    has_limits: bool = True
    may_split: bool = True


_NO_VARIANCE = "zero variance (no stratum with events is partly exposed)"


def _layout(family: Family, stratum: IntArray) -> ScoreLayout:
    launches = family.launches
    period = np.array([s.period for s in family.series])
    return score_layout(
        stratum,
        [(family.inside[p], launches[period == p]) for p in np.unique(period)],
    )


def _flat(estimates: Estimates) -> dict[int, str]:
    # Positive variances are at least about 1 / n: nothing lies between them and 0.
    return dict.fromkeys(
        np.flatnonzero(estimates.variance <= 1e-9).tolist(), _NO_VARIANCE
    )


def score_shifted(family: Family, stratum: IntArray) -> Scored:
    """Score shift with stratum effects only."""
    layout = _layout(family, stratum)
    estimates = estimate_pairs(layout, family.exposures)
    n_pairs = len(family.exposures) * layout.n_series
    n_rows = max(layout.day.size, layout.begin.size)
    source = ShiftScores(
        layout=layout,
        exposures=family.exposures.astype(np.int8),
        length=block_length(layout.n_days, max(4 * n_pairs, 8 * n_rows)),
    )
    return Scored(
        source=source,
        estimates=estimates,
        expected=estimates.expected,
        rate_ratio=estimates.rate_ratio,
        untested=_flat(estimates),
        pvalue=np.full(estimates.expected.size, np.nan),
    )


def score_drawn(
    family: Family,
    stratum: IntArray,
    null: NullModel,
    *,
    n_resamples: int,
    rng: np.random.Generator | int | None,
    alternative: Alternative,
    n_jobs: int | None,
) -> Scored:
    """Standardized counts under a null model."""
    estimates = estimate_pairs(_layout(family, stratum), family.exposures)
    draws = plan_draws(
        null, family.day, family.launches, family.exposures,
        n_resamples=n_resamples, rng=rng,
    )  # fmt: skip
    exact = exact_distributions(draws, n_jobs=n_jobs)
    source = standardized(draws, exact, n_jobs=n_jobs)
    counts = draws.observed_counts()
    pvalue = [
        np.nan if pmf is None else tail_p(pmf, int(count), alternative=alternative)
        for pmf, count in zip(exact, counts, strict=True)
    ]
    variance = estimates.variance
    spread = np.divide(
        source.deviation, np.sqrt(variance), out=np.full(variance.size, np.inf),
        where=variance > 1e-9,
    )  # fmt: skip
    still = np.flatnonzero(source.deviation == 0).tolist()
    return Scored(
        source=source,
        estimates=estimates,
        expected=source.mean,
        rate_ratio=estimates.rate_ratio,
        untested=dict.fromkeys(still, "zero variance (the null allows one count only)"),
        pvalue=np.array(pvalue),
        spread=spread,
    )


def score_adjusted(
    family: Family,
    stratum: IntArray,
    controls: Controls,
    *,
    n_jobs: int | None,
    progress: bool,
) -> Scored:
    """Score shift with controls, one regression for each pair.

    Raises
    ------
    ArgumentError
        If the scores need too much memory.
    """
    n_pairs = len(family.series) * len(family.exposures)
    if 8 * n_pairs * family.day.size > _MEMORY:
        most = _MEMORY // (8 * family.day.size)
        msg = (
            f"`controls` allow at most {most} different specifications on "
            f"{family.day.size} days, for memory; this scan has {n_pairs}."
        )
        raise ArgumentError(msg)
    designs = [_design(family, series, controls) for series in family.series]
    pairs: list[_Pair] = [
        *run_all(
            _adjusted_pair,
            (
                (
                    series.launches,
                    exposed,
                    _strata_inside(stratum, family.inside[series.period]),
                    design,
                )
                for exposed in family.exposures
                for series, design in zip(family.series, designs, strict=True)
            ),
            total=n_pairs,
            label="controls",
            n_jobs=n_jobs,
            progress=progress,
        )
    ]
    estimates = estimate_pairs(_layout(family, stratum), family.exposures)
    failed = {i: pair.fault for i, pair in enumerate(pairs) if pair.fault}
    return Scored(
        source=StoredScores(
            all_scores=np.array([pair.scores for pair in pairs]),
            length=block_length(family.day.size, 4 * n_pairs),
        ),
        estimates=estimates,
        expected=np.array([pair.expected for pair in pairs]),
        rate_ratio=np.array([pair.rate_ratio for pair in pairs]),
        untested={**failed, **_flat(estimates)},
        pvalue=np.full(n_pairs, np.nan),
        has_limits=False,
        may_split=False,
    )


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Pair:
    """Scores of one pair with controls, or why it has none."""

    scores: FloatArray
    expected: float = np.nan
    rate_ratio: float = np.nan
    fault: str = ""


def _strata_inside(stratum: IntArray, inside: npt.NDArray[np.bool_]) -> IntArray:
    """Labels from 0; the days outside the period are a stratum without launches."""
    _, label = np.unique(np.where(inside, stratum, -1), return_inverse=True)
    return label


def _design(family: Family, series: Series, controls: Controls) -> FloatArray:
    """Put the controls on the days of the period, 0 on the others."""
    inside = family.inside[series.period]
    columns = design_matrix(
        control_columns(
            controls, day=family.day[inside], events=_chosen(family.events, series)
        )
    )
    design = np.zeros((family.day.size, columns.shape[1]))
    design[inside] = columns.to_numpy(dtype=np.float64)
    return design


def _chosen(events: DatedEvents, series: Series) -> DatedEvents:
    chosen = series.events
    return replace(
        events,
        day=events.day[chosen],
        earliest=events.earliest[chosen],
        latest=events.latest[chosen],
        missiles=events.missiles[chosen],
        row=events.row[chosen],
        ids=tuple(events.ids[i] for i in np.flatnonzero(chosen)),
    )


def _adjusted_pair(
    launches: IntArray, exposed: IntArray, stratum: IntArray, design: FloatArray
) -> _Pair:
    try:
        score = adjusted_score(launches, exposed, stratum, design)
        return _Pair(
            scores=score.scores_at(1.0),
            expected=score.expected_count,
            rate_ratio=score.estimate(),
            fault="" if score.deviation else _NO_VARIANCE,
        )
    except EstimationError as error:
        return _Pair(scores=np.zeros(launches.size), fault=str(error))
