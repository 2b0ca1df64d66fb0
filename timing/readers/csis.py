"""The CSIS Beyond Parallel list of provocations, as CSV."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from timing.clock import to_dates
from timing.readers.cells import read_csv_cells
from timing.readers.dates import parse_written_dates
from timing.readers.quantities import find_addresses

if TYPE_CHECKING:
    import pandas as pd

_UPSTREAM = {
    "date": "date_raw",
    "type": "kind",
    "event": "event",
    "resources": "resources_raw",
}


def read_csis(
    path: str | Path, *, with_text: bool = False, encoding: str = "utf-8"
) -> pd.DataFrame:
    r"""Read the CSIS list of provocations, one row per entry.

    Parameters
    ----------
    path : str or Path
    with_text : bool, default False
        Also return ``description``. Its sentences may not be published.
    encoding : str, default "utf-8"

    Returns
    -------
    DataFrame
        ``event_row`` counts from 1 below the header. ``date`` is the day as written:
        the list mixes Korean, US and report days and does not say which; ``date_raw``
        is its text. ``kind`` and ``event`` are the list's classes. ``urls`` are the web
        addresses among the sources, ``resources_raw`` all of them, books too.

    Raises
    ------
    SchemaError
        If the file is damaged or in another encoding, a column is missing, or a date is
        not a day.
    ArgumentError
        If `encoding` is unknown.
    OSError
        If the file cannot be opened.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "csis.csv")
    ...     lines = "date,type,event,resources\n2025-10-22,Missile,SRBM,http://a.org\n"
    ...     _ = path.write_text(lines, encoding="utf-8")
    ...     read_csis(path)[["event_row", "date", "kind", "event", "urls"]]
       event_row       date     kind event          urls
    0          1 2025-10-22  Missile  SRBM  http://a.org
    """
    path = Path(path)
    wanted = [*_UPSTREAM, "description"] if with_text else [*_UPSTREAM]
    raw = read_csv_cells(path, wanted, encoding=encoding, hint="; pass `encoding`")
    days = parse_written_dates(raw["date"], table=path.name, months=False)
    frame = raw.rename(columns=_UPSTREAM)
    frame["kind"] = frame["kind"].str.strip()
    frame["event"] = frame["event"].str.strip()
    frame.insert(0, "event_row", range(1, len(frame) + 1))
    frame.insert(1, "date", to_dates(days.first))
    frame.insert(5, "urls", find_addresses(raw["resources"]))
    return frame
