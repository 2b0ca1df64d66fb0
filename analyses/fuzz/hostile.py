"""Values, dates, tables and arguments as careless and hostile users give them."""

# ruff: noqa: ANN401 - values of any kind are the subject

from __future__ import annotations

import datetime as dt
import decimal
import fractions
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from contract import MARKUP, UsersOwn
from hypothesis import strategies as st

import timing

EPOCH = dt.date(1970, 1, 1)
ZONES = (
    "Asia/Seoul", "UTC", "America/New_York", "Asia/Pyongyang", "Pacific/Apia",
    "Pacific/Kiritimati", "Africa/Monrovia", "America/St_Johns", "Etc/GMT+12",
)  # fmt: skip
BAD_ZONES = (
    "Mars/Olympus", "../../etc/passwd", "\x00", " ", "utc ", "GMT+25", "a" * 300, "/",
    "America", "posixrules", 5, None, float("nan"), True, "EST5EDT", "localtime", "Ω",
)  # fmt: skip
TEXTS = (
    "a", "b", "x y", "", " ", "=1+1", "+SUM(A1)", "-2", "@cmd", MARKUP, "&amp;", "\x00",
    "\u202eabc", "\u05d0\u05d1", "é", "\ud55c\uae00", "a\nb", "a\tb", "'; DROP TABLE",
    "nan", "None", "all", "0", "1", "$x_1$", "{}", "%s", "\\", "\U0001f680", "a" * 200,
)  # fmt: skip


class Unprintable:
    """An object of the user's own whose description fails."""

    def __repr__(self) -> str:
        """Fail."""
        msg = "no description"
        raise UsersOwn(msg)


class OddDate(dt.date):
    """A date of the user's own class."""


class OddText(str):
    """Text of the user's own class."""

    __slots__ = ()


ODD: tuple[Any, ...] = (
    None, float("nan"), pd.NA, pd.NaT, np.datetime64("NaT"), True, False, 0, 1, -1, 7,
    20180301, 10**30, 1.5, float("inf"), -float("inf"), -0.0, 1e308, b"2018-03-01", "",
    " ", "x", "2018-3-1", "2018-02-30", "2018-13-01", "01/02/2018", "20180301",
    "2018-W05", "2018-060", "0001-01-01", "9999-12-31", "10000-01-01", "-0001-01-01",
    "2018-03-01T25:00", "2018-03-01 12:00+99:00", "2018-03-01T00:00:00.123456789",
    "2018-03-01Z", "0001-01-01T00:00+14:00", "9999-12-31T23:59-12:00",
    "\uff12018-03-01", "\ud800", "2018-03-01\n", "\u202e2018-03-01", "=2018-03-01",
    MARKUP, "\x00",
    dt.date.min, dt.date.max, OddDate(2018, 3, 1), OddText("2018-03-01"),
    dt.datetime(1, 1, 1), dt.datetime(9999, 12, 31, 23, 59),  # noqa: DTZ001
    dt.datetime.min.replace(tzinfo=dt.UTC), dt.datetime.max.replace(tzinfo=dt.UTC),
    dt.datetime(2018, 3, 1, 12, tzinfo=dt.timezone(dt.timedelta(hours=14))),
    dt.time(12), dt.timedelta(days=3), pd.Timestamp.min, pd.Timestamp.max,
    pd.Timestamp("2018-03-01", tz="America/New_York"), pd.Timedelta("1D"),
    pd.Period("2018-03", "M"), pd.Interval(0, 1), np.datetime64("2018-03-01"),
    np.datetime64("2018"), np.datetime64("1066-10-14"), np.datetime64("3000-01-01"),
    np.datetime64("12000-01-01"), np.datetime64("-3000-01-01"),
    np.datetime64("2018-03-01T12", "ns"), np.timedelta64(1, "D"), np.int64(17591),
    np.float64(3.0), np.bool_(True), np.str_("2018-03-01"), np.array(["2018-03-01"]),
    np.array(7), decimal.Decimal("3"), decimal.Decimal("NaN"), fractions.Fraction(1, 3),
    1j, (), [], {}, set(), [1, 2], ("2018-03-01",), {"a": 1}, object, len,
    Unprintable(), range(3), Ellipsis, memoryview(b"x"), UsersOwn("x"),
)  # fmt: skip
"""Values that no argument expects, or that only some do."""

odd = st.sampled_from(ODD)
texts = st.one_of(st.sampled_from(TEXTS), st.text(max_size=6))


def mostly(
    usual: st.SearchStrategy[Any], other: st.SearchStrategy[Any] = odd, *, one_in: int
) -> st.SearchStrategy[Any]:
    """Draw from `usual`, and now and then from `other`."""
    return st.integers(1, one_in).flatmap(lambda n: other if n == one_in else usual)


# Periods and windows


@st.composite
def periods(draw: st.DrawFn, *, longest: int = 500, exclude: bool = True) -> Any:
    """Draw a StudyPeriod, most of some hundred days, now and then at an edge."""
    start = draw(
        mostly(
            st.dates(dt.date(1970, 1, 1), dt.date(2030, 12, 31)),
            st.dates() | st.just(dt.date.min),
            one_in=15,
        )
    )
    length = draw(mostly(st.integers(60, longest), st.integers(0, 60), one_in=4))
    end = min(start.toordinal() + length, dt.date.max.toordinal())
    spans = []
    if exclude and draw(st.integers(0, 3)) == 3:
        for _ in range(draw(st.integers(1, 3))):
            begin = start.toordinal() + draw(st.integers(-20, length + 20))
            stop = begin + draw(st.integers(0, 40))
            if begin >= 1 and stop <= dt.date.max.toordinal():
                spans.append((dt.date.fromordinal(begin), dt.date.fromordinal(stop)))
    zone = draw(mostly(st.just("Asia/Seoul"), st.sampled_from(ZONES), one_in=4))
    try:
        return timing.StudyPeriod(start, dt.date.fromordinal(end), spans, zone=zone)
    except timing.errors.ArgumentError:  # the spans leave no day
        return timing.StudyPeriod(start, dt.date.fromordinal(end), zone=zone)


whole_windows = st.builds(
    timing.Window,
    mostly(st.integers(0, 10), st.integers(0, 1000), one_in=40),
    mostly(st.integers(0, 10), st.integers(0, 1000), one_in=40),
)
durations = st.sampled_from(["6h", "90min", "1d 12h", "1s", "0.5h", dt.timedelta(0)])
any_windows = mostly(
    whole_windows, st.builds(timing.Window, durations, durations), one_in=8
)


# Dates


def days_near(period: timing.StudyPeriod) -> st.SearchStrategy[dt.date]:
    """Draw days in a period and, less often, around it."""
    first, last = period.start.toordinal(), period.end.toordinal()
    low = max(first - 30, dt.date.min.toordinal())
    high = min(last + 30, dt.date.max.toordinal())
    return mostly(st.integers(first, last), st.integers(low, high), one_in=12).map(
        dt.date.fromordinal
    )


def _moment(day: dt.date) -> dt.datetime:
    return dt.datetime(day.year, day.month, day.day, 9, 30)  # noqa: DTZ001


FORMS: dict[str, Callable[[dt.date], Any]] = {
    "text": lambda day: day.isoformat(),
    "text with a time": lambda day: f"{day.isoformat()} 09:30",
    "text with a zone": lambda day: f"{day.isoformat()}T09:30+05:00",
    "date": lambda day: day,
    "datetime": _moment,
    "aware": lambda day: _moment(day).replace(tzinfo=dt.UTC),
    "numpy": lambda day: np.datetime64(day.isoformat()),
    "Timestamp": lambda day: pd.Timestamp(day.isoformat()),
}
"""How users write one day."""


@st.composite
def columns(draw: st.DrawFn, days: Sequence[dt.date], *, odd_in: int) -> pd.Series:
    """Write days in one form, or several, with some odd values, as some dtype."""
    form = draw(st.sampled_from([*FORMS, "text", "text", "date", "mixed"]))
    if form == "mixed":
        names = draw(
            st.lists(st.sampled_from([*FORMS]), min_size=len(days), max_size=len(days))
        )
    else:
        names = [form] * len(days)
    values = [FORMS[name](day) for name, day in zip(names, days, strict=True)]
    if values and draw(st.integers(1, odd_in)) == odd_in:
        for _ in range(draw(st.integers(1, 2))):
            values[draw(st.integers(0, len(values) - 1))] = draw(odd)
    series = pd.Series([None] * len(values), dtype=object)
    for i, value in enumerate(values):
        series.iat[i] = value
    return draw(_retyped(series))


_TYPES = (
    "object", "object", "str", "string", "category", "datetime64[ns]",
    "datetime64[us]", "datetime64[s]", "datetime64[ns, UTC]",
    "datetime64[us, Asia/Seoul]", "int64", "float64", "Int64", "bool", "period",
    "bytes",
)  # fmt: skip


@st.composite
def _retyped(draw: st.DrawFn, series: pd.Series) -> pd.Series:
    kind = draw(mostly(st.just("object"), st.sampled_from(_TYPES), one_in=3))
    try:
        if kind == "period":
            return series.astype("datetime64[ns]").dt.to_period("D").astype(object)
        return series.astype(kind)
    except Exception:
        return series


# Tables

_SHAPES = (
    "list",
    "tuple",
    "Series",
    "Index",
    "array",
    "frame",
    "frame",
    "frame",
    "frame",
)


@st.composite
def frames(
    draw: st.DrawFn, named: dict[str, pd.Series], ids: str, *, odd_in: int
) -> pd.DataFrame:
    """Put columns into a table, with ids, others' columns and odd indexes."""
    n = len(next(iter(named.values())))
    frame = pd.DataFrame({k: v.array for k, v in named.items()})
    if draw(st.booleans()):
        pool = st.integers(0, 10**6).map(str) if odd_in > 1 else texts
        frame[ids] = draw(
            st.lists(
                mostly(pool, texts, one_in=6), min_size=n, max_size=n,
                unique=draw(st.integers(0, 9)) > 0,
            )
        )  # fmt: skip
    if draw(st.integers(0, 5)) == 0:
        name = draw(texts)
        if name not in frame:
            cells = draw(st.lists(odd, min_size=n, max_size=n))
            extra = pd.Series([None] * n, dtype=object)
            for i, value in enumerate(cells):
                extra.iat[i] = value
            frame[name] = extra
    how = draw(mostly(st.just("plain"), st.sampled_from(_INDEXES), one_in=5))
    return _indexed(frame, how)


_INDEXES = ("repeated", "text", "multi", "columns", "dates", "twice", "attrs")


def _indexed(frame: pd.DataFrame, how: str) -> pd.DataFrame:
    n = len(frame)
    if how == "repeated":
        frame.index = pd.Index([0] * n)
    elif how == "text":
        frame.index = pd.Index([f"r{i}" for i in range(n)][::-1], name="date")
    elif how == "multi":
        frame.index = pd.MultiIndex.from_tuples([(i % 2, i) for i in range(n)])
    elif how == "columns":
        frame.columns = pd.MultiIndex.from_tuples([(c, "x") for c in frame.columns])
    elif how == "dates":
        frame.index = pd.date_range("2018-01-01", periods=n, name="date")
    elif how == "twice":
        frame = pd.concat([frame, frame.iloc[:, :1]], axis=1)
    elif how == "attrs":
        frame.attrs["note"] = object()
    return frame


@st.composite
def events_in(
    draw: st.DrawFn, period: timing.StudyPeriod, *, most: int = 25, odd_in: int = 20
) -> Any:
    """Draw the events of a study: a list, a Series, a table."""
    n = draw(mostly(st.integers(3, most), st.integers(0, 2), one_in=10))
    days = draw(st.lists(days_near(period), min_size=n, max_size=n))
    date = draw(columns(days, odd_in=odd_in))
    shape = draw(st.sampled_from(_SHAPES))
    if shape != "frame":
        return _as_shape(date, shape)
    named = {"date": date}
    if draw(st.integers(0, 3)) == 3:
        width = st.integers(0, 3)
        for name, sign in (("earliest", -1), ("latest", 1)):
            bounds = [moved(day, sign * draw(width)) for day in days]
            cells = draw(columns(bounds, odd_in=odd_in))
            if draw(st.integers(0, 3)) == 3 and n:
                cells = cells.astype(object)
                cells.iat[draw(st.integers(0, n - 1))] = draw(
                    st.sampled_from([None, "", pd.NaT])
                )
            named[name] = cells
    if draw(st.integers(0, 2)) == 2:
        usual = st.integers(1, 5) | st.sampled_from(["2", None, "", 3.0])
        named["n_missiles"] = _series(draw, mostly(usual, odd, one_in=8 * odd_in), n)
    if draw(st.integers(0, 6)) == 6:
        clock = st.sampled_from(["09:30", "00:00", "23:59", "", None])
        named["time"] = _series(draw, mostly(clock, odd, one_in=6 * odd_in), n)
    if draw(st.integers(0, 3)) == 3:
        named["category"] = _series(
            draw, mostly(st.sampled_from("abc"), texts, one_in=9), n
        )
    return draw(frames(named, "test_id", odd_in=odd_in))


def moved(day: dt.date, by: int) -> dt.date:
    """Return a day some days away, in the years 1 to 9999."""
    number = day.toordinal() + by
    return dt.date.fromordinal(min(max(number, 1), dt.date.max.toordinal()))


def _series(draw: st.DrawFn, cells: st.SearchStrategy[Any], n: int) -> pd.Series:
    series = pd.Series([None] * n, dtype=object)
    for i in range(n):
        series.iat[i] = draw(cells)
    if draw(st.booleans()):
        try:
            series = series.infer_objects()
        except Exception:
            return series
    return series


def _as_shape(values: pd.Series, shape: str) -> Any:
    if shape == "list":
        return values.tolist()
    if shape == "tuple":
        return tuple(values.tolist())
    if shape == "Index":
        try:
            return pd.Index(values)
        except Exception:
            return values
    return values.to_numpy() if shape == "array" else values


@st.composite
def calendars_in(
    draw: st.DrawFn, period: timing.StudyPeriod, *, most: int = 8, odd_in: int = 20
) -> Any:
    """Draw the calendar of a study: single dates, or a table of intervals."""
    n = draw(mostly(st.integers(1, most), st.integers(0, 1), one_in=10))
    days = draw(st.lists(days_near(period), min_size=n, max_size=n))
    start = draw(columns(days, odd_in=odd_in))
    shape = draw(st.sampled_from(_SHAPES))
    if shape != "frame":
        return _as_shape(start, shape)
    length = mostly(st.integers(0, 4), st.integers(-1, 400), one_in=2 * odd_in)
    ends = [moved(day, draw(length)) for day in days]
    named = {"start": start, "end": draw(columns(ends, odd_in=odd_in))}
    if draw(st.integers(0, 4)) == 4:
        zones = mostly(
            st.sampled_from([*ZONES, "", None]), st.sampled_from(BAD_ZONES),
            one_in=8 * odd_in,
        )  # fmt: skip
        named["zone"] = _series(draw, zones, n)
    if draw(st.integers(0, 3)) == 3:
        named["meeting_start"], named["meeting_end"] = start, start
        named["announced"] = draw(
            columns([moved(day, -5) for day in days], odd_in=odd_in)
        )
    if draw(st.integers(0, 2)) == 2:
        named["category"] = _series(
            draw, mostly(st.sampled_from("abc"), texts, one_in=9), n
        )
    return draw(frames(named, "event_id", odd_in=odd_in))


# Strata, controls, generators


def _raising(_: object) -> Any:
    msg = "the user's own function fails"
    raise UsersOwn(msg)


def _labelled(period: timing.StudyPeriod, *, of: int) -> pd.Series:
    days = pd.date_range(period.start.isoformat(), period.end.isoformat(), freq="D")
    return pd.Series(np.arange(len(days)) // of, index=days, name=MARKUP)


@st.composite
def strata_of(draw: st.DrawFn, period: timing.StudyPeriod) -> Any:
    """Draw strata by name, number, labels or function, some of them misbehaving."""
    usual = st.sampled_from(
        [None, "month", "quarter", "half", "year", "era", "fortnight", "weekday",
         "month_of_year", 1, 5, 30, ("year", "weekday"), ("month",)]
    )  # fmt: skip
    kind = draw(mostly(st.just("usual"), st.just("own"), one_in=5))
    if kind == "usual":
        return draw(usual)
    labels = _labelled(period, of=draw(st.integers(1, 60)))
    holed = labels.astype(float)
    holed.iloc[draw(st.integers(0, len(labels) - 1))] = float("nan")
    return draw(
        st.sampled_from(
            [
                labels, labels.astype(str), labels.astype("category"), holed,
                labels.iloc[1:], labels.iloc[::-1], pd.concat([labels, labels]),
                labels.reset_index(drop=True), _raising,
                lambda days: days.year, lambda days: [0] * (len(days) + 1),
                lambda days: np.full(len(days), np.nan), lambda days: None,
                lambda days: [[1, 2]] * len(days), lambda days: [object()] * len(days),
                lambda days: "x", lambda days: days, "", "decade", 0, -3, 10**9, 1.5,
                (), ("month", "x"), [], ["month"], (None,), ((1,),), True, MARKUP,
            ]
        ) | st.sampled_from([value for value in ODD if not callable(value)])
    )  # fmt: skip


@st.composite
def controls_of(draw: st.DrawFn, period: timing.StudyPeriod) -> Any:
    """Draw controls by name and daily series, some of them misbehaving."""
    usual = st.lists(
        st.sampled_from(
            ["season", "weekday", "year", "half", "quarter", "month_of_year", "trend",
             "spline", "exercises", "anniversaries", "elections", "lagged_launches"]
        ),
        max_size=2, unique=True,
    )  # fmt: skip
    kind = draw(mostly(st.just("usual"), st.just("own"), one_in=6))
    if kind == "usual":
        return draw(usual)
    labels = _labelled(period, of=draw(st.integers(1, 60)))
    slope = labels.astype(float)
    worse = slope.copy()
    worse.iloc[0] = draw(st.sampled_from([float("nan"), float("inf"), 1e300]))
    return draw(
        st.sampled_from(
            [
                [slope], [labels.astype(str)], [worse], [slope, slope], [slope * 0],
                [slope.rename(None)], [slope.rename(5)],
                [slope.rename("trend"), "trend"],
                [slope.astype(object)], [slope > 10], [slope.astype(complex)],
                [slope.iloc[1:]], slope, "season", ["x"], [None], ["season", "season"],
                {"season"}, 5, [slope * 1e200], [labels.astype("category")], ["month"],
                [slope.rename("exposed")], [slope.rename("const")], [slope.rename("")],
                iter(["season"]), np.array(["season"]), ["seasön"], [MARKUP],
            ]
        )
    )  # fmt: skip


seeds = mostly(
    st.integers(0, 2**32),
    st.sampled_from(
        [-1, 1.5, "x", True, (1, 2), [3], np.random.SeedSequence(1), 2**100,
         np.random.RandomState(1), np.random.PCG64(1), np.random.default_rng]
    ),
    one_in=20,
)  # fmt: skip
generators = seeds | st.integers(0, 99).map(np.random.default_rng)


def choice(*allowed: Any, one_in: int = 40) -> st.SearchStrategy[Any]:
    """Draw an allowed value, now and then an odd one."""
    return mostly(st.sampled_from(allowed), odd, one_in=one_in)


def amount(usual: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Draw how much is to be done; now and then an odd value, but not years of work."""
    quick = [v for v in ODD if not isinstance(v, int | np.integer) or v < 100]
    wild = st.integers(-3, 0) | st.floats() | st.sampled_from(quick)
    return mostly(usual, wild, one_in=40)


def number(
    usual: st.SearchStrategy[Any], *, one_in: int = 40
) -> st.SearchStrategy[Any]:
    """Draw a number, now and then an odd one."""
    wild = st.floats() | st.integers(-3, 10**12) | odd
    return mostly(usual, wild, one_in=one_in)
