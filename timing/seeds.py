"""Seeds that are indexed, so that who draws what does not depend on who works."""

from __future__ import annotations

import numpy as np

from timing.errors import ArgumentError


def generator_from(rng: np.random.Generator | int | None) -> np.random.Generator:
    """Return the generator that a user asks for.

    Raises
    ------
    ArgumentError
        If `rng` is no seed.

    Examples
    --------
    >>> int(generator_from(1).integers(100))
    47
    """
    try:
        return np.random.default_rng(rng)
    except (TypeError, ValueError):
        msg = (
            f"`rng` is {rng!r}; it must be None, a whole number of at least 0 or a "
            "numpy Generator."
        )
        raise ArgumentError(msg) from None


def entropy_of(rng: np.random.Generator | int | None) -> tuple[int, ...]:
    """Draw the entropy from which the generators of all parts of a run come."""
    drawn = generator_from(rng).integers(0, 2**63, size=4)
    return tuple(int(number) for number in drawn)


def generator_of(entropy: tuple[int, ...], index: int) -> np.random.Generator:
    """Return the generator of one part: the same whatever ran before it."""
    seed = np.random.SeedSequence(entropy, spawn_key=(index,))
    return np.random.default_rng(seed)
