"""Parts of a zip archive, checked before any of them is unpacked."""

from __future__ import annotations

import struct
from typing import Any, BinaryIO
from zipfile import ZipFile

from timing.readers.sizes import refuse

_MAX_DIRECTORY = 2**20
"""Bytes of the list of parts: several thousand of them."""
_MAX_SMALL_PART = 2**22
"""Bytes of styles and the like, of which every element becomes an object."""
_LARGE = (
    "xl/worksheets/", "xl/sharedstrings", "xl/drawings/", "xl/calcchain", "xl/pivot",
    "xl/tables/", "xl/comments", "customxml/",
)  # fmt: skip
_XML = (".xml", ".rels", ".vml")

_END, _END_OF_LARGE = b"PK\x05\x06", b"PK\x06\x07"
_END_SIZE = 22


def check_parts(
    file: BinaryIO,
    safe: Any,  # noqa: ANN401
    limit: int,
    *,
    table: str,
) -> None:
    """Raise if a workbook would unpack to too much, or declares XML entities.

    A part is never unpacked beyond the size that it declares, so that a false one makes
    the archive damaged, not large.

    Parameters
    ----------
    file : binary file
        Left at its start.
    safe : module
        ``defusedxml.ElementTree``.
    limit : int
        Bytes, of all parts together.
    table : str
        File name.

    Raises
    ------
    SchemaError
    """
    _check_directory(file, table)
    with ZipFile(file) as archive:
        parts = archive.infolist()
        size = sum(part.file_size for part in parts)
        if size > limit:
            raise refuse(table, f"unpacks to {size} bytes; the limit is {limit}")
        for part in parts:
            if not part.filename.endswith(_XML):
                continue
            is_small = not part.filename.lower().startswith(_LARGE)
            if is_small and part.file_size > _MAX_SMALL_PART:
                size, limit = part.file_size, _MAX_SMALL_PART
                rule = f"its part {part.filename!r} unpacks to {size} bytes; the limit"
                raise refuse(table, f"{rule} is {limit}: copy the values to a new one")
            # Openpyxl refuses entities only where defusedxml is its parser; with lxml
            # installed it is not. Declarations come before the first element.
            with archive.open(part) as content:
                next(iter(safe.iterparse(content, events=("start",))), None)
    file.seek(0)


def _check_directory(file: BinaryIO, table: str) -> None:
    """Raise if the list of parts, which is read whole, is long."""
    file.seek(max(file.seek(0, 2) - 2**16 - _END_SIZE, 0))
    tail = file.read()
    file.seek(0)
    # Where a reader of archives looks: at the very end, or at the last mark of it.
    for at in {len(tail) - _END_SIZE, tail.rfind(_END)}:
        if at < 0 or not tail.startswith(_END, at):
            continue
        (length,) = struct.unpack("<L", tail[at + 12 : at + 16].ljust(4, b"\0"))
        if length > _MAX_DIRECTORY or tail[at - 20 : at - 16] == _END_OF_LARGE:
            raise refuse(table, "is a zip archive of too many parts")
