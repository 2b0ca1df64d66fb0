"""The tests of other software, each as a function of a case: p-values by name.

The tables `PEERS` and `SLOW_PEERS` say what each name is: the package, whether it is
called or transcribed, its tail and its number of draws.

How the question is put. Event coincidence analysis (CoinCalc, pyunicorn) and spacepy
know points, no intervals: they get the first days of the calendar events, so their
window covers an event of several days in part. elephant draws launch times: launches
on exposed days are counted. The regressions get the days, with exposure as a 0/1
covariate; season and years go by position (365.25 days), and years without launches,
which say nothing of the effect, are left out.

P-values are as the peers give them, flaws included: they may be 0, and where the effect
in a regression is not finite, p is that of statsmodels' Wald test. elephant gives no
p-value: ours is the position of the count among its surrogates. spacepy gives a band:
p is 0 or 1. Packages that are not installed are left out; see `available`.

Run with OPENBLAS_NUM_THREADS=1: on a busy machine its threads make the regressions of
statsmodels many times slower.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import random
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
import numpy.typing as npt
from case import Case
from coincalc import DRAWS, by_poisson, by_surrogates, names
from scipy import stats

from timing.kernels.pvalues import position_p

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
Test = Callable[[Case, np.random.Generator], dict[str, float]]

LAGS = np.arange(-60.0, 61.0, 5.0)
"""Lags of spacepy, in days from the middle of the window."""
DITHER = 30
"""Days by which elephant moves a launch, and the width of its bins."""
MAXLAGS = 14
YEAR = 365.25
BANDS = ("spacepy, any of 25 lags (band, 5 %)", "spacepy, lag 0 (band, 5 %)")
REGRESSIONS = (
    "statsmodels Poisson GLM",
    "statsmodels logit GLM",
    "statsmodels Poisson GLM, HAC 14",
    "statsmodels Poisson GLM, season and years, HAC 14",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """One test of other software.

    Attributes
    ----------
    name : str
        Under which `call` returns the p-value.
    package : str
    tail : {"greater", "two-sided"}
        Greater: more coincidences than by chance.
    draws : int
        Surrogates or bootstrap samples; 0 for a formula.
    call : callable
        Shared by the tests it answers together.
    """

    name: str
    package: str
    tail: Literal["greater", "two-sided"]
    draws: int
    call: Test

    @property
    def how(self) -> Literal["called", "transcribed"]:
        """Whether the package itself is called."""
        return "transcribed" if self.package == "CoinCalc" else "called"

    @property
    def installed(self) -> bool:
        """Whether the test can run."""
        return self.how == "transcribed" or _imports(self.package)


@contextlib.contextmanager
def quiet(rng: np.random.Generator | None = None) -> Iterator[None]:
    """Silence a peer, seed the global states it draws from, then put all back."""
    numpy_state = np.random.get_state()  # noqa: NPY002 - what the peers draw from
    python_state = random.getstate()
    try:
        if rng is not None:
            seed = int(rng.integers(2**32))
            np.random.seed(seed)  # noqa: NPY002
            random.seed(seed)
        with (
            warnings.catch_warnings(),
            contextlib.redirect_stdout(io.StringIO()),
            contextlib.redirect_stderr(io.StringIO()),
        ):
            warnings.simplefilter("ignore")
            yield
    finally:
        np.random.set_state(numpy_state)  # noqa: NPY002
        random.setstate(python_state)


def pyunicorn_by(window_type: str, surrogate: str, name: str) -> Test:
    """Make a significance of pyunicorn's event coincidence analysis."""

    def call(case: Case, rng: np.random.Generator) -> dict[str, float]:
        begun = np.zeros_like(case.launches)
        begun[case.begun] = 1
        with quiet(rng):
            from pyunicorn.eventseries import EventSeries

            series = EventSeries(
                np.column_stack([case.launches, begun]),
                taumax=case.before + case.after,
                lag=-case.before,
            )
            level = series.event_analysis_significance(
                method="ECA",
                surrogate=surrogate,
                n_surr=DRAWS,
                window_type=window_type,
            )
        return {name: float(np.clip(1 - level[0, 1], 0, 1))}

    return call


def spacepy_band(case: Case, rng: np.random.Generator) -> dict[str, float]:
    """Whether the asymptote leaves the 95 % band of the association number.

    The middle lag, called 0, is that of the window itself.
    """
    with quiet(rng):
        from spacepy import poppy

        process = poppy.PPro(
            case.begun.astype(float),
            np.flatnonzero(case.launches).astype(float),
            lags=list(LAGS + (case.after - case.before) / 2),
            winhalf=(case.after + case.before) / 2,
        )
        process.assoc()
        process.aa_ci(95, n_boots=DRAWS, seed=int(rng.integers(2**31)))
    low, high = process.ci
    outside = (process.asympt_assoc < low) | (process.asympt_assoc > high)
    found = not outside.any(), not outside[LAGS.size // 2]
    return dict(zip(BANDS, map(float, found), strict=True))


def elephant_by(method: str) -> Test:
    """Make a test of the count on exposed days by elephant's surrogates."""

    def call(case: Case, rng: np.random.Generator) -> dict[str, float]:
        n = case.launches.size
        padded = np.append(case.exposed, case.exposed[-1])  # a time of just n days
        with quiet(rng):
            import neo
            import quantities as pq
            from elephant.spike_train_surrogates import surrogates

            options = {
                "dither_spikes": {"dt": DITHER * pq.s},
                "jitter_spikes": {"dt": DITHER * pq.s},
                # One trial as long as the record: a circle.
                "trial_shifting": {
                    "dt": n / 2 * pq.s,
                    "trial_length": n * pq.s,
                    "trial_separation": 0 * pq.s,
                },
            }.get(method, {})
            # A launch is put at noon, and a day is a second, elephant's own unit.
            noon = np.flatnonzero(case.launches) + 0.5
            train = neo.SpikeTrain(noon, units="s", t_start=0, t_stop=n)
            trains = surrogates(train, DRAWS, method=method, **options)
            counts = [padded[drawn.magnitude.astype(int)].sum() for drawn in trains]
        p = position_p(
            np.array(counts, dtype=np.float64),
            float(case.launches @ case.exposed),
            alternative="two-sided",
            drawn=True,
        )
        return {f"elephant {method}": p}

    return call


def wald_p(
    counts: IntArray,
    design: FloatArray,
    *,
    family: Literal["Poisson", "Binomial"] = "Poisson",
    maxlags: int | None = None,
) -> float:
    """P-value of column 1 by statsmodels; HAC errors where `maxlags` is given."""
    import statsmodels.api as sm

    model = sm.GLM(counts, design, family=getattr(sm.families, family)())
    robust = {"cov_type": "HAC", "cov_kwds": {"maxlags": maxlags}}
    return float(model.fit(**(robust if maxlags is not None else {})).pvalues[1])


def season_and_years(launches: IntArray) -> tuple[npt.NDArray[np.bool_], FloatArray]:
    """Return the days of years with launches, and two harmonics and dummies on them."""
    position = np.arange(launches.size)
    year = (position / YEAR).astype(np.int64)
    kept = np.bincount(year, weights=launches)[year] > 0
    angle = 2 * np.pi * position[kept] / YEAR
    waves = [wave(k * angle) for k in (1, 2) for wave in (np.sin, np.cos)]
    dummies = [year[kept] == value for value in np.unique(year[kept])[1:]]
    return kept, np.column_stack(waves + dummies).astype(np.float64)


def regressions(case: Case, rng: np.random.Generator) -> dict[str, float]:
    """Regressions of statsmodels, two-sided Wald tests."""
    del rng
    counts = case.launches
    plain = np.column_stack([np.ones(counts.size), case.exposed])
    kept, controls = season_and_years(counts)
    controlled = np.column_stack([plain[kept], controls])
    with quiet():
        found = (
            wald_p(counts, plain),
            wald_p(counts, plain, family="Binomial"),
            wald_p(counts, plain, maxlags=MAXLAGS),
            wald_p(counts[kept], controlled, maxlags=MAXLAGS),
        )
    return dict(zip(REGRESSIONS, found, strict=True))


def fisher(case: Case, rng: np.random.Generator) -> dict[str, float]:
    """Fisher's exact test of the table of launch days by exposed days."""
    del rng
    table = np.zeros((2, 2), dtype=np.int64)
    np.add.at(table, (case.launches, case.exposed), 1)
    return {"scipy Fisher exact": float(stats.fisher_exact(table).pvalue)}


def _rows(
    package: str,
    tail: Literal["greater", "two-sided"],
    call: Test,
    *names: str,
    draws: int = DRAWS,
) -> tuple[Peer, ...]:
    return tuple(
        Peer(name=name, package=package, tail=tail, draws=draws, call=call)
        for name in names
    )


def _pyunicorn(window_type: str, surrogate: str, side: str) -> tuple[Peer, ...]:
    name = f"pyunicorn {surrogate}, {side}"
    draws = DRAWS if surrogate == "shuffle" else 0
    call = pyunicorn_by(window_type, surrogate, name)
    return _rows("pyunicorn", "greater", call, name, draws=draws)


def _elephant(method: str) -> tuple[Peer, ...]:
    call = elephant_by(method)
    return _rows("elephant", "two-sided", call, f"elephant {method}")


PEERS: tuple[Peer, ...] = (
    *_rows("CoinCalc", "greater", by_poisson, *names("Poisson"), draws=0),
    *_rows("CoinCalc", "greater", by_surrogates("shuffle"), *names("shuffle")),
    *_rows("CoinCalc", "greater", by_surrogates("wait-time"), *names("wait-time")),
    *_pyunicorn("advanced", "analytic", "precursor"),
    *_pyunicorn("retarded", "analytic", "trigger"),
    *_rows("spacepy", "two-sided", spacepy_band, *BANDS),
    *_elephant("dither_spikes"),
    *_elephant("randomise_spikes"),
    *_rows("scipy", "two-sided", fisher, "scipy Fisher exact", draws=0),
    *_rows("statsmodels", "two-sided", regressions, *REGRESSIONS, draws=0),
)
"""The tests that take milliseconds."""

SLOW_PEERS: tuple[Peer, ...] = (
    *_pyunicorn("advanced", "shuffle", "precursor"),
    *_elephant("jitter_spikes"),
    *_elephant("shuffle_isis"),
    *_elephant("trial_shifting"),
)
"""Those that take tens of milliseconds each: for fewer replicates."""

BLOCKS = {"peers": PEERS, "slow-peers": SLOW_PEERS}

_CALLS = tuple(dict.fromkeys(peer.call for peer in PEERS + SLOW_PEERS))


@cache
def _imports(module: str) -> bool:
    with quiet():  # spacepy prints and warns as it is imported
        try:
            importlib.import_module(module)
        except ImportError:
            return False
    return True


def available() -> dict[str, bool]:
    """Say for every test, by name, whether its package is installed."""
    return {peer.name: peer.installed for peer in PEERS + SLOW_PEERS}


def p_values(
    case: Case, rng: np.random.Generator, peers: Sequence[Peer] = PEERS
) -> dict[str, float]:
    """Ask the peers that are installed.

    The draws of a peer depend on `rng` alone, not on which others are asked.

    Parameters
    ----------
    case : Case
    rng : numpy.random.Generator
        One number is drawn from it.
    peers : sequence of Peer, default PEERS

    Returns
    -------
    dict of str to float
        P-value by name, in the order of `peers`.

    Raises
    ------
    ValueError
        Without two launches, two calendar events and an unexposed day.
    """
    sizes = case.launches.sum(), case.begun.size, (1 - case.exposed).sum()
    if min(sizes[:2]) < 2 or not sizes[2]:
        message = (
            "`case` must have two launches, two calendar events inside the record and "
            "an unexposed day for every peer to answer"
        )
        raise ValueError(message)
    seed = int(rng.integers(2**62))
    asked = [peer for peer in peers if peer.installed]
    found: dict[str, float] = {}
    for call in dict.fromkeys(peer.call for peer in asked):
        own = np.random.default_rng([seed, _CALLS.index(call)])
        found |= call(case, own)
    return {peer.name: found[peer.name] for peer in asked}
