"""Run the tests with the oldest and the newest versions of what the package needs.

For each Python a fresh environment is made in a temporary folder: ``oldest`` has the
lowest versions that pyproject.toml allows and that come as wheels for that Python,
``newest`` the newest there are, in both for the package and for the extras that it
imports. What these need in turn, and the test tools, are the newest that fit. The files
that git knows, or would add, are copied beside the environment, and all tests run there
with warnings as errors, but for those of format, lint, types and layers, which depend
on the versions of their tools. The tests pin reference values, so that where they pass
the numbers are the same.

    python tests/compatibility.py --versions oldest newest --python 3.11 3.12 3.13

It takes minutes for each environment. Needed are git, uv and the Pythons (versions
found on the path, or paths of interpreters). The table is written to
``analyses/results/compatibility.csv`` and ``.md``. With `--quick` a part of the tests
runs, in less than two minutes for each environment, and no table is written. The exit
status is 1 if a test failed or an environment could not be made.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "analyses" / "results"
SHARED = ROOT.parent / "shared"
"""Reference numbers; tests that need them are skipped where they are absent."""
VERSIONS = ("oldest", "newest")
PYTHONS = ("3.11", "3.12", "3.13")

NOT_IMPORTED = frozenset(
    {"test", "bench", "dev", "docs", "peers", "validate", "rare", "tables"}
)
"""Extras of which the package itself imports nothing."""

LEFT_OUT = (
    "tests/test_house.py::test_tool_passes",
    "tests/test_house.py::test_imports_point_down_only",
    "tests/test_compatibility.py::test_all_passed_in_every_environment_of_the_table",
    "tests/test_compatibility.py::test_the_table_is_of_the_bounds_declared",
)
"""Tests that depend on versions of ruff, mypy and import-linter, or on the table."""

QUICK = (
    "tests/readers/test_read_cns.py",
    "tests/readers/test_read_history.py",
    "tests/readers/test_read_icalendar.py",
    "tests/test_arguments.py",
    "tests/test_case_crossover.py",
    "tests/test_clock.py",
    "tests/test_event_study.py",
    "tests/test_period.py",
    "tests/test_reference.py",
    "tests/test_scan_figures.py",
    "tests/test_self_controlled.py",
    "tests/test_tables.py",
)
"""Readers, dates, tables, figures, fits: where versions have been seen to differ."""

OLD_WARNINGS = ("ignore::pyparsing.warnings.PyparsingDeprecationWarning",)
"""matplotlib before 3.10.7 calls pyparsing by names that the newest warns of."""


class CannotRunError(Exception):
    """An environment cannot be made, or its tests give no counts."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Outcomes of a run of pytest."""

    passed: int
    failed: int
    skipped: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One environment: what was in it, and what the tests said or why they could not.

    Attributes
    ----------
    versions : str
        ``oldest`` or ``newest``.
    python : str
        Version of Python, as asked for if there is none.
    packages : dict
        Version of each package.
    counts : Counts or None
        None if the tests did not run.
    note : str
        Why they did not.
    """

    versions: str
    python: str
    packages: dict[str, str] = field(default_factory=dict)
    counts: Counts | None = None
    note: str = ""

    @property
    def fine(self) -> bool:
        """Whether tests ran and all passed."""
        return self.counts is not None and not self.counts.failed

    def outcomes(self) -> dict[str, str]:
        """Return the counts as text, empty where there are none."""
        names = ("passed", "failed", "skipped")
        if self.counts is None:
            return dict.fromkeys(names, "")
        return {name: str(getattr(self.counts, name)) for name in names}


def name_of(requirement: str) -> str:
    """Return the normalised name of the package of a requirement."""
    name = re.split(r"[^A-Za-z0-9._-]", requirement.strip(), maxsplit=1)[0]
    return re.sub(r"[-_.]+", "-", name).lower()


def imported_extras(project: dict[str, Any]) -> list[str]:
    """Return the extras that the package itself imports, in their order."""
    return [e for e in project["optional-dependencies"] if e not in NOT_IMPORTED]


def requirements(project: dict[str, Any]) -> list[str]:
    """Return what the package and these extras require, in their order."""
    extras = project["optional-dependencies"]
    return [
        *project["dependencies"],
        *(line for extra in imported_extras(project) for line in extras[extra]),
    ]


def pins_of(resolved: str, names: Sequence[str]) -> list[str]:
    """Keep the lines ``name==version`` of these packages; the others stay free."""
    lines = [line.strip() for line in resolved.splitlines()]
    return [line for line in lines if "==" in line and name_of(line) in names]


def counts_of(junit: str) -> Counts:
    """Read the outcomes of a JUnit report; an error is a failure."""
    suites = [*ET.fromstring(junit).iter("testsuite")]

    def total(key: str) -> int:
        return sum(int(suite.get(key, "0")) for suite in suites)

    failed, skipped = total("failures") + total("errors"), total("skipped")
    return Counts(total("tests") - failed - skipped, failed, skipped)


def command_line(versions: Sequence[str], pythons: Sequence[str]) -> str:
    """Return the command that makes the table; a path is shown by its last part."""
    names = [Path(python).name for python in pythons]
    return (
        f"python tests/compatibility.py --versions {' '.join(versions)} "
        f"--python {' '.join(names)}"
    )


def table_csv(rows: Sequence[Row], names: Sequence[str], command: str) -> str:
    """Write one line for each environment, below the command."""
    text = io.StringIO()
    fields = ["versions", "python", *names, "passed", "failed", "skipped", "note"]
    writer = csv.DictWriter(text, fields, lineterminator="\n")
    writer.writeheader()
    for row in rows:
        told = {"versions": row.versions, "python": row.python, "note": row.note}
        found = {name: row.packages.get(name, "") for name in names}
        writer.writerow({**told, **found, **row.outcomes()})
    return f"# {command}\n{text.getvalue()}"


def table_markdown(rows: Sequence[Row], names: Sequence[str], command: str) -> str:
    """Write one column for each environment, below the command."""
    lines = [
        ["", *(row.versions for row in rows)],
        ["---"] * (len(rows) + 1),
        ["Python", *(row.python for row in rows)],
        *([name, *(row.packages.get(name, "") for row in rows)] for name in names),
        *(
            [f"tests {name}", *(row.outcomes()[name] for row in rows)]
            for name in ("passed", "failed", "skipped")
        ),
    ]
    if any(row.note for row in rows):
        lines.append(["note", *(row.note for row in rows)])
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return f"Made by `{command}`.\n\n{table}\n"


def uv_command() -> list[str]:
    """Return how uv is called here."""
    if path := shutil.which("uv"):
        return [path]
    if find_spec("uv") is not None:
        return [sys.executable, "-m", "uv"]
    msg = "compatibility.py needs uv, which is not found: pip install uv"
    raise SystemExit(msg)


def output_of(command: Sequence[str | Path]) -> str:
    """Run a command and return what it prints; its errors become ours."""
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise CannotRunError(done.stderr.strip() or f"{command[0]} failed")
    return done.stdout


def copy_files(tree: Path) -> None:
    """Copy the files that git knows or would add."""
    listed = output_of(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    )
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, tree / name)


def project_of(tree: Path) -> dict[str, Any]:
    """Read the table ``[project]`` of a tree's pyproject.toml."""
    text = (tree / "pyproject.toml").read_text(encoding="utf-8")
    project: dict[str, Any] = tomllib.loads(text)["project"]
    return project


def make_environment(versions: str, python: str, folder: Path) -> Path:
    """Install the package, its extras and the test tools; return the interpreter."""
    uv, tree = uv_command(), folder / "main"
    project = project_of(tree)
    environment, pins = folder / "venv", folder / "pins.txt"
    output_of([*uv, "venv", "--no-python-downloads", "--python", python, environment])
    interpreter = environment / "bin" / "python"
    for_it = ["--python", interpreter, "--only-binary", ":all:"]
    extras = imported_extras(project)
    lines = []
    if versions == "oldest":
        resolved = output_of(
            [
                *(*uv, "pip", "compile", *for_it, "--resolution", "lowest-direct"),
                *(f"--extra={extra}" for extra in extras),
                tree / "pyproject.toml",
            ]
        )
        lines = pins_of(resolved, [name_of(line) for line in requirements(project)])
    pins.write_text("\n".join(lines), encoding="utf-8")
    wanted = f"{tree}[{','.join(['test', *extras])}]"
    output_of([*uv, "pip", "install", *for_it, "--constraint", pins, "-e", wanted])
    return interpreter


def installed(interpreter: Path) -> dict[str, str]:
    """Return the version of each package of an environment."""
    listed = output_of(
        [*uv_command(), "pip", "list", "--format", "json", "--python", interpreter]
    )
    return {name_of(item["name"]): item["version"] for item in json.loads(listed)}


def run_tests(versions: str, interpreter: Path, folder: Path, *, quick: bool) -> Counts:
    """Run pytest in the copied tree; its output is shown."""
    report = folder / "junit.xml"
    old = OLD_WARNINGS if versions == "oldest" else ()
    command = [
        *(interpreter, "-m", "pytest", "-q", "-p", "no:cacheprovider"),
        *("-n", "auto", "--dist", "loadfile"),
        "--hypothesis-profile=ci",  # the same examples each time, and no deadlines
        *(f"--deselect={name}" for name in LEFT_OUT),
        *(part for warning in old for part in ("-W", warning)),
        f"--junit-xml={report}",
        *(QUICK if quick else ()),
    ]
    # Without a path of its own Python takes the time zones of the package tzdata.
    settings = {**os.environ, "PYTHONTZPATH": "", "OPENBLAS_NUM_THREADS": "1"}
    subprocess.run(command, cwd=folder / "main", env=settings, check=False)
    if not report.exists():
        msg = "pytest ended without a report"
        raise CannotRunError(msg)
    return counts_of(report.read_text(encoding="utf-8"))


def run_one(versions: str, python: str, source: Path, *, quick: bool) -> Row:
    """Make an environment and a copy of the tree, run the tests, remove both."""
    with tempfile.TemporaryDirectory(prefix="compatibility-") as scratch:
        folder = Path(scratch)
        shutil.copytree(source, folder / "main")
        if SHARED.is_dir():
            (folder / "shared").symlink_to(SHARED, target_is_directory=True)
        try:
            interpreter = make_environment(versions, python, folder)
            return Row(
                versions=versions,
                python=output_of([interpreter, "-V"]).split()[-1],
                packages=installed(interpreter),
                counts=run_tests(versions, interpreter, folder, quick=quick),
            )
        except CannotRunError as error:
            print(error, file=sys.stderr)
    return Row(versions=versions, python=Path(python).name, note="could not be run")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run each environment after the other; 0 if all tests passed in all."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--versions", nargs="+", choices=VERSIONS, default=VERSIONS)
    parser.add_argument("--python", nargs="+", default=PYTHONS, metavar="VERSION")
    parser.add_argument("--quick", action="store_true", help="a part; no table kept")
    parser.add_argument("--output", type=Path, default=RESULTS, metavar="FOLDER")
    chosen = parser.parse_args(arguments)
    uv_command()
    rows = []
    with tempfile.TemporaryDirectory(prefix="compatibility-") as scratch:
        source = Path(scratch)
        copy_files(source)
        names = [name_of(line) for line in requirements(project_of(source))]
        for versions in chosen.versions:
            for python in chosen.python:
                print(f"{versions} versions, Python {python}", flush=True)
                rows.append(run_one(versions, python, source, quick=chosen.quick))
    command = command_line(chosen.versions, chosen.python)
    markdown = table_markdown(rows, names, command)
    print(markdown)
    if not chosen.quick:
        chosen.output.mkdir(parents=True, exist_ok=True)
        (chosen.output / "compatibility.md").write_text(markdown, encoding="utf-8")
        text = table_csv(rows, names, command)
        (chosen.output / "compatibility.csv").write_text(text, encoding="utf-8")
    return 0 if all(row.fine for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
