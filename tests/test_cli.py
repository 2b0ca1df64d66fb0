"""The command line: what it prints, and one clear line for every bad input."""

import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from timing import StudyPeriod, __version__
from timing.cli import main
from timing.cli.parser import build_parser
from timing.progress import track
from timing.study import run

TESTS = "date\n2025-10-22\n2025-10-28\n2025-11-07\n"
CALENDAR = "start,end\n2025-10-29,2025-10-30\n"


@pytest.fixture
def files(tmp_path: Path) -> Any:
    """Write two files and return the options that name them."""

    def write(
        tests: str | bytes = TESTS, calendar: str | bytes = CALENDAR
    ) -> list[str]:
        options = []
        for name, content in (("tests", tests), ("calendar", calendar)):
            path = tmp_path / f"my_{name}.csv"
            raw = content if isinstance(content, bytes) else content.encode()
            path.write_bytes(raw)
            options += [f"--{name}", str(path)]
        return options

    return write


# timing test


def test_test_prints_both_tests_in_words(files: Any, capsys: Any):
    assert main(["test", *files()]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    first, second = out.rstrip("\n").split("\n\n")
    assert first.startswith("Randomization test (studentized score shift): do events")
    assert second.startswith("Permutation test: do events cluster")
    for text in (first, second):
        assert "\nNull: " in text
        assert "\nAlternative: two-sided\n" in text
        # The 22nd and the 28th lie within 7 days before 29-30 October.
        assert "\nEvents on exposed days: 2, expected 0.85" in text
        assert "Power: " in text
        assert (
            "Data: 3 events (unit: day), 1 calendar events, 16 exposed of 61 at-risk"
        ) in text


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        (["2025-10-22", "2025-11-07"], "2025-10-01 to 2025-11-30"),
        (["2025-11-07", "2025-10-22"], "2025-10-01 to 2025-11-30"),
        (["2025-10-30", "2025-12-01"], "2025-10-01 to 2025-12-31"),
        (["2024-02-01", "2025-10-29"], "2024-02-01 to 2025-10-31"),
        (["2025-10-31", "2026-02-28"], "2025-10-01 to 2026-02-28"),
    ],
)
def test_the_default_period_is_the_whole_months_of_the_events(
    files: Any, capsys: Any, dates: list[str], expected: str
):
    assert main(["test", *files("\n".join(["date", *dates]))]) == 0
    assert f"Period: {expected} (assumed: the whole months" in capsys.readouterr().out


def test_json_holds_both_results_with_all_options(files: Any, capsys: Any):
    options = [
        "--before", "2", "--after", "1", "--start", "2025-10-05", "--end", "2025-12-31",
        "--exclude", "2025-12-01", "2025-12-05",
        "--exclude", "2025-12-24", "2025-12-31",
        "--strata", "none", "--unit", "event", "--anchor", "start",
        "--alternative", "greater", "--json",
    ]  # fmt: skip
    assert main(["test", *files(), *options]) == 0

    def refuse(name: str) -> None:
        msg = f"{name} is not JSON"
        raise ValueError(msg)

    results = json.loads(capsys.readouterr().out, parse_constant=refuse)
    assert [r["kind"] for r in results] == ["RandomizationResult", "PermutationResult"]
    period = StudyPeriod(
        "2025-10-05", "2025-12-31",
        [("2025-12-01", "2025-12-05"), ("2025-12-24", "2025-12-31")],
    )  # fmt: skip
    for result in results:
        specification = result["specification"]
        assert specification["period"] == str(period)
        assert specification["window"] == "2 days before to 1 day after"
        assert (specification["unit"], specification["anchor"]) == ("event", "start")
        assert specification["alternative"] == result["alternative"] == "greater"
        assert (result["count"], result["at_risk_days"]) == (1, 75)
        # 27 to 30 October.
        assert result["exposed_days"] == 4


def test_files_with_a_bom_zones_and_ids_are_read(files: Any, capsys: Any):
    tests = "\ufefftest_id,date\na,2025-10-22\nb,2025-10-30\nc,2025-11-07\n"
    calendar = "event_id,start,end,zone\nx,2025-10-29,2025-10-29,America/New_York\n"
    window = ["--before", "0", "--after", "0"]
    assert main(["test", *files(tests, calendar), *window]) == 0
    # 29 October in Washington is 29 and 30 October in Korea.
    assert "Events on exposed days: 1," in capsys.readouterr().out


def test_rows_that_are_left_out_are_printed(files: Any, capsys: Any):
    calendar = CALENDAR + "2024-01-01,2024-01-02\n"
    assert main(["test", *files(TESTS, calendar), "--end", "2025-10-31"]) == 0
    out = capsys.readouterr().out
    assert "  left out of tests: 1 (not on an at-risk day)" in out
    assert "  left out of calendar: 1 (window holds no at-risk day)" in out


@pytest.mark.filterwarnings("default")
def test_a_warning_is_one_line_on_standard_error(files: Any, capsys: Any):
    tests = "date\n2025-10-07\n2025-10-22\n2025-10-28\n"
    calendar = "start,end\n2025-10-05,2025-10-30\n"
    window = ["--before", "0", "--after", "0"]
    assert main(["test", *files(tests, calendar), *window]) == 0
    err = capsys.readouterr().err
    assert err.startswith("warning: exposure fills so much of the `strata`")
    assert "cli.py" not in err


BAD_TESTS = [
    ("", "my_tests.csv: column '(all)': is empty"),
    ("date\n", "my_tests.csv: column '(all)': has no rows below the header"),
    (b"date\n\xff\n", "my_tests.csv: column '(all)': is not UTF-8 text"),
    ("date\n2025-10-28,x\n",
     "my_tests.csv: row 1, column '(all)': '2 cells': must have 1 cells"),
    ("day\n2025-10-28\n", "my_tests.csv: column 'date': the column is missing"),
    ("date\n2025-10-28\n2025-02-30\n",
     "my_tests.csv: row 2, column 'date': '2025-02-30': is not a date"),
    ("date\nsoon\n", "my_tests.csv: row 1, column 'date': 'soon': is not a date"),
    ("date,n\n,1\n", "my_tests.csv: row 1, column 'date': '': must not be blank"),
    ("date,test_id\n2025-10-28,a\n2025-10-29,a\n",
     "my_tests.csv: row 2, column 'test_id': 'a': must be unique"),
]  # fmt: skip
BAD_CALENDARS = [
    ("end\n2025-10-29\n", "my_calendar.csv: column 'start': the column is missing"),
    ("start,end\n2025-10-29,2025-10-28\n",
     "my_calendar.csv: row 1, column 'end': '2025-10-28': lies before 'start'"),
    ("start,end,zone\n2025-10-29,2025-10-29,Seoul\n",
     "my_calendar.csv: row 1, column 'zone': 'Seoul': is not an IANA time zone"),
]  # fmt: skip


def _named(printed: Any, command: str, message: str) -> None:
    """Check that a message is printed: as a line, or in the columns of a table."""
    if command == "test":
        assert message in printed.err
        assert len(printed.err.splitlines()) == 1
        return
    assert printed.err == "1 problem\n"
    head, line, *_ = printed.out.splitlines()
    assert head.split() == ["where", "row", "column", "value", "problem"]
    parts = re.split(r": |, ", message.replace("'", ""))
    for part in parts:
        assert part.removeprefix("row ").removeprefix("column ") in line.replace(
            "'", ""
        )


@pytest.mark.parametrize("command", ["test", "validate"])
@pytest.mark.parametrize(("content", "message"), BAD_TESTS)
def test_a_bad_file_of_tests_is_named_with_row_and_rule(
    files: Any, capsys: Any, command: str, content: Any, message: str
):
    assert main([command, *files(tests=content)]) == 2
    _named(capsys.readouterr(), command, message)


@pytest.mark.parametrize("command", ["test", "validate"])
@pytest.mark.parametrize(("content", "message"), BAD_CALENDARS)
def test_a_bad_calendar_file_is_named_with_row_and_rule(
    files: Any, capsys: Any, command: str, content: Any, message: str
):
    assert main([command, *files(calendar=content)]) == 2
    _named(capsys.readouterr(), command, message)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--before", "-1"], "`before` is -1; it must be a whole number of at least 0"),
        (["--after", "-3"], "`after` is -3; it must be a whole number of at least 0"),
        (["--before", "60"], "`window` spans 68 days for a one-day event, longer than"),
        (["--start", "soon"], "`start` is 'soon'; it must be a date"),
        (["--end", "2025-02-30"], "`end` is '2025-02-30'; it must be a date"),
        (["--start", "2026-01-01"], "`end` is 2025-11-30; it must not lie before"),
        (["--exclude", "2025-10-03", "2025-10-02"], "`exclude[0]` ends on 2025-10-02"),
        (["--exclude", "2025-10-01", "2025-11-30"], "`exclude` covers the whole"),
        (["--start", "2025-12-01", "--end", "2025-12-31"], "`tests` has no event on"),
        (["--end", "2025-10-25", "--before", "0"], "no at-risk day of"),
        (["--start", "2025-10-22", "--end", "2025-11-06"], "every at-risk day of"),
        (["--anchor", "announced"], "`calendar`: column 'announced': the column is"),
        (["--anchor", "meeting"], "`calendar`: column 'meeting_start': the column is"),
    ],
)
def test_a_bad_option_gets_one_clear_line(
    files: Any, capsys: Any, options: list[str], message: str
):
    assert main(["test", *files(), *options]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"timing test: {message}")
    assert len(err.splitlines()) == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--before", "1.5"], "argument --before: invalid int value: '1.5'"),
        (["--strata", "week"], "argument --strata: invalid choice: 'week'"),
        (["--unit", "week"], "argument --unit: invalid choice: 'week'"),
        (["--anchor", "middle"], "argument --anchor: invalid choice: 'middle'"),
        (["--alternative", "more"], "argument --alternative: invalid choice: 'more'"),
        (["--exclude", "2025-10-01"], "argument --exclude: expected 2 arguments"),
        (["--windows", "7"], "unrecognized arguments: --windows 7"),
    ],
)
def test_wrong_usage_exits_with_2(
    files: Any, capsys: Any, options: list[str], message: str
):
    with pytest.raises(SystemExit) as caught:
        main(["test", *files(), *options])
    assert caught.value.code == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["forecast"], "invalid choice: 'forecast'"),
        ([], "the following arguments are required: COMMAND"),
        (["test"], "the following arguments are required: --tests, --calendar"),
    ],
)
def test_an_unknown_or_missing_command_exits_with_2(
    capsys: Any, arguments: list[str], message: str
):
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("command", ["test", "validate"])
def test_a_file_that_is_not_there_is_named(files: Any, capsys: Any, command: str):
    assert main([command, *files(), "--tests", "nowhere/mine.csv"]) == 2
    out, err = capsys.readouterr()
    if command == "test":
        assert err == "timing test: nowhere/mine.csv: No such file or directory\n"
    else:
        assert re.search(r"^nowhere/mine.csv +No such file or directory$", out, re.M)


def test_a_folder_is_no_file(files: Any, capsys: Any, tmp_path: Path):
    assert main(["test", *files(), "--calendar", str(tmp_path)]) == 2
    assert str(tmp_path) in capsys.readouterr().err


# timing validate


def test_validate_counts_the_rows_of_good_files(files: Any, capsys: Any):
    options = files()
    assert main(["validate", *options]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"{options[1]}: 3 rows, no problems",
        f"{options[3]}: 1 rows, no problems",
    ]


def test_validate_lists_every_failure_of_both_files(files: Any, capsys: Any):
    tests = "date\n" + "soon\n" * 7 + "2025-10-28\n"
    calendar = "start,end,zone\n2025-10-29,2025-10-28,Mars\n"
    assert main(["validate", *files(tests, calendar)]) == 2
    out, err = capsys.readouterr()
    assert err == "9 problems\n"
    assert [line.split()[:3] for line in out.splitlines()[1:]] == [
        *(["my_tests.csv", f"{row}", "date"] for row in range(1, 8)),
        ["my_calendar.csv", "1", "zone"],
        ["my_calendar.csv", "1", "end"],
    ]


def test_validate_checks_the_good_file_beside_the_bad_one(files: Any, capsys: Any):
    assert main(["validate", *files(tests="date\nsoon\n")]) == 2
    assert "my_calendar.csv: 1 rows, no problems" in capsys.readouterr().out


def test_validate_goes_on_after_a_file_that_is_not_there(files: Any, capsys: Any):
    assert main(["validate", *files(), "--tests", "nowhere.csv"]) == 2
    assert "my_calendar.csv: 1 rows, no problems" in capsys.readouterr().out


def test_validate_needs_a_file(capsys: Any):
    assert main(["validate"]) == 2
    assert capsys.readouterr().err == (
        "timing validate: nothing to check: give a study file, --tests FILE or "
        "--calendar FILE.\n"
    )


# timing cite, help and version


def test_cite_names_the_package_the_data_and_their_databases(capsys: Any):
    assert main(["cite"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("Software\n")
    assert f"version {__version__} (MIT)" in out
    assert "\nData\n" in out
    assert "CNS North Korea Missile Test Database" in out
    assert "CSIS Beyond Parallel" in out


@pytest.mark.parametrize("command", ["run", "test", "validate", "cite"])
def test_help_ends_with_an_example_that_parses(capsys: Any, command: str):
    with pytest.raises(SystemExit) as caught:
        main([command, "--help"])
    assert caught.value.code == 0
    last = capsys.readouterr().out.rstrip().splitlines()[-1]
    assert last.split()[:2] == ["timing", command]
    assert build_parser().parse_args(last.split()[1:]).name == command


def test_the_main_help_lists_the_commands_with_examples(capsys: Any):
    with pytest.raises(SystemExit) as caught:
        main(["--help"])
    assert caught.value.code == 0
    out = capsys.readouterr().out
    for command in ("run", "test", "validate", "cite"):
        assert f"  timing {command}" in out


def test_version_is_that_of_the_package(capsys: Any):
    with pytest.raises(SystemExit) as caught:
        main(["--version"])
    assert caught.value.code == 0
    assert capsys.readouterr().out == f"{__version__}\n"


def test_an_interrupt_exits_with_130(capsys: Any, monkeypatch: Any):
    def interrupt() -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr("timing.citation.citation", interrupt)
    assert main(["cite"]) == 130
    assert capsys.readouterr().err == "timing cite: interrupted\n"


# Progress of long commands


def test_progress_is_one_line_for_each_tenth(capsys: Any, monkeypatch: Any):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: False)
    monkeypatch.setattr("timing.progress.PATIENCE", -1.0)
    assert list(track(range(40), total=40, label="size", show=True)) == list(range(40))
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [f"  size: {tenth}0%" for tenth in range(1, 11)]


def test_a_short_loop_shows_no_progress(capsys: Any):
    assert list(track("abc", total=3, label="size", show=True)) == ["a", "b", "c"]
    assert capsys.readouterr().err == ""


def test_progress_can_be_silent(capsys: Any):
    assert list(track("abc", total=3, label="size", show=False)) == ["a", "b", "c"]
    assert capsys.readouterr().err == ""


def test_datasets_prints_the_codebook_or_one_table(capsys: Any):
    assert main(["datasets"]) == 0
    assert capsys.readouterr().out.startswith("# Codebook")
    assert main(["datasets", "eras"]) == 0
    assert "era_id (string; required; unique" in capsys.readouterr().out
    assert main(["datasets", "missiles"]) == 2
    assert "`name` is 'missiles'; it must be one of 'weapons" in capsys.readouterr().err


def test_uncertain_dates_may_be_bounded(files: Any, capsys: Any):
    tests = (
        "date,earliest,latest\n2025-10-22,2025-10-22,2025-10-22\n"
        "2025-10-28,2025-10-27,2025-10-29\n2025-11-07,2025-11-07,2025-11-07\n"
    )
    assert main(["test", *files(tests), "--uncertain", "bounds"]) == 0
    out = capsys.readouterr().out
    assert out.count("events of unknown day: 1 (bounds); p from") == 2
    assert "assignments of days tried: all 3" in out


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (["--unit", "episode", "--gap", "6"], "2 events (unit: episode)"),
        (["--null", "gap_shuffle"], "Null: the gaps between event days come in ran"),
        (["--statistic", "precursor_rate", "--strata", "none"], "Precursor rate: 1, "),
    ],
)
def test_test_takes_units_null_models_and_statistics(
    files: Any, capsys: Any, options: list[str], text: str
):
    assert main(["test", *files(), *options]) == 0
    assert text in capsys.readouterr().out


# timing run


@pytest.mark.slow
def test_run_goes_on_where_it_was_stopped(
    capsys: Any, monkeypatch: Any, tmp_path: Path
):
    run_script = run.run_script

    def stop(name: str, job: Any) -> list[Path]:
        if name == "hypotheses":
            raise KeyboardInterrupt
        return run_script(name, job)

    command = ["run", "--output", str(tmp_path), "--scripts", "hypotheses", "describe"]
    monkeypatch.setattr(run, "run_script", stop)
    assert main(command) == 130
    assert capsys.readouterr().err.splitlines() == [
        "[1/2] describe",
        "[2/2] hypotheses",
        f"stopped; what was done is kept in {tmp_path.parent}/.{tmp_path.name}"
        ".unfinished: run it again with --resume to go on",
        "timing run: interrupted",
    ]
    monkeypatch.setattr(run, "run_script", run_script)
    assert main([*command, "--resume"]) == 0
    out, err = capsys.readouterr()
    assert err.startswith("[1/2] describe (kept)\n[2/2] hypotheses\ndone in ")
    assert out == (tmp_path / "primary.txt").read_text(encoding="utf-8")


def test_run_knows_its_scripts(capsys: Any, tmp_path: Path):
    command = ["run", "--output", str(tmp_path / "out"), "--scripts", "hypothesis"]
    assert main(command) == 2
    error = capsys.readouterr().err
    assert error.startswith("timing run: `scripts` is 'hypothesis'; it must be one of")
    assert not (tmp_path / "out").exists()


def test_replicate_needs_a_finished_run(capsys: Any, tmp_path: Path):
    command = ["replicate", str(tmp_path / "new"), "--output", str(tmp_path)]
    assert main(command) == 2
    assert "it holds no finished run" in capsys.readouterr().err


def test_run_needs_a_number_of_processes(capsys: Any, tmp_path: Path):
    assert main(["run", "--output", str(tmp_path / "out"), "--jobs", "0"]) == 2
    assert capsys.readouterr().err == (
        "timing run: `n_jobs` is 0; it must be a number of processes, -1 for all "
        "processors, or None for joblib's context.\n"
    )
    assert not (tmp_path / "out").exists()
