"""Read and write tables as rows of text, so that a rebuild gives the same bytes."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from io import StringIO
from pathlib import Path

Row = dict[str, str]


class BuildError(Exception):
    """A candidate table broke a rule of the build; the message names the row."""


def read_table(path: Path) -> list[Row]:
    """Read a comma-separated file; every cell is stripped text, never a guess."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [{name: (cell or "").strip() for name, cell in row.items()} for row in rows]


def to_csv(rows: Iterable[Mapping[str, str]], columns: Sequence[str]) -> bytes:
    """Write rows as UTF-8 with LF line ends, a header and minimal quoting."""
    buffer = StringIO(newline="")
    writer = csv.DictWriter(buffer, columns, lineterminator="\n", extrasaction="raise")
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue().encode("utf-8")


def by_date(rows: Iterable[Row], date: str, key: str) -> list[Row]:
    """Sort rows by date, then by identifier."""
    return sorted(rows, key=lambda row: (row[date], row[key]))
