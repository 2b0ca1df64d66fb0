"""Which of a user's columns is which of ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from timing.errors import ArgumentError, SchemaError
from timing.readers.sizes import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from timing.readers.own.tables import OwnTable

EVENT_COLUMNS = {
    "date": "date",
    "time": "time",
    "earliest": "earliest",
    "latest": "latest",
    "id": "test_id",
    "size": "n_missiles",
    "class": "class",
    "zone": "zone",
}
CALENDAR_COLUMNS = {
    "start": "start",
    "end": "end",
    "span": "span",
    "id": "event_id",
    "name": "name",
    "category": "category",
    "zone": "zone",
    "announced": "announced",
    "meeting_start": "meeting_start",
    "meeting_end": "meeting_end",
    "episode": "episode",
}

_SHOWN = 20


def rename_columns(
    table: OwnTable,
    columns: Mapping[str, str] | None,
    ours: Mapping[str, str],
    required: Sequence[str],
) -> tuple[pd.DataFrame, dict[str, str]]:
    """Give a user's columns our names.

    Parameters
    ----------
    table : OwnTable
    columns : mapping, optional
        From the keys of `ours` to the user's names.
    ours : mapping
        `EVENT_COLUMNS` or `CALENDAR_COLUMNS`.
    required : sequence of str
        Keys, one of which must be mapped or be there under our name.

    Returns
    -------
    frame : DataFrame
    theirs : dict of str to str
        The user's name of each column that is ours.

    Raises
    ------
    ArgumentError
        If `columns` is no mapping of text, has an unknown key, or names a column twice.
    SchemaError
        If a column is missing, or one of the user's own has the name that another one
        gets.
    """
    frame, found = table.frame, _found(table.frame)
    # Line breaks and runs of blanks in the header of a file count as one blank.
    wanted = {
        key: name if name in frame.columns else " ".join(name.split())
        for key, name in _checked_mapping(columns, ours).items()
    }
    _check_once(wanted)
    failures: list[tuple[str, int, str, object, str]] = [
        (table.name, 0, theirs, "", f"the column is missing ({found})")
        for theirs in wanted.values()
        if theirs not in frame.columns
    ]
    for key, theirs in wanted.items():
        name = ours[key]
        if name in frame.columns and name not in wanted.values():
            rule = (
                f"is there beside {theirs!r}, which `columns` makes {key!r}: rename it"
            )
            failures.append((table.name, 0, name, "", rule))
    have = {*wanted, *(key for key, name in ours.items() if name in frame.columns)}
    if not failures and not have & set(required):
        key = required[0]
        rule = f"the column is missing; which is it? columns={{{key!r}: ...}} ({found})"
        failures.append((table.name, 0, ours[key], "", rule))
    if failures:
        raise SchemaError(failures)
    names = {theirs: ours[key] for key, theirs in wanted.items()}
    kept = {name: name for name in ours.values() if name in {*frame} - {*names}}
    mapped = {name: own for own, name in names.items()}
    return frame.rename(columns=names), kept | mapped


def _checked_mapping(
    columns: Mapping[str, str] | None, ours: Mapping[str, str]
) -> dict[str, str]:
    if columns is None:
        return {}
    if not isinstance(columns, Mapping) or not all(
        isinstance(name, str) for pair in columns.items() for name in pair
    ):
        msg = (
            f"`columns` is {columns!r}; it must map names of this package to names of "
            "your columns, as {'date': 'Event Date'}."
        )
        raise ArgumentError(msg)
    for key in columns:
        if key not in ours:
            known = ", ".join(repr(name) for name in ours)
            msg = f"`columns` has the key {key!r}; it must be one of {known}."
            raise ArgumentError(msg)
    return dict(columns)


def _check_once(wanted: Mapping[str, str]) -> None:
    for key, theirs in wanted.items():
        first = next(other for other, name in wanted.items() if name == theirs)
        if first != key:
            msg = f"`columns` maps both {first!r} and {key!r} to {theirs!r}."
            raise ArgumentError(msg)


def _found(frame: pd.DataFrame) -> str:
    names = [printable(name) for name in frame.columns[:_SHOWN]]
    more = len(frame.columns) - _SHOWN
    tail = f" and {more} more" if more > 0 else ""
    return f"columns found: {', '.join(names)}{tail}"
