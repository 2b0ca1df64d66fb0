"""Time-stratified case-crossover: launch days against other days of their stratum."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Literal

import numpy as np

from timing.advice import advise_errors
from timing.arguments import check_choice, check_whole
from timing.association import Request
from timing.assumed import stated
from timing.controls import controls_in_words, design_matrix
from timing.errors import ArgumentError, NoContrastError
from timing.kernels.exact import tail_p
from timing.panel import panel_of
from timing.regression.cells import LOGIT, POISSON, cells_of
from timing.regression.conditional_fit import UsedDays, fit_conditional
from timing.regression.score import check_design
from timing.results.case_crossover import CaseCrossoverResult
from timing.strata import Strata, strata_in_words, stratum_of

if TYPE_CHECKING:
    from timing.controls import Controls
    from timing.inputs import Dates
    from timing.period import StudyPeriod, Window

COVARIANCES = {LOGIT: ("model", "robust"), POISSON: ("model", "quasi", "robust", "HAC")}
_ONE_A_DAY = ("day", "episode")
_LAG_DAYS = 14


def case_crossover(
    tests: Dates,
    calendar: Dates,
    *,
    period: StudyPeriod | None = None,
    window: Window | None = None,
    strata: Strata = ("year", "month", "weekday"),
    controls: Controls = (),
    model: Literal["conditional-logit", "conditional-poisson"] = "conditional-logit",
    cov: Literal["model", "quasi", "robust", "HAC"] = "model",
    maxlags: int = _LAG_DAYS,
    unit: Literal["day", "event", "missile", "episode"] = "day",
    gap: int = 7,
    anchor: Literal["interval", "meeting", "start", "end", "announced"] = "interval",
    confidence_level: float = 0.95,
    equivalence_margin: float = 2.0,
) -> CaseCrossoverResult:
    """Compare launch days with the other days of the same stratum: a rate ratio.

    Parameters
    ----------
    tests, calendar, period, window, unit, gap, anchor, confidence_level, \
equivalence_margin
        As in `permutation_test`.
    strata : as in `randomization_test`
        A tuple crosses its parts; ``"month"`` is each month of each year, and
        ``"month_of_year"`` puts all Junes together.
    controls : sequence of str or Series, default ()
        As in `daily_panel`; each must vary within the strata.
    model : {"conditional-logit", "conditional-poisson"}
        The conditional logit is for launch days and episodes, at most one a day.
    cov : {"model", "quasi", "robust", "HAC"}
        The model's own errors; these times the square root of the Pearson dispersion
        (which may be below 1); clustered by stratum; Newey-West on the complete grid of
        days. Where launches come in runs "robust" errors with strata of a month or more
        are the least wrong: crossing with the weekday puts neighbouring days into
        different clusters, and residuals that sum to 0 in each stratum make Newey-West
        errors too small (``analyses/results/recovery_case_crossover.csv``). "quasi" and
        "HAC" are for the conditional Poisson model.
    maxlags : int, default 14
        Newey-West lags in days.

    Returns
    -------
    CaseCrossoverResult

    Raises
    ------
    SchemaError, EmptySelectionError, ArgumentError
        As `permutation_test`, or if `cov` is "robust" and one stratum alone has events.
    NoContrastError
        If no stratum is informative.
    EstimationError
        If a control is collinear, or constant within the strata; no convergence.

    Warns
    -----
    ClusteringWarning
        If `cov` is "model" and the launches cluster within the strata; from 20 launch
        days on.
    SeparationWarning
        Without controls, if the launches on exposed days are as few (or as many) as the
        strata allow. The answer is then exact, the rate ratio 0 or infinite.
    FallbackWarning
        With controls, if no finite estimate exists, by linear programming before the
        fit. Firth's penalised likelihood takes its place, with the interval and p-value
        of its profile.

    Notes
    -----
    Null hypothesis: exposure does not change the launch rate, given the stratum and the
    controls. Everything that is constant within a stratum is held fixed. With m of the
    days of a stratum launch days, the conditional logit is

    ``P(launch days) = exp(sum_launch eta_t) / sum_{all m days} exp(sum eta_t)``

    with ``eta_t = b x_t + controls``, all subsets counted; the conditional Poisson is

    ``P(y_1, ..., y_n | sum y) ~ prod_t (exp(eta_t) / sum_u exp(eta_u)) ^ y_t``.

    They are the same where m = 1, and close where launch days are rare. exp(b) is an
    odds ratio of days in the first, a rate ratio in the second. Strata without a launch
    or without both exposed and unexposed days are uninformative. Slopes of earlier
    launches (``"lagged_launches"``) are biased downwards: of a given total, launches
    before a day leave fewer for it.

    The exact p-value is that of the launches on exposed days given each stratum's
    total: hypergeometric in the logit, binomial in the Poisson model. It needs the
    launches of a stratum to be independent, as "model" errors do. On clustered launches
    `randomization_test` is the primary test.

    References
    ----------
    Maclure, M. (1991). Am. J. Epidemiol. 133:144-153.
    Lumley, T. and Levy, D. (2000). Environmetrics 11:689-704.
    Janes, H., Sheppard, L. and Lumley, T. (2005). Epidemiology 16:717-726 (strata).
    Armstrong, B., Gasparrini, A. and Tobias, A. (2014). BMC Med. Res. Methodol. 14:122
    (conditional Poisson, eq. 3).
    Gail, M., Lubin, J. and Rubinstein, L. (1981). Biometrika 68:703-707 (likelihood).
    Heinze, G. and Schemper, M. (2002). Stat. Med. 21:2409-2419 (separation).

    Examples
    --------
    >>> import timing
    >>> fit = case_crossover(
    ...     timing.load_tests(weapons=["ballistic", "cruise"]),
    ...     timing.load_calendar("us_president_visit_rok"),
    ...     period=timing.StudyPeriod("2012-01-01", "2024-12-31"),
    ...     window=timing.Window(before=7, after=7),
    ...     strata=("year", "month"),
    ... )
    >>> fit.n_strata
    156
    """
    period, window = stated(tests, period, window)
    check_choice("model", model, (LOGIT, POISSON))
    check_choice("cov", cov, COVARIANCES[POISSON])
    if cov not in COVARIANCES[model]:
        msg = (
            f"`cov` is {cov!r}, which the conditional logit does not have; it must be "
            "'model' or 'robust', or `model` 'conditional-poisson'."
        )
        raise ArgumentError(msg)
    check_whole("maxlags", maxlags, minimum=0)
    request = Request(
        period=period,
        window=window,
        anchor=anchor,
        unit=unit,
        gap=gap,
        alternative="two-sided",
        confidence_level=confidence_level,
        equivalence_margin=equivalence_margin,
    )
    grid = request.grid(tests, calendar)
    if model == LOGIT and unit not in _ONE_A_DAY:
        msg = (
            f"`unit` is {unit!r}, which counts more than one a day; it must be 'day' "
            "or 'episode', or `model` 'conditional-poisson'."
        )
        raise ArgumentError(msg)
    advise_errors(grid.launches, grid.day, cov=cov, controls=controls, strata=strata)
    stratum = stratum_of(grid.day, strata)
    panel = panel_of(grid, controls)
    columns = design_matrix(panel.drop(columns=["date", "launches", "n_events"]))
    cells = cells_of(grid.launches, grid.exposed, stratum, model)
    informative = cells.informative
    if not informative.any():
        msg = (
            "`strata` has none that holds events, days without, exposed days and "
            "unexposed days; use longer strata or another `window`."
        )
        raise NoContrastError(msg)
    null, count = cells.null(model), int(cells.count[informative].sum())
    rows = np.flatnonzero(cells.used[stratum])
    days = UsedDays(
        day=grid.day[rows],
        launches=grid.launches[rows],
        stratum=np.unique(stratum[rows], return_inverse=True)[1],
        design=columns.to_numpy(dtype=np.float64)[rows],
        names=[str(name) for name in columns.columns],
    )
    check_design(days.launches, days.stratum, days.design, days.names)
    fit = fit_conditional(
        days, null, count, request, model=model, cov=cov, maxlags=maxlags
    )
    for text, category in fit.notes:
        warnings.warn(text, category, stacklevel=2)
    alone = len(days.names) == 1
    given = strata_in_words(strata)
    return CaseCrossoverResult(
        **fit.estimate,
        **fit.coefficients,
        model=model,
        estimator=fit.estimator,
        exact_pvalue=(
            tail_p(null, count, alternative="two-sided") if alone else float("nan")
        ),
        dispersion=fit.dispersion,
        n_strata=cells.days.size,
        n_informative=int(informative.sum()),
        informative_launches=int(cells.launches[informative].sum()),
        informative_count=count,
        n_obs=rows.size,
        n_launches=grid.n_launches,
        exposed_days=grid.exposed_days,
        at_risk_days=grid.day.size,
        n_calendar_events=grid.n_calendar_events,
        cov=fit.cov,
        warnings=tuple(text for text, _ in fit.notes),
        dropped=grid.dropped,
        specification=request.specification(
            grid,
            method="case_crossover",
            null=f"within {given}, exposure does not change the event rate, given "
            f"{controls_in_words(controls)}",
            controls=controls_in_words(controls),
            strata=given,
        ),
    )
