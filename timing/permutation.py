"""Permutation tests of the coincidence count, with exact null distributions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from timing.arguments import check_choice, check_whole
from timing.association import POWER, Request, shared_fields
from timing.kernels.exact import (
    conditional_rate_ratio,
    detectable_rate_ratio,
    equivalence_p,
    rate_ratio_interval,
    tail_p,
)
from timing.nulls import CircularShift, NullModel, as_null
from timing.results import ExactNull, PermutationResult
from timing.uncertain import Uncertain, p_over_dates

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from timing.inputs import Dates
    from timing.kernels.pvalues import Alternative
    from timing.period import StudyPeriod, Window

STATISTICS = ("count",)

_MONTH_SHIFT = CircularShift(strata="month")


def permutation_test(
    tests: Dates,
    calendar: Dates,
    *,
    period: StudyPeriod,
    window: Window,
    null: NullModel | str = _MONTH_SHIFT,
    statistic: Literal["count"] = "count",
    unit: Literal["day", "event"] = "day",
    anchor: Literal["interval", "meeting", "start", "end", "announced"] = "interval",
    alternative: Alternative = "two-sided",
    midp: bool = False,
    uncertain: Uncertain = "exclude",
    n_resamples: int = 9999,
    confidence_level: float = 0.95,
    equivalence_margin: float = 2.0,
    rng: np.random.Generator | int | None = None,
) -> PermutationResult:
    """Test whether launches fall on exposed days more, or less, often than by chance.

    Parameters
    ----------
    tests : DataFrame with a ``date`` column, or dates
        The events. A column ``test_id`` names them; where ``earliest`` and ``latest``
        differ the day is not known and the row is left out and reported.
    calendar : DataFrame with ``start`` and ``end`` columns (inclusive), or dates
        The calendar. A column ``zone`` says that the dates are local to a venue.
    period : StudyPeriod
        At-risk days.
    window : Window
        Days before and after each calendar event that count as exposed.
    null : NullModel or str, default CircularShift(strata="month")
        What is held fixed and what is exchangeable; see `timing.nulls`.
    statistic : {"count"}
        Launches on exposed days.
    unit : {"day", "event"}, default "day"
        Count days with at least one launch, or test events.
    anchor : {"interval", "meeting", "start", "end", "announced"}
        What the window hangs on; see `exposure`.
    alternative : {"two-sided", "greater", "less"}
        Two-sided p-values are twice the smaller tail.
    midp : bool, default False
        Count the probability of the observed value half.
    uncertain : {"exclude", "midpoint", "bounds", "sample"}
        Test events of unknown day (``earliest`` before ``latest``): leave them out and
        report them; put them on the day halfway; give the range of p over all their
        possible days (`pvalue_range`; the other numbers are those of the day halfway);
        or average p over their days, each day of a span equally likely.
    n_resamples : int, default 9999
        Up to so many assignments of unknown days all are tried; beyond, ``"sample"``
        draws so many and ``"bounds"`` searches. The null models of this version are
        exact and draw nothing.
    rng : Generator, int or None
        For these draws.
    confidence_level : float, default 0.95

    Returns
    -------
    PermutationResult

    Raises
    ------
    SchemaError, EmptySelectionError
        If a table breaks its rules or nothing is left to test.
    NoContrastError
        If no at-risk day is exposed, or all are.
    ArgumentError
        If an argument breaks its rule.

    Warns
    -----
    LowInformationWarning
        If exposure fills too much of the strata for this window to be seen.

    Notes
    -----
    Null hypothesis: given what the null model holds fixed, the exchangeable
    arrangements of the launches are equally likely. The p-value is the exact
    probability of a count at least as large (as small), ties included, and never 0.

    Under a Poisson model in which exposed days carry rho times the rate, the
    arrangements have conditional probabilities proportional to rho to the power of the
    count. The conditional rate ratio, its interval and the minimum detectable rate
    ratio rest on that; for `Uniform` with 0/1 days this is Fisher's non-central
    hypergeometric distribution, whose parameter is the odds ratio of a launch day.

    References
    ----------
    Lotwick, H. W. and Silverman, B. W. (1982). J. R. Stat. Soc. B 44:406-413.

    Examples
    --------
    >>> import timing
    >>> result = timing.permutation_test(
    ...     ["2025-10-22", "2025-10-28", "2025-11-07"],
    ...     ["2025-10-29"],
    ...     period=timing.StudyPeriod("2025-10-01", "2025-11-30"),
    ...     window=timing.Window(before=1, after=1),
    ...     alternative="greater",
    ...     null="uniform",
    ... )
    >>> result.statistic, round(result.pvalue, 3)
    (1.0, 0.143)
    """
    check_choice("statistic", statistic, STATISTICS)
    check_whole("n_resamples", n_resamples, minimum=1)
    model = as_null(null)
    request = Request(
        period=period,
        window=window,
        anchor=anchor,
        unit=unit,
        alternative=alternative,
        confidence_level=confidence_level,
        equivalence_margin=equivalence_margin,
    )
    grid = request.grid(tests, calendar, uncertain=uncertain)

    pmf = model.distribution(grid.launches, grid.exposed, grid.day)

    def p_of(launches: npt.NDArray[np.int64]) -> float:
        null = model.distribution(launches, grid.exposed, grid.day)
        count = int(launches @ grid.exposed)
        return tail_p(null, count, alternative=alternative, midp=midp)

    dates = p_over_dates(
        grid,
        p_of,
        halfway=tail_p(pmf, grid.count, alternative=alternative, midp=midp),
        uncertain=uncertain,
        n_resamples=n_resamples,
        rng=rng,
    )
    return PermutationResult(
        **shared_fields(grid, request, model.strata, uncertain=uncertain, dates=dates),
        statistic=float(grid.count),
        expected=pmf.mean,
        expected_count=pmf.mean,
        conditional_rate_ratio=conditional_rate_ratio(pmf, grid.count),
        interval=rate_ratio_interval(
            pmf,
            grid.count,
            confidence_level=confidence_level,
            alternative=alternative,
            midp=midp,
        ),
        null_distribution=ExactNull(support=pmf.support, probability=pmf.probability),
        pvalue_error=0.0,
        equivalence_pvalue=equivalence_p(pmf, grid.count, margin=equivalence_margin),
        minimum_detectable_rate_ratio=detectable_rate_ratio(
            pmf, power=POWER, level=request.level, alternative=alternative, midp=midp
        ),
        specification=request.specification(
            grid,
            method="permutation_test",
            null=model.in_words(),
            statistic=statistic,
            pvalue_type="mid-p" if midp else "exact",
            dates_tried=dates.tried,
        ),
    )
