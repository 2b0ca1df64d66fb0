"""Agreement with R on a frozen panel; the generator is in ``tests/reference``."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import timing

FOLDER = Path(__file__).parent / "reference"
PANEL = pd.read_csv(FOLDER / "panel.csv", parse_dates=["date"])
R = pd.read_csv(FOLDER / "reference.csv", index_col="name")["value"]

pytestmark = pytest.mark.reference

# Each exposed day is a calendar event of its own, with a window of that day.
TESTS = PANEL["date"].repeat(PANEL["launches"])
CALENDAR = PANEL.loc[PANEL["exposed"].eq(1), "date"]
SHARED = {
    "period": timing.StudyPeriod("2014-01-01", "2017-12-31"),
    "window": timing.Window(0, 0),
}


def regression(**options):
    return timing.count_regression(TESTS, CALENDAR, **SHARED, unit="event", **options)


def test_poisson_coefficient_and_errors():
    fit = regression(cov="model")
    assert np.log(fit.rate_ratio) == pytest.approx(R["glm.poisson.coef"], abs=1e-9)
    assert fit.std_error == pytest.approx(R["glm.poisson.se"], rel=1e-7)
    newey_west = regression(cov="HAC", maxlags=14).std_error
    assert newey_west == pytest.approx(R["glm.poisson.NeweyWest14.se"], rel=1e-7)
    robust = regression(cov="robust").std_error
    assert robust == pytest.approx(R["glm.poisson.HC0.se"], rel=1e-7)


def test_poisson_with_month_effects():
    fit = regression(cov="model", controls=["month"])
    expected = R["glm.poisson.month.coef"]
    assert np.log(fit.rate_ratio) == pytest.approx(expected, abs=1e-8)
    assert fit.std_error == pytest.approx(R["glm.poisson.month.se"], rel=1e-6)


def test_negative_binomial():
    fit = regression(cov="model", family="negative-binomial")
    assert np.log(fit.rate_ratio) == pytest.approx(R["glm.nb.coef"], abs=1e-4)
    assert fit.std_error == pytest.approx(R["glm.nb.se"], rel=1e-3)
    assert fit.dispersion == pytest.approx(R["glm.nb.alpha"], rel=1e-3)


def test_the_score_shift_estimate_is_that_of_poisson_with_month_effects():
    result = timing.randomization_test(TESTS, CALENDAR, **SHARED)
    expected = np.exp(R["glm.poisson.month.day.coef"])
    assert result.conditional_rate_ratio == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize("alternative", ["greater", "less"])
@pytest.mark.parametrize(
    ("strata", "name"), [(None, "fisher"), ("month", "mantelhaen.exact")]
)
def test_uniform_p_values_are_those_of_the_exact_tests(strata, name, alternative):
    result = timing.permutation_test(
        TESTS, CALENDAR, **SHARED, null=timing.Uniform(strata), alternative=alternative
    )
    assert result.pvalue == pytest.approx(R[f"{name}.{alternative}.p"], rel=1e-9)


@pytest.mark.parametrize(
    ("strata", "name"), [(None, "fisher"), ("month", "mantelhaen.exact")]
)
def test_uniform_estimate_and_interval_are_those_of_the_exact_tests(strata, name):
    result = timing.permutation_test(
        TESTS, CALENDAR, **SHARED, null=timing.Uniform(strata)
    )
    assert result.conditional_rate_ratio == pytest.approx(
        R[f"{name}.estimate"], rel=1e-4
    )
    low, high = result.confidence_interval()
    assert low == pytest.approx(R[f"{name}.low"], rel=1e-4)
    assert high == pytest.approx(R[f"{name}.high"], rel=1e-4)
