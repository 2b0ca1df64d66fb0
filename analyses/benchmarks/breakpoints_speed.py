"""Speed of the exact shift measure in continuous time, and of binning instead.

Prints a table and writes it to ``analyses/output/benchmarks``. 1,000 launches and 1,000
exposed spans at minute resolution over 15,000 days.
"""

import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

import timing
from timing.kernels.breakpoints import Spans, shift_measure, within
from timing.kernels.exact import circular_shift_pmf
from timing.tables import write_table
from timing.time_grid import build_time_grid

N_DAYS, N_LAUNCHES, N_SPANS = 15_000, 1_000, 1_000
MINUTES = N_DAYS * 1440
OUTPUT = Path("analyses/output/benchmarks")


def median_seconds(call: Callable[[], object], rounds: int) -> float:
    """Median time of one call, after one to warm up."""
    call()
    seconds = []
    for _ in range(rounds):
        begin = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - begin)
    return statistics.median(seconds)


def main() -> None:
    """Measure, print and write."""
    rng = np.random.default_rng(1)
    times = rng.integers(0, MINUTES, N_LAUNCHES)
    # One span somewhere in each of as many equal slots, so that none meets another.
    slot = MINUTES // N_SPANS
    begin = np.arange(N_SPANS) * slot + rng.integers(0, slot // 2, N_SPANS)
    exposed = Spans(begin, begin + rng.integers(1, slot // 2, N_SPANS))
    launches = np.bincount(times, minlength=MINUTES)
    exposure = within(np.arange(MINUTES), exposed).astype(np.int64)

    exact = shift_measure(times, exposed, MINUTES)
    binned = circular_shift_pmf(launches, exposure)
    difference = float(np.abs(exact.probability - binned.probability).max())

    first = np.datetime64("1984-01-01", "m")
    tests = pd.DataFrame({"date": first + times})
    calendar = pd.DataFrame({"start": first + begin, "end": first + exposed.stop})
    period = timing.StudyPeriod(
        "1984-01-01", str(np.datetime64(first, "D") + np.int64(14_999))
    )

    def from_tables() -> object:
        grid = build_time_grid(
            tests, calendar, period=period, window=timing.Window("6h", 0)
        )
        return grid.distribution("month")

    rows = [
        (
            "exact shift measure, 1,000 x 1,000",
            median_seconds(lambda: shift_measure(times, exposed, MINUTES), 15),
            "at most 0.3",
        ),
        (
            "the same by FFT over bins of a minute",
            median_seconds(lambda: circular_shift_pmf(launches, exposure), 3),
            "none",
        ),
        ("from tables, month strata", median_seconds(from_tables, 5), "none"),
    ]
    table = pd.DataFrame(rows, columns=["what", "seconds", "target"])
    table["seconds"] = table["seconds"].map("{:.4f}".format)
    OUTPUT.mkdir(parents=True, exist_ok=True)
    text = write_table(table, "markdown")
    (OUTPUT / "breakpoints_speed.md").write_text(text, encoding="utf-8")
    print(text)
    print(f"largest difference of a probability, exact and binned: {difference:.2g}")


if __name__ == "__main__":
    main()
