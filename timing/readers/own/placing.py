"""Columns of dates on the clock that is wanted."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from timing.readers.own.date_column import DAY, BoolArray, DateColumn, IntArray
from timing.readers.own.reading import NO_OFFSET
from timing.readers.own.wall_time import from_utc, to_utc

if TYPE_CHECKING:
    from timing.readers.own.offsets import Zones
    from timing.readers.own.problems import Problems

_FIRST, _LAST = -719_160, 2_932_894
"""Days two days within the years 1 to 9999: no offset leads out of them."""


def place(
    dates: DateColumn, source: Zones, target: Zones, problems: Problems
) -> DateColumn:
    """Put dates on other clocks.

    Parameters
    ----------
    dates : DateColumn
    source : (n,) array of str
        Clock of each date without an offset; blank where that of `target` is meant.
    target : (n,) array of str
        Clock that is wanted; blank for the one on which the date is written.
    problems : Problems
        Takes the clock times that do not exist or occur twice.

    Returns
    -------
    DateColumn
        Without offsets. A day without a clock time becomes the days that it touches.
    """
    is_elsewhere = (source != "") & (target != "") & (source != target)
    aware = dates.has_offset & (target != "")
    naive = dates.has_clock & ~dates.has_offset & (source != "")
    whole = dates.known & ~dates.has_clock & is_elsewhere
    outside = (dates.first < _FIRST) | (dates.last > _LAST)
    rule = "is too close to the year 1 or 9999 to be put on another clock"
    bad = outside & (aware | whole | (naive & is_elsewhere))
    problems.add_rows(dates.name, dates.values, bad, rule)
    utc = dates.first * DAY + dates.clock - np.where(aware, dates.offset, 0)
    naive &= ~outside
    for zone in pd.unique(source[naive]):
        at = np.flatnonzero(naive & (source == zone))
        utc[at] = _moments(dates, at, str(zone), is_elsewhere[at], problems)
    moved = (aware & ~outside) | (naive & is_elsewhere)
    first, last = _touched(dates, whole & ~outside, source, target, problems)
    wall = _on_clocks(utc, moved, target)
    return replace(
        dates,
        first=np.where(moved, wall // DAY, first),
        last=np.where(moved, wall // DAY, last),
        clock=np.where(moved, wall % DAY, dates.clock),
        offset=np.full_like(dates.offset, NO_OFFSET),
    )


def _moments(
    dates: DateColumn, at: IntArray, zone: str, is_moved: BoolArray, problems: Problems
) -> IntArray:
    """Moments of the clock times of some rows, all of one zone."""
    utc, skipped, repeated = to_utc(dates.first[at] * DAY + dates.clock[at], zone)
    rules = (
        (skipped, f"does not exist: the clock of {zone} skipped it"),
        (
            # Where the clock stays, so does the time, whichever of the two it is.
            repeated & is_moved & ~skipped,
            f"occurs twice on the clock of {zone}: write the offset, as 02:30+01:00",
        ),
    )
    for bad, rule in rules:
        rows = np.zeros(dates.first.size, dtype=bool)
        rows[at[bad]] = True
        problems.add_rows(dates.name, dates.values, rows, rule)
    return utc


def _on_clocks(utc: IntArray, moved: BoolArray, target: Zones) -> IntArray:
    wall = utc.copy()
    for zone in pd.unique(target[moved]):
        at = moved & (target == zone)
        wall[at] = from_utc(utc[at], str(zone))
    return wall


def _touched(
    dates: DateColumn,
    rows: BoolArray,
    source: Zones,
    target: Zones,
    problems: Problems,
) -> tuple[IntArray, IntArray]:
    """First and last days on the clock of `target` that days of `source` touch."""
    begin, stop = dates.first * DAY, (dates.last + 1) * DAY
    for zone in pd.unique(source[rows]):
        at = rows & (source == zone)
        begin[at] = to_utc(begin[at], str(zone))[0]
        stop[at] = to_utc(stop[at], str(zone))[0]
    empty = rows & (stop <= begin)
    rule = "does not exist: the clock of its zone skipped the day"
    problems.add_rows(dates.name, dates.values, empty, rule)
    first, last = _on_clocks(begin, rows, target), _on_clocks(stop - 1, rows, target)
    return first // DAY, last // DAY
