"""Test events whose day is not known: p-values over all the days they may have had."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from timing.seeds import generator_from

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from timing.grid import DayGrid

IntArray = npt.NDArray[np.int64]
Uncertain = Literal["exclude", "midpoint", "bounds", "sample"]

UNCERTAIN = ("exclude", "midpoint", "bounds", "sample")

_STARTS = 5
"""Random starts of the search where the assignments are too many to try."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DateUncertainty:
    """P-values over assignments of days.

    Attributes
    ----------
    pvalue : float
        The p-value to report.
    low, high : float
        Smallest and largest p-value of the assignments tried.
    tried : str
        How many, and whether these are all.
    """

    pvalue: float
    low: float
    high: float
    tried: str


def p_over_dates(
    grid: DayGrid,
    p_of: Callable[[IntArray], float],
    *,
    halfway: float,
    uncertain: Uncertain,
    n_resamples: int,
    rng: np.random.Generator | int | None,
) -> DateUncertainty:
    """Evaluate a test over the possible days of the events of unknown day.

    Parameters
    ----------
    grid : DayGrid
        Built with ``keep_uncertain=True``.
    p_of : callable
        P-value of launches on the days of the grid.
    halfway : float
        Its value for ``grid.launches``.
    uncertain : {"exclude", "midpoint", "bounds", "sample"}
    n_resamples : int
        Up to so many assignments all are tried. Beyond, ``"sample"`` draws so many,
        and ``"bounds"`` searches event by event from random starts: its range may then
        be too narrow.
    rng : Generator, int or None
        For the draws and the starts.
    """
    if uncertain in ("exclude", "midpoint") or not grid.earliest.size:
        return DateUncertainty(
            pvalue=halfway, low=halfway, high=halfway, tried="1 (halfway)"
        )

    def p_if(days: IntArray) -> float:
        launches = grid.launches_with(days)
        return p_of(launches) if launches.any() else 1.0

    n_assignments = math.prod((grid.latest - grid.earliest + 1).tolist())
    if n_assignments <= n_resamples:
        values = [p_if(days) for days in _all_assignments(grid)]
        tried = f"all {n_assignments}"
    elif uncertain == "sample":
        generator = generator_from(rng)
        values = [p_if(_draw(grid, generator)) for _ in range(n_resamples)]
        tried = f"{n_resamples} drawn"
    else:
        values = list(_search(grid, p_if, generator_from(rng)))
        tried = f"searched among {n_assignments:.0e}"
    return DateUncertainty(
        pvalue=math.fsum(values) / len(values) if uncertain == "sample" else halfway,
        low=min(values),
        high=max(values),
        tried=tried,
    )


def _all_assignments(grid: DayGrid) -> Iterator[IntArray]:
    spans = [
        range(first, last + 1)
        for first, last in zip(
            grid.earliest.tolist(), grid.latest.tolist(), strict=True
        )
    ]
    for days in itertools.product(*spans):
        yield np.array(days, dtype=np.int64)


def _draw(grid: DayGrid, rng: np.random.Generator) -> IntArray:
    return rng.integers(grid.earliest, grid.latest, endpoint=True)


def _search(
    grid: DayGrid, p_if: Callable[[IntArray], float], rng: np.random.Generator
) -> Iterator[float]:
    """Yield p-values that no change of a single event's day makes more extreme."""
    halfway = (grid.earliest + grid.latest) // 2
    for start in [halfway, *(_draw(grid, rng) for _ in range(_STARTS))]:
        for sign in (1, -1):
            days, best = start.copy(), sign * p_if(start)
            improved = True
            while improved:
                improved = False
                for i in range(days.size):
                    for day in range(int(grid.earliest[i]), int(grid.latest[i]) + 1):
                        changed = days.copy()
                        changed[i] = day
                        value = sign * p_if(changed)
                        if value < best:
                            days, best, improved = changed, value, True
            yield sign * best
