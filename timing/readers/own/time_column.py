"""A column of clock times beside a column of days."""

from __future__ import annotations

from dataclasses import replace
from datetime import time
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from timing.readers.own.clock_text import TIME_RULE, read_clock
from timing.readers.own.date_column import hashable
from timing.readers.own.reading import NO_CLOCK, NO_OFFSET, Unreadable

if TYPE_CHECKING:
    from timing.readers.own.date_column import DateColumn
    from timing.readers.own.problems import Problems


def with_times(
    dates: DateColumn, values: pd.Series, problems: Problems, column: str
) -> DateColumn:
    """Add clock times to days.

    Parameters
    ----------
    dates : DateColumn
    values : Series
        Text such as ``14:30`` or ``2:30 PM``, or times; blank where not known.
    problems : Problems
        Takes the times that cannot be read, differ from one in `dates`, or stand beside
        a date that is not one day.
    column : str
        The user's name of the column.
    """
    at, found = pd.factorize(hashable(values))
    read = [(NO_CLOCK, NO_OFFSET)] * (len(found) + 1)
    rules = {}
    for i, value in enumerate(np.asarray(found, dtype=object).tolist()):
        try:
            read[i] = _read_time(value)
        except Unreadable as error:
            rules[i] = str(error)
    problems.add_values(column, values, at, rules)
    # The last stands for missing values, whose place is -1.
    clock, offset = np.array(read, dtype=np.int64)[at].T
    has_time = clock != NO_CLOCK
    in_doubt = has_time & dates.known & (dates.first != dates.last)
    rule = f"is a clock time, but {dates.name!r} does not tell the day"
    problems.add_rows(column, values, in_doubt, rule)
    twice = has_time & dates.has_clock
    differs = twice & ((clock != dates.clock) | (offset != dates.offset))
    rule = f"is not the clock time that {dates.name!r} has"
    problems.add_rows(column, values, differs, rule)
    return replace(
        dates,
        clock=np.where(has_time, clock, dates.clock),
        offset=np.where(has_time, offset, dates.offset),
    )


def _read_time(value: object) -> tuple[int, int]:
    if isinstance(value, time):
        offset = value.utcoffset()
        seconds = NO_OFFSET if offset is None else int(offset.total_seconds())
        return 3600 * value.hour + 60 * value.minute + value.second, seconds
    if not isinstance(value, str):
        raise Unreadable(TIME_RULE)
    text = " ".join(value.split())
    return read_clock(text) if text else (NO_CLOCK, NO_OFFSET)
