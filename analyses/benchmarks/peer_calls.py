"""One question put to each package: its data, and the call that answers it.

Every function takes a Problem and a number of draws and returns the call to measure,
which returns a one-sided p-value. What a package needs beforehand (arrays, spike
trains) is made outside the call; `timing` gets tables.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
import pandas as pd
from measure import raw_fft_pair
from scipy import stats

import timing
from timing.coincidence import StatisticName
from timing.errors import ClusteringWarning
from timing.grid import DayGrid, build_grid
from timing.kernels.exact import circular_shift_pmf, tail_p
from timing.kernels.intervals import cover_counts
from timing.kernels.pvalues import position_p
from timing.nulls import NullModel
from timing.study.specification import US_LED

WINDOW = timing.Window(before=7, after=7)
BATCH_DAYS = 4_000_000
"""Days that scipy may shuffle at once: 250 records of 15,000, fewer of longer ones."""
Answer = Callable[[], float]
Prepare = Callable[["Problem", int], Answer]


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Tables, and the same on the days once a peer asks for them."""

    tests: pd.DataFrame
    calendar: pd.DataFrame
    period: timing.StudyPeriod
    window: timing.Window = WINDOW

    @cached_property
    def grid(self) -> DayGrid:
        """Launches and exposure on the days of the period."""
        return build_grid(
            self.tests, self.calendar, period=self.period, window=self.window
        )


@cache
def problem(name: str) -> Problem:
    """Build the data called "primary" or "synthetic"."""
    if name == "primary":
        chosen = US_LED
        tests, calendar, period = chosen.tests(), chosen.calendar(), chosen.period
    else:
        rng = np.random.default_rng(1)
        first, n_days = np.datetime64("1984-01-01"), 15_000
        launch = np.sort(rng.choice(n_days, 200, replace=False))
        start = np.sort(rng.choice(n_days - 3, 150, replace=False))
        tests = pd.DataFrame({"date": first + launch})
        calendar = pd.DataFrame({"start": first + start, "end": first + (start + 2)})
        period = timing.StudyPeriod("1984-01-01", str(first + np.int64(n_days - 1)))
    return Problem(tests=tests, calendar=calendar, period=period)


def ours_by(null: NullModel, statistic: StatisticName = "count") -> Prepare:
    """Prepare `permutation_test` under a null model."""

    def prepare(data: Problem, draws: int) -> Answer:
        # Comparators are asked for on purpose.
        warnings.simplefilter("ignore", ClusteringWarning)
        return lambda: (
            timing.permutation_test(
                data.tests,
                data.calendar,
                period=data.period,
                window=data.window,
                null=null,
                statistic=statistic,
                alternative="greater",
                n_resamples=max(draws, 1),
                rng=1,
                n_jobs=1,
                progress=False,
            ).pvalue
        )

    return prepare


def ours_score(data: Problem, draws: int) -> Answer:
    """Prepare `randomization_test`, with its interval."""
    del draws
    return lambda: (
        timing.randomization_test(
            data.tests,
            data.calendar,
            period=data.period,
            window=data.window,
            alternative="greater",
        ).pvalue
    )


def ours_arrays(data: Problem, draws: int) -> Answer:
    """Prepare the exact shift null and its p-value, from arrays as the peers get."""
    del draws
    grid = data.grid
    return lambda: tail_p(
        circular_shift_pmf(grid.launches, grid.exposed),
        grid.count,
        alternative="greater",
    )


def scipy_fft(data: Problem, draws: int) -> Answer:
    """Prepare the raw FFT pair, which answers nothing: the yardstick."""
    del draws
    pair = raw_fft_pair(data.grid.day.size)

    def call() -> float:
        pair()
        return float("nan")

    return call


def scipy_shuffle(data: Problem, draws: int) -> Answer:
    """Prepare `scipy.stats.permutation_test`: days shuffled, statistic vectorized."""
    launches, exposed = data.grid.launches, data.grid.exposed
    batch = max(1, min(250, BATCH_DAYS // launches.size))
    return lambda: float(
        stats.permutation_test(
            (launches,),
            lambda y, axis: (y * exposed).sum(axis=axis),
            permutation_type="pairings",
            vectorized=True,
            n_resamples=draws,
            batch=batch,
            alternative="greater",
            rng=1,
        ).pvalue
    )


def pyunicorn_significance(window_type: str, surrogate: str) -> Prepare:
    """Prepare event coincidence analysis with the days of the calendar events."""

    def prepare(data: Problem, draws: int) -> Answer:
        from pyunicorn.eventseries import EventSeries

        grid = data.grid
        held = cover_counts(
            grid.intervals.first,
            grid.intervals.last,
            origin=int(grid.day[0]),
            n_days=grid.day.size,
        )
        days = np.column_stack([grid.launches, held > 0]).astype(np.int64)

        def call() -> float:
            series = EventSeries(days, taumax=data.window.before)
            level = series.event_analysis_significance(
                method="ECA",
                surrogate=surrogate,
                n_surr=draws,
                window_type=window_type,
            )
            return float(1 - level[0, 1])

        return call

    return prepare


def elephant_surrogates(method: str) -> Prepare:
    """Prepare spike-train surrogates, and counting the launches on exposed days."""

    def prepare(data: Problem, draws: int) -> Answer:
        import neo
        import quantities as pq
        from elephant import spike_train_surrogates as surrogates

        grid, n_days = data.grid, data.grid.day.size
        # A launch is put at noon, and a day is a second, elephant's own unit.
        noon = np.flatnonzero(grid.launches) + 0.5
        train = neo.SpikeTrain(noon, units="s", t_start=0, t_stop=n_days)
        padded = np.append(grid.exposed, grid.exposed[-1])  # a time of just n_days

        def drawn() -> list[neo.SpikeTrain]:
            if method == "trial_shifting":  # a trial as long as the record: a circle
                return surrogates.surrogates(
                    train,
                    draws,
                    method=method,
                    dt=n_days / 2 * pq.s,
                    trial_length=n_days * pq.s,
                    trial_separation=0 * pq.s,
                )
            return surrogates.surrogates(train, draws, method=method, dt=30 * pq.s)

        def call() -> float:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of deprecated calls to quantities
                trains = drawn()
            counts = [padded[times.magnitude.astype(int)].sum() for times in trains]
            return position_p(
                np.array(counts, dtype=np.float64),
                float(grid.count),
                alternative="greater",
                drawn=True,
            )

        return call

    return prepare


def spacepy_band(data: Problem, draws: int) -> Answer:
    """Prepare the association number at five lags, with its bootstrap band."""
    from spacepy import poppy

    grid = data.grid

    def call() -> float:
        process = poppy.PPro(
            np.flatnonzero(grid.launches).astype(float),
            (grid.intervals.first - grid.day[0]).astype(float),
            lags=[-60.0, -30.0, 0.0, 30.0, 60.0],
            winhalf=float(data.window.before),
        )
        process.assoc()
        process.aa_ci(95, n_boots=draws, seed=1)
        return float("nan")

    return call
