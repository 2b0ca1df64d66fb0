"""CSV cells as text, with errors that name file, row and column."""

from __future__ import annotations

import codecs
import csv
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from timing.errors import ArgumentError, SchemaError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


def read_csv_cells(
    path: Path,
    columns: Sequence[str] | None = None,
    *,
    encoding: str = "utf-8",
    hint: str = "",
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

    Returns
    -------
    DataFrame
        Text; blank cells are empty text. Blank lines are left out.

    Raises
    ------
    SchemaError
        If the file is not text in `encoding`, is not CSV, has no rows, lacks a column
        or has one twice, or a row has too many or too few cells.
    ArgumentError
        If `encoding` is unknown.
    OSError
        If the file cannot be opened.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "mine.csv")
    ...     _ = path.write_text("day,note\n2025-10-22,a\n", encoding="utf-8")
    ...     read_csv_cells(path, ["note"]).to_dict("list")
    {'note': ['a']}
    """
    try:
        codec = codecs.lookup(encoding).name
    except (LookupError, TypeError):
        msg = f"`encoding` is {encoding!r}; it must be a text encoding known to Python."
        raise ArgumentError(msg) from None
    opened = "utf-8-sig" if codec == "utf-8" else codec
    try:
        with path.open(encoding=opened, newline="") as file:
            rows = (row for row in csv.reader(file, strict=True) if row)
            return select_columns(rows, columns, table=path.name)
    except UnicodeDecodeError as error:
        rule = f"is not {codec.upper()} text (byte {_bad_byte(path, codec, error)})"
        raise SchemaError([(path.name, 0, "(all)", "", rule + hint)]) from None
    except csv.Error as error:
        rule = f"is not CSV: {error}"
        raise SchemaError([(path.name, 0, "(all)", "", rule)]) from None


def select_columns(
    rows: Iterable[Sequence[str]], columns: Sequence[str] | None, *, table: str
) -> pd.DataFrame:
    """Turn rows of cells, the first a header, into a table of text.

    Parameters
    ----------
    rows : iterable of sequences of str
    columns : sequence of str, optional
        Columns that must exist; only they are returned. All by default.
    table : str
        File name for messages.

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
        raise SchemaError([(table, 0, "(all)", "", "is empty")])
    # Exporters break long headings over lines: blanks of every kind count as one.
    head = [" ".join(name.split()) for name in first]
    wanted = list(head if columns is None else columns)
    _check_head(head, wanted, table)
    at = [head.index(name) for name in wanted]
    cells: list[list[str]] = [[] for _ in wanted]
    known: list[dict[str, str]] = [{} for _ in wanted]
    ragged = []
    number = 0
    for number, row in enumerate(stream, start=1):
        if len(row) != len(head):
            rule = f"must have {len(head)} cells"
            ragged.append((table, number, "(all)", f"{len(row)} cells", rule))
            continue
        for i, seen, column in zip(at, known, cells, strict=True):
            cell = row[i]
            column.append(seen.setdefault(cell, cell))
    if ragged:
        raise SchemaError(ragged)
    if not number:
        raise SchemaError([(table, 0, "(all)", "", "has no rows below the header")])
    named = dict(zip(wanted, cells, strict=True))
    return pd.DataFrame(named, dtype="str")


def _check_head(head: list[str], wanted: list[str], table: str) -> None:
    twice = next((name for name in head if name and head.count(name) > 1), None)
    if twice is not None:
        raise SchemaError([(table, 0, twice, "", "the column occurs twice")])
    found = ", ".join(head)
    rule = f"the column is missing (columns found: {found})"
    missing = [(table, 0, name, "", rule) for name in wanted if name not in head]
    if missing:
        raise SchemaError(missing)


def _bad_byte(path: Path, codec: str, error: UnicodeDecodeError) -> int:
    # The streamed error counts from the start of a chunk, not of the file.
    try:
        path.read_bytes().decode(codec)
    except UnicodeDecodeError as whole:
        return whole.start
    return error.start


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
