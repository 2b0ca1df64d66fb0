"""Seconds and memory of every null model, exact and drawn, on the primary record.

For each: the exact distribution of the coincidence count, where there is one, and 9,999
draws of it, both through `null_of_statistic`, as ratios to a raw FFT pair of the same
length; and the p-values, which have to agree. The table is kept in
``analyses/results``.

    python analyses/benchmarks/nulls.py
"""

import os

os.environ.update(dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"), "1"))

import argparse
from dataclasses import dataclass
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
    seconds,
)

from timing.kernels.self_excitation import fit_self_exciting
from timing.kernels.statistics import LinearStatistic
from timing.null_distribution import NullOfStatistic, null_of_statistic
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
from timing.sampling import Sampling
from timing.strata import stratum_of
from timing.study.specification import US_LED
from timing.study.testing import grid_of

RESULTS = Path(__file__).parents[1] / "results" / "benchmark_nulls.csv"
BUDGET = 2.0
"""Seconds for the rounds of one row."""
NULLS: dict[str, NullModel] = {
    "Uniform()": Uniform(),
    "Uniform('month')": Uniform("month"),
    "CircularShift(None)": CircularShift(None),
    "CircularShift('year')": CircularShift("year"),
    "CircularShift('month')": CircularShift("month"),
    "LocalShift(30)": LocalShift(30),
    "IntervalJitter(30)": IntervalJitter(30),
    "YearShuffle()": YearShuffle(),
    "GapShuffle()": GapShuffle(),
    "BlockShuffle(30)": BlockShuffle(30),
    "SelfExciting('year')": SelfExciting("year"),
}
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Drawn(NullModel):
    """Another null model without its exact distribution, so that it is drawn."""

    null: NullModel

    def in_words(self) -> str:
        """Return the null hypothesis as a sentence."""
        return self.null.in_words()

    def draw(
        self, launches: IntArray, day: IntArray, *, size: int, rng: np.random.Generator
    ) -> IntArray:
        """Draw as the other one does."""
        return self.null.draw(launches, day, size=size, rng=rng)


def prepare(name: str, draws: int | None) -> Call:
    """Put the record on the days; the call tests it, exactly or by so many draws."""
    grid = grid_of(US_LED)
    null = NULLS[name] if draws is None else Drawn(NULLS[name])
    count = LinearStatistic(weights=grid.exposed, per_launch=False)

    def call() -> NullOfStatistic:
        return null_of_statistic(
            null,
            count,
            grid.launches,
            grid.exposed,
            grid.day,
            alternative="two-sided",
            midp=False,
            sampling=Sampling(n_resamples=draws or 1, rng=1, n_jobs=1, progress=False),
        )

    return call


def has_exact(name: str) -> bool:
    """Whether the count has an exact distribution under this null model."""
    grid = grid_of(US_LED)
    pmf = NULLS[name].distribution(grid.launches, grid.exposed, grid.day)
    return pmf is not None


def fit_seconds() -> float:
    """Time the fit of `SelfExciting`, which is kept for later draws."""
    grid = grid_of(US_LED)
    stratum = stratum_of(grid.day, "year")
    return seconds(lambda: fit_self_exciting(grid.launches, stratum))


def measure_row(name: str, draws: int | None) -> dict[str, object]:
    """Measure one null model in one way."""
    grid = grid_of(US_LED)
    call, raw = prepare(name, draws), raw_fft_pair(grid.day.size)
    alone = peak(prepare, name, draws)
    times = alternate([call, raw], rounds_within(BUDGET, alone.seconds))
    return {
        "null model": name,
        "by": "exact" if draws is None else f"{draws:,} draws",
        "seconds": rounded(median(times[:, 0])),
        "times raw FFT pair": rounded(median(times[:, 0] / times[:, 1])),
        "peak MiB": f"{alone.mib:.1f}",
        "p": f"{call().pvalue:.4f}",
        "rounds": len(times),
    }


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=9999)
    chosen = parser.parse_args()

    print(machine())
    preload(["timing.study.testing", "timing.null_distribution", "measure"])
    rows = [
        measure_row(name, draws)
        for name in NULLS
        for draws in (None, chosen.draws)
        if draws is not None or has_exact(name)
    ]
    table = pd.DataFrame(rows)
    RESULTS.parent.mkdir(exist_ok=True)
    table.to_csv(RESULTS, index=False)
    print(table.to_string(index=False))
    print(f"SelfExciting is fitted once, in {fit_seconds():.2f} s, before its draws.")
    print(machine())


if __name__ == "__main__":
    main()
