"""Users' tables of events in any usual form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from timing.arguments import check_whole
from timing.clock import to_dates
from timing.home import check_zone
from timing.readers.own.bounds import bounds_of
from timing.readers.own.columns import EVENT_COLUMNS
from timing.readers.own.date_column import check_dates
from timing.readers.own.icalendar import icalendar_events, refuse_mapping
from timing.readers.own.offsets import WHOSE, Clocks, are_days, check_offsets
from timing.readers.own.placing import place
from timing.readers.own.rows import load_rows
from timing.readers.own.settling import as_days, settle
from timing.readers.own.tables import FileOptions, kind_of
from timing.readers.own.time_column import with_times
from timing.schema import TESTS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from timing.readers.own.date_column import DateColumn
    from timing.readers.own.rows import OwnRows

_BLANK = "must not be blank: write what is known, as 2015-03 or 2015-03-02/2015-03-09"
_CLOCK_TEXTS = [f"{i // 60:02}:{i % 60:02}" for i in range(24 * 60)] + [""]


def read_events(
    source: str | Path | pd.DataFrame,
    *,
    columns: Mapping[str, str] | None = None,
    dates: str | None = None,
    zone: str | None = None,
    format: str | None = None,
    delimiter: str | None = None,
    sheet: str | None = None,
    encoding: str = "utf-8",
    approximate: int | None = None,
    max_bytes: int | None = None,
) -> pd.DataFrame:
    r"""Read a table of dated events from a file or a DataFrame.

    What may be read in two ways is an error, never a guess.

    Parameters
    ----------
    source : str, Path or DataFrame
        A file in CSV, TSV, XLSX, Parquet, JSON lines (one flat object a line) or
        iCalendar, told by its suffix. A DataFrame is not changed; its index is not
        used.
    columns : mapping, optional
        Your column for each of ours: ``date``, ``time``, ``earliest``, ``latest``,
        ``id`` (becomes ``test_id``), ``size`` (``n_missiles``), ``class`` and ``zone``,
        such as ``{"date": "Event Date", "id": "No"}``. Columns that have the name that
        they would become need not be named.
    dates : {None, "day-first", "month-first"} or str, optional
        How dates such as 03/04/2015 are meant, or the format of all that is text in
        the columns of dates, by the letters of ``strptime``: ``"%d-%b-%y"``. A year of
        two digits is read by a format only: 1969 to 2068.
    zone : str, optional
        IANA time zone whose days are wanted, that of the study period. Needed for times
        with an offset and for a column ``zone``, the clock of each row. Other dates and
        times are on this clock already.
    format : {"csv", "tsv", "excel", "parquet", "jsonl", "ics"}, optional
        Where the suffix does not tell it.
    delimiter : str, optional
        Of CSV: a comma; of TSV: a tab.
    sheet : str, optional
        Of a workbook: the first.
    encoding : str, default "utf-8"
        Of a text file.
    approximate : int, optional
        Days by which dates marked ``~`` (approximate), ``?`` (uncertain) or ``%``
        (both) may be off, either side.
    max_bytes : int, optional
        Largest size, unpacked where the file is packed. By default 2 GiB of text, 512
        MiB of a workbook, 4 GiB of Parquet, 32 MiB of iCalendar.

    Returns
    -------
    DataFrame
        One row per row of the table, blank lines and blank rows of a sheet apart, all
        columns kept. ``date`` is the day in `zone`. ``time`` (HH:MM, seconds are cut
        off) is its time of day, blank where none is known; midnight is one only where
        another date of the column has a time, or `dates` one for the hour. ``earliest``
        and ``latest`` bound the days of all rows if any is not known to the day; where
        they differ, ``date`` is a label only. ``date_qualifier`` is the ``~``, ``?`` or
        ``%`` of each date, if there is any. A column ``zone`` becomes ``zone_written``.

    Raises
    ------
    SchemaError
        With everything that is wrong with the table in its ``failures``, under your own
        names of the columns.
    ArgumentError
        If an argument is out of its range, or means nothing for this source.
    MissingExtraError
        If XLSX, Parquet or iCalendar is read without the ``io`` extra.
    OSError
        If the file cannot be opened.

    Notes
    -----
    Dates are written as 2025-10-28, 2025/10/28, 20251028, 28 Oct 2025, Oct 28, 2025,
    28.10.2025 or 10/28/2025, months in English; times behind them as 14:30, 14:30:00,
    2:30 PM or 14:30+09:00. A date that is not known to the day is written as in levels
    0 and 1 of the Extended Date/Time Format: 1984, 1984-04, 198X, 1984-04-XX or
    1984-04/1984-09. A day without a time in a row whose zone is not `zone` is one of
    the days in `zone` that it touches. An all-day event of a calendar counts on its
    first day. A formula of a workbook counts by the value that was saved with it.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from pathlib import Path
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "mine.csv")
    ...     text = "Day;No\n28 Oct 2025;7\n2025-11;8\n"
    ...     _ = path.write_text(text, encoding="utf-8")
    ...     columns = {"date": "Day", "id": "No"}
    ...     events = read_events(path, columns=columns, delimiter=";")
    >>> events[["test_id", "date", "latest"]]
      test_id       date     latest
    0       7 2025-10-28 2025-10-28
    1       8 2025-11-01 2025-11-30
    """
    check_dates(dates)
    if zone is not None:
        check_zone("zone", zone)
    if approximate is not None:
        check_whole("approximate", approximate, minimum=1)
    options = FileOptions(
        format=format,
        delimiter=delimiter,
        sheet=sheet,
        encoding=encoding,
        max_bytes=max_bytes,
    )
    if kind_of(source, options) == "ics":
        refuse_mapping(columns, dates)
        rows = icalendar_events(source, options)
    else:
        rows = load_rows(source, options, columns, EVENT_COLUMNS, ["date"], dates)
    rows.check(TESTS, ["test_id", "n_missiles"])
    return _dated(rows, zone, approximate)


def _dated(rows: OwnRows, zone: str | None, approximate: int | None) -> pd.DataFrame:
    """Put days, times and bounds into the table."""
    clocks = _clocks(rows, zone)
    days = _days(rows, clocks)
    earliest, latest = (_bound(rows, name, clocks) for name in ("earliest", "latest"))
    bounds = bounds_of(days, earliest, latest, approximate, rows.problems)
    new: dict[str, Any] = {"date": to_dates(bounds.day)}
    if "time" in rows.frame or days.has_clock.any():
        minute = np.where(days.has_clock, days.clock // 60, -1)
        new["time"] = pd.array(_CLOCK_TEXTS, dtype="str").take(minute)
    is_known = bounds.first == bounds.last
    if earliest is not None or latest is not None or not is_known.all():
        new["earliest"], new["latest"] = to_dates(bounds.first), to_dates(bounds.last)
    if (days.qualifier != "").any():
        new["date_qualifier"] = pd.array(days.qualifier, dtype="str")
    renamed = {"zone": "zone_written"} if "zone" in rows.frame else {}
    return rows.with_columns(new, renamed)


def _clocks(rows: OwnRows, zone: str | None) -> Clocks:
    told = rows.zones()
    is_told = told != ""
    if zone is None and is_told.any():
        rule = f"is the clock of its row ({is_told.sum()} such rows here): {WHOSE}"
        rows.note("zone", np.arange(told.size) == np.argmax(is_told), rule)
        told = rows.all_of(None)
    target = rows.all_of(zone)
    return Clocks(told=told, source=np.where(told != "", told, target), target=target)


def _days(rows: OwnRows, clocks: Clocks) -> DateColumn:
    """Read days and clock times, and put them on the clock that is wanted."""
    days = rows.read("date")
    rows.note("date", days.blank, _BLANK)
    if not rows.means_times and are_days([days]):
        days = as_days(days, clocks, rows.problems)
    if "time" in rows.frame:
        values = rows.frame["time"]
        days = with_times(days, values, rows.problems, rows.theirs["time"])
    check_offsets(days, clocks, rows.problems)
    return place(days, clocks.source, clocks.target, rows.problems)


def _bound(rows: OwnRows, name: str, clocks: Clocks) -> DateColumn | None:
    dates = rows.read_if_there(name)
    if dates is None:
        return None
    means_times = rows.means_times
    return settle([dates], clocks, rows.problems, means_times=means_times)[0]
