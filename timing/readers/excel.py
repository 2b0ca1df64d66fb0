"""Excel sheets as text, dates as they are displayed."""

from __future__ import annotations

import warnings
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile, ZipFile
from zlib import error as ZlibError

from timing.errors import SchemaError
from timing.readers.cells import select_columns
from timing.readers.extras import load_extra

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import pandas as pd

MAX_BYTES = 2**29

# What openpyxl and its parsers raise on damaged and on hostile workbooks; the errors of
# defusedxml are kinds of ValueError.
_DAMAGE = (
    BadZipFile, ParseError, ValueError, LookupError, TypeError, AttributeError,
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
    openpyxl = load_extra("openpyxl", reading="XLSX")
    load_extra("defusedxml", reading="XLSX")
    safe = load_extra("defusedxml.ElementTree", reading="XLSX")
    with path.open("rb") as file:
        try:
            _check_size(file, path.name)
            _check_entities(file, safe)
            with warnings.catch_warnings():
                # About styles and printing, which are not read.
                warnings.simplefilter("ignore", UserWarning)
                book = openpyxl.load_workbook(file, read_only=True, data_only=True)
                rows = list(_text_rows(book.worksheets[0]))
                book.close()
        except SchemaError:
            raise
        except _DAMAGE as error:
            rule = f"is not a readable XLSX workbook: {_reason(error)}"
            raise SchemaError([(path.name, 0, "(all)", "", rule)]) from None
    return select_columns(rows, columns, table=path.name)


def _reason(error: BaseException) -> str:
    """First line of the error that openpyxl wrapped in its own."""
    while error.__cause__ is not None:
        error = error.__cause__
    return f"{type(error).__name__}: {str(error).partition(chr(10))[0]}"


def _check_size(file: Any, name: str) -> None:  # noqa: ANN401
    size = sum(entry.file_size for entry in ZipFile(file).infolist())
    file.seek(0)
    if size > MAX_BYTES:
        rule = f"unpacks to {size} bytes; the limit is {MAX_BYTES}"
        raise SchemaError([(name, 0, "(all)", "", rule)])


def _check_entities(file: Any, safe: Any) -> None:  # noqa: ANN401
    """Raise if a part declares entities.

    Openpyxl refuses them only where defusedxml is its parser; with lxml installed it is
    not. Declarations come before the first element.
    """
    with ZipFile(file) as parts:
        for name in parts.namelist():
            if name.endswith((".xml", ".rels", ".vml")):
                with parts.open(name) as part:
                    next(iter(safe.iterparse(part, events=("start",))), None)
    file.seek(0)


def _text_rows(sheet: Any) -> Iterator[list[str]]:  # noqa: ANN401
    width = 0
    for cells in sheet.iter_rows():
        row = [_as_text(cell.value, cell) for cell in cells]
        while row and row[-1] == "" and (not width or len(row) > width):
            row.pop()
        if any(row):
            width = width or len(row)
            yield row + [""] * (width - len(row))


def _as_text(value: object, cell: Any) -> str:  # noqa: ANN401
    if value is None:
        return ""
    if isinstance(value, datetime):
        if value.time() != time(0):
            return value.isoformat(sep=" ", timespec="seconds")
        value = value.date()
    if isinstance(value, date):
        shows_day = "d" in str(cell.number_format).lower()
        return value.isoformat() if shows_day else f"{value:%Y-%m}"
    if isinstance(value, time):
        return value.isoformat(timespec="seconds")
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip()
