"""Draw ``benchmark_scale.csv``: seconds above peak memory as events or intervals grow.

python analyses/benchmarks/scale_figure.py
"""

import argparse
from pathlib import Path

import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from measure import RESULTS

from timing.figures.style import DOUBLE, OKABE_ITO, figure_style
from timing.study.output import write_figure

NAME = "benchmark_scale"
LINES = {
    "read_events from CSV": ("black", "X"),
    "nearest": ("green", "^"),
    "exposure": ("orange", "v"),
    "permutation_test, shift by month": ("blue", "o"),
    "clock times, shift by month": ("sky", "s"),
    "randomization_test": ("vermilion", "D"),
}
PANELS = {
    "events": "40 years; an interval for ten events, at most 100,000",
    "intervals": "40 years; 1,000,000 events",
}
LIMITS = {"seconds": 60.0, "peak MiB": 4096.0}
TITLE = "Seconds and memory from a thousand to ten million events"
ALT_TEXT = (
    "Seconds (above) and largest memory of the process (below) of one call, all axes "
    "logarithmic, as events grow from 1,000 to 10,000,000 (left: "
    f"{PANELS['events']}) and as intervals grow from 100 to 100,000 (right: "
    f"{PANELS['intervals']}), for: {', '.join(LINES)}. Dotted grey lines mark 60 "
    "seconds and 4 GiB, the limits for 1,000,000 events and 100,000 intervals together."
)


def draw_panel(ax: Axes, table: pd.DataFrame, part: str, column: str) -> None:
    """Draw one column of one part's rows."""
    for name, (colour, mark) in LINES.items():
        rows = table[table["part"].eq(part) & table["what"].eq(name)]
        ax.plot(
            rows[part], rows[column], color=OKABE_ITO[colour], marker=mark, label=name
        )
    ax.axhline(LIMITS[column], color=OKABE_ITO["grey"], lw=1.0, ls=":")
    ax.set(xscale="log", yscale="log")
    ax.minorticks_off()
    ax.grid(color="#dddddd", lw=0.5)
    ax.set_axisbelow(True)


def draw(folder: Path) -> None:
    """Draw the table of a folder, and keep figure and description beside it."""
    table = pd.read_csv(folder / f"{NAME}.csv", comment="#").dropna(subset="seconds")
    with figure_style():
        figure, axes = plt.subplots(
            2, 2, figsize=(DOUBLE, 5.6), sharex="col", sharey="row",
            layout="constrained",
        )  # fmt: skip
        for column, (part, title) in enumerate(PANELS.items()):
            axes[0, column].set_title(title)
            axes[1, column].set_xlabel(part)
            for row, number in enumerate(LIMITS):
                draw_panel(axes[row, column], table, part, number)
                axes[row, 0].set_ylabel(number)
        handles, labels = axes[0, 0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=3)
        write_figure(folder, NAME, figure, title=TITLE, about=ALT_TEXT, formats=["svg"])
        plt.close(figure)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=RESULTS)
    draw(parser.parse_args().output)
