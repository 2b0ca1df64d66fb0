"""Null models: what is held fixed, and what is exchangeable.

A null model is a frozen record derived from `NullModel`, whose docstring shows how to
write another: one class, one kernel. `permutation_test`, `lag_profile` and `scan` take
any of them.
"""

from __future__ import annotations

from timing.errors import ArgumentError
from timing.nulls.base import NullModel
from timing.nulls.jitter import IntervalJitter
from timing.nulls.self_exciting import SelfExciting
from timing.nulls.shifts import CircularShift, LocalShift
from timing.nulls.shuffles import BlockShuffle, GapShuffle, Uniform
from timing.nulls.years import YearShuffle

__all__ = [
    "BlockShuffle",
    "CircularShift",
    "GapShuffle",
    "IntervalJitter",
    "LocalShift",
    "NullModel",
    "SelfExciting",
    "Uniform",
    "YearShuffle",
    "as_null",
]

_NAMED: dict[str, type[NullModel]] = {
    "uniform": Uniform,
    "circular_shift": CircularShift,
    "local_shift": LocalShift,
    "interval_jitter": IntervalJitter,
    "year_shuffle": YearShuffle,
    "gap_shuffle": GapShuffle,
    "block_shuffle": BlockShuffle,
    "self_exciting": SelfExciting,
}


def as_null(null: NullModel | str) -> NullModel:
    """Return a null model, given one or its name.

    Examples
    --------
    >>> as_null("uniform")
    Uniform(strata=None)
    """
    if isinstance(null, str):
        if null in _NAMED:
            return _NAMED[null]()
    elif isinstance(null, NullModel):
        return null
    names = ", ".join(repr(name) for name in _NAMED)
    msg = f"`null` is {null!r}; it must be a null model or one of {names}."
    raise ArgumentError(msg)
