"""Intervals by inversion: they hold the ratios that the test does not reject."""

from __future__ import annotations

import numpy as np
import pytest

from timing.kernels.inversion import (
    detectable_by_score,
    equivalence_by_score,
    score_interval,
)
from timing.kernels.score import shift_p
from timing.regression.score import adjusted_score, stratum_score

PRECISION = 2e-3
"""Of a limit, on the log scale."""


def panel(seed, ratio, n_days=900):
    rng = np.random.default_rng(seed)
    x = np.zeros(n_days, dtype=int)
    for start in rng.choice(n_days - 10, 16, replace=False):
        x[start : start + 8] = 1
    control = np.sin(2 * np.pi * np.arange(n_days) / 365)
    rate = 0.08 * np.where(x > 0, ratio, 1.0) * np.exp(0.5 * control)
    launches = rng.poisson(rate * rng.gamma(2.0, 0.5, n_days))
    return launches, x, np.arange(n_days) // 90, control[:, None]


def score_of(model, seed, ratio):
    launches, x, stratum, control = panel(seed, ratio)
    if model == "strata":
        return stratum_score(launches, x, stratum)
    alpha = 0.5 if model == "negative binomial" else 0.0
    return adjusted_score(launches, x, stratum, control, dispersion=alpha)


@pytest.mark.parametrize("alternative", ["two-sided", "greater", "less"])
@pytest.mark.parametrize(
    ("model", "seed", "ratio"),
    [
        ("strata", 1, 1.0),
        ("strata", 2, 2.0),
        ("strata", 3, 0.5),
        ("poisson", 4, 1.0),
        ("negative binomial", 5, 2.0),
    ],
)
def test_the_interval_excludes_exactly_the_rejected_ratios(
    model, seed, ratio, alternative
):
    score = score_of(model, seed, ratio)
    estimate = score.estimate()
    for level in (0.8, 0.95):
        low, high = score_interval(
            score.scores_at, estimate, confidence_level=level, alternative=alternative
        )
        assert low <= estimate <= high
        n_rejected = 0
        for log_ratio in np.arange(-2.5, 2.51, 0.125):
            tried = float(np.exp(log_ratio))
            if any(
                abs(tried / limit - 1) < PRECISION for limit in (low, high) if limit
            ):
                continue
            p = shift_p(score.scores_at(tried), alternative=alternative)
            assert (p > 1 - level) == (low <= tried <= high), tried
            n_rejected += p <= 1 - level
        assert n_rejected


def test_a_lower_level_gives_a_narrower_interval():
    score = score_of("strata", 2, 2.0)
    wide, narrow = (
        score_interval(
            score.scores_at,
            score.estimate(),
            confidence_level=level,
            alternative="two-sided",
        )
        for level in (0.95, 0.8)
    )
    assert wide[0] < narrow[0] < narrow[1] < wide[1]


def test_without_an_estimate_every_ratio_is_possible():
    def never(_):
        raise AssertionError

    for alternative in ("two-sided", "greater", "less"):
        assert score_interval(
            never, float("nan"), confidence_level=0.95, alternative=alternative
        ) == (0.0, float("inf"))


@pytest.mark.parametrize("exposed_only", [True, False])
def test_an_estimate_at_the_edge_leaves_the_interval_open_there(exposed_only):
    _, x, _, _ = panel(1, 1.0)
    one = np.zeros(x.size, dtype=int)
    launches = np.zeros(x.size, dtype=int)
    launches[np.flatnonzero(x == exposed_only)[::40]] = 1
    score = stratum_score(launches, x, one)
    estimate = score.estimate()
    assert estimate == (np.inf if exposed_only else 0.0)
    low, high = score_interval(
        score.scores_at, estimate, confidence_level=0.95, alternative="two-sided"
    )
    assert (high == np.inf and low > 0) if exposed_only else (low == 0.0)
    assert low < high


def test_equivalence_takes_the_larger_of_two_one_sided_tests():
    score = score_of("poisson", 4, 1.0)
    both = [
        shift_p(score.scores_at(0.5), alternative="greater"),
        shift_p(score.scores_at(2.0), alternative="less"),
    ]
    assert equivalence_by_score(score.scores_at, margin=2.0) == max(both)
    # A wider margin is easier to show.
    assert equivalence_by_score(score.scores_at, margin=4.0) <= max(both)


def test_without_information_nothing_is_detectable():
    scores = np.linspace(-2, 2, 50)
    for alternative, answer in (("greater", np.inf), ("less", 0.0)):
        ratio = detectable_by_score(
            scores,
            np.array([3.0]),
            np.array([1.0]),
            0.0,
            power=0.8,
            level=0.05,
            alternative=alternative,
        )
        assert ratio == answer


@pytest.mark.parametrize("alternative", ["greater", "less"])
def test_a_test_that_rejects_nearly_always_finds_a_ratio_of_1(alternative):
    score = score_of("strata", 1, 1.0)
    found = detectable_by_score(
        score.scores_at(1.0),
        score.launches,
        score.share,
        score.deviation,
        power=0.8,
        level=0.9,
        alternative=alternative,
    )
    assert found == 1.0
