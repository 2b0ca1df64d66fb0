"""`hurdle_regression` against R's pscl, closed forms and planted effects."""

from __future__ import annotations

import dataclasses
import json
import re
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import optimize

import timing
from timing.errors import (
    ArgumentError,
    EstimationError,
    FallbackWarning,
    SeparationWarning,
)
from timing.regression import hurdle
from timing.regression.hurdle import hurdle_regression
from timing.results.regression import HurdleRegressionResult

FOLDER = Path(__file__).parent / "reference"
R = pd.read_csv(FOLDER / "counts.csv", index_col="name")["value"]
PANEL = pd.read_csv(FOLDER / "panel.csv", parse_dates=["date"])
DAY = PANEL["launches"].gt(0)
# The salvo sizes of ``make_counts.R``.
SIZES = np.array([1, 2, 3, 1, 6, 2, 1, 4, 9, 3])[(DAY.cumsum()[DAY] - 1) % 10]
SALVOS = pd.DataFrame({"date": PANEL["date"][DAY], "n_missiles": SIZES})
CALENDAR = PANEL.loc[PANEL["exposed"].eq(1), "date"]
PERIOD = timing.StudyPeriod("2014-01-01", "2017-12-31")


def on_panel(tests=SALVOS, calendar=CALENDAR, **options):
    return hurdle_regression(
        tests, calendar, period=PERIOD, window=timing.Window(0, 0), **options
    )


@pytest.mark.reference
@pytest.mark.parametrize(
    ("family", "name"), [("poisson", "poisson"), ("negative-binomial", "negbin")]
)
def test_both_parts_agree_with_pscl(family, name):
    fit = on_panel(size_family=family, cov="model")
    # pscl stops at 8 digits or so, with a Hessian by differences.
    zero, count = f"hurdle.{name}.zero", f"hurdle.{name}.count"
    assert np.log(fit.rate_ratio) == pytest.approx(R[f"{zero}.coef"], abs=1e-7)
    assert fit.std_error == pytest.approx(R[f"{zero}.se"], rel=1e-6)
    assert np.log(fit.size.rate_ratio) == pytest.approx(R[f"{count}.coef"], abs=1e-7)
    assert fit.size.std_error == pytest.approx(R[f"{count}.se"], rel=1e-6)
    if name == "negbin":
        assert fit.size.dispersion == pytest.approx(R["hurdle.negbin.alpha"], rel=1e-6)


@pytest.mark.reference
def test_launch_days_agree_with_r_glm():
    log = on_panel(link="log", cov="model")
    assert np.log(log.rate_ratio) == pytest.approx(R["logbinomial.coef"], abs=1e-9)
    assert log.std_error == pytest.approx(R["logbinomial.se"], rel=1e-7)
    years = on_panel(controls=["year"], size_controls=(), cov="model")
    assert np.log(years.rate_ratio) == pytest.approx(R["cloglog.year.coef"], abs=1e-8)


def test_without_controls_both_links_have_closed_forms():
    exposed = DAY[PANEL["exposed"].eq(1)].mean()
    unexposed = DAY[PANEL["exposed"].eq(0)].mean()
    rates = np.log1p(-exposed) / np.log1p(-unexposed)
    assert on_panel().rate_ratio == pytest.approx(rates, rel=1e-9)
    assert on_panel(link="log").rate_ratio == pytest.approx(
        exposed / unexposed, rel=1e-9
    )


def test_the_truncated_mean_is_the_mean_size():
    # In a saturated truncated Poisson model mu / (1 - exp(-mu)) is the mean of a cell.
    size = on_panel(size_family="poisson").size
    means = [
        optimize.brentq(lambda mu, m=m: mu / -np.expm1(-mu) - m, 1e-9, 50, xtol=1e-13)
        for m in (size.mean_exposed, size.mean_unexposed)
    ]
    assert size.rate_ratio == pytest.approx(means[0] / means[1], rel=1e-8)
    inside = DAY & PANEL["exposed"].eq(1)
    assert size.n_exposed == inside.sum()
    assert size.mean_exposed == pytest.approx(SIZES[inside[DAY]].mean())


def test_cluster_and_robust_errors_of_the_size_are_near_the_models_own():
    model, *others = (
        on_panel(cov=cov).size.std_error for cov in ("model", "robust", "cluster")
    )
    for other in others:
        assert other != model
        assert 0.6 < other / model < 1.6


def test_no_exposed_launch_day_leaves_the_size_unknown():
    away = SALVOS[~SALVOS["date"].isin(CALENDAR)]
    with pytest.warns(SeparationWarning) as caught:
        fit = on_panel(away)
    texts = [str(warning.message) for warning in caught]
    assert any("Firth's penalised likelihood took its place" in t for t in texts)
    assert any("nothing can be learned" in t for t in texts)
    assert fit.estimator == "Firth"
    assert 0 < fit.rate_ratio < 0.2
    assert np.isnan(fit.size.rate_ratio)
    assert fit.size.interval == (0.0, np.inf)
    assert fit.size.pvalue == 1.0
    assert "undefined" in fit.summary()
    stored = json.loads(json.dumps(fit.to_dict(), allow_nan=False))
    assert HurdleRegressionResult.from_dict(stored).summary() == fit.summary()


def test_a_separated_log_link_is_answered_by_firths_poisson():
    # Half a launch day is added to each cell, chances being means.
    away = SALVOS[~SALVOS["date"].isin(CALENDAR)]
    with pytest.warns(SeparationWarning):
        fit = on_panel(away, link="log")
    exposed = int(PANEL["exposed"].sum())
    unexposed = (len(away) + 0.5) / (len(PANEL) - exposed)
    assert fit.rate_ratio == pytest.approx(0.5 / exposed / unexposed, rel=1e-8)


def test_single_salvos_on_exposed_days_get_firths_size():
    # pscl returns a log ratio of -11 with a standard error of 650 here.
    single = SALVOS.assign(
        n_missiles=SALVOS["n_missiles"].where(~SALVOS["date"].isin(CALENDAR), 1)
    )
    with pytest.warns(SeparationWarning, match="all salvos of a cell are single"):
        fit = on_panel(single, size_family="poisson")
    assert fit.estimator == "maximum likelihood"
    assert fit.size.estimator == "Firth"
    low, high = fit.size.interval
    assert np.exp(-15) < fit.size.rate_ratio < high < 1
    assert low < fit.size.rate_ratio


def test_sizes_like_poisson_ones_fall_back():
    even = SALVOS.assign(n_missiles=2)
    with pytest.warns(FallbackWarning, match="the Poisson took its place"):
        fit = on_panel(even, cov="model")
    assert fit.size.family == "poisson"
    assert fit.size.rate_ratio == pytest.approx(1)


def test_a_dispersion_in_which_the_likelihood_does_not_fall_is_not_used(monkeypatch):
    # Some simulated records have one; it is too rare to be drawn here.
    assert on_panel().size.family == "negative-binomial"
    bordered = hurdle._with_dispersion

    def flat(fit, rows):
        found = bordered(fit, rows)
        information = found.information.copy()
        information[-1, -1] = -1.0
        return dataclasses.replace(found, information=information)

    monkeypatch.setattr(hurdle, "_with_dispersion", flat)
    with pytest.warns(FallbackWarning, match="the Poisson took its place"):
        fit = on_panel()
    assert fit.size.family == "poisson"
    assert 0 < fit.size.std_error < np.inf


def test_single_launches_only_are_an_error():
    with pytest.raises(EstimationError, match="single events only"):
        on_panel(SALVOS.assign(n_missiles=1))


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"link": "logit"}, "`link` is 'logit'; it must be one of 'cloglog', 'log'"),
        ({"size_family": "gamma"}, "`size_family` is 'gamma'"),
        ({"unit": "day"}, "`unit` is 'day'; it must be one of 'missile', 'event'"),
        ({"cov": "hac"}, "`cov` is 'hac'"),
    ],
)
def test_bad_options_name_the_allowed_values(changes, text):
    with pytest.raises(ArgumentError, match=re.escape(text)):
        on_panel(**changes)


def test_the_result_survives_json_and_reads_well():
    fit = on_panel(controls=["season"])
    stored = json.loads(json.dumps(fit.to_dict(), allow_nan=False))
    again = HurdleRegressionResult.from_dict(stored)
    assert again.summary() == fit.summary()
    assert again.size.params == fit.size.params
    assert "Salvo size given an event day: rate ratio" in str(fit)
    row = fit.to_frame().iloc[0]
    assert row["size_rate_ratio"] == fit.size.rate_ratio
    assert row["size_ci_low"] == fit.size.interval[0]
    assert "season_sin1" in fit.size.params


def test_row_order_and_days_without_exposure_or_launch_change_nothing():
    fit = on_panel(controls=["year"], size_controls=(), cov="model")
    mixed = on_panel(
        SALVOS[::-1], CALENDAR[::-1], controls=["year"], size_controls=(), cov="model"
    )
    assert mixed.rate_ratio == fit.rate_ratio
    longer = hurdle_regression(
        SALVOS,
        CALENDAR,
        period=timing.StudyPeriod("2012-01-01", "2017-12-31"),
        window=timing.Window(0, 0),
        controls=["year"],
        size_controls=(),
        cov="model",
    )
    assert longer.rate_ratio == pytest.approx(fit.rate_ratio, rel=1e-9)
    assert longer.size.rate_ratio == pytest.approx(fit.size.rate_ratio, rel=1e-9)
    assert {d.rows for d in longer.dropped if d.table == "days"} == {365 + 366}


@pytest.mark.slow
def test_planted_ratios_of_both_parts_are_recovered():
    n, days = 60, pd.date_range("2000-01-01", periods=4000)
    exposed = np.arange(4000) % 20 < 5
    period = timing.StudyPeriod(days[0], days[-1])
    rng = np.random.default_rng(11)
    found = np.empty((n, 2))
    held = np.zeros(2)
    for i in range(n):
        launch = rng.random(4000) < -np.expm1(-0.1 * np.where(exposed, 2.0, 1.0))
        mean = np.where(exposed, 1.5, 3.0)[launch]
        sizes = rng.poisson(mean)
        while (sizes == 0).any():  # truncation by drawing again
            sizes = np.where(sizes == 0, rng.poisson(mean), sizes)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FallbackWarning)
            fit = hurdle_regression(
                pd.DataFrame({"date": days[launch], "n_missiles": sizes}),
                days[exposed],
                period=period,
                window=timing.Window(0, 0),
                cov="model",
                size_family="poisson",
            )
        found[i] = np.log([fit.rate_ratio, fit.size.rate_ratio])
        for k, (limits, true) in enumerate(
            ((fit.interval, 2.0), (fit.size.interval, 0.5))
        ):
            held[k] += limits[0] <= true <= limits[1]
    error = found.std(axis=0) / np.sqrt(n)
    assert (np.abs(found.mean(axis=0) - np.log([2.0, 0.5])) < 4 * error + 0.01).all()
    assert (np.abs(held / n - 0.95) < 4 * np.sqrt(0.95 * 0.05 / n)).all()
