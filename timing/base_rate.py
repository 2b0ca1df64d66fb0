"""The chance of a launch around one event, and how often such events see one."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from timing._version import __version__
from timing.arguments import check_choice, check_share, check_type
from timing.errors import SelectionWarning
from timing.inputs import drop_note, read_intervals
from timing.kernels.exact import circular_shift_pmf, tail_p
from timing.kernels.rates import (
    chance_at_even_rate,
    count_between,
    overlapping_pairs,
    rate_limits,
    separate_groups,
    share_limits,
    share_of_windows,
)
from timing.one_event import read_event
from timing.period import Window, clock_of
from timing.record import iso_day, read_record, whole_days
from timing.results.base import Specification
from timing.results.surprise import BaseRate, SurpriseResult

if TYPE_CHECKING:
    from datetime import timedelta

    from timing.inputs import Dates
    from timing.one_event import Event
    from timing.period import StudyPeriod
    from timing.record import Record
    from timing.results import Dropped

IntArray = npt.NDArray[np.int64]

UNITS = ("day", "event")

_NULL = (
    "launches ignore the event: its window is like any other stretch of as many days, "
    "at the rate of the days before it"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Terms:
    """What is asked of every event alike."""

    window: Window
    history_days: int
    unit: str
    anchor: str
    confidence_level: float
    clock: str

    def __post_init__(self) -> None:
        check_choice("unit", self.unit, UNITS)
        check_type("window", self.window, Window)
        check_share("confidence_level", self.confidence_level)


def surprise(
    tests: Dates,
    event: Event,
    *,
    window: Window,
    history: str | int | timedelta = "365D",
    calendar: Dates | None = None,
    period: StudyPeriod | None = None,
    unit: Literal["day", "event"] = "day",
    anchor: Literal["interval", "meeting", "start", "end", "announced"] = "interval",
    prespecified: bool = False,
    confidence_level: float = 0.95,
) -> SurpriseResult:
    """Tell how likely a launch was in the window of one event.

    Parameters
    ----------
    tests : DataFrame with a ``date`` column, or dates
    event : date, (start, end), row of a calendar, or str
        Text that is no date is the ``event_id`` of a row of `calendar`. Dates given
        directly are days of the study and stand for what the window hangs on.
    window : Window
    history : str, timedelta or int, default "365D"
        Length of the time before the window whose rate is taken, in whole days.
    calendar : DataFrame with ``start`` and ``end`` columns, or dates, optional
        Events of the same kind, for the base rate.
    period : StudyPeriod, optional
        The days that `tests` covers; by default from its first to its last row. Give it
        where the record goes on after the last launch or began before the first, and
        to take the base rate from certain years.
    unit : {"day", "event"}
        Count launch days (0 or 1 a day), or test events.
    anchor : {"interval", "meeting", "start", "end", "announced"}
        What the window hangs on; see `exposure`.
    prespecified : bool, default False
        Whether the event was chosen before it was known if a launch fell into its
        window. Only then is there a p-value.
    confidence_level : float, default 0.95

    Returns
    -------
    SurpriseResult

    Raises
    ------
    SchemaError, EmptySelectionError
        If a table breaks its rules or has no usable row.
    ArgumentError
        If the event cannot be found, or its history is not covered by the data, and for
        any other argument that breaks its rule.

    Warns
    -----
    SelectionWarning
        If the window holds a launch and `prespecified` is False.

    Notes
    -----
    Null hypothesis: launches ignore the event, whose window is like any other stretch
    of m days. With h launches in the H days before the window:

    - `expected` is ``m * h / H``.
    - `probability` is ``1 - (1 - h / H) ** m`` for launch days and
      ``1 - exp(-m * h / H)`` for test events. Its interval is this formula at the exact
      limits of the daily rate (Clopper-Pearson; Garwood). It assumes independent days
      at a constant rate and is too narrow where launches come in campaigns.
    - `clustered_probability` is the share of the H - m + 1 windows of m days within the
      history that hold a launch. It keeps the campaigns and assumes no model. The
      windows overlap, so that its interval takes ``H // m`` trials.
    - `pvalue` is the share of the rotations of the m + H days that put at least as many
      launches into the window: `permutation_test` with ``CircularShift(strata=None)``,
      one calendar event and ``alternative="greater"``.

    `probability` is the headline, because it has foretold better: over all windows of
    8 days since 2013 in the curated record it is 0.25 on average and the clustered
    share 0.23, while 0.24 of the windows saw a launch, and its mean squared error is
    the lower one for windows of 8 and of 15 days
    (``analyses/surprise_calibration.py``). Where bursts are short the clustered share
    is the better one: both are given.

    Only days before the window enter the history, and only days that the data cover:
    in a forecast it ends on the last of these. The base rate counts the events of
    `calendar` whose window and history are covered, leaves out those whose window
    shares a day with that of `event` (they would count its launch again), and compares
    their share with a launch with the mean of their own chances by the formula above.
    Events whose windows overlap are not independent: the exact interval takes as many
    trials as there are separate windows. Whether launches cluster around the kind is
    the question of `randomization_test`.

    References
    ----------
    Clopper, C. J. and Pearson, E. S. (1934). Biometrika 26:404-413.
    Garwood, F. (1936). Biometrika 28:437-442.

    Examples
    --------
    Two launch days in 20 days of history; three days of window.

    >>> import timing
    >>> result = timing.surprise(
    ...     ["2025-10-01", "2025-10-09", "2025-10-18"],
    ...     "2025-10-29",
    ...     window=timing.Window(before=2, after=0),
    ...     history="20D",
    ...     period=timing.StudyPeriod("2025-10-01", "2025-10-31"),
    ... )
    >>> result.observed, result.history_launches, round(result.probability, 3)
    (0, 2, 0.271)
    """
    check_type("prespecified", prespecified, bool)
    terms = _Terms(
        window=window,
        history_days=whole_days("history", history),
        unit=unit,
        anchor=anchor,
        confidence_level=confidence_level,
        clock=clock_of(period),
    )
    spot = read_event(event, calendar, anchor=anchor, clock=terms.clock)
    record = read_record(tests, period, unit=unit)
    first, last = spot.first - window.before, spot.last + window.after
    begin, stop = record.history(first, last, terms.history_days)
    past, seen = record.between(begin, stop), record.between(first, last)
    m = last - first + 1
    observed = int(seen.sum()) if seen.size else None
    base, base_dropped, calendar_sha256 = _base_rate(
        calendar, (first, last), record, terms
    )
    return SurpriseResult(
        event=spot.label,
        window_start=iso_day(first),
        window_end=iso_day(last),
        history_start=iso_day(begin),
        history_end=iso_day(stop),
        window_days=m,
        known_days=seen.size,
        observed=observed,
        **_chances(past, m, observed, terms),
        pvalue=_rotation_p(past, seen) if prespecified and seen.size == m else None,
        base_rate=base,
        warnings=_selection_warning(observed, prespecified=prespecified, base=base),
        dropped=(*record.dropped, *base_dropped),
        specification=Specification(
            method="surprise",
            null=_NULL,
            period=f"{iso_day(record.origin)} to {iso_day(record.end)}",
            window=str(window),
            anchor=anchor,
            unit=unit,
            alternative="greater",
            confidence_level=confidence_level,
            tests_sha256=record.tests_sha256,
            calendar_sha256=calendar_sha256 or spot.sha256,
            version=__version__,
            options={
                "history": f"{terms.history_days} days",
                "prespecified": "yes" if prespecified else "no",
            },
        ),
    )


def _chances(
    past: IntArray, m: int, observed: int | None, terms: _Terms
) -> dict[str, Any]:
    """Fields of the result that follow from the launches of the history."""
    count, days, level = int(past.sum()), past.size, terms.confidence_level
    low, high = rate_limits(count, days, unit=terms.unit, confidence_level=level)

    def at_least(k: int, rate: float) -> float:
        return chance_at_even_rate(k, rate, m, unit=terms.unit)

    clustered = share_of_windows(past, m)
    numbers = {
        "history_days": days,
        "history_launches": count,
        "expected": m * count / days,
        "probability": at_least(1, count / days),
        "interval": (at_least(1, low), at_least(1, high)),
        "clustered_probability": clustered,
        "clustered_interval": share_limits(
            clustered, days // m, confidence_level=level
        ),
        "separate_windows": days // m,
    }
    if observed is None:
        return {**numbers, "tail_probability": None, "tail_interval": None}
    return {
        **numbers,
        "tail_probability": at_least(observed, count / days),
        "tail_interval": (at_least(observed, low), at_least(observed, high)),
    }


def _rotation_p(past: IntArray, seen: IntArray) -> float:
    """Exact p-value of the window among all rotations of history and window."""
    launches = np.concatenate([past, seen])
    in_window = np.repeat([0, 1], [past.size, seen.size])
    null = circular_shift_pmf(launches, in_window)
    return tail_p(null, int(seen.sum()), alternative="greater")


def _base_rate(
    calendar: Dates | None, own: tuple[int, int], record: Record, terms: _Terms
) -> tuple[BaseRate | None, tuple[Dropped, ...], str]:
    """Look at the other events of the calendar, each with the history before it."""
    if calendar is None:
        return None, (), ""
    kind = read_intervals(calendar, anchor=terms.anchor, clock=terms.clock)
    first, last = kind.first - terms.window.before, kind.last + terms.window.after
    begin = first - terms.history_days
    meets_own = (first <= own[1]) & (last >= own[0])
    covered = (begin >= record.origin) & (last <= record.end)
    lost = ~meets_own & ~covered
    notes = (
        *kind.dropped,
        *drop_note("calendar", "window shares days with it", meets_own, kind.ids),
        *drop_note("calendar", "window or history not covered", lost, kind.ids),
    )
    kept = np.flatnonzero(~meets_own & covered)
    if not kept.size:
        return None, notes, kind.sha256
    first, last, begin = first[kept], last[kept], begin[kept]
    origin = record.origin
    launches = count_between(record.launches, first - origin, last - origin)
    past = count_between(record.launches, begin - origin, first - 1 - origin)
    chance = [
        chance_at_even_rate(1, count / terms.history_days, m, unit=terms.unit)
        for count, m in zip(past.tolist(), (last - first + 1).tolist(), strict=True)
    ]
    separate = separate_groups(first, last)
    interval = share_limits(
        float((launches > 0).mean()), separate, confidence_level=terms.confidence_level
    )
    base = BaseRate(
        ids=tuple(kind.ids[i] for i in kept),
        window_start=tuple(iso_day(day) for day in first.tolist()),
        launches=launches,
        chance=np.array(chance),
        overlapping_pairs=overlapping_pairs(first, last),
        separate_windows=separate,
        interval=interval,
    )
    return base, notes, kind.sha256


def _selection_warning(
    observed: int | None, *, prespecified: bool, base: BaseRate | None
) -> tuple[str, ...]:
    if not observed or prespecified:
        return ()
    advice = "quote" if base else "give a `calendar` of such events, and quote"
    msg = (
        "the window holds a launch, and the event may have been picked because of it: "
        f"its chances are no p-values; {advice} the base rate. If the event was chosen "
        "before its outcome was known, say so by `prespecified=True`."
    )
    warnings.warn(msg, SelectionWarning, stacklevel=3)
    return (msg,)
