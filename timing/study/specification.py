"""The study as declared: one primary test, and the variants reported beside it."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from timing.datasets import load_calendar, load_tests
from timing.period import StudyPeriod, Window

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One selection of data and one window.

    Attributes
    ----------
    label : str
    categories : tuple of str
        Calendar categories.
    weapons : tuple of str
        Weapon classes.
    before, after : int
        Window, in days.
    start, end : str
        Study period.
    exclude : tuple of (start, end)
        Spans that leave the at-risk time.
    anchor : str
        What the window hangs on; see `timing.exposure`.
    """

    label: str
    categories: tuple[str, ...]
    weapons: tuple[str, ...]
    before: int
    after: int
    start: str
    end: str
    exclude: tuple[tuple[str, str], ...] = ()
    anchor: Literal["interval", "meeting"] = "interval"

    @property
    def period(self) -> StudyPeriod:
        """Study period."""
        return StudyPeriod(self.start, self.end, self.exclude)

    @property
    def window(self) -> Window:
        """Window around each calendar event."""
        return Window(before=self.before, after=self.after)

    def tests(self) -> pd.DataFrame:
        """Select the tests."""
        return load_tests(weapons=self.weapons)

    def calendar(self) -> pd.DataFrame:
        """Select the calendar events."""
        return load_calendar(self.categories)


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """A primary variant, the others, and how the size of the tests is checked.

    Attributes
    ----------
    title : str
    primary : Variant
        Carries the answer.
    variants : tuple of Variant
        Reported beside it, with p-values adjusted for their number.
    controls : tuple of tuple of str
        Control sets of the regressions of the primary variant.
    max_lag : int
        Lags of the superposed epochs.
    scales : tuple of str or None
        Time scales of the time-scale profile.
    scan_days : tuple of int
        Days before and after of the windows of the scan.
    n_replicates : int
        Simulated data sets for each background of the size check.
    seed : int
        Seed of the size check, the only random step.
    """

    title: str
    primary: Variant
    variants: tuple[Variant, ...]
    controls: tuple[tuple[str, ...], ...]
    max_lag: int = 30
    scales: tuple[str | None, ...] = (
        None, "year", "half", "quarter", "month", "fortnight",
    )  # fmt: skip
    scan_days: tuple[int, ...] = (0, 1, 3, 7, 14, 21, 30)
    n_replicates: int = 1000
    seed: int = 20251028

    @property
    def sha256(self) -> str:
        """Hash of everything that the study declares."""
        declared = json.dumps(dataclasses.asdict(self), sort_keys=True)
        return hashlib.sha256(declared.encode()).hexdigest()


US_LED = (
    "rok_us_summit",
    "us_japan_summit",
    "us_china_summit",
    "us_dprk_summit",
    "trilateral_us_rok_jp",
    "us_president_visit_rok",
    "us_president_visit_asia",
)
MISSILES = ("ballistic", "cruise", "satellite", "nuclear")

_PRIMARY = Variant(
    label="US-led summits (primary)",
    categories=US_LED,
    weapons=MISSILES,
    before=7,
    after=7,
    start="2012-01-01",
    end="2026-08-20",
)


def _variant(label: str, **changes: object) -> Variant:
    return dataclasses.replace(_PRIMARY, label=label, **changes)  # type: ignore[arg-type]


PRIMARY = Study(
    title="Do North Korean weapons tests cluster around summits?",
    primary=_PRIMARY,
    variants=(
        _variant(
            "without the motivating case (Oct-Nov 2025)",
            exclude=(("2025-10-01", "2025-11-30"),),
        ),
        _variant("before only: 7 days to the end of the event", after=0),
        _variant("after only: the event to 7 days later", before=0),
        _variant("three days either side", before=3, after=3),
        _variant("fourteen days either side", before=14, after=14),
        _variant("windows around the days the leaders met", anchor="meeting"),
        _variant("ballistic missiles only", weapons=("ballistic",)),
        _variant("whole record, 1984 on", start="1984-01-01"),
        _variant(
            "ROK-US summits and presidents' visits to the ROK",
            categories=("rok_us_summit", "us_president_visit_rok"),
        ),
        _variant(
            "presidents' visits to the ROK",
            categories=("us_president_visit_rok",),
        ),
        _variant("Kim's summits with any leader", categories=("dprk_summit",)),
        _variant(
            "scheduled multilateral meetings",
            categories=("apec", "asean_eas", "g7", "g20", "unga_highlevel"),
        ),
        _variant(
            "negative control: US presidents' trips to other regions",
            categories=("us_president_visit_other",),
            end="2024-12-31",  # the official record of these trips ends here
        ),
    ),
    controls=(
        (),
        ("season", "weekday"),
        ("season", "weekday", "year"),
        ("weekday", "year", "season", "exercises", "anniversaries", "lagged_launches"),
        ("month", "weekday"),
    ),
)
"""The study that ``timing run`` runs."""
