"""Maximum likelihood and Firth's penalised likelihood of log-linear models.

Firth's penalty, half the log determinant of the information, keeps estimates finite
where a cell of the design has no launch (or nothing else).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import optimize

from timing.kernels.curves import Curve, CurveOf
from timing.kernels.inverse import inverse_of

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

LARGEST = 15.0
"""No log ratio beyond it is taken for an estimate."""

_TOLERANCE, _MAX_STEPS = 1e-18, 200
_ROUNDING = 1e-12
"""Relative fall of the likelihood that is put down to rounding."""

_RANK = 1e-12
"""Relative size below which an eigenvalue of the scaled cross-products counts as 0."""

_ABSENT = 1e-9
_MOVED = 1e-6
"""Change of a linear predictor above the tolerance of a linear programme."""
"""Size below which a row counts as not moved along a direction."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Maximum:
    """A maximum of the (penalised) likelihood.

    Attributes
    ----------
    params : (p,) array
    likelihood : float
        Log-likelihood there, with the penalty where there is one.
    curve : Curve
        Derivatives there.
    information : (p, p) array
        Expected information there.
    converged : bool
    """

    params: FloatArray
    likelihood: float
    curve: Curve
    information: FloatArray
    converged: bool


def maximise(
    curve_of: CurveOf,
    design: FloatArray,
    offset: FloatArray,
    *,
    start: FloatArray,
    penalised: bool = False,
    fixed: tuple[int, ...] = (),
) -> Maximum:
    """Maximise a log-likelihood, with or without Firth's penalty, by Fisher scoring.

    Parameters
    ----------
    curve_of : callable
        Log-likelihood and derivatives at a linear predictor.
    design : (n, p) array
    offset : (n,) array
    start : (p,) array
    penalised : bool, default False
        Add ``log det I / 2``, I the expected information of all p columns.
    fixed : tuple of int, default ()
        Columns whose coefficient stays as it is in `start`.

    Returns
    -------
    Maximum

    Notes
    -----
    The penalised score is ``sum_i (l_i' + h_i d_i / 2) x_i`` with h_i the leverage of
    row i and d_i the derivative of its log weight; for Poisson counts d_i = 1, so that
    half of its leverage is added to each count. Steps are halved until the function
    does not fall, and end where a whole one gains less than rounding. The penalty takes
    the full information where coefficients are fixed too, so that differences are those
    of one function (Heinze and Schemper 2002).

    References
    ----------
    Firth, D. (1993). Biometrika 80:27-38.
    Kosmidis, I. and Firth, D. (2009). Biometrika 96:793-804.
    Heinze, G. and Schemper, M. (2002). Stat. Med. 21:2409-2419.
    """
    free = np.setdiff1d(np.arange(design.shape[1]), fixed)
    params = start.astype(np.float64)
    at = _at(curve_of, design, offset, params, penalised)
    converged = False
    for _ in range(_MAX_STEPS):
        score = at.curve.score
        if penalised:
            inverse = inverse_of(at.information)
            spread = np.einsum("ti,ij->tj", design, inverse)
            leverage = at.curve.weight * np.einsum("tj,tj->t", spread, design)
            score = score + leverage * at.curve.slope / 2
        gradient = np.einsum("ti,t->i", design[:, free], score)
        step = np.zeros(params.size)
        step[free] = np.linalg.lstsq(at.information[np.ix_(free, free)], gradient)[0]
        ascent = float(gradient @ step[free])
        floor = at.likelihood - _ROUNDING * abs(at.likelihood)
        size = 1.0
        while size > 1e-10:
            reached = _at(curve_of, design, offset, params + size * step, penalised)
            if reached.likelihood >= floor:
                break
            size /= 2
        else:
            break
        params, at = params + size * step, reached
        if ascent <= _TOLERANCE * max(1.0, abs(at.likelihood)):
            converged = True
            break
    finite = bool(np.isfinite(params).all() and np.isfinite(at.likelihood))
    return Maximum(
        params=params,
        likelihood=at.likelihood,
        curve=at.curve,
        information=at.information,
        converged=converged and finite,
    )


def _at(
    curve_of: CurveOf,
    design: FloatArray,
    offset: FloatArray,
    params: FloatArray,
    penalised: bool,
) -> Maximum:
    with np.errstate(all="ignore"):  # a step that is too long
        curve = curve_of(np.einsum("tj,j->t", design, params) + offset)
        # einsum, not BLAS: the same bytes on any number of threads.
        information = np.einsum("ti,tj->ij", design * curve.weight[:, None], design)
        likelihood = curve.likelihood
        if penalised and np.isfinite(information).all():
            sign, log_determinant = np.linalg.slogdet(information)
            likelihood += log_determinant / 2 if sign > 0 else -np.inf
    return Maximum(
        params=params,
        likelihood=likelihood if np.isfinite(likelihood) else -np.inf,
        curve=curve,
        information=information,
        converged=False,
    )


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Profile:
    """The penalised likelihood as a function of one coefficient.

    Attributes
    ----------
    curve_of, design, offset
        As in `maximise`.
    at : int
        Column of the coefficient.
    best : Maximum
        Penalised maximum over all coefficients.
    """

    curve_of: CurveOf
    design: FloatArray
    offset: FloatArray
    at: int
    best: Maximum

    @property
    def estimate(self) -> float:
        """Coefficient at the maximum."""
        return float(self.best.params[self.at])

    @property
    def covariance(self) -> FloatArray:
        """Inverse of the expected information."""
        return inverse_of(self.best.information)

    @property
    def std_error(self) -> float:
        """Standard error by the expected information."""
        return float(np.sqrt(self.covariance[self.at, self.at]))

    def root(self, value: float) -> float:
        """Signed root of the likelihood ratio statistic of a value.

        Positive where the estimate lies above the value; standard normal if it is true.
        """
        start = self.best.params.copy()
        start[self.at] = value
        there = maximise(
            self.curve_of,
            self.design,
            self.offset,
            start=start,
            penalised=True,
            fixed=(self.at,),
        )
        drop = max(self.best.likelihood - there.likelihood, 0.0)
        return float(np.copysign(np.sqrt(2 * drop), self.estimate - value))

    def limit(self, z: float, side: int) -> float:
        """Value whose root is `z` in size, below (-1) or above (1) the estimate.

        Infinite where there is none within `LARGEST`.
        """
        near, far = self.estimate, self.estimate + side * z * self.std_error
        while abs(far) < LARGEST and abs(self.root(far)) < z:
            near, far = far, self.estimate + 2 * (far - self.estimate)
        far = float(np.clip(far, -LARGEST, LARGEST))
        if abs(self.root(far)) < z:
            return side * float("inf")
        return float(
            optimize.brentq(lambda b: abs(self.root(b)) - z, near, far, xtol=1e-8)
        )


def profile_of(
    curve_of: CurveOf,
    design: FloatArray,
    offset: FloatArray,
    *,
    at: int,
    start: FloatArray,
) -> Profile:
    """Maximise the penalised likelihood and open its profile in column `at`."""
    best = maximise(curve_of, design, offset, start=start, penalised=True)
    return Profile(curve_of=curve_of, design=design, offset=offset, at=at, best=best)


def null_directions(products: FloatArray) -> FloatArray:
    """Directions that a matrix of cross-products takes to 0, one in each column.

    Entries that rounding alone keeps from 0 are 0. Columns of the design are scaled to
    one size first, but for those that are 0.
    """
    size = np.sqrt(np.diag(products))
    size = np.where(size > 0, size, 1.0)
    values, vectors = np.linalg.eigh(products / np.outer(size, size))
    absent = vectors[:, values <= _RANK * values.max(initial=0.0)]
    directions: FloatArray = absent / size[:, None]
    return np.where(np.abs(directions) * size[:, None] > _ABSENT, directions, 0.0)


def separated(
    design: FloatArray, held: BoolArray, falling: BoolArray | None = None
) -> BoolArray:
    """Rows whose linear predictor the likelihood drives to infinity.

    Parameters
    ----------
    design : (n, p) array
    held : (n,) array of bool
        Rows whose likelihood falls at both infinities: a positive count.
    falling : (n,) array of bool, optional
        Rows whose likelihood rises towards minus infinity (a count of 0); all rows
        that are not held by default. The rest rises towards plus infinity.

    Returns
    -------
    (n,) array of bool
        All False where the maximum likelihood estimate exists.

    Notes
    -----
    A direction d separates if ``x_i'd`` is 0 on held rows, at most 0 on falling and at
    least 0 on rising ones, and not 0 on all. If the held rows have full column rank
    there is none; else linear programmes in their null space find all such rows.

    References
    ----------
    Albert, A. and Anderson, J. A. (1984). Biometrika 71:1-10.
    Correia, S., Guimaraes, P. and Zylkin, T. (2019). arXiv:1903.01633.
    """
    found = np.zeros(held.size, dtype=bool)
    scale = np.abs(design).max(axis=0, initial=0.0)
    scaled = design / np.where(scale > 0, scale, 1.0)
    basis = null_directions(np.einsum("ti,tj->ij", scaled[held], scaled[held]))
    if not basis.shape[1]:
        return found
    sign = np.ones(held.size) if falling is None else np.where(falling, 1.0, -1.0)
    moved = np.einsum("ti,ij->tj", scaled, basis) * sign[:, None]
    moved = np.where(np.abs(moved) > _ABSENT, moved, 0.0)
    open_rows = np.flatnonzero(~held & moved.any(axis=1))
    if not open_rows.size:
        return found
    # Rows alike in all directions are one constraint.
    unique, back = np.unique(moved[open_rows].round(9), axis=0, return_inverse=True)
    apart = np.zeros(len(unique), dtype=bool)
    while not apart.all():
        # Rows found already follow any other direction, if theirs is taken far enough.
        rest = unique[~apart]
        more = np.einsum("ti,i->t", rest, _falling_most(rest)) < -_MOVED
        if not more.any():
            break
        apart[~apart] = more
    found[open_rows] = apart[back.ravel()]
    return found


def _falling_most(rows: FloatArray) -> FloatArray:
    """Direction in which the sum of rows falls most while none of them rises."""
    for presolve in (True, False):
        answer = optimize.linprog(
            rows.sum(axis=0),
            A_ub=rows,
            b_ub=np.zeros(len(rows)),
            bounds=(-1, 1),
            options={"presolve": presolve},
        )
        # Presolve at times takes rounding for a contradiction, though 0 is allowed.
        if answer.x is not None:
            return np.asarray(answer.x)
    return np.zeros(rows.shape[1])
