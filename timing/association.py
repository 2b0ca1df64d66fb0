"""What the tests of association share: the data they see and the fields they report."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from timing._version import __version__
from timing.arguments import check_above, check_choice, check_share
from timing.errors import LowInformationWarning
from timing.grid import DayGrid, build_grid
from timing.kernels.exact import (
    Pmf,
    by_stratum,
    conditional_rate_ratio,
    detectable_rate_ratio,
    equivalence_p,
    rate_ratio_interval,
)
from timing.kernels.naive import shuffle_p
from timing.kernels.pvalues import ALTERNATIVES, Alternative
from timing.results import Specification
from timing.strata import Strata, stratum_of
from timing.uncertain import UNCERTAIN, DateUncertainty, Uncertain

if TYPE_CHECKING:
    from timing.inputs import Dates
    from timing.period import StudyPeriod, Window
    from timing.time_grid import TimeGrid

POWER = 0.8
"""Power at which every result states its minimum detectable rate ratio."""

MARGIN = 2.0
"""Rate ratios from 1/2 to 2 count as equivalent, unless the user says otherwise."""

_NAIVE_SEED = 0
"""Of the naive p-value where it must be drawn: a test's own numbers stay its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Arguments that all tests of association take, checked."""

    period: StudyPeriod
    window: Window
    anchor: str
    unit: str
    alternative: Alternative
    confidence_level: float
    gap: int = 7
    equivalence_margin: float = MARGIN

    def __post_init__(self) -> None:
        check_choice("alternative", self.alternative, ALTERNATIVES)
        check_share("confidence_level", self.confidence_level)
        check_above("equivalence_margin", self.equivalence_margin, limit=1.0)

    @property
    def level(self) -> float:
        """Error that the confidence level leaves."""
        return 1 - self.confidence_level

    def grid(
        self, tests: Dates, calendar: Dates, *, uncertain: Uncertain = "exclude"
    ) -> DayGrid:
        """Put launches and exposure on the days."""
        check_choice("uncertain", uncertain, UNCERTAIN)
        return build_grid(
            tests,
            calendar,
            period=self.period,
            window=self.window,
            anchor=self.anchor,
            unit=self.unit,
            gap=self.gap,
            keep_uncertain=uncertain != "exclude",
        )

    def specification(
        self, grid: DayGrid | TimeGrid, *, method: str, null: str, **options: str
    ) -> Specification:
        """Record the request and the data that it saw."""
        if self.unit == "episode":
            options["gap"] = f"{self.gap} days"
        if (
            isinstance(grid, DayGrid)
            and self.unit == "missile"
            and grid.events.missiles_unknown
        ):
            options["missiles_not_known"] = (
                f"{grid.events.missiles_unknown} events counted as one missile"
            )
        return Specification(
            method=method,
            null=null,
            period=str(self.period),
            window=str(self.window),
            anchor=self.anchor,
            unit=self.unit,
            alternative=self.alternative,
            confidence_level=self.confidence_level,
            tests_sha256=grid.tests_sha256,
            calendar_sha256=grid.calendar_sha256,
            version=__version__,
            options=options,
        )


LITTLE = 1 / 3
"""Informative share below which a result warns."""


def informative_share(grid: DayGrid, strata: Strata) -> float:
    """Share of the score's variance that is left when the strata are held fixed.

    ``sum_s E_s (1 - c_s / n_s) / sum_s E_s`` with E_s the expected launches on the c_s
    exposed of the n_s days of stratum s. Near 1 where exposure is a small part of each
    stratum, 0 where every stratum is wholly exposed or not at all.

    Warns
    -----
    LowInformationWarning
        If it is below one third.
    """
    left = total = 0.0
    for rows in by_stratum(stratum_of(grid.day, strata)):
        filled = float(grid.exposed[rows].mean())
        expected = float(grid.launches[rows].sum()) * filled
        total += expected
        left += expected * (1 - filled)
    share = left / total if total else 0.0
    warn_if_little(share)
    return share


def warn_if_little(share: float) -> None:
    """Warn if an informative share is below one third."""
    if share < LITTLE:
        msg = (
            f"exposure fills so much of the `strata` that {share:.0%} of the "
            "information is left; use a shorter `window` or longer `strata`."
        )
        warnings.warn(msg, LowInformationWarning, stacklevel=5)


def naive_p(grid: DayGrid, alternative: Alternative) -> float:
    """P-value of the plain shuffle of dates: exact where it can be counted."""
    return shuffle_p(
        grid.launches,
        grid.exposed_days,
        grid.count,
        alternative=alternative,
        rng=np.random.default_rng(_NAIVE_SEED),
    )


def count_fields(
    counts: Pmf, count: int, request: Request, *, midp: bool
) -> dict[str, Any]:
    """Fields that follow from the null distribution of the coincidence count."""
    alternative = request.alternative
    return {
        "expected_count": counts.mean,
        "conditional_rate_ratio": conditional_rate_ratio(counts, count),
        "interval": rate_ratio_interval(
            counts,
            count,
            confidence_level=request.confidence_level,
            alternative=alternative,
            midp=midp,
        ),
        "minimum_detectable_rate_ratio": detectable_rate_ratio(
            counts, power=POWER, level=request.level, alternative=alternative, midp=midp
        ),
        "equivalence_pvalue": equivalence_p(
            counts, count, margin=request.equivalence_margin
        ),
    }


def shared_fields(
    grid: DayGrid,
    request: Request,
    strata: Strata,
    *,
    uncertain: Uncertain,
    dates: DateUncertainty,
) -> dict[str, Any]:
    """Fields that do not depend on the null distribution."""
    return {
        "pvalue": dates.pvalue,
        "pvalue_range": (dates.low, dates.high),
        "uncertain": uncertain,
        "n_uncertain": grid.earliest.size,
        "count": float(grid.count),
        "naive_pvalue": naive_p(grid, request.alternative),
        "rate_ratio": grid.rate_ratio,
        "exposed_days": grid.exposed_days,
        "at_risk_days": grid.day.size,
        "n_launches": grid.n_launches,
        "n_calendar_events": grid.n_calendar_events,
        "informative_share": informative_share(grid, strata),
        "equivalence_margin": request.equivalence_margin,
        "alternative": request.alternative,
        "dropped": grid.dropped,
    }
