"""The self-exciting rate: likelihood, fit, simulation."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from timing.kernels.self_excitation import (
    SelfExcitingFit,
    excitation,
    fit_self_exciting,
    log_likelihood,
    simulate_self_exciting,
)

GOLDEN = Path(__file__).parents[2] / "shared" / "golden"


def loops(launches: np.ndarray, delay: float) -> list[float]:
    decay = 1 - 1 / delay
    return [
        sum(
            (1 - decay) * decay ** (t - i - 1) * launches[i]
            for i in range(t)
        )
        for t in range(launches.size)
    ]  # fmt: skip


@given(st.lists(st.integers(0, 3), min_size=1, max_size=20), st.floats(1.01, 40))
@settings(deadline=None)
def test_excitation_equals_loops(numbers: list[int], delay: float):
    launches = np.array(numbers)
    np.testing.assert_allclose(
        excitation(launches, delay), loops(launches, delay), atol=1e-12
    )


@pytest.mark.parametrize("binary", [True, False])
def test_the_slope_of_the_likelihood_is_its_derivative(binary: bool):
    rng = np.random.default_rng(1)
    rate = rng.uniform(0.05, 1.5, 30)
    launches = rng.poisson(rate)
    if binary:
        launches = np.minimum(launches, 1)
    _, slope = log_likelihood(launches, rate, binary=binary)
    for t in range(30):
        up, down = rate.copy(), rate.copy()
        up[t] += 1e-6
        down[t] -= 1e-6
        change = (
            log_likelihood(launches, up, binary=binary)[0]
            - log_likelihood(launches, down, binary=binary)[0]
        )
        assert slope[t] == pytest.approx(change / 2e-6, rel=1e-5, abs=1e-6)


def test_the_binary_likelihood_is_that_of_independent_days():
    launches, rate = np.array([1, 0]), np.array([0.3, 0.7])
    value, _ = log_likelihood(launches, rate, binary=True)
    assert value == pytest.approx(np.log(1 - np.exp(-0.3)) - 0.7)


def one_fit(base: np.ndarray, branching: float, delay: float, *, binary: bool):
    return SelfExcitingFit(
        base=base, branching=branching, delay=delay, log_likelihood=0.0, binary=binary
    )


@pytest.mark.parametrize("binary", [True, False])
def test_the_fit_recovers_what_was_simulated(binary: bool):
    base = np.r_[np.full(15_000, 0.02), np.full(15_000, 0.05)]
    truth = one_fit(base, 0.5, 8.0, binary=binary)
    launches = simulate_self_exciting(truth, size=1, rng=np.random.default_rng(4))[0]
    fit = fit_self_exciting(launches, np.repeat([0, 1], 15_000))
    assert fit.binary is binary or launches.max() <= 1
    assert fit.branching == pytest.approx(0.5, abs=0.06)
    assert fit.delay == pytest.approx(8.0, rel=0.25)
    assert fit.base[0] == pytest.approx(0.02, rel=0.25)
    assert fit.base[-1] == pytest.approx(0.05, rel=0.25)
    rate = fit.base + fit.branching * excitation(launches, fit.delay)
    best, _ = log_likelihood(launches, rate, binary=fit.binary)
    assert fit.log_likelihood == pytest.approx(best)
    for branching, delay in ((0.45, 8.0), (0.55, 8.0), (0.5, 6.0), (0.5, 10.0)):
        rate = fit.base + branching * excitation(launches, delay)
        assert log_likelihood(launches, rate, binary=fit.binary)[0] < best


def test_counts_have_the_mean_of_a_branching_process():
    truth = one_fit(np.full(4000, 0.05), 0.6, 5.0, binary=False)
    drawn = simulate_self_exciting(truth, size=300, rng=np.random.default_rng(2))
    # base / (1 - branching), less what the first days lack.
    assert drawn[:, 200:].mean() == pytest.approx(0.125, rel=0.03)


def test_no_draw_is_without_launches():
    truth = one_fit(np.full(30, 0.01), 0.1, 5.0, binary=True)
    drawn = simulate_self_exciting(truth, size=500, rng=np.random.default_rng(2))
    assert drawn.any(axis=1).all()


@pytest.mark.reference
def test_the_fit_is_near_that_of_continuous_time_software():
    if not GOLDEN.exists():
        pytest.skip("no reference numbers of other software beside the project")
    golden = json.loads((GOLDEN / "golden.json").read_text(encoding="utf-8"))
    days = pd.read_csv(GOLDEN / "data" / "daily_2012_2024.csv")
    reference = golden["hawkes.reference.mle"]["value"]
    fit = fit_self_exciting(days["launch"].to_numpy(), np.zeros(len(days), dtype=int))
    # Whole days and 0/1 launches against moments: close, not equal.
    assert fit.branching == pytest.approx(reference["branching"], abs=0.03)
    assert fit.base[0] == pytest.approx(reference["mu"], rel=0.1)
    assert fit.delay == pytest.approx(1 / reference["beta_per_day"], rel=0.2)
