"""The replication package: what it holds, and that it runs again to the same bytes."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys

import pytest

import timing
from timing.errors import ArgumentError
from timing.study import write_replication_package
from timing.study.replication_package import pins


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Run a few scripts, and pack them."""
    output = tmp_path_factory.mktemp("run")
    few = ("timeline", "hypotheses")
    timing.run_study(output=output, scripts=few, progress=False)
    readme = write_replication_package(tmp_path_factory.mktemp("package"), output)
    return output, readme.parent


def test_every_file_has_its_checksum(made):
    _, folder = made
    lines = (folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    sums = dict(reversed(line.split("  ", 1)) for line in lines)
    found = {
        path.relative_to(folder).as_posix(): hashlib.sha256(
            path.read_bytes()
        ).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "SHA256SUMS"
    }
    assert sums == found
    for name in (
        "README.md", "requirements.txt", "run.sh", "outputs.sha256",
        "datasets/weapons_tests.csv", "datasets/README.md", "analyses/primary.toml",
        "analyses/replication.py", "analyses/literature/claims.csv",
        "timing/cli/parser.py",
        "outputs/hypotheses.docx", "outputs/manifest.json",
    ):  # fmt: skip
        assert name in found, name


def test_the_readme_maps_tables_to_scripts_and_cites_the_data(made):
    _, folder = made
    text = (folder / "README.md").read_text(encoding="utf-8")
    assert "| table | `hypotheses` |" in text
    assert "`analyses/hypotheses.py`" in text
    assert "| figure | `timeline` |" in text
    assert "CNS" in text
    assert "20251028" in text
    assert "{" not in text


@pytest.mark.slow
def test_it_runs_again_to_the_same_bytes(made):
    _, folder = made
    command = [sys.executable, "-m", "timing", "run", "--output", "rerun", "--quiet"]
    subprocess.run(
        [*command, "--scripts", "timeline", "hypotheses"],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(folder)},
        check=True,
        capture_output=True,
    )
    lines = (folder / "outputs.sha256").read_text(encoding="utf-8").splitlines()
    assert len(lines) > 15
    for line in lines:
        digest, name = line.split("  ")
        content = (folder / "rerun" / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == digest, name


def test_the_requirements_are_those_installed():
    names = [pin.split("==")[0] for pin in pins()]
    assert names == sorted(names)
    assert {"numpy", "pandas", "matplotlib", "pillow", "python-docx"} <= set(names)
    assert "pytest" not in names


def test_a_folder_that_is_not_empty_is_refused(made):
    output, folder = made
    with pytest.raises(ArgumentError, match="it must be empty or not exist"):
        write_replication_package(folder, output)


def test_a_run_that_is_not_finished_or_has_changed_is_refused(made, tmp_path):
    with pytest.raises(ArgumentError, match="it holds no finished run"):
        write_replication_package(tmp_path / "new", tmp_path)
    output, _ = made
    manifest = json.loads((output / "manifest.json").read_text(encoding="utf-8"))
    (tmp_path / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(ArgumentError, match="this file is not that of the run"):
        write_replication_package(tmp_path / "new", tmp_path)
    manifest["data_sha256"]["eras.csv"] = "0"
    (tmp_path / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(ArgumentError, match="the run used other data"):
        write_replication_package(tmp_path / "new", tmp_path)
    assert not (tmp_path / "new").exists()
