"""Bias and coverage of the rate ratio of the count regressions, on the real calendar.

Launches ignore the calendar but for a factor on the rate of exposed days. Where they
excite later launches the factor multiplies the whole rate of the day, and what it adds
excites more, inside the window and after it. The rates of exposed and unexposed days
then differ by another ratio than the factor: the marginal one, which is what a
regression without memory estimates. The table tells the coverage of both. Counts are
launches one by one, without controls. A negative binomial model that falls back to
Poisson counts as what it reports.

    python analyses/recovery_counts.py
"""

from __future__ import annotations

import argparse
import itertools
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from timing.association import Request
from timing.grid import DayGrid
from timing.progress import track
from timing.regression.estimates import wald
from timing.regression.fitting import fit_family
from timing.regression.rows import EXPOSED, Rows
from timing.regression.standard_errors import errors_of
from timing.simulation import self_exciting_counts
from timing.study.specification import US_LED
from timing.study.testing import grid_of

IntArray = npt.NDArray[np.int64]

RESULTS = Path(__file__).parent / "results" / "recovery_counts.csv"
SEED = 20251028
RATIOS = (0.5, 1.0, 2.0)
PROCESSES = {"independent": (0.0, 1.0), "self-exciting": (0.5, 10.0)}
"""Branching ratio and mean decay in days."""
FAMILIES = ("poisson", "quasi-poisson", "negative-binomial")
COVARIANCES = ("model", "robust", "HAC", "cluster")


def draw(
    grid: DayGrid, ratio: float, process: str, rng: np.random.Generator
) -> IntArray:
    """Draw daily launches with a planted rate ratio."""
    branching, decay_days = PROCESSES[process]
    n = grid.day.size
    return self_exciting_counts(
        np.full(n, grid.n_launches / n * (1 - branching)),
        branching=branching,
        decay_days=decay_days,
        multiplier=np.where(grid.exposed > 0, ratio, 1.0),
        rng=rng,
    )


def marginal_ratio(grid: DayGrid, ratio: float, process: str) -> float:
    """Ratio of the mean rates of exposed and unexposed days, by recursion."""
    branching, decay_days = PROCESSES[process]
    excitation, mean = 0.0, np.empty(grid.day.size)
    for t, exposed in enumerate(grid.exposed.tolist()):
        base = 1 - branching
        mean[t] = (ratio if exposed else 1.0) * (base + branching * excitation)
        excitation += (mean[t] - excitation) / decay_days
    return float(mean[grid.exposed > 0].mean() / mean[grid.exposed == 0].mean())


def estimates(
    grid: DayGrid, launches: IntArray, request: Request
) -> list[dict[str, object]]:
    """Estimate, error and interval of every family and type of error."""
    ones = np.ones(grid.day.size)
    rows = Rows(
        launches=launches.astype(np.float64),
        design=pd.DataFrame({"intercept": ones, EXPOSED: grid.exposed.astype(float)}),
        log_days=np.zeros(grid.day.size),
        position=grid.day,
    )
    found: list[dict[str, object]] = []
    for family in FAMILIES:
        fit, used = fit_family(rows, family)
        for cov in COVARIANCES:
            errors = errors_of(cov, None, "month")
            covariance = errors.covariance(fit, rows, grid.day, "D")
            error = float(np.sqrt(covariance[1, 1]))
            answer = wald(float(fit.params[1]), error, error, request)
            found.append(
                {
                    "family": family,
                    "errors": errors.label,
                    "log_ratio": float(fit.params[1]),
                    "std_error": error,
                    "interval": answer["interval"],
                    "fell_back": used != family,
                }
            )
    return found


def summarise(cell: pd.DataFrame, ratio: float, marginal: float) -> dict[str, object]:
    """Bias of the log ratio, true and stated error, coverage; Monte Carlo errors."""
    n = len(cell)
    log_ratio = cell["log_ratio"].to_numpy(dtype=float)
    spread = float(log_ratio.std(ddof=1))
    row: dict[str, object] = {
        "marginal_ratio": round(marginal, 4),
        "bias": round(float(log_ratio.mean()) - np.log(ratio), 4),
        "bias_of_marginal": round(float(log_ratio.mean()) - np.log(marginal), 4),
        "bias_se": round(spread / np.sqrt(n), 4),
        "true_error": round(spread, 4),
        "mean_stated_error": round(float(cell["std_error"].mean()), 4),
    }
    for name, target in (("coverage", ratio), ("coverage_of_marginal", marginal)):
        held = np.array([low <= target <= high for low, high in cell["interval"]])
        share = float(held.mean())
        row[name] = round(share, 4)
        row[f"{name}_se"] = round(float(np.sqrt(share * (1 - share) / n)), 4)
    return {
        **row,
        "fell_back": round(float(cell["fell_back"].mean()), 4),
        "replicates": n,
    }


def main() -> None:
    """Run all cells and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--replicates", type=int, default=400)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--output", type=Path, default=RESULTS)
    args = parser.parse_args()
    variant = US_LED
    grid = grid_of(variant)
    request = Request(
        period=variant.period,
        window=variant.window,
        anchor=variant.anchor,
        unit="event",
        alternative="two-sided",
        confidence_level=0.95,
    )
    cells = list(itertools.product(PROCESSES, RATIOS))
    n = args.replicates
    seeds = np.random.SeedSequence(args.seed).spawn(len(cells) * n)
    jobs = list(itertools.product(range(len(cells)), range(n)))
    rows = []
    for i, j in track(jobs, total=len(jobs), label="recovery", show=True):
        process, ratio = cells[i]
        launches = draw(grid, ratio, process, np.random.default_rng(seeds[i * n + j]))
        for found in estimates(grid, launches, request):
            rows.append({"launches": process, "rate_ratio": ratio, **found})
    table = pd.DataFrame(rows)
    keys = ["launches", "rate_ratio", "family", "errors"]
    summary = [
        {
            **dict(zip(keys, key, strict=True)),
            **summarise(cell, key[1], marginal_ratio(grid, key[1], key[0])),
        }
        for key, cell in table.groupby(keys, sort=False)
    ]
    args.output.parent.mkdir(parents=True, exist_ok=True)
    command = f"analyses/recovery_counts.py --replicates {n} --seed {args.seed}"
    with args.output.open("w", encoding="utf-8", newline="\n") as file:
        file.write(f"# python {command}; two-sided 95% intervals\n")
        pd.DataFrame(summary).to_csv(file, index=False, lineterminator="\n")


if __name__ == "__main__":
    main()
