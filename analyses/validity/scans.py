"""Scans and lag profiles of one simulated record."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np
import numpy.typing as npt

import timing
from timing.kernels.scoring import score_layout
from timing.scanning.adjustment import adjust
from timing.scanning.estimates import estimate_pairs, limits
from timing.scanning.family import build_family
from timing.scanning.sources import ShiftScores, StoredScores
from timing.scenario import Record, Scenario
from timing.strata import stratum_of
from timing.study.specification import US_LED

IntArray = npt.NDArray[np.int64]

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
        period=US_LED.period, windows=WINDOWS, by=("category",),
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
