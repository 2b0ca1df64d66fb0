"""Zones and offsets of columns of dates: what must be said, and what contradicts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from timing.home import is_zone
from timing.readers.own.date_column import hashable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from timing.readers.own.date_column import DateColumn
    from timing.readers.own.problems import Problems

Zones = npt.NDArray[np.object_]
"""An IANA time zone for each row; blank where none is told."""

WHOSE = "say in `zone` whose days are meant, as zone='UTC' or zone='Europe/Madrid'"
_NO_ZONE = "is not an IANA time zone (such as Europe/Madrid)"


def read_zones(values: pd.Series, problems: Problems, name: str) -> Zones:
    """Read a column of IANA time zones; blank ones stay blank."""
    at, found = pd.factorize(hashable(values))
    zones = [str(zone).strip() for zone in np.asarray(found, dtype=object).tolist()]
    bad = {i: _NO_ZONE for i, zone in enumerate(zones) if zone and not is_zone(zone)}
    problems.add_values(name, values, at, bad)
    # The last stands for missing values, whose place is -1.
    names = ["" if i in bad else zone for i, zone in enumerate(zones)]
    return np.array([*names, ""], dtype=object)[at]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Clocks:
    """Clocks of the rows of a table.

    Attributes
    ----------
    told : (n,) array of str
        The zone of each row that the table has; blank where it has none.
    source : (n,) array of str
        Clock of dates without an offset; blank where that of `target` is meant.
    target : (n,) array of str
        Clock that is wanted; blank for the one on which a date is written.
    """

    told: Zones
    source: Zones
    target: Zones


def check_offsets(dates: DateColumn, clocks: Clocks, problems: Problems) -> None:
    """Note times with an offset beside times without, or with no clock to put them on.

    Parameters
    ----------
    dates : DateColumn
    clocks : Clocks
    problems : Problems
    """
    aware = dates.has_offset
    naive = dates.has_clock & ~aware & (clocks.told == "")
    if not aware.any():
        return
    if naive.any():
        rows = {"an offset": aware, "no offset": naive}
        rare, other = sorted(rows, key=lambda kind: int(rows[kind].sum()))
        i = int(np.argmax(rows[other]))
        rule = (
            f"has {rare} from UTC, but row {i + 1} ({dates.values.iloc[i]!s}) has "
            f"{other}: write one in all times, or in none"
        )
        problems.add_rows(dates.name, dates.values, rows[rare], rule)
    homeless = aware & (clocks.target == "")
    if homeless.any():
        rule = f"has an offset from UTC ({homeless.sum()} such times here): {WHOSE}"
        first = np.arange(aware.size) == np.argmax(homeless)
        problems.add_rows(dates.name, dates.values, first, rule)


def are_days(columns: Sequence[DateColumn]) -> bool:
    """Whether all times of the columns are midnight, and so no times."""
    return not any((dates.has_clock & (dates.clock > 0)).any() for dates in columns)
