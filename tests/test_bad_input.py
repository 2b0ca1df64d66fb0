"""The edges of the engine: a defined answer or one clear error, for every test."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import timing
from timing.errors import (
    ArgumentError,
    EmptySelectionError,
    NoContrastError,
    SchemaError,
)

# Few launches on few days: what is said about the information has its own tests.
pytestmark = pytest.mark.filterwarnings(
    "ignore::timing.errors.LowInformationWarning",
    "ignore::timing.errors.InvalidNullWarning",
)

PERIOD = timing.StudyPeriod("2018-01-01", "2020-12-31")
WINDOW = timing.Window(before=3, after=3)
TESTS = ["2018-03-01", "2018-03-04", "2019-07-20", "2020-02-29", "2020-08-02"]
CALENDAR = ["2018-03-03", "2019-01-10", "2019-12-05", "2020-08-01"]
NULLS = [
    "uniform", "circular_shift", "local_shift", "interval_jitter", "year_shuffle",
    "gap_shuffle", "block_shuffle", "self_exciting",
]  # fmt: skip
STATISTICS = [
    "count", "precursor_rate", "trigger_rate", "mean_distance", "max_profile",
]  # fmt: skip


def permutation(tests: Any = TESTS, calendar: Any = CALENDAR, **changes: Any) -> Any:
    options = {"period": PERIOD, "window": WINDOW, "n_resamples": 99, "rng": 1}
    return timing.permutation_test(tests, calendar, **{**options, **changes})


def randomization(tests: Any = TESTS, calendar: Any = CALENDAR, **changes: Any) -> Any:
    options: dict[str, Any] = {"period": PERIOD, "window": WINDOW}
    return timing.randomization_test(tests, calendar, **{**options, **changes})


def profile(tests: Any = TESTS, calendar: Any = CALENDAR, **changes: Any) -> Any:
    options: dict[str, Any] = {"period": PERIOD, "max_lag": 3, "rng": 1}
    changes.pop("window", None)
    return timing.lag_profile(tests, calendar, n_resamples=99, **{**options, **changes})


EVERY_TEST = pytest.mark.parametrize("run", [permutation, randomization, profile])


@pytest.mark.parametrize("null", NULLS)
@pytest.mark.parametrize("statistic", STATISTICS)
@pytest.mark.parametrize(
    "tests",
    [TESTS, TESTS[:1], ["2019-06-15"], CALENDAR],
    ids=["some", "one exposed", "one unexposed", "all exposed"],
)
def test_every_null_answers_for_every_statistic(null: str, statistic: Any, tests: Any):
    result = permutation(tests, null=null, statistic=statistic)
    assert 0 < result.pvalue <= 1
    assert np.isfinite([result.statistic, result.expected, result.expected_count]).all()
    low, high = result.confidence_interval()
    assert 0 <= low <= high
    assert 0 < result.equivalence_pvalue <= 1
    assert result.summary()


@EVERY_TEST
def test_no_exposed_day_is_an_error(run: Any):
    with pytest.raises(
        NoContrastError, match="no at-risk day of 2018-01-01 to 2020-12"
    ):
        run(calendar=["2025-01-01"])


@EVERY_TEST
def test_every_day_exposed_is_an_error(run: Any):
    with pytest.raises(NoContrastError, match="every at-risk day of 2018-01-01 to"):
        run(calendar=pd.date_range("2018-01-01", "2020-12-31", freq="D"))


@EVERY_TEST
@pytest.mark.parametrize(
    ("tests", "error", "text"),
    [
        ([], EmptySelectionError, "`tests` has no rows: the selection is empty"),
        (["2017-12-31"], EmptySelectionError, "`tests` has no event on the at-risk"),
        ([pd.NaT], SchemaError, "row 1, column 'date'"),
        (["2018-03-01", None], SchemaError, "row 2, column 'date'"),
        ([20180301], SchemaError, "row 1, column 'date': 20180301: is not a date"),
    ],
    ids=["none", "outside", "NaT", "blank", "a number"],
)
def test_launches_that_cannot_be_used(run: Any, tests: Any, error: Any, text: str):
    with pytest.raises(error, match=text):
        run(tests=tests)


@EVERY_TEST
def test_launches_outside_the_period_are_reported(run: Any):
    result = run(tests=[*TESTS, "2017-12-31", "2021-01-01"])
    assert result.n_launches == len(TESTS)
    assert [(d.reason, d.ids) for d in result.dropped] == [
        ("not on an at-risk day", ("6", "7"))
    ]


@EVERY_TEST
def test_a_calendar_with_a_gap_is_an_error(run: Any):
    with pytest.raises(SchemaError, match="`calendar`: row 2, column 'start'"):
        run(calendar=["2018-03-03", pd.NaT])


def test_strata_without_launches_or_exposure_change_nothing():
    longer = timing.StudyPeriod("2015-01-01", "2023-12-31")
    for run in (permutation, randomization):
        short, long = run(), run(period=longer)
        assert long.statistic == pytest.approx(short.statistic)
        assert long.conditional_rate_ratio == pytest.approx(
            short.conditional_rate_ratio
        )
        assert long.expected_count == pytest.approx(short.expected_count)
    assert permutation(period=longer).pvalue == pytest.approx(permutation().pvalue)


def test_a_shift_longer_than_the_period_is_an_error():
    message = "`max_shift` is 600; its 1201 shifts are more than the 1096 at-risk days"
    with pytest.raises(ArgumentError, match=message):
        permutation(null=timing.LocalShift(600))


def test_a_window_longer_than_the_period_is_an_error():
    with pytest.raises(
        ArgumentError, match="`window` spans 1401 days for a one-day ev"
    ):
        permutation(window=timing.Window(700, 700))


@pytest.mark.parametrize("days", [-1, 1.5, float("nan"), None, True])
def test_a_window_is_not_negative(days: Any):
    with pytest.raises(ArgumentError, match=r"`before` is .*; it must be"):
        timing.Window(before=days)


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"equivalence_margin": 0.5}, "`equivalence_margin` is 0.5; it must be a fin"),
        ({"equivalence_margin": float("inf")}, "`equivalence_margin` is inf; it must"),
        ({"confidence_level": 1.0}, "`confidence_level` is 1.0; it must lie strictly"),
        ({"gap": -2}, "`gap` is -2; it must be a whole number of at least 1"),
        ({"unit": "salvo"}, "`unit` is 'salvo'; it must be one of 'day', 'event', 'mi"),
    ],
)
@pytest.mark.parametrize("run", [permutation, randomization])
def test_bad_arguments(run: Any, changes: dict[str, Any], text: str):
    with pytest.raises(ArgumentError, match=text):
        run(**changes)
