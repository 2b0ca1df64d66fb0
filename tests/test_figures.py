"""Figures: what is drawn, asserted on the artists."""

import json
from collections.abc import Iterator
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.collections import PathCollection, PolyCollection
from matplotlib.colors import same_color
from matplotlib.figure import Figure

from timing import (
    StudyPeriod,
    Window,
    lag_profile,
    load_calendar,
    load_tests,
    permutation_test,
    plot_lag_profile,
    plot_null_distribution,
    plot_timeline,
    plot_waterfall,
    randomization_test,
)
from timing.errors import ArgumentError
from timing.figures import OKABE_ITO, figure_style
from timing.results import LagProfileResult, PermutationResult, RandomizationResult

mpl.use("Agg")

PERIOD = StudyPeriod("2024-01-01", "2025-12-31", [("2025-03-01", "2025-03-31")])
TESTS = pd.DataFrame(
    {
        "date": ["2024-05-01", "2025-01-01", "2025-10-22", "2025-10-28", "2025-03-05",
                 "2023-12-31", "2024-12-31"],
        "weapon": ["ballistic", "ballistic", "ballistic", "cruise", "nuclear",
                   "cruise", "drone"],
    }
)  # fmt: skip
CALENDAR = pd.DataFrame(
    {"start": ["2024-05-10", "2024-12-30"], "end": ["2024-05-12", "2025-01-02"]}
)


@pytest.fixture(autouse=True)
def _close_figures() -> Iterator[None]:
    yield
    plt.close("all")


@pytest.fixture
def ax() -> Any:
    return Figure().add_subplot()


def _labels(ax: Any) -> list[str]:
    return ax.get_legend_handles_labels()[1]


def _markers(ax: Any) -> dict[str, list[tuple[float, float]]]:
    """Points by label."""
    return {
        points.get_label(): [tuple(xy) for xy in points.get_offsets().tolist()]
        for points in ax.collections
        if isinstance(points, PathCollection)
    }


def _bars(ax: Any, label: str) -> list[tuple[float, ...]]:
    """First and last x, and the middle y, of the bars with this label."""
    found = []
    for bars in ax.collections:
        if isinstance(bars, PolyCollection) and bars.get_label().strip("_") == label:
            for path in bars.get_paths():
                (x0, y0), (x1, y1) = path.get_extents().get_points()
                found.append((x0, x1, (y0 + y1) / 2))
    return found


# Timeline


def test_the_timeline_has_a_marker_for_each_test_of_the_period(ax: Any):
    plot_timeline(TESTS, CALENDAR, period=PERIOD, ax=ax)
    # Days of the year: 1 May 2024 is the 122nd (leap year), 22 October 2025 the 295th.
    assert _markers(ax) == {
        "ballistic (3)": [(122, 2024), (1, 2025), (295, 2025)],
        "cruise (1)": [(301, 2025)],
        "nuclear (1)": [(64, 2025)],
        "drone (1)": [(366, 2024)],
    }


def test_the_timeline_has_a_bar_for_each_event_in_each_year(ax: Any):
    plot_timeline(TESTS, CALENDAR, period=PERIOD, ax=ax)
    # 10-12 May 2024 are days 131-133; 30 December to 2 January lies in two rows.
    expected = [(130.5, 133.5, 2024), (364.5, 366.5, 2024), (0.5, 2.5, 2025)]
    assert np.allclose(_bars(ax, "calendar event"), expected)
    # March 2025, days 60-90, is not at risk.
    assert np.allclose(_bars(ax, "not at risk"), [(59.5, 90.5, 2025)])


def test_the_timeline_names_every_kind_of_mark_once(ax: Any):
    plot_timeline(TESTS, CALENDAR, period=PERIOD, ax=ax)
    assert sorted(_labels(ax)) == [
        "ballistic (3)", "calendar event", "cruise (1)", "drone (1)", "not at risk",
        "nuclear (1)",
    ]  # fmt: skip
    assert ax.get_xlabel() == "day of the year"
    assert ax.get_yticks().tolist() == [2024, 2025]
    low, high = ax.get_ylim()
    assert low > 2025 > 2024 > high  # the first year on top


def test_dates_without_classes_are_all_events(ax: Any):
    plot_timeline(["2024-05-01", "2025-10-28"], CALENDAR, period=PERIOD, ax=ax)
    assert _markers(ax) == {"event (2)": [(122, 2024), (301, 2025)]}


def test_classes_differ_in_shape_and_colour(ax: Any):
    plot_timeline(
        load_tests(), load_calendar(), period=StudyPeriod("2012-01-01", "2026-08-20"),
        ax=ax,
    )  # fmt: skip
    points = [c for c in ax.collections if isinstance(c, PathCollection)]
    tests = load_tests()
    inside = tests["date"].between("2012-01-01", "2026-08-20")
    known = tests["earliest"].eq(tests["latest"])
    assert sum(len(c.get_offsets()) for c in points) == (inside & known).sum()
    named = [c for c in points if not c.get_label().startswith(("engine", "other"))]
    looks = {
        (c.get_paths()[0].vertices.tobytes(), c.get_facecolor().tobytes())
        for c in named
    }
    assert len(looks) == len(named) >= 6


def test_tests_of_unknown_day_have_no_marker(ax: Any):
    tests = pd.DataFrame(
        {
            "date": ["2025-10-28", "2025-06-01"],
            "earliest": ["2025-10-28", "2025-05-01"],
            "latest": ["2025-10-28", "2025-06-30"],
            "weapon": ["cruise", "ballistic"],
        }
    )
    plot_timeline(tests, CALENDAR, period=PERIOD, ax=ax)
    assert _markers(ax) == {"cruise (1)": [(301, 2025)]}


def test_tests_without_a_class_are_drawn(ax: Any):
    plot_timeline(TESTS.assign(weapon=[None, *TESTS["weapon"][1:]]), CALENDAR,
                  period=PERIOD, ax=ax)  # fmt: skip
    assert sum(map(len, _markers(ax).values())) == 6


# Null distribution

DATA: dict[str, Any] = {
    "tests": TESTS,
    "calendar": CALENDAR,
    "period": PERIOD,
    "window": Window(3, 3),
}


@pytest.fixture(scope="module")
def permutation() -> Any:
    return permutation_test(**DATA)


@pytest.fixture(scope="module")
def randomization() -> Any:
    return randomization_test(**DATA)


@pytest.fixture(scope="module")
def profile() -> Any:
    return lag_profile(TESTS, CALENDAR, period=PERIOD, max_lag=10, rng=1)


def _verticals(ax: Any) -> dict[str, float]:
    return {
        line.get_label(): line.get_xdata()[0]
        for line in ax.lines
        if len(set(line.get_xdata())) == 1 and not line.get_label().startswith("_")
    }


def test_an_exact_null_is_drawn_as_bars_of_its_probabilities(ax: Any, permutation: Any):
    plot_null_distribution(permutation, ax=ax)
    null = permutation.null_distribution
    centres = [bar.get_x() + bar.get_width() / 2 for bar in ax.patches]
    heights = [bar.get_height() for bar in ax.patches]
    shown = null.probability > 1e-6
    assert centres == pytest.approx(null.support[shown].tolist())
    assert heights == pytest.approx(null.probability[shown].tolist())
    assert sum(heights) == pytest.approx(1)
    assert ax.get_xlabel() == "events on exposed days"
    assert ax.get_ylabel() == "probability"


def test_a_sampled_null_is_drawn_as_a_histogram(ax: Any, randomization: Any):
    plot_null_distribution(randomization, ax=ax)
    area = sum(bar.get_height() * bar.get_width() for bar in ax.patches)
    assert area == pytest.approx(1)
    samples = randomization.null_distribution.samples
    assert ax.patches[0].get_x() == pytest.approx(samples.min())
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("studentized score Z", "density")


@pytest.mark.parametrize("name", ["permutation", "randomization"])
def test_observed_and_expected_are_lines_and_both_p_values_are_printed(
    ax: Any, name: str, request: Any
):
    result = request.getfixturevalue(name)
    plot_null_distribution(result, ax=ax)
    assert _verticals(ax) == pytest.approx(
        {"observed": result.statistic, "expected": result.expected}
    )
    assert f"p = {result.pvalue:.3f}" in ax.get_title()
    assert f"naive p = {result.naive_pvalue:.3f}" in ax.get_title()
    texts = [text.get_text() for text in ax.get_legend().get_texts()]
    assert {"observed", "expected"} <= set(texts)
    assert len(texts) == 3


@pytest.mark.parametrize("value", [None, 5, "p"])
def test_a_null_distribution_needs_a_result_that_has_one(value: Any, profile: Any):
    message = "`result` is a {}; it needs a null distribution"
    with pytest.raises(ArgumentError, match=message.format(type(value).__name__)):
        plot_null_distribution(value)
    with pytest.raises(ArgumentError, match=message.format("LagProfileResult")):
        plot_null_distribution(profile)
    assert plt.get_fignums() == []


# Lag profile


def test_a_lag_profile_has_a_marker_and_a_stem_at_each_lag(ax: Any, profile: Any):
    plot_lag_profile(profile, ax=ax)
    lines = {line.get_label(): line for line in ax.lines}
    assert lines["events"].get_xdata().tolist() == list(range(-10, 11))
    # From 10 May 2024 back to 1 May: 9 days. From 30 December 2024: to the 31st one
    # day, to 1 January two.
    drawn = np.repeat(np.arange(-10, 11), lines["events"].get_ydata())
    assert drawn.tolist() == [-9, 1, 2]
    assert lines["expected"].get_ydata().tolist() == profile.expected.tolist()
    envelope, band = (c for c in ax.collections if isinstance(c, PolyCollection))
    assert envelope.get_label() == "global 95% envelope, all lags at once"
    assert envelope.get_paths()[0].get_extents().ymax == profile.envelope_high.max()
    assert band.get_label() == "pointwise 95% limits of the null"
    assert band.get_paths()[0].get_extents().ymax == profile.high.max()
    (stems,) = (c for c in ax.collections if hasattr(c, "get_segments"))
    tops = [segment[:, 1].max() for segment in stems.get_segments()]
    assert tops == profile.count.tolist()


def test_a_lag_profile_names_its_axes(ax: Any, profile: Any):
    plot_lag_profile(profile, ax=ax)
    assert ax.get_xlabel() == "days from the start of a calendar event"
    assert ax.get_ylabel().startswith("events")
    assert ax.get_ylim()[0] == 0
    assert sorted(_labels(ax)) == [
        "events", "expected", "global 95% envelope, all lags at once",
        "pointwise 95% limits of the null",
    ]  # fmt: skip
    assert ax.get_title() == f"all lags at once: p = {profile.global_pvalue:.3f}"


@pytest.mark.parametrize("alternative", ["greater", "less"])
def test_the_open_side_of_an_envelope_ends_at_the_frame(ax: Any, alternative: Any):
    profile = lag_profile(
        TESTS, CALENDAR, period=PERIOD, max_lag=10, alternative=alternative, rng=1
    )
    plot_lag_profile(profile, ax=ax)
    envelope = next(c for c in ax.collections if isinstance(c, PolyCollection))
    drawn = envelope.get_paths()[0].get_extents()
    bottom, top = ax.get_ylim()
    assert drawn.ymin == bottom == 0
    assert (drawn.ymax == top) == (alternative == "less")
    assert top > max(profile.count.max(), profile.high.max())


def test_a_lag_profile_figure_needs_a_lag_profile(permutation: Any):
    message = "`result` is a PermutationResult; it must be a LagProfileResult"
    with pytest.raises(ArgumentError, match=message):
        plot_lag_profile(permutation)
    assert plt.get_fignums() == []


# All figures


def _timeline(ax: Any) -> Any:
    return plot_timeline(TESTS, CALENDAR, period=PERIOD, ax=ax)


DRAW: dict[str, Any] = {
    "timeline": lambda _, ax=None: _timeline(ax),
    "permutation": plot_null_distribution,
    "randomization": plot_null_distribution,
    "profile": plot_lag_profile,
}


def _result(name: str, request: Any) -> Any:
    return None if name == "timeline" else request.getfixturevalue(name)


@pytest.mark.parametrize("name", list(DRAW))
def test_a_figure_is_drawn_on_the_axes_given_or_on_new_ones(name: str, request: Any):
    result = _result(name, request)
    ax = Figure().add_subplot()
    assert DRAW[name](result, ax=ax) is ax
    assert plt.get_fignums() == []
    new = DRAW[name](result)
    assert new.has_data()
    assert plt.get_fignums() == [new.figure.number]


@pytest.mark.parametrize("name", list(DRAW))
def test_no_figure_changes_the_global_style(name: str, request: Any):
    result = _result(name, request)
    with mpl.rc_context():
        mpl.rcdefaults()
        before = dict(mpl.rcParams)
        DRAW[name](result)
        assert dict(mpl.rcParams) == before


@pytest.mark.parametrize("name", list(DRAW))
def test_every_figure_can_be_saved(name: str, request: Any, tmp_path: Any):
    ax = DRAW[name](_result(name, request))
    with figure_style():
        for ending in ("png", "pdf", "svg"):
            path = tmp_path / f"figure.{ending}"
            ax.figure.savefig(path)
            assert path.stat().st_size > 1000


def _drawn(ax: Any) -> Any:
    """Everything that a reader sees, as plain numbers and text."""
    return (
        [line.get_xydata().tolist() for line in ax.lines],
        [patch.get_extents().bounds for patch in ax.patches],
        [[p.vertices.tolist() for p in c.get_paths()] for c in ax.collections],
        _labels(ax), ax.get_title(), ax.get_xlabel(), ax.get_ylabel(),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("permutation", PermutationResult),
        ("randomization", RandomizationResult),
        ("profile", LagProfileResult),
    ],
)
def test_a_stored_result_redraws_the_same_figure(name: str, kind: Any, request: Any):
    result = request.getfixturevalue(name)
    again = kind.from_dict(json.loads(json.dumps(result.to_dict())))
    first, second = (Figure().add_subplot() for _ in range(2))
    assert _drawn(DRAW[name](result, ax=first)) == _drawn(DRAW[name](again, ax=second))


def test_a_result_of_another_kind_is_not_read(permutation: Any):
    stored = json.loads(json.dumps(permutation.to_dict()))
    message = "`stored` holds a 'PermutationResult', not a 'LagProfileResult'"
    with pytest.raises(ArgumentError, match=message):
        LagProfileResult.from_dict(stored)


def test_the_observed_line_stands_out(ax: Any, permutation: Any):
    plot_null_distribution(permutation, ax=ax)
    observed = next(line for line in ax.lines if line.get_label() == "observed")
    assert same_color(observed.get_color(), OKABE_ITO["vermilion"])


def test_the_waterfall_draws_what_is_left_and_what_was_taken_out(ax: Any):
    decisions = pd.DataFrame(
        {"decision": ["in the table", "of known day"], "rows left": [9, 7]}
    )
    assert plot_waterfall(decisions, ax=ax) is ax
    left, gone = ax.containers
    assert [bar.get_width() for bar in left] == [9, 7]
    assert [bar.get_width() for bar in gone] == [0, 2]
    assert [text.get_text() for text in ax.texts] == ["9", "7  (-2)"]


def test_a_waterfall_needs_its_columns(ax: Any):
    with pytest.raises(ArgumentError, match="`decisions` lacks the column 'rows left'"):
        plot_waterfall(pd.DataFrame({"decision": ["a"]}), ax=ax)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([9, -1], r"`rows left` is -1; it must be a whole number of at least 0\."),
        ([9, "x"], r"`rows left` is 'x'; it must be a whole number of at least 0\."),
        ([], r"`decisions` is empty\."),
    ],
)
def test_a_waterfall_needs_numbers_of_rows(ax: Any, rows: list[Any], message: str):
    decisions = pd.DataFrame({"decision": ["a"] * len(rows), "rows left": rows})
    with pytest.raises(ArgumentError, match=message):
        plot_waterfall(decisions, ax=ax)


def test_a_waterfall_of_no_rows_at_all_is_drawn(ax: Any):
    plot_waterfall(pd.DataFrame({"decision": [5], "rows left": [0]}), ax=ax)
    assert ax.get_xlim() == (0, 1.12)


def test_a_timeline_needs_a_period(ax: Any):
    message = "`period` is a str; it must be a StudyPeriod"
    with pytest.raises(ArgumentError, match=message):
        plot_timeline(TESTS, CALENDAR, period="2018", ax=ax)
