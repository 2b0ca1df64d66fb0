"""One calendar event, as users name it: dates, a row, or an id."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pandas as pd

from timing.errors import ArgumentError, EmptySelectionError, SchemaError
from timing.home import HOME
from timing.inputs import DatedIntervals, read_intervals
from timing.period import parse_iso
from timing.record import iso_day

if TYPE_CHECKING:
    from timing.inputs import Dates

Event: TypeAlias = (
    "str | date | tuple[str | date, str | date] | pd.Series | pd.DataFrame"
)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class OneEvent:
    """First and last day of what the window hangs on.

    Attributes
    ----------
    label : str
        Name, id or days.
    first, last : int
    sha256 : str
        Hash of the row.
    """

    label: str
    first: int
    last: int
    sha256: str


def read_event(
    event: Event, calendar: Dates | None, *, anchor: str, clock: str = HOME
) -> OneEvent:
    """Read one event.

    Parameters
    ----------
    event : date, (start, end), row of a calendar, or str
        Text that is no date is the ``event_id`` of a row of `calendar`. Dates are
        days of the study, and stand for what the window hangs on, whatever the anchor.
    calendar : DataFrame or dates, optional
    anchor, clock : str
        As in `read_intervals`.

    Raises
    ------
    ArgumentError
        If `event` is none of these, or its id is not found.
    SchemaError, EmptySelectionError
        If its dates break their rules, or there is none for the anchor.

    Examples
    --------
    >>> found = read_event(("2025-10-29", "2025-10-30"), None, anchor="interval")
    >>> found.label, found.last - found.first
    ('2025-10-29 to 2025-10-30', 1)
    """
    row = _as_row(event, calendar)
    if len(row) != 1:
        msg = f"`event` is a table of {len(row)} rows; it must have one."
        raise ArgumentError(msg)
    try:
        spot = read_intervals(row, anchor=anchor, clock=clock)
    except SchemaError as error:
        failures = error.failures.assign(table="`event`")
        rows = list(failures.itertuples(index=False, name=None))
        raise SchemaError(rows) from None
    except EmptySelectionError:
        msg = f"`event` has no date for anchor={anchor!r}."
        raise EmptySelectionError(msg) from None
    return OneEvent(
        label=_label(row, spot),
        first=int(spot.first[0]),
        last=int(spot.last[0]),
        sha256=spot.sha256,
    )


def _as_row(event: Event, calendar: Dates | None) -> pd.DataFrame:
    if isinstance(event, pd.DataFrame):
        return event
    if isinstance(event, pd.Series):
        return event.to_frame().T
    if isinstance(event, str) and parse_iso(event) is None:
        return _row_of_id(event, calendar)
    if isinstance(event, str | date | np.datetime64):
        event = (event, event)
    if not isinstance(event, tuple | list) or len(event) != 2:
        msg = (
            f"`event` is {event!r}; it must be a date, a (start, end) pair, a row of a "
            "calendar or an event_id of `calendar`."
        )
        raise ArgumentError(msg)
    start, end = ("start", "meeting_start", "announced"), ("end", "meeting_end")
    dates = dict.fromkeys(start, event[0]) | dict.fromkeys(end, event[1])
    return pd.DataFrame([dates], dtype=object)


def _row_of_id(event: str, calendar: Dates | None) -> pd.DataFrame:
    if not isinstance(calendar, pd.DataFrame) or "event_id" not in calendar.columns:
        msg = (
            f"`event` is {event!r}, which is no date (YYYY-MM-DD); to name an event_id "
            "give a `calendar` with that column."
        )
        raise ArgumentError(msg)
    row = calendar[calendar["event_id"].eq(event)]
    if row.empty:
        msg = (
            f"`event` is {event!r}, which is no date (YYYY-MM-DD) and no event_id of "
            "`calendar`."
        )
        raise ArgumentError(msg)
    return row


def _label(row: pd.DataFrame, spot: DatedIntervals) -> str:
    for column in ("name", "event_id"):
        if column in row.columns and isinstance(value := row[column].iloc[0], str):
            return value
    first, last = iso_day(int(spot.first[0])), iso_day(int(spot.last[0]))
    return first if first == last else f"{first} to {last}"
