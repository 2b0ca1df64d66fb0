"""The permutation test at clock times: exact shifts in continuous time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from timing.advice import advise
from timing.association import (
    Request,
    count_fields,
    warn_if_little,
)
from timing.errors import ArgumentError
from timing.kernels.exact import tail_p
from timing.nulls import CircularShift, NullModel, Uniform
from timing.period import DAY
from timing.results import ExactNull, PermutationResult
from timing.time_grid import build_time_grid

if TYPE_CHECKING:
    from timing.inputs import Dates


def clock_time_test(
    tests: Dates,
    calendar: Dates,
    request: Request,
    null: NullModel,
    *,
    statistic: str,
    midp: bool,
) -> PermutationResult:
    """Test the count of launches in exposed time; see `permutation_test`.

    Raises
    ------
    ArgumentError
        If the null model, the statistic or the unit is not defined in continuous time.
    """
    rules = (
        ("unit", request.unit, ("event",)),
        ("statistic", statistic, ("count",)),
    )
    for name, given, allowed in rules:
        if given not in allowed:
            msg = (
                f"`{name}` is {given!r}; with `resolution`='time' it is {allowed[0]!r}."
            )
            raise ArgumentError(msg)
    if not isinstance(null, CircularShift | Uniform):
        msg = (
            f"`null` is {null!r}; with `resolution`='time' it is CircularShift or "
            "Uniform."
        )
        raise ArgumentError(msg)
    grid = build_time_grid(
        tests,
        calendar,
        period=request.period,
        window=request.window,
        anchor=request.anchor,
    )
    daily = np.bincount(grid.launches // DAY, minlength=grid.day.size)
    advise(daily, grid.day, null, stacklevel=4)
    if isinstance(null, Uniform):
        counts = grid.uniform(null.strata)
    else:
        counts = grid.distribution(null.strata)
    share = grid.informative_share(null.strata)
    warn_if_little(share)
    p = tail_p(counts, grid.count, alternative=request.alternative, midp=midp)
    return PermutationResult(
        **count_fields(counts, grid.count, request, midp=midp),
        statistic=float(grid.count),
        expected=counts.mean,
        count=float(grid.count),
        pvalue=p,
        pvalue_error=0.0,
        pvalue_range=(p, p),
        naive_pvalue=tail_p(
            grid.uniform(), grid.count, alternative=request.alternative
        ),
        rate_ratio=grid.rate_ratio,
        exposed_days=grid.exposed_days,
        at_risk_days=grid.at_risk_days,
        n_launches=grid.n_launches,
        n_calendar_events=grid.n_calendar_events,
        informative_share=share,
        equivalence_margin=request.equivalence_margin,
        alternative=request.alternative,
        uncertain="exclude",
        n_uncertain=0,
        dropped=grid.dropped,
        null_distribution=ExactNull(
            support=counts.support, probability=counts.probability
        ),
        specification=request.specification(
            grid,
            method="permutation_test",
            null=null.in_words(),
            statistic_name=statistic,
            pvalue_type="mid-p" if midp else "exact",
            resolution="time",
            dates_tried="1 (known times)",
        ),
    )
