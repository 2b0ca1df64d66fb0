"""Test events of unknown day: bounds and averages against one run per assignment."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

import timing
from timing.errors import ArgumentError

SHARED = {
    "period": timing.StudyPeriod("2020-01-01", "2020-03-31"),
    "window": timing.Window(before=3, after=3),
}
CALENDAR = ["2020-01-15", "2020-03-10"]
# Two events of known day, one known to three days, one to four.
TESTS = pd.DataFrame(
    {
        "date": ["2020-01-13", "2020-02-20", "2020-01-18", "2020-03-05"],
        "earliest": ["2020-01-13", "2020-02-20", "2020-01-17", "2020-03-05"],
        "latest": ["2020-01-13", "2020-02-20", "2020-01-19", "2020-03-08"],
    }
)


def shift(tests, **options):
    return timing.permutation_test(tests, CALENDAR, **SHARED, **options)


def score(tests, **options):
    return timing.randomization_test(tests, CALENDAR, **SHARED, **options)


def every_assignment(test):
    spans = [
        pd.date_range(row.earliest, row.latest) for row in TESTS.iloc[2:].itertuples()
    ]
    known = list(TESTS["date"][:2])
    return [
        test([*known, *(str(day.date()) for day in days)]).pvalue
        for days in itertools.product(*spans)
    ]


def test_by_default_they_are_left_out_and_reported():
    result = shift(TESTS)
    assert result.n_launches == 2
    assert (result.uncertain, result.n_uncertain) == ("exclude", 0)
    assert result.pvalue_range == (result.pvalue, result.pvalue)
    assert [(d.reason, d.rows) for d in result.dropped] == [("day not known", 2)]


def test_midpoint_puts_them_halfway():
    # 17 to 19 January: the 18th. 5 to 8 March: the 6th (the earlier of two halves).
    halfway = ["2020-01-13", "2020-02-20", "2020-01-18", "2020-03-06"]
    result = shift(TESTS, uncertain="midpoint")
    assert result.pvalue == shift(halfway).pvalue
    assert (result.n_launches, result.n_uncertain) == (4, 2)
    assert not result.dropped


@pytest.mark.parametrize("test", [shift, score])
def test_bounds_are_those_of_all_assignments(test):
    values = every_assignment(test)
    result = test(TESTS, uncertain="bounds")
    assert len(values) == 12
    assert result.pvalue_range == (min(values), max(values))
    assert result.pvalue == test(TESTS, uncertain="midpoint").pvalue
    assert result.specification.options["dates_tried"] == "all 12"


@pytest.mark.parametrize("test", [shift, score])
def test_sample_averages_over_all_assignments_where_they_are_few(test):
    result = test(TESTS, uncertain="sample")
    assert result.pvalue == pytest.approx(np.mean(every_assignment(test)))


def test_sample_draws_where_they_are_many():
    values = every_assignment(shift)
    draws = [
        shift(TESTS, uncertain="sample", n_resamples=11, rng=seed) for seed in (1, 1, 2)
    ]
    assert draws[0].pvalue == draws[1].pvalue
    assert draws[0].specification.options["dates_tried"] == "11 drawn"
    for result in draws:
        assert min(values) <= result.pvalue <= max(values)


def test_the_search_finds_the_bounds_of_a_small_case():
    values = every_assignment(shift)
    result = shift(TESTS, uncertain="bounds", n_resamples=5, rng=1)
    assert result.pvalue_range == (min(values), max(values))
    assert "searched among" in result.specification.options["dates_tried"]


def test_an_event_that_cannot_lie_in_the_period_is_left_out():
    table = pd.concat(
        [
            TESTS,
            pd.DataFrame(
                {
                    "date": ["2019-06-01"],
                    "earliest": ["2019-05-01"],
                    "latest": ["2019-07-01"],
                }
            ),
        ]
    )
    result = shift(table, uncertain="bounds")
    assert result.n_uncertain == 2
    assert [(d.reason, d.rows) for d in result.dropped] == [
        ("not on an at-risk day", 1)
    ]


def test_the_summary_gives_the_range():
    text = shift(TESTS, uncertain="bounds").summary()
    assert "events of unknown day: 2 (bounds); p from " in text
    assert "assignments of days tried: all 12" in text


def test_an_unknown_mode_names_the_allowed_ones():
    with pytest.raises(ArgumentError, match="`uncertain` is 'drop'; it must be one of"):
        shift(TESTS, uncertain="drop")


def test_events_may_all_be_of_unknown_day():
    only = TESTS.iloc[2:]
    result = score(only, uncertain="midpoint", controls=["lagged_launches"])
    assert (result.n_launches, result.n_uncertain) == (2, 2)
