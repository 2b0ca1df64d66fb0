"""Checks of what is to be drawn, and text of users as matplotlib is to write it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from timing.arguments import check_type
from timing.errors import ArgumentError

if TYPE_CHECKING:
    from collections.abc import Sequence

FloatArray = npt.NDArray[np.float64]


def check_columns(name: str, table: object, columns: Sequence[str]) -> None:
    """Raise if `table` is no DataFrame with each of the columns once, and a row.

    Examples
    --------
    >>> check_columns("rows", pd.DataFrame({"label": ["a"]}), ["label"])
    """
    check_type(name, table, pd.DataFrame)
    found = list(table.columns)  # type: ignore[attr-defined]
    for column in columns:
        if found.count(column) != 1:
            fault = "has twice" if column in found else "lacks"
            msg = f"`{name}` {fault} the column {column!r}."
            raise ArgumentError(msg)
    if not len(table):  # type: ignore[arg-type]
        msg = f"`{name}` is empty."
        raise ArgumentError(msg)


def numbers_of(name: str, values: object) -> FloatArray:
    """Return values as numbers, blanks as NaN.

    Examples
    --------
    >>> numbers_of("hours", [1, 2.5]).tolist()
    [1.0, 2.5]
    """
    try:
        if isinstance(values, pd.Series):
            return values.astype(object).where(values.notna(), np.nan).to_numpy(float)
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        msg = f"`{name}` must hold numbers only."
        raise ArgumentError(msg) from None


def literal(text: object) -> str:
    r"""Write text of a user so that matplotlib reads no formula in it.

    Examples
    --------
    >>> print(literal("from 2 $ to 5 $"))
    from 2 \$ to 5 \$
    """
    return str(text).replace("$", r"\$")
