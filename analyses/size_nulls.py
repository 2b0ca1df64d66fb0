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
from timing.sampling import Sampling
from timing.study.describe import grid_of
from timing.study.size import rejected_share, replicate_all, simulated_launches
from timing.study.specification import PRIMARY

RESULTS = Path(__file__).parent / "results" / "size_nulls.csv"
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
    rng: np.random.Generator,
) -> dict[str, float]:
    """Simulate one data set, and test it under every null model."""
    launches = simulated_launches(background, rng)
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

    p = replicate_all(
        replicate,
        grid_of(PRIMARY.primary),
        n_replicates=chosen.replicates,
        seed=SEED,
        n_jobs=chosen.jobs,
        progress=True,
    )
    table = rejected_share(p).rename_axis("null model")
    table.insert(0, "replicates", chosen.replicates)
    table.insert(1, "seed", SEED)
    table.to_csv(RESULTS, float_format="%.3f")
    print(table.to_string(float_format="%.3f"))


if __name__ == "__main__":
    main()
