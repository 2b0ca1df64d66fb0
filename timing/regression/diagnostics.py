"""Diagnostics of a count regression: residuals, influence and a lead placebo."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from timing.arguments import check_choice, check_whole
from timing.association import Request
from timing.assumed import stated
from timing.controls import controls_in_words
from timing.errors import ArgumentError, EstimationError, NoContrastError
from timing.kernels.curves import counts
from timing.kernels.firth import LARGEST, maximise, null_directions, separated
from timing.kernels.intervals import cover_counts
from timing.kernels.pvalues import p_value
from timing.kernels.residuals import autocorrelations, ljung_box
from timing.panel import panel_of
from timing.regression.estimates import (
    FALLBACK,
    FIRTH,
    Estimate,
    Note,
    firth_profile,
    penalised,
    wald_at,
)
from timing.regression.fitting import FAMILIES, Fit, fit_family, pearson_residual
from timing.regression.rows import EXPOSED, Rows, design_rows, exposure_separated
from timing.regression.standard_errors import Errors, errors_of
from timing.results.diagnostics import DiagnosticsResult, Influence, Placebo

if TYPE_CHECKING:
    from collections.abc import Iterator

    from timing.controls import Controls
    from timing.grid import DayGrid
    from timing.inputs import Dates
    from timing.period import StudyPeriod, Window
    from timing.strata import Strata

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

_LEAD = "lead"


def diagnose(
    tests: Dates,
    calendar: Dates,
    *,
    period: StudyPeriod | None = None,
    window: Window | None = None,
    controls: Controls = (),
    family: Literal["poisson", "negative-binomial", "quasi-poisson"] = "poisson",
    cov: Literal["HAC", "robust", "cluster", "model"] = "HAC",
    maxlags: int | None = None,
    cluster: Strata = "month",
    unit: Literal["day", "event", "missile", "episode"] = "day",
    gap: int = 7,
    anchor: Literal["interval", "meeting", "start", "end", "announced"] = "interval",
    max_lag: int = 30,
    lead: int | None = None,
    confidence_level: float = 0.95,
) -> DiagnosticsResult:
    """Check a daily count regression: residuals, influence and a lead placebo.

    Parameters
    ----------
    tests, calendar, period, window, controls, family, cov, maxlags, cluster, unit, \
gap, anchor, confidence_level
        As in `count_regression`: pass what you passed there.
    max_lag : int, default 30
        Lags of the autocorrelation, in days.
    lead : int, optional
        Days before each window that the placebo takes; by default the length of the
        window around a one-day event.

    Returns
    -------
    DiagnosticsResult

    Raises
    ------
    SchemaError, EmptySelectionError, NoContrastError, ArgumentError
        As `permutation_test`; NoContrastError also if every day before a window is
        itself exposed, and ArgumentError if the fit has no more days than `max_lag`.
    EstimationError
        As `count_regression`, and where it has no finite estimate to diagnose.

    Warns
    -----
    FallbackWarning
        If the negative binomial model has no maximum.
    SeparationWarning
        If the placebo has no finite estimate; Firth's takes its place.

    Notes
    -----
    Residuals are those of Pearson, ``(y_t - mu_t) / sqrt(mu_t (1 + alpha mu_t))``. The
    null hypothesis of the Ljung-Box test is that they are independent; if they are not,
    model errors cannot be trusted, and HAC errors of few launches hardly. The bounds
    are ``z / sqrt(n)`` at each lag.

    Influence is that of an exact refit without the days that only one calendar event's
    window covers, or without one year; dispersion alpha is held fixed. Null hypothesis
    of the placebo: the days before the window have the rate of other unexposed days.
    Exposure cannot have caused what came before it, so that an effect there as large as
    that of the window says: a cause shared by both, or launches that move summits.

    References
    ----------
    Ljung, G. M. and Box, G. E. P. (1978). Biometrika 65:297-303.
    Belsley, D. A., Kuh, E. and Welsch, R. E. (1980). Regression Diagnostics. Wiley.

    Examples
    --------
    >>> import timing
    >>> checks = diagnose(
    ...     timing.load_tests(weapons=["ballistic", "cruise"]),
    ...     timing.load_calendar("us_president_visit_rok"),
    ...     period=timing.StudyPeriod("2012-01-01", "2026-08-20"),
    ...     window=timing.Window(before=7, after=7),
    ... )
    >>> checks.acf_frame().shape
    (30, 3)
    """
    period, window = stated(tests, period, window)
    check_choice("family", family, FAMILIES)
    check_whole("max_lag", max_lag, minimum=1)
    errors = errors_of(cov, maxlags, cluster)
    request = Request(
        period=period,
        window=window,
        anchor=anchor,
        unit=unit,
        gap=gap,
        alternative="two-sided",
        confidence_level=confidence_level,
    )
    grid = request.grid(tests, calendar)
    if lead is None:
        lead = window.before + window.after + 1
    check_whole("lead", lead, minimum=1)
    panel = panel_of(grid, controls)
    rows, dropped = design_rows(panel, "D")
    if max_lag >= rows.launches.size:
        msg = (
            f"`max_lag` is {max_lag}; it must be below the {rows.launches.size} days "
            "of the fit."
        )
        raise ArgumentError(msg)
    if exposure_separated(rows):
        msg = (
            "the exposure has no finite estimate to diagnose: given the controls, no "
            "event or every event is exposed."
        )
        raise EstimationError(msg)
    notes: list[Note] = []
    fit, used = fit_family(rows, family)
    if used != family:
        notes.append(FALLBACK)
    estimate = _wald(fit, rows, grid, errors, request, EXPOSED)
    residual = pearson_residual(fit, rows)
    correlation = autocorrelations(residual, rows.position, max_lag)
    statistic, above = ljung_box(correlation, residual.size)
    placebo, more = _placebo(panel, grid, lead, used, errors, request)
    notes += more
    for text, category in notes:
        warnings.warn(text, category, stacklevel=2)
    return DiagnosticsResult(
        rate_ratio=estimate["rate_ratio"],
        std_error=estimate["std_error"],
        interval=estimate["interval"],
        family=used,
        cov=errors.label,
        dispersion=fit.scale if used == "quasi-poisson" else fit.dispersion,
        pearson=float((residual**2).sum() / (residual.size - fit.params.size)),
        correlation=correlation,
        bound=float(special.ndtri(1 - request.level / 2) / np.sqrt(residual.size)),
        ljung_box=statistic,
        ljung_box_pvalue=p_value(above, 0.0, 1 - above, alternative="greater"),
        influence=tuple(
            _influence(rows, fit, kind, label, gone, estimate["std_error"])
            for kind, label, gone in _parts(rows, grid, window)
        ),
        placebo=placebo,
        n_obs=rows.launches.size,
        n_launches=grid.n_launches,
        exposed_days=grid.exposed_days,
        at_risk_days=grid.day.size,
        warnings=tuple(text for text, _ in notes),
        dropped=(*grid.dropped, *dropped),
        specification=request.specification(
            grid,
            method="diagnose",
            null="events are independent given exposure and "
            f"{controls_in_words(controls)}, in a log-linear model",
            controls=controls_in_words(controls),
            lead=f"{lead} days",
        ),
    )


def _wald(
    fit: Fit, rows: Rows, grid: DayGrid, errors: Errors, request: Request, name: str
) -> Estimate:
    at = list(rows.design.columns).index(name)
    covariance = errors.covariance(fit, rows, grid.day, "D")
    return wald_at(fit, covariance, at, request)


def _parts(
    rows: Rows, grid: DayGrid, window: Window
) -> Iterator[tuple[str, str, BoolArray]]:
    """Kind, label and rows of each part that is left out in turn."""
    spans = grid.intervals
    alone = (grid.cover == 1)[np.searchsorted(grid.day, rows.position)]
    outside = {
        event for note in grid.dropped if note.table == "calendar" for event in note.ids
    }
    for first, last, name in zip(
        spans.first - window.before, spans.last + window.after, spans.ids, strict=True
    ):
        inside = (rows.position >= first) & (rows.position <= last)
        if name not in outside:
            yield "calendar event", name, inside & alone
    years = rows.position.astype("datetime64[D]").astype("datetime64[Y]").astype(str)
    for year in np.unique(years):
        yield "year", str(year), years == year


def _influence(
    rows: Rows, fit: Fit, kind: str, label: str, gone: BoolArray, std_error: float
) -> Influence:
    at = list(rows.design.columns).index(EXPOSED)
    log_ratio = _refit(rows.select(~gone), fit, at) if gone.any() else fit.params[at]
    return Influence(
        kind=kind,
        label=label,
        days=int(gone.sum()),
        launches=int(rows.launches[gone].sum()),
        rate_ratio=float(np.exp(log_ratio)),
        change=float((log_ratio - fit.params[at]) / std_error),
    )


def _refit(rows: Rows, fit: Fit, at: int) -> float:
    """Log rate ratio of fewer rows, from the coefficients of all; NaN if not finite."""
    design = rows.design.to_numpy()
    controls = np.delete(design, at, axis=1)
    left = ~separated(controls, rows.launches > 0)
    rows, design = rows.select(left), design[left]
    if exposure_separated(rows):
        return float("nan")
    best = maximise(
        counts(rows.launches, fit.dispersion), design, rows.log_days, start=fit.params
    )
    log_ratio = float(best.params[at])
    # Columns of a year left out are all 0: their coefficients stay where they are.
    identified = not null_directions(best.information)[at].any()
    fine = identified and best.converged and abs(log_ratio) <= LARGEST
    return log_ratio if fine else float("nan")


def _placebo(
    panel: pd.DataFrame,
    grid: DayGrid,
    lead: int,
    family: str,
    errors: Errors,
    request: Request,
) -> tuple[Placebo, list[Note]]:
    """Effect of the `lead` days before each window, given that of the window."""
    begin = grid.intervals.first - request.window.before
    days = request.period.all_days
    near = cover_counts(begin - lead, begin - 1, origin=int(days[0]), n_days=days.size)
    before = (near[request.period.at_risk] > 0) & (grid.exposed == 0)
    if not before.any():
        msg = f"every day within `lead` ({lead}) days before a window is exposed."
        raise NoContrastError(msg)
    rows, _ = design_rows(
        panel.assign(**{_LEAD: before.astype(np.int64)}), "D", (EXPOSED, _LEAD)
    )
    notes: list[Note] = []
    if exposure_separated(rows):
        notes.append((f"lead placebo: {FIRTH[0]}", FIRTH[1]))
        profile, _ = firth_profile(rows, family, _LEAD, (EXPOSED, _LEAD))
        estimate, params = penalised(profile, request), profile.best.params
    else:
        fit, _ = fit_family(rows, family)
        estimate = _wald(fit, rows, grid, errors, request, _LEAD)
        params = fit.params
    beside = params[list(rows.design.columns).index(EXPOSED)]
    placebo = Placebo(
        lead=lead,
        n_days=int(before.sum()),
        count=int(grid.launches[before].sum()),
        rate_ratio=estimate["rate_ratio"],
        std_error=estimate["std_error"],
        pvalue=estimate["pvalue"],
        interval=estimate["interval"],
        exposed_rate_ratio=float(np.exp(beside)),
    )
    return placebo, notes
