"""The table of missiles that all forms of the CNS list are turned into."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from timing.clock import to_dates
from timing.errors import ArgumentError, SchemaError
from timing.home import HOME
from timing.readers.cells import row_failures
from timing.readers.dates import parse_written_dates, parse_written_times
from timing.readers.quantities import parse_degrees, parse_kilometres
from timing.schema import Field, TableSchema, check_table

if TYPE_CHECKING:
    from collections.abc import Collection

    from timing.readers.dates import WrittenDates

    IntArray = npt.NDArray[np.int64]
    BoolArray = npt.NDArray[np.bool_]

COLUMNS = (
    "missile_id", "date", "time", "earliest", "latest", "precision", "clock",
    "date_raw", "time_raw", "system", "range_class", "site", "latitude",
    "latitude_raw", "longitude", "longitude_raw", "apogee_km", "apogee_raw",
    "distance_km", "distance_raw", "outcome", "confirmation", "landing", "urls",
)  # fmt: skip

_IDS = TableSchema(
    fields=(Field(name="missile_id", present=True, required=True, unique=True),)
)
_RAW = (
    "date_raw", "time_raw", "latitude_raw", "longitude_raw", "apogee_raw",
    "distance_raw",
)  # fmt: skip
_WORDS = ("system", "range_class", "site", "outcome", "confirmation", "landing")


def missile_table(
    raw: pd.DataFrame, *, table: str, local_clock: Collection[str]
) -> pd.DataFrame:
    """Date missiles on the Korean clock and read their numbers.

    Parameters
    ----------
    raw : DataFrame
        Text, in the columns ``missile_id``, ``*_raw``, ``system``, ``range_class``,
        ``site``, ``outcome``, ``confirmation``, ``landing`` and ``urls``.
    table : str
        File name for messages.
    local_clock : collection of str
        Missiles whose written date is Korean although their time is UTC.

    Returns
    -------
    DataFrame
        In `COLUMNS`, described at `timing.readers.read_cns`.

    Raises
    ------
    SchemaError
        If a date, time or coordinate breaks its rule, a missile occurs twice, or a
        time stands beside a month.
    ArgumentError
        If `local_clock` names a missile that is not in the table.
    """
    ids = raw["missile_id"].str.strip()
    check_table(ids.to_frame(), _IDS, table=table)
    local = _is_local(ids, local_clock)
    dates = parse_written_dates(raw["date_raw"], table=table)
    minutes, timed = parse_written_times(raw["time_raw"], table=table)
    if (timed & dates.is_month).any():
        rule = "a time needs a day, but the date is a month"
        bad = timed & dates.is_month
        raise SchemaError([*row_failures(raw["time_raw"], bad, table=table, rule=rule)])
    frame = _on_korean_clock(dates, minutes, timed=timed, local=local)
    frame["missile_id"] = ids
    for name in (*_RAW, "urls"):
        frame[name] = raw[name]
    for name, limit in (("latitude", 90), ("longitude", 180)):
        frame[name] = parse_degrees(raw[f"{name}_raw"], limit=limit, table=table)
    for name in ("apogee", "distance"):
        frame[f"{name}_km"] = parse_kilometres(raw[f"{name}_raw"])
    for name in _WORDS:
        words = raw[name].str.strip()
        lower = words.str.lower()
        is_class = name in ("outcome", "confirmation")
        frame[name] = lower if is_class else words.mask(lower.eq("unknown"), lower)
    return frame[[*COLUMNS]]


def _is_local(ids: pd.Series, local_clock: Collection[str]) -> BoolArray:
    if isinstance(local_clock, str):
        msg = f"`local_clock` is {local_clock!r}; it must be a collection of text."
        raise ArgumentError(msg)
    unknown = sorted({str(name) for name in local_clock} - set(ids))
    if unknown:
        msg = f"`local_clock` names missiles that are not there: {', '.join(unknown)}."
        raise ArgumentError(msg)
    local: BoolArray = ids.isin([str(name) for name in local_clock]).to_numpy(bool)
    return local


def _on_korean_clock(
    dates: WrittenDates, minutes: IntArray, *, timed: BoolArray, local: BoolArray
) -> pd.DataFrame:
    written = dates.first.astype("datetime64[D]").astype("datetime64[us]")
    moments = pd.DatetimeIndex(written + minutes.astype("timedelta64[m]"))
    korean = moments.tz_localize("UTC").tz_convert(HOME).tz_localize(None)
    days = korean.to_numpy().astype("datetime64[D]").astype(np.int64)
    moves = timed & ~local
    first = np.where(moves, days, dates.first)
    last = np.where(moves, days, dates.last)
    precision = np.where(timed, "minute", np.where(dates.is_month, "month", "day"))
    words = {
        "time": np.where(timed, korean.strftime("%H:%M"), ""),
        "precision": precision,
        "clock": np.where(moves, "utc", "as written"),
    }
    frame = pd.DataFrame(words, dtype="str")
    frame["date"] = to_dates(first)
    frame["earliest"] = to_dates(first)
    frame["latest"] = to_dates(last)
    return frame
