"""CoinCalc's event coincidence analysis, transcribed: it is on no registry.

CoinCalc (R, version 2.0) counts the launches that meet an event (precursor) and the
events that meet a launch (trigger). The rules, with their flaws, are those of its
`CC.eca.ts`: a p-value from surrogates is the share strictly above the observed rate.

References
----------
.. [1] Donges, J. F., Schleussner, C.-F., Siegmund, J. F. and Donner, R. V. (2016).
   Event coincidence analysis for quantifying statistical interrelationships between
   event time series. Eur. Phys. J. Spec. Top. 225, 471-487.
.. [2] Siegmund, J. F., Siegmund, N. and Donner, R. V. (2017). CoinCalc: a new R
   package for quantifying simultaneities of event series. Computers & Geosciences 98,
   64-72.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from case import Case
from scipy import stats

IntArray = npt.NDArray[np.int64]

DRAWS = 199


Test = Callable[[Case, np.random.Generator], dict[str, float]]
Draw = Callable[[IntArray, int, int, np.random.Generator], IntArray]


def names(test: str) -> tuple[str, str]:
    """Name the precursor and the trigger test."""
    precursor, trigger = (
        f"CoinCalc {test}, {side} (transcribed)" for side in ("precursor", "trigger")
    )
    return precursor, trigger


@dataclass(frozen=True, slots=True, kw_only=True)
class Lagged:
    """A window as event coincidence analysis states it.

    A launch at day a meets an event at day b if ``a - b`` lies in [lag, lag + width]
    or, if symmetric, in [lag - width, lag + width].

    Attributes
    ----------
    lag, width : int
        CoinCalc's tau and delT.
    symmetric : bool
    """

    lag: int
    width: int
    symmetric: bool

    @property
    def low(self) -> int:
        """Least difference of a coincidence."""
        return self.lag - self.width * self.symmetric

    @property
    def high(self) -> int:
        """Largest difference of a coincidence."""
        return self.lag + self.width


def lagged(before: int, after: int) -> Lagged:
    """State a window for CoinCalc, which takes no negative lag.

    Raises
    ------
    ValueError
        For a window CoinCalc cannot state.
    """
    if before <= 0:
        return Lagged(lag=-before, width=before + after, symmetric=False)
    if after < before or (before + after) % 2:
        message = (
            f"`before` = {before}, `after` = {after}: must be at most `after`, and "
            "their sum even, for CoinCalc to state the window"
        )
        raise ValueError(message)
    return Lagged(
        lag=(after - before) // 2, width=(before + after) // 2, symmetric=True
    )


def met(
    times: IntArray, others: IntArray, low: int, high: int
) -> npt.NDArray[np.bool_]:
    """Whether ``time - other`` is in [low, high] for some of the increasing others."""
    found: npt.NDArray[np.bool_] = np.searchsorted(
        others, times - high
    ) < np.searchsorted(others, times - low, side="right")
    return found


def coincidences(
    launches: IntArray, events: IntArray, window: Lagged, *, n_days: int, draws: int = 1
) -> tuple[IntArray, IntArray]:
    """Count launches that meet an event (precursor) and events that meet a launch.

    Series drawn many times are laid end to end: position `p` of draw `d` is
    ``d * pitch(n_days, window) + p``, increasing.

    Returns
    -------
    precursor, trigger : (draws,) arrays of int
    """
    step = pitch(n_days, window)
    low, high = window.low, window.high
    precursor = launches[met(launches, events, low, high)]
    trigger = events[met(events, launches, -high, -low)]
    return (
        np.bincount(precursor // step, minlength=draws),
        np.bincount(trigger // step, minlength=draws),
    )


def pitch(n_days: int, window: Lagged) -> int:
    """Distance of series laid end to end, too far for one to meet the next."""
    return n_days + max(abs(window.low), abs(window.high)) + 1


def poisson_p(
    met_count: int, n: int, others: int, window: Lagged, n_days: int
) -> float:
    """CoinCalc's p-value of at least `met_count` of `n` events meeting one of `others`.

    Notes
    -----
    Null: independent Poisson processes. Each of the `n` events meets another with
    probability ``1 - (1 - w / T) ** others``, independently: ``w / T`` is
    ``(delT + 1) / (T - tau)``, or ``(2 delT + 1) / T`` where symmetric [1]_ [2]_.
    """
    share = (
        (2 * window.width + 1) / n_days
        if window.symmetric
        else (window.width + 1) / (n_days - window.lag)
    )
    return float(stats.binom.sf(met_count - 1, n, 1 - (1 - share) ** others))


def by_poisson(case: Case, rng: np.random.Generator) -> dict[str, float]:
    """CoinCalc's `sigtest="poisson"`."""
    del rng
    window, n = lagged(case.before, case.after), case.launches.size
    launches, events = np.flatnonzero(case.launches), case.begun
    (precursor,), (trigger,) = coincidences(launches, events, window, n_days=n)
    of_launches = poisson_p(precursor, launches.size, events.size, window, n)
    of_events = poisson_p(trigger, events.size, launches.size, window, n)
    return dict(zip(names("Poisson"), (of_launches, of_events), strict=True))


def shuffled(
    days: IntArray, n_days: int, draws: int, rng: np.random.Generator
) -> IntArray:
    """Draw as many days without replacement."""
    drawn = [
        rng.choice(n_days, days.size, replace=False, shuffle=False)
        for _ in range(draws)
    ]
    return np.sort(drawn, axis=1)


def waited(
    days: IntArray, n_days: int, draws: int, rng: np.random.Generator
) -> IntArray:
    """Add up waiting times drawn with replacement; -1 where a draw is over.

    As CoinCalc does: days count from 1, the first wait is that from day 1, and a draw
    is over at the last day or at as many events as observed.
    """
    waits = np.diff(days, prepend=0)
    drawn = np.cumsum(rng.choice(waits, (draws, days.size)), axis=1) - 1
    return np.where(drawn < n_days, drawn, -1)


SURROGATES: dict[str, Draw] = {"shuffle": shuffled, "wait-time": waited}


def surrogate_p(
    launches: IntArray,
    events: IntArray,
    window: Lagged,
    *,
    n_days: int,
    test: str,
    draws: int,
    rng: np.random.Generator,
) -> tuple[float, float]:
    """P-values of the precursor and the trigger rate: 1 - ecdf(observed rate).

    Notes
    -----
    Null: two independent series, drawn by one of the `SURROGATES` [2]_. Only draws
    strictly above count, so p may be 0 and is too small where counts tie.
    """
    observed = coincidences(launches, events, window, n_days=n_days)
    if test == "wait-time":  # CoinCalc widens the window of these surrogates alone
        window = replace(window, width=max(window.width, 1))
    places = np.arange(draws)[:, None] * pitch(n_days, window)

    def end_to_end(days: IntArray) -> IntArray:
        drawn = SURROGATES[test](days, n_days, draws, rng)
        return (drawn + places)[drawn >= 0]

    counts = coincidences(
        end_to_end(launches), end_to_end(events), window, n_days=n_days, draws=draws
    )
    precursor, trigger = (
        float(np.mean(null > seen)) for null, seen in zip(counts, observed, strict=True)
    )
    return precursor, trigger


def by_surrogates(test: str) -> Test:
    """Make the test by one of the `SURROGATES`, with `DRAWS` draws."""

    def call(case: Case, rng: np.random.Generator) -> dict[str, float]:
        found = surrogate_p(
            np.flatnonzero(case.launches),
            case.begun,
            lagged(case.before, case.after),
            n_days=case.launches.size,
            test=test,
            draws=DRAWS,
            rng=rng,
        )
        return dict(zip(names(test), found, strict=True))

    return call
