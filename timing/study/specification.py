"""The study as declared: hypotheses, the variants of the first, and the checks."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from timing.period import StudyPeriod, Window
from timing.study.data import Curated

if TYPE_CHECKING:
    import pandas as pd

    from timing.kernels.pvalues import Alternative
    from timing.study.data import Data


MOST_LEVELS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One selection of data, one window, and one test.

    Attributes
    ----------
    label : str
    data : Data
        Tables that it selects from; the curated ones by default.
    categories : tuple of str
        Calendar categories; empty for all.
    without_journeys_of : tuple of str
        Categories whose journeys are left out: every calendar event that has its
        episode in common with one of them.
    classes : tuple of str
        Classes of the tests, such as weapons; empty for all.
    unit : {"day", "event", "episode"}
        What counts as a launch.
    before, after : int
        Window, in days.
    anchor : str
        What the window hangs on; see `timing.exposure`.
    start, end : str
        Study period.
    exclude : tuple of (start, end)
        Spans that leave the at-risk time.
    strata : str or None
        Time scale that the null holds fixed.
    alternative : {"two-sided", "greater", "less"}
    """

    label: str
    data: Data = field(default=Curated(), repr=False)
    categories: tuple[str, ...] = ()
    without_journeys_of: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    unit: Literal["day", "event", "episode"] = "day"
    before: int
    after: int
    anchor: Literal["interval", "meeting"] = "interval"
    start: str
    end: str
    exclude: tuple[tuple[str, str], ...] = ()
    strata: str | None = "month"
    alternative: Alternative = "two-sided"

    def to_dict(self) -> dict[str, Any]:
        """Return what is declared of the selection."""
        names = (f.name for f in dataclasses.fields(self))
        return {name: getattr(self, name) for name in names if name != "data"}

    @property
    def period(self) -> StudyPeriod:
        """Study period."""
        return StudyPeriod(self.start, self.end, self.exclude, zone=self.data.zone)

    @property
    def window(self) -> Window:
        """Window around each calendar event."""
        return Window(before=self.before, after=self.after)

    def tests(self) -> pd.DataFrame:
        """Select the tests."""
        return self.data.tests(self.classes)

    def calendar(self) -> pd.DataFrame:
        """Select the calendar events."""
        calendar = self.data.calendar(self.categories)
        if not self.without_journeys_of:
            return calendar
        left_out = self.data.calendar(self.without_journeys_of)["episode"]
        return calendar[~calendar["episode"].isin(left_out)]

    def calendar_in_period(self) -> pd.DataFrame:
        """Select the calendar events that share days with the period."""
        calendar = self.calendar()
        inside = calendar["end"].ge(self.start) & calendar["start"].le(self.end)
        return calendar[inside]

    def all_categories(self) -> tuple[str, ...]:
        """Name the categories selected; the `MOST_LEVELS` most frequent ones of all."""
        if self.categories:
            return self.categories
        counts = self.calendar()["category"].value_counts().sort_index()
        frequent = counts.sort_values(ascending=False, kind="stable")
        return tuple(sorted(frequent.index[:MOST_LEVELS]))

    def splits(self) -> tuple[str, ...]:
        """Name the columns by which a scan can split tests and calendar events.

        Category and class, where a column has at least two values and at most
        `MOST_LEVELS`, and only one of the tables has it.
        """
        tests, calendar = self.tests(), self.calendar()
        found = []
        for column in ("category", self.data.class_column):
            homes = [table for table in (tests, calendar) if column in table]
            levels = homes[0][column].nunique() if len(homes) == 1 else 0
            if 2 <= levels <= MOST_LEVELS:
                found.append(column)
        return tuple(found)


US_LED = Variant(
    label="US-led summits, the Trump-Kim meetings among them",
    categories=(
        "rok_us_summit",
        "us_japan_summit",
        "us_china_summit",
        "us_dprk_summit",
        "trilateral_us_rok_jp",
        "us_president_visit_rok",
        "us_president_visit_asia",
    ),
    classes=("ballistic", "cruise", "satellite", "nuclear"),
    before=7,
    after=7,
    start="2012-01-01",
    end="2026-08-20",
)
"""The real record of studies of methods and of speed, whatever a study declares."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hypothesis(Variant):
    """A selection that carries an expectation of its own.

    Attributes
    ----------
    name : str
        One word, for files and numbers.
    expected : {"more", "fewer"}
        Launches in the windows, if the hypothesis holds.
    why : str
    """

    name: str
    expected: Literal["more", "fewer"]
    why: str = ""

    @property
    def direction(self) -> Alternative:
        """Alternative of the one-sided test of the expectation."""
        return "greater" if self.expected == "more" else "less"


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """Hypotheses, the variants of the first, and what is checked beside them.

    Attributes
    ----------
    title, why : str
    hypotheses : tuple of Hypothesis
        The first is the primary one.
    variants : tuple of Variant
        Of the primary hypothesis; reported with p-values adjusted for their number.
    controls : tuple of tuple of str
        Control sets of the regressions.
    max_lag : int
        Lags of the superposed epochs.
    scales : tuple of str or None
        Time scales of the time-scale profile.
    scan_days : tuple of int
        Days before and after of the windows of the scan.
    scan_eras : tuple of (start, end)
        Periods of the scan beside the whole one.
    n_replicates : int
        Simulated data sets of each setting of size; a fifth of them for power.
    n_random_calendars : int
        Placebo calendars at random.
    seed : int
        Seed of every random step.
    reasons : tuple of (str, str)
        Why each part of the declaration says what it says.
    sources : tuple of (str, str)
        Where the user's own tables come from, and how they are read.
    """

    title: str
    why: str
    hypotheses: tuple[Hypothesis, ...]
    variants: tuple[Variant, ...]
    controls: tuple[tuple[str, ...], ...]
    max_lag: int
    scales: tuple[str | None, ...]
    scan_days: tuple[int, ...]
    scan_eras: tuple[tuple[str, str], ...]
    n_replicates: int
    n_random_calendars: int
    seed: int
    reasons: tuple[tuple[str, str], ...] = ()
    sources: tuple[tuple[str, str], ...] = ()

    @property
    def data(self) -> Data:
        """Tables of the study."""
        return self.primary.data

    @property
    def primary(self) -> Hypothesis:
        """The hypothesis that carries the answer."""
        return self.hypotheses[0]

    def to_dict(self) -> dict[str, Any]:
        """Return everything that the study declares, not the tables themselves."""
        declared = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        for name in ("hypotheses", "variants"):
            declared[name] = [variant.to_dict() for variant in declared[name]]
        return declared

    @property
    def sha256(self) -> str:
        """Hash of everything that the study declares."""
        declared = json.dumps(self.to_dict(), sort_keys=True)
        return hashlib.sha256(declared.encode()).hexdigest()
