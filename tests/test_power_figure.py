"""The figure of power curves: what is drawn, asserted on the artists."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.colors import same_color
from matplotlib.figure import Figure

from timing import plot_power
from timing.errors import ArgumentError
from timing.figures import OKABE_ITO
from timing.results import PowerResult, Simulated


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def result_of(power, ratios=(1.0, 3.0, 2.0), n=100, names=None) -> PowerResult:
    power = np.array(power, dtype=float)
    names = names or tuple("abcdefgh"[: len(power)])
    return PowerResult(
        test=names,
        rate_ratio=np.array(ratios, dtype=float),
        power=power,
        std_error=np.sqrt(power * (1 - power) / n),
        n_failed=np.zeros(power.shape, dtype=np.int64),
        level=0.05,
        simulated=Simulated(
            scenario="x", period="y", window="z", n_launches=9.0, n_replicates=n,
            version="0",
        ),
    )  # fmt: skip


def bars(container):
    """Lowest and highest point of each bar, from left to right."""
    (lines,) = container.lines[2]
    return np.array([[s[0, 1], s[1, 1]] for s in lines.get_segments()])


def test_each_test_has_its_line_in_order_of_the_ratios():
    ax = plot_power(result_of([[0.05, 0.9, 0.4], [0.1, 1.0, 0.5]]))
    assert ax.get_xscale() == "log"
    for container, expected in zip(
        ax.containers, [[0.05, 0.4, 0.9], [0.1, 0.5, 1.0]], strict=True
    ):
        x, y = container.lines[0].get_data()
        np.testing.assert_allclose(y, expected)
        np.testing.assert_allclose(x, [1, 2, 3], rtol=0.02)
    # The tests stand beside each other, the first to the left.
    left, right = (c.lines[0].get_xdata() for c in ax.containers)
    assert (left < right).all()
    np.testing.assert_allclose(left * right, [1, 4, 9])
    assert ax.get_legend_handles_labels()[1] == ["a", "b"]


def test_bars_are_wilson_intervals():
    ax = plot_power(result_of([[0.0, 1.0, 0.5]], n=20))
    # prop.test(c(0, 10, 20), 20, correct = FALSE) in R 4.2, one at a time.
    expected = [[0.0, 0.1611252], [0.2992980, 0.7007020], [0.8388748, 1.0]]
    np.testing.assert_allclose(bars(ax.containers[0]), expected, atol=1e-6)


def test_tests_differ_in_colour_marker_and_line():
    ax = plot_power(result_of(np.full((7, 3), 0.5)))
    lines = [c.lines[0] for c in ax.containers]
    assert len({line.get_color() for line in lines}) == 7
    assert len({line.get_marker() for line in lines}) == 7
    neighbours = [line.get_linestyle() for line in lines]
    assert all(a != b for a, b in pairwise(neighbours))
    assert same_color(lines[0].get_color(), OKABE_ITO["vermilion"])


def test_more_tests_than_looks_are_drawn_all_the_same():
    assert len(plot_power(result_of(np.full((8, 3), 0.5))).containers) == 8


def test_the_level_and_a_power_of_four_in_five_are_marked():
    ax = plot_power(result_of([[0.05, 0.9, 0.4]]))
    heights = {t.get_text(): t.xy[1] for t in ax.texts}
    assert heights == {"level 0.05": 0.05, "power 0.8": 0.8}
    flat = [
        line.get_ydata()[0] for line in ax.lines if list(line.get_xdata()) == [0, 1]
    ]
    assert flat == [0.05, 0.8]
    assert ax.get_ylabel() == "share of 100 records found"


def test_ticks_are_the_ratios_that_have_room():
    ax = plot_power(result_of([[0.05, 0.9, 0.4]]))
    assert ax.get_xticks().tolist() == [1, 2, 3]
    many = [1.0, 1.9, 1.95, 2.0, 2.05, 20.0]
    ax = plot_power(result_of([np.linspace(0, 1, 6)], ratios=many))
    ax.figure.canvas.draw()
    assert [t.get_text() for t in ax.get_xticklabels()] == ["1", "1.9", "20"]


def test_one_ratio_has_an_axis_around_it():
    ax = plot_power(result_of([[0.5]], ratios=[2.0]))
    low, high = ax.get_xlim()
    assert 1.5 < low < 2 < high < 2.5


def test_it_draws_on_the_axes_given():
    ax = Figure().add_subplot()
    assert plot_power(result_of([[0.05, 0.9, 0.4]]), ax) is ax
    ax.figure.canvas.draw()


def test_other_results_are_refused():
    with pytest.raises(ArgumentError, match="`result` is a int; it must be a PowerRes"):
        plot_power(3)
