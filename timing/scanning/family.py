"""From tables to the launch series, the exposures and the list of specifications."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from timing.arguments import check_whole
from timing.errors import ArgumentError, SchemaError
from timing.grid import check_window
from timing.inputs import (
    ANCHORS,
    DatedEvents,
    DatedIntervals,
    drop_note,
    read_events,
    read_intervals,
)
from timing.kernels.intervals import cover_counts, holds_any
from timing.kernels.units import UNITS, launches_on
from timing.scanning.choices import Split, as_names, as_periods, crossed, splits_of

if TYPE_CHECKING:
    from timing.inputs import Dates
    from timing.period import StudyPeriod, Window
    from timing.results import Dropped

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Series:
    """Launches of one period, unit and combination of levels.

    Attributes
    ----------
    period : int
    events : (m,) array of bool
        The test events that it counts.
    launches : (n,) array of int
        On each day; 0 outside the period.
    """

    period: int
    events: BoolArray
    launches: IntArray


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Family:
    """All specifications of a scan, and the data that they see.

    Attributes
    ----------
    day : (n,) array of int
        At-risk days of all periods together.
    inside : (p, n) array of bool
        Days of each period.
    series : tuple of Series
        Different launch series with at least one launch, period by period.
    exposures : (e, n) array of int
        Different exposures with at least one exposed day.
    table : DataFrame
        One row per specification: its choices, launches, calendar events and days.
    series_of, exposure_of : (m,) arrays of int
        Series and exposure of each specification; -1 where it has none.
    events : DatedEvents
    dropped : tuple of Dropped
    calendar_sha256 : str
    """

    day: IntArray
    inside: BoolArray
    series: tuple[Series, ...]
    exposures: IntArray
    table: pd.DataFrame
    series_of: IntArray
    exposure_of: IntArray
    events: DatedEvents
    dropped: tuple[Dropped, ...]
    calendar_sha256: str

    @property
    def launches(self) -> IntArray:
        """Launches of all series, (s, n)."""
        return np.array([s.launches for s in self.series]).reshape(-1, self.day.size)

    @property
    def pair_of(self) -> IntArray:
        """Number of the pair of exposure and series of each specification, or -1."""
        pair = self.exposure_of * len(self.series) + self.series_of
        return np.where((self.series_of < 0) | (self.exposure_of < 0), -1, pair)


class _Distinct:
    """Arrays in the order in which they were first met, each once."""

    def __init__(self) -> None:
        self.place: dict[tuple[int, bytes], int] = {}

    def add(self, group: int, array: IntArray) -> tuple[int, bool]:
        """Return the place of an array within its group, and whether it is new."""
        key = (group, array.tobytes())
        is_new = key not in self.place
        return self.place.setdefault(key, len(self.place)), is_new


def build_family(
    tests: Dates,
    calendar: Dates,
    *,
    period: StudyPeriod | Mapping[str, StudyPeriod],
    windows: Sequence[Window],
    by: Sequence[str],
    anchors: Sequence[str],
    units: Sequence[str],
    gap: int,
    reserved: Sequence[str],
) -> Family:
    """Read both tables once, and cross all choices; arguments as in `scan`.

    `reserved` are the columns of the result, which `by` may not name.
    """
    periods = as_periods(period)
    anchors = as_names("anchors", anchors, ANCHORS)
    units = as_names("units", units, UNITS)
    check_whole("gap", gap, minimum=1)
    if not isinstance(windows, list | tuple) or not windows:
        msg = "`windows` must be a list of at least one Window."
        raise ArgumentError(msg)
    for span in periods.values():
        for window in windows:
            check_window(span, window)
    splits = splits_of(tests, calendar, as_names("by", by), reserved=reserved)
    of_tests = [split for split in splits if split.table == "tests"]
    of_calendar = [split for split in splits if split.table == "calendar"]
    clock = next(iter(periods.values())).zone
    events = read_events(tests, clock=clock)
    if "missile" in units and not events.has_missiles:
        rule = "the column is missing, and units='missile' needs it"
        raise SchemaError([("`tests`", 0, "n_missiles", "", rule)])
    intervals = {
        anchor: read_intervals(calendar, anchor=anchor, clock=clock)
        for anchor in anchors
    }

    day = np.unique(np.concatenate([span.days for span in periods.values()]))
    inside = np.array([np.isin(day, span.days) for span in periods.values()])
    series, series_at, n_launches = _all_series(
        events, crossed(of_tests, events.row), day, inside, units=units, gap=gap
    )
    exposures, exposure_at, n_events = _all_exposures(
        intervals, of_calendar, windows, day, list(periods.values())
    )

    names = {
        "period": list(periods),
        "window": list(windows),
        "anchor": list(anchors),
        "unit": list(units),
        **{split.column: [name for name, _ in split.levels] for split in splits},
    }
    at = dict(
        zip(
            names,
            np.indices([len(v) for v in names.values()]).reshape(len(names), -1),
            strict=True,
        )
    )
    series_key = (at["period"], at["unit"], _combination(of_tests, at))
    exposure_key = (at["window"], at["anchor"], _combination(of_calendar, at))
    exposure_of = exposure_at[exposure_key]
    on_days = np.zeros((len(periods), len(exposures) + 1), dtype=np.int64)
    on_days[:, :-1] = inside.astype(float) @ exposures.T.astype(float)
    chosen = {name: np.array(names[name], dtype=object)[at[name]] for name in names}
    window_of = chosen.pop("window")
    table = pd.DataFrame(
        {
            "id": np.arange(1, exposure_of.size + 1),
            "period": chosen.pop("period").astype(str),
            "window_before": np.array([w.before for w in window_of]),
            "window_after": np.array([w.after for w in window_of]),
            **{name: values.astype(str) for name, values in chosen.items()},
            "n_launches": n_launches[series_key],
            "n_calendar_events": n_events[(*exposure_key, at["period"])],
            # Place -1, no exposure, is the last column, of zeros.
            "exposed_days": on_days[at["period"], exposure_of],
            "at_risk_days": inside.sum(axis=1)[at["period"]],
        }
    )
    off_grid = ~np.isin(events.day, day)
    return Family(
        day=day,
        inside=inside,
        series=series,
        exposures=exposures,
        table=table,
        series_of=series_at[series_key],
        exposure_of=exposure_of,
        events=events,
        dropped=(
            *events.dropped,
            *drop_note("tests", "not on an at-risk day", off_grid, events.ids),
            *(note for found in intervals.values() for note in found.dropped),
        ),
        calendar_sha256=", ".join(found.sha256 for found in intervals.values()),
    )


def _combination(splits: Sequence[Split], at: Mapping[str, IntArray]) -> IntArray:
    """Place of each specification's levels among the combinations of `crossed`."""
    if not splits:
        return np.zeros_like(at["period"])
    sizes = tuple(len(split.levels) for split in splits)
    place: IntArray = np.ravel_multi_index(tuple(at[s.column] for s in splits), sizes)
    return place


def _all_series(
    events: DatedEvents,
    subsets: list[BoolArray],
    day: IntArray,
    inside: BoolArray,
    *,
    units: Sequence[str],
    gap: int,
) -> tuple[tuple[Series, ...], IntArray, IntArray]:
    """Different launch series; the place and number of launches of every choice."""
    on_day = [
        [
            launches_on(
                day, events.day[chosen], unit=unit, gap=gap,
                missiles=events.missiles[chosen],
            )
            for chosen in subsets
        ]
        for unit in units
    ]  # fmt: skip
    at = np.full((len(inside), len(units), len(subsets)), -1)
    total = np.zeros_like(at)
    distinct, found = _Distinct(), []
    for place in np.ndindex(at.shape):
        p, u, c = place
        launches = np.where(inside[p], on_day[u][c], 0)
        total[place] = launches.sum()
        if total[place]:
            at[place], is_new = distinct.add(p, launches)
            if is_new:
                found.append(Series(period=p, events=subsets[c], launches=launches))
    return tuple(found), at, total


def _all_exposures(
    intervals: Mapping[str, DatedIntervals],
    splits: Sequence[Split],
    windows: Sequence[Window],
    day: IntArray,
    periods: Sequence[StudyPeriod],
) -> tuple[IntArray, IntArray, IntArray]:
    """Different exposures; the place and the calendar events of every choice."""
    subsets = {name: crossed(splits, found.row) for name, found in intervals.items()}
    n_subsets = int(np.prod([len(split.levels) for split in splits], initial=1))
    at = np.full((len(windows), len(intervals), n_subsets), -1)
    touched = np.zeros((*at.shape, len(periods)), dtype=np.int64)
    distinct, found = _Distinct(), []
    origin, n_days = int(day[0]), int(day[-1] - day[0]) + 1
    for w, window in enumerate(windows):
        for a, (anchor, spans) in enumerate(intervals.items()):
            first, last = spans.first - window.before, spans.last + window.after
            touching = [holds_any(first, last, span.days) for span in periods]
            for c, chosen in enumerate(subsets[anchor]):
                touched[w, a, c] = [int((chosen & holds).sum()) for holds in touching]
                cover = cover_counts(
                    first[chosen], last[chosen], origin=origin, n_days=n_days
                )
                exposed = (cover[day - origin] > 0).astype(np.int64)
                if exposed.any():
                    at[w, a, c], is_new = distinct.add(0, exposed)
                    if is_new:
                        found.append(exposed)
    return np.array(found, dtype=np.int64).reshape(-1, day.size), at, touched
