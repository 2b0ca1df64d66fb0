"""Commands about a study: begin it, check it, run it, pack it."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    import pandas as pd

FLAGSHIP_OUTPUT = "analyses/output"
_FEW = 5
"""Problems of a column at a first look."""


def init(options: argparse.Namespace) -> bool:
    """Write a study file; say what is to be mended before it can run."""
    from timing.study.template import write_template

    path = write_template(options.study, options.events, options.calendar)
    print(path)
    problems = _problems_of_study(path)
    if problems:
        _print_table(problems, most=_FEW)
        print(f"mend {path} and the tables, then: timing validate {path}")
    else:
        print(f"next: timing run {path}")
    return not problems


def validate(options: argparse.Namespace) -> bool:
    """Print every problem of a study file, or of tables, as one table."""
    from timing.errors import TimingError
    from timing.readers import read_calendar, read_events

    if options.study is None and options.tests is None and options.calendar is None:
        msg = "nothing to check: give a study file, --tests FILE or --calendar FILE."
        raise TimingError(msg)
    problems = [] if options.study is None else _problems_of_study(Path(options.study))
    rows = {}
    for path, read in ((options.tests, read_events), (options.calendar, read_calendar)):
        if path is not None:
            found = _problems_of_table(path, read, options)
            if isinstance(found, int):
                rows[path] = found
            else:
                problems += found
    if options.json:
        print(json.dumps({"problems": problems, "rows": rows}, indent=1))
        return not problems
    _print_table(problems)
    if options.study is not None and not problems:
        print(f"{options.study}: no problems")
    for path, n in rows.items():
        print(f"{path}: {n} rows, no problems")
    return not problems


def run(options: argparse.Namespace) -> bool:
    """Run a study and print its primary result."""
    from timing.study import run_study

    manifest = run_study(
        options.study,
        output=options.output or _output_of(options.study),
        scripts=options.scripts,
        n_jobs=options.jobs,
        progress=not options.quiet,
        resume=options.resume,
    )
    folder = manifest.parent
    if options.json:
        results = folder / "hypotheses.json"
        content: dict[str, Any] = {
            "output": str(folder),
            "manifest": json.loads(manifest.read_text(encoding="utf-8")),
        }
        if results.exists():
            content["results"] = json.loads(results.read_text(encoding="utf-8"))
        print(json.dumps(content, indent=1))
        return True
    summary, report = folder / "primary.txt", folder / "report.html"
    if summary.exists():
        print(summary.read_text(encoding="utf-8"), end="")
    if report.exists() and options.study is not None:
        print(f"report: {report}")
    return True


def replicate(options: argparse.Namespace) -> bool:
    """Write a replication package and print its beginning."""
    from timing.study import write_replication_package

    print(write_replication_package(options.folder, options.output))
    return True


def _output_of(study: str | None) -> Path:
    if study is None:
        return Path(FLAGSHIP_OUTPUT)
    path = Path(study)
    return path.with_name(f"{path.stem}_output")


def _problems_of_study(path: Path) -> list[dict[str, Any]]:
    from timing.errors import DeclarationError
    from timing.study import read_study

    try:
        read_study(path)
    except DeclarationError as error:
        return _records(error.failures)
    return []


def _problems_of_table(
    path: str, read: Callable[..., pd.DataFrame], options: argparse.Namespace
) -> list[dict[str, Any]] | int:
    """Return the problems of a table, or the number of its rows if there is none."""
    from timing.errors import SchemaError, TimingError

    try:
        return len(read(path, dates=options.dates, zone=options.zone))
    except SchemaError as error:
        return _records(error.failures)
    except OSError as error:
        rule = error.strerror or str(error)
    except TimingError as error:
        rule = str(error)
    return [{"table": path, "row": 0, "column": "", "value": "", "rule": rule}]


def _records(failures: pd.DataFrame) -> list[dict[str, Any]]:
    """Turn failures into values that JSON can hold."""
    return [
        {
            "table": table,
            "row": int(row),
            "column": column,
            "value": str(value),
            "rule": rule,
        }
        for table, row, column, value, rule in failures.itertuples(index=False)
    ]


def _print_table(problems: list[dict[str, Any]], most: int | None = None) -> None:
    """Print problems one below the other, in columns; of a column so many at most."""
    if not problems:
        return
    seen: Counter[tuple[str, str]] = Counter()
    shown = []
    for problem in problems:
        place = problem["table"], problem["column"]
        seen[place] += 1
        if most is None or seen[place] <= most:
            shown.append(problem)
    head = {"table": "where", "row": "row", "column": "column", "value": "value"}
    cells = [
        {name: _one_line(problem[name]) if problem[name] else "" for name in head}
        for problem in shown
    ]
    wide = {name: max(len(c[name]) for c in [head, *cells]) for name in head}
    for cell, rule in zip(
        [head, *cells], ["problem", *(p["rule"] for p in shown)], strict=True
    ):
        start = "  ".join(cell[name].ljust(wide[name]) for name in head)
        print(f"{start}  {_one_line(rule)}")
    if len(shown) < len(problems):
        print(f"... and {len(problems) - len(shown)} more of the same columns")
    s = "" if len(problems) == 1 else "s"
    print(f"{len(problems)} problem{s}", file=sys.stderr)


def _one_line(value: object) -> str:
    """Write a value on one line, what does not print escaped."""
    text = str(value)
    return text if text.isprintable() else ascii(text)[1:-1]
