"""Size at 5 % of the score shift with a self-exciting null regression.

Launches are simulated as in `size.py` on the real calendar, which they ignore; beside
it the Poisson score shift on the same data.

    python analyses/size_self_exciting.py --jobs 2
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import numpy.typing as npt

from timing.errors import EstimationError
from timing.grid import DayGrid
from timing.kernels.excited_rates import ExcitedDays
from timing.kernels.score import shift_p
from timing.regression.excited_score import excited_score
from timing.regression.score import Score, stratum_score
from timing.strata import stratum_of
from timing.study.describe import grid_of
from timing.study.size import rejected_share, replicate_all, simulated_launches
from timing.study.specification import PRIMARY

RESULTS = Path(__file__).parent / "results" / "size_self_exciting.csv"
SEED = 20251028
STRATA = {"whole period": None, "year": "year"}


def replicate(
    grid: DayGrid,
    background: tuple[npt.NDArray[np.float64], float],
    rng: np.random.Generator,
) -> dict[str, float]:
    """Simulate one data set, and test it with both null regressions."""
    launches = simulated_launches(background, rng)
    p = {}
    for name, strata in STRATA.items():
        stratum = stratum_of(grid.day, strata)
        days = ExcitedDays(
            launches=launches,
            history=launches,
            position=np.arange(launches.size),
            stratum=stratum,
            design=np.zeros((launches.size, 0)),
            factor=np.ones(launches.size),
            binary=True,
        )
        p[f"Poisson, {name}"] = _p(stratum_score(launches, grid.exposed, stratum))
        try:
            p[f"self-exciting, {name}"] = _p(excited_score(days, grid.exposed))
        except EstimationError:
            p[f"self-exciting, {name}"] = np.nan
    return p


def _p(score: Score) -> float:
    return shift_p(score.scores_at(1.0), alternative="two-sided")


def main() -> None:
    """Simulate, print and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--replicates", type=int, default=200)
    chosen = parser.parse_args()

    p = replicate_all(
        replicate,
        grid_of(PRIMARY.primary),
        n_replicates=chosen.replicates,
        seed=SEED,
        n_jobs=chosen.jobs,
        progress=True,
    )
    table = rejected_share(p).rename_axis("null regression, strata")
    table.insert(0, "not fitted", p.isna().sum())
    table.insert(0, "replicates", chosen.replicates)
    table.insert(1, "seed", SEED)
    table.to_csv(RESULTS, float_format="%.3f")
    print(table.to_string(float_format="%.3f"))


if __name__ == "__main__":
    main()
