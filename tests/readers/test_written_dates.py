"""Dates, times and numbers as lists write them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from timing.errors import SchemaError
from timing.readers.dates import parse_written_dates, parse_written_times
from timing.readers.quantities import find_addresses, parse_kilometres


def _span(text: str) -> tuple[str, str]:
    dates = parse_written_dates(pd.Series([text], name="date"), table="mine.csv")
    first, last = dates.first.astype("M8[D]"), dates.last.astype("M8[D]")
    return str(first[0]), str(last[0])


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("9-Apr-84", "1984-04-09"),
        ("31-Dec-99", "1999-12-31"),
        ("1-Jan-00", "2000-01-01"),
        ("18-Apr-26", "2026-04-18"),
        ("29-Feb-2016", "2016-02-29"),
        ("09 april 2016", "2016-04-09"),
        ("2-Sept-16", "2016-09-02"),
        ("2016-04-15", "2016-04-15"),
        (" 2016-04-15 00:00:00 ", "2016-04-15"),
    ],
)
def test_a_day_is_read(text: str, day: str):
    assert _span(text) == (day, day)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("Sep-84", "1984-09-01", "1984-09-30"),
        ("Feb-2016", "2016-02-01", "2016-02-29"),
        ("2017-02", "2017-02-01", "2017-02-28"),
        ("December 1990", "1990-12-01", "1990-12-31"),
    ],
)
def test_a_month_is_a_span(text: str, first: str, last: str):
    assert _span(text) == (first, last)


@pytest.mark.parametrize(
    "text",
    ["", "Unknown", "4/5/2016", "04.05.2016", "2016", "2016-13-01", "2016-4-5",
     "29-Feb-15", "0-Jan-16", "9-Apr-83", "9-Apr-50", "9-Apr-984", "9-Avr-84",
     "20160415", "45000", "2016-04-15 20:33", "0000-01-01", "٩-Apr-84x"],
)  # fmt: skip
def test_all_else_is_no_date(text: str):
    with pytest.raises(SchemaError, match=r"^mine\.csv: row 1, column 'date': .* is n"):
        _span(text)


@given(st.dates(pd.Timestamp("1984-01-01").date(), pd.Timestamp("2049-12-31").date()))
def test_all_ways_to_write_a_day_agree(day):
    months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"
    month = months.split()[day.month - 1]
    texts = [f"{day.day}-{month}-{day.year % 100:02d}", f"{day.day}-{month}-{day.year}"]
    assert {_span(text) for text in texts} == {(day.isoformat(),) * 2}


@pytest.mark.parametrize(
    ("text", "minute"),
    [("12:00:00 AM", 0), ("12:29:59 am", 29), ("12:40 PM", 760), ("8:33:00 PM", 1233),
     ("20:33", 1233), ("0:05", 5), ("23:59:59.9", 1439), ("12:29 (UTC)", 749)],
)  # fmt: skip
def test_a_time_is_read(text: str, minute: int):
    minutes, known = parse_written_times(pd.Series([text]), table="mine.csv")
    assert (minutes[0], known[0]) == (minute, True)


def test_an_unknown_time_is_missing():
    words = pd.Series(["", " ", "Unknown", "unknown", "N/A"])
    assert not parse_written_times(words, table="mine.csv")[1].any()


@pytest.mark.parametrize("text", ["24:00", "12:60", "0:30 AM", "13:00 PM", "noon", "9"])
def test_all_else_is_no_time(text: str):
    with pytest.raises(SchemaError, match="is not a time"):
        parse_written_times(pd.Series([text], name="time"), table="mine.csv")


def test_no_rows_are_no_dates():
    none = pd.Series([], dtype="str")
    assert parse_written_dates(none, table="mine.csv").first.size == 0
    assert parse_written_times(none, table="mine.csv")[0].size == 0


@pytest.mark.parametrize(
    ("text", "number"),
    [("50 km", 50), ("50km", 50), ("50", 50), ("1,380 km", 1380), ("2111.5 km", 2111.5),
     ("0 km", 0), ("1,234,567 KM", 1234567)],
)  # fmt: skip
def test_a_length_is_read(text: str, number: float):
    assert parse_kilometres(pd.Series([text]))[0] == number


@pytest.mark.parametrize(
    "text",
    ["", "Unknown", "N/A", "1,5 km", "330 lm", "50 miles", "~50 km", "25-90 km",
     "-5 km", "nan", "inf", "1e3"],
)  # fmt: skip
def test_nothing_is_guessed(text: str):
    assert np.isnan(parse_kilometres(pd.Series([text]))[0])


def test_addresses_end_at_blanks_and_punctuation():
    text = "(https://a.example/x_(y)?z=1,2); http://b.example. www.c.example/d;page 3"
    assert find_addresses(pd.Series([text])).tolist() == [
        "https://a.example/x_(y)?z=1,2; http://b.example; www.c.example/d;page"
    ]
