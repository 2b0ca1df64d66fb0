"""Control columns: counted by hand on a few days."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from timing import StudyPeriod, load_anniversaries, load_elections, load_exercises
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


def test_months_of_the_year_return_every_year():
    period = StudyPeriod("2015-01-01", "2017-12-31")
    month = _columns("month_of_year", period=period)["month_of_year"]
    assert month.cat.categories.tolist()[:3] == ["Jan", "Feb", "Mar"]
    assert month.astype(str).tolist() == month.index.strftime("%b").tolist()
    before_1970 = _columns(
        "month_of_year", period=StudyPeriod("1969-11-30", "1969-12-01")
    )["month_of_year"]
    assert before_1970.tolist() == ["Nov", "Dec"]


def test_the_trend_counts_years():
    trend = _columns("trend", period=StudyPeriod("2016-03-01", "2018-03-01"))["trend"]
    assert trend.iloc[0] == 0
    assert trend["2017-03-01"] == pytest.approx(365 / 365.2425)
    assert np.allclose(np.diff(trend), 1 / 365.2425)


def _natural_truncated_powers(day: np.ndarray, knots: np.ndarray) -> np.ndarray:
    """Natural cubic splines by the textbook (Hastie et al. 2009, eq. 5.4)."""

    def d(k: int) -> np.ndarray:
        ends = [np.clip(day - knot, 0, None) ** 3 for knot in (knots[k], knots[-1])]
        return (ends[0] - ends[1]) / (knots[-1] - knots[k])

    bent = [d(k) - d(len(knots) - 2) for k in range(len(knots) - 2)]
    return np.column_stack([np.ones(day.size), day, *bent])


def test_the_spline_spans_the_natural_cubic_splines_with_a_knot_a_year():
    period = StudyPeriod("2013-01-01", "2016-12-31")
    spline = _columns("spline", period=period).to_numpy()
    assert spline.shape == (1461, 4)  # five knots over four years
    day = (period.days - period.days[0]) / 365.25
    textbook = _natural_truncated_powers(day, np.linspace(day[0], day[-1], 5))
    ours = np.column_stack([np.ones(day.size), spline])
    assert np.linalg.matrix_rank(ours) == 5
    left = textbook - ours @ np.linalg.lstsq(ours, textbook, rcond=None)[0]
    assert np.abs(left).max() < 1e-9
    # Where it is 1 the others are 0: the second of the columns at the third knot.
    assert np.allclose(spline[730], [0, 1, 0, 0], atol=1e-6)


def test_a_short_spline_is_a_straight_line():
    spline = _columns("spline", period=StudyPeriod("2017-01-01", "2017-03-01"))
    assert spline["spline_1"].tolist() == pytest.approx((np.arange(60) / 59).tolist())


def test_a_spline_needs_more_than_one_day():
    day = StudyPeriod("2017-01-01", "2017-01-01").days
    with pytest.raises(ArgumentError, match="'spline' needs more than one day"):
        control_columns(["spline"], day=day, events=read_events(["2017-01-01"]))


def test_splines_skip_excluded_days_but_keep_their_time():
    whole = StudyPeriod("2013-01-01", "2016-12-31")
    gap = StudyPeriod("2013-01-01", "2016-12-31", [("2014-01-01", "2014-12-31")])
    kept = np.isin(whole.days, gap.days)
    everywhere = _columns("spline", period=whole).to_numpy()[kept]
    assert np.allclose(_columns("spline", period=gap).to_numpy(), everywhere)


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


def test_elections_flag_the_days_around_votes_but_not_deaths_or_crises():
    flags = _columns("elections")["election"]
    # The ROK voted on 9 May 2017; its court removed the president on 10 March.
    assert flags["2017-05-08":"2017-05-10"].tolist() == [1, 1, 1]
    crises = load_elections(kind=["leader_death", "political_crisis"])["start"]
    votes = load_elections()
    votes = votes[~votes["kind"].isin(["leader_death", "political_crisis"])]
    one = pd.Timedelta(days=1)
    near = [
        ((votes["start"] - one <= day) & (day <= votes["end"] + one)).any()
        for day in flags.index
    ]
    assert flags.astype(bool).tolist() == near
    only_crisis = [day for day in crises if day in flags.index and not flags[day]]
    assert only_crisis


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
        *(([_series(1, 2, odd)],
          r"`controls`: 'x' must hold real numbers from -1e\+100 to 1e\+100\.")
          for odd in (np.inf, -1e101, 1j)),
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
