"""Family-wise error: any false alarm among many windows, categories, classes or lags.

Launches of the settings with the real calendar, three quarters of a first class. Scans
have 7 windows x 7 levels of category x 3 levels of class: the specifications overlap as
those of a real scan do. Counted are data sets with any p-value of at most 5 %: each
specification on its own, times their number (Bonferroni), and by max-T; and how many
specifications have a small p-value of their own, or limits that leave out 1. Beside
them the global envelope of a lag profile of 14 days either side, and its smallest
single p-value. The table goes to `analyses/results/validity_family.csv`.

    OPENBLAS_NUM_THREADS=1 python analyses/validity/family.py --jobs 2
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np
import numpy.typing as npt
import pandas as pd
from runs import arguments, run, write

import timing
from timing.kernels.scoring import score_layout
from timing.scanning.adjustment import adjust
from timing.scanning.estimates import estimate_pairs, limits
from timing.scanning.family import build_family
from timing.scanning.sources import ShiftScores, StoredScores
from timing.scenario import Record, Scenario
from timing.strata import stratum_of
from timing.study.specification import PRIMARY

IntArray = npt.NDArray[np.int64]

SETTINGS = (
    "independent",
    "campaigns",
    "self-exciting",
    "fitted to the record",
    "shared density of summits",
)
LEVEL = 0.05
SHARE_OF_FIRST_CLASS = 0.75
SMALLEST = {"": 0.0, ", 1 expected": 1.0}
"""Families: specifications that expect at least so many launches on exposed days."""
MAX_LAG = 14
WINDOWS = [
    timing.Window(before=before, after=after)
    for before, after in ((0, 0), (3, 0), (7, 0), (0, 3), (0, 7), (3, 3), (7, 7))
]
CATEGORIES = [
    "rok_us_summit", "us_president_visit_asia", "us_japan_summit", "us_china_summit",
    "dprk_summit", "g7",
]  # fmt: skip


@cache
def exposures() -> tuple[IntArray, IntArray]:
    """Exposure of each window and category, and the months."""
    family = build_family(
        timing.load_tests(), timing.load_calendar(CATEGORIES),
        period=PRIMARY.primary.period, windows=WINDOWS, by=("category",),
        anchors=("interval",), units=("day",), gap=7, reserved=(),
    )  # fmt: skip
    return family.exposures, stratum_of(family.day, "month")


def put(
    record: Record, scenario: Scenario, rate_ratio: float, rng: np.random.Generator
) -> Mapping[str, float]:
    """Smallest p-values of the scan and of the lag profile."""
    del rate_ratio
    first = rng.random(record.day.size) < SHARE_OF_FIRST_CLASS
    series = np.array(
        [record.launches, record.launches * first, record.launches * ~first]
    )
    row = scanned(series[series.any(axis=1)])
    profile = timing.lag_profile(
        record.tests, record.calendar, period=scenario.period, max_lag=MAX_LAG,
        n_resamples=199, rng=rng,
    )  # fmt: skip
    row["lags, alone"] = float(profile.pvalue.min())
    row["lags, Bonferroni"] = float(profile.pvalue.min()) * profile.lag.size
    row["lags, global envelope"] = profile.global_pvalue
    return row


def scanned(series: IntArray) -> dict[str, float]:
    """Scan series of launches."""
    exposed, stratum = exposures()
    n = stratum.size
    layout = score_layout(stratum, [(np.ones(n, dtype=bool), series)])
    estimates = estimate_pairs(layout, exposed)
    shifts = ShiftScores(layout=layout, exposures=exposed.astype(np.int8), length=n)
    scores = np.concatenate([found for _, found in shifts.scores(0)])
    row = {}
    for name, smallest in SMALLEST.items():
        tested = (estimates.variance > 1e-9) & (estimates.expected >= smallest)
        adjusted = adjust(
            StoredScores(all_scores=scores, length=1024), np.flatnonzero(tested),
            alternative="two-sided", level=LEVEL, step_down=True, n_jobs=1,
            progress=False,
        )  # fmt: skip
        low, high = limits(
            estimates, adjusted.spread, confidence_level=1 - LEVEL,
            alternative="two-sided",
        )  # fmt: skip
        row |= {
            f"scan{name}, specifications": float(tested.sum()),
            f"scan{name}, effective tests": adjusted.effective_tests,
            f"scan{name}, share of p <= 5%": float((adjusted.pvalue <= LEVEL).mean()),
            f"scan{name}, share of limits without 1": float(
                ((low > 1) | (high < 1))[tested].mean()
            ),
            f"scan{name}, alone": float(adjusted.pvalue.min()),
            f"scan{name}, Bonferroni": float(adjusted.pvalue.min() * tested.sum()),
            f"scan{name}, max-T single-step": float(adjusted.single_step.min()),
            f"scan{name}, max-T step-down": float(adjusted.step_down.min()),
        }
    return row


def rows_of(setting: str, found: pd.DataFrame) -> list[dict[str, object]]:
    """Means of what describes the family; share of data sets with a false alarm."""
    n = len(found)
    rows = []
    for name in found.columns:
        described = name.endswith(("specifications", "effective tests")) or (
            ", share of " in name
        )
        value = float(
            found[name].mean() if described else (found[name] <= LEVEL + 1e-9).mean()
        )
        rows.append(
            {
                "setting": setting,
                "quantity": name if described else f"{name}: family-wise error",
                "value": round(value, 4),
                "se": None
                if described
                else round(float(np.sqrt(value * (1 - value) / n)), 4),
                "replicates": n,
            }
        )
    return rows


def main() -> None:
    """Run the settings and write the table."""
    chosen = arguments(__doc__, 1000)
    rows = []
    for setting in SETTINGS:
        rows += rows_of(setting, run("family", put, setting, chosen))
    write(
        pd.DataFrame(rows),
        chosen.results / "validity_family.csv",
        f"python analyses/validity/family.py --replicates {chosen.replicates}",
    )


if __name__ == "__main__":
    main()
