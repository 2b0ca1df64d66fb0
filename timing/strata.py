"""Strata of days: the time scale that a null model holds fixed."""

from __future__ import annotations

from collections.abc import Callable
from numbers import Integral
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from timing.arguments import check_whole
from timing.clock import parse_days, to_dates
from timing.curated import ERA_IN_WORDS, era_of
from timing.errors import ArgumentError

IntArray = npt.NDArray[np.int64]

Strata: TypeAlias = (
    "str | int | pd.Series | Callable[[pd.DatetimeIndex], object] | "
    "tuple[str | int, ...] | None"
)

_FORTNIGHT = 14

_WORDS = {
    "month": "each calendar month of each year",
    "quarter": "each quarter of each year",
    "half": "each half of each year",
    "year": "each year",
    "era": ERA_IN_WORDS,
    "fortnight": f"each span of {_FORTNIGHT} days",
    "month_of_year": "each month of the year, all years together",
    "weekday": "each day of the week",
}


def _months(day: pd.DatetimeIndex, length: int) -> IntArray:
    """Return the number of the span of `length` months, counted from year 0."""
    numbers: IntArray = (day.year * 12 + day.month - 1).to_numpy() // length
    return numbers


def _spans(day: pd.DatetimeIndex, length: int) -> IntArray:
    """Return the number of the span of `length` days, counted from the first day."""
    numbers: IntArray = (day - day.min()).days.to_numpy(dtype=np.int64) // length
    return numbers


_NAMED: dict[str, Callable[[pd.DatetimeIndex], IntArray]] = {
    "month": lambda day: _months(day, 1),
    "quarter": lambda day: _months(day, 3),
    "half": lambda day: _months(day, 6),
    "year": lambda day: _months(day, 12),
    "era": era_of,
    "fortnight": lambda day: _spans(day, _FORTNIGHT),
    "month_of_year": lambda day: day.month.to_numpy().astype(np.int64),
    "weekday": lambda day: day.day_of_week.to_numpy().astype(np.int64),
}


def stratum_of(days: IntArray, strata: Strata) -> IntArray:
    """Stratum number of each day, from 0.

    Parameters
    ----------
    days : (n,) array of int
        Day numbers.
    strata : str, int, Series, callable, tuple or None
        ``"month"`` (each calendar month of each year), ``"quarter"``, ``"half"``,
        ``"year"``, ``"era"`` (of `timing.curated`), ``"month_of_year"``,
        ``"weekday"``; a whole number of days, 1 or more, for spans of that length
        counted from the first at-risk day (days that are not at risk count too; the
        last span may be shorter), ``"fortnight"`` being 14; a Series of labels indexed
        by day, such as a column of a daily table; a callable
        that takes a DatetimeIndex and returns labels; a tuple of names or numbers, for
        each combination of them; or None for one stratum.

    Raises
    ------
    ArgumentError
        If the name is unknown, the number of days is not positive, or a day has no
        label.

    Examples
    --------
    >>> stratum_of(np.array([0, 30, 31, 365]), "month")
    array([0, 0, 1, 2])
    >>> stratum_of(np.array([3, 4, 5, 9]), 2)
    array([0, 0, 1, 2])
    >>> stratum_of(np.array([0, 7, 8, 31]), ("year", "month", "weekday"))
    array([0, 0, 1, 2])
    """
    if strata is None:
        return np.zeros(days.size, dtype=np.int64)
    if isinstance(strata, tuple):
        if not strata:
            msg = "`strata` is an empty tuple; for one stratum it is None."
            raise ArgumentError(msg)
        parts = np.column_stack([stratum_of(days, part) for part in strata])
        return pd.factorize(pd.Series(map(tuple, parts.tolist())))[0].astype(np.int64)
    index = pd.DatetimeIndex(to_dates(days))
    if isinstance(strata, str):
        if strata not in _NAMED:
            names = ", ".join(repr(name) for name in _NAMED)
            msg = (
                f"`strata` is {strata!r}; it must be None, one of {names}, a whole "
                "number of days, a Series indexed by day, or a callable."
            )
            raise ArgumentError(msg)
        labels = pd.Series(_NAMED[strata](index))
    elif isinstance(strata, Integral):
        length = check_whole("strata", strata, minimum=1)
        labels = pd.Series(_spans(index, length))
    elif isinstance(strata, pd.Series):
        known, readable = parse_days(strata.index.to_series())
        labels = pd.Series(strata.to_numpy()[readable], index=known[readable])
        if not labels.index.is_unique:
            msg = "`strata` has two labels for one day."
            raise ArgumentError(msg)
        labels = labels.reindex(days)
    elif callable(strata):
        labels = _labels(strata(index), days.size)
    else:
        msg = f"`strata` is a {type(strata).__name__}; see the allowed kinds."
        raise ArgumentError(msg)
    missing = labels.isna().to_numpy()
    if missing.any():
        first = str(index[missing][0].date())
        msg = f"`strata` has no label for {missing.sum()} at-risk days, first {first}."
        raise ArgumentError(msg)
    try:
        codes, _ = pd.factorize(labels)
    except TypeError:
        msg = "`strata` has labels that cannot be told apart, such as lists."
        raise ArgumentError(msg) from None
    return codes.astype(np.int64)


def _labels(returned: object, n: int) -> pd.Series:
    """Return what a user's function gave, if it is one label for each day."""
    try:
        labels = np.asarray(returned)
    except ValueError:  # lists of unequal length
        labels = np.array(None)
    if labels.shape != (n,):
        count = len(labels) if labels.ndim == 1 else "no list of"
        msg = f"`strata` returned {count} labels for {n} days."
        raise ArgumentError(msg)
    return pd.Series(labels)


def strata_in_words(strata: Strata) -> str:
    """How summaries name the strata.

    Examples
    --------
    >>> strata_in_words("month")
    'each calendar month of each year'
    """
    if strata is None:
        return "the whole period"
    if isinstance(strata, str):
        return _WORDS.get(strata, strata)
    if isinstance(strata, tuple):
        return f"each combination of {', '.join(map(str, strata))}"
    if isinstance(strata, Integral):
        return f"each span of {strata} days"
    name = getattr(strata, "name", None) or getattr(strata, "__name__", "user's own")
    return f"each stratum of '{name}'"
