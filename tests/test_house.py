"""The house rules: format, lint, types, layers, public names, README."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import pytest

import timing

ROOT = Path(__file__).parents[1]


@pytest.mark.slow
@pytest.mark.parametrize(
    "command",
    [
        ["ruff", "check", "."],
        ["ruff", "format", "--check", "."],
        ["mypy"],
    ],
    ids=" ".join,
)
def test_tool_passes(command):
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
def test_imports_point_down_only():
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "from importlinter.cli import lint_imports_command as c; c()",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_module_stands_in_a_layer():
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    layered = set(re.findall(r"timing\.(\w+)", text.split("[tool.importlinter]")[1]))
    modules = {module.name for module in pkgutil.iter_modules(timing.__path__)}
    assert modules - {"__main__"} == layered


@pytest.mark.parametrize("name", timing.__all__)
def test_public_name_exists_and_is_documented(name):
    public = getattr(timing, name)
    assert isinstance(public, str) or public.__doc__
    assert name in dir(timing)


def test_no_module_hides_a_public_function():
    # `timing.exposure` must stay the function after `import timing.exposure` elsewhere.
    modules = {module.name for module in pkgutil.iter_modules(timing.__path__)}
    functions = {n for n in timing.__all__ if callable(getattr(timing, n))}
    assert not modules & functions


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'permutaton'"):
        timing.permutaton  # noqa: B018


def test_no_module_is_longer_than_400_lines():
    for path in ROOT.glob("timing/**/*.py"):
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 400, path


def test_import_loads_no_heavy_library():
    code = (
        "import sys, timing; "
        "print([m for m in ('pandas', 'numpy', 'scipy', 'matplotlib', 'statsmodels')"
        " if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_results_load_without_matplotlib_or_statsmodels():
    code = (
        "import sys, timing; timing.permutation_test; timing.nearest; "
        "print([m for m in ('matplotlib', 'statsmodels') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def python_blocks() -> list[str]:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    return re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)


@pytest.mark.slow
@pytest.mark.parametrize("block", python_blocks())
def test_the_readmes_python_runs(block, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ast.parse(block)
    exec(compile(block, "README.md", "exec"), {})


def test_every_kernel_leaves_pandas_alone():
    for path in (ROOT / "timing" / "kernels").glob("*.py"):
        assert "pandas" not in path.read_text(encoding="utf-8"), path


def test_submodules_import_on_their_own():
    for module in pkgutil.walk_packages(timing.__path__, "timing."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
