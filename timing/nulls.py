"""Null models: what is held fixed, and what is exchangeable.

A null model is a frozen record with two methods (`NullModel`): `in_words`, printed with
every p-value, and `distribution`, the exact distribution of the coincidence count. To
add one, write a class with these two; `permutation_test` takes any such object.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from timing.errors import ArgumentError
from timing.kernels.exact import (
    Pmf,
    by_stratum,
    circular_shift_pmf,
    convolve,
    shuffle_pmf,
)
from timing.strata import Strata, strata_in_words, stratum_of

IntArray = npt.NDArray[np.int64]


@runtime_checkable
class NullModel(Protocol):
    """What `permutation_test` asks of a null model."""

    @property
    def strata(self) -> Strata:
        """Strata that the null model holds fixed."""
        ...

    def in_words(self) -> str:
        """Return the null hypothesis as a sentence."""
        ...

    def distribution(
        self, launches: IntArray, exposure: IntArray, day: IntArray
    ) -> Pmf:
        """Return the exact distribution of ``launches @ exposure``."""
        ...


@dataclass(frozen=True, slots=True)
class Uniform:
    """Launches fall anywhere: every arrangement over the days is equally likely.

    Assumes that launches neither cluster nor follow seasons within a stratum, which
    launches do: a naive comparator, too eager to reject on such data.

    Parameters
    ----------
    strata : str, Series, callable or None, default None
        Holds the number of launches per stratum fixed; see `CircularShift`.

    Notes
    -----
    Exact: the hypergeometric distribution of each stratum, convolved over the strata.
    With several launches on one day (``unit="event"``) whole days are exchanged.

    Examples
    --------
    >>> Uniform("year").in_words()
    'launch days are spread at random over the days of each year'
    """

    strata: Strata = None

    def in_words(self) -> str:
        """Return the null hypothesis as a sentence."""
        where = strata_in_words(self.strata)
        return f"launch days are spread at random over the days of {where}"

    def distribution(
        self, launches: IntArray, exposure: IntArray, day: IntArray
    ) -> Pmf:
        """Return the exact distribution of ``launches @ exposure``."""
        if exposure.max(initial=0) > 1:
            msg = "`Uniform` takes 0/1 exposure only."
            raise ArgumentError(msg)
        return convolve(
            shuffle_pmf(launches[rows], int(exposure[rows].sum()))
            for rows in by_stratum(stratum_of(day, self.strata))
            if launches[rows].any()
        )


@dataclass(frozen=True, slots=True)
class CircularShift:
    """The launch pattern of each stratum is rotated by an unrelated, even shift.

    Keeps how launches cluster, and everything slower than the stratum: season, era,
    the number of launches per stratum.

    Parameters
    ----------
    strata : str, Series, callable or None, default "month"
        ``None`` (the whole period), ``"month"`` (each calendar month of each year),
        ``"quarter"``, ``"half"``, ``"year"``, ``"era"`` (DPRK leader), a Series of
        labels indexed by day, or a callable from a DatetimeIndex to labels.

    Notes
    -----
    Null hypothesis: given its pattern, each stratum's launches are equally likely at
    every rotation over the stratum's at-risk days, independently of the calendar.
    Exact: all n_s shifts of each stratum by FFT (Lotwick and Silverman 1982, J. R.
    Stat. Soc. B 44:406-413), convolved over the strata. The days before an excluded
    span and after it count as neighbours.

    Examples
    --------
    >>> CircularShift().in_words()
    'the launch pattern is rotated within each calendar month of each year'
    """

    strata: Strata = "month"

    def in_words(self) -> str:
        """Return the null hypothesis as a sentence."""
        return f"the launch pattern is rotated within {strata_in_words(self.strata)}"

    def distribution(
        self, launches: IntArray, exposure: IntArray, day: IntArray
    ) -> Pmf:
        """Return the exact distribution of ``launches @ exposure``."""
        return convolve(
            circular_shift_pmf(launches[rows], exposure[rows])
            for rows in by_stratum(stratum_of(day, self.strata))
            if launches[rows].any() and exposure[rows].any()
        )


_NAMED: dict[str, type[Uniform] | type[CircularShift]] = {
    "uniform": Uniform,
    "circular_shift": CircularShift,
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
