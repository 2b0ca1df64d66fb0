"""What a test assumes where it is not told: the study period and the window."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from timing.arguments import check_type
from timing.clock import to_dates
from timing.inputs import read_events
from timing.period import StudyPeriod, Window

if TYPE_CHECKING:
    from timing.inputs import Dates


class AssumedPeriod(StudyPeriod):
    """A study period that nobody stated; it says so where it is printed."""

    __slots__ = ()

    def __str__(self) -> str:
        words = "assumed: the whole months from the first to the last event"
        return f"{StudyPeriod.__str__(self)} ({words})"


class AssumedWindow(Window):
    """A window that nobody stated; it says so where it is printed."""

    __slots__ = ()

    def __str__(self) -> str:
        return f"{Window.__str__(self)} (assumed)"


def months_of(tests: Dates) -> StudyPeriod:
    """Return the whole months from the first to the last event of known day.

    Examples
    --------
    >>> print(months_of(["2025-10-22", "2025-11-07"]))
    2025-10-01 to 2025-11-30 (assumed: the whole months from the first to the last ...)
    """
    day = pd.DatetimeIndex(to_dates(read_events(tests).day))
    last = day.max() + pd.offsets.MonthEnd(0)
    return AssumedPeriod(day.min().replace(day=1).date(), last.date())


def stated(
    tests: Dates, period: StudyPeriod | None, window: Window | None
) -> tuple[StudyPeriod, Window]:
    """Return period and window as given, or what is assumed in their place.

    Parameters
    ----------
    tests : DataFrame or dates
    period : StudyPeriod, optional
        By default `months_of` the tests.
    window : Window, optional
        By default seven days before to seven days after.

    Raises
    ------
    ArgumentError
        If `period` or `window` is something else.

    Examples
    --------
    >>> print(stated(["2025-10-22"], None, None)[1])
    7 days before to 7 days after (assumed)
    """
    if period is None:
        period = months_of(tests)
    check_type("period", period, StudyPeriod)
    if window is None:
        window = AssumedWindow()
    check_type("window", window, Window)
    return period, window
