"""Poisson and negative binomial regression of launches on exposure and controls."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from scipy import special

from timing.arguments import check_choice, check_whole
from timing.association import POWER, Request
from timing.controls import controls_in_words
from timing.errors import FallbackWarning, SeparationWarning
from timing.kernels.pvalues import p_value
from timing.kernels.sandwich import newey_west
from timing.panel import panel_of
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
    from timing.grid import DayGrid
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
    unit: Literal["day", "event"] = "day",
    anchor: Literal["interval", "meeting", "start", "end", "announced"] = "interval",
    confidence_level: float = 0.95,
) -> CountRegressionResult:
    """Regress launch counts on exposure: a rate ratio with controls held fixed.

    Parameters
    ----------
    tests, calendar, period, window, unit, anchor, confidence_level
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
        alternative="two-sided",
        confidence_level=confidence_level,
    )
    grid = request.grid(tests, calendar)
    rows, dropped = design_rows(panel_of(grid, controls), freq)
    notes: list[str] = []

    if grid.count in (0, grid.n_launches):
        _warn(_SEPARATED, SeparationWarning, notes)
        estimate = _binomial(grid, request)
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
        estimate = _wald(fit.params[at], std_errors[at], naive_error, request)
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


_Estimate = dict[str, Any]


def _wald(
    log_ratio: float, std_error: float, naive_error: float, request: Request
) -> _Estimate:
    z = special.ndtri(1 - request.level / 2)
    return {
        "rate_ratio": float(np.exp(log_ratio)),
        "std_error": float(std_error),
        "pvalue": _normal_p(log_ratio / std_error),
        "naive_pvalue": _normal_p(log_ratio / naive_error),
        "interval": (
            float(np.exp(log_ratio - z * std_error)),
            float(np.exp(log_ratio + z * std_error)),
        ),
        "minimum_detectable_rate_ratio": float(
            np.exp((z + special.ndtri(POWER)) * std_error)
        ),
    }


def _normal_p(z: float) -> float:
    return p_value(special.ndtr(-z), 0.0, special.ndtr(z), alternative="two-sided")


def _binomial(grid: DayGrid, request: Request) -> _Estimate:
    """Exact answer where no launch, or every launch, is exposed.

    Given n launches, those on exposed days are binomial with odds
    ``rate_ratio * exposed days / unexposed days``.
    """
    n, share = grid.n_launches, grid.exposed_days / grid.day.size
    odds = share / (1 - share)
    none = grid.count == 0
    at_observed = (1 - share) ** n if none else share**n
    beyond = 1 - at_observed
    pvalue = p_value(
        beyond if none else 0.0,
        at_observed,
        0.0 if none else beyond,
        alternative="two-sided",
    )
    extreme = (request.level / 2) ** (1 / n)
    return {
        "rate_ratio": 0.0 if none else float("inf"),
        "std_error": float("nan"),
        "pvalue": pvalue,
        "naive_pvalue": pvalue,
        "interval": (
            (0.0, (1 - extreme) / extreme / odds)
            if none
            else (extreme / (1 - extreme) / odds, float("inf"))
        ),
        "minimum_detectable_rate_ratio": float("nan"),
    }
