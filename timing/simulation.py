"""Simulated launches and calendars, for measuring the size and power of the tests."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import ndimage, signal

from timing.period import DAYS_PER_YEAR

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


def self_exciting_counts(
    base_rate: FloatArray,
    *,
    branching: float,
    decay_days: float,
    multiplier: FloatArray | None = None,
    rng: np.random.Generator,
) -> IntArray:
    """Draw daily numbers of launches that excite later ones.

    Parameters
    ----------
    base_rate : (n,) array of float
        Expected immigrants (launches that no earlier one caused) on each day.
    branching : float
        Expected direct offspring of a launch, in [0, 1); 0 gives independent days.
    decay_days : float
        Mean days from a launch to its offspring.
    multiplier : (n,) array of float, optional
        Factor of the whole rate of each day, that of immigrants and offspring alike: a
        planted effect of exposure. 1 on each day by default.
    rng : Generator

    Returns
    -------
    (n,) array of int

    Notes
    -----
    The rate of day t, given the days before, is ``multiplier_t (base_rate_t +
    branching sum_{s < t} y_s g(t - s))`` with g the geometric probabilities of mean
    `decay_days`: a discrete Hawkes process, drawn by its branching representation
    (Hawkes and Oakes 1974, J. Appl. Probab. 11:493-503). With a multiplier, offspring
    are drawn at its maximum and thinned.

    Examples
    --------
    >>> counts = self_exciting_counts(
    ...     np.full(365, 0.02), branching=0.5, decay_days=10.0,
    ...     rng=np.random.default_rng(1),
    ... )
    >>> counts.shape
    (365,)
    """
    n = base_rate.size
    most = 1.0
    if multiplier is not None:
        base_rate = base_rate * multiplier
        most = float(multiplier.max())
    generation = np.repeat(np.arange(n), rng.poisson(base_rate))
    counts = np.zeros(n, dtype=np.int64)
    while generation.size:
        np.add.at(counts, generation, 1)
        n_children = rng.poisson(branching * most, generation.size)
        parents = np.repeat(generation, n_children)
        children = parents + rng.geometric(1 / decay_days, parents.size)
        generation = children[children < n]
        if multiplier is not None:
            chance = multiplier[generation] / most
            generation = generation[rng.random(generation.size) < chance]
    return counts


def self_exciting_days(
    base_rate: FloatArray,
    *,
    branching: float,
    decay_days: float,
    multiplier: FloatArray | None = None,
    rng: np.random.Generator,
) -> IntArray:
    """Draw 0/1 launch days that excite later ones; see `self_exciting_counts`.

    Returns
    -------
    (n,) array of int
        1 on days with at least one launch.

    Examples
    --------
    >>> days = self_exciting_days(
    ...     np.full(365, 0.02), branching=0.5, decay_days=10.0,
    ...     rng=np.random.default_rng(1),
    ... )
    >>> days.shape, set(days.tolist()) <= {0, 1}
    ((365,), True)
    """
    counts = self_exciting_counts(
        base_rate,
        branching=branching,
        decay_days=decay_days,
        multiplier=multiplier,
        rng=rng,
    )
    return np.minimum(counts, 1)


def smooth_latent_rate(
    n_days: int, *, scale_days: float, deviation: float, rng: np.random.Generator
) -> FloatArray:
    """Draw a rate whose logarithm is a smooth stationary Gaussian process.

    Parameters
    ----------
    n_days : int
    scale_days : float
        The correlation at d days is ``exp(-(d / scale_days)^2 / 2)``.
    deviation : float
        Standard deviation of the log rate.
    rng : Generator

    Returns
    -------
    (n_days,) array of float
        Rate relative to its median.

    Examples
    --------
    >>> rate = smooth_latent_rate(
    ...     1000, scale_days=60, deviation=1.0, rng=np.random.default_rng(1)
    ... )
    >>> rate.shape, bool((rate > 0).all())
    ((1000,), True)
    """
    # White noise under a Gaussian kernel of scale / sqrt(2) has that correlation. Its
    # ends are cut off, so that the process is stationary.
    width = scale_days / np.sqrt(2)
    margin = int(np.ceil(4 * width))
    noise = rng.standard_normal(n_days + 2 * margin)
    smooth = ndimage.gaussian_filter1d(noise, width, mode="constant", truncate=4.0)
    lags = np.arange(-margin, margin + 1)
    kernel = np.exp(-0.5 * (lags / width) ** 2)
    size = np.sqrt((kernel**2).sum()) / kernel.sum()
    rate: FloatArray = np.exp(deviation * smooth[margin : margin + n_days] / size)
    return rate


def rough_latent_rate(
    n_days: int, *, scale_days: float, deviation: float, rng: np.random.Generator
) -> FloatArray:
    """Draw a rate whose logarithm is a stationary autoregression of order 1.

    Parameters
    ----------
    n_days : int
    scale_days : float
        The correlation at d days is ``exp(-d / scale_days)``: unlike that of
        `smooth_latent_rate` the rate also moves from day to day.
    deviation : float
        Standard deviation of the log rate.
    rng : Generator

    Returns
    -------
    (n_days,) array of float
        Rate relative to its median.

    Examples
    --------
    >>> rate = rough_latent_rate(
    ...     1000, scale_days=60, deviation=1.0, rng=np.random.default_rng(1)
    ... )
    >>> rate.shape, bool((rate > 0).all())
    ((1000,), True)
    """
    kept = np.exp(-1 / scale_days)
    noise = rng.standard_normal(n_days)
    noise[1:] *= np.sqrt(1 - kept**2)
    rate: FloatArray = np.exp(deviation * signal.lfilter([1.0], [1.0, -kept], noise))
    return rate


def moving_season(
    n_days: int, *, amplitude: float, drift: float, rng: np.random.Generator
) -> FloatArray:
    """Draw a rate with an annual cycle whose phase moves from year to year.

    Parameters
    ----------
    n_days : int
    amplitude : float
        Half the range of the log rate.
    drift : float
        Standard deviation of the change of phase in a year, in radians.
    rng : Generator

    Returns
    -------
    (n_days,) array of float
        ``exp(amplitude cos(2 pi t / year + phase_t))``, the phase a random walk from
        year to year and a straight line within it.

    Examples
    --------
    >>> rate = moving_season(
    ...     730, amplitude=1.0, drift=0.0, rng=np.random.default_rng(1)
    ... )
    >>> bool(np.isclose(rate.max() / rate.min(), np.exp(2), rtol=1e-3))
    True
    """
    year = np.arange(n_days) / DAYS_PER_YEAR
    knots = np.arange(int(np.ceil(year[-1])) + 2)
    start = rng.uniform(0, 2 * np.pi)
    phase = start + np.cumsum(drift * rng.standard_normal(knots.size))
    angle = 2 * np.pi * year + np.interp(year, knots, phase)
    return np.exp(amplitude * np.cos(angle))


def drawn_exposure(
    rate: FloatArray,
    *,
    n_events: int,
    before: int,
    after: int,
    rng: np.random.Generator,
) -> IntArray:
    """Draw one-day calendar events, and expose the days in their windows.

    Parameters
    ----------
    rate : (n,) array of float
        Relative rate of calendar events on each day.
    n_events : int
        Calendar events, on different days.
    before, after : int
        Days of the window before and after the event.
    rng : Generator

    Returns
    -------
    (n,) array of 0 and 1

    Examples
    --------
    >>> drawn_exposure(
    ...     np.array([0, 0, 1, 0, 0, 0]), n_events=1, before=0, after=1,
    ...     rng=np.random.default_rng(1),
    ... )
    array([0, 0, 1, 1, 0, 0])
    """
    n = rate.size
    start = rng.choice(n, n_events, replace=False, p=rate / rate.sum())
    exposed = np.zeros(n, dtype=np.int64)
    for day in start.tolist():
        exposed[max(day - before, 0) : day + after + 1] = 1
    return exposed
