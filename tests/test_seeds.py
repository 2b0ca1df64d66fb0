"""Seeds: what is taken, and that parts do not depend on each other."""

from __future__ import annotations

import re

import numpy as np
import pytest

import timing
from timing.errors import ArgumentError
from timing.seeds import entropy_of, generator_from, generator_of

PERIOD = timing.StudyPeriod("2018-01-01", "2018-12-31")
DATES = ["2018-03-01", "2018-04-09"], ["2018-03-02"]


@pytest.mark.parametrize("rng", [-1, 1.5, "x", np.random.default_rng])
def test_what_is_no_seed_is_an_error(rng):
    text = f"`rng` is {rng!r}; it must be None, a whole number of at least 0 or a numpy"
    with pytest.raises(ArgumentError, match=re.escape(text)):
        generator_from(rng)


@pytest.mark.parametrize(
    "run",
    [
        lambda rng: timing.permutation_test(*DATES, null="gap_shuffle", rng=rng),
        lambda rng: timing.lag_profile(*DATES, null="gap_shuffle", rng=rng),
        lambda rng: timing.simulate(period=PERIOD, n_launches=5, rng=rng),
    ],
    ids=["permutation_test", "lag_profile", "simulate"],
)
def test_every_draw_asks_for_a_seed_in_the_same_words(run):
    with pytest.raises(ArgumentError, match="`rng` is -1; it must be None, a whole"):
        run(-1)


def test_a_part_has_its_own_numbers():
    entropy = entropy_of(1)
    first, again, second = (generator_of(entropy, i).random() for i in (0, 0, 1))
    assert first == again
    assert first != second
