"""Advice on null models: warn where the launches break what the chosen one assumes."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from timing.errors import ClusteringWarning, RepeatingCalendarWarning
from timing.kernels.clustering import dispersion, near_pairs
from timing.kernels.periodicity import share_of_repeats
from timing.strata import strata_in_words, stratum_of

if TYPE_CHECKING:
    from timing.controls import Controls
    from timing.nulls import NullModel
    from timing.strata import Strata

IntArray = npt.NDArray[np.int64]

FEWEST = 20
"""Launch days below which the checks have no power."""

_LEVEL = 0.005
"""Of each of the two checks, so that independent launches warn in at most 1 %."""

_WITHIN = (3, 7, 14, 30)
_HARMFUL = 0.1
"""Launches too many near each one that inflate the variance of a count by as much."""

_YEAR, _QUARTERS = 365.25, 4

_SCALES = ("month", "quarter", "half", "year")
"""Strata of time, the finest first."""

_MEASURED = {
    "Uniform(strata=None)": (0.100, 0.265),
    "cov='model'": (0.106, 0.291),
    "cov='HAC'": (0.071, 0.209),
    "CircularShift(strata=None)": (0.045, 0.123),
    "YearShuffle()": (0.049, 0.134),
    "GapShuffle()": (0.051, 0.146),
    "BlockShuffle(length=30)": (0.051, 0.140),
}
"""True nulls rejected at 5 % on self-exciting launches, and on those whose rate follows
the density of summits too: ``analyses/validity/size.py``."""

_MOST_REPEATS = 0.1
"""Share of repeating shifts from which the score shift finds next to nothing. Days
around full moons, 5 to 8 %, cost it a tenth of its power; weekends, 14 %, all of it."""
_LONG = 300
"""At-risk days below which a few calendar events repeat themselves by chance."""

_BETTER = '`CircularShift("month")` or `randomization_test`'


def advise(
    launches: IntArray, day: IntArray, null: NullModel, *, stacklevel: int = 3
) -> None:
    """Warn if the launches cluster in a way that the null model does not hold fixed.

    The launches alone are looked at, never the calendar: to follow this advice is not
    to choose by the outcome.

    Parameters
    ----------
    launches : (n,) array of int
        Launches on each at-risk day; only whether there are any counts.
    day : (n,) array of int
        Day numbers of the at-risk days, increasing.
    null : NullModel
        Its `holds_clustering`, `holds_slow` and `held` say what it assumes. A model of
        the user's own is not checked unless it sets them.
    stacklevel : int, default 3
        The caller of the function that calls this one.

    Warns
    -----
    ClusteringWarning
        If one of the two checks rejects what the null model assumes.

    Notes
    -----
    Nulls without clustering (`holds_clustering` False): launch days are independent
    within the strata that are held fixed, here cut at each year. Checked by the pairs
    of launch days at most 3, 7, 14 and 30 days apart (see `near_pairs`), Bonferroni
    adjusted at 0.005; the excess must also be at least 0.1 launches near each one,
    which widens the variance of a count by 10 %, a test of 5 % to one of 6 %.

    Nulls without anything slow (`holds_slow` False and `held` None): the rate is the
    same in all years. Checked by the dispersion of yearly counts at 0.005, against
    independent launches if the null assumes these, else against the dispersion of
    quarters within the years, which clustering alone causes. Such a rate makes a null
    model reject too often only if the calendar's density moves with it. A season that
    comes each year is not seen.

    With fewer than 20 launch days there is no power and no advice. Simulated at 200
    launch days in 14.6 years (400 to 5,000 data sets, standard error at most .025):
    independent launches warn in at most .01, whatever the null. Where launches excite
    later ones (branching ratio 0.7, mean delay 30 days) .99 warn under ``Uniform()``
    and .18 under ``Uniform("quarter")``, .01 under ``Uniform("month")``, which holds
    its size there, and .51 under ``CircularShift(None)``: clusters that last for months
    cannot be told from a rate that moves. With delays of 3 days and a branching ratio
    of 0.5 all warn under each `Uniform`, .03 under ``CircularShift(None)``. A strong
    effect of the calendar gathers launches too: a rate ratio of 2 on the study's own
    calendar warns in .02 under ``Uniform()``, one of 3 in .12, one of 5 in .77.

    Examples
    --------
    >>> import warnings
    >>> import numpy as np
    >>> from timing.nulls import Uniform
    >>> launches = np.zeros(730, dtype=int)
    >>> launches[::73] = launches[1::73] = launches[3::73] = 1
    >>> with warnings.catch_warnings(record=True) as caught:
    ...     warnings.simplefilter("always")
    ...     advise(launches, np.arange(730), Uniform())
    >>> print(caught[0].message)
    the events cluster: within 3 days of each other there are ... times as many ...
    """
    held = null.held
    found = _found(
        launches,
        day,
        held,
        clustered=not null.holds_clustering,
        slow=not null.holds_slow and held is None,
    )
    if found:
        chosen = f"`null` ({null.in_words()})"
        name = repr(null) if held is None else ""
        _warn(found, chosen, name, _BETTER, stacklevel + 1)


def repeats_in_words(exposed: IntArray) -> str:
    """Say that shifts of a whole calendar are no test, if so; else nothing.

    Examples
    --------
    >>> repeats_in_words(np.tile([0, 0, 0, 0, 0, 1, 0], 53))[:29]
    'the calendar repeats itself: '
    >>> repeats_in_words(np.repeat([0, 1, 0], [200, 15, 160]))
    ''
    """
    share = share_of_repeats(exposed) if exposed.size >= _LONG else 0.0
    if share <= _MOST_REPEATS:
        return ""
    return (
        f"the calendar repeats itself: {share:.0%} of all its shifts put it nearly "
        "where it is, so that a test by them cannot give a small p-value, whatever the "
        "effect, and its interval and detectable rate ratio are no guide"
    )


def advise_repeats(exposed: IntArray, *, stacklevel: int = 3) -> None:
    """Warn if a calendar repeats itself, before all of it is shifted.

    Parameters
    ----------
    exposed : (n,) array of int
    stacklevel : int

    Warns
    -----
    RepeatingCalendarWarning
        Saturdays over whole weeks look the same after every seventh shift: the
        smallest two-sided p-value is 2/7. It warns where more than 10 % of the shifts
        have a correlation above a half with the calendar as it is, in a period of
        300 days or more.
    """
    found = repeats_in_words(exposed)
    if found:
        msg = f'{found}; use `permutation_test` with `CircularShift("month")`.'
        warnings.warn(msg, RepeatingCalendarWarning, stacklevel=stacklevel)


def advise_errors(
    launches: IntArray,
    day: IntArray,
    *,
    cov: str,
    controls: Controls = (),
    strata: Strata = None,
) -> None:
    """Warn if a regression does not hold fixed what the launches show.

    Parameters
    ----------
    launches, day : (n,) arrays of int
        As in `advise`.
    cov : str
        Errors; only ``"model"`` takes launches as independent.
    controls, strata : as in `count_regression` and `case_crossover`
        What holds a rate fixed. With lagged launches among them clustering is part of
        the model, and is not checked.

    Warns
    -----
    ClusteringWarning
        With errors of the model, as `advise` for ``Uniform(strata)``, the strata being
        the finest of the years, halves, quarters and months held fixed. With controls
        of another kind they are months, so that no season or trend that the controls
        hold counts. With other errors as for ``CircularShift(None)``, if nothing of
        time is held fixed.
    """
    parts = strata if isinstance(strata, tuple) else (strata,)
    given = [*parts, *controls]
    names = {part for part in given if isinstance(part, str)}
    if "lagged_launches" in names:
        return
    other = names.difference(_SCALES, ["weekday"])
    if other or any(not isinstance(part, str | None) for part in given):
        held: str | None = "month"
    else:
        held = next((scale for scale in _SCALES if scale in names), None)
    alone = cov == "model"
    found = _found(launches, day, held, clustered=alone, slow=held is None)
    if found:
        chosen = (
            "`cov` ('model': events are independent)"
            if alone
            else "`controls` (none of time)"
        )
        name = f"cov={cov!r}" if held is None else ""
        _warn(found, chosen, name, "`randomization_test`", 4)


def _found(
    launches: IntArray, day: IntArray, held: Strata, *, clustered: bool, slow: bool
) -> list[str]:
    """Put into words what the checks asked for found."""
    launched = (launches > 0).astype(np.int64)
    if not (clustered or slow) or launched.sum() < FEWEST:
        return []
    n_years = max(1, round(day.size / _YEAR))
    # Years of at-risk days: all of one length, whatever the period leaves out.
    place = np.arange(day.size)
    year = place * n_years // day.size
    found = []
    if clustered:
        found += _too_many_pairs(launched, day, held, year)
    if slow:
        quarter = place * n_years * _QUARTERS // day.size
        found += _slow(launched, year, quarter, independent=clustered)
    return found


def _too_many_pairs(
    launched: IntArray, day: IntArray, held: Strata, year: IntArray
) -> list[str]:
    stratum = year
    if held is not None:
        stratum = stratum_of(day, held) * (int(year[-1]) + 1) + year
    pairs = near_pairs(launched, day, stratum, _WITHIN)
    at = int(pairs.pvalue.argmin())
    # Each pair puts a launch near two others.
    excess = 2 * (pairs.observed[at] - pairs.expected[at]) / launched.sum()
    if pairs.pvalue[at] * len(_WITHIN) > _LEVEL or excess < _HARMFUL:
        return []
    where = "each year" if held is None else strata_in_words(held)
    ratio = pairs.observed[at] / pairs.expected[at]
    return [
        f"the events cluster: within {_WITHIN[at]} days of each other there are "
        f"{ratio:.1f} times as many pairs as independent events in {where} would make"
    ]


def _slow(
    launched: IntArray, year: IntArray, quarter: IntArray, *, independent: bool
) -> list[str]:
    yearly = dispersion(launched, year, np.zeros_like(year))
    within = None if independent else dispersion(launched, quarter, year)
    if yearly.pvalue(within) > _LEVEL:
        return []
    usual = 1.0 if within is None else max(1.0, within.index)
    whose = "events that cluster as these do within a year"
    if within is None:
        whose = "independent events"
    return [
        "the event rate moves slowly: yearly numbers vary "
        f"{yearly.index / usual:.1f} times as much as those of {whose}, which matters "
        "if the calendar's density moves with it"
    ]


def _warn(
    found: list[str], chosen: str, name: str, better: str, stacklevel: int
) -> None:
    msg = f"{'; '.join(found)}. {chosen} does not hold this fixed"
    if name in _MEASURED:
        clustered, slow = _MEASURED[name]
        msg += (
            f" (measured at 5 %: it rejects {clustered:.0%} of true nulls where "
            f"events cluster, {slow:.0%} where calendar and events also share a "
            "slow cause)"
        )
    warnings.warn(f"{msg}; use {better}.", ClusteringWarning, stacklevel=stacklevel)
