"""Many replicates of a random experiment: shared out, resumable, the same numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from joblib import Parallel, delayed, parallel_config

from timing.arguments import check_type, check_whole
from timing.chunks import Chunks
from timing.progress import track
from timing.seeds import entropy_of, generator_of

Row: TypeAlias = Mapping[str, float]
One: TypeAlias = Callable[[np.random.Generator], Row]

PER_CHUNK = 20
"""Replicates of one task: what a worker that dies loses, and what a stop repeats."""


def replicate(
    one: One,
    n_replicates: int,
    *,
    rng: np.random.Generator | int | None,
    n_jobs: int | None = 1,
    progress: bool = True,
    label: str = "replicates",
    folder: str | Path | None = None,
    request: Mapping[str, Any] | None = None,
) -> pd.DataFrame:
    """Run an experiment so many times.

    Parameters
    ----------
    one : callable
        From a Generator to numbers by name. It must be picklable where `n_jobs` is not
        1: a function of a module, or `functools.partial` of one.
    n_replicates : int
    rng : Generator, int or None
        Replicate i has a generator of its own that depends on `rng` and i only.
    n_jobs : int, optional
        Processes; None honours joblib's context, such as a dask cluster. The numbers
        do not depend on it.
    progress : bool
        Show progress once it takes a while.
    label : str
        What the progress is called.
    folder : str or Path, optional
        Where finished chunks are kept, so that a run that was stopped goes on where it
        was. `rng` must then be a whole number.
    request : mapping, optional
        What was asked for, in values that JSON can hold; a folder that holds the
        results of another request is refused.

    Returns
    -------
    DataFrame
        One row for each replicate, in order.

    Raises
    ------
    ArgumentError
        If the folder belongs to another request, or `rng` cannot be repeated.
    """
    check_whole("n_replicates", n_replicates, minimum=1)
    if folder is not None:
        check_type("rng", rng, int)
    entropy = entropy_of(rng)
    n_chunks = -(-n_replicates // PER_CHUNK)
    store = None
    if folder is not None:
        asked = {"entropy": list(entropy), "per_chunk": PER_CHUNK, **(request or {})}
        store = Chunks(Path(folder), asked, of="replicates")
    done: dict[int, list[dict[str, float]]] = {}
    if store is not None:
        done = store.read(n_chunks)
    missing = [i for i in range(n_chunks) if i not in done]
    jobs = (delayed(_chunk)(one, entropy, i) for i in missing)
    results = Parallel(n_jobs=n_jobs, return_as="generator_unordered")(jobs)
    for i, rows in track(results, total=len(missing), label=label, show=progress):
        done[i] = rows
        if store is not None:
            store.write(i, rows)
    rows = [row for i in range(n_chunks) for row in done[i]]
    return pd.DataFrame(rows[:n_replicates])


def _chunk(
    one: One, entropy: tuple[int, ...], index: int
) -> tuple[int, list[dict[str, float]]]:
    first = index * PER_CHUNK
    # A replicate is not shared out again: on dask, its data would be lost for good with
    # the worker that holds them.
    with parallel_config(backend="sequential"):
        rows = [one(generator_of(entropy, first + i)) for i in range(PER_CHUNK)]
    # Python's own floats: JSON gives them back to the last digit.
    return index, [{name: float(v) for name, v in row.items()} for row in rows]
