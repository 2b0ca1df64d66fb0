"""Everything that is wrong with a table, gathered for one error."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from timing.errors import SchemaError
from timing.readers.sizes import printable

_PLAIN = (bool, float, date)
BoolArray = npt.NDArray[np.bool_]


class Problems:
    """Failures of one table.

    Parameters
    ----------
    table : str
        File name, or an argument in backticks.

    Examples
    --------
    >>> problems = Problems("mine.csv")
    >>> values = pd.Series(["2025-10-28", ""])
    >>> problems.add_rows("day", values, np.array([False, True]), "must not be blank")
    >>> problems.raise_any()
    Traceback (most recent call last):
    ...
    timing.errors.SchemaError: mine.csv: row 2, column 'day': '': must not be blank
    """

    def __init__(self, table: str) -> None:
        self.table = table
        self._found: list[tuple[str, int, str, object, str]] = []

    def add_column(self, column: str, rule: str) -> None:
        """Note what is wrong with a column as a whole."""
        self._add(-1, column, "", rule)

    def add_rows(
        self, column: str, values: pd.Series, bad: BoolArray, rule: str
    ) -> None:
        """Note the rows where `bad` is true."""
        rows = np.flatnonzero(bad)
        for i, value in zip(rows.tolist(), values.iloc[rows].tolist(), strict=True):
            self._add(i, column, value, rule)

    def add_values(
        self,
        column: str,
        values: pd.Series,
        at: npt.NDArray[np.intp],
        rules: Mapping[int, str],
    ) -> None:
        """Note the rows of some distinct values.

        Parameters
        ----------
        column : str
        values : Series
        at : (n,) array of int
            Which of the distinct values each row has.
        rules : mapping of int to str
            What is wrong with some of them.
        """
        if not rules:
            return
        rows = np.flatnonzero(np.isin(at, [*rules]))
        for i, value in zip(rows.tolist(), values.iloc[rows].tolist(), strict=True):
            self._add(i, column, value, rules[int(at[i])])

    def add_error(self, error: SchemaError, names: Mapping[str, str]) -> None:
        """Note the failures of an error, under the user's names of the columns."""
        for _, row, column, value, rule in error.failures.to_numpy():
            self._add(int(row) - 1, names.get(column, column), value, rule)

    def raise_any(self) -> None:
        """Raise if there is any failure, in the order of the rows."""
        if self._found:
            raise SchemaError(sorted(self._found, key=lambda failure: failure[1]))

    def _add(self, i: int, column: str, value: Any, rule: str) -> None:  # noqa: ANN401
        if pd.api.types.is_scalar(value) and pd.isna(value):
            value = ""
        elif not isinstance(value, _PLAIN):
            value = shown(value)
        self._found.append((self.table, i + 1, printable(column), value, rule))


def shown(value: object) -> str:
    """Text of any object, as messages can hold it.

    Examples
    --------
    >>> shown([1, 2]), shown(10**9999)
    ('[1, 2]', '<int>')
    """
    try:
        return printable(str(value))
    except ValueError:  # a whole number of too many digits
        return f"<{type(value).__name__}>"
