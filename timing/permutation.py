"""Permutation tests of coincidence, with exact null distributions where there are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from timing.advice import advise, advise_repeats
from timing.arguments import check_choice, check_share, check_whole
from timing.association import Request, count_fields, shared_fields
from timing.assumed import stated
from timing.clock_times import clock_time_test
from timing.coincidence import STATISTICS, StatisticName, statistic_of
from timing.errors import ArgumentError
from timing.null_distribution import NullOfStatistic, null_of_statistic
from timing.nulls import CircularShift, NullModel, as_null
from timing.results import PermutationResult
from timing.sampling import Sampling
from timing.uncertain import Uncertain, p_over_dates

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from timing.inputs import Dates
    from timing.kernels.pvalues import Alternative
    from timing.period import StudyPeriod, Window

_MONTH_SHIFT = CircularShift(strata="month")


def permutation_test(
    tests: Dates,
    calendar: Dates,
    *,
    period: StudyPeriod | None = None,
    window: Window | None = None,
    null: NullModel | str = _MONTH_SHIFT,
    statistic: StatisticName = "count",
    unit: Literal["day", "event", "missile", "episode"] = "day",
    gap: int = 7,
    anchor: Literal["interval", "meeting", "start", "end", "announced"] = "interval",
    resolution: Literal["day", "time"] = "day",
    alternative: Alternative = "two-sided",
    midp: bool = False,
    uncertain: Uncertain = "exclude",
    n_resamples: int = 9999,
    precision: float | None = None,
    confidence_level: float = 0.95,
    equivalence_margin: float = 2.0,
    rng: np.random.Generator | int | None = None,
    n_jobs: int | None = None,
    progress: bool = True,
) -> PermutationResult:
    """Test whether launches fall on exposed days more, or less, often than by chance.

    Parameters
    ----------
    tests : DataFrame with a ``date`` column, or dates
        The events. A column ``test_id`` names them; where ``earliest`` and ``latest``
        differ the day is not known and the row is left out and reported.
    calendar : DataFrame with ``start`` and ``end`` columns (inclusive), or dates
        The calendar. A column ``zone`` says that the dates are local to a venue.
    period : StudyPeriod, optional
        At-risk days. By default the whole months from the first to the last event.
    window : Window, optional
        Days before and after each calendar event that count as exposed; by default
        seven and seven. What was assumed is printed with the result.
    null : NullModel or str, default CircularShift(strata="month")
        What is held fixed and what is exchangeable; see `timing.nulls`.
    statistic : str, default "count"
        ``"count"``: launches on exposed days. ``"trigger_rate"``: share of launches
        with a calendar event in the window, the count by launch. ``"precursor_rate"``:
        share of calendar events with a launch in the window. ``"mean_distance"``: mean
        days from a launch to the nearest calendar event, 0 within one, whatever the
        window; small where launches cluster. ``"max_profile"``: largest number of
        launches at one lag from the first days of the calendar events, over the lags
        ``-before`` to ``after``.
    unit : {"day", "event", "missile", "episode"}, default "day"
        Count days with at least one launch; test events; missiles (column
        ``n_missiles``; a blank counts as one and is reported); or episodes: launch days
        no more than `gap` days apart, counted on the first.
    gap : int, default 7
        For ``unit="episode"``.
    anchor : {"interval", "meeting", "start", "end", "announced"}
        What the window hangs on; see `exposure`.
    resolution : {"day", "time"}, default "day"
        ``"time"``: moments instead of days, for ``unit="event"`` and the count
        under `CircularShift` or `Uniform`. Launches without a clock time (a time in
        ``date``, or the column ``time``) are left out and reported; a calendar date
        without one is the whole local day. `window` may then be durations,
        ``Window("6h", 0)``.
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
        Draws from the null model where there is no exact distribution. Also: up to so
        many assignments of unknown days all are tried; beyond, ``"sample"`` draws so
        many and ``"bounds"`` searches.
    precision : float, optional
        Double the draws, up to a hundred times `n_resamples`, until the Monte Carlo
        standard error of the p-value is at most this.
    confidence_level : float, default 0.95
    equivalence_margin : float, default 2.0
        Rate ratios from its inverse to it count as equivalent to 1.
    rng : Generator, int or None
        For the draws.
    n_jobs : int, optional
        Processes for the draws; None honours joblib's context (``parallel_config``).
        The numbers do not depend on it.
    progress : bool, default True
        Show progress once the draws take longer than two seconds.

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
    ClusteringWarning
        If the launches cluster, or their rate moves slowly, in a way that `null` does
        not hold fixed; from 20 launch days on.
    LowInformationWarning
        If exposure fills too much of the strata for this window to be seen.
    PrecisionWarning
        If `precision` is not reached.
    InterruptedWarning
        If the draws are interrupted (Ctrl-C): the result rests on those done by then.

    Notes
    -----
    Null hypothesis: given what the null model holds fixed, the exchangeable
    arrangements of the launches are equally likely. The p-value is the exact
    probability of a statistic at least as large (as small), ties included; from n draws
    it is ``(k + 1) / (n + 1)``. It is never 0. Exact are: ``"count"`` and
    ``"trigger_rate"`` under `Uniform`, `CircularShift`, `LocalShift`, `IntervalJitter`
    and `YearShuffle`; ``"mean_distance"`` under the last four; and every statistic
    under `LocalShift` and ``CircularShift(None)``.

    How often each null model rejects a true null on seventeen simulated processes is in
    ``analyses/results/validity.md``: `Uniform` rejects too often where launches
    cluster, and those that hold nothing slow fixed where launches and calendar share a
    slow cause.

    In continuous time the count changes only where a launch meets an edge of a window:
    the shifts are measured exactly between these breakpoints, without bins.

    The rates are the coincidence rates of Donges et al. (2016, Eur. Phys. J. Spec. Top.
    225:471-487) with the calendar as series A and the launches as series B. They differ
    from CoinCalc and pyunicorn at the edges: here the window of a calendar event is cut
    at the ends of the period and of excluded spans, an event counts if its window holds
    an at-risk day, and none is trimmed; several calendar events on one day count each.
    Ties with the observed value count in full, where CoinCalc's surrogate tests leave
    them out.

    Under a Poisson model in which exposed days carry rho times the rate, the
    arrangements have conditional probabilities proportional to rho to the power of the
    count. The conditional rate ratio, its interval and the minimum detectable rate
    ratio rest on that, whatever the statistic; for `Uniform` with 0/1 days this is
    Fisher's non-central hypergeometric distribution, whose parameter is the odds ratio
    of a launch day. Where the count is drawn, so are these numbers. The equivalence
    p-value is the larger of two one-sided ones at the margins (Schuirmann 1987).

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

    With nothing else given, the result says what was assumed:

    >>> result = timing.permutation_test(["2025-10-12", "2025-11-07"], ["2025-10-29"])
    >>> print(result.specification.window)
    7 days before to 7 days after (assumed)
    """
    period, window = stated(tests, period, window)
    check_choice("statistic", statistic, STATISTICS)
    check_whole("n_resamples", n_resamples, minimum=1)
    if precision is not None:
        check_share("precision", precision)
    model = as_null(null)
    request = Request(
        period=period,
        window=window,
        anchor=anchor,
        unit=unit,
        gap=gap,
        alternative=alternative,
        confidence_level=confidence_level,
        equivalence_margin=equivalence_margin,
    )
    if check_choice("resolution", resolution, ("day", "time")) == "time":
        check_choice("uncertain", uncertain, ("exclude",))
        return clock_time_test(
            tests, calendar, request, model, statistic=statistic, midp=midp
        )
    grid = request.grid(tests, calendar, uncertain=uncertain)
    advise(grid.launches, grid.day, model)
    if isinstance(model, CircularShift) and model.strata is None:
        advise_repeats(grid.exposed)
    measured = statistic_of(statistic, grid, window)
    sampling = Sampling(
        n_resamples=n_resamples,
        precision=precision,
        rng=rng,
        n_jobs=n_jobs,
        progress=progress,
    )

    def null_of(launches: npt.NDArray[np.int64]) -> NullOfStatistic:
        return null_of_statistic(
            model,
            measured,
            launches,
            grid.exposed,
            grid.day,
            alternative=alternative,
            midp=midp,
            sampling=sampling,
        )

    found = null_of(grid.launches)
    if found.pvalue_error and uncertain in ("bounds", "sample") and grid.uncertain.size:
        msg = (
            f"`uncertain` is {uncertain!r}, which tries many days and needs an exact "
            f"null distribution; the {statistic} under `null` is drawn."
        )
        raise ArgumentError(msg)
    dates = p_over_dates(
        grid,
        lambda launches: null_of(launches).pvalue,
        halfway=found.pvalue,
        uncertain=uncertain,
        n_resamples=n_resamples,
        rng=rng,
    )
    return PermutationResult(
        **shared_fields(grid, request, model.held, uncertain=uncertain, dates=dates),
        **count_fields(found.counts, grid.count, request, midp=midp),
        statistic=found.observed,
        expected=found.expected,
        null_distribution=found.shown,
        pvalue_error=found.pvalue_error,
        specification=request.specification(
            grid,
            method="permutation_test",
            null=model.in_words(),
            statistic_name=statistic,
            pvalue_type=found.how,
            dates_tried=dates.tried,
        ),
    )
