"""Days at risk of one series, or of many subjects with periods of their own."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from timing.arguments import check_whole
from timing.clock import parse_days, to_dates
from timing.errors import ArgumentError, EmptySelectionError, SchemaError
from timing.grid import DayGrid
from timing.home import HOME
from timing.inputs import as_frame, drop_note, read_events, read_intervals
from timing.kernels.units import launches_on
from timing.period import StudyPeriod
from timing.regression.windows import Held, Span, hold_days

if TYPE_CHECKING:
    from timing.association import Request
    from timing.controls import Controls
    from timing.inputs import Dates
    from timing.strata import Strata

IntArray = npt.NDArray[np.int64]

Season: TypeAlias = "str | int | Sequence[int] | Sequence[str | date] | None"

_MONTHS = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun",
    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
]  # fmt: skip
_SEASON = (
    "`season` must be None, 'month', 'quarter', a number of bands of at least 2, or "
    "increasing first days of the second and later bands: dates, or whole numbers."
)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class CaseSeries:
    """Rows of the case series: the at-risk days of each subject, one after another.

    Attributes
    ----------
    grid : DayGrid
        Days increase within a subject; `exposed` marks the days of any window.
    held : Held
    subject : (n,) array of int
        Labels 0, 1, ...; all 0 for one series.
    age : (n,) array of int or None
        Days since birth.
    n_subjects : int
    """

    grid: DayGrid
    held: Held
    subject: IntArray
    age: IntArray | None
    n_subjects: int


def whole_period(
    tests: Dates,
    period: StudyPeriod | pd.DataFrame,
    subject: str | None,
    strata: Strata,
    controls: Controls,
) -> tuple[StudyPeriod, pd.DataFrame | None]:
    """Period from the first to the last day, and those of the subjects."""
    if subject is None:
        if not isinstance(period, StudyPeriod):
            msg = (
                f"`period` is a {type(period).__name__}; without `subject` it must be "
                "a StudyPeriod."
            )
            raise ArgumentError(msg)
        return period, None
    if not isinstance(strata, str) or strata != "year":
        msg = "`strata` and `subject` cannot both be given: a subject is a stratum."
        raise ArgumentError(msg)
    if any(isinstance(c, str) and c == "lagged_launches" for c in controls):
        msg = "`controls`: 'lagged_launches' does not know one `subject` from another."
        raise ArgumentError(msg)
    if not isinstance(subject, str):
        msg = f"`subject` is {subject!r}; it must be the name of a column."
        raise ArgumentError(msg)
    if not isinstance(tests, pd.DataFrame):
        rule = "the column is missing, and `subject` names it"
        raise SchemaError([("`tests`", 0, subject, "", rule)])
    periods = _observation_periods(period, subject, tests)
    ends = np.array([periods["first"].min(), periods["last"].max()])
    first, last = to_dates(ends).astype(str)
    zone = period.zone if isinstance(period, StudyPeriod) else HOME
    return StudyPeriod(first[:10], last[:10], zone=zone), periods


def one_series(
    tests: Dates, calendar: Dates, request: Request, spans: Sequence[Span]
) -> CaseSeries:
    """Put launches and windows on the days of the study period."""
    grid = request.grid(tests, calendar)
    held = hold_days(grid.day, grid.intervals.first, grid.intervals.last, spans)
    exposed = (held.owner >= 0).astype(np.int64)
    return CaseSeries(
        grid=dataclasses.replace(grid, exposed=exposed, cover=held.counts.sum(axis=1)),
        held=held,
        subject=np.zeros(grid.day.size, dtype=np.int64),
        age=None,
        n_subjects=1,
    )


def _observation_periods(
    period: StudyPeriod | pd.DataFrame, subject: str, tests: pd.DataFrame
) -> pd.DataFrame:
    """Check the periods: one row per subject, with day numbers.

    Returns
    -------
    DataFrame
        Indexed by subject: ``first``, ``last`` and, where given, ``birth``.
    """
    if isinstance(period, StudyPeriod):
        if period.exclude:
            msg = "`period` has excluded spans, which `subject` does not take."
            raise ArgumentError(msg)
        labels = pd.Index(_subjects(tests, "tests", subject).dropna().unique())
        days = period.all_days
        return pd.DataFrame({"first": days[0], "last": days[-1]}, index=labels)
    if not isinstance(period, pd.DataFrame):
        msg = "`period` must be a StudyPeriod or, with `subject`, a table of periods."
        raise ArgumentError(msg)
    for column in (subject, "start", "end"):
        if column not in period.columns:
            rule = "the column is missing, and `subject` needs it"
            raise SchemaError([("`period`", 0, column, "", rule)])
    labels = pd.Index(_told_apart(period[subject], "period"))
    if not labels.is_unique:
        msg = f"`period` has two rows for one {subject!r}."
        raise ArgumentError(msg)
    table = pd.DataFrame(index=labels)
    names = {"start": "first", "end": "last", "birth": "birth"}
    for column in names.keys() & set(period.columns):
        days, readable = parse_days(period[column])
        if not readable.all():
            row = int(np.flatnonzero(~readable)[0])
            rule = "must be a date written YYYY-MM-DD"
            value = period[column].iloc[row]
            raise SchemaError([("`period`", row + 1, column, value, rule)])
        table[names[column]] = days
    if (table["last"] < table["first"]).any():
        row = int(np.flatnonzero(table["last"] < table["first"])[0])
        rule = "must not lie before `start`"
        raise SchemaError([("`period`", row + 1, "end", period["end"].iloc[row], rule)])
    return table


def many_series(
    tests: Dates,
    calendar: Dates,
    request: Request,
    spans: Sequence[Span],
    *,
    subject: str,
    periods: pd.DataFrame,
) -> CaseSeries:
    """Put launches and windows on the days of each subject's own period."""
    clock = request.period.zone
    events = read_events(tests, clock=clock)
    intervals = read_intervals(calendar, anchor=request.anchor, clock=clock)
    if request.unit == "missile" and not events.has_missiles:
        rule = "the column is missing, and unit='missile' needs it"
        raise SchemaError([("`tests`", 0, "n_missiles", "", rule)])
    whose = periods.index.get_indexer(
        pd.Index(_subjects(tests, "tests", subject).iloc[events.row])
    )
    theirs = periods.index.get_indexer(
        pd.Index(_subjects(calendar, "calendar", subject).iloc[intervals.row])
    )
    first, last = periods["first"].to_numpy(), periods["last"].to_numpy()
    days, launches, counts, owners = [], [], [], []
    for s in range(len(periods)):
        mine, own = whose == s, theirs == s
        day = np.arange(first[s], last[s] + 1)
        days.append(day)
        launches.append(
            launches_on(
                day,
                events.day[mine],
                unit=request.unit,
                gap=request.gap,
                missiles=events.missiles[mine],
            )
        )
        held = hold_days(day, intervals.first[own], intervals.last[own], spans)
        counts.append(held.counts)
        owners.append(held.owner)
    held = Held(counts=np.concatenate(counts), owner=np.concatenate(owners))
    day = np.concatenate(days)
    label = np.repeat(np.arange(len(periods)), last - first + 1)
    on = (whose >= 0) & (events.day >= first[whose]) & (events.day <= last[whose])
    if not on.any():
        msg = "`tests` has no event in the observation period of its subject."
        raise EmptySelectionError(msg)
    window = request.window
    touching = (
        (theirs >= 0)
        & (intervals.first - window.before <= last[theirs])
        & (intervals.last + window.after >= first[theirs])
    )
    return CaseSeries(
        grid=DayGrid(
            day=day,
            launches=np.concatenate(launches),
            exposed=(held.owner >= 0).astype(np.int64),
            cover=held.counts.sum(axis=1),
            uncertain=np.zeros(0, dtype=np.int64),
            events=events,
            intervals=intervals,
            unit=request.unit,
            gap=request.gap,
            n_calendar_events=int(touching.sum()),
            dropped=(
                *events.dropped,
                *drop_note("tests", "not in its subject's period", ~on, events.ids),
                *intervals.dropped,
                *drop_note(
                    "calendar", "window holds no at-risk day", ~touching, intervals.ids
                ),
            ),
        ),
        held=held,
        subject=label,
        age=day - periods["birth"].to_numpy()[label] if "birth" in periods else None,
        n_subjects=len(periods),
    )


def _subjects(table: Dates, argument: str, subject: str) -> pd.Series:
    frame = as_frame(table, argument=argument, columns=("date",))
    if subject not in frame.columns:
        rule = "the column is missing, and `subject` names it"
        raise SchemaError([(f"`{argument}`", 0, subject, "", rule)])
    return _told_apart(frame[subject], argument)


def _told_apart(labels: pd.Series, argument: str) -> pd.Series:
    """Refuse labels that cannot be compared, such as lists."""
    bad = ~labels.map(pd.api.types.is_hashable).to_numpy(dtype=bool)
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        rule = "must be a label that can be told from others, such as text or a number"
        value = labels.iloc[row]
        raise SchemaError([(f"`{argument}`", row + 1, str(labels.name), value, rule)])
    return labels


def season_bands(
    season: Season, day: IntArray, age: IntArray | None
) -> pd.Categorical | None:
    """Band of each day: of the year, of calendar time, or of age where it is known."""
    if season is None:
        return None
    dates = day.astype("datetime64[D]")
    if isinstance(season, str):
        if season not in ("month", "quarter"):
            raise ArgumentError(_SEASON)
        month = dates.astype("datetime64[M]").astype(np.int64) % 12
        if season == "month":
            return _banded(month, _MONTHS)
        return _banded(month // 3, ["Q1", "Q2", "Q3", "Q4"])
    if age is None:
        clock = (dates - dates.astype("datetime64[Y]")).astype(np.int64) + 1
        least, most = 1, 366
    else:
        clock, least, most = age, int(age.min()), int(age.max())
    cuts: npt.NDArray[np.generic]
    if isinstance(season, list | tuple):
        cuts, on_calendar = _cuts(season)
        clock = day if on_calendar else clock
    else:
        k = check_whole("season", season, minimum=2)
        cuts = least + (most - least + 1) * np.arange(1, k) / k
    band = np.searchsorted(cuts, clock, side="right")
    return _banded(band, [f"band{k + 1}" for k in range(len(cuts) + 1)])


def _banded(band: IntArray, names: list[str]) -> pd.Categorical:
    return pd.Categorical(np.array(names)[band], categories=names)


def _cuts(season: Sequence[object]) -> tuple[IntArray, bool]:
    """Breakpoints as numbers, and whether they are dates."""
    whole = all(isinstance(c, int | np.integer) for c in season)
    if whole:
        cuts, readable = np.array(season, dtype=np.int64), np.ones(1, dtype=bool)
    else:
        cuts, readable = parse_days(pd.Series(list(season), dtype=object))
    if not season or not readable.all() or (np.diff(cuts) <= 0).any():
        raise ArgumentError(_SEASON)
    return cuts, not whole


def season_in_words(season: Season) -> str:
    """How summaries name the season."""
    if isinstance(season, str):
        return f"each {season} of the year"
    if isinstance(season, list | tuple):
        return f"bands from {', '.join(str(cut) for cut in season)}"
    return f"{season} equal bands"
