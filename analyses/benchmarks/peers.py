"""The permutation engine beside other packages: one question, one machine, one run.

Question: do launches fall on exposed days more often than by chance? Each package
answers it under the null model it has; `timing` answers under the same one (column
"same null"). Data: the primary record of the study, and a synthetic one of 15,000 days.
Peers get arrays, ready-made; `timing` starts from tables and ends in its full result.

Columns: median seconds, as measured; those for 9,999 draws, scaled in proportion where
a package got fewer (column "draws"); ratios to a raw FFT pair of the same length and to
`timing` under the same or the nearest null, round by round; memory of one call in a
process of its own (see `measure.py`). The p-values are one-sided; those of peers vary,
because they draw from unseeded global states. pyunicorn shuffles the days of the
calendar events too, which breaks them up, trims launches at the ends and takes strict
inequalities; without surrogates it takes one-sided windows and a binomial law. spacepy
gives a bootstrap band of the association number, not a test of it, and needs a few lags
for its asymptote. Elephant draws times, not days: two launches may fall on one day.

A package that does not import is named, and its rows say so.

    pip install 'event-timing[peers]' && python analyses/benchmarks/peers.py
"""

import os

os.environ.update(dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"), "1"))

import argparse
import importlib.util
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from measure import (
    Call,
    alternate,
    machine,
    median,
    peak,
    preload,
    raw_fft_pair,
    rounded,
    rounds_within,
)
from scipy import stats

import timing
from timing.grid import DayGrid, build_grid
from timing.kernels.exact import circular_shift_pmf, tail_p
from timing.kernels.intervals import cover_counts
from timing.kernels.pvalues import position_p
from timing.nulls import CircularShift, GapShuffle, IntervalJitter, NullModel, Uniform
from timing.study.specification import PRIMARY
from timing.tables import write_table

RESULTS = Path(__file__).parents[1] / "results"
ASKED = 9999
BUDGET = 2.0
"""Seconds for the rounds of one row."""
WINDOW = timing.Window(before=7, after=7)
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Tables, and the same on the days."""

    tests: pd.DataFrame
    calendar: pd.DataFrame
    period: timing.StudyPeriod
    grid: DayGrid


@cache
def problem(name: str) -> Problem:
    """Build the data called "primary" or "synthetic"."""
    if name == "primary":
        chosen = PRIMARY.primary
        tests, calendar, period = chosen.tests(), chosen.calendar(), chosen.period
    else:
        rng = np.random.default_rng(1)
        first, n_days = np.datetime64("1984-01-01"), 15_000
        launch = np.sort(rng.choice(n_days, 200, replace=False))
        start = np.sort(rng.choice(n_days - 3, 150, replace=False))
        tests = pd.DataFrame({"date": first + launch})
        calendar = pd.DataFrame({"start": first + start, "end": first + start + 2})
        period = timing.StudyPeriod("1984-01-01", str(first + n_days - 1))
    grid = build_grid(tests, calendar, period=period, window=WINDOW)
    return Problem(tests=tests, calendar=calendar, period=period, grid=grid)


def ours_by(null: NullModel, statistic: str = "count") -> Callable[..., Call]:
    """Prepare `permutation_test` under a null model."""

    def prepare(data: Problem, draws: int) -> Call:
        return lambda: (
            timing.permutation_test(
                data.tests,
                data.calendar,
                period=data.period,
                window=WINDOW,
                null=null,
                statistic=statistic,  # type: ignore[arg-type]
                alternative="greater",
                n_resamples=max(draws, 1),
                rng=1,
                n_jobs=1,
                progress=False,
            ).pvalue
        )

    return prepare


def ours_score(data: Problem, draws: int) -> Call:
    """Prepare `randomization_test`, with its interval."""
    del draws
    return lambda: (
        timing.randomization_test(
            data.tests,
            data.calendar,
            period=data.period,
            window=WINDOW,
            alternative="greater",
        ).pvalue
    )


def ours_arrays(data: Problem, draws: int) -> Call:
    """Prepare the exact shift null and its p-value, from arrays as the peers get."""
    del draws
    grid = data.grid
    return lambda: tail_p(
        circular_shift_pmf(grid.launches, grid.exposed),
        grid.count,
        alternative="greater",
    )


def scipy_shuffle(data: Problem, draws: int) -> Call:
    """Prepare `scipy.stats.permutation_test`: days shuffled, statistic vectorized."""
    launches, exposed = data.grid.launches, data.grid.exposed
    return lambda: float(
        stats.permutation_test(
            (launches,),
            lambda y, axis: (y * exposed).sum(axis=axis),
            permutation_type="pairings",
            vectorized=True,
            n_resamples=draws,
            batch=250,
            alternative="greater",
            rng=1,
        ).pvalue
    )


def pyunicorn_significance(window_type: str, surrogate: str) -> Callable[..., Call]:
    """Prepare event coincidence analysis with the days of the calendar events."""

    def prepare(data: Problem, draws: int) -> Call:
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
            series = EventSeries(days, taumax=WINDOW.before)
            level = series.event_analysis_significance(
                method="ECA",
                surrogate=surrogate,
                n_surr=draws,
                window_type=window_type,
            )
            return float(1 - level[0, 1])

        return call

    return prepare


def elephant_surrogates(method: str) -> Callable[..., Call]:
    """Prepare spike-train surrogates, and counting the launches on exposed days."""

    def prepare(data: Problem, draws: int) -> Call:
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


def spacepy_band(data: Problem, draws: int) -> Call:
    """Prepare the association number at five lags, with its bootstrap band."""
    from spacepy import poppy

    def call() -> float:
        process = poppy.PPro(
            np.flatnonzero(data.grid.launches).astype(float),
            (data.grid.intervals.first - data.grid.day[0]).astype(float),
            lags=[-60.0, -30.0, 0.0, 30.0, 60.0],
            winhalf=float(WINDOW.before),
        )
        process.assoc()
        process.aa_ci(95, n_boots=draws, seed=1)
        return float("nan")

    return call


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One row: a package, its null model and how to ask it.

    Attributes
    ----------
    package : str
        What has to import.
    what : str
    prepare : callable
        From a Problem and a number of draws to the call.
    draws : int
        Draws it gets; 0 if it needs none.
    same : str
        Label of the row of `timing` under the same null model, or the nearest.
    """

    package: str
    what: str
    prepare: Callable[..., Call]
    draws: int = 0
    same: str

    @property
    def label(self) -> str:
        """Package and what it does."""
        return f"{self.package}: {self.what}"

    @property
    def imports(self) -> bool:
        """Whether the package is there."""
        return importlib.util.find_spec(self.package) is not None


WHOLE, MONTH = "timing: circular shift, exact", "timing: shift within month, exact"
SHUFFLE, GAPS = "timing: shuffled days, exact", "timing: shuffled gaps"
JITTER = "timing: jitter within 30 days, exact"


def ours(label: str, prepare: Callable[..., Call], draws: int = 0) -> Entry:
    """Make a row of our own, compared with itself."""
    what = label.removeprefix("timing: ")
    return Entry(package="timing", what=what, prepare=prepare, draws=draws, same=label)


ENTRIES: tuple[Entry, ...] = (
    ours(WHOLE, ours_by(CircularShift(None))),
    ours("timing: circular shift, exact, from arrays", ours_arrays),
    ours(MONTH, ours_by(CircularShift("month"))),
    ours("timing: score shift within month, with interval", ours_score),
    ours(SHUFFLE, ours_by(Uniform())),
    ours(
        "timing: shuffled days, precursor rate",
        ours_by(Uniform(), "precursor_rate"),
        ASKED,
    ),
    ours(GAPS, ours_by(GapShuffle()), ASKED),
    ours(JITTER, ours_by(IntervalJitter(30))),
    Entry(
        package="scipy",
        what="permutation_test, shuffled days",
        prepare=scipy_shuffle,
        draws=ASKED,
        same=SHUFFLE,
    ),
    Entry(
        package="pyunicorn",
        what="ECA, shuffled days",
        prepare=pyunicorn_significance("symmetric", "shuffle"),
        draws=999,
        same=SHUFFLE,
    ),
    Entry(
        package="pyunicorn",
        what="ECA, binomial law (one-sided window)",
        prepare=pyunicorn_significance("advanced", "analytic"),
        same=SHUFFLE,
    ),
    Entry(
        package="elephant",
        what="trial_shifting, circular shift",
        prepare=elephant_surrogates("trial_shifting"),
        draws=999,
        same=WHOLE,
    ),
    Entry(
        package="elephant",
        what="shuffle_isis, shuffled gaps",
        prepare=elephant_surrogates("shuffle_isis"),
        draws=999,
        same=GAPS,
    ),
    Entry(
        package="elephant",
        what="jitter_spikes, within 30 days",
        prepare=elephant_surrogates("jitter_spikes"),
        draws=999,
        same=JITTER,
    ),
    Entry(
        package="elephant",
        what="randomise_spikes, shuffled times",
        prepare=elephant_surrogates("randomise_spikes"),
        draws=999,
        same=SHUFFLE,
    ),
    Entry(
        package="spacepy",
        what="poppy, bootstrap band at five lags",
        prepare=spacepy_band,
        draws=ASKED,
        same=SHUFFLE,
    ),
)
BY_LABEL = {entry.label: entry for entry in ENTRIES}


def call_of(label: str, name: str) -> Call:
    """Prepare a row on a problem."""
    entry = BY_LABEL[label]
    return entry.prepare(problem(name), entry.draws)


def missing(package: str) -> str:
    """Say that a package is not there, and what to do."""
    return (
        f"{package} is not installed: its rows say so; "
        "pip install 'event-timing[peers]' brings it."
    )


def measure_row(entry: Entry, name: str) -> dict[str, object]:
    """Measure one row."""
    head = {"data": name, "what": entry.label, "draws": entry.draws or "none"}
    if not entry.imports:
        return {**head, "seconds": "not installed"}
    n_days = problem(name).grid.day.size
    alone = peak(call_of, entry.label, name, traced=True)
    call, same = call_of(entry.label, name), call_of(entry.same, name)
    rounds = rounds_within(BUDGET, alone.seconds)
    times = alternate([call, same, raw_fft_pair(n_days)], rounds)
    whole = times[:, 0] * (ASKED / entry.draws if entry.draws else 1)
    ours_alone = entry.label == entry.same
    value = call()
    assert isinstance(value, float)
    return {
        **head,
        "seconds": rounded(median(times[:, 0])),
        f"for {ASKED:,} draws": rounded(median(whole)),
        "times raw FFT pair": rounded(median(whole / times[:, 2])),
        "times timing": "" if ours_alone else rounded(median(whole / times[:, 1])),
        "same null": "" if ours_alone else entry.same.removeprefix("timing: "),
        "peak MiB": f"{alone.mib:.1f}",
        "traced MiB": f"{alone.traced_mib:.1f}",
        "p": "" if np.isnan(value) else f"{value:.3f}",
        "rounds": rounds,
    }


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--data", nargs="+", default=["primary", "synthetic"], metavar="NAME"
    )
    parser.add_argument("--output", type=Path, default=RESULTS)
    chosen = parser.parse_args()

    there = {entry.package: entry.imports for entry in ENTRIES}
    for package in (name for name, imports in there.items() if not imports):
        print(missing(package))
    preload(
        [
            "timing.permutation",
            "timing.regression",
            "timing.study.describe",
            "measure",
            *(module for module in MODULES if there[module.split(".")[0]]),
        ]
    )
    start = machine()
    table = pd.DataFrame(
        [measure_row(entry, name) for name in chosen.data for entry in ENTRIES]
    ).fillna("")
    versions = ", ".join(
        f"{package} {version(package)}"
        for package, imports in there.items()
        if imports and package != "timing"
    )
    text = f"{write_table(table, 'markdown')}\n{start}; {versions}\n"
    chosen.output.mkdir(parents=True, exist_ok=True)
    table.to_csv(chosen.output / "benchmark_peers.csv", index=False)
    (chosen.output / "benchmark_peers.md").write_text(text, encoding="utf-8")
    print(text)


MODULES = (
    "scipy.stats",
    "pyunicorn.eventseries",
    "elephant.spike_train_surrogates",
    "spacepy.poppy",
)
"""What the rows import, so that a fresh process starts with it."""


if __name__ == "__main__":
    main()
