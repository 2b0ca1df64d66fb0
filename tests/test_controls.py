"""Control columns: counted by hand on a few days."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from timing import StudyPeriod, load_anniversaries, load_exercises
from timing.controls import control_columns
from timing.errors import ArgumentError
from timing.inputs import read_events

YEAR = StudyPeriod("2017-01-01", "2017-12-31")


def _columns(
    *controls: Any,
    period: StudyPeriod = YEAR,
    tests: Any = ("2017-01-01",),
) -> pd.DataFrame:
    table = control_columns(controls, day=period.days, events=read_events(list(tests)))
    return table.set_index(pd.DatetimeIndex(period.days.astype("datetime64[D]")))


def test_no_controls_are_no_columns():
    assert _columns().shape == (365, 0)


def test_weekdays_are_those_of_the_calendar():
    days = _columns("weekday")["weekday"]
    assert days["2017-01-01"] == "Sun"
    assert days["2017-11-29"] == "Wed"
    assert days.astype(str).tolist() == days.index.strftime("%a").tolist()
    assert days.cat.categories.tolist() == [
        "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "n"), [("year", 1), ("half", 2), ("quarter", 4), ("month", 12)]
)
def test_effects_have_one_level_for_each_span_of_each_year(name: str, n: int):
    assert _columns(name)[name].nunique() == n
    assert isinstance(_columns(name)[name].dtype, pd.CategoricalDtype)


def test_season_is_two_harmonics_that_return_after_a_year():
    period = StudyPeriod("2013-01-01", "2016-12-31")
    season = _columns("season", period=period)
    assert season.columns.tolist() == [
        "season_sin1", "season_cos1", "season_sin2", "season_cos2"
    ]  # fmt: skip
    for k in (1, 2):
        radius = season[f"season_sin{k}"] ** 2 + season[f"season_cos{k}"] ** 2
        assert np.allclose(radius, 1)
    assert np.allclose(season.loc["2013-05-01"], season.loc["2016-05-01"], atol=0.04)
    assert not np.allclose(season.loc["2013-05-01"], season.loc["2013-08-01"], atol=0.5)


def test_exercises_flag_the_days_of_major_exercises_only():
    flags = _columns("exercises")["exercise"]
    under_way = np.zeros(365, dtype=bool)
    for row in load_exercises(scale="major").itertuples():
        under_way |= (flags.index >= row.start) & (flags.index <= row.end)
    assert flags.astype(bool).tolist() == under_way.tolist()
    # Ulchi Freedom Guardian 2017 ran from 21 to 31 August.
    assert flags["2017-08-20":"2017-09-01"].tolist() == [0, *[1] * 11, 0]


def test_anniversaries_flag_the_days_around_them():
    flags = _columns("anniversaries")["anniversary"]
    # 15 April, the Day of the Sun.
    assert flags["2017-04-13":"2017-04-17"].tolist() == [0, 1, 1, 1, 0]
    days = load_anniversaries()["start"]
    near = [(abs(days - day) <= pd.Timedelta(days=1)).any() for day in flags.index]
    assert flags.astype(bool).tolist() == near


def test_lagged_launches_count_launch_days_before_the_day():
    # Launch days: 28 Dec 2016 (before the period), 1, 2 and 20 January; the 2nd twice.
    tests = ["2017-01-02", "2016-12-28", "2017-01-01", "2017-01-20", "2017-01-02"]
    near, far = "launch_days_1_7_before", "launch_days_8_30_before"
    lagged = _columns("lagged_launches", tests=tests)
    assert lagged.columns.tolist() == [near, far]
    by_hand = {
        "2017-01-01": (1, 0),  # 28 Dec is 4 days back; the day itself does not count
        "2017-01-03": (3, 0),
        "2017-01-04": (3, 0),  # 28 Dec is 7 days back
        "2017-01-05": (2, 1),  # 28 Dec is 8 days back
        "2017-01-09": (1, 2),
        "2017-01-10": (0, 3),
        "2017-01-21": (1, 3),
        "2017-01-27": (1, 3),  # 28 Dec is 30 days back
        "2017-01-28": (0, 3),  # 28 Dec is 31 days back, 20 Jan 8
        "2017-02-20": (0, 0),  # 20 Jan is 31 days back
    }
    assert {
        day: (int(lagged.loc[day, near]), int(lagged.loc[day, far])) for day in by_hand
    } == by_hand


def test_flags_skip_excluded_days():
    gap = ("2017-04-15", "2017-04-15")
    flags = _columns(
        "anniversaries", period=StudyPeriod("2017-04-13", "2017-04-17", [gap])
    )
    assert flags["anniversary"].tolist() == [0, 1, 1, 0]


SHORT = StudyPeriod("2017-01-01", "2017-01-03")


def test_a_numeric_series_is_a_slope_and_any_other_an_effect():
    index = pd.to_datetime(["2017-01-03", "2017-01-02", "2017-01-01", "2016-01-01"])
    slope = pd.Series([3.0, 2.0, 1.0, 9.0], index=index, name="price")
    label = pd.Series(list("cbax"), index=index.strftime("%F"), name="phase")
    table = _columns(slope, label, period=SHORT)
    assert table["price"].tolist() == [1.0, 2.0, 3.0]
    assert table["phase"].tolist() == ["a", "b", "c"]
    assert isinstance(table["phase"].dtype, pd.CategoricalDtype)


def _series(*values: Any, name: Any = "x", days: Any = None) -> pd.Series:
    days = days or ["2017-01-01", "2017-01-02", "2017-01-03"]
    return pd.Series(values, index=days, name=name)


@pytest.mark.parametrize(
    ("controls", "message"),
    [
        (["weather"], "`controls` has 'weather'; names are 'season', 'weekday'"),
        ("weather", "`controls` has 'weather'; names are"),
        ([5], "`controls` holds names and named Series indexed by day only"),
        (_series(1, 2, 3), "`controls` holds names and named Series"),
        ([_series(1, 2, 3, name=None)], "`controls` holds names and named Series"),
        ([_series(1, 2, None)], "`controls`: 'x' has no value for 2017-01-03"),
        ([_series(1, 2, days=["2017-01-01", "2017-01-03"])],
         "`controls`: 'x' has no value for 2017-01-02"),
        ([_series(1, 2, 3, days=["2017-01-01"] * 3)],
         "`controls`: 'x' has two values for one day"),
        (["weekday", "weekday"], "`controls` gives the column 'weekday' twice"),
        (["year", _series(1, 2, 3, name="year")],
         "`controls` gives the column 'year' twice"),
        (5, "`controls`"),
        (None, "`controls`"),
    ],
)  # fmt: skip
def test_bad_controls_get_one_clear_error(controls: Any, message: str):
    events = read_events(["2017-01-01"])
    with pytest.raises(ArgumentError, match=message):
        control_columns(controls, day=SHORT.days, events=events)


def test_one_name_need_not_be_in_a_list():
    events = read_events(["2017-01-01"])
    table = control_columns("weekday", day=SHORT.days, events=events)
    assert table["weekday"].tolist() == ["Sun", "Mon", "Tue"]
