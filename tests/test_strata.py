"""Strata of days: the time scale that a null model holds fixed."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from timing import StudyPeriod
from timing.clock import parse_days, to_dates
from timing.errors import ArgumentError
from timing.strata import strata_in_words, stratum_of


def _numbers(*days: str) -> Any:
    return parse_days(pd.Series(days))[0]


EDGES = _numbers(
    "2019-12-31", "2020-01-01", "2020-01-31", "2020-02-01", "2020-03-31",
    "2020-04-01", "2020-06-30", "2020-07-01", "2021-01-01",
)  # fmt: skip


@pytest.mark.parametrize(
    ("strata", "expected"),
    [
        (None, [0, 0, 0, 0, 0, 0, 0, 0, 0]),
        ("year", [0, 1, 1, 1, 1, 1, 1, 1, 2]),
        ("half", [0, 1, 1, 1, 1, 1, 1, 2, 3]),
        ("quarter", [0, 1, 1, 1, 1, 2, 2, 3, 4]),
        ("month", [0, 1, 1, 2, 3, 4, 5, 6, 7]),
    ],
)
def test_strata_of_named_scales_change_at_their_edges(strata: Any, expected: list[int]):
    assert stratum_of(EDGES, strata).tolist() == expected


def test_eras_change_with_the_leader():
    # Kim Il Sung died on 8 July 1994, Kim Jong Il on 17 December 2011.
    days = _numbers(
        "1984-04-09", "1994-07-08", "1994-07-09", "2011-12-17", "2011-12-18",
        "2025-10-28",
    )  # fmt: skip
    assert stratum_of(days, "era").tolist() == [0, 0, 1, 1, 2, 2]


def test_months_of_different_years_are_different_strata():
    days = StudyPeriod("2012-01-01", "2021-12-31").days
    sizes = np.bincount(stratum_of(days, "month"))
    assert sizes.size == 120
    assert sizes[1] == 29  # February 2012
    assert sizes.sum() == days.size


def test_a_number_of_days_makes_spans_from_the_first_day():
    days = _numbers(
        "2020-01-10", "2020-01-12", "2020-01-13", "2020-01-19", "2020-01-25",
    )  # fmt: skip
    # Days 0, 2, 3, 9 and 15 from the first; no day in the spans 2 and 4.
    assert stratum_of(days, 3).tolist() == [0, 0, 1, 2, 3]
    assert stratum_of(days, np.int64(3)).tolist() == [0, 0, 1, 2, 3]
    assert stratum_of(days, 1).tolist() == [0, 1, 2, 3, 4]
    assert stratum_of(days, 100).tolist() == [0, 0, 0, 0, 0]


def test_a_fortnight_is_a_span_of_14_days():
    days = StudyPeriod("2020-01-01", "2020-12-31").days
    spans = stratum_of(days, "fortnight")
    assert spans.tolist() == stratum_of(days, 14).tolist()
    assert spans.tolist() == [i // 14 for i in range(366)]


def test_spans_count_the_days_that_are_not_at_risk():
    period = StudyPeriod("2020-01-01", "2020-01-31", [("2020-01-05", "2020-01-20")])
    # Ten days each: 1 to 4 January; 11 to 20 (none at risk); 21 to 30; 31.
    assert np.bincount(stratum_of(period.days, 10)).tolist() == [4, 10, 1]


def test_a_series_of_labels_may_be_longer_and_in_any_order():
    labels = pd.Series(
        ["hot", "cold", "cold", "hot"],
        index=["2020-01-03", "2020-01-01", "2020-01-02", "2019-01-01"],
    )
    days = _numbers("2020-01-01", "2020-01-02", "2020-01-03")
    assert stratum_of(days, labels).tolist() == [0, 0, 1]
    assert stratum_of(days, labels.set_axis(pd.to_datetime(labels.index))).tolist() == [
        0, 0, 1,
    ]  # fmt: skip


def test_a_callable_labels_the_days():
    days = _numbers("2020-01-03", "2020-01-04", "2020-01-06")  # Fri, Sat, Mon
    weekend = stratum_of(days, lambda index: index.day_of_week >= 5)
    assert weekend.tolist() == [0, 1, 0]


@pytest.mark.parametrize(
    ("strata", "message"),
    [
        ("week", "`strata` is 'week'; it must be None, one of 'month', 'quarter', "
                 "'half', 'year', 'era', 'fortnight', 'month_of_year', 'weekday', a "
                 "whole number of days, a Series indexed by day, or a callable"),
        (0, "`strata` is 0; it must be a whole number of at least 1"),
        (-14, "`strata` is -14; it must be a whole number of at least 1"),
        (True, "`strata` is True; it must be a whole number of at least 1"),
        (14.0, "`strata` is a float"),
        (["month"], "`strata` is a list"),
        (pd.Series(["a"], index=["2020-01-01"]),
         "`strata` has no label for 2 at-risk days, first 2020-01-02"),
        (pd.Series(["a", "b", None], index=["2020-01-01", "2020-01-02", "2020-01-03"]),
         "`strata` has no label for 1 at-risk days, first 2020-01-03"),
        (pd.Series(["a", "b"], index=["2020-01-01"] * 2),
         "`strata` has two labels for one day"),
        (lambda index: ["a"], "`strata` returned 1 labels for 3 days"),
        (lambda index: [[1, 2]] * 3, "`strata` returned no list of labels for 3 days"),
        (lambda index: [[1], [1, 2], [3]], "`strata` returned no list of labels for 3"),
        (lambda index: "abc", "`strata` returned no list of labels for 3 days"),
        (pd.Series([[1], [1], [2]], index=pd.date_range("2020-01-01", periods=3)),
         "`strata` has labels that cannot be told apart, such as lists"),
    ],
)  # fmt: skip
def test_strata_that_do_not_label_every_day_are_an_error(strata: Any, message: str):
    with pytest.raises(ArgumentError, match=message):
        stratum_of(_numbers("2020-01-01", "2020-01-02", "2020-01-03"), strata)


def test_strata_are_named_in_words():
    def season(index: pd.DatetimeIndex) -> Any:
        return index.quarter

    assert strata_in_words("month") == "each calendar month of each year"
    assert strata_in_words(None) == "the whole period"
    assert strata_in_words("fortnight") == "each span of 14 days"
    assert strata_in_words(10) == "each span of 10 days"
    assert strata_in_words(season) == "each stratum of 'season'"
    assert strata_in_words(pd.Series(name="phase")) == "each stratum of 'phase'"


def test_a_tuple_crosses_its_parts():
    days = StudyPeriod("2024-01-01", "2025-12-31").days
    dates = pd.DatetimeIndex(to_dates(days))
    expected = pd.Series(
        list(zip(dates.year, dates.month, dates.day_of_week, strict=True))
    )
    found = stratum_of(days, ("year", "month", "weekday"))
    np.testing.assert_array_equal(found, pd.factorize(expected)[0])
    whole = stratum_of(days, ("month_of_year", "year"))
    np.testing.assert_array_equal(whole, stratum_of(days, "month"))
    assert strata_in_words(("year", "weekday")) == "each combination of year, weekday"
    with pytest.raises(ArgumentError, match="`strata` is an empty tuple"):
        stratum_of(days, ())
    with pytest.raises(ArgumentError, match="`strata` is 'decade'; it must be None, o"):
        stratum_of(days, ("year", "decade"))
