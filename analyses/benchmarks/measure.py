"""How the benchmarks measure: alternating medians, and the peak memory of one call.

Seconds are medians over rounds in which the calls take turns, so that a drifting
machine affects all of them alike; ratios are taken round by round. Memory is that of
one call in a process of its own, forked from one that has only imported: the largest
resident size during the call, less that before it. (It is read from ``/proc``: after a
fork, `ru_maxrss` would start from the parent's own peak.)
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import platform
import time
import tracemalloc
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy
from scipy import fft

Call = Callable[[], object]
MIB = 2**20
RESULTS = Path(__file__).parents[1] / "results"
QUICK = Path(__file__).parents[1] / "output" / "benchmarks" / "quick"
_TURN = 0.002
_STATUS = Path("/proc/self/status")


def seconds(call: Call, repeats: int = 1) -> float:
    """Time one call, as the mean of some repeats."""
    begin = time.perf_counter()
    for _ in range(repeats):
        call()
    return (time.perf_counter() - begin) / repeats


def _once_warm(call: Call) -> float:
    """Time the second call, or the first if that is long anyhow."""
    once = seconds(call)
    return once if once > 10 * _TURN else seconds(call)


def alternate(calls: Sequence[Call], rounds: int) -> npt.NDArray[np.float64]:
    """Time the calls in turns: (rounds, calls).

    All are warm by then. Calls that are done in less than two milliseconds are repeated
    within a round, so that each turn lasts about so long.
    """
    turns = [(call, max(1, round(_TURN / _once_warm(call)))) for call in calls]
    return np.array(
        [[seconds(call, times) for call, times in turns] for _ in range(rounds)]
    )


def paired(ours: Call, peer: Call, rounds: int) -> tuple[float, float, float]:
    """Medians of both sides, and of their ratio round by round."""
    times = alternate([ours, peer], rounds)
    ours_times, peer_times = times.T
    return median(ours_times), median(peer_times), median(ours_times / peer_times)


def rounds_within(budget: float, once: float, *, most: int = 100) -> int:
    """Return how many calls of `once` seconds fit into `budget` seconds, at least 3."""
    return max(3, min(most, int(budget / once)))


def raw_fft_pair(n_days: int) -> Call:
    """Transform a 0/1 series of so many days and back: the yardstick."""
    series = (np.arange(n_days) % 9 < 2).astype(np.int64)
    return lambda: fft.irfft(fft.rfft(series), n=n_days)


@dataclass(frozen=True, slots=True, kw_only=True)
class Peak:
    """One call in a process of its own.

    Attributes
    ----------
    mib : float
        Growth of the resident size; NaN where the system has no ``/proc``.
    traced_mib : float
        Peak that Python and numpy allocated during a second call, without the memory
        of compiled libraries; NaN if not asked for.
    seconds : float
        Time of the first call, caches cold.
    cpu_seconds : float
        Processor time of it, which other programs on the machine lengthen less.
    total_mib : float
        Largest resident size during the call, with the interpreter, the libraries and
        the data.
    """

    mib: float
    traced_mib: float
    seconds: float
    cpu_seconds: float = float("nan")
    total_mib: float = float("nan")


def _resident(field: str) -> float:
    if not _STATUS.exists():
        return float("nan")
    line = next(s for s in _STATUS.read_text().splitlines() if s.startswith(field))
    return int(line.split()[1]) / 1024


def _in_child(
    prepare: Callable[..., Call], arguments: tuple[object, ...], *, traced: bool
) -> Peak:
    call = prepare(*arguments)
    if _STATUS.exists():
        Path("/proc/self/clear_refs").write_text("5")  # the peak starts from here
    before, processor = _resident("VmRSS"), time.process_time()
    once = seconds(call)
    processor = time.process_time() - processor
    total_mib, traced_mib = _resident("VmHWM"), float("nan")
    if traced:
        tracemalloc.start()
        call()
        traced_mib = tracemalloc.get_traced_memory()[1] / MIB
    return Peak(
        mib=max(total_mib - before, 0.0),
        traced_mib=traced_mib,
        seconds=once,
        cpu_seconds=processor,
        total_mib=total_mib,
    )


def peak(
    prepare: Callable[..., Call], *arguments: object, traced: bool = False
) -> Peak:
    """Measure the call that `prepare` makes of its arguments, in a fresh process.

    Parameters
    ----------
    prepare : callable
        A function of a module: the process finds it by name. What it does is not
        measured; what its result does is.
    arguments
        For `prepare`.
    traced : bool, default False
        Call once more under tracemalloc.
    """
    with multiprocessing.get_context("forkserver").Pool(1) as pool:
        return pool.apply(_in_child, (prepare, arguments), {"traced": traced})


def preload(modules: Sequence[str]) -> None:
    """Have the fresh processes start with these modules imported."""
    multiprocessing.get_context("forkserver").set_forkserver_preload(list(modules))


def machine() -> str:
    """One line on the machine, its load and the versions."""
    load = " ".join(f"{load:.1f}" for load in os.getloadavg())
    return (
        f"{os.cpu_count()} cores ({platform.machine()}), load {load} "
        f"(1, 5, 15 minutes); Python {platform.python_version()}, "
        f"numpy {np.__version__}, scipy {scipy.__version__}, pandas {pd.__version__}"
    )


def options(description: str) -> argparse.ArgumentParser:
    """Offer the options that `run_all.py` hands to each of its scripts."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--quick", action="store_true", help="smallest sizes, once: a check, no result"
    )
    parser.add_argument(
        "--output",
        type=Path,
        help="default: analyses/results, if quick analyses/output/benchmarks/quick",
    )
    return parser


def output_of(chosen: argparse.Namespace) -> Path:
    """Make the folder for the tables; a quick run spares the kept ones."""
    folder: Path = chosen.output or (QUICK if chosen.quick else RESULTS)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def rounded(value: float, digits: int = 3) -> str:
    """Write a number with so many significant digits, without exponent."""
    if not np.isfinite(value):
        return ""
    if not value:
        return "0"
    places = max(0, digits - 1 - int(np.floor(np.log10(abs(value)))))
    return f"{value:,.{places}f}"


def median(values: npt.NDArray[np.float64]) -> float:
    """Return the middle value."""
    return float(np.median(values))
