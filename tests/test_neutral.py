"""The core knows nothing of the country whose tests the package first studied."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from pathlib import Path

import pytest

import timing
from timing import datasets

PACKAGE = Path(timing.__file__).parent

CURATED = {
    "datasets": "loads the curated tables",
    "curated": "eras and named controls that come from them",
    "codebook": "prints their codebook",
    "citation": "says how to cite them",
    "audit": "looks up the sources that their rows cite",
    "validation": "checks tables against their full schema",
    "home": "the default clock is theirs",
    "__init__": "offers their loaders by name",
    "readers.cns": "reads a public list of launches",
    "readers.cns_json": "reads a public list of launches",
    "readers.csis": "reads a public list of provocations",
    "readers.missiles": "words of those lists",
    "cli.parser": "says that the study that ships runs by default",
    "study.scripts": "names the scripts of the study that ships",
    "study.data": "the tables of the study that ships",
    "study.declaration": "finds the study that ships",
    "study.run": "runs the study that ships by default",
    "study.replication_package": "packs the curated tables",
    "study.spans": "terms of presidents for the study that ships",
    "study.specification": "the selection that methods are measured on",
}
"""Modules that may name the country or read its tables, and why they must."""
BY_NAME = {"controls", "strata"}
"""They offer what `timing.curated` has under names such as "era", in no other words."""
SOURCES = {
    ".".join(path.relative_to(PACKAGE).with_suffix("").parts): path
    for path in sorted(PACKAGE.rglob("*.py"))
}
CORE = sorted(set(SOURCES) - set(CURATED))

_PART = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_NAMES = re.compile(r"korea\w*|seoul|pyongyang|dprk|kcna|kim|trump|gyeongju")


def words_of(text: str) -> list[str]:
    """Find lines of a text that name the country, with their numbers."""
    return [
        f"{number}: {line.strip()}"
        for number, line in enumerate(text.splitlines(), start=1)
        if any(_NAMES.fullmatch(part.lower()) for part in _PART.findall(line))
    ]


def imports_of(text: str) -> set[str]:
    """List modules of the package that a module imports, as they are written."""
    found = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {name for name in found if name.startswith("timing.")}


def reads_tables(module: str, text: str) -> set[str]:
    """Find imports that lead to the curated tables."""
    forbidden = {"timing.datasets"} | ({"timing.curated"} - _allowed(module))
    return {
        name for name in imports_of(text) if ".".join(name.split(".")[:2]) in forbidden
    }


def _allowed(module: str) -> set[str]:
    return {"timing.curated"} if module in BY_NAME else set()


def texts(modules: Iterable[str]) -> dict[str, str]:
    """Read the source of some modules."""
    return {name: SOURCES[name].read_text(encoding="utf-8") for name in modules}


def test_no_core_module_names_the_country():
    named = {name: words_of(text) for name, text in texts(CORE).items()}
    assert {name: lines for name, lines in named.items() if lines} == {}


def test_no_core_module_reads_a_curated_table():
    read = {name: reads_tables(name, text) for name, text in texts(CORE).items()}
    assert {name: imports for name, imports in read.items() if imports} == {}


def test_no_exception_is_made_without_need():
    needless = [
        name
        for name, text in texts(CURATED).items()
        if not words_of(text) and not reads_tables(name, text)
    ]
    assert needless == []


def test_most_modules_are_core():
    assert len(CORE) > 8 * len(CURATED)
    assert {"inputs", "clock", "moments", "controls", "kernels.score"} <= set(CORE)


@pytest.mark.parametrize(
    "line",
    [
        "KST = 'Asia/Seoul'",
        "def on_korean_clock(day):",
        "class KimEra:",
        "# North Korea's",
        "us_dprk_summit",
        "the DPRK's",
        "TRUMP_LEE = 1",
    ],
)
def test_words_are_found_within_identifiers(line):
    assert words_of(f"x = 1\n{line}") == [f"2: {line}"]


@pytest.mark.parametrize("line", ["skimming = 2", "the trumpet", "kimono", "Koh"])
def test_other_words_are_not(line):
    assert words_of(line) == []


@pytest.mark.parametrize(
    "line",
    [
        "import timing.datasets",
        "from timing import datasets",
        "from timing.datasets import load_tests",
        "def f():\n    from timing.curated import era_of",
    ],
)
def test_imports_are_found(line):
    assert reads_tables("inputs", line)


def test_two_modules_may_offer_curated_calendars_by_name():
    line = "from timing.curated import CONTROLS"
    assert reads_tables("controls", line) == set()
    assert reads_tables("controls", "from timing.datasets import load_eras")


@pytest.fixture
def _no_curated_tables(monkeypatch):
    def gone() -> Path:
        pytest.fail("the core read a curated table")

    monkeypatch.setattr(datasets, "data_folder", gone)


@pytest.mark.usefixtures("_no_curated_tables")
def test_the_core_runs_without_the_curated_tables():
    tides = ["2024-01-11", "2024-01-25", "2024-02-09", "2024-02-24"]
    quakes = ["2024-01-01", "2024-01-12", "2024-01-24", "2024-02-10", "2024-02-17"]
    asked = {
        "period": timing.StudyPeriod("2024-01-01", "2024-02-29", zone="UTC"),
        "window": timing.Window(before=1, after=1),
    }
    exact = timing.permutation_test(quakes, tides, **asked)
    score = timing.randomization_test(quakes, tides, **asked)
    assert exact.count == score.count == 3
    assert "Seoul" not in exact.summary() + score.summary()
