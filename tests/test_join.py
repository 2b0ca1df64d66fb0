"""Directed joins of tests to the nearest calendar event."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from timing import StudyPeriod, nearest
from timing.errors import ArgumentError, EmptySelectionError, SchemaError

# Calendar:            A 3-5 Oct, B 4 Oct (inside A), C 10 Oct, D 8-10 Oct, E 20-22 Oct
CALENDAR = pd.DataFrame(
    {
        "event_id": list("ABCDE"),
        "start": ["2025-10-03", "2025-10-04", "2025-10-10", "2025-10-08", "2025-10-20"],
        "end": ["2025-10-05", "2025-10-04", "2025-10-10", "2025-10-10", "2025-10-22"],
    }
)
# Per day of October: (event, lag, how many are equally near), counted by hand.
# 10 Oct lies in C and in D: which is named is a matter of `test_intervals.py`.
BY_HAND = {
    "prior": {
        1: None,  # nothing began yet
        3: ("A", 0, 1),  # first day of A
        5: ("A", 0, 1),  # last day of A, the day after B
        6: ("A", 1, 1),  # B is 2 days back
        12: ("D", 2, 2),  # C and D ended together; D began first
        15: ("D", 5, 2),
        21: ("E", 0, 1),  # inside E
        31: ("E", 9, 1),
    },
    "after": {
        1: ("A", -2, 1),
        3: ("A", 0, 1),
        6: ("D", -2, 1),
        12: ("E", -8, 1),
        22: ("E", 0, 1),
        23: None,  # nothing ends any more
    },
    "both": {
        1: ("A", -2, 1),
        5: ("A", 0, 1),
        6: ("A", 1, 1),  # D is 2 days ahead
        7: ("D", -1, 1),
        15: ("D", 5, 3),  # C and D 5 days back, E 5 days ahead: the earlier side
        16: ("E", -4, 1),
        31: ("E", 9, 1),
    },
}
DIRECTIONS = ["prior", "after", "both"]


def _rows(joined: pd.DataFrame) -> list[tuple[Any, ...]]:
    table = joined[["event_id", "lag", "n_tied"]].astype(object)
    return [tuple(row) if row[0] == row[0] else None for row in table.to_numpy()]


def _october(days: list[int]) -> list[str]:
    return [f"2025-10-{day:02}" for day in days]


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("order", ["as listed", "reversed", "shuffled"])
def test_a_toy_table_counted_by_hand(direction: Any, order: str):
    expected = BY_HAND[direction]
    days = list(expected)
    calendar = CALENDAR
    if order == "reversed":
        days, calendar = days[::-1], calendar[::-1]
    elif order == "shuffled":
        rng = np.random.default_rng(1)
        days = rng.permutation(days).tolist()
        calendar = calendar.sample(frac=1, random_state=1)
    joined = nearest(_october(days), calendar, direction=direction)
    assert _rows(joined) == [expected[day] for day in days]
    assert joined["date"].dt.day.tolist() == days


def test_the_columns_tell_where_each_match_comes_from():
    tests = pd.DataFrame(
        {"test_id": ["late", "early"], "date": _october([21, 1])}, index=[7, 3]
    )
    joined = nearest(tests, CALENDAR, direction="prior")
    assert joined.columns.tolist() == [
        "test_id", "date", "event_id", "event_row", "lag", "n_tied", "matched",
        "reason",
    ]  # fmt: skip
    assert joined.index.tolist() == [7, 3]
    assert joined["test_id"].tolist() == ["late", "early"]
    assert joined["event_row"].tolist() == [4, pd.NA]
    assert joined["matched"].tolist() == [True, False]
    assert joined["reason"].tolist() == [
        "", "no calendar event began on or before this day"
    ]  # fmt: skip
    assert joined.dtypes.astype(str)[["date", "lag", "matched"]].tolist() == [
        "datetime64[us]", "Int64", "bool",
    ]  # fmt: skip


def test_a_test_after_the_last_event_says_why_it_has_no_match():
    joined = nearest(_october([31]), CALENDAR, direction="after")
    assert joined["reason"].tolist() == ["no calendar event ends on or after this day"]


def test_dates_that_occur_twice_are_joined_twice():
    joined = nearest(_october([6, 6]), CALENDAR, direction="both")
    assert _rows(joined) == [("A", 1, 1)] * 2
    assert joined["test_id"].tolist() == ["1", "2"]


def test_calendar_events_on_one_day_are_tied():
    # Both on 10 October; 9 October is one day before each.
    joined = nearest(_october([9]), _october([10, 10]), direction="both")
    assert _rows(joined) == [("1", -1, 2)]


def test_tests_off_the_days_at_risk_are_kept_with_the_reason():
    period = StudyPeriod("2025-10-02", "2025-10-30", [("2025-10-06", "2025-10-07")])
    days = [1, 2, 5, 6, 7, 8, 30, 31]
    joined = nearest(_october(days), CALENDAR, direction="both", period=period)
    out, excluded = "outside the period", "on an excluded day"
    assert joined["reason"].tolist() == [
        out, "", "", excluded, excluded, "", "", out
    ]  # fmt: skip
    assert joined["matched"].tolist() == [reason == "" for reason in joined["reason"]]
    assert joined["lag"].isna().tolist() == (~joined["matched"]).tolist()
    # 2 Oct is matched to A on 3 Oct, 30 Oct to E, which ended on the 22nd.
    assert joined["lag"].dropna().tolist() == [-1, 0, 0, 8]


def test_the_period_does_not_restrict_the_calendar():
    period = StudyPeriod("2025-10-11", "2025-10-15")
    joined = nearest(_october([12]), CALENDAR, direction="prior", period=period)
    assert _rows(joined) == [("D", 2, 2)]


UNCERTAIN = pd.DataFrame(
    {
        "test_id": ["known", "a week", "half blank"],
        "date": _october([6, 6, 6]),
        "earliest": [*_october([6, 6]), ""],
        "latest": _october([6, 12, 12]),
    }
)


def test_tests_of_unknown_day_are_kept_but_not_matched():
    joined = nearest(UNCERTAIN, CALENDAR, direction="both")
    # A blank bound is the date itself: the last one lies between the 6th and the 12th.
    assert joined["matched"].tolist() == [True, False, False]
    assert joined["reason"].tolist() == ["", "day not known", "day not known"]
    assert joined["date"].isna().tolist() == [False, True, True]


def test_tests_of_unknown_day_keep_their_id():
    joined = nearest(UNCERTAIN, CALENDAR, direction="both")
    assert joined["test_id"].tolist() == UNCERTAIN["test_id"].tolist()


def test_dates_at_the_venue_are_joined_as_korean_days():
    # 25 August in Washington is 25 and 26 August in Korea.
    calendar = pd.DataFrame(
        {"start": ["2025-08-25"], "end": ["2025-08-25"], "zone": ["America/New_York"]}
    )
    days = ["2025-08-24", "2025-08-25", "2025-08-26", "2025-08-27"]
    joined = nearest(days, calendar, direction="both")
    assert joined["lag"].tolist() == [-1, 0, 0, 1]


@pytest.mark.parametrize(
    "dates",
    [
        ["2025-10-06"],
        (date(2025, 10, 6),),
        pd.Series(["2025-10-06"]),
        pd.to_datetime(["2025-10-06"]),
        pd.DatetimeIndex(["2025-10-05 18:00"], tz="UTC"),  # 6 October in Korea
        pd.DataFrame({"date": pd.Categorical(["2025-10-06"])}),
        np.array(["2025-10-06"], dtype="datetime64[ns]"),
        np.array(["2025-10-06"], dtype="datetime64[D]"),
    ],
)
def test_dates_may_come_in_any_container(dates: Any):
    assert _rows(nearest(dates, CALENDAR, direction="both")) == [("A", 1, 1)]


def test_a_series_keeps_its_index():
    tests = pd.Series(_october([6, 7]), index=["x", "y"])
    joined = nearest(tests, CALENDAR, direction="both")
    assert joined.index.tolist() == ["x", "y"]


def test_the_tables_of_the_user_stay_as_they_are():
    tests, calendar = UNCERTAIN.copy(), CALENDAR.copy()
    nearest(tests, calendar, direction="both")
    pd.testing.assert_frame_equal(tests, UNCERTAIN)
    pd.testing.assert_frame_equal(calendar, CALENDAR)


@pytest.mark.parametrize("direction", ["nearest", "", None, True])
def test_the_direction_is_one_of_three(direction: Any):
    message = "`direction` is .*; it must be one of 'prior', 'after', 'both'"
    with pytest.raises(ArgumentError, match=message):
        nearest(["2025-10-06"], CALENDAR, direction=direction)


def test_the_period_is_a_study_period():
    with pytest.raises(ArgumentError, match="`period` is a str"):
        nearest(["2025-10-06"], CALENDAR, direction="both", period="2025")  # type: ignore[arg-type]


GOOD = ["2025-10-06"]
NO_DATE = r"is not a date \(rule: YYYY-MM-DD, a day that exists\)"


@pytest.mark.parametrize(
    ("tests", "message"),
    [
        (pd.DataFrame({"day": GOOD}),
         r"^`tests`: column 'date': the column is missing \(columns found: day\)$"),
        (["2025-02-30"], rf"^`tests`: row 1, column 'date': '2025-02-30': {NO_DATE}$"),
        ([*GOOD, "soon"], rf"^`tests`: row 2, column 'date': 'soon': {NO_DATE}$"),
        ([20251028], rf"^`tests`: row 1, column 'date': 20251028: {NO_DATE}$"),
        ([True], rf"^`tests`: row 1, column 'date': True: {NO_DATE}$"),
        ([*GOOD, ""], "^`tests`: row 2, column 'date': '': must not be blank$"),
        ([*GOOD, None], "^`tests`: row 2, column 'date': None: must not be blank$"),
        (pd.DataFrame({"date": GOOD * 3, "test_id": ["a", "b", "a"]}),
         "^`tests`: row 3, column 'test_id': 'a': must be unique, but an earlier"),
        (pd.DataFrame({"date": GOOD, "earliest": ["2025-10-07"]}),
         r"^`tests`: row 1, column 'date': '2025-10-06': lies before 'earliest' "
         r"\(2025-10-07\); 'date' must not be earlier$"),
        (pd.DataFrame({"date": GOOD, "latest": ["2025-10-05"]}),
         r"^`tests`: row 1, column 'latest': .* lies before 'date' \(2025-10-06\)"),
        ("2025-10-06", "^`tests`: .* must be a table or a list of dates, not 'str'$"),
        (20251028, "^`tests`: .* must be a table or a list of dates, not 'int'$"),
        (None, "^`tests`: .* must be a table or a list of dates, not 'NoneType'$"),
    ],
)  # fmt: skip
def test_bad_tests_get_one_clear_error(tests: Any, message: str):
    with pytest.raises(SchemaError, match=message) as caught:
        nearest(tests, CALENDAR, direction="both")
    assert len(caught.value.failures) == 1


@pytest.mark.parametrize(
    ("calendar", "message"),
    [
        (pd.DataFrame({"start": GOOD}),
         r"^`calendar`: column 'end': the column is missing \(columns found: start\)$"),
        (pd.DataFrame({"start": GOOD, "end": ["2025-10-05"]}),
         r"^`calendar`: row 1, column 'end': '2025-10-05': lies before 'start' "
         r"\(2025-10-06\); 'end' must not be earlier$"),
        (pd.DataFrame({"start": GOOD, "end": ["later"]}),
         rf"^`calendar`: row 1, column 'end': 'later': {NO_DATE}$"),
        (pd.DataFrame({"start": GOOD, "end": GOOD, "zone": ["Seoul time"]}),
         r"^`calendar`: row 1, column 'zone': 'Seoul time': is not an IANA time zone "
         r"\(such as Europe/Madrid\)$"),
        (pd.DataFrame({"start": GOOD, "end": GOOD, "zone": [9]}),
         "^`calendar`: row 1, column 'zone': 9: is not an IANA time zone"),
        (pd.DataFrame({"start": GOOD, "end": GOOD, "announced": ["soon"]}),
         rf"^`calendar`: row 1, column 'announced': 'soon': {NO_DATE}$"),
        (pd.DataFrame({"start": GOOD * 2, "end": GOOD * 2, "event_id": ["a", "a"]}),
         "^`calendar`: row 2, column 'event_id': 'a': must be unique"),
        (7, "^`calendar`: .* must be a table or a list of dates, not 'int'$"),
    ],
)  # fmt: skip
def test_a_bad_calendar_gets_one_clear_error(calendar: Any, message: str):
    with pytest.raises(SchemaError, match=message) as caught:
        nearest(GOOD, calendar, direction="both")
    assert len(caught.value.failures) == 1


@pytest.mark.parametrize("empty", [[], pd.DataFrame({"date": []}), pd.Series([])])
def test_no_tests_at_all_are_an_error(empty: Any):
    with pytest.raises(EmptySelectionError, match="`tests` has no rows"):
        nearest(empty, CALENDAR, direction="both")


def test_an_empty_calendar_is_an_error():
    with pytest.raises(EmptySelectionError, match="`calendar` has no rows"):
        nearest(GOOD, CALENDAR.head(0), direction="both")


def test_tests_of_which_no_day_is_known_are_an_error():
    with pytest.raises(EmptySelectionError, match="no row whose day is known"):
        nearest(UNCERTAIN.iloc[[1]], CALENDAR, direction="both")


def test_a_column_that_occurs_twice_is_an_error():
    twice = pd.DataFrame([GOOD * 2], columns=["date", "date"])
    with pytest.raises(SchemaError, match=r"column 'date'.* twice"):
        nearest(twice, CALENDAR, direction="both")


def test_ids_may_be_blank():
    tests = pd.DataFrame({"date": GOOD * 2, "test_id": ["a", None]})
    assert nearest(tests, CALENDAR, direction="both")["matched"].all()


def test_dates_may_come_from_a_generator():
    joined = nearest((day for day in GOOD), CALENDAR, direction="both")
    assert joined["matched"].all()


DAY = st.integers(0, 40)
SPANS = st.lists(st.tuples(DAY, st.integers(0, 8)), min_size=1, max_size=8)


def _date(day: int) -> date:
    return date(2025, 2, 10) + timedelta(days=day)


def _calendar(spans: list[tuple[int, int]], shift: int = 0) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "start": [_date(first + shift) for first, _ in spans],
            "end": [_date(first + length + shift) for first, length in spans],
        }
    )


@settings(deadline=None)
@given(
    days=st.lists(DAY, min_size=1, max_size=8),
    spans=SPANS,
    direction=st.sampled_from(DIRECTIONS),
)
def test_every_lag_agrees_with_brute_force(
    days: list[int], spans: list[tuple[int, int]], direction: Any
):
    joined = nearest([_date(d) for d in days], _calendar(spans), direction=direction)
    for day, row in zip(days, joined.itertuples(), strict=True):
        back = [day - a - n for a, n in spans if a + n < day and direction != "after"]
        ahead = [day - a for a, _ in spans if a > day and direction != "prior"]
        within = [0 for a, n in spans if a <= day <= a + n]
        lags = back + ahead + within
        assert row.matched == bool(lags)
        if lags:
            nearest_lags = [lag for lag in lags if abs(lag) == min(map(abs, lags))]
            assert (row.lag, row.n_tied) == (max(nearest_lags), len(nearest_lags))


@settings(deadline=None)
@given(
    days=st.lists(DAY, min_size=1, max_size=8),
    spans=SPANS,
    direction=st.sampled_from(DIRECTIONS),
    shift=st.integers(-900, 900),
    seed=st.integers(0, 99),
)
def test_shifting_all_dates_or_sorting_rows_changes_no_lag(
    days: list[int], spans: Any, direction: Any, shift: int, seed: int
):
    joined = nearest([_date(d) for d in days], _calendar(spans), direction=direction)
    order = np.random.default_rng(seed).permutation(len(days))
    moved = nearest(
        [_date(days[i] + shift) for i in order],
        _calendar(spans, shift).sample(frac=1, random_state=seed),
        direction=direction,
    )
    columns = ["lag", "n_tied", "matched", "reason"]
    pd.testing.assert_frame_equal(
        joined[columns].iloc[order].reset_index(drop=True), moved[columns]
    )
