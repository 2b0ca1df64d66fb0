"""Size of the tests where launches and calendar share a cause that is no effect.

Launches excite later launches; both series share the cause named; the calendar has no
effect (size at 5 %) or doubles the rate of launches (power). One-sided tests.

    python analyses/size_misspecified.py --jobs 2
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from joblib import Parallel, delayed

from timing.controls import control_columns, design_matrix
from timing.inputs import read_events
from timing.kernels.exact import tail_p
from timing.kernels.score import score_shifts, shift_p, shift_sums
from timing.nulls import CircularShift
from timing.period import StudyPeriod
from timing.progress import track
from timing.regression.score import adjusted_score
from timing.simulation import (
    drawn_exposure,
    moving_season,
    rough_latent_rate,
    self_exciting_days,
    smooth_latent_rate,
)
from timing.strata import stratum_of

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Cause = Callable[[np.random.Generator], FloatArray]

RESULTS = Path(__file__).parent / "results" / "size_misspecified.csv"
LEVEL = 0.05
SEED = 20251028
PERIOD = StudyPeriod("2011-01-01", "2023-12-31")
DAY = PERIOD.days
N_LAUNCHES = 150
BRANCHING = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One cell of the table: a shared cause, a calendar, an effect."""

    cause: str
    shape: Cause
    before: int = 0
    after: int = 7
    n_events: int = 60
    decay_days: float = 10.0
    branching: float = BRANCHING
    rate_ratio: float = 1.0


def flat(_: np.random.Generator) -> FloatArray:
    """Return the same rate on each day."""
    return np.ones(DAY.size)


def step(_: np.random.Generator) -> FloatArray:
    """Return a rate that rises eightfold in the middle of a year."""
    return np.where(np.datetime64("2017-07-01").astype(np.int64) > DAY, 1.0, 8.0)


def moratorium(_: np.random.Generator) -> FloatArray:
    """Return a rate that is 0 for 500 days."""
    begin = np.datetime64("2017-12-01").astype(np.int64)
    return np.where((begin <= DAY) & (begin + 500 > DAY), 0.0, 1.0)


def sawtooth(_: np.random.Generator) -> FloatArray:
    """Return a rate that rises through each year, from 0.1 to 1.9."""
    dates = pd.DatetimeIndex(DAY.astype("datetime64[D]"))
    return 0.1 + 1.8 * dates.day_of_year.to_numpy() / 366


def season(rng: np.random.Generator) -> FloatArray:
    """Draw an annual cycle whose phase moves by a quarter from year to year."""
    return moving_season(DAY.size, amplitude=1.5, drift=np.pi / 2, rng=rng)


def smooth(scale_days: float) -> Cause:
    """Return a drawing of smooth rates."""
    return lambda rng: smooth_latent_rate(
        DAY.size, scale_days=scale_days, deviation=1.0, rng=rng
    )


def rough(scale_days: float) -> Cause:
    """Return a drawing of rates that also move from day to day."""
    return lambda rng: rough_latent_rate(
        DAY.size, scale_days=scale_days, deviation=1.0, rng=rng
    )


def settings() -> list[Setting]:
    """List the cells of the table."""
    shared = [
        Setting(cause="none", shape=flat),
        Setting(cause="step of the rate, x8, in mid-year", shape=step),
        *(
            Setting(cause=f"smooth latent rate, {days} days", shape=smooth(days))
            for days in (180, 60, 20)
        ),
        *(
            Setting(cause=f"rough latent rate, {days} days", shape=rough(days))
            for days in (180, 60, 20)
        ),
        Setting(cause="season, phase moves from year to year", shape=season),
        Setting(cause="moratorium of 500 days", shape=moratorium),
    ]
    backgrounds = [
        Setting(cause="none", shape=flat, decay_days=3.0),
        Setting(cause="smooth latent rate, 120 days", shape=smooth(120)),
        Setting(cause="sawtooth season", shape=sawtooth, decay_days=20.0),
    ]
    calendars = ((0, 7, 60), (14, 14, 60), (0, 7, 8), (3, 3, 20))
    others = [
        replace(background, before=before, after=after, n_events=n_events)
        for before, after, n_events in calendars
        for background in backgrounds
    ]
    power = [
        Setting(cause="none, independent days", shape=flat, branching=0.0),
        shared[0],
    ]
    return [*shared, *others, *(replace(cell, rate_ratio=2.0) for cell in power)]


STRATA = {scale: stratum_of(DAY, scale) for scale in ("month", "quarter", "year", None)}
MONTHS = design_matrix(
    control_columns(["month_of_year"], day=DAY, events=read_events(["2011-01-01"]))
).to_numpy()


def p_values(launches: IntArray, exposed: IntArray) -> dict[str, float]:
    """One-sided p-value of each test."""
    count = int(launches @ exposed)
    p = {
        f"score shift, {scale or 'whole-span'} strata": shift_p(
            score_shifts(shift_sums(launches, exposed, STRATA[scale])),
            alternative="greater",
        )
        for scale in ("month", "quarter", None)
    }
    additive = adjusted_score(launches, exposed, STRATA["year"], MONTHS)
    p["score shift, year strata + month_of_year"] = shift_p(
        additive.scores_at(1.0), alternative="greater"
    )
    for scale in ("month", "quarter", None):
        null = CircularShift(scale).distribution(launches, exposed, DAY)
        p[f"count, CircularShift({scale!r})"] = tail_p(
            null, count, alternative="greater"
        )
    return p


def replicate(setting: Setting, seed: np.random.SeedSequence) -> dict[str, float]:
    """Draw both series, and test them."""
    rng = np.random.default_rng(seed)
    rate = setting.shape(rng)
    exposed = drawn_exposure(
        rate,
        n_events=setting.n_events,
        before=setting.before,
        after=setting.after,
        rng=rng,
    )
    launches = self_exciting_days(
        N_LAUNCHES * (1 - setting.branching) * rate / rate.sum(),
        branching=setting.branching,
        decay_days=setting.decay_days,
        multiplier=np.where(exposed > 0, setting.rate_ratio, 1.0),
        rng=rng,
    )
    return p_values(launches, exposed)


def table(cells: list[Setting], p: pd.DataFrame, n: int) -> pd.DataFrame:
    """Count the rejections of each test in each cell."""
    rows = []
    for i, cell in enumerate(cells):
        rejected = p.iloc[i * n : (i + 1) * n].le(LEVEL).mean()
        rows += [
            {
                "shared_cause": cell.cause,
                "window": f"[{-cell.before}, {cell.after}]",
                "calendar_events": cell.n_events,
                "branching": cell.branching,
                "decay_days": cell.decay_days,
                "rate_ratio": cell.rate_ratio,
                "test": test,
                "replicates": n,
                "rejected": round(share, 4),
                "standard_error": round(float(np.sqrt(share * (1 - share) / n)), 4),
            }
            for test, share in rejected.items()
        ]
    return pd.DataFrame(rows)


def main() -> None:
    """Run all cells and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--replicates", type=int, default=300)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--output", type=Path, default=RESULTS)
    args = parser.parse_args()
    cells, n = settings(), args.replicates
    # Spawned once and indexed: the numbers do not depend on the number of workers.
    seeds = np.random.SeedSequence(args.seed).spawn(len(cells) * n)
    jobs = [
        delayed(replicate)(cell, seeds[i * n + j])
        for i, cell in enumerate(cells)
        for j in range(n)
    ]
    done = Parallel(n_jobs=args.jobs, return_as="generator")(jobs)
    p = pd.DataFrame(track(done, total=len(jobs), label="size", show=True))
    args.output.parent.mkdir(parents=True, exist_ok=True)
    command = f"analyses/size_misspecified.py --replicates {n} --seed {args.seed}"
    with args.output.open("w", encoding="utf-8", newline="\n") as file:
        file.write(f"# python {command}; one-sided at {LEVEL}\n")
        table(cells, p, n).to_csv(file, index=False, lineterminator="\n")


if __name__ == "__main__":
    main()
