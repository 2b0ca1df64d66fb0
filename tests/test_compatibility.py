"""The command that runs the tests with other versions, and the table that it wrote."""

from __future__ import annotations

import ast
import csv
import importlib.metadata
import subprocess
import sys
from pathlib import Path

import compatibility
import pytest
from compatibility import CannotRunError, Counts, Row
from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).parents[1]
PROJECT = {
    "dependencies": ["numpy>=2.0.1", "Pandas >= 3.0"],
    "optional-dependencies": {
        "io": ["python_docx>=1.1", "defusedxml>=0.7.1"],
        "rare": ["firthmodels>=0.2"],
        "dist": ["dask[distributed]>=2025.1"],
        "test": ["pytest>=8.3"],
    },
}
NAMES = ["numpy", "pandas", "python-docx", "defusedxml", "dask"]
RESOLVED = """\
numpy==2.0.1
    # via pandas
pytz==2024.1
pandas==3.0.0
numpy-financial==1.0
dask==2025.1.0
"""
JUNIT = """\
<?xml version="1.0" encoding="utf-8"?>
<testsuites name="pytest tests">
<testsuite name="a" errors="1" failures="2" skipped="3" tests="10" time="1.5"/>
<testsuite name="b" errors="0" failures="0" skipped="1" tests="5" time="1.5"/>
</testsuites>
"""
ROWS = [
    Row(
        versions="oldest",
        python="3.11.7",
        packages={"numpy": "2.0.1", "pandas": "3.0.0", "pytz": "2024.1"},
        counts=Counts(passed=90, failed=0, skipped=2),
    ),
    Row(versions="newest", python="3.13", note="could not be run"),
]
COMMAND = "python tests/compatibility.py --versions oldest newest --python 3.11 3.13"


@pytest.mark.parametrize(
    ("requirement", "name"),
    [
        ("numpy", "numpy"),
        ("numpy>=2.0.1", "numpy"),
        (" Pandas >= 3.0", "pandas"),
        ("python_docx==1.1.0", "python-docx"),
        ("dask[distributed]>=2025.1", "dask"),
        ("ruamel.yaml~=0.18 ; python_version < '3.12'", "ruamel-yaml"),
    ],
)
def test_the_name_of_a_requirement_is_normalised(requirement, name):
    assert compatibility.name_of(requirement) == name


def test_extras_that_the_package_does_not_import_are_left_out():
    assert compatibility.imported_extras(PROJECT) == ["io", "dist"]
    found = compatibility.requirements(PROJECT)
    assert [compatibility.name_of(line) for line in found] == NAMES


def test_only_what_the_project_names_is_pinned():
    found = compatibility.pins_of(RESOLVED, NAMES)
    assert found == ["numpy==2.0.1", "pandas==3.0.0", "dask==2025.1.0"]


def test_outcomes_are_counted_over_all_suites():
    assert compatibility.counts_of(JUNIT) == Counts(passed=8, failed=3, skipped=4)


def test_only_a_run_without_failure_is_fine():
    assert [row.fine for row in ROWS] == [True, False]
    failed = Row(versions="newest", python="3.13.0", counts=Counts(5, 1, 0))
    assert not failed.fine


def test_the_command_shows_no_path_of_this_machine():
    pythons = ("3.11", "/home/me/bin/python3.13")
    assert compatibility.command_line(("oldest",), pythons) == (
        "python tests/compatibility.py --versions oldest --python 3.11 python3.13"
    )


def test_the_csv_has_a_line_for_each_environment():
    assert compatibility.table_csv(ROWS, ["numpy", "pandas"], COMMAND) == (
        f"# {COMMAND}\n"
        "versions,python,numpy,pandas,passed,failed,skipped,note\n"
        "oldest,3.11.7,2.0.1,3.0.0,90,0,2,\n"
        "newest,3.13,,,,,,could not be run\n"
    )


def test_the_markdown_has_a_column_for_each_environment():
    found = compatibility.table_markdown(ROWS, ["numpy"], COMMAND)
    assert found == (
        f"Made by `{COMMAND}`.\n\n"
        "|  | oldest | newest |\n"
        "| --- | --- | --- |\n"
        "| Python | 3.11.7 | 3.13 |\n"
        "| numpy | 2.0.1 |  |\n"
        "| tests passed | 90 |  |\n"
        "| tests failed | 0 |  |\n"
        "| tests skipped | 2 |  |\n"
        "| note |  | could not be run |\n"
    )
    assert "note" not in compatibility.table_markdown(ROWS[:1], ["numpy"], COMMAND)


def test_without_uv_there_is_one_message(monkeypatch):
    monkeypatch.setattr(compatibility.shutil, "which", lambda name: None)
    monkeypatch.setattr(compatibility, "find_spec", lambda name: None)
    with pytest.raises(SystemExit, match="needs uv, which is not found: pip"):
        compatibility.main(["--quick"])
    monkeypatch.setattr(compatibility, "find_spec", lambda name: name)
    assert compatibility.uv_command() == [sys.executable, "-m", "uv"]


def test_a_command_that_fails_says_why():
    code = "import sys; sys.exit('no such version')"
    with pytest.raises(CannotRunError, match=r"^no such version$"):
        compatibility.output_of([sys.executable, "-c", code])


def test_what_git_would_hold_is_copied(tmp_path, monkeypatch):
    root, copied = tmp_path / "root", tmp_path / "copy"
    (root / "sub").mkdir(parents=True)
    for name in (".gitignore", "sub/kept.py", "gone.py"):
        (root / name).write_text("*.log\n", encoding="utf-8")
    for command in (["init", "-q"], ["add", "."]):
        subprocess.run(["git", *command], cwd=root, check=True)
    (root / "sub" / "kept.py").write_text("changed\n", encoding="utf-8")
    (root / "gone.py").unlink()
    for name in ("new one.py", "sub/run.log"):
        (root / name).touch()
    monkeypatch.setattr(compatibility, "ROOT", root)
    compatibility.copy_files(copied)
    found = {str(path.relative_to(copied)) for path in copied.rglob("*.*")}
    assert found == {".gitignore", "sub/kept.py", "new one.py"}
    assert (copied / "sub" / "kept.py").read_text(encoding="utf-8") == "changed\n"


@pytest.fixture
def commands(monkeypatch):
    """Commands that would have been run, and what resolving would have found."""
    called: list[list[str]] = []

    def output_of(command):
        called.append([str(part) for part in command])
        return RESOLVED if "compile" in called[-1] else ""

    monkeypatch.setattr(compatibility, "output_of", output_of)
    monkeypatch.setattr(compatibility, "uv_command", lambda: ["uv"])
    monkeypatch.setattr(compatibility, "project_of", lambda tree: PROJECT)
    return called


def test_the_oldest_versions_are_pinned(commands, tmp_path):
    interpreter = compatibility.make_environment("oldest", "3.12", tmp_path)
    assert interpreter == tmp_path / "venv" / "bin" / "python"
    make, resolve, install = commands
    assert make[:2] == ["uv", "venv"]
    assert make[-3:] == ["--python", "3.12", str(tmp_path / "venv")]
    lowest = resolve.index("--resolution")
    assert resolve[lowest + 1] == "lowest-direct"
    assert resolve[-3:-1] == ["--extra=io", "--extra=dist"]
    assert install[-4:] == [
        *("--constraint", str(tmp_path / "pins.txt")),
        *("-e", f"{tmp_path / 'main'}[test,io,dist]"),
    ]
    assert {":all:"} == {c[c.index("--only-binary") + 1] for c in (resolve, install)}
    pins = (tmp_path / "pins.txt").read_text(encoding="utf-8")
    assert pins.split() == ["numpy==2.0.1", "pandas==3.0.0", "dask==2025.1.0"]


def test_the_newest_versions_are_free(commands, tmp_path):
    compatibility.make_environment("newest", "3.12", tmp_path)
    assert [command[1] for command in commands] == ["venv", "pip"]
    assert (tmp_path / "pins.txt").read_text(encoding="utf-8") == ""


@pytest.mark.parametrize("quick", [False, True])
def test_pytest_runs_in_the_copy_without_the_tests_of_tools(
    quick, tmp_path, monkeypatch
):
    called = {}

    def run(command, *, cwd, env, check):
        called.update(command=[str(part) for part in command], cwd=cwd, env=env)
        (tmp_path / "junit.xml").write_text(JUNIT, encoding="utf-8")

    monkeypatch.setattr(compatibility.subprocess, "run", run)
    python = Path("python")
    found = compatibility.run_tests("oldest", python, tmp_path, quick=quick)
    assert found == Counts(passed=8, failed=3, skipped=4)
    assert called["cwd"] == tmp_path / "main"
    assert called["env"]["PYTHONTZPATH"] == ""
    command = called["command"]
    assert {f"--deselect={name}" for name in compatibility.LEFT_OUT} <= {*command}
    assert "-W" in command
    assert "--hypothesis-profile=ci" in command
    assert ("tests/test_period.py" in command) is quick
    compatibility.run_tests("newest", python, tmp_path, quick=quick)
    assert "-W" not in called["command"]


def test_a_run_without_a_report_has_no_counts(tmp_path, monkeypatch):
    monkeypatch.setattr(compatibility.subprocess, "run", lambda *args, **kwargs: None)
    with pytest.raises(CannotRunError, match="pytest ended without a report"):
        compatibility.run_tests("newest", Path("python"), tmp_path, quick=True)


def test_an_environment_that_cannot_be_made_has_a_row(tmp_path, monkeypatch, capsys):
    def make_environment(versions, python, folder):
        assert (folder / "main" / "a.py").exists()
        msg = "no interpreter found for Python 3.99"
        raise CannotRunError(msg)

    monkeypatch.setattr(compatibility, "make_environment", make_environment)
    (tmp_path / "a.py").touch()
    row = compatibility.run_one("oldest", "3.99", tmp_path, quick=False)
    assert row == Row(versions="oldest", python="3.99", note="could not be run")
    assert capsys.readouterr().err == "no interpreter found for Python 3.99\n"


@pytest.fixture
def runs(monkeypatch):
    """Rows that running would have given, in the order of the runs."""
    rows: list[Row] = []
    asked: list[tuple[str, str, bool]] = []

    def run_one(versions, python, source, *, quick):
        asked.append((versions, python, quick))
        return rows[len(asked) - 1]

    monkeypatch.setattr(compatibility, "run_one", run_one)
    monkeypatch.setattr(compatibility, "copy_files", lambda tree: None)
    monkeypatch.setattr(compatibility, "project_of", lambda tree: PROJECT)
    monkeypatch.setattr(compatibility, "uv_command", lambda: ["uv"])
    return rows, asked


def test_each_environment_runs_and_the_table_is_written(runs, tmp_path, capsys):
    rows, asked = runs
    rows += [ROWS[0]] * 4
    options = ["--python", "3.11", "3.13", "--output", str(tmp_path / "new")]
    assert compatibility.main(options) == 0
    assert [(versions, python) for versions, python, _ in asked] == [
        (versions, python)
        for versions in ("oldest", "newest")
        for python in ("3.11", "3.13")
    ]
    for kind, write in (
        ("csv", compatibility.table_csv),
        ("md", compatibility.table_markdown),
    ):
        text = (tmp_path / "new" / f"compatibility.{kind}").read_text(encoding="utf-8")
        assert text == write(rows, NAMES, COMMAND)
    assert compatibility.table_markdown(rows, NAMES, COMMAND) in capsys.readouterr().out


def test_what_fails_or_does_not_run_is_the_exit_status(runs, tmp_path):
    rows, asked = runs
    rows += ROWS
    options = ["--python", "3.11", "--output", str(tmp_path), "--quick"]
    assert compatibility.main(options) == 1
    assert all(quick for _, _, quick in asked)
    assert not list(tmp_path.iterdir())


def test_the_tests_named_by_the_command_exist():
    for name in compatibility.QUICK:
        assert (ROOT / name).is_file(), name
    for name in compatibility.LEFT_OUT:
        path, test = name.split("::")
        assert f"def {test}(" in (ROOT / path).read_text(encoding="utf-8")


def imported_modules() -> set[str]:
    """Top-level names of all that the package imports and Python does not bring."""
    found = set()
    for path in (ROOT / "timing").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                found.add((node.module or "").split(".")[0])
    return found - {"timing"} - sys.stdlib_module_names


def test_all_that_the_package_imports_is_in_the_environments():
    names = {
        compatibility.name_of(line)
        for line in compatibility.requirements(compatibility.project_of(ROOT))
    }
    sources = importlib.metadata.packages_distributions()
    modules = imported_modules()
    assert {"numpy", "joblib"} <= modules
    for module in modules & sources.keys():
        assert names & {compatibility.name_of(name) for name in sources[module]}, module


@pytest.fixture(scope="module")
def table() -> list[dict[str, str]]:
    path = ROOT / "analyses" / "results" / "compatibility.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("# python tests/compatibility.py --versions oldest")
    return list(csv.DictReader(lines[1:]))


def test_all_passed_in_every_environment_of_the_table(table):
    assert {row["versions"] for row in table} == set(compatibility.VERSIONS)
    for row in table:
        assert row["note"] == ""
        assert int(row["passed"]) > 1000
        assert row["failed"] == "0"


def test_the_table_is_of_the_bounds_declared(table):
    # Another bound needs another run; a package that is new since comes with the next.
    oldest = [row for row in table if row["versions"] == "oldest"]
    for line in compatibility.requirements(compatibility.project_of(ROOT)):
        name = compatibility.name_of(line)
        if name not in table[0]:
            continue
        (bound,) = (b for b in Requirement(line).specifier if b.operator == ">=")
        tried = min(Version(row[name]) for row in oldest)
        assert Version(bound.version) == tried, f"{name}: run tests/compatibility.py"
