"""One data set of the validity study, as arrays over contiguous days."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from timing.kernels.intervals import cover_counts

IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Case:
    """Launch days, calendar events and the window around each of them.

    Attributes
    ----------
    launches : (n,) array of int
        1 on launch days, 0 on others.
    exposed : (n,) array of int
        1 on days in the window of at least one calendar event.
    first, last : (m,) arrays of int
        First and last day of each calendar event, as positions from 0 to n - 1; they
        may reach outside.
    before, after : int
        Window, in days.
    """

    launches: IntArray = field(repr=False)
    exposed: IntArray = field(repr=False)
    first: IntArray = field(repr=False)
    last: IntArray = field(repr=False)
    before: int
    after: int

    @property
    def begun(self) -> IntArray:
        """First days of calendar events inside the record, increasing, each once."""
        inside = (self.first >= 0) & (self.first < self.launches.size)
        return np.unique(self.first[inside])


def covered(first: IntArray, last: IntArray, n_days: int) -> IntArray:
    """Mark the days in at least one interval.

    Examples
    --------
    >>> covered(np.array([-2, 1]), np.array([0, 2]), 5)
    array([1, 1, 1, 0, 0])
    """
    counts = cover_counts(first, last, origin=0, n_days=n_days)
    return (counts > 0).astype(np.int64)


def case_of(
    launches: IntArray, first: IntArray, last: IntArray, *, before: int, after: int
) -> Case:
    """Build a case, with the days its windows cover.

    Examples
    --------
    >>> data = case_of(
    ...     np.array([0, 1, 0, 0]), np.array([2]), np.array([2]), before=1, after=0
    ... )
    >>> data.exposed
    array([0, 1, 1, 0])
    """
    return Case(
        launches=launches,
        exposed=covered(first - before, last + after, launches.size),
        first=first,
        last=last,
        before=before,
        after=after,
    )
