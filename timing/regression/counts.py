"""Poisson and negative binomial regression of launches on exposure and controls."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Literal

import numpy as np

from timing.arguments import check_choice, check_whole
from timing.association import Request
from timing.controls import controls_in_words
from timing.errors import FallbackWarning, SeparationWarning
from timing.kernels.sandwich import newey_west
from timing.panel import panel_of
from timing.regression.estimates import exact_binomial, wald
from timing.regression.fitting import (
    Fit,
    Rows,
    design_rows,
    fit_negative_binomial,
    fit_poisson,
)
from timing.results import CountRegressionResult

if TYPE_CHECKING:
    from timing.controls import Controls
    from timing.inputs import Dates
    from timing.period import StudyPeriod, Window

FAMILIES = ("poisson", "negative-binomial")
COVARIANCES = ("HAC", "robust", "model")
_ROW_DAYS = {"D": 1, "W": 7}
_DEFAULT_LAG_DAYS = 14
_EXPOSED = "exposed"


def count_regression(
    tests: Dates,
    calendar: Dates,
    *,
    period: StudyPeriod,
    window: Window,
    controls: Controls = (),
    family: Literal["poisson", "negative-binomial"] = "poisson",
    freq: Literal["D", "W"] = "D",
    cov: Literal["HAC", "robust", "model"] = "HAC",
    maxlags: int | None = None,
    unit: Literal["day", "event", "missile", "episode"] = "day",
    gap: int = 7,
    anchor: Literal["interval", "meeting", "start", "end", "announced"] = "interval",
    confidence_level: float = 0.95,
    equivalence_margin: float = 2.0,
) -> CountRegressionResult:
    """Regress launch counts on exposure: a rate ratio with controls held fixed.

    Parameters
    ----------
    tests, calendar, period, window, unit, gap, anchor, confidence_level, \
equivalence_margin
        As in `permutation_test`.
    controls : sequence of str or Series, default ()
        As in `daily_panel`.
    family : {"poisson", "negative-binomial"}
        The negative binomial dispersion is estimated. Where the counts are no more
        dispersed than Poisson ones (0/1 counts never are) the Poisson model takes its
        place, with a `FallbackWarning`.
    freq : {"D", "W"}
        One row per at-risk day, or per week (Monday to Sunday); a week's exposure is
        the share of its at-risk days that are exposed, its offset the log of their
        number, and its controls the means over them.
    cov : {"HAC", "robust", "model"}
        Newey-West on the complete grid of days (weeks), heteroskedasticity-robust, or
        the model's own errors.
    maxlags : int, optional
        Newey-West lags in rows; 14 days by default.

    Returns
    -------
    CountRegressionResult

    Raises
    ------
    SchemaError, EmptySelectionError, NoContrastError, ArgumentError
        As `permutation_test`.
    EstimationError
        If the model cannot be fitted: collinear controls, no convergence.

    Warns
    -----
    SeparationWarning
        If no launch, or every launch, is exposed. The rate ratio is then 0 or infinite
        and the interval and p-value are exact (binomial) and without controls.
    FallbackWarning
        If the negative binomial model has no maximum.

    Notes
    -----
    Null hypothesis: exposure does not change the launch rate, given the controls and a
    log-linear model ``log E[y_t] = b x_t + controls``; the rate ratio is exp(b). Levels
    of a control without any launch are left out and reported: their rate is fitted
    as 0 whatever b is. On clustered launches with a shared season or era these p-values
    reject a true null far too often; `randomization_test` is the primary test.

    References
    ----------
    Newey, W. K. and West, K. D. (1987). Econometrica 55:703-708.

    Examples
    --------
    >>> import timing
    >>> tests = timing.load_tests(weapons=["ballistic", "cruise"])
    >>> calendar = timing.load_calendar("us_president_visit_rok")
    >>> fit = timing.count_regression(
    ...     tests,
    ...     calendar,
    ...     period=timing.StudyPeriod("2012-01-01", "2026-08-20"),
    ...     window=timing.Window(before=7, after=7),
    ...     controls=["season", "weekday"],
    ... )
    >>> fit.n_obs
    5346
    """
    check_choice("family", family, FAMILIES)
    check_choice("freq", freq, _ROW_DAYS)
    check_choice("cov", cov, COVARIANCES)
    if maxlags is None:
        maxlags = _DEFAULT_LAG_DAYS // _ROW_DAYS[freq]
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
    rows, dropped = design_rows(panel_of(grid, controls), freq)
    notes: list[str] = []

    if grid.count in (0, grid.n_launches):
        _warn(_SEPARATED, SeparationWarning, notes)
        estimate = exact_binomial(grid, request)
        used_family, dispersion = str(family), 0.0
        params: dict[str, float] = {}
        errors: dict[str, float] = {}
    else:
        fit, used_family = _fit(rows, family, notes)
        names = list(rows.design.columns)
        naive = np.linalg.inv(fit.information)
        covariance = naive
        if cov != "model":
            lags = maxlags if cov == "HAC" else 0
            covariance = newey_west(fit.scores, rows.position, fit.information, lags)
        std_errors = np.sqrt(np.diag(covariance))
        at = names.index(_EXPOSED)
        naive_error = np.sqrt(naive[at, at])
        estimate = wald(fit.params[at], std_errors[at], naive_error, request)
        dispersion = fit.dispersion
        params = dict(zip(names, fit.params.tolist(), strict=True))
        errors = dict(zip(names, std_errors.tolist(), strict=True))

    return CountRegressionResult(
        **estimate,
        params=params,
        std_errors=errors,
        dispersion=dispersion,
        n_obs=rows.launches.size,
        n_launches=grid.n_launches,
        exposed_days=grid.exposed_days,
        at_risk_days=grid.day.size,
        n_calendar_events=grid.n_calendar_events,
        family=used_family,
        cov=f"HAC({maxlags})" if cov == "HAC" else cov,
        warnings=tuple(notes),
        dropped=(*grid.dropped, *dropped),
        specification=request.specification(
            grid,
            method="count_regression",
            null="exposure does not change the launch rate, given "
            f"{controls_in_words(controls)}, in a log-linear model of independent or "
            "shortly correlated days",
            controls=controls_in_words(controls),
            freq=freq,
        ),
    )


_SEPARATED = (
    "no launch or every launch lies on an exposed day: the interval and p-value are "
    "exact (binomial) and take no controls"
)


def _warn(text: str, category: type[Warning], notes: list[str]) -> None:
    notes.append(text)
    warnings.warn(text, category, stacklevel=3)


def _fit(rows: Rows, family: str, notes: list[str]) -> tuple[Fit, str]:
    """Fit the family asked for, or Poisson where it fails; return the one used."""
    poisson = fit_poisson(rows)
    if family == "poisson":
        return poisson, family
    fit = fit_negative_binomial(rows)
    if fit is None:
        text = "no over-dispersion was found; the Poisson model took its place"
        _warn(text, FallbackWarning, notes)
        return poisson, "poisson"
    return fit, family
