"""How often tests reject a true null hypothesis."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from timing.arguments import check_share
from timing.planning.experiment import (
    Experiment,
    Runs,
    check_several,
    named_tests,
    share_error,
    simulated,
)
from timing.results.planning import SizeResult
from timing.scenario import scenario_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from timing.inputs import Dates
    from timing.period import StudyPeriod, Window
    from timing.planning.experiment import Tests
    from timing.processes import DrawnCalendar, Process


def size(
    process: Process | str,
    calendar: Dates | DrawnCalendar,
    *,
    period: StudyPeriod,
    window: Window,
    n_launches: float,
    test: Tests | None = None,
    levels: Sequence[float] = (0.01, 0.05),
    anchor: str = "interval",
    n_replicates: int = 1000,
    rng: np.random.Generator | int | None = None,
    n_jobs: int | None = 1,
    progress: bool = True,
    folder: str | Path | None = None,
) -> SizeResult:
    """Tell how often tests reject, on simulated launches that ignore the calendar.

    Parameters
    ----------
    process : Process or str
        As in `simulate`.
    calendar : DataFrame with ``start`` and ``end`` columns, dates, or DrawnCalendar
        Yours, or one drawn anew for each replicate
        (`timing.processes.DrawnCalendar`), which may share its rate with the launches.
    period, window
    n_launches : float
        Expected number of launches.
    test : callable, NullModel, or a mapping of names to these, optional
        `randomization_test` by default. Functions are called as ``test(tests,
        calendar, period=..., window=...)`` and return a result with ``pvalue``, or a
        number; `functools.partial` fixes other arguments. A function with an argument
        `rng` gets a Generator. A null model stands for `permutation_test` with it (999
        draws where it is not exact). Several tests see the same records.
    levels : sequence of float, default (0.01, 0.05)
    anchor : {"interval", "meeting", "start", "end", "announced"}
    n_replicates : int, default 1000
    rng : Generator, int or None
        Each replicate has a seed of its own.
    n_jobs : int, optional, default 1
        Processes; None honours joblib's context, such as a dask cluster. The numbers
        do not depend on it.
    progress : bool, default True
        Show progress once it takes a while.
    folder : str or Path, optional
        Where finished replicates are kept: a run that was stopped goes on from there.
        `rng` must then be a whole number.

    Returns
    -------
    SizeResult

    Raises
    ------
    ArgumentError
        If an argument is of the wrong type or out of its range, or `folder` holds the
        replicates of another request.
    SchemaError, EmptySelectionError
        If the calendar breaks its rules or has no usable row.

    Notes
    -----
    The null hypothesis holds by construction: launches and calendar are drawn apart,
    given the rates. Where they share a rate that moves as fast as the window, a test
    that rejects is not wrong about the coincidences, only about their cause.

    A test that cannot be made on a record (no launch, say) counts as not rejected, and
    is reported.

    Examples
    --------
    >>> import timing
    >>> result = timing.size(
    ...     "homogeneous", timing.processes.DrawnCalendar(n_events=10),
    ...     period=timing.StudyPeriod("2020-01-01", "2021-12-31"),
    ...     window=timing.Window(before=3, after=3), n_launches=30,
    ...     test=timing.CircularShift("quarter"), n_replicates=40, rng=1,
    ... )
    >>> result.rejection_rate.shape
    (1, 2)
    """
    tests = named_tests(test)
    check_several("levels", levels, check_share)
    scenario = scenario_of(
        process, calendar, period=period, window=window, n_launches=n_launches,
        anchor=anchor,
    )  # fmt: skip
    runs = Runs(n_replicates, rng, n_jobs, progress, folder)
    p = runs.pvalues(Experiment(scenario, tests, 1.0), "size")
    found = p.to_numpy().T
    rate = np.stack([(found <= level).mean(axis=1) for level in levels], axis=1)
    return SizeResult(
        test=tuple(tests),
        level=tuple(levels),
        rejection_rate=rate,
        std_error=share_error(rate, n_replicates),
        n_failed=np.isnan(found).sum(axis=1),
        simulated=simulated(scenario, n_replicates),
    )
