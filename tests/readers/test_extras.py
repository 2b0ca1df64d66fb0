"""Readers without the libraries of the ``io`` extra."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from openpyxl import Workbook

from timing import readers
from timing.errors import TimingError
from timing.readers import MissingExtraError, read_cns

DATA = Path(__file__).parent / "data"
INSTALL = r"needs the 'io' extra: pip install 'event-timing\[io\]'"


@pytest.mark.parametrize(
    ("module", "name", "reader", "path"),
    [
        ("defusedxml.ElementTree", "XML", readers.read_travels, DATA / "travels"),
        ("defusedxml.ElementTree", "XML", readers.read_visits, DATA / "visits.xml"),
        ("icalendar", "iCalendar", readers.read_icalendar, DATA / "calendar.ics"),
    ],
)
def test_a_missing_library_names_the_extra(monkeypatch, module, name, reader, path):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtraError, match=f"^reading {name} {INSTALL}"):
        reader(path)


@pytest.mark.parametrize("module", ["openpyxl", "defusedxml"])
def test_a_workbook_needs_both_its_libraries(monkeypatch, tmp_path: Path, module):
    Workbook().save(tmp_path / "cns.xlsx")
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtraError, match=f"^reading XLSX {INSTALL}"):
        read_cns(tmp_path / "cns.xlsx")


def test_the_error_is_both_of_the_package_and_of_import():
    assert issubclass(MissingExtraError, TimingError)
    assert issubclass(MissingExtraError, ImportError)


def test_csv_and_json_need_no_extra():
    code = (
        "import sys\n"
        "libraries = 'openpyxl', 'python_calamine', 'icalendar', 'defusedxml'\n"
        "sys.modules.update(dict.fromkeys(libraries))\n"
        "from timing import readers\n"
        "from pathlib import Path\n"
        "data = Path(sys.argv[1])\n"
        "tables = (readers.read_cns(data / 'cns.csv'),\n"
        "          readers.read_cns_json(data / 'tests.json'),\n"
        "          readers.read_csis(data / 'csis.csv'))\n"
        "print([len(table) for table in tables])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(DATA)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.strip() == "[8, 3, 3]"


def test_every_public_reader_is_documented():
    for name in readers.__all__:
        assert getattr(readers, name).__doc__, name
