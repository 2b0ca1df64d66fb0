"""Result of `surprise`: one window against the recent rate and events of its kind."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from timing.results.base import (
    ConfidenceInterval,
    Dropped,
    Result,
    Specification,
    decode_fields,
    decode_numbers,
    format_dropped_lines,
    format_p,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


def format_share(value: float) -> str:
    """Write a share in whole percent, without rounding to never or always.

    Examples
    --------
    >>> format_share(0.286), format_share(0.001), format_share(0.0)
    ('29%', 'less than 1%', '0%')
    """
    if 0 < value < 0.01:
        return "less than 1%"
    if 0.99 < value < 1:
        return "more than 99%"
    return f"{100 * value:.0f}%"


def _format_limits(interval: tuple[float, float], level: float) -> str:
    low, high = (format_share(limit) for limit in interval)
    return f"({100 * level:g}% interval {low} to {high})"


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class BaseRate:
    """How often events of a kind saw a launch, and how often they were to see one.

    Attributes
    ----------
    ids : (m,) tuple of str
        Events of the kind, without the one in question.
    window_start : (m,) tuple of str
        First day of the window of each.
    launches : (m,) array of int
        Launches in the window of each.
    chance : (m,) array of float
        Chance of at least one launch, by the rate before that event.
    overlapping_pairs : int
        Pairs of events whose windows share a day.
    separate_windows : int
        Windows left when those that share a day are merged.
    interval : (float, float)
        Exact limits of `rate`, as if it came from so many separate windows.
    """

    ids: tuple[str, ...] = field(repr=False)
    window_start: tuple[str, ...] = field(repr=False)
    launches: IntArray = field(repr=False)
    chance: FloatArray = field(repr=False)
    overlapping_pairs: int
    separate_windows: int
    interval: tuple[float, float]

    @property
    def n_events(self) -> int:
        """Number of events."""
        return self.launches.size

    @property
    def n_with_launch(self) -> int:
        """Events with at least one launch in their window."""
        return int((self.launches > 0).sum())

    @property
    def rate(self) -> float:
        """Share of the events with at least one launch in their window."""
        return self.n_with_launch / self.n_events

    @property
    def expected(self) -> float:
        """Mean chance of the events: the base rate if launches ignore them."""
        return float(self.chance.mean())

    @property
    def ratio(self) -> float:
        """Base rate over its expectation; NaN if no launch was to be expected."""
        return self.rate / self.expected if self.expected else math.nan

    def to_frame(self) -> pd.DataFrame:
        """One row per event."""
        return pd.DataFrame(
            {
                "event_id": self.ids,
                "window_start": pd.to_datetime(pd.Series(self.window_start)),
                "launches": self.launches,
                "chance": self.chance,
            }
        )

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """Make the base rate again from its part of `SurpriseResult.to_dict`."""
        low, high = stored["interval"]
        return cls(
            ids=tuple(stored["ids"]),
            window_start=tuple(stored["window_start"]),
            launches=decode_numbers(stored["launches"]),
            chance=decode_numbers(stored["chance"]).astype(np.float64),
            overlapping_pairs=stored["overlapping_pairs"],
            separate_windows=stored["separate_windows"],
            interval=(low, high),
        )


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class SurpriseResult(Result):
    """Result of `surprise`.

    Attributes
    ----------
    event : str
        Name, id or days of the event.
    window_start, window_end, history_start, history_end : str
        First and last day of each.
    window_days : int
    known_days : int
        Days of the window that the data cover; fewer in a forecast.
    observed : int or None
        Launches on the known days of the window; None where no day of it is known.
    history_days, history_launches : int
    expected : float
        Launches in the window at the rate of the history.
    probability : float
        Chance of at least one launch in the window at the even rate of the history.
    interval : (float, float)
        The chances at the exact limits of that rate; read by ``confidence_interval()``.
    clustered_probability : float
        Share of all windows of that length in the history with at least one launch.
    clustered_interval : (float, float)
        Exact limits, as if it came from `separate_windows` windows.
    separate_windows : int
        Windows of that length that fit side by side into the history.
    tail_probability : float or None
        Chance of at least as many launches as observed, at the even rate.
    tail_interval : (float, float) or None
        The same at the exact limits of the rate.
    pvalue : float or None
        Share of all rotations of the launches of history and window that put at least
        as many into the window. None unless the event was chosen before its outcome
        (``prespecified=True``) and its whole window is known.
    base_rate : BaseRate or None
        None where no calendar was given, or none of its events could be counted.
    warnings : tuple of str
    dropped : tuple of Dropped
    specification : Specification
    """

    title: ClassVar[str] = "Chance of a launch around one event"
    table_fields: ClassVar[tuple[str, ...]] = (
        "event", "window_start", "window_end", "window_days", "known_days", "observed",
        "expected", "probability", "clustered_probability", "separate_windows",
        "tail_probability", "pvalue", "history_start", "history_end", "history_days",
        "history_launches",
    )  # fmt: skip

    event: str
    window_start: str
    window_end: str
    history_start: str
    history_end: str
    window_days: int
    known_days: int
    observed: int | None
    history_days: int
    history_launches: int
    expected: float
    probability: float
    interval: tuple[float, float]
    clustered_probability: float
    clustered_interval: tuple[float, float]
    separate_windows: int
    tail_probability: float | None
    tail_interval: tuple[float, float] | None
    pvalue: float | None
    base_rate: BaseRate | None
    warnings: tuple[str, ...] = ()
    dropped: tuple[Dropped, ...] = field(repr=False)
    specification: Specification = field(repr=False)

    def confidence_interval(self) -> ConfidenceInterval:
        """Interval of `probability`; it holds if days are independent."""
        return ConfidenceInterval(*self.interval)

    def to_frame(self) -> pd.DataFrame:
        """One tidy row; the columns ``base_*`` hold the base rate."""
        # Explicit super(): `slots=True` makes the class anew and loses its closure.
        frame = Result.to_frame(self).replace({None: math.nan})
        for name in ("observed", "tail_probability", "pvalue"):
            frame[name] = frame[name].astype("float64")
        base = self.base_rate
        low, high = base.interval if base else (math.nan, math.nan)
        return frame.assign(
            base_events=base.n_events if base else 0,
            base_with_launch=base.n_with_launch if base else 0,
            base_rate=base.rate if base else math.nan,
            base_ci_low=low,
            base_ci_high=high,
            base_expected=base.expected if base else math.nan,
            base_separate_windows=base.separate_windows if base else 0,
        )

    def summary(self) -> str:
        """Plain words to quote."""
        level = self.specification.confidence_level
        days = f"{self.window_days} days"
        lines = [
            f"{self.event}: the {days} from {self.window_start} to {self.window_end}",
            self._observed_line(),
            f"{self.history_days} days before ({self.history_start} to "
            f"{self.history_end}): {self._launches(self.history_launches)}. At that "
            f"rate {self.expected:.2f} in {days} were to be expected.",
            f"At that rate {days} see at least one launch "
            f"{format_share(self.probability)} of the time "
            f"{_format_limits(self.interval, level)}.",
            f"Of all stretches of {days} in that time "
            f"{format_share(self.clustered_probability)} did "
            f"{_format_limits(self.clustered_interval, level)}, with room for "
            f"{self.separate_windows} side by side.",
            *self._tail_lines(),
            *self._base_lines(),
            *(f"Warning: {text}" for text in self.warnings),
            *format_dropped_lines(self.dropped),
        ]
        return "\n".join(lines)

    def _launches(self, count: int) -> str:
        one = {"day": "launch day", "event": "launch"}[self.specification.unit]
        many = {"day": "launch days", "event": "launches"}[self.specification.unit]
        return f"{count} {one if count == 1 else many}"

    def _observed_line(self) -> str:
        if self.observed is None:
            return "The data cover no day of it yet: this is a forecast."
        launches = self._launches(self.observed)
        if self.known_days < self.window_days:
            return (
                f"Seen: {launches} in the first {self.known_days} of these days; the "
                "data cover no more."
            )
        return f"Seen: {launches}."

    def _tail_lines(self) -> list[str]:
        lines = []
        if self.tail_probability is not None and (self.observed or 0) > 1:
            level = self.specification.confidence_level
            limits = _format_limits(self.tail_interval or (0.0, 1.0), level)
            lines.append(
                f"At least {self.observed} come {format_share(self.tail_probability)} "
                f"of the time at that rate {limits}."
            )
        if self.observed and self.pvalue is not None:
            lines.append(
                f"Chosen in advance: p = {format_p(self.pvalue)} for at least "
                f"{self._launches(self.observed)}, all rotations of the record of "
                "these and the days before being equally likely."
            )
        return lines

    def _base_lines(self) -> list[str]:
        base = self.base_rate
        if base is None:
            return []
        limits = _format_limits(base.interval, self.specification.confidence_level)
        return [
            f"Base rate: {base.n_with_launch} of {base.n_events} other events of this "
            f"kind saw at least one launch, {format_share(base.rate)} {limits}; the "
            f"rates before each of them give {format_share(base.expected)}.",
            f"Their windows make {base.separate_windows} separate ones (overlapping "
            f"pairs: {base.overlapping_pairs}); the interval counts these.",
        ]

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """Make the result again from `to_dict`.

        Raises
        ------
        ArgumentError
            If `stored` holds another kind of result.
        """
        own = ("clustered_interval", "tail_interval", "base_rate")
        decoded = decode_fields(stored, cls, skip=own)
        low, high = stored["clustered_interval"]
        tail, base = stored["tail_interval"], stored["base_rate"]
        decoded["clustered_interval"] = (low, high)
        decoded["tail_interval"] = None if tail is None else (tail[0], tail[1])
        decoded["base_rate"] = None if base is None else BaseRate.from_dict(base)
        return cls(**decoded)
