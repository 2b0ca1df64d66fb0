"""`case_crossover`: R, pyfixest and brute force; laws, empty cells, recovery."""

from __future__ import annotations

import itertools
import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, stats

import timing
from timing.errors import (
    ArgumentError,
    EstimationError,
    FallbackWarning,
    NoContrastError,
    SeparationWarning,
)
from timing.kernels.conditional import (
    maximise,
    maximise_penalised,
    penalised_deviance,
)
from timing.kernels.conditional_logit import conditional_logit, separated
from timing.kernels.conditional_poisson import ConditionalPoisson
from timing.kernels.null_fit import fit_null
from timing.regression.case_crossover import case_crossover
from timing.results.case_crossover import CaseCrossoverResult

PERIOD = timing.StudyPeriod("2012-01-01", "2024-12-31")
ONE_DAY = timing.Window(0, 0)
SLOT = ("year", "month", "weekday")


@pytest.fixture(scope="module")
def days(golden_data):
    return pd.read_csv(golden_data / "daily_design.csv", parse_dates=["date"])


def golden_fit(days, column, strata, **options):
    """Each day with a 1 in `column` is a calendar event of its own."""
    return case_crossover(
        days.loc[days["launch"].eq(1), "date"],
        days.loc[days[column].eq(1), "date"],
        period=PERIOD,
        window=ONE_DAY,
        strata=strata,
        **options,
    )


# --- Other programs -----------------------------------------------------------------


@pytest.mark.reference
@pytest.mark.parametrize(
    ("column", "strata", "name"),
    [
        ("visit_on", SLOT, "ymdow"),
        ("post7", SLOT, "ymdow"),
        ("onp7", SLOT, "ymdow"),
        ("onp7", "month", "ym"),
        ("pre7", ("year", "month"), "ym"),
    ],
)
def test_conditional_logit_agrees_with_r(days, golden, column, strata, name):
    # survival::clogit(launch ~ column + strata(...), method = "exact")
    fit = golden_fit(days, column, strata)
    expected = golden[f"r.clogit.{name}.{column}.exact"]["value"]
    assert fit.params["exposed"] == pytest.approx(expected["coef"], abs=1e-8)
    assert fit.std_error == pytest.approx(expected["se"], rel=1e-8)
    assert fit.pvalue == pytest.approx(expected["p"], rel=1e-7)
    assert fit.interval == pytest.approx(expected["ci95"], rel=1e-7)


# mpmath.findroot at 40 digits of sum_s E[exposed launches] - observed, E by the
# non-central hypergeometric distribution of each month. The notes of the reference
# numbers say 0.0421431378 and -0.0814971785, from a fit that stopped short.
MAXIMA = {"visit_on": 0.042142960584662156, "post7": -0.081497206823110775}


@pytest.mark.reference
@pytest.mark.parametrize("column", MAXIMA)
def test_the_maximum_is_the_exact_one(days, column):
    fit = golden_fit(days, column, "month")
    assert fit.params["exposed"] == pytest.approx(MAXIMA[column], abs=1e-11)
    noted = {"visit_on": 0.0421431378, "post7": -0.0814971785}[column]
    assert fit.params["exposed"] == pytest.approx(noted, abs=3e-7)


@pytest.mark.reference
def test_statsmodels_stops_short_of_the_maximum(days, golden):
    # ConditionalLogit(launch, [[x]], groups).fit(method="bfgs", gtol=1e-10)
    theirs = golden["statsmodels.ConditionalLogit.ym.post7"]["value"]
    fit = golden_fit(days, "post7", "month")
    assert fit.params["exposed"] == pytest.approx(theirs["R_coef"], abs=1e-9)
    assert abs(fit.params["exposed"] - theirs["coef"]) > 0.004


@pytest.mark.reference
def test_conditional_poisson_agrees_with_the_package_season(days, golden):
    # casecross(launch ~ post7, stratamonth = TRUE, matchdow = TRUE, exclusion = 0)
    fit = golden_fit(days, "post7", SLOT, model="conditional-poisson")
    entry = golden["season.casecross.launch.stratamonth.matchdow"]["value"]
    expected = entry["coef"]["post7"]
    assert fit.params["exposed"] == pytest.approx(expected["coef"], abs=1e-8)
    assert fit.std_error == pytest.approx(expected["se(coef)"], rel=1e-8)


@pytest.mark.reference
def test_conditional_poisson_agrees_with_gnm(days, golden):
    # gnm(launch ~ pre7 + post7 + month, eliminate = year, poisson)
    pre7 = days.set_index("date")["pre7"]
    fit = golden_fit(
        days,
        "post7",
        "year",
        model="conditional-poisson",
        controls=["month_of_year", pre7],
    )
    expected = golden["gnm.launch.yr.mo"]["value"]
    for name, ours in (("post7", "exposed"), ("pre7", "pre7")):
        assert fit.params[ours] == pytest.approx(expected[name]["Estimate"], abs=1e-7)
        error = expected[name]["Std. Error"]
        # gnm takes its errors one step before its estimate.
        assert fit.std_errors[ours] == pytest.approx(error, rel=1e-6)


@pytest.mark.reference
def test_matched_sets_agree_with_r(golden_data, golden):
    # clogit(case ~ spontaneous + induced + strata(stratum), data = infert)
    table = pd.read_csv(golden_data / "infert.csv")
    model = conditional_logit(
        table["case"].to_numpy(),
        table["stratum"].to_numpy() - 1,
        table[["spontaneous", "induced"]].to_numpy(float),
    )
    best = maximise(model, np.zeros(2))
    expected = golden["public.infert.clogit"]["value"]
    coef = expected["coef"].values()
    assert best.params == pytest.approx([c["coef"] for c in coef], abs=1e-8)
    errors = [c["se(coef)"] for c in coef]
    assert np.sqrt(np.diag(best.covariance)) == pytest.approx(errors, rel=1e-8)
    likelihoods = [model.at(np.zeros(2)).likelihood, best.likelihood]
    assert likelihoods == pytest.approx(expected["loglik"], abs=1e-9)


def daily_deaths(golden_data):
    return pd.read_csv(golden_data / "CVDdaily_1987.csv", parse_dates=["date"])


@pytest.mark.reference
def test_counts_and_their_dispersion_agree_with_gnm(golden_data, golden):
    # gnm(cvd ~ o3mean + tmpd, eliminate = ym x weekday, poisson | quasipoisson)
    table = daily_deaths(golden_data)
    slot = table["date"].dt.month * 7 + table["date"].dt.day_of_week
    model = ConditionalPoisson(
        counts=table["cvd"].to_numpy(),
        stratum=np.unique(slot, return_inverse=True)[1],
        design=table[["o3mean", "tmpd"]].to_numpy(float),
    )
    best = maximise(model, np.zeros(2))
    errors = np.sqrt(np.diag(best.covariance))
    phi = model.dispersion(best.params)
    expected = golden["public.CVDdaily.gnm"]["value"]
    for family, scale in (("poisson", 1.0), ("quasi", np.sqrt(phi))):
        values = expected[family].values()
        assert best.params == pytest.approx([v["Estimate"] for v in values], abs=1e-9)
        reported = [v["Std. Error"] for v in values]
        assert errors * scale == pytest.approx(reported, rel=1e-7)


WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]


@pytest.mark.reference
@pytest.mark.parametrize(
    ("entry", "columns", "width", "same_weekday"),
    [
        ("doc", ["o3mean", "tmpd", *WEEKDAYS], np.inf, False),
        ("matchdow", ["o3mean", "tmpd"], np.inf, True),
        ("matchconf", ["o3mean", *WEEKDAYS], 1.0, False),
    ],
)
def test_case_days_with_their_own_controls_agree_with_season(
    golden_data, golden, entry, columns, width, same_weekday
):
    # casecross(cvd ~ ..., stratalength = 28, exclusion = 2): each day with its controls
    # is a stratum of its own, more than 2 days away and alike in what is matched.
    table = daily_deaths(golden_data)
    t = np.arange(len(table))
    alike = (t[:, None] // 28 == t // 28) & (np.abs(t[:, None] - t) > 2)
    warmth = table["tmpd"].to_numpy()
    alike &= np.abs(warmth[:, None] - warmth) <= width
    if same_weekday:
        alike &= t[:, None] % 7 == t % 7
    alike &= alike.any(axis=1)[:, None]
    label, row = np.nonzero(alike | (np.eye(t.size, dtype=bool) & alike.any(axis=1)))
    counts = np.where(label == row, table["cvd"].to_numpy()[row], 0)
    model = ConditionalPoisson(
        counts=counts,
        stratum=np.unique(label, return_inverse=True)[1],
        design=table[columns].to_numpy(float)[row],
    )
    best = maximise(model, np.zeros(len(columns)))
    expected = golden[f"season.casecross.{entry}"]["value"]
    assert counts.sum() == expected["ncases"]
    coef = [expected["coef"][name] for name in columns]
    assert best.params == pytest.approx([c["coef"] for c in coef], abs=1e-9)
    errors = [c["se(coef)"] for c in coef]
    assert np.sqrt(np.diag(best.covariance)) == pytest.approx(errors, rel=1e-8)


@pytest.mark.reference
def test_case_series_of_many_subjects_agrees_with_gnm(golden_data, golden):
    # gnm(event ~ mmr + age, eliminate = indivL, offset = log(interval), poisson): here
    # an interval of L days is L days, the event on the first.
    table = pd.read_csv(
        golden_data / "itp_formatted.csv", dtype={"age": str, "mmr": str}
    )
    length = table["interval"].to_numpy()
    row = np.repeat(np.arange(len(table)), length)
    counts = np.zeros(row.size, dtype=int)
    counts[np.cumsum(length) - length] = table["event"]
    design = pd.get_dummies(table[["mmr", "age"]], drop_first=True).to_numpy(float)
    model = ConditionalPoisson(
        counts=counts,
        stratum=np.unique(table["indivL"].to_numpy()[row], return_inverse=True)[1],
        design=design[row],
    )
    best = maximise(model, np.zeros(design.shape[1]))
    expected = golden["gnm.itp.mod3"]["value"].values()
    estimates = [v["Estimate"] for v in expected]
    errors = [v["Std. Error"] for v in expected]
    assert best.params == pytest.approx(estimates, abs=2e-8)
    assert np.sqrt(np.diag(best.covariance)) == pytest.approx(errors, rel=1e-8)


# --- The frozen panel (tests/reference) ---------------------------------------------

FOLDER = Path(__file__).parent / "reference"
PANEL = pd.read_csv(FOLDER / "panel.csv", parse_dates=["date"])
R = pd.read_csv(FOLDER / "clogit.csv", index_col="name")["value"]


def panel_fit(**options):
    return case_crossover(
        PANEL["date"].repeat(PANEL["launches"]),
        PANEL.loc[PANEL["exposed"].eq(1), "date"],
        period=timing.StudyPeriod("2014-01-01", "2017-12-31"),
        window=ONE_DAY,
        **options,
    )


@pytest.mark.reference
@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("clogit.month", {"strata": "month"}),
        ("clogit.slot", {"strata": SLOT}),
        ("clogit.month.weekday", {"strata": "month", "controls": ["weekday"]}),
        ("clogit.year", {"strata": ("year",)}),
    ],
)
def test_exact_likelihood_agrees_with_clogit(name, options):
    fit = panel_fit(**options)
    assert fit.params["exposed"] == pytest.approx(R[f"{name}.coef"], abs=1e-9)
    assert fit.std_error == pytest.approx(R[f"{name}.se"], rel=1e-9)


@pytest.mark.reference
@pytest.mark.parametrize(
    ("cov", "name"), [("model", "se"), ("quasi", "quasi.se"), ("robust", "vcovCL.se")]
)
def test_errors_agree_with_r(cov, name):
    # glm(launches ~ exposed + weekday + month); vcovCL(cluster = month)
    fit = panel_fit(
        model="conditional-poisson",
        unit="event",
        strata="month",
        controls=["weekday"],
        cov=cov,
    )
    assert fit.params["exposed"] == pytest.approx(R["glm.month.coef"], abs=1e-9)
    assert fit.std_error == pytest.approx(R[f"glm.month.{name}"], rel=1e-8)
    assert fit.dispersion == pytest.approx(R["glm.month.quasi.phi"], rel=1e-8)
    assert fit.cov == cov


@pytest.mark.reference
def test_newey_west_agrees_with_r():
    fit = panel_fit(model="conditional-poisson", unit="event", strata="year", cov="HAC")
    assert fit.params["exposed"] == pytest.approx(R["glm.year.coef"], abs=1e-9)
    assert fit.std_error == pytest.approx(R["glm.year.NeweyWest14.se"], rel=1e-8)
    assert fit.cov == "HAC(14)"


# pyfixest 0.60.0 on panel.csv: fepois("launches ~ exposed | FE", vcov=...,
# iwls_tol=1e-13, ssc=ssc(k_adj=False, G_adj=True)); the last with vcov={"CRV1": FE}.
FEPOIS = {
    "month": (-0.5799720661345087, 0.4444674809574883, 0.31283120404162634),
    SLOT: (-0.7442021319889244, 0.452329113143763, 0.4070278630459116),
    "year": (-0.4761500669806305, 0.3677727076289265, 0.1282381153628589),
}


@pytest.mark.reference
@pytest.mark.parametrize("strata", FEPOIS, ids=str)
def test_conditional_poisson_agrees_with_fepois(strata):
    coef, error, clustered = FEPOIS[strata]
    options = {"strata": strata, "model": "conditional-poisson", "unit": "event"}
    fit = panel_fit(**options)
    assert fit.params["exposed"] == pytest.approx(coef, abs=1e-9)
    assert fit.std_error == pytest.approx(error, rel=1e-8)
    robust = panel_fit(**options, cov="robust").std_error
    assert robust == pytest.approx(clustered, rel=1e-7)


@pytest.mark.reference
@pytest.mark.parametrize(("name", "n"), [("pairs40", 40), ("pairs6", 6)])
def test_firth_agrees_with_brglm2_on_pairs(name, n):
    # glm(1 ~ 0 + differences, binomial, method = "brglmFit", type = "AS_mean")
    launch = PANEL["launches"].gt(0).to_numpy()
    case = np.flatnonzero(launch)
    case = case[~launch[case + 10]][:n]
    z = np.column_stack(
        [
            PANEL["exposed"],
            PANEL["date"].dt.day_of_week.eq(0),
            np.arange(len(PANEL)) % 11 / 10,
        ]
    ).astype(float)
    rows = np.column_stack([case, case + 10]).ravel()
    y, stratum = np.tile([1, 0], n), np.repeat(np.arange(n), 2)
    best = maximise_penalised(conditional_logit(y, stratum, z[rows]), np.zeros(3))
    assert separated(y, stratum, z[rows]) == (n == 6)
    columns = ("exposed", "monday", "cycle")
    coef = [R[f"firth.{name}.{c}.coef"] for c in columns]
    errors = [R[f"firth.{name}.{c}.se"] for c in columns]
    assert best.params == pytest.approx(coef, abs=1e-7)
    assert np.sqrt(np.diag(best.covariance)) == pytest.approx(errors, rel=1e-6)


# --- Brute force --------------------------------------------------------------------


def by_enumeration(case, stratum, design, params):
    """Log-likelihood, score, information and third moments over all subsets."""
    likelihood, score, information, third = 0.0, 0.0, 0.0, 0.0
    for s in np.unique(stratum):
        y, z = case[stratum == s], design[stratum == s]
        subsets = itertools.combinations(range(y.size), int(y.sum()))
        sums = np.array([z[list(subset)].sum(axis=0) for subset in subsets])
        weight = np.exp(sums @ params)
        likelihood += float(y @ z @ params - np.log(weight.sum()))
        weight /= weight.sum()
        centred = sums - weight @ sums
        score = score + y @ z - weight @ sums
        information = information + (centred.T * weight) @ centred
        third = third + np.einsum("t,ti,tj,tk->ijk", weight, *[centred] * 3)
    return likelihood, score, information, third


def small(seed, n_strata=3, q=2):
    rng = np.random.default_rng(seed)
    size = rng.integers(2, 8, n_strata)
    stratum = np.repeat(np.arange(n_strata), size)
    case = np.zeros(stratum.size, dtype=int)
    for s in range(n_strata):
        at = np.flatnonzero(stratum == s)
        case[rng.choice(at, rng.integers(1, at.size), replace=False)] = 1
    mixed = rng.permutation(stratum.size)
    return case[mixed], stratum[mixed], rng.normal(size=(stratum.size, q)), rng


@given(st.integers(0, 10**6), st.floats(0.1, 8.0))
@settings(max_examples=40, deadline=None)
def test_the_likelihood_and_its_derivatives_are_sums_over_all_subsets(seed, scale):
    case, stratum, design, rng = small(seed)
    params, half = scale * rng.normal(size=2), rng.normal(size=(2, 2))
    model = conditional_logit(case, stratum, design)
    moments = model.at(params)
    expected = by_enumeration(case, stratum, design, params)
    assert moments.likelihood == pytest.approx(expected[0], rel=1e-9, abs=1e-9)
    np.testing.assert_allclose(moments.scores.sum(axis=0), expected[1], atol=1e-9)
    np.testing.assert_allclose(moments.information, expected[2], atol=1e-9)
    white = np.einsum("ijk,ia,jb,kc->abc", expected[3], half, half, half)
    third = np.einsum("aac->c", white)
    np.testing.assert_allclose(model.skewness(params, half), third, atol=1e-8)


def test_the_skewness_of_counts_is_the_derivative_of_their_information():
    rng = np.random.default_rng(3)
    stratum = np.repeat([0, 1, 2], 6)
    model = ConditionalPoisson(
        counts=rng.poisson(1.5, 18) + 1,
        stratum=stratum,
        design=rng.normal(size=(18, 2)),
    )
    params, step = np.array([0.4, -0.3]), 1e-5
    derivative = [
        (model.at(params + e).information - model.at(params - e).information)
        / (2 * step)
        for e in step * np.eye(2)
    ]
    expected = [np.trace(d) for d in derivative]
    np.testing.assert_allclose(model.skewness(params, np.eye(2)), expected, rtol=1e-6)


def test_many_launches_in_a_long_stratum_neither_overflow_nor_underflow():
    # e_700 of 1,500 days is about 1e450: the count's distribution is hypergeometric.
    n, m, c = 1500, 700, 400
    case, exposed = np.zeros(n, dtype=int), np.zeros(n)
    exposed[:c] = 1
    case[:200] = case[c : c + m - 200] = 1
    model = conditional_logit(case, np.zeros(n, dtype=int), exposed[:, None])
    moments = model.at(np.zeros(1))
    null = stats.hypergeom(n, c, m)
    assert moments.scores[0, 0] == pytest.approx(200 - null.mean(), rel=1e-10)
    assert moments.information[0, 0] == pytest.approx(null.var(), rel=1e-10)


@given(st.integers(0, 10**6))
@settings(max_examples=30, deadline=None)
def test_separation_is_found_where_the_likelihood_has_no_maximum(seed):
    case, stratum, design, _ = small(seed)
    design = design.round()
    away = np.vstack(
        [
            design[(stratum == s) & (case == 0)] - row
            for s in range(3)
            for row in design[(stratum == s) & (case == 1)]
        ]
    )
    away = away[away.any(axis=1)]
    if np.linalg.matrix_rank(away) < 2:
        return
    # In two dimensions: the other days, seen from their launch days, lie on one side.
    angle = np.sort(np.arctan2(away[:, 1], away[:, 0]))
    gap = np.diff(angle, append=angle[0] + 2 * np.pi).max()
    assert separated(case, stratum, design) == (gap > np.pi - 1e-9)


def penalised(case, stratum, design, params):
    likelihood, _, information, _ = by_enumeration(case, stratum, design, params)
    return likelihood + np.linalg.slogdet(information)[1] / 2


def test_firth_and_its_profile_agree_with_direct_maximisation():
    case, stratum, design, _ = small(8, n_strata=4)
    design[:, 0] = design[:, 0] > 0
    design[:, 1] = case + 0.1 * design[:, 1]  # separates
    assert separated(case, stratum, design)
    tight = {"method": "Nelder-Mead", "options": {"xatol": 1e-10, "fatol": 1e-14}}
    best = min(
        itertools.product(np.arange(-6.0, 7.0), repeat=2),
        key=lambda b: -penalised(case, stratum, design, np.array(b)),
    )
    direct = optimize.minimize(
        lambda b: -penalised(case, stratum, design, b), np.array(best), **tight
    )
    model = conditional_logit(case, stratum, design)
    best = maximise_penalised(model, np.zeros(2))
    assert best.converged
    assert best.likelihood == pytest.approx(-direct.fun, abs=1e-9)
    assert best.params == pytest.approx(direct.x, abs=1e-6)
    for value in (-2.0, 1.0):
        held = optimize.minimize(
            lambda b, v=value: -penalised(case, stratum, design, np.array([v, b[0]])),
            np.zeros(1),
            **tight,
        )
        deviance = penalised_deviance(model, best, value)
        assert deviance == pytest.approx(2 * (held.fun - direct.fun), abs=1e-7)


# --- Models against each other ------------------------------------------------------


def simulate(seed=1, n=912, ratio=2.0, rate=0.06, unit="day"):
    rng = np.random.default_rng(seed)
    date = pd.date_range("2020-01-01", periods=n)
    visits = date[np.sort(rng.choice(n - 8, 25, replace=False))]
    exposed = np.zeros(n, dtype=bool)
    for visit in visits:
        at = (visit - date[0]).days
        exposed[at : at + 6] = True
    mean = rate * (1 + 0.5 * np.sin(np.arange(n) / 58)) * np.where(exposed, ratio, 1.0)
    if unit == "day":
        odds = mean / (1 - rate)
        counts = (rng.random(n) < odds / (1 + odds)).astype(int)
    else:
        counts = rng.poisson(mean)
    period = timing.StudyPeriod(date[0], date[-1])
    kwargs = {"period": period, "window": timing.Window(0, 5), "strata": "month"}
    return date.repeat(counts), visits, kwargs


def test_one_launch_in_a_stratum_makes_the_models_equal():
    tests, visits, kwargs = simulate()
    first = pd.Series(tests).groupby([tests.year, tests.month]).first()
    logit, poisson = (
        case_crossover(
            first.to_list(), visits, **kwargs, controls=["weekday"], model=model
        )
        for model in ("conditional-logit", "conditional-poisson")
    )
    assert logit.params == pytest.approx(poisson.params, abs=1e-9)
    assert logit.std_errors == pytest.approx(poisson.std_errors, rel=1e-9)


def test_models_are_close_where_launches_are_rare():
    tests, visits, kwargs = simulate(rate=0.02)
    kwargs["strata"] = ("year",)
    logit = case_crossover(tests, visits, **kwargs)
    poisson = case_crossover(tests, visits, **kwargs, model="conditional-poisson")
    assert logit.rate_ratio == pytest.approx(poisson.rate_ratio, rel=0.05)
    assert logit.rate_ratio != pytest.approx(poisson.rate_ratio, rel=1e-6)


def test_conditional_poisson_is_poisson_with_an_effect_per_stratum():
    tests, visits, kwargs = simulate(unit="event")
    fit = case_crossover(
        tests,
        visits,
        **kwargs,
        unit="event",
        controls=["weekday", "trend"],
        model="conditional-poisson",
    )
    panel = timing.daily_panel(
        tests,
        visits,
        period=kwargs["period"],
        window=kwargs["window"],
        controls=["weekday", "trend"],
        unit="event",
    )
    month = panel["date"].dt.to_period("M").astype(str)
    kept = panel["launches"].groupby(month).transform("sum").gt(0)
    design = pd.get_dummies(
        panel.assign(month=month)[kept].drop(columns=["date", "launches", "n_events"]),
        dtype=float,
    ).drop(columns="weekday_Mon")
    glm = sm.GLM(panel["launches"][kept], design, family=sm.families.Poisson())
    expected = glm.fit(tol=1e-13, maxiter=100)
    assert fit.params["exposed"] == pytest.approx(expected.params["exposed"], abs=1e-8)
    assert fit.std_error == pytest.approx(expected.bse["exposed"], rel=1e-7)
    assert fit.n_obs == kept.sum()
    null = fit_null(
        panel["launches"].to_numpy(),
        np.unique(month, return_inverse=True)[1],
        pd.get_dummies(
            panel[["exposed", "trend", "weekday"]], drop_first=True, dtype=float
        ).to_numpy(float),
        np.zeros(len(panel)),
    )
    assert fit.params["exposed"] == pytest.approx(null.params[0], abs=1e-9)


def test_strata_of_constant_counts_count():
    # A launch on each of 4 days, 2 of them exposed; then 3 exposed of 5. Together 5 to
    # 4. statsmodels leaves the first stratum out, and says 3 to 2.
    tests = pd.to_datetime(
        ["2020-01-01", "2020-01-02", "2020-01-03", "2020-01-04"]
        + ["2020-02-01"] * 3
        + ["2020-02-03"] * 2
    )
    visits = ["2020-01-01", "2020-01-02", "2020-02-01", "2020-02-02"]
    stratum = pd.Series(
        [0, 0, 0, 0, 1, 1, 1, 1],
        index=pd.to_datetime(
            [f"2020-01-0{k}" for k in range(1, 5)]
            + [f"2020-02-0{k}" for k in range(1, 5)]
        ),
    )
    fit = case_crossover(
        tests,
        visits,
        period=timing.StudyPeriod(
            "2020-01-01", "2020-02-04", exclude=[("2020-01-05", "2020-01-31")]
        ),
        window=ONE_DAY,
        strata=stratum,
        unit="event",
        model="conditional-poisson",
    )
    assert fit.rate_ratio == pytest.approx(5 / 4)
    assert fit.n_informative == 2
    counts = np.array([1, 1, 1, 1, 3, 0, 2, 0])
    exposed = np.array([[1.0], [1], [0], [0], [1], [1], [0], [0]])
    groups = np.repeat([0, 1], 4)
    with pytest.warns(UserWarning, match="Dropped 1 groups"):
        theirs = sm.ConditionalPoisson(counts, exposed, groups=groups)
    assert np.exp(theirs.fit(disp=0).params[0]) == pytest.approx(3 / 2, rel=1e-4)


def test_without_controls_the_estimate_is_the_tilt_of_the_exact_distribution():
    tests, visits, kwargs = simulate()
    fit = case_crossover(tests, visits, **kwargs)
    exact = timing.permutation_test(
        tests,
        visits,
        period=kwargs["period"],
        window=kwargs["window"],
        null=timing.Uniform("month"),
    )
    assert fit.exact_pvalue == pytest.approx(exact.pvalue, rel=1e-9)
    assert fit.rate_ratio == pytest.approx(exact.conditional_rate_ratio, rel=1e-8)
    shift = timing.randomization_test(tests, visits, **kwargs).conditional_rate_ratio
    poisson = case_crossover(tests, visits, **kwargs, model="conditional-poisson")
    assert poisson.rate_ratio == pytest.approx(shift, rel=1e-8)


# --- Laws ---------------------------------------------------------------------------


def numbers(fit):
    return [fit.rate_ratio, fit.std_error, fit.pvalue, *fit.interval]


MODELS = ["conditional-logit", "conditional-poisson"]


@pytest.mark.parametrize("model", MODELS)
@given(seed=st.integers(0, 10**6))
@settings(max_examples=10, deadline=None)
def test_names_of_strata_and_order_of_rows_change_nothing(model, seed):
    tests, visits, kwargs = simulate()
    rng = np.random.default_rng(seed)
    date = pd.date_range(kwargs["period"].start, kwargs["period"].end)
    month = date.year * 12 + date.month
    name = dict(zip(month.unique(), rng.permutation(month.nunique()), strict=True))
    relabelled = pd.Series(month.map(name), index=date)
    shared = {**kwargs, "model": model, "controls": ["weekday"]}
    plain = case_crossover(tests, visits, **shared)
    mixed = case_crossover(
        rng.permutation(tests),
        rng.permutation(visits),
        **{**shared, "strata": relabelled},
    )
    assert numbers(mixed) == pytest.approx(numbers(plain), rel=1e-9)


@pytest.mark.parametrize("model", MODELS)
@given(factor=st.sampled_from([1e-6, 1e-2, 7.0, 1e5]), shift=st.floats(-1e3, 1e3))
@settings(max_examples=10, deadline=None)
def test_units_of_a_control_change_nothing(model, factor, shift):
    tests, visits, kwargs = simulate()
    date = pd.date_range(kwargs["period"].start, kwargs["period"].end)
    heat = pd.Series(np.cos(np.arange(date.size) / 3.0), index=date, name="heat")
    fits = [
        case_crossover(tests, visits, **kwargs, model=model, controls=[column])
        for column in (heat, factor * (heat + shift))
    ]
    assert numbers(fits[1]) == pytest.approx(numbers(fits[0]), rel=1e-5)
    assert fits[1].params["heat"] * factor == pytest.approx(
        fits[0].params["heat"], rel=1e-5
    )


@pytest.mark.parametrize("model", MODELS)
def test_a_longer_record_of_never_exposed_strata_changes_nothing(model):
    tests, visits, kwargs = simulate()
    fit = case_crossover(tests, visits, **kwargs, model=model)
    later = pd.date_range("2023-01-01", "2023-12-31", freq="9D")
    longer = timing.StudyPeriod("2020-01-01", "2023-12-31")
    again = case_crossover(
        tests.append(later), visits, **{**kwargs, "period": longer}, model=model
    )
    assert numbers(again) == pytest.approx(numbers(fit), rel=1e-9)
    assert again.exact_pvalue == pytest.approx(fit.exact_pvalue, rel=1e-9)
    assert again.n_informative == fit.n_informative
    assert again.n_strata > fit.n_strata
    assert again.n_launches == fit.n_launches + later.size


def test_crossed_parts_count_by_hand():
    # 2020-2021: 24 months, 8 quarters, 4 halves; 12 months of the year, 7 weekdays.
    kwargs = {
        "period": timing.StudyPeriod("2020-01-01", "2021-12-31"),
        "window": timing.Window(3, 3),
    }
    tests = pd.date_range("2020-01-03", "2021-12-20", freq="11D")
    visits = pd.date_range("2020-01-20", "2021-12-20", freq="60D")
    for strata, n in [
        (("year", "month"), 24),
        (("month",), 24),
        (("month_of_year",), 12),
        (("weekday",), 7),
        (("year", "quarter"), 8),
        (("half", "weekday"), 28),
        (SLOT, 24 * 7),
        (None, 1),
        (("year", "half"), 4),
    ]:
        fit = case_crossover(tests, visits, **kwargs, strata=strata)
        assert fit.n_strata == n, strata
    assert "each combination of year, half" in fit.specification.null


def test_informative_strata_by_hand():
    # January: 2 launches, 1 exposed. February: a launch, no exposure. March: exposure,
    # no launch.
    fit = case_crossover(
        ["2021-01-05", "2021-01-20", "2021-02-10"],
        ["2021-01-04", "2021-03-03"],
        period=timing.StudyPeriod("2021-01-01", "2021-04-30"),
        window=timing.Window(0, 3),
        strata="month",
    )
    counted = (fit.n_strata, fit.n_informative, fit.informative_launches)
    assert counted == (4, 1, 2)
    assert fit.informative_count == 1
    assert fit.n_obs == 31 + 28
    # 4 of 31 days are exposed: P(0, 1, 2 of 2 launches) and the odds at which 1 is the
    # mean: sqrt(C(27, 2) / C(4, 2)).
    assert fit.rate_ratio == pytest.approx(np.sqrt((27 * 26) / (4 * 3)))
    null = stats.hypergeom(31, 4, 2)
    assert fit.exact_pvalue == pytest.approx(2 * null.sf(0))


# --- Empty cells --------------------------------------------------------------------

JANUARY = {
    "period": timing.StudyPeriod("2020-01-01", "2020-01-30"),
    "window": timing.Window(0, 9),
    "strata": None,
}


@pytest.mark.parametrize("inside", [False, True])
@pytest.mark.parametrize("model", MODELS)
def test_without_exposed_or_unexposed_launches_the_answer_is_exact(model, inside):
    tests = ["2020-01-02", "2020-01-03"] if inside else ["2020-01-20", "2020-01-25"]
    with pytest.warns(SeparationWarning, match="exact"):
        fit = case_crossover(tests, ["2020-01-01"], **JANUARY, model=model)
    assert fit.rate_ratio == (np.inf if inside else 0.0)
    # 10 of 30 days are exposed.
    if model == "conditional-logit":
        p = 10 * 9 / (30 * 29) if inside else 20 * 19 / (30 * 29)
    else:
        p = 1 / 9 if inside else 4 / 9
    assert fit.pvalue == pytest.approx(min(1.0, 2 * p))
    assert fit.exact_pvalue == fit.pvalue
    assert fit.estimator == fit.cov == "exact"
    assert np.isnan(fit.std_error)
    assert fit.params == {}
    # The finite limit is where the observed extreme has chance 2.5 %.
    limit = fit.interval[0] if inside else fit.interval[1]
    if model == "conditional-logit":
        chance = stats.nchypergeom_fisher(30, 10, 2, limit).pmf(2 if inside else 0)
    else:
        share = 10 * limit / (10 * limit + 20)
        chance = share**2 if inside else (1 - share) ** 2
    assert chance == pytest.approx(0.025, rel=1e-6)
    assert fit.interval[1 if inside else 0] == (np.inf if inside else 0.0)


def test_the_least_count_need_not_be_zero():
    # 4 of 5 days exposed, 3 launches: at least 2 are exposed.
    with pytest.warns(SeparationWarning, match="as few, or as many, as the strata"):
        fit = case_crossover(
            ["2020-01-01", "2020-01-02", "2020-01-05"],
            ["2020-01-01"],
            period=timing.StudyPeriod("2020-01-01", "2020-01-05"),
            window=timing.Window(0, 3),
            strata=None,
        )
    assert fit.rate_ratio == 0.0
    assert fit.informative_count == 2
    assert fit.exact_pvalue == 1.0


@pytest.mark.parametrize("model", MODELS)
def test_a_control_that_separates_gets_the_penalised_likelihood(model):
    tests, visits, kwargs = simulate()
    date = pd.date_range(kwargs["period"].start, kwargs["period"].end)
    never = ~date.isin(tests) & (np.arange(date.size) % 3 == 0)
    control = pd.Series(never.astype(float), index=date, name="never")
    shared = {**kwargs, "model": model, "controls": [control], "cov": "robust"}
    with pytest.warns(FallbackWarning, match="Firth"):
        fit = case_crossover(tests, visits, **shared)
    assert fit.estimator == "Firth"
    assert fit.cov == "penalised-likelihood"
    assert -15 < fit.params["never"] < -2
    low, high = fit.interval
    assert 0 < low < fit.rate_ratio < high < np.inf
    assert np.isnan(fit.exact_pvalue)
    # The control says nothing of exposure: its infinite slope takes a third of the
    # launch-free days away, and leaves the rate ratio near that without it.
    without = case_crossover(tests, visits, **kwargs, model=model)
    assert fit.rate_ratio == pytest.approx(without.rate_ratio, rel=0.35)


@pytest.mark.parametrize("model", MODELS)
def test_the_limits_are_those_of_the_profile(model):
    # No launch is exposed, and there is a control: no exact answer with it.
    tests = ["2020-01-12", "2020-01-20", "2020-01-25", "2020-01-28"]
    heat = pd.Series(
        np.cos(np.arange(30.0)), index=pd.date_range("2020-01-01", periods=30), name="h"
    )
    with pytest.warns(FallbackWarning, match="Firth"):
        fit = case_crossover(
            tests, ["2020-01-01"], **JANUARY, model=model, controls=[heat]
        )
    case = heat.index.isin(pd.to_datetime(tests)).astype(int)
    design = np.column_stack([np.arange(30) < 10, heat]).astype(float)
    stratum = np.zeros(30, dtype=int)
    chosen = (
        conditional_logit(case, stratum, design)
        if model == "conditional-logit"
        else ConditionalPoisson(counts=case, stratum=stratum, design=design)
    )
    best = maximise_penalised(chosen, np.zeros(2))
    assert fit.rate_ratio == pytest.approx(np.exp(best.params[0]))
    for limit in fit.interval:
        fall = penalised_deviance(chosen, best, np.log(limit))
        assert fall == pytest.approx(stats.chi2.ppf(0.95, 1), abs=1e-3)
    at_one = penalised_deviance(chosen, best, 0.0)
    assert fit.pvalue == pytest.approx(stats.chi2.sf(at_one, 1), rel=1e-6)


def test_no_informative_stratum_is_an_error():
    with pytest.raises(NoContrastError, match="`strata` has none that holds events"):
        case_crossover(
            ["2020-02-10"],
            ["2020-01-01"],
            period=timing.StudyPeriod("2020-01-01", "2020-03-31"),
            window=timing.Window(0, 9),
            strata="month",
        )


# --- Arguments and result -----------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"model": "clogit"}, "`model` is 'clogit'; it must be one of 'conditional-"),
        ({"cov": "hac"}, "`cov` is 'hac'; it must be one of 'model', 'quasi'"),
        ({"cov": "quasi"}, "`cov` is 'quasi', which the conditional logit does not"),
        ({"cov": "HAC"}, "`cov` is 'HAC', which the conditional logit does not"),
        ({"maxlags": -1}, "`maxlags` is -1"),
        ({"unit": "event"}, "`unit` is 'event', which counts more than one a day"),
        ({"strata": ("year", "dow")}, "`strata` is 'dow'; it must be None, one of 'm"),
        ({"strata": ()}, "`strata` is an empty tuple"),
        ({"strata": "week"}, "`strata` is 'week'"),
        (
            {"strata": None, "cov": "robust", "model": "conditional-poisson"},
            "`cov` is 'robust', which needs more than one stratum with events.",
        ),
    ],
)
def test_bad_arguments_name_the_rule(changes, text):
    tests, visits, kwargs = simulate()
    with pytest.raises(ArgumentError, match=re.escape(text)):
        case_crossover(tests, visits, **{**kwargs, **changes})


def test_a_control_that_the_strata_hold_fixed_is_an_error():
    tests, visits, kwargs = simulate()
    kwargs["strata"] = SLOT
    with pytest.raises(EstimationError, match="constant within the strata"):
        case_crossover(tests, visits, **kwargs, controls=["weekday"])


def test_episodes_are_at_most_one_a_day():
    tests, visits, kwargs = simulate()
    fit = case_crossover(tests, visits, **kwargs, unit="episode", gap=2)
    assert fit.n_launches < np.unique(tests).size


def test_the_result_survives_json_and_reads_well():
    tests, visits, kwargs = simulate()
    fit = case_crossover(tests, visits, **kwargs)
    stored = json.loads(json.dumps(fit.to_dict(), allow_nan=False))
    again = CaseCrossoverResult.from_dict(stored)
    assert again.summary() == fit.summary()
    text = str(fit)
    assert "Case-crossover (conditional-logit, maximum likelihood, model err" in text
    assert "Null: within each calendar month of each year, exposure does not" in text
    assert f"Strata: {fit.n_informative} of 30 are informative" in text
    assert "Exact conditional p =" in text
    assert "Pearson" not in text
    frame = fit.to_frame()
    assert frame["n_informative"].item() == fit.n_informative
    poisson = case_crossover(
        tests, visits, **kwargs, model="conditional-poisson", controls=["weekday"]
    )
    assert "Pearson dispersion" in str(poisson)
    assert "Exact conditional p" not in str(poisson)


# --- Recovery -----------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS)
def test_a_planted_effect_is_recovered(model):
    unit = "day" if model == "conditional-logit" else "event"
    effects, covered = [], 0
    n = 150
    for seed in range(n):
        tests, visits, kwargs = simulate(seed, n=1500, ratio=2.0, unit=unit)
        fit = case_crossover(tests, visits, **kwargs, model=model, unit=unit)
        effects.append(np.log(fit.rate_ratio))
        covered += fit.interval[0] < 2.0 < fit.interval[1]
    error = np.std(effects) / np.sqrt(n)
    assert abs(np.mean(effects) - np.log(2)) < 3 * error + 0.02
    assert abs(covered / n - 0.95) < 3 * np.sqrt(0.95 * 0.05 / n)
