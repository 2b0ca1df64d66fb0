"""`count_regression` and its covariance against R, statsmodels and exact answers."""

from __future__ import annotations

import json
import re

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import timing
from timing.errors import (
    ArgumentError,
    EstimationError,
    FallbackWarning,
    SeparationWarning,
)
from timing.kernels.sandwich import newey_west
from timing.results import CountRegressionResult

PERIOD = timing.StudyPeriod("2012-01-01", "2024-12-31")


@pytest.fixture(scope="module")
def days(golden_data):
    return pd.read_csv(golden_data / "daily_2012_2024.csv", parse_dates=["date"])


def launches_and_visits(days):
    launches = days.loc[days["launch"].eq(1), "date"]
    visits = days.loc[days["visit_start"].eq(1), "date"]
    return launches, visits


def missiles(days):
    return days["date"].repeat(days["n_missiles"])


@pytest.mark.reference
@pytest.mark.parametrize(
    ("entry", "options"),
    [
        ("r.glm.poisson.post7", {"cov": "model"}),
        ("r.glm.poisson.post7.NW30", {"cov": "HAC", "maxlags": 30}),
    ],
)
def test_poisson_agrees_with_r(days, golden, entry, options):
    fit = timing.count_regression(
        *launches_and_visits(days),
        period=PERIOD,
        window=timing.Window(0, 7),
        **options,
    )
    expected = golden[entry]["value"]["post7"]
    assert np.log(fit.rate_ratio) == pytest.approx(expected["est"], abs=1e-10)
    assert fit.std_error == pytest.approx(expected["se"], rel=1e-9)
    assert fit.pvalue == pytest.approx(expected["p"], rel=1e-8)


@pytest.mark.reference
def test_hac_agrees_with_statsmodels(days, golden):
    fit = timing.count_regression(
        *launches_and_visits(days),
        period=PERIOD,
        window=timing.Window(0, 7),
        maxlags=14,
    )
    expected = golden["statsmodels.glm.poisson.HAC14.corrFalse"]["value"]
    assert fit.std_error == pytest.approx(expected["se"], rel=1e-9)


@pytest.mark.reference
def test_full_model_agrees_with_r(days, golden):
    # glm(n_missiles ~ pre7 + post7 + factor(year) + factor(dow), poisson) without 2018,
    # which has no launch; here 2018 is dropped by the fit itself.
    design = pd.read_csv(
        golden["_meta"] and golden_design_path(), parse_dates=["date"]
    ).set_index("date")
    launches, visits = missiles(days), launches_and_visits(days)[1]
    fit = timing.count_regression(
        launches,
        visits,
        period=PERIOD,
        window=timing.Window(0, 7),
        controls=["year", "weekday", design["pre7"]],
        cov="model",
        unit="event",
    )
    expected = golden["r.glm.poisson.full"]["value"]
    assert np.log(fit.rate_ratio) == pytest.approx(expected["post7"]["est"], abs=1e-8)
    assert fit.std_error == pytest.approx(expected["post7"]["se"], rel=1e-7)
    assert fit.params["pre7"] == pytest.approx(expected["pre7"]["est"], abs=1e-8)
    reasons = {d.reason: d.rows for d in fit.dropped}
    assert reasons["day in a level of 'year' without a launch"] == 365


def golden_design_path():
    from conftest import GOLDEN

    return GOLDEN / "data" / "daily_design.csv"


@pytest.mark.reference
def test_negative_binomial_agrees_with_r(days, golden):
    fit = timing.count_regression(
        missiles(days),
        launches_and_visits(days)[1],
        period=PERIOD,
        window=timing.Window(0, 7),
        family="negative-binomial",
        cov="model",
        unit="event",
    )
    expected = golden["r.glm.nb.post7"]["value"]
    assert fit.family == "negative-binomial"
    assert fit.dispersion > 1
    assert np.log(fit.rate_ratio) == pytest.approx(expected["post7"]["est"], abs=1e-4)
    assert fit.std_error == pytest.approx(expected["post7"]["se"], rel=1e-3)


def simulate(seed=1, n=600, ratio=2.0):
    rng = np.random.default_rng(seed)
    date = pd.date_range("2020-01-01", periods=n)
    visits = date[np.sort(rng.choice(n - 8, 15, replace=False))]
    exposed = np.zeros(n, dtype=bool)
    for visit in visits:
        at = (visit - date[0]).days
        exposed[at : at + 8] = True
    counts = rng.poisson(0.1 * np.where(exposed, ratio, 1.0))
    period = timing.StudyPeriod(date[0], date[-1])
    return date.repeat(counts), visits, period


def test_without_controls_the_estimate_is_the_ratio_of_rates():
    tests, visits, period = simulate()
    kwargs = {"period": period, "window": timing.Window(0, 7), "unit": "event"}
    fit = timing.count_regression(tests, visits, **kwargs)
    crude = timing.permutation_test(tests, visits, **kwargs).rate_ratio
    assert fit.rate_ratio == pytest.approx(crude)
    assert fit.interval[0] < fit.rate_ratio < fit.interval[1]
    assert fit.minimum_detectable_rate_ratio > 1


def test_row_order_changes_nothing():
    tests, visits, period = simulate()
    kwargs = {"period": period, "window": timing.Window(0, 7), "controls": ["season"]}
    fit = timing.count_regression(tests, visits, **kwargs)
    mixed = timing.count_regression(tests[::-1], visits[::-1], **kwargs)
    assert mixed.std_error == fit.std_error


def test_weekly_rows_keep_the_launches_and_the_days():
    tests, visits, period = simulate()
    fit = timing.count_regression(
        tests,
        visits,
        period=period,
        window=timing.Window(0, 7),
        unit="event",
        freq="W",
    )
    # 2020-01-01 is a Wednesday: 5 days to Sunday, then 85 whole weeks.
    assert fit.n_obs == 86
    assert fit.n_launches == len(tests)
    assert fit.cov == "HAC(2)"


def test_newey_west_treats_missing_days_as_zero_scores():
    rng = np.random.default_rng(2)
    scores = rng.normal(size=(30, 2))
    position = np.delete(np.arange(32), [10, 11])
    complete = np.insert(scores, [10, 10], 0.0, axis=0)
    bread = np.eye(2)
    np.testing.assert_allclose(
        newey_west(scores, position, bread, 4),
        newey_west(complete, np.arange(32), bread, 4),
    )


def test_newey_west_by_hand():
    # One column, scores 1, 2, 3, one lag: 14 + 1/2 * 2 * (2 + 6) = 22.
    scores = np.array([[1.0], [2.0], [3.0]])
    assert newey_west(scores, np.arange(3), np.eye(1), 1)[0, 0] == pytest.approx(22)


@pytest.mark.parametrize(("inside", "ratio"), [(False, 0.0), (True, np.inf)])
def test_separation_gives_an_exact_interval_and_a_warning(inside, ratio):
    period = timing.StudyPeriod("2020-01-01", "2020-01-30")
    tests = ["2020-01-02", "2020-01-03"] if inside else ["2020-01-20", "2020-01-25"]
    with pytest.warns(SeparationWarning, match="exact"):
        fit = timing.count_regression(
            tests,
            ["2020-01-01"],
            period=period,
            window=timing.Window(0, 9),
            controls=["weekday"],
        )
    assert fit.rate_ratio == ratio
    # 10 of 30 days are exposed: P(both in) = 1/9, P(both out) = 4/9, doubled.
    assert fit.pvalue == pytest.approx(2 / 9 if inside else 8 / 9)
    # Clopper-Pearson: 1 - 0.025^(1/2) = 0.842, odds 5.32, over the odds of days 1/2.
    limit = (1 - 0.025**0.5) / 0.025**0.5 * 2
    if inside:
        assert fit.interval == (pytest.approx(1 / limit * 4), np.inf)
    else:
        assert fit.interval == (0.0, pytest.approx(limit))
    assert fit.warnings


def test_binary_counts_fall_back_from_the_negative_binomial():
    tests, visits, period = simulate()
    with pytest.warns(FallbackWarning, match="Poisson model took its place"):
        fit = timing.count_regression(
            tests,
            visits,
            period=period,
            window=timing.Window(0, 7),
            family="negative-binomial",
        )
    assert fit.family == "poisson"
    assert "Poisson model took its place" in fit.warnings[0]


def test_collinear_controls_are_an_error():
    tests, visits, period = simulate()
    days = pd.date_range(period.start, period.end)
    twice = [pd.Series(range(600), index=days, name=name) for name in ("a", "b")]
    with pytest.raises(EstimationError, match="collinear"):
        timing.count_regression(
            tests, visits, period=period, window=timing.Window(), controls=twice
        )


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"family": "nb"}, "`family` is 'nb'; it must be one of 'poisson'"),
        ({"freq": "M"}, "`freq` is 'M'"),
        ({"cov": "hac"}, "`cov` is 'hac'"),
        ({"maxlags": -1}, "`maxlags` is -1"),
    ],
)
def test_bad_options_name_the_allowed_values(changes, text):
    tests, visits, period = simulate()
    with pytest.raises(ArgumentError, match=re.escape(text)):
        timing.count_regression(
            tests, visits, period=period, window=timing.Window(), **changes
        )


def test_the_result_survives_json_and_reads_well():
    tests, visits, period = simulate()
    fit = timing.count_regression(
        tests, visits, period=period, window=timing.Window(0, 7), controls=["weekday"]
    )
    stored = json.loads(json.dumps(fit.to_dict(), allow_nan=False))
    again = CountRegressionResult.from_dict(stored)
    assert again.summary() == fit.summary()
    assert "Null: exposure does not change the launch rate, given weekday" in str(fit)
    assert {"exposed", "intercept", "weekday_Tue"} <= set(fit.params)


def test_equivalence_is_two_one_sided_wald_tests():
    result = timing.count_regression(
        timing.load_tests(weapons="ballistic"),
        timing.load_calendar("us_president_visit_rok"),
        period=PERIOD,
        window=timing.Window(7, 7),
        equivalence_margin=1.5,
    )
    z_low = (np.log(result.rate_ratio) + np.log(1.5)) / result.std_error
    z_high = (np.log(result.rate_ratio) - np.log(1.5)) / result.std_error
    expected = max(stats.norm.sf(z_low), stats.norm.cdf(z_high))
    assert result.equivalence_pvalue == pytest.approx(expected)
    assert "Equivalence: the rate ratio lies between 0.67 and 1.50" in result.summary()
