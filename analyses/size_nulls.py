"""Size at 5 % of every null model, on launches that ignore the real calendar.

Launches are simulated as in `size.py`: independent days, self-exciting days, and
self-exciting days whose rate follows the density of summits over half a year. Sampled
null models take 399 draws a data set. The table is kept in `analyses/results`.

    python analyses/size_nulls.py --jobs 2
"""

from __future__ import annotations

import argparse
import warnings
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from joblib import Parallel, delayed

from timing.errors import InvalidNullWarning
from timing.grid import DayGrid
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
from timing.progress import track
from timing.sampling import Sampling
from timing.simulation import self_exciting_days
from timing.study.describe import grid_of
from timing.study.size import DECAY_DAYS, backgrounds
from timing.study.specification import PRIMARY

RESULTS = Path(__file__).parent / "results" / "size_nulls.csv"
LEVEL = 0.05
SEED = 20251028
N_DRAWS = 399
NULLS: dict[str, NullModel] = {
    "Uniform()": Uniform(),
    "CircularShift('month')": CircularShift("month"),
    "CircularShift('quarter')": CircularShift("quarter"),
    "CircularShift(None)": CircularShift(None),
    "LocalShift(30)": LocalShift(30),
    "IntervalJitter(30)": IntervalJitter(30),
    "YearShuffle()": YearShuffle(),
    "GapShuffle()": GapShuffle(),
    "BlockShuffle(30)": BlockShuffle(30),
    "SelfExciting('year')": SelfExciting("year"),
    "SelfExciting(None)": SelfExciting(None),
}


def replicate(
    grid: DayGrid,
    background: tuple[npt.NDArray[np.float64], float],
    seed: np.random.SeedSequence,
) -> dict[str, float]:
    """Simulate one data set, and test it under every null model."""
    rng = np.random.default_rng(seed)
    base_rate, branching = background
    launches = self_exciting_days(
        base_rate, branching=branching, decay_days=DECAY_DAYS, rng=rng
    )
    if launches.sum() < 2:
        return {}
    count = LinearStatistic(weights=grid.exposed, per_launch=False)
    share = LinearStatistic(weights=grid.exposed, per_launch=True)
    p = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InvalidNullWarning)
        for name, null in NULLS.items():
            p[name] = null_of_statistic(
                null,
                # The number of launches is random under this null model only.
                share if isinstance(null, SelfExciting) else count,
                launches,
                grid.exposed,
                grid.day,
                alternative="two-sided",
                midp=False,
                sampling=Sampling(n_resamples=N_DRAWS, rng=rng, progress=False),
            ).pvalue
    return p


def main() -> None:
    """Simulate, print and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--replicates", type=int, default=500)
    chosen = parser.parse_args()

    grid = grid_of(PRIMARY.primary)
    choices = backgrounds(grid)
    n = chosen.replicates
    seeds = np.random.SeedSequence(SEED).spawn(len(choices) * n)
    jobs = [
        delayed(replicate)(grid, background, seeds[i * n + j])
        for i, background in enumerate(choices.values())
        for j in range(n)
    ]
    done = Parallel(n_jobs=chosen.jobs, return_as="generator")(jobs)
    p = pd.DataFrame(track(done, total=len(jobs), label="size", show=True))
    p.insert(0, "background", np.repeat(list(choices), n))
    table = (
        p.set_index("background").le(LEVEL).groupby(level=0, sort=False).mean().T
    ).rename_axis("null model")
    table.insert(0, "replicates", n)
    table.insert(1, "seed", SEED)
    RESULTS.parent.mkdir(exist_ok=True)
    table.to_csv(RESULTS, float_format="%.3f")
    print(table.to_string(float_format="%.3f"))


if __name__ == "__main__":
    main()
