"""Kernels of the likelihoods, of Firth's penalty and of separation."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, stats

from timing.kernels import curves
from timing.kernels.firth import maximise, null_directions, profile_of, separated

FOLDER = Path(__file__).parent / "reference"
R = pd.read_csv(FOLDER / "counts.csv", index_col="name")["value"]
PANEL = pd.read_csv(FOLDER / "panel.csv", parse_dates=["date"])

Y = np.array([0.0, 1, 2, 0, 3, 1])
LINEAR = np.array([-0.8, 0.3, 1.1, -1.9, 0.7, -0.1])
DAY = np.minimum(Y, 1)
CURVES = {
    "poisson": (curves.counts(Y), LINEAR),
    "negative binomial": (curves.counts(Y, 0.7), LINEAR),
    "quasi": (curves.counts(Y, scale=2.5), LINEAR),
    "cloglog": (curves.launch_days(DAY, "cloglog"), LINEAR),
    "log": (curves.launch_days(DAY, "log"), -np.abs(LINEAR) - 0.1),
    "truncated poisson": (curves.truncated_counts(Y + 1), LINEAR),
    "truncated negative binomial": (curves.truncated_counts(Y + 1, 0.7), LINEAR),
}


@pytest.mark.parametrize("name", CURVES)
def test_derivatives_are_those_of_differences(name):
    curve_of, linear = CURVES[name]
    step = 1e-5
    here, above, below = (curve_of(linear + h) for h in (0, step, -step))
    score = (above.terms - below.terms) / (2 * step)
    np.testing.assert_allclose(here.score, score, atol=1e-8)
    bend = -(above.score - below.score) / (2 * step)
    np.testing.assert_allclose(here.bend, bend, atol=1e-8)
    slope = (np.log(above.weight) - np.log(below.weight)) / (2 * step)
    np.testing.assert_allclose(here.slope, slope, atol=1e-8)


@pytest.mark.parametrize("dispersion", [0.0, 0.7])
def test_terms_are_those_of_the_distributions(dispersion):
    # Up to terms without the linear predictor: differences between two predictors.
    def log_pmf(y, mean):
        if not dispersion:
            return stats.poisson.logpmf(y, mean)
        size = 1 / dispersion
        return stats.nbinom.logpmf(y, size, size / (size + mean))

    other = LINEAR[::-1]
    for shift, family in ((0, curves.counts), (1, curves.truncated_counts)):
        y = Y + shift

        def full(linear, y=y, shift=shift):
            mean = np.exp(linear)
            tail = np.log(-np.expm1(log_pmf(0, mean))) if shift else 0.0
            return log_pmf(y, mean) - tail

        curve_of = family(y, dispersion)
        ours = curve_of(LINEAR).terms - curve_of(other).terms
        np.testing.assert_allclose(ours, full(LINEAR) - full(other), atol=1e-12)


@pytest.mark.parametrize("name", CURVES)
def test_the_weight_is_the_mean_of_the_squared_score(name):
    # Expected information: by the sum over all responses of one row.
    linear = np.array([-0.7])
    alpha = 0.7 if "negative" in name else 0.0
    size = 1 / (alpha or 1)
    y = np.arange(400.0)
    mean = np.exp(linear[0])
    pmf = stats.poisson.pmf(y, mean)
    if alpha:
        pmf = stats.nbinom.pmf(y, size, size / (size + mean))
    wide = np.full(y.size, linear[0])
    if name in ("cloglog", "log"):
        chance = -np.expm1(-mean) if name == "cloglog" else mean
        y, wide, pmf = np.array([0.0, 1]), wide[:2], np.array([1 - chance, chance])
        curve = curves.launch_days(y, name)(wide)
    elif "truncated" in name:
        y, wide, pmf = y[1:], wide[1:], pmf[1:] / (1 - pmf[0])
        curve = curves.truncated_counts(y, alpha)(wide)
    else:
        curve = curves.counts(y, alpha)(wide)
    assert pmf @ curve.score == pytest.approx(0, abs=1e-10)
    assert pmf @ curve.score**2 == pytest.approx(curve.weight[0], rel=1e-9)
    assert pmf @ curve.bend == pytest.approx(curve.weight[0], rel=1e-9)


def panel_design():
    years = pd.get_dummies(PANEL["date"].dt.year, drop_first=True, dtype=float)
    ones = np.ones(len(PANEL))
    return np.column_stack([ones, PANEL["exposed"], years])


@pytest.mark.reference
@pytest.mark.parametrize("name", ["launches", "none"])
def test_firths_poisson_agrees_with_brglm2(name):
    y = PANEL["launches"].to_numpy(dtype=float)
    if name == "none":
        y = np.where(PANEL["exposed"] == 1, 0.0, y)
    design = panel_design()
    start = np.array([-3.0, 0, 0, 0, 0])
    profile = profile_of(curves.counts(y), design, np.zeros(y.size), at=1, start=start)
    assert profile.best.converged
    assert profile.estimate == pytest.approx(R[f"firth.{name}.coef"], abs=1e-8)
    assert profile.std_error == pytest.approx(R[f"firth.{name}.se"], rel=1e-8)
    if name == "none":
        z = stats.norm.ppf(0.975)
        assert profile.limit(z, -1) == pytest.approx(R["firth.none.low"], abs=1e-7)
        assert profile.limit(z, 1) == pytest.approx(R["firth.none.high"], abs=1e-7)
        p = 2 * stats.norm.sf(abs(profile.root(0.0)))
        assert p == pytest.approx(R["firth.none.p"], rel=1e-8)


def test_one_cell_gets_half_a_launch():
    # Firth's estimate of a saturated Poisson model adds 1/2 to each cell.
    design = np.column_stack([np.ones(40), np.repeat([0.0, 1.0], [30, 10])])
    y = np.repeat([1.0, 0.0], [6, 34])
    best = maximise(
        curves.counts(y), design, np.zeros(40), start=np.zeros(2), penalised=True
    )
    level = np.log(6.5 / 30)
    np.testing.assert_allclose(best.params, [level, np.log(0.5 / 10) - level])


@pytest.mark.parametrize("name", [name for name in CURVES if name != "log"])
def test_the_penalised_maximum_is_that_of_a_general_maximiser(name):
    rng = np.random.default_rng(3)
    n = 60
    design = np.column_stack([np.ones(n), rng.integers(0, 2, n), rng.normal(size=n)])
    truth = np.array([-1.2, 0.4, 0.3])
    y = rng.poisson(np.exp(design @ truth)).astype(float)
    curve_of = {
        "poisson": curves.counts(y),
        "negative binomial": curves.counts(y, 0.7),
        "quasi": curves.counts(y, scale=2.5),
        "cloglog": curves.launch_days(np.minimum(y, 1), "cloglog"),
        "truncated poisson": curves.truncated_counts(y + 1),
        "truncated negative binomial": curves.truncated_counts(y + 1, 0.7),
    }[name]

    def loss(params):
        curve = curve_of(design @ params)
        if not np.isfinite(curve.likelihood):
            return 1e9
        information = (design * curve.weight[:, None]).T @ design
        return -curve.likelihood - np.linalg.slogdet(information)[1] / 2

    start = np.array([-1.5, 0.0, 0.0])
    best = maximise(curve_of, design, np.zeros(n), start=start, penalised=True)
    assert best.converged
    found = optimize.minimize(
        loss,
        start,
        method="Nelder-Mead",
        options={"xatol": 1e-10, "fatol": 1e-13, "maxiter": 4000, "maxfev": 4000},
    )
    np.testing.assert_allclose(best.params, found.x, atol=2e-6)
    assert best.likelihood == pytest.approx(-found.fun, abs=1e-9)


def test_a_fixed_coefficient_stays():
    design = panel_design()
    y = PANEL["launches"].to_numpy(dtype=float)
    start = np.array([-3.0, 0.25, 0, 0, 0])
    best = maximise(curves.counts(y), design, np.zeros(y.size), start=start, fixed=(1,))
    assert best.params[1] == 0.25
    # The same as an offset.
    offset = 0.25 * design[:, 1]
    rest = np.delete(design, 1, axis=1)
    same = maximise(curves.counts(y), rest, offset, start=start[[0, 2, 3, 4]])
    np.testing.assert_allclose(np.delete(best.params, 1), same.params, atol=1e-9)


def test_a_profile_without_a_limit_is_open():
    # One exposed day, no launch: with a level of 99.99 % no finite lower limit.
    design = np.column_stack([np.ones(11), np.repeat([0.0, 1.0], [10, 1])])
    y = np.repeat([1.0, 0.0], [1, 10])
    profile = profile_of(
        curves.counts(y), design, np.zeros(11), at=1, start=np.zeros(2)
    )
    assert profile.limit(4.0, -1) == -np.inf
    assert profile.root(profile.limit(1.0, -1)) == pytest.approx(1.0, abs=1e-6)
    assert profile.root(profile.limit(1.0, 1)) == pytest.approx(-1.0, abs=1e-6)


def separated_by_pairs(design, held, falling):
    """Separation of a 2-column design by trying many directions of the plane."""
    angle = np.linspace(0, 2 * np.pi, 721)[:-1]  # every half degree
    found = np.zeros(held.size, dtype=bool)
    for direction in np.column_stack([np.cos(angle), np.sin(angle)]):
        moved = design @ direction
        moved[np.abs(moved) < 1e-9] = 0.0
        rising = ~held & ~falling
        if (
            not moved[held].any()
            and (moved[falling & ~held] <= 0).all()
            and (moved[rising] >= 0).all()
        ):
            found |= moved != 0
    return found


@settings(max_examples=200, deadline=None)
@given(
    cells=st.lists(
        st.tuples(
            st.sampled_from([-1, 0, 1]),
            st.sampled_from([-1, 0, 1]),
            st.sampled_from(["held", "falling", "rising"]),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_separation_is_what_all_directions_say(cells):
    # Entries of -1, 0 and 1 separate along multiples of 45 degrees, or between them.
    design = np.array([[a, b] for a, b, _ in cells], dtype=float)
    held = np.array([kind == "held" for *_, kind in cells])
    falling = np.array([kind == "falling" for *_, kind in cells])
    found = separated(design, held, falling)
    np.testing.assert_array_equal(found, separated_by_pairs(design, held, falling))


def test_full_rank_of_the_held_rows_excludes_separation():
    design = panel_design()
    assert not separated(design, PANEL["launches"].to_numpy() > 0).any()


def test_a_level_without_launches_is_separated_and_nothing_else():
    level = np.repeat([0, 1, 2], [10, 5, 5])
    design = np.column_stack([np.ones(20), level == 1, level == 2]).astype(float)
    held = np.zeros(20, dtype=bool)
    held[[2, 16]] = True
    np.testing.assert_array_equal(separated(design, held), level == 1)


def test_null_directions_do_not_depend_on_units():
    rng = np.random.default_rng(1)
    design = rng.normal(size=(50, 3)) * np.array([1e-6, 1.0, 1e6])
    assert null_directions(design.T @ design).shape == (3, 0)
    twice = np.column_stack([design, design[:, 2] - 1e6])
    twice = np.column_stack([twice, np.ones(50)])
    found = null_directions(twice.T @ twice)
    assert found.shape == (5, 1)
    np.testing.assert_allclose(twice @ found, 0, atol=1e-5 * np.abs(found).max() * 1e6)
