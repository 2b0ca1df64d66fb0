"""The score with controls: its definition, its null model, its laws and its size."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import timing
from timing.errors import EstimationError
from timing.kernels.adjusted import adjusted_scores, shifted_sums
from timing.kernels.null_fit import fit_null, moment_dispersion
from timing.kernels.score import score_shifts, shift_p, shift_sums
from timing.regression.fitting import fit_negative_binomial
from timing.regression.rows import Rows
from timing.regression.score import adjusted_score, null_dispersion, stratum_score
from timing.simulation import self_exciting_counts, self_exciting_days

ALPHAS = [0.0, 0.7]
"""Poisson, and negative binomial with this dispersion."""


def panel(seed=1, n=240, n_controls=2):
    rng = np.random.default_rng(seed)
    x = np.zeros(n, dtype=int)
    for start in rng.choice(n - 8, 6, replace=False):
        x[start : start + 6] = 1
    stratum = np.arange(n) // 40
    design = rng.normal(size=(n, n_controls))
    y = rng.poisson(0.15 * np.exp(0.5 * design[:, 0] + 0.4 * x))
    return y, x, stratum, design


def overdispersed(seed=1, n=240, mean=0.8, alpha=1.0):
    """Draw negative binomial launches: Poisson ones with a gamma rate."""
    _, x, stratum, design = panel(seed, n)
    rng = np.random.default_rng(seed + 1000)
    rate = mean * np.exp(0.4 * design[:, 0]) * rng.gamma(1 / alpha, alpha, n)
    return rng.poisson(rate), x, stratum, design


def dummies(stratum):
    return (stratum[:, None] == np.unique(stratum)).astype(float)


def family_of(alpha):
    families = sm.families
    return families.NegativeBinomial(alpha=alpha) if alpha else families.Poisson()


def log_likelihood(y, mean, alpha):
    if not alpha:
        return stats.poisson.logpmf(y, mean).sum()
    return stats.nbinom.logpmf(y, 1 / alpha, 1 / (1 + alpha * mean)).sum()


def scores_of(x, stratum, design, fit):
    return adjusted_scores(x, stratum, design, residual=fit.residual, weight=fit.weight)


# The null model


@pytest.mark.parametrize("alpha", ALPHAS)
def test_the_null_model_is_a_regression_with_stratum_effects(alpha):
    y, _, stratum, design = overdispersed()
    offset = 0.3 * np.sin(np.arange(y.size))
    fit = fit_null(y, stratum, design, offset, alpha)
    both = np.hstack([dummies(stratum), design])
    model = sm.GLM(y, both, family=family_of(alpha), offset=offset)
    expected = model.fit(tol=1e-13, maxiter=200)
    assert fit.converged
    np.testing.assert_allclose(fit.params, expected.params[-2:], atol=1e-6)
    np.testing.assert_allclose(fit.rate, expected.mu, rtol=1e-5)
    np.testing.assert_allclose(fit.weight, fit.rate / (1 + alpha * fit.rate))
    residual = (y - fit.rate) / (1 + alpha * fit.rate)
    np.testing.assert_allclose(fit.residual, residual)
    # The likelihood equations of the stratum effects and of the controls.
    np.testing.assert_allclose(np.bincount(stratum, residual), 0, atol=1e-5)
    np.testing.assert_allclose(design.T @ residual, 0, atol=1e-5)


@pytest.mark.parametrize("alpha", ALPHAS)
def test_strata_without_launches_have_no_rate(alpha):
    y, _, stratum, design = overdispersed()
    y[stratum == 2] = 0
    fit = fit_null(y, stratum, design, np.zeros(y.size), alpha)
    rows = stratum == 2
    assert not fit.rate[rows].any()
    assert not fit.weight[rows].any()
    assert not fit.residual[rows].any()
    kept = fit_null(
        y[~rows], stratum[~rows] - (stratum[~rows] > 2), design[~rows],
        np.zeros((~rows).sum()), alpha,
    )  # fmt: skip
    np.testing.assert_allclose(fit.rate[~rows], kept.rate)


def test_no_dispersion_is_the_poisson_model_and_a_little_is_near_it():
    y, x, stratum, design = overdispersed()
    zero = np.zeros(y.size)
    poisson = fit_null(y, stratum, design, zero)
    none = fit_null(y, stratum, design, zero, 0.0)
    np.testing.assert_array_equal(poisson.rate, none.rate)
    np.testing.assert_array_equal(poisson.residual, y - poisson.rate)
    np.testing.assert_array_equal(poisson.weight, poisson.rate)
    for alpha, tolerance in ((1e-4, 1e-3), (1e-8, 1e-6)):
        little = fit_null(y, stratum, design, zero, alpha)
        np.testing.assert_allclose(little.rate, poisson.rate, rtol=tolerance)
        np.testing.assert_allclose(
            scores_of(x, stratum, design, little)[0],
            scores_of(x, stratum, design, poisson)[0],
            atol=20 * tolerance,
        )


def test_units_and_origins_of_the_controls_do_not_matter():
    y, x, stratum, design = overdispersed()
    plain = adjusted_score(y, x, stratum, design, dispersion=0.5)
    other = adjusted_score(
        y, x, stratum, design * [1e7, 1e-7] + [3e7, 5e-7], dispersion=0.5
    )
    np.testing.assert_allclose(other.scores_at(2.0), plain.scores_at(2.0), atol=1e-5)
    assert other.estimate() == pytest.approx(plain.estimate(), rel=1e-6)


# The dispersion


def test_moments_of_the_dispersion_are_exact():
    # Two strata of days with unequal shares: the numerator has the dispersion times the
    # mean of the denominator. All counts up to 60 are enumerated.
    alpha, means = 0.8, np.array([0.1, 0.3, 0.2])
    counts = np.arange(61)
    chance = [
        stats.nbinom.pmf(counts, 1 / alpha, 1 / (1 + alpha * mean)) for mean in means
    ]
    assert all(c.sum() > 1 - 1e-12 for c in chance)
    share = means / means.sum()
    above = below = 0.0
    p2, p3 = (share**2).sum(), (share**3).sum()
    for y in itertools.product(range(61), repeat=3):
        weight = chance[0][y[0]] * chance[1][y[1]] * chance[2][y[2]]
        total = sum(y)
        surplus = sum(
            (n - p * total) ** 2 - total * p * (1 - p)
            for n, p in zip(y, share, strict=True)
        )
        above += weight * surplus
        below += weight * (total * (total - 1) * (p2 - 2 * p3 + p2**2) - p2 * surplus)
    assert above / below == pytest.approx(alpha, rel=1e-8)
    # And the function is that ratio.
    y = np.array([4, 1, 1, 0, 5, 1])
    stratum = np.array([0, 0, 0, 1, 1, 1])
    rate = np.concatenate([6 * share, 6 * share])
    surplus = [
        ((y[:3] - rate[:3]) ** 2 - rate[:3] * (1 - share)).sum(),
        ((y[3:] - rate[3:]) ** 2 - rate[3:] * (1 - share)).sum(),
    ]
    c = p2 - 2 * p3 + p2**2
    expected = sum(surplus) / (30 * c + 30 * c - p2 * sum(surplus))
    assert 0 < expected < 10
    assert moment_dispersion(y, stratum, rate) == pytest.approx(expected)


def test_no_over_dispersion_is_a_dispersion_of_zero():
    y, _, stratum, design = panel(n=2400)
    days = np.minimum(y, 1)
    assert null_dispersion(days, stratum, design) == 0.0
    assert null_dispersion(np.eye(1, 40, dtype=int)[0], np.zeros(40, int),
                           np.zeros((40, 0))) == 0.0  # fmt: skip


def test_more_dispersion_than_any_alpha_allows_is_an_error():
    y, stratum = np.zeros(40, dtype=int), np.zeros(40, dtype=int)
    y[7] = 12  # all launches on one day
    with pytest.raises(EstimationError, match="more dispersed than a negative binom"):
        null_dispersion(y, stratum, np.zeros((40, 0)))


def test_with_one_stratum_moments_and_likelihood_agree():
    y, _, _, design = overdispersed(n=8000, alpha=1.0)
    by_moments = null_dispersion(y, np.zeros(y.size, dtype=int), design)
    table = pd.DataFrame(design, columns=["a", "b"]).assign(intercept=1.0)
    rows = Rows(
        launches=y.astype(float),
        design=table,
        log_days=np.zeros(y.size),
        position=np.arange(y.size),
    )
    by_likelihood = fit_negative_binomial(rows).dispersion
    # Both have a standard error of about 0.06 around the true 1.
    assert by_moments == pytest.approx(1.0, abs=0.2)
    assert by_likelihood == pytest.approx(by_moments, abs=0.15)


@pytest.mark.slow
def test_with_many_strata_moments_hold_where_the_likelihood_is_too_small():
    rng = np.random.default_rng(4)
    stratum = np.repeat(np.arange(150), 30)
    none, zero = np.zeros((stratum.size, 0)), np.zeros(stratum.size)
    grid = np.arange(0.4, 1.41, 0.05)
    moments, maxima = [], []
    for _ in range(30):
        y = rng.poisson(0.1 * rng.gamma(1.0, 1.0, stratum.size))
        moments.append(null_dispersion(y, stratum, none))
        fits = [fit_null(y, stratum, none, zero, alpha) for alpha in grid]
        used = fits[0].rate > 0
        likelihood = [
            log_likelihood(y[used], fit.rate[used], alpha)
            for fit, alpha in zip(fits, grid, strict=True)
        ]
        maxima.append(grid[np.argmax(likelihood)])
    error = np.std(moments) / np.sqrt(len(moments))
    assert abs(np.mean(moments) - 1.0) < 3 * error
    assert np.mean(maxima) < 1.0 - 3 * np.std(maxima) / np.sqrt(len(maxima))


# The score


@st.composite
def weighted_panels(draw):
    n = draw(st.integers(3, 20))
    bits = st.lists(st.integers(0, 1), min_size=n, max_size=n)
    sizes = st.lists(st.integers(0, 9), min_size=n, max_size=n)
    labels = st.lists(st.integers(0, 3), min_size=n, max_size=n)
    weight = np.array(draw(sizes)) / 7
    return weight, np.array(draw(bits)), np.array(draw(labels))


@given(weighted_panels())
@settings(max_examples=150, deadline=None)
def test_shifted_sums_equal_their_definition(case):
    weight, x, stratum = case
    used = np.unique(stratum[weight > 0])
    expected = [
        [
            (weight * np.roll(x, -k))[stratum == s].sum()  # x_{t+k}
            for k in range(x.size)
        ]
        for s in used
    ]
    sums = shifted_sums(weight, x, stratum)
    np.testing.assert_allclose(
        sums, np.reshape(expected, (used.size, x.size)), atol=1e-12
    )


@pytest.mark.parametrize("ratio", [1.0, 2.5])
@pytest.mark.parametrize("alpha", ALPHAS)
def test_scores_equal_their_definition(alpha, ratio):
    # V(k) is the weighted residual variance of the shifted exposure, regressed on the
    # stratum effects and the controls.
    y, x, stratum, design = overdispersed(n=80)
    fit = fit_null(y, stratum, design, np.log(ratio) * x, alpha)
    weight = np.sqrt(fit.rate / (1 + alpha * fit.rate))
    residual = (y - fit.rate) / (1 + alpha * fit.rate)
    both = np.hstack([dummies(stratum), design]) * weight[:, None]
    expected = np.zeros(y.size)
    for k in range(y.size):
        shifted = np.roll(x, -k).astype(float)
        coefficients = np.linalg.lstsq(both, shifted * weight, rcond=None)[0]
        variance = ((shifted * weight - both @ coefficients) ** 2).sum()
        expected[k] = (residual @ shifted) / np.sqrt(variance)
        if k == 0:
            sd = np.sqrt(variance)
    scores, deviation = scores_of(x, stratum, design, fit)
    np.testing.assert_allclose(scores, expected, atol=1e-8)
    assert deviation == pytest.approx(sd, rel=1e-9)


@pytest.mark.parametrize("ratio", [1.0, 0.5])
@pytest.mark.parametrize("alpha", ALPHAS)
def test_the_score_is_the_derivative_of_the_log_likelihood(alpha, ratio):
    y, x, stratum, design = overdispersed()
    fit = fit_null(y, stratum, design, np.log(ratio) * x, alpha)
    scores, deviation = scores_of(x, stratum, design, fit)
    step = 1e-5
    up, down = (
        log_likelihood(y, fit.rate * np.exp(sign * step * x), alpha) for sign in (1, -1)
    )
    assert scores[0] * deviation == pytest.approx((up - down) / (2 * step), rel=1e-5)


@pytest.mark.parametrize("alpha", ALPHAS)
def test_the_variance_is_the_information_that_the_other_effects_leave(alpha):
    y, x, stratum, design = overdispersed()
    fit = fit_null(y, stratum, design, np.zeros(y.size), alpha)
    everything = np.column_stack([x, dummies(stratum), design])
    information = (everything * fit.weight[:, None]).T @ everything
    deviation = scores_of(x, stratum, design, fit)[1]
    variance = 1 / np.linalg.inv(information)[0, 0]
    assert deviation**2 == pytest.approx(variance, rel=1e-9)


def test_without_controls_it_is_the_stratum_score():
    y, x, stratum, _ = panel()
    empty = np.zeros((y.size, 0))
    plain, adjusted = stratum_score(y, x, stratum), adjusted_score(y, x, stratum, empty)
    for ratio in (1.0, 1.5):
        expected = score_shifts(shift_sums(y, x, stratum), ratio)
        np.testing.assert_allclose(adjusted.scores_at(ratio), expected, atol=1e-8)
    np.testing.assert_allclose(adjusted.launches, plain.launches)
    np.testing.assert_allclose(adjusted.share, plain.share)
    for name in ("expected_count", "deviation"):
        assert getattr(adjusted, name) == pytest.approx(getattr(plain, name))
    assert adjusted.estimate() == pytest.approx(plain.estimate(), rel=1e-7)


@st.composite
def paired(draw):
    """Series that are equal in number on odd and even days, at every shift."""
    half = draw(st.integers(4, 14))
    series = []
    for _ in range(2):
        days = np.zeros(2 * half, dtype=int)
        for start in draw(st.sets(st.integers(0, half - 1), min_size=1)):
            days[2 * start : 2 * start + 2] = 1
        series.append(days)
    return series


@given(paired(), st.sampled_from([0.0, 0.5]))
@settings(max_examples=60, deadline=None)
def test_a_control_orthogonal_to_both_series_changes_nothing(series, alpha):
    y, x = series
    one = np.zeros(y.size, dtype=int)
    alternating = np.where(np.arange(y.size) % 2, 1.0, -1.0)[:, None]
    none = np.zeros((y.size, 0))
    plain = adjusted_score(y, x, one, none, dispersion=alpha)
    with_control = adjusted_score(y, x, one, alternating, dispersion=alpha)
    np.testing.assert_allclose(
        with_control.scores_at(1.0), plain.scores_at(1.0), atol=1e-9
    )
    for alternative in ("two-sided", "greater", "less"):
        assert shift_p(with_control.scores_at(1.0), alternative=alternative) == shift_p(
            plain.scores_at(1.0), alternative=alternative
        )


def test_estimate_share_and_deviation_agree_where_a_control_has_no_effect():
    y, x, stratum, design = panel(n=2400)
    plain = stratum_score(y, x, stratum)
    noise = adjusted_score(y, x, stratum, design[:, 1:])
    assert noise.estimate() == pytest.approx(plain.estimate(), rel=0.05)
    assert noise.deviation == pytest.approx(plain.deviation, rel=0.05)
    np.testing.assert_allclose(noise.launches, plain.launches)
    np.testing.assert_allclose(noise.share, plain.share, atol=0.05)


@pytest.mark.parametrize("alpha", ALPHAS)
def test_the_estimate_is_that_of_the_regression(alpha):
    y, x, stratum, design = overdispersed()
    both = np.hstack([x[:, None], dummies(stratum), design])
    model = sm.GLM(y, both, family=family_of(alpha))
    expected = model.fit(tol=1e-13, maxiter=200).params[0]
    score = adjusted_score(y, x, stratum, design, dispersion=alpha)
    assert np.log(score.estimate()) == pytest.approx(expected, abs=1e-6)
    # There the score of the fit with that ratio is 0.
    assert score.scores_at(score.estimate())[0] == pytest.approx(0, abs=1e-4)


@pytest.mark.reference
def test_the_estimate_is_that_of_gnm_in_r(golden_data):
    # gnm(launch~pre7+post7+month,eliminate=year,poisson) on data/daily_design.csv,
    # gnm 1.1-2: post7 -0.288799149673784, pre7 -0.619746290082446.
    table = pd.read_csv(golden_data / "daily_design.csv", parse_dates=["date"])
    month = pd.get_dummies(table["date"].dt.month, drop_first=True).to_numpy(float)
    year = table["date"].dt.year.to_numpy()
    y = table["launch"].to_numpy()
    for name, other, expected in (
        ("post7", "pre7", -0.288799149673784),
        ("pre7", "post7", -0.619746290082446),
    ):
        design = np.column_stack([month, table[other]])
        exposed = table[name].to_numpy()
        score = adjusted_score(y, exposed, year - year.min(), design)
        assert np.log(score.estimate()) == pytest.approx(expected, abs=1e-8)


@pytest.mark.reference
def test_one_stratum_gives_the_enumerated_circular_shifts(golden_data):
    # golden.json, numpy.circshift.0_7: all 4749 shifts of the launch days against the
    # days [0, 7] after a visit: 2722 counts of at least 9, 2594 of at most 9.
    table = pd.read_csv(golden_data / "daily_2012_2024.csv")
    y = table["launch"].to_numpy()
    exposed = np.zeros(y.size, dtype=int)
    for day in np.flatnonzero(table["visit_start"]):
        exposed[day : day + 8] = 1
    scores = stratum_score(y, exposed, np.zeros(y.size, dtype=int)).scores_at(1.0)
    assert shift_p(scores, alternative="greater") == pytest.approx(2722 / 4749)
    assert shift_p(scores, alternative="less") == pytest.approx(2594 / 4749)


# Controls at fault


def test_controls_at_fault_are_named():
    y, x, stratum, design = panel()
    step = np.repeat(np.arange(6), 40).astype(float)
    columns = np.column_stack(
        [design[:, 0], step, design[:, 1], design @ [2.0, -1.0] + step, np.ones(240)]
    )
    names = ["a", "step", "b", "sum", "one"]
    with pytest.raises(EstimationError) as caught:
        adjusted_score(y, x, stratum, columns, names=names)
    assert str(caught.value) == (
        "`controls` has columns that add nothing: 'step', 'one' constant within the "
        "strata (those with events); 'sum' collinear with those before, within the "
        "strata."
    )


def test_without_names_they_are_numbered():
    y, x, stratum, design = panel()
    columns = np.column_stack([design, design[:, 0]])
    with pytest.raises(EstimationError, match="'3' collinear with those before"):
        adjusted_score(y, x, stratum, columns)


def test_a_control_that_varies_only_where_nothing_is_launched_is_at_fault():
    y, x, stratum, _ = panel()
    y[stratum == 3] = 0
    control = np.where(stratum == 3, np.arange(240) % 7, 5.0)
    with pytest.raises(EstimationError, match="'flag' constant within the strata"):
        adjusted_score(y, x, stratum, control[:, None], names=["flag"])


@pytest.mark.parametrize("alpha", ALPHAS)
def test_a_control_level_without_launches_takes_its_days_out(alpha):
    y, x, _, design = overdispersed()
    one = np.zeros(240, dtype=int)
    closed = np.arange(240) % 5 == 0
    y[closed] = 0
    columns = np.column_stack([design[:, 0], closed])
    score = adjusted_score(y, x, one, columns, dispersion=alpha)
    kept = fit_null(
        y[~closed], one[~closed], design[~closed, :1], np.zeros((~closed).sum()), alpha
    )
    weight = np.sqrt(kept.weight)
    both = np.column_stack([np.ones(weight.size), design[~closed, 0]])
    for k in (0, 1, 7):
        shifted = np.roll(x, -k)[~closed] * weight
        left = both * weight[:, None]
        rest = shifted - left @ np.linalg.lstsq(left, shifted, rcond=None)[0]
        expected = kept.residual @ np.roll(x, -k)[~closed] / np.sqrt(rest @ rest)
        assert score.scores_at(1.0)[k] == pytest.approx(expected, abs=1e-4)


def test_an_exposure_that_the_controls_explain_leaves_nothing():
    y, x, stratum, design = panel()
    columns = np.column_stack([design, 2.0 * x + stratum])
    score = adjusted_score(y, x, stratum, columns)
    assert score.deviation == 0.0
    assert score.scores_at(1.0)[0] == 0.0
    assert np.isnan(score.estimate())


# The public call


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


@pytest.mark.slow
def test_the_negative_binomial_score_keeps_its_size_and_its_power():
    # 200 data sets of each: days differ by a gamma factor of variance 4, and launches
    # excite later ones. Standard error of a rejection rate of 0.05: 0.0154.
    n = 4 * 365
    stratum = np.arange(n) // 60
    none = np.zeros((n, 0))
    rng = np.random.default_rng(20251028)
    found = dict.fromkeys(itertools.product((1.0, 1.5), ("poisson", "nb")), 0)
    season = np.exp(1.5 * np.sin(2 * np.pi * np.arange(n) / 365))
    for _ in range(200):
        x = np.zeros(n, dtype=int)
        for start in rng.choice(n - 8, 30, replace=False):
            x[start : start + 8] = 1
        for ratio in (1.0, 1.5):
            y = self_exciting_counts(
                0.2 * season * rng.gamma(0.25, 4.0, n),
                branching=0.3,
                decay_days=5,
                multiplier=np.where(x > 0, ratio, 1.0),
                rng=rng,
            )
            alpha = null_dispersion(y, stratum, none)
            for name, dispersion in (("poisson", 0.0), ("nb", alpha)):
                score = adjusted_score(y, x, stratum, none, dispersion=dispersion)
                p = shift_p(score.scores_at(1.0), alternative="greater")
                found[ratio, name] += p <= 0.05
    for name in ("poisson", "nb"):
        assert 0.01 <= found[1.0, name] / 200 <= 0.05 + 3 * 0.0154
        assert found[1.5, name] / 200 > 0.5
    # The same data: their powers differ by less than two independent samples would.
    assert abs(found[1.5, "nb"] - found[1.5, "poisson"]) <= 20


def test_rates_of_strata_may_lie_far_apart():
    launches = np.array([1, 0, 2, 0, 1, 1, 0, 1])
    offset = np.repeat([0.0, 900.0], 4)
    fit = fit_null(launches, np.repeat([0, 1], 4), np.empty((8, 0)), offset)
    assert fit.rate == pytest.approx(0.75)
