"""What every process of launches provides."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from timing.processes.rates import Rate

    FloatArray = npt.NDArray[np.float64]
    IntArray = npt.NDArray[np.int64]


class Process(ABC):
    """Launches that ignore the calendar: the base of all processes.

    A process needs a `rate` (see `timing.processes.Rate`), a name in words and a way to
    draw.

    Examples
    --------
    A process of one's own: launches come in pairs, two days apart.

    >>> from dataclasses import dataclass
    >>> import numpy as np
    >>> import timing
    >>> @dataclass(frozen=True)
    ... class Pairs(timing.processes.Process):
    ...     rate: timing.processes.Rate = timing.processes.Constant()
    ...
    ...     def in_words(self):
    ...         return f"pairs of launches at {self.rate.in_words()}"
    ...
    ...     def draw(self, expected, rng):
    ...         first = rng.poisson(expected / 2)
    ...         return first + np.concatenate([[0, 0], first[:-2]])
    >>> launches = timing.simulate(
    ...     Pairs(), period=timing.StudyPeriod("2020-01-01", "2020-12-31"),
    ...     n_launches=30, rng=1,
    ... )
    >>> launches.columns.tolist()
    ['replicate', 'date']
    """

    __slots__ = ()
    rate: Rate

    @abstractmethod
    def draw(self, expected: FloatArray, rng: np.random.Generator) -> IntArray:
        """Draw the number of launches of each day.

        Parameters
        ----------
        expected : (n,) array of float
            Mean number of launches of each of n consecutive days.
        rng : Generator

        Returns
        -------
        (n,) array of int
        """

    @abstractmethod
    def in_words(self) -> str:
        """Return the process in words."""
