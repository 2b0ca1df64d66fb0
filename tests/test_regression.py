"""`count_regression` and its covariance against R, statsmodels and exact answers."""

from __future__ import annotations

import json
import re
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import timing
from timing.association import Request
from timing.errors import (
    ArgumentError,
    EstimationError,
    FallbackWarning,
    SeparationWarning,
)
from timing.kernels.sandwich import clustered, newey_west
from timing.regression.estimates import wald
from timing.results import CountRegressionResult

PERIOD = timing.StudyPeriod("2012-01-01", "2024-12-31")


@pytest.fixture(scope="module")
def days(golden_data):
    return pd.read_csv(golden_data / "daily_2012_2024.csv", parse_dates=["date"])


def launches_and_visits(days):
    launches = days.loc[days["launch"].eq(1), "date"]
    visits = days.loc[days["visit_start"].eq(1), "date"]
    return launches, visits


def missiles(days):
    return days["date"].repeat(days["n_missiles"])


# The real launches cluster; the numbers are to be those of the other software.
@pytest.mark.filterwarnings("ignore::timing.errors.ClusteringWarning")
@pytest.mark.reference
@pytest.mark.parametrize(
    ("entry", "options"),
    [
        ("r.glm.poisson.post7", {"cov": "model"}),
        ("r.glm.poisson.post7.NW30", {"cov": "HAC", "maxlags": 30}),
    ],
)
def test_poisson_agrees_with_r(days, golden, entry, options):
    fit = timing.count_regression(
        *launches_and_visits(days),
        period=PERIOD,
        window=timing.Window(0, 7),
        **options,
    )
    expected = golden[entry]["value"]["post7"]
    assert np.log(fit.rate_ratio) == pytest.approx(expected["est"], abs=1e-10)
    assert fit.std_error == pytest.approx(expected["se"], rel=1e-9)
    assert fit.pvalue == pytest.approx(expected["p"], rel=1e-8)


@pytest.mark.reference
@pytest.mark.filterwarnings("ignore::timing.errors.ClusteringWarning")  # as theirs
def test_hac_agrees_with_statsmodels(days, golden):
    fit = timing.count_regression(
        *launches_and_visits(days),
        period=PERIOD,
        window=timing.Window(0, 7),
        maxlags=14,
    )
    expected = golden["statsmodels.glm.poisson.HAC14.corrFalse"]["value"]
    assert fit.std_error == pytest.approx(expected["se"], rel=1e-9)


@pytest.mark.reference
def test_full_model_agrees_with_r(days, golden):
    # glm(n_missiles ~ pre7 + post7 + factor(year) + factor(dow), poisson) without 2018,
    # which has no launch; here 2018 is dropped by the fit itself.
    design = pd.read_csv(
        golden["_meta"] and golden_design_path(), parse_dates=["date"]
    ).set_index("date")
    launches, visits = missiles(days), launches_and_visits(days)[1]
    fit = timing.count_regression(
        launches,
        visits,
        period=PERIOD,
        window=timing.Window(0, 7),
        controls=["year", "weekday", design["pre7"]],
        cov="model",
        unit="event",
    )
    expected = golden["r.glm.poisson.full"]["value"]
    assert np.log(fit.rate_ratio) == pytest.approx(expected["post7"]["est"], abs=1e-8)
    assert fit.std_error == pytest.approx(expected["post7"]["se"], rel=1e-7)
    assert fit.params["pre7"] == pytest.approx(expected["pre7"]["est"], abs=1e-8)
    reasons = {d.reason: d.rows for d in fit.dropped}
    assert reasons["day in a level of 'year' without an event"] == 365


def golden_design_path():
    from conftest import GOLDEN

    return GOLDEN / "data" / "daily_design.csv"


@pytest.mark.filterwarnings("ignore::timing.errors.ClusteringWarning")
@pytest.mark.reference
def test_negative_binomial_agrees_with_r(days, golden):
    fit = timing.count_regression(
        missiles(days),
        launches_and_visits(days)[1],
        period=PERIOD,
        window=timing.Window(0, 7),
        family="negative-binomial",
        cov="model",
        unit="event",
    )
    expected = golden["r.glm.nb.post7"]["value"]
    assert fit.family == "negative-binomial"
    # glm.nb stops at 5 digits of theta; `make_counts.R` asks for more.
    assert 1 / fit.dispersion == pytest.approx(expected["theta"], rel=1e-4)
    assert np.log(fit.rate_ratio) == pytest.approx(expected["post7"]["est"], abs=1e-9)
    assert fit.std_error == pytest.approx(expected["post7"]["se"], rel=1e-5)


def simulate(seed=1, n=600, ratio=2.0):
    rng = np.random.default_rng(seed)
    date = pd.date_range("2020-01-01", periods=n)
    visits = date[np.sort(rng.choice(n - 8, n // 40, replace=False))]
    exposed = np.zeros(n, dtype=bool)
    for visit in visits:
        at = (visit - date[0]).days
        exposed[at : at + 8] = True
    counts = rng.poisson(0.1 * np.where(exposed, ratio, 1.0))
    period = timing.StudyPeriod(date[0], date[-1])
    return date.repeat(counts), visits, period


def test_without_controls_the_estimate_is_the_ratio_of_rates():
    tests, visits, period = simulate()
    kwargs = {"period": period, "window": timing.Window(0, 7), "unit": "event"}
    fit = timing.count_regression(tests, visits, **kwargs)
    crude = timing.permutation_test(tests, visits, **kwargs).rate_ratio
    assert fit.rate_ratio == pytest.approx(crude)
    assert fit.interval[0] < fit.rate_ratio < fit.interval[1]
    assert fit.minimum_detectable_rate_ratio > 1


def test_row_order_changes_nothing():
    tests, visits, period = simulate()
    kwargs = {"period": period, "window": timing.Window(0, 7), "controls": ["season"]}
    fit = timing.count_regression(tests, visits, **kwargs)
    mixed = timing.count_regression(tests[::-1], visits[::-1], **kwargs)
    assert mixed.std_error == fit.std_error


def test_weekly_rows_keep_the_launches_and_the_days():
    tests, visits, period = simulate()
    fit = timing.count_regression(
        tests,
        visits,
        period=period,
        window=timing.Window(0, 7),
        unit="event",
        freq="W",
    )
    # 2020-01-01 is a Wednesday: 5 days to Sunday, then 85 whole weeks.
    assert fit.n_obs == 86
    assert fit.n_launches == len(tests)
    assert fit.cov == "HAC(2)"


def test_newey_west_treats_missing_days_as_zero_scores():
    rng = np.random.default_rng(2)
    scores = rng.normal(size=(30, 2))
    position = np.delete(np.arange(32), [10, 11])
    complete = np.insert(scores, [10, 10], 0.0, axis=0)
    bread = np.eye(2)
    np.testing.assert_allclose(
        newey_west(scores, position, bread, 4),
        newey_west(complete, np.arange(32), bread, 4),
    )


def test_newey_west_by_hand():
    # One column, scores 1, 2, 3, one lag: 14 + 1/2 * 2 * (2 + 6) = 22.
    scores = np.array([[1.0], [2.0], [3.0]])
    assert newey_west(scores, np.arange(3), np.eye(1), 1)[0, 0] == pytest.approx(22)


@pytest.mark.parametrize(("inside", "ratio"), [(False, 0.0), (True, np.inf)])
def test_separation_may_be_answered_exactly(inside, ratio):
    period = timing.StudyPeriod("2020-01-01", "2020-01-30")
    tests = ["2020-01-02", "2020-01-03"] if inside else ["2020-01-20", "2020-01-25"]
    with pytest.warns(SeparationWarning, match="exact"):
        fit = timing.count_regression(
            tests,
            ["2020-01-01"],
            period=period,
            window=timing.Window(0, 9),
            controls=["weekday"],
            separated="exact",
        )
    assert fit.rate_ratio == ratio
    # 10 of 30 days are exposed: P(both in) = 1/9, P(both out) = 4/9, doubled.
    assert fit.pvalue == pytest.approx(2 / 9 if inside else 8 / 9)
    # Clopper-Pearson: 1 - 0.025^(1/2) = 0.842, odds 5.32, over the odds of days 1/2.
    limit = (1 - 0.025**0.5) / 0.025**0.5 * 2
    if inside:
        assert fit.interval == (pytest.approx(1 / limit * 4), np.inf)
    else:
        assert fit.interval == (0.0, pytest.approx(limit))
    assert fit.warnings
    assert (fit.estimator, fit.cov, fit.params) == ("exact", "exact", {})


@pytest.mark.parametrize("inside", [False, True])
@pytest.mark.parametrize("family", ["poisson", "quasi-poisson"])
def test_separation_gives_firths_estimate_and_a_warning(inside, family):
    # Without controls Firth adds half a launch to both cells: 2.5 / 0.5 in 10 and 20
    # days, whatever the dispersion, which is below 1 and thus taken as 1.
    tests = ["2020-01-02", "2020-01-03"] if inside else ["2020-01-20", "2020-01-25"]
    with pytest.warns(SeparationWarning, match="Firth's penalised likelihood"):
        fit = timing.count_regression(
            tests,
            ["2020-01-01"],
            period=timing.StudyPeriod("2020-01-01", "2020-01-30"),
            window=timing.Window(0, 9),
            family=family,
        )
    ratio = (2.5 / 10) / (0.5 / 20) if inside else (0.5 / 10) / (2.5 / 20)
    assert fit.rate_ratio == pytest.approx(ratio)
    assert fit.std_error == pytest.approx(np.sqrt(1 / 2.5 + 1 / 0.5))
    low, high = fit.interval
    assert 0 < low < fit.rate_ratio < high < np.inf
    assert (fit.estimator, fit.cov) == ("Firth", "penalised-likelihood")

    # The penalised likelihood ratio by hand; both cells have closed forms.
    def penalised(a, b):  # log rates of the unexposed and the exposed cell
        inner, outer = (2, 0) if inside else (0, 2)
        means = 20 * np.exp(a), 10 * np.exp(b)
        return outer * a + inner * b - sum(means) + np.log(np.prod(means)) / 2

    top = penalised(
        np.log((0.5 if inside else 2.5) / 20), np.log((2.5 if inside else 0.5) / 10)
    )
    flat = penalised(*[np.log(3 / 30)] * 2)
    expected = stats.chi2.sf(2 * (top - flat), 1)
    assert fit.pvalue == pytest.approx(expected, rel=1e-6)


def test_an_empty_control_level_on_all_exposed_days_is_found_before_fitting():
    # All exposed days lie in the phase "b", where every launch is exposed: the ratio
    # within it is infinite though launches lie on both kinds of day.
    days = pd.date_range("2020-01-01", "2020-03-31")
    phase = pd.Series(np.where(days < "2020-03-01", "a", "b"), days, name="phase")
    tests = ["2020-01-10", "2020-02-10", "2020-03-05"]
    arguments = {
        "period": timing.StudyPeriod(days[0], days[-1]),
        "window": timing.Window(0, 9),
        "controls": [phase],
    }
    with pytest.warns(SeparationWarning):
        fit = timing.count_regression(tests, ["2020-03-01"], **arguments)
    assert fit.estimator == "Firth"
    assert 1 < fit.rate_ratio < np.exp(15)


def test_days_that_a_numeric_control_empties_are_left_out_and_reported():
    tests, visits, period = simulate()
    days = pd.date_range(period.start, period.end)
    flag = pd.Series(np.arange(600) % 50 == 0, days, name="flag").astype(float)
    kept = tests[~tests.isin(days[flag.eq(1)])]
    arguments = {"period": period, "window": timing.Window(0, 7), "cov": "model"}
    fit = timing.count_regression(kept, visits, **arguments, controls=[flag])
    reasons = {d.reason: d.rows for d in fit.dropped}
    assert reasons["the controls alone fit a rate of 0"] == 12
    assert fit.n_obs == 588
    assert "flag" not in fit.params
    # The same as excluding those days from the start.
    gaps = [(day, day) for day in days[flag.eq(1)]]
    short = timing.StudyPeriod(period.start, period.end, gaps)
    again = timing.count_regression(kept, visits, **arguments | {"period": short})
    assert fit.rate_ratio == pytest.approx(again.rate_ratio, rel=1e-9)


def test_a_wald_estimate_beyond_fifteen_is_an_error():
    request = Request(
        period=PERIOD,
        window=timing.Window(),
        anchor="interval",
        unit="day",
        alternative="two-sided",
        confidence_level=0.95,
    )
    for log_ratio in (-15.1, 20.0, np.nan, np.inf):
        with pytest.raises(EstimationError, match="ran off to"):
            wald(log_ratio, 1.0, 1.0, request)
    for error in (0.0, np.nan, np.inf, 1e-7):
        with pytest.raises(EstimationError, match="standard error cannot be computed"):
            wald(0.5, error, 1.0, request)


def test_binary_counts_fall_back_from_the_negative_binomial():
    tests, visits, period = simulate()
    with pytest.warns(FallbackWarning, match="Poisson model took its place"):
        fit = timing.count_regression(
            tests,
            visits,
            period=period,
            window=timing.Window(0, 7),
            family="negative-binomial",
        )
    assert fit.family == "poisson"
    assert "Poisson model took its place" in fit.warnings[0]


def test_collinear_controls_are_an_error():
    tests, visits, period = simulate()
    days = pd.date_range(period.start, period.end)
    twice = [pd.Series(range(600), index=days, name=name) for name in ("a", "b")]
    with pytest.raises(EstimationError, match="collinear"):
        timing.count_regression(
            tests, visits, period=period, window=timing.Window(), controls=twice
        )


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"family": "nb"}, "`family` is 'nb'; it must be one of 'poisson'"),
        ({"freq": "M"}, "`freq` is 'M'"),
        ({"cov": "hac"}, "`cov` is 'hac'"),
        ({"maxlags": -1}, "`maxlags` is -1"),
        ({"separated": "drop"}, "`separated` is 'drop'; it must be one of 'firth'"),
        ({"cov": "cluster", "cluster": None}, "`cluster` puts all rows into one"),
        ({"cov": "cluster", "cluster": "days"}, "`strata` is 'days'"),
    ],
)
def test_bad_options_name_the_allowed_values(changes, text):
    tests, visits, period = simulate()
    with pytest.raises(ArgumentError, match=re.escape(text)):
        timing.count_regression(
            tests, visits, period=period, window=timing.Window(), **changes
        )


def test_the_result_survives_json_and_reads_well():
    tests, visits, period = simulate()
    fit = timing.count_regression(
        tests, visits, period=period, window=timing.Window(0, 7), controls=["weekday"]
    )
    stored = json.loads(json.dumps(fit.to_dict(), allow_nan=False))
    again = CountRegressionResult.from_dict(stored)
    assert again.summary() == fit.summary()
    assert "Null: exposure does not change the event rate, given weekday" in str(fit)
    assert {"exposed", "intercept", "weekday_Tue"} <= set(fit.params)


def test_equivalence_is_two_one_sided_wald_tests():
    result = timing.count_regression(
        timing.load_tests(weapons="ballistic"),
        timing.load_calendar("us_president_visit_rok"),
        period=PERIOD,
        window=timing.Window(7, 7),
        controls=["year"],
        equivalence_margin=1.5,
    )
    z_low = (np.log(result.rate_ratio) + np.log(1.5)) / result.std_error
    z_high = (np.log(result.rate_ratio) - np.log(1.5)) / result.std_error
    expected = max(stats.norm.sf(z_low), stats.norm.cdf(z_high))
    assert result.equivalence_pvalue == pytest.approx(expected)
    assert "Equivalence: the rate ratio lies between 0.67 and 1.50" in result.summary()


FOLDER = Path(__file__).parent / "reference"
R = pd.read_csv(FOLDER / "counts.csv", index_col="name")["value"]
PANEL = pd.read_csv(FOLDER / "panel.csv", parse_dates=["date"])
CALENDAR = PANEL.loc[PANEL["exposed"].eq(1), "date"]
LAUNCHES = PANEL["date"].repeat(PANEL["launches"])
OTHER = pd.Series((np.arange(len(PANEL)) // 7 % 2) * 1.0, PANEL["date"], name="other")


def on_panel(tests=LAUNCHES, unit="event", **options):
    return timing.count_regression(
        tests,
        CALENDAR,
        period=timing.StudyPeriod("2014-01-01", "2017-12-31"),
        window=timing.Window(0, 0),
        unit=unit,
        **options,
    )


@pytest.mark.reference
@pytest.mark.parametrize(("name", "controls"), [("", []), (".year", ["year"])])
def test_quasi_poisson_agrees_with_r(name, controls):
    fit = on_panel(family="quasi-poisson", cov="model", controls=controls)
    expected = R[f"quasipoisson{name}.coef"]
    assert np.log(fit.rate_ratio) == pytest.approx(expected, abs=1e-10)
    assert fit.std_error == pytest.approx(R[f"quasipoisson{name}.se"], rel=1e-9)
    if not controls:
        assert fit.dispersion == pytest.approx(R["quasipoisson.phi"], rel=1e-9)
    # The dispersion cancels in every sandwich.
    robust = on_panel(family="quasi-poisson", cov="robust", controls=controls)
    plain = on_panel(cov="robust", controls=controls)
    assert robust.std_error == pytest.approx(plain.std_error, rel=1e-10)


@pytest.mark.reference
@pytest.mark.parametrize(
    ("name", "controls"), [("month", []), ("year.month", ["year"])]
)
def test_cluster_errors_agree_with_r(name, controls):
    fit = on_panel(cov="cluster", cluster="month", controls=controls)
    assert fit.std_error == pytest.approx(R[f"vcovCL.{name}.se"], rel=1e-9)
    assert fit.cov == "cluster(month)"


@pytest.mark.reference
def test_the_negative_binomial_with_a_control_agrees_with_r():
    fit = on_panel(
        salvos(), "missile", family="negative-binomial", cov="model", controls=[OTHER]
    )
    expected = R["glm.nb.other.coef"]
    assert np.log(fit.rate_ratio) == pytest.approx(expected, abs=1e-6)
    assert fit.std_error == pytest.approx(R["glm.nb.other.se"], rel=1e-6)
    assert fit.dispersion == pytest.approx(R["glm.nb.other.alpha"], rel=1e-6)


def salvos():
    """Launch days with the sizes of ``make_counts.R``."""
    day = PANEL["launches"].gt(0)
    pattern = np.array([1, 2, 3, 1, 6, 2, 1, 4, 9, 3])
    sizes = pattern[(day.cumsum()[day] - 1) % 10]
    return pd.DataFrame({"date": PANEL["date"][day], "n_missiles": sizes})


def test_clusters_by_hand():
    # Two clusters with sums 1 + 2 and 3: 2 / (2 - 1) (9 + 9) = 36.
    scores = np.array([[1.0], [2.0], [3.0]])
    found = clustered(scores, np.array([0, 0, 1]), np.eye(1))
    assert found[0, 0] == pytest.approx(36)


def test_a_cluster_for_each_day_is_robust_but_for_its_factor():
    day_of = on_panel(cov="cluster", cluster=1).std_error
    n = len(PANEL)
    robust = on_panel(cov="robust").std_error
    assert day_of == pytest.approx(robust * np.sqrt(n / (n - 1)), rel=1e-10)


def test_weeks_can_be_clustered_by_month():
    fit = on_panel(cov="cluster", freq="W")
    assert fit.std_error > 0
    # 2014-01-01 is a Wednesday: 5 days to Sunday, then 208 whole weeks.
    assert fit.n_obs == 209


def test_exposed_days_in_one_cluster_leave_no_error():
    # Within the one cluster the scores of the exposed days sum to 0.
    days = pd.date_range("2020-01-01", "2020-03-31")
    with pytest.raises(EstimationError, match="standard error cannot be computed"):
        timing.count_regression(
            ["2020-01-02", "2020-02-05", "2020-02-20", "2020-03-09"],
            ["2020-02-01"],
            period=timing.StudyPeriod(days[0], days[-1]),
            window=timing.Window(0, 28),
            cov="cluster",
        )


@settings(max_examples=15, deadline=None)
@given(
    shift=st.integers(-2000, 2000),
    order=st.randoms(use_true_random=False),
    family=st.sampled_from(["poisson", "quasi-poisson", "negative-binomial"]),
)
def test_dates_labels_and_order_change_nothing(shift, order, family):
    tests, visits, period = simulate()
    days = pd.date_range(period.start, period.end)
    label = pd.Series(np.arange(600) // 200, days, name="label").map(
        {0: "x", 1: "y", 2: "z"}
    )
    options = {"window": timing.Window(0, 7), "unit": "event", "family": family}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FallbackWarning)
        fit = timing.count_regression(
            tests, visits, period=period, controls=[label], **options
        )
        move = pd.Timedelta(days=shift)
        mixed = list(tests + move)
        order.shuffle(mixed)
        again = timing.count_regression(
            mixed,
            visits + move,
            period=timing.StudyPeriod(days[0] + move, days[-1] + move),
            controls=[
                pd.Series(
                    label.map({"x": "2", "y": "0", "z": "1"}).to_numpy(),
                    days + move,
                    name="label",
                )
            ],
            **options,
        )
    assert again.rate_ratio == pytest.approx(fit.rate_ratio, rel=1e-8)
    assert again.std_error == pytest.approx(fit.std_error, rel=1e-7)


@settings(max_examples=60, deadline=None)
@given(
    launch_days=st.lists(st.integers(0, 69), min_size=1, max_size=6),
    visit_days=st.lists(st.integers(0, 69), min_size=1, max_size=3, unique=True),
    controls=st.sampled_from([[], ["weekday"], ["season"], ["month"], ["trend"]]),
    family=st.sampled_from(["poisson", "quasi-poisson", "negative-binomial"]),
    cov=st.sampled_from(["HAC", "robust", "cluster", "model"]),
    freq=st.sampled_from(["D", "W"]),
)
def test_sparse_data_never_give_an_estimate_that_ran_off(
    launch_days, visit_days, controls, family, cov, freq
):
    days = pd.date_range("2020-01-01", periods=70)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SeparationWarning)
        warnings.simplefilter("ignore", FallbackWarning)
        try:
            fit = timing.count_regression(
                days[launch_days],
                days[visit_days],
                period=timing.StudyPeriod(days[0], days[-1]),
                window=timing.Window(1, 2),
                unit="event",
                controls=controls,
                family=family,
                cov=cov,
                freq=freq,
            )
        except EstimationError:
            return
        except ArgumentError as error:
            # A control may leave the days of one month only.
            if cov == "cluster" and "into one cluster" in str(error):
                return
            raise
    assert abs(np.log(fit.rate_ratio)) <= 15
    assert 0 < fit.std_error < np.inf
    assert 0 < fit.pvalue <= 1
    assert fit.interval[0] < fit.rate_ratio < fit.interval[1]
    assert (fit.estimator == "Firth") == any("Firth" in text for text in fit.warnings)


def test_days_in_never_exposed_strata_without_launches_change_nothing():
    tests, visits, period = simulate()
    longer = timing.StudyPeriod(period.start, "2023-12-31")
    options = {"window": timing.Window(0, 7), "controls": ["year"], "cov": "model"}
    fit = timing.count_regression(
        tests[tests.year < 2021],
        visits[visits.year < 2021],
        period=timing.StudyPeriod("2020-01-01", "2020-12-31"),
        **options,
    )
    again = timing.count_regression(
        tests[tests.year < 2021], visits[visits.year < 2021], period=longer, **options
    )
    assert again.rate_ratio == pytest.approx(fit.rate_ratio, rel=1e-9)
    assert again.std_error == pytest.approx(fit.std_error, rel=1e-9)


# A planted effect gathers the launches, as clustering does.
@pytest.mark.filterwarnings("ignore::timing.errors.ClusteringWarning")
@pytest.mark.slow
@pytest.mark.parametrize("ratio", [0.5, 2.0])
def test_a_planted_rate_ratio_is_recovered(ratio):
    # 150 data sets: the mean log ratio within 4 standard errors of the planted one
    # (and the small-sample bias of order 1 / launches), coverage within 4 of 95 %.
    n = 150
    found, held = [], 0
    for seed in range(n):
        tests, visits, period = simulate(seed=seed, n=3000, ratio=ratio)
        fit = timing.count_regression(
            tests,
            visits,
            period=period,
            window=timing.Window(0, 7),
            unit="event",
            cov="model",
        )
        found.append(np.log(fit.rate_ratio))
        held += fit.interval[0] <= ratio <= fit.interval[1]
    limit = 4 * np.std(found) / np.sqrt(n) + 0.03
    assert abs(np.mean(found) - np.log(ratio)) < limit
    assert abs(held / n - 0.95) < 4 * np.sqrt(0.95 * 0.05 / n)
