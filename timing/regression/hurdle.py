"""Hurdle regression: whether a day has a launch, then how large the salvo is."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from timing.advice import advise_errors
from timing.arguments import check_choice
from timing.association import Request
from timing.assumed import stated
from timing.controls import controls_in_words
from timing.errors import EstimationError, FallbackWarning, SeparationWarning
from timing.kernels.curves import CurveOf, counts, launch_days, truncated_counts
from timing.kernels.firth import Maximum, maximise, profile_of, separated
from timing.panel import panel_of
from timing.regression.estimates import (
    FIRTH,
    PENALISED,
    Estimate,
    Note,
    check_penalised,
    coefficients,
    penalised,
    wald_at,
)
from timing.regression.fitting import Fit, profile_dispersion, usable
from timing.regression.rows import (
    EXPOSED,
    Rows,
    design_rows,
    exposure_separated,
    null_start,
)
from timing.regression.standard_errors import Errors, errors_of
from timing.results.regression import HurdleRegressionResult, SizeEffect

if TYPE_CHECKING:
    import pandas as pd

    from timing.controls import Controls
    from timing.grid import DayGrid
    from timing.inputs import Dates
    from timing.period import StudyPeriod, Window
    from timing.results import Dropped
    from timing.strata import Strata

FloatArray = npt.NDArray[np.float64]

LINKS = ("cloglog", "log")
SIZE_FAMILIES = ("negative-binomial", "poisson")
UNITS = ("missile", "event")
_STEP = 1e-3
"""Step of the differences by the log dispersion."""

_SIZE_FALLBACK: Note = (
    "salvo size: no negative binomial maximum was found; the Poisson took its place",
    FallbackWarning,
)
_SIZE_UNKNOWN: Note = (
    "salvo size: no event day, or every one, is exposed; nothing can be learned",
    SeparationWarning,
)
_SIZE_FIRTH: Note = (
    "salvo size: no finite maximum-likelihood estimate exists (all salvos of a cell "
    "are single); Firth's penalised likelihood took its place",
    SeparationWarning,
)


def hurdle_regression(
    tests: Dates,
    calendar: Dates,
    *,
    period: StudyPeriod | None = None,
    window: Window | None = None,
    controls: Controls = (),
    size_controls: Controls | None = None,
    link: Literal["cloglog", "log"] = "cloglog",
    size_family: Literal["negative-binomial", "poisson"] = "negative-binomial",
    cov: Literal["HAC", "robust", "cluster", "model"] = "HAC",
    maxlags: int | None = None,
    cluster: Strata = "month",
    unit: Literal["missile", "event"] = "missile",
    anchor: Literal["interval", "meeting", "start", "end", "announced"] = "interval",
    confidence_level: float = 0.95,
    equivalence_margin: float = 2.0,
) -> HurdleRegressionResult:
    """Regress launch days on exposure, and the size of a salvo given a launch day.

    Parameters
    ----------
    tests, calendar, period, window, anchor, cov, maxlags, cluster, confidence_level, \
equivalence_margin
        As in `count_regression`.
    controls : sequence of str or Series, default ()
        Controls of the launch days, as in `daily_panel`.
    size_controls : sequence of str or Series, optional
        Controls of the size; those of the launch days by default.
    link : {"cloglog", "log"}
        ``"cloglog"``: the effect is a ratio of launch *rates*; ``"log"``: a ratio of
        the *chances* that a day is a launch day. They are close where launch days are
        rare. The log link may have no maximum; Firth's answer to its separation takes
        the 0/1 days as Poisson counts.
    size_family : {"negative-binomial", "poisson"}
        Distribution of the size before truncation at 1. Where the negative binomial
        has no maximum the Poisson takes its place, with a `FallbackWarning`.
    unit : {"missile", "event"}
        What a salvo counts: missiles (column ``n_missiles``) or test events of a day.

    Returns
    -------
    HurdleRegressionResult
        `rate_ratio` is that of the launch days; `size` holds that of the size.

    Raises
    ------
    SchemaError, EmptySelectionError, NoContrastError, ArgumentError
        As `permutation_test`.
    EstimationError
        If a part cannot be fitted, or every salvo is single.

    Warns
    -----
    ClusteringWarning
        If `cov` is "model" and the launches cluster, or their rate moves slowly and no
        control is of time; from 20 launch days on.
    SeparationWarning
        If a part has no finite estimate: Firth's takes its place, or NaN for the size
        where no launch day, or every one, is exposed.
    FallbackWarning
        If the negative binomial size has no maximum.

    Notes
    -----
    Null hypothesis of the first part: exposure does not change the launch rate, given
    the controls, in ``log(-log(1 - P(y_t > 0))) = b x_t + controls``, the chance of at
    least one launch of a Poisson process whose rate ratio is exp(b) (with the log link
    ``log P(y_t > 0)``). Of the second: given a launch day, exposure does not change the
    size, ``P(y_t = y) = f(y; mu_t, alpha) / (1 - f(0; mu_t, alpha))`` with ``log mu_t =
    c x_t + controls``; exp(c) is the ratio of untruncated means, farther from 1 than
    that of mean sizes. The likelihood is the product of both parts, so that they are
    fitted one by one. Errors are those of the observed information, in which the
    dispersion alpha counts as estimated, or its sandwich forms.

    References
    ----------
    Mullahy, J. (1986). J. Econometrics 33:341-365.
    Zeileis, A., Kleiber, C. and Jackman, S. (2008). J. Stat. Softw. 27(8).

    Examples
    --------
    >>> import timing
    >>> fit = hurdle_regression(
    ...     timing.load_tests(weapons=["ballistic", "cruise"]),
    ...     timing.load_calendar("us_president_visit_rok"),
    ...     period=timing.StudyPeriod("2012-01-01", "2026-08-20"),
    ...     window=timing.Window(before=7, after=7),
    ...     controls=["season", "year"],
    ... )
    >>> fit.size.n_exposed + fit.size.n_unexposed == fit.n_launches
    True
    """
    period, window = stated(tests, period, window)
    check_choice("link", link, LINKS)
    check_choice("size_family", size_family, SIZE_FAMILIES)
    check_choice("unit", unit, UNITS)
    errors = errors_of(cov, maxlags, cluster)
    request = Request(
        period=period,
        window=window,
        anchor=anchor,
        unit=unit,
        alternative="two-sided",
        confidence_level=confidence_level,
        equivalence_margin=equivalence_margin,
    )
    grid = request.grid(tests, calendar)
    advise_errors(grid.launches, grid.day, cov=cov, controls=controls)
    if grid.launches.max() == 1:
        msg = "`tests` has single events only: there is no size to model."
        raise EstimationError(msg)
    notes: list[Note] = []
    rows, dropped = design_rows(_any_launch(panel_of(grid, controls)), "D")
    curve_of = launch_days(rows.launches, link)
    names = list(rows.design.columns)
    nothing = rows.launches == 0
    if separated(rows.design.to_numpy(), np.zeros(nothing.size, bool), nothing).any():
        notes.append(FIRTH)
        label, estimator = PENALISED, "Firth"
        if link == "log":  # the penalty has no maximum where a chance may reach 1
            curve_of = counts(rows.launches)
        estimate, params, covariance = _penalised(curve_of, rows, request)
    else:
        label, estimator = errors.label, "maximum likelihood"
        best = _fitted(curve_of, rows, "event days")
        fit = _fit_of(best, rows)
        estimate, covariance = _wald(fit, rows, grid, errors, request)
        params = best.params
    size, more, size_dropped = _size(
        grid,
        controls if size_controls is None else size_controls,
        size_family,
        errors,
        request,
    )
    notes += more
    for text, category in notes:
        warnings.warn(text, category, stacklevel=2)
    return HurdleRegressionResult(
        **estimate,
        **coefficients(names, params, covariance),
        link=link,
        estimator=estimator,
        size=size,
        n_obs=rows.launches.size,
        n_launches=int((grid.launches > 0).sum()),
        exposed_days=grid.exposed_days,
        at_risk_days=grid.day.size,
        n_calendar_events=grid.n_calendar_events,
        cov=label,
        warnings=tuple(text for text, _ in notes),
        dropped=(*grid.dropped, *dropped, *size_dropped),
        specification=request.specification(
            grid,
            method="hurdle_regression",
            null="exposure does not change the rate of event days, given "
            f"{controls_in_words(controls)}, nor the size of a salvo",
            controls=controls_in_words(controls),
            size_controls=controls_in_words(
                controls if size_controls is None else size_controls
            ),
        ),
    )


def _any_launch(panel: pd.DataFrame) -> pd.DataFrame:
    return panel.assign(launches=(panel["launches"] > 0).astype(int))


def _fitted(curve_of: CurveOf, rows: Rows, part: str) -> Maximum:
    best = maximise(
        curve_of, rows.design.to_numpy(), rows.log_days, start=null_start(rows)
    )
    if not usable(best):
        msg = f"the model of {part} did not converge; use fewer `controls`."
        raise EstimationError(msg)
    return best


def _fit_of(best: Maximum, rows: Rows, dispersion: float = 0.0) -> Fit:
    """Scores and observed information of a maximum."""
    design = rows.design.to_numpy()
    return Fit(
        params=best.params,
        scores=design * best.curve.score[:, None],
        information=np.einsum("ti,tj->ij", design * best.curve.bend[:, None], design),
        dispersion=dispersion,
    )


def _with_dispersion(fit: Fit, rows: Rows) -> Fit:
    """Border scores and information by those of the log dispersion of the size."""
    design, y = rows.design.to_numpy(), rows.launches
    linear = np.einsum("tj,j->t", design, fit.params)

    def at(step: float) -> tuple[FloatArray, FloatArray]:
        """Log-likelihood and score of each row at a log dispersion nearby."""
        alpha = fit.dispersion * np.exp(step)
        curve = truncated_counts(y, alpha)(linear)
        k = np.arange(y.max())
        own = np.where(k < y[:, None], np.log1p(alpha * k), 0.0).sum(axis=1)
        return curve.terms + own, curve.score

    (low, low_score), (middle, _), (high, high_score) = at(-_STEP), at(0.0), at(_STEP)
    score = (high - low) / (2 * _STEP)
    cross = -np.einsum("ti,t->i", design, high_score - low_score) / (2 * _STEP)
    own = -float((high - 2 * middle + low).sum()) / _STEP**2
    return replace(
        fit,
        scores=np.column_stack([fit.scores, score]),
        information=np.block([[fit.information, cross[:, None]], [cross[None], own]]),
    )


def _wald(
    fit: Fit, rows: Rows, grid: DayGrid, errors: Errors, request: Request
) -> tuple[Estimate, FloatArray]:
    """Estimate of the exposure, and the covariance of all coefficients."""
    n, at = fit.params.size, list(rows.design.columns).index(EXPOSED)
    covariance = errors.covariance(fit, rows, grid.day, "D")[:n, :n]
    return wald_at(fit, covariance, at, request), covariance


def _penalised(
    curve_of: CurveOf, rows: Rows, request: Request
) -> tuple[Estimate, FloatArray, FloatArray]:
    """Firth's estimate, the coefficients and their covariance."""
    profile = profile_of(
        curve_of,
        rows.design.to_numpy(),
        rows.log_days,
        at=list(rows.design.columns).index(EXPOSED),
        start=null_start(rows),
    )
    check_penalised(profile)
    return penalised(profile, request), profile.best.params, profile.covariance


def _size(
    grid: DayGrid, controls: Controls, family: str, errors: Errors, request: Request
) -> tuple[SizeEffect, list[Note], list[Dropped]]:
    """Effect on the size of a salvo, given a launch day."""
    some = grid.launches > 0
    exposed = grid.exposed[some] > 0
    sizes = grid.launches[some].astype(np.float64)
    notes: list[Note] = []
    dropped: list[Dropped] = []
    dispersion = 0.0
    if exposed.all() or not exposed.any():
        notes.append(_SIZE_UNKNOWN)
        estimator, used = "none", family
        found = (float("nan"), float("nan"), 1.0, (0.0, float("inf")))
        fitted: dict[str, dict[str, float]] = {"params": {}, "std_errors": {}}
    else:
        # A salvo of 1 is to the truncated model what a day of 0 is to the other.
        panel = panel_of(grid, controls)[some]
        rows, left_out = design_rows(panel.assign(launches=panel["launches"] - 1), "D")
        dropped = [
            replace(
                note,
                table="event days",
                reason=f"salvo size: {note.reason} of more than 1",
            )
            for note in left_out
        ]
        alone = exposure_separated(rows)
        rows = replace(rows, launches=rows.launches + 1)
        null = rows.without([EXPOSED]) if alone else rows
        fit, used = _size_fit(null, family)
        dispersion = fit.dispersion
        if used != family:
            notes.append(_SIZE_FALLBACK)
        if alone:
            notes.append(_SIZE_FIRTH)
            estimator = "Firth"
            curve_of = truncated_counts(rows.launches, dispersion)
            estimate, params, covariance = _penalised(curve_of, rows, request)
        else:
            estimator = "maximum likelihood"
            estimate, covariance = _wald(fit, rows, grid, errors, request)
            params = fit.params
        fitted = coefficients(list(rows.design.columns), params, covariance)
        found = (
            estimate["rate_ratio"],
            estimate["std_error"],
            estimate["pvalue"],
            estimate["interval"],
        )
    rate_ratio, std_error, pvalue, interval = found
    size = SizeEffect(
        rate_ratio=rate_ratio,
        std_error=std_error,
        pvalue=pvalue,
        interval=interval,
        family=used,
        dispersion=dispersion,
        estimator=estimator,
        n_exposed=int(exposed.sum()),
        n_unexposed=int((~exposed).sum()),
        mean_exposed=_mean(sizes[exposed]),
        mean_unexposed=_mean(sizes[~exposed]),
        **fitted,
    )
    return size, notes, dropped


def _size_fit(rows: Rows, family: str) -> tuple[Fit, str]:
    """Fit of the truncated model, and the family used."""
    poisson = _fitted(truncated_counts(rows.launches), rows, "salvo size")
    if family == "poisson":
        return _fit_of(poisson, rows), family
    # The truncated terms of alpha lack those of `profile_dispersion` too.
    found = profile_dispersion(
        lambda alpha: truncated_counts(rows.launches, alpha), rows, poisson.params
    )
    if found is not None:
        best, dispersion = found
        fit = _with_dispersion(_fit_of(best, rows, dispersion), rows)
        if np.linalg.eigvalsh(fit.information)[0] > 0:  # it falls in every direction
            return fit, family
    return _fit_of(poisson, rows), "poisson"


def _mean(sizes: FloatArray) -> float:
    return float(sizes.mean()) if sizes.size else float("nan")
