"""The tables of a study: the curated ones, or the user's own."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pandas as pd

from timing.arguments import check_choice
from timing.clock import parse_days, to_dates
from timing.datasets import data_hashes, load_calendar, load_tests
from timing.home import HOME
from timing.inputs import as_frame, read_events, read_intervals, row_ids
from timing.schema import is_blank

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from timing.inputs import Dates

TEST_DATES = ("date", "earliest", "latest")
CALENDAR_DATES = ("start", "end", "meeting_start", "meeting_end", "announced")


class Data(Protocol):
    """Where a study takes its events and its calendar from."""

    @property
    def zone(self) -> str:
        """Clock on which days are counted."""

    @property
    def class_column(self) -> str:
        """Column of the tests that holds their class."""

    @property
    def curated(self) -> bool:
        """Whether these are the tables that ship with the package."""

    def tests(self, classes: Sequence[str] = ()) -> pd.DataFrame:
        """Select tests by class; all of them by default."""

    def calendar(self, categories: Sequence[str] = ()) -> pd.DataFrame:
        """Select calendar events by category; all of them by default."""

    def everything(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return all rows of both tables, those that no study selects too."""

    def hashes(self) -> dict[str, str]:
        """Return the SHA-256 of each table."""


@dataclass(frozen=True, slots=True)
class Curated:
    """The tables that ship with the package."""

    @property
    def zone(self) -> str:
        """Korean days."""
        return HOME

    @property
    def class_column(self) -> str:
        """Class of the weapon."""
        return "weapon"

    @property
    def curated(self) -> bool:
        """Yes."""
        return True

    def tests(self, classes: Sequence[str] = ()) -> pd.DataFrame:
        """Select tests of high or medium confidence."""
        return load_tests(weapons=classes or None)

    def calendar(self, categories: Sequence[str] = ()) -> pd.DataFrame:
        """Select calendar events of high or medium confidence."""
        return load_calendar(categories or None)

    def everything(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return all rows of both tables, of low confidence and cancelled too."""
        return (
            load_tests(min_confidence="low"),
            load_calendar(status=None, min_confidence="low"),
        )

    def hashes(self) -> dict[str, str]:
        """Return the SHA-256 of each table."""
        return data_hashes()


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class OwnTables:
    """The user's own tables; see `own_tables`.

    Attributes
    ----------
    all_tests, all_calendar : DataFrame
    zone : str
    sha256 : mapping of str to str
    """

    all_tests: pd.DataFrame = field(repr=False)
    all_calendar: pd.DataFrame = field(repr=False)
    zone: str
    sha256: Mapping[str, str]

    @property
    def class_column(self) -> str:
        """Column of the tests that holds their class."""
        return "class"

    @property
    def curated(self) -> bool:
        """No."""
        return False

    def tests(self, classes: Sequence[str] = ()) -> pd.DataFrame:
        """Select tests by class; all of them by default."""
        return _selected(self.all_tests, "class", classes, argument="classes")

    def calendar(self, categories: Sequence[str] = ()) -> pd.DataFrame:
        """Select calendar events by category; all of them by default."""
        return _selected(
            self.all_calendar, "category", categories, argument="categories"
        )

    def everything(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return both tables."""
        return self.all_tests, self.all_calendar

    def hashes(self) -> dict[str, str]:
        """Return the SHA-256 of each table."""
        return dict(self.sha256)


def own_tables(
    tests: Dates,
    calendar: Dates,
    *,
    zone: str = HOME,
    sha256: Mapping[str, str] | None = None,
) -> OwnTables:
    """Take the user's tables into a study, columns that it needs filled in.

    Parameters
    ----------
    tests : DataFrame with a ``date`` column, or dates
        ``class`` splits them.
    calendar : DataFrame with ``start`` and ``end`` columns, or dates
        ``category`` splits them; ``episode`` ties together those that belong to one
        journey, which each event is by itself by default.
    zone : str
        Clock on which days are counted.
    sha256 : mapping of str to str, optional
        Hashes of the files that the tables come from; of their rows by default.

    Raises
    ------
    SchemaError, EmptySelectionError
        If a table breaks its rules or has no rows.

    Examples
    --------
    >>> data = own_tables(["2025-10-22", "2025-10-28"], ["2025-10-29"], zone="UTC")
    >>> data.calendar()[["event_id", "name", "category", "episode"]]
      event_id name category episode
    0        1    1    event       1
    """
    events = read_events(tests, clock=zone, keep_uncertain=True)
    intervals = read_intervals(calendar, clock=zone)
    table = as_frame(tests, argument="tests", columns=("date",))
    spans = as_frame(calendar, argument="calendar", columns=("start", "end"))
    ids = np.array(row_ids(spans, "event_id"), dtype=object)
    of_events = {"event_id": ids, "name": ids, "category": "event", "episode": ids}
    of_tests = {
        "test_id": np.array(row_ids(table, "test_id"), dtype=object),
        "class": "event",
    }
    return OwnTables(
        all_tests=_completed(table, of_tests, TEST_DATES, zone),
        all_calendar=_completed(spans, of_events, CALENDAR_DATES, zone),
        zone=zone,
        sha256=dict(sha256 or {"tests": events.sha256, "calendar": intervals.sha256}),
    )


def _completed(
    table: pd.DataFrame, filled: Mapping[str, Any], dates: Sequence[str], zone: str
) -> pd.DataFrame:
    """Fill blanks of some columns, and turn dates into days."""
    table = table.reset_index(drop=True)
    columns: dict[str, Any] = {}
    for name, values in filled.items():
        default = pd.Series(values, index=table.index, dtype=object)
        column = table[name].astype(object) if name in table else default
        columns[name] = column.where(~is_blank(column), default).astype("str")
    for name in dates:
        if name in table:
            day, known = parse_days(table[name], zone)
            columns[name] = pd.Series(to_dates(day)).where(known)
    whole = table.assign(**columns)
    # In the order of the dates, so that no output tells in which order the rows came.
    told = whole.astype(str)
    first = [dates[0], *filled]
    by: list[Any] = [*first, *(name for name in told if name not in first)]
    return whole.loc[told.sort_values(by, kind="stable").index].reset_index(drop=True)


def _selected(
    table: pd.DataFrame, column: str, values: Sequence[str], *, argument: str
) -> pd.DataFrame:
    """Keep the rows with one of some values, each of which must occur."""
    if not values:
        return table
    known = sorted(table[column].unique())
    for value in values:
        check_choice(argument, value, known)
    return table[table[column].isin(values)].reset_index(drop=True)
