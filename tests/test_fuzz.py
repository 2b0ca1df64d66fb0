"""Hostile input: a seeded slice of the campaign, and that its contract has teeth."""

from __future__ import annotations

import dataclasses
import pickle
import socket
import subprocess
import sys
import time
import warnings
from argparse import Namespace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import timing
from timing.errors import ArgumentError, TimingWarning

FOLDER = Path(__file__).parents[1] / "analyses" / "fuzz"
sys.path.insert(0, str(FOLDER))
import accounting  # noqa: E402
import campaign  # noqa: E402
import contract  # noqa: E402
import guard  # noqa: E402
import rules  # noqa: E402
from contract import Call, UsersOwn  # noqa: E402
from guard import Breach  # noqa: E402

sys.path.remove(str(FOLDER))

CASES = 8
"""Of each target; the campaign has thousands."""
TESTS = ["2018-03-01", "2018-03-04", "2018-07-20"]
CALENDAR = ["2018-03-03", "2018-10-05"]
OPTIONS: dict[str, Any] = {
    "period": timing.StudyPeriod("2018-01-01", "2018-12-31"),
    "window": timing.Window(3, 3),
}


@pytest.mark.parametrize("target", campaign.TARGETS)
def test_hostile_input_gets_an_answer_or_a_documented_error(target: str):
    block = campaign.run_block(target, campaign.SEED, CASES)
    assert block["failures"] == {}
    assert sum(block["ends"].values()) > 0


def test_every_public_function_is_a_target():
    named = " ".join(campaign.TARGETS)
    elsewhere = {
        "BlockShuffle": "null models", "CircularShift": "null models",
        "GapShuffle": "permutation_test", "IntervalJitter": "null models",
        "LocalShift": "null models", "SelfExciting": "null models",
        "Uniform": "null models", "YearShuffle": "permutation_test",
        "run_study": "the command",
    }  # fmt: skip
    for name in timing.__all__:
        function = callable(getattr(timing, name))
        if function and not name.startswith("load_"):
            assert elsewhere.get(name, name) in named, name
    for name in timing.readers.__all__:
        if name != "MissingExtraError":
            assert name in named


def test_a_seed_gives_the_same_cases():
    one, two = (campaign.run_block("exposure", 5, 20)["ends"] for _ in range(2))
    assert one == two
    assert sum(one.values()) == 20


# The contract


def breach(function: Any, *args: Any, **options: Any) -> str:
    with pytest.raises(Breach) as caught:
        contract.obey(Call(function, args, **options))
    return str(caught.value)


def test_an_answer_and_a_documented_error_are_told_apart():
    assert contract.obey(Call(timing.Window, (1, 2))) == "accepted"
    assert contract.obey(Call(timing.Window, (-1, 2))) == "documented"
    assert contract.obey(Call(timing.Window, (), {"during": 3})) == "documented"


@pytest.mark.parametrize("error", [ValueError, KeyError, ZeroDivisionError, OSError])
def test_other_errors_are_breaches(error: type[Exception]):
    def fails() -> None:
        msg = "so"
        raise error(msg)

    assert breach(fails).startswith(f"{error.__name__} at ")
    assert contract.obey(Call(fails, errors=(error,))) == "documented"


def test_a_type_error_from_within_is_a_breach():
    def fails() -> None:
        len(5)  # type: ignore[arg-type]

    assert breach(fails).startswith("TypeError at test_fuzz.py")


def test_errors_of_the_users_own_functions_may_pass():
    def strata(_: object) -> None:
        raise UsersOwn

    null = timing.CircularShift(strata)
    call = Call(timing.permutation_test, (TESTS, CALENDAR), OPTIONS | {"null": null})
    assert contract.obey(call) == "documented"


def test_an_error_must_say_something():
    def fails() -> None:
        blank = " "
        raise ArgumentError(blank)

    assert breach(fails) == "ArgumentError without a text"


def test_warnings_of_libraries_are_breaches():
    def warns(category: type[Warning]) -> None:
        warnings.warn("so", category, stacklevel=1)

    assert "RuntimeWarning" in breach(warns, RuntimeWarning)
    assert contract.obey(Call(warns, (TimingWarning,))) == "accepted"


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ([1], lambda table: table.append(2)),
        (pd.DataFrame({"a": [1]}), lambda table: table.insert(1, "b", 2)),
        (pd.DataFrame({"a": [1]}), lambda table: table.__setitem__("a", 1.0)),
        (pd.Series([1], name="a"), lambda table: setattr(table, "name", "b")),
        (np.zeros(2), lambda table: table.fill(1)),
        ({"a": [1]}, lambda table: table["a"].clear()),
    ],
)
def test_a_changed_argument_is_a_breach(table: Any, change: Any):
    assert breach(change, table) == "an argument was changed"


def test_the_global_random_state_is_watched():
    state = np.random.get_state()  # noqa: NPY002
    try:
        text = breach(lambda: np.random.random())  # noqa: NPY002
    finally:
        np.random.set_state(state)  # noqa: NPY002
    assert text == "the global random state was changed"


def test_a_second_call_must_give_the_same():
    numbers = iter(range(9))
    assert breach(lambda: next(numbers)).startswith("a second call differs: ")


def test_a_generator_is_used_from_its_beginning_in_both_calls():
    call = Call(lambda rng: rng.random(), (np.random.default_rng(1),))
    assert contract.obey(call) == "accepted"


@pytest.mark.parametrize(
    ("does", "text"),
    [
        (lambda: socket.create_connection(("127.0.0.1", 9)), "socket."),
        (lambda: subprocess.run(["true"], check=False), "subprocess.Popen"),
        (lambda: pickle.loads(pickle.dumps(timing.Window)), "pickle.find_class"),
        (lambda: eval("1 + 1"), "compiles text"),
    ],
    ids=["network", "process", "pickle", "eval"],
)
def test_what_no_call_may_do(does: Any, text: str):
    assert text in breach(does)


def test_files_are_written_inside_the_folder_only(tmp_path: Path):
    inside = tmp_path / "inside"
    inside.mkdir()

    def write(path: Path) -> None:
        path.write_text("a", encoding="utf-8")

    assert "open of" in breach(write, tmp_path / "a.txt")
    assert "open of" in breach(write, tmp_path / "a.txt", folder=inside)
    assert "open of" in breach(write, inside / ".." / "a.txt", folder=inside)
    assert "os.mkdir of" in breach(Path.mkdir, tmp_path / "b", folder=inside)
    assert contract.obey(Call(write, (inside / "a.txt",), folder=inside)) == "accepted"
    assert [path.name for path in tmp_path.rglob("*")] == ["inside", "a.txt"]


def test_a_call_must_end(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(guard, "SECONDS", 0.2)

    def waits() -> None:
        stop = time.process_time() + 5
        while time.process_time() < stop:
            pass

    assert breach(waits) == "more than 0.2 seconds"


# Results


@pytest.fixture(scope="module")
def result() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TimingWarning)
        return timing.permutation_test(TESTS, CALENDAR, **OPTIONS)


@pytest.mark.parametrize("pvalue", [0.0, -0.1, 1.5, float("nan")])
def test_a_p_value_lies_above_0_and_up_to_1(result: Any, pvalue: float):
    rules.check_result(result)
    with pytest.raises(Breach, match="pvalue"):
        rules.check_result(dataclasses.replace(result, pvalue=pvalue))
    with pytest.raises(Breach, match="pvalue"):
        rules.check_value(pd.DataFrame({"pvalue": [0.5, pvalue]}))


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"rate_ratio": -1.0}, "rate_ratio is -1"),
        ({"interval": (2.0, 1.0)}, "confidence_interval"),
        ({"interval": (-1.0, 9.0)}, "begins at -1"),
        ({"conditional_rate_ratio": 99.0, "interval": (0.0, 2.0)}, "lies outside"),
        ({"alternative": object()}, "not JSON serializable"),
    ],
)
def test_numbers_of_a_result_have_their_ranges(result: Any, changes: Any, text: str):
    with pytest.raises((Breach, TypeError), match=text):
        rules.check_result(dataclasses.replace(result, **changes))


def test_probabilities_sum_to_1(result: Any):
    null = result.null_distribution
    half = dataclasses.replace(null, probability=null.probability / 2)
    with pytest.raises(Breach, match=r"sum to 0\.(5|49)"):
        rules.check_result(dataclasses.replace(result, null_distribution=half))


def test_html_must_escape_the_users_text(result: Any):
    words = dataclasses.replace(result.specification, null=rules.MARKUP)
    rules.check_result(dataclasses.replace(result, specification=words))

    class Raw:
        title = rules.MARKUP

        def _repr_html_(self) -> str:
            return self.title

        def to_dict(self) -> dict[str, Any]:
            return {}

        def summary(self) -> str:
            return "a"

    with pytest.raises(Breach, match="does not escape"):
        rules.check_value(Raw())


def test_rows_in_are_rows_used_and_rows_reported(result: Any):
    call = Call(timing.permutation_test, (TESTS, CALENDAR), OPTIONS)
    accounting.check_rows(result, call)
    more = dataclasses.replace(call, args=([*TESTS, "2018-03-09"], CALENDAR))
    event = {**OPTIONS, "unit": "event"}
    with pytest.raises(Breach, match="tests: 4 rows in, 0 reported, 3 launches"):
        accounting.check_rows(result, dataclasses.replace(more, kwargs=event))
    more = dataclasses.replace(call, args=(TESTS, [*CALENDAR, "2018-03-09"]))
    with pytest.raises(Breach, match="calendar: 3 rows in, 0 reported, 2 used"):
        accounting.check_rows(result, more)


def test_the_order_of_the_rows_must_not_tell():
    def first(dates: list[str]) -> dict[str, str]:
        return {"first": dates[0]}

    call = Call(first, (TESTS,))
    with pytest.raises(Breach, match="the order of the rows tells: first: "):
        accounting.check_order(first(TESTS), call, tables=1, seed=2)
    call = Call(timing.permutation_test, (TESTS, CALENDAR), OPTIONS)
    accounting.check_order(call.function(*call.args, **OPTIONS), call, tables=2, seed=1)


# The campaign


def test_blocks_are_kept_and_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    chosen = Namespace(
        cases=3, seed=1, only="validate_", jobs=1, parts=tmp_path, results=tmp_path
    )
    found = campaign.run_all(chosen)
    assert {name for name, _ in found} == {"validate_tests", "validate_calendar"}
    monkeypatch.setattr(campaign, "run_apart", lambda *_: pytest.fail("run again"))
    again = campaign.run_all(chosen)
    assert again == found
    table = campaign.counts(again)
    assert table["target"].tolist() == ["validate_tests", "validate_calendar", "all"]
    assert table["cases"].tolist() == [2, 2, 4]
    ends = table[["accepted", "documented errors", "failures"]].sum(axis=1)
    assert ends.tolist() == table["cases"].tolist()
    campaign.report(table, chosen)
    lines = (tmp_path / "fuzz.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "# python analyses/fuzz/campaign.py --cases 3 --seed 1"
    assert lines[1] == "target,cases,accepted,documented errors,failures"
    assert "| all | 4 |" in (tmp_path / "fuzz.md").read_text(encoding="utf-8")


def test_a_process_that_dies_is_a_failure():
    block = campaign.run_apart("no such target", 1, 1)
    assert block["ends"] == {"failed": 1}
    (failure,) = block["failures"].values()
    assert failure["text"].startswith("the process ended with 1: KeyError")


def test_the_smallest_call_that_fails_is_found(monkeypatch: pytest.MonkeyPatch):
    from hypothesis import strategies as st

    def fails(number: int) -> None:
        if number > 6:
            msg = "too large"
            raise ValueError(msg)

    calls = st.integers(0, 1000).map(lambda number: Call(fails, (number,)))
    monkeypatch.setitem(campaign.TARGETS, "a test", calls)
    block = campaign.run_block("a test", 1, 50)
    (kind,) = block["failures"]
    assert "fails(7)" in campaign.smallest("a test", 1, 50, kind)


def test_the_last_campaign_is_whole_and_found_nothing():
    path = FOLDER.parent / "results" / "fuzz.csv"
    table = pd.read_csv(path, comment="#").set_index("target")
    assert [*table.index] == [*campaign.TARGETS, "all"]
    assert table.loc["all", "cases"] >= 100_000
    assert table["failures"].eq(0).all()
    assert table["accepted"].gt(0).all()
    assert table["documented errors"].gt(0).all()
