"""`event_study`, its simultaneous band and its figure."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib import pyplot as plt
from scipy import stats

import timing
from timing.errors import ArgumentError, EstimationError, SeparationWarning
from timing.figures.event_study import plot_event_study
from timing.kernels.simultaneous import sup_t_critical
from timing.regression.event_study import event_study
from timing.results.event_study import EventStudyResult

FOLDER = Path(__file__).parent / "reference"
PANEL = pd.read_csv(FOLDER / "panel.csv", parse_dates=["date"])
R = pd.read_csv(FOLDER / "windows_reference.csv", index_col="name")["value"]
TESTS = PANEL["date"].repeat(PANEL["launches"])
CALENDAR = PANEL.loc[PANEL["exposed"].eq(1), "date"]
PERIOD = timing.StudyPeriod("2014-01-01", "2017-12-31")
WEEKS = {"leads": 2, "lags": 2, "bin_days": 7}


def frozen(**options):
    return event_study(TESTS, CALENDAR, period=PERIOD, **WEEKS, unit="event", **options)


@pytest.mark.reference
@pytest.mark.parametrize(("cov", "errors"), [("model", "iid"), ("HAC", "NW14")])
def test_weekly_bins_agree_with_r(golden, golden_data, cov, errors):
    # glm(launch ~ 8 weekly lead/lag dummies, poisson) and NeweyWest(lag = 14): the
    # dummies are 0/1, and the base is the days outside all of them.
    days = pd.read_csv(golden_data / "daily_2012_2024.csv", parse_dates=["date"])
    fit = event_study(
        days.loc[days["launch"].eq(1), "date"],
        days.loc[days["visit_start"].eq(1), "date"],
        period=timing.StudyPeriod("2012-01-01", "2024-12-31"),
        leads=4,
        lags=3,
        bin_days=7,
        base=None,
        strata=None,
        overlap="once",
        cov=cov,
    )
    names = ["m28", "m21", "m14", "m7", "p0", "p7", "p14", "p21"]
    expected = golden["r.eventstudy.poisson"]["value"][errors]
    for name, effect in zip(names, fit.effects, strict=True):
        assert np.log(effect.rate_ratio) == pytest.approx(
            expected[name]["est"], abs=1e-9
        )
        assert effect.std_error == pytest.approx(expected[name]["se"], rel=1e-8)
        assert effect.pvalue == pytest.approx(expected[name]["p"], rel=1e-7)


@pytest.mark.reference
@pytest.mark.parametrize(
    ("cov", "errors"), [("model", "se"), ("HAC", "hac"), ("cluster", "cluster")]
)
def test_frozen_panel_agrees_with_r(cov, errors):
    fit = frozen(cov=cov)
    for j, effect in zip(fit.bin, fit.effects, strict=True):
        if j == -1:
            assert (effect.rate_ratio, effect.method) == (1.0, "base")
            continue
        assert np.log(effect.rate_ratio) == pytest.approx(
            R[f"study.b{j}.coef"], abs=1e-9
        )
        assert effect.std_error == pytest.approx(R[f"study.b{j}.{errors}"], rel=1e-7)
    if cov == "HAC":
        joint = fit.joint_test("lags")
        assert joint.statistic == pytest.approx(R["study.lags.wald"], rel=1e-6)
        assert joint.df == 3
        assert joint.pvalue == pytest.approx(stats.chi2.sf(joint.statistic, 3))


def test_bins_by_hand():
    # An event on days 10-11 of January: bin 0 has its two days and the next.
    fit = event_study(
        [f"2020-01-{d:02d}" for d in (2, 4, 5, 7, 9, 10, 12, 14, 20)],
        pd.DataFrame({"start": ["2020-01-10"], "end": ["2020-01-11"]}),
        period=timing.StudyPeriod("2020-01-01", "2020-01-31"),
        leads=2,
        lags=1,
        bin_days=2,
        strata=None,
        base=None,
        cov="model",
    )
    table = fit.to_frame()
    assert table["bin"].tolist() == [-2, -1, 0, 1]
    assert table["first_day"].tolist() == [-4, -2, 0, 2]
    assert table["last_day"].tolist() == [-3, -1, 1, 3]
    assert table["days"].tolist() == [2, 2, 3, 2]
    assert table["launches"].tolist() == [1, 1, 2, 1]
    outside = 4 / 22
    expected = [(1 / 2) / outside, (1 / 2) / outside, (2 / 3) / outside]
    assert table["rate_ratio"].tolist()[:3] == pytest.approx(expected)
    assert fit.std_error == pytest.approx(np.sqrt(1 / 2 + 1 / 4))


def test_the_base_only_moves_the_level_where_no_bins_overlap():
    tests, visits, period = simulated(1)
    visits = visits[::4]
    kwargs = {"period": period, "leads": 2, "lags": 2, "bin_days": 4, "strata": None}
    free = event_study(tests, visits, base=None, **kwargs)
    assert free.shared_days.sum() == 0
    for base in (-2, -1, 1):
        fit = event_study(tests, visits, base=base, **kwargs)
        logs = np.log([effect.rate_ratio for effect in free.effects])
        moved = np.log([effect.rate_ratio for effect in fit.effects])
        assert moved == pytest.approx(logs - logs[base + 2], abs=1e-9)
        contrast = free.covariance[2, 2] + free.covariance[base + 2, base + 2]
        contrast -= 2 * free.covariance[2, base + 2]
        assert fit.effects[2].std_error == pytest.approx(np.sqrt(contrast), rel=1e-8)


def simulated(seed, n=800, log_ratios=(0.0, 0.0, 0.7, 0.4)):
    """Draw launches with effects in four bins of 4 days; neighbours add up."""
    rng = np.random.default_rng(seed)
    at = np.sort(rng.choice(n - 20, 24, replace=False)) + 10
    lag = np.arange(n)[:, None] - at
    log_rate = np.full(n, np.log(0.3))
    for j, effect in zip(range(-2, 2), log_ratios, strict=True):
        log_rate += effect * ((lag >= 4 * j) & (lag <= 4 * j + 3)).sum(axis=1)
    date = pd.date_range("2020-01-01", periods=n)
    period = timing.StudyPeriod(date[0], date[-1])
    return date.repeat(rng.poisson(np.exp(log_rate))), date[at], period


SIMULATED = {"leads": 2, "lags": 1, "bin_days": 4, "unit": "event", "base": None}


def test_planted_effects_of_overlapping_events_are_recovered():
    found = [
        event_study(*simulated(seed)[:2], period=simulated(seed)[2], strata=None,
                    cov="model", n_draws=500, **SIMULATED)
        for seed in range(40)
    ]  # fmt: skip
    assert np.mean([fit.shared_days.sum() for fit in found]) > 50
    logs = np.log([[e.rate_ratio for e in fit.effects] for fit in found])
    error = logs.std(axis=0, ddof=1) / np.sqrt(len(found))
    assert (np.abs(logs.mean(axis=0) - [0.0, 0.0, 0.7, 0.4]) < 4 * error).all()
    truth = np.exp([0.0, 0.0, 0.7, 0.4])
    held = [((fit.band_low <= truth) & (truth <= fit.band_high)).all() for fit in found]
    assert stats.binom.cdf(sum(held), len(held), 0.95) > 0.001
    false = [fit.joint_test("leads").pvalue < 0.05 for fit in found]
    assert stats.binom.sf(sum(false) - 1, len(false), 0.05) > 0.001


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), shift=st.integers(1, 2000))
def test_order_and_shift_of_dates_change_nothing(seed, shift):
    tests, visits, period = simulated(seed)
    by, rng = pd.Timedelta(days=shift), np.random.default_rng(seed)
    later = timing.StudyPeriod(
        pd.Timestamp(period.start) + by, pd.Timestamp(period.end) + by
    )
    fit = event_study(tests, visits, period=period, strata=100, **SIMULATED)
    moved = event_study(
        rng.permutation(tests + by), rng.permutation(visits + by), period=later,
        strata=100, **SIMULATED,
    )  # fmt: skip
    assert moved.params == pytest.approx(fit.params, rel=1e-9)
    assert moved.std_errors == pytest.approx(fit.std_errors, rel=1e-9)
    assert moved.band_high == pytest.approx(fit.band_high, rel=1e-9)


def test_strata_without_launches_change_nothing():
    tests, visits, _ = simulated(2)
    short = timing.StudyPeriod("2020-01-01", "2022-03-31")
    long = timing.StudyPeriod("2018-01-01", "2024-12-31")
    fit = event_study(tests, visits, period=short, **SIMULATED)
    longer = event_study(tests, visits, period=long, **SIMULATED)
    assert longer.params == pytest.approx(fit.params, rel=1e-9)
    assert longer.std_errors == pytest.approx(fit.std_errors, rel=1e-9)


def test_an_empty_bin_gets_an_exact_answer_and_leaves_the_others_alone():
    tests, visits, period = simulated(4)
    visits = visits[::4]
    lag = (tests.to_numpy()[:, None] - visits.to_numpy()).astype("timedelta64[D]")
    lag = lag.astype(int)
    empty = ((lag >= -8) & (lag <= -5)).any(axis=1)
    kwargs = {"period": period, "strata": None, "cov": "model", **SIMULATED}
    with pytest.warns(SeparationWarning, match="for the bins -2"):
        fit = event_study(tests[~empty], visits, **kwargs)
    bin_2 = fit.effects[0]
    outside = ((lag < -8) | (lag > 7)).all(axis=1).sum()
    days_out = period.n_days - 16 * len(visits)
    share = 1 - 0.025 ** (1 / outside)
    assert (bin_2.rate_ratio, bin_2.method) == (0.0, "exact")
    assert bin_2.ci_high == pytest.approx(share / (1 - share) * days_out / bin_2.days)
    assert np.isnan(fit.band_high[0])
    assert np.isfinite(fit.band_high[1:]).all()
    assert fit.joint_test("leads").df == 1
    whole = event_study(tests, visits, **kwargs)
    for j in (1, 2, 3):
        assert fit.effects[j].rate_ratio == pytest.approx(whole.effects[j].rate_ratio)
    assert all(abs(value) < 15 for value in fit.params.values())
    stored = json.loads(json.dumps(fit.to_dict()))
    again = EventStudyResult.from_dict(stored)
    assert again.to_dict() == fit.to_dict()
    assert again.summary() == fit.summary()
    assert again.to_frame().equals(fit.to_frame())


def test_few_launches_make_sandwich_errors_doubtful():
    tests, visits, period = simulated(5)
    fit = event_study(
        tests[::8], visits, period=period, strata=None, cov="HAC", **SIMULATED
    )
    assert any("HAC errors are too small" in text for text in fit.warnings)
    model = event_study(
        tests[::8], visits, period=period, strata=None, cov="model", **SIMULATED
    )
    assert model.warnings == ()


def test_same_seed_same_bytes_and_another_seed_another_band():
    one, again, other = frozen(), frozen(), frozen(rng=1)
    assert one.to_dict() == again.to_dict()
    assert one.critical_value != other.critical_value
    generator = frozen(rng=np.random.default_rng(0))
    assert generator.critical_value == one.critical_value
    assert one.critical_value == pytest.approx(other.critical_value, abs=0.1)


def test_placebo_is_the_mean_of_the_leads():
    fit = frozen(base=None)
    logs = np.log([effect.rate_ratio for effect in fit.effects[:2]])
    assert np.log(fit.placebo.rate_ratio) == pytest.approx(logs.mean())
    expected = np.sqrt(fit.covariance[:2, :2].sum()) / 2
    assert fit.placebo.std_error == pytest.approx(expected)
    assert (fit.placebo.first_day, fit.placebo.last_day) == (-14, -1)


def test_no_lead_left_gives_no_placebo():
    fit = event_study(TESTS, CALENDAR, period=PERIOD, leads=1, lags=1, bin_days=7)
    assert np.isnan(fit.placebo.rate_ratio)
    assert fit.joint_test("leads").df == 0
    assert fit.joint_test("leads").pvalue == 1.0


def test_overlap_table_by_hand():
    # Events on days 10 and 12: day 11 is after the one and before the other.
    fit = event_study(
        [f"2020-01-{d:02d}" for d in (9, 10, 11, 12, 13, 20, 25)],
        ["2020-01-10", "2020-01-12"],
        period=timing.StudyPeriod("2020-01-01", "2020-01-31"),
        leads=1,
        lags=1,
        strata=None,
        base=None,
        cov="model",
    )
    table = fit.overlap_frame()
    assert table.loc[-1, 1] == table.loc[1, -1] == 1
    assert table.to_numpy().sum() == 2
    assert fit.shared_days.tolist() == [1, 0, 1]


@pytest.mark.parametrize(
    ("changes", "error", "match"),
    [
        ({"leads": -1}, ArgumentError, "`leads` is -1"),
        ({"bin_days": 0}, ArgumentError, "`bin_days` is 0"),
        ({"base": 9}, ArgumentError, "None or a bin from -2 to 2"),
        ({"primary": -1}, ArgumentError, "a bin other than the base"),
        ({"cov": "robust"}, ArgumentError, "`cov` is 'robust'"),
        ({"overlap": "all"}, ArgumentError, "`overlap` is 'all'"),
        ({"n_draws": 1}, ArgumentError, "`n_draws` is 1"),
        ({"maxlags": -1}, ArgumentError, "`maxlags` is -1"),
        ({"strata": None, "cov": "cluster"}, ArgumentError, "more than one stratum"),
        ({"controls": ["month"]}, EstimationError, "'month' is constant"),
    ],
)
def test_bad_arguments(changes, error, match):
    with pytest.raises(error, match=match):
        event_study(TESTS, CALENDAR, period=PERIOD, **{**WEEKS, **changes})


def test_a_base_without_launches_is_refused():
    with pytest.raises(EstimationError, match="`base` has no event"):
        event_study(
            ["2020-01-15", "2020-02-20"], ["2020-01-15"], leads=2, lags=2,
            period=timing.StudyPeriod("2020-01-01", "2020-03-31"),
        )  # fmt: skip


@pytest.mark.parametrize("n", [1, 3, 10])
def test_critical_value_of_independent_estimates(n):
    # Sidak: P(max |Z| <= c) = (2 Phi(c) - 1)^n.
    found = sup_t_critical(
        np.diag(np.arange(1.0, n + 1)), confidence_level=0.95, n_draws=40_000,
        rng=np.random.default_rng(3),
    )  # fmt: skip
    exact = stats.norm.ppf((1 + 0.95 ** (1 / n)) / 2)
    # Monte Carlo error of the quantile: sqrt(.05 * .95 / draws) / density.
    density = 2 * n * 0.95 ** (1 - 1 / n) * stats.norm.pdf(exact)
    assert abs(found - exact) < 4 * np.sqrt(0.05 * 0.95 / 40_000) / density


def test_critical_value_of_one_estimate_repeated_is_pointwise():
    found = sup_t_critical(
        np.full((4, 4), 2.0), confidence_level=0.9, n_draws=40_000,
        rng=np.random.default_rng(4),
    )  # fmt: skip
    assert found == pytest.approx(stats.norm.ppf(0.95), abs=0.03)


def test_critical_value_of_two_correlated_estimates():
    # P(max <= c) by the bivariate normal distribution.
    correlation = np.array([[1.0, 0.6], [0.6, 1.0]])
    found = sup_t_critical(
        correlation, confidence_level=0.95, n_draws=100_000,
        rng=np.random.default_rng(5),
    )  # fmt: skip
    normal = stats.multivariate_normal(cov=correlation)
    inside = normal.cdf([found, found], lower_limit=[-found, -found])
    assert inside == pytest.approx(0.95, abs=0.003)


def test_figure_shows_every_bin():
    fit = frozen()
    ax = plot_event_study(fit)
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert any("base bin" in label for label in labels)
    assert ax.get_yscale() == "log"
    points = {line.get_marker(): line for line in ax.lines if line.get_marker() in "oD"}
    table = fit.to_frame()
    fitted = table["method"].eq("wald").to_numpy()
    assert points["o"].get_xdata().tolist() == fit.bin[fitted].tolist()
    assert points["o"].get_ydata() == pytest.approx(table["rate_ratio"][fitted])
    assert points["D"].get_xdata().tolist() == [-1]
    bars = ax.patches
    assert [bar.get_y() for bar in bars] == pytest.approx(fit.band_low[fitted])
    heights = [bar.get_y() + bar.get_height() for bar in bars]
    assert heights == pytest.approx(fit.band_high[fitted])
    plt.close(ax.figure)
    _, own = plt.subplots()
    assert plot_event_study(fit, own) is own
    plt.close(own.figure)


def test_figure_marks_exact_answers():
    tests, visits, period = simulated(6)
    lag = (tests.to_numpy()[:, None] - visits.to_numpy()).astype("timedelta64[D]")
    empty = ((lag.astype(int) >= 4) & (lag.astype(int) <= 7)).any(axis=1)
    with pytest.warns(SeparationWarning):
        fit = event_study(tests[~empty], visits, period=period, **SIMULATED)
    ax = plot_event_study(fit)
    markers = [line.get_marker() for line in ax.lines]
    assert "s" in markers
    assert "v" in markers
    edges = [line for line in ax.lines if line.get_marker() == "v"]
    assert edges[0].get_xdata().tolist() == [1]
    plt.close(ax.figure)


def test_figure_refuses_other_results():
    with pytest.raises(ArgumentError, match="must be an EventStudyResult"):
        plot_event_study(3)


def test_bins_longer_than_the_period_are_an_error():
    message = (
        r"`leads` and `lags` span 7000000000021 days, longer than the 1461 at-risk days"
    )
    with pytest.raises(ArgumentError, match=message):
        event_study(TESTS, CALENDAR, period=PERIOD, leads=10**12, lags=2, bin_days=7)
