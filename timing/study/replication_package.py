"""A folder that holds all that a journal's data editor asks for, and runs again."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import re
import shutil
from pathlib import Path
from typing import Any

from timing.citation import citation
from timing.datasets import data_folder, data_hashes, data_package
from timing.errors import ArgumentError
from timing.study.declaration import analyses_folder
from timing.study.output import contents, read_json
from timing.study.run import PACKAGES
from timing.study.scripts import SCRIPTS
from timing.study.unfinished import hashes

_OUTPUTS = "outputs"
_BESIDE = ("primary.toml", "report.txt", "METHODS.md")
"""Files of ``analyses/`` beside the scripts."""


def write_replication_package(folder: str | Path, output: str | Path) -> Path:
    """Write what a journal's data editor asks for, from a finished run of the study.

    Parameters
    ----------
    folder : str or Path
        Where to write; it must be empty or not exist.
    output : str or Path
        Folder of the finished run, with its ``manifest.json``.

    Returns
    -------
    Path
        ``README.md`` of the package: what it holds, what it needs, how to run it again,
        which script makes which table, and what to cite.

    Raises
    ------
    ArgumentError
        If `folder` is not empty, `output` holds no finished run, or its files or data
        have changed since.
    """
    folder, output = Path(folder), Path(output)
    if folder.exists() and any(folder.iterdir()):
        msg = f"`folder` is {folder}; it must be empty or not exist."
        raise ArgumentError(msg)
    manifest = _finished(output)
    folder.mkdir(parents=True, exist_ok=True)
    _copy_code(folder)
    _copy_data(folder)
    made = [output / name for name in manifest["files_sha256"]]
    (folder / _OUTPUTS).mkdir()
    for path in [*made, output / "manifest.json"]:
        shutil.copyfile(path, folder / _OUTPUTS / path.name)
    _write(folder, "requirements.txt", "\n".join(pins()) + "\n")
    _write(folder, "run.sh", _RUN)
    sums = [f"{digest}  {name}" for name, digest in manifest["files_sha256"].items()]
    _write(folder, "outputs.sha256", "\n".join(sums) + "\n")
    _write(folder, "README.md", _readme(manifest, output))
    packed = sorted(path for path in folder.rglob("*") if path.is_file())
    lines = [
        f"{digest}  {path.relative_to(folder).as_posix()}"
        for path in packed
        for digest in hashes([path]).values()
    ]
    _write(folder, "SHA256SUMS", "\n".join(lines) + "\n")
    return folder / "README.md"


_RUN = """\
#!/bin/sh
# Makes everything in outputs/ again, in rerun/, and compares the bytes.
set -e
python3 -m venv .venv
.venv/bin/pip install -q -r requirements.txt
PYTHONPATH=. .venv/bin/python -m timing run --output rerun --jobs 2
cd rerun && sha256sum --check --quiet ../outputs.sha256 && echo "the same bytes"
"""


def pins() -> list[str]:
    """List the packages that the study runs on, and theirs, each with its version.

    Examples
    --------
    >>> any(pin.startswith("numpy==") for pin in pins())
    True
    """
    found: dict[str, str] = {}
    wanted = [*PACKAGES, "python-docx"]
    while wanted:
        name = wanted.pop()
        try:
            installed = importlib.metadata.distribution(name)
        except importlib.metadata.PackageNotFoundError:
            continue  # for another system, or an extra that is not there
        key = installed.name.lower().replace("_", "-")
        if key in found:
            continue
        found[key] = installed.version
        for need in installed.requires or ():
            if "extra ==" not in need:
                wanted += re.findall(r"^[\w.-]+", need)
    return [f"{name}=={version}" for name, version in sorted(found.items())]


def _finished(output: Path) -> dict[str, Any]:
    """Return the manifest of a finished run whose files and data are unchanged."""
    path = output / "manifest.json"
    if not path.is_file():
        msg = f"`output` is {output}; it holds no finished run: run the study first."
        raise ArgumentError(msg)
    manifest = read_json(path)
    if manifest["data_sha256"] != data_hashes():
        msg = f"{output}: the run used other data; run the study again."
        raise ArgumentError(msg)
    for name, digest in manifest["files_sha256"].items():
        made = output / name
        if not made.is_file() or hashes([made])[name] != digest:
            msg = f"{made}: this file is not that of the run; run the study again."
            raise ArgumentError(msg)
    return manifest


def _copy_code(folder: Path) -> None:
    """Copy the package and the scripts, laid out as in the source tree."""
    package = Path(__file__).parents[1]
    shutil.copytree(
        package,
        folder / "timing",
        ignore=shutil.ignore_patterns("__pycache__", "_datasets", "_analyses"),
    )
    (folder / "analyses").mkdir()
    source = analyses_folder()
    for name in (*(f"{script}.py" for script in SCRIPTS), *_BESIDE):
        shutil.copyfile(source / name, folder / "analyses" / name)
    shutil.copytree(source / "literature", folder / "analyses" / "literature")


def _copy_data(folder: Path) -> None:
    """Copy the tables, their description and the codebook."""
    (folder / "datasets").mkdir()
    tables = [table["path"] for table in data_package()["resources"]]
    for name in (*tables, "datapackage.json", "README.md"):
        shutil.copyfile(data_folder() / name, folder / "datasets" / name)


def _write(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.write_text(text, encoding="utf-8", newline="\n")
    if name.endswith(".sh"):
        path.chmod(0o755)


_README = """\
# Replication package: {title}

## What it holds

- `datasets/`: every table, with the codebook (`README.md`) and a data package
- `analyses/`: the declaration (`primary.toml`), one script for each table or figure,
  and `METHODS.md`
- `timing/`: the package that the scripts use
- `outputs/`: tables (CSV, Markdown, LaTeX, HTML, Word), figures (PDF, SVG, PNG, each
  with its data and its description), numbers for text (`numbers.tex`), `report.html`
- `requirements.txt`, `outputs.sha256`, `SHA256SUMS`: versions and checksums

## How to run it again

`sh run.sh` makes a virtual environment, installs the packages of `requirements.txt`
(which needs a network), writes everything anew to `rerun/` and compares the bytes. No
file needs an edit.

## What it needs

Python {python} on {system} made `outputs/` in {minutes:.1f} minutes on {cores} cores;
two cores and 2 GiB of memory are enough. Other versions of the packages may change the
last digits of numbers and the bytes of figures. Every random step has the seed {seed}.
Hash of the declaration: `{study}`.

## Data availability and citation

All data are in this package, and may be shared under CC BY 4.0; the sources behind them
keep their own terms (`licence` in `datasets/sources.csv`).

| file | what | SHA-256 begins |
|---|---|---|
{tables}

```
{citation}
```

## Which script makes what

| kind | name in `outputs/` | title | script | its seconds |
|---|---|---|---|---|
{outputs}
"""


def _readme(manifest: dict[str, Any], output: Path) -> str:
    seconds, digests = manifest["seconds"], manifest["data_sha256"]
    return _README.format(
        title=manifest["title"],
        python=manifest["versions"]["python"],
        system=f"{platform.system()} ({platform.machine()})",
        minutes=sum(seconds.values()) / 60,
        cores=os.cpu_count(),
        seed=manifest["seed"],
        study=manifest["study_sha256"],
        citation=citation(),
        tables="\n".join(
            f"| `datasets/{table['path']}` | {table['title']} | "
            f"`{digests[table['path']][:12]}` |"
            for table in data_package()["resources"]
        ),
        outputs="\n".join(
            f"| {entry['kind']} | `{entry['name']}` | {entry['title']} | "
            f"`analyses/{script}.py` | {seconds[script]:.0f} |"
            for script in seconds
            for entry in contents(output, script)["entries"]
        ),
    )
