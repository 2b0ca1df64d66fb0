"""Rows of a regression: launches, exposure and controls by days or weeks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from timing.controls import design_matrix
from timing.errors import EstimationError
from timing.kernels.firth import null_directions, separated
from timing.kernels.null_fit import redundant
from timing.results import Dropped

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

ROW_DAYS = {"D": 1, "W": 7}
EXPOSED = "exposed"


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Rows:
    """Rows of the fit.

    Attributes
    ----------
    launches : (n,) array of float
    design : DataFrame
        Intercept, exposure and control columns.
    log_days : (n,) array of float
        Logarithm of the at-risk days in the row.
    position : (n,) array of int
        Place on the day or week grid.
    """

    launches: FloatArray
    design: pd.DataFrame
    log_days: FloatArray
    position: IntArray

    def select(self, kept: npt.NDArray[np.bool_]) -> Rows:
        """Return some of the rows."""
        return Rows(
            launches=self.launches[kept],
            design=self.design[kept],
            log_days=self.log_days[kept],
            position=self.position[kept],
        )

    def without(self, columns: Sequence[str]) -> Rows:
        """Return the same rows, fewer columns."""
        return replace(self, design=self.design.drop(columns=list(columns)))


def levels_with_launches(
    table: pd.DataFrame, launches: IntArray, day: IntArray
) -> tuple[BoolArray, tuple[Dropped, ...]]:
    """Leave out the days in a level of a control that holds no launch.

    Their rate is fitted as 0 whatever exposure does.

    Parameters
    ----------
    table : DataFrame
        Levels are those of its categorical columns.
    launches, day : (n,) arrays of int
        Of its rows.

    Returns
    -------
    keep : (n,) array of bool
    dropped : tuple of Dropped
    """
    keep = np.ones(len(table), dtype=bool)
    dropped = []
    for name in table.columns[table.dtypes.eq("category")]:
        codes = table[name].cat.codes.to_numpy()
        empty = keep & (np.bincount(codes, weights=launches)[codes] == 0)
        if empty.any():
            ids = tuple(np.unique(day[empty]).astype("datetime64[D]").astype(str))
            reason = f"day in a level of '{name}' without an event"
            dropped.append(
                Dropped(table="days", reason=reason, rows=int(empty.sum()), ids=ids)
            )
            keep &= ~empty
    return keep, tuple(dropped)


def design_rows(
    panel: pd.DataFrame, freq: str, exposures: Sequence[str] = (EXPOSED,)
) -> tuple[Rows, tuple[Dropped, ...]]:
    """Design rows, without those whose rate the controls alone drive to 0.

    Such rows (days in a control level without a launch, say) are fitted at a rate of 0
    whatever the exposure does. All rows are kept where nothing would be left of the
    exposure: `exposure_separated` is then true.

    Raises
    ------
    EstimationError
        If columns are collinear.
    """
    whole = _rows_of(panel, freq)
    check_rank(whole)
    day = panel["date"].to_numpy().astype("datetime64[D]").astype(np.int64)
    keep, dropped = levels_with_launches(panel, panel["launches"].to_numpy(), day)
    rows = whole if keep.all() else _rows_of(panel[keep], freq)
    controls = rows.design.drop(columns=list(exposures)).to_numpy()
    gone = separated(controls, rows.launches > 0)
    if gone.any():
        first = rows.position[gone] * ROW_DAYS[freq] - 3 * (freq == "W")
        ids = tuple(first.astype("datetime64[D]").astype(str).tolist())
        reason = "the controls alone fit a rate of 0"
        table = "days" if freq == "D" else "weeks"
        dropped += (Dropped(table=table, reason=reason, rows=len(ids), ids=ids),)
        rows = rows.select(~gone)
    if not dropped:
        return whole, ()
    if _deficient(rows):
        rows = _without_redundant(rows, exposures)
    if _deficient(rows):
        return whole, ()
    return rows, dropped


def _rows_of(panel: pd.DataFrame, freq: str) -> Rows:
    panel = panel.reset_index(drop=True)
    columns = panel.drop(columns=["date", "launches", "n_events"])
    design = design_matrix(columns.assign(intercept=1.0))
    day = panel["date"].to_numpy().astype("datetime64[D]").astype(np.int64)
    position = day if freq == "D" else (day + 3) // 7
    launches = panel["launches"].astype(float)
    n_days = launches.groupby(position).size().to_numpy()
    return Rows(
        launches=np.asarray(launches.groupby(position).sum(), dtype=np.float64),
        design=design.groupby(position).mean(),
        log_days=np.log(n_days),
        position=np.unique(position),
    )


def _without_redundant(rows: Rows, exposures: Sequence[str]) -> Rows:
    """Drop the control columns that only rows left out could tell apart."""
    names = rows.design.columns.drop([*exposures, "intercept"])
    n = rows.launches.size
    flat, collinear = redundant(
        rows.design[names].to_numpy(), np.ones(n), np.zeros(n, dtype=np.int64)
    )
    return rows.without([names[j] for j in (*flat, *collinear)])


def _deficient(rows: Rows) -> bool:
    design = rows.design.to_numpy()
    products = np.einsum("ti,tj->ij", design, design)
    return bool(null_directions(products).shape[1])


def check_rank(rows: Rows) -> None:
    """Raise if columns are collinear."""
    if _deficient(rows):
        msg = "`controls` are collinear with each other or with the exposure."
        raise EstimationError(msg)


def exposure_separated(rows: Rows) -> bool:
    """Whether an exposure has no finite maximum-likelihood estimate, given controls.

    The controls alone separate no row: `design_rows` left those out.
    """
    return bool(separated(rows.design.to_numpy(), rows.launches > 0).any())


def null_start(rows: Rows) -> FloatArray:
    """Coefficients of a flat rate."""
    level = np.log(rows.launches.sum() / np.exp(rows.log_days).sum())
    return np.where(rows.design.columns == "intercept", level, 0.0)
