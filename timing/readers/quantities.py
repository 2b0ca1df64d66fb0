"""Numbers and addresses out of free text; nothing is guessed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from timing.errors import SchemaError
from timing.readers.cells import row_failures

if TYPE_CHECKING:
    FloatArray = npt.NDArray[np.float64]

_KILOMETRES = re.compile(r"(\d+|\d{1,3}(?:,\d{3})+)(\.\d+)?(?: ?km)?", re.IGNORECASE)
_DEGREES = re.compile(r"[+-]?\d{1,3}(?:\.\d+)?")
_ADDRESS = re.compile(r"(?:https?://|www\.)[^\s\"<>]+")


def parse_kilometres(values: pd.Series) -> FloatArray:
    """Read lengths such as ``1,380 km``; all else is missing.

    A range (``between 25 and 90 km``), another unit or a slip of the pen is missing
    too: keep the text beside the number.

    Parameters
    ----------
    values : Series of str

    Returns
    -------
    (n,) array of float
        NaN where missing.

    Examples
    --------
    >>> parse_kilometres(pd.Series(["1,380 km", "0 km", "Unknown", "330 lm"])).tolist()
    [1380.0, 0.0, nan, nan]
    """
    return _each_once(values, _KILOMETRES)


def parse_degrees(values: pd.Series, *, limit: float, table: str) -> FloatArray:
    """Read decimal degrees; all else is missing.

    Parameters
    ----------
    values : Series of str
    limit : float
        Largest absolute value: 90 for latitudes, 180 for longitudes.
    table : str
        File name for messages.

    Returns
    -------
    (n,) array of float
        NaN where missing.

    Raises
    ------
    SchemaError
        With every number beyond the limit.

    Examples
    --------
    >>> parse_degrees(pd.Series(["39.4", "Unknown"]), limit=90, table="mine.csv")
    array([39.4,  nan])
    """
    degrees = _each_once(values, _DEGREES)
    bad = np.abs(degrees) > limit
    if bad.any():
        rule = f"must lie between -{limit:g} and {limit:g}"
        raise SchemaError([*row_failures(values, bad, table=table, rule=rule)])
    return degrees


def find_addresses(values: pd.Series) -> pd.Series:
    """Web addresses in each text, joined by a semicolon and a blank.

    Parameters
    ----------
    values : Series of str

    Returns
    -------
    Series of str

    Examples
    --------
    >>> find_addresses(pd.Series(["See http://a.org/x; page 7.", "page 8"])).tolist()
    ['http://a.org/x', '']
    """
    found = [
        "; ".join(address.rstrip(".,;)") for address in _ADDRESS.findall(text))
        for text in values.tolist()
    ]
    return pd.Series(found, index=values.index, dtype="str")


def _each_once(values: pd.Series, pattern: re.Pattern[str]) -> FloatArray:
    at, distinct = pd.factorize(values)
    numbers = []
    for text in distinct:
        match = pattern.fullmatch(str(text).strip())
        digits = re.sub("[^0-9.+-]", "", match[0]) if match else "nan"
        numbers.append(float(digits))
    return np.array(numbers, dtype=np.float64)[at]
