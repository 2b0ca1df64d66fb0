"""The daily panel: one row per at-risk day."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from timing import StudyPeriod, Window, daily_panel
from timing.errors import ArgumentError, EmptySelectionError, NoContrastError

PERIOD = StudyPeriod("2025-10-01", "2025-10-31", [("2025-10-20", "2025-10-24")])
# Two tests on 28 October, one on the 7th, one on an excluded day and one before.
TESTS = ["2025-10-28", "2025-10-07", "2025-10-28", "2025-10-22", "2025-09-30"]
# The windows cover 27-30 October and 29-31 October.
CALENDAR = pd.DataFrame(
    {"start": ["2025-10-28", "2025-10-30"], "end": ["2025-10-29", "2025-10-30"]}
)
WINDOW = Window(1, 1)


def _panel(
    tests: Any = TESTS, calendar: Any = CALENDAR, **options: Any
) -> pd.DataFrame:
    arguments = {"period": PERIOD, "window": WINDOW, **options}
    return daily_panel(tests, calendar, **arguments)


def test_a_toy_panel_counted_by_hand():
    panel = _panel().set_index("date")
    assert panel.columns.tolist() == ["launches", "exposed", "n_events"]
    assert len(panel) == 26  # 31 days less 5 excluded ones
    assert "2025-10-22" not in panel.index.strftime("%F")
    launch_days = panel.index[panel["launches"] > 0].strftime("%F").tolist()
    assert launch_days == ["2025-10-07", "2025-10-28"]
    assert panel.loc["2025-10-26":, "exposed"].tolist() == [0, 1, 1, 1, 1, 1]
    assert panel.loc["2025-10-26":, "n_events"].tolist() == [0, 1, 1, 2, 2, 1]


def test_unit_event_counts_every_test():
    by_day, by_event = _panel(unit="day"), _panel(unit="event")
    assert (by_day["launches"].max(), by_day["launches"].sum()) == (1, 2)
    assert (by_event["launches"].max(), by_event["launches"].sum()) == (2, 3)


def test_controls_are_added_by_name_and_by_series():
    price = pd.Series(np.arange(31.0), pd.date_range("2025-10-01", periods=31))
    panel = _panel(controls=["weekday", price.rename("price")])
    assert panel.columns.tolist()[4:] == ["weekday", "price"]
    assert panel.loc[panel["date"].eq("2025-10-31"), "price"].tolist() == [30.0]
    assert panel.loc[panel["date"].eq("2025-10-31"), "weekday"].tolist() == ["Fri"]
    assert not panel.isna().any().any()


@pytest.mark.parametrize("name", ["date", "launches", "exposed", "n_events"])
def test_a_control_must_not_take_the_name_of_a_column(name: str):
    control = pd.Series(1.0, pd.date_range("2025-10-01", periods=31), name=name)
    message = f"`controls` has a column '{name}', which the panel itself uses"
    with pytest.raises(ArgumentError, match=message):
        _panel(controls=[control])


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"controls": ["moon"]}, ArgumentError, "`controls` has 'moon'"),
        ({"unit": "week"}, ArgumentError, "`unit` is 'week'"),
        ({"anchor": "middle"}, ArgumentError, "`anchor` is 'middle'"),
        ({"period": "2025"}, ArgumentError, "`period` is a str"),
        ({"window": 7}, ArgumentError, "`window` is a int"),
        ({"window": Window(20, 20)}, ArgumentError, "`window` spans 41 days"),
        ({"tests": ["2025-10-22"]}, EmptySelectionError, "`tests` has no event"),
        ({"tests": []}, EmptySelectionError, "`tests` has no rows"),
        ({"calendar": ["2024-01-01"]}, NoContrastError, "no at-risk day"),
        ({"calendar": ["2025-10-10"], "window": Window(9, 16),
          "period": StudyPeriod("2025-10-01", "2025-10-26")},
         NoContrastError, "every at-risk day"),
    ],
)  # fmt: skip
def test_bad_arguments_get_one_clear_error(
    arguments: Any, error: type[Exception], message: str
):
    with pytest.raises(error, match=message):
        _panel(**arguments)


@settings(deadline=None)
@given(order=st.permutations(range(len(TESTS))), swap=st.booleans())
def test_the_order_of_rows_changes_nothing(order: list[int], swap: bool):
    panel = _panel([TESTS[i] for i in order], CALENDAR[::-1] if swap else CALENDAR)
    pd.testing.assert_frame_equal(panel, _panel())
