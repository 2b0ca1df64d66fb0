"""The same input gives the same bytes: under any condition, in any order of rows."""

from __future__ import annotations

import datetime as dt
import inspect
import json
import locale
import sys
from pathlib import Path

import matplotlib as mpl
import pandas as pd
import pytest

import timing
from timing import Window, nulls
from timing.results import Result
from timing.study.output import own_settings

# One study under other conditions


@pytest.fixture
def script(monkeypatch):
    folder = Path(__file__).parents[1] / "analyses"
    monkeypatch.syspath_prepend(folder)
    yield __import__("determinism")
    sys.modules.pop("determinism")


@pytest.mark.slow
def test_a_study_has_the_same_bytes_under_other_conditions(script, tmp_path):
    script.prepare(tmp_path)
    few = ["--scripts", "describe", "hypotheses"]
    first, found = (
        script.outputs_under(name, tmp_path, few) for name in ("first", "together")
    )
    assert len(first) > 30
    assert script.compare(first, found) == []


def test_a_file_that_differs_or_is_missing_is_found(script, tmp_path):
    for where, seconds, text in (("a", 1.0, "x"), ("b", 2.0, "x"), ("c", 1.0, "y")):
        (tmp_path / where).mkdir()
        manifest = {"seconds": {"size": seconds}, "seed": 1}
        (tmp_path / where / "manifest.json").write_text(json.dumps(manifest))
        (tmp_path / where / "t.csv").write_text(text)
    (tmp_path / "c" / "more.csv").write_text("")
    first, same, other = (script.hashes(tmp_path / where) for where in "abc")
    assert script.compare(first, same) == []
    assert script.compare(first, other) == ["more.csv", "t.csv"]


def test_conditions_change_what_they_say_and_nothing_else(script, tmp_path):
    plain = script.environment(script.CONDITIONS["first"], tmp_path)
    assert plain["TZ"] == "UTC"
    assert script.is_met(script.CONDITIONS["first"], tmp_path)
    for name, condition in script.CONDITIONS.items():
        env = script.environment(condition, tmp_path)
        changed = {key for key in env if env[key] != plain.get(key)}
        folders = {"LOCPATH", "MPLCONFIGDIR"} & env.keys()
        assert changed == condition.env.keys() | folders, name
        assert set(condition.settings) <= {*script.SETTINGS, "style"}


def test_every_odd_setting_is_a_setting_that_is_odd(script):
    for name, value in script.ODD_STYLE.items():
        assert mpl.rcParamsDefault[name] != mpl.rcsetup._validators[name](value)


def test_settings_of_the_user_stay_as_they_were():
    odd = {
        "font.size": 23, "timezone": "Asia/Tokyo", "date.epoch": "0000-12-31T00:00:00"
    }  # fmt: skip
    with mpl.rc_context(odd):
        with own_settings():
            assert mpl.rcParams["font.size"] == 10
            assert mpl.rcParams["timezone"] == "UTC"
            assert mpl.rcParams["date.epoch"].startswith("1970-01-01")
        assert mpl.rcParams["font.size"] == 23
        assert mpl.rcParams["timezone"] == "Asia/Tokyo"


def test_a_locale_of_the_program_around_changes_no_text(script, tmp_path, monkeypatch):
    script.prepare(tmp_path)
    if not script.is_met(script.CONDITIONS["german"], tmp_path / "locales"):
        pytest.skip("this machine cannot make locales")
    monkeypatch.setenv("LOCPATH", str(tmp_path / "locales"))
    before, day = locale.setlocale(locale.LC_ALL), dt.date(2025, 5, 1)
    try:
        locale.setlocale(locale.LC_ALL, "de_DE.UTF-8")
        with own_settings():
            assert f"{day:%B} {0.5:n}" == "May 0.5"
        assert f"{day:%B} {0.5:n}" == "Mai 0,5"
    finally:
        locale.setlocale(locale.LC_ALL, before)


# Rows in another order


PERIOD = timing.StudyPeriod("2017-01-01", "2019-12-31")
WEEK = {"period": PERIOD, "window": Window(before=7, after=7)}
DRAWN = {**WEEK, "rng": 1, "n_resamples": 99}
PROCESS = {**WEEK, "n_launches": 30, "test": nulls.CircularShift("month"), "rng": 1}
KINDS = ["rok_us_summit", "us_president_visit_rok", "us_dprk_summit", "us_japan_summit"]


def between(table, column):
    return table[table[column].between("2016-06-01", "2020-06-01")]


@pytest.fixture(scope="module")
def tables():
    """Take doubtful rows and some off the period too."""
    tests = timing.load_tests(min_confidence="low")
    calendar = timing.load_calendar(KINDS, min_confidence="low")
    return between(tests, "date"), between(calendar, "start")


CALLS = {
    **{
        f"permutation_test {type(null).__name__}": lambda t, c, null=null: (
            timing.permutation_test(t, c, **DRAWN, null=null)
        )
        for null in (
            nulls.Uniform(),
            nulls.CircularShift("month"),
            nulls.LocalShift(30),
            nulls.IntervalJitter(30),
            nulls.YearShuffle(),
            nulls.GapShuffle(),
            nulls.BlockShuffle(30),
            nulls.SelfExciting(),
        )
    },
    **{
        f"permutation_test {option} {value}": lambda t, c, option=option, value=value: (
            timing.permutation_test(t, c, **{**DRAWN, option: value})
        )
        for option, values in {
            "statistic": (
                "precursor_rate",
                "trigger_rate",
                "mean_distance",
                "max_profile",
            ),
            "unit": ("event", "missile", "episode"),
            "anchor": ("meeting", "start", "end", "announced"),
            "uncertain": ("midpoint", "bounds", "sample"),
        }.items()
        for value in values
    },
    "permutation_test time": lambda t, c: timing.permutation_test(
        t, c, **DRAWN, resolution="time", unit="event"
    ),
    "randomization_test": lambda t, c: timing.randomization_test(t, c, **WEEK),
    "randomization_test controls": lambda t, c: timing.randomization_test(
        t, c, **WEEK, controls=("season",), strata="year"
    ),
    "lag_profile": lambda t, c: timing.lag_profile(
        t, c, period=PERIOD, max_lag=10, rng=1, n_resamples=99
    ),
    "timescale_profile": lambda t, c: timing.timescale_profile(t, c, **WEEK),
    "scan": lambda t, c: timing.scan(
        t, c, period=PERIOD, windows=[Window(0, 0), WEEK["window"]], by=("category",)
    ),
    "scan tests": lambda t, c: timing.scan(
        t, c, period=PERIOD, windows=[WEEK["window"]], by=("weapon",)
    ),
    "count_regression": lambda t, c: timing.count_regression(
        t, c, **WEEK, controls=("season",)
    ),
    "count_regression negative-binomial": lambda t, c: timing.count_regression(
        t, c, **WEEK, family="negative-binomial", cov="cluster"
    ),
    "hurdle_regression": lambda t, c: timing.hurdle_regression(t, c, **WEEK),
    "joint_regression": lambda t, c: timing.joint_regression(
        t, {"all": c, "Seoul": c[c["country"].eq("ROK")]}, **WEEK
    ),
    "case_crossover": lambda t, c: timing.case_crossover(t, c, **WEEK),
    "self_controlled": lambda t, c: timing.self_controlled(
        t, c, period=PERIOD, windows={"before": (-7, -1), "after": (0, 7)}
    ),
    "event_study": lambda t, c: timing.event_study(
        t, c, period=PERIOD, leads=2, lags=2, bin_days=7, strata="quarter"
    ),
    "self_exciting": lambda t, c: timing.self_exciting(t, c, **WEEK),
    "diagnose": lambda t, c: timing.diagnose(t, c, **WEEK),
    "nearest prior": lambda t, c: timing.nearest(t, c, direction="prior"),
    "nearest both": lambda t, c: timing.nearest(t, c, direction="both", period=PERIOD),
    "exposure": lambda t, c: timing.exposure(c, **WEEK),
    "daily_panel": lambda t, c: timing.daily_panel(t, c, **WEEK, controls=("season",)),
    "agreement": lambda t, c: timing.agreement(t, c["start"]),
    "coverage": lambda t, c: timing.coverage(t),
    "surprise": lambda t, c: timing.surprise(
        t, "2018-06-12", window=Window(7, 0), calendar=c, period=PERIOD
    ),
    "size": lambda t, c: timing.size(
        timing.processes.fitted(t, period=PERIOD), c, **PROCESS, n_replicates=10
    ),
    "power": lambda t, c: timing.power("trend", c, **PROCESS, n_replicates=10),
    "minimum_detectable_rate_ratio": lambda t, c: timing.minimum_detectable_rate_ratio(
        "trend", c, **PROCESS, n_replicates=20
    ),
    "simulate": lambda t, c: timing.simulate(
        "trend", calendar=c, **WEEK, n_launches=30, rng=1
    ),
    "validate_tests": lambda t, c: timing.validate_tests(t),
    "validate_calendar": lambda t, c: timing.validate_calendar(c),
}


def test_every_public_function_that_takes_rows_is_called():
    takes = {
        name
        for name in timing.__all__
        if inspect.isfunction(getattr(timing, name))
        for parameters in [inspect.signature(getattr(timing, name)).parameters]
        if parameters.keys() & {"tests", "calendar", "first", "table", "frame"}
        and not name.startswith("plot_")
    }
    assert takes == {name.split()[0] for name in CALLS}


def plain(result):
    """Write a result as text, but for what shows the order of the user's rows.

    The hash of the data depends on it. Rows left out, and those of `nearest`, of
    `diagnose` and of the base rate of `surprise`, stand in it.
    """
    if isinstance(result, pd.DataFrame):
        if "test_id" in result:
            # Of calendar events on the same days, the first of the rows is named.
            result = result.assign(
                event_id=result["event_id"].mask(result["n_tied"] > 1)
            )
            result = result.sort_values("test_id").drop(columns=POSITION)
        return result.to_csv(index=False)
    content = result.to_dict() if isinstance(result, Result) else result
    return json.dumps(in_order_of_ids(content), default=str)


POSITION = ["event_row"]


def in_order_of_ids(value):
    """Sort all that stands beside ids by them; leave out the hashes."""
    if isinstance(value, list | tuple):
        rows = [in_order_of_ids(item) for item in value]
        labelled = bool(rows) and isinstance(rows[0], dict) and "label" in rows[0]
        return sorted(rows, key=lambda row: row["label"]) if labelled else rows
    if not isinstance(value, dict):
        return value
    value = {key: item for key, item in value.items() if key not in HASHES}
    ids = value.get("ids", [])
    for key, item in value.items():
        if isinstance(item, list | tuple) and len(item) == len(ids):
            value[key] = [x for _, x in sorted(zip(ids, item, strict=True))]
    return {key: in_order_of_ids(item) for key, item in value.items()}


HASHES = {"tests_sha256", "calendar_sha256", "calendar_hashes"}


@pytest.mark.filterwarnings("ignore::timing.errors.TimingWarning")
@pytest.mark.parametrize("name", CALLS)
def test_the_order_of_rows_changes_no_number(tables, name):
    expected = plain(CALLS[name](*tables))
    assert len(expected) > 50 or name.startswith("validate")
    for seed in (1, 2):
        mixed = (table.sample(frac=1, random_state=seed) for table in tables)
        assert plain(CALLS[name](*mixed)) == expected


def test_nearest_keeps_the_order_of_the_rows_and_finds_the_same(tables):
    tests, calendar = tables
    expected = timing.nearest(tests, calendar, direction="prior")
    mixed = tests.sample(frac=1, random_state=1)
    found = timing.nearest(mixed, calendar, direction="prior")
    pd.testing.assert_frame_equal(found, expected.loc[mixed.index])


def test_no_file_differed_when_the_conditions_were_last_compared(script):
    table = pd.read_csv(script.RESULTS / f"{script.NAME}.csv")
    needed = ("first", "two_cores", "dask", "hash_random", "german", "kolkata", "rows")
    titles = {script.CONDITIONS[name].title for name in needed}
    assert titles <= {*table["condition"]}
    assert table["different"].eq("none").all()
    assert table["files"].gt(50).all()
