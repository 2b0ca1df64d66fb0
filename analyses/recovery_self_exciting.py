"""What `self_exciting` recovers of planted effects, on the real calendar.

Launch days are drawn from the model itself: exposure multiplies the base rate, and
launches excite later ones whatever the calendar. "whole" cells break the model:
exposure multiplies the excitation too (``rate = factor (base + excitation)``), so that
the planted ratio is not that of the base rate. Coverage is that of the 95 % intervals
of the profile likelihood; a value is covered if its deviance lies below the limit.

    nice python analyses/recovery_self_exciting.py
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from joblib import Parallel, delayed

from timing.grid import DayGrid
from timing.kernels.excited_effect import fit_effect
from timing.kernels.excited_rates import ExcitedDays, decay_rate
from timing.kernels.profile_likelihood import deviance_cut
from timing.kernels.self_excitation import SelfExcitingFit, simulate_self_exciting
from timing.progress import track
from timing.simulation import self_exciting_days
from timing.strata import stratum_of
from timing.study.specification import US_LED
from timing.study.testing import grid_of

IntArray = npt.NDArray[np.int64]

RESULTS = Path(__file__).parent / "results" / "recovery_self_exciting.csv"
SEED = 20251028


class Cell(NamedTuple):
    """A process, and the strata of the model that is fitted to it."""

    effect_on: str
    rate_ratio: float
    branching: float
    delay: float
    strata: str | None


CELLS = (
    Cell("base", 1.0, 0.0, 10.0, None),
    Cell("base", 1.0, 0.5, 10.0, None),
    Cell("base", 0.5, 0.5, 10.0, None),
    Cell("base", 2.0, 0.5, 10.0, None),
    Cell("base", 1.0, 0.7, 25.0, None),
    Cell("base", 1.0, 0.3, 10.0, "year"),
    Cell("base", 2.0, 0.3, 10.0, "year"),
    Cell("whole", 0.5, 0.5, 10.0, None),
    Cell("whole", 2.0, 0.5, 10.0, None),
)


def draw(grid: DayGrid, cell: Cell, rng: np.random.Generator) -> IntArray:
    """Draw launch days whose base rate is flat, or follows the years' launches."""
    stratum = stratum_of(grid.day, cell.strata)
    totals = np.bincount(stratum, weights=grid.launches)
    level = (totals / np.bincount(stratum))[stratum] * (1 - cell.branching)
    effect = np.where(grid.exposed > 0, cell.rate_ratio, 1.0)
    if cell.effect_on == "whole":
        return self_exciting_days(
            level,
            branching=cell.branching,
            decay_days=cell.delay,
            multiplier=effect,
            rng=rng,
        )
    process = SelfExcitingFit(
        base=level * effect,
        branching=cell.branching,
        delay=cell.delay,
        log_likelihood=float("nan"),
        binary=True,
    )
    return simulate_self_exciting(process, size=1, rng=rng)[0]


def replicate(
    grid: DayGrid, cell: Cell, seed: np.random.SeedSequence
) -> dict[str, float]:
    """Draw launches, fit, and tell what is recovered."""
    launches = draw(grid, cell, np.random.default_rng(seed))
    stratum = stratum_of(grid.day, cell.strata)
    days = ExcitedDays(
        launches=launches,
        history=launches,
        position=np.arange(launches.size),
        stratum=stratum,
        design=np.zeros((launches.size, 0)),
        factor=(np.bincount(stratum, launches) > 0)[stratum].astype(float),
        binary=True,
    )
    effect = fit_effect(days, grid.exposed)
    plain = fit_effect(days, grid.exposed, branching=0.0)
    cut = deviance_cut(0.95)
    found = {
        "launches": int(launches.sum()),
        "converged": effect.fit.converged and effect.null.converged,
        "log_ratio": effect.log_ratio,
        "std_error": effect.std_error,
        "covered": effect.deviance(float(np.log(cell.rate_ratio))) <= cut,
        "rejected": effect.deviance(0.0) > cut,
        "rejected_independent": plain.deviance(0.0) > cut,
        "branching": effect.fit.branching,
        "branching_covered": effect.branching_deviance(cell.branching) <= cut,
    }
    if cell.branching and effect.fit.branching:
        log_decay = float(np.log(decay_rate(cell.delay)))
        found["delay"] = effect.fit.delay
        found["delay_covered"] = effect.log_decay_deviance(log_decay) <= cut
    return found


def summarise(cell: Cell, found: pd.DataFrame) -> dict[str, object]:
    """Bias and coverage of a cell, with Monte Carlo errors."""
    finite = found[np.isfinite(found["log_ratio"])]
    n = len(finite)
    error = finite["log_ratio"] - np.log(cell.rate_ratio)

    def share(name: str) -> float:
        return round(float(found[name].dropna().astype(float).mean()), 4)

    row: dict[str, object] = {
        **cell._asdict(),
        "replicates": len(found),
        "not_converged": int((~found["converged"].astype(bool)).sum()),
        "no_finite_estimate": len(found) - n,
        "mean_launches": round(float(found["launches"].mean()), 1),
        "bias_log_ratio": round(float(error.mean()), 4),
        "bias_error": round(float(error.std() / np.sqrt(n)), 4),
        "median_bias": round(float(error.median()), 4),
        "deviation": round(float(error.std()), 4),
        "mean_std_error": round(float(finite["std_error"].mean()), 4),
        "coverage": share("covered"),
        "rejected": share("rejected"),
        "rejected_independent": share("rejected_independent"),
        "bias_branching": round(float(found["branching"].mean() - cell.branching), 4),
        "bias_branching_error": round(
            float(found["branching"].std() / np.sqrt(len(found))), 4
        ),
        "branching_coverage": share("branching_covered"),
    }
    if cell.branching:
        row["median_delay"] = round(float(found["delay"].median()), 2)
        row["delay_coverage"] = share("delay_covered")
    row["standard_error_at_95%"] = round(float(np.sqrt(0.05 * 0.95 / len(found))), 4)
    return row


def main() -> None:
    """Run all cells and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--replicates", type=int, default=200)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--output", type=Path, default=RESULTS)
    args = parser.parse_args()
    n = args.replicates
    grid = grid_of(US_LED)
    # Spawned once and indexed: the numbers do not depend on the number of workers.
    seeds = np.random.SeedSequence(args.seed).spawn(len(CELLS) * n)
    jobs = [
        delayed(replicate)(grid, cell, seeds[i * n + j])
        for i, cell in enumerate(CELLS)
        for j in range(n)
    ]
    done = Parallel(n_jobs=args.jobs, return_as="generator")(jobs)
    found = pd.DataFrame(track(done, total=len(jobs), label="recovery", show=True))
    rows = [
        summarise(cell, found.iloc[i * n : (i + 1) * n]) for i, cell in enumerate(CELLS)
    ]
    args.output.parent.mkdir(parents=True, exist_ok=True)
    command = f"analyses/recovery_self_exciting.py --replicates {n} --seed {args.seed}"
    with args.output.open("w", encoding="utf-8", newline="\n") as file:
        file.write(f"# python {command}; unit='day', two-sided, 95 %\n")
        pd.DataFrame(rows).to_csv(file, index=False, lineterminator="\n")


if __name__ == "__main__":
    main()
