"""The time-scale profile: each row is a test of its own; order, marks and figure."""

from __future__ import annotations

import json
import warnings

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.collections import LineCollection
from matplotlib.colors import same_color
from matplotlib.figure import Figure

import timing
import timing.timescale
from timing.errors import ArgumentError, EmptySelectionError, LowInformationWarning
from timing.figures import OKABE_ITO
from timing.figures.timescale import plot_timescale_profile
from timing.results.timescale import TimescaleProfileResult
from timing.timescale import scale_name, timescale_profile

PERIOD = timing.StudyPeriod("2020-01-01", "2021-12-31")
WINDOW = timing.Window(before=3, after=3)
TESTS = [
    "2020-01-10", "2020-01-19", "2020-03-02", "2020-03-20", "2020-05-05", "2020-08-11",
    "2020-08-12", "2020-11-01", "2021-02-02", "2021-02-14", "2021-04-04", "2021-06-30",
    "2021-07-01", "2021-09-09", "2021-12-24",
]  # fmt: skip
CALENDAR = pd.DataFrame(
    {
        "start": ["2020-01-09", "2020-05-01", "2020-08-14", "2021-02-12", "2021-09-20"],
        "end": ["2020-01-11", "2020-05-02", "2020-08-15", "2021-02-13", "2021-09-22"],
    }
)
DATA = {"tests": TESTS, "calendar": CALENDAR, "period": PERIOD, "window": WINDOW}


def run(**changes):
    return timescale_profile(**{**DATA, **changes})


@pytest.fixture(scope="module")
def profile():
    return run()


@pytest.fixture(scope="module")
def with_week():
    return run(scales=["month", 7])


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


@pytest.fixture
def ax():
    return Figure().add_subplot()


def test_each_row_is_the_randomization_test_at_that_scale(profile):
    table = profile.to_frame()
    assert table["scale"].tolist() == [
        "whole period", "year", "half", "quarter", "month",
    ]  # fmt: skip
    for row, strata in zip(
        table.itertuples(), (None, "year", "half", "quarter", "month"), strict=True
    ):
        alone = timing.randomization_test(**DATA, strata=strata)
        assert row.conditional_rate_ratio == alone.conditional_rate_ratio
        assert (row.ci_low, row.ci_high) == alone.interval
        for name in (
            "statistic", "pvalue", "naive_pvalue", "informative_share",
            "minimum_detectable_rate_ratio", "equivalence_pvalue",
        ):  # fmt: skip
            assert getattr(row, name) == getattr(alone, name), name


def test_the_options_reach_every_test(monkeypatch):
    options = {
        "controls": ("weekday",), "unit": "episode", "gap": 3, "anchor": "start",
        "alternative": "less", "uncertain": "midpoint", "confidence_level": 0.8,
        "n_resamples": 99, "rng": 4,
    }  # fmt: skip
    calls = []
    original = timing.timescale.randomization_test

    def spy(tests, calendar, **given):
        calls.append(given)
        return original(tests, calendar, **given)

    monkeypatch.setattr("timing.timescale.randomization_test", spy)
    spec = run(scales=[None, "year"], **options).specification
    assert len(calls) == 2
    for given in calls:
        assert options.items() <= given.items()
    assert (spec.unit, spec.anchor, spec.alternative) == ("episode", "start", "less")
    assert (spec.method, spec.confidence_level) == ("timescale_profile", 0.8)


def test_rows_stand_from_slow_to_fast_whatever_the_order_given():
    scales = ["month", 400, None, "fortnight", "year"]
    profile = run(scales=scales)
    # 731 days: one stratum; two spans of 400; two years; 24 months; 53 fortnights.
    assert profile.scale == ("whole period", "400 days", "year", "month", "fortnight")
    assert profile.scale_days == pytest.approx(
        (731, 731 / 2, 731 / 2, 731 / 24, 731 / 53)
    )
    assert scales == ["month", 400, None, "fortnight", "year"]


def test_a_scale_of_little_information_is_marked_and_does_not_warn(with_week):
    with pytest.warns(LowInformationWarning):
        alone = timing.randomization_test(**DATA, strata=7)
    assert with_week.low_information == (False, True)
    assert with_week.results[1].pvalue == alone.pvalue
    assert with_week.results[1].informative_share == alone.informative_share < 1 / 3
    assert "(little information left)" in with_week.summary().splitlines()[-6]


def test_other_warnings_are_heard(monkeypatch):
    original = timing.timescale.randomization_test

    def loud(*args, **given):
        warnings.warn("something else", UserWarning, stacklevel=2)
        return original(*args, **given)

    monkeypatch.setattr("timing.timescale.randomization_test", loud)
    with pytest.warns(UserWarning, match="something else"):
        run(scales=[None])


def test_an_era_that_both_share_is_evidence_on_the_slow_scale_only():
    # All launches and all visits fall in 2021, the launches evenly over it.
    launches = pd.date_range("2021-01-03", "2021-12-31", freq="6D")
    days = (15, 4, 20, 9, 28, 2, 11, 24, 6, 17, 22, 12)
    visits = [f"2021-{month:02d}-{day:02d}" for month, day in enumerate(days, 1)]
    profile = run(tests=launches, calendar=visits, scales=[None, "year"])
    slow, fast = profile.to_frame()["conditional_rate_ratio"]
    assert slow > 2
    assert 0.7 < fast < 1.4


def test_scales_may_be_labels_or_functions():
    def season(index):
        return (index.month % 12) // 3

    labels = pd.Series(
        np.arange(731) // 100, index=PERIOD.days.astype("datetime64[D]"), name="phase"
    )
    profile = run(scales=[labels, season, lambda index: index.year])
    assert profile.scale == ("<lambda>", "season", "phase")
    assert scale_name(pd.Series([1])) == "user's own"


def test_the_summary_says_what_the_profile_cannot_tell(profile):
    text = profile.summary()
    assert text.startswith("Time-scale profile")
    assert (
        "A cause shared at the scale of the window itself cannot be told from an "
        "effect by any test of timing."
    ) in text
    assert "not adjusted for the number of scales" in text
    month = profile.results[-1]
    low, high = month.interval
    assert (
        f"month              30  {month.conditional_rate_ratio:.2f} ({low:.2f} to "
        f"{high:.2f}), p = {month.pvalue:.3f}"
    ) in text
    assert f"Naive shuffle of dates: p = {month.naive_pvalue:.3f}" in text


def test_the_result_survives_json(with_week):
    stored = json.loads(json.dumps(with_week.to_dict()))
    again = TimescaleProfileResult.from_dict(stored)
    pd.testing.assert_frame_equal(again.to_frame(), with_week.to_frame())
    assert again.summary() == with_week.summary()
    assert json.dumps(again.to_dict()) == json.dumps(with_week.to_dict())
    samples = [r.null_distribution.samples.tolist() for r in again.results]
    assert samples[1] == with_week.results[1].null_distribution.samples.tolist()


def test_a_profile_has_no_single_interval(profile):
    with pytest.raises(ArgumentError, match="has a rate ratio for each scale"):
        profile.confidence_interval()


@pytest.mark.parametrize("scales", ["month", [], (), 7, None, np.array(7), {"month"}])
def test_scales_must_be_a_list(scales):
    with pytest.raises(
        ArgumentError, match=r"`scales` is .*; it must be a list of one"
    ):
        run(scales=scales)


@pytest.mark.parametrize(
    ("changes", "error", "text"),
    [
        ({"scales": ["week"]}, ArgumentError, "`strata` is 'week'"),
        ({"scales": [0]}, ArgumentError, "`strata` is 0; it must be a whole number"),
        ({"alternative": "up"}, ArgumentError, "`alternative` is 'up'"),
        ({"tests": ["2010-01-01"]}, EmptySelectionError, "no event on the at-risk"),
    ],
)
def test_bad_arguments(changes, error, text):
    with pytest.raises(error, match=text):
        run(**changes)


# Figure


def intervals(ax):
    lines = [c for c in ax.collections if isinstance(c, LineCollection)]
    return {
        segment[0, 0]: segment[:, 1].tolist()
        for line in lines
        for segment in line.get_segments()
    }


def test_the_figure_draws_each_ratio_and_its_interval(ax, profile):
    assert plot_timescale_profile(profile, ax=ax) is ax
    table = profile.to_frame()
    assert ax.get_yscale() == "log"
    points = next(line for line in ax.lines if line.get_marker() == "o")
    assert points.get_xdata().tolist() == [0, 1, 2, 3, 4]
    assert points.get_ydata().tolist() == table["conditional_rate_ratio"].tolist()
    assert list(intervals(ax).values()) == table[["ci_low", "ci_high"]].to_numpy(
    ).tolist()  # fmt: skip
    one = next(line for line in ax.lines if line.get_label() == "no association")
    assert list(one.get_ydata()) == [1, 1]
    names = [text.get_text() for text in ax.get_xticklabels()]
    assert names[0] == f"whole period\n731 days\np = {table['pvalue'][0]:.3f}"
    assert names[4] == f"month\n30 days\np = {table['pvalue'][4]:.3f}"
    assert f"p = {table['naive_pvalue'][0]:.3f}" in ax.get_xlabel()


def test_scales_of_little_information_are_grey_and_open(ax, with_week):
    plot_timescale_profile(with_week, ax=ax)
    (grey,) = (line for line in ax.lines if line.get_marker() == "s")
    assert grey.get_xdata().tolist() == [1]
    assert same_color(grey.get_color(), OKABE_ITO["grey"])
    assert same_color(grey.get_markerfacecolor(), "white")
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels == [
        "no association", "rate ratio, 95% interval",
        "the same, little information left",
    ]  # fmt: skip


def test_limits_without_end_are_triangles_at_the_edge(ax):
    # No launch is exposed: the ratio is 0 and has no point, its lower limit is 0.
    profile = run(tests=["2020-03-02", "2020-07-07", "2021-11-11"], scales=[None])
    (result,) = profile.results
    assert result.conditional_rate_ratio == 0 == result.interval[0]
    plot_timescale_profile(profile, ax=ax)
    (down,) = (line for line in ax.lines if line.get_marker() == "v")
    assert down.get_xdata().tolist() == [0]
    bottom, top = ax.get_ylim()
    assert bottom < down.get_ydata()[0] <= 1 < top
    (point,) = (line for line in ax.lines if line.get_marker() == "o")
    assert np.isnan(point.get_ydata()).all()

    one_sided = run(alternative="greater", scales=["year"])
    assert one_sided.results[0].interval[1] == np.inf
    ax = plot_timescale_profile(one_sided, ax=Figure().add_subplot())
    (up,) = (line for line in ax.lines if line.get_marker() == "^")
    assert up.get_xdata().tolist() == [0]


def test_a_stored_profile_redraws_the_same_figure(with_week):
    again = TimescaleProfileResult.from_dict(
        json.loads(json.dumps(with_week.to_dict()))
    )
    first, second = (
        plot_timescale_profile(result, ax=Figure().add_subplot())
        for result in (with_week, again)
    )
    assert intervals(first) == intervals(second)
    for one, other in zip(first.lines, second.lines, strict=True):
        np.testing.assert_array_equal(one.get_xydata(), other.get_xydata())


def test_the_figure_makes_its_own_axes_and_keeps_the_global_style(profile):
    with mpl.rc_context():
        mpl.rcdefaults()
        before = dict(mpl.rcParams)
        new = plot_timescale_profile(profile)
        assert dict(mpl.rcParams) == before
    assert plt.get_fignums() == [new.figure.number]


def test_the_figure_needs_a_time_scale_profile(profile):
    message = "`result` is a RandomizationResult; it must be a TimescaleProfileResult"
    with pytest.raises(ArgumentError, match=message):
        plot_timescale_profile(profile.results[0])
    assert plt.get_fignums() == []
