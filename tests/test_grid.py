"""Exposure and the day grid: which days count, and what is left out."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from timing import StudyPeriod, Window, exposure
from timing.errors import (
    ArgumentError,
    EmptySelectionError,
    NoContrastError,
    SchemaError,
)
from timing.grid import build_grid

OCTOBER = StudyPeriod("2025-10-01", "2025-10-31")
NONE = Window(0, 0)


def _october(*days: int) -> list[str]:
    return [f"2025-10-{day:02}" for day in days]


def _calendar(*spans: tuple[int, int], **columns: Any) -> pd.DataFrame:
    first, last = zip(*spans, strict=True)
    return pd.DataFrame({"start": _october(*first), "end": _october(*last), **columns})


def _exposed(calendar: Any, window: Window = NONE, **options: Any) -> list[int]:
    table = exposure(
        calendar, period=options.pop("period", OCTOBER), window=window, **options
    )
    return table.loc[table["exposed"], "date"].dt.day.tolist()


TOY = _calendar((10, 11), (12, 12), (20, 20), event_id=["visit", "talks", "summit"])


@pytest.mark.parametrize("rows", [[0, 1, 2], [2, 0, 1], [2, 1, 0]])
@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (0, 0, [10, 11, 12, 20]),
        (2, 0, [8, 9, 10, 11, 12, 18, 19, 20]),
        (0, 3, [10, 11, 12, 13, 14, 15, 20, 21, 22, 23]),
        (1, 1, [9, 10, 11, 12, 13, 19, 20, 21]),
    ],
)
def test_exposed_days_counted_by_hand(
    rows: list[int], before: int, after: int, expected: list[int]
):
    assert _exposed(TOY.iloc[rows], Window(before, after)) == expected


def test_overlapping_windows_expose_once_and_are_all_counted():
    # With one day around, the visit covers 9-12 and the talks 11-13.
    table = exposure(TOY, period=OCTOBER, window=Window(1, 1)).set_index("date")
    spot = table.loc[_october(8, 9, 11, 12, 13)]
    assert spot["n_events"].tolist() == [0, 1, 2, 2, 1]
    assert spot["events"].tolist() == [
        "",
        "visit",
        "talks; visit",
        "talks; visit",
        "talks",
    ]
    assert len(table) == 31


def test_windows_reach_in_over_both_edges_of_the_period():
    # The period is 10-20. 5-8 reaches in to 10 with two days after, 22 to 20 with two
    # before; 9-10 and 20-25 straddle the edges; 1 and 30 stay out.
    period = StudyPeriod("2025-10-10", "2025-10-20")
    calendar = _calendar((5, 8), (22, 22), (9, 10), (20, 25), (1, 1), (30, 30))
    table = exposure(calendar, period=period, window=Window(2, 2))
    assert table.loc[table["exposed"], "date"].dt.day.tolist() == [
        10, 11, 12, 18, 19, 20,
    ]  # fmt: skip
    assert table["events"].iloc[0] == "1; 3"
    assert table["events"].iloc[-1] == "2; 4"
    grid = build_grid(_october(12), calendar, period=period, window=Window(2, 2))
    assert grid.n_calendar_events == 4
    (out,) = grid.dropped
    assert (out.table, out.rows, out.ids) == ("calendar", 2, ("5", "6"))
    assert out.reason == "window holds no at-risk day"


def test_excluded_days_are_listed_but_neither_at_risk_nor_exposed():
    period = StudyPeriod("2025-10-01", "2025-10-31", [("2025-10-11", "2025-10-19")])
    table = exposure(TOY, period=period, window=NONE)
    assert table.loc[~table["at_risk"], "date"].dt.day.tolist() == list(range(11, 20))
    assert table.loc[table["exposed"], "date"].dt.day.tolist() == [10, 20]
    assert table["n_events"].sum() == 4  # windows on excluded days are still shown


def test_a_calendar_event_that_only_meets_excluded_days_is_reported():
    period = StudyPeriod("2025-10-01", "2025-10-31", [("2025-10-12", "2025-10-12")])
    grid = build_grid(_october(3), TOY, period=period, window=NONE)
    assert grid.n_calendar_events == 2
    assert [(d.reason, d.ids) for d in grid.dropped] == [
        ("window holds no at-risk day", ("talks",))
    ]
    assert grid.day.size == 30


ANCHORED = _calendar(
    (10, 14), (20, 20),
    event_id=["visit", "talks"],
    meeting_start=[*_october(12), ""], meeting_end=[*_october(13), ""],
    announced=["", *_october(5)],
)  # fmt: skip


@pytest.mark.parametrize(
    ("anchor", "expected"),
    [
        ("interval", [10, 11, 12, 13, 14, 20]),
        ("meeting", [12, 13]),
        ("start", [10, 20]),
        ("end", [14, 20]),
        ("announced", [5]),
    ],
)
def test_the_window_hangs_on_the_anchor(anchor: str, expected: list[int]):
    assert _exposed(ANCHORED, anchor=anchor) == expected


@pytest.mark.parametrize(
    ("anchor", "left_out"), [("meeting", "talks"), ("announced", "visit")]
)
def test_events_without_a_date_for_the_anchor_are_reported(anchor: str, left_out: str):
    grid = build_grid(_october(1), ANCHORED, period=OCTOBER, window=NONE, anchor=anchor)
    (note,) = grid.dropped
    assert (note.table, note.rows, note.ids) == ("calendar", 1, (left_out,))
    assert note.reason == f"no date for anchor '{anchor}'"


@pytest.mark.parametrize(
    ("anchor", "column"), [("meeting", "meeting_start"), ("announced", "announced")]
)
def test_an_anchor_needs_its_column(anchor: str, column: str):
    message = (
        f"^`calendar`: column '{column}': the column is missing, and "
        f"anchor='{anchor}' needs it$"
    )
    with pytest.raises(SchemaError, match=message):
        _exposed(TOY, anchor=anchor)


def test_an_anchor_needs_at_least_one_date():
    message = "`calendar` has no row with a date for anchor='announced'"
    with pytest.raises(EmptySelectionError, match=message):
        _exposed(ANCHORED.iloc[[0]], anchor="announced")


def test_meeting_days_must_be_dates():
    calendar = _calendar((10, 11), meeting_start=["soon"], meeting_end=["later"])
    with pytest.raises(SchemaError, match="row 1, column 'meeting_start': 'soon'"):
        _exposed(calendar, anchor="meeting")


def test_a_meeting_must_not_end_before_it_starts():
    calendar = _calendar((10, 14), meeting_start=_october(13), meeting_end=_october(11))
    with pytest.raises(SchemaError, match="row 1, column 'meeting_end'"):
        _exposed(calendar, anchor="meeting")


@pytest.mark.parametrize("anchor", ["first", "", None])
def test_the_anchor_is_one_of_five(anchor: Any):
    message = (
        "`anchor` is .*; it must be one of 'interval', 'meeting', 'start', 'end', "
        "'announced'"
    )
    with pytest.raises(ArgumentError, match=message):
        _exposed(TOY, anchor=anchor)


@pytest.mark.parametrize(
    ("zone", "anchor", "expected"),
    [
        ("America/New_York", "interval", ["2025-08-25", "2025-08-26"]),
        ("America/New_York", "start", ["2025-08-25"]),
        ("America/New_York", "end", ["2025-08-26"]),
        ("America/New_York", "announced", ["2025-08-25"]),  # Korean clock
        ("Europe/Moscow", "interval", ["2025-08-25", "2025-08-26"]),
        ("Asia/Seoul", "interval", ["2025-08-25"]),
        ("Asia/Vladivostok", "interval", ["2025-08-24", "2025-08-25"]),
        ("", "interval", ["2025-08-25"]),
    ],
)
def test_a_day_at_the_venue_exposes_the_korean_days_that_it_touches(
    zone: str, anchor: str, expected: list[str]
):
    columns = {key: ["2025-08-25"] for key in ["start", "end", "announced"]}
    calendar = pd.DataFrame({**columns, "zone": [zone]})
    table = exposure(
        calendar,
        period=StudyPeriod("2025-08-01", "2025-08-31"),
        window=NONE,
        anchor=anchor,
    )
    assert table.loc[table["exposed"], "date"].dt.strftime("%F").tolist() == expected


def test_korean_summer_time_exposes_one_more_day_for_tokyo():
    calendar = pd.DataFrame(
        {
            "start": ["1988-07-01", "1988-12-01"],
            "end": ["1988-07-01", "1988-12-01"],
            "zone": ["Asia/Tokyo"] * 2,
        }
    )
    table = exposure(
        calendar, period=StudyPeriod("1988-01-01", "1988-12-31"), window=NONE
    )
    assert table.loc[table["exposed"], "date"].dt.strftime("%F").tolist() == [
        "1988-07-01", "1988-07-02", "1988-12-01",
    ]  # fmt: skip


def test_launch_days_count_once_and_test_events_each():
    # 10 October has two tests; 3 and 25 October one each; 10 is exposed.
    tests = _october(10, 3, 10, 25)
    by_day = build_grid(tests, TOY, period=OCTOBER, window=NONE, unit="day")
    by_event = build_grid(tests, TOY, period=OCTOBER, window=NONE, unit="event")
    assert (by_day.n_launches, by_day.count) == (3, 1)
    assert (by_event.n_launches, by_event.count) == (4, 2)
    assert by_event.launches[9] == 2
    assert (by_day.exposed_days, by_day.day.size) == (4, 31)
    # Rates: 1 / 4 on exposed days, 2 / 27 on the others; 2 / 4 and 2 / 27 by event.
    assert by_day.rate_ratio == pytest.approx((1 / 4) / (2 / 27))
    assert by_event.rate_ratio == pytest.approx((2 / 4) / (2 / 27))


def test_the_rate_ratio_is_infinite_where_all_launches_are_exposed():
    grid = build_grid(_october(10), TOY, period=OCTOBER, window=NONE)
    assert grid.rate_ratio == float("inf")


def test_tests_that_are_left_out_are_reported_with_the_reason():
    tests = pd.DataFrame(
        {
            "test_id": ["in", "before", "excluded", "unknown"],
            "date": ["2025-10-10", "2025-09-30", "2025-10-15", "2025-10-20"],
            "earliest": ["2025-10-10", "2025-09-30", "2025-10-15", "2025-10-01"],
            "latest": ["2025-10-10", "2025-09-30", "2025-10-15", "2025-10-31"],
        }
    )
    period = StudyPeriod("2025-10-01", "2025-10-31", [("2025-10-15", "2025-10-15")])
    grid = build_grid(tests, TOY, period=period, window=NONE, unit="event")
    assert grid.n_launches == 1
    assert [(d.table, d.reason, d.ids) for d in grid.dropped] == [
        ("tests", "day not known", ("unknown",)),
        ("tests", "not on an at-risk day", ("before", "excluded")),
    ]


@pytest.mark.parametrize("unit", ["month", "week", "", None])
def test_the_unit_is_one_of_four(unit: Any):
    message = "`unit` is .*; it must be one of 'day', 'event'"
    with pytest.raises(ArgumentError, match=message):
        build_grid(_october(3), TOY, period=OCTOBER, window=NONE, unit=unit)


def test_no_launch_at_risk_is_an_error():
    message = "`tests` has no event on the at-risk days of 2025-10-01 to 2025-10-31"
    with pytest.raises(EmptySelectionError, match=message):
        build_grid(["2025-11-01"], TOY, period=OCTOBER, window=NONE)


def test_no_exposed_day_is_an_error():
    message = (
        r"no at-risk day of 2025-10-01 to 2025-10-31 lies in the window \(1 day "
        r"before to 0 days after\) of a calendar event: there is nothing to compare"
    )
    with pytest.raises(NoContrastError, match=message):
        build_grid(_october(3), ["2025-12-01"], period=OCTOBER, window=Window(1, 0))


def test_exposed_days_alone_are_an_error():
    with pytest.raises(NoContrastError, match="every at-risk day of 2025-10-01 to"):
        build_grid(_october(3), _calendar((1, 31)), period=OCTOBER, window=NONE)


def test_a_window_longer_than_the_period_is_an_error():
    assert _exposed(_october(1), Window(15, 15)) == list(range(1, 17))
    message = (
        "`window` spans 32 days for a one-day event, longer than the 31 at-risk days"
    )
    with pytest.raises(ArgumentError, match=message):
        _exposed(_october(1), Window(16, 15))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"period": "2025"}, "`period` is a str; it must be a StudyPeriod"),
        ({"period": None}, "`period` is a NoneType; it must be a StudyPeriod"),
        ({"window": 7}, "`window` is a int; it must be a Window"),
        ({"window": (7, 7)}, "`window` is a tuple; it must be a Window"),
    ],
)
def test_period_and_window_have_their_types(options: Any, message: str):
    arguments = {"period": OCTOBER, "window": NONE, **options}
    with pytest.raises(ArgumentError, match=message):
        exposure(TOY, **arguments)
    with pytest.raises(ArgumentError, match=message):
        build_grid(_october(3), TOY, **arguments)


def test_the_hashes_tell_the_data_apart():
    def hashes(tests: Any, calendar: Any) -> tuple[str, str]:
        grid = build_grid(tests, calendar, period=OCTOBER, window=NONE)
        return grid.tests_sha256, grid.calendar_sha256

    same = hashes(_october(3, 4), TOY)
    assert same == hashes(pd.Series(pd.to_datetime(_october(3, 4))), TOY.copy())
    assert same[0] != hashes(_october(3, 5), TOY)[0]
    assert same[1] != hashes(_october(3), TOY.assign(event_id=list("abc")))[1]


def test_the_hash_of_a_calendar_knows_its_zones():
    def calendar_hash(zone: str) -> str:
        grid = build_grid(
            _october(3), TOY.assign(zone=zone), period=OCTOBER, window=NONE
        )
        return grid.calendar_sha256

    assert calendar_hash("Asia/Seoul") != calendar_hash("America/New_York")


def test_an_open_end_far_ahead_covers_the_rest_of_the_period():
    calendar = _calendar((30, 30), zone=["America/New_York"]).assign(end="9999-12-31")
    assert _exposed(calendar) == [30, 31]


DAY = st.integers(-10, 50)
SPANS = st.lists(st.tuples(DAY, st.integers(0, 8)), min_size=1, max_size=6)
TESTS = st.lists(DAY, min_size=1, max_size=10)
WINDOWS = st.builds(Window, st.integers(0, 6), st.integers(0, 6))
N_DAYS = 40


def _date(day: int) -> date:
    return date(2025, 2, 10) + timedelta(days=day)


def _spans(spans: list[tuple[int, int]], shift: int = 0) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "event_id": [f"e{i}" for i in range(len(spans))],
            "start": [_date(a + shift) for a, _ in spans],
            "end": [_date(a + n + shift) for a, n in spans],
        }
    )


def _period(exclude: tuple[int, int], shift: int = 0) -> StudyPeriod:
    first, length = exclude
    return StudyPeriod(
        _date(shift),
        _date(N_DAYS - 1 + shift),
        [(_date(first + shift), _date(first + length + shift))],
    )


EXCLUDED = st.tuples(DAY, st.integers(0, 5))


@settings(deadline=None)
@given(spans=SPANS, window=WINDOWS, exclude=EXCLUDED)
def test_exposure_agrees_with_brute_force(
    spans: list[tuple[int, int]], window: Window, exclude: tuple[int, int]
):
    table = exposure(_spans(spans), period=_period(exclude), window=window)
    for day, row in enumerate(table.itertuples()):
        holders = [
            f"e{i}"
            for i, (a, n) in enumerate(spans)
            if a - window.before <= day <= a + n + window.after
        ]
        at_risk = not exclude[0] <= day <= sum(exclude)
        assert row.events == "; ".join(holders)
        assert row.n_events == len(holders)
        assert row.at_risk == at_risk
        assert row.exposed == (at_risk and bool(holders))


@settings(deadline=None)
@given(
    tests=TESTS,
    spans=SPANS,
    window=WINDOWS,
    exclude=EXCLUDED,
    shift=st.integers(-500, 500),
    seed=st.integers(0, 99),
)
def test_rows_add_up_and_neither_order_nor_a_shift_of_all_dates_matters(
    tests: list[int],
    spans: list[tuple[int, int]],
    window: Window,
    exclude: tuple[int, int],
    shift: int,
    seed: int,
):
    try:
        grid = build_grid(
            [_date(day) for day in tests],
            _spans(spans),
            period=_period(exclude),
            window=window,
            unit="event",
        )
    except (EmptySelectionError, NoContrastError):
        assume(False)
    unexposed = int(grid.launches @ (1 - grid.exposed))
    left_out = sum(note.rows for note in grid.dropped if note.table == "tests")
    assert grid.count + unexposed + left_out == len(tests)
    gone = sum(note.rows for note in grid.dropped if note.table == "calendar")
    assert grid.n_calendar_events + gone == len(spans)

    order = np.random.default_rng(seed).permutation(len(tests))
    moved = build_grid(
        [_date(tests[i] + shift) for i in order],
        _spans(spans, shift).sample(frac=1, random_state=seed),
        period=_period(exclude, shift),
        window=window,
        unit="event",
    )
    assert moved.day.tolist() == (grid.day + shift).tolist()
    for name in ("launches", "exposed", "cover"):
        assert getattr(moved, name).tolist() == getattr(grid, name).tolist()
