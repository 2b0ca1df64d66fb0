"""Control columns for regressions, by name or as the user's own daily series."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.interpolate import CubicSpline

from timing.clock import parse_days, to_dates
from timing.curated import CONTROLS, NamedCalendar
from timing.errors import ArgumentError
from timing.inputs import read_intervals
from timing.kernels.intervals import cover_counts
from timing.period import DAYS_PER_YEAR
from timing.strata import stratum_of

if TYPE_CHECKING:
    from timing.inputs import DatedEvents

IntArray = npt.NDArray[np.int64]

Controls: TypeAlias = "Sequence[str | pd.Series]"

_LAGS = ((1, 7), (8, 30))
"""Spans of days before a day in which earlier launches are counted."""
_LARGEST = 1e100
"""Of the numbers of a user's own series: their squares must add up to a number."""


def _season(day: IntArray, _: DatedEvents) -> pd.DataFrame:
    """Two annual harmonics."""
    angle = 2 * np.pi * day / DAYS_PER_YEAR
    return pd.DataFrame(
        {
            f"season_{name}{k}": wave(k * angle)
            for k in (1, 2)
            for name, wave in (("sin", np.sin), ("cos", np.cos))
        }
    )


def _weekday(day: IntArray, _: DatedEvents) -> pd.DataFrame:
    """Day of the week, Monday first."""
    names = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    codes = (day + 3) % 7  # 1970-01-01 was a Thursday
    weekday = pd.Categorical(np.array(names)[codes], categories=names)
    return pd.DataFrame({"weekday": weekday})


_MONTHS = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun",
    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
]  # fmt: skip


def _month_of_year(day: IntArray, _: DatedEvents) -> pd.DataFrame:
    """Month of the year, January first: 12 effects, the same in each year."""
    codes = day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12
    month = pd.Categorical(np.array(_MONTHS)[codes], categories=_MONTHS)
    return pd.DataFrame({"month_of_year": month})


def _trend(day: IntArray, _: DatedEvents) -> pd.DataFrame:
    """Years since the first day."""
    return pd.DataFrame({"trend": (day - day[0]) / DAYS_PER_YEAR})


def _spline(day: IntArray, _: DatedEvents) -> pd.DataFrame:
    """Natural cubic spline of time, a knot a year or so from the first to the last day.

    The columns are the splines that are 1 at one knot and 0 at the others. They sum to
    1, so that the first is left out.
    """
    n_knots = max(2, round((day[-1] - day[0]) / DAYS_PER_YEAR) + 1)
    if day[-1] == day[0]:
        msg = "`controls`: a 'spline' needs more than one day."
        raise ArgumentError(msg)
    knots = np.linspace(day[0], day[-1], n_knots)
    columns = CubicSpline(knots, np.eye(n_knots), bc_type="natural")(day)[:, 1:]
    return pd.DataFrame(
        columns, columns=[f"spline_{k}" for k in range(1, n_knots)], copy=True
    )


def _effects(scale: str) -> Callable[[IntArray, DatedEvents], pd.DataFrame]:
    def build(day: IntArray, _: DatedEvents) -> pd.DataFrame:
        return pd.DataFrame({scale: pd.Categorical(stratum_of(day, scale))})

    return build


def _days_of(
    calendar: NamedCalendar,
) -> Callable[[IntArray, DatedEvents], pd.DataFrame]:
    """Flag the days that a calendar covers, with its margin either side."""

    def build(day: IntArray, _: DatedEvents) -> pd.DataFrame:
        spans = read_intervals(calendar.load())
        origin = int(day[0])
        cover = cover_counts(
            spans.first - calendar.margin,
            spans.last + calendar.margin,
            origin=origin,
            n_days=int(day[-1]) - origin + 1,
        )
        near = (cover[day - origin] > 0).astype(np.int64)
        return pd.DataFrame({calendar.column: near})

    return build


def _lagged(day: IntArray, events: DatedEvents) -> pd.DataFrame:
    """Launch days in earlier spans, those before the study period too."""
    launch_days = np.unique(events.day)

    def before(distance: int) -> IntArray:
        return np.searchsorted(launch_days, day - distance, side="left")

    return pd.DataFrame(
        {
            f"launch_days_{near}_{far}_before": before(near - 1) - before(far)
            for near, far in _LAGS
        }
    )


_NAMED: dict[str, Callable[[IntArray, DatedEvents], pd.DataFrame]] = {
    "season": _season,
    "weekday": _weekday,
    "year": _effects("year"),
    "half": _effects("half"),
    "quarter": _effects("quarter"),
    "month": _effects("month"),
    "month_of_year": _month_of_year,
    "trend": _trend,
    "spline": _spline,
    **{name: _days_of(calendar) for name, calendar in CONTROLS.items()},
    "lagged_launches": _lagged,
}


_KINDS = "`controls` holds names and named Series indexed by day only, in a list."


def control_columns(
    controls: Controls, *, day: IntArray, events: DatedEvents
) -> pd.DataFrame:
    """Build the control columns for increasing day numbers.

    Parameters
    ----------
    controls : sequence of str or Series
        Names: ``"season"`` (two annual harmonics), ``"weekday"``, ``"year"``,
        ``"half"``, ``"quarter"``, ``"month"`` (effects of each one of each year),
        ``"month_of_year"`` (12 effects, the same in each year), ``"trend"`` (linear in
        time), ``"spline"`` (natural cubic spline of time, one knot a year),
        ``"exercises"``, ``"anniversaries"``, ``"elections"`` (calendars of
        `timing.curated`, 1 on their days),
        ``"lagged_launches"`` (launch days in the 7 days before, and in the 23 before
        those). A named Series, indexed by day, is taken as it is: numbers as a slope,
        anything else as effects.
    day : (n,) array of int
    events : DatedEvents
        Launches, for the lags.

    Raises
    ------
    ArgumentError
        If a name is unknown, or a Series has no name, no value for a day, or the name
        of another column; or a spline is asked for on a single day.
    """
    if isinstance(controls, str):
        controls = (controls,)
    if not isinstance(controls, list | tuple):
        raise ArgumentError(_KINDS)
    parts = [
        _named(control, day, events)
        if isinstance(control, str)
        else _users_own(control, day)
        for control in controls
    ]
    table = pd.concat([pd.DataFrame(index=range(day.size)), *parts], axis=1)
    repeated = table.columns[table.columns.duplicated()]
    if len(repeated):
        msg = f"`controls` gives the column {repeated[0]!r} twice."
        raise ArgumentError(msg)
    return table


def design_matrix(columns: pd.DataFrame) -> pd.DataFrame:
    """Turn control columns into numbers: effects as dummies less the first level."""
    if columns.empty:
        return columns
    for name in columns.columns[columns.dtypes.eq("category")]:
        columns = columns.assign(
            **{str(name): columns[name].cat.remove_unused_categories()}
        )
    return pd.get_dummies(columns, drop_first=True, dtype=float).astype(float)


def controls_in_words(controls: Controls) -> str:
    """How summaries name the controls.

    Examples
    --------
    >>> controls_in_words(["season", "weekday"])
    'season + weekday'
    """
    if isinstance(controls, str):
        return controls
    names = [c if isinstance(c, str) else str(c.name) for c in controls]
    return " + ".join(names) or "no controls"


def _named(name: str, day: IntArray, events: DatedEvents) -> pd.DataFrame:
    if name not in _NAMED:
        names = ", ".join(repr(known) for known in _NAMED)
        msg = f"`controls` has {name!r}; names are {names}, or pass a daily Series."
        raise ArgumentError(msg)
    return _NAMED[name](day, events)


def _users_own(control: pd.Series, day: IntArray) -> pd.DataFrame:
    if not isinstance(control, pd.Series) or not isinstance(control.name, str):
        raise ArgumentError(_KINDS)
    known, readable = parse_days(control.index.to_series())
    values = pd.Series(control.array[readable], index=known[readable])
    if not values.index.is_unique:
        msg = f"`controls`: {control.name!r} has two values for one day."
        raise ArgumentError(msg)
    values = values.reindex(day)
    missing = values.isna().to_numpy()
    if missing.any():
        first = str(to_dates(day[missing])[0])[:10]
        msg = f"`controls`: {control.name!r} has no value for {first}."
        raise ArgumentError(msg)
    if not pd.api.types.is_numeric_dtype(values.dtype):
        values = values.astype("category")
    elif np.iscomplexobj(values) or not (values.abs() <= _LARGEST).all():
        msg = (
            f"`controls`: {control.name!r} must hold real numbers from "
            f"-{_LARGEST:g} to {_LARGEST:g}."
        )
        raise ArgumentError(msg)
    return pd.DataFrame({control.name: values.array})
