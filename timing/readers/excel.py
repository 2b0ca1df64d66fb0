"""Excel sheets as text, dates as they are displayed."""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from datetime import date, datetime, time
from itertools import islice
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile
from zlib import error as ZlibError

from timing.errors import SchemaError
from timing.readers.cells import select_columns
from timing.readers.extras import load_extra
from timing.readers.sizes import refuse
from timing.readers.zip_parts import check_parts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    import pandas as pd

MAX_BYTES = 2**29
_MAX_ROWS = 2**20
"""Of a sheet of Excel."""
_MAX_VISITED = 2**25
"""Cells of a sheet, blank ones too: more than fit into `MAX_BYTES` if each is there."""

# What openpyxl and its parsers raise on damaged and on hostile workbooks; the errors of
# defusedxml are kinds of ValueError, those of both XML parsers kinds of SyntaxError.
_DAMAGE = (
    BadZipFile, SyntaxError, ValueError, LookupError, TypeError, AttributeError,
    EOFError, OSError, RuntimeError, ZlibError,
)  # fmt: skip


def is_excel(path: Path) -> bool:
    """Whether a file is a zip archive, as XLSX workbooks are, whatever its name.

    Parameters
    ----------
    path : Path

    Returns
    -------
    bool

    Raises
    ------
    OSError
        If the file cannot be opened.
    """
    with path.open("rb") as file:
        return file.read(4) == b"PK\x03\x04"


def read_sheet(path: Path, columns: Sequence[str]) -> pd.DataFrame:
    """Read the first sheet of an XLSX workbook.

    Parameters
    ----------
    path : Path
    columns : sequence of str
        Columns that must exist; only they are returned.

    Returns
    -------
    DataFrame
        Text. A date cell that shows no day of the month becomes ``1984-09``, for Excel
        stores a month as its first day.

    Raises
    ------
    SchemaError
        If the workbook is damaged, or larger than `MAX_BYTES` when unpacked, or if its
        first sheet has no rows, lacks a column or has one twice.
    MissingExtraError
        If the ``io`` extra is not installed.
    OSError
        If the file cannot be opened.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from pathlib import Path
    >>> from openpyxl import Workbook
    >>> with TemporaryDirectory() as folder:
    ...     book = Workbook()
    ...     book.active.append(["day", "n"])
    ...     book.active.append([date(2025, 10, 22), 2])
    ...     book.save(Path(folder, "mine.xlsx"))
    ...     read_sheet(Path(folder, "mine.xlsx"), ["day", "n"])
              day  n
    0  2025-10-22  2
    """
    rows = _sheet_rows(path, None, _as_text, MAX_BYTES, None)
    return select_columns(rows, columns, table=path.name)


def read_typed_sheet(
    path: Path,
    sheet: str | None = None,
    *,
    limit: int = MAX_BYTES,
    n_rows: int | None = None,
) -> list[list[Any]]:
    """Read the rows of a sheet: text, but dates and times as such.

    Parameters
    ----------
    path : Path
    sheet : str, optional
        Its name. The first one by default.
    limit : int
        Largest size in bytes of the unpacked workbook.
    n_rows : int, optional
        Rows below the header after which to stop. All are read by default.

    Returns
    -------
    list of lists of str, date, datetime or time
        All of the same length; rows without any cell are left out. A date cell is a
        ``datetime`` where it shows an hour or holds one, and text such as ``1984-09``
        where it shows no day of the month.

    Raises
    ------
    SchemaError
        If the workbook is damaged or too large, or has no such sheet.
    MissingExtraError
        If the ``io`` extra is not installed.
    OSError
        If the file cannot be opened.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from pathlib import Path
    >>> from openpyxl import Workbook
    >>> with TemporaryDirectory() as folder:
    ...     book = Workbook()
    ...     book.active.append(["day", "n"])
    ...     book.active.append([date(2025, 10, 22), 2])
    ...     book.save(Path(folder, "mine.xlsx"))
    ...     read_typed_sheet(Path(folder, "mine.xlsx"))
    [['day', 'n'], [datetime.date(2025, 10, 22), '2']]
    """
    return _sheet_rows(path, sheet, _as_cell, limit, n_rows)


def sheet_names(path: Path) -> list[str]:
    """Return the names of the sheets of an XLSX workbook, in their order.

    Parameters
    ----------
    path : Path

    Returns
    -------
    list of str

    Raises
    ------
    SchemaError, MissingExtraError, OSError
        As in `read_typed_sheet`.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from pathlib import Path
    >>> from openpyxl import Workbook
    >>> with TemporaryDirectory() as folder:
    ...     book = Workbook()
    ...     _ = book.create_sheet("2015")
    ...     book.save(Path(folder, "mine.xlsx"))
    ...     sheet_names(Path(folder, "mine.xlsx"))
    ['Sheet', '2015']
    """
    with _workbook(path, MAX_BYTES) as book:
        return _names(book)


def _sheet_rows(
    path: Path,
    sheet: str | None,
    convert: Callable[[Any], Any],
    limit: int,
    n_rows: int | None,
) -> list[list[Any]]:
    stop = None if n_rows is None else n_rows + 1
    with _workbook(path, limit) as book:
        page = _worksheet(book, sheet, path.name)
        return list(islice(_rows(page, convert, path.name), stop))


@contextmanager
def _workbook(path: Path, limit: int) -> Iterator[Any]:
    """Open a workbook, and name what is damaged while it is read."""
    openpyxl = load_extra("openpyxl", reading="XLSX")
    load_extra("defusedxml", reading="XLSX")
    safe = load_extra("defusedxml.ElementTree", reading="XLSX")
    with path.open("rb") as file:
        try:
            check_parts(file, safe, limit, table=path.name)
            with warnings.catch_warnings():
                # About styles and printing, which are not read.
                warnings.simplefilter("ignore", UserWarning)
                book = openpyxl.load_workbook(
                    file, read_only=True, data_only=True, keep_links=False
                )
                yield book
                book.close()
        except SchemaError:
            raise
        except _DAMAGE as error:
            rule = f"is not a readable XLSX workbook: {_reason(error)}"
            raise refuse(path.name, rule) from None


def _worksheet(book: Any, sheet: str | None, table: str) -> Any:  # noqa: ANN401
    names = _names(book)
    if sheet is not None and sheet not in names:
        found = ", ".join(repr(name) for name in names)
        raise refuse(table, f"has no sheet {sheet!r} (sheets found: {found})")
    return book.worksheets[0 if sheet is None else names.index(sheet)]


def _names(book: Any) -> list[str]:  # noqa: ANN401
    return [page.title for page in book.worksheets]


def _reason(error: BaseException) -> str:
    """First line of the error that openpyxl wrapped in its own."""
    while error.__cause__ is not None:
        error = error.__cause__
    return f"{type(error).__name__}: {str(error).partition(chr(10))[0]}"


def _rows(
    sheet: Any,  # noqa: ANN401
    convert: Callable[[Any], Any],
    table: str,
) -> Iterator[list[Any]]:
    width = visited = 0
    # The size that a sheet declares may be wrong; rows beyond it would be left out.
    sheet.reset_dimensions()
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        visited += len(cells)
        # A row or column number may be far beyond what any program writes.
        if number > _MAX_ROWS or visited > _MAX_VISITED:
            rule = f"has more than {_MAX_ROWS} rows or {_MAX_VISITED} cells"
            raise refuse(table, rule)
        row = [convert(cell) for cell in cells]
        while row and row[-1] == "" and (not width or len(row) > width):
            row.pop()
        if any(cell != "" for cell in row):
            width = width or len(row)
            yield row + [""] * (width - len(row))


def _as_text(cell: Any) -> str:  # noqa: ANN401
    value = cell.value
    if isinstance(value, datetime):
        if value.time() != time(0):
            return value.isoformat(sep=" ", timespec="seconds")
        value = value.date()
    if isinstance(value, date):
        return value.isoformat() if _shows(cell, "d") else f"{value:%Y-%m}"
    if isinstance(value, time):
        return value.isoformat(timespec="seconds")
    return _plain(value)


def _as_cell(cell: Any) -> str | date | time:  # noqa: ANN401
    value = cell.value
    if isinstance(value, datetime) and (_shows(cell, "h") or value.time() != time(0)):
        return value
    if isinstance(value, time):
        return value
    if isinstance(value, date) and _shows(cell, "d"):
        return value.date() if isinstance(value, datetime) else value
    return _as_text(cell)


def _shows(cell: Any, letter: str) -> bool:  # noqa: ANN401
    return letter in str(cell.number_format).lower()


def _plain(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip()
