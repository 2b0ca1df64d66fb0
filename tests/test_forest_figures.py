"""The forest plot and the clock face: what they draw, and what they refuse."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from timing.errors import ArgumentError
from timing.figures import SINGLE, new_axes, plot_clock_face, plot_forest

ROWS = pd.DataFrame(
    {
        "group": ["A", "A", "B", "B"],
        "label": ["one", "two", "three", "four"],
        "rate_ratio": [0.5, 1.0, np.nan, 30.0],
        "low": [0.25, 0.0, np.nan, 1.5],
        "high": [1.0, np.inf, np.nan, 90.0],
        "note": ["n = 1", "", "no contrast", "n = 4"],
    }
)


def spans(ax):
    """Both ends of every interval, from above to below."""
    return [
        (line.get_ydata()[0], *map(float, line.get_xdata()))
        for line in ax.lines
        if len(line.get_xdata()) == 2 and line.get_linestyle() == "-"
    ][1:]  # the first is the line of no association


def marks(ax, mark):
    return [
        (float(line.get_xdata()[0]), line.get_ydata()[0])
        for line in ax.lines
        if line.get_marker() == mark
    ]


def test_groups_stand_above_their_rows():
    ax = plot_forest(ROWS, new_axes(SINGLE, 3))
    texts = ax.get_yticklabels()
    assert [text.get_text() for text in texts] == [
        "A", "one", "two", "B", "three", "four",
    ]  # fmt: skip
    assert [text.get_fontweight() for text in texts] == [
        "bold", "normal", "normal", "bold", "normal", "normal",
    ]  # fmt: skip


def test_intervals_end_at_the_edge_with_an_arrow():
    ax = plot_forest(ROWS, new_axes(SINGLE, 3))
    low, high = ax.get_xlim()
    assert low == pytest.approx(0.25 / 1.15)
    assert high == 20.0
    assert spans(ax) == [
        (1, 0.25, 1.0), (2, pytest.approx(low), high), (5, 1.5, high),
    ]  # fmt: skip
    assert marks(ax, "<") == [(pytest.approx(low), 2)]
    assert marks(ax, ">") == [(high, 2), (high, 5)]
    # An estimate beyond the axis has no mark of its own.
    assert marks(ax, "s") == [(0.5, 1), (1.0, 2)]


def test_an_interval_beyond_the_axis_is_an_arrow_at_its_edge():
    far = pd.DataFrame({"label": ["far", "near"], "rate_ratio": [1e300, 1e-300],
                        "low": [1e299, 1e-308], "high": [1e301, 1e-299]})  # fmt: skip
    ax = plot_forest(far, new_axes(SINGLE, 3))
    low, high = ax.get_xlim()
    assert spans(ax) == [(0, high, high), (1, low, low)]
    assert marks(ax, ">") == [(high, 0)]
    assert marks(ax, "<") == [(low, 1)]
    assert marks(ax, "s") == []
    ax.figure.canvas.draw()


def test_a_row_without_a_ratio_has_its_note():
    ax = plot_forest(ROWS, new_axes(SINGLE, 3))
    notes = {text.xy[1]: text.get_text() for text in ax.texts}
    assert notes == {1: "n = 1", 4: "no contrast", 5: "n = 4"}


def test_rows_need_no_group_and_no_note():
    ax = plot_forest(ROWS.drop(columns=["group", "note"]))
    assert len(ax.get_yticklabels()) == 4
    assert not ax.texts


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (ROWS.drop(columns="low"), "`rows` lacks the column 'low'"),
        (ROWS.iloc[:0], "`rows` is empty"),
    ],
)
def test_a_forest_needs_rows_and_columns(rows, message):
    with pytest.raises(ArgumentError, match=message):
        plot_forest(rows)


def test_the_clock_begins_above_and_runs_clockwise():
    counts = np.arange(24)
    ax = plot_clock_face(counts, new_axes(SINGLE, 3, projection="polar"))
    assert [bar.get_height() for bar in ax.patches] == counts.tolist()
    first = ax.patches[6]  # from 6 to 7, which begins on the right
    assert first.get_x() == pytest.approx(np.pi / 2)
    assert (ax.get_theta_offset(), ax.get_theta_direction()) == (np.pi / 2, -1)
    assert [text.get_text() for text in ax.get_xticklabels()][:3] == [
        "00:00", "03:00", "06:00",
    ]  # fmt: skip


def test_a_clock_has_24_hours_on_polar_axes():
    with pytest.raises(ArgumentError, match="`hours` has 12 counts; it must have 24"):
        plot_clock_face([1] * 12)
    with pytest.raises(ArgumentError, match="'rectilinear'; it must be polar"):
        plot_clock_face([1] * 24, new_axes(SINGLE, 3))


ROW = {"label": "a", "rate_ratio": 1.0, "low": 0.5, "high": 2.0}


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (7, "`rows` is a int; it must be a DataFrame"),
        (pd.DataFrame([ROW | {"low": "x"}]), r"`rows\['low'\]` must hold numbers only"),
        (
            pd.DataFrame([[1, 1, 1, 1, 1]], columns=[*ROW, "low"]),
            "`rows` has twice the column 'low'",
        ),
    ],
)
def test_a_forest_takes_tables_of_numbers_only(rows, message):
    with pytest.raises(ArgumentError, match=message):
        plot_forest(rows)


def test_blank_numbers_and_notes_of_a_forest_are_left_out():
    rows = pd.DataFrame([ROW | {"note": "n"}, ROW | {"rate_ratio": None, "note": None}])
    ax = plot_forest(rows, new_axes(SINGLE, 3))
    assert [text.get_text() for text in ax.texts] == ["n"]


@pytest.mark.parametrize("hours", [["x"] * 24, [[1]] + [1] * 23, 5, [-1] * 24])
def test_a_clock_takes_counts_only(hours):
    with pytest.raises(ArgumentError, match=r"^`hours` (must hold|has 1 counts)"):
        plot_clock_face(hours)


@pytest.mark.parametrize("plot", [plot_forest, plot_clock_face])
def test_there_must_be_axes_to_draw_on(plot):
    first = [1] * 24 if plot is plot_clock_face else pd.DataFrame([ROW])
    message = "`ax` is a str; it must be the Axes of a figure"
    with pytest.raises(ArgumentError, match=message):
        plot(first, "here")


def test_text_of_the_user_is_no_formula():
    row = ROW | dict.fromkeys(("label", "note", "group"), r"2 $ to \frac{ $")
    ax = plot_forest(pd.DataFrame([row]), new_axes(SINGLE, 3))
    ax.figure.draw_without_rendering()
    shown = [text.get_text() for text in (*ax.texts, *ax.get_yticklabels())]
    assert shown == [r"2 \$ to \frac{ \$"] * 3
