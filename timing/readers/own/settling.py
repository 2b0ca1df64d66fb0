"""Columns of dates as days and times of one clock: what is midnight, and whose."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from timing.readers.own.offsets import are_days, check_offsets
from timing.readers.own.placing import place

if TYPE_CHECKING:
    from collections.abc import Sequence

    from timing.readers.own.date_column import DateColumn
    from timing.readers.own.offsets import Clocks
    from timing.readers.own.problems import Problems


def settle(
    columns: Sequence[DateColumn],
    clocks: Clocks,
    problems: Problems,
    *,
    means_times: bool,
) -> list[DateColumn]:
    """Put columns that tell of each other's midnights on the clock that is wanted.

    Parameters
    ----------
    columns : sequence of DateColumn
    clocks : Clocks
    problems : Problems
    means_times : bool
        Midnight is a clock time even where there is no other.
    """
    if not means_times and are_days(columns):
        columns = [as_days(dates, clocks, problems) for dates in columns]
    for dates in columns:
        check_offsets(dates, clocks, problems)
    return [place(dates, clocks.source, clocks.target, problems) for dates in columns]


def as_days(dates: DateColumn, clocks: Clocks, problems: Problems) -> DateColumn:
    """Take midnights for days, unless they are none on the clock that is wanted.

    Parameters
    ----------
    dates : DateColumn
        Without any time but midnight.
    clocks : Clocks
    problems : Problems

    Returns
    -------
    DateColumn
        Without clock times.
    """
    check_offsets(dates, clocks, problems)
    nowhere = np.full_like(clocks.target, "")
    placed = place(dates, nowhere, clocks.target, problems)
    shifted = dates.has_offset & placed.has_clock & (placed.clock != 0)
    if shifted.any():
        i = int(np.argmax(shifted))
        rule = (
            f"is midnight, as all times here are, but not in {clocks.target[i]}: write "
            "the day alone if it is meant; if the moment is, say so by the format, as "
            "dates='%Y-%m-%dT%H:%M:%S%z'"
        )
        first = np.arange(shifted.size) == i
        problems.add_rows(dates.name, dates.values, first, rule)
    return placed.without_clocks()
