"""The score with controls: its definition, its null model, its laws and its size."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

import timing
from timing.errors import EstimationError
from timing.kernels.adjusted import adjusted_scores, fit_conditional_poisson
from timing.kernels.score import score_shifts, shift_p, shift_sums
from timing.regression.score import adjusted_score, stratum_score
from timing.simulation import self_exciting_days


def panel(seed=1, n=240, n_controls=2):
    rng = np.random.default_rng(seed)
    x = np.zeros(n, dtype=int)
    for start in rng.choice(n - 8, 6, replace=False):
        x[start : start + 6] = 1
    stratum = np.arange(n) // 40
    design = rng.normal(size=(n, n_controls))
    y = rng.poisson(0.15 * np.exp(0.5 * design[:, 0] + 0.4 * x))
    return y, x, stratum, design


def dummies(stratum):
    return (stratum[:, None] == np.unique(stratum)).astype(float)


def test_the_null_model_is_poisson_regression_with_stratum_effects():
    y, _, stratum, design = panel()
    offset = 0.3 * np.sin(np.arange(y.size))
    fit = fit_conditional_poisson(y, stratum, design, offset)
    both = np.hstack([dummies(stratum), design])
    expected = sm.GLM(y, both, family=sm.families.Poisson(), offset=offset).fit(
        tol=1e-12
    )
    assert fit.converged
    np.testing.assert_allclose(fit.params, expected.params[-2:], atol=1e-7)
    np.testing.assert_allclose(fit.rate, expected.mu, rtol=1e-6)
    totals = np.bincount(stratum, weights=y)
    np.testing.assert_allclose(np.bincount(stratum, weights=fit.rate), totals)


def test_scores_equal_their_definition():
    # V(k) is the weighted residual variance of the shifted exposure, regressed on the
    # stratum effects and the controls.
    y, x, stratum, design = panel(n=80)
    rate = fit_conditional_poisson(y, stratum, design, np.zeros(y.size)).rate
    weight = np.sqrt(rate)
    both = np.hstack([dummies(stratum), design]) * weight[:, None]
    expected = np.zeros(y.size)
    for k in range(y.size):
        shifted = np.roll(x, -k).astype(float)
        coefficients = np.linalg.lstsq(both, shifted * weight, rcond=None)[0]
        variance = ((shifted * weight - both @ coefficients) ** 2).sum()
        if variance > 1e-9:
            expected[k] = ((y - rate) @ shifted) / np.sqrt(variance)
    scores, deviation = adjusted_scores(y, x, stratum, design, rate)
    np.testing.assert_allclose(scores, expected, atol=1e-6)
    assert deviation > 0


def test_without_controls_it_is_the_stratum_score():
    y, x, stratum, _ = panel()
    empty = np.zeros((y.size, 0))
    for ratio in (1.0, 2.5):
        fit = fit_conditional_poisson(y, stratum, empty, np.log(ratio) * x)
        scores, _ = adjusted_scores(y, x, stratum, empty, fit.rate)
        expected = score_shifts(shift_sums(y, x, stratum), ratio)
        np.testing.assert_allclose(scores, expected, atol=1e-8)


def test_estimate_share_and_deviation_agree_where_a_control_has_no_effect():
    y, x, stratum, design = panel(n=2400)
    plain = stratum_score(y, x, stratum)
    noise = adjusted_score(y, x, stratum, design[:, 1:])
    assert noise.estimate() == pytest.approx(plain.estimate(), rel=0.05)
    assert noise.deviation == pytest.approx(plain.deviation, rel=0.05)
    np.testing.assert_array_equal(noise.launches, plain.launches)
    np.testing.assert_allclose(noise.share, plain.share, atol=0.05)


def test_the_estimate_is_that_of_poisson_regression():
    y, x, stratum, design = panel()
    both = np.hstack([x[:, None], dummies(stratum), design])
    expected = sm.GLM(y, both, family=sm.families.Poisson()).fit(tol=1e-12).params[0]
    estimate = adjusted_score(y, x, stratum, design).estimate()
    assert np.log(estimate) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    "control",
    [np.ones(240), np.repeat(np.arange(6), 40).astype(float)],
    ids=["constant", "constant within strata"],
)
def test_a_control_without_variation_is_an_error(control):
    y, x, stratum, _ = panel()
    with pytest.raises(EstimationError, match="collinear, or constant within the stra"):
        adjusted_score(y, x, stratum, control[:, None])


def test_public_call_with_named_and_own_controls():
    tests = timing.load_tests(weapons=["ballistic"])
    calendar = timing.load_calendar(["rok_us_summit"])
    period = timing.StudyPeriod("2016-01-01", "2019-12-31")
    days = pd.date_range(period.start, period.end)
    tide = pd.Series(np.sin(np.arange(days.size) / 5), index=days, name="tide")
    kwargs = {"period": period, "window": timing.Window(7, 7)}
    result = timing.randomization_test(
        tests, calendar, controls=["weekday", tide], **kwargs
    )
    plain = timing.randomization_test(tests, calendar, **kwargs)
    assert "each calendar month of each year and weekday + tide" in result.summary()
    assert result.specification.options["controls"] == "weekday + tide"
    assert result.expected_count == pytest.approx(plain.expected_count, rel=0.1)
    low, high = result.confidence_interval()
    assert low < result.conditional_rate_ratio < high
    assert timing.randomization_test(tests, calendar, controls=(), **kwargs).pvalue == (
        plain.pvalue
    )


@pytest.mark.slow
def test_additive_controls_keep_the_size_under_a_shared_season():
    # 300 true nulls, self-exciting launches, one season shared by both, year strata:
    # without the season as a control the test rejects far too often.
    n = 6 * 365
    day = np.arange(n)
    season = np.sin(2 * np.pi * day / 365)
    design = np.column_stack([season, np.cos(2 * np.pi * day / 365)])
    stratum = day // 365
    rng = np.random.default_rng(20251028)
    rejected = {"season": 0, "none": 0}
    for _ in range(300):
        x = np.zeros(n, dtype=int)
        weight = np.exp(1.5 * season[: n - 8])
        for start in rng.choice(n - 8, 36, replace=False, p=weight / weight.sum()):
            x[start : start + 8] = 1
        base = 0.014 * np.exp(1.5 * season) / np.exp(1.5 * season).mean()
        y = self_exciting_days(base, branching=0.5, decay_days=5, rng=rng)
        scores = {
            "season": adjusted_score(y, x, stratum, design).scores_at(1.0),
            "none": stratum_score(y, x, stratum).scores_at(1.0),
        }
        for name, z in scores.items():
            rejected[name] += shift_p(z, alternative="greater") <= 0.05
    # Standard error at 0.05: 0.0126.
    assert rejected["season"] / 300 <= 0.05 + 3 * 0.0126
    assert rejected["none"] / 300 > 0.15
