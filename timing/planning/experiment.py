"""One experiment many times: draw a record, and put tests to it."""

from __future__ import annotations

import hashlib
import inspect
import math
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

from timing._version import __version__
from timing.arguments import is_number
from timing.errors import ArgumentError, TimingError, TimingWarning
from timing.nulls import NullModel
from timing.permutation import permutation_test
from timing.regression import randomization_test
from timing.replication import replicate
from timing.results.planning import Simulated
from timing.seeds import entropy_of, generator_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from timing.scenario import Scenario

FloatArray = npt.NDArray[np.float64]

Test: TypeAlias = "Callable[..., Any] | NullModel"
Tests: TypeAlias = "Test | Mapping[str, Test]"

_DRAWS = 999
"""Draws of null models that are not exact, in each replicate."""


@dataclass(frozen=True, slots=True)
class Experiment:
    """The experiment that is repeated: draw a record, and test it."""

    scenario: Scenario
    tests: Mapping[str, Callable[..., Any]]
    rate_ratio: float

    def __call__(self, rng: np.random.Generator) -> dict[str, float]:
        """Return the p-value of each test on one record."""
        record = self.scenario.draw(rng, self.rate_ratio)
        tables = record.tests, record.calendar
        return {
            name: _pvalue(test, tables, self.scenario, rng)
            for name, test in self.tests.items()
        }

    def request(self) -> dict[str, Any]:
        """Tell this experiment from others, for a folder of its replicates."""
        first = self.scenario.draw(generator_of((0,), 0), self.rate_ratio)
        drawn = first.launches.tobytes() + first.exposed.tobytes()
        return {
            "scenario": self.scenario.in_words(),
            "first_record_sha256": hashlib.sha256(drawn).hexdigest(),
            "rate_ratio": self.rate_ratio,
            "tests": {name: _in_words(test) for name, test in self.tests.items()},
            "version": __version__,
        }


def _in_words(test: Callable[..., Any]) -> str:
    if isinstance(test, partial):
        options = ", ".join(f"{k}={v!r}" for k, v in sorted(test.keywords.items()))
        return f"{_name_of(test)}({options})"
    return _name_of(test)


def _pvalue(
    test: Callable[..., Any],
    tables: tuple[pd.DataFrame, pd.DataFrame],
    scenario: Scenario,
    rng: np.random.Generator,
) -> float:
    """P-value of one test; NaN where it cannot be made on these tables."""
    options = {"rng": rng} if "rng" in inspect.signature(test).parameters else {}
    with warnings.catch_warnings():
        # Advice for one data set; here it would be repeated thousands of times.
        warnings.simplefilter("ignore", TimingWarning)
        try:
            found = test(
                *tables,
                period=scenario.period,
                window=scenario.window,
                **options,
            )
        except TimingError:
            return math.nan
    found = getattr(found, "pvalue", found)
    if not is_number(found):
        msg = (
            f"`test` returns {found!r}; it must return a p-value, or a result that has "
            "one as its `pvalue`."
        )
        raise ArgumentError(msg)
    return float(found)


def named_tests(test: Tests | None) -> dict[str, Callable[..., Any]]:
    """Name the tests, and turn null models into permutation tests."""
    if test is None:
        test = randomization_test
    named = test if isinstance(test, Mapping) else {_name_of(test): test}
    if not named:
        msg = "`test` names no test."
        raise ArgumentError(msg)
    found: dict[str, Callable[..., Any]] = {}
    for name, one in named.items():
        if isinstance(one, NullModel):
            found[name] = partial(
                permutation_test, null=one, n_resamples=_DRAWS, progress=False
            )
        elif callable(one):
            found[name] = one
        else:
            msg = (
                f"`test` {name!r} must be a null model or a function of tests and "
                f"calendar, not {type(one).__name__!r}."
            )
            raise ArgumentError(msg)
    return found


def _name_of(test: Test) -> str:
    if isinstance(test, NullModel):
        return repr(test)
    inner = test.func if isinstance(test, partial) else test
    return getattr(inner, "__name__", type(inner).__name__)


@dataclass(frozen=True, slots=True)
class Runs:
    """How replicates are run."""

    n_replicates: int
    rng: np.random.Generator | int | None
    n_jobs: int | None
    progress: bool
    folder: str | Path | None

    def pvalues(
        self, experiment: Experiment, label: str, part: str = ""
    ) -> pd.DataFrame:
        """P-values of each test in each replicate."""
        found = replicate(
            experiment,
            self.n_replicates,
            rng=self.rng,
            n_jobs=self.n_jobs,
            progress=self.progress,
            label=label,
            folder=None if self.folder is None else Path(self.folder) / part,
            request=None if self.folder is None else experiment.request(),
        )
        # A folder may hold them in another order.
        return found[list(experiment.tests)]


def shared_seed(
    rng: np.random.Generator | int | None, folder: str | Path | None
) -> np.random.Generator | int | None:
    """Return a seed from which several runs may start; a folder needs a number."""
    if folder is not None or isinstance(rng, int):
        return rng
    return entropy_of(rng)[0]


def check_several(
    name: str, values: Sequence[float], check: Callable[[str, float], float]
) -> None:
    """Raise if `values` are no numbers, are none, or break the rule of each."""
    if np.ndim(values) != 1 or not len(values):
        msg = f"`{name}` is {values!r}; it must be a sequence of one number or more."
        raise ArgumentError(msg)
    for value in values:
        check(name, value)


def simulated(scenario: Scenario, n_replicates: int) -> Simulated:
    """Record what was simulated."""
    return Simulated(
        scenario=scenario.in_words(),
        period=str(scenario.period),
        window=str(scenario.window),
        n_launches=scenario.n_launches,
        n_replicates=n_replicates,
        version=__version__,
    )


def share_error(share: FloatArray, n: int) -> FloatArray:
    """Monte Carlo standard error of a share of n replicates."""
    error: FloatArray = np.sqrt(share * (1 - share) / n)
    return error
