"""The tests of this package, as functions of one simulated data set.

Each method answers a data set with its two-sided p-value at a rate ratio of 1, and at
any other ratio where it has an interval: the interval at level c holds the ratios whose
p-value is above 1 - c. Methods whose interval is found by inversion are called one
level below their public function, which would search the whole interval each time;
`tests/test_validity.py` compares the p-values and intervals of both.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, cached_property, partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

import timing
from timing.association import Request
from timing.controls import control_columns, design_matrix
from timing.errors import EstimationError, TimingError, TimingWarning
from timing.kernels.exact import tail_p, tilt
from timing.kernels.excited_effect import at_effect
from timing.kernels.excited_rates import ExcitedDays, ExcitedFit, fit_excited
from timing.kernels.profile_likelihood import signed_root
from timing.kernels.score import shift_p
from timing.kernels.statistics import LinearStatistic
from timing.null_distribution import null_of_statistic
from timing.nulls import (
    BlockShuffle,
    CircularShift,
    GapShuffle,
    IntervalJitter,
    LocalShift,
    NullModel,
    SelfExciting,
    Uniform,
    YearShuffle,
)
from timing.panel import panel_of
from timing.regression.estimates import normal_p
from timing.regression.excited_score import excited_score
from timing.regression.fitting import Fit, fit_poisson
from timing.regression.rows import EXPOSED, Rows, design_rows, exposure_separated
from timing.regression.score import Score, adjusted_score, logit_score, stratum_score
from timing.regression.standard_errors import errors_of
from timing.sampling import Sampling
from timing.scenario import Record, Scenario
from timing.strata import stratum_of

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

SEASON_YEAR = ("season", "year")
N_DRAWS = 199
"""Draws of a null model that is not exact: a two-sided p of 0.01 is just in reach."""


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """P-value at a rate ratio of 1, and at others where the method has an interval."""

    pvalue: float
    at: Callable[[float], float] | None = None


@dataclass(frozen=True, eq=False)
class Data:
    """One data set, and what several methods need of it."""

    record: Record
    scenario: Scenario
    rng: np.random.Generator

    @property
    def launches(self) -> IntArray:
        """Launch days."""
        return self.record.launches

    @property
    def exposed(self) -> IntArray:
        """Exposed days."""
        return self.record.exposed

    @property
    def day(self) -> IntArray:
        """Day numbers."""
        return self.record.day

    @cached_property
    def tests(self) -> pd.DataFrame:
        """Launches as a table, with salvos of geometric size."""
        tests = self.record.tests
        return tests.assign(n_missiles=self.rng.geometric(0.6, len(tests)))

    @cached_property
    def calendar(self) -> pd.DataFrame:
        """Calendar as a table."""
        return self.record.calendar

    def stratum(self, name: str | None) -> IntArray:
        """Label the days."""
        return _stratum(name, int(self.day[0]), self.day.size)

    @cached_property
    def excited(self) -> ExcitedDays:
        """Days of the self-exciting model with a base rate for each year."""
        stratum = self.stratum("year")
        silent = np.bincount(stratum, weights=self.launches) == 0
        return ExcitedDays(
            launches=self.launches,
            history=self.launches,
            position=np.arange(self.day.size),
            stratum=stratum,
            design=np.zeros((self.day.size, 0)),
            factor=1.0 - silent[stratum],
            binary=True,
        )

    @cached_property
    def excited_null(self) -> ExcitedFit:
        """Fit of the self-exciting model without an effect."""
        return fit_excited(self.excited)

    @cached_property
    def season_year(self) -> tuple[Fit, Rows]:
        """Poisson fit with season and year effects, and its rows."""
        request = Request(
            period=self.scenario.period,
            window=self.scenario.window,
            anchor="interval",
            unit="day",
            alternative="two-sided",
            confidence_level=0.95,
        )
        grid = request.grid(self.tests, self.calendar)
        rows, _ = design_rows(panel_of(grid, SEASON_YEAR), "D")
        if exposure_separated(rows):
            msg = "no finite estimate"
            raise EstimationError(msg)
        return fit_poisson(rows), rows


@cache
def _stratum(name: str | None, first: int, n_days: int) -> IntArray:
    return stratum_of(np.arange(first, first + n_days), name)


@cache
def _month_of_year(first: int, n_days: int) -> FloatArray:
    columns = control_columns(
        ["month_of_year"], day=np.arange(first, first + n_days), events=None
    )
    return design_matrix(columns).to_numpy(dtype=np.float64)


Method = Callable[[Data], Answer]


def exact(null: NullModel) -> Method:
    """Permutation test of the count under a null model with an exact distribution."""

    def answer(data: Data) -> Answer:
        pmf = null.distribution(data.launches, data.exposed, data.day)
        assert pmf is not None
        count = int(data.launches @ data.exposed)
        return Answer(
            tail_p(pmf, count, alternative="two-sided"),
            lambda ratio: tail_p(
                tilt(pmf, math.log(ratio)), count, alternative="two-sided"
            ),
        )

    return answer


def drawn(null: NullModel, *, share: bool = False) -> Method:
    """Permutation test of the count, or of the share, under a null model by drawing."""

    def answer(data: Data) -> Answer:
        statistic = LinearStatistic(weights=data.exposed, per_launch=share)
        found = null_of_statistic(
            null,
            statistic,
            data.launches,
            data.exposed,
            data.day,
            alternative="two-sided",
            midp=False,
            sampling=Sampling(n_resamples=N_DRAWS, rng=data.rng, progress=False),
        )
        count = int(data.launches @ data.exposed)
        return Answer(
            found.pvalue,
            lambda ratio: tail_p(
                tilt(found.counts, math.log(ratio)), count, alternative="two-sided"
            ),
        )

    return answer


def by_score(score_of: Callable[[Data], Score]) -> Method:
    """Randomization test by the score of a null regression."""

    def answer(data: Data) -> Answer:
        score = score_of(data)
        if not score.deviation:
            return Answer(1.0, lambda ratio: 1.0)

        def at(ratio: float) -> float:
            return shift_p(score.scores_at(ratio), alternative="two-sided")

        return Answer(at(1.0), at)

    return answer


def poisson_score(strata: str | None) -> Callable[[Data], Score]:
    """Score of the Poisson model with stratum effects."""
    return lambda data: stratum_score(data.launches, data.exposed, data.stratum(strata))


def additive_score(data: Data) -> Score:
    """Score of the Poisson model with year and month-of-year effects."""
    return adjusted_score(
        data.launches,
        data.exposed,
        data.stratum("year"),
        _month_of_year(int(data.day[0]), data.day.size),
    )


def month_logit_score(data: Data) -> Score:
    """Score of the conditional logit model with month strata."""
    return logit_score(data.launches, data.exposed, data.stratum("month"))


def self_exciting_score(data: Data) -> Score:
    """Score of the self-exciting model with a base rate for each year."""
    if not data.excited_null.branching:
        return poisson_score("year")(data)
    return excited_score(data.excited, data.exposed, data.excited_null)


def regression(function: Callable[..., Any], **options: Any) -> Method:  # noqa: ANN401
    """Regression by its public function."""

    def answer(data: Data) -> Answer:
        if "windows" not in options and "leads" not in options:
            options["window"] = data.scenario.window
        fit = function(
            data.tests, data.calendar, period=data.scenario.period, **options
        )
        if "leads" in options:
            # Its bins overlap: a ratio planted on their union is none of any one bin.
            return Answer(fit.joint_test("bins").pvalue)
        return Answer(fit.pvalue, partial(_wald_at, fit))

    return answer


def _wald_at(fit: Any, ratio: float) -> float:  # noqa: ANN401 - any regression result
    """P-value of another rate ratio; of an exact answer only whether it is held."""
    if not math.isfinite(fit.std_error):
        low, high = fit.confidence_interval()
        return float(low <= ratio <= high)
    return normal_p((math.log(fit.rate_ratio) - math.log(ratio)) / fit.std_error)


def season_year(cov: str) -> Method:
    """Poisson regression with season and year effects, by days."""

    def answer(data: Data) -> Answer:
        fit, rows = data.season_year
        covariance = errors_of(cov, None, "month").covariance(fit, rows, data.day, "D")
        at = list(rows.design.columns).index(EXPOSED)
        log_ratio, error = fit.params[at], float(np.sqrt(covariance[at, at]))
        return Answer(
            normal_p(log_ratio / error),
            lambda ratio: normal_p((log_ratio - math.log(ratio)) / error),
        )

    return answer


def self_exciting_effect(data: Data) -> Answer:
    """Likelihood ratio of the exposure effect in the self-exciting model, by years."""
    days, null = data.excited, data.excited_null
    none = replace(null, params=np.zeros(1))
    model = replace(days, design=data.exposed[:, None])
    free = max(
        (fit_excited(model, near=near) for near in (None, none)),
        key=lambda fit: fit.log_likelihood,
    )
    effect = float(free.params[0])

    def at(ratio: float) -> float:
        held = null
        if ratio != 1:
            log_ratio = math.log(ratio)
            held = fit_excited(at_effect(days, data.exposed, log_ratio), near=null)
        drop = 2 * (free.log_likelihood - held.log_likelihood)
        return normal_p(signed_root(drop, effect - math.log(ratio)))

    return Answer(at(1.0), at)


NULLS: dict[str, Method] = {
    "Uniform()": exact(Uniform()),
    "Uniform('month')": exact(Uniform("month")),
    "CircularShift(None)": exact(CircularShift(None)),
    "CircularShift('year')": exact(CircularShift("year")),
    "CircularShift('quarter')": exact(CircularShift("quarter")),
    "CircularShift('month')": exact(CircularShift("month")),
    "LocalShift(30)": exact(LocalShift(30)),
    "IntervalJitter(30)": exact(IntervalJitter(30)),
    "YearShuffle()": exact(YearShuffle()),
    "GapShuffle()": drawn(GapShuffle()),
    "BlockShuffle(30)": drawn(BlockShuffle(30)),
    "SelfExciting('year')": drawn(SelfExciting("year"), share=True),
}
SCORES: dict[str, Method] = {
    "score shift, none": by_score(poisson_score(None)),
    "score shift, year": by_score(poisson_score("year")),
    "score shift, quarter": by_score(poisson_score("quarter")),
    "score shift, month": by_score(poisson_score("month")),
    "score shift, year + month of year": by_score(additive_score),
    "score shift, month, conditional logit": by_score(month_logit_score),
    "score shift, year, self-exciting": by_score(self_exciting_score),
}
REGRESSIONS: dict[str, Method] = {
    "Poisson, HAC": regression(timing.count_regression),
    "Poisson, season + year, model errors": season_year("model"),
    "Poisson, season + year, HAC": season_year("HAC"),
    "Poisson, season + year, cluster month": season_year("cluster"),
    "quasi-Poisson, season + year, weeks": regression(
        timing.count_regression,
        controls=SEASON_YEAR,
        family="quasi-poisson",
        cov="model",
        freq="W",
    ),
    "negative binomial, season + year, weeks, HAC": regression(
        timing.count_regression,
        controls=SEASON_YEAR,
        family="negative-binomial",
        freq="W",
    ),
    "hurdle, season + year, HAC": regression(
        timing.hurdle_regression, controls=SEASON_YEAR, size_controls=()
    ),
    "case-crossover, year x month x weekday": regression(timing.case_crossover),
    "conditional Poisson, month, quasi": regression(
        timing.case_crossover,
        model="conditional-poisson",
        strata=("year", "month"),
        cov="quasi",
    ),
    "case series, month": regression(
        timing.self_controlled, windows={"window": (-7, 7)}, strata="month"
    ),
    "event study, all bins": regression(
        timing.event_study,
        leads=2,
        lags=2,
        bin_days=7,
        strata="month",
        overlap="once",
        n_draws=100,
    ),
    "self-exciting, year": self_exciting_effect,
}
METHODS: dict[str, Method] = {**SCORES, **NULLS, **REGRESSIONS}
DEFAULT = "score shift, month"


def answers(data: Data) -> dict[str, Answer]:
    """Put all methods to one data set; NaN where one has no answer."""
    found = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TimingWarning)
        for name, method in METHODS.items():
            try:
                found[name] = method(data)
            except TimingError:
                found[name] = Answer(math.nan, lambda ratio: math.nan)
    return found
