"""The command ``timing``."""

from __future__ import annotations

import argparse
import json
import sys
import warnings
from typing import TYPE_CHECKING

from timing._version import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from timing.period import StudyPeriod

EXIT_OK, EXIT_BAD_INPUT, EXIT_INTERRUPTED = 0, 2, 130
"""Exit codes; argparse also uses 2 for wrong usage."""

_EXAMPLES = {
    "run": "timing run --output results --jobs 2",
    "replicate": "timing replicate package --output results",
    "test": (
        "timing test --tests my_tests.csv --calendar my_calendar.csv "
        "--before 7 --after 7"
    ),
    "validate": "timing validate --tests my_tests.csv --calendar my_calendar.csv",
    "datasets": "timing datasets weapons_tests",
    "cite": "timing cite",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments : sequence of str, optional
        The program's own arguments by default.

    Returns
    -------
    int
        0, or 2 for bad input (the reason is on standard error), or 130 if interrupted.
    """
    options = _parser().parse_args(arguments)
    from timing.errors import TimingError

    try:
        with warnings.catch_warnings():
            warnings.showwarning = _show_warning
            return int(options.command(options))
    except (TimingError, OSError) as error:
        print(f"timing {options.name}: {_reason(error)}", file=sys.stderr)
        return EXIT_BAD_INPUT
    except KeyboardInterrupt:
        print(f"timing {options.name}: interrupted", file=sys.stderr)
        return EXIT_INTERRUPTED


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}"
    return str(error)


def _show_warning(message: Warning | str, *_: object, **__: object) -> None:
    print(f"warning: {message}", file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="timing",
        description="Do dated events cluster around a calendar of intervals?",
        epilog="examples:\n  " + "\n  ".join(_EXAMPLES.values()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(dest="name", required=True, metavar="COMMAND")

    def add(name: str, text: str) -> argparse.ArgumentParser:
        return commands.add_parser(
            name,
            help=text,
            description=text,
            epilog=f"example:\n  {_EXAMPLES[name]}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )

    run = add("run", "Run the declared study: tables, figures, report and a manifest.")
    run.add_argument(
        "--study", metavar="FILE", help="its declaration (default: the DPRK's tests)"
    )
    run.add_argument(
        "--output",
        default="analyses/output",
        metavar="DIR",
        help="folder to write to (default: analyses/output)",
    )
    run.add_argument(
        "--scripts",
        nargs="+",
        metavar="NAME",
        help="scripts of analyses/ to run, such as 'hypotheses' (default: all)",
    )
    run.add_argument(
        "--jobs",
        type=int,
        default=1,
        metavar="N",
        help="processes for the scan and the simulations (default: 1); the numbers do "
        "not change",
    )
    run.add_argument(
        "--resume",
        action="store_true",
        help="go on with the run that was stopped in this folder",
    )
    run.add_argument("--quiet", action="store_true", help="no progress")
    run.set_defaults(command=_run)

    replicate = add(
        "replicate", "Write the replication package of a finished run of the study."
    )
    replicate.add_argument("folder", metavar="DIR", help="an empty or new folder")
    replicate.add_argument(
        "--output",
        default="analyses/output",
        metavar="DIR",
        help="folder of the run (default: analyses/output)",
    )
    replicate.set_defaults(command=_replicate)

    test = add("test", "Test your own events against your own calendar.")
    test.add_argument(
        "--tests", required=True, metavar="FILE", help="CSV with a column 'date'"
    )
    test.add_argument(
        "--calendar",
        required=True,
        metavar="FILE",
        help="CSV with columns 'start' and 'end' (inclusive), and 'zone' if local",
    )
    for side, of in (("before", "first"), ("after", "last")):
        test.add_argument(
            f"--{side}",
            type=int,
            default=7,
            metavar="DAYS",
            help=f"window: days {side} the {of} day of an event (default: 7)",
        )
    test.add_argument(
        "--start", metavar="DATE", help="default: first day of the first event's month"
    )
    test.add_argument(
        "--end", metavar="DATE", help="default: last day of the last event's month"
    )
    test.add_argument(
        "--exclude",
        nargs=2,
        action="append",
        default=[],
        metavar=("FROM", "TO"),
        help="days that are not at risk; may be repeated",
    )
    test.add_argument(
        "--strata",
        default="month",
        choices=["none", "fortnight", "month", "quarter", "half", "year", "era"],
        help="time scale that the null holds fixed (default: month)",
    )
    test.add_argument(
        "--unit",
        default="day",
        choices=["day", "event", "missile", "episode"],
        help="count days with an event, events, the numbers in column 'n_missiles', or "
        "episodes of neighbouring days (default: day)",
    )
    test.add_argument(
        "--gap",
        type=int,
        default=7,
        metavar="DAYS",
        help="longest distance of the days of one episode (default: 7)",
    )
    test.add_argument(
        "--null",
        default="circular_shift",
        choices=[
            "uniform",
            "circular_shift",
            "local_shift",
            "interval_jitter",
            "year_shuffle",
            "gap_shuffle",
            "block_shuffle",
            "self_exciting",
        ],
        help="null model of the second test, the permutation test (default: "
        "circular_shift)",
    )
    test.add_argument(
        "--statistic",
        default="count",
        choices=[
            "count",
            "precursor_rate",
            "trigger_rate",
            "mean_distance",
            "max_profile",
        ],
        help="statistic of the permutation test (default: count)",
    )
    test.add_argument(
        "--seed",
        type=int,
        default=20251028,
        help="for null models that draw (default: 20251028)",
    )
    test.add_argument(
        "--anchor",
        default="interval",
        choices=["interval", "meeting", "start", "end", "announced"],
        help="what the window hangs on (default: interval, start to end)",
    )
    test.add_argument(
        "--alternative", default="two-sided", choices=["two-sided", "greater", "less"]
    )
    test.add_argument(
        "--uncertain",
        default="exclude",
        choices=["exclude", "midpoint", "bounds", "sample"],
        help="events with 'earliest' before 'latest' (default: exclude)",
    )
    test.add_argument("--json", action="store_true", help="print JSON")
    test.set_defaults(command=_test)

    validate = add("validate", "Check your files; the failures are listed by row.")
    validate.add_argument("--tests", metavar="FILE")
    validate.add_argument("--calendar", metavar="FILE")
    validate.set_defaults(command=_validate)

    datasets = add("datasets", "Print the codebook, or the columns of one table.")
    datasets.add_argument("table", nargs="?", metavar="TABLE", help="a table's name")
    datasets.set_defaults(command=_datasets)

    add("cite", "Print how to cite the package and the data.").set_defaults(
        command=_cite
    )
    return parser


def _run(options: argparse.Namespace) -> int:
    from timing.study import SCRIPTS, run_study

    manifest = run_study(
        options.study,
        output=options.output,
        scripts=options.scripts or SCRIPTS,
        n_jobs=options.jobs,
        progress=not options.quiet,
        resume=options.resume,
    )
    summary = manifest.parent / "primary.txt"
    if summary.exists():
        print(summary.read_text(encoding="utf-8"), end="")
    return EXIT_OK


def _replicate(options: argparse.Namespace) -> int:
    from timing.study import write_replication_package

    print(write_replication_package(options.folder, options.output))
    return EXIT_OK


def _read_files(options: argparse.Namespace) -> tuple[pd.DataFrame, pd.DataFrame]:
    from timing.readers import read_table
    from timing.schema import CALENDAR, TESTS

    return (
        read_table(options.tests, schema=TESTS),
        read_table(options.calendar, schema=CALENDAR),
    )


def _test(options: argparse.Namespace) -> int:
    from timing.nulls import CircularShift, as_null
    from timing.period import Window
    from timing.permutation import permutation_test
    from timing.regression import randomization_test

    tests, calendar = _read_files(options)
    strata = None if options.strata == "none" else options.strata
    shared = {
        "period": _period(options, tests),
        "window": Window(before=options.before, after=options.after),
        "unit": options.unit,
        "gap": options.gap,
        "anchor": options.anchor,
        "alternative": options.alternative,
        "uncertain": options.uncertain,
    }
    null = as_null(options.null)
    results = [
        randomization_test(tests, calendar, strata=strata, **shared),
        permutation_test(
            tests,
            calendar,
            null=CircularShift(strata) if isinstance(null, CircularShift) else null,
            statistic=options.statistic,
            rng=options.seed,
            **shared,
        ),
    ]
    if options.json:
        print(json.dumps([result.to_dict() for result in results], indent=1))
    else:
        print("\n\n".join(result.summary() for result in results))
    return EXIT_OK


def _period(options: argparse.Namespace, tests: pd.DataFrame) -> StudyPeriod:
    """Return the period asked for; by default the whole months that hold the events."""
    import pandas as pd

    from timing.clock import to_dates
    from timing.inputs import read_events
    from timing.period import StudyPeriod

    day = pd.DatetimeIndex(to_dates(read_events(tests).day))
    month_start = day.min().replace(day=1)
    month_end = day.max() + pd.offsets.MonthEnd(0)
    return StudyPeriod(
        options.start or month_start, options.end or month_end, options.exclude
    )


def _validate(options: argparse.Namespace) -> int:
    from timing.errors import SchemaError, TimingError
    from timing.readers import read_table
    from timing.schema import CALENDAR, TESTS

    if options.tests is None and options.calendar is None:
        msg = "nothing to check: give --tests FILE, --calendar FILE or both."
        raise TimingError(msg)
    code = EXIT_OK
    for path, schema in ((options.tests, TESTS), (options.calendar, CALENDAR)):
        if path is None:
            continue
        try:
            rows = len(read_table(path, schema=schema))
        except OSError as error:
            print(f"timing validate: {_reason(error)}", file=sys.stderr)
            code = EXIT_BAD_INPUT
        except SchemaError as error:
            for row in error.failures.itertuples(index=False):
                print(f"{SchemaError([tuple(row)])}", file=sys.stderr)
            code = EXIT_BAD_INPUT
        else:
            print(f"{path}: {rows} rows, no failures")
    return code


def _datasets(options: argparse.Namespace) -> int:
    from timing.codebook import codebook, describe_table

    print(codebook() if options.table is None else describe_table(options.table))
    return EXIT_OK


def _cite(_: argparse.Namespace) -> int:
    from timing.citation import citation

    print(citation())
    return EXIT_OK
