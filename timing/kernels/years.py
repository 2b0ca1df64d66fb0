"""Exchange of years: which year's launches meet which year's days."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from timing.kernels.exact import Pmf

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]

MOST_YEARS = 18
"""Years up to which the exact distribution is computed."""

_MOST_STEPS = 4e8
"""Additions up to which it is: subsets of years times values of the sum."""


class YearSlots(NamedTuple):
    """Where the launches of a day of the year land in every year.

    Attributes
    ----------
    slot : (years, slots) array of int
        Position in the at-risk days of each day of the year, -1 where it is not at
        risk. The last slot is 29 February; in a year without it, that of the 28th.
    has_leap_day : (years,) array of bool
        Whether 29 February is at risk.
    groups : list of arrays of int
        Years that may be exchanged: those whose at-risk days fall on the same days of
        the year. A group may hold a single year.
    """

    slot: IntArray
    has_leap_day: npt.NDArray[np.bool_]
    groups: list[IntArray]


def year_slots(month_day: IntArray, year: IntArray) -> YearSlots:
    """Find where the launches of a day of the year land in every year.

    Parameters
    ----------
    month_day : (n,) array of int
        ``100 * month + day`` of each at-risk day.
    year : (n,) array of int
    """
    labels, row = np.unique(year, return_inverse=True)
    days = np.union1d(month_day[month_day != 229], [228])
    slot = np.full((labels.size, days.size + 1), -1)
    column = np.where(month_day == 229, days.size, np.searchsorted(days, month_day))
    slot[row, column] = np.arange(month_day.size)
    before_leap = slot[:, np.searchsorted(days, 228)]
    has_leap_day = slot[:, -1] >= 0
    stranded = has_leap_day & (before_leap < 0)
    slot[:, -1] = np.where(has_leap_day, slot[:, -1], before_leap)
    # A 29 February without its 28th could not move to other years: such a year stays.
    key = np.column_stack([slot[:, :-1] >= 0, stranded * np.arange(1, row.max() + 2)])
    _, group = np.unique(key, axis=0, return_inverse=True)
    group = group.ravel()
    groups = [np.flatnonzero(group == g) for g in range(group.max() + 1)]
    return YearSlots(slot, has_leap_day, groups)


def launches_by_slot(launches: IntArray, years: YearSlots) -> IntArray:
    """Lay out launches by year (rows) and day of the year, 29 February last."""
    by_slot = np.where(years.slot >= 0, launches[years.slot], 0)
    by_slot[~years.has_leap_day, -1] = 0
    return by_slot


def assignment_pmf(value: IntArray) -> Pmf | None:
    """Distribution of ``sum_i value[i, order[i]]`` over all orders, by subsets.

    Parameters
    ----------
    value : (m, m) array of int
        Not negative.

    Returns
    -------
    Pmf or None
        None where `m` or the values are too large to count all subsets.
    """
    m = value.shape[0]
    most = int(value.max(axis=1).sum())
    if m > MOST_YEARS or m * 2.0 ** (m - 1) * (most + 1) > _MOST_STEPS:
        return None
    masks = np.arange(2**m)
    taken = np.bitwise_count(masks)
    place = np.empty(2**m, dtype=np.int64)
    for k in range(m + 1):
        place[taken == k] = np.arange(math.comb(m, k))
    reached = np.ones((1, 1))
    for i in range(m):
        old = masks[taken == i]
        top = int(value[: i + 1].max(axis=1).sum())
        new = np.zeros((math.comb(m, i + 1), top + 1))
        for j in range(m):
            free = old[(old >> j) & 1 == 0]
            add = int(value[i, j])
            part = reached[place[free]] / (m - i)
            # Each set of taken columns is reached once for a given j.
            new[place[free | (1 << j)], add : add + part.shape[1]] += part
        reached = new
    used = np.flatnonzero(reached[0])
    return Pmf(int(used[0]), reached[0, used[0] : used[-1] + 1])


def years_exchanged(
    launches: IntArray, years: YearSlots, *, size: int, rng: np.random.Generator
) -> IntArray:
    """Give the years of each group each other's launches at random; moves days.

    Returns
    -------
    (size, n) array of int
    """
    by_slot = launches_by_slot(launches, years)
    drawn = np.zeros((size, launches.size), dtype=np.int64)
    row = np.arange(size)[:, None]
    for group in years.groups:
        order = rng.permuted(np.tile(group, (size, 1)), axis=1)
        for position, year in enumerate(group):
            at_risk = years.slot[year] >= 0
            landing = years.slot[year][at_risk]
            arriving = by_slot[order[:, position]][:, at_risk]
            # 28 and 29 February may land on one day.
            np.add.at(drawn, (row, landing[None, :]), arriving)
    return drawn


def exchange_values(
    launches: IntArray, weights: IntArray, years: YearSlots, group: IntArray
) -> IntArray:
    """Sum of weights that each year's launches (rows) meet in each year (columns)."""
    slot = years.slot[group]
    met = np.where(slot >= 0, weights[slot], 0)
    values: IntArray = launches_by_slot(launches, years)[group] @ met.T
    return values
