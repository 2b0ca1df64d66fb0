"""Exact null distributions of the coincidence count, and what follows from them.

All distributions are pairs of a lowest value and an array of probabilities for it and
the whole numbers after it.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import fft, optimize, special

from timing.errors import ArgumentError
from timing.kernels.pvalues import Alternative, p_value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

_TIE = 1e-9
"""Relative slack in comparing a p-value with a level."""

_MOST_CELLS = 2**26
_MOST_STEPS = 1e10
"""Numbers kept, and additions, up to which subsets of launch days are counted."""

_FEW_VALUES = 1000
_MANY_VALUES = 2**17
_MOST_VALUES = 2**26
"""Of a distribution: up to the first it is convolved densely, above the second it is
trimmed, above the third refused."""

_MOST_LOG_WAYS = 709.0
"""Above, the number of subsets is no float."""

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
    """Distribution of a value drawn evenly from `values`.

    Raises
    ------
    ArgumentError
        If they lie too far apart for a chance for each number between them.
    """
    lowest, highest = int(values.min()), int(values.max())
    if highest - lowest >= _MOST_VALUES:
        msg = (
            f"the statistic takes values from {lowest:,} to {highest:,}, too many to "
            "hold a chance for each: use `unit`='event' or 'day'."
        )
        raise ArgumentError(msg)
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


def can_shuffle(launches: IntArray, n_exposed: int) -> bool:
    """Whether `shuffle_pmf` has the time, the memory and the range of numbers.

    Examples
    --------
    >>> can_shuffle(np.array([0, 1, 2]), 1), can_shuffle(np.full(9_999, 70), 5_000)
    (True, False)
    """
    sizes = launches[launches > 0]
    if not sizes.size or sizes.max() == 1:
        return True
    return _most_counted(sizes, launches.size, n_exposed) is not None


def _most_counted(sizes: IntArray, n_days: int, n_exposed: int) -> int | None:
    """Launch days that can be exposed; None if their subsets are too many to count.

    What has chance 0 as a float cannot be.
    """
    number = hypergeometric_pmf(n_days, n_exposed, sizes.size)
    most = int(number.support[number.probability > 0][-1])
    cells = (most + 1) * (int(sizes.sum()) + 1)
    ways = float(_log_choose(sizes.size, np.array(min(most, sizes.size // 2))))
    fits = cells <= _MOST_CELLS and cells * sizes.size <= _MOST_STEPS
    return most if fits and ways < _MOST_LOG_WAYS else None


def shuffle_pmf(launches: IntArray, n_exposed: int) -> Pmf:
    """Count when the days' launch numbers are permuted evenly over the days.

    Hypergeometric for 0/1 launches. Otherwise the number of ways to fill the exposed
    days is counted by dynamic programming over the launch days: ``ways[j, s]`` subsets
    of `j` launch days with `s` launches in all.

    Raises
    ------
    ArgumentError
        If the subsets are too many to count; see `can_shuffle`.
    """
    sizes = launches[launches > 0]
    n_days = launches.size
    if not sizes.size or sizes.max() == 1:
        return hypergeometric_pmf(n_days, n_exposed, sizes.size)
    most = _most_counted(sizes, n_days, n_exposed)
    if most is None:
        msg = (
            f"{int(sizes.sum()):,} events on {sizes.size:,} days are too many to count "
            "all ways to shuffle these days: use `unit`='day', or shorter strata."
        )
        raise ArgumentError(msg)
    ways = np.zeros((most + 1, int(sizes.sum()) + 1))
    ways[0, 0] = 1.0
    days = total = 0
    for size in sizes.tolist():
        # Rows and columns that no subset has reached so far are left alone.
        days, total = min(days + 1, most), total + size
        ways[1 : days + 1, size : total + 1] += ways[:days, : total + 1 - size].copy()
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
    relative accuracy. From sums of many values those at either end whose chance is 0 as
    a float are cut off: with thousands of strata these are nearly all.
    """
    lowest, probability = 0, np.ones(1)
    for part in sorted(parts, key=lambda part: part.probability.size):
        lowest += part.lowest
        if part.probability.size > 1:
            probability = _convolved(probability, part.probability)
        if probability.size > _MANY_VALUES and not (probability[0] and probability[-1]):
            used = np.flatnonzero(probability)
            lowest += int(used[0])
            probability = probability[used[0] : used[-1] + 1]
    return Pmf(lowest, probability / probability.sum())


def repeated(part: Pmf, times: int) -> Pmf:
    """Distribution of the sum of `times` independent counts of one distribution.

    Examples
    --------
    >>> repeated(Pmf(0, np.array([0.5, 0.5])), 3).probability
    array([0.125, 0.375, 0.375, 0.125])
    """
    total, power = Pmf(0, np.ones(1)), part
    while times:
        if times % 2:
            total = convolve([total, power])
        times //= 2
        if times:
            power = convolve([power, power])
    return total


def _convolved(total: FloatArray, part: FloatArray) -> FloatArray:
    """Convolve, value by value where few of many values have a chance."""
    values = np.flatnonzero(part)
    if part.size < _FEW_VALUES or values.size > part.size / 4:
        return np.convolve(total, part)
    found = np.zeros(total.size + part.size - 1)
    for value in values:
        found[value : value + total.size] += part[value] * total
    return found


def by_stratum(stratum: IntArray) -> Iterator[IntArray]:
    """Yield the positions of each stratum's days, in the order of its label."""
    order = np.argsort(stratum, kind="stable")
    cuts = np.flatnonzero(np.diff(stratum[order])) + 1
    yield from np.split(order, cuts)


def by_label(label: IntArray, n_labels: int) -> list[IntArray]:
    """Positions of each of the labels ``0, ..., n_labels - 1``, some empty.

    Examples
    --------
    >>> [rows.tolist() for rows in by_label(np.array([2, 0, 2]), 3)]
    [[1], [], [0, 2]]
    """
    order = np.argsort(label, kind="stable")
    cuts = np.searchsorted(label[order], np.arange(1, n_labels))
    return np.split(order, cuts)


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
    support = pmf.support[pmf.probability > 0].tolist()
    downward = alternative == "less"
    side: Alternative = "less" if downward else "greater"
    limit = level / 2 if alternative == "two-sided" else level

    def is_significant(count: int) -> bool:
        return tail_p(pmf, count, alternative=side, midp=midp) <= limit * (1 + _TIE)

    # From the largest count down, or the smallest up: all that are come first.
    outward = support if downward else support[::-1]
    n_significant = bisect_left(outward, True, key=lambda s: not is_significant(s))
    if not n_significant:
        return 0.0 if downward else float("inf")
    critical = outward[n_significant - 1]
    sign = -1 if downward else 1
    return _solve(
        lambda r: sign * (tail_p(tilt(pmf, r), critical, alternative=side) - power)
    )
