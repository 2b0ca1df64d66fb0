"""Limits on what is read: a file is refused by size before it is unpacked or parsed."""

from __future__ import annotations

import errno
import os
import stat
from typing import TYPE_CHECKING

from timing.errors import ArgumentError, SchemaError

if TYPE_CHECKING:
    from pathlib import Path

TEXT_BYTES = 2**31
PARQUET_BYTES = 2**32
ICALENDAR_BYTES = 2**25
"""The parser of iCalendar needs some hundred bytes of memory for each byte."""

MAX_LINE = 2**24
MAX_COLUMNS = 2**14
MAX_CELLS = 2 * 10**8
"""Rows times columns of one table: 1.6 GB of references alone."""


def check_regular(path: Path) -> None:
    """Raise unless `path` is a file.

    Parameters
    ----------
    path : Path

    Raises
    ------
    ArgumentError
        If the path holds a character that no path can.
    OSError
        If there is no such file, or it is a folder or a device.
    """
    try:
        mode = path.stat().st_mode
    except ValueError as error:
        msg = f"`source` is {str(path)!r}; it must be the path of a file ({error})."
        raise ArgumentError(msg) from None
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, "Not a regular file", str(path))


def check_size(path: Path, limit: int) -> None:
    """Raise if a file has more than `limit` bytes.

    Raises
    ------
    SchemaError
    """
    size = path.stat().st_size
    if size > limit:
        rule = f"has {size} bytes; the limit is {limit} (`max_bytes`)"
        raise refuse(path.name, rule)


def check_cells(rows: int, columns: int, *, table: str) -> None:
    """Raise if a table has too many columns or cells.

    Parameters
    ----------
    rows, columns : int
        Read so far.
    table : str
        File name.

    Raises
    ------
    SchemaError

    Examples
    --------
    >>> check_cells(10, 20_000, table="mine.csv")
    Traceback (most recent call last):
    ...
    timing.errors.SchemaError: mine.csv: column '(all)': has more than 16384 columns
    """
    if columns > MAX_COLUMNS:
        raise refuse(table, f"has more than {MAX_COLUMNS} columns")
    if rows * columns > MAX_CELLS:
        rule = f"has more than {MAX_CELLS} cells; keep only the columns that are needed"
        raise refuse(table, rule)


def refuse(table: str, rule: str) -> SchemaError:
    """Return the error of a file that breaks a rule as a whole.

    Examples
    --------
    >>> refuse("mine.csv", "is empty")
    SchemaError("mine.csv: column '(all)': is empty")
    """
    return SchemaError([(table, 0, "(all)", "", rule)])


def printable(text: str) -> str:
    r"""Text with halves of surrogate pairs, which no table can hold, written out.

    Examples
    --------
    >>> printable("day\ud800")
    'day\\ud800'
    """
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
