"""A process fitted to the user's launches."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from timing.arguments import check_type
from timing.errors import EmptySelectionError
from timing.inputs import read_events
from timing.kernels.self_excitation import fit_self_exciting
from timing.kernels.units import launches_on
from timing.period import StudyPeriod
from timing.processes.launches import Poisson, SelfExciting
from timing.processes.rates import Given
from timing.strata import strata_in_words, stratum_of

if TYPE_CHECKING:
    from timing.inputs import Dates
    from timing.processes.base import Process
    from timing.strata import Strata


def fitted(tests: Dates, *, period: StudyPeriod, strata: Strata = "year") -> Process:
    """Fit a self-exciting process to launch days, without any calendar.

    Parameters
    ----------
    tests : DataFrame with a ``date`` column, or dates
    period : StudyPeriod
    strata : str, int, Series, callable or None, default "year"
        Strata of the base rate; see `timing.nulls.CircularShift`.

    Returns
    -------
    Process
        `SelfExciting` with the fitted branching ratio, mean delay and base rates;
        `Poisson` where no launch excites another.

    Raises
    ------
    SchemaError
        If a date cannot be read.
    ArgumentError
        If `period` is no StudyPeriod.
    EmptySelectionError
        If no launch lies on an at-risk day.

    Notes
    -----
    Maximum likelihood of ``lambda_t = b_s(t) + eta sum_{j >= 1} (1 - d) d^(j-1)
    y_{t-j}`` for 0/1 launch days (Hawkes 1971, Biometrika 58:83-90, with a geometric
    kernel). The simulated mean rate follows ``b_s(t) / (1 - eta)``. On excluded days
    the rate is 0.

    Examples
    --------
    >>> import timing
    >>> period = timing.StudyPeriod("2012-01-01", "2026-08-20")
    >>> process = timing.processes.fitted(timing.load_tests(), period=period)
    >>> round(process.branching, 1)
    0.3
    """
    check_type("period", period, StudyPeriod)
    events = read_events(tests, clock=period.zone)
    day = period.days
    launches = launches_on(day, events.day, unit="day", gap=1, missiles=events.missiles)
    if not launches.any():
        msg = f"`tests` has no event on the at-risk days of {period}."
        raise EmptySelectionError(msg)
    fit = fit_self_exciting(launches, stratum_of(day, strata))
    values = np.zeros(period.all_days.size)
    values[period.at_risk] = fit.base
    rate = Given(values, f"the fitted base rate of {strata_in_words(strata)}")
    if not fit.branching:
        return Poisson(rate)
    return SelfExciting(fit.branching, fit.delay, rate)
