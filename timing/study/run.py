"""Running the steps of a study in order, with a manifest of what was made."""

from __future__ import annotations

import importlib.metadata
import platform
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from timing._version import __version__
from timing.arguments import check_choice
from timing.datasets import data_folder, data_package
from timing.errors import ArgumentError
from timing.study.association import associate
from timing.study.describe import describe, join
from timing.study.drawing import draw
from timing.study.models import compare_models
from timing.study.output import write_json
from timing.study.regressions import regress
from timing.study.robustness import profile_time_scales, scan_specifications
from timing.study.size import check_size
from timing.study.specification import PRIMARY, Study
from timing.study.unfinished import Unfinished, hashes

if TYPE_CHECKING:
    from collections.abc import Callable

_STEPS: dict[str, Callable[..., list[Path]]] = {
    "describe": describe,
    "join": join,
    "permutation": associate,
    "regression": regress,
    "models": compare_models,
    "timescale": profile_time_scales,
    "scan": scan_specifications,
    "size": check_size,
    "figures": draw,
}
_PACKAGES = (
    "numpy",
    "pandas",
    "scipy",
    "statsmodels",
    "matplotlib",
    "joblib",
    "tzdata",
)


def run_step(
    name: str,
    study: Study = PRIMARY,
    output: str | Path = "analyses/output",
    *,
    n_jobs: int | None = 1,
    progress: bool = False,
) -> list[Path]:
    """Run one step of a study; ``"figures"`` reads what the steps before it wrote.

    Parameters
    ----------
    name : {"describe", "join", "permutation", "regression", "models", "timescale", \
"scan", "size", "figures"}
    study, output, n_jobs, progress
        As in `run_study`.

    Returns
    -------
    list of Path
        Files written.
    """
    check_choice("name", name, _STEPS)
    _check_jobs(n_jobs)
    folder = Path(output)
    folder.mkdir(parents=True, exist_ok=True)
    return _STEPS[name](study, folder, **_options(name, n_jobs, progress))


def _check_jobs(n_jobs: object) -> None:
    whole = isinstance(n_jobs, int) and not isinstance(n_jobs, bool)
    if n_jobs is not None and (not whole or n_jobs == 0):
        msg = (
            f"`n_jobs` is {n_jobs!r}; it must be a number of processes, -1 for all "
            "processors, or None for joblib's context."
        )
        raise ArgumentError(msg)


def _options(name: str, n_jobs: int | None, progress: bool) -> dict[str, Any]:
    """Return the options of a step: two are long enough to share out and report on."""
    long = name in ("scan", "size")
    return {"n_jobs": n_jobs, "progress": progress} if long else {}


def run_study(
    study: Study = PRIMARY,
    output: str | Path = "analyses/output",
    *,
    n_jobs: int | None = 1,
    progress: bool = True,
    resume: bool = False,
) -> Path:
    """Run a study: tables, figures and a manifest.

    Parameters
    ----------
    study : Study, default the declared study
    output : str or Path, default "analyses/output"
        Folder to write to; it is made where it does not exist.
    n_jobs : int, optional, default 1
        Processes for the scan and the simulations; None honours joblib's context, such
        as a dask cluster. The numbers do not depend on it.
    progress : bool, default True
        Report the steps on standard error.
    resume : bool, default False
        Go on with the run that was stopped in this folder.

    Returns
    -------
    Path
        ``manifest.json``: hashes of the data, versions, seed, seconds for each step and
        the hash of every file written.

    Raises
    ------
    ArgumentError
        If `n_jobs` is no number of processes.

    Notes
    -----
    Until the study is complete, a hidden folder in `output` holds the request (hashes
    of study and data, versions of the libraries), the hash of each file of the finished
    steps, and chunks of the simulations. A resumed run keeps the steps whose files
    still have their hashes, and the chunks, and writes the same bytes as a run that was
    not stopped; only the seconds differ. Where the folder answers another request, this
    is said on standard error and the run starts afresh.

    Examples
    --------
    >>> import timing
    >>> timing.run_study(output="out")  # doctest: +SKIP

    On a cluster, whose workers have this package in the same version:

    >>> import joblib
    >>> from dask.distributed import Client  # doctest: +SKIP
    >>> client = Client("tcp://scheduler:8786")  # doctest: +SKIP
    >>> with joblib.parallel_config(backend="dask"):  # doctest: +SKIP
    ...     timing.run_study(output="out", n_jobs=None, resume=True)
    """
    _check_jobs(n_jobs)
    folder = Path(output)
    tables = (data_folder() / table["path"] for table in data_package()["resources"])
    versions = {name: importlib.metadata.version(name) for name in _PACKAGES}
    request = {
        "study_sha256": study.sha256,
        "data_sha256": hashes(tables),
        "versions": {
            "event-timing": __version__,
            "python": platform.python_version(),
            **versions,
        },
    }
    state = _state_of(folder, request, resume=resume)
    seconds: dict[str, float] = {}
    written: list[Path] = []
    for i, name in enumerate(_STEPS, start=1):
        done = state.finished(name)
        if progress:
            note = " (kept)" if done else ""
            print(f"[{i}/{len(_STEPS)}] {name}{note}", file=sys.stderr, flush=True)
        if done is None:
            begin = time.perf_counter()
            options = _options(name, n_jobs, progress)
            if name == "size":
                options["parts"] = state.parts
            files = _STEPS[name](study, folder, **options)
            done = round(time.perf_counter() - begin, 2), files
            state.finish(name, *done)
        seconds[name] = done[0]
        written += done[1]
    if progress:
        total = sum(seconds.values())
        print(f"done in {total:.0f} s: {folder}", file=sys.stderr, flush=True)
    manifest = write_json(
        folder / "manifest.json",
        {
            "title": study.title,
            **request,
            "seed": study.seed,
            "seconds": seconds,
            "files_sha256": hashes(written),
        },
    )
    state.remove()
    return manifest


def _state_of(folder: Path, request: dict[str, Any], *, resume: bool) -> Unfinished:
    """Return the state to go on from: that of the run that was stopped, or an empty."""
    state = Unfinished(folder)
    stored = state.request()
    if resume and stored is not None:
        differs = [key for key in request if stored.get(key) != request[key]]
        if not differs:
            return state
        # Said even where progress is not: finished steps are lost.
        print(
            f"{folder}: the run that was stopped here answers another request (other "
            f"{', '.join(differs)}); starting afresh.",
            file=sys.stderr,
            flush=True,
        )
    state.begin(request)
    return state
