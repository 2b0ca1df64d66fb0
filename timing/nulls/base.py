"""What every null model provides."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from timing.kernels.exact import Pmf
    from timing.strata import Strata

IntArray = npt.NDArray[np.int64]


class NullModel(ABC):
    """What is held fixed, and what is exchangeable: the base of all null models.

    A null model needs a name in words and a way to draw; `distribution` and `orbit`
    make its tests exact where they can be. Write both with kernels that take arrays.

    Attributes
    ----------
    moves_days : bool
        Whether the draws of one seed move whole days in the same way whatever the
        launches are, so that `scan` can share them between sets of launches.
    holds_clustering : bool
        Whether arrangements cluster as the launches do; if not, launches that cluster
        cause a `ClusteringWarning`.
    holds_slow : bool
        Whether slow changes of the launch rate are held fixed even where `held` is
        None; if not, a rate that moves from year to year causes one.

    Examples
    --------
    A null model of one's own: the pattern moves by whole weeks, so that weekdays stay.

    >>> from dataclasses import dataclass
    >>> import numpy as np
    >>> import timing
    >>> @dataclass(frozen=True)
    ... class WeekShift(timing.nulls.NullModel):
    ...     moves_days = True
    ...
    ...     def in_words(self):
    ...         return "the launch pattern is rotated by a whole number of weeks"
    ...
    ...     def draw(self, launches, day, *, size, rng):
    ...         weeks = rng.integers(0, launches.size // 7, size=size)
    ...         return np.stack([np.roll(launches, 7 * w) for w in weeks])
    >>> result = timing.permutation_test(
    ...     ["2025-01-06", "2025-02-10", "2025-05-12"],
    ...     ["2025-02-12", "2025-05-14"],
    ...     period=timing.StudyPeriod("2025-01-01", "2025-12-30"),
    ...     window=timing.Window(before=3, after=0),
    ...     null=WeekShift(),
    ...     rng=1,
    ... )
    >>> result.statistic
    2.0
    """

    __slots__ = ()
    moves_days: ClassVar[bool] = False
    holds_clustering: ClassVar[bool] = True
    holds_slow: ClassVar[bool] = True

    @property
    def held(self) -> Strata:
        """Strata whose launches are held fixed; None where nothing slower is."""
        return None

    @abstractmethod
    def in_words(self) -> str:
        """Return the null hypothesis as a sentence."""

    @abstractmethod
    def draw(
        self, launches: IntArray, day: IntArray, *, size: int, rng: np.random.Generator
    ) -> IntArray:
        """Draw arrangements of the launches.

        Parameters
        ----------
        launches : (n,) array of int
            Launches on each at-risk day.
        day : (n,) array of int
            Day numbers of the at-risk days, increasing.
        size : int
        rng : Generator

        Returns
        -------
        (size, n) array of int
        """

    def distribution(
        self, launches: IntArray, weights: IntArray, day: IntArray
    ) -> Pmf | None:
        """Exact distribution of ``launches @ weights``.

        Parameters
        ----------
        launches : (n,) array of int
        weights : (n,) array of int
            Not negative: 0/1 exposure, or distances.
        day : (n,) array of int

        Returns
        -------
        Pmf or None
            None where it has to be sampled.
        """
        del launches, weights, day
        return None

    def orbit(self, launches: IntArray, day: IntArray) -> IntArray | None:
        """All equally likely arrangements, the observed one first, if these are few.

        Returns
        -------
        (k, n) array of int or None
        """
        del launches, day
        return None
