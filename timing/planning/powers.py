"""How often tests find a planted rate ratio."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from timing.arguments import check_above, check_share
from timing.planning.experiment import (
    Experiment,
    Runs,
    check_several,
    named_tests,
    share_error,
    shared_seed,
    simulated,
)
from timing.results.planning import PowerResult
from timing.scenario import scenario_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from timing.inputs import Dates
    from timing.period import StudyPeriod, Window
    from timing.planning.experiment import Tests
    from timing.processes import DrawnCalendar, Process
    from timing.scenario import Scenario


def power(
    process: Process | str,
    calendar: Dates | DrawnCalendar,
    *,
    period: StudyPeriod,
    window: Window,
    n_launches: float,
    rate_ratios: Sequence[float] = (1.5, 2.0, 3.0),
    test: Tests | None = None,
    level: float = 0.05,
    anchor: str = "interval",
    n_replicates: int = 500,
    rng: np.random.Generator | int | None = None,
    n_jobs: int | None = 1,
    progress: bool = True,
    folder: str | Path | None = None,
) -> PowerResult:
    """Tell how often tests find a rate ratio that is planted in simulated launches.

    Parameters
    ----------
    process, calendar, period, window, n_launches, test, anchor
        As in `size`.
    rate_ratios : sequence of float, default (1.5, 2.0, 3.0)
    level : float, default 0.05
    n_replicates : int, default 500
        For each rate ratio.
    rng, n_jobs, progress, folder
        As in `size`. All rate ratios start from the same seeds; that of 1 has the
        rejections of `size`.

    Returns
    -------
    PowerResult

    Raises
    ------
    ArgumentError
        If an argument is of the wrong type or out of its range, or `folder` holds the
        replicates of another request.
    SchemaError, EmptySelectionError
        If the calendar breaks its rules or has no usable row.

    Notes
    -----
    The rate ratio is planted by thinning, see `simulate`. The power of a test that
    rejects true nulls too often is no merit: look at its `size` on the same process
    (a rate ratio of 1) first.

    Examples
    --------
    >>> import timing
    >>> result = timing.power(
    ...     "homogeneous", timing.processes.DrawnCalendar(n_events=20),
    ...     period=timing.StudyPeriod("2020-01-01", "2021-12-31"),
    ...     window=timing.Window(before=3, after=3), n_launches=40,
    ...     test=timing.CircularShift("quarter"), rate_ratios=(1.0, 4.0),
    ...     n_replicates=40, rng=1,
    ... )
    >>> bool(result.power[0, 1] > result.power[0, 0])
    True
    """
    tests = named_tests(test)
    check_share("level", level)
    check_several("rate_ratios", rate_ratios, partial(check_above, limit=0.0))
    scenario = scenario_of(
        process, calendar, period=period, window=window, n_launches=n_launches,
        anchor=anchor,
    )  # fmt: skip
    seed = shared_seed(rng, folder)
    runs = Runs(n_replicates, seed, n_jobs, progress, folder)
    return power_curve(scenario, tests, rate_ratios, level, runs)


def power_curve(
    scenario: Scenario,
    tests: Mapping[str, Callable[..., Any]],
    rate_ratios: Sequence[float],
    level: float,
    runs: Runs,
) -> PowerResult:
    """Simulate each rate ratio, with the same seeds."""
    found = []
    for ratio in rate_ratios:
        experiment = Experiment(scenario, tests, float(ratio))
        label = f"rate ratio {ratio:.3g}"
        p = runs.pvalues(experiment, label, part=f"ratio-{ratio:.6g}")
        found.append(p.to_numpy().T)
    share = np.stack([(p <= level).mean(axis=1) for p in found], axis=1)
    return PowerResult(
        test=tuple(tests),
        rate_ratio=np.array(rate_ratios, dtype=np.float64),
        power=share,
        std_error=share_error(share, runs.n_replicates),
        n_failed=np.stack([np.isnan(p).sum(axis=1) for p in found], axis=1),
        level=level,
        simulated=simulated(scenario, runs.n_replicates),
    )
