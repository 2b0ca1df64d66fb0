"""How well `self_controlled` and `event_study` find planted effects, on real windows.

Launches are drawn on the primary calendar of the study, with a factor on the rate of
the days of each window (each bin). Where they excite later launches the factor
multiplies the whole rate of the day. Launches are counted one by one. The rate steps up
eightfold in the middle of the period, so that the strata matter.

    python analyses/recovery_sccs.py
"""

from __future__ import annotations

import argparse
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from timing.clock import to_dates
from timing.errors import SeparationWarning
from timing.inputs import read_intervals
from timing.regression.event_study import event_study
from timing.regression.self_controlled import self_controlled
from timing.regression.windows import hold_days, read_windows
from timing.simulation import self_exciting_counts
from timing.study.specification import US_LED

FloatArray = npt.NDArray[np.float64]

RESULTS = Path(__file__).parent / "results" / "recovery_sccs.csv"
SEED = 20251028
PROCESSES = {"independent": (0.0, 10.0), "self-exciting": (0.5, 10.0)}
WINDOWS = {"pre": (-7, -1), "during": (0, 0), "post": (1, 7)}
BINS = np.arange(-4, 5)
PLANTED = {
    "none": ((1.0, 1.0, 1.0), np.ones(BINS.size)),
    "after": ((1.0, 2.0, 2.0), np.where(BINS == 0, 1.5, 1.0)),
}
LAUNCHES = 300
"""Expected launches without an effect: the record has some 200 launch days."""


def draw(
    factor: FloatArray, process: str, rng: np.random.Generator
) -> pd.DatetimeIndex:
    """Draw the dates of launches whose rate has this factor on each day."""
    days = US_LED.period.days
    branching, decay_days = PROCESSES[process]
    shape = np.where(np.arange(days.size) < days.size // 2, 1.0, 8.0)
    counts = self_exciting_counts(
        LAUNCHES * shape / shape.sum() * (1 - branching),
        branching=branching,
        decay_days=decay_days,
        multiplier=factor,
        rng=rng,
    )
    return pd.DatetimeIndex(to_dates(np.repeat(days, counts)))


def series_fit(
    dates: pd.DatetimeIndex, calendar: pd.DataFrame, strata: str
) -> tuple[FloatArray, FloatArray, FloatArray, bool]:
    """Estimates, limits and the joint test of the window before."""
    fit = self_controlled(
        dates,
        calendar,
        period=US_LED.period,
        windows=WINDOWS,
        strata=strata,
        unit="event",
    )
    table = fit.to_frame()
    pre = fit.joint_test("pre")
    assert pre is not None
    limits = table[["ci_low", "ci_high"]].to_numpy()
    return table["rate_ratio"].to_numpy(), limits, limits, pre.pvalue < 0.05


def study_fit(
    dates: pd.DatetimeIndex, calendar: pd.DataFrame, cov: str
) -> tuple[FloatArray, FloatArray, FloatArray, bool]:
    """Estimates, limits, band and the joint test of the leads."""
    fit = event_study(
        dates,
        calendar,
        period=US_LED.period,
        leads=4,
        lags=4,
        bin_days=7,
        base=None,
        strata="month",
        cov=cov,  # type: ignore[arg-type]
        unit="event",
        n_draws=1000,
    )
    table = fit.to_frame()
    leads = fit.joint_test("leads")
    assert leads is not None
    return (
        table["rate_ratio"].to_numpy(),
        table[["ci_low", "ci_high"]].to_numpy(),
        table[["band_low", "band_high"]].to_numpy(),
        leads.pvalue < 0.05,
    )


MODELS: dict[str, Callable[..., tuple[FloatArray, FloatArray, FloatArray, bool]]] = {
    "self_controlled, month": lambda d, c: series_fit(d, c, "month"),
    "self_controlled, year": lambda d, c: series_fit(d, c, "year"),
    "event_study, HAC": lambda d, c: study_fit(d, c, "HAC"),
    "event_study, model": lambda d, c: study_fit(d, c, "model"),
}


def rows_of(
    model: str,
    names: list[str],
    truth: FloatArray,
    found: list[tuple[FloatArray, FloatArray, FloatArray, bool]],
) -> list[dict[str, object]]:
    """Bias, coverage and false alarms with their Monte Carlo errors."""
    ratio, limits, band = (np.array([f[k] for f in found]) for k in range(3))
    alarm = float(np.mean([f[3] for f in found]))
    usable = np.isfinite(ratio) & (ratio > 0)
    held = (limits[..., 0] <= truth) & (truth <= limits[..., 1])
    # Bins with an exact answer have no band, and its limits are NaN.
    whole = ((band[..., 0] <= truth) & (truth <= band[..., 1])) | np.isnan(band[..., 0])
    together = float(whole.all(axis=1).mean())
    n = len(found)
    rows = []
    for j, name in enumerate(names):
        error = np.log(ratio[usable[:, j], j] / truth[j])
        coverage = float(held[:, j].mean())
        rows.append(
            {
                "model": model,
                "window": name,
                "rate_ratio": truth[j],
                "bias_log": round(float(error.mean()), 4),
                "bias_error": round(float(error.std(ddof=1) / np.sqrt(error.size)), 4),
                "coverage": round(coverage, 3),
                "coverage_error": round(np.sqrt(coverage * (1 - coverage) / n), 3),
                "all_at_once": round(together, 3) if "study" in model else "",
                "pre_rejected": round(alarm, 3),
                "no_finite_estimate": int((~usable[:, j]).sum()),
                "replicates": n,
            }
        )
    return rows


def main() -> None:
    """Run all cells and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--replicates", type=int, default=200)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--output", type=Path, default=RESULTS)
    args = parser.parse_args()
    warnings.simplefilter("ignore", SeparationWarning)
    calendar = US_LED.calendar()
    spans = read_intervals(calendar)
    days = US_LED.period.days
    owner = hold_days(days, spans.first, spans.last, read_windows(WINDOWS)).owner
    weeks = {f"{j:+d}": (7 * j, 7 * j + 6) for j in BINS.tolist()}
    counts = hold_days(days, spans.first, spans.last, read_windows(weeks)).counts
    seeds = np.random.SeedSequence(args.seed).spawn(2 * len(PROCESSES) * len(PLANTED))
    table = []
    for process in PROCESSES:
        for planted, (by_window, by_bin) in PLANTED.items():
            for kind, names, truth, factor in (
                (
                    "self_controlled",
                    list(WINDOWS),
                    np.array(by_window),
                    np.append(by_window, 1.0)[owner],
                ),
                ("event_study", list(weeks), by_bin, np.exp(counts @ np.log(by_bin))),
            ):
                rng = np.random.default_rng(seeds.pop())
                dates = [draw(factor, process, rng) for _ in range(args.replicates)]
                for model, fit in MODELS.items():
                    if not model.startswith(kind):
                        continue
                    found = [fit(drawn, calendar) for drawn in dates]
                    table += [
                        {"launches": process, "planted": planted, **row}
                        for row in rows_of(model, names, truth, found)
                    ]
    args.output.parent.mkdir(parents=True, exist_ok=True)
    command = f"--replicates {args.replicates} --seed {args.seed}"
    with args.output.open("w", encoding="utf-8", newline="\n") as file:
        file.write(f"# python analyses/recovery_sccs.py {command}\n")
        pd.DataFrame(table).to_csv(file, index=False, lineterminator="\n")


if __name__ == "__main__":
    main()
