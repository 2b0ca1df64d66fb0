"""`self_exciting` against R, other fits of ours, its own laws and simulation."""

from __future__ import annotations

import json
import re
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.collections import PolyCollection
from scipy import stats

import timing
from timing.errors import (
    ArgumentError,
    EstimationError,
    InvalidNullWarning,
    SeparationWarning,
)
from timing.figures.self_exciting import plot_self_exciting
from timing.kernels.excited_effect import fit_effect
from timing.kernels.excited_rates import ExcitedDays
from timing.kernels.time_rescaling import kolmogorov_band, span_distribution
from timing.regression.self_exciting import self_exciting
from timing.results.self_exciting import SelfExcitingResult

FOLDER = Path(__file__).parent / "reference"
PANEL = pd.read_csv(FOLDER / "self_exciting_panel.csv", parse_dates=["date"])
R = pd.read_csv(FOLDER / "self_exciting.csv", index_col="name")["value"]
TESTS = PANEL["date"].repeat(PANEL["launches"])
CALENDAR = PANEL.loc[PANEL["exposed"].eq(1), "date"]
PERIOD = timing.StudyPeriod("2014-01-01", "2017-12-31")
ONE_DAY = {"period": PERIOD, "window": timing.Window(0, 0)}
ROUND = np.arange(1, len(PANEL) + 1) * 2 * np.pi / 365.25
WAVE = pd.Series(np.sin(ROUND), index=PANEL["date"], name="wave")


def effect_of(launch_days):
    launches = PANEL["date"].isin(launch_days).to_numpy(dtype=int)
    days = ExcitedDays(
        launches=launches,
        history=launches,
        position=np.arange(launches.size),
        stratum=np.zeros(launches.size, dtype=np.int64),
        design=np.zeros((launches.size, 0)),
        factor=np.ones(launches.size),
        binary=True,
    )
    return fit_effect(days, PANEL["exposed"].to_numpy())


@pytest.fixture(scope="module")
def fit():
    return self_exciting(TESTS, CALENDAR, **ONE_DAY)


# Agreement


@pytest.mark.reference
@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("day", {}),
        ("day.wave", {"controls": [WAVE]}),
        ("day.year", {"strata": "year"}),
        ("event", {"unit": "event"}),
    ],
)
def test_it_agrees_with_a_likelihood_written_out_in_r(name, options):
    found = self_exciting(TESTS, CALENDAR, **ONE_DAY, **options)
    assert np.log(found.rate_ratio) == pytest.approx(R[f"{name}.coef"], abs=2e-6)
    assert found.std_error == pytest.approx(R[f"{name}.se"], rel=1e-6)
    assert found.branching == pytest.approx(R[f"{name}.branching"], abs=2e-6)
    assert found.half_life == pytest.approx(R[f"{name}.half_life"], rel=2e-6)
    assert found.log_likelihood == pytest.approx(R[f"{name}.loglik"], abs=1e-6)
    assert found.log_likelihood_null == pytest.approx(
        R[f"{name}.loglik_null"], abs=1e-6
    )
    assert found.pvalue == pytest.approx(R[f"{name}.p"], rel=1e-6)


def test_years_as_strata_and_as_a_control_are_one_model():
    strata = self_exciting(TESTS, CALENDAR, **ONE_DAY, strata="year")
    control = self_exciting(TESTS, CALENDAR, **ONE_DAY, controls=["year"])
    assert control.rate_ratio == pytest.approx(strata.rate_ratio, rel=1e-5)
    assert control.log_likelihood == pytest.approx(strata.log_likelihood, abs=1e-8)
    assert control.aic == pytest.approx(strata.aic, abs=1e-7)
    assert control.half_life_interval == pytest.approx(strata.half_life_interval, 1e-3)


@pytest.mark.filterwarnings("ignore::timing.errors.ClusteringWarning")
def test_without_excitation_it_is_a_poisson_regression():
    found = self_exciting(TESTS, CALENDAR, **ONE_DAY, controls=[WAVE], unit="event")
    poisson = timing.count_regression(
        TESTS, CALENDAR, **ONE_DAY, controls=[WAVE], unit="event", cov="model"
    )
    assert found.independent_rate_ratio == pytest.approx(poisson.rate_ratio, rel=1e-6)


# Laws


def test_the_limits_are_where_the_likelihood_ratio_is_cut():
    effect = effect_of(TESTS)
    found = self_exciting(TESTS, CALENDAR, **ONE_DAY, confidence_level=0.9)
    for deviance, limits in (
        (effect.deviance, np.log(found.interval)),
        (effect.branching_deviance, found.branching_interval),
        (
            effect.log_decay_deviance,
            np.log(np.log(2) / np.array(found.half_life_interval)),
        ),
    ):
        for limit in limits:
            assert deviance(float(limit)) == pytest.approx(stats.chi2.ppf(0.9, 1), 1e-2)
    assert found.pvalue == pytest.approx(
        stats.chi2.sf(effect.deviance(0.0), 1), rel=1e-3
    )
    outside = max(
        stats.norm.sf(np.sqrt(effect.deviance(-np.log(2)))),
        stats.norm.sf(-np.sqrt(effect.deviance(np.log(2)))),
    )
    assert found.rate_ratio > 2  # so that the upper margin lies below the estimate
    assert found.equivalence_pvalue == pytest.approx(outside, rel=1e-3)


def test_row_order_changes_nothing(fit):
    mixed = self_exciting(TESTS[::-1], CALENDAR[::-1], **ONE_DAY)
    assert mixed.rate_ratio == fit.rate_ratio
    assert mixed.interval == fit.interval


@given(st.integers(-2000, 2000))
@settings(deadline=None, max_examples=3)
def test_moving_all_dates_changes_nothing(days):
    fit = self_exciting(TESTS, CALENDAR, **ONE_DAY)
    shift = pd.Timedelta(days=days)
    period = timing.StudyPeriod(PERIOD.start + shift, PERIOD.end + shift)
    moved = self_exciting(
        TESTS + shift, CALENDAR + shift, period=period, window=timing.Window(0, 0)
    )
    assert moved.interval == fit.interval
    assert moved.branching == fit.branching


def test_relabelled_strata_and_rescaled_controls_change_nothing():
    year = PANEL["date"].dt.year
    labels = pd.Series(year.to_numpy(), index=PANEL["date"])
    other = labels.map({2014: "d", 2015: "a", 2016: "c", 2017: "b"})
    plain = self_exciting(TESTS, CALENDAR, **ONE_DAY, strata=labels, controls=[WAVE])
    changed = self_exciting(
        TESTS, CALENDAR, **ONE_DAY, strata=other, controls=[5000 * WAVE + 30]
    )
    assert changed.rate_ratio == pytest.approx(plain.rate_ratio, rel=1e-6)
    assert changed.branching == pytest.approx(plain.branching, rel=1e-5)
    slope, error = plain.params["wave"], plain.std_errors["wave"]
    assert changed.params["wave"] * 5000 == pytest.approx(slope, rel=1e-4)
    assert changed.std_errors["wave"] * 5000 == pytest.approx(error, rel=1e-3)


def test_strata_without_launches_and_never_exposed_change_nothing(fit):
    # A year before the first launch: no excitation reaches it either.
    longer = timing.StudyPeriod("2013-01-01", "2017-12-31")
    labels = pd.Series(1, index=pd.date_range("2013-01-01", "2017-12-31"))
    labels[:"2013-12-31"] = 0
    found = self_exciting(
        TESTS, CALENDAR, period=longer, window=timing.Window(0, 0), strata=labels
    )
    assert found.zero_base_days == 365
    assert "Base rate 0 on 365 days" in found.summary()
    assert found.rate_ratio == pytest.approx(fit.rate_ratio, rel=1e-5)
    assert found.interval == pytest.approx(fit.interval, rel=1e-4)
    assert found.aic == pytest.approx(fit.aic, abs=1e-6)


def test_a_level_without_launches_has_no_base_rate():
    quiet = pd.Series("loud", index=PANEL["date"], name="level")
    quiet["2015-03-01":"2015-03-20"] = "quiet"
    tests = TESTS[~TESTS.isin(quiet.index[quiet.eq("quiet")])]
    found = self_exciting(tests, CALENDAR, **ONE_DAY, controls=[quiet])
    assert found.zero_base_days == 20
    assert set(found.params) == {"exposed"}


def test_launches_off_the_at_risk_days_excite():
    start = timing.StudyPeriod("2014-02-01", "2017-12-31")
    options = {"period": start, "window": timing.Window(0, 0)}
    before = pd.date_range("2014-01-25", "2014-01-31").to_series()
    after = TESTS[TESTS >= "2014-02-01"]
    with_them = self_exciting(pd.concat([before, after]), CALENDAR, **options)
    without = self_exciting(after, CALENDAR, **options)
    assert with_them.earlier_launches == 7
    assert without.earlier_launches == 0
    assert with_them.n_launches == without.n_launches
    assert with_them.log_likelihood != pytest.approx(without.log_likelihood, abs=1e-3)
    # Excluded days keep their place in time, and their launches excite.
    gap = timing.StudyPeriod("2014-01-01", "2017-12-31", [("2015-01-01", "2015-06-30")])
    found = self_exciting(TESTS, CALENDAR, period=gap, window=timing.Window(0, 0))
    inside = TESTS.between("2015-01-01", "2015-06-30")
    assert found.n_obs == 1461 - 181
    assert found.earlier_launches == TESTS[inside].nunique() > 0


# Samples that are too small or do not fit


def test_no_exposed_launch_gives_zero_with_a_limit():
    outside = TESTS[~TESTS.isin(CALENDAR)]
    with pytest.warns(SeparationWarning, match="no base rate lies on exposed days"):
        found = self_exciting(outside, CALENDAR, **ONE_DAY)
    assert found.rate_ratio == 0.0
    assert np.isnan(found.std_error)
    assert found.interval[0] == 0.0
    assert 0 < found.interval[1] < 1
    assert 0 < found.pvalue < 0.01
    assert 0.5 < found.equivalence_pvalue <= 1
    assert found.warnings
    upper = effect_of(outside).deviance(float(np.log(found.interval[1])))
    assert upper == pytest.approx(stats.chi2.ppf(0.95, 1), rel=1e-2)


def test_only_exposed_launches_give_infinity_with_a_limit():
    inside = TESTS[TESTS.isin(CALENDAR)]
    with pytest.warns(SeparationWarning, match="all base rate lies on exposed days"):
        found = self_exciting(inside, CALENDAR, **ONE_DAY)
    assert found.rate_ratio == np.inf
    assert found.interval[1] == np.inf
    assert found.interval[0] > 1
    assert json.dumps(found.to_dict(), allow_nan=False)


def test_exposed_launches_that_earlier_ones_account_for_are_separated_too():
    # Launches come in pairs, the second on the first of six exposed days.
    first = pd.date_range("2014-02-01", periods=12, freq="100D")
    second = first + pd.Timedelta(days=1)
    with pytest.warns(SeparationWarning, match="no base rate lies on exposed days"):
        found = self_exciting(
            first.union(second), second, period=PERIOD, window=timing.Window(0, 5)
        )
    assert found.rate_ratio == 0.0
    assert found.interval[1] > 1


def test_a_control_that_earlier_launches_account_for_has_no_finite_effect():
    first = pd.date_range("2014-02-01", periods=12, freq="100D")
    second = first + pd.Timedelta(days=1)
    after = pd.Series(0, index=PANEL["date"], name="after")
    for lag in range(1, 7):
        after[first + pd.Timedelta(days=lag)] = 1
    with pytest.warns(SeparationWarning, match="no finite effect of after"):
        found = self_exciting(
            first.union(second),
            pd.date_range("2014-01-20", periods=14, freq="50D"),
            period=PERIOD,
            window=timing.Window(0, 20),
            controls=[after],
        )
    assert found.params["after"] == -np.inf
    assert np.isnan(found.std_errors["after"])
    assert 0 < found.rate_ratio < np.inf


def test_an_explosive_fit_is_never_silent():
    times = np.cumsum(np.linspace(60, 0.2, 90))
    tests = pd.Timestamp("2014-01-01") + pd.to_timedelta(times.astype(int), unit="D")
    last = tests.max()
    calendar = pd.date_range("2014-01-10", last, freq="50D")
    period = timing.StudyPeriod("2014-01-01", last)
    with pytest.warns(InvalidNullWarning) as caught:
        found = self_exciting(
            tests, calendar, period=period, window=timing.Window(0, 9), unit="event"
        )
    assert found.branching >= 0.95
    assert any("nearly explode" in str(w.message) for w in caught)
    assert any("nearly explode" in text for text in found.warnings)


def test_slow_change_and_regular_launches_are_warned_of():
    slow = pd.read_csv(FOLDER / "panel.csv", parse_dates=["date"])
    with pytest.warns(InvalidNullWarning, match="mean delay is the longest tried"):
        self_exciting(
            slow["date"].repeat(slow["launches"]),
            slow["date"][slow["exposed"].eq(1)],
            **ONE_DAY,
        )
    regular = PANEL["date"][::10]
    with pytest.warns(InvalidNullWarning, match="gaps are not uniform"):
        self_exciting(regular, CALENDAR, **ONE_DAY)


def test_independent_launches_have_no_half_life():
    regular = PANEL["date"][5::9]
    with pytest.warns(InvalidNullWarning):
        found = self_exciting(regular, CALENDAR, **ONE_DAY)
    assert found.branching == 0.0
    assert np.isnan(found.half_life)
    assert np.isnan(found.half_life_interval).all()
    assert found.branching_interval[0] == 0.0 < found.branching_interval[1] < 0.5
    assert found.log_likelihood == pytest.approx(
        found.log_likelihood_independent, abs=1e-4
    )
    assert "Half-life" not in found.summary()


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"unit": "episode"}, "`unit` is 'episode'; it must be one of 'day', 'event'"),
        ({"confidence_level": 95}, "`confidence_level`"),
        ({"equivalence_margin": 1.0}, "`equivalence_margin`"),
        ({"controls": ["sunspots"]}, "`controls` has 'sunspots'"),
    ],
)
def test_bad_options_name_the_allowed_values(changes, text):
    with pytest.raises(ArgumentError, match=re.escape(text)):
        self_exciting(TESTS, CALENDAR, **ONE_DAY, **changes)


def test_collinear_controls_are_an_error():
    twice = [WAVE, (2 * WAVE).rename("again")]
    with pytest.raises(EstimationError, match="'again' collinear"):
        self_exciting(TESTS, CALENDAR, **ONE_DAY, controls=twice)


# The result and its figure


def test_the_result_survives_json_and_reads_well(fit):
    stored = json.loads(json.dumps(fit.to_dict(), allow_nan=False))
    again = SelfExcitingResult.from_dict(stored)
    assert again.summary() == fit.summary()
    np.testing.assert_array_equal(again.rescaled, fit.rescaled)
    assert again.branching_interval == fit.branching_interval
    text = str(fit)
    assert "Null: exposure does not change the base rate of events" in text
    assert f"Branching ratio: {fit.branching:.2f}, 95% interval" in text
    assert fit.to_frame()["half_life"].item() == fit.half_life
    # Four more parameters than nothing: base, b, eta and delay.
    assert fit.aic == pytest.approx(8 - 2 * fit.log_likelihood)
    assert fit.aic_independent == pytest.approx(4 - 2 * fit.log_likelihood_independent)
    assert fit.mean_delay == pytest.approx(1 / (1 - 0.5 ** (1 / fit.half_life)))
    assert fit.rescaled.shape == (fit.n_launches, 2)


def test_the_figure_shows_both_models_and_the_band(fit):
    ax = plot_self_exciting(fit)
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels == ["95% band", "the model", "without excitation", "with excitation"]
    drawn = {line.get_label(): line.get_xydata() for line in ax.lines}
    for label, spans in (
        ("with excitation", fit.rescaled),
        ("without excitation", fit.rescaled_independent),
    ):
        at, share = drawn[label].T
        np.testing.assert_allclose(span_distribution(spans, at), share)
        assert np.isin(spans, at).all()
    (band,) = (c for c in ax.collections if isinstance(c, PolyCollection))
    corners = band.get_paths()[0].vertices
    at_half = corners[np.isclose(corners[:, 0], 0.5)][:, 1]
    half = kolmogorov_band(fit.n_launches, 0.95)
    assert set(at_half.round(6)) == {round(0.5 - half, 6), round(0.5 + half, 6)}
    assert f"{fit.n_launches} gaps" in ax.get_title()
    plt.close("all")
    with pytest.raises(ArgumentError, match="must be a SelfExcitingResult"):
        plot_self_exciting(3)
