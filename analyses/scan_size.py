"""Family-wise error of a scan on simulated launches that ignore the real calendar.

Self-exciting launches of two classes since 2012, 7 windows x 7 levels of category x 3
levels of class: the specifications overlap as those of a real scan do. Counted are data
sets with any p-value of at most 5 %: each specification on its own, times the number of
specifications (Bonferroni), and by max-T; and how many specifications have a small
p-value of their own, or limits that leave out 1. The table is kept in
`analyses/results`.

    python analyses/scan_size.py --jobs 2
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from joblib import Parallel, delayed

import timing
from timing.kernels.scoring import score_layout
from timing.progress import track
from timing.scanning.adjustment import adjust
from timing.scanning.estimates import estimate_pairs, limits
from timing.scanning.family import build_family
from timing.scanning.sources import ShiftScores, StoredScores
from timing.simulation import self_exciting_days
from timing.strata import stratum_of
from timing.study.size import BRANCHING, DECAY_DAYS
from timing.study.specification import PRIMARY

IntArray = npt.NDArray[np.int64]

RESULTS = Path(__file__).parent / "results" / "scan_size.csv"
LEVEL = 0.05
SEED = 20251028
LAUNCH_DAYS = 198
"""Launch days since 2012."""
SHARE_OF_FIRST_CLASS = 0.75
SMALLEST = (0.0, 1.0)
"""Families: specifications that expect at least so many launches on exposed days."""
WINDOWS = [
    timing.Window(before=before, after=after)
    for before, after in ((0, 0), (3, 0), (7, 0), (0, 3), (0, 7), (3, 3), (7, 7))
]
CATEGORIES = [
    "rok_us_summit", "us_president_visit_asia", "us_japan_summit", "us_china_summit",
    "dprk_summit", "g7",
]  # fmt: skip


def simulate(stratum: IntArray, rng: np.random.Generator) -> IntArray:
    """Simulate launch days: all, those of the first class, those of the second."""
    n = stratum.size
    launches = self_exciting_days(
        np.full(n, LAUNCH_DAYS / n * (1 - BRANCHING)),
        branching=BRANCHING, decay_days=DECAY_DAYS, rng=rng,
    )  # fmt: skip
    first = rng.random(n) < SHARE_OF_FIRST_CLASS
    series = np.array([launches, launches * first, launches * ~first])
    return series[series.any(axis=1)]


def replicate(
    exposures: IntArray, stratum: IntArray, seed: np.random.SeedSequence
) -> list[dict[str, float]]:
    """Scan simulated launches; the smallest p-values, for each family of `SMALLEST`."""
    series = simulate(stratum, np.random.default_rng(seed))
    if not len(series):
        return []
    n = stratum.size
    layout = score_layout(stratum, [(np.ones(n, dtype=bool), series)])
    estimates = estimate_pairs(layout, exposures)
    shifts = ShiftScores(layout=layout, exposures=exposures.astype(np.int8), length=n)
    scores = np.concatenate([found for _, found in shifts.scores(0)])
    rows = []
    for smallest in SMALLEST:
        tested = (estimates.variance > 1e-9) & (estimates.expected >= smallest)
        if not tested.any():
            continue
        adjusted = adjust(
            StoredScores(all_scores=scores, length=1024), np.flatnonzero(tested),
            alternative="two-sided", level=LEVEL, step_down=True, n_jobs=1,
            progress=False,
        )  # fmt: skip
        low, high = limits(
            estimates, adjusted.spread, confidence_level=1 - LEVEL,
            alternative="two-sided",
        )  # fmt: skip
        rows.append(
            {
                "expected at least": smallest,
                "share of p <= 5%": (adjusted.pvalue <= LEVEL).mean(),
                "share of limits without 1": ((low > 1) | (high < 1))[tested].mean(),
                "specifications": float(tested.sum()),
                "effective tests": adjusted.effective_tests,
                "alone": adjusted.pvalue.min(),
                "Bonferroni": adjusted.pvalue.min() * tested.sum(),
                "max-T, single-step": adjusted.single_step.min(),
                "max-T, step-down": adjusted.step_down.min(),
            }
        )
    return rows


def main() -> None:
    """Simulate, print and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--replicates", type=int, default=400)
    chosen = parser.parse_args()

    family = build_family(
        timing.load_tests(), timing.load_calendar(CATEGORIES),
        period=PRIMARY.primary.period, windows=WINDOWS, by=("category",),
        anchors=("interval",), units=("day",), gap=7, reserved=(),
    )  # fmt: skip
    stratum = stratum_of(family.day, "month")
    n = chosen.replicates
    jobs = (
        delayed(replicate)(family.exposures, stratum, seed)
        for seed in np.random.SeedSequence(SEED).spawn(n)
    )
    done = Parallel(n_jobs=chosen.jobs, return_as="generator")(jobs)
    found = track(done, total=n, label="scan size", show=True)
    p = pd.DataFrame([row for rows in found for row in rows])
    of_family = p.groupby("expected at least")
    tests = ["alone", "Bonferroni", "max-T, single-step", "max-T, step-down"]
    means = [
        "specifications", "effective tests", "share of p <= 5%",
        "share of limits without 1",
    ]  # fmt: skip
    table = of_family[means].mean()
    table[tests] = of_family[tests].agg(lambda values: (values <= LEVEL).sum() / n)
    table["standard error at 5%"] = np.sqrt(LEVEL * (1 - LEVEL) / n)
    table["replicates"], table["seed"] = n, SEED
    RESULTS.parent.mkdir(exist_ok=True)
    table.to_csv(RESULTS, float_format="%.4g")
    print(table.T.to_string(float_format="%.3f"))


if __name__ == "__main__":
    main()
