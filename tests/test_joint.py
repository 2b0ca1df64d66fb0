"""`joint_regression`: overlap shared out, against R and by hand."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import timing
from timing.errors import (
    ArgumentError,
    EstimationError,
    NoContrastError,
    SeparationWarning,
)
from timing.regression.joint import joint_regression
from timing.results.regression import JointRegressionResult

FOLDER = Path(__file__).parent / "reference"
R = pd.read_csv(FOLDER / "counts.csv", index_col="name")["value"]
PANEL = pd.read_csv(FOLDER / "panel.csv", parse_dates=["date"])
TESTS = PANEL["date"].repeat(PANEL["launches"])
EXPOSED = PANEL.loc[PANEL["exposed"].eq(1), "date"]
OTHER = PANEL.loc[np.arange(len(PANEL)) // 7 % 2 == 1, "date"]
SHARED = {
    "period": timing.StudyPeriod("2014-01-01", "2017-12-31"),
    "window": timing.Window(0, 0),
    "unit": "event",
}


def joint(tests=TESTS, calendars=None, **options):
    calendars = calendars or {"summits": EXPOSED, "other": OTHER}
    return joint_regression(tests, calendars, **(SHARED | options))


@pytest.mark.reference
def test_two_calendars_agree_with_r():
    fit = joint(controls=["year"], cov="model")
    summits, other = fit.effects
    expected = R["joint.exposed.coef"]
    assert np.log(summits.rate_ratio) == pytest.approx(expected, abs=1e-9)
    assert np.log(other.rate_ratio) == pytest.approx(R["joint.other.coef"], abs=1e-9)
    assert other.std_error == pytest.approx(R["joint.other.se"], rel=1e-8)
    assert fit.joint_statistic == pytest.approx(R["joint.wald"], rel=1e-8)
    vif = R["joint.exposed.vif"]
    assert summits.variance_inflation == pytest.approx(vif, rel=1e-9)
    assert fit.joint_pvalue == pytest.approx(stats.chi2.sf(R["joint.wald"], 2))


@pytest.mark.parametrize("cov", ["HAC", "cluster", "model"])
@pytest.mark.parametrize("family", ["poisson", "quasi-poisson"])
def test_each_effect_is_that_of_the_others_as_a_control(cov, family):
    fit = joint(cov=cov, family=family)
    flag = PANEL["date"].isin(OTHER).astype(float)
    control = pd.Series(flag.to_numpy(), PANEL["date"], name="flag")
    alone = timing.count_regression(
        TESTS, EXPOSED, **SHARED, controls=[control], cov=cov, family=family
    )
    assert fit.rate_ratio == pytest.approx(alone.rate_ratio, rel=1e-9)
    assert fit.std_error == pytest.approx(alone.std_error, rel=1e-9)
    assert fit.interval == pytest.approx(alone.interval, rel=1e-8)
    assert fit.effects[1].std_error == pytest.approx(alone.std_errors["flag"])
    crude = timing.count_regression(TESTS, EXPOSED, **SHARED, cov=cov, family=family)
    assert fit.effects[0].alone == pytest.approx(crude.rate_ratio, rel=1e-9)


def test_overlap_and_days_are_counted_by_hand():
    # Days 1-10; a: 2, 3, 4; b: 4, 5; c: 9.
    fit = joint_regression(
        ["2020-01-02", "2020-01-04", "2020-01-05", "2020-01-07", "2020-01-09"],
        {
            "a": pd.DataFrame({"start": ["2020-01-02"], "end": ["2020-01-04"]}),
            "b": ["2020-01-04", "2020-01-05"],
            "c": ["2020-01-08"],
        },
        period=timing.StudyPeriod("2020-01-01", "2020-01-10"),
        window={
            "a": timing.Window(0, 0),
            "b": timing.Window(0, 0),
            "c": timing.Window(0, 1),
        },
        cov="model",
    )
    assert fit.overlap.tolist() == [[3, 1, 0], [1, 2, 0], [0, 0, 2]]
    assert fit.overlap_frame().loc["a", "b"] == 1
    assert [effect.count for effect in fit.effects] == [2, 2, 1]
    assert fit.exposed_days == 6
    assert fit.n_calendar_events == 4
    table = fit.effects_frame()
    assert table["name"].tolist() == ["a", "b", "c"]
    assert (table["ci_low"] < table["rate_ratio"]).all()
    assert "Days exposed to both: b and a 1; c and a 0; c and b 0" in fit.summary()


def test_the_order_of_the_calendars_only_picks_the_first():
    fit = joint(controls=["year"])
    turned = joint(calendars={"other": OTHER, "summits": EXPOSED}, controls=["year"])
    assert turned.effects[1].rate_ratio == pytest.approx(fit.rate_ratio, rel=1e-9)
    assert turned.effects[1].interval == pytest.approx(fit.interval, rel=1e-9)
    assert turned.rate_ratio == pytest.approx(fit.effects[1].rate_ratio, rel=1e-9)
    assert turned.joint_statistic == pytest.approx(fit.joint_statistic, rel=1e-8)


# A planted effect gathers the launches, as clustering does.
@pytest.mark.filterwarnings("ignore::timing.errors.ClusteringWarning")
def test_an_effect_of_one_calendar_is_not_given_to_the_one_that_overlaps_it():
    # Only `cause` matters; `shadow` lies on most of its days. The crude ratio of the
    # shadow is large, the shared-out one near 1.
    n = 20_000
    days = pd.date_range("1960-01-01", periods=n)
    rng = np.random.default_rng(4)
    cause = np.arange(n) % 20 < 5
    shadow = np.arange(n) % 20 < 7
    counts = rng.poisson(0.1 * np.where(cause, 3.0, 1.0))
    fit = joint_regression(
        days.repeat(counts),
        {"shadow": days[shadow], "cause": days[cause]},
        period=timing.StudyPeriod(days[0], days[-1]),
        window=timing.Window(0, 0),
        unit="event",
        cov="model",
    )
    shadow_effect, cause_effect = fit.effects
    assert shadow_effect.alone > 2
    assert abs(np.log(shadow_effect.rate_ratio)) < 3 * shadow_effect.std_error
    assert abs(np.log(cause_effect.rate_ratio / 3)) < 3 * cause_effect.std_error
    # 1 / (1 - r^2) with r the correlation of the two exposures.
    r = np.corrcoef(cause, shadow)[0, 1]
    for effect in fit.effects:
        assert effect.variance_inflation == pytest.approx(1 / (1 - r**2), rel=1e-9)


def test_separation_gives_firths_effects_to_all():
    away = TESTS[~TESTS.isin(EXPOSED)]
    with pytest.warns(SeparationWarning, match="Firth's penalised likelihood"):
        fit = joint(away)
    assert fit.estimator == "Firth"
    assert np.isnan(fit.effects[0].alone)
    assert 0 < fit.rate_ratio < fit.effects[1].rate_ratio < np.inf
    for effect in fit.effects:
        assert 0 < effect.interval[0] < effect.rate_ratio < effect.interval[1] < np.inf
    # Dropping one calendar can lower the penalised likelihood by no more than both do.
    single = stats.chi2.isf(fit.pvalue, 1)
    assert fit.joint_statistic > single
    stored = json.loads(json.dumps(fit.to_dict(), allow_nan=False))
    assert JointRegressionResult.from_dict(stored).summary() == fit.summary()


def test_coinciding_calendars_are_an_error():
    with pytest.raises(EstimationError, match="collinear"):
        joint(calendars={"a": EXPOSED, "b": EXPOSED})


def test_the_calendar_at_fault_is_named():
    with pytest.raises(NoContrastError) as caught:
        joint(calendars={"summits": EXPOSED, "late": ["2030-01-01"]})
    assert caught.value.__notes__ == ["The calendar at fault is 'late'."]


@pytest.mark.parametrize(
    ("calendars", "changes", "text"),
    [
        ([EXPOSED, OTHER], {}, "`calendars` must be a mapping"),
        ({"one": EXPOSED}, {}, "to at least 2 calendars"),
        ({1: EXPOSED, 2: OTHER}, {}, "`calendars` must have names that are text"),
        ({"a": EXPOSED, "year": OTHER}, {"controls": ["year"]},
         "`calendars` has the name 'year', that of another column"),
        ({"a": EXPOSED, "b": OTHER}, {"window": {"a": timing.Window(0, 0)}},
         "`window` has no window for the calendar 'b'"),
        ({"a": EXPOSED, "b": OTHER}, {"family": "nb"}, "`family` is 'nb'"),
    ],
)  # fmt: skip
def test_bad_arguments_name_the_rule(calendars, changes, text):
    with pytest.raises(ArgumentError, match=re.escape(text)):
        joint_regression(TESTS, calendars, **(SHARED | changes))


def test_the_result_survives_json_and_reads_well():
    fit = joint(controls=["year"])
    stored = json.loads(json.dumps(fit.to_dict(), allow_nan=False))
    again = JointRegressionResult.from_dict(stored)
    assert again.summary() == fit.summary()
    assert [asdict(e) for e in again.effects] == [asdict(e) for e in fit.effects]
    np.testing.assert_array_equal(again.overlap, fit.overlap)
    assert "No effect of any: chi-squared" in str(fit)
    assert fit.to_frame()["joint_df"].item() == 2
