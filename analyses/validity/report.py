"""Read the tables of the validity study; write its verdicts and its figure.

A method is judged at 5 % on the settings where launches cluster, without a shared
cause: its size is right if it lies in [4 %, 6 %], two Monte Carlo standard errors
allowed for, in all of them. A method that fails is a comparator. One that then rejects
too often where launches and calendar share a cause of 60 days or slower is a test only
if there is no such cause. The table says where each method fails.

    python analyses/validity/report.py
"""

from __future__ import annotations

import argparse
import itertools
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.colors import BoundaryNorm, ListedColormap
from matplotlib.patches import Patch
from runs import RESULTS
from settings import settings as all_settings

from timing.figures.style import figure_style
from timing.study.output import write_figure

LOW, HIGH = 0.04, 0.06
ERRORS = 2.0
LEVEL = "size_0.05"
NAME = "validity_size"
FASTEST = "shared, 20 days"
"""A cause as fast as the window: no test of timing can tell it from an effect."""
BANDS = (0.0, 0.02, 0.04, 0.06, 0.10, 0.20, 1.0)
COLOURS = ("#4575b4", "#abd9e9", "#ffffff", "#fee090", "#fc8d59", "#d73027")
"""Blue: too few rejections. White: right. Red: too many. Greys by lightness."""


def read(folder: Path) -> pd.DataFrame:
    """Read the rows of our methods and of the peers that were run."""
    table = pd.read_csv(folder / "validity_size.csv", comment="#")
    tables = [table.assign(package="timing")]
    peers = folder / "validity_peers.csv"
    if peers.exists():
        tables.append(pd.read_csv(peers, comment="#"))
    return pd.concat(tables, ignore_index=True)


def verdict(rows: pd.DataFrame) -> str:
    """Judge a method on some settings: valid, or which way it fails."""
    slack = ERRORS * np.sqrt(0.05 * 0.95 / rows["replicates"])
    too_many = rows[LEVEL] > HIGH + slack
    too_few = rows[LEVEL] < LOW - slack
    if too_many.any():
        return "liberal"
    return "conservative" if too_few.any() else "valid"


def role_of(rows: pd.DataFrame) -> str:
    """Say what a method is good for: a test, a test without shared causes, neither."""
    if verdict(rows[rows["group"] == "clustered"]) != "valid":
        return "comparator"
    slower = rows[(rows["group"] == "shared cause") & (rows["setting"] != FASTEST)]
    return "if no shared cause" if verdict(slower) == "liberal" else "test"


def verdicts(table: pd.DataFrame) -> pd.DataFrame:
    """One row for each method: range of its size, verdicts, and where it fails."""
    rows = []
    for (package, method), of_method in table.groupby(
        ["package", "method"], sort=False
    ):
        row: dict[str, object] = {"package": package, "method": method}
        for group, some in of_method.groupby("group", sort=False):
            low, high = some[LEVEL].min(), some[LEVEL].max()
            row[str(group)] = f"{low:.3f} to {high:.3f}"
            row[f"verdict, {group}"] = verdict(some)
        slack = ERRORS * np.sqrt(0.05 * 0.95 / of_method["replicates"])
        fails = of_method[LEVEL] > HIGH + slack
        row["too many rejections in"] = "; ".join(
            f"{name} {share:.2f}"
            for name, share in zip(
                of_method.loc[fails, "setting"],
                of_method.loc[fails, LEVEL],
                strict=True,
            )
        )
        row["role"] = role_of(of_method)
        rows.append(row)
    return pd.DataFrame(rows)


def effects(folder: Path) -> pd.DataFrame:
    """One row for each method: power, and coverage of its 95 % intervals."""
    path = folder / "validity_effects.csv"
    if not path.exists():
        return pd.DataFrame()
    table = pd.read_csv(path, comment="#")
    rows = []
    for method, of_method in table.groupby("method", sort=False):
        row: dict[str, object] = {"method": method}
        for setting, some in of_method.groupby("setting", sort=False):
            above = some[some["rate_ratio"] > 1]
            row[f"power, {setting}"] = ", ".join(f"{p:.2f}" for p in above["power"])
        for setting, some in of_method.groupby("setting", sort=False):
            held = some["coverage_0.95"].dropna()
            row[f"coverage, {setting}"] = ", ".join(f"{share:.2f}" for share in held)
        rows.append(row)
    return pd.DataFrame(rows)


def families(folder: Path) -> pd.DataFrame:
    """Rows of quantities, columns of settings."""
    path = folder / "validity_family.csv"
    if not path.exists():
        return pd.DataFrame()
    table = pd.read_csv(path, comment="#")
    wide = table.pivot_table(
        index="quantity", columns="setting", values="value", sort=False
    )
    return wide.map(lambda value: f"{value:.3f}").reset_index()


SHORT = (
    "score shift, month",
    "CircularShift('month')",
    "score shift, quarter",
    "conditional Poisson, month, quasi",
    "case-crossover, year x month x weekday",
    "self-exciting, year",
    "CircularShift(None)",
    "YearShuffle()",
    "BlockShuffle(30)",
    "LocalShift(30)",
    "Uniform()",
    "Poisson, HAC",
    "Poisson, season + year, HAC",
    "CoinCalc Poisson, trigger (transcribed)",
    "CoinCalc Poisson, precursor (transcribed)",
    "pyunicorn analytic, trigger",
    "spacepy, any of 25 lags (band, 5 %)",
    "elephant trial_shifting",
    "statsmodels Poisson GLM",
    "statsmodels Poisson GLM, season and years, HAC 14",
)
"""Methods of the short table, the default first."""
COLUMNS = {
    "independent": ("independent", "trend", "even gaps"),
    "clustered": (
        "uneven gaps",
        "campaigns",
        "self-exciting, mild",
        "self-exciting",
        "self-exciting, strong",
        "fitted to the record",
        "both clustered",
    ),
    "shared trend, season, density": (
        "shared trend",
        "shared season",
        "shared season and trend",
        "shared density of summits",
    ),
    "shared, 180 days": ("shared, 180 days",),
    "60 days": ("shared, 60 days",),
    "20 days": ("shared, 20 days",),
}
"""Columns of the short table, and the settings whose range each gives."""


def short(table: pd.DataFrame, folder: Path) -> pd.DataFrame:
    """Sizes at 5 % and power of a few methods, in percent."""
    size = table.set_index(["method", "setting"])[LEVEL] * 100
    power = None
    path = folder / "validity_effects.csv"
    if path.exists():
        found = pd.read_csv(path, comment="#")
        power = found[found["rate_ratio"] == 2].set_index(["method", "setting"])[
            "power"
        ]
    rows = []
    for method in SHORT:
        if method not in size.index.get_level_values(0):
            continue
        row: dict[str, object] = {"test": method}
        for name, settings in COLUMNS.items():
            some = [size.get((method, setting), np.nan) for setting in settings]
            low, high = np.nanmin(some), np.nanmax(some)
            row[name] = f"{low:.1f}" if len(some) == 1 else f"{low:.1f} to {high:.1f}"
        if power is not None:
            shares = [
                power.get((method, setting), np.nan)
                for setting in ("independent", "self-exciting")
            ]
            row["power at 2"] = ", ".join(
                "" if np.isnan(share) else f"{100 * share:.0f}" for share in shares
            ).strip(", ")
        rows.append(row)
    return pd.DataFrame(rows)


FUNCTIONS = pd.DataFrame(
    [
        ("score shift, STRATA", "`randomization_test(strata=STRATA)`"),
        ("score shift, year + month of year", "with `controls=['month_of_year']`"),
        ("score shift, ..., MODEL", "with `family=MODEL`"),
        ("Uniform() ... SelfExciting('year')", "`permutation_test(null=...)`"),
        ("Poisson, quasi-Poisson, negative binomial", "`count_regression`"),
        ("hurdle", "`hurdle_regression`, launch days"),
        ("case-crossover; conditional Poisson", "`case_crossover`"),
        ("case series", "`self_controlled(strata='month')`"),
        ("event study, all bins", "`event_study(strata='month')`, joint test"),
        ("self-exciting, year", "`self_exciting(strata='year')`"),
        ("oracle", "a score test that knows the process; no test of data"),
    ],
    columns=["name", "function"],
)
"""What the names stand for."""


def described() -> pd.DataFrame:
    """Put the settings into words."""
    return pd.DataFrame(
        [
            {
                "setting": setting.name,
                "group": setting.group,
                "launches; calendar": setting.scenario.in_words(),
            }
            for setting in all_settings().values()
        ]
    )


def markdown(table: pd.DataFrame) -> str:
    """Lay out a table of text."""
    lines = [
        "| " + " | ".join(table.columns) + " |",
        "|" + "---|" * len(table.columns),
    ]
    lines += [
        "| " + " | ".join(str(cell) for cell in row) + " |"
        for row in table.itertuples(index=False)
    ]
    return "\n".join(lines) + "\n"


def draw(ax: Axes, table: pd.DataFrame) -> None:
    """Draw sizes at 5 %: methods in rows, settings in columns."""
    settings = list(dict.fromkeys(table["setting"]))
    methods = list(dict.fromkeys(zip(table["package"], table["method"], strict=True)))
    size = table.set_index(["package", "method", "setting"])[LEVEL]
    grid = np.array(
        [
            [size.get((*method, setting), np.nan) for setting in settings]
            for method in methods
        ]
    )
    colours = ListedColormap(COLOURS)
    ax.pcolormesh(
        grid, cmap=colours, norm=BoundaryNorm(BANDS, colours.N), edgecolors="#bbbbbb",
        linewidth=0.3,
    )  # fmt: skip
    for i, j in np.argwhere(np.isfinite(grid)).tolist():
        dark = grid[i, j] >= BANDS[-2] or grid[i, j] < BANDS[1]
        ax.text(
            j + 0.5, i + 0.5, f"{100 * grid[i, j]:.0f}" if grid[i, j] >= 0.1
            else f"{100 * grid[i, j]:.1f}",
            ha="center", va="center", fontsize=6, color="white" if dark else "black",
        )  # fmt: skip
    groups = table.drop_duplicates("setting")["group"].tolist()
    for j in range(1, len(settings)):
        if groups[j] != groups[j - 1]:
            ax.axvline(j, color="black", lw=1)
    for i in range(1, len(methods)):
        if (methods[i][0] == "timing") != (methods[i - 1][0] == "timing"):
            ax.axhline(i, color="black", lw=1)
    edges = [f"{100 * edge:g}" for edge in BANDS]
    names = [f"{low} to {high} %" for low, high in itertools.pairwise(edges)]
    ax.legend(
        [
            Patch(facecolor=colour, edgecolor="#bbbbbb", linewidth=0.5)
            for colour in COLOURS
        ],
        [f"under {edges[1]} %", *names[1:-1], f"over {edges[-2]} %"],
        loc="upper center", bbox_to_anchor=(0.3, 0), ncols=6, fontsize=7,
        handlelength=1, columnspacing=1,
    )  # fmt: skip
    ax.set_xticks(np.arange(len(settings)) + 0.5, settings, rotation=45, ha="left")
    ax.set_yticks(np.arange(len(methods)) + 0.5, [name for _, name in methods])
    ax.tick_params(length=0, labelsize=7)
    ax.xaxis.tick_top()
    ax.invert_yaxis()


TITLE = "Share of true nulls that each test rejects at 5 %, by setting"
ALT_TEXT = (
    "Share of true nulls that each test rejects at 5 %, in percent: tests in rows "
    "(ours above, other software below), simulated settings in columns (independent, "
    "clustered, shared cause). White cells are right (4 to 6), blue ones reject too "
    "seldom, yellow to red ones too often. The numbers are in validity_size.csv and "
    "validity_peers.csv."
)


def main() -> None:
    """Write ``validity.md`` and the figure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--results", type=Path, default=RESULTS)
    chosen, _ = parser.parse_known_args()  # options of the other scripts
    table = read(chosen.results)
    found = verdicts(table)
    replicates = table["replicates"]
    sections = {
        "In short: true nulls rejected at 5 %, in percent, smallest to largest over "
        "the settings; power at a rate ratio of 2, independent and self-exciting "
        "launches": short(table, chosen.results),
        "Size at 5 %, smallest and largest over the settings of each group, and "
        f"verdicts ({replicates.min()} to {replicates.max()} replicates a cell)": found,
        "Power at 5 % at rate ratios of 1.5, 2 and 3, and coverage of 95 % intervals "
        "at 0.5, 1.5, 2 and 3 (`validity_effects.csv`)": effects(chosen.results),
        "Family-wise error at 5 % (`validity_family.csv`)": families(chosen.results),
    }
    sections |= {"Settings": described(), "Methods": FUNCTIONS}
    text = "\n".join(
        f"{title}:\n\n{markdown(section)}"
        for title, section in sections.items()
        if len(section)
    )
    path = chosen.results / "validity.md"
    path.write_text(text, encoding="utf-8", newline="\n")
    # Text stays text: a grid of numbers as outlines would be several times larger.
    with figure_style(), mpl.rc_context({"svg.fonttype": "none"}):
        n_methods = len(found)
        size = (7.5, 1.2 + 0.16 * n_methods)
        figure, ax = plt.subplots(figsize=size, layout="constrained")
        draw(ax, table)
        write_figure(
            chosen.results, NAME, figure, title=TITLE, about=ALT_TEXT, formats=["svg"]
        )
        plt.close(figure)
    print(text)


if __name__ == "__main__":
    main()
