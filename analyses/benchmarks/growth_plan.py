"""What `growth.py` measures: the data, the calls, and the quantity that grows.

Peers get the arrays and calls of `peer_calls.py`, and the null model says which of our
lines stands beside theirs. Its colour is that of the null model.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
from measure import Call
from peer_calls import Problem, ours_by
from peers import BY_LABEL, Entry

import timing
from timing.coincidence import StatisticName
from timing.nulls import BlockShuffle, CircularShift, GapShuffle, NullModel, Uniform
from timing.scanning import scan
from timing.strata import Strata, stratum_of

N_CLASSES = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much data, draws and specifications."""

    days: int = 15_000
    launches: int = 200
    intervals: int = 150
    window: int = 7
    draws: int = 999
    strata: Strata = "month"
    specifications: int = 10


@cache
def data_of(size: Size) -> Problem:
    """Draw launch days and three-day calendar events evenly over the days."""
    rng = np.random.default_rng(1)
    first = np.datetime64("1984-01-01")
    launch = np.sort(rng.choice(size.days, size.launches, replace=False))
    length = 3 if size.window else 1
    start = np.sort(rng.integers(0, size.days - length, size.intervals))
    tests = {
        "date": first + launch,
        "weapon": [f"class {i % N_CLASSES}" for i in range(size.launches)],
    }
    calendar = {
        "start": first + start,
        "end": first + (start + length - 1),
        "category": [f"category {i % N_CLASSES}" for i in range(size.intervals)],
    }
    return Problem(
        tests=pd.DataFrame(tests),
        calendar=pd.DataFrame(calendar),
        period=timing.StudyPeriod(str(first), str(first + np.int64(size.days - 1))),
        window=timing.Window(before=size.window, after=size.window),
    )


def permutation(
    size: Size, null: NullModel, statistic: StatisticName = "count"
) -> Call:
    """Prepare `permutation_test`."""
    return ours_by(null, statistic)(data_of(size), size.draws)


def score(size: Size) -> Call:
    """Prepare the score shift with its interval."""
    data = data_of(size)
    return lambda: timing.randomization_test(
        data.tests,
        data.calendar,
        period=data.period,
        window=data.window,
        strata=size.strata,
    )


def scanned(size: Size) -> Call:
    """Prepare a scan: ten categories or a hundred pairs of them and weapon classes."""
    data, wanted = data_of(size), size.specifications
    by = ("category",) if wanted < 100 else ("category", "weapon")
    windows = [
        timing.Window(before=before, after=after)
        for before in range(10)
        for after in range(10)
    ][: max(1, wanted // 100)]
    return lambda: scan(
        data.tests,
        data.calendar,
        period=data.period,
        windows=windows,
        by=by,
        n_jobs=1,
        progress=False,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the figure.

    Attributes
    ----------
    prepare : callable
        From a Size to the call.
    colour, mark : str
        How it is drawn.
    drawn : bool
        Whether the call draws.
    peer : Entry or None
        The row of `peers.py`; None if ours.
    same : str
        For a peer, our line under the same null model, or the nearest.
    """

    prepare: Callable[[Size], Call]
    colour: str
    mark: str
    drawn: bool = False
    peer: Entry | None = None
    same: str = ""


WHOLE, MONTH = "shift of the whole period, exact", "shift within strata, exact"
SHUFFLE, SCORE = "shuffled days, exact", "score shift, with interval"
GAPS = "shuffled gaps, drawn"


def peer(label: str, same: str, colour: str, mark: str) -> tuple[str, Line]:
    """Make the line of a peer."""
    entry = BY_LABEL[label]
    line = Line(
        prepare=lambda size: entry.prepare(data_of(size), size.draws),
        colour=colour,
        mark=mark,
        drawn=True,
        peer=entry,
        same=same,
    )
    return label, line


PEERS: dict[str, Line] = dict(
    (
        peer("elephant: trial_shifting, circular shift", WHOLE, "blue", "o"),
        peer("scipy: permutation_test, shuffled days", SHUFFLE, "purple", "P"),
        peer("pyunicorn: ECA, shuffled days", SHUFFLE, "purple", "s"),
        peer("spacepy: poppy, bootstrap band at five lags", SHUFFLE, "purple", "v"),
        peer("elephant: shuffle_isis, shuffled gaps", GAPS, "green", "^"),
    )
)
LINES: dict[str, Line] = {
    WHOLE: Line(
        prepare=lambda size: permutation(size, CircularShift(None)),
        colour="blue",
        mark="o",
    ),
    MONTH: Line(
        prepare=lambda size: permutation(size, CircularShift(size.strata)),
        colour="sky",
        mark="s",
    ),
    SHUFFLE: Line(
        prepare=lambda size: permutation(size, Uniform()), colour="purple", mark="P"
    ),
    "days shuffled within strata, exact": Line(
        prepare=lambda size: permutation(size, Uniform(size.strata)),
        colour="purple",
        mark="p",
    ),
    SCORE: Line(prepare=score, colour="vermilion", mark="D"),
    GAPS: Line(
        prepare=lambda size: permutation(size, GapShuffle()),
        colour="green",
        mark="^",
        drawn=True,
    ),
    "shuffled blocks, drawn": Line(
        prepare=lambda size: permutation(size, BlockShuffle(30)),
        colour="orange",
        mark="v",
        drawn=True,
    ),
    "precursor rate of shuffled days, drawn": Line(  # it has no exact distribution
        prepare=lambda size: permutation(size, Uniform(), "precursor_rate"),
        colour="black",
        mark="X",
        drawn=True,
    ),
    "scan": Line(prepare=scanned, colour="black", mark="h"),
    **PEERS,
}
"""What is measured, by its name in the table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One growing quantity: its sizes by value, and the lines to measure."""

    what: str
    title: str
    sizes: tuple[Size, ...]
    lines: tuple[str, ...]

    def value(self, size: Size) -> int:
        """Return the quantity that grows."""
        if self.what == "strata":
            return int(
                np.unique(stratum_of(data_of(size).period.days, size.strata)).size
            )
        return int(getattr(size, self.what))


CORE = (WHOLE, MONTH, SHUFFLE, SCORE, GAPS, *PEERS)
PANELS = (
    Panel(
        what="days",
        title="50 launches, an interval every 100 days, 999 draws",
        sizes=tuple(
            Size(days=10**i, launches=50, intervals=10 ** (i - 2)) for i in (3, 4, 5, 6)
        ),
        lines=CORE,
    ),
    Panel(
        what="launches",
        title="30,000 days, 150 intervals, 999 draws",
        sizes=tuple(Size(days=30_000, launches=10**i) for i in (1, 2, 3, 4)),
        lines=CORE,
    ),
    Panel(
        what="intervals",
        title="100,000 days, 200 launches, 999 draws",
        sizes=tuple(
            Size(days=100_000, intervals=10**i, window=0) for i in (1, 2, 3, 4, 5)
        ),
        lines=CORE,
    ),
    Panel(
        what="draws",
        title="2,000 days, 100 launches, 20 intervals",
        sizes=tuple(
            Size(days=2_000, launches=100, intervals=20, draws=10**i)
            for i in (2, 3, 4, 5)
        ),
        lines=(
            WHOLE,
            SHUFFLE,
            GAPS,
            "shuffled blocks, drawn",
            "precursor rate of shuffled days, drawn",
            *PEERS,
        ),
    ),
    Panel(
        what="strata",
        title="15,000 days, 200 launches, 150 intervals; ours only",
        sizes=tuple(
            Size(strata=strata)
            for strata in (None, "year", "half", "quarter", "month", "fortnight", 5)
        ),
        lines=(MONTH, "days shuffled within strata, exact", SCORE),
    ),
    Panel(
        what="specifications",
        title="15,000 days, 200 launches, 150 intervals; ours only",
        sizes=tuple(Size(specifications=10**i) for i in (1, 2, 3, 4)),
        lines=("scan",),
    ),
)
