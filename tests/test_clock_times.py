"""`permutation_test(resolution="time")`: moments instead of days."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

import timing
from timing.errors import ArgumentError, ClusteringWarning, LowInformationWarning
from timing.results import PermutationResult

PERIOD = timing.StudyPeriod("2020-01-01", "2020-02-29")
TESTS = ["2020-01-05 06:00", "2020-01-20 18:30", "2020-02-03 00:30", "2020-02-20"]
CALENDAR = pd.DataFrame({"start": ["2020-01-05 12:00"], "end": ["2020-01-05 18:00"]})


def run(**changes: Any) -> PermutationResult:
    arguments: dict[str, Any] = {
        "period": PERIOD, "window": timing.Window("8h", 0), "unit": "event",
        "null": timing.CircularShift(None), "resolution": "time",
    }  # fmt: skip
    return timing.permutation_test(TESTS, CALENDAR, **{**arguments, **changes})


def test_one_window_of_fourteen_hours_by_hand():
    result = run(alternative="greater")
    # 04:00 to 18:00 on 5 January holds one of three launches; one has no clock time.
    assert (result.count, result.n_launches) == (1.0, 3)
    assert [(d.reason, d.rows) for d in result.dropped] == [("clock time not known", 1)]
    assert result.exposed_days == pytest.approx(14 / 24)
    # The launches lie more than 14 hours apart, so that each shift exposes at most one.
    assert result.pvalue == pytest.approx(3 * 14 / (60 * 24))
    assert result.expected == pytest.approx(3 * 14 / (60 * 24))
    assert result.naive_pvalue == pytest.approx(1 - (1 - 14 / (60 * 24)) ** 3)
    assert "0.583333 exposed of 60 at-risk days" in result.summary()


@pytest.mark.parametrize(
    "null", [timing.CircularShift("month"), timing.Uniform("month")]
)
def test_results_survive_json(null: Any):
    result = run(null=null, midp=True)
    stored = json.loads(json.dumps(result.to_dict()))
    assert PermutationResult.from_dict(stored).to_dict() == result.to_dict()
    assert result.specification.options["resolution"] == "time"
    assert result.specification.window == "8 hours before to 0 days after"


def test_whole_days_give_the_numbers_of_the_day_grid():
    rng = np.random.default_rng(5)
    day = np.datetime64("2020-01-01") + np.sort(rng.choice(60, 12, replace=False))
    tests = pd.DataFrame({"date": day, "time": "00:00"})
    calendar = pd.date_range("2020-01-06", "2020-02-25", freq="13D")
    options: dict[str, Any] = {
        "period": PERIOD, "window": timing.Window(1, 1), "unit": "event",
        "null": timing.CircularShift("month"),
    }  # fmt: skip
    daily = timing.permutation_test(tests, calendar, **options)
    timed = timing.permutation_test(tests, calendar, **options, resolution="time")
    assert timed.count == daily.count
    assert timed.pvalue == pytest.approx(daily.pvalue)
    assert timed.expected == pytest.approx(daily.expected)
    assert timed.interval == pytest.approx(daily.interval)


def test_exposure_that_fills_the_strata_warns():
    with pytest.warns(LowInformationWarning, match="of the information is left"):
        run(window=timing.Window(20, 30), null=timing.CircularShift("month"))


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"unit": "day"}, "`unit` is 'day'; with `resolution`='time' it is 'event'"),
        ({"statistic": "trigger_rate"}, "`statistic` is 'trigger_rate'; with `resolu"),
        (
            {"null": "gap_shuffle"},
            r"`null` is GapShuffle\(\); with `resolution`='time'",
        ),
        (
            {"uncertain": "bounds"},
            "`uncertain` is 'bounds'; it must be one of 'exclude'",
        ),
        (
            {"resolution": "hour"},
            "`resolution` is 'hour'; it must be one of 'day', 'ti",
        ),
        ({"resolution": "day"}, '`window` has parts of a day; use resolution="time"'),
    ],
)
def test_bad_arguments(changes: dict[str, Any], text: str):
    with pytest.raises(ArgumentError, match=text):
        run(**changes)


def test_launches_that_cluster_are_seen_at_clock_times_too():
    first = pd.to_datetime("2020-01-02")
    hours = [start + more for start in range(0, 8000, 800) for more in (0, 30, 60)]
    times = (first + pd.to_timedelta(hours, unit="h")).strftime("%Y-%m-%d %H:%M")
    arguments: dict[str, Any] = {
        "period": timing.StudyPeriod("2020-01-01", "2020-12-31"), "unit": "event",
        "window": timing.Window("8h", 0), "resolution": "time",
    }  # fmt: skip
    with pytest.warns(ClusteringWarning, match="the events cluster: within 3 days"):
        timing.permutation_test(
            times.tolist(), CALENDAR, null=timing.Uniform(), **arguments
        )
    timing.permutation_test(
        times.tolist(), CALENDAR, null=timing.CircularShift(None), **arguments
    )
