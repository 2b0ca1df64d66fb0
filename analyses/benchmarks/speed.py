"""Speed as ratios measured in one run: the exact null, the import, the main calls.

Prints a table and writes it to ``analyses/output/benchmarks``. Ratios are medians over
rounds that alternate the two sides, so that a drifting machine affects both alike (see
`measure.py`).

    python analyses/benchmarks/speed.py
"""

import os

os.environ.update(dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"), "1"))

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from measure import Call, machine, paired, raw_fft_pair

import timing
from timing.kernels.exact import circular_shift_pmf
from timing.tables import write_table

N_DAYS, N_LAUNCHES, N_EVENTS = 15_000, 200, 150
ROUNDS = 200
OUTPUT = Path("analyses/output/benchmarks")


def import_time(statement: str) -> Call:
    """Time a fresh interpreter that runs `statement`."""
    return lambda: subprocess.run([sys.executable, "-c", statement], check=True)


def main() -> None:
    """Measure, print and write."""
    rng = np.random.default_rng(1)
    launches = np.zeros(N_DAYS, dtype=np.int64)
    launches[rng.choice(N_DAYS, N_LAUNCHES, replace=False)] = 1
    start = np.sort(rng.choice(N_DAYS - 3, N_EVENTS, replace=False))
    exposure = np.zeros(N_DAYS, dtype=np.int64)
    for day in start:
        exposure[max(day - 7, 0) : day + 10] = 1

    fft_pair = raw_fft_pair(N_DAYS)
    first = np.datetime64("1984-01-01")
    tests = pd.DataFrame({"date": first + np.flatnonzero(launches)})
    calendar = pd.DataFrame({"start": first + start, "end": first + (start + 2)})
    period = timing.StudyPeriod("1984-01-01", str(first + np.int64(N_DAYS - 1)))
    window = timing.Window(before=7, after=7)

    def permutation() -> object:
        return timing.permutation_test(tests, calendar, period=period, window=window)

    def randomization() -> object:
        return timing.randomization_test(tests, calendar, period=period, window=window)

    rows = []

    def report(what: str, pair: tuple[float, float, float], target: str) -> None:
        rows.append(
            (what, f"{pair[0]:.5f}", f"{pair[1]:.5f}", f"{pair[2]:.2f}", target)
        )

    report(
        "exact circular-shift null / raw FFT pair",
        paired(lambda: circular_shift_pmf(launches, exposure), fft_pair, ROUNDS),
        "at most 2.5",
    )
    report(
        "import timing / import pandas",
        paired(import_time("import timing"), import_time("import pandas"), 7),
        "at most 1.3",
    )
    report(
        "import timing and permutation_test / import pandas",
        paired(
            import_time("import timing; timing.permutation_test"),
            import_time("import pandas"),
            7,
        ),
        "none",
    )
    report(
        "permutation_test from tables / raw FFT pair",
        paired(permutation, fft_pair, 20),
        "20 ms",
    )
    report(
        "randomization_test with its interval / raw FFT pair",
        paired(randomization, fft_pair, 3),
        "none",
    )
    names = ["what", "seconds", "seconds of peer", "ratio", "target"]
    table = pd.DataFrame(rows, columns=names)
    OUTPUT.mkdir(parents=True, exist_ok=True)
    text = f"{write_table(table, 'markdown')}\n{machine()}\n"
    (OUTPUT / "speed.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
