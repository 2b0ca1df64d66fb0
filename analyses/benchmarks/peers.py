"""The permutation engine beside other packages: one question, one machine, one run.

Question: do launches fall on exposed days more often than by chance? Each package
answers it under the null model it has; `timing` answers under the same one (column
"same null"). Data: the primary record of the study, and a synthetic one of 15,000 days.
Peers get arrays, ready-made; `timing` starts from tables and ends in its full result.

Columns: median seconds, as measured; those for 9,999 draws, scaled in proportion where
a package got fewer (column "draws"); ratios to a raw FFT pair of the same length and to
`timing` under the same or the nearest null, round by round; memory of one call in a
process of its own (see `measure.py`). The p-values are one-sided; those of peers vary,
because they draw from unseeded global states. pyunicorn shuffles the days of the
calendar events too, which breaks them up, trims launches at the ends and takes strict
inequalities; without surrogates it takes one-sided windows and a binomial law. spacepy
gives a bootstrap band of the association number, not a test of it, and needs a few lags
for its asymptote. Elephant draws times, not days: two launches may fall on one day.

A package that does not import is named, and its rows say so.

    pip install 'event-timing[peers]' && python analyses/benchmarks/peers.py

`run_all.py` runs it together with `growth.py`.
"""

import os

os.environ.update(dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"), "1"))

import importlib
from dataclasses import dataclass
from importlib.metadata import version

import numpy as np
import pandas as pd
from measure import (
    alternate,
    machine,
    median,
    options,
    output_of,
    peak,
    preload,
    raw_fft_pair,
    rounded,
    rounds_within,
    seconds,
)
from peer_calls import (
    Answer,
    Prepare,
    elephant_surrogates,
    ours_arrays,
    ours_by,
    ours_score,
    problem,
    pyunicorn_significance,
    scipy_fft,
    scipy_shuffle,
    spacepy_band,
)

from timing.nulls import CircularShift, GapShuffle, IntervalJitter, Uniform
from timing.tables import write_table

ASKED = 9999
FEW = 99
"""Draws that a package gets at most in a quick run."""
MODULES = (
    "scipy.stats",
    "pyunicorn.eventseries",
    "elephant.spike_train_surrogates",
    "spacepy.poppy",
)
"""What the peers import: their fresh processes start with it."""
BUDGET = 1.0
"""Seconds for the rounds of one row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One row: a package, its null model and how to ask it.

    Attributes
    ----------
    package : str
        What has to import.
    what : str
    prepare : callable
        From a Problem and a number of draws to the call.
    draws : int
        Draws it gets; 0 if it needs none.
    same : str
        Label of the row of `timing` under the same null model, or the nearest.
    """

    package: str
    what: str
    prepare: Prepare
    draws: int = 0
    same: str

    @property
    def label(self) -> str:
        """Package and what it does."""
        return f"{self.package}: {self.what}"

    @property
    def imports(self) -> bool:
        """Whether the package imports here."""
        try:
            importlib.import_module(self.package)
        except ImportError:
            return False
        return True


WHOLE, MONTH = "timing: circular shift, exact", "timing: shift within month, exact"
SHUFFLE, GAPS = "timing: shuffled days, exact", "timing: shuffled gaps"
JITTER = "timing: jitter within 30 days, exact"


def ours(label: str, prepare: Prepare, draws: int = 0) -> Entry:
    """Make a row of our own, compared with itself."""
    what = label.removeprefix("timing: ")
    return Entry(package="timing", what=what, prepare=prepare, draws=draws, same=label)


ENTRIES: tuple[Entry, ...] = (
    ours(WHOLE, ours_by(CircularShift(None))),
    ours("timing: circular shift, exact, from arrays", ours_arrays),
    ours(MONTH, ours_by(CircularShift("month"))),
    ours("timing: score shift within month, with interval", ours_score),
    ours(SHUFFLE, ours_by(Uniform())),
    ours(
        "timing: shuffled days, precursor rate",
        ours_by(Uniform(), "precursor_rate"),
        ASKED,
    ),
    ours(GAPS, ours_by(GapShuffle()), ASKED),
    ours(JITTER, ours_by(IntervalJitter(30))),
    Entry(
        package="scipy",
        what="raw FFT pair, the yardstick",
        prepare=scipy_fft,
        same=WHOLE,
    ),
    Entry(
        package="scipy",
        what="permutation_test, shuffled days",
        prepare=scipy_shuffle,
        draws=ASKED,
        same=SHUFFLE,
    ),
    Entry(
        package="pyunicorn",
        what="ECA, shuffled days",
        prepare=pyunicorn_significance("symmetric", "shuffle"),
        draws=999,
        same=SHUFFLE,
    ),
    Entry(
        package="pyunicorn",
        what="ECA, binomial law (one-sided window)",
        prepare=pyunicorn_significance("advanced", "analytic"),
        same=SHUFFLE,
    ),
    Entry(
        package="elephant",
        what="trial_shifting, circular shift",
        prepare=elephant_surrogates("trial_shifting"),
        draws=999,
        same=WHOLE,
    ),
    Entry(
        package="elephant",
        what="shuffle_isis, shuffled gaps",
        prepare=elephant_surrogates("shuffle_isis"),
        draws=999,
        same=GAPS,
    ),
    Entry(
        package="elephant",
        what="jitter_spikes, within 30 days",
        prepare=elephant_surrogates("jitter_spikes"),
        draws=999,
        same=JITTER,
    ),
    Entry(
        package="elephant",
        what="randomise_spikes, shuffled times",
        prepare=elephant_surrogates("randomise_spikes"),
        draws=999,
        same=SHUFFLE,
    ),
    Entry(
        package="spacepy",
        what="poppy, bootstrap band at five lags",
        prepare=spacepy_band,
        draws=ASKED,
        same=SHUFFLE,
    ),
)
BY_LABEL = {entry.label: entry for entry in ENTRIES}


def call_of(label: str, name: str, most: int = ASKED) -> Answer:
    """Prepare a row on a problem, with at most so many draws."""
    entry = BY_LABEL[label]
    return entry.prepare(problem(name), min(entry.draws, most))


def missing(package: str) -> str:
    """Say that a package is not there, and what to do."""
    return (
        f"{package} is not installed: its rows say so; "
        "pip install 'event-timing[peers]' brings it."
    )


def ready() -> str:
    """Say who is missing and have fresh processes start with the others.

    Returns the versions of those who are there.
    """
    there = {entry.package: entry.imports for entry in ENTRIES}
    for package in (name for name, imports in there.items() if not imports):
        print(missing(package))
    preload(
        [
            "timing.permutation",
            "timing.regression",
            "timing.scanning",
            "timing.study.testing",
            "matplotlib.pyplot",
            *(module for module in MODULES if there[module.split(".")[0]]),
        ]
    )
    return ", ".join(
        f"{package} {version(package)}"
        for package, imports in there.items()
        if imports and package not in ("timing", "scipy")
    )


def measure_row(entry: Entry, name: str, *, quick: bool = False) -> dict[str, object]:
    """Measure one row."""
    most = FEW if quick else ASKED
    draws = min(entry.draws, most)
    head = {"data": name, "what": entry.label, "draws": draws or "none"}
    if not entry.imports:
        return {**head, "seconds": "not installed"}
    n_days = problem(name).grid.day.size
    alone = peak(call_of, entry.label, name, most, traced=True)
    call, same = call_of(entry.label, name, most), call_of(entry.same, name)
    rounds = 1 if quick else rounds_within(BUDGET, alone.seconds + seconds(same))
    times = alternate([call, same, raw_fft_pair(n_days)], rounds)
    whole = times[:, 0] * (ASKED / draws if draws else 1)
    ours_alone = entry.label == entry.same
    value = call()
    return {
        **head,
        "seconds": rounded(median(times[:, 0])),
        f"for {ASKED:,} draws": rounded(median(whole)),
        "times raw FFT pair": rounded(median(whole / times[:, 2])),
        "times timing": "" if ours_alone else rounded(median(whole / times[:, 1])),
        "same null": "" if ours_alone else entry.same.removeprefix("timing: "),
        "peak MiB": f"{alone.mib:.1f}",
        "traced MiB": f"{alone.traced_mib:.1f}",
        "p": "" if np.isnan(value) else f"{value:.3f}",
        "rounds": str(rounds),
    }


def main() -> None:
    """Measure, print and write."""
    parser = options(__doc__)
    parser.add_argument("--data", nargs="+", metavar="NAME")
    chosen = parser.parse_args()
    every = ["primary"] if chosen.quick else ["primary", "synthetic"]

    versions, start = ready(), machine()
    table = pd.DataFrame(
        [
            measure_row(entry, name, quick=chosen.quick)
            for name in chosen.data or every
            for entry in ENTRIES
        ]
    ).fillna("")
    text = f"{write_table(table, 'markdown')}\n{start}; {versions}\n"
    folder = output_of(chosen)
    table.to_csv(folder / "benchmark_peers.csv", index=False)
    (folder / "benchmark_peers.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
