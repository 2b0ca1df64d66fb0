"""The options of the command ``timing``."""

from __future__ import annotations

import argparse
from typing import TypeAlias

from timing._version import __version__
from timing.cli import commands, studies

_EXAMPLES = {
    "init": "timing init attacks.csv elections.ics",
    "validate": "timing validate study.toml",
    "run": "timing run study.toml --jobs 2",
    "test": "timing test --tests attacks.csv --calendar elections.ics --before 7",
    "replicate": "timing replicate package --output results",
    "datasets": "timing datasets weapons_tests",
    "cite": "timing cite",
}
_Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def build_parser() -> argparse.ArgumentParser:
    """Build the parser; each command names the function that runs it."""
    parser = argparse.ArgumentParser(
        prog="timing",
        description="Do dated events cluster around a calendar of intervals?",
        epilog="examples:\n  " + "\n  ".join(_EXAMPLES.values()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=__version__)
    found = parser.add_subparsers(dest="name", required=True, metavar="COMMAND")
    _add_study_commands(found)
    _add_test(found)
    datasets = _add(found, "datasets", "Print the codebook, or columns of one table.")
    datasets.add_argument("table", nargs="?", metavar="TABLE", help="a table's name")
    datasets.set_defaults(command=commands.datasets)
    cite = _add(found, "cite", "Print how to cite the package and the data.")
    cite.set_defaults(command=commands.cite)
    return parser


def _add(commands: _Commands, name: str, text: str) -> argparse.ArgumentParser:
    parser = commands.add_parser(
        name,
        help=text,
        description=text,
        epilog=f"example:\n  {_EXAMPLES[name]}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    return parser


def _add_study_commands(found: _Commands) -> None:
    init = _add(found, "init", "Write a commented study file for your own tables.")
    init.add_argument("events", metavar="EVENTS", help="table of your events")
    init.add_argument("calendar", metavar="CALENDAR", help="table or iCalendar file")
    init.add_argument(
        "--study",
        default="study.toml",
        metavar="FILE",
        help="file to write (default: study.toml); it must not exist",
    )
    init.set_defaults(command=studies.init)

    validate = _add(
        found,
        "validate",
        "Check a study file and its tables, or tables alone: all problems at once.",
    )
    validate.add_argument("study", nargs="?", metavar="STUDY", help="study file")
    validate.add_argument("--tests", metavar="FILE", help="table of events")
    validate.add_argument("--calendar", metavar="FILE", help="table or iCalendar file")
    _add_reading(validate)
    validate.add_argument("--json", action="store_true", help="print JSON")
    validate.set_defaults(command=studies.validate)

    run = _add(found, "run", "Run a study: tables, figures, report and a manifest.")
    run.add_argument(
        "study",
        nargs="?",
        metavar="STUDY",
        help="study file (default: the study of the DPRK's tests)",
    )
    run.add_argument(
        "--output",
        metavar="DIR",
        help="folder to write to (default: NAME_output beside NAME.toml, and "
        "analyses/output for the study of the DPRK's tests)",
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
    run.add_argument("--json", action="store_true", help="print JSON")
    run.set_defaults(command=studies.run)

    replicate = _add(
        found,
        "replicate",
        "Write the replication package of a finished run of the DPRK study.",
    )
    replicate.add_argument("folder", metavar="DIR", help="an empty or new folder")
    replicate.add_argument(
        "--output",
        default="analyses/output",
        metavar="DIR",
        help="folder of the run (default: analyses/output)",
    )
    replicate.set_defaults(command=studies.replicate)


def _add_reading(parser: argparse.ArgumentParser) -> None:
    """Add what both tables need to be read."""
    parser.add_argument(
        "--dates",
        metavar="HOW",
        help="how dates such as 03/04/2015 are meant: 'day-first', 'month-first' or a "
        "format such as '%%d.%%m.%%y'",
    )
    parser.add_argument(
        "--zone",
        metavar="ZONE",
        help="IANA time zone whose days are counted, such as Europe/Madrid; needed for "
        "times with an offset",
    )


def _add_test(found: _Commands) -> None:
    test = _add(found, "test", "Test your own events against your own calendar.")
    test.add_argument(
        "--tests",
        required=True,
        metavar="FILE",
        help="table with a column 'date', in any format",
    )
    test.add_argument(
        "--calendar",
        required=True,
        metavar="FILE",
        help="table with columns 'start' and 'end' (inclusive), and 'zone' if "
        "local, or iCalendar",
    )
    _add_reading(test)
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
    test.set_defaults(command=commands.test)
