"""Empty cells of count models: directions in which the likelihood never falls.

Where such a direction exists a slope has no finite maximum-likelihood value. Found
before fitting, by linear programming.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import optimize, sparse

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

_ZERO = 1e-7
"""Size below which a coordinate of a direction counts as 0, on columns of size 1."""


class Recession(NamedTuple):
    """What a count model with stratum effects cannot fit with finite slopes.

    Attributes
    ----------
    endless : (q,) array of int
        1 or -1 for slopes whose maximum lies at plus or minus infinity, else 0.
    gone : (n,) array of bool
        Rows whose fitted rate is 0 at that maximum.
    """

    endless: IntArray
    gone: BoolArray


def recession(launches: IntArray, stratum: IntArray, design: FloatArray) -> Recession:
    """Find slopes without a finite maximum, and the rows whose rate goes to 0.

    Parameters
    ----------
    launches : (n,) array of int
    stratum : (n,) array of int
        Labels 0, 1, ...
    design : (n, q) array of float
        Columns that are not collinear within the strata.

    Notes
    -----
    A direction d, with a shift a_s of each stratum, along which the likelihood never
    falls has ``z_t'd + a_s(t) = 0`` on days with launches and ``<= 0`` on the others;
    rows where it is negative are fitted as 0. Directions are sought until there is none
    left (Correia, Guimaraes and Zylkin 2019, arXiv:1903.01633). Strata without
    launches are fitted as 0 whatever the slopes are, and do not count.

    Examples
    --------
    The second column has no launch:

    >>> found = recession(
    ...     np.array([1, 2, 1, 0]), np.zeros(4, dtype=int),
    ...     np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 0.0], [0.0, 1.0]]),
    ... )
    >>> found.endless.tolist(), found.gone.tolist()
    ([0, -1], [False, False, False, True])
    """
    q = design.shape[1]
    endless = np.zeros(q, dtype=np.int64)
    gone = np.zeros(launches.size, dtype=bool)
    used = np.bincount(stratum, weights=launches)[stratum] > 0
    size = np.abs(design).max(axis=0, initial=0.0)
    scaled = design / np.where(size > 0, size, 1.0)
    while q:
        rows = np.flatnonzero(used & ~gone)
        labels = np.unique(stratum[rows], return_inverse=True)[1]
        cells, cell = np.unique(
            np.column_stack([labels, scaled[rows]]), axis=0, return_inverse=True
        )
        filled = np.bincount(cell, weights=launches[rows]) > 0
        if filled.all():
            break
        direction, slack = _direction(cells, filled)
        if slack.max() <= _ZERO:
            break
        fresh = (endless == 0) & (np.abs(direction) > _ZERO)
        endless[fresh] = np.sign(direction[fresh]).astype(np.int64)
        gone[rows] = (slack > _ZERO)[cell]
    return Recession(endless, gone)


def _direction(cells: FloatArray, filled: BoolArray) -> tuple[FloatArray, FloatArray]:
    """Direction that empties as much as it can, and how far it lowers each cell."""
    labels, columns = cells[:, 0].astype(np.int64), cells[:, 1:]
    n, q = columns.shape
    n_strata = int(labels.max()) + 1
    effects = sparse.csr_array((np.ones(n), (np.arange(n), labels)), (n, n_strata))
    rows = sparse.hstack([sparse.csr_array(columns), effects], format="csr")
    found = optimize.linprog(
        np.asarray(rows[~filled].sum(axis=0)).ravel(),
        A_ub=rows[~filled],
        b_ub=np.zeros(int((~filled).sum())),
        A_eq=rows[filled],
        b_eq=np.zeros(int(filled.sum())),
        bounds=[(-1.0, 1.0)] * q + [(None, None)] * n_strata,
        method="highs",
    )
    lowered = np.where(filled, 0.0, -(rows @ found.x))
    return found.x[:q], lowered
