"""The studentized score of many launch series at a block of shifts.

A launch on day t of stratum s adds ``x_{t+k} - p_s(k)`` to the score at shift k, and
``p_s(k) (1 - p_s(k))`` to its variance, with p_s(k) the exposed share of the stratum at
that shift (`timing.kernels.score` with mu constant within strata). Both are the same
for every launch series, so that the sums of all series are two matrix products.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from timing.kernels.score import studentize

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class PeriodSeries:
    """Launch series of one period, as weights of a run of launch days and of cells.

    Attributes
    ----------
    days, cells : slice
        The launch days, and the cells, that hold all their launches.
    on_day : (m, w) array of float
        Launches of each series on each of these launch days.
    on_cell : (m, v) array of float
        Launches of each series in each of these cells.
    """

    days: slice
    cells: slice
    on_day: FloatArray
    on_cell: FloatArray


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ScoreLayout:
    """Launch days, and the cells that they lie in: the days of a stratum in a period.

    Attributes
    ----------
    n_days, n_series : int
    day, cell : (r,) arrays of int
        Each launch day with its cell; a day has several where a period cuts a stratum.
    begin, stop : (u,) arrays of int
        Runs of days that make up the cells, cell by cell.
    first_run : (c,) array of int
        Position of the first run of each cell.
    size : (c,) array of float
        Days of each cell.
    periods : tuple of PeriodSeries
        The series are counted through the periods.
    """

    n_days: int
    n_series: int
    day: IntArray
    cell: IntArray
    begin: IntArray
    stop: IntArray
    first_run: IntArray
    size: FloatArray
    periods: tuple[PeriodSeries, ...]


def _cells(
    stratum: IntArray, inside: BoolArray, wanted: IntArray
) -> dict[int, tuple[tuple[int, int], ...]]:
    """List the runs of days of each wanted stratum within a period."""
    label = np.where(inside, stratum, -1)
    cuts = np.flatnonzero(np.diff(label)) + 1
    begin, stop = np.r_[0, cuts], np.r_[cuts, label.size]
    runs: dict[int, list[tuple[int, int]]] = {s: [] for s in wanted.tolist()}
    for i in np.flatnonzero(np.isin(label[begin], wanted)):
        runs[int(label[begin[i]])].append((int(begin[i]), int(stop[i])))
    return {s: tuple(pairs) for s, pairs in runs.items()}


def score_layout(
    stratum: IntArray, periods: Sequence[tuple[BoolArray, IntArray]]
) -> ScoreLayout:
    """Lay out launch series for `score_block`.

    Parameters
    ----------
    stratum : (n,) array of int
        Stratum of each day, not negative.
    periods : sequence of (inside, launches)
        For each period, (n,) array of bool: its days; and (m, n) array of int: its
        launch series, each with at least one launch, none outside the period.
    """
    found = []
    for inside, launches in periods:
        days = np.flatnonzero(launches.any(axis=0))
        runs = _cells(stratum, inside, np.unique(stratum[days]))
        found.append((days, [runs[s] for s in stratum[days].tolist()]))
    cells = sorted({runs for _, of_days in found for runs in of_days})
    place = {runs: i for i, runs in enumerate(cells)}
    rows = sorted(
        {(d, place[r]) for days, of in found for d, r in zip(days, of, strict=True)}
    )
    row_of = {row: i for i, row in enumerate(rows)}

    series = []
    for (_, launches), (days, of_days) in zip(periods, found, strict=True):
        cell = np.array([place[runs] for runs in of_days])
        row = np.array([row_of[d, c] for d, c in zip(days, cell, strict=True)])
        # Rows and cells of other periods that lie between get weight 0.
        day_span = slice(int(row.min()), int(row.max()) + 1)
        cell_span = slice(int(cell.min()), int(cell.max()) + 1)
        on_day = np.zeros((len(launches), day_span.stop - day_span.start))
        on_cell = np.zeros((len(launches), cell_span.stop - cell_span.start))
        on_day[:, row - day_span.start] = launches[:, days]
        np.add.at(on_cell.T, cell - cell_span.start, launches[:, days].T)
        series.append(
            PeriodSeries(days=day_span, cells=cell_span, on_day=on_day, on_cell=on_cell)
        )
    edges = np.array([pair for runs in cells for pair in runs])
    lengths = np.array([len(runs) for runs in cells])
    first_run = np.cumsum(lengths) - lengths
    return ScoreLayout(
        n_days=stratum.size,
        n_series=sum(len(launches) for _, launches in periods),
        day=np.array([d for d, _ in rows]),
        cell=np.array([c for _, c in rows]),
        begin=edges[:, 0],
        stop=edges[:, 1],
        first_run=first_run,
        size=np.add.reduceat(edges[:, 1] - edges[:, 0], first_run).astype(float),
        periods=tuple(series),
    )


def exposed_shares(layout: ScoreLayout, exposures: IntArray) -> FloatArray:
    """Exposed share of each cell, unshifted, for each row of (e, n) `exposures`."""
    total = np.zeros((len(exposures), layout.n_days + 1))
    np.cumsum(exposures, axis=1, out=total[:, 1:])
    of_runs = total[:, layout.stop] - total[:, layout.begin]
    shares: FloatArray = np.add.reduceat(of_runs, layout.first_run, axis=1)
    return shares / layout.size


def score_block(
    layout: ScoreLayout, exposure: IntArray, first: int, last: int
) -> FloatArray:
    """Z(k) of every launch series for the shifts ``first <= k < last``.

    Parameters
    ----------
    layout : ScoreLayout
    exposure : (n,) array of 0 and 1
    first, last : int
        Within 0 and n.

    Returns
    -------
    (n_series, last - first) array of float
        As `timing.kernels.score.score_shifts`, up to rounding.

    Examples
    --------
    >>> stratum, y = np.zeros(4, dtype=int), np.array([[0, 1, 0, 0]])
    >>> layout = score_layout(stratum, [(np.ones(4, dtype=bool), y)])
    >>> score_block(layout, np.array([0, 1, 0, 0]), 0, 4).round(2)
    array([[ 1.73, -0.58, -0.58, -0.58]])
    """
    length = last - first
    reach = layout.n_days + length
    shifted = np.resize(np.roll(exposure, -first), reach).astype(float)
    total = np.zeros(reach + 1)
    np.cumsum(shifted, out=total[1:])
    at_shifts = np.lib.stride_tricks.sliding_window_view(total, length)
    exposed = at_shifts[layout.stop] - at_shifts[layout.begin]
    if layout.first_run.size < layout.begin.size:
        exposed = np.add.reduceat(exposed, layout.first_run, axis=0)
    exposed /= layout.size[:, None]  # now the share p_s(k)
    residual = np.lib.stride_tricks.sliding_window_view(shifted, length)[layout.day]
    residual -= exposed[layout.cell]
    spread = exposed - exposed * exposed

    score, variance = np.empty((2, layout.n_series, length))
    row = 0
    for series in layout.periods:
        stop = row + len(series.on_day)
        np.matmul(series.on_day, residual[series.days], out=score[row:stop])
        np.matmul(series.on_cell, spread[series.cells], out=variance[row:stop])
        row = stop
    return studentize(score, variance)
