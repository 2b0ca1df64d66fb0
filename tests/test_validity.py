"""The validity study: its methods are the public ones, its verdicts follow the rule."""

from __future__ import annotations

import math
import sys
import warnings
from argparse import Namespace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import timing
from timing import advice
from timing.seeds import generator_of

FOLDER = Path(__file__).parents[1] / "analyses" / "validity"
sys.path.insert(0, str(FOLDER))
import effects  # noqa: E402
import methods  # noqa: E402
import report  # noqa: E402
import runs  # noqa: E402
import size  # noqa: E402
from settings import settings  # noqa: E402

sys.path.remove(str(FOLDER))

EXACT = (
    "Uniform()", "Uniform('month')", "CircularShift(None)", "CircularShift('year')",
    "CircularShift('quarter')", "CircularShift('month')", "LocalShift(30)",
    "IntervalJitter(30)", "YearShuffle()",
)  # fmt: skip


@pytest.fixture(scope="module")
def data():
    scenario = settings()["self-exciting"].scenario
    record = scenario.draw(generator_of((5,), 0), 1.5)
    return methods.Data(record, scenario, generator_of((6,), 0))


@pytest.fixture(scope="module")
def question(data):
    return {
        "tests": data.tests,
        "calendar": data.calendar,
        "period": data.scenario.period,
        "window": data.scenario.window,
    }


def null_named(name):
    return eval(name, vars(timing.nulls).copy())


@pytest.mark.filterwarnings("ignore::timing.errors.ClusteringWarning")
@pytest.mark.parametrize("name", EXACT)
def test_an_exact_null_is_the_permutation_test(name, data, question):
    answer = methods.METHODS[name](data)
    public = timing.permutation_test(**question, null=null_named(name))
    assert answer.pvalue == public.pvalue
    low, high = public.confidence_interval()
    for limit in (low, high):
        if 0 < limit < math.inf:
            assert answer.at(limit) == pytest.approx(0.05, abs=1e-6)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("score shift, none", {"strata": None}),
        ("score shift, year", {"strata": "year"}),
        ("score shift, quarter", {"strata": "quarter"}),
        ("score shift, month", {}),
        (
            "score shift, month, conditional logit",
            {"family": "conditional-logit"},
        ),
    ],
)
def test_a_score_is_the_randomization_test(name, options, data, question):
    answer = methods.METHODS[name](data)
    public = timing.randomization_test(**question, **options)
    assert answer.pvalue == public.pvalue
    low, high = public.confidence_interval()
    assert answer.at(low * 0.99) <= 0.05 < answer.at(low * 1.01)
    assert answer.at(high * 1.01) <= 0.05 < answer.at(high * 0.99)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "options"),
    [
        (
            "score shift, year + month of year",
            {"strata": "year", "controls": ["month_of_year"]},
        ),
        (
            "score shift, year, self-exciting",
            {"strata": "year", "family": "self-exciting"},
        ),
    ],
)
def test_a_slow_score_is_the_randomization_test(name, options, data, question):
    public = timing.randomization_test(**question, **options)
    assert methods.METHODS[name](data).pvalue == pytest.approx(public.pvalue, abs=1e-3)


@pytest.mark.parametrize("cov", ["model", "HAC", "cluster"])
def test_the_shared_fit_is_the_count_regression(cov, data, question):
    name = f"Poisson, season + year, {'cluster month' if cov == 'cluster' else cov}"
    name = name.replace("model", "model errors")
    answer = methods.METHODS[name](data)
    public = timing.count_regression(**question, controls=["season", "year"], cov=cov)
    assert answer.pvalue == pytest.approx(public.pvalue, rel=1e-9)
    for limit in public.confidence_interval():
        assert answer.at(limit) == pytest.approx(0.05, abs=1e-9)


@pytest.mark.slow
def test_the_self_exciting_effect_is_the_public_one(data, question):
    answer = methods.METHODS["self-exciting, year"](data)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", timing.errors.TimingWarning)
        public = timing.self_exciting(**question, strata="year")
    assert answer.pvalue == pytest.approx(public.pvalue, abs=1e-4)
    for limit in public.confidence_interval():
        assert answer.at(limit) == pytest.approx(0.05, abs=1e-3)


def test_every_setting_draws_and_every_block_sees_the_same_records():
    for setting in settings().values():
        record = setting.scenario.draw(generator_of((1,), 0))
        again = setting.scenario.draw(generator_of((1,), 0))
        assert record.launches.sum() > 50, setting.name
        assert 300 < record.exposed.sum() < 2000, setting.name
        assert record.launches.tolist() == again.launches.tolist()
        assert setting.group in {"independent", "clustered", "shared cause"}
    assert len(settings()) >= 12


def test_the_oracle_of_independent_launches_by_hand():
    scenario = settings()["independent"].scenario
    record = scenario.draw(generator_of((1,), 0))
    chance = -math.expm1(-scenario.n_launches / record.day.size)
    n_exposed = int(record.exposed.sum())
    count = int(record.launches @ record.exposed)
    z = (count - n_exposed * chance) / math.sqrt(n_exposed * chance * (1 - chance))
    assert effects.oracle(record, scenario) == pytest.approx(
        math.erfc(abs(z) / math.sqrt(2))
    )


def one_method(record, scenario, rate_ratio, rng):
    return {"launches": float(record.launches.sum()), "p": float(rng.random())}


def test_a_run_goes_on_where_it_stopped(tmp_path):
    chosen = Namespace(replicates=30, jobs=1, parts=tmp_path)
    first = runs.run("toy", one_method, "campaigns", chosen)
    kept = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("chunk-*.json")}
    chosen.replicates = 50
    more = runs.run("toy", one_method, "campaigns", chosen)
    pd.testing.assert_frame_equal(more.iloc[:30], first)
    assert all(path.stat().st_mtime_ns == at for path, at in kept.items())
    chosen.parts = tmp_path / "whole"
    pd.testing.assert_frame_equal(
        runs.run("toy", one_method, "campaigns", chosen), more
    )


def table_of(shares):
    return pd.DataFrame(
        [
            {
                "setting": setting, "group": group, "method": method,
                "package": "timing", "replicates": 2000, "size_0.05": share,
            }
            for method, by_setting in shares.items()
            for (setting, group), share in by_setting.items()
        ]
    )  # fmt: skip


def test_verdicts_follow_the_rule():
    clustered = ("bursts", "clustered")
    shared = ("tension", "shared cause")
    found = report.verdicts(
        table_of(
            {
                # Two standard errors at 2,000 replicates are 0.0097.
                "right": {clustered: 0.069, shared: 0.05},
                "fooled": {clustered: 0.031, shared: 0.2},
                "liberal": {clustered: 0.071, shared: 0.05},
                "timid": {clustered: 0.029, shared: 0.0},
            }
        )
    ).set_index("method")
    assert found["role"].to_dict() == {
        "right": "test", "fooled": "if no shared cause",
        "liberal": "comparator", "timid": "comparator",
    }  # fmt: skip
    assert found.loc["fooled", "verdict, shared cause"] == "liberal"
    assert found.loc["fooled", "too many rejections in"] == "tension 0.20"
    assert found.loc["timid", "verdict, clustered"] == "conservative"


def test_rejections_are_counted_with_p_on_the_level_and_failures_against_nothing():
    p = pd.DataFrame({"a": [0.05, 0.2, np.nan, 0.01]})
    (row,) = size.rows_of("independent", p)
    assert (row["size_0.05"], row["size_0.01"], row["failed"]) == (0.5, 0.25, 1)


def test_a_method_whose_interval_is_never_defined_has_no_coverage():
    found = pd.DataFrame(
        {
            "a": [0.01, 0.5], "a at the truth": [0.2, 0.01],
            "b": [0.01, 0.5], "b at the truth": [np.nan, np.nan],
        }
    )  # fmt: skip
    a, b = effects.rows_of("independent", 2.0, found)
    assert (a["power"], a["coverage_0.95"]) == (0.5, 0.5)
    assert b["power"] == 0.5
    assert "coverage_0.95" not in b


RESULTS = FOLDER.parent / "results"


def test_the_report_is_that_of_the_committed_tables():
    text = (RESULTS / "validity.md").read_text(encoding="utf-8")
    table = report.read(RESULTS)
    assert report.markdown(report.verdicts(table)) in text
    assert report.markdown(report.short(table, RESULTS)).strip() in text


def test_the_readme_quotes_the_worst_sizes_of_others():
    readme = (FOLDER.parents[1] / "README.md").read_text(encoding="utf-8")
    table = report.read(RESULTS).set_index("method")["size_0.05"]
    worst = {
        method: f"{100 * table[method].max():.0f}%"
        for method in (
            "Uniform()",
            "Poisson, HAC",
            "CoinCalc Poisson, precursor (transcribed)",
        )
    }
    text = " ".join(readme.split())
    assert (
        f"the naive shuffle rejects up to {worst['Uniform()']}, Newey-West regression "
        f"{worst['Poisson, HAC']}, published coincidence tests "
        f"{worst['CoinCalc Poisson, precursor (transcribed)']}"
    ) in text


def test_the_advice_quotes_the_study():
    table = report.read(RESULTS).set_index(["method", "setting"])["size_0.05"]
    names = {
        "Uniform(strata=None)": "Uniform()",
        "CircularShift(strata=None)": "CircularShift(None)",
        "BlockShuffle(length=30)": "BlockShuffle(30)",
        "cov='model'": "statsmodels Poisson GLM",
        "cov='HAC'": "Poisson, HAC",
    }
    for name, quoted in advice._MEASURED.items():
        method = names.get(name, name)
        found = (
            table[method, "self-exciting"],
            table[method, "shared density of summits"],
        )
        assert quoted == pytest.approx(found, abs=0.00051), name
