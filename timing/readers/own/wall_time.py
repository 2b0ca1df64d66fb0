"""Wall times of a zone and their moments, as whole seconds since 1970-01-01 00:00."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]


def to_utc(wall: IntArray, zone: str) -> tuple[IntArray, BoolArray, BoolArray]:
    """Moments of wall times.

    Parameters
    ----------
    wall : (n,) array of int
        Seconds since 1970-01-01 00:00 on the clock of the zone.
    zone : str
        IANA time zone.

    Returns
    -------
    utc : (n,) array of int
        The first of two moments where the clock shows a time twice, and the next that
        exists where it skips one.
    is_skipped, is_repeated : (n,) arrays of bool

    Examples
    --------
    >>> summer = np.array(["2025-03-30T02:30", "2025-10-26T02:30"], "datetime64[s]")
    >>> _, skipped, repeated = to_utc(summer.astype(np.int64), "Europe/Madrid")
    >>> skipped.tolist(), repeated.tolist()
    ([True, False], [False, True])
    """
    index: Any = _index(wall)
    summer = np.ones(wall.size, dtype=bool)
    first = index.tz_localize(zone, ambiguous=summer, nonexistent="shift_forward")
    exists = index.tz_localize(zone, ambiguous=summer, nonexistent="NaT")
    once = index.tz_localize(zone, ambiguous="NaT", nonexistent="shift_forward")
    utc = _seconds(first.tz_convert("UTC").tz_localize(None))
    return utc, np.asarray(exists.isna()), np.asarray(once.isna())


def from_utc(utc: IntArray, zone: str) -> IntArray:
    """Wall times of moments.

    Parameters
    ----------
    utc : (n,) array of int
    zone : str

    Returns
    -------
    (n,) array of int

    Examples
    --------
    >>> from_utc(np.array([0]), "Asia/Tokyo").tolist()
    [32400]
    """
    index: Any = _index(utc)
    return _seconds(index.tz_localize("UTC").tz_convert(zone).tz_localize(None))


def _index(seconds: IntArray) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(seconds.astype("datetime64[s]"))


def _seconds(index: pd.DatetimeIndex) -> IntArray:
    return index.to_numpy().astype("datetime64[s]").astype(np.int64)
