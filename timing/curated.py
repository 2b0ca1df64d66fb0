"""What the curated tables offer to every test by name: eras, and days as controls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from timing.datasets import (
    load_anniversaries,
    load_elections,
    load_eras,
    load_exercises,
)

IntArray = npt.NDArray[np.int64]

ERA_IN_WORDS = "the rule of each DPRK leader"

_VOTES = (
    "presidential_election", "legislative_election", "local_election",
    "midterm_election", "referendum", "inauguration", "assembly_session",
    "party_meeting",
)  # fmt: skip
"""Kinds of the elections table that are held by schedule: no deaths, no crises."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedCalendar:
    """A calendar whose days are a control.

    Attributes
    ----------
    column : str
        Of the control.
    load : callable
        Returns the calendar.
    margin : int
        Days before and after each of its events that count.
    """

    column: str
    load: Callable[[], pd.DataFrame]
    margin: int


CONTROLS = {
    "exercises": NamedCalendar(
        column="exercise", load=lambda: load_exercises(scale="major"), margin=0
    ),
    "anniversaries": NamedCalendar(
        column="anniversary", load=load_anniversaries, margin=1
    ),
    "elections": NamedCalendar(
        column="election", load=lambda: load_elections(kind=_VOTES), margin=1
    ),
}
"""Major US-ROK exercises under way; days near an anniversary of the DPRK; days near a
vote, an inauguration, an assembly or a party congress in the US, the ROK or the DPRK.
"""


def era_of(day: pd.DatetimeIndex) -> IntArray:
    """Return the number of the DPRK leader on each day, from 1; 0 before the first.

    Examples
    --------
    >>> era_of(pd.DatetimeIndex(["1994-07-07", "2012-01-01"])).tolist()
    [1, 3]
    """
    eras = load_eras(kind="dprk_leader")
    position: IntArray = eras["start"].searchsorted(day, side="right").astype(np.int64)
    return position
