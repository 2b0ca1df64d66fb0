"""The self-controlled case series: rates in several windows against the rest."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from timing.arguments import check_choice
from timing.association import Request
from timing.controls import (
    Controls,
    control_columns,
    controls_in_words,
    design_matrix,
)
from timing.errors import (
    ArgumentError,
    NoContrastError,
    SeparationWarning,
)
from timing.period import StudyPeriod
from timing.regression.case_series import (
    CaseSeries,
    Season,
    many_series,
    one_series,
    season_bands,
    season_in_words,
    whole_period,
)
from timing.regression.rows import levels_with_launches
from timing.regression.stratum_fit import check_controls
from timing.regression.window_effects import (
    ALL,
    Column,
    WindowRows,
    by_level,
    likelihood_ratio,
)
from timing.regression.windows import hull, read_windows
from timing.results import Dropped
from timing.results.self_controlled import JointTest, SelfControlledResult
from timing.strata import Strata, strata_in_words, stratum_of

if TYPE_CHECKING:
    from timing.inputs import Dates
    from timing.regression.estimates import Estimate
    from timing.regression.stratum_fit import StratumFit

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

OVERLAPS = ("nearest", "all")


def self_controlled(
    tests: Dates,
    calendar: Dates,
    *,
    period: StudyPeriod | pd.DataFrame,
    windows: Mapping[str, tuple[int, int]],
    season: Season = None,
    subject: str | None = None,
    strata: Strata = "year",
    interaction: Strata = None,
    controls: Controls = (),
    overlap: Literal["nearest", "all"] = "nearest",
    primary: str | None = None,
    unit: Literal["day", "event", "missile", "episode"] = "day",
    gap: int = 7,
    anchor: Literal["interval", "meeting", "start", "end", "announced"] = "interval",
    confidence_level: float = 0.95,
    equivalence_margin: float = 2.0,
) -> SelfControlledResult:
    """Compare rates in several windows around events with the rest, within subjects.

    Parameters
    ----------
    tests, calendar, unit, gap, anchor, confidence_level, equivalence_margin
        As in `permutation_test`.
    period : StudyPeriod or DataFrame
        With `subject`, a table with one row per subject: its label in the column named
        `subject`, ``start`` and ``end`` of its observation, and ``birth`` where
        `season` is to hold bands of age. A StudyPeriod is that of every subject.
    windows : mapping of str to (int, int)
        First and last day of each window, as offsets from the event: negative before
        its first day, 0 on the event itself, positive after its last day. For example
        ``{"pre": (-7, -1), "during": (0, 0), "post": (1, 7)}``. They must be disjoint.
    season : {"month", "quarter"}, int or sequence, optional
        Bands with an effect each: months or quarters of the year; a number of equal
        bands; or the first days of the second and later bands, as dates or as whole
        numbers. Numbers are days of the year from 1, or days of age where `period` has
        the column ``birth``.
    subject : str, optional
        Column of `tests`, `calendar` and `period` with the subject, for many-subject
        series: each subject has an effect of its own.
    strata : str, int, Series, callable or None, default "year"
        Without `subject`, what takes the place of the subjects; as in `CircularShift`.
    interaction : str, int, Series or callable, optional
        Strata such as ``"era"``, in each of which the windows have effects of their
        own, beside those of all days.
    controls : sequence of str or Series, default ()
        As in `daily_panel`.
    overlap : {"nearest", "all"}
        A day in the windows of several events counts in that of the nearest event (of
        equally near ones, the window listed first), or in every window that holds it.
    primary : str, optional
        Window that the rate ratio of the result refers to; the first by default.

    Returns
    -------
    SelfControlledResult

    Raises
    ------
    SchemaError, EmptySelectionError, NoContrastError, ArgumentError
        As `permutation_test`; also if a window holds no at-risk day.
    EstimationError
        If windows, season and controls are collinear within the strata.

    Warns
    -----
    SeparationWarning
        If a window has no finite estimate, having no launch, say. Its rate ratio (0 or
        infinite), interval and p-value are then exact: given the launches of each
        stratum inside the window and outside all, those inside are binomial (season
        and controls as fitted without the window). The other windows are not affected.

    Notes
    -----
    Null hypothesis: the rate inside the window is that outside all windows, given a
    rate for each subject (or stratum) and the season. Model: Poisson, with
    ``log mu_it = a_i + season_t + sum_w b_w 1[t in window w of i]``; given the launches
    of each subject the a_i drop out, and only subjects with launches count. Relative
    incidences are exp(b_w), errors those of the conditional likelihood; joint tests are
    likelihood-ratio tests, in which empty windows count.

    The series assumes that launches do not change later calendar events: windows after
    an event stay unbiased only if a launch neither calls off nor brings about one
    soon. If launches put summits off, days before a summit hold too few launches, and
    all ratios, whose base is the other days, are off. A window before the events takes
    those days out of the base and tests the assumption (`joint_test("pre")`): where it
    is significant, `warnings` says so, and the other windows are to be read with care.
    A launch that ends the whole observation (a death, a moratorium) breaks the
    assumption in a way that no such window shows.

    A launch must also not change the rate of later ones. On the study's own calendar
    without an effect (``analyses/recovery_sccs.py``, 250 data sets, standard error
    0.014, month strata) the 95 % intervals hold in .95 to .97 of the data sets where
    launches are independent, and in .91 to .94 where they excite later ones; the 5 %
    test of the window before rejects in .03 and .10. `randomization_test` is the
    primary test.

    References
    ----------
    Farrington, C. P. (1995). Biometrics 51:228-235.
    Whitaker, H. J. et al. (2006). Stat. Med. 25:1768-1797.
    Farrington, C. P. et al. (2009). Biostatistics 10:3-16 (when launches change later
    events).

    Examples
    --------
    >>> import timing
    >>> result = self_controlled(
    ...     timing.load_tests(weapons=["ballistic", "cruise"]),
    ...     timing.load_calendar("us_president_visit_rok"),
    ...     period=timing.StudyPeriod("2012-01-01", "2026-08-20"),
    ...     windows={"around": (-14, 14), "before": (-28, -15)},
    ... )
    >>> result.to_frame()[["window", "days", "method"]]
       window  days method
    0  around   181   wald
    1  before    84   wald
    """
    spans = read_windows(windows)
    check_choice("overlap", overlap, OVERLAPS)
    names = [span.name for span in spans]
    primary = check_choice("primary", names[0] if primary is None else primary, names)
    whole, periods = whole_period(tests, period, subject, strata, controls)
    request = Request(
        period=whole,
        window=hull(spans),
        anchor=anchor,
        unit=unit,
        gap=gap,
        alternative="two-sided",
        confidence_level=confidence_level,
        equivalence_margin=equivalence_margin,
    )
    if periods is None or subject is None:
        series = one_series(tests, calendar, request, spans)
        stratum = stratum_of(series.grid.day, strata)
    else:
        series = many_series(
            tests, calendar, request, spans, subject=subject, periods=periods
        )
        stratum = series.subject
    grid = series.grid
    kinds = np.arange(len(spans))
    inside = series.held.owner[:, None] == kinds
    if overlap == "all":
        inside = series.held.counts > 0
    for span, column in zip(spans, inside.T, strict=True):
        if not column.any():
            msg = f"`windows`: {span.name!r} holds no at-risk day."
            raise NoContrastError(msg)

    table, dropped, keep = _control_table(series, controls, season)
    design = design_matrix(table[keep])
    rows = WindowRows(
        launches=grid.launches[keep],
        stratum=np.unique(stratum[keep], return_inverse=True)[1],
        controls=design.to_numpy(dtype=np.float64).reshape(int(keep.sum()), -1),
        names=list(design.columns),
        n_windows=inside[keep].sum(axis=1),
    )
    columns = [Column(span, ALL, inside[keep, j]) for j, span in enumerate(spans)]
    all_names = [*names, *rows.names]
    if len(set(all_names)) < len(all_names):
        msg = "`windows`, `season` and `controls` must not share a name."
        raise ArgumentError(msg)
    main = rows.fit(columns)
    check_controls(list(table.columns), all_names, main.flat)
    estimates = rows.estimates(main, columns, request)
    effects = rows.effects(columns, estimates)
    joint = _joint_tests(rows, main, columns)
    if interaction is not None:
        split = by_level(columns, grid.day[keep], interaction)
        crossed = rows.fit(split)
        found = rows.estimates(crossed, split, request)
        effects += rows.effects(split, found)
        joint.append(
            likelihood_ratio(
                "interaction",
                "no window's effect differs between the levels of the interaction",
                crossed,
                main,
            )
        )
        estimates = {**estimates, **found}
    notes = _notes(estimates, joint, request)
    chosen = names.index(primary)
    n_launches = np.bincount(stratum, weights=grid.launches)
    given = f"a rate for {f'each {subject}' if subject else strata_in_words(strata)}"
    given += "" if season is None else f", and one for {season_in_words(season)}"
    given += f", and {controls_in_words(controls)}" if len(controls) else ""
    kept_names = [n for n, kept in zip(all_names, main.kept, strict=True) if kept]
    return SelfControlledResult(
        **estimates[columns[chosen].key],
        params=dict(zip(kept_names, main.params[main.kept].tolist(), strict=True)),
        std_errors=dict(
            zip(kept_names, np.sqrt(np.diag(main.covariance)).tolist(), strict=True)
        ),
        n_obs=int((n_launches[stratum[keep]] > 0).sum()),
        n_launches=grid.n_launches,
        exposed_days=int(inside[:, chosen].sum()),
        at_risk_days=grid.day.size,
        n_calendar_events=grid.n_calendar_events,
        cov="model",
        warnings=notes,
        primary=primary,
        effects=tuple(effects),
        joint_tests=tuple(joint),
        overlap_days=int(series.held.contested.sum()),
        n_strata=n_launches.size,
        n_informative=int((n_launches > 0).sum()),
        dropped=(*grid.dropped, *dropped),
        specification=request.specification(
            grid,
            method="self_controlled",
            null="the event rate in each window is that outside all windows, given "
            f"{given}",
            windows="; ".join(f"{s.name} {s.first:+d} to {s.last:+d}" for s in spans),
            season="none" if season is None else season_in_words(season),
            strata=f"each {subject}" if subject else strata_in_words(strata),
            interaction="none" if interaction is None else strata_in_words(interaction),
            controls=controls_in_words(controls),
            overlap=overlap,
        ),
    )


def _control_table(
    series: CaseSeries, controls: Controls, season: Season
) -> tuple[pd.DataFrame, tuple[Dropped, ...], BoolArray]:
    """Build controls and season of each row, and keep the levels with launches.

    Days in a level without launches have rate 0 whatever the effects of the windows
    are.
    """
    grid = series.grid
    day, at = np.unique(grid.day, return_inverse=True)
    table = control_columns(controls, day=day, events=grid.events)
    table = table.iloc[at].reset_index(drop=True)
    bands = season_bands(season, grid.day, series.age)
    if bands is not None:
        if "season" in table:
            msg = "`controls` has a column 'season', which `season` itself uses."
            raise ArgumentError(msg)
        table["season"] = bands
    keep, dropped = levels_with_launches(table, grid.launches, grid.day)
    return table, dropped, keep


def _joint_tests(
    rows: WindowRows, main: StratumFit, columns: Sequence[Column]
) -> list[JointTest]:
    tests = [likelihood_ratio("windows", "no window has an effect", main, rows.fit([]))]
    rest = [column for column in columns if column.span.last >= 0]
    if len(rest) < len(columns):
        null = "no window before the event has an effect"
        tests.append(likelihood_ratio("pre", null, main, rows.fit(rest)))
    return tests


def _notes(
    estimates: Mapping[str, Estimate], joint: Sequence[JointTest], request: Request
) -> tuple[str, ...]:
    """Texts of the warnings; those on empty cells are also raised as warnings."""
    notes = []
    exact = [k for k, found in estimates.items() if np.isnan(found["std_error"])]
    if exact:
        text = (
            f"no finite estimate for {', '.join(repr(name) for name in exact)}: the "
            "rate ratio, interval and p-value are exact, given the events of each "
            "stratum (undefined where no stratum with events has days inside and "
            "outside)"
        )
        warnings.warn(text, SeparationWarning, stacklevel=3)
        notes.append(text)
    pre = next((test for test in joint if test.name == "pre"), None)
    if pre is not None and pre.pvalue <= request.level:
        notes.append(
            f"the rate before the events differs from the rest (p = {pre.pvalue:.2g}): "
            "events may change later calendar events, which this design assumes they "
            "do not"
        )
    return tuple(notes)
