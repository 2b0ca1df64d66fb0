"""Tables as documents for word processors."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

from timing.errors import MissingExtraError
from timing.tables.plain import inert_table
from timing.tables.writing import cells_of, printable

if TYPE_CHECKING:
    import pandas as pd

_EARLIEST = (1980, 1, 1, 0, 0, 0)
"""What a ZIP file can hold; the hour of writing would change the bytes."""

_LONGEST_TITLE = 255
"""Of a document's properties."""


def docx_table(frame: pd.DataFrame, *, title: str, note: str = "") -> bytes:
    """Write a table as a document with a heading and a note.

    Parameters
    ----------
    frame : DataFrame
        Its index is not written.
    title, note : str
        Above and below the table.

    Returns
    -------
    bytes
        A ``.docx`` file; the same for the same table. Text that a spreadsheet would
        take for a formula, if cells are copied into one, has an apostrophe before it.

    Raises
    ------
    MissingExtraError
        If the ``report`` extra is not installed.
    """
    try:
        from docx import Document
        from docx.shared import Pt
    except ImportError:
        msg = (
            "writing .docx files needs the 'report' extra: "
            "pip install 'event-timing[report]'."
        )
        raise MissingExtraError(msg) from None
    document = Document()
    document.core_properties.author = "event-timing"
    title, note = printable(title), printable(note)
    document.core_properties.title = title[:_LONGEST_TITLE]
    document.styles["Normal"].font.size = Pt(9)
    document.add_heading(title, level=2)
    cells = cells_of(inert_table(frame))
    table = document.add_table(len(cells), len(cells[0]), style="Light List")
    for row, texts in zip(table.rows, cells, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    if note:
        document.add_paragraph(note)
    written = io.BytesIO()
    document.save(written)
    return _without_times(written)


def _without_times(file: io.BytesIO) -> bytes:
    """Pack the parts of a document again, each with the same time."""
    packed = io.BytesIO()
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(packed, "w") as new:
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, _EARLIEST)
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, old.read(name))
    return packed.getvalue()
