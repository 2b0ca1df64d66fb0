"""A million events and a hundred thousand intervals: seconds and memory of each call.

The required case is the first row: join, exposure, primary test (the score shift) and
permutation test, by day and by minute, of 1,000,000 events and 100,000 intervals in at
most 60 seconds and 4 GiB. Then come the ways in which tables are written, each function
by itself, the same over 3,000 years, and growth to 10,000,000 events. What the records
hold is in `scale_plan.py`.

Each row is one call in a process of its own, after a call on tiny tables that loads the
modules. Seconds are wall time and processor time; memory is the largest resident size
of the process, with interpreter, libraries and tables, and how much of it the call
added. What is refused stands with its error message. Table and figure go to
``analyses/results``.

    python analyses/benchmarks/scale.py

takes about half an hour.
"""

import os

os.environ.update(dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"), "1"))

import sys
import time
import warnings
from dataclasses import replace

import pandas as pd
from measure import (
    Call,
    Peak,
    machine,
    options,
    output_of,
    peak,
    preload,
    rounded,
)
from scale_figure import draw
from scale_plan import (
    JOBS,
    READ,
    SEED,
    TOO_LONG,
    WHOLE,
    Size,
    prepare,
    prepare_reading,
)

from timing.errors import TimingError, TimingWarning
from timing.tables import write_table

NAME = "benchmark_scale"
SECONDS, MIB = 60, 4096
"""Limits of the required case."""
FORMS = ("timestamps", "text", "ids and zones", "csv")
GROWING = (
    READ,
    "nearest",
    "exposure",
    "permutation_test, shift by month",
    "clock times, shift by month",
    "randomization_test",
)
EVENTS = tuple(10**i for i in range(3, 8))
INTERVALS = tuple(10**i for i in range(2, 6))
NUMBERS = ("seconds", "processor seconds", "peak MiB", "added MiB")
COLUMNS = ("part", "what", "events", "intervals", "years", "form", *NUMBERS, "note")
PARTS = ("required", "functions", "3,000 years", "events", "intervals")


def plan(part: str) -> list[tuple[str, Size]]:
    """List the rows of a part."""
    full = Size()
    if part == "required":
        return [(WHOLE, replace(full, form=form)) for form in FORMS]
    if part in ("functions", "3,000 years"):
        size = full if part == "functions" else replace(full, years=3_000)
        return [(job, size) for job in JOBS if job != WHOLE]
    if part == "events":
        sizes = [replace(full, events=n, intervals=min(n // 10, 10**5)) for n in EVENTS]
    else:
        sizes = [replace(full, intervals=m) for m in INTERVALS]
    jobs = GROWING if part == "events" else GROWING[1:]
    return [(job, size) for job in jobs for size in sizes]


def call_of(job: str, size: Size) -> Call:
    """Prepare one row."""
    warnings.simplefilter("ignore", TimingWarning)
    return prepare_reading(size) if job == READ else prepare(job, size)


def measure(part: str, job: str, size: Size) -> dict[str, object]:
    """Measure one row."""
    row = {
        "part": part,
        "what": job,
        "events": size.events,
        "intervals": size.intervals,
        "years": size.years,
        "form": "csv" if job == READ else size.form,
        "note": TOO_LONG.get((job, size.years), ""),
    }
    if row["note"]:
        return row
    try:
        found: Peak = peak(call_of, job, size)
    except TimingError as error:
        return row | {"note": f"refused: {error}"}
    numbers = (found.seconds, found.cpu_seconds, found.total_mib, found.mib)
    return row | dict(zip(NUMBERS, numbers, strict=True))


def verdict(table: pd.DataFrame) -> str:
    """Say whether the required case keeps its limits, whatever the form of the tables.

    Seconds are those of the processor where the machine was shared.
    """
    lines = []
    for row in table[table["part"].eq("required")].to_dict("records"):
        wall, processor, mib = (float(row[name]) for name in NUMBERS[:3])
        kept = min(wall, processor) <= SECONDS and mib <= MIB
        lines.append(
            f"{'Kept' if kept else 'NOT KEPT'} from {row['form']}: {wall:.1f} s "
            f"({processor:.1f} s of the processor) of {SECONDS} s, {mib:,.0f} MiB of "
            f"{MIB:,} MiB."
        )
    return "\n".join(f"- {line}" for line in lines)


def main() -> None:
    """Measure, print, write and draw."""
    parser = options(__doc__)
    parser.add_argument("--parts", nargs="+", default=PARTS, choices=PARTS)
    chosen = parser.parse_args()
    preload(["timing.permutation", "timing.regression", "timing.scanning"])
    start, rows = machine(), []
    for part in chosen.parts:
        for job, size in plan(part):
            if chosen.quick:
                size = replace(
                    size,
                    events=min(size.events, 10**3),
                    intervals=min(size.intervals, 10**2),
                    years=40,
                )
            begin = time.perf_counter()
            rows.append(measure(part, job, size))
            print(
                f"{part}: {job}, {size.events:,} events "
                f"({time.perf_counter() - begin:.0f} s)",
                file=sys.stderr,
                flush=True,
            )
    table = pd.DataFrame(rows, columns=COLUMNS)
    folder = output_of(chosen)
    head = f"# python analyses/benchmarks/scale.py; seed {SEED}; {start}\n"
    csv = table.to_csv(index=False, float_format="%.4g", lineterminator="\n")
    (folder / f"{NAME}.csv").write_text(head + csv, encoding="utf-8")
    shown = table.assign(
        **{name: table[name].astype(float).map(rounded) for name in NUMBERS},
        **{name: table[name].map("{:,}".format) for name in COLUMNS[2:5]},
    ).fillna("")
    text = f"{head[2:]}\n{verdict(table)}\n\n{write_table(shown, 'markdown')}"
    (folder / f"{NAME}.md").write_text(text, encoding="utf-8")
    print(text)
    if {"events", "intervals"} <= {*chosen.parts}:
        draw(folder)


if __name__ == "__main__":
    main()
