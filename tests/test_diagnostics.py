"""`diagnose`: residuals against R, refits against refitting, the placebo by hand."""

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
    FallbackWarning,
    NoContrastError,
    SeparationWarning,
)
from timing.kernels.residuals import autocorrelations, ljung_box
from timing.regression.diagnostics import diagnose
from timing.regression.joint import joint_regression
from timing.results.diagnostics import DiagnosticsResult
from timing.simulation import self_exciting_counts

FOLDER = Path(__file__).parent / "reference"
R = pd.read_csv(FOLDER / "counts.csv", index_col="name")["value"]
PANEL = pd.read_csv(FOLDER / "panel.csv", parse_dates=["date"])
TESTS = PANEL["date"].repeat(PANEL["launches"])
EXPOSED = PANEL.loc[PANEL["exposed"].eq(1), "date"]
SHARED = {
    "period": timing.StudyPeriod("2014-01-01", "2017-12-31"),
    "window": timing.Window(0, 0),
    "unit": "event",
}


@pytest.mark.reference
def test_residuals_agree_with_r():
    checks = diagnose(TESTS, EXPOSED, **SHARED, controls=["year"], lead=30)
    assert checks.correlation[0] == pytest.approx(R["acf.1"], abs=1e-10)
    assert checks.correlation[29] == pytest.approx(R["acf.30"], abs=1e-10)
    assert checks.pearson == pytest.approx(R["pearson"], rel=1e-9)
    assert checks.bound == pytest.approx(stats.norm.ppf(0.975) / np.sqrt(1461))
    # Box.test takes out the mean of the residuals, which is not quite 0.
    assert checks.ljung_box == pytest.approx(R["ljung.box.30"], rel=1e-5)
    assert checks.ljung_box_pvalue == pytest.approx(R["ljung.box.30.p"], rel=1e-5)


@pytest.mark.reference
def test_a_year_left_out_agrees_with_r():
    checks = diagnose(TESTS, EXPOSED, **SHARED, lead=30)
    by_label = {item.label: item for item in checks.influence}
    expected = R["without.2017.coef"]
    assert np.log(by_label["2017"].rate_ratio) == pytest.approx(expected, abs=1e-9)
    assert by_label["2017"].days == 365


def test_correlations_by_hand_and_with_a_missing_day():
    found = autocorrelations(np.array([1.0, -1, 2]), np.array([5, 6, 7]), 3)
    np.testing.assert_allclose(found, [(-1 - 2) / 6, 2 / 6, 0])
    gap = autocorrelations(np.array([1.0, -1, 2]), np.array([5, 6, 8]), 3)
    np.testing.assert_allclose(gap, [-1 / 6, -2 / 6, 2 / 6])


def test_residuals_that_are_all_0_are_not_correlated():
    correlations = autocorrelations(np.zeros(5), np.arange(5), 2)
    assert correlations.tolist() == [0, 0]
    assert ljung_box(correlations, 5) == (0, 1)


def test_ljung_box_by_hand():
    statistic, p = ljung_box(np.array([0.1, -0.2]), 50)
    assert statistic == pytest.approx(50 * 52 * (0.01 / 49 + 0.04 / 48))
    assert p == pytest.approx(stats.chi2.sf(statistic, 2))


def visits():
    """Three visits; the windows of the last two share 2020-05-03 to 05."""
    return pd.DataFrame(
        {
            "event_id": ["first", "second", "third"],
            "start": ["2020-02-01", "2020-05-01", "2020-05-05"],
            "end": ["2020-02-03", "2020-05-03", "2020-05-06"],
        }
    )


def launches(seed=1):
    rng = np.random.default_rng(seed)
    days = pd.date_range("2020-01-01", "2021-12-31")
    # On exposed days of each visit, and on days before the windows.
    inside = ["2020-02-02", "2020-05-02", "2020-05-04", "2020-05-07"]
    certain = pd.to_datetime([*inside, "2020-01-28", "2020-04-27"])
    return days[rng.random(days.size) < 0.1].append(certain).unique()


SMALL = {
    "period": timing.StudyPeriod("2020-01-01", "2021-12-31"),
    "window": timing.Window(2, 2),
}


@pytest.mark.parametrize("controls", [[], ["season", "weekday"], ["quarter"]])
def test_influence_is_that_of_a_new_fit_without_those_days(controls):
    checks = diagnose(launches(), visits(), **SMALL, controls=controls)
    own_days = {
        "first": ("2020-01-30", "2020-02-05"),
        "second": ("2020-04-29", "2020-05-02"),
        "third": ("2020-05-06", "2020-05-08"),
        "2020": ("2020-01-01", "2020-12-31"),
    }
    found = {item.label: item for item in checks.influence}
    assert set(found) == {*own_days, "2021"}
    for label, span in own_days.items():
        if label == "2020":
            assert np.isnan(found[label].rate_ratio)  # no exposed day is left
            assert found[label].days == 366
            continue
        fit = timing.count_regression(
            launches(),
            visits(),
            period=timing.StudyPeriod("2020-01-01", "2021-12-31", [span]),
            window=SMALL["window"],
            controls=controls,
        )
        assert found[label].rate_ratio == pytest.approx(fit.rate_ratio, rel=1e-7)
        change = np.log(fit.rate_ratio / checks.rate_ratio) / checks.std_error
        assert found[label].change == pytest.approx(change, abs=1e-6)
    assert [found[label].days for label in ("first", "second", "third")] == [7, 4, 3]


def test_an_event_whose_days_all_lie_in_others_changes_nothing():
    twice = pd.concat([visits(), visits().assign(event_id=["a", "b", "c"])])
    checks = diagnose(launches(), twice, **SMALL)
    for item in checks.influence:
        if item.kind == "calendar event":
            assert (item.days, item.change) == (0, 0.0)
            assert item.rate_ratio == pytest.approx(checks.rate_ratio)


def test_the_placebo_takes_the_days_before_each_window_by_hand():
    checks = diagnose(launches(), visits(), **SMALL, lead=3, cov="model")
    # 27 to 29 January; 26 to 28 April (30 April to 2 May lie in the second window).
    days = pd.to_datetime(["2020-01-27", "2020-01-28", "2020-01-29",
                           "2020-04-26", "2020-04-27", "2020-04-28"])  # fmt: skip
    placebo = checks.placebo
    assert (placebo.lead, placebo.n_days) == (3, 6)
    assert placebo.count == launches().isin(days).sum()


def test_the_placebo_is_a_joint_effect():
    checks = diagnose(launches(), visits(), **SMALL, lead=3)
    days = pd.to_datetime(["2020-01-27", "2020-01-28", "2020-01-29",
                           "2020-04-26", "2020-04-27", "2020-04-28"])  # fmt: skip
    both = joint_regression(
        launches(),
        {"lead": days, "visits": visits()},
        period=SMALL["period"],
        window={"lead": timing.Window(0, 0), "visits": SMALL["window"]},
    )
    assert checks.placebo.rate_ratio == pytest.approx(both.rate_ratio, rel=1e-9)
    assert checks.placebo.interval == pytest.approx(both.interval, rel=1e-9)
    assert checks.placebo.exposed_rate_ratio == pytest.approx(
        both.effects[1].rate_ratio, rel=1e-9
    )


def test_a_placebo_without_launches_is_firths():
    days = pd.to_datetime(["2020-01-29", "2020-04-28"])
    kept = launches()[~launches().isin(days)]
    with pytest.warns(SeparationWarning, match="lead placebo"):
        checks = diagnose(kept, visits(), **SMALL, lead=1)
    assert checks.placebo.count == 0
    low, high = checks.placebo.interval
    assert 0 < low < checks.placebo.rate_ratio < high
    assert "lead placebo" in checks.summary()


def test_no_day_before_a_window_is_an_error():
    with pytest.raises(NoContrastError, match="every day within `lead`"):
        diagnose(
            ["2020-01-03", "2020-01-20", "2020-01-25"],
            ["2020-01-01"],
            period=timing.StudyPeriod("2020-01-01", "2020-01-31"),
            window=timing.Window(0, 5),
        )


@pytest.mark.filterwarnings("ignore::timing.errors.TimingWarning")
def test_a_fit_without_an_event_is_made_though_the_solver_gives_up_at_first():
    # HiGHS calls the linear programme of one of these fits infeasible; 0 is allowed.
    starts = ["1998-04-29", "1997-11-02", "1997-10-21", "1997-12-11", "1998-03-24",
              "1997-12-07", "1998-01-09", "1998-04-19"]  # fmt: skip
    days = pd.to_timedelta([0, 2, 0, 2, 4, 2, 1, 0], unit="D")
    found = diagnose(
        ["1997-08-08", "1997-12-11", "1998-04-02", "1997-11-01"],
        pd.DataFrame({"start": starts, "end": pd.to_datetime(starts) + days}),
        period=timing.StudyPeriod(
            "1997-05-16", "1998-04-26", exclude=[("1997-08-19", "1997-09-03")]
        ),
        window=timing.Window(before=3, after=7),
        controls=["trend"],
    )
    ratios = [part.rate_ratio for part in found.influence]
    # Calendar events, then the years; without the first one event is left.
    assert np.isnan(ratios).tolist() == [*[False] * 8, True, False]


def test_a_separated_model_cannot_be_diagnosed():
    with pytest.raises(EstimationError, match="no finite estimate to diagnose"):
        diagnose(
            ["2020-01-20"],
            ["2020-01-05"],
            period=timing.StudyPeriod("2020-01-01", "2020-01-31"),
            window=timing.Window(0, 5),
        )


def test_self_exciting_launches_show_in_the_residuals_and_others_do_not():
    days = pd.date_range("2000-01-01", periods=4000)
    rng = np.random.default_rng(5)
    calendar = days[rng.choice(3990, 60, replace=False)]
    found = {}
    for branching in (0.0, 0.5):
        counts = self_exciting_counts(
            np.full(4000, 0.05), branching=branching, decay_days=5.0, rng=rng
        )
        found[branching] = diagnose(
            days.repeat(counts),
            calendar,
            period=timing.StudyPeriod(days[0], days[-1]),
            window=timing.Window(0, 7),
            unit="event",
        )
    assert found[0.0].ljung_box_pvalue > 0.01
    assert found[0.5].ljung_box_pvalue < 1e-6
    assert found[0.5].acf_frame()["outside"].sum() > 5
    assert found[0.5].pearson > found[0.0].pearson


def test_a_fallback_is_told_and_the_family_used_is_named():
    with pytest.warns(FallbackWarning, match="Poisson model took its place"):
        checks = diagnose(launches(), visits(), **SMALL, family="negative-binomial")
    assert checks.family == "poisson"


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"max_lag": 0}, "`max_lag` is 0"),
        ({"max_lag": 10**9}, "`max_lag` is 1000000000; it must be below the "),
        ({"lead": 0}, "`lead` is 0"),
        ({"family": "nb"}, "`family` is 'nb'"),
    ],
)
def test_bad_options_name_the_rule(changes, text):
    with pytest.raises(ArgumentError, match=re.escape(text)):
        diagnose(launches(), visits(), **SMALL, **changes)


def test_the_result_survives_json_and_reads_well():
    checks = diagnose(launches(), visits(), **SMALL, family="quasi-poisson")
    stored = json.loads(json.dumps(checks.to_dict(), allow_nan=False))
    again = DiagnosticsResult.from_dict(stored)
    assert again.summary() == checks.summary()
    assert asdict(again.placebo) == asdict(checks.placebo)
    assert len(again.influence) == len(checks.influence)
    np.testing.assert_array_equal(again.correlation, checks.correlation)
    table = checks.influence_frame()
    change = table["change"].abs().to_numpy()
    assert np.isnan(change[0])  # the year that cannot be left out comes first
    assert (np.diff(change[1:]) <= 0).all()
    text = str(checks)
    assert "Without any one calendar event: rate ratio" in text
    assert "Lead placebo (5 days before each window" in text
    row = checks.to_frame().iloc[0]
    assert row["placebo_rate_ratio"] == checks.placebo.rate_ratio
