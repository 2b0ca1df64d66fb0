"""The CNS North Korea Missile Test Database, as CSV or XLSX."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from timing.readers.cells import read_csv_cells
from timing.readers.excel import is_excel, read_sheet
from timing.readers.missiles import COLUMNS, missile_table
from timing.readers.quantities import find_addresses

if TYPE_CHECKING:
    from collections.abc import Collection

_UPSTREAM = {
    "F1": "missile_id",
    "Date": "date_raw",
    "Launch Time (UTC)": "time_raw",
    "Missile Name": "system",
    "Missile Type": "range_class",
    "Facility Name": "site",
    "Facility Latitude": "latitude_raw",
    "Facility Longitude": "longitude_raw",
    "Apogee": "apogee_raw",
    "Distance Travelled": "distance_raw",
    "Test Outcome": "outcome",
    "Confirmation Status": "confirmation",
    "Landing Location": "landing",
    "Source(s)": "sources_raw",
}
_TEXT = {
    "Date Entered/Updated": "entered",
    "Launch Agency/Authority": "agency",
    "Facility Location": "location",
    "Other Name": "other_name",
    "Additional Information": "description",
}
_HINT = '; pass `encoding`: copies of this list are often in "cp1252"'


def read_cns(
    path: str | Path,
    *,
    local_clock: Collection[str] = (),
    with_text: bool = False,
    encoding: str = "utf-8",
) -> pd.DataFrame:
    r"""Read the CNS missile list, one row per missile, onto the Korean clock.

    Parameters
    ----------
    path : str or Path
        CSV, or XLSX whatever its name; of a workbook, the first sheet.
    local_clock : collection of str, default ()
        Values of ``missile_id`` whose written date is already Korean although their
        time is UTC. No row is corrected otherwise.
    with_text : bool, default False
        Also return ``sources_raw``, ``entered``, ``agency``, ``location``,
        ``other_name`` and ``description`` as written. They hold sentences of the
        source, which may not be published.
    encoding : str, default "utf-8"
        Of a CSV file. Copies saved by Excel are often in ``"cp1252"``.

    Returns
    -------
    DataFrame
        ``missile_id`` is the list's F1. ``date`` is the Korean day and ``time`` the
        Korean clock time to the minute where the list has a time (precision
        ``minute``); otherwise ``date`` is the day as written, on a clock that the list
        does not tell (``day``), or the first day of the month as a label (``month``).
        ``earliest`` and ``latest`` bound the date as far as the precision goes.
        ``clock`` is ``utc`` where the day was computed from a UTC date and time, and
        ``as written`` elsewhere. Each number has the text that it was read from in its
        ``*_raw`` column, and is missing where that text is no plain number.
        ``confirmation`` and ``outcome`` are in lower case. ``urls`` are the web
        addresses among the sources.

    Raises
    ------
    SchemaError
        If the file is damaged or in another encoding, a column is missing, a date or
        time cannot be read, a coordinate is impossible, or a missile occurs twice.
    ArgumentError
        If `local_clock` names a missile that is not in the list.
    MissingExtraError
        If XLSX is read without the ``io`` extra.
    OSError
        If the file cannot be opened.

    Notes
    -----
    Seconds are cut off. Two-digit years 84 to 99 are 1984 to 1999, 00 to 49 are 2000
    to 2049.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> columns = [*_UPSTREAM]
    >>> cells = ["7", "21-Jun-16", "8:56:00 PM"] + ["Unknown"] * 11
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "cns.csv")
    ...     lines = ",".join(columns) + "\n" + ",".join(cells) + "\n"
    ...     _ = path.write_text(lines, encoding="utf-8")
    ...     read_cns(path)[["missile_id", "date", "time", "clock"]]
      missile_id       date   time clock
    0          7 2016-06-22  05:56   utc
    """
    path = Path(path)
    names = _UPSTREAM | _TEXT if with_text else _UPSTREAM
    if is_excel(path):
        raw = read_sheet(path, [*names])
    else:
        raw = read_csv_cells(path, [*names], encoding=encoding, hint=_HINT)
    raw = raw.rename(columns=names)
    raw["urls"] = find_addresses(raw["sources_raw"])
    missiles = missile_table(raw, table=path.name, local_clock=local_clock)
    if not with_text:
        return missiles
    text = [name for name in raw if name not in COLUMNS]
    return pd.concat([missiles, raw[text]], axis="columns")
