"""Users' CSV files as tables of text, with errors that name file and row."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from timing.readers.cells import read_csv_cells
from timing.schema import check_table

if TYPE_CHECKING:
    import pandas as pd

    from timing.schema import TableSchema


def read_table(path: str | Path, *, schema: TableSchema) -> pd.DataFrame:
    r"""Read and check a UTF-8 CSV file with a header.

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

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from timing.schema import TESTS
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "mine.csv")
    ...     _ = path.write_text("date,note\n2025-10-22,a\n", encoding="utf-8")
    ...     read_table(path, schema=TESTS)
             date note
    0  2025-10-22    a
    """
    path = Path(path)
    frame = read_csv_cells(path)
    check_table(frame, schema, table=path.name)
    return frame
