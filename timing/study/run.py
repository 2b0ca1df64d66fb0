"""Running the steps of a study in order, with a manifest of what was made."""

from __future__ import annotations

import hashlib
import importlib.metadata
import platform
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from timing._version import __version__
from timing.arguments import check_choice
from timing.datasets import data_folder, data_package
from timing.study.association import associate
from timing.study.describe import describe, join
from timing.study.drawing import draw
from timing.study.models import compare_models
from timing.study.output import write_json
from timing.study.regressions import regress
from timing.study.robustness import profile_time_scales, scan_specifications
from timing.study.size import check_size
from timing.study.specification import PRIMARY, Study

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

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
    n_jobs: int = 1,
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
    step = _STEPS[check_choice("name", name, _STEPS)]
    folder = Path(output)
    folder.mkdir(parents=True, exist_ok=True)
    # Only these are long enough to share out and to report on.
    long = name in ("scan", "size")
    options = {"n_jobs": n_jobs, "progress": progress} if long else {}
    return step(study, folder, **options)


def run_study(
    study: Study = PRIMARY,
    output: str | Path = "analyses/output",
    *,
    n_jobs: int = 1,
    progress: bool = True,
) -> Path:
    """Run a study: tables, figures and a manifest.

    Parameters
    ----------
    study : Study, default the declared study
    output : str or Path, default "analyses/output"
        Folder to write to; it is made where it does not exist.
    n_jobs : int, default 1
        Processes for the simulations. The numbers do not depend on it.
    progress : bool, default True
        Report the steps on standard error.

    Returns
    -------
    Path
        ``manifest.json``: hashes of the data, versions, seed, seconds for each step and
        the hash of every file written.

    Examples
    --------
    >>> import timing
    >>> timing.run_study(output="out")  # doctest: +SKIP
    """
    folder = Path(output)
    seconds: dict[str, float] = {}
    written: list[Path] = []
    for i, name in enumerate(_STEPS, start=1):
        if progress:
            print(f"[{i}/{len(_STEPS)}] {name}", file=sys.stderr, flush=True)
        begin = time.perf_counter()
        written += run_step(name, study, folder, n_jobs=n_jobs, progress=progress)
        seconds[name] = round(time.perf_counter() - begin, 2)
    if progress:
        total = sum(seconds.values())
        print(f"done in {total:.0f} s: {folder}", file=sys.stderr, flush=True)
    tables = (data_folder() / table["path"] for table in data_package()["resources"])
    versions = {name: importlib.metadata.version(name) for name in _PACKAGES}
    return write_json(
        folder / "manifest.json",
        {
            "title": study.title,
            "study_sha256": study.sha256,
            "data_sha256": _hashes(tables),
            "seed": study.seed,
            "versions": {
                "event-timing": __version__,
                "python": platform.python_version(),
                **versions,
            },
            "seconds": seconds,
            "files_sha256": _hashes(written),
        },
    )


def _hashes(paths: Iterable[Path]) -> dict[str, str]:
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(paths)}
