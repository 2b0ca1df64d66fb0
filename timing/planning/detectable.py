"""The rate ratio that a test finds with a given power."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy import optimize, special

from timing.arguments import check_choice, check_share, check_whole
from timing.errors import ArgumentError
from timing.planning.experiment import Runs, named_tests, shared_seed
from timing.planning.powers import power_curve
from timing.results.planning import DetectableResult, PowerResult
from timing.scenario import scenario_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from timing.inputs import Dates
    from timing.period import StudyPeriod, Window
    from timing.planning.experiment import Test
    from timing.processes import DrawnCalendar, Process

FloatArray = npt.NDArray[np.float64]


_FARTHEST = 20.0
"""Rate ratio beyond which none is looked for."""
_STEPS = 7
"""Halvings of the log rate ratio from there: to within a fortieth."""
_FEWEST = 20
"""Replicates that a power curve can be drawn through."""
_SLOPES = (0.2, 50.0)
"""Probits for one unit of the log rate ratio, at least and at most."""


def minimum_detectable_rate_ratio(
    process: Process | str,
    calendar: Dates | DrawnCalendar,
    *,
    period: StudyPeriod,
    window: Window,
    n_launches: float,
    test: Test | None = None,
    power: float = 0.8,
    level: float = 0.05,
    direction: str = "more",
    anchor: str = "interval",
    n_replicates: int = 500,
    rng: np.random.Generator | int | None = None,
    n_jobs: int | None = 1,
    progress: bool = True,
    folder: str | Path | None = None,
) -> DetectableResult:
    """Find the rate ratio nearest to 1 that a test finds with a given power.

    Parameters
    ----------
    process, calendar, period, window, n_launches, anchor
        As in `size`.
    test : callable or NullModel, default randomization_test
        One test, as in `size`.
    power : float, default 0.8
    level : float, default 0.05
    direction : {"more", "fewer"}
        Look above 1 (up to 20) or below (down to 1/20).
    n_replicates : int, default 500
        For each of the eight rate ratios tried; at least 20.
    rng, n_jobs, progress, folder
        As in `power`.

    Returns
    -------
    DetectableResult
        Its interval covers the Monte Carlo error only.

    Raises
    ------
    ArgumentError
        If an argument is of the wrong type or out of its range, or `folder` holds the
        replicates of another request.
    SchemaError, EmptySelectionError
        If the calendar breaks its rules or has no usable row.

    Notes
    -----
    Bisection on the log scale with the same seeds at each rate ratio, then a probit
    line (maximum likelihood) through the power at the ratios tried, most of which lie
    near the one sought. The results of single tests state a minimum
    detectable rate ratio too, from the null distribution of the data at hand; this one
    holds for the whole process.

    Examples
    --------
    >>> import timing
    >>> found = timing.minimum_detectable_rate_ratio(
    ...     "homogeneous", timing.processes.DrawnCalendar(n_events=20),
    ...     period=timing.StudyPeriod("2020-01-01", "2021-12-31"),
    ...     window=timing.Window(before=3, after=3), n_launches=60,
    ...     test=timing.CircularShift("quarter"), n_replicates=40, rng=1,
    ... )
    >>> 1.5 < found.rate_ratio < 4
    True
    """
    if isinstance(test, Mapping):
        msg = "`test` must be one test; call once for each."
        raise ArgumentError(msg)
    tests = named_tests(test)
    check_share("power", power)
    check_share("level", level)
    check_choice("direction", direction, ("more", "fewer"))
    check_whole("n_replicates", n_replicates, minimum=_FEWEST)
    scenario = scenario_of(
        process, calendar, period=period, window=window, n_launches=n_launches,
        anchor=anchor,
    )  # fmt: skip
    sign = 1.0 if direction == "more" else -1.0
    seed = shared_seed(rng, folder)
    runs = Runs(n_replicates, seed, n_jobs, progress, folder)
    tried: dict[float, PowerResult] = {}

    def power_at(log_ratio: float) -> float:
        ratio = [math.exp(sign * log_ratio)]
        tried[log_ratio] = power_curve(scenario, tests, ratio, level, runs)
        return float(tried[log_ratio].power[0, 0])

    low, high = 0.0, math.log(_FARTHEST)
    reached = power_at(high) >= power
    if reached:
        for _ in range(_STEPS):
            middle = (low + high) / 2
            low, high = (low, middle) if power_at(middle) >= power else (middle, high)
    logs = np.array(sorted(tried))
    curve = np.array([float(tried[at].power[0, 0]) for at in logs])
    best, error = (
        _crossing(logs, curve, n_replicates, power) if reached else (math.inf, 0.0)
    )
    limits = [math.exp(sign * (best + z * error)) for z in (-1.96, 1.96)]
    order = np.argsort(sign * logs)
    return DetectableResult(
        rate_ratio=math.exp(sign * best),
        interval=(min(limits), max(limits)),
        power=power,
        level=level,
        tried=_joined([tried[at] for at in logs[order]]),
    )


def _crossing(
    logs: FloatArray, curve: FloatArray, n: int, power: float
) -> tuple[float, float]:
    """Where a probit line through the curve reaches the power, and its error."""
    goal = float(special.ndtri(power))

    def loss(params: FloatArray) -> float:
        best, log_slope = params
        probit = goal + np.exp(log_slope) * (logs - best)
        likely = curve * special.log_ndtr(probit)
        likely += (1 - curve) * special.log_ndtr(-probit)
        return -float(likely.sum())

    start = [float(np.interp(power, np.maximum.accumulate(curve), logs)), 1.0]
    bounds = [(0.0, math.log(_FARTHEST)), tuple(np.log(_SLOPES))]
    found = optimize.minimize(loss, start, method="L-BFGS-B", bounds=bounds)
    best, slope = float(found.x[0]), math.exp(found.x[1])
    # Records at neighbouring ratios are partly the same: claim the error of one point.
    density = math.exp(-0.5 * goal**2) / math.sqrt(2 * math.pi)
    return best, math.sqrt(power * (1 - power) / n) / (slope * density)


def _joined(results: Sequence[PowerResult]) -> PowerResult:
    first = results[0]
    return PowerResult(
        test=first.test,
        rate_ratio=np.concatenate([r.rate_ratio for r in results]),
        power=np.concatenate([r.power for r in results], axis=1),
        std_error=np.concatenate([r.std_error for r in results], axis=1),
        n_failed=np.concatenate([r.n_failed for r in results], axis=1),
        level=first.level,
        simulated=first.simulated,
    )
