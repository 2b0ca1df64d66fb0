"""The studentized score shift: the primary test of the study."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from timing.advice import advise_repeats
from timing.arguments import check_choice
from timing.association import POWER, Request, shared_fields
from timing.assumed import stated
from timing.controls import (
    Controls,
    control_columns,
    controls_in_words,
    design_matrix,
)
from timing.kernels.inversion import (
    detectable_by_score,
    equivalence_by_score,
    score_interval,
)
from timing.kernels.score import shift_p
from timing.regression.null_models import FAMILIES, null_regression
from timing.results import RandomizationResult, SampledNull
from timing.strata import Strata, strata_in_words, stratum_of
from timing.uncertain import Uncertain, p_over_dates

if TYPE_CHECKING:
    from timing.inputs import Dates
    from timing.kernels.pvalues import Alternative
    from timing.period import StudyPeriod, Window
    from timing.regression.score import Score

IntArray = npt.NDArray[np.int64]


def randomization_test(
    tests: Dates,
    calendar: Dates,
    *,
    period: StudyPeriod | None = None,
    window: Window | None = None,
    strata: Strata = "month",
    controls: Controls = (),
    family: Literal[
        "poisson",
        "quasi-poisson",
        "negative-binomial",
        "conditional-logit",
        "self-exciting",
    ] = "poisson",
    unit: Literal["day", "event", "missile", "episode"] = "day",
    gap: int = 7,
    anchor: Literal["interval", "meeting", "start", "end", "announced"] = "interval",
    alternative: Alternative = "two-sided",
    uncertain: Uncertain = "exclude",
    n_resamples: int = 9999,
    confidence_level: float = 0.95,
    equivalence_margin: float = 2.0,
    rng: np.random.Generator | int | None = None,
) -> RandomizationResult:
    """Test association by the studentized score at every shift of the calendar.

    Parameters
    ----------
    tests, calendar, period, window, unit, gap, anchor, alternative, uncertain, \
n_resamples, confidence_level, equivalence_margin, rng
        As in `permutation_test`.
    strata : str, Series, callable or None, default "month"
        Strata whose launch rates the null fits; everything slower than a stratum is
        held fixed. Names as in `CircularShift`.
    controls : sequence of str or Series, default ()
        Controls of the null rates within the strata: names (``"year"``, ``"half"``,
        ``"quarter"``, ``"month"``, ``"month_of_year"``, ``"season"``, ``"trend"``,
        ``"spline"``, ``"weekday"``, ``"exercises"``, ``"anniversaries"``,
        ``"elections"``, ``"lagged_launches"``) or named Series indexed by day.
    family : {"poisson", "quasi-poisson", "negative-binomial", "conditional-logit", \
"self-exciting"}, default "poisson"
        Model of the null rates. The negative binomial one gives days of high rate less
        weight; its dispersion is estimated. Where the launches are no more dispersed
        than Poisson ones (0/1 launch days never are, given their rate) the Poisson
        model takes its place, with a `FallbackWarning`. The self-exciting one takes out
        of the rates what earlier launches explain.

    Returns
    -------
    RandomizationResult

    Raises
    ------
    SchemaError, EmptySelectionError, NoContrastError, ArgumentError
        As `permutation_test`.
    EstimationError
        If controls are collinear or constant within the strata (they are named), or the
        null rates cannot be fitted.

    Warns
    -----
    LowInformationWarning
        If exposure fills too much of the strata for this window to be seen.
    RepeatingCalendarWarning
        If the calendar repeats itself, as weekends do: see the notes.
    FallbackWarning
        If a negative binomial model was asked for and no over-dispersion was found, or
        a self-exciting one and no launch excites another.

    Notes
    -----
    Null hypothesis: given the rate of each stratum (and the controls), the calendar's
    alignment with the launches is one of the equally likely circular shifts of the
    calendar over the at-risk days. Held fixed: the launches, and with them all their
    clustering; the calendar's own pattern; the rates of the strata. Everything slower
    than a stratum is taken out; everything faster counts as evidence. With mu_t the
    launches of the stratum of day t over its days,

    ``U(k) = sum_t (y_t - mu_t) x_{t+k}``,
    ``V(k) = sum_t mu_t x_{t+k} - sum_s mu_s c_s(k)^2 / n_s``,
    ``Z(k) = U(k) / sqrt(V(k))``, and 0 where V(k) = 0,

    where c_s(k) of the n_s days of stratum s are exposed at shift k. U is the score of
    the rate ratio in a Poisson model with stratum effects, V its conditional variance.
    p is the position of Z(0) among all N shifts; it is never below 1/N. Where V(0) = 0
    (each stratum with launches is exposed on all its days or on none) nothing can be
    learned: Z(0) = 0, p = 1, the estimate is NaN and the interval (0, inf).

    With controls, mu_t is the mean of a model with stratum effects and the controls,
    and V(k) takes out the weighted projection of the exposure on both, exactly at each
    shift. With variance mu_t (1 + alpha mu_t) (negative binomial; alpha = 0 is Poisson)
    ``r_t = (y_t - mu_t) / (1 + alpha mu_t)`` and ``w_t = mu_t / (1 + alpha mu_t)``,

    ``U(k) = sum_t r_t x_{t+k}``,
    ``V(k) = min over a, b of sum_t w_t (x_{t+k} - a_{s(t)} - b'z_t)^2``.

    alpha comes from the moments of the conditional Poisson fit, which do not depend on
    the number of strata; maximum likelihood with an effect for each month makes it too
    small. It sets the weights of the days, not the null hypothesis, and is held fixed
    for the interval.

    A self-exciting model has ``lambda_t = b_t + excitation`` (see `self_exciting`),
    whose base rate b_t exposure multiplies: with l the log-likelihood and I_t the
    information on lambda_t, ``r_t = b_t dl/dlambda_t`` and ``w_t = b_t^2 I_t``; the
    projection takes out base rates, controls, branching ratio and delay. A conditional
    logit model (0/1 launches, no controls) has the permutation variance of the count
    within strata; its parameter is the odds ratio of a launch day. The score of a
    quasi-Poisson model is that of the Poisson one: a constant factor changes no order.

    These are the null models of the whole suite: of `count_regression`, of
    `case_crossover` and `self_controlled` with their strata (a tuple of parts crosses
    them) and season as controls, of `event_study` with one test for each bin (`scan`
    adjusts for their number), and of `self_exciting`.

    A calendar that repeats itself comes back to where it is at many shifts, and the
    p-value cannot be small: over whole weeks that of Saturdays is never below 2/7.
    Shifts within months, ``permutation_test(null=CircularShift("month"))``, are the
    test for such calendars.

    The estimate is the rate ratio of the model with these strata and controls (for
    Poisson: the conditional model).
    The interval holds the ratios that the same test does not reject when mu_t is fitted
    with that ratio on the exposed days. The minimum detectable rate ratio takes the
    spread of the score from the shifts, so that it allows for clustering; it is an
    approximation.

    Size at 5 % (one-sided, 400 replicates, standard error 0.011; the script is
    ``analyses/size_misspecified.py``: launches excite later ones, 60 windows of 8 days
    in 13 years, launches and calendar share the cause named):

    ============================== ===== ======= ===================== ==========
    shared cause                   month quarter year + month_of_year  one stratum
    ============================== ===== ======= ===================== ==========
    none                           .050  .035    .030                  .028
    step of the rate, x8           .075  .065    .075                  .260
    season with a moving phase     .060  .115    .375                  .445
    moratorium of 500 days         .040  .053    .068                  .095
    latent rate, smooth, 180 days  .055  .050    .158                  .508
    latent rate, smooth, 60 days   .080  .168    .440                  .698
    latent rate, smooth, 20 days   .118  .388    .603                  .708
    latent rate, rough, 180 days   .068  .123    .335                  .663
    latent rate, rough, 20 days    .180  .413    .575                  .650
    ============================== ===== ======= ===================== ==========

    So month strata stay between .04 and .08 against seasons, eras and smooth causes of
    two months or slower, and fail where the shared cause moves as fast as the strata:
    no test of timing can tell a cause shared at the scale of the window from an effect.
    Quarter strata fail below half a year, additive year and month effects against
    anything that does not repeat each year. Power at a rate ratio of 2 without a shared
    cause: .85 by month, .89 by quarter.

    The same for every test of this package and of others, on seventeen processes, is in
    ``analyses/results/validity.md``.

    Coverage of the 95 % interval by month, on the real calendar
    (``analyses/validity/effects.py``, 500 records, standard error 0.010) at rate ratios
    of 0.5, 1.5, 2 and 3: .928, .954, .962 and .952 for independent launches,
    .948, .954, .946 and .956 where they excite later ones.

    References
    ----------
    Lotwick, H. W. and Silverman, B. W. (1982). J. R. Stat. Soc. B 44:406-413 (shifts).
    Armstrong, B. G. et al. (2014). BMC Med. Res. Methodol. 14:122 (estimate).

    Examples
    --------
    >>> import timing
    >>> result = timing.randomization_test(
    ...     ["2025-10-22", "2025-10-28", "2025-11-07"],
    ...     ["2025-10-29"],
    ...     period=timing.StudyPeriod("2025-10-01", "2025-11-30"),
    ...     window=timing.Window(before=1, after=1),
    ... )
    >>> result.count, round(result.expected_count, 2)
    (1.0, 0.19)
    """
    period, window = stated(tests, period, window)
    check_choice("family", family, FAMILIES)
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
    grid = request.grid(tests, calendar, uncertain=uncertain)
    advise_repeats(grid.exposed)
    stratum = stratum_of(grid.day, strata)
    columns = design_matrix(control_columns(controls, day=grid.day, events=grid.events))
    null = null_regression(family, grid, stratum, columns)

    def p_of(launches: IntArray) -> float:
        return _p(null.score_of(launches), alternative)

    score = null.score_of(grid.launches)
    scores = score.scores_at(1.0)
    dates = p_over_dates(
        grid,
        p_of,
        halfway=_p(score, alternative),
        uncertain=uncertain,
        n_resamples=n_resamples,
        rng=rng,
    )
    estimate = score.estimate()
    given = strata_in_words(strata)
    if len(columns.columns):
        given += f" and {controls_in_words(controls)}"
    return RandomizationResult(
        **shared_fields(grid, request, strata, uncertain=uncertain, dates=dates),
        statistic=float(scores[0]),
        expected=float(scores.mean()),
        expected_count=score.expected_count,
        conditional_rate_ratio=estimate,
        interval=score_interval(
            score.scores_at,
            estimate,
            confidence_level=confidence_level,
            alternative=alternative,
        ),
        null_distribution=SampledNull(samples=scores),
        pvalue_error=0.0,
        equivalence_pvalue=(
            equivalence_by_score(score.scores_at, margin=equivalence_margin)
            if score.deviation
            else 1.0
        ),
        minimum_detectable_rate_ratio=detectable_by_score(
            scores,
            score.launches,
            score.share,
            score.deviation,
            power=POWER,
            level=request.level,
            alternative=alternative,
        ),
        specification=request.specification(
            grid,
            method="randomization_test",
            null=(
                f"given the event rate of {given}{null.in_words}, the calendar could "
                "as well have been shifted by any number of days"
            ),
            controls=controls_in_words(controls),
            dates_tried=dates.tried,
            **null.options,
        ),
    )


def _p(score: Score, alternative: Alternative) -> float:
    """P-value of the unshifted score; 1 where nothing is left of the exposure."""
    if not score.deviation:
        return 1.0
    return shift_p(score.scores_at(1.0), alternative=alternative)
