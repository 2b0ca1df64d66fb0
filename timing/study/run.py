"""Running the scripts of a study in order, with a manifest of what was made."""

from __future__ import annotations

import importlib.metadata
import json
import platform
import runpy
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from timing._version import __version__
from timing.arguments import check_choice
from timing.errors import ArgumentError, TimingError
from timing.study.declaration import analyses_folder, primary_study, read_study
from timing.study.manifest import obsolete_files
from timing.study.output import Run, own_settings, say_what_is_missing
from timing.study.scripts import NEEDED, scripts_of
from timing.study.specification import Study
from timing.study.staging import MANIFEST, Staging
from timing.study.unfinished import Unfinished, hashes
from timing.whole import write_whole

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
    with own_settings():
        try:
            runpy.run_path(str(path))["main"](run)
        except TimingError as error:
            if run.study.data.curated or name in NEEDED:
                raise
            # Of the user's tables: too few events for this part, say.
            run.give_up(str(error))
    run.finish()
    return run.files


def run_study(
    study: Study | str | Path | None = None,
    output: str | Path = "analyses/output",
    *,
    scripts: Sequence[str] | None = None,
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
    scripts : sequence of str, optional
        Scripts to run, by name; by default all that the tables of the study allow, in
        the order of `timing.study.SCRIPTS`. The report needs all others.
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
        breaks a rule; if `output` is a file, or another run is writing there.
    OSError
        If a file cannot be written: it is named.

    Notes
    -----
    The outputs take the place of the old ones in one step, when all are there; until
    then `output` stays as it is, whatever happens. Other files in it stay in any case.
    (A folder that cannot be moved gets its files one by one, the manifest last: a mount
    point, the working folder, a folder in one that may not be written to. So it is, for
    a moment without folder, on systems that cannot exchange two folders.)

    Until the study is complete, a hidden folder beside `output` (``.NAME.unfinished``)
    holds its files, the request (hashes of study and data, versions of the libraries),
    the hash of each file of the finished scripts, and chunks of the simulations. A
    resumed run keeps the scripts whose files still have their hashes, and the chunks,
    and writes the same bytes as a run that was not stopped; only the seconds differ.
    Where the folder answers another request, this is said on standard error and the run
    starts afresh.

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
    declared = as_study(study)
    allowed = scripts_of(declared)
    asked = allowed if scripts is None else scripts
    chosen = {check_choice("scripts", name, allowed) for name in asked}
    names = [name for name in allowed if name in chosen]
    folder = Path(output)
    request = {
        "study_sha256": declared.sha256,
        "data_sha256": declared.data.hashes(),
        "versions": {
            "event-timing": __version__,
            "python": platform.python_version(),
            **{name: _version_of(name) for name in (*PACKAGES, "python-docx")},
        },
    }
    with Staging(folder) as staging:
        state = _state_of(staging, request, resume=resume)
        staging.gather(keep=state.files(names))
        try:
            seconds, written = _run_scripts(
                declared, names, state, n_jobs=n_jobs, progress=progress
            )
            content = {
                "title": declared.title,
                **request,
                "seed": declared.seed,
                "seconds": seconds,
                "files_sha256": hashes(written),
            }
            write_whole(staging.files / MANIFEST, json.dumps(content) + "\n")
            files = [path.name for path in written]
            obsolete = obsolete_files(staging.output, names, files)
            staging.publish([*files, MANIFEST], obsolete)
        except BaseException:
            _leave(state, progress=progress)
            raise
        staging.remove()
    say_what_is_missing()
    if progress:
        total = sum(seconds.values())
        print(f"done in {total:.0f} s: {folder}", file=sys.stderr, flush=True)
    return folder / MANIFEST


def _run_scripts(
    study: Study,
    names: Sequence[str],
    state: Unfinished,
    *,
    n_jobs: int | None,
    progress: bool,
) -> tuple[dict[str, float], list[Path]]:
    """Run scripts, or keep what they wrote; return their seconds and all files."""
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
                study=study,
                folder=state.staging.files,
                script=name,
                n_jobs=n_jobs,
                progress=progress,
                parts=state.parts / name,
            )
            files = run_script(name, run)
            done = round(time.perf_counter() - begin, 2), files
            state.finish(name, *done)
        twice = set(written) & set(done[1])
        if twice:
            msg = f"{name} writes {min(twice).name}, which an earlier script has."
            raise RuntimeError(msg)
        seconds[name] = done[0]
        written += done[1]
    return seconds, written


def _leave(state: Unfinished, *, progress: bool) -> None:
    """Keep what a run that is stopped has done, if it has done anything."""
    if state.is_empty():
        state.staging.remove()
    elif progress:
        print(
            f"stopped; what was done is kept in {state.staging.folder}: run it again "
            "with --resume to go on",
            file=sys.stderr,
            flush=True,
        )


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


def _state_of(staging: Staging, request: dict[str, Any], *, resume: bool) -> Unfinished:
    """Return the state to go on from: that of the run that was stopped, or an empty."""
    state = Unfinished(staging)
    stored = state.request()
    if resume and stored is not None:
        differs = [key for key in request if stored.get(key) != request[key]]
        if not differs:
            return state
        # Said even where progress is not: finished steps are lost.
        print(
            f"{staging.output}: the run that was stopped here answers another request "
            f"(other {', '.join(differs)}); starting afresh.",
            file=sys.stderr,
            flush=True,
        )
    state.begin(request)
    return state
