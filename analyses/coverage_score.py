"""How often the intervals of the rate ratio hold the planted one, on the real calendar.

Launches ignore the calendar but for a factor on the rate of exposed days. Where they
excite later launches the factor multiplies the whole rate of the day, that of launches
which earlier ones caused too: ``rate = factor (base + excitation)``. Excitation spills
over to the days after the window, and feeds on itself inside it. Launches are counted
one by one (``unit="event"``), so that the factor is exact. The interval holds a ratio
if its test does not reject it; on the first data sets of each cell the intervals
themselves are computed, and must agree.

    python analyses/coverage_score.py --jobs 2
"""

from __future__ import annotations

import argparse
import itertools
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from joblib import Parallel, delayed

from timing.grid import DayGrid
from timing.kernels.exact import Pmf, rate_ratio_interval, tail_p, tilt
from timing.kernels.inversion import score_interval
from timing.kernels.score import shift_p
from timing.nulls import CircularShift, Uniform
from timing.progress import track
from timing.regression.score import stratum_score
from timing.simulation import self_exciting_counts
from timing.strata import stratum_of
from timing.study.describe import grid_of
from timing.study.specification import PRIMARY

IntArray = npt.NDArray[np.int64]

RESULTS = Path(__file__).parent / "results" / "coverage_score.csv"
SEED = 20251028
RATIOS = (0.5, 1.0, 2.0)
LEVELS = (0.90, 0.95)
PROCESSES = {"independent": (0.0, 1.0), "self-exciting": (0.5, 10.0)}
"""Branching ratio and mean decay in days."""
N_COMPARED = 5
"""Data sets of each cell whose intervals are computed."""


def replicate(
    grid: DayGrid,
    month: IntArray,
    ratio: float,
    process: tuple[float, float],
    compare: bool,
    seed: np.random.SeedSequence,
) -> dict[str, float]:
    """Draw launches; tell for each interval whether it holds the planted ratio."""
    branching, decay_days = process
    n = grid.day.size
    launches = self_exciting_counts(
        np.full(n, grid.n_launches / n * (1 - branching)),
        branching=branching,
        decay_days=decay_days,
        multiplier=np.where(grid.exposed > 0, ratio, 1.0),
        rng=np.random.default_rng(seed),
    )
    count = int(launches @ grid.exposed)
    score = stratum_score(launches, grid.exposed, month)
    p = shift_p(score.scores_at(ratio), alternative="two-sided")
    nulls = {
        "permutation_test, CircularShift('month')": CircularShift("month"),
        "permutation_test, Uniform()": Uniform(),
    }
    found = {"estimate": score.estimate()}
    for level in LEVELS:
        found[f"randomization_test {level}"] = p > 1 - level
        if compare:
            low, high = score_interval(
                score.scores_at,
                found["estimate"],
                confidence_level=level,
                alternative="two-sided",
            )
            check(low <= ratio <= high, p > 1 - level)
    for name, null in nulls.items():
        pmf = null.distribution(launches, grid.exposed, grid.day)
        for level in LEVELS:
            held = not_rejected(pmf, count, ratio, level)
            found[f"{name} {level}"] = held
            if compare:
                low, high = rate_ratio_interval(
                    pmf, count, confidence_level=level, alternative="two-sided"
                )
                check(low <= ratio <= high, held)
    return found


def not_rejected(pmf: Pmf, count: int, ratio: float, level: float) -> bool:
    """Whether neither one-sided exact test rejects the ratio at half the error."""
    tilted = tilt(pmf, float(np.log(ratio)))
    return all(
        tail_p(tilted, count, alternative=side) > (1 - level) / 2
        for side in ("greater", "less")
    )


def check(by_interval: bool, by_test: bool) -> None:
    """Stop if an interval and its test disagree."""
    if by_interval != by_test:
        msg = "an interval and its test disagree on the planted ratio"
        raise RuntimeError(msg)


def main() -> None:
    """Run all cells and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--replicates", type=int, default=400)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--output", type=Path, default=RESULTS)
    args = parser.parse_args()
    n = args.replicates
    grid = grid_of(PRIMARY.primary)
    month = stratum_of(grid.day, "month")
    cells = list(itertools.product(PROCESSES, RATIOS))
    # Spawned once and indexed: the numbers do not depend on the number of workers.
    seeds = np.random.SeedSequence(args.seed).spawn(len(cells) * n)
    jobs = [
        delayed(replicate)(
            grid, month, ratio, PROCESSES[process], j < N_COMPARED, seeds[i * n + j]
        )
        for i, (process, ratio) in enumerate(cells)
        for j in range(n)
    ]
    done = Parallel(n_jobs=args.jobs, return_as="generator")(jobs)
    found = pd.DataFrame(track(done, total=len(jobs), label="coverage", show=True))
    rows = []
    for i, (process, ratio) in enumerate(cells):
        cell = found.iloc[i * n : (i + 1) * n]
        for name in found.columns.drop("estimate"):
            method, level = name.rsplit(" ", 1)
            share = float(cell[name].astype(float).mean())
            rows.append(
                {
                    "launches": process,
                    "rate_ratio": ratio,
                    "interval": method,
                    "confidence_level": level,
                    "coverage": round(share, 4),
                    "standard_error": round(float(np.sqrt(share * (1 - share) / n)), 4),
                    "replicates": n,
                    "median_estimate_within_months": round(
                        float(cell["estimate"].median()), 3
                    ),
                }
            )
    args.output.parent.mkdir(parents=True, exist_ok=True)
    command = f"analyses/coverage_score.py --replicates {n} --seed {args.seed}"
    with args.output.open("w", encoding="utf-8", newline="\n") as file:
        file.write(f"# python {command}; two-sided intervals\n")
        pd.DataFrame(rows).to_csv(file, index=False, lineterminator="\n")


if __name__ == "__main__":
    main()
