"""CSV cells as text, with errors that name file, row and column."""

from __future__ import annotations

import csv
from contextlib import closing, contextmanager
from itertools import islice
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import pandas as pd

from timing.errors import SchemaError
from timing.readers.sizes import check_cells, refuse
from timing.readers.text_lines import text_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

_CHUNK = 20_000
"""Rows turned into columns at once."""
_SHARED = 100_000
"""Distinct cells of a column up to which equal ones are looked up."""


def read_csv_cells(
    path: Path,
    columns: Sequence[str] | None = None,
    *,
    encoding: str = "utf-8",
    hint: str = "",
    delimiter: str = ",",
) -> pd.DataFrame:
    r"""Read the cells of a CSV file with a header.

    Rows are streamed, and equal cells of a column share memory, so that a million rows
    fit where only some columns are wanted.

    Parameters
    ----------
    path : Path
    columns : sequence of str, optional
        Columns that must exist; only they are returned. All by default.
    encoding : str, default "utf-8"
        A byte order mark of UTF-8 is skipped.
    hint : str, optional
        Advice appended where the file has another encoding.
    delimiter : str, default ","

    Returns
    -------
    DataFrame
        Text; blank cells are empty text. Blank lines are left out.

    Raises
    ------
    SchemaError
        If the file is not text in `encoding`, is not CSV, has no rows, lacks a column
        or has one twice, a row has too many or too few cells, or a limit of
        `timing.readers.sizes` is passed.
    ArgumentError
        If `encoding` is unknown.
    OSError
        If the file cannot be opened.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from pathlib import Path
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "mine.csv")
    ...     _ = path.write_text("day,note\n2025-10-22,a\n", encoding="utf-8")
    ...     read_csv_cells(path, ["note"]).to_dict("list")
    {'note': ['a']}
    """
    with csv_rows(path, delimiter, encoding=encoding, hint=hint) as rows:
        return select_columns(rows, columns, table=path.name)


@contextmanager
def csv_rows(
    path: Path, delimiter: str, *, encoding: str = "utf-8", hint: str = ""
) -> Iterator[Iterator[list[str]]]:
    """Open a CSV file for its rows, blank lines left out.

    Parameters
    ----------
    path, delimiter, encoding, hint
        As in `read_csv_cells`.

    Yields
    ------
    iterator of list of str

    Raises
    ------
    SchemaError
        While the rows are read: as in `read_csv_cells`.
    """
    with closing(text_lines(path, encoding=encoding, hint=hint)) as lines:
        try:
            yield filter(None, csv.reader(lines, delimiter=delimiter, strict=True))
        except csv.Error as error:
            raise refuse(path.name, f"is not CSV: {error}") from None


def select_columns(
    rows: Iterable[Sequence[Any]],
    columns: Sequence[str] | None,
    *,
    table: str,
    dtype: str = "str",
) -> pd.DataFrame:
    """Turn rows of cells, the first a header, into a table.

    Parameters
    ----------
    rows : iterable of sequences of str
    columns : sequence of str, optional
        Columns that must exist; only they are returned. All by default.
    table : str
        File name for messages.
    dtype : {"str", "object"}
        Text, or cells as they are.

    Returns
    -------
    DataFrame

    Raises
    ------
    SchemaError
        As in `read_csv_cells`.

    Examples
    --------
    >>> select_columns([["day", "n"], ["2025-10-22", "1"]], ["n"], table="mine.csv")
       n
    0  1
    """
    stream = iter(rows)
    first = next(stream, None)
    if first is None:
        raise refuse(table, "is empty")
    # Exporters break long headings over lines: blanks of every kind count as one.
    head = [" ".join(name.split()) for name in first]
    wanted = list(head if columns is None else columns)
    _check_head(head, wanted, table)
    at = [head.index(name) for name in wanted]
    known: list[dict[Any, Any]] = [{} for _ in wanted]
    parts: list[list[pd.Series]] = [[] for _ in wanted]
    ragged: list[tuple[str, int, str, object, str]] = []
    rule = f"must have {len(head)} cells"
    number = 0
    while chunk := list(islice(stream, _CHUNK)):
        for i, row in enumerate(chunk, start=number + 1):
            if len(row) != len(head):
                ragged.append((table, i, "(all)", f"{len(row)} cells", rule))
        number += len(chunk)
        check_cells(number, len(wanted), table=table)
        if not ragged:
            for i, seen, column in zip(at, known, parts, strict=True):
                cells = list(map(itemgetter(i), chunk))
                column.append(_column_part(cells, seen, dtype))
    if ragged:
        raise SchemaError(ragged)
    if not number:
        raise refuse(table, "has no rows below the header")
    columns_ = (pd.concat(column, ignore_index=True) for column in parts)
    return pd.DataFrame(dict(zip(wanted, columns_, strict=True)))


def _column_part(cells: list[Any], known: dict[Any, Any], dtype: str) -> pd.Series:
    """Part of a column; while there are few distinct cells, equal ones share memory."""
    if len(known) < _SHARED:
        cells = list(map(known.setdefault, cells, cells))
    return pd.Series(cells, dtype=dtype)


def _check_head(head: list[str], wanted: list[str], table: str) -> None:
    twice = next((name for name in head if name and head.count(name) > 1), None)
    if twice is not None:
        raise SchemaError([(table, 0, twice, "", "the column occurs twice")])
    found = ", ".join(head)
    rule = f"the column is missing (columns found: {found})"
    missing = [(table, 0, name, "", rule) for name in wanted if name not in head]
    if missing:
        raise SchemaError(missing)


def row_failures(
    values: pd.Series, bad: Iterable[bool], *, table: str, rule: str
) -> Iterator[tuple[str, int, str, object, str]]:
    """Failures of a `SchemaError`, one for each bad value of a column.

    Parameters
    ----------
    values : Series
        Its name is the column.
    bad : iterable of bool
    table : str
        File name.
    rule : str

    Yields
    ------
    tuple
        (table, row, column, value, rule); rows count from 1.

    Examples
    --------
    >>> values = pd.Series(["1", "x"], name="n")
    >>> list(row_failures(values, [False, True], table="mine.csv", rule="a number"))
    [('mine.csv', 2, 'n', 'x', 'a number')]
    """
    pairs = zip(values.tolist(), bad, strict=True)
    for row, (value, is_bad) in enumerate(pairs, start=1):
        if is_bad:
            yield table, row, str(values.name), value, rule
