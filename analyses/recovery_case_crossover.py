"""How well `case_crossover` finds a planted rate ratio, on the real calendar.

The background has a season and rises fourfold over the period. Independent launches:
for the conditional logit 0/1 days whose odds are multiplied on exposed days, for the
conditional Poisson model counts whose rate is. Self-exciting launches: the factor
multiplies the whole rate of the day, that of launches which earlier ones caused too: it
feeds on itself inside the window, so that the estimate is pushed away from 1, and the
errors of independent days are too small. Stated are the bias of the log rate ratio, its
true error (standard deviation over the replicates), the mean stated error, and the
coverage of the 95 % interval, each with its Monte Carlo error.

    python analyses/recovery_case_crossover.py
"""

from __future__ import annotations

import argparse
import itertools
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from joblib import Parallel, delayed

from timing.association import Request
from timing.grid import DayGrid
from timing.progress import track
from timing.regression.cells import LOGIT, cells_of
from timing.regression.conditional_fit import UsedDays, fit_conditional
from timing.simulation import self_exciting_counts
from timing.strata import Strata, stratum_of
from timing.study.specification import US_LED
from timing.study.testing import grid_of

IntArray = npt.NDArray[np.int64]

RESULTS = Path(__file__).parent / "results" / "recovery_case_crossover.csv"
SEED = 20251028
RATIOS = (0.5, 1.0, 2.0)
PROCESSES = {"independent": (0.0, 1.0), "self-exciting": (0.5, 10.0)}
"""Branching ratio and mean decay in days."""
STRATA: dict[str, Strata] = {
    "month": "month",
    "year-month-weekday": ("year", "month", "weekday"),
}
FITS = (
    ("conditional-logit", "month", "model"),
    ("conditional-logit", "month", "robust"),
    ("conditional-logit", "year-month-weekday", "model"),
    ("conditional-poisson", "month", "model"),
    ("conditional-poisson", "month", "quasi"),
    ("conditional-poisson", "month", "robust"),
    ("conditional-poisson", "month", "HAC"),
    ("conditional-poisson", "year-month-weekday", "model"),
    ("conditional-poisson", "year-month-weekday", "robust"),
    ("conditional-poisson", "year-month-weekday", "HAC"),
)


def draw(
    grid: DayGrid, ratio: float, process: tuple[float, float], seed: object
) -> tuple[IntArray, IntArray]:
    """Draw launch days, and launches counted one by one."""
    rng = np.random.default_rng(seed)  # type: ignore[call-overload]
    branching, decay_days = process
    time = np.linspace(0.0, 1.0, grid.day.size)
    season = 1 + 0.5 * np.sin(2 * np.pi * grid.day / 365.25)
    shape = season * 4**time
    rate = grid.n_launches / grid.day.size * shape / shape.mean() * (1 - branching)
    factor = np.where(grid.exposed > 0, ratio, 1.0)
    counts = self_exciting_counts(
        rate, branching=branching, decay_days=decay_days, multiplier=factor, rng=rng
    )
    if branching:
        return np.minimum(counts, 1), counts
    odds = rate / (1 - rate) * factor
    return (rng.random(rate.size) < odds / (1 + odds)).astype(np.int64), counts


def replicate(
    grid: DayGrid,
    strata: dict[str, IntArray],
    ratio: float,
    process: tuple[float, float],
    seed: object,
) -> list[tuple[float, float, float]]:
    """Fit every model to one draw: log rate ratio, stated error, coverage."""
    variant = US_LED
    request = Request(
        period=variant.period,
        window=variant.window,
        anchor=variant.anchor,
        unit="event",
        alternative="two-sided",
        confidence_level=0.95,
    )
    days, counts = draw(grid, ratio, process, seed)
    found = []
    for model, name, cov in FITS:
        launches = days if model == LOGIT else counts
        cells = cells_of(launches, grid.exposed, strata[name], model)
        rows = np.flatnonzero(cells.used[strata[name]])
        fit = fit_conditional(
            UsedDays(
                day=grid.day[rows],
                launches=launches[rows],
                stratum=np.unique(strata[name][rows], return_inverse=True)[1],
                design=grid.exposed[rows, None].astype(np.float64),
                names=["exposed"],
            ),
            cells.null(model),
            int(cells.count[cells.informative].sum()),
            request,
            model=model,
            cov=cov,
            maxlags=14,
        ).estimate
        low, high = fit["interval"]
        effect = fit["rate_ratio"]
        log_ratio = np.log(effect) if 0 < effect < np.inf else np.nan
        found.append((float(log_ratio), fit["std_error"], float(low <= ratio <= high)))
    return found


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
    strata = {k: stratum_of(grid.day, v) for k, v in STRATA.items()}
    cells = list(itertools.product(PROCESSES, RATIOS))
    # Spawned once and indexed: the numbers do not depend on the number of workers.
    seeds = np.random.SeedSequence(args.seed).spawn(len(cells) * n)
    jobs = [
        delayed(replicate)(grid, strata, ratio, PROCESSES[process], seeds[i * n + j])
        for i, (process, ratio) in enumerate(cells)
        for j in range(n)
    ]
    done = Parallel(n_jobs=args.jobs, return_as="generator")(jobs)
    found = np.array(list(track(done, total=len(jobs), label="recovery", show=True)))
    rows = []
    for i, (process, ratio) in enumerate(cells):
        for (model, name, cov), values in zip(
            FITS, found[i * n : (i + 1) * n].swapaxes(0, 1), strict=True
        ):
            effect, error, covered = values.T
            finite = np.isfinite(effect)
            spread, share = effect[finite].std(ddof=1), covered.mean()
            rows.append(
                {
                    "launches": process,
                    "rate_ratio": ratio,
                    "model": model,
                    "strata": name,
                    "cov": cov,
                    "bias_log": round(effect[finite].mean() - np.log(ratio), 4),
                    "bias_error": round(spread / np.sqrt(finite.sum()), 4),
                    "true_error": round(spread, 4),
                    "mean_stated_error": round(np.nanmean(error), 4),
                    "coverage": round(share, 4),
                    "coverage_error": round(np.sqrt(share * (1 - share) / n), 4),
                    "no_finite_estimate": int((~finite).sum()),
                    "replicates": n,
                }
            )
    args.output.parent.mkdir(parents=True, exist_ok=True)
    command = f"analyses/recovery_case_crossover.py --replicates {n} --seed {args.seed}"
    with args.output.open("w", encoding="utf-8", newline="\n") as file:
        file.write(f"# python {command}; two-sided 95% intervals\n")
        pd.DataFrame(rows).to_csv(file, index=False, lineterminator="\n")


if __name__ == "__main__":
    main()
