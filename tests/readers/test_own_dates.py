"""Single dates and columns of dates in the forms that users write."""

from __future__ import annotations

import locale
import subprocess
import sys
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from timing.errors import ArgumentError, SchemaError
from timing.readers import read_events
from timing.readers.own.date_column import check_dates
from timing.readers.own.date_format import compile_format
from timing.readers.own.edtf import read_edtf
from timing.readers.own.reading import MONTHS, NO_CLOCK, NO_OFFSET, WEEKDAYS, Unreadable
from timing.readers.own.written import read_written

EPOCH = date(1970, 1, 1)
NOON = 12 * 3600


def _span(text: str, order: str | None = None) -> tuple[str, str]:
    reading = read_written(text, order)
    days = (EPOCH + timedelta(days=n) for n in (reading.first, reading.last))
    first, last = (day.isoformat() for day in days)
    return first, last


def _events(*dates: object, **options: object) -> pd.DataFrame:
    return read_events(
        pd.DataFrame({"date": pd.Series(dates, dtype=object)}), **options
    )


def _refused(*dates: object, **options: object) -> list[tuple[int, str]]:
    with pytest.raises(SchemaError) as caught:
        _events(*dates, **options)
    return [*caught.value.failures[["row", "rule"]].itertuples(index=False, name=None)]


@pytest.mark.parametrize(
    "text",
    ["2025-10-28", "2025-10-28 ", "2025/10/28", "2025.10.28", "20251028", "28 Oct 2025",
     "28-Oct-2025", "28/Oct/2025", "28. October 2025", "28OCT2025", "28th October 2025",
     "Oct 28, 2025", "October 28th, 2025", "Oct. 28 2025", "2025-Oct-28", "28.10.2025",
     "28/10/2025", "28-10-2025", "10/28/2025", "10-28-2025", "Tue 28 Oct 2025",
     "Tuesday, October 28, 2025", "tues. 28\u00a0Oct 2025"],
)  # fmt: skip
def test_a_day_is_read_in_any_usual_form(text: str):
    assert _span(text) == ("2025-10-28", "2025-10-28")


@pytest.mark.parametrize(
    ("text", "clock", "offset"),
    [("2025-10-28T14:30", 52200, NO_OFFSET), ("2025-10-28 14:30:15", 52215, NO_OFFSET),
     ("2025-10-28 14:30:15.999", 52215, NO_OFFSET), ("2025-10-28T14:30Z", 52200, 0),
     ("28 Oct 2025 2:30 pm", 52200, NO_OFFSET), ("28.10.2025, 14:30", 52200, NO_OFFSET),
     ("2025-10-28 14:30+09:00", 52200, 32400), ("20251028T143015Z", 52215, 0),
     ("2025-10-28T14:30:00-0330", 52200, -12600), ("20251028T1430", 52200, NO_OFFSET),
     ("2025-10-28 14:30 UTC", 52200, 0), ("2025-10-28 12:05 AM", 300, NO_OFFSET),
     ("2025-10-28 00:00", 0, NO_OFFSET), ("2025-10-28", NO_CLOCK, NO_OFFSET)],
)  # fmt: skip
def test_a_clock_time_may_follow(text: str, clock: int, offset: int):
    reading = read_written(text)
    assert (reading.clock, reading.offset) == (clock, offset)
    assert reading.first == reading.last == (date(2025, 10, 28) - EPOCH).days


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("1984", "1984-01-01", "1984-12-31"),
        ("1984-02", "1984-02-01", "1984-02-29"),
        ("1984-04/1984-09", "1984-04-01", "1984-09-30"),
        ("1984-04-10/1984-04", "1984-04-10", "1984-04-30"),
        ("1984/1986", "1984-01-01", "1986-12-31"),
        ("2015-03~", "2015-03-01", "2015-03-31"),
        ("2015-03-12?", "2015-03-12", "2015-03-12"),
        ("2015-03-XX", "2015-03-01", "2015-03-31"),
        ("2015-xx-xx", "2015-01-01", "2015-12-31"),
        ("201X", "2010-01-01", "2019-12-31"),
        ("19XX%", "1900-01-01", "1999-12-31"),
        ("9999-12", "9999-12-01", "9999-12-31"),
        ("000X", "0001-01-01", "0009-12-31"),
        ("March 2015", "2015-03-01", "2015-03-31"),
        ("Mar-2015", "2015-03-01", "2015-03-31"),
    ],
)
def test_a_date_in_doubt_is_a_span(text: str, first: str, last: str):
    assert _span(text) == (first, last)


def test_qualifiers_are_kept_and_those_of_an_interval_joined():
    texts = ["2015-03~", "2015-03-12?", "2015%", "2015-03~/2015-05", "2015/2016?",
             "2015~/2016?", "2015-03-12"]  # fmt: skip
    assert [read_written(t).qualifier for t in texts] == ["~", "?", "%", "~", "?", "%",
                                                          ""]  # fmt: skip


def test_what_is_no_edtf_is_left_to_others():
    for text in ("28 Oct 2025", "2015/03", "2015-3", "15-03", "", "2015-03-12T10:00"):
        assert read_edtf(text) is None


BARE = "is a bare number, such as a spreadsheet's day count or Unix seconds: write the "
SHORT = "has no year of four digits: write it, or say the format, as dates='%d-%b-%y'"


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("2015-21", "is a season in EDTF, and which months it has differs between the "
         "hemispheres: write the months, as 2015-03/2015-05 (or two years, as "
         "2015/2021)"),
        ("2015-24~", "is a season in EDTF"),
        ("2015-21/2015-22", "is a season in EDTF"),
        ("2015-03/..", "has an open end: write the first and the last day that are "),
        ("../2015", "has an open end"),
        ("2015/", "has an open end"),
        ("2015-05/2015-03", "ends before it begins"),
        ("2015-XX-12", "leaves out digits before others that are known"),
        ("201X-03", "leaves out digits before others that are known"),
        ("2015-13", "is not a date that exists"),
        ("2025-02-30", "is not a date that exists"),
        ("30/02/2015", "is not a date that exists"),
        ("31/31/2015", "is not a date that exists"),
        ("0000-01-01", "is not a date that exists"),
        ("28-Oct-25", SHORT), ("3/4/15", SHORT), ("Oct 28, 25", SHORT),
        ("Sep-84", SHORT), ("28 Oct '25", SHORT), ("03.04.15", SHORT),
        ("45000", BARE), ("45000.5", BARE), ("1700000000", BARE), ("-1", BARE),
        ("1e9", BARE), ("201503", BARE), ("-1984", BARE),
        ("13012015", "is eight digits but no day written YYYYMMDD: say their order"),
        ("28 Okt 2025", "has the month 'okt'; English names are read, and their "),
        ("28 Octo 2025", "has the month 'octo'"),
        ("Mon 28 Oct 2025", "is not a Mon"),
        ("Tue 2015-03", "is not a Tue"),
        ("2025-10-28 25:00", "is not a clock time (rule: 14:30, 14:30:00, 2:30 PM or "),
        ("2025-10-28 13:00 PM", "is not a clock time"),
        ("2025-10-28 24:00", "has the time 24:00: write 00:00 of the next day"),
        ("2025-10-28 14:30 KST", "has a zone in letters, which may mean several: write "
         "it as +09:00"),
        ("2025-10-28 14:30 UTC+9", "has a zone in letters"),
        ("2025-10-28 14:30+25:00", "has the offset +25:00, which no clock has"),
        ("2025-10 14:30", "has a clock time, but its day is not known"),
        ("2025-10-28~ 14:30", "has a clock time, but its day is not known"),
        *((text, "is not a date that can be read (rule: 2025-10-28, 28 Oct 2025, ")
          for text in ("unknown", "c. 1984", "2015/03", "2025-W44-2", "2025-301",
                       "XXXX", "Y17E7", "[1984,1985]", "٢٠٢٥-10-28", "15-03",
                       "28/Oct/2025:14:30", "1" * 100, "=1+1", "2025-10-28x", "\0")),
    ],
)  # fmt: skip
def test_all_else_is_refused_with_the_fix(text: str, rule: str):
    with pytest.raises(Unreadable) as caught:
        read_written(text)
    assert str(caught.value).startswith(rule)


def test_two_orders_are_never_chosen_between():
    say = "may be 3 April or 4 March: say dates='day-first' or dates='month-first'"
    assert _refused("03/04/2015") == [(1, say)]
    assert _refused("3.4.2015", "2015-01-01", "03-04-2015") == [(1, say), (3, say)]
    hint = f"{say} (row 2, '13/04/2015', can only be day-first)"
    assert _refused("03/04/2015", "13/04/2015", "03/04/2015") == [(1, hint), (3, hint)]
    hint = f"{say} (row 1, '04/13/2015', can only be month-first)"
    assert _refused("04/13/2015", "03/04/2015") == [(2, hint)]


def test_one_reading_is_enough():
    day = _events("13/04/2015", "04/04/2015", "14.04.2015")["date"]
    assert day.dt.strftime("%m-%d").tolist() == ["04-13", "04-04", "04-14"]


@pytest.mark.parametrize(
    ("order", "expected"), [("day-first", "2015-04-03"), ("month-first", "2015-03-04")]
)
def test_the_order_may_be_said(order: str, expected: str):
    for text in ("03/04/2015", "3.4.2015", "03-04-2015", "03/04/2015 00:00"):
        assert _span(text, order) == (expected, expected)
    assert _span("2015-03-04", order)[0] == "2015-03-04"


def test_an_order_that_does_not_fit_is_refused():
    rule = "cannot be month-first: there is no month 13"
    assert _refused("03/04/2015", "13/04/2015", dates="month-first") == [(2, rule)]
    rule = "cannot be day-first: there is no month 13"
    assert _refused("04/13/2015", dates="day-first") == [(1, rule)]


def test_a_column_has_one_order():
    rule = "can only be month-first, but row 2, '13/04/2015' only day-first: write one "
    refused = _refused("04/13/2015", "13/04/2015", "14/04/2015")
    assert refused == [(1, f"{rule}order")]
    rule = "can only be day-first, but row 1, '04/13/2015' only month-first: write one "
    assert _refused("04/13/2015", "04/14/2015", "15/04/2015") == [(3, f"{rule}order")]


def test_text_beside_real_dates_may_have_lost_its_order():
    rule = (
        "is text beside real dates (row 1), which a spreadsheet may have taken in the "
        "other order: make all of them dates or all text"
    )
    assert _refused(date(2015, 3, 4), "13/04/2015") == [(2, rule)]
    # What is in doubt can only be text.
    assert len(_events(date(2015, 3, 4), "2015-03~", "4 Mar 2015")) == 3
    assert len(_events(date(2015, 3, 4), "13/04/2015", dates="day-first")) == 2


@pytest.mark.parametrize(
    ("value", "rule"),
    [(45000, BARE), (45000.5, BARE), (float("inf"), BARE), (10**400, BARE), (-1, BARE),
     (True, "is of the type bool, which is no date"),
     ([1], "is of the type list, which is no date"),
     (([1],), "is of the type tuple, which is no date"),
     (b"2025", "is of the type bytes, which is no date"),
     (pd.Timedelta(1), "is of the type Timedelta, which is no date")],
    ids=repr,
)  # fmt: skip
def test_other_values_are_refused(value: object, rule: str):
    ((row, found),) = _refused("2025-10-28", value)
    assert row == 2
    assert found.startswith(rule)


def test_real_dates_and_whole_numbers_of_eight_digits_are_read():
    values = [
        date(2025, 10, 28),
        datetime(2025, 10, 28, 0, 0, 0),  # noqa: DTZ001 - a wall time, as in a sheet
        pd.Timestamp("2025-10-28"),
        np.datetime64("2025-10-28"),
        20251028,
        20251028.0,
    ]
    assert _events(*values)["date"].eq("2025-10-28").all()
    assert _events(1984)["latest"].tolist() == [pd.Timestamp("1984-12-31")]


def test_a_column_of_timestamps_outside_the_calendar_is_refused():
    values = np.array([-(10**12), 0, 10**12], "datetime64[s]")
    with pytest.raises(SchemaError) as caught:
        read_events(pd.DataFrame({"date": values}))
    assert caught.value.failures["row"].tolist() == [1, 3]
    assert set(caught.value.failures["rule"]) == {"lies outside the years 1 to 9999"}


@pytest.mark.parametrize(
    ("form", "text", "expected"),
    [
        ("%d-%b-%y", "28-OCT-25", ("2025-10-28", NO_CLOCK, NO_OFFSET)),
        ("%d-%b-%y", "28-oct-69", ("1969-10-28", NO_CLOCK, NO_OFFSET)),
        ("%d.%m.%Y", "3.4.2015", ("2015-04-03", NO_CLOCK, NO_OFFSET)),
        ("%m%d%Y", "03042015", ("2015-03-04", NO_CLOCK, NO_OFFSET)),
        ("%A, %B %d, %Y", "Tuesday,  October 28, 2025", ("2025-10-28", NO_CLOCK,
                                                         NO_OFFSET)),
        ("%Y%m%d %H%M", "20251028 1430", ("2025-10-28", 52200, NO_OFFSET)),
        ("%d/%m/%Y %I:%M %p", "3/4/2015 2:30 PM", ("2015-04-03", 52200, NO_OFFSET)),
        ("%Y-%m-%dT%H:%M:%S.%f%z", "2025-10-28T14:30:00.123+0900",
         ("2025-10-28", 52200, 32400)),
        ("100%% %Y-%m-%d", "100% 2025-10-28", ("2025-10-28", NO_CLOCK, NO_OFFSET)),
        ("(%Y) %d+%m", "(2025) 28+10", ("2025-10-28", NO_CLOCK, NO_OFFSET)),
    ],
)  # fmt: skip
def test_a_format_may_be_stated(form: str, text: str, expected: tuple[str, int, int]):
    reading = compile_format(form)(text)
    day = (EPOCH + timedelta(days=reading.first)).isoformat()
    assert (day, reading.clock, reading.offset) == expected


def test_a_format_without_a_day_gives_months():
    frame = _events("Sep-84", dates="%b-%y")
    assert frame["latest"].tolist() == [pd.Timestamp("1984-09-30")]


@pytest.mark.parametrize(
    ("form", "text", "rule"),
    [
        ("%d-%b-%y", "2025-10-28", "is not written as dates='%d-%b-%y' says"),
        ("%d-%b-%y", "28-Okt-25", "is not written as dates='%d-%b-%y' says"),
        ("%d-%b-%y", "31-Feb-25", "is not a date that exists"),
        ("%a %Y-%m-%d", "Mon 2025-10-28", "is not a Mon"),
        ("%Y-%m-%d %H", "2025-10-28 24", "is not a clock time that exists"),
        ("%Y-%m-%d %I%p", "2025-10-28 13PM", "is not a clock time that exists"),
        ("%Y-%m-%d %H%z", "2025-10-28 10+2500", "has the offset +2500, which no clock"),
    ],
)
def test_every_text_must_have_the_format(form: str, text: str, rule: str):
    ((_, found),) = _refused(text, dates=form, zone="UTC")
    assert found.startswith(rule)


@pytest.mark.parametrize(
    ("dates", "message"),
    [
        (
            "dd/mm/yy",
            "it must be 'day-first', 'month-first' or a format as '%d.%m.%y'.",
        ),
        (7, "it must be 'day-first'"),
        ("%x", "%x is not read. Known are %Y %y %m"),
        ("%Y-%m-%", "% is not read."),
        ("%d.%m", r"it must have a year \(%Y or %y\), once."),
        ("%Y%y%m", r"it must have a year \(%Y or %y\), once."),
        ("%Y-%d", r"it must have a month \(%m, %b or %B\), once."),
        ("%Y-%m-%b", r"it must have a month"),
        ("%Y-%m-%m", "%m must not occur twice."),
        ("%Y-%b-%B", "%B must not occur twice."),
        ("%Y-%m-%d %M", "%M needs %H or %I."),
        ("%Y-%m-%d %I", "%I needs %p."),
        ("%Y-%m-%d %H %I %p", "a clock time needs %d, and one of %H and %I."),
        ("%Y-%m %H", "a clock time needs %d, and one of %H and %I."),
    ],
)
def test_a_format_that_says_no_date_is_refused(dates: object, message: str):
    with pytest.raises(ArgumentError, match=rf"^`dates` is .*; {message}"):
        check_dates(dates)


NAMES = [name.capitalize() for name in MONTHS]
FORMS = (
    lambda d: d.isoformat(),
    lambda d: f"{d.year:04}/{d.month}/{d.day}",
    lambda d: f"{d.year:04}{d.month:02}{d.day:02}",
    lambda d: f"{d.day} {NAMES[d.month - 1]} {d.year:04}",
    lambda d: f"{d.day:02}-{NAMES[d.month - 1][:3].upper()}-{d.year:04}",
    lambda d: f"{NAMES[d.month - 1]} {d.day}, {d.year:04}",
    lambda d: f"{NAMES[d.month - 1][:3]}. {d.day}, {d.year:04}",
    lambda d: f"{WEEKDAYS[d.weekday()].capitalize()} {d.isoformat()}",
    lambda d: f"{d.isoformat()}/{d.isoformat()}",
)


@given(st.dates(), st.sampled_from(FORMS))
def test_any_day_in_any_unambiguous_form_reads_back(day: date, form):
    assert _span(form(day)) == (day.isoformat(),) * 2


@given(st.dates(), st.sampled_from("/.-"))
def test_numbers_are_read_in_the_order_that_is_said(day: date, mark: str):
    first = f"{day.day}{mark}{day.month}{mark}{day.year:04}"
    assert _span(first, "day-first") == (day.isoformat(),) * 2
    reading = read_written(first)
    one_way = day.day > 12 or day.day == day.month
    assert (reading.order == "either") == (not one_way)


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused(text: str):
    try:
        reading = read_written(text)
    except Unreadable:
        return
    assert reading.first <= reading.last


@given(st.datetimes(), st.sampled_from([None, 0, 540, -210, 765]))
def test_any_moment_reads_back(moment: datetime, minutes: int | None):
    sign = "-" if (minutes or 0) < 0 else "+"
    hours, rest = divmod(abs(minutes or 0), 60)
    offset = "" if minutes is None else f"{sign}{hours:02}:{rest:02}"
    reading = read_written(moment.isoformat() + offset)
    seconds = NO_OFFSET if minutes is None else 60 * minutes
    clock = 3600 * moment.hour + 60 * moment.minute + moment.second
    assert (reading.first, reading.clock, reading.offset) == (
        (moment.date() - EPOCH).days,
        clock,
        seconds,
    )


@pytest.mark.parametrize("name", ["C", "de_DE.UTF-8"])
def test_the_language_of_the_machine_does_not_matter(name: str):
    before = locale.setlocale(locale.LC_ALL)
    try:
        locale.setlocale(locale.LC_ALL, name)
    except locale.Error:
        pytest.skip(f"there is no locale {name} here")
    try:
        assert _span("28 October 2025") == ("2025-10-28",) * 2
        assert _events("28-Dec-25", dates="%d-%b-%y")["date"].dt.day.tolist() == [28]
    finally:
        locale.setlocale(locale.LC_ALL, before)


def test_the_c_library_is_never_asked_for_names(monkeypatch):
    # No other locale may be there to try: what asks for one would fail.
    import calendar
    import time

    def fail(*_: object) -> None:
        msg = "strptime depends on the locale"
        raise AssertionError(msg)

    monkeypatch.setattr(time, "strptime", fail)
    monkeypatch.setattr(calendar, "month_name", None)
    monkeypatch.setattr(calendar, "month_abbr", None)
    assert _span("Tue 28 Oct 2025") == ("2025-10-28",) * 2
    assert compile_format("%a %d %b %Y")("Tue 28 Oct 2025").first == 20389


def test_the_zone_of_the_machine_does_not_matter():
    code = (
        "import pandas as pd\n"
        "from timing.readers import read_events\n"
        "dates = ['2025-03-30 02:30', '2025-10-28T22:00Z', '2025-10-28 23:59']\n"
        "for day in (dates[:1], dates[1:2], dates[2:]):\n"
        "    frame = read_events(pd.DataFrame({'date': day}), zone='Asia/Seoul')\n"
        "    print(frame['date'].dt.date[0], frame['time'][0])\n"
    )
    printed = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"TZ": zone, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for zone, seed in (("UTC", "1"), ("Europe/Madrid", "2"))
    }
    assert printed == {"2025-03-30 02:30\n2025-10-29 07:00\n2025-10-28 23:59\n"}
