"""Directed joins of events to the nearest calendar event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.arrays import IntegerArray

from timing.arguments import check_choice
from timing.clock import to_dates
from timing.inputs import as_frame, read_events, read_intervals, row_ids
from timing.kernels.intervals import nearest_after, nearest_both, nearest_prior
from timing.period import StudyPeriod, clock_of, day_number

if TYPE_CHECKING:
    from timing.inputs import Dates

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
Direction = Literal["prior", "after", "both"]
_KERNELS = {"prior": nearest_prior, "after": nearest_after, "both": nearest_both}
_UNMATCHED = {
    "prior": "no calendar event began on or before this day",
    "after": "no calendar event ends on or after this day",
}


def nearest(
    tests: Dates,
    calendar: Dates,
    *,
    direction: Direction,
    period: StudyPeriod | None = None,
) -> pd.DataFrame:
    """Join each test event to the nearest calendar event, with a signed lag.

    Parameters
    ----------
    tests : DataFrame with a ``date`` column, or dates
    calendar : DataFrame with ``start`` and ``end`` columns, or dates
    direction : {"prior", "after", "both"}
        Look for a calendar event that began on or before the test (``"prior"``), that
        ends on or after it (``"after"``), or for the nearer of the two. An event under
        way on the day of the test has lag 0 in every direction.
    period : StudyPeriod, optional
        Tests on days that are not at risk are kept, but not matched. Calendar events
        are used wherever they lie.

    Returns
    -------
    DataFrame
        One row per row of `tests`, in the same order and with the same index:

        ``test_id``, ``date``
            The test; its id is its position, from 1, where the table has none.
        ``event_id``, ``event_row``
            The nearest calendar event: its id, and its position in `calendar` from 0.
        ``lag``
            Days from the calendar event to the test: positive after its last day,
            negative before its first, 0 within.
        ``n_tied``
            Calendar events at that distance in the directions asked for. Above 1 one
            of them is named: for ``"both"`` the earlier in time, and then the one that
            began first (for ``"after"`` the one that ends last).
        ``matched``, ``reason``
            Whether there is a match, and why not.

    Raises
    ------
    SchemaError
        If a table breaks its rules.
    ArgumentError
        If `direction` is not one of the three.

    Notes
    -----
    There is no silent default: ``merge_asof(direction="nearest")`` takes the earlier
    of two equally near neighbours without saying so.

    Examples
    --------
    >>> import timing
    >>> joined = timing.nearest(
    ...     ["2025-10-22", "2025-10-28"], ["2025-10-25", "2025-10-29"], direction="both"
    ... )
    >>> joined[["event_id", "lag", "n_tied"]]
      event_id  lag  n_tied
    0        1   -3       1
    1        2   -1       1
    """
    kernel = _KERNELS[check_choice("direction", direction, _KERNELS)]
    clock = clock_of(period)
    table = as_frame(tests, argument="tests", columns=("date",))
    events = read_events(table, clock=clock)
    intervals = read_intervals(calendar, clock=clock)
    n = len(table)

    reason = np.full(n, "day not known", dtype=object)
    reason[events.row] = ""
    in_play = np.ones(events.day.size, dtype=bool)
    if period is not None:
        first, last = day_number(period.start), day_number(period.end)
        inside = (events.day >= first) & (events.day <= last)
        in_play = np.isin(events.day, period.days)
        reason[events.row[~inside]] = "outside the period"
        reason[events.row[inside & ~in_play]] = "on an excluded day"
    row, day = events.row[in_play], events.day[in_play]

    distinct, at = np.unique(day, return_inverse=True)
    found = kernel(distinct, intervals.first, intervals.last)
    has_match = found.position[at] >= 0
    reason[row[~has_match]] = _UNMATCHED.get(direction, "")
    row, at = row[has_match], at[has_match]
    position = found.position[at]

    event_ids = np.full(n, pd.NA, dtype=object)
    event_ids[row] = np.array(intervals.ids, dtype=object)[position]
    dates = np.full(n, np.datetime64("NaT", "us"))
    dates[events.row] = to_dates(events.day)
    numbers = {
        "event_row": intervals.row[position],
        "lag": found.lag[at],
        "n_tied": found.n_tied[at],
    }
    columns: dict[str, Any] = {
        "test_id": row_ids(table, "test_id"),
        "date": dates,
        "event_id": event_ids,
    }
    matched = np.zeros(n, dtype=bool)
    matched[row] = True
    columns |= {name: _spread(values, matched) for name, values in numbers.items()}
    columns |= {"matched": matched, "reason": reason}
    joined = pd.DataFrame(columns, index=table.index)
    return joined.astype({"test_id": "str", "event_id": "str", "reason": "str"})


def _spread(values: IntArray, where: BoolArray) -> IntegerArray:
    """Put `values` into the rows `where` of a column that is missing elsewhere."""
    column = np.zeros(where.size, dtype=np.int64)
    column[where] = values
    return IntegerArray(column, ~where)
