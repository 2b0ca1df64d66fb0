"""Running the scripts of a study in order, with a manifest of what was made."""

from __future__ import annotations

import importlib.metadata
import platform
import runpy
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from timing._version import __version__
from timing.arguments import check_choice
from timing.datasets import data_hashes
from timing.errors import ArgumentError
from timing.replication import write_whole
from timing.study.declaration import analyses_folder, primary_study, read_study
from timing.study.output import Run, say_what_is_missing
from timing.study.specification import Study
from timing.study.unfinished import Unfinished, hashes

SCRIPTS = (
    "describe",
    "timeline",
    "join",
    "hypotheses",
    "methods",
    "variants",
    "timescale",
    "forest",
    "leave_one_out",
    "lag_profiles",
    "scan",
    "models",
    "regression",
    "drills",
    "power",
    "size",
    "placebo",
    "clocks",
    "time_of_day",
    "uncertainty",
    "case_gyeongju_2025",
    "claims",
    "replication",
    "report",
)
"""Scripts of ``analyses/`` in the order in which they run."""
PACKAGES = (
    "numpy",
    "pandas",
    "scipy",
    "statsmodels",
    "matplotlib",
    "joblib",
    "tzdata",
)


def run_script(name: str, run: Run) -> list[Path]:
    """Run one script of ``analyses/``; return the files that it wrote."""
    path = analyses_folder() / f"{name}.py"
    runpy.run_path(str(path))["main"](run)
    run.finish()
    return run.files


def run_study(
    study: Study | str | Path | None = None,
    output: str | Path = "analyses/output",
    *,
    scripts: Sequence[str] = SCRIPTS,
    n_jobs: int | None = 1,
    progress: bool = True,
    resume: bool = False,
) -> Path:
    """Run a study: every script of ``analyses/``, and a manifest of what they wrote.

    Parameters
    ----------
    study : Study, str or Path, optional
        A declaration or the TOML file that holds it; by default the study of the DPRK's
        tests, ``analyses/primary.toml``.
    output : str or Path, default "analyses/output"
        Folder to write to; it is made where it does not exist.
    scripts : sequence of str
        Scripts to run, by name; all of them by default, in the order of
        `timing.study.SCRIPTS`. The report needs all others.
    n_jobs : int, optional, default 1
        Processes for the scan and the simulations; None honours joblib's context, such
        as a dask cluster. The numbers do not depend on it.
    progress : bool, default True
        Report the scripts on standard error.
    resume : bool, default False
        Go on with the run that was stopped in this folder.

    Returns
    -------
    Path
        ``manifest.json``: hashes of the data, versions, seed, seconds for each script
        and the hash of every file written.

    Raises
    ------
    ArgumentError
        If a script is unknown, `n_jobs` is no number of processes, or the declaration
        breaks a rule.

    Notes
    -----
    Until the study is complete, a hidden folder in `output` holds the request (hashes
    of study and data, versions of the libraries), the hash of each file of the finished
    scripts, and chunks of the simulations. A resumed run keeps the scripts whose files
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
    check_jobs(n_jobs)
    chosen = {check_choice("scripts", name, SCRIPTS) for name in scripts}
    names = [name for name in SCRIPTS if name in chosen]
    declared = as_study(study)
    folder = Path(output)
    request = {
        "study_sha256": declared.sha256,
        "data_sha256": data_hashes(),
        "versions": {
            "event-timing": __version__,
            "python": platform.python_version(),
            **{name: _version_of(name) for name in (*PACKAGES, "python-docx")},
        },
    }
    state = _state_of(folder, request, resume=resume)
    seconds: dict[str, float] = {}
    written: list[Path] = []
    for i, name in enumerate(names, start=1):
        done = state.finished(name)
        if progress:
            note = " (kept)" if done else ""
            print(f"[{i}/{len(names)}] {name}{note}", file=sys.stderr, flush=True)
        if done is None:
            begin = time.perf_counter()
            run = Run(
                study=declared,
                folder=folder,
                script=name,
                n_jobs=n_jobs,
                progress=progress,
                parts=state.parts / name,
            )
            files = run_script(name, run)
            done = round(time.perf_counter() - begin, 2), files
            state.finish(name, *done)
        seconds[name] = done[0]
        written += done[1]
    say_what_is_missing()
    if progress:
        total = sum(seconds.values())
        print(f"done in {total:.0f} s: {folder}", file=sys.stderr, flush=True)
    manifest = folder / "manifest.json"
    write_whole(
        manifest,
        {
            "title": declared.title,
            **request,
            "seed": declared.seed,
            "seconds": seconds,
            "files_sha256": hashes(written),
        },
    )
    state.remove()
    return manifest


def _version_of(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"


def as_study(study: Study | str | Path | None) -> Study:
    """Return a declaration: as it is, from its file, or the one of the DPRK's tests."""
    if study is None:
        return primary_study()
    return study if isinstance(study, Study) else read_study(study)


def check_jobs(n_jobs: object) -> None:
    """Raise if `n_jobs` is neither a number of processes nor None."""
    whole = isinstance(n_jobs, int) and not isinstance(n_jobs, bool)
    if n_jobs is not None and (not whole or n_jobs == 0):
        msg = (
            f"`n_jobs` is {n_jobs!r}; it must be a number of processes, -1 for all "
            "processors, or None for joblib's context."
        )
        raise ArgumentError(msg)


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
