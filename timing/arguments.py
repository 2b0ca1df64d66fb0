"""Checks of scalar arguments, with one wording for each rule."""

from __future__ import annotations

import numbers
import operator
from contextlib import suppress
from typing import TYPE_CHECKING

import numpy as np

from timing.errors import ArgumentError

if TYPE_CHECKING:
    from collections.abc import Iterable


def check_choice(name: str, value: object, allowed: Iterable[str]) -> str:
    """Return `value` if it is one of the `allowed` strings.

    Examples
    --------
    >>> check_choice("unit", "day", ("day", "event"))
    'day'
    """
    allowed = tuple(allowed)
    if not isinstance(value, str) or value not in allowed:
        choices = ", ".join(repr(choice) for choice in allowed)
        msg = f"`{name}` is {value!r}; it must be one of {choices}."
        raise ArgumentError(msg)
    return value


def check_type(name: str, value: object, kind: type) -> None:
    """Raise if `value` is not a `kind`.

    Examples
    --------
    >>> check_type("window", 7, int)
    """
    if not isinstance(value, kind):
        msg = f"`{name}` is a {type(value).__name__}; it must be a {kind.__name__}."
        raise ArgumentError(msg)


def check_whole(name: str, value: object, *, minimum: int) -> int:
    """Return `value` as an int if it is a whole number of at least `minimum`.

    Examples
    --------
    >>> check_whole("before", 7, minimum=0)
    7
    """
    number = None
    # A numpy bool is no Integral, but was an index before numpy 2.3.
    if isinstance(value, numbers.Integral) and not isinstance(value, bool):
        with suppress(TypeError):  # a numpy timedelta
            number = operator.index(value)
    if number is None or number < minimum:
        msg = f"`{name}` is {value!r}; it must be a whole number of at least {minimum}."
        raise ArgumentError(msg)
    return number


def check_above(name: str, value: float, *, limit: float) -> float:
    """Return `value` if it is a finite number above `limit`.

    Examples
    --------
    >>> check_above("equivalence_margin", 2, limit=1.0)
    2.0
    """
    if not is_number(value) or not limit < value < float("inf"):
        msg = f"`{name}` is {value!r}; it must be a finite number above {limit:g}."
        raise ArgumentError(msg)
    return float(value)


def check_at_least(name: str, value: float, *, limit: float) -> float:
    """Return `value` if it is a finite number of at least `limit`.

    Examples
    --------
    >>> check_at_least("min_expected", 1, limit=0.0)
    1.0
    """
    if not is_number(value) or not limit <= value < float("inf"):
        msg = (
            f"`{name}` is {value!r}; it must be a finite number of at least {limit:g}."
        )
        raise ArgumentError(msg)
    return float(value)


def check_share(name: str, value: float) -> float:
    """Return `value` if it lies strictly between 0 and 1.

    Examples
    --------
    >>> check_share("confidence_level", 0.95)
    0.95
    """
    if not is_number(value) or not 0 < value < 1:
        msg = f"`{name}` is {value!r}; it must lie strictly between 0 and 1."
        raise ArgumentError(msg)
    return float(value)


def is_number(value: object) -> bool:
    """Whether this is a real number, numpy's among them but for its timedeltas.

    Examples
    --------
    >>> is_number(1.5), is_number(True), is_number("1.5")
    (True, False, False)
    """
    return isinstance(value, numbers.Real) and not isinstance(
        value, bool | np.timedelta64
    )
