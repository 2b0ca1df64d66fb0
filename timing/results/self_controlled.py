"""Result of the self-controlled case series."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Self

import pandas as pd

from timing.results.base import (
    decode_fields,
    format_interval,
    format_p,
    format_ratio,
)
from timing.results.regression import RegressionResult

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def decode_record(stored: Mapping[str, Any], *, texts: Iterable[str]) -> dict[str, Any]:
    """Turn stored numbers back from text, but for the fields that are `texts`."""
    words = set(texts)
    return {
        name: float(value) if isinstance(value, str) and name not in words else value
        for name, value in stored.items()
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class JointTest:
    """A test of several effects at once.

    Attributes
    ----------
    name : str
    null : str
        The null hypothesis in words.
    statistic : float
    df : int
        Degrees of freedom; 0 where there is nothing to test, and p is 1.
    pvalue : float
    """

    name: str
    null: str
    statistic: float
    df: int
    pvalue: float

    def line(self) -> str:
        """One line of a summary."""
        return (
            f"{self.null}: chi-square {self.statistic:.2f} on {self.df} df, "
            f"p = {format_p(self.pvalue)}"
        )

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """Make the test again."""
        return cls(**decode_record(stored, texts=("name", "null")))


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowEffect:
    """Relative incidence in one window.

    Attributes
    ----------
    window : str
    level : str
        Level of the interaction; ``"all"`` for the model without it.
    first_day, last_day : int
        Offsets from the calendar event.
    rate_ratio : float
        Rate in the window over the rate outside all windows; NaN where no stratum
        says anything of it.
    std_error : float
        Of the log rate ratio; NaN where the answer is exact.
    ci_low, ci_high, pvalue : float
    launches, days : int
    method : str
        ``"wald"`` or ``"exact"``.
    """

    window: str
    level: str
    first_day: int
    last_day: int
    rate_ratio: float
    std_error: float
    ci_low: float
    ci_high: float
    pvalue: float
    launches: int
    days: int
    method: str

    def line(self, level: float) -> str:
        """One line of a summary, for a confidence level."""
        name = self.window if self.level == "all" else f"{self.window}, {self.level}"
        return (
            f"  {name} ({self.first_day:+d} to {self.last_day:+d}): "
            f"{format_ratio(self.rate_ratio)}, "
            f"{format_interval(self.ci_low, self.ci_high, level)}, "
            f"p = {format_p(self.pvalue)}; {self.launches} events on {self.days} "
            f"days{' (exact)' if self.method == 'exact' else ''}"
        )

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """Make the effect again."""
        return cls(**decode_record(stored, texts=("window", "level", "method")))


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class SelfControlledResult(RegressionResult):
    """Result of `self_controlled`.

    The fields of `RegressionResult` refer to the primary window; `n_obs` and the days
    are those of all subjects.

    Attributes
    ----------
    primary : str
        Name of the primary window.
    effects : tuple of WindowEffect
        All windows, and then each window at each level of the interaction.
    joint_tests : tuple of JointTest
        Likelihood-ratio tests: all windows, the windows before the event (``"pre"``),
        no interaction.
    overlap_days : int
        At-risk days in the windows of more than one calendar event.
    n_strata, n_informative : int
        Subjects (strata), and those with a launch.
    """

    title: ClassVar[str] = "Self-controlled case series"
    table_fields: ClassVar[tuple[str, ...]] = (
        "primary", *RegressionResult.table_fields,
    )  # fmt: skip

    primary: str
    effects: tuple[WindowEffect, ...] = field(repr=False)
    joint_tests: tuple[JointTest, ...] = field(repr=False)
    overlap_days: int
    n_strata: int
    n_informative: int

    def effect(self, window: str, level: str = "all") -> WindowEffect:
        """Effect of one window, at one level of the interaction."""
        found = {(e.window, e.level): e for e in self.effects}
        return found[window, level]

    def joint_test(self, name: str) -> JointTest | None:
        """One joint test: ``"windows"``, ``"pre"`` or ``"interaction"``."""
        return {test.name: test for test in self.joint_tests}.get(name)

    def to_frame(self) -> pd.DataFrame:
        """One row per window, and per window and level of the interaction."""
        return pd.DataFrame([asdict(effect) for effect in self.effects])

    def _title_line(self) -> str:
        return f"{self.title}; first the window {self.primary!r}"

    def _model_lines(self) -> list[str]:
        level = self.specification.confidence_level
        has_pre = self.joint_test("pre") is not None
        return [
            "Relative incidence in each window:",
            *(effect.line(level) for effect in self.effects),
            *(test.line() for test in self.joint_tests),
            "Assumption that events do not change later calendar events: "
            + (
                "checked by the window before them"
                if has_pre
                else "not checked; add a window before the events"
            ),
            f"Strata: {self.n_strata}, {self.n_informative} with events; "
            f"{self.overlap_days} days lie in the windows of several events",
        ]

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """Make the result again from `to_dict`."""
        maps = ("params", "std_errors")
        decoded = decode_fields(stored, cls, skip=(*maps, "effects", "joint_tests"))
        for name in maps:
            decoded[name] = {k: float(v) for k, v in stored[name].items()}
        decoded["effects"] = tuple(map(WindowEffect.from_dict, stored["effects"]))
        decoded["joint_tests"] = tuple(map(JointTest.from_dict, stored["joint_tests"]))
        return cls(**decoded)
