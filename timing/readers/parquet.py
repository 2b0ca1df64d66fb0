"""Parquet files as tables; what they unpack to is bounded before it is done."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, BinaryIO

import pandas as pd

from timing.errors import SchemaError
from timing.readers.extras import load_extra
from timing.readers.sizes import PARQUET_BYTES, check_cells, refuse

if TYPE_CHECKING:
    from pathlib import Path

_BATCH = 16_384
_KINDS = (
    "string", "large_string", "string_view", "boolean", "integer", "floating",
    "decimal", "date", "timestamp", "time", "null",
)  # fmt: skip


def read_parquet(
    path: Path, *, limit: int = PARQUET_BYTES, n_rows: int | None = None
) -> pd.DataFrame:
    """Read a Parquet file.

    Parameters
    ----------
    path : Path
    limit : int
        Largest size in bytes of the unpacked table.
    n_rows : int, optional
        Rows after which the reading may stop. All are read by default.

    Returns
    -------
    DataFrame
        Text, numbers, true and false, dates and times, with zones as they are. What
        pandas stored beside the columns, such as an index, is not used.

    Raises
    ------
    SchemaError
        If the file is damaged or too large, has no rows, has a column twice, or one of
        lists, records, bytes or durations.
    MissingExtraError
        If the ``io`` extra is not installed.
    OSError
        If the file cannot be opened.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from pathlib import Path
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "mine.parquet")
    ...     pd.DataFrame({"day": ["2025-10-22"], "n": [2]}).to_parquet(path)
    ...     read_parquet(path)
              day  n
    0  2025-10-22  2
    """
    pyarrow = load_extra("pyarrow", reading="Parquet")
    load_extra("pyarrow.parquet", reading="Parquet")
    with path.open("rb") as file:
        try:
            return _table(file, pyarrow, limit, n_rows, path.name)
        except SchemaError:
            raise
        except (pyarrow.ArrowException, ValueError, OSError, LookupError) as error:
            reason = str(error).partition("\n")[0]
            rule = f"is not a readable Parquet file: {reason}"
            raise refuse(path.name, rule) from None


def _table(
    file: BinaryIO,
    pyarrow: Any,  # noqa: ANN401
    limit: int,
    n_rows: int | None,
    table: str,
) -> pd.DataFrame:
    reader = pyarrow.parquet.ParquetFile(file)
    about, schema = reader.metadata, reader.schema_arrow
    groups = (about.row_group(i) for i in range(about.num_row_groups))
    _check_bytes(sum(group.total_byte_size for group in groups), limit, table)
    check_cells(about.num_rows, about.num_columns, table=table)
    _check_columns(schema, pyarrow.types, table)
    if not about.num_rows:
        raise refuse(table, "has no rows")
    texts = [field.name for field in schema if _is_text(field.type, pyarrow.types)]
    # As dictionaries, long texts that are repeated are unpacked only once.
    reader = pyarrow.parquet.ParquetFile(
        file, read_dictionary=texts, page_checksum_verification=True
    )
    parts = []
    rows = size = 0
    for batch in reader.iter_batches(_BATCH, use_threads=False):
        batch.validate(full=True)  # text that is no UTF-8 among it
        rows += batch.num_rows
        check_cells(rows, batch.num_columns, table=table)
        size += batch.nbytes + sum(_unpacked(column, pyarrow) for column in batch)
        _check_bytes(size, limit, table)
        parts.append(_frame(batch, pyarrow))
        if n_rows is not None and rows >= n_rows:
            break
    return pd.concat(parts, ignore_index=True)


def _check_bytes(size: int, limit: int, table: str) -> None:
    if size > limit:
        raise refuse(table, f"unpacks to {size} bytes or more; the limit is {limit}")


def _check_columns(schema: Any, types: Any, table: str) -> None:  # noqa: ANN401
    twice = [name for name, n in Counter(schema.names).items() if n > 1]
    failures: list[tuple[str, int, str, object, str]] = [
        (table, 0, name, "", "the column occurs twice") for name in twice
    ]
    for field in schema:
        kind = field.type.value_type if _is_dictionary(field.type) else field.type
        if not any(getattr(types, f"is_{name}")(kind) for name in _KINDS):
            rule = f"holds {kind}; only text, numbers, dates and times are read"
            failures.append((table, 0, field.name, "", f"{rule}: leave it out"))
    if failures:
        raise SchemaError(failures)


def _is_dictionary(kind: Any) -> bool:  # noqa: ANN401
    return hasattr(kind, "value_type") and hasattr(kind, "index_type")


def _is_text(kind: Any, types: Any) -> bool:  # noqa: ANN401
    return bool(types.is_string(kind) or types.is_large_string(kind))


def _unpacked(column: Any, pyarrow: Any) -> int:  # noqa: ANN401
    """Bytes of the text that a column of references stands for."""
    if not _is_dictionary(column.type) or not _is_text(
        column.type.value_type, pyarrow.types
    ):
        return 0
    lengths = pyarrow.compute.binary_length(column.dictionary)
    return pyarrow.compute.sum(lengths.take(column.indices)).as_py() or 0


def _frame(batch: Any, pyarrow: Any) -> pd.DataFrame:  # noqa: ANN401
    columns = [
        column.dictionary_decode() if _is_dictionary(column.type) else column
        for column in batch
    ]
    flat = pyarrow.RecordBatch.from_arrays(columns, names=batch.schema.names)
    frame: pd.DataFrame = flat.to_pandas(
        date_as_object=False, integer_object_nulls=True, use_threads=False
    )
    return frame
