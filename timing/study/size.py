"""How often each test rejects a true null on launches simulated like the real ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
from joblib import Parallel, delayed
from scipy import special

from timing.kernels.exact import shift_counts, shuffle_pmf, tail_p, tally
from timing.kernels.pvalues import p_value
from timing.kernels.score import score_shifts, shift_p, shift_sums
from timing.nulls import CircularShift
from timing.progress import track
from timing.simulation import self_exciting_days
from timing.strata import stratum_of
from timing.study.describe import grid_of
from timing.study.output import write_json, write_tables

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from timing.grid import DayGrid
    from timing.study.specification import Study

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

Replicate: TypeAlias = (
    "Callable[[DayGrid, tuple[FloatArray, float], np.random.Generator], "
    "dict[str, float]]"
)

LEVEL = 0.05
BRANCHING, DECAY_DAYS = 0.7, 30.0
"""Self-excitation of the real launches since 2012, by maximum likelihood."""
SLOW_DAYS = 181
"""Width of the moving average that makes a slow cause shared with the calendar."""


def backgrounds(grid: DayGrid) -> dict[str, tuple[FloatArray, float]]:
    """Return base rates and branching ratios of launches that ignore the summits.

    The last one rises and falls with the density of summits over half a year: a slow
    shared cause, which is no clustering around any summit.
    """
    rate = grid.n_launches / grid.day.size
    flat = np.full(grid.day.size, rate)
    ends = np.pad(grid.exposed.astype(float), SLOW_DAYS // 2, mode="reflect")
    density = np.convolve(ends, np.full(SLOW_DAYS, 1 / SLOW_DAYS), mode="valid")
    shared = rate * (0.2 + 0.8 * density / density.mean())
    return {
        "independent days": (flat, 0.0),
        "self-exciting": (flat * (1 - BRANCHING), BRANCHING),
        "self-exciting, slow shared cause": (shared * (1 - BRANCHING), BRANCHING),
    }


def p_values(
    launches: IntArray, exposed: IntArray, day: IntArray, month: IntArray
) -> dict[str, float]:
    """Two-sided p-value of each method."""
    count, n = int(launches @ exposed), int(launches.sum())
    return {
        "score shift, month strata": shift_p(
            score_shifts(shift_sums(launches, exposed, month)), alternative="two-sided"
        ),
        "shift within month": tail_p(
            CircularShift("month").distribution(launches, exposed, day),
            count,
            alternative="two-sided",
        ),
        "shift of the whole period": tail_p(
            tally(shift_counts(launches, exposed)), count, alternative="two-sided"
        ),
        "shuffle of dates (naive)": tail_p(
            shuffle_pmf(launches, int(exposed.sum())),
            count,
            alternative="two-sided",
        ),
        "Poisson regression, no controls": _poisson_p(
            count, n - count, int(exposed.sum()), day.size
        ),
    }


def _poisson_p(inside: int, outside: int, exposed_days: int, n_days: int) -> float:
    """Wald p-value of the Poisson model with exposure only, in closed form."""
    if not inside or not outside:
        return 1.0
    log_ratio = np.log(inside / exposed_days) - np.log(
        outside / (n_days - exposed_days)
    )
    z = log_ratio / np.sqrt(1 / inside + 1 / outside)
    return p_value(special.ndtr(-z), 0.0, special.ndtr(z), alternative="two-sided")


def _replicate(
    grid: DayGrid,
    background: tuple[FloatArray, float],
    rng: np.random.Generator,
) -> dict[str, float]:
    launches = simulated_launches(background, rng)
    if launches.sum() < 2:
        return {}
    month = stratum_of(grid.day, "month")
    return p_values(launches, grid.exposed, grid.day, month)


def simulated_launches(
    background: tuple[FloatArray, float], rng: np.random.Generator
) -> IntArray:
    """Draw 0/1 launch days from one of the `backgrounds`."""
    base_rate, branching = background
    return self_exciting_days(
        base_rate, branching=branching, decay_days=DECAY_DAYS, rng=rng
    )


def replicate_all(
    replicate: Replicate,
    grid: DayGrid,
    *,
    n_replicates: int,
    seed: int,
    n_jobs: int,
    progress: bool,
) -> pd.DataFrame:
    """Run a replicate so many times over each background; one row of p-values each.

    Parameters
    ----------
    replicate : callable
        From the grid, a background and a Generator to p-values by name.
    grid : DayGrid
    n_replicates, seed, n_jobs : int
        The numbers do not depend on `n_jobs`.
    progress : bool

    Returns
    -------
    DataFrame
        Indexed by the name of the background.
    """
    choices = backgrounds(grid)
    # Spawned once and indexed: the numbers do not depend on the number of workers.
    seeds = np.random.SeedSequence(seed).spawn(len(choices) * n_replicates)
    jobs = [
        delayed(replicate)(
            grid, background, np.random.default_rng(seeds[i * n_replicates + j])
        )
        for i, background in enumerate(choices.values())
        for j in range(n_replicates)
    ]
    done = Parallel(n_jobs=n_jobs, return_as="generator")(jobs)
    p = pd.DataFrame(track(done, total=len(jobs), label="size", show=progress))
    p.insert(0, "background", np.repeat(list(choices), n_replicates))
    return p.set_index("background")


def rejected_share(p: pd.DataFrame) -> pd.DataFrame:
    """Share of the p-values of at most 5 %: tests in rows, backgrounds in columns."""
    shares = p.le(LEVEL).where(p.notna()).groupby(level=0, sort=False).mean()
    return shares.T


def check_size(
    study: Study, output: Path, *, n_jobs: int, progress: bool
) -> list[Path]:
    """Simulate launches that ignore the calendar, and count rejections at 5 %."""
    p = replicate_all(
        _replicate,
        grid_of(study.primary),
        n_replicates=study.n_replicates,
        seed=study.seed,
        n_jobs=n_jobs,
        progress=progress,
    )
    rejected = (
        rejected_share(p).rename_axis("test").reset_index().rename_axis(columns=None)
    )
    shown = rejected.copy()
    for name in rejected.columns[1:]:
        shown[name] = [f"{share:.3f}" for share in rejected[name]]
    return [
        *write_tables(output, "size", shown),
        write_json(
            output / "size.json",
            {
                "level": LEVEL,
                "replicates": study.n_replicates,
                "seed": study.seed,
                "standard_error_at_level": float(
                    np.sqrt(LEVEL * (1 - LEVEL) / study.n_replicates)
                ),
                "rejection_rate": rejected.set_index("test").to_dict(),
            },
        ),
    ]
