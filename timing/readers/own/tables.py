"""A user's table from any source, with its columns under their own names."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

import pandas as pd

from timing.arguments import check_whole
from timing.errors import ArgumentError, SchemaError
from timing.readers.cells import csv_rows, select_columns
from timing.readers.excel import MAX_BYTES, read_typed_sheet
from timing.readers.formats import as_path, check_content, format_of
from timing.readers.json_lines import read_json_lines
from timing.readers.parquet import read_parquet
from timing.readers.sizes import (
    ICALENDAR_BYTES,
    PARQUET_BYTES,
    TEXT_BYTES,
    check_regular,
    check_size,
    printable,
    refuse,
)
from timing.readers.text_lines import codec_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

_LIMITS = {"excel": MAX_BYTES, "parquet": PARQUET_BYTES, "ics": ICALENDAR_BYTES}
_DELIMITERS = {"csv": ",", "tsv": "\t"}
_HINT = '; name its encoding, as encoding="cp1252"'
_ARGUMENT = "`source`"
_NAMELESS = "column "
_ONLY_FOR = {
    "delimiter": ("csv", "tsv"),
    "sheet": ("excel",),
    "encoding": ("csv", "tsv", "jsonl"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FileOptions:
    """How a file is to be read; see `read_events`.

    Attributes
    ----------
    format, delimiter, sheet, encoding, max_bytes
        As in `read_events`.
    n_rows : int, optional
        Rows after which the reading may end, for a look at a table.
    """

    format: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    encoding: str = "utf-8"
    max_bytes: int | None = None
    n_rows: int | None = None


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class OwnTable:
    """A table as it was found.

    Attributes
    ----------
    frame : DataFrame
        Rows numbered from 0.
    name : str
        Of the file, or the argument in backticks.
    is_typed : bool
        Dates and times that are no dates of the study stay what they are; those of
        spreadsheets become text.
    """

    frame: pd.DataFrame
    name: str
    is_typed: bool


def kind_of(source: object, options: FileOptions) -> str:
    """Return the format of a source; blank for a DataFrame.

    Raises
    ------
    SchemaError
    ArgumentError
    OSError
        As in `find_file`.
    """
    if isinstance(source, pd.DataFrame):
        return ""
    path = as_path(source)
    check_regular(path)
    return format_of(path, options.format)


def find_file(source: object, options: FileOptions) -> tuple[Path, str]:
    """Return path and format of a file that may be opened.

    Raises
    ------
    SchemaError
        If its format cannot be told or is not read, its content contradicts it, or it
        is too large.
    ArgumentError
        If an option is out of its range, or is none of the format.
    OSError
        If there is no such file.
    """
    path = as_path(source)
    codec = codec_name(options.encoding)
    kind = kind_of(path, options)
    _check_options(options, kind, f"format {kind!r}")
    check_size(path, options.max_bytes or _LIMITS.get(kind, TEXT_BYTES))
    check_content(path, kind, codec)
    return path, kind


def load_table(source: object, options: FileOptions) -> OwnTable:
    """Load a table from a file or a DataFrame.

    Parameters
    ----------
    source : str, Path or DataFrame
        No iCalendar file.
    options : FileOptions

    Raises
    ------
    SchemaError
        If the table cannot be read whole, or has no rows.
    ArgumentError
    MissingExtraError
    OSError
    """
    if isinstance(source, pd.DataFrame):
        _check_options(options, "", "a DataFrame")
        frame = _checked_frame(source)
        return OwnTable(frame=frame, name=_ARGUMENT, is_typed=True)
    path, kind = find_file(source, options)
    if kind == "parquet":
        frame = read_parquet(
            path, limit=options.max_bytes or PARQUET_BYTES, n_rows=options.n_rows
        )
        return OwnTable(frame=frame, name=path.name, is_typed=True)
    if kind == "jsonl":
        frame = read_json_lines(
            path, encoding=options.encoding, hint=_HINT, n_rows=options.n_rows
        )
    elif kind == "excel":
        limit = options.max_bytes or MAX_BYTES
        cells = read_typed_sheet(
            path, options.sheet, limit=limit, n_rows=options.n_rows
        )
        frame = _of_sheet(cells, path.name)
    else:
        frame = _of_text(path, options.delimiter or _DELIMITERS[kind], options)
    return OwnTable(frame=frame, name=path.name, is_typed=False)


def seen_delimiter(path: Path, options: FileOptions) -> str | None:
    """Return the delimiter that the header of a CSV or TSV file seems to have.

    None if it is the usual one.

    Raises
    ------
    SchemaError
    ArgumentError
    OSError
        As in `load_table`.
    """
    path, kind = find_file(path, options)
    delimiter = _DELIMITERS[kind]
    with csv_rows(path, delimiter, encoding=options.encoding, hint=_HINT) as rows:
        return _mark_within(list(islice(rows, 1)), delimiter)


def _check_options(options: FileOptions, kind: str, what: str) -> None:
    if options.max_bytes is not None:
        check_whole("max_bytes", options.max_bytes, minimum=1)
    given = {
        "format": options.format is not None,
        "delimiter": options.delimiter is not None,
        "sheet": options.sheet is not None,
        "encoding": codec_name(options.encoding) != "utf-8",
    }
    for name, is_given in given.items():
        if is_given and kind not in _ONLY_FOR.get(name, (kind or None,)):
            msg = f"`{name}` is given, but means nothing for {what}: leave it out."
            raise ArgumentError(msg)
    for name, value in (("delimiter", options.delimiter), ("sheet", options.sheet)):
        if value is not None and not isinstance(value, str):
            msg = f"`{name}` is {value!r}; it must be text."
            raise ArgumentError(msg)
    mark = options.delimiter
    if mark is not None and (len(mark) != 1 or mark in '"\r\n\0 '):
        msg = f"`delimiter` is {mark!r}; it must be one character, such as ';'."
        raise ArgumentError(msg)


def _checked_frame(source: pd.DataFrame) -> pd.DataFrame:
    names = source.columns.tolist()
    if not all(isinstance(name, str) for name in names):
        odd = next(name for name in names if not isinstance(name, str))
        rule = f"has the column name {odd!r}; names must be text"
        raise refuse(_ARGUMENT, rule)
    twice = source.columns[source.columns.duplicated()]
    if len(twice):
        name = printable(twice[0])
        raise SchemaError([(_ARGUMENT, 0, name, "", "the column occurs twice")])
    if source.empty:
        raise refuse(_ARGUMENT, "has no rows")
    return source.reset_index(drop=True)


def _of_text(path: Path, delimiter: str, options: FileOptions) -> pd.DataFrame:
    stop = None if options.n_rows is None else options.n_rows + 1
    with csv_rows(path, delimiter, encoding=options.encoding, hint=_HINT) as rows:
        checked = _check_delimiter(islice(rows, stop), delimiter, path.name)
        return _assembled(checked, path.name)


def _of_sheet(rows: Sequence[Sequence[Any]], table: str) -> pd.DataFrame:
    head = [[str(cell) for cell in row] for row in rows[:1]]
    frame = _assembled(chain(head, rows[1:]), table, dtype="object")
    for name in frame:
        if all(isinstance(cell, str) for cell in frame[name]):
            frame[name] = frame[name].astype("str")
    return frame


def _check_delimiter(
    rows: Iterator[list[str]], delimiter: str, table: str
) -> Iterator[list[str]]:
    """Pass the rows on, unless their only column looks like several."""
    head = list(islice(rows, 1))
    other = _mark_within(head, delimiter)
    if other is not None:
        rule = f"has one column, {head[0][0][:40]!r}: say delimiter={other!r}"
        raise refuse(table, rule)
    return chain(head, rows)


def _mark_within(head: list[list[str]], delimiter: str) -> str | None:
    """Return the mark that may separate the columns of a header of one cell."""
    if not head or len(head[0]) > 1:
        return None
    (only,) = head[0]
    other = next((mark for mark in ";\t,|" if mark in only), delimiter)
    return None if other == delimiter else other


def _assembled(
    rows: Iterable[Sequence[Any]], table: str, dtype: str = "str"
) -> pd.DataFrame:
    """Put rows together; a blank column without a name, a slip, is left out."""
    stream = iter(rows)
    head = next(stream, None)
    if head is None:
        raise refuse(table, "is empty")
    nameless = {f"{_NAMELESS}{i}" for i, name in enumerate(head, 1) if not name.strip()}
    names = [name.strip() or f"{_NAMELESS}{i}" for i, name in enumerate(head, 1)]
    frame = select_columns(chain([names], stream), None, table=table, dtype=dtype)
    stray = [name for name in frame if name in nameless and frame[name].eq("").all()]
    return frame.drop(columns=stray)
