"""Travels and visits by the US Office of the Historian, as XML."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import ParseError

import pandas as pd

from timing.clock import parse_days, to_dates
from timing.errors import SchemaError
from timing.readers.extras import load_extra
from timing.schema import Field, TableSchema, check_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from xml.etree.ElementTree import Element

_TRAVELS = {
    "record_id": "id",
    "person": "name",
    "role": "role",
    "country": "country",
    "locale": "locale",
    "start": "start-date",
    "end": "end-date",
    "remarks": "remarks",
}
_VISITS = {
    "record_id": "id",
    "person": "visitor",
    "country": "from",
    "start": "start-date",
    "end": "end-date",
    "remarks": "description",
}
_SCHEMA = TableSchema(
    fields=(
        Field(name="record_id", required=True, unique=True),
        Field(name="person", required=True),
        Field(name="country", required=True),
        Field(name="start", type="date", required=True),
        Field(name="end", type="date", required=True),
    ),
    ordered=(("start", "end"),),
)
# A word in the remarks, no judgement: what kind of travel the record says it was.
_FLAGS = {
    "is_summit": r"\bsummit\b",
    "is_meeting": r"\b(?:met|meeting|meetings|talks)\b",
    "is_private": r"\b(?:private|vacation)\b",
    "is_stopover": r"\b(?:stop(?:ped)?[ -]?over|refuel\w*|en route)\b",
    "is_ceremony": r"\b(?:funeral|inaugura\w+|coronation|wedding|memorial)\b",
}


def read_travels(path: str | Path, *, with_text: bool = False) -> pd.DataFrame:
    """Read the travels abroad of presidents and secretaries of state.

    Parameters
    ----------
    path : str or Path
        One XML file, or a folder, of which all ``*.xml`` files at any depth are read in
        the order of their names.
    with_text : bool, default False
        Also return ``remarks``.

    Returns
    -------
    DataFrame
        ``record_id``, ``person``, ``role`` (president or secretary), ``country``,
        ``locale``, ``start`` and ``end`` (both included, local at the venue, from
        arrival to departure). ``is_summit``, ``is_meeting``, ``is_private``,
        ``is_stopover``, ``is_ceremony``: a word of that kind stands in the remarks.

    Raises
    ------
    SchemaError
        If a file is no XML (or cut off), declares a document type (as entity bombs do),
        has another root or no records, or a record lacks an element or has it twice, is
        blank or out of order in its dates, or repeats an identifier.
    MissingExtraError, OSError
        If the ``io`` extra is not installed, or the file or folder cannot be opened.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> trip = "".join(f"<{tag}>2025-10-29</{tag}>" for tag in _TRAVELS.values())
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "someone.xml")
    ...     lines = f"<trips><trip>{trip}</trip></trips>"
    ...     _ = path.write_text(lines, encoding="utf-8")
    ...     read_travels(folder)[["start", "end", "is_summit"]]
           start        end  is_summit
    0 2025-10-29 2025-10-29      False
    """
    return _read(Path(path), "trips", "trip", _TRAVELS, with_text=with_text)


def read_visits(path: str | Path, *, with_text: bool = False) -> pd.DataFrame:
    """Read the visits of foreign leaders to the United States.

    Parameters
    ----------
    path : str or Path
    with_text : bool, default False
        As in `read_travels`.

    Returns
    -------
    DataFrame
        Columns of `read_travels`; ``country`` is the visitor's, ``role`` is
        ``visitor``, and ``locale`` is blank.

    Raises
    ------
    SchemaError, MissingExtraError, OSError
        As in `read_travels`.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> visit = "".join(f"<{tag}>2025-08-25</{tag}>" for tag in _VISITS.values())
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "2020.xml")
    ...     lines = f"<visits><visit>{visit}</visit></visits>"
    ...     _ = path.write_text(lines, encoding="utf-8")
    ...     read_visits(path)[["role", "start", "end"]]
          role      start        end
    0  visitor 2025-08-25 2025-08-25
    """
    return _read(Path(path), "visits", "visit", _VISITS, with_text=with_text)


def _read(
    path: Path, root: str, record: str, tags: Mapping[str, str], *, with_text: bool
) -> pd.DataFrame:
    files = sorted(path.rglob("*.xml")) if path.is_dir() else [path]
    if not files:
        raise SchemaError([(path.name, 0, "(all)", "", "has no *.xml files")])
    rows: list[dict[str, str]] = []
    origin: list[tuple[str, int]] = []
    failures: list[tuple[str, int, str, object, str]] = []
    for file in files:
        for i, element in enumerate(_records(file, root, record), start=1):
            row = {name: _only_text(element, tag) for name, tag in tags.items()}
            for name, text in row.items():
                if text is None:
                    rule = f"each `{record}` must have it exactly once"
                    failures.append((file.name, i, tags[name], "", rule))
            rows.append({name: text or "" for name, text in row.items()})
            origin.append((file.name, i))
    if failures:
        raise SchemaError(failures)
    frame = pd.DataFrame(rows, dtype="str")
    _check(frame, tags, origin)
    if "role" not in frame:
        frame.insert(2, "role", "visitor")
        frame.insert(4, "locale", "")
    for name in ("start", "end"):
        frame[name] = to_dates(parse_days(frame[name])[0])
    remarks = frame.pop("remarks")
    for name, words in _FLAGS.items():
        frame[name] = remarks.str.contains(words, case=False, regex=True).astype(bool)
    return frame.assign(remarks=remarks) if with_text else frame


def _check(
    frame: pd.DataFrame, tags: Mapping[str, str], origin: list[tuple[str, int]]
) -> None:
    """Check all records together, but name the file and element of each failure."""
    try:
        check_table(frame, _SCHEMA, table="")
    except SchemaError as error:
        found = error.failures[["row", "column", "value", "rule"]].to_numpy().tolist()
        raise SchemaError(
            [(*origin[row - 1], tags[name], *rest) for row, name, *rest in found]
        ) from None


def _records(file: Path, root: str, record: str) -> Iterator[Element]:
    parser = load_extra("defusedxml.ElementTree", reading="XML")
    with file.open("rb") as stream:
        try:
            top: Any = parser.parse(stream, forbid_dtd=True).getroot()
        except (ParseError, ValueError, LookupError) as error:
            rule = f"is not safe, whole XML: {type(error).__name__}: {error}"
            raise SchemaError([(file.name, 0, "(all)", "", rule)]) from None
    other = next((child.tag for child in top if child.tag != record), None)
    if top.tag != root or other is not None or not len(top):
        rule = f"must be `{root}` with one or more `{record}` and nothing else"
        raise SchemaError([(file.name, 0, other or top.tag, "", rule)])
    yield from top


def _only_text(element: Element, tag: str) -> str | None:
    found = element.findall(tag)
    return " ".join("".join(found[0].itertext()).split()) if len(found) == 1 else None
