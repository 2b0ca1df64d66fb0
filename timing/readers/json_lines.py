"""JSON lines as a table of text: one flat object a line."""

from __future__ import annotations

import json
from contextlib import closing
from typing import TYPE_CHECKING, NoReturn

import pandas as pd

from timing.errors import SchemaError
from timing.readers.sizes import check_cells, printable, refuse
from timing.readers.text_lines import text_lines

if TYPE_CHECKING:
    from pathlib import Path

_SHARED = 100_000
_WHOLE = "(all)"
_LITERALS: dict[object, str] = {None: "", True: "true", False: "false"}


class _Flaw(ValueError):
    """What is wrong with a line: (key, value, rule)."""


def read_json_lines(
    path: Path,
    *,
    encoding: str = "utf-8",
    hint: str = "",
    n_rows: int | None = None,
) -> pd.DataFrame:
    r"""Read the objects of a file, one a line.

    Parameters
    ----------
    path : Path
    encoding, hint
        As in `text_lines`.
    n_rows : int, optional
        Rows after which to stop. All are read by default.

    Returns
    -------
    DataFrame
        Text, a column for each key, in the order in which they first occur. Numbers are
        as written; null and a key that a line lacks are empty text. Blank lines are
        left out.

    Raises
    ------
    SchemaError
        If a line is no object of text, numbers, true, false and null, or holds a key
        twice; if the file has no line. Rows count the objects.
    OSError
        If the file cannot be opened.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from pathlib import Path
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "mine.jsonl")
    ...     _ = path.write_text('{"day": "2025-10-22"}\n{"n": 1.50}\n')
    ...     read_json_lines(path).to_numpy().tolist()
    [['2025-10-22', ''], ['', '1.50']]
    """
    columns: dict[str, list[str]] = {}
    failures: list[tuple[str, int, str, object, str]] = []
    known: dict[str, str] = {}
    number = 0
    with closing(text_lines(path, encoding=encoding, hint=hint)) as lines:
        for line in lines:
            if not line.strip():
                continue
            number += 1
            try:
                _append(columns, _cells(line), number, known)
            except _Flaw as flaw:
                key, value, rule = flaw.args
                failures.append((path.name, number, printable(key), value, rule))
            check_cells(number, len(columns), table=path.name)
            if number == n_rows:
                break
    if failures:
        raise SchemaError(failures)
    if not number:
        raise refuse(path.name, "is empty")
    if not columns:
        raise refuse(path.name, "has no columns: every object is empty")
    for cells in columns.values():
        cells.extend([""] * (number - len(cells)))
    return pd.DataFrame(columns, dtype="str")


def _append(
    columns: dict[str, list[str]],
    cells: dict[str, str],
    number: int,
    known: dict[str, str],
) -> None:
    """Append one row; while there are few distinct cells, equal ones share memory."""
    for key, cell in cells.items():
        name = " ".join(key.split())
        if name not in columns:
            columns[name] = []
        column = columns[name]
        if len(column) >= number:
            raise _Flaw(name, "", "must not occur twice in a line")
        column.extend([""] * (number - 1 - len(column)))
        column.append(known.setdefault(cell, cell) if len(known) < _SHARED else cell)


def _cells(line: str) -> dict[str, str]:
    try:
        # Numbers stay as they are written.
        found = json.loads(
            line,
            object_pairs_hook=_flat,
            parse_constant=_refuse_constant,
            parse_float=str,
            parse_int=str,
        )
    except _Flaw:
        raise
    except RecursionError:
        rule = "is nested too deeply: each line must be a flat object"
    except ValueError as error:
        rule = f"is not JSON: {error}"
    else:
        if isinstance(found, dict):
            if "\\u" in line:
                _check_characters(found)
            return found
        rule = 'must be an object, such as {"date": "2025-10-28"}'
    raise _Flaw(_WHOLE, line[:40].strip(), rule) from None


def _flat(pairs: list[tuple[str, object]]) -> dict[str, str]:
    row = {}
    for key, value in pairs:
        if isinstance(value, list | dict):
            rule = "must be text, a number, true, false or null, not a list or object"
            raise _Flaw(key, "", rule)
        if key in row:
            raise _Flaw(key, "", "must not occur twice in a line")
        row[key] = value if isinstance(value, str) else _LITERALS[value]
    return row


def _refuse_constant(name: str) -> NoReturn:
    raise _Flaw(_WHOLE, name, "is not a number of JSON")


def _check_characters(cells: dict[str, str]) -> None:
    for pair in cells.items():
        text = "".join(pair)
        if "\0" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
            rule = r"holds \u0000 or half of a surrogate pair (\ud800 to \udfff)"
            raise _Flaw(pair[0], "", rule)
