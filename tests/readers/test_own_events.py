"""Users' events: columns, clocks, times and dates in doubt, counted by hand."""

from __future__ import annotations

from datetime import date, time
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import timing
from timing.errors import ArgumentError, SchemaError
from timing.readers import read_events

SPAIN, KOREA = "Europe/Madrid", "Asia/Seoul"


def _table(**columns: list[object]) -> pd.DataFrame:
    return pd.DataFrame(
        {name: pd.Series(v, dtype=object) for name, v in columns.items()}
    )


def _read(table: dict[str, list[object]], **options: object) -> list[list[str]]:
    """Days, times and bounds of a table, as text."""
    frame = read_events(_table(**table), **options)
    names = [n for n in ("date", "time", "earliest", "latest") if n in frame]
    return frame[names].astype("str").to_numpy().tolist()


def _refused(
    table: dict[str, list[object]], **options: object
) -> list[tuple[int, str, str]]:
    with pytest.raises(SchemaError) as caught:
        read_events(_table(**table), **options)
    failures = caught.value.failures[["row", "column", "rule"]]
    return [*failures.itertuples(index=False, name=None)]


def test_columns_get_our_names_and_others_stay():
    table = pd.DataFrame({
        "Event Date": ["28 Oct 2025"], "No": ["7"], "dead": ["3"], "kind": ["cruise"],
        "Remark": ["=1+1"], "price": [1.5],
    }, index=[9])  # fmt: skip
    before = table.copy()
    columns = {"date": "Event Date", "id": "No", "size": "dead", "class": "kind"}
    frame = read_events(table, columns=columns)
    expected = pd.DataFrame({
        "date": pd.Series(["2025-10-28"], dtype="datetime64[us]"),
        "test_id": ["7"], "n_missiles": ["3"], "class": ["cruise"],
        "Remark": ["=1+1"], "price": [1.5],
    })  # fmt: skip
    pd.testing.assert_frame_equal(frame, expected)
    pd.testing.assert_frame_equal(table, before)


def test_what_is_read_can_be_read_again():
    columns = {
        "date": ["2025-10-28 10:00", "2025-10-28", "2015-03~"],
        "zone": [SPAIN, SPAIN, ""],
    }
    once = read_events(_table(**columns), zone=KOREA)
    pd.testing.assert_frame_equal(read_events(once, zone=KOREA), once)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (
            {"datum": "Day"},
            "`columns` has the key 'datum'; it must be one of 'date', ",
        ),
        ({"test_id": "Day"}, "`columns` has the key 'test_id'"),
        (
            {"date": "Day", "id": "Day"},
            "`columns` maps both 'date' and 'id' to 'Day'.$",
        ),
        (
            {"date": 1},
            r"`columns` is {'date': 1}; it must map names of this package",
        ),
        (["date"], r"`columns` is \['date'\]; it must map"),
    ],
)
def test_a_mapping_that_says_nothing_is_refused(columns, message: str):
    with pytest.raises(ArgumentError, match=f"^{message}"):
        read_events(_table(Day=["2025-10-28"]), columns=columns)


def test_columns_that_are_missing_or_in_the_way_are_named():
    table = {"Day": ["2025-10-28"], "test_id": ["1"], "No": ["2"]}
    found = "(columns found: Day, test_id, No)"
    missing = "the column is missing"
    assert _refused(table) == [
        (
            0,
            "date",
            f"the column is missing; which is it? columns={{'date': ...}} {found}",
        )
    ]
    assert _refused(table, columns={"date": "Date", "time": "Time"}) == [
        (0, "Date", f"{missing} {found}"),
        (0, "Time", f"{missing} {found}"),
    ]
    assert _refused(table, columns={"date": "Day", "id": "No"}) == [
        (0, "test_id", "is there beside 'No', which `columns` makes 'id': rename it")
    ]
    many = {f"c{i}": [""] for i in range(23)}
    assert _refused(many)[0][2].endswith("c18, c19 and 3 more)")


def test_columns_may_change_places():
    table = {"time": ["2025-10-28"], "date": ["14:30"]}
    columns = {"date": "time", "time": "date"}
    assert _read(table, columns=columns) == [["2025-10-28", "14:30"]]


def test_every_problem_is_listed_under_the_users_names():
    table = {"Day": ["", "x", "03/04/2015"], "No": ["1", "1", ""], "n": ["0", "x", ""]}
    refused = _refused(table, columns={"date": "Day", "id": "No", "size": "n"})
    assert [(row, column, rule[:26]) for row, column, rule in refused] == [
        (1, "n", "must lie between 1 and 1e+"),
        (1, "Day", "must not be blank: write w"),
        (2, "No", "must be unique, but an ear"),
        (2, "n", "is not a whole number"),
        (2, "Day", "is not a date that can be "),
        (3, "Day", "may be 3 April or 4 March:"),
    ]


def test_a_name_of_the_result_is_not_overwritten():
    table = {"date": ["2015-03~"], "date_qualifier": ["mine"]}
    rule = "is the name of a column of the result: rename yours"
    assert _refused(table) == [(0, "date_qualifier", rule)]
    # There is no qualifier to write here.
    assert _read(table | {"date": ["2015-03-01"]}) == [["2015-03-01"]]


def test_blank_dates_are_errors():
    rule = "must not be blank: write what is known, as 2015-03 or 2015-03-02/2015-03-09"
    dates = ["", " ", None, float("nan"), pd.NaT, pd.NA, "2025-10-28"]
    assert _refused({"date": dates}) == [(i, "date", rule) for i in range(1, 7)]


def test_times_of_day():
    assert _read({"date": ["2025-10-28 14:30:59", "2025-10-29"]}) == [
        ["2025-10-28", "14:30"],
        ["2025-10-29", ""],
    ]
    table = {
        "date": ["2025-10-28"] * 4,
        "time": ["2:30 PM", "", time(9, 5), "23:59:59.9"],
    }
    assert [row[1] for row in _read(table)] == ["14:30", "", "09:05", "23:59"]


def test_midnight_is_a_time_only_beside_another():
    assert _read({"date": ["2025-10-28 00:00", "2025-10-29T00:00:00"]}) == [
        ["2025-10-28"],
        ["2025-10-29"],
    ]
    assert _read({"date": ["2025-10-28 00:00", "2025-10-29 10:00", "2025-10-30"]}) == [
        ["2025-10-28", "00:00"],
        ["2025-10-29", "10:00"],
        ["2025-10-30", ""],
    ]
    said = _read({"date": ["2025-10-28 00:00"]}, dates="%Y-%m-%d %H:%M")
    assert said == [["2025-10-28", "00:00"]]


def test_a_column_of_timestamps_is_days_unless_one_has_a_time():
    days = pd.DataFrame({"date": pd.to_datetime(["2025-10-28", "2025-10-29"])})
    assert read_events(days).columns.tolist() == ["date"]
    later = days.assign(date=days["date"] + pd.to_timedelta(["0h", "10h"]))
    assert read_events(later)["time"].tolist() == ["00:00", "10:00"]


TIME = "is not a clock time (rule: 14:30, 14:30:00, 2:30 PM or 14:30+09:00)"


@pytest.mark.parametrize(
    ("day", "clock", "rule"),
    [
        ("2025-10-28", "25:00", TIME),
        ("2025-10-28", 0.6, TIME),
        ("2025-10-28", "unknown", TIME),
        ("2025-10-28", "24:00", "has the time 24:00: write 00:00 of the next day"),
        ("2025-10", "14:30", "is a clock time, but 'date' does not tell the day"),
        ("2025-10-28 10:00", "14:30", "is not the clock time that 'date' has"),
    ],
)
def test_a_bad_time_is_named(day: str, clock: object, rule: str):
    assert _refused({"date": [day], "time": [clock]}) == [(1, "time", rule)]


def test_the_same_time_may_be_written_twice():
    assert _read({"date": ["2025-10-28 10:00"], "time": ["10:00"]}) == [
        ["2025-10-28", "10:00"]
    ]


WHOSE = "say in `zone` whose days are meant, as zone='UTC' or zone='Europe/Madrid'"


def test_an_offset_needs_a_zone():
    dates = ["2025-10-28", "2025-10-28T22:00Z", "2025-10-28T22:00+01:00"]
    rule = f"has an offset from UTC (2 such times here): {WHOSE}"
    assert _refused({"date": dates}) == [(2, "date", rule)]
    assert _read({"date": dates}, zone=KOREA) == [
        ["2025-10-28", ""],
        ["2025-10-29", "07:00"],
        ["2025-10-29", "06:00"],
    ]


def test_offsets_stand_in_all_times_or_in_none():
    dates = ["2025-10-28T22:00Z", "2025-10-28T22:00", "2025-10-28T23:00Z", "2025-10-28"]
    rule = (
        "has no offset from UTC, but row 1 (2025-10-28T22:00Z) has an offset: write "
        "one in all times, or in none"
    )
    assert _refused({"date": dates}, zone="UTC") == [(2, "date", rule)]
    rule = (
        "has an offset from UTC, but row 2 (2025-10-28T22:00) has no offset: write one "
        "in all times, or in none"
    )
    dates = [dates[0], dates[1], dates[1]]
    assert _refused({"date": dates}, zone="UTC") == [(1, "date", rule)]


def test_offsets_of_the_time_column_count():
    table = {"date": ["2025-10-28", "2025-10-28"], "time": ["22:00Z", "10:00+09:00"]}
    assert _read(table, zone=KOREA) == [
        ["2025-10-29", "07:00"],
        ["2025-10-28", "10:00"],
    ]


def test_midnights_elsewhere_are_no_days():
    dates = ["2025-10-28T00:00:00Z", "2025-10-29T00:00:00Z"]
    rule = (
        "is midnight, as all times here are, but not in Asia/Seoul: write the day "
        "alone if it is meant; if the moment is, say so by the format, as "
        "dates='%Y-%m-%dT%H:%M:%S%z'"
    )
    assert _refused({"date": dates}, zone=KOREA) == [(1, "date", rule)]
    assert _read({"date": dates}, zone="UTC") == [["2025-10-28"], ["2025-10-29"]]
    said = _read({"date": dates}, zone=KOREA, dates="%Y-%m-%dT%H:%M:%S%z")
    assert said == [["2025-10-28", "09:00"], ["2025-10-29", "09:00"]]
    aware = pd.DataFrame({"date": pd.to_datetime(dates)})
    with pytest.raises(SchemaError, match="is midnight, as all times here are"):
        read_events(aware, zone=KOREA)
    # On a clock a whole day away midnight is midnight, of another day.
    far = _read({"date": ["2025-10-28T00:00-11:00"]}, zone="Pacific/Apia")
    assert far == [["2025-10-29"]]


def test_timestamps_with_a_zone_are_converted():
    moments = pd.to_datetime(["2025-10-28 00:00", "2025-10-28 23:30", None])
    table = pd.DataFrame({"date": moments.tz_localize(SPAIN)})
    rules = read_events(table[:2], zone=KOREA)
    assert rules["time"].tolist() == ["08:00", "07:30"]
    assert rules["date"].dt.day.tolist() == [28, 29]
    with pytest.raises(SchemaError, match="row 3, column 'date': '': must not"):
        read_events(table, zone=KOREA)


def test_each_row_may_have_a_clock():
    table = {
        "date": ["2025-10-28 10:00", "2025-10-28", "2025-10-28T10:00Z"],
        "tz": [SPAIN, None, "America/New_York"],
    }
    frame = read_events(_table(**table), columns={"zone": "tz"}, zone=KOREA)
    assert frame["time"].tolist() == ["18:00", "", "19:00"]
    assert frame["zone_written"].tolist() == [SPAIN, None, "America/New_York"]
    table["date"][2] = "2025-10-28 10:00"
    frame = read_events(_table(**table), columns={"zone": "tz"}, zone=KOREA)
    assert frame["time"].tolist() == ["18:00", "", "23:00"]
    rule = f"is the clock of its row (2 such rows here): {WHOSE}"
    assert _refused(table, columns={"zone": "tz"})[0] == (1, "tz", rule)


def test_a_day_elsewhere_is_one_of_the_days_that_it_touches():
    table = {
        "date": ["2025-10-28", "2025-10-28", "2025-10", "2025-10-28"],
        "zone": [SPAIN, "Asia/Tokyo", "America/New_York", ""],
    }
    assert _read(table, zone=KOREA) == [
        ["2025-10-28", "2025-10-28", "2025-10-29"],
        ["2025-10-28", "2025-10-28", "2025-10-28"],
        ["2025-10-01", "2025-10-01", "2025-11-01"],
        ["2025-10-28", "2025-10-28", "2025-10-28"],
    ]


def test_hours_that_a_clock_skips_or_repeats_are_named():
    table = {"date": ["2025-03-30 02:30", "2025-10-26 02:30"], "zone": [SPAIN] * 2}
    skipped = "does not exist: the clock of Europe/Madrid skipped it"
    repeated = "occurs twice on the clock of Europe/Madrid: write the offset, as 02:30"
    assert _refused(table, zone=KOREA) == [
        (1, "date", skipped),
        (2, "date", f"{repeated}+01:00"),
    ]
    # Where the clock stays, the time is as written, whichever of the two it is.
    assert _refused(table, zone=SPAIN) == [(1, "date", skipped)]
    day = {"date": ["2011-12-30"], "zone": ["Pacific/Apia"]}
    rule = "does not exist: the clock of its zone skipped the day"
    assert _refused(day, zone=KOREA) == [(1, "date", rule)]


def test_zones_must_be_known():
    rule = "is not an IANA time zone (such as Europe/Madrid)"
    table = {"date": ["2025-10-28"] * 2, "tz": ["KST", " Asia/Seoul "]}
    assert _refused(table, columns={"zone": "tz"}, zone=KOREA) == [(1, "tz", rule)]
    for zone in ("Madrid", "../etc/passwd", 1, ""):
        with pytest.raises(ArgumentError, match=r"^`zone` is .*; it must be an IANA"):
            read_events(_table(date=["2025-10-28"]), zone=zone)


def test_the_ends_of_the_calendar_stay_on_their_clock():
    rule = "is too close to the year 1 or 9999 to be put on another clock"
    table = {"date": ["9999-12-31T23:00Z", "0001-01-01T00:30Z"]}
    assert _refused(table, zone=KOREA) == [(1, "date", rule), (2, "date", rule)]
    assert _read({"date": ["9999-12-31", "0001-01-01 10:00"]}, zone=KOREA)[0][0] == (
        "9999-12-31"
    )


@given(
    st.lists(
        st.datetimes(pd.Timestamp(1900, 1, 1), pd.Timestamp(2100, 1, 1)),
        min_size=1,
        max_size=5,
    ),
    st.sampled_from([SPAIN, "America/New_York", "Asia/Kathmandu", "Pacific/Apia"]),
    st.sampled_from([KOREA, "UTC", "America/St_Johns"]),
)
def test_moments_agree_with_the_standard_library(moments, zone: str, wanted: str):
    there = [m.replace(microsecond=0, tzinfo=ZoneInfo(zone)) for m in moments]
    # Read from text with offsets, which of old times may have seconds: none of these.
    there = [m.astimezone(ZoneInfo("UTC")).astimezone(ZoneInfo(zone)) for m in there]
    texts = [f"{m:%Y-%m-%d %H:%M:%S}Z" for m in (t.astimezone(ZoneInfo("UTC"))
                                                 for t in there)]  # fmt: skip
    form = "%Y-%m-%d %H:%M:%S%z"
    frame = read_events(_table(date=texts), zone=wanted, dates=form)
    expected = [t.astimezone(ZoneInfo(wanted)) for t in there]
    assert frame["date"].dt.date.tolist() == [e.date() for e in expected]
    assert frame["time"].tolist() == [f"{e:%H:%M}" for e in expected]


def test_a_date_in_doubt_has_bounds_and_keeps_its_mark():
    frame = read_events(_table(date=["1984", "1984-04/1984-09~", "2015-03-01"]))
    assert frame.astype("str").to_numpy().tolist() == [
        ["1984-01-01", "1984-01-01", "1984-12-31", ""],
        ["1984-04-01", "1984-04-01", "1984-09-30", "~"],
        ["2015-03-01", "2015-03-01", "2015-03-01", ""],
    ]
    assert frame.columns.tolist()[1:] == ["earliest", "latest", "date_qualifier"]


def test_a_day_in_doubt_needs_to_say_by_how_much():
    table = {"date": ["2015-03-12~", "2015-03?", "2015-03-12"]}
    rule = (
        "is in doubt by an unknown number of days: say approximate=N for N days either "
        "side, or write the interval, as 2015-03-05/2015-03-19"
    )
    assert _refused(table) == [(1, "date", rule)]
    assert _read(table, approximate=3) == [
        ["2015-03-12", "2015-03-09", "2015-03-15"],
        ["2015-02-26", "2015-02-26", "2015-04-03"],
        ["2015-03-12", "2015-03-12", "2015-03-12"],
    ]
    for wrong in (0, -1, 1.5, True, "3"):
        with pytest.raises(ArgumentError, match=r"^`approximate` is .* a whole number"):
            read_events(_table(date=["2015"]), approximate=wrong)
    rule = "leaves the years 1 to 9999"
    assert _refused({"date": ["0001-01-01~"]}, approximate=1) == [(1, "date", rule)]


def test_bounds_of_the_user_count_before_the_date():
    table = {
        "date": ["2015-03-12~", "2015-03", "2015-03-12", "2015-03"],
        "earliest": ["2015-03-10", "2015-03-05", "", ""],
        "latest": ["2015-03", "", "", "2015-03-20"],
    }
    assert _read(table) == [
        ["2015-03-12", "2015-03-10", "2015-03-31"],
        ["2015-03-05", "2015-03-05", "2015-03-31"],
        ["2015-03-12", "2015-03-12", "2015-03-12"],
        ["2015-03-01", "2015-03-01", "2015-03-20"],
    ]


LATE = "lies after 'date'; it must not be later"
EARLY = "lies before 'date'; it must not be earlier"
CROSSED = "lies before the first possible day; it must not be earlier"
DOUBTED = "is in doubt itself: write a day, a month or a year"


@pytest.mark.parametrize(
    ("day", "earliest", "latest", "column", "rule"),
    [
        ("2015-03-12", "2015-03-13", "", "earliest", LATE),
        ("2015-03", "2015-04-01", "", "earliest", LATE),
        ("2015-03-12", "", "2015-03-11", "latest", EARLY),
        ("2015-03", "", "2015-02", "latest", EARLY),
        ("2015-03", "2015-03-12", "2015-03-10", "latest", CROSSED),
        ("2015-03-12", "2015-03~", "", "earliest", DOUBTED),
        ("2015-03-12", "", "2015-03-12/2015-03-14", "latest", DOUBTED),
    ],
)
def test_bounds_that_contradict_are_named(day, earliest, latest, column, rule):
    table = {"date": [day], "earliest": [earliest], "latest": [latest]}
    assert _refused(table) == [(1, column, rule)]


def test_bounds_are_put_on_the_same_clock():
    table = {"date": ["2025-10"], "latest": ["2025-10-28T20:00Z"]}
    assert _read(table, zone=KOREA) == [["2025-10-01", "2025-10-01", "2025-10-29"]]
    assert _refused(table)[0][1] == "latest"


@pytest.mark.parametrize(
    ("option", "value"),
    [("format", "csv"), ("delimiter", ";"), ("sheet", "a"), ("encoding", "cp1252")],
)
def test_options_of_files_mean_nothing_for_a_dataframe(option: str, value: str):
    message = f"^`{option}` is given, but means nothing for a DataFrame: leave it out"
    with pytest.raises(ArgumentError, match=message):
        read_events(_table(date=["2025-10-28"]), **{option: value})


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (pd.DataFrame({"date": []}), r"^`source`: column '\(all\)': has no rows$"),
        (
            pd.DataFrame({0: ["2025-10-28"]}),
            "has the column name 0; names must be text$",
        ),
        (
            pd.DataFrame([["a", "b"]], columns=["date", "date"]),
            "column 'date': the column occurs twice$",
        ),
        (
            pd.DataFrame({"date": pd.Series(["\ud800"], dtype=object)}),
            r"row 1, column 'date': '\\\\ud800': is not a date",
        ),
        (
            _table(date=["2025-10-28"], zone=["\ud800"]),
            r"row 1, column 'zone': '\\\\ud800': is not an IANA",
        ),
    ],
)
def test_a_table_that_is_none_is_refused(table: pd.DataFrame, message: str):
    with pytest.raises(SchemaError, match=message):
        read_events(table)


@pytest.mark.parametrize("source", [3, None, b"mine.csv", ["2025-10-28"]])
def test_other_sources_are_refused(source: object):
    kind = type(source).__name__
    message = f"^`source` is a {kind}; it must be the path of a file or a DataFrame"
    with pytest.raises(ArgumentError, match=message):
        read_events(source)


def test_rows_in_are_rows_out_and_other_kinds_of_columns_work():
    days = pd.Series(["2025-10-28", "2025-10-28", "2025-10-29"])
    for column in (days.astype("category"), days.astype("str"), days.astype("string"),
                   pd.Series([date(2025, 10, 28)] * 3), pd.Series([20251028] * 3),
                   pd.to_datetime(days).astype("category"),
                   pd.to_datetime(days).astype("datetime64[s]")):  # fmt: skip
        frame = read_events(pd.DataFrame({"date": column, "n": range(3)}))
        assert frame["date"].dtype == "datetime64[us]"
        assert frame["n"].tolist() == [0, 1, 2]
        assert frame["date"].dt.year.eq(2025).all()


def test_events_of_a_clock_can_be_tested_in_continuous_time():
    events = read_events(
        _table(date=[f"2025-{m:02}-10T2{m % 4}:15Z" for m in range(1, 13)]), zone=KOREA
    )
    calendar = pd.DataFrame({"start": ["2025-03-11"], "end": ["2025-03-12"]})
    result = timing.permutation_test(
        events,
        calendar,
        period=timing.StudyPeriod("2025-01-01", "2025-12-31", zone=KOREA),
        window=timing.Window(before=1, after=1),
        resolution="time",
        unit="event",
    )
    # 23:15 UTC on 10 March is 08:15 on the 11th in Korea.
    assert (result.n_launches, result.count) == (12, 1)


def test_many_rows_share_the_reading_of_equal_texts(monkeypatch):
    from timing.readers.own import date_column

    seen = []
    read = date_column.read_written
    monkeypatch.setattr(
        date_column, "read_written", lambda *a: seen.append(a[0]) or read(*a)
    )
    read_events(pd.DataFrame({"date": ["2025-10-28", "29 Oct 2025"] * 1000}))
    assert seen == ["2025-10-28", "29 Oct 2025"]
