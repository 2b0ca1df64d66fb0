"""Compare every byte of the study under conditions that must not matter.

The study runs in a process of its own under each condition: again, on two cores, on a
dask cluster, in other locales and time zones, with other hash seeds, settings and
folders, and with the rows of its tables in another order. The SHA-256 of every file is
compared with the first run's (of the manifest, everything but the seconds). Writes
``determinism`` (CSV and Markdown) to ``analyses/results``; the exit status is 1 if any
file differs.

A small study by default (a quarter of an hour); with ``--full`` the whole of it, with
``--only`` some conditions. Conditions that the machine cannot meet are skipped by name.

    pip install 'event-timing[dist]' && python analyses/determinism.py
"""

from __future__ import annotations

import argparse
import dataclasses
import hashlib
import json
import locale
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

import pandas as pd
from two_workers import two_workers

from timing import load_calendar, load_tests
from timing.study import Study, own_study, own_tables, primary_study, run_study
from timing.study.output import provenance
from timing.tables import csv_table, write_table
from timing.whole import write_whole

RESULTS = Path(__file__).parent / "results"
NAME = "determinism"
PRIMARY = primary_study()
FEW = {"n_replicates": 40, "n_random_calendars": 19, "scan_days": (0, 7)}
SMALL = dataclasses.replace(PRIMARY, variants=PRIMARY.variants[:2], **FEW)
PLAIN = {
    "LC_ALL": "C.UTF-8",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
    "TZ": "UTC",
}
"""Environment of the first run, and of all others but for what they change."""
ODD_STYLE = {
    "agg.path.chunksize": "100",
    "axes.formatter.use_locale": "True",
    "axes.grid": "True",
    "axes.prop_cycle": "cycler('color', ['red', 'lime'])",
    "axes.unicode_minus": "False",
    "date.epoch": "0000-12-31T00:00:00",
    "figure.dpi": "37",
    "figure.facecolor": "yellow",
    "font.family": "serif",
    "font.size": "23",
    "lines.linewidth": "9",
    "path.simplify": "False",
    "pdf.compression": "0",
    "savefig.bbox": "tight",
    "savefig.transparent": "True",
    "svg.fonttype": "none",
    "timezone": "Asia/Tokyo",
    "xtick.direction": "in",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What is not as in the first run.

    Attributes
    ----------
    title : str
    env : dict of str to str
        Variables of the environment.
    settings : tuple of str
        Names of what the process does before it runs the study (`SETTINGS`); "style" is
        a ``matplotlibrc`` that it finds.
    jobs : int or None
        Processes; None for a dask cluster of two workers.
    needs : str
        A locale or a package without which the condition is skipped.
    beside : str
        Name of the condition whose outputs must be the same.
    rows : {"", "own", "mixed"}
        The curated tables; the same rows as a user's own tables, in their order or in
        another.
    """

    title: str
    env: dict[str, str] = field(default_factory=dict)
    settings: tuple[str, ...] = ()
    jobs: int | None = 1
    needs: str = ""
    beside: str = "first"
    rows: str = ""


def _in_locale(name: str) -> Condition:
    return Condition(
        title=f"locale {name}",
        env={"LC_ALL": name, "LANGUAGE": name},
        settings=("locale",),
        needs=f"locale {name}",
    )


CONDITIONS = {
    "first": Condition(title="one core, again"),
    "two_cores": Condition(title="two cores", jobs=2),
    "dask": Condition(title="dask, two workers", jobs=None, needs="distributed"),
    "threads": Condition(
        title="two threads for linear algebra",
        env={"OMP_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "2"},
    ),
    "hash_1": Condition(title="PYTHONHASHSEED=1", env={"PYTHONHASHSEED": "1"}),
    "hash_random": Condition(
        title="PYTHONHASHSEED=random", env={"PYTHONHASHSEED": "random"}
    ),
    "posix": Condition(
        title="locale C, no UTF-8 mode",
        env={"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    ),
    "utf8": Condition(
        title="locale C, UTF-8 mode", env={"LC_ALL": "C", "PYTHONUTF8": "1"}
    ),
    "german": _in_locale("de_DE.UTF-8"),
    "turkish": _in_locale("tr_TR.UTF-8"),
    "latin": _in_locale("de_DE.ISO-8859-1"),
    "kolkata": Condition(title="time zone Asia/Kolkata", env={"TZ": "Asia/Kolkata"}),
    "st_johns": Condition(
        title="time zone America/St_Johns", env={"TZ": "America/St_Johns"}
    ),
    "apia": Condition(title="time zone Pacific/Apia", env={"TZ": "Pacific/Apia"}),
    "folder": Condition(title="another working folder", settings=("folder",)),
    "umask": Condition(title="umask 077", settings=("umask",)),
    "style": Condition(title="a matplotlibrc of the user's", settings=("style",)),
    "dark": Condition(title="another style of matplotlib in use", settings=("dark",)),
    "backend": Condition(title="another backend", env={"MPLBACKEND": "svg"}),
    "pandas": Condition(title="options of pandas", settings=("pandas",)),
    "optimised": Condition(title="python -OO", env={"PYTHONOPTIMIZE": "2"}),
    "together": Condition(
        title="many of these together",
        env={
            "LC_ALL": "C",
            "MPLBACKEND": "svg",
            "PYTHONCOERCECLOCALE": "0",
            "PYTHONHASHSEED": "random",
            "PYTHONUTF8": "0",
            "TZ": "Asia/Kolkata",
        },
        settings=("folder", "umask", "style", "dark", "pandas"),
        jobs=2,
    ),
    "own": Condition(title="own tables, again", beside="own", rows="own"),
    "rows": Condition(
        title="own tables, rows in another order", beside="own", rows="mixed"
    ),
}


def _use_locale() -> None:
    """Take over the locale, as a program with windows does."""
    locale.setlocale(locale.LC_ALL, "")


def _go_elsewhere() -> None:
    os.chdir("/")


def _hide_files() -> None:
    os.umask(0o077)


def _set_pandas() -> None:
    for name, value in {
        "display.precision": 2,
        "display.float_format": "{:.1f}".format,
        "display.date_dayfirst": True,
        "display.max_rows": 3,
        "display.max_colwidth": 4,
        "compute.use_numexpr": False,
        "compute.use_bottleneck": False,
        "io.excel.xlsx.reader": "openpyxl",
    }.items():
        pd.set_option(name, value)


def _use_dark_style() -> None:
    from matplotlib import pyplot as plt

    plt.style.use(["dark_background", "ggplot"])
    plt.xkcd()


SETTINGS: dict[str, Callable[[], None]] = {
    "locale": _use_locale,
    "folder": _go_elsewhere,
    "umask": _hide_files,
    "dark": _use_dark_style,
    "pandas": _set_pandas,
}


# The run, in a process of its own


def study_of(condition: Condition, *, full: bool) -> Study:
    """Return the flagship, or the usual study of its rows as own tables."""
    if not condition.rows:
        return PRIMARY if full else SMALL
    tests = load_tests(min_confidence="low").rename(columns={"weapon": "class"})
    calendar = load_calendar(PRIMARY.primary.categories, min_confidence="low")
    if condition.rows == "mixed":
        tests, calendar = (
            table.sample(frac=1, random_state=PRIMARY.seed)
            for table in (tests, calendar)
        )
    # Of files in another order the hashes, which stand on every output, are others.
    data = own_tables(tests, calendar, sha256={"events": "0", "calendar": "0"})
    study = own_study(data, title="Own tables")
    return study if full else dataclasses.replace(study, **FEW)


def run_alone(name: str, folder: Path, scripts: Sequence[str], *, full: bool) -> None:
    """Run a study under a condition."""
    condition = CONDITIONS[name]
    study = study_of(condition, full=full)
    for setting in condition.settings:
        if setting in SETTINGS:
            SETTINGS[setting]()
    with workers(condition.jobs) as jobs:
        run_study(study, folder, scripts=scripts or None, n_jobs=jobs, progress=False)


@contextmanager
def workers(jobs: int | None) -> Iterator[int | None]:
    """Have a dask cluster of two workers where the number of jobs is None."""
    if jobs is not None:
        yield jobs
        return
    import joblib

    with two_workers(), joblib.parallel_config("dask"):
        yield None


# The comparison


def is_met(condition: Condition, locales: Path) -> bool:
    """Whether this machine has what a condition needs; a locale is made if it can."""
    needs = condition.needs
    if not needs.startswith("locale "):
        return not needs or find_spec(needs) is not None
    name = needs.removeprefix("locale ")
    language, _, charset = name.partition(".")
    if shutil.which("localedef") is None:
        return False
    made = subprocess.run(
        ["localedef", "-i", language, "-f", charset, str(locales / name)],
        check=False,
        capture_output=True,
    )
    return made.returncode == 0


def environment(condition: Condition, scratch: Path) -> dict[str, str]:
    """Return the environment of a run: none of the user's settings are in it."""
    kept = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("LC_", "LANG", "MPL", "PYTHON", "OMP_", "OPENBLAS_"))
        or key == "PYTHONPATH"
    }
    if condition.needs.startswith("locale "):
        kept |= {"LOCPATH": str(scratch / "locales")}
    if "style" in condition.settings:
        kept |= {"MPLCONFIGDIR": str(scratch / "matplotlib")}
    return kept | PLAIN | condition.env


def hashes(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file; of the manifest without its seconds."""
    found = {}
    for path in sorted(folder.rglob("*")):
        content = path.read_bytes() if path.is_file() else b""
        if path.name == "manifest.json":
            manifest = json.loads(content)
            del manifest["seconds"]
            content = json.dumps(manifest).encode()
        found[path.relative_to(folder).as_posix()] = hashlib.sha256(content).hexdigest()
    return found


def compare(first: dict[str, str], found: dict[str, str]) -> list[str]:
    """Return the names of the files that differ, or are in one of the two only."""
    return sorted(
        name
        for name in first.keys() | found.keys()
        if first.get(name) != found.get(name)
    )


def prepare(scratch: Path) -> None:
    """Lay out what the conditions need."""
    (scratch / "locales").mkdir()
    (scratch / "matplotlib").mkdir()
    lines = [f"{key}: {value}\n" for key, value in ODD_STYLE.items()]
    write_whole(scratch / "matplotlib" / "matplotlibrc", "".join(lines))


def outputs_under(
    name: str, scratch: Path, options: Sequence[str]
) -> dict[str, str] | None:
    """Run the study in a process of its own; return the hashes, None if it fails."""
    folder = scratch / name
    command = [sys.executable, __file__, "--alone", name, "--folder", str(folder)]
    env = environment(CONDITIONS[name], scratch)
    done = subprocess.run([*command, *options], check=False, env=env)
    found = hashes(folder)
    shutil.rmtree(folder, ignore_errors=True)
    return found if done.returncode == 0 else None


def measure(
    names: Sequence[str], options: Sequence[str], scratch: Path
) -> Iterator[dict[str, object]]:
    """Run the study under each condition; yield a row of the table for each."""
    prepare(scratch)
    expected: dict[str, dict[str, str] | None] = {}
    for name in names:
        condition = CONDITIONS[name]
        row: dict[str, object] = {"condition": condition.title, "files": 0}
        if not is_met(condition, scratch / "locales"):
            yield row | {"different": "not run"}
            continue
        beside = condition.beside
        if beside not in expected:
            expected[beside] = outputs_under(beside, scratch, options)
        first, found = expected[beside], outputs_under(name, scratch, options)
        if first is None or found is None:
            yield row | {"different": "failed"}
            continue
        words = ", ".join(compare(first, found)) or "none"
        yield row | {"files": len(found), "different": words}


def main() -> int:
    """Run all; 0 if no file differs."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--full", action="store_true", help="the whole study")
    parser.add_argument("--only", nargs="+", choices=CONDITIONS, default=CONDITIONS)
    parser.add_argument("--scripts", nargs="+", default=[], help="default: all")
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--alone", choices=CONDITIONS, help="run one, and no more")
    parser.add_argument("--folder", type=Path, help="where to, with --alone")
    chosen = parser.parse_args()
    if chosen.alone:
        run_alone(chosen.alone, chosen.folder, chosen.scripts, full=chosen.full)
        return 0
    options = ["--full"] * chosen.full
    if chosen.scripts:
        options += ["--scripts", *chosen.scripts]
    rows = []
    with tempfile.TemporaryDirectory() as scratch:
        for row in measure(chosen.only, options, Path(scratch)):
            print(f"{row['condition']}: {row['files']} files, {row['different']}")
            sys.stdout.flush()
            rows.append(row)
    table = pd.DataFrame(rows)
    write_whole(chosen.results / f"{NAME}.csv", csv_table(table))
    some = ["--only", *chosen.only] if len(chosen.only) < len(CONDITIONS) else []
    command = " ".join(["python analyses/determinism.py", *options, *some])
    note = f"{provenance(PRIMARY)} Command: {command}"
    write_whole(
        chosen.results / f"{NAME}.md", write_table(table, "markdown", note=note)
    )
    return int(not table["different"].isin(["none", "not run"]).all())


if __name__ == "__main__":
    sys.exit(main())
