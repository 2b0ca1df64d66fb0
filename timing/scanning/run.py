"""`scan`: a family of specifications and their adjusted p-values."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from timing._version import __version__
from timing.advice import advise
from timing.arguments import (
    check_above,
    check_at_least,
    check_choice,
    check_share,
    check_type,
    check_whole,
)
from timing.assumed import stated
from timing.chunks import Chunks
from timing.controls import controls_in_words
from timing.errors import ArgumentError, EmptySelectionError
from timing.kernels.pvalues import ALTERNATIVES
from timing.nulls import as_null
from timing.results import Specification
from timing.results.scan import NUMBERS, ScanResult
from timing.scanning.adjustment import adjust
from timing.scanning.choices import CHOICES
from timing.scanning.family import build_family
from timing.scanning.scores import (
    score_adjusted,
    score_drawn,
    score_shifted,
)
from timing.scanning.table import pack_rows, reasons_to_skip
from timing.strata import Strata, strata_in_words, stratum_of

if TYPE_CHECKING:
    from timing.controls import Controls
    from timing.inputs import Dates
    from timing.kernels.pvalues import Alternative
    from timing.nulls import NullModel
    from timing.period import StudyPeriod, Window


def scan(
    tests: Dates,
    calendar: Dates,
    *,
    period: StudyPeriod | Mapping[str, StudyPeriod] | None = None,
    windows: Sequence[Window] | None = None,
    by: Sequence[str] = ("category",),
    anchors: Sequence[str] = ("interval",),
    units: Sequence[str] = ("day",),
    gap: int = 7,
    min_expected: float = 0.0,
    strata: Strata = "month",
    controls: Controls = (),
    null: NullModel | str | None = None,
    alternative: Alternative = "two-sided",
    n_resamples: int = 9999,
    confidence_level: float = 0.95,
    equivalence_margin: float = 2.0,
    step_down: bool = True,
    rng: np.random.Generator | int | None = None,
    n_jobs: int | None = None,
    progress: bool = True,
    folder: str | Path | None = None,
) -> ScanResult:
    """Test many specifications at once, each with a p-value adjusted for their number.

    A specification is one choice of each: period, window, anchor, unit, and one level
    of each column of `by`.

    Parameters
    ----------
    tests, calendar
        As in `randomization_test`; events of unknown day are left out.
    period : StudyPeriod or mapping of names to StudyPeriods, optional
        As in `randomization_test`.
    windows : sequence of Window, optional
        By default one: seven days either side.
    by : sequence of str, default ("category",)
        Columns of `tests` or `calendar` by which to split; each has its values and the
        level ``"all"`` (all rows, those without a value too). Columns are crossed.
    anchors : sequence of str, default ("interval",)
        ``"interval"``, ``"meeting"``, ``"start"``, ``"end"``, ``"announced"``.
    units : sequence of str, default ("day",)
        ``"day"``, ``"event"``, ``"missile"``, ``"episode"``.
    gap : int, default 7
        Longest distance of the launch days of one episode.
    min_expected : float, default 0.0
        Leave out specifications that expect fewer launches on exposed days, by the
        exposed share of all days. They have little to say and raise the price for the
        others; 1 is a good choice for large grids.
    strata, controls
        Of the null rates of the score, as in `randomization_test`.
    null : NullModel, str or None, default None
        None is the score shift. Any other null model gives standardized counts; the
        rate ratios then still are those within `strata`.
    alternative : {"two-sided", "greater", "less"}
    n_resamples : int, default 9999
        Draws of `null`; not used for the score shift, which takes all shifts.
    confidence_level : float, default 0.95
        Its complement is the family-wise level; also that of each row's limits.
    equivalence_margin : float, default 2.0
        As in `permutation_test`.
    step_down : bool, default True
        Report the step-down p-values too, which find more.
    rng : Generator, int or None
        For the draws of `null`.
    n_jobs : int or None, default None
        Workers, as in joblib, whose context (dask, say) is honoured. The numbers do not
        depend on it.
    progress : bool, default True
    folder : str or Path, optional
        Where the counts of finished blocks of shifts or draws are kept, so that a scan
        that was stopped goes on where it was (the regressions on `controls` are run
        again). With `null`, `rng` must then be a whole number.

    Returns
    -------
    ScanResult

    Raises
    ------
    SchemaError
        As `randomization_test`, or if a unit needs a column that is missing.
    ArgumentError
        If an argument breaks its rule, `null` cannot share its draws between several
        sets of launches, or `folder` holds the blocks of another scan.
    EmptySelectionError
        If no specification can be tested.

    Warns
    -----
    ClusteringWarning
        As `permutation_test`, once, for the launches of all specifications together.

    Notes
    -----
    Null hypothesis of each specification: that of `randomization_test`, the calendar's
    alignment with its launches is one of the equally likely circular shifts of the
    calendar over the at-risk days, here those of all periods together. All
    specifications share the shifts, so that their dependence is kept. In a shorter
    period only its own launches count (y and mu are 0 outside), in strata of its own
    days. With one period, statistic, p-value and rate ratio of a row are those of
    `randomization_test` on its part of the tables.

    With T_j(k) = ``|Z_j(k)|``, Z or -Z of specification j at shift k of N, and k = 0
    the observed alignment,

    ``p_single_step_j = #{k: max_i T_i(k) >= T_j(0)} / N``.

    Step-down, with specifications in the order of T(0), the maximum is over those not
    more extreme than j, and no p-value is below one before it. Both control the
    family-wise error as far as each test holds its own level; step-down finds at least
    as much. An adjusted p-value is never below ``pvalue``, whose two-sided form doubles
    the smaller tail: the larger of the two is reported. Statistics are compared in
    single precision; those within a relative 1e-6 count as equal.

    T is not scaled to equal tails: scores of specifications that expect less than about
    one launch on exposed days have long tails, and raise the critical value for all:
    see `min_expected`.

    The effective number of tests is the m with ``1 - (1 - a)^m = f``: f is the share of
    shifts whose largest statistic reaches the critical value, a the mean over
    specifications of the share of shifts at which T_j does.

    ``ci_low`` and ``ci_high`` hold the rate ratios at which the conditional Poisson
    score lies within z standard deviations of 0, times the standard deviation of Z over
    the shifts, which allows for clustering: approximate, not adjusted for the number of
    specifications, and not given with controls. The minimum detectable rate ratio (80 %
    power, alone) and the equivalence p-value (two one-sided tests) rest on the same.

    With `null`, all sets of launches move by the same draws, over all periods together;
    T comes from ``(S - mean) / sd`` with the exact moments where the null model has
    them, else those of the draws. The observed arrangement is one of the
    ``n_resamples + 1``. ``pvalue`` is exact where the null distribution is.

    References
    ----------
    Westfall, P. H. and Young, S. S. (1993). Resampling-Based Multiple Testing. Wiley.
    Ge, Y., Dudoit, S. and Speed, T. P. (2003). Test 12:1-77 (algorithms).

    Examples
    --------
    >>> import pandas as pd
    >>> import timing
    >>> from timing.scanning import scan
    >>> calendar = pd.DataFrame(
    ...     {
    ...         "start": ["2025-10-29", "2025-11-20", "2025-12-03"],
    ...         "end": ["2025-10-29", "2025-11-21", "2025-12-03"],
    ...         "category": ["summit", "talks", "talks"],
    ...     }
    ... )
    >>> result = scan(
    ...     ["2025-10-22", "2025-10-28", "2025-11-07", "2025-12-02"],
    ...     calendar,
    ...     period=timing.StudyPeriod("2025-10-01", "2025-12-31"),
    ...     windows=[timing.Window(1, 1), timing.Window(7, 0)],
    ...     progress=False,
    ... )
    >>> result.table[["category", "window_before", "count"]].head(3)
      category  window_before  count
    0      all              1      2
    1   summit              1      1
    2    talks              1      1
    """
    if period is None or windows is None:
        months, week = stated(tests, None, None)
        period = months if period is None else period
        windows = [week] if windows is None else windows
    check_choice("alternative", alternative, ALTERNATIVES)
    check_share("confidence_level", confidence_level)
    check_whole("n_resamples", n_resamples, minimum=1)
    check_at_least("min_expected", min_expected, limit=0.0)
    check_above("equivalence_margin", equivalence_margin, limit=1.0)
    model = None if null is None else as_null(null)
    if folder is not None and model is not None:
        check_type("rng", rng, int)
    if model is not None and len(controls):
        msg = "`controls` belong to the score shift; leave them out, or `null`."
        raise ArgumentError(msg)
    family = build_family(
        tests, calendar, period=period, windows=windows, by=by, anchors=anchors,
        units=units, gap=gap, reserved=("id", "reason", *CHOICES, *NUMBERS),
    )  # fmt: skip
    reason = reasons_to_skip(family, min_expected=min_expected)
    _check_left(reason)
    stratum = stratum_of(family.day, strata)
    if model is not None:
        # Once, for the launches of all specifications together.
        advise(family.launches.max(axis=0), family.day, model)
        scored = score_drawn(
            family, stratum, model, n_resamples=n_resamples, rng=rng,
            alternative=alternative, n_jobs=n_jobs,
        )  # fmt: skip
    elif len(controls):
        scored = score_adjusted(
            family, stratum, controls, n_jobs=n_jobs, progress=progress
        )
    else:
        scored = score_shifted(family, stratum)
    reason = reasons_to_skip(family, scored, min_expected=min_expected)
    tested = np.flatnonzero(reason == "")
    _check_left(reason)
    specification = Specification(
        method="scan",
        null=_null_in_words(strata, controls, model),
        period="; ".join(family.table["period"].unique()),
        window="; ".join(str(window) for window in windows),
        anchor=", ".join(family.table["anchor"].unique()),
        unit=", ".join(family.table["unit"].unique()),
        alternative=alternative,
        confidence_level=confidence_level,
        tests_sha256=family.events.sha256,
        calendar_sha256=family.calendar_sha256,
        version=__version__,
        options={
            "strata": strata_in_words(strata),
            "controls": controls_in_words(controls),
            "gap": f"{gap} days",
            "min_expected": f"{min_expected:g}",
            "equivalence_margin": f"{equivalence_margin:g}",
        },
    )
    chunks = None
    if folder is not None:
        asked = {
            "specification": asdict(specification),
            "step_down": bool(step_down),
            "draws": None if model is None else [n_resamples, rng],
            "scores": _hash(scored.source.observed()[family.pair_of[tested]]),
        }
        chunks = Chunks(Path(folder), asked, of="blocks")
    adjusted = adjust(
        scored.source,
        family.pair_of[tested],
        alternative=alternative,
        level=1 - confidence_level,
        step_down=step_down,
        n_jobs=n_jobs if scored.may_split else 1,
        progress=progress,
        chunks=chunks,
    )
    table, skipped = pack_rows(
        family, scored, adjusted, reason,
        confidence_level=confidence_level, equivalence_margin=equivalence_margin,
        alternative=alternative,
    )  # fmt: skip
    return ScanResult(
        table=table,
        skipped=skipped,
        by=tuple(by) if not isinstance(by, str) else (by,),
        n_specifications=len(table),
        n_shifts=family.day.size if model is None else 0,
        n_resamples=0 if model is None else n_resamples,
        step_down=bool(step_down),
        critical_value=adjusted.critical_value,
        effective_tests=adjusted.effective_tests,
        dropped=family.dropped,
        specification=specification,
    )


def _hash(numbers: npt.NDArray[np.float64]) -> str:
    return hashlib.sha256(numbers.tobytes()).hexdigest()


def _check_left(reason: npt.NDArray[np.object_]) -> None:
    if (reason != "").all():
        counts = ", ".join(
            f"{(reason == r).sum()} {r}" for r in dict.fromkeys(reason.tolist())
        )
        msg = f"no specification can be tested ({counts})."
        raise EmptySelectionError(msg)


def _null_in_words(strata: Strata, controls: Controls, model: NullModel | None) -> str:
    if model is not None:
        return f"{model.in_words()}, by the same draws for all specifications"
    given = strata_in_words(strata)
    if len(controls):
        given += f" and {controls_in_words(controls)}"
    return (
        f"given the event rate of {given}, the calendar could as well have been "
        "shifted by any number of days, the same for all specifications"
    )
