"""The studentized score at every circular shift of the exposure.

With strata s, null rates mu_t (constant within a stratum) and 0/1 exposure x,

    U(k) = sum_t (y_t - mu_t) x_{t+k}
    V(k) = sum_t mu_t x_{t+k} - sum_s (sum_{t in s} mu_t x_{t+k})^2 / Y_s
    Z(k) = U(k) / sqrt(V(k)), and 0 where V(k) = 0

where Y_s is the number of launches in stratum s. V is the conditional variance of U
given the strata's totals: the projection of x on the strata is taken out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import optimize

from timing.errors import ArgumentError
from timing.kernels.exact import shift_counts
from timing.kernels.pvalues import Alternative, position_p

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

_MOST_CELLS = 2**28
"""Strata times days: the two tables of `ShiftSums` take four gigabytes by then."""

_MANY_RUNS = 60
"""Runs of exposed days in a stratum above which FFTs take less time."""

_TIE = 1e-9
"""Scores closer than this count as equal: they differ by rounding only."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ShiftSums:
    """What the scores at every shift are made of; strata without launches are left out.

    Attributes
    ----------
    count : (n,) array of int
        Launches on exposed days at each shift.
    exposed : (s, n) array of float
        Exposed days in each stratum at each shift, c_s(k).
    stays : (s, n) array of float
        Days of each stratum that are exposed both unshifted and shifted.
    launches, days : (s,) arrays of int
        Launches and days of each stratum.
    exposed_launches : (s,) array of int
        Launches on exposed days of each stratum, unshifted.
    """

    count: IntArray
    exposed: FloatArray
    stays: FloatArray
    launches: IntArray
    days: IntArray
    exposed_launches: IntArray


def shift_sums(launches: IntArray, exposure: IntArray, stratum: IntArray) -> ShiftSums:
    """Gather the sums over strata at every shift.

    Parameters
    ----------
    launches : (n,) array of int
    exposure : (n,) array of 0 and 1
    stratum : (n,) array of int
        Stratum of each day; labels need not be contiguous.

    Raises
    ------
    ArgumentError
        If strata times days are too many to hold.
    """
    n = launches.size
    row = np.unique(stratum, return_inverse=True)[1]
    totals = np.bincount(row, weights=launches).astype(np.int64)
    kept = np.flatnonzero(totals)
    if kept.size * n > _MOST_CELLS:
        msg = (
            f"`strata` cut {n:,} days into {kept.size:,} strata with events: the "
            f"scores at every shift need {kept.size * n:,} numbers, more than "
            f"{_MOST_CELLS:,}. Use longer strata, a shorter `period`, or "
            "`permutation_test`, which shifts within each stratum."
        )
        raise ArgumentError(msg)
    # Runs of days of one stratum that are all exposed, or none.
    cuts = np.flatnonzero((np.diff(row) != 0) | (np.diff(exposure) != 0)) + 1
    if cuts.size < _MANY_RUNS * kept.size:
        exposed, stays = _by_runs(exposure, row, kept, cuts)
    else:
        exposed, stays = _by_convolution(exposure, row, kept)
    on_exposed = np.bincount(row, weights=launches * exposure).astype(np.int64)
    return ShiftSums(
        count=shift_counts(launches, exposure),
        exposed=exposed,
        stays=stays,
        launches=totals[kept],
        days=np.bincount(row)[kept],
        exposed_launches=on_exposed[kept],
    )


def _by_runs(
    exposure: IntArray, row: IntArray, kept: IntArray, cuts: IntArray
) -> tuple[FloatArray, FloatArray]:
    """Exposed days of each stratum, and those that stay exposed, at every shift.

    One pass over the runs, which begin at `cuts`.
    """
    n = row.size
    twice = np.zeros(2 * n + 1, dtype=np.int64)
    twice[1:] = np.cumsum(np.tile(exposure, 2))
    place = np.full(row.max() + 1, -1)
    place[kept] = np.arange(kept.size)
    exposed, stays = np.zeros((2, kept.size, n))
    for begin, stop in zip([0, *cuts.tolist()], [*cuts.tolist(), n], strict=True):
        at = place[row[begin]]
        if at < 0:
            continue
        moved = twice[stop : stop + n] - twice[begin : begin + n]
        exposed[at] += moved
        if exposure[begin]:
            stays[at] += moved
    return exposed, stays


def _by_convolution(
    exposure: IntArray, row: IntArray, kept: IntArray
) -> tuple[FloatArray, FloatArray]:
    """Return the same by FFT: faster where runs are many."""
    exposed, stays = np.zeros((2, kept.size, row.size))
    for at, label in enumerate(kept):
        inside = (row == label).astype(np.int64)
        exposed[at] = shift_counts(inside, exposure)
        stays[at] = shift_counts(inside * exposure, exposure)
    return exposed, stays


def score_shifts(sums: ShiftSums, ratio: float = 1.0) -> FloatArray:
    """Z(k) for every shift, the null rates fitted with `ratio` on the exposed days.

    Parameters
    ----------
    sums : ShiftSums
    ratio : float, default 1.0
        Rate ratio under the hypothesis; 1 is the null of no association.

    Returns
    -------
    (n,) array of float
    """
    exposed, stays, launches = sums.exposed, sums.stays, sums.launches
    at_home = exposed[:, 0]
    rate = launches / (ratio * at_home + sums.days - at_home)
    # einsum, not BLAS: the same bytes for any number of threads.
    expected = np.einsum("s,sk->k", rate, exposed)
    squares = np.einsum("s,sk,sk->k", rate**2 / launches, exposed, exposed)
    if ratio != 1.0:
        # Days exposed unshifted carry `extra` on top of the stratum's other days.
        extra = (ratio - 1) * rate
        expected += np.einsum("s,sk->k", extra, stays)
        squares += np.einsum("s,sk,sk->k", extra**2 / launches, stays, stays)
        squares += np.einsum("s,sk,sk->k", 2 * rate * extra / launches, exposed, stays)
    score = sums.count - expected
    variance = expected - squares
    return studentize(score, variance)


def studentize(score: FloatArray, variance: FloatArray) -> FloatArray:
    """``score / sqrt(variance)``, and 0 where the variance is 0 up to rounding."""
    flat = variance <= _TIE * max(variance.max(initial=0.0), 1.0)
    return np.where(flat, 0.0, score / np.sqrt(np.where(flat, 1.0, variance)))


def shift_p(scores: FloatArray, *, alternative: Alternative) -> float:
    """P-value from the position of ``scores[0]`` among the scores of all shifts."""
    return position_p(scores, float(scores[0]), alternative=alternative)


def expected_exposed(sums: ShiftSums, ratio: float) -> float:
    """Return the expected launches on exposed days, at a rate ratio of `ratio`."""
    share = sums.exposed[:, 0] / sums.days
    return shifted_expectation(sums.launches, share, ratio)


def shifted_expectation(
    launches: IntArray | FloatArray, share: FloatArray, ratio: float
) -> float:
    """Return the expected launches on exposed days, given the strata's totals.

    Parameters
    ----------
    launches : (s,) array of float
    share : (s,) array of float
        Share of each stratum's null rate that falls on its exposed days.
    ratio : float
        Rate ratio on the exposed days.
    """
    return float((launches * ratio * share / (ratio * share + 1 - share)).sum())


def stratified_rate_ratio(sums: ShiftSums) -> float:
    """Rate ratio of the conditional Poisson model with these strata.

    Solves ``expected_exposed(ratio) = launches on exposed days``. 0 or infinite where
    no, or every, informative launch is exposed; NaN where no stratum is informative.
    """
    exposed = sums.exposed[:, 0]
    informative = (exposed > 0) & (exposed < sums.days)
    observed = int(sums.exposed_launches[informative].sum())
    possible = int(sums.launches[informative].sum())
    if not possible:
        return float("nan")
    if observed in (0, possible):
        return 0.0 if not observed else float("inf")
    target = float(sums.exposed_launches.sum())

    def excess(log_ratio: float) -> float:
        return expected_exposed(sums, float(np.exp(log_ratio))) - target

    return float(np.exp(optimize.brentq(excess, -30.0, 30.0, xtol=1e-12)))
