"""Tables as CSV, for programs and spreadsheets."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Hashable

Value = TypeVar("Value")

_FORMULA = re.compile(
    "[=+@\t\n\N{FULLWIDTH EQUALS SIGN}\N{FULLWIDTH PLUS SIGN}"
    "\N{FULLWIDTH HYPHEN-MINUS}\N{FULLWIDTH COMMERCIAL AT}-]"
)
"""How text begins that spreadsheets run, also those of East Asia."""
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?%?")


def csv_table(frame: pd.DataFrame) -> str:
    r"""Write a table as CSV.

    Parameters
    ----------
    frame : DataFrame
        Its index is not written.

    Returns
    -------
    str
        With ``\n`` at the end of each line. Text that a spreadsheet would take for a
        formula has an apostrophe before it (see `inert`); numbers are as they are.

    Examples
    --------
    >>> print(csv_table(pd.DataFrame({"name": ["a", "=1+1"], "n": [-1.5, 2]})))
    name,n
    a,-1.5
    '=1+1,2.0
    """
    text: str = inert_table(frame).to_csv(index=False, lineterminator="\n")
    return text


def inert_table(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose text, and whose head, spreadsheets take for text."""
    safe = frame.copy()
    for i, kind in enumerate(frame.dtypes):
        if not pd.api.types.is_numeric_dtype(kind):
            safe.isetitem(i, _inert_column(frame.iloc[:, i]).array)
    safe.columns = pd.Index([inert(name) for name in frame.columns], dtype=object)
    return safe


def _inert_column(column: pd.Series) -> pd.Series:
    is_text = [isinstance(value, str) for value in column]
    if not any(is_text):
        return column  # dates
    return column.astype(object).map(inert)


def inert(value: Hashable) -> Hashable:
    """Put an apostrophe before text that a spreadsheet would take for a formula.

    A carriage return, which would begin a new row, becomes a line end.

    Examples
    --------
    >>> inert("=1+1"), inert("-1.5"), inert(-1.5), inert("- no")
    ("'=1+1", '-1.5', -1.5, "'- no")
    """
    if not isinstance(value, str):
        return value
    text = value.replace("\r\n", "\n").replace("\r", "\n")
    runs = _FORMULA.match(text) and not _NUMBER.fullmatch(text)
    return f"'{text}" if runs else text
