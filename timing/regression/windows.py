"""Several windows around the calendar events: which days lie in which of them."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from timing.errors import ArgumentError
from timing.period import Window

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]


class Span(NamedTuple):
    """A named window: days from the first to the last offset, both included.

    The offset of a day is negative before the first day of a calendar event, 0 from
    its first to its last day, and positive after its last day.
    """

    name: str
    first: int
    last: int

    def days(self, first: IntArray, last: IntArray) -> tuple[IntArray, IntArray]:
        """First and last day of this window around each calendar event."""
        begin = (first if self.first <= 0 else last) + self.first
        stop = (first if self.last < 0 else last) + self.last
        return begin, stop


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Held:
    """Windows that hold each day.

    Attributes
    ----------
    counts : (n, w) array of int
        Calendar events in whose window of each kind the day lies.
    owner : (n,) array of int
        The one window that gets the day: that of the nearest event, and among equally
        near ones the window listed first; -1 where no window holds the day.
    """

    counts: IntArray
    owner: IntArray

    @property
    def contested(self) -> BoolArray:
        """Days in the windows of more than one calendar event."""
        shared: BoolArray = self.counts.sum(axis=1) > 1
        return shared

    def overlap(self) -> IntArray:
        """Days that lie in two windows at once, for each pair of windows.

        On the diagonal: days in that window of two events or more.
        """
        inside = (self.counts > 0).astype(np.int64)
        table: IntArray = np.einsum("ti,tj->ij", inside, inside)
        np.fill_diagonal(table, (self.counts > 1).sum(axis=0))
        return table


def read_windows(windows: Mapping[str, tuple[int, int]]) -> tuple[Span, ...]:
    """Check the windows: named, whole days, disjoint.

    Examples
    --------
    >>> read_windows({"pre": (-7, -1), "post": (1, 7)})[0]
    Span(name='pre', first=-7, last=-1)
    """
    if not isinstance(windows, Mapping) or not windows:
        msg = "`windows` must map names to (first day, last day), such as (-7, -1)."
        raise ArgumentError(msg)
    spans = tuple(_span(name, days) for name, days in windows.items())
    in_order = sorted(spans, key=lambda span: span.first)
    for earlier, later in itertools.pairwise(in_order):
        if later.first <= earlier.last:
            msg = f"`windows`: {earlier.name!r} and {later.name!r} share a day."
            raise ArgumentError(msg)
    return spans


def _span(name: object, days: object) -> Span:
    whole = isinstance(days, tuple | list) and len(days) == 2
    whole = whole and all(
        isinstance(d, int | np.integer) and not isinstance(d, bool)
        for d in days  # type: ignore[attr-defined]
    )
    if not isinstance(name, str) or not name or not whole:
        msg = (
            f"`windows` has {name!r}: {days!r}; it must map a name to two whole "
            "numbers of days, (first, last)."
        )
        raise ArgumentError(msg)
    first, last = (int(d) for d in days)  # type: ignore[attr-defined]
    if last < first:
        msg = f"`windows`: {name!r} ends on day {last}, before its start on {first}."
        raise ArgumentError(msg)
    return Span(name, first, last)


def hull(spans: Sequence[Span]) -> Window:
    """Window from the first to the last day of all windows, the event with them."""
    return Window(
        before=max(0, -min(span.first for span in spans)),
        after=max(0, max(span.last for span in spans)),
    )


def hold_days(
    day: IntArray, first: IntArray, last: IntArray, spans: Sequence[Span]
) -> Held:
    """Put the windows of all calendar events on the increasing days.

    Parameters
    ----------
    day : (n,) array of int
    first, last : (m,) arrays of int
        First and last day of each calendar event.
    spans : sequence of Span

    Examples
    --------
    Day 3 lies after the event on day 1 and before that on day 4, which is nearer:

    >>> held = hold_days(
    ...     np.arange(6), np.array([1, 4]), np.array([1, 4]),
    ...     [Span("post", 1, 2), Span("pre", -1, -1)],
    ... )
    >>> held.owner.tolist(), held.contested.tolist()
    ([1, -1, 0, 1, -1, 0], [False, False, False, True, False, False])
    """
    row_parts, event_parts, kind_parts = [], [], []
    for kind, span in enumerate(spans):
        begin, stop = span.days(first, last)
        start = np.searchsorted(day, begin)
        length = np.maximum(np.searchsorted(day, stop, side="right") - start, 0)
        before = np.cumsum(length) - length
        row_parts.append(np.arange(length.sum()) + np.repeat(start - before, length))
        event_parts.append(np.repeat(np.arange(first.size), length))
        kind_parts.append(np.full(length.sum(), kind))
    row, event, kinds = map(np.concatenate, (row_parts, event_parts, kind_parts))
    to_go, gone_by = first[event] - day[row], day[row] - last[event]
    distance = np.maximum(np.maximum(to_go, gone_by), 0)
    counts = np.zeros((day.size, len(spans)), dtype=np.int64)
    np.add.at(counts, (row, kinds), 1)
    owner = np.full(day.size, -1)
    order = np.lexsort((kinds, distance, row))[::-1]  # the best of each row comes last
    owner[row[order]] = kinds[order]
    return Held(counts=counts, owner=owner)
