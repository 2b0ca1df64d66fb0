"""Build the curated tables from copies of the upstream lists.

Run from the root of the project::

    python datasets/build --sources ../shared/sources

The same sources give the same bytes.
"""

import argparse
import sys
from pathlib import Path

import agreement
import anniversaries
import checks
import codebook
import diplomatic_calendar
import elections
import eras
import launches
import military_exercises
import package
import weapons_tests
from sourcebook import SourceBook
from sources import COLUMNS
from tabular import BuildError, Row, read_table, to_csv

_HERE = Path(__file__).parent


def build(sources: Path) -> dict[str, bytes]:
    """Build all files of the folder ``datasets``.

    Parameters
    ----------
    sources : Path
        Folder that holds the upstream copies.

    Returns
    -------
    dict
        Content by file name.
    """
    book = SourceBook()
    fixes = read_table(_HERE / "corrections.csv")
    rules = _HERE / "anniversary_rules.csv"
    tables: dict[str, list[Row]] = {
        "weapons_tests": weapons_tests.build(sources, book, fixes),
        "launches": launches.build(sources, book, fixes),
        "diplomatic_calendar": diplomatic_calendar.build(sources, book, fixes),
        "military_exercises": military_exercises.build(sources, book, fixes),
        "anniversaries": anniversaries.build(sources, book, rules),
        "elections": elections.build(sources, book),
        "eras": eras.build(_HERE / "era_rules.csv", book),
    }
    tables["sources"] = book.rows()
    order = {
        "weapons_tests": weapons_tests.COLUMNS,
        "launches": launches.COLUMNS,
        "diplomatic_calendar": diplomatic_calendar.COLUMNS,
        "military_exercises": military_exercises.COLUMNS,
        "anniversaries": anniversaries.COLUMNS,
        "elections": elections.COLUMNS,
        "eras": eras.COLUMNS,
        "sources": COLUMNS,
    }
    files = {f"{name}.csv": to_csv(tables[name], order[name]) for name in tables}

    documented = package.load(_HERE / "datapackage_template.json")
    for name in tables:
        if package.columns(documented, name) != list(order[name]):
            message = f"{name}: the columns differ from datapackage_template.json"
            raise BuildError(message)
    checks.run(documented, tables)
    files["datapackage.json"] = package.to_json(documented, files)
    text = codebook.write(_HERE / "codebook_template.md", tables)
    files["README.md"] = agreement.fill(text, sources, tables, fixes)
    return files


def main() -> int:
    """Read the options, build all tables, and only then write any file."""
    parser = argparse.ArgumentParser(description="Build the curated tables.")
    parser.add_argument("--sources", type=Path, required=True, help="upstream copies")
    parser.add_argument("--output", type=Path, default=_HERE.parent, help="target")
    options = parser.parse_args()
    try:
        files = build(options.sources)
    except (BuildError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    options.output.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (options.output / name).write_bytes(content)
        print(f"{name}: {len(content)} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
