"""Several calendars in one count regression, so that their overlap is shared out."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt
from scipy import special

from timing.advice import advise_errors
from timing.arguments import check_choice
from timing.association import Request
from timing.assumed import stated
from timing.controls import controls_in_words
from timing.errors import ArgumentError, EstimationError, TimingError
from timing.kernels.firth import Profile, maximise, null_directions
from timing.kernels.inverse import inverse_of
from timing.kernels.pvalues import p_value
from timing.panel import panel_of
from timing.regression.estimates import (
    FALLBACK,
    FIRTH,
    PENALISED,
    Note,
    coefficients,
    firth_profile,
    penalised,
    wald_at,
)
from timing.regression.fitting import FAMILIES, fit_family
from timing.regression.rows import EXPOSED, design_rows, exposure_separated
from timing.regression.standard_errors import errors_of
from timing.results.regression import CalendarEffect, JointRegressionResult

if TYPE_CHECKING:
    from timing.controls import Controls
    from timing.grid import DayGrid
    from timing.inputs import Dates
    from timing.period import StudyPeriod, Window
    from timing.regression.rows import Rows
    from timing.results import Dropped
    from timing.strata import Strata

FloatArray = npt.NDArray[np.float64]

_HASH_CHARACTERS = 12


def joint_regression(
    tests: Dates,
    calendars: Mapping[str, Dates],
    *,
    period: StudyPeriod | None = None,
    window: Window | Mapping[str, Window] | None = None,
    controls: Controls = (),
    family: Literal["poisson", "negative-binomial", "quasi-poisson"] = "poisson",
    freq: Literal["D", "W"] = "D",
    cov: Literal["HAC", "robust", "cluster", "model"] = "HAC",
    maxlags: int | None = None,
    cluster: Strata = "month",
    unit: Literal["day", "event", "missile", "episode"] = "day",
    gap: int = 7,
    anchor: Literal["interval", "meeting", "start", "end", "announced"] = "interval",
    confidence_level: float = 0.95,
    equivalence_margin: float = 2.0,
) -> JointRegressionResult:
    """Regress launch counts on the exposures to several calendars at once.

    Parameters
    ----------
    tests, period, controls, family, freq, cov, maxlags, cluster, unit, gap, anchor, \
confidence_level, equivalence_margin
        As in `count_regression`.
    calendars : mapping of name to calendar
        Two or more, such as summits, drills and anniversaries. The first is the one of
        interest: the `rate_ratio` of the result is its own.
    window : Window or mapping of name to Window, optional
        One for all calendars, or one for each; by default seven days either side.

    Returns
    -------
    JointRegressionResult

    Raises
    ------
    SchemaError, EmptySelectionError, NoContrastError, ArgumentError
        As `permutation_test`; the calendar at fault is named in a note. Also if
        `calendars` is no mapping of two or more, or a name is that of a control.
    EstimationError
        As `count_regression`; exposures that coincide are collinear.

    Warns
    -----
    ClusteringWarning
        If `cov` is "model" and the launches cluster, or their rate moves slowly and no
        control is of time; from 20 launch days on.
    SeparationWarning
        If an exposure has no finite estimate. All effects are then Firth's, with
        profile intervals, and the joint test is a penalised likelihood ratio test.
    FallbackWarning
        If the negative binomial model has no maximum.

    Notes
    -----
    Null hypothesis of each effect: exposure to that calendar does not change the launch
    rate, given the exposures to the others and the controls, in
    ``log E[y_t] = sum_k b_k x_kt + controls``. A day in the windows of two calendars
    has both effects; what only such days show is shared out. The joint statistic is
    ``b' V^-1 b`` with V the covariance of the errors asked for, chi-squared with one
    degree of freedom for each calendar. Variance inflation is ``1 / (1 - R_k^2)`` of
    the least-squares regression of x_k on the other exposures and the controls: by that
    factor the overlap widens the variance of b_k.

    References
    ----------
    Fox, J. and Monette, G. (1992). J. Am. Stat. Assoc. 87:178-183 (inflation).

    Examples
    --------
    >>> import timing
    >>> fit = joint_regression(
    ...     timing.load_tests(weapons=["ballistic", "cruise"]),
    ...     {
    ...         "visits": timing.load_calendar("us_president_visit_rok"),
    ...         "drills": timing.load_exercises(scale="major"),
    ...     },
    ...     period=timing.StudyPeriod("2012-01-01", "2026-08-20"),
    ...     window=timing.Window(before=7, after=7),
    ...     controls=["season", "year"],
    ... )
    >>> fit.effects_frame()["name"].tolist()
    ['visits', 'drills']
    """
    period, assumed = stated(tests, period, None)
    window = assumed if window is None else window
    check_choice("family", family, FAMILIES)
    errors = errors_of(cov, maxlags, cluster, freq=freq)
    names = _names(calendars)
    requests = {
        name: Request(
            period=period,
            window=_window_of(window, name),
            anchor=anchor,
            unit=unit,
            gap=gap,
            alternative="two-sided",
            confidence_level=confidence_level,
            equivalence_margin=equivalence_margin,
        )
        for name in names
    }
    grids = {n: _grid(requests[n], tests, calendars[n], n) for n in names}
    first, request = grids[names[0]], requests[names[0]]
    advise_errors(first.launches, first.day, cov=cov, controls=controls)

    panel = panel_of(first, controls).drop(columns=EXPOSED)
    for name in names:
        if name in panel.columns:
            msg = f"`calendars` has the name {name!r}, that of another column."
            raise ArgumentError(msg)
    panel = panel.assign(**{name: grid.exposed for name, grid in grids.items()})
    rows, dropped = design_rows(panel, freq, names)
    columns = list(rows.design.columns)
    at = [columns.index(name) for name in names]
    notes: list[Note] = []

    used: str = family
    if not exposure_separated(rows):
        estimator, label = "maximum likelihood", errors.label
        fit, used = fit_family(rows, family)
        if used != family:
            notes.append(FALLBACK)
        covariance = errors.covariance(fit, rows, first.day, freq)
        estimates = [wald_at(fit, covariance, i, request) for i in at]
        params: FloatArray = fit.params
        dispersion = fit.scale if used == "quasi-poisson" else fit.dispersion
        statistic = _wald_statistic(params[at], covariance[np.ix_(at, at)])
    else:
        estimator, label = "Firth", PENALISED
        notes.append(FIRTH)
        profile, dispersion = firth_profile(rows, family, names[0], names)
        profiles = [replace(profile, at=i) for i in at]
        estimates = [penalised(profile, request) for profile in profiles]
        params = profile.best.params
        covariance = profile.covariance
        statistic = _likelihood_ratio(profile, tuple(at))
    for text, category in notes:
        warnings.warn(text, category, stacklevel=2)

    exposed = np.array([grid.exposed for grid in grids.values()])
    inflation = _inflation(rows, at)
    above = float(special.chdtrc(len(names), statistic))
    return JointRegressionResult(
        **estimates[0],
        **coefficients(columns, params, covariance),
        effects=tuple(
            CalendarEffect(
                name=name,
                rate_ratio=estimate["rate_ratio"],
                std_error=estimate["std_error"],
                pvalue=estimate["pvalue"],
                interval=estimate["interval"],
                alone=_alone(rows, family, name, names),
                variance_inflation=inflation[k],
                count=grids[name].count,
                exposed_days=grids[name].exposed_days,
                n_calendar_events=grids[name].n_calendar_events,
            )
            for k, (name, estimate) in enumerate(zip(names, estimates, strict=True))
        ),
        overlap=np.einsum("it,jt->ij", exposed, exposed),
        joint_statistic=statistic,
        joint_df=len(names),
        joint_pvalue=p_value(above, 0.0, 1 - above, alternative="greater"),
        dispersion=float(dispersion),
        estimator=estimator,
        n_obs=rows.launches.size,
        n_launches=first.n_launches,
        exposed_days=int(exposed.any(axis=0).sum()),
        at_risk_days=first.day.size,
        n_calendar_events=sum(grid.n_calendar_events for grid in grids.values()),
        family=used,
        cov=label,
        warnings=tuple(text for text, _ in notes),
        dropped=(*_left_out(grids), *dropped),
        specification=request.specification(
            first,
            method="joint_regression",
            null=f"exposure to {names[0]} does not change the event rate, given "
            f"{', '.join(names[1:])} and {controls_in_words(controls)}, in a "
            "log-linear model of independent or shortly correlated days",
            controls=controls_in_words(controls),
            freq=freq,
            calendars=", ".join(names),
            windows="; ".join(f"{n}: {requests[n].window}" for n in names),
            calendar_hashes=", ".join(
                grid.calendar_sha256[:_HASH_CHARACTERS] for grid in grids.values()
            ),
        ),
    )


def _names(calendars: Mapping[str, Dates]) -> list[str]:
    if not isinstance(calendars, Mapping) or len(calendars) < 2:
        msg = "`calendars` must be a mapping of names to at least 2 calendars."
        raise ArgumentError(msg)
    if not all(isinstance(name, str) for name in calendars):
        msg = "`calendars` must have names that are text."
        raise ArgumentError(msg)
    return list(calendars)


def _window_of(window: Window | Mapping[str, Window], name: str) -> Window:
    if not isinstance(window, Mapping):
        return window
    if name not in window:
        msg = f"`window` has no window for the calendar {name!r}."
        raise ArgumentError(msg)
    return window[name]


def _grid(request: Request, tests: Dates, calendar: Dates, name: str) -> DayGrid:
    try:
        return request.grid(tests, calendar)
    except TimingError as error:
        error.add_note(f"The calendar at fault is {name!r}.")
        raise


def _left_out(grids: Mapping[str, DayGrid]) -> list[Dropped]:
    """List what each calendar left out, and the tests once."""
    seen: list[Dropped] = []
    for grid in grids.values():
        seen += [note for note in grid.dropped if note not in seen]
    return seen


def _inflation(rows: Rows, at: list[int]) -> list[float]:
    """Variance inflation of the columns `at`, by the inverse correlation matrix."""
    columns = [i for i, name in enumerate(rows.design.columns) if name != "intercept"]
    varying = rows.design.to_numpy()[:, columns]
    inverse = inverse_of(np.corrcoef(varying, rowvar=False))
    return [float(inverse[columns.index(i), columns.index(i)]) for i in at]


def _alone(rows: Rows, family: str, name: str, names: list[str]) -> float:
    own = rows.without([other for other in names if other != name])
    if exposure_separated(own):
        return float("nan")
    fit, _ = fit_family(own, family)
    return float(np.exp(fit.params[list(own.design.columns).index(name)]))


def _wald_statistic(params: FloatArray, covariance: FloatArray) -> float:
    if null_directions(covariance).shape[1]:
        msg = "the joint covariance of the effects is singular; use another `cov`."
        raise EstimationError(msg)
    return float(params @ np.linalg.solve(covariance, params))


def _likelihood_ratio(profile: Profile, at: tuple[int, ...]) -> float:
    """Penalised likelihood ratio statistic of no effect of the columns `at`."""
    start = profile.best.params.copy()
    start[list(at)] = 0.0
    null = maximise(
        profile.curve_of,
        profile.design,
        profile.offset,
        start=start,
        penalised=True,
        fixed=at,
    )
    return max(2 * (profile.best.likelihood - null.likelihood), 0.0)
