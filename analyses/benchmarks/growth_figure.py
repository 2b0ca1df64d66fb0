"""Draw ``benchmark_growth.csv``: seconds above peak memory for every growing quantity.

Peers are dashed and hollow, in the colour of our line under the same null model.

    python analyses/benchmarks/growth_figure.py
"""

import argparse
from pathlib import Path
from textwrap import fill

import numpy as np
import pandas as pd
from growth_plan import LINES, PANELS
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from measure import RESULTS

from timing.figures.style import OKABE_ITO, figure_style
from timing.study.output import write_figure

RAW = "raw FFT pair of the same length"
NAME = "benchmark_growth"
TITLE = "Seconds and peak memory as data, draws and specifications grow"
ALT_TEXT = (
    "Seconds (above) and peak memory (below) of one call, both axes logarithmic, as "
    "one quantity grows: "
    + "; ".join(f"{panel.what} ({panel.title})" for panel in PANELS)
    + ". Solid lines with full marks are ours; dashed lines with hollow marks are "
    "peers, in the colour of our line under the same null model. They end where larger "
    "sizes were left out, those of memory where calls had fewer draws. A dotted grey "
    "line gives a raw FFT pair of the same length."
)


def draw_panel(ax: Axes, table: pd.DataFrame, column: str) -> None:
    """Draw one column of one panel's rows on logarithmic axes."""
    for name, rows in table.groupby("what", sort=False):
        line = LINES[str(name)]
        ours, colour = line.peer is None, OKABE_ITO[line.colour]
        ax.plot(
            rows["value"], rows[column], label=name,
            color=colour, ls="-" if ours else "--", lw=1.2 if ours else 0.9,
            marker=line.mark, ms=4, mfc=colour if ours else "white",
        )  # fmt: skip
    if column == "seconds":
        raw = table.groupby("value")["raw FFT pair"].median()
        ax.plot(raw.index, raw, color=OKABE_ITO["grey"], lw=1.2, ls=":", label=RAW)
    ax.set(xscale="log", yscale="log")
    ax.minorticks_off()
    ax.grid(color="#dddddd", lw=0.5)
    ax.set_axisbelow(True)


def draw(folder: Path) -> None:
    """Draw the table of a folder, and keep figure and description beside it."""
    table = pd.read_csv(folder / f"{NAME}.csv").dropna(subset="seconds")
    table.loc[table["note"].notna(), "peak MiB"] = np.nan  # of fewer draws
    panels = [panel for panel in PANELS if panel.what in set(table["growing"])]
    with figure_style(), plt.rc_context({"font.size": 8, "axes.titlesize": 7.5}):
        figure, axes = plt.subplots(
            4, 3, figsize=(8.6, 10.4), sharey="row", layout="constrained"
        )
        for i, panel in enumerate(panels):
            row, column = 2 * (i // 3), i % 3
            rows = table[table["growing"] == panel.what]
            top, below = axes[row, column], axes[row + 1, column]
            draw_panel(top, rows, "seconds")
            draw_panel(below, rows, "peak MiB")
            top.set_title(fill(panel.title, 28))
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
        write_figure(folder, NAME, figure, title=TITLE, about=ALT_TEXT, formats=["svg"])
        plt.close(figure)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=RESULTS)
    draw(parser.parse_args().output)
