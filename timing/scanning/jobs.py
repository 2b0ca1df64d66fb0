"""Many jobs, in this process or in workers, that leave nothing running behind."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from joblib import Parallel, delayed

from timing.progress import track


def run_all(
    function: Callable[..., Any],
    arguments: Iterable[tuple[Any, ...]],
    *,
    total: int,
    label: str,
    n_jobs: int | None,
    progress: bool,
) -> Iterator[Any]:
    """Call `function` with each tuple of arguments; yield results in the same order.

    Parameters
    ----------
    function : callable
    arguments : iterable of tuple
    total : int
        Number of calls.
    label : str
        What the progress is of.
    n_jobs : int or None
        As in joblib.
    progress : bool
    """
    jobs = (delayed(function)(*these) for these in arguments)
    done = Parallel(n_jobs=n_jobs, return_as="generator")(jobs)
    try:
        yield from track(done, total=total, label=label, show=progress)
    finally:
        # When interrupted, so that no worker goes on; joblib warns of unused results.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            done.close()
