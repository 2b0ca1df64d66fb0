"""Users' CSV files as tables of text, with errors that name file and row."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from timing.errors import SchemaError
from timing.schema import check_table

if TYPE_CHECKING:
    from timing.schema import TableSchema


def read_table(path: str | Path, *, schema: TableSchema) -> pd.DataFrame:
    """Read and check a UTF-8 CSV file with a header.

    Parameters
    ----------
    path : str or Path
    schema : TableSchema

    Returns
    -------
    DataFrame
        All columns as text; blank cells are empty text.

    Raises
    ------
    SchemaError
        If the file is not UTF-8 text, has no rows, a row has too many or too few cells,
        a column name occurs twice, or a rule of the schema is broken.
    OSError
        If the file cannot be opened.
    """
    path = Path(path)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = [row for row in csv.reader(file, strict=True) if row]
    except UnicodeDecodeError as error:
        rule = f"is not UTF-8 text (byte {error.start})"
        raise SchemaError([(path.name, 0, "(all)", "", rule)]) from None
    except csv.Error as error:
        raise SchemaError(
            [(path.name, 0, "(all)", "", f"is not CSV: {error}")]
        ) from None
    if len(rows) < 2:
        rule = "has no rows below the header" if rows else "is empty"
        raise SchemaError([(path.name, 0, "(all)", "", rule)])
    head = [name.strip() for name in rows[0]]
    twice = next((name for name in head if head.count(name) > 1), None)
    if twice is not None:
        raise SchemaError([(path.name, 0, twice, "", "the column occurs twice")])
    ragged = [
        (path.name, i, "(all)", f"{len(row)} cells", f"must have {len(head)} cells")
        for i, row in enumerate(rows[1:], start=1)
        if len(row) != len(head)
    ]
    if ragged:
        raise SchemaError(ragged)
    frame = pd.DataFrame(rows[1:], columns=head, dtype="str")
    check_table(frame, schema, table=path.name)
    return frame
