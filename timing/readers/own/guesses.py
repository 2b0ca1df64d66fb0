"""Which column may be which: guesses that a user is asked to confirm.

No reader of tables uses them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from timing.arguments import check_choice, check_whole
from timing.readers.excel import sheet_names
from timing.readers.own.reading import Unreadable
from timing.readers.own.tables import FileOptions, kind_of, load_table, seen_delimiter
from timing.readers.own.written import read_written

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    import pandas as pd

_ID = "id eventid uid no nr number key code"
_ZONE = "zone tz timezone timezoneid tzid"
_USUAL = {
    "events": {
        "date": "date day eventdate dateofevent dateevent startdate datestart start "
        "datetime timestamp occurred occurredat when sqldate dtstart fecha datum",
        "time": "time eventtime timeofday clock clocktime starttime",
        "earliest": "earliest notbefore mindate datemin earliestdate",
        "latest": "latest notafter maxdate datemax latestdate",
        "id": f"testid {_ID}",
        "size": "size nmissiles count n quantity",
        "class": "class type kind category eventtype group",
        "zone": _ZONE,
    },
    "calendar": {
        "start": "start startdate datestart begin begindate dtstart from firstday date "
        "day eventdate",
        "end": "end enddate dateend until to dtend lastday finish through",
        "span": "span interval edtf dates period",
        "id": _ID,
        "name": "name title event summary label what description",
        "category": "category type class kind eventtype group",
        "zone": _ZONE,
        "announced": "announced announcedon announcement dateannounced",
        "meeting_start": "meetingstart",
        "meeting_end": "meetingend",
        "episode": "episode",
    },
}
_DATES = {"events": "date", "calendar": "start"}


def sniff_columns(
    source: str | Path | pd.DataFrame,
    *,
    format: str | None = None,
    delimiter: str | None = None,
    sheet: str | None = None,
    encoding: str = "utf-8",
    n_rows: int = 5,
) -> list[tuple[str, tuple[str, ...]]]:
    r"""Look at the columns of a table and their first values.

    Parameters
    ----------
    source, format, delimiter, sheet, encoding
        As in `read_events`.
    n_rows : int, default 5

    Returns
    -------
    list of (str, tuple of str)
        Name and first values of each column; none for iCalendar, whose columns are
        known.

    Raises
    ------
    SchemaError, ArgumentError, MissingExtraError, OSError
        As in `read_events`.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from pathlib import Path
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "mine.csv")
    ...     _ = path.write_text("Day,No\n28 Oct 2025,7\n", encoding="utf-8")
    ...     sniff_columns(path)
    [('Day', ('28 Oct 2025',)), ('No', ('7',))]
    """
    options = FileOptions(
        format=format,
        delimiter=delimiter,
        sheet=sheet,
        encoding=encoding,
        n_rows=check_whole("n_rows", n_rows, minimum=1),
    )
    if kind_of(source, options) == "ics":
        return []
    frame = load_table(source, options).frame.head(n_rows)
    return [
        (
            name,
            tuple("" if blank else str(value) for value, blank in _cells(frame[name])),
        )
        for name in frame.columns
    ]


def _cells(values: pd.Series) -> Iterable[tuple[object, bool]]:
    return zip(values.tolist(), values.isna().tolist(), strict=True)


def guess_options(path: Path) -> dict[str, str]:
    r"""Guess how a file must be read, for a user to confirm.

    Parameters
    ----------
    path : Path

    Returns
    -------
    dict of str to str
        ``delimiter`` if the header of a text file is a single cell with another one
        in it, ``sheet`` of a workbook with several, the first; else nothing.

    Raises
    ------
    SchemaError, ArgumentError, MissingExtraError, OSError
        As in `read_events`.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from pathlib import Path
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "mine.csv")
    ...     _ = path.write_text("Day;No\n28 Oct 2025;7\n", encoding="utf-8")
    ...     guess_options(path)
    {'delimiter': ';'}
    """
    options = FileOptions()
    kind = kind_of(path, options)
    if kind in ("csv", "tsv"):
        mark = seen_delimiter(path, options)
        return {} if mark is None else {"delimiter": mark}
    if kind == "excel":
        names = sheet_names(path)
        return {"sheet": names[0]} if len(names) > 1 else {}
    return {}


def guess_columns(
    columns: Sequence[tuple[str, Sequence[str]]], *, kind: str
) -> dict[str, str]:
    """Guess which column is which, for a user to confirm.

    Parameters
    ----------
    columns : sequence of (str, sequence of str)
        Names and first values, as `sniff_columns` gives them.
    kind : {"events", "calendar"}

    Returns
    -------
    dict of str to str
        From keys of `columns` of `read_events` or `read_calendar` to names of columns;
        keys for which there is no guess are left out. The date is the only column with
        that word in its name, or else guessed from the values, if no usual name tells
        it.

    Examples
    --------
    >>> guess_columns([("Nr", ["7"]), ("Jour", ["28 Oct 2025"])], kind="events")
    {'date': 'Jour', 'id': 'Nr'}
    """
    check_choice("kind", kind, _USUAL)
    guesses: dict[str, str] = {}
    for key, usual in _USUAL[kind].items():
        name = _best(columns, usual.split(), guesses)
        if name is not None:
            guesses[key] = name
    date = _DATES[kind]
    if date in guesses:
        guesses.pop("span", None)
    elif "span" not in guesses:
        left = [(name, c) for name, c in columns if name not in guesses.values()]
        named = [name for name, _ in left if "date" in _words(name)]
        dated = [name for name, cells in left if _are_dates(cells)]
        found = named[0] if len(named) == 1 else next(iter(dated), None)
        guesses = guesses if found is None else {date: found} | guesses
    return guesses


def _best(
    columns: Sequence[tuple[str, Sequence[str]]],
    usual: Sequence[str],
    taken: Mapping[str, str],
) -> str | None:
    """Return the column with the most usual name that is left."""
    free = {
        re.sub(r"[\W_]+", "", name.lower()): name
        for name, _ in reversed(columns)
        if name not in taken.values()
    }
    return next((free[word] for word in usual if word in free), None)


def _words(name: str) -> list[str]:
    """Return the words of a name such as ``StrikeDate`` or ``strike_date``."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return re.split(r"[\W_]+", apart.lower())


def _are_dates(cells: Sequence[str]) -> bool:
    filled = [cell for cell in cells if cell.strip()]
    try:
        for cell in filled:
            read_written(cell)
    except Unreadable:
        return False
    return bool(filled)
