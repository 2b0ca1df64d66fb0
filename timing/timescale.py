"""The time-scale profile: the primary test at each scale that a null can hold fixed."""

from __future__ import annotations

import dataclasses
import warnings
from numbers import Integral
from typing import TYPE_CHECKING, Literal

import numpy as np

from timing.association import LITTLE
from timing.assumed import stated
from timing.errors import ArgumentError, LowInformationWarning
from timing.regression import randomization_test
from timing.results.timescale import TimescaleProfileResult
from timing.strata import Strata, stratum_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from timing.controls import Controls
    from timing.inputs import Dates
    from timing.kernels.pvalues import Alternative
    from timing.period import StudyPeriod, Window
    from timing.results import RandomizationResult
    from timing.uncertain import Uncertain

SCALES: tuple[Strata, ...] = (None, "year", "half", "quarter", "month")


def timescale_profile(
    tests: Dates,
    calendar: Dates,
    *,
    period: StudyPeriod | None = None,
    window: Window | None = None,
    scales: Sequence[Strata] = SCALES,
    controls: Controls = (),
    unit: Literal["day", "event", "missile", "episode"] = "day",
    gap: int = 7,
    anchor: Literal["interval", "meeting", "start", "end", "announced"] = "interval",
    alternative: Alternative = "two-sided",
    uncertain: Uncertain = "exclude",
    confidence_level: float = 0.95,
    n_resamples: int = 9999,
    rng: np.random.Generator | int | None = None,
) -> TimescaleProfileResult:
    """Test association at each time scale that the null can hold fixed.

    Parameters
    ----------
    tests, calendar, period, window, controls, unit, gap, anchor, alternative, \
uncertain, confidence_level, n_resamples, rng
        As in `randomization_test`.
    scales : sequence of strata, default (None, "year", "half", "quarter", "month")
        What the null holds fixed: None (the whole period), a name, a whole number of
        days (spans of that length from the first at-risk day; ``"fortnight"`` is 14),
        a Series or a callable, as `strata` of `randomization_test`.

    Returns
    -------
    TimescaleProfileResult
        From the slowest scale to the fastest, by the mean length of the strata.

    Raises
    ------
    SchemaError, EmptySelectionError, NoContrastError, EstimationError
        As `randomization_test`.
    ArgumentError
        If an argument breaks its rule.

    Notes
    -----
    Null hypothesis at each scale: given the launch rate of each stratum, the
    calendar's alignment with the launches is one of the equally likely circular
    shifts. With ``Z_s(k)`` the studentized score of `randomization_test` under the
    strata of scale s, each row gives the position of ``Z_s(0)`` among all ``Z_s(k)``.

    What varies more slowly than the stratum is held fixed; what varies faster counts
    as evidence. So a slow scale takes a season, an era or a slow cause that launches
    and calendar share for an association; a fast scale has little information, for a
    stratum that is wholly exposed, or not at all, says nothing. An effect of the
    calendar itself stays near the same ratio at all scales that are longer than the
    window; an association that fades as the scale gets faster is one of slower causes.
    A cause shared at the scale of the window itself cannot be told from an effect by
    any test of timing.

    The p-values are not adjusted for the number of scales: to report the smallest is a
    selection. Scales at which exposure fills so much of the strata that less than a
    third of the information is left do not warn here; `low_information` marks them.

    References
    ----------
    Peng, R. D., Dominici, F. and Louis, T. A. (2006). J. R. Stat. Soc. A 169:179-203
    (estimates by the smoothness of time that a model holds fixed).

    Examples
    --------
    >>> import timing
    >>> profile = timing.timescale_profile(
    ...     ["2025-10-22", "2025-10-28", "2025-11-07"],
    ...     ["2025-10-29"],
    ...     period=timing.StudyPeriod("2025-10-01", "2025-11-30"),
    ...     window=timing.Window(before=1, after=1),
    ...     scales=["fortnight", None, "month"],
    ... )
    >>> profile.scale
    ('whole period', 'month', 'fortnight')
    """
    period, window = stated(tests, period, window)
    if not isinstance(scales, list | tuple) or not scales:
        msg = f"`scales` is {scales!r}; it must be a list of one or more strata."
        raise ArgumentError(msg)

    def test_at(strata: Strata) -> RandomizationResult:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", LowInformationWarning)
            return randomization_test(
                tests,
                calendar,
                period=period,
                window=window,
                strata=strata,
                controls=controls,
                unit=unit,
                gap=gap,
                anchor=anchor,
                alternative=alternative,
                uncertain=uncertain,
                n_resamples=n_resamples,
                confidence_level=confidence_level,
                rng=rng,
            )

    length = np.array([_mean_days(period, strata) for strata in scales])
    # Stable, so that scales of equal length stay in the user's order.
    order = np.argsort(-length, kind="stable").tolist()
    results = tuple(test_at(scales[i]) for i in order)
    return TimescaleProfileResult(
        scale=tuple(scale_name(scales[i]) for i in order),
        scale_days=tuple(float(length[i]) for i in order),
        low_information=tuple(r.informative_share < LITTLE for r in results),
        results=results,
        specification=dataclasses.replace(
            results[0].specification,
            method="timescale_profile",
            null=(
                "given the event rate of each stratum of the scale, the calendar "
                "could as well have been shifted by any number of days"
            ),
        ),
    )


def scale_name(strata: Strata) -> str:
    """How tables and figures name a scale.

    Examples
    --------
    >>> [scale_name(scale) for scale in (None, "year", 10)]
    ['whole period', 'year', '10 days']
    """
    if strata is None:
        return "whole period"
    if isinstance(strata, str):
        return strata
    if isinstance(strata, Integral):
        return f"{strata} days"
    name = getattr(strata, "name", None) or getattr(strata, "__name__", None)
    return str(name or "user's own")


def _mean_days(period: StudyPeriod, strata: Strata) -> float:
    days = period.days
    return days.size / np.unique(stratum_of(days, strata)).size
