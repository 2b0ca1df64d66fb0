"""Null model that exchanges years."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from timing.clock import to_dates
from timing.errors import ArgumentError
from timing.kernels.exact import Pmf, convolve
from timing.kernels.years import (
    YearSlots,
    assignment_pmf,
    exchange_values,
    year_slots,
    years_exchanged,
)
from timing.nulls.base import NullModel

IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class YearShuffle(NullModel):
    """Any year's launches could as well have met any other year's calendar.

    Keeps season and the pattern within years; loses era: trends, and years rich in both
    launches and calendar events, count as evidence.

    Notes
    -----
    Null hypothesis: which year's launches meet which year's calendar is a random order
    of the years. Years are exchanged if the same days of the year are at risk in them;
    the others (an unfinished last year, say) keep their launches. A launch of 29
    February moves to the 28th in a year without one. Exact by dynamic programming over
    subsets, up to 18 years that can be exchanged; sampled beyond.

    Examples
    --------
    >>> YearShuffle().in_words()
    "each year's events could have met any other year's calendar"
    """

    moves_days: ClassVar[bool] = True
    holds_slow: ClassVar[bool] = False

    def in_words(self) -> str:
        """Return the null hypothesis as a sentence."""
        return "each year's events could have met any other year's calendar"

    def distribution(
        self, launches: IntArray, weights: IntArray, day: IntArray
    ) -> Pmf | None:
        """Exact distribution of ``launches @ weights``, up to 18 years."""
        years = _years(day)
        parts = [
            assignment_pmf(exchange_values(launches, weights, years, group))
            for group in years.groups
        ]
        known = [part for part in parts if part is not None]
        return convolve(known) if len(known) == len(parts) else None

    def draw(
        self, launches: IntArray, day: IntArray, *, size: int, rng: np.random.Generator
    ) -> IntArray:
        """Exchange the years at random."""
        return years_exchanged(launches, _years(day), size=size, rng=rng)


def _years(day: IntArray) -> YearSlots:
    """Lay the at-risk days out by year, and check that years can be exchanged."""
    dates = pd.DatetimeIndex(to_dates(day))
    years = year_slots(
        (100 * dates.month + dates.day).to_numpy().astype(np.int64),
        dates.year.to_numpy().astype(np.int64),
    )
    if max(group.size for group in years.groups) < 2:
        msg = (
            "`null` is YearShuffle(), and no two years of `period` have the same days "
            "at risk: choose a period of two or more whole years."
        )
        raise ArgumentError(msg)
    return years
