"""How seconds and memory grow with days, launches, intervals, draws, strata and scan.

One quantity grows at a time, the others stay as the title of its panel says. Strata are
calendar months, except where they grow (none, year, half, quarter, month, fortnight,
five days). Peers (elephant, scipy, pyunicorn, spacepy; see `peers.py`) stand beside our
line under the same null model wherever they have the quantity: none has strata or
specifications.

Seconds are medians, for `timing` from tables to result and for peers from arrays, in
turns with a raw FFT pair of the same length and, for a peer, with our line; ratios are
taken round by round. Calls of more than two seconds are timed once. A peer that would
take more than five seconds gets fewer draws, and its seconds and ratios are scaled in
proportion; where 99 draws alone take more, its larger sizes are left out. The column
"note" says so. Memory is the peak of one call with the draws of its row in a process of
its own (see `measure.py`).

The interval of the score shift is searched outward from the estimate: where few
launches meet exposure the search is longer, or ends at once, so that its seconds need
not grow evenly. Seconds are those of a process that has run for a while: in a fresh one
the allocator returns the memory of every chunk of draws, and shuffled blocks took four
times as long. Table and figure go to ``analyses/results``.

    pip install 'event-timing[peers]' && python analyses/benchmarks/growth.py

`run_all.py` runs it together with `peers.py`.
"""

import os

os.environ.update(dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"), "1"))

import warnings
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from growth_figure import draw
from growth_plan import LINES, PANELS, Panel, Size
from measure import (
    Call,
    alternate,
    machine,
    median,
    options,
    output_of,
    peak,
    raw_fft_pair,
    rounded,
    rounds_within,
    seconds,
)
from peers import FEW, ready

from timing.errors import LowInformationWarning
from timing.tables import write_table

BUDGET = 0.5
"""Seconds for the rounds of one point."""
SLOW = 2.0
"""Seconds, in a fresh process, from which a call is timed once."""
LIMIT = 5.0
"""Seconds that a peer may take."""
NUMBERS = (
    "seconds", "times raw FFT pair", "times timing", "raw FFT pair", "peak MiB"
)  # fmt: skip
COLUMNS = (
    "growing", "value", "what", "draws", *NUMBERS[:3], "same null", *NUMBERS[3:],
    "rounds", "note",
)  # fmt: skip


def call_of(line: str, size: Size) -> Call:
    """Prepare one point."""
    warnings.simplefilter("ignore", LowInformationWarning)
    return LINES[line].prepare(size)


def affordable(draws: int, once: float) -> int:
    """Return the draws for which a peer has time, if a few of them take `once`."""
    few = min(draws, FEW)
    while draws >= 10 * FEW and once * draws / few > LIMIT:
        draws //= 10
    return draws


def measure_point(
    line: str, size: Size, draws: int, *, quick: bool
) -> dict[str, object]:
    """Measure one call with so many draws, scaled to those of the size."""
    cut, same = replace(size, draws=draws), LINES[line].same
    alone = peak(call_of, line, cut)
    call = call_of(line, cut)
    others = [raw_fft_pair(size.days), *([call_of(same, size)] if same else [])]
    beside, slow = sum(map(seconds, others)), alone.seconds > SLOW
    once = beside if slow else alone.seconds + beside
    rounds = 1 if quick else rounds_within(BUDGET, once, most=20)
    if slow:
        turns = alternate(others, rounds)
        times = np.column_stack([np.full(rounds, seconds(call)), turns])
    else:
        times = alternate([call, *others], rounds)
    scale = size.draws / draws
    took, ratios = times[:, 0] * scale, times[:, :1] * scale / times[:, 1:]
    return {
        "draws": draws if LINES[line].drawn else None,
        "seconds": median(took),
        "times raw FFT pair": median(ratios[:, 0]),
        "times timing": median(ratios[:, 1]) if same else None,
        "same null": same,
        "raw FFT pair": median(took) / median(ratios[:, 0]),
        "peak MiB": alone.mib,
        "rounds": 1 if slow else rounds,
        "note": "" if draws == size.draws else f"scaled to {size.draws:,} draws",
    }


def measure_line(
    panel: Panel, line: str, sizes: Sequence[Size], *, quick: bool
) -> list[dict[str, object]]:
    """Measure one line as far as it has time."""
    rows, peer, once = [], LINES[line].peer, 0.0
    for size in sizes:
        row = {"growing": panel.what, "value": panel.value(size), "what": line}
        if peer is not None and not peer.imports:
            row["note"] = "not installed"
        elif once > LIMIT:
            row["note"] = f"left out: {FEW} draws of the size before took {once:.1f} s"
        else:
            draws = size.draws
            if peer is not None:
                few = FEW if quick else min(draws, FEW)
                once = seconds(call_of(line, replace(size, draws=few)))
                draws = few if quick else affordable(draws, once)
            row.update(measure_point(line, size, draws, quick=quick))
        rows.append(row)
    return rows


def main() -> None:
    """Measure, print, write and draw."""
    parser = options(__doc__)
    names = [panel.what for panel in PANELS]
    parser.add_argument("--panels", nargs="+", default=names, choices=names)
    chosen = parser.parse_args()
    panels = [panel for panel in PANELS if panel.what in chosen.panels]

    versions, start = ready(), machine()
    rows = [
        row
        for panel in panels
        for line in panel.lines
        for row in measure_line(
            panel,
            line,
            panel.sizes[:1] if chosen.quick else panel.sizes,
            quick=chosen.quick,
        )
    ]
    table = pd.DataFrame(rows, columns=COLUMNS)
    table[["draws", "rounds"]] = table[["draws", "rounds"]].astype("Int64")
    shown = table.assign(
        **{name: table[name].astype(float).map(rounded) for name in NUMBERS},
        **{
            name: table[name].map("{:,}".format, na_action="ignore").astype(object)
            for name in ("value", "draws", "rounds")
        },
    ).fillna("")
    text = f"{write_table(shown, 'markdown')}\n{start}; {versions}\n"
    folder = output_of(chosen)
    table.to_csv(folder / "benchmark_growth.csv", index=False, float_format="%.4g")
    (folder / "benchmark_growth.md").write_text(text, encoding="utf-8")
    print(text)
    draw(folder)


if __name__ == "__main__":
    main()
