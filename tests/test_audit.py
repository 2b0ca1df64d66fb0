"""Coverage counts and the agreement of two lists, by hand and by law."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import timing
from timing.errors import ArgumentError, SchemaError

TABLE = pd.DataFrame(
    {
        "date": ["2009-12-31", "2010-01-01", "2014-05-05", "2015-01-01"],
        "confidence": ["high", "high", "low", "high"],
    }
)


def test_coverage_counts_rows_by_period_and_value():
    counts = timing.coverage(TABLE)
    assert counts.to_dict(orient="list") == {
        "period": ["2005-2009", "2010-2014", "2015-2019"],
        "high": [1, 1, 1],
        "low": [0, 1, 0],
        "all": [1, 2, 1],
    }


def test_coverage_by_single_years():
    assert timing.coverage(TABLE, years=1)["period"].tolist() == [
        "2009", "2010", "2014", "2015",
    ]  # fmt: skip


@pytest.mark.parametrize("load", [timing.load_tests, timing.load_calendar])
def test_coverage_by_source_counts_a_row_once_for_each_publisher(load):
    table = load(min_confidence="low")
    by_source = timing.coverage(table, by="source")
    assert by_source["all"].sum() == len(table)
    assert "unknown source" not in by_source
    kinds = timing.coverage(table, by="source_kind")
    others = kinds.drop(columns=["period", "all"])
    assert (others.le(kinds["all"], axis=0)).all(axis=None)
    assert others.sum(axis=1).ge(kinds["all"]).all()


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (([1],), "`table` is a list; it must be a DataFrame"),
        ((pd.DataFrame({"day": []}),), "neither a column 'date' nor 'start'"),
    ],
)
def test_coverage_of_no_table_is_an_error(arguments, text):
    with pytest.raises(ArgumentError, match=text):
        timing.coverage(*arguments)


def test_coverage_by_an_unknown_column_is_an_error():
    with pytest.raises(ArgumentError, match="`by` is 'weapon'; it must be one of"):
        timing.coverage(TABLE, by="weapon")


def test_agreement_by_hand():
    # 1 and 1 the same; 5 and 6 near; 10 stays alone (12 is two days away).
    first = ["2020-01-01", "2020-01-05", "2020-01-10"]
    second = ["2020-01-01", "2020-01-06", "2020-01-12", "2020-01-12"]
    result = timing.agreement(first, second)
    assert (result.n_first, result.n_second) == (3, 3)
    assert (result.same_day, result.near_day) == (1, 1)
    assert (result.only_first, result.only_second) == (1, 1)
    # Chapman: 4 * 4 / 3 - 1 = 13/3; seen 4.
    assert result.estimated_total == pytest.approx(13 / 3)
    assert result.estimated_missing == pytest.approx(1 / 3)
    assert result.interval[0] < result.estimated_total < result.interval[1]
    days = result.to_frame()
    assert days["lag"].tolist()[:2] == [0, 1]
    assert days["status"].tolist() == [
        "same day", "near day", "only in first", "only in second",
    ]  # fmt: skip


def test_same_day_matches_come_before_near_ones():
    # Without that order the 2nd would be matched with the 1st.
    result = timing.agreement(
        ["2020-01-02", "2020-01-03"], ["2020-01-01", "2020-01-02"], tolerance=1
    )
    assert result.same_day == 1
    assert result.near_day == 0
    wider = timing.agreement(
        ["2020-01-02", "2020-01-03"], ["2020-01-01", "2020-01-02"], tolerance=2
    )
    assert wider.near_day == 1


def test_identical_lists_leave_nothing_to_estimate():
    days = ["2020-01-01", "2020-02-01"]
    result = timing.agreement(days, days)
    assert result.estimated_total == 2
    assert result.interval == (2.0, 2.0)


@given(st.sets(st.integers(1, 28), min_size=1), st.sets(st.integers(1, 28), min_size=1))
def test_agreement_is_symmetric_and_loses_nothing(first, second):
    lists = [[f"2020-01-{day:02d}" for day in days] for days in (first, second)]
    one, two = timing.agreement(*lists), timing.agreement(*lists[::-1])
    matched = one.same_day + one.near_day
    assert one.same_day == two.same_day == len(first & second)
    assert matched + one.only_first == one.n_first == len(first)
    assert matched + one.only_second == one.n_second == len(second)


def test_the_period_limits_both_lists():
    period = timing.StudyPeriod("2020-01-01", "2020-01-31")
    result = timing.agreement(
        ["2020-01-05", "2020-03-01"], ["2020-01-05"], period=period
    )
    assert result.n_first == 1
    with pytest.raises(ArgumentError, match="`second` has no day in 2020-01-01 to"):
        timing.agreement(["2020-01-05"], ["2020-03-01"], period=period)


def test_the_result_reads_and_stores_well():
    result = timing.agreement(["2020-01-01", "2020-01-05"], ["2020-01-01"])
    assert "Only in the first: 1" in str(result)
    stored = json.loads(json.dumps(result.to_dict(), allow_nan=False))
    assert stored["days"][1] == {
        "first": "2020-01-05", "second": None, "lag": None, "status": "only in first",
    }  # fmt: skip
    assert "<table" in result._repr_html_()


def test_coverage_by_source_needs_the_column():
    message = "`by` is 'source'; it must be one of 'date', 'confidence'."
    with pytest.raises(ArgumentError, match=message):
        timing.coverage(TABLE, by="source")


def test_coverage_drops_no_row_in_silence():
    table = TABLE.assign(date=["2009-12-31", "", "2014-05-05", "soon"])
    with pytest.raises(SchemaError) as caught:
        timing.coverage(table)
    assert str(caught.value) == (
        "`table`: row 2, column 'date': '': must not be blank\n"
        "`table`: row 4, column 'date': 'soon': is not a date (rule: YYYY-MM-DD, a day "
        "that exists)"
    )


def test_a_row_without_sources_is_counted():
    table = TABLE.assign(sources=[None, "nobody", "", 7])
    counts = timing.coverage(table, by="source_kind")
    assert counts["all"].tolist() == [1, 2, 1]
    assert counts["unknown source"].tolist() == [1, 2, 1]
