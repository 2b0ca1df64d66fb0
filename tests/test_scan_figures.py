"""Figures of a scan: what is drawn, asserted on the artists."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.collections import LineCollection, PathCollection, QuadMesh
from matplotlib.colors import same_color
from matplotlib.figure import Figure

from timing import StudyPeriod, Window
from timing.errors import ArgumentError
from timing.figures import OKABE_ITO
from timing.figures.scan import plot_specification_curve, plot_window_heatmap
from timing.results.scan import ScanResult
from timing.scanning import scan


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def result() -> ScanResult:
    rng = np.random.default_rng(3)
    first = np.datetime64("2020-01-01")
    start = first + rng.integers(0, 366, 12)
    calendar = pd.DataFrame(
        {"start": start, "end": start, "category": ["summit", "talks"] * 6}
    )
    return scan(
        first + np.sort(rng.integers(0, 366, 30)),
        calendar,
        period=StudyPeriod("2020-01-01", "2020-12-31"),
        windows=[Window(a, b) for a in (0, 3) for b in (0, 2, 9)],
        progress=False,
    )


def marked(result, *, adjusted=(), alone=()):
    """Return the same result with other p-values, by place in the table."""
    table = result.table.assign(pvalue=0.5, p_step_down=0.9)
    table.loc[[*alone, *adjusted], "pvalue"] = 0.01
    table.loc[list(adjusted), "p_step_down"] = 0.04
    return replace(result, table=table)


def points(ax):
    """Offsets and colour of the points, by the first words of their label."""
    return {
        p.get_label().split(" (")[0]: (p.get_offsets(), p.get_facecolor())
        for p in ax.collections
        if isinstance(p, PathCollection)
    }


# Specification curve


def test_the_curve_has_the_estimates_in_order(result):
    plain = marked(result, alone=[2], adjusted=[4, 5])
    ax = plot_specification_curve(plain)
    found = points(ax)
    ratio = plain.table["conditional_rate_ratio"]
    place = ratio.rank(method="first") - 1
    for label, rows, colour in (
        ("p <= 0.05 adjusted", [4, 5], "vermilion"),
        ("p <= 0.05 alone", [2], "blue"),
    ):
        offsets, colours = found[label]
        inside = [i for i in rows if 0 < ratio[i] < np.inf]
        expected = sorted((place[i], ratio[i]) for i in inside)
        np.testing.assert_allclose(sorted(offsets.tolist()), expected)
        assert same_color(colours, [OKABE_ITO[colour]])
    labels = ax.get_legend_handles_labels()[1]
    assert labels == [
        "p > 0.05 (15)", "p <= 0.05 alone (1)", "p <= 0.05 adjusted (2)",
    ]  # fmt: skip
    assert ax.get_yscale() == "log"


def test_estimates_of_zero_and_infinity_lie_on_the_edge(result):
    table = result.table.copy()
    table.loc[0, "conditional_rate_ratio"] = np.inf
    table.loc[1, "conditional_rate_ratio"] = 0.0
    ax = plot_specification_curve(replace(result, table=table))
    low, high = ax.get_ylim()
    drawn = np.concatenate(
        [p.get_offsets() for p in ax.collections if isinstance(p, PathCollection)]
    )
    assert len(drawn) == len(table)
    assert drawn[:, 1].max() == pytest.approx(high)
    assert drawn[:, 1].min() == pytest.approx(low)


def test_the_panel_shows_the_choices_of_each_specification(result):
    ax = plot_specification_curve(marked(result, adjusted=[0]))
    panel = ax.child_axes[0]
    names = [text.get_text() for text in panel.texts]
    assert names == [
        "days before", "0", "3", "days after", "0", "2", "9", "category", "all",
        "summit", "talks",
    ]  # fmt: skip
    lines = [c for c in panel.collections if isinstance(c, LineCollection)]
    # Each specification has a tick for each of its three choices.
    segments = np.concatenate([c.get_segments() for c in lines if c.get_segments()])
    counts = np.bincount(segments[:, 0, 0].astype(int))
    assert counts.tolist() == [3] * len(result.table)
    red = [c for c in lines if same_color(c.get_color(), [OKABE_ITO["vermilion"]])]
    assert sum(len(c.get_segments()) for c in red) == 3
    assert panel.get_xlabel() == "18 specifications, by rate ratio"


def test_limits_are_drawn_for_few_specifications_only(result):
    def n_limits(drawn):
        ax = plot_specification_curve(drawn)
        return sum(
            len(c.get_segments())
            for c in ax.collections
            if isinstance(c, LineCollection)
        )

    many = pd.concat([result.table] * 7, ignore_index=True)
    assert n_limits(result) == 18
    assert n_limits(replace(result, table=many)) == 0


def test_one_choice_has_no_panel(result):
    one = result.select(category="all", window_before=0, window_after=2)
    ax = plot_specification_curve(one)
    assert ax.child_axes == []
    assert ax.get_xlabel() == "1 specification"


def test_the_curve_draws_on_the_axes_given(result):
    ax = Figure().add_subplot()
    assert plot_specification_curve(result, ax) is ax
    ax.figure.canvas.draw()


# Heat map


def test_the_heat_map_has_the_ratio_of_each_window(result):
    part = result.select(category="summit")
    ax = plot_window_heatmap(part, value="conditional_rate_ratio")
    (mesh,) = [c for c in ax.collections if isinstance(c, QuadMesh)]
    grid = part.table.pivot(
        index="window_before", columns="window_after", values="conditional_rate_ratio"
    )
    limit = mesh.norm.vmax
    with np.errstate(divide="ignore"):
        expected = np.clip(np.log2(grid.to_numpy()), -limit, limit)
    np.testing.assert_allclose(mesh.get_array(), expected)
    assert mesh.norm.vmin == -limit
    assert [t.get_text() for t in ax.get_xticklabels()] == ["0", "2", "9"]
    assert [t.get_text() for t in ax.get_yticklabels()] == ["0", "3"]
    assert len(ax.texts) == 6
    assert ax.texts[0].get_text() == f"{grid.iloc[0, 0]:.2f}"


def test_the_heat_map_marks_small_p_values(result):
    part = marked(result.select(category="all"), adjusted=[1], alone=[5])
    ax = plot_window_heatmap(part)
    found = points(ax)
    # Row 1 is (0 before, 2 after), row 5 (3 before, 9 after).
    assert found["p <= 0.05 adjusted"][0].round().tolist() == [[1, 0]]
    assert found["p <= 0.05 alone"][0].round().tolist() == [[2, 1]]
    assert set(found) == {"p <= 0.05 adjusted", "p <= 0.05 alone"}


def test_windows_not_tested_are_hatched(result):
    part = result.select(category="all")
    table = part.table.drop(index=[0])
    skipped = part.table.loc[[0], list(part.skipped.columns[:-1])].assign(reason="x")
    ax = plot_window_heatmap(replace(part, table=table, skipped=skipped))
    hatched = [c for c in ax.collections if c.get_hatch()]
    assert len(hatched) == 1
    assert len(ax.texts) == 5
    assert len(ax.get_xticks()) == 3


def test_a_window_with_several_specifications_is_refused(result):
    message = r"several specifications for one window.*result.select\(category=...\)"
    with pytest.raises(ArgumentError, match=message):
        plot_window_heatmap(result)


@pytest.mark.parametrize("plot", [plot_specification_curve, plot_window_heatmap])
def test_other_results_are_refused(plot):
    with pytest.raises(ArgumentError, match="it must be a ScanResult"):
        plot(3)


def test_other_values_are_refused(result):
    with pytest.raises(ArgumentError, match="`value` is 'count'"):
        plot_window_heatmap(result.select(category="all"), value="count")
