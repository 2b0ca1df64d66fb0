"""The null regressions of the randomization test, by name."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from timing.errors import ArgumentError, FallbackWarning
from timing.regression.score import (
    Score,
    adjusted_score,
    check_design,
    logit_score,
    null_dispersion,
    stratum_score,
)

if TYPE_CHECKING:
    import pandas as pd

    from timing.grid import DayGrid

IntArray = npt.NDArray[np.int64]

FAMILIES = (
    "poisson",
    "quasi-poisson",
    "negative-binomial",
    "conditional-logit",
    "self-exciting",
)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class NullRegression:
    """A null regression, ready for any launches on the days of the grid.

    Attributes
    ----------
    score_of : callable
        Score of launches.
    in_words : str
        What it holds fixed beside strata and controls.
    options : dict
        For the specification of the result.
    """

    score_of: Callable[[IntArray], Score] = field(repr=False)
    in_words: str
    options: dict[str, str]


def null_regression(
    family: str, grid: DayGrid, stratum: IntArray, columns: pd.DataFrame
) -> NullRegression:
    """Make a null regression with stratum effects and controls.

    Parameters
    ----------
    family : {"poisson", "quasi-poisson", "negative-binomial", "conditional-logit", \
"self-exciting"}
    grid : DayGrid
    stratum : (n,) array of int
    columns : DataFrame
        Design columns of the controls.

    Raises
    ------
    ArgumentError
        If launches of this unit cannot excite others.
    EstimationError
        If the null rates cannot be fitted.

    Warns
    -----
    FallbackWarning
        If the launches show no over-dispersion, or no excitation.
    """
    if family == "self-exciting":
        return _self_exciting(grid, stratum, columns)
    if family == "conditional-logit":
        return _conditional_logit(grid, stratum, columns)
    return _counts(family, grid, stratum, columns)


def _counts(
    family: str, grid: DayGrid, stratum: IntArray, columns: pd.DataFrame
) -> NullRegression:
    design = columns.to_numpy(dtype=np.float64)
    dispersion = 0.0
    if family == "negative-binomial":
        dispersion = null_dispersion(grid.launches, stratum, design)
        if not dispersion:
            _fall_back("no over-dispersion was found")

    def score_of(launches: IntArray) -> Score:
        if not (design.shape[1] or dispersion):
            return stratum_score(launches, grid.exposed, stratum)
        return adjusted_score(
            launches,
            grid.exposed,
            stratum,
            design,
            names=list(columns.columns),
            dispersion=dispersion,
        )

    words = f" in a negative binomial model (alpha {dispersion:.3g})"
    return NullRegression(
        score_of=score_of,
        in_words=words if dispersion else "",
        options={
            "family": family if dispersion or family == "quasi-poisson" else "poisson",
            "dispersion": f"{dispersion:.6g}",
        },
    )


def _conditional_logit(
    grid: DayGrid, stratum: IntArray, columns: pd.DataFrame
) -> NullRegression:
    if int(grid.launches.max()) > 1:
        msg = (
            f"`unit` is {grid.unit!r}, which counts more than one a day; with "
            "`family`='conditional-logit' it is 'day' or 'episode'."
        )
        raise ArgumentError(msg)
    if len(columns.columns):
        msg = (
            "`controls` are not for `family`='conditional-logit'; make them `strata`, "
            "or take 'poisson'."
        )
        raise ArgumentError(msg)
    return NullRegression(
        score_of=lambda launches: logit_score(launches, grid.exposed, stratum),
        in_words=" in a conditional logit model",
        options={"family": "conditional-logit"},
    )


def _self_exciting(
    grid: DayGrid, stratum: IntArray, columns: pd.DataFrame
) -> NullRegression:
    from timing.kernels.excited_rates import fit_excited
    from timing.regression.excited_score import excited_days, excited_score

    if grid.unit not in ("day", "event"):
        msg = (
            f"`unit` is {grid.unit!r}; with `family`='self-exciting' it is 'day' or "
            "'event'."
        )
        raise ArgumentError(msg)
    design = columns.to_numpy(dtype=np.float64)
    check_design(grid.launches, stratum, design, list(columns.columns))
    observed = excited_days(grid, stratum, design, factor=np.ones(grid.day.size))
    fit = fit_excited(observed)
    if not fit.branching:
        _fall_back("no event excites another")
        return _counts("poisson", grid, stratum, columns)

    def score_of(launches: IntArray) -> Score:
        if launches is grid.launches:
            return excited_score(observed, grid.exposed, fit)
        history = observed.history.copy()
        history[observed.position] = launches
        days = replace(observed, launches=launches, history=history)
        return excited_score(days, grid.exposed)

    return NullRegression(
        score_of=score_of,
        in_words=(
            f" and that earlier events excite later ones (branching ratio "
            f"{fit.branching:.2f}, mean delay {fit.delay:.1f} days)"
        ),
        options={
            "family": "self-exciting",
            "branching": f"{fit.branching:.6g}",
            "delay": f"{fit.delay:.6g}",
        },
    )


def _fall_back(why: str) -> None:
    msg = f"{why}; the Poisson model took its place"
    warnings.warn(msg, FallbackWarning, stacklevel=5)
