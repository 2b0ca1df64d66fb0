"""What the specifications of a scan choose from: periods, and levels of columns."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from timing.arguments import check_choice, check_type
from timing.errors import ArgumentError
from timing.inputs import as_frame
from timing.period import StudyPeriod
from timing.schema import is_blank

if TYPE_CHECKING:
    from timing.inputs import Dates

BoolArray = npt.NDArray[np.bool_]

ALL = "all"
"""The level of a split column that holds all rows."""

CHOICES = ("period", "window_before", "window_after", "anchor", "unit")
"""Columns of a scan that say what a specification chose, before those of `by`."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Split:
    """A column by which a table is split.

    Attributes
    ----------
    column : str
    table : str
        ``"tests"`` or ``"calendar"``.
    levels : tuple of (name, rows)
        Name of each level and which rows of the table have it; ``"all"`` first.
    """

    column: str
    table: str
    levels: tuple[tuple[str, BoolArray], ...]


def as_periods(
    period: StudyPeriod | Mapping[str, StudyPeriod],
) -> dict[str, StudyPeriod]:
    """Return named periods; a period alone is named by its dates."""
    if isinstance(period, StudyPeriod):
        return {str(period): period}
    if not isinstance(period, Mapping) or not period:
        msg = "`period` must be a StudyPeriod, or a mapping of names to StudyPeriods."
        raise ArgumentError(msg)
    for value in period.values():
        check_type("period", value, StudyPeriod)
    zones = sorted({value.zone for value in period.values()})
    if len(zones) > 1:
        msg = f"`period` has days of {' and of '.join(zones)}; they must have one zone."
        raise ArgumentError(msg)
    return {str(name): value for name, value in period.items()}


def as_names(
    argument: str, names: object, allowed: Sequence[str] | None = None
) -> tuple[str, ...]:
    """Return a tuple of different names, given one name or several."""
    found = (names,) if isinstance(names, str) else names
    if not isinstance(found, list | tuple):
        msg = f"`{argument}` must be a name or a list of names, not {names!r}."
        raise ArgumentError(msg)
    if allowed is not None:
        for name in found:
            check_choice(argument, name, allowed)
        if not found:
            msg = f"`{argument}` is empty; it needs at least one name."
            raise ArgumentError(msg)
    repeated = [name for i, name in enumerate(found) if name in found[:i]]
    if repeated:
        msg = f"`{argument}` has {repeated[0]!r} twice."
        raise ArgumentError(msg)
    return tuple(found)


def splits_of(
    tests: Dates, calendar: Dates, by: tuple[str, ...], *, reserved: Sequence[str]
) -> tuple[Split, ...]:
    """Find the columns of `by` and the rows of each of their levels."""
    frames = {
        "tests": as_frame(tests, argument="tests", columns=("date",)),
        "calendar": as_frame(calendar, argument="calendar", columns=("start", "end")),
    }
    return tuple(_split(name, frames, reserved) for name in by)


def _split(
    column: str, frames: dict[str, pd.DataFrame], reserved: Sequence[str]
) -> Split:
    homes = [name for name, frame in frames.items() if column in frame.columns]
    if not homes:
        columns = "; ".join(
            f"`{name}` has {', '.join(map(str, frame.columns))}"
            for name, frame in frames.items()
        )
        msg = f"`by` has {column!r}, a column of neither table: {columns}."
        raise ArgumentError(msg)
    if len(homes) == 2:
        msg = f"`by` has {column!r}, a column of both tables: rename it in one of them."
        raise ArgumentError(msg)
    if column in reserved:
        msg = f"`by` has {column!r}, a column of the result: rename it in the table."
        raise ArgumentError(msg)
    values = frames[homes[0]][column]
    filled = ~is_blank(values)
    text = values.astype(str).to_numpy(dtype=object)
    names = sorted(set(text[filled]))
    if ALL in names:
        msg = f"`by`: the column {column!r} has the value 'all', the name of all rows."
        raise ArgumentError(msg)
    levels = [(name, filled & (text == name)) for name in names]
    everything = (ALL, np.ones(len(values), dtype=bool))
    return Split(column=column, table=homes[0], levels=(everything, *levels))


def crossed(splits: Sequence[Split], row: npt.NDArray[np.int64]) -> list[BoolArray]:
    """Which of the rows `row` of a table fall in each combination of levels."""
    levels = [[inside for _, inside in split.levels] for split in splits]
    everything = np.ones(row.size, dtype=bool)
    return [
        np.logical_and.reduce([everything, *(inside[row] for inside in combination)])
        for combination in itertools.product(*levels)
    ]
