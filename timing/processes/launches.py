"""Processes of launches: independent, self-exciting, renewal, campaigns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from timing.arguments import check_above, check_at_least, check_choice, check_type
from timing.errors import ArgumentError
from timing.processes.base import Process
from timing.processes.rates import Constant, Rate, Season, Trend
from timing.simulation import self_exciting_counts

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

STEADY = Constant()
_WARM_UP = 5.0
"""Relaxation times that a process runs before the first day."""


@dataclass(frozen=True, slots=True)
class Poisson(Process):
    """Independent launches.

    Parameters
    ----------
    rate : Rate, default Constant()
    """

    rate: Rate = STEADY

    def draw(self, expected: FloatArray, rng: np.random.Generator) -> IntArray:
        """Draw Poisson numbers."""
        return rng.poisson(expected)

    def in_words(self) -> str:
        """Return the process in words."""
        return f"independent events at {self.rate.in_words()}"


@dataclass(frozen=True, slots=True)
class SelfExciting(Process):
    """Launches that excite later ones.

    Parameters
    ----------
    branching : float, default 0.7
        Expected direct offspring of a launch, in [0, 1).
    decay_days : float, default 30.0
        Mean days from a launch to its offspring, at least 1.
    rate : Rate, default Constant()
        Mean rate that the base rate follows; excitation smears its changes.

    Notes
    -----
    ``lambda_t = (1 - branching) m_t + branching sum_{s < t} y_s g(t - s)`` with m the
    mean rate asked for and g geometric of mean `decay_days`: a discrete Hawkes process
    (Hawkes 1971, Biometrika 58:83-90), drawn by its branching representation. It runs
    for five relaxation times before the first day, so that it starts in equilibrium.
    The defaults are those of the real launches since 2012 over a constant base rate, by
    maximum likelihood (`timing.processes.fitted` with ``strata=None``).
    """

    branching: float = 0.7
    decay_days: float = 30.0
    rate: Rate = STEADY

    def __post_init__(self) -> None:
        check_at_least("branching", self.branching, limit=0.0)
        if self.branching >= 1:
            msg = f"`branching` must be below 1, not {self.branching!r}."
            raise ArgumentError(msg)
        check_at_least("decay_days", self.decay_days, limit=1.0)

    def draw(self, expected: FloatArray, rng: np.random.Generator) -> IntArray:
        """Draw immigrants and their offspring."""
        before = round(_WARM_UP * self.decay_days / (1 - self.branching))
        counts = self_exciting_counts(
            np.pad(expected * (1 - self.branching), (before, 0), mode="edge"),
            branching=self.branching,
            decay_days=self.decay_days,
            rng=rng,
        )
        return counts[before:]

    def in_words(self) -> str:
        """Return the process in words."""
        return (
            f"events that excite later ones (branching ratio {self.branching:.3g}, "
            f"mean delay {self.decay_days:.3g} days) over {self.rate.in_words()}"
        )


@dataclass(frozen=True, slots=True)
class Renewal(Process):
    """Launches with independent gaps of gamma distribution.

    Parameters
    ----------
    shape : float, default 3.0
        Above 1 the gaps are more even than those of independent launches, below 1 less.
    rate : Rate, default Constant()
        Gaps are drawn in operational time: they are short where the rate is high.

    Notes
    -----
    The first gap has the distribution of the time that is left in equilibrium (Cox
    1962, Renewal Theory, section 5.2): a uniform share of a gap drawn by its length.
    """

    shape: float = 3.0
    rate: Rate = STEADY

    def __post_init__(self) -> None:
        check_above("shape", self.shape, limit=0.0)

    def draw(self, expected: FloatArray, rng: np.random.Generator) -> IntArray:
        """Draw gaps until the span is full."""
        clock = np.cumsum(expected)
        total = float(clock[-1])
        at = [np.array([rng.random() * rng.gamma(self.shape + 1, 1 / self.shape)])]
        while at[-1][-1] < total:
            gaps = rng.gamma(self.shape, 1 / self.shape, size=max(8, int(total)))
            at.append(at[-1][-1] + np.cumsum(gaps))
        times = np.concatenate(at)
        day = np.searchsorted(clock, times[times < total], side="right")
        return np.bincount(day, minlength=expected.size)

    def in_words(self) -> str:
        """Return the process in words."""
        return (
            f"events with gamma gaps (shape {self.shape:g}) at {self.rate.in_words()}"
        )


@dataclass(frozen=True, slots=True)
class Campaigns(Process):
    """Bursts of launches, pauses between them, and now and then a moratorium.

    Parameters
    ----------
    burst_days : float, default 30.0
        Mean length of a campaign.
    pause_days : float, default 60.0
        Mean length of a pause.
    moratorium_days : float, default 400.0
        Mean length of a moratorium.
    moratorium_chance : float, default 0.05
        Share of the pauses that are moratoria.
    rate : Rate, default Constant()

    Notes
    -----
    Campaigns, pauses and moratoria have exponential lengths. Launches are independent
    within campaigns, and there are none outside; the rate within them is set so that
    the mean is the one asked for.
    """

    burst_days: float = 30.0
    pause_days: float = 60.0
    moratorium_days: float = 400.0
    moratorium_chance: float = 0.05
    rate: Rate = STEADY

    def __post_init__(self) -> None:
        for name in ("burst_days", "pause_days", "moratorium_days"):
            check_above(name, getattr(self, name), limit=0.0)
        if not 0 <= self.moratorium_chance <= 1:
            msg = (
                "`moratorium_chance` must lie in [0, 1], not "
                f"{self.moratorium_chance!r}."
            )
            raise ArgumentError(msg)

    def draw(self, expected: FloatArray, rng: np.random.Generator) -> IntArray:
        """Draw campaigns, and launches within them."""
        chance = self.moratorium_chance
        quiet = (1 - chance) * self.pause_days + chance * self.moratorium_days
        cycle = self.burst_days + quiet
        before = _WARM_UP * max(cycle, self.moratorium_days)
        n_cycles = int(4 * (before + expected.size) / cycle) + 20
        is_long = rng.random(n_cycles) < chance
        pause = rng.exponential(
            np.where(is_long, self.moratorium_days, self.pause_days)
        )
        burst = rng.exponential(self.burst_days, n_cycles)
        stop = np.cumsum(pause + burst) - before
        # Share of each day that lies in a campaign.
        edge = np.arange(expected.size + 1)
        done = np.concatenate([[0.0], np.cumsum(burst)])
        into = np.searchsorted(stop, edge, side="left")
        open_burst = np.append(burst, 0.0)[into]
        open_stop = np.append(stop, np.inf)[into]
        burned = done[into] + np.clip(edge - (open_stop - open_burst), 0, open_burst)
        counts: IntArray = rng.poisson(
            expected * np.diff(burned) * cycle / self.burst_days
        )
        return counts

    def in_words(self) -> str:
        """Return the process in words."""
        return (
            f"campaigns of {self.burst_days:g} days with pauses of "
            f"{self.pause_days:g} days and moratoria of {self.moratorium_days:g} days "
            f"at {self.rate.in_words()}"
        )


NAMED: dict[str, Process] = {
    "homogeneous": Poisson(),
    "trend": Poisson(Trend()),
    "season": Poisson(Season()),
    "trend and season": Poisson(Trend() * Season()),
    "self-exciting": SelfExciting(),
    "renewal, even gaps": Renewal(3.0),
    "renewal, uneven gaps": Renewal(0.4),
    "campaigns": Campaigns(),
}
"""Processes by name."""


def as_process(process: Process | str) -> Process:
    """Return the process of that name, or the process itself."""
    if isinstance(process, str):
        return NAMED[check_choice("process", process, NAMED)]
    if not isinstance(process, Process):
        msg = (
            "`process` must be a timing.processes.Process or one of "
            f"{', '.join(map(repr, NAMED))}; got {type(process).__name__!r}."
        )
        raise ArgumentError(msg)
    check_type("rate", process.rate, Rate)
    return process
