"""Count models with one effect for each stratum: the null rates of the score.

Log-linear in controls z_t, Poisson or negative binomial with variance
mu_t (1 + alpha mu_t); alpha = 0 is the Poisson model.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

_TOLERANCE, _MAX_STEPS = 1e-12, 100
_RANK = 1e-12
"""Relative size below which a direction of scaled controls counts as absent."""

_FLAT = 1e-9
"""Relative size below which a control does not vary."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class NullFit:
    """A count model with one effect for each stratum.

    Attributes
    ----------
    rate : (n,) array of float
        Fitted mean mu_t of each day; 0 in strata without launches.
    residual : (n,) array of float
        ``(y_t - mu_t) / (1 + alpha mu_t)``; its sum over a stratum is 0.
    weight : (n,) array of float
        ``mu_t / (1 + alpha mu_t)``.
    params : (q,) array of float
        Slopes of the controls.
    converged : bool
    """

    rate: FloatArray
    residual: FloatArray
    weight: FloatArray
    params: FloatArray
    converged: bool


def centred(design: FloatArray, weight: FloatArray, stratum: IntArray) -> FloatArray:
    """Take from each column its weighted means within strata; one row per column."""
    total = np.bincount(stratum, weights=weight)
    safe = np.where(total > 0, total, 1.0)
    within = np.empty(design.shape[::-1])
    for row, column in zip(within, design.T, strict=True):
        row[:] = column - (np.bincount(stratum, weight * column) / safe)[stratum]
    return within


def redundant(
    design: FloatArray, weight: FloatArray, stratum: IntArray
) -> tuple[list[int], list[int]]:
    """Find the columns that add nothing to the strata and the columns before them.

    Returns
    -------
    flat, collinear : lists of int
        Columns that do not vary within the strata, and columns that are a linear
        combination of earlier ones within the strata. Days of weight 0 do not count.
    """
    root = np.sqrt(weight)
    size = np.linalg.norm(design.T * root, axis=1)
    within = centred(design, weight, stratum) * root
    spread = np.linalg.norm(within, axis=1)
    flat = np.flatnonzero(spread <= _FLAT * size).tolist()
    collinear: list[int] = []
    basis: list[FloatArray] = []
    for j in range(design.shape[1]):
        if j in flat:
            continue
        left = within[j] / spread[j]
        for _ in range(2):  # once more for the rounding that the first pass leaves
            for column in basis:
                left = left - (column @ left) * column
        norm = float(np.linalg.norm(left))
        if norm <= _FLAT:
            collinear.append(j)
        else:
            basis.append(left / norm)
    return flat, collinear


def fit_null(
    launches: IntArray,
    stratum: IntArray,
    design: FloatArray,
    offset: FloatArray,
    dispersion: float = 0.0,
    *,
    start: FloatArray | None = None,
) -> NullFit:
    """Maximise the likelihood with one effect per stratum, by Newton steps.

    Parameters
    ----------
    launches : (n,) array of int
    stratum : (n,) array of int
        Labels 0, 1, ...
    design : (n, q) array of float
        Controls; q may be 0.
    offset : (n,) array of float
        Known part of the log rate.
    dispersion : float, default 0.0
        alpha of the negative binomial model; 0 is the Poisson model.
    start : (q,) array of float, optional
        Slopes to begin with; 0 by default.

    Notes
    -----
    The stratum effects are eliminated from each step, which is halved until the
    likelihood does not fall; the likelihood is concave. The Poisson slopes are those of
    the conditional likelihood given the strata's totals (Armstrong et al. 2014, BMC
    Med. Res. Methodol. 14:122).
    """
    totals = np.bincount(stratum, weights=launches)
    used = totals[stratum] > 0
    y, rows = launches[used], np.unique(stratum[used], return_inverse=True)[1]
    columns = design[used]

    params = np.zeros(design.shape[1]) if start is None else start
    # The Poisson solution at these slopes: the totals, shared out.
    linear = offset[used] + np.einsum("tj,j->t", columns, params)
    highest = np.full(rows.max(initial=-1) + 1, -np.inf)
    np.maximum.at(highest, rows, linear)
    linear -= highest[rows]
    linear += np.log(np.bincount(rows, y) / np.bincount(rows, np.exp(linear)))[rows]
    likelihood = _likelihood(y, linear, dispersion)
    converged = not params.size and not dispersion
    for _ in range(0 if converged else _MAX_STEPS):
        rate = np.exp(linear)
        residual, weight = _residual_weight(y, rate, dispersion)
        bend = weight * (1 + dispersion * y) / (1 + dispersion * rate)
        within = centred(columns, bend, rows)
        # einsum, not BLAS, whose threads wait for each other on a busy machine.
        half = whitening(np.einsum("it,jt->ij", within * bend, within))
        slopes = half @ (half.T @ np.einsum("it,t->i", within, residual))
        moved = np.einsum("tj,j->t", columns, slopes)
        rest = residual - bend * moved
        effects = np.bincount(rows, rest) / np.bincount(rows, bend)
        step = moved + effects[rows]
        size = 1.0
        while size > 1e-8:
            reached = _likelihood(y, linear + size * step, dispersion)
            if reached >= likelihood - 1e-12 * abs(likelihood):
                break
            size /= 2
        gain, likelihood = reached - likelihood, reached
        params, linear = params + size * slopes, linear + size * step
        if abs(gain) <= _TOLERANCE * max(1.0, abs(likelihood)):
            converged = True
            break

    rate, residual, weight = np.zeros((3, launches.size))
    rate[used] = np.exp(linear)
    residual[used], weight[used] = _residual_weight(y, rate[used], dispersion)
    return NullFit(
        rate=rate,
        residual=residual,
        weight=weight,
        params=params,
        converged=converged and bool(np.isfinite(linear).all()),
    )


def _likelihood(y: IntArray, linear: FloatArray, dispersion: float) -> float:
    """Log-likelihood without the terms that depend on `y` and `dispersion` only."""
    with np.errstate(over="ignore", invalid="ignore"):  # a step that is too long
        rate = np.exp(linear)
        if not dispersion:
            return float(y @ linear - rate.sum())
        shrink = np.log1p(dispersion * rate)
        return float(y @ (linear - shrink) - shrink.sum() / dispersion)


def _residual_weight(
    y: IntArray, rate: FloatArray, dispersion: float
) -> tuple[FloatArray, FloatArray]:
    shrink = 1 + dispersion * rate
    return (y - rate) / shrink, rate / shrink


def whitening(information: FloatArray) -> FloatArray:
    """H with ``H H' = information^-1``, without the directions that are absent.

    The matrix is scaled to unit diagonal first, so that units do not matter.
    """
    scale = np.sqrt(np.diag(information))
    scale = np.where(scale > 0, scale, 1.0)
    values, vectors = np.linalg.eigh(information / np.outer(scale, scale))
    kept = values > _RANK * values.max(initial=0.0)
    half: FloatArray = vectors[:, kept] / np.sqrt(values[kept]) / scale[:, None]
    return half


def moment_dispersion(launches: IntArray, stratum: IntArray, rate: FloatArray) -> float:
    """Dispersion alpha of a negative binomial model, by moments given the strata.

    Parameters
    ----------
    launches, stratum : (n,) arrays of int
    rate : (n,) array of float
        Poisson rates with stratum effects, from `fit_null`.

    Returns
    -------
    float
        0 where the launches are no more dispersed than Poisson ones; infinite where
        they are more so than any alpha allows.

    Notes
    -----
    With shares p_t of the stratum's total Y, P2 = sum p_t^2 and P3 = sum p_t^3, the
    surplus D = sum (y_t - p_t Y)^2 - Y sum p_t (1 - p_t) has mean alpha M^2 C with
    C = P2 - 2 P3 + P2^2 and M = E[Y], and Y (Y - 1) has mean M^2 (1 + alpha P2). So

    ``alpha = sum_s D_s / sum_s (Y_s (Y_s - 1) C_s - P2_s D_s)``

    whatever the number of strata, where the maximum-likelihood alpha with a parameter
    for each stratum is too small.
    """
    totals = np.bincount(stratum, weights=launches)
    share = rate / np.where(totals > 0, totals, 1.0)[stratum]
    squares = np.bincount(stratum, weights=share**2)
    cubes = np.bincount(stratum, weights=share**3)
    surplus = np.bincount(stratum, weights=(launches - rate) ** 2 - rate * (1 - share))
    pairs = totals * (totals - 1) * (squares - 2 * cubes + squares**2)
    above, below = float(surplus.sum()), float((pairs - squares * surplus).sum())
    if above <= 0:
        return 0.0
    return above / below if below > _FLAT * above else float("inf")
