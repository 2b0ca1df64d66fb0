"""Periods, dates, tables and options as careless and hostile users give them."""

# ruff: noqa: ANN401 - values of any kind are the subject

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

import hostile_values as v
import numpy as np
import pandas as pd
from contract import UsersOwn
from hypothesis import strategies as st
from rules import MARKUP

import timing

EPOCH = dt.date(1970, 1, 1)

# Periods and windows


@st.composite
def periods(draw: st.DrawFn, *, longest: int = 500, exclude: bool = True) -> Any:
    """Draw a StudyPeriod, most of some hundred days, now and then at an edge."""
    start = draw(
        v.mostly(
            st.dates(dt.date(1970, 1, 1), dt.date(2030, 12, 31)),
            st.dates() | st.just(dt.date.min),
            one_in=15,
        )
    )
    length = draw(v.mostly(st.integers(60, longest), st.integers(0, 60), one_in=4))
    end = min(start.toordinal() + length, dt.date.max.toordinal())
    spans = []
    if exclude and draw(st.integers(0, 3)) == 3:
        for _ in range(draw(st.integers(1, 3))):
            begin = start.toordinal() + draw(st.integers(-20, length + 20))
            stop = begin + draw(st.integers(0, 40))
            if begin >= 1 and stop <= dt.date.max.toordinal():
                spans.append((dt.date.fromordinal(begin), dt.date.fromordinal(stop)))
    zone = draw(v.mostly(st.just("Asia/Seoul"), st.sampled_from(v.ZONES), one_in=4))
    try:
        return timing.StudyPeriod(start, dt.date.fromordinal(end), spans, zone=zone)
    except timing.errors.ArgumentError:  # the spans leave no day
        return timing.StudyPeriod(start, dt.date.fromordinal(end), zone=zone)


whole_windows = st.builds(
    timing.Window,
    v.mostly(st.integers(0, 10), st.integers(0, 1000), one_in=40),
    v.mostly(st.integers(0, 10), st.integers(0, 1000), one_in=40),
)
durations = st.sampled_from(["6h", "90min", "1d 12h", "1s", "0.5h", dt.timedelta(0)])
any_windows = v.mostly(
    whole_windows, st.builds(timing.Window, durations, durations), one_in=8
)


# Dates


def days_near(period: timing.StudyPeriod) -> st.SearchStrategy[dt.date]:
    """Draw days in a period and, less often, around it."""
    first, last = period.start.toordinal(), period.end.toordinal()
    low = max(first - 30, dt.date.min.toordinal())
    high = min(last + 30, dt.date.max.toordinal())
    return v.mostly(st.integers(first, last), st.integers(low, high), one_in=12).map(
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
            values[draw(st.integers(0, len(values) - 1))] = draw(v.odd)
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
    kind = draw(v.mostly(st.just("object"), st.sampled_from(_TYPES), one_in=3))
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
    try:
        frame = pd.DataFrame({k: cells.array for k, cells in named.items()})
    except UnicodeEncodeError:  # columns of text hold no surrogates, of objects do
        frame = pd.DataFrame({k: [*cells] for k, cells in named.items()}, dtype=object)
    if draw(st.booleans()):
        pool = st.integers(0, 10**6).map(str) if odd_in > 1 else v.texts
        frame[ids] = draw(
            st.lists(
                v.mostly(pool, v.texts, one_in=6), min_size=n, max_size=n,
                unique=draw(st.integers(0, 9)) > 0,
            )
        )  # fmt: skip
    if draw(st.integers(0, 5)) == 0:
        name = draw(v.texts)
        if name not in frame:
            cells = draw(st.lists(v.odd, min_size=n, max_size=n))
            extra = pd.Series([None] * n, dtype=object)
            for i, value in enumerate(cells):
                extra.iat[i] = value
            frame[name] = extra
    how = draw(v.mostly(st.just("plain"), st.sampled_from(_INDEXES), one_in=5))
    return _indexed(frame, how)


_INDEXES = ("repeated", "text", "multi", "columns", "dates", "twice", "attrs")


def _indexed(frame: pd.DataFrame, how: str) -> pd.DataFrame:
    n = len(frame)
    if how == "repeated":
        frame.index = pd.Index([0] * n)
    elif how == "text":
        frame.index = pd.Index([f"r{i}" for i in range(n)][::-1], name="date")
    elif how == "multi":
        levels = [[i % 2 for i in range(n)], [*range(n)]]
        frame.index = pd.MultiIndex.from_arrays(levels)
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
    n = draw(v.mostly(st.integers(3, most), st.integers(0, 2), one_in=10))
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
        named["n_missiles"] = _series(
            draw, v.mostly(usual, v.odd, one_in=8 * odd_in), n
        )
    if draw(st.integers(0, 6)) == 6:
        clock = st.sampled_from(["09:30", "00:00", "23:59", "", None])
        named["time"] = _series(draw, v.mostly(clock, v.odd, one_in=6 * odd_in), n)
    if draw(st.integers(0, 3)) == 3:
        named["category"] = _series(
            draw, v.mostly(st.sampled_from("abc"), v.texts, one_in=9), n
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
    n = draw(v.mostly(st.integers(1, most), st.integers(0, 1), one_in=10))
    days = draw(st.lists(days_near(period), min_size=n, max_size=n))
    start = draw(columns(days, odd_in=odd_in))
    shape = draw(st.sampled_from(_SHAPES))
    if shape != "frame":
        return _as_shape(start, shape)
    length = v.mostly(st.integers(0, 4), st.integers(-1, 400), one_in=2 * odd_in)
    ends = [moved(day, draw(length)) for day in days]
    named = {"start": start, "end": draw(columns(ends, odd_in=odd_in))}
    if draw(st.integers(0, 4)) == 4:
        zones = v.mostly(
            st.sampled_from([*v.ZONES, "", None]), st.sampled_from(v.BAD_ZONES),
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
            draw, v.mostly(st.sampled_from("abc"), v.texts, one_in=9), n
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
    kind = draw(v.mostly(st.just("usual"), st.just("own"), one_in=5))
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
        ) | st.sampled_from([value for value in v.ODD if not callable(value)])
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
    kind = draw(v.mostly(st.just("usual"), st.just("own"), one_in=6))
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
                {"season"}, 5, [slope * 1e200], [slope * 1e95], [slope * 1e-95],
                [labels.astype("category")], ["month"],
                [slope.rename("exposed")], [slope.rename("const")], [slope.rename("")],
                iter(["season"]), np.array(["season"]), ["seasön"], [MARKUP],
            ]
        )
    )  # fmt: skip
