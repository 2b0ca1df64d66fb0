"""The score of the conditional logit model against enumeration."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import timing
from timing.errors import ArgumentError
from timing.kernels.logit_score import logit_scores
from timing.kernels.score import score_shifts, shift_p, shift_sums

STRATUM = np.array([0, 0, 0, 0, 0, 1, 1, 1, 1])


def enumerate_scores(y: Any, x: Any, ratio: float) -> list[float]:
    """Z(k) from every arrangement of launch days within strata, tilted by `ratio`."""
    arrangements = []
    for parts in itertools.product(
        *(
            itertools.combinations(
                np.flatnonzero(s == STRATUM).tolist(), int(y[s == STRATUM].sum())
            )
            for s in (0, 1)
        )
    ):
        drawn = np.zeros(y.size)
        drawn[[t for part in parts for t in part]] = 1
        arrangements.append(drawn)
    drawn = np.array(arrangements)
    weight = ratio ** (drawn @ x)
    weight /= weight.sum()
    scores = []
    for k in range(y.size):
        counts = drawn @ np.roll(x, -k)
        mean = weight @ counts
        variance = weight @ (counts - mean) ** 2
        observed = y @ np.roll(x, -k)
        scores.append((observed - mean) / np.sqrt(variance) if variance > 1e-9 else 0)
    return scores


@given(
    st.lists(st.integers(0, 1), min_size=9, max_size=9),
    st.lists(st.integers(0, 1), min_size=9, max_size=9),
    st.sampled_from([1.0, 0.3, 2.5]),
)
@settings(max_examples=80, deadline=None)
def test_scores_equal_enumeration(
    launches: list[int], exposed: list[int], ratio: float
):
    y, x = np.array(launches), np.array(exposed)
    if not y.any():
        return
    found, deviation = logit_scores(shift_sums(y, x, STRATUM), ratio)
    expected = enumerate_scores(y, x, ratio)
    np.testing.assert_allclose(found, expected, atol=1e-8)
    assert deviation >= 0


def test_for_rare_launches_it_is_near_the_poisson_score():
    rng = np.random.default_rng(3)
    y = (rng.random(900) < 0.01).astype(int)
    x = np.repeat(rng.integers(0, 2, 90), 10)
    sums = shift_sums(y, x, np.arange(900) // 300)
    np.testing.assert_allclose(logit_scores(sums)[0], score_shifts(sums), atol=0.1)


def run(**changes: Any) -> Any:
    rng = np.random.default_rng(5)
    first = np.datetime64("2021-01-01")
    tests = first + np.sort(rng.choice(730, 70, replace=False))
    options: dict[str, Any] = {
        "period": timing.StudyPeriod("2021-01-01", "2022-12-31"),
        "window": timing.Window(2, 2), "family": "conditional-logit",
    }  # fmt: skip
    return timing.randomization_test(
        tests, first + np.arange(9, 720, 31), **{**options, **changes}
    )


@pytest.mark.parametrize("strata", ["month", ("year", "month", "weekday")])
def test_the_estimate_is_that_of_the_case_crossover(strata: Any):
    result = run(strata=strata)
    rng = np.random.default_rng(5)
    first = np.datetime64("2021-01-01")
    fit = timing.case_crossover(
        first + np.sort(rng.choice(730, 70, replace=False)),
        first + np.arange(9, 720, 31),
        period=timing.StudyPeriod("2021-01-01", "2022-12-31"),
        window=timing.Window(2, 2),
        strata=strata,
    )
    assert result.conditional_rate_ratio == pytest.approx(fit.rate_ratio, rel=1e-6)
    low, high = result.interval
    assert low < result.conditional_rate_ratio < high
    scores = result.null_distribution.samples
    assert result.pvalue == shift_p(scores, alternative="two-sided")


def test_quasi_poisson_has_the_poisson_score():
    quasi, plain = run(family="quasi-poisson"), run(family="poisson")
    assert quasi.pvalue == plain.pvalue
    assert quasi.interval == plain.interval
    assert quasi.specification.options["family"] == "quasi-poisson"


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        (
            {"controls": ["season"]},
            "`controls` are not for `family`='conditional-logit'",
        ),
        (
            {"family": "logit"},
            "`family` is 'logit'; it must be one of 'poisson', 'quasi",
        ),
    ],
)
def test_bad_arguments(changes: dict[str, Any], text: str):
    with pytest.raises(ArgumentError, match=text):
        run(**changes)


def test_several_launches_a_day_are_refused():
    with pytest.raises(
        ArgumentError, match="`unit` is 'event', which counts more than"
    ):
        timing.randomization_test(
            ["2021-05-01", "2021-05-01", "2021-08-09"], ["2021-05-03"],
            period=timing.StudyPeriod("2021-01-01", "2021-12-31"),
            window=timing.Window(3, 3), unit="event", family="conditional-logit",
        )  # fmt: skip
