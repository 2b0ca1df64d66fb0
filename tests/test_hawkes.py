"""Self-exciting rates: the kernels, against other software, by hand and as limits."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from timing.kernels.excited_effect import fit_effect
from timing.kernels.excited_rates import (
    ExcitedDays,
    ExcitedLikelihood,
    decay_rate,
    delay_of,
    excitation_slope,
    fit_excited,
)
from timing.kernels.hawkes import fit_hawkes, hawkes_log_likelihood
from timing.kernels.profile_likelihood import deviance_cut, profile_limit
from timing.kernels.self_excitation import (
    SelfExcitingFit,
    excitation,
    fit_self_exciting,
    simulate_self_exciting,
)
from timing.kernels.time_rescaling import (
    kolmogorov_band,
    kolmogorov_smirnov,
    rescaled_gaps,
    span_distribution,
)

END = 4749.0


def days_of(launches, *, stratum=None, design=None, binary=True, factor=None):
    n = launches.size
    return ExcitedDays(
        launches=launches,
        history=launches,
        position=np.arange(n),
        stratum=np.zeros(n, dtype=np.int64) if stratum is None else stratum,
        design=np.zeros((n, 0)) if design is None else design,
        factor=np.ones(n) if factor is None else factor,
        binary=binary,
    )


def draw(seed, n=2000, *, base=0.04, branching=0.5, delay=6.0, binary=True, effect=1.0):
    process = SelfExcitingFit(
        base=np.full(n, base) * effect,
        branching=branching,
        delay=delay,
        log_likelihood=0.0,
        binary=binary,
    )
    return simulate_self_exciting(process, size=1, rng=np.random.default_rng(seed))[0]


# Continuous time


@pytest.fixture(scope="module")
def times(golden_data):
    # t = launch index + 0.5, T = 4749.
    days = pd.read_csv(golden_data / "daily_2012_2024.csv")
    return np.flatnonzero(days["launch"]) + 0.5


@given(
    st.lists(st.floats(0.01, 20), min_size=1, max_size=12),
    st.floats(0.01, 2),
    st.floats(0, 0.9),
    st.floats(0.01, 3),
)
@settings(deadline=None)
def test_the_recursion_equals_the_double_sum(gaps, base, branching, decay):
    times = np.cumsum(gaps)
    end = times[-1] + 1
    apart = times[:, None] - times[None, :]
    felt = np.where(apart > 0, np.exp(-decay * np.abs(apart)), 0.0).sum(axis=1)
    expected = np.log(base + branching * decay * felt).sum() - base * end
    expected -= branching * (1 - np.exp(-decay * (end - times))).sum()
    value, _ = hawkes_log_likelihood(np.array([base, branching, decay]), times, end)
    assert value == pytest.approx(expected, rel=1e-10, abs=1e-10)


def test_the_gradient_is_the_derivative():
    times = np.cumsum(np.random.default_rng(1).exponential(5, 40))
    params = np.array([0.1, 0.4, 0.3])
    _, gradient = hawkes_log_likelihood(params, times, 250.0)
    for j in range(3):
        step = np.zeros(3)
        step[j] = 1e-6
        up = hawkes_log_likelihood(params + step, times, 250.0)[0]
        down = hawkes_log_likelihood(params - step, times, 250.0)[0]
        assert gradient[j] == pytest.approx((up - down) / 2e-6, rel=1e-6)


@pytest.mark.reference
def test_the_fit_agrees_with_the_reference(times, golden):
    # lambda = mu + sum a b exp(-b (t - ti)), Nelder-Mead, errors by the Hessian.
    expected = golden["hawkes.reference.mle"]["value"]
    fit = fit_hawkes(times, END)
    assert fit.base == pytest.approx(expected["mu"], rel=1e-7)
    assert fit.branching == pytest.approx(expected["branching"], rel=1e-7)
    assert fit.decay == pytest.approx(expected["beta_per_day"], rel=1e-7)
    assert fit.log_likelihood == pytest.approx(expected["loglik"], abs=1e-9)
    np.testing.assert_allclose(fit.std_errors, expected["se"], rtol=1e-5)
    half_life = np.log(2) / fit.decay
    assert half_life == pytest.approx(expected["half_life_days"], rel=1e-7)


@pytest.mark.reference
def test_the_fit_agrees_with_the_hawkes_package(times, golden):
    # Hawkes.estimator().set_kernel("exp").set_baseline("const").fit(t, [0, T])
    expected = golden["Hawkes.exp.const"]["value"]
    fit = fit_hawkes(times, END)
    assert fit.base == pytest.approx(expected["para"]["mu"], rel=1e-7)
    assert fit.branching == pytest.approx(expected["para"]["alpha"], rel=1e-7)
    assert fit.decay == pytest.approx(expected["para"]["beta"], rel=1e-7)
    assert fit.log_likelihood == pytest.approx(expected["L"], abs=1e-9)


@pytest.mark.reference
def test_the_likelihood_agrees_with_packages_that_stop_short(times, golden):
    # hawkesbook.exp_mle(t, T, [0.01, 0.05, 0.1]) and
    # UnivariateHawkes(mu=.01, kernel=ExponentialKernel(alpha=.5, beta=.1)).fit(t, T):
    # the likelihood at their estimates is theirs, and below ours.
    best = fit_hawkes(times, END).log_likelihood
    book = golden["hawkesbook.exp_mle"]["value"]
    at = np.array([book["lam"], book["branching"], book["beta"]])
    value, _ = hawkes_log_likelihood(at, times, END)
    assert value == pytest.approx(book["loglik"], abs=1e-9)
    assert value < best < value + 1e-7
    intensify = golden["intensify"]["value"]["vars"]
    at = np.array([0.008787407904211435, 0.7063849107134249, 0.03060460531271766])
    value, _ = hawkes_log_likelihood(at, times, END)
    assert value == pytest.approx(float(intensify["log_likelihood"]), abs=1e-9)
    assert value < best
    # ExpHawkesProcessInference(rng=default_rng(0)).estimate(t, T): mu, eta, 1 / beta.
    mu, eta, delay = golden["HawkesPyLib.exp"]["value"]["params"]
    value, _ = hawkes_log_likelihood(np.array([mu, eta, 1 / delay]), times, END)
    assert best - 0.1 < value < best


@pytest.mark.slow
def test_short_days_lead_to_continuous_time():
    # Mean delay 2 days, by its branching: 0.1 immigrants a day, 0.5 offspring each.
    rng = np.random.default_rng(7)
    generation = rng.uniform(0, 3000, rng.poisson(300))
    times = generation
    while generation.size:
        parents = np.repeat(generation, rng.poisson(0.5, generation.size))
        generation = parents + rng.exponential(2, parents.size)
        times = np.concatenate([times, generation[generation < 3000]])
    continuous = fit_hawkes(np.sort(times), 3000.0)
    errors = []
    for cells in (10, 100):  # in a day
        launches = np.bincount((times * cells).astype(int), minlength=3000 * cells)
        fit = fit_excited(
            ExcitedDays(
                launches=launches,
                history=launches,
                position=np.arange(launches.size),
                stratum=np.zeros(launches.size, dtype=np.int64),
                design=np.zeros((launches.size, 0)),
                factor=np.ones(launches.size),
                binary=False,
            ),
            errors=True,
        )
        errors.append(
            [
                fit.stratum_rate[0] * cells / continuous.base - 1,
                fit.branching / continuous.branching - 1,
                decay_rate(fit.delay) * cells / continuous.decay - 1,
                fit.std_errors[0] / continuous.std_errors[1] - 1,
            ]
        )
    coarse, fine = np.abs(errors)
    assert (fine < 0.01).all()
    assert (fine < coarse / 2).all()


# Kernels


@pytest.mark.parametrize("binary", [True, False])
def test_the_gradient_is_the_derivative_and_the_information_its_mean_square(binary):
    rng = np.random.default_rng(5)
    launches = draw(5, 300, base=0.1, binary=binary)
    likelihood = ExcitedLikelihood(
        days_of(
            launches,
            stratum=np.repeat([0, 1, 2], 100),
            design=rng.normal(size=(300, 2)),
            binary=binary,
        )
    )
    theta = np.array([0.5, 0.8, 0.3, 0.2, -0.4, 0.45, -1.5])
    _, gradient = likelihood.likelihood(theta)
    by_theta = []
    for j in range(theta.size):
        step = np.zeros(theta.size)
        step[j] = 1e-6
        up, down = (
            likelihood.likelihood(theta + step),
            likelihood.likelihood(theta - step),
        )
        assert gradient[j] == pytest.approx((up[0] - down[0]) / 2e-6, rel=1e-5)
        change = (
            likelihood.rates(theta + step).rate - likelihood.rates(theta - step).rate
        )
        by_theta.append(change / 2e-6)
    rate = likelihood.rates(theta).rate
    chance = 1 - np.exp(-rate)
    # Variance of the score of one day: of (y - p) / p for 0/1, of y / rate - 1 else.
    variance = (1 - chance) / chance if binary else 1 / rate
    slopes = np.array(by_theta)
    expected = (slopes * variance) @ slopes.T
    np.testing.assert_allclose(
        likelihood.information(theta), expected, rtol=1e-5, atol=1e-6
    )


def test_the_slope_of_the_excitation_is_its_derivative():
    launches = draw(6, 50, base=0.2)
    logs = np.log(decay_rate(7.0)) + np.array([1e-6, -1e-6])
    up, down = (excitation(launches, delay_of(np.exp(x))) for x in logs)
    np.testing.assert_allclose(
        excitation_slope(launches, 7.0), (up - down) / 2e-6, atol=1e-8
    )


@pytest.mark.parametrize("side", [-1, 1])
def test_a_profile_limit_is_where_the_deviance_is_cut(side):
    cut = deviance_cut(0.95)
    limit = profile_limit(
        lambda v: (v - 3) ** 2 / 0.25, 3.0, step=side * 0.1, edge=side * 50, cut=cut
    )
    assert limit == pytest.approx(3 + side * 1.959964 / 2, abs=2e-4)
    edge = profile_limit(lambda v: 0.0, 3.0, step=side, edge=side * 15.0, cut=cut)
    assert edge == side * 15.0


# Residuals


def test_rescaled_gaps_by_hand():
    rate = np.array([0.1, 0.2, 0.3, 0.4])
    expected = 1 - np.exp(-np.array([[0.1, 0.3], [0.3, 0.7]]))
    for launches in ([0, 1, 0, 1], [0, 2, 0, 1]):
        np.testing.assert_allclose(rescaled_gaps(np.array(launches), rate), expected)


def test_the_distribution_is_the_mean_over_drawn_moments():
    spans = np.sort(np.random.default_rng(1).random((20, 2)), axis=1)
    drawn = np.random.default_rng(2).uniform(*spans.T, size=(20_000, 20))
    at = np.array([0.1, 0.4, 0.8])
    shares = (drawn[:, :, None] <= at).mean(axis=(0, 1))
    np.testing.assert_allclose(span_distribution(spans, at), shares, atol=0.004)


@pytest.mark.parametrize("binary", [True, False])
def test_gaps_rescaled_by_the_true_rate_are_uniform(binary):
    pvalues = []
    for seed in range(60):
        launches = draw(seed, 3000, base=0.02, delay=12.0, binary=binary)
        rate = 0.02 + 0.5 * excitation(launches, 12.0)
        pvalues.append(kolmogorov_smirnov(rescaled_gaps(launches, rate))[1])
        flat = np.full(3000, launches.mean())
        wrong = kolmogorov_smirnov(rescaled_gaps(launches, flat))[1]
        assert wrong < pvalues[-1]
    # Conservative, but not by much.
    assert np.mean(np.array(pvalues) < 0.05) < 0.15
    assert 0.4 < np.mean(pvalues) < 0.7


@given(st.integers(20, 300), st.integers(0, 100))
@settings(deadline=None, max_examples=30)
def test_of_points_the_smirnov_test_is_that_of_scipy(n, seed):
    uniform = np.random.default_rng(seed).random(n)
    # Spans so short that they are points, and both sides of each jump are knots.
    spans = np.column_stack([uniform - 1e-12, uniform])
    distance, p = kolmogorov_smirnov(spans)
    expected = stats.kstest(uniform, "uniform")
    assert distance == pytest.approx(expected.statistic, abs=1e-6)
    assert p == pytest.approx(expected.pvalue, abs=0.02)
    if p < 0.2:  # the correction is made for the tail
        assert p == pytest.approx(expected.pvalue, abs=0.003)
    # The band is where p is the error.
    band = kolmogorov_band(n, 0.95)
    assert stats.kstwo.sf(band, n) == pytest.approx(0.05, abs=0.002)


def test_without_exposure_it_is_the_fit_of_the_null_model():
    launches = draw(3)
    stratum = np.repeat([0, 1], 1000)
    ours = fit_excited(days_of(launches, stratum=stratum))
    other = fit_self_exciting(launches, stratum)  # another way to the maximum
    assert ours.log_likelihood >= other.log_likelihood - 1e-6
    assert ours.branching == pytest.approx(other.branching, abs=1e-3)
    assert ours.delay == pytest.approx(other.delay, rel=1e-2)
    np.testing.assert_allclose(ours.base, other.base, rtol=1e-2)


# Recovery; analyses/recovery_self_exciting.py has more


@pytest.mark.slow
def test_planted_effects_are_recovered():
    n, planted = 3000, np.log(2.0)
    exposed = (np.arange(n) % 60 < 15).astype(int)
    found = []
    for seed in range(30):
        launches = draw(seed, n, effect=np.exp(planted * exposed))
        effect = fit_effect(days_of(launches), exposed)
        found.append(
            [
                effect.log_ratio - planted,
                effect.std_error,
                effect.deviance(planted) <= deviance_cut(0.95),
                effect.fit.branching - 0.5,
                np.log(effect.fit.delay / 6.0),
            ]
        )
    bias, std_error, covered, branching, delay = np.array(found, dtype=float).T
    assert abs(bias.mean()) < 4 * bias.std() / np.sqrt(30)
    assert std_error.mean() == pytest.approx(bias.std(), rel=0.45)
    assert covered.mean() >= 0.83  # 25 of 30: P = 0.016 at 95 %
    assert abs(branching.mean()) < 0.08
    assert abs(np.median(delay)) < 0.35
