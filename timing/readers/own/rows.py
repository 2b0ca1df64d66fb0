"""Rows of a user's table while it is read, and what is wrong with them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from timing.errors import SchemaError
from timing.readers.own.columns import rename_columns
from timing.readers.own.date_column import DateColumn, read_column
from timing.readers.own.date_format import has_clock
from timing.readers.own.offsets import Zones, read_zones
from timing.readers.own.problems import Problems, shown
from timing.readers.own.tables import load_table
from timing.schema import check_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from timing.readers.own.tables import FileOptions
    from timing.schema import TableSchema


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class OwnRows:
    """A table under our names.

    Attributes
    ----------
    frame : DataFrame
    theirs : mapping of str to str
        The user's name of each column that is ours.
    problems : Problems
    is_typed : bool
        As in `OwnTable`.
    dates : str, optional
        How dates are written.
    means_times : bool
        Midnight is a clock time even where there is no other.
    """

    frame: pd.DataFrame
    theirs: Mapping[str, str]
    problems: Problems
    is_typed: bool
    dates: str | None
    means_times: bool

    def read(self, name: str) -> DateColumn:
        """Read a column of dates."""
        own = self.theirs[name]
        return read_column(self.frame[name], self.dates, self.problems, own)

    def read_if_there(self, name: str) -> DateColumn | None:
        """Read a column of dates; None where there is none of that name."""
        return self.read(name) if name in self.frame.columns else None

    def all_of(self, zone: str | None) -> Zones:
        """Return one zone for all rows, or blanks."""
        return np.full(len(self.frame), zone or "", dtype=object)

    def zones(self) -> Zones:
        """Read the zones of the rows; blank where there is none."""
        if "zone" not in self.frame.columns:
            return self.all_of(None)
        own = self.theirs["zone"]
        return read_zones(self.frame["zone"], self.problems, own)

    def check(self, schema: TableSchema, names: Sequence[str]) -> None:
        """Note where columns break the rules of a schema."""
        fields = tuple(field for field in schema.fields if field.name in names)
        fields = tuple(replace(field, present=False) for field in fields)
        rules = replace(schema, fields=fields, ordered=())
        there = [name for name in names if name in self.frame.columns]
        values = self.frame[there].apply(_or_text)
        try:
            check_table(values, rules, table=self.problems.table)
        except SchemaError as error:
            self.problems.add_error(error, self.theirs)

    def note(self, name: str, bad: npt.NDArray[np.bool_], rule: str) -> None:
        """Note rows whose cell in a column is bad."""
        self.problems.add_rows(self.theirs[name], self.frame[name], bad, rule)

    def with_columns(
        self, new: Mapping[str, Any], renamed: Mapping[str, str]
    ) -> pd.DataFrame:
        """Return the table with columns put in or replaced, if nothing is wrong.

        Parameters
        ----------
        new : mapping of str to array
        renamed : mapping of str to str
            New names of columns of the table.

        Raises
        ------
        SchemaError
            If there is any problem.
        """
        own = set(self.frame.columns) - set(self.theirs)
        for name in (*new, *renamed.values()):
            if name in own:
                rule = "is the name of a column of the result: rename yours"
                self.problems.add_column(name, rule)
        self.problems.raise_any()
        frame = self.frame.assign(**new).rename(columns=dict(renamed))
        if not self.is_typed:
            mixed: pd.DataFrame = frame.select_dtypes("object", exclude="str")
            frame = frame.assign(**mixed.map(str).astype("str"))
        return frame


def _or_text(values: pd.Series) -> pd.Series:
    """Numbers or text; other objects are taken by how they are written."""
    if pd.api.types.is_object_dtype(values.dtype) or values.dtype.kind == "c":
        blank = values.isna().tolist()
        cells = zip(values.tolist(), blank, strict=True)
        texts = [None if is_blank else shown(value) for value, is_blank in cells]
        return pd.Series(texts, dtype="object")
    return values


def load_rows(
    source: object,
    options: FileOptions,
    columns: Mapping[str, str] | None,
    ours: Mapping[str, str],
    required: Sequence[str],
    dates: str | None,
) -> OwnRows:
    """Load a table, and give its columns our names.

    Parameters
    ----------
    source : str, Path or DataFrame
        No iCalendar file.
    options : FileOptions
    columns, ours, required
        As in `rename_columns`.
    dates : str, optional
    """
    table = load_table(source, options)
    frame, theirs = rename_columns(table, columns, ours, required)
    return OwnRows(
        frame=frame,
        theirs=theirs,
        problems=Problems(table.name),
        is_typed=table.is_typed,
        dates=dates,
        means_times=dates is not None and has_clock(dates),
    )
