"""The score of a self-exciting null model: derivative, information, special cases."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import timing
from timing.errors import FallbackWarning, InvalidNullWarning
from timing.kernels.excited_rates import ExcitedDays, fit_excited
from timing.kernels.score import shift_p
from timing.kernels.self_excitation import log_likelihood
from timing.processes import SelfExciting
from timing.regression.excited_score import at_effect, excited_score
from timing.regression.score import stratum_score
from timing.scenario import scenario_of
from timing.seeds import entropy_of, generator_of
from timing.simulation import self_exciting_counts
from timing.strata import stratum_of
from timing.study.specification import US_LED
from timing.study.testing import grid_of

N = 360


def series(seed: int, *, binary: bool) -> tuple[ExcitedDays, np.ndarray]:
    rng = np.random.default_rng(seed)
    launches = self_exciting_counts(
        np.full(N, 0.08), branching=0.5, decay_days=4.0, rng=rng
    )
    if binary:
        launches = np.minimum(launches, 1)
    exposed = np.zeros(N, dtype=np.int64)
    for day in rng.choice(N - 8, 12, replace=False):
        exposed[day : day + 7] = 1
    days = ExcitedDays(
        launches=launches,
        history=launches,
        position=np.arange(N),
        stratum=np.arange(N) // 180,
        design=rng.normal(size=(N, 1)),
        factor=np.ones(N),
        binary=binary,
    )
    return days, exposed


@pytest.mark.parametrize("binary", [True, False])
def test_the_score_is_the_derivative_over_the_root_of_its_information(binary: bool):
    days, exposed = series(3, binary=binary)
    score = excited_score(days, exposed)
    fit = fit_excited(days)
    assert fit.branching > 0

    def rate(theta: np.ndarray) -> np.ndarray:
        """Rate at changes of b, log base rates, control, branching, log decay rate."""
        from timing.kernels.excited_rates import decay_rate, delay_of
        from timing.kernels.self_excitation import excitation

        delay = delay_of(decay_rate(fit.delay) * np.exp(theta[5]))
        base = fit.base * np.exp(
            theta[0] * exposed + theta[1:3][days.stratum] + theta[3] * days.design[:, 0]
        )
        return base + (fit.branching + theta[4]) * excitation(days.history, delay)

    def slope(j: int) -> np.ndarray:
        step = np.zeros(6)
        step[j] = 1e-5
        return (rate(step) - rate(-step)) / 2e-5

    slopes = np.array([slope(j) for j in range(6)])
    at = rate(np.zeros(6))
    _, by_rate = log_likelihood(days.launches, at, binary=binary)
    weight = 1 / (np.expm1(at) if binary else at)
    information = np.einsum("it,t,jt->ij", slopes, weight, slopes)
    left = 1 / np.linalg.inv(information)[0, 0]
    assert score.deviation == pytest.approx(np.sqrt(left), rel=1e-5)
    expected = by_rate @ slopes[0] / np.sqrt(left)
    assert score.scores_at(1.0)[0] == pytest.approx(expected, abs=1e-4)
    assert score.expected_count == pytest.approx(at @ exposed)


def test_without_excitation_it_is_the_poisson_score():
    days, exposed = series(5, binary=False)
    regular = np.zeros(N, dtype=np.int64)
    regular[::6] = 1  # launches that avoid each other excite none
    days = replace(days, launches=regular, history=regular, design=np.zeros((N, 0)))
    assert fit_excited(days).branching == 0
    ours = excited_score(days, exposed)
    plain = stratum_score(regular, exposed, days.stratum)
    np.testing.assert_allclose(ours.scores_at(1.0), plain.scores_at(1.0), atol=1e-4)
    assert ours.estimate() == pytest.approx(plain.estimate(), rel=1e-4)


def run(**changes: Any) -> Any:
    rng = np.random.default_rng(11)
    launches = self_exciting_counts(
        np.full(1096, 0.05), branching=0.4, decay_days=5.0, rng=rng
    )
    first = np.datetime64("2020-01-01")
    tests = np.repeat(first + np.arange(1096), launches)
    calendar = first + np.arange(20, 1080, 41)
    options: dict[str, Any] = {
        "period": timing.StudyPeriod("2020-01-01", "2022-12-31"),
        "window": timing.Window(3, 3), "strata": "year", "family": "self-exciting",
    }  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InvalidNullWarning)
        return timing.randomization_test(tests, calendar, **{**options, **changes})


@pytest.mark.parametrize("unit", ["day", "event"])
def test_the_randomization_test_takes_it_as_its_null_regression(unit: Any):
    result = run(unit=unit)
    scores = result.null_distribution.samples
    assert result.pvalue == shift_p(scores, alternative="two-sided")
    assert scores.size == 1096
    low, high = result.interval
    assert low < result.conditional_rate_ratio < high
    assert "earlier events" in result.specification.null
    assert result.specification.options["family"] == "self-exciting"
    assert 0 < float(result.specification.options["branching"]) < 1


def test_the_self_exciting_family_takes_days_and_events_only():
    with pytest.raises(
        timing.errors.ArgumentError, match="`unit` is 'episode'; with `f"
    ):
        run(unit="episode")


def test_launches_that_excite_none_are_said_to():
    tests = np.datetime64("2020-01-01") + np.arange(0, 1096, 9)
    with pytest.warns(FallbackWarning, match="no event excites another"):
        result = timing.randomization_test(
            tests, ["2020-05-01", "2021-06-01"],
            period=timing.StudyPeriod("2020-01-01", "2022-12-31"),
            window=timing.Window(20, 20), strata="year", family="self-exciting",
        )  # fmt: skip
    assert result.specification.options["family"] == "poisson"


def test_a_fit_that_sticks_near_its_start_begins_again():
    # A record of the validity study: from the fit without an effect the climb under a
    # ratio of one half ended on a ridge.
    scenario = scenario_of(
        SelfExciting(),
        US_LED.calendar(),
        period=US_LED.period,
        window=US_LED.window,
        n_launches=grid_of(US_LED).n_launches,
    )
    record = scenario.draw(generator_of(entropy_of(20251034), 347), 0.5)
    n = record.day.size
    days = ExcitedDays(
        launches=record.launches,
        history=record.launches,
        position=np.arange(n),
        stratum=stratum_of(record.day, "year"),
        design=np.zeros((n, 0)),
        factor=np.ones(n),
        binary=True,
    )
    held = at_effect(days, record.exposed, float(np.log(0.5)))
    near, afresh = fit_excited(held, near=fit_excited(days)), fit_excited(held)
    assert near.converged
    assert near.log_likelihood == afresh.log_likelihood
    score = excited_score(days, record.exposed)
    assert np.isfinite(score.scores_at(0.5)).all()
