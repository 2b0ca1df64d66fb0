"""How seconds and memory grow with the data, the draws, the strata and the scan.

One quantity grows at a time, the others stay as the title of its panel says. Strata are
calendar months, except where they grow (none, year, half, quarter, month, fortnight,
five days). Seconds are medians, from tables to result, beside a raw FFT pair of the
same length in the same rounds; calls of more than two seconds are timed once. Memory is
the peak of one call in a process of its own (see `measure.py`). The interval of the
score shift is searched outward from the estimate: where few launches meet exposure the
search is longer, or ends at once, so that its seconds need not grow evenly. Seconds are
those of a process that has run for a while: in a fresh one the allocator returns the
memory of every chunk of draws, and shuffled blocks took four times as long. The table
goes to ``analyses/results``, the figure to ``analyses/output/benchmarks``.

    python analyses/benchmarks/growth.py
"""

import os

os.environ.update(dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"), "1"))

import argparse
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from textwrap import fill

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from measure import (
    Call,
    alternate,
    machine,
    median,
    peak,
    preload,
    raw_fft_pair,
    rounded,
    rounds_within,
    seconds,
)

import timing
from timing.coincidence import StatisticName
from timing.errors import LowInformationWarning
from timing.figures.style import OKABE_ITO, figure_style
from timing.nulls import BlockShuffle, CircularShift, GapShuffle, NullModel, Uniform
from timing.scanning import scan
from timing.strata import Strata, stratum_of
from timing.study.output import write_figure
from timing.tables import write_table

ROOT = Path(__file__).parents[1]
BUDGET = 0.5
"""Seconds for the rounds of one point."""
SLOW = 2.0
"""Seconds, in a fresh process, from which a call is timed once."""
N_CLASSES = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much data, draws and specifications."""

    days: int = 15_000
    launches: int = 200
    intervals: int = 150
    window: int = 7
    draws: int = 999
    strata: Strata = "month"
    specifications: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """Synthetic launches and calendar."""

    tests: pd.DataFrame
    calendar: pd.DataFrame
    period: timing.StudyPeriod
    window: timing.Window


@cache
def tables(size: Size) -> Tables:
    """Draw launch days and three-day calendar events evenly over the days."""
    rng = np.random.default_rng(1)
    first = np.datetime64("1984-01-01")
    launch = np.sort(rng.choice(size.days, size.launches, replace=False))
    length = 3 if size.window else 1
    start = np.sort(rng.integers(0, size.days - length, size.intervals))
    tests = {
        "date": first + launch,
        "weapon": [f"class {i % N_CLASSES}" for i in range(size.launches)],
    }
    calendar = {
        "start": first + start,
        "end": first + start + (length - 1),
        "category": [f"category {i % N_CLASSES}" for i in range(size.intervals)],
    }
    return Tables(
        tests=pd.DataFrame(tests),
        calendar=pd.DataFrame(calendar),
        period=timing.StudyPeriod(str(first), str(first + size.days - 1)),
        window=timing.Window(before=size.window, after=size.window),
    )


def permutation(
    size: Size, null: NullModel, statistic: StatisticName = "count"
) -> Call:
    """Prepare `permutation_test`."""
    data = tables(size)
    return lambda: timing.permutation_test(
        data.tests,
        data.calendar,
        period=data.period,
        window=data.window,
        null=null,
        statistic=statistic,
        n_resamples=size.draws,
        rng=1,
        n_jobs=1,
        progress=False,
    )


def score(size: Size) -> Call:
    """Prepare the score shift with its interval."""
    data = tables(size)
    return lambda: timing.randomization_test(
        data.tests,
        data.calendar,
        period=data.period,
        window=data.window,
        strata=size.strata,
    )


def scanned(size: Size) -> Call:
    """Prepare a scan: ten categories or a hundred pairs of them and weapon classes."""
    data, wanted = tables(size), size.specifications
    by = ("category",) if wanted < 100 else ("category", "weapon")
    windows = [
        timing.Window(before=before, after=after)
        for before in range(10)
        for after in range(10)
    ][: max(1, wanted // 100)]
    return lambda: scan(
        data.tests,
        data.calendar,
        period=data.period,
        windows=windows,
        by=by,
        n_jobs=1,
        progress=False,
    )


LINES: dict[str, tuple[Callable[[Size], Call], str, str]] = {
    "shift of the whole period, exact": (
        lambda size: permutation(size, CircularShift(None)), "blue", "o"
    ),
    "shift within strata, exact": (
        lambda size: permutation(size, CircularShift(size.strata)), "sky", "s"
    ),
    "days shuffled within strata, exact": (
        lambda size: permutation(size, Uniform(size.strata)), "purple", "P"
    ),
    "score shift, with interval": (score, "vermilion", "D"),
    "shuffled gaps, drawn": (
        lambda size: permutation(size, GapShuffle()), "green", "^"
    ),
    "shuffled blocks, drawn": (
        lambda size: permutation(size, BlockShuffle(30)), "orange", "v"
    ),
    "shuffled days, drawn": (  # for a statistic that has no exact distribution
        lambda size: permutation(size, Uniform(), "precursor_rate"), "black", "X"
    ),
    "scan": (scanned, "black", "h"),
}  # fmt: skip
"""What is measured, its colour and its mark."""
EXACT = tuple(LINES)[:2]
DRAWN = ("shuffled gaps, drawn", "shuffled blocks, drawn", "shuffled days, drawn")
RAW = "raw FFT pair of the same length"
SCORE, GAPS = "score shift, with interval", "shuffled gaps, drawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One growing quantity: its sizes by value, and the lines to measure."""

    what: str
    title: str
    sizes: tuple[Size, ...]
    lines: tuple[str, ...]

    def value(self, size: Size) -> int:
        """Return the quantity that grows."""
        if self.what == "strata":
            return int(
                np.unique(stratum_of(tables(size).period.days, size.strata)).size
            )
        return int(getattr(size, self.what))


PANELS = (
    Panel(
        what="days",
        title="50 launches, an interval every 100 days, 999 draws",
        sizes=tuple(
            Size(days=10**i, launches=50, intervals=10 ** (i - 2)) for i in (3, 4, 5, 6)
        ),
        lines=(*EXACT, SCORE, GAPS),
    ),
    Panel(
        what="launches",
        title="30,000 days, 150 intervals, 999 draws",
        sizes=tuple(Size(days=30_000, launches=10**i) for i in (1, 2, 3, 4)),
        lines=(*EXACT, SCORE, GAPS),
    ),
    Panel(
        what="intervals",
        title="100,000 days, 200 launches, 999 draws",
        sizes=tuple(
            Size(days=100_000, intervals=10**i, window=0) for i in (1, 2, 3, 4, 5)
        ),
        lines=(*EXACT, SCORE, GAPS),
    ),
    Panel(
        what="draws",
        title="2,000 days, 100 launches, 20 intervals",
        sizes=tuple(
            Size(days=2_000, launches=100, intervals=20, draws=10**i)
            for i in (2, 3, 4, 5)
        ),
        lines=DRAWN,
    ),
    Panel(
        what="strata",
        title="15,000 days, 200 launches, 150 intervals",
        sizes=tuple(
            Size(strata=strata)
            for strata in (None, "year", "half", "quarter", "month", "fortnight", 5)
        ),
        lines=(
            "shift within strata, exact",
            "days shuffled within strata, exact",
            SCORE,
        ),
    ),
    Panel(
        what="specifications",
        title="15,000 days, 200 launches, 150 intervals",
        sizes=tuple(Size(specifications=10**i) for i in (1, 2, 3, 4)),
        lines=("scan",),
    ),
)


def call_of(line: str, size: Size) -> Call:
    """Prepare one point."""
    warnings.simplefilter("ignore", LowInformationWarning)
    return LINES[line][0](size)


def measure_point(panel: Panel, line: str, size: Size) -> dict[str, object]:
    """Measure one point."""
    alone = peak(call_of, line, size)
    call, raw = call_of(line, size), raw_fft_pair(size.days)
    if alone.seconds > SLOW:
        took = np.array([seconds(call)])
        ratio = took / median(alternate([raw], 20))
    else:
        rounds = rounds_within(BUDGET, alone.seconds, most=20)
        times = alternate([call, raw], rounds)
        took, ratio = times[:, 0], times[:, 0] / times[:, 1]
    return {
        "growing": panel.what,
        "value": panel.value(size),
        "what": line,
        "seconds": median(took),
        "times raw FFT pair": median(ratio),
        "raw FFT pair": median(took) / median(ratio),
        "peak MiB": alone.mib,
        "rounds": took.size,
    }


def draw_panel(ax: Axes, table: pd.DataFrame, column: str) -> None:
    """Draw one column of one panel's rows on logarithmic axes."""
    for line, rows in table.groupby("what", sort=False):
        _, colour, mark = LINES[str(line)]
        ax.plot(
            rows["value"], rows[column], marker=mark, ms=4, lw=1.2,
            color=OKABE_ITO[colour], label=line,
        )  # fmt: skip
    if column == "seconds":
        raw = table.groupby("value")["raw FFT pair"].median()
        ax.plot(raw.index, raw, color=OKABE_ITO["grey"], lw=1.2, ls="--", label=RAW)
    ax.set(xscale="log", yscale="log")
    ax.grid(color="#dddddd", lw=0.5)
    ax.set_axisbelow(True)


def draw(table: pd.DataFrame, panels: tuple[Panel, ...], folder: Path) -> None:
    """Draw seconds above memory for every panel, and say what the figure shows."""
    with figure_style(), plt.rc_context({"font.size": 8, "axes.titlesize": 7.5}):
        figure, axes = plt.subplots(
            4, 3, figsize=(7.2, 8.8), sharey="row", layout="constrained"
        )
        for i, panel in enumerate(panels):
            row, column = 2 * (i // 3), i % 3
            rows = table[table["growing"] == panel.what]
            top, below = axes[row, column], axes[row + 1, column]
            draw_panel(top, rows, "seconds")
            draw_panel(below, rows, "peak MiB")
            top.set_title(fill(panel.title, 27))
            below.set_xlabel(panel.what)
        for ax, label in zip(axes[:, 0], ("seconds", "peak MiB") * 2, strict=True):
            ax.set_ylabel(label)
        marks = {
            label: handle
            for ax in axes.flat
            for handle, label in zip(*ax.get_legend_handles_labels(), strict=True)
        }
        order = [label for label in (*LINES, RAW) if label in marks]
        figure.legend(
            [marks[label] for label in order],
            order,
            loc="outside lower center",
            ncols=3,
        )
        write_figure(
            folder,
            "growth",
            figure,
            "Seconds (above) and peak memory (below) of one call, both axes "
            "logarithmic, as one quantity grows: "
            + "; ".join(f"{panel.what} ({panel.title})" for panel in panels)
            + ". A dashed line gives a raw FFT pair of the same length.",
        )
        plt.close(figure)


def main() -> None:
    """Measure, print, write and draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    names = [panel.what for panel in PANELS]
    parser.add_argument("--panels", nargs="+", default=names, choices=names)
    parser.add_argument("--output", type=Path, default=ROOT / "output" / "benchmarks")
    parser.add_argument("--results", type=Path, default=ROOT / "results")
    chosen = parser.parse_args()

    preload(
        ["timing.permutation", "timing.regression", "timing.scanning", "measure",
         "matplotlib.pyplot", "timing.study.output"]
    )  # fmt: skip
    panels = tuple(panel for panel in PANELS if panel.what in chosen.panels)
    start = machine()
    table = pd.DataFrame(
        [
            measure_point(panel, line, size)
            for panel in panels
            for line in panel.lines
            for size in panel.sizes
        ]
    )
    for path in (chosen.output, chosen.results):
        path.mkdir(parents=True, exist_ok=True)
    shown = table.assign(
        **{
            name: table[name].map(rounded)
            for name in ("seconds", "times raw FFT pair", "raw FFT pair", "peak MiB")
        },
        value=table["value"].map("{:,}".format),
    )
    text = f"{write_table(shown, 'markdown')}\n{start}\n"
    table.to_csv(
        chosen.results / "benchmark_growth.csv", index=False, float_format="%.4g"
    )
    (chosen.results / "benchmark_growth.md").write_text(text, encoding="utf-8")
    print(text)
    draw(table, panels, chosen.output)


if __name__ == "__main__":
    main()
