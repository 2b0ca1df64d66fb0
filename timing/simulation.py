"""Simulated launch days, for measuring the size of the tests."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


def self_exciting_days(
    base_rate: FloatArray,
    *,
    branching: float,
    decay_days: float,
    rng: np.random.Generator,
) -> IntArray:
    """Draw 0/1 launch days that excite later ones.

    Parameters
    ----------
    base_rate : (n,) array of float
        Expected immigrants (launches that no earlier one caused) on each day.
    branching : float
        Expected direct offspring of a launch, in [0, 1); 0 gives independent days.
    decay_days : float
        Mean days from a launch to its offspring.
    rng : Generator

    Returns
    -------
    (n,) array of int
        1 on days with at least one launch.

    Notes
    -----
    A discrete Hawkes process by its branching representation (Hawkes and Oakes 1974,
    J. Appl. Probab. 11:493-503): each launch has a Poisson number of offspring, each
    after a geometric number of days, at least one.

    Examples
    --------
    >>> days = self_exciting_days(
    ...     np.full(365, 0.02), branching=0.5, decay_days=10.0,
    ...     rng=np.random.default_rng(1),
    ... )
    >>> days.shape, set(days.tolist()) <= {0, 1}
    ((365,), True)
    """
    n = base_rate.size
    generation = np.repeat(np.arange(n), rng.poisson(base_rate))
    launches = np.zeros(n, dtype=np.int64)
    while generation.size:
        launches[generation] = 1
        parents = np.repeat(generation, rng.poisson(branching, generation.size))
        children = parents + rng.geometric(1 / decay_days, parents.size)
        generation = children[children < n]
    return launches
