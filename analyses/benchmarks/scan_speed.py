"""Seconds and memory of a scan of 10,000 specifications, from tables to result.

Prints a table and writes it to ``analyses/output/benchmarks``. On one core: the linear
algebra library is held to one thread. Processor time is given beside wall time, which
other programs on the machine lengthen.
"""

import os

os.environ.update(dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"), "1"))

import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
import pandas as pd

import timing
from timing.scanning import scan
from timing.scanning.adjustment import adjust
from timing.scanning.family import build_family
from timing.scanning.scores import score_shifted
from timing.strata import stratum_of
from timing.tables import write_table

N_DAYS, N_LAUNCHES, N_EVENTS = 15_000, 200, 150
N_CATEGORIES, N_CLASSES = 9, 9
T = TypeVar("T")
OUTPUT = Path("analyses/output/benchmarks")


def tables(rng: np.random.Generator) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Draw launches of nine classes and visits of nine categories."""
    first = np.datetime64("1984-01-01")
    launch = np.sort(rng.choice(N_DAYS, N_LAUNCHES, replace=False))
    start = np.sort(rng.choice(N_DAYS - 3, N_EVENTS, replace=False))
    tests = pd.DataFrame(
        {
            "date": first + launch,
            "weapon": [f"class {i % N_CLASSES}" for i in range(N_LAUNCHES)],
        }
    )
    calendar = pd.DataFrame(
        {
            "start": first + start,
            "end": first + start + rng.integers(0, 4, N_EVENTS),
            "category": [f"category {i % N_CATEGORIES}" for i in range(N_EVENTS)],
        }
    )
    return tests, calendar


class Clock:
    """Wall and processor seconds of named steps."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, str, str]] = []

    def measure(self, what: str, call: Callable[[], T]) -> T:
        """Time one call."""
        wall, processor = time.perf_counter(), time.process_time()
        value = call()
        spent = (time.perf_counter() - wall, time.process_time() - processor)
        self.rows.append((what, *(f"{seconds:.2f}" for seconds in spent)))
        return value


def peak_mib() -> float:
    """Largest memory of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Measure, print and write."""
    tests, calendar = tables(np.random.default_rng(1))
    last = np.datetime64("1984-01-01") + N_DAYS - 1
    starts = ["1984-01-01", "1994-04-10", "2004-06-20", "2014-09-01"]
    ends = [*(str(np.datetime64(start) - 1) for start in starts[1:]), str(last)]
    periods = {"whole": timing.StudyPeriod("1984-01-01", str(last))}
    for start, end in zip(starts, ends, strict=True):
        periods[start] = timing.StudyPeriod(start, end)
    windows = [
        timing.Window(before=before, after=after)
        for before in (0, 3, 7, 10, 14)
        for after in (0, 3, 7, 14)
    ]
    request = {"period": periods, "windows": windows, "by": ("category", "weapon")}

    # A small scan first, so that loading modules and tables does not count.
    scan(tests, calendar, period=periods["whole"], windows=windows[:1], progress=False)
    clock, before = Clock(), peak_mib()
    result = clock.measure(
        "scan, tables to result",
        lambda: scan(tests, calendar, **request, progress=False),
    )
    peak = peak_mib()
    clock.measure(
        "the same without step-down",
        lambda: scan(tests, calendar, **request, step_down=False, progress=False),
    )
    family = clock.measure(
        "of it: tables to arrays",
        lambda: build_family(
            tests, calendar, **request, anchors=("interval",), units=("day",), gap=7,
            reserved=(),
        ),
    )  # fmt: skip
    scored = clock.measure(
        "of it: rate ratios",
        lambda: score_shifted(family, stratum_of(family.day, "month")),
    )
    source = scored.source
    clock.measure(
        "of it: scores at all shifts",
        lambda: [
            sum(1 for _ in source.scores(block)) for block in range(source.n_blocks)
        ],
    )
    clock.measure(
        "of it: scores, tails and maxima of all pairs",
        lambda: adjust(
            source, np.arange(source.n_pairs), alternative="two-sided", level=0.05,
            step_down=True, n_jobs=1, progress=False,
        ),
    )  # fmt: skip
    table = pd.DataFrame(clock.rows, columns=["what", "seconds", "processor seconds"])
    text = write_table(table, "markdown") + (
        f"\n{len(result.table)} specifications tested, {len(result.skipped)} without "
        f"information skipped after scoring; {source.n_pairs} different pairs of "
        f"launch series and exposure; {source.n_arrangements} shifts.\n"
        f"Memory of the process: {before:.0f} MiB before, at most {peak:.0f} MiB "
        "during the scan. Targets: 5 s, 1024 MiB.\n"
    )
    OUTPUT.mkdir(parents=True, exist_ok=True)
    (OUTPUT / "scan_speed.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
