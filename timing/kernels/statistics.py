"""Statistics of coincidence, for one arrangement of launches or many at once."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class LinearStatistic:
    """``launches @ weights``, or that by launch: count, trigger rate, mean distance.

    Attributes
    ----------
    weights : (n,) array of int
        Not negative.
    per_launch : bool
        Divide by the number of launches.
    """

    weights: IntArray = field(repr=False)
    per_launch: bool

    def of(self, launches: IntArray) -> FloatArray:
        """Evaluate (m, n) arrangements; NaN by launch where one has none."""
        sums: FloatArray = (launches @ self.weights).astype(float)
        if not self.per_launch:
            return sums
        n = launches.sum(axis=1)
        shares = np.full(n.size, np.nan)
        np.divide(sums, n, out=shares, where=n > 0)
        return shares


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class PrecursorRate:
    """Share of windows that hold at least one launch.

    Attributes
    ----------
    first, stop : (m,) arrays of int
        Positions of each window among the at-risk days, half open and not empty.
    """

    first: IntArray = field(repr=False)
    stop: IntArray = field(repr=False)

    def of(self, launches: IntArray) -> FloatArray:
        """Evaluate (m, n) arrangements."""
        sums = np.zeros((launches.shape[0], launches.shape[1] + 1), dtype=np.int64)
        np.cumsum(launches, axis=1, out=sums[:, 1:])
        hit: FloatArray = (sums[:, self.stop] > sums[:, self.first]).mean(axis=1)
        return hit


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class MaxProfile:
    """Largest number of launches at one lag from the anchors.

    Attributes
    ----------
    anchors : (lags, n) array of int
        Anchors whose lag falls on each day.
    """

    anchors: IntArray = field(repr=False)

    def of(self, launches: IntArray) -> FloatArray:
        """Evaluate (m, n) arrangements."""
        # Whole numbers far below 2^53: exact in any order of addition.
        profile: FloatArray = launches.astype(float) @ self.anchors.T.astype(float)
        largest: FloatArray = profile.max(axis=1)
        return largest


Statistic = LinearStatistic | PrecursorRate | MaxProfile
