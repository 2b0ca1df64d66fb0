"""How often each test rejects a true null on launches simulated like the real ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy import special

from timing.kernels.exact import shift_counts, shuffle_pmf, tail_p, tally
from timing.kernels.pvalues import p_value
from timing.kernels.score import score_shifts, shift_p, shift_sums
from timing.nulls import CircularShift
from timing.processes import Given, Poisson, Process, SelfExciting
from timing.scenario import Scenario, scenario_of
from timing.strata import stratum_of
from timing.study.testing import grid_of

if TYPE_CHECKING:
    from timing.grid import DayGrid
    from timing.study.specification import Variant

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

SLOW_DAYS = 181
"""Width of the moving average that makes a slow cause shared with the calendar."""


def summit_density(grid: DayGrid) -> FloatArray:
    """Return a relative rate that follows the density of summits over half a year.

    A slow shared cause, which is no clustering around any summit: launches that follow
    it ignore the calendar all the same.

    Returns
    -------
    (n,) array of float
        For each at-risk day; 1 on average, and never below a fifth.
    """
    ends = np.pad(grid.exposed.astype(float), SLOW_DAYS // 2, mode="reflect")
    density = np.convolve(ends, np.full(SLOW_DAYS, 1 / SLOW_DAYS), mode="valid")
    rate: FloatArray = 0.2 + 0.8 * density / density.mean()
    return rate


def backgrounds(variant: Variant) -> dict[str, Scenario]:
    """Return records of a variant whose launches ignore its calendar, by name."""
    grid, period = grid_of(variant), variant.period
    # Nothing is at risk on excluded days; a rate needs a value there all the same.
    density = np.interp(period.all_days, grid.day, summit_density(grid))
    shared = Given(density, "the density of calendar events over half a year")
    processes: dict[str, Process] = {
        "independent days": Poisson(),
        "self-exciting": SelfExciting(),
        "self-exciting, slow shared cause": SelfExciting(rate=shared),
    }
    return {
        name: scenario_of(
            process,
            variant.calendar(),
            period=period,
            window=variant.window,
            n_launches=grid.n_launches,
            anchor=variant.anchor,
        )
        for name, process in processes.items()
    }


def p_values(
    launches: IntArray, exposed: IntArray, day: IntArray, month: IntArray
) -> dict[str, float]:
    """Two-sided p-value of each method."""
    count, n = int(launches @ exposed), int(launches.sum())
    return {
        "score shift, month strata": shift_p(
            score_shifts(shift_sums(launches, exposed, month)), alternative="two-sided"
        ),
        "shift within month": tail_p(
            CircularShift("month").distribution(launches, exposed, day),
            count,
            alternative="two-sided",
        ),
        "shift of the whole period": tail_p(
            tally(shift_counts(launches, exposed)), count, alternative="two-sided"
        ),
        "shuffle of dates (naive)": tail_p(
            shuffle_pmf(launches, int(exposed.sum())),
            count,
            alternative="two-sided",
        ),
        "Poisson regression, no controls": _poisson_p(
            count, n - count, int(exposed.sum()), day.size
        ),
    }


def _poisson_p(inside: int, outside: int, exposed_days: int, n_days: int) -> float:
    """Wald p-value of the Poisson model with exposure only, in closed form."""
    if not inside or not outside:
        return 1.0
    log_ratio = np.log(inside / exposed_days) - np.log(
        outside / (n_days - exposed_days)
    )
    z = log_ratio / np.sqrt(1 / inside + 1 / outside)
    return p_value(special.ndtr(-z), 0.0, special.ndtr(z), alternative="two-sided")


def drawn_p_values(scenario: Scenario, rng: np.random.Generator) -> dict[str, float]:
    """Draw one record and test it; one of fewer than two launches has no p-values."""
    record, at_risk = scenario.draw(rng), scenario.period.at_risk
    launches, day = record.launches[at_risk], record.day[at_risk]
    if launches.sum() < 2:
        return {}
    return p_values(launches, record.exposed[at_risk], day, stratum_of(day, "month"))
