"""Exact null distributions of the coincidence count, and what follows from them.

All distributions are pairs of a lowest value and an array of probabilities for it and
the whole numbers after it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import fft, optimize, special

from timing.kernels.pvalues import Alternative, p_value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

_TIE = 1e-9
"""Relative slack in comparing a p-value with a level."""

_MAX_LOG_RATIO = 30.0
"""Rate ratios are sought between exp(-30) and exp(30)."""


class Pmf(NamedTuple):
    """Probabilities of ``lowest, lowest + 1, ...``."""

    lowest: int
    probability: FloatArray

    @property
    def support(self) -> IntArray:
        """The whole numbers that carry the probabilities."""
        return np.arange(self.lowest, self.lowest + self.probability.size)

    @property
    def mean(self) -> float:
        """Expected value."""
        return float(self.support @ self.probability)


def shift_counts(launches: IntArray, exposure: IntArray) -> IntArray:
    """Coincidence count at every circular shift, by FFT.

    Parameters
    ----------
    launches, exposure : (n,) arrays of int

    Returns
    -------
    (n,) array of int
        ``sum_t launches[t] * exposure[(t + k) % n]`` for ``k = 0, ..., n - 1``.

    Examples
    --------
    >>> shift_counts(np.array([1, 0, 0, 1]), np.array([1, 1, 0, 0]))
    array([1, 2, 1, 0])
    """
    spectrum = np.conj(fft.rfft(launches)) * fft.rfft(exposure)
    counts: FloatArray = fft.irfft(spectrum, n=launches.size, overwrite_x=True)
    return np.rint(counts, out=counts).astype(np.int64)


def tally(values: IntArray) -> Pmf:
    """Distribution of a value drawn evenly from `values`."""
    lowest = int(values.min())
    return Pmf(lowest, np.bincount(values - lowest) / values.size)


def circular_shift_pmf(launches: IntArray, exposure: IntArray) -> Pmf:
    """Count under a uniformly random circular shift of the launches.

    Lotwick and Silverman (1982), J. R. Stat. Soc. B 44:406-413, on the line.
    """
    return tally(shift_counts(launches, exposure))


def hypergeometric_pmf(n_days: int, n_exposed: int, n_launches: int) -> Pmf:
    """Exposed launch days when `n_launches` of `n_days` days are drawn evenly."""
    lowest = max(0, n_launches - (n_days - n_exposed))
    k = np.arange(lowest, min(n_launches, n_exposed) + 1)
    log_p = _log_choose(n_exposed, k) + _log_choose(n_days - n_exposed, n_launches - k)
    return Pmf(lowest, special.softmax(log_p))


def shuffle_pmf(launches: IntArray, n_exposed: int) -> Pmf:
    """Count when the days' launch numbers are permuted evenly over the days.

    Hypergeometric for 0/1 launches. Otherwise the number of ways to fill the exposed
    days is counted by dynamic programming over the launch days: ``ways[j, s]`` subsets
    of `j` launch days with `s` launches in all.
    """
    sizes = launches[launches > 0]
    n_days = launches.size
    if not sizes.size or sizes.max() == 1:
        return hypergeometric_pmf(n_days, n_exposed, sizes.size)
    most = min(sizes.size, n_exposed)
    ways = np.zeros((most + 1, int(sizes.sum()) + 1))
    ways[0, 0] = 1.0
    for size in sizes:
        ways[1:, size:] += ways[:-1, :-size].copy()
    j = np.arange(most + 1)
    fits = n_exposed - j <= n_days - sizes.size
    log_rest = np.where(
        fits,
        _log_choose(n_days - sizes.size, np.where(fits, n_exposed - j, 0)),
        -np.inf,
    )
    probability = np.exp(log_rest - log_rest.max()) @ ways
    used = np.flatnonzero(probability)
    probability = probability[used[0] : used[-1] + 1]
    return Pmf(int(used[0]), probability / probability.sum())


def _log_choose(n: int, k: IntArray) -> FloatArray:
    log_choose: FloatArray = -np.log1p(n) - special.betaln(1 + n - k, 1 + k)
    return log_choose


def convolve(parts: Iterable[Pmf]) -> Pmf:
    """Distribution of the sum of independent counts.

    Direct convolution, not FFT: all terms are positive, so that far tails keep their
    relative accuracy.
    """
    lowest, probability = 0, np.ones(1)
    for part in sorted(parts, key=lambda part: part.probability.size):
        lowest += part.lowest
        if part.probability.size > 1:
            probability = np.convolve(probability, part.probability)
    return Pmf(lowest, probability / probability.sum())


def by_stratum(stratum: IntArray) -> Iterator[IntArray]:
    """Yield the positions of each stratum's days, in the order of its label."""
    order = np.argsort(stratum, kind="stable")
    cuts = np.flatnonzero(np.diff(stratum[order])) + 1
    yield from np.split(order, cuts)


def tail_p(
    pmf: Pmf, statistic: int, *, alternative: Alternative, midp: bool = False
) -> float:
    """P-value of `statistic` under `pmf`."""
    cut = statistic - pmf.lowest
    inside = 0 <= cut < pmf.probability.size
    return p_value(
        float(pmf.probability[max(cut + 1, 0) :].sum()),
        float(pmf.probability[cut]) if inside else 0.0,
        float(pmf.probability[: max(cut, 0)].sum()),
        alternative=alternative,
        midp=midp,
    )


def tilt(pmf: Pmf, log_ratio: float) -> Pmf:
    """Distribution of the count at a log rate ratio on the exposed days.

    Under a Poisson rate model the arrangements of one orbit (the shuffles, the shifts)
    have conditional probabilities proportional to ``ratio ** count``. For the uniform
    null this is Fisher's non-central hypergeometric distribution.
    """
    with np.errstate(divide="ignore"):
        log_p = np.log(pmf.probability) + log_ratio * pmf.support
    return Pmf(pmf.lowest, special.softmax(log_p))


def _edges(pmf: Pmf) -> tuple[int, int]:
    used = np.flatnonzero(pmf.probability)
    return int(pmf.lowest + used[0]), int(pmf.lowest + used[-1])


def _solve(increasing: Callable[[float], float]) -> float:
    """Root of an increasing function of the log rate ratio, as a ratio."""
    if increasing(-_MAX_LOG_RATIO) > 0:
        return 0.0
    if increasing(_MAX_LOG_RATIO) < 0:
        return float("inf")
    root = optimize.brentq(increasing, -_MAX_LOG_RATIO, _MAX_LOG_RATIO, xtol=1e-10)
    return float(np.exp(root))


def conditional_rate_ratio(pmf: Pmf, statistic: int) -> float:
    """Conditional maximum-likelihood rate ratio: the tilt whose mean is `statistic`.

    0 or infinite where the count is the smallest or the largest possible, NaN where
    the null allows one count only.
    """
    least, most = _edges(pmf)
    if least == most:
        return float("nan")
    if statistic in (least, most):
        return 0.0 if statistic == least else float("inf")
    return _solve(lambda log_ratio: tilt(pmf, log_ratio).mean - statistic)


def rate_ratio_interval(
    pmf: Pmf,
    statistic: int,
    *,
    confidence_level: float,
    alternative: Alternative,
    midp: bool = False,
) -> tuple[float, float]:
    """Exact conditional interval for the rate ratio, by inverting the one-sided tests.

    Two-sided intervals give each tail half of the error. Fisher (1935) for the uniform
    null; the same construction on the orbit of shifts for a shift null.
    """
    error = 1 - confidence_level
    if alternative == "two-sided":
        error /= 2
    least, most = _edges(pmf)
    if least == most:
        return 0.0, float("inf")
    low, high = 0.0, float("inf")
    if alternative != "less" and statistic > least:
        low = _solve(
            lambda r: (
                tail_p(tilt(pmf, r), statistic, alternative="greater", midp=midp)
                - error
            )
        )
    if alternative != "greater" and statistic < most:
        high = _solve(
            lambda r: (
                error - tail_p(tilt(pmf, r), statistic, alternative="less", midp=midp)
            )
        )
    return low, high


def equivalence_p(pmf: Pmf, statistic: int, *, margin: float) -> float:
    """P-value of a rate ratio outside ``1 / margin`` to `margin`.

    Two one-sided tests (Schuirmann 1987, J. Pharmacokinet. Biopharm. 15:657-680) on the
    tilted distributions at the two margins.
    """
    log_margin = float(np.log(margin))
    return max(
        tail_p(tilt(pmf, -log_margin), statistic, alternative="greater"),
        tail_p(tilt(pmf, log_margin), statistic, alternative="less"),
    )


def detectable_rate_ratio(
    pmf: Pmf,
    *,
    power: float,
    level: float,
    alternative: Alternative,
    midp: bool = False,
) -> float:
    """Rate ratio nearest to 1 that the test would find with the given `power`.

    Above 1, or below 1 for ``alternative="less"``. Infinite (or 0) where no count that
    the null allows would be significant.
    """
    support = pmf.support[pmf.probability > 0]
    downward = alternative == "less"
    side: Alternative = "less" if downward else "greater"
    limit = level / 2 if alternative == "two-sided" else level
    significant = [
        s
        for s in support.tolist()
        if tail_p(pmf, s, alternative=side, midp=midp) <= limit * (1 + _TIE)
    ]
    if not significant:
        return 0.0 if downward else float("inf")
    critical = max(significant) if downward else min(significant)
    sign = -1 if downward else 1
    return _solve(
        lambda r: sign * (tail_p(tilt(pmf, r), critical, alternative=side) - power)
    )
