"""Replicates of an experiment: shared out, stopped, resumed, the same numbers."""

from __future__ import annotations

import json
from functools import partial

import numpy as np
import pandas as pd
import pytest
from joblib import parallel_config

from timing.errors import ArgumentError
from timing.replication import PER_CHUNK, replicate
from timing.seeds import entropy_of, generator_of


def numbers(rng: np.random.Generator) -> dict[str, float]:
    return {"uniform": rng.random(), "normal": np.float64(rng.standard_normal())}


def not_always(rng: np.random.Generator) -> dict[str, float]:
    return {"p": rng.choice([np.nan, np.inf, 0.1 + 0.2, 1 / 3])}


def fails(rng: np.random.Generator) -> dict[str, float]:
    msg = "no such test"
    raise ZeroDivisionError(msg)


class Counted:
    """An experiment that counts its calls, and may be stopped at one of them."""

    def __init__(self, stop_at: int | None = None) -> None:
        self.calls = 0
        self.stop_at = stop_at

    def __call__(self, rng: np.random.Generator) -> dict[str, float]:
        """Return two numbers, or stop."""
        self.calls += 1
        if self.calls == self.stop_at:
            raise KeyboardInterrupt
        return numbers(rng)


run = partial(replicate, rng=1, progress=False)
same = pd.testing.assert_frame_equal


def test_replicate_i_depends_on_the_seed_and_i_only():
    found = run(numbers, 45)
    assert found.shape == (45, 2)
    expected = [numbers(generator_of(entropy_of(1), i)) for i in range(45)]
    same(found, pd.DataFrame(expected))
    same(run(numbers, 7), found.head(7))
    assert not found["uniform"].duplicated().any()
    assert not run(numbers, 45, rng=2).eq(found).any(axis=None)


def test_a_generator_is_used_once():
    rng = np.random.default_rng(5)
    first, second = (run(numbers, 3, rng=rng) for _ in range(2))
    assert not first.eq(second).any(axis=None)
    same(first, run(numbers, 3, rng=np.random.default_rng(5)))


@pytest.mark.slow
def test_the_numbers_do_not_depend_on_who_works():
    alone = run(numbers, 70)
    same(run(numbers, 70, n_jobs=2), alone)
    for backend in ("loky", "threading"):
        with parallel_config(backend=backend, n_jobs=2):
            same(run(numbers, 70, n_jobs=None), alone)


def test_a_stopped_run_goes_on_where_it_was(tmp_path):
    folder = tmp_path / "deep" / "run"
    stopped = Counted(stop_at=2 * PER_CHUNK + 5)
    with pytest.raises(KeyboardInterrupt):
        run(stopped, 95, folder=folder)
    names = sorted(path.name for path in folder.iterdir())
    assert names == ["chunk-00000.json", "chunk-00001.json", "request.json"]
    again = Counted()
    found = run(again, 95, folder=folder)
    assert again.calls == 3 * PER_CHUNK
    same(found, run(numbers, 95))
    done = Counted()
    same(run(done, 95, folder=folder), found)
    assert done.calls == 0


def test_more_replicates_extend_a_folder_and_fewer_read_it(tmp_path):
    run(numbers, 2 * PER_CHUNK, folder=tmp_path)
    more, fewer = Counted(), Counted()
    same(run(more, 4 * PER_CHUNK, folder=tmp_path), run(numbers, 4 * PER_CHUNK))
    assert more.calls == 2 * PER_CHUNK
    same(run(fewer, 5, folder=tmp_path), run(numbers, 5))
    assert fewer.calls == 0


@pytest.mark.slow
def test_a_folder_begun_by_one_process_is_finished_by_two(tmp_path):
    run(numbers, PER_CHUNK, folder=tmp_path)
    found = run(numbers, 5 * PER_CHUNK, folder=tmp_path, n_jobs=2)
    same(found, run(numbers, 5 * PER_CHUNK))


def test_half_written_files_are_ignored(tmp_path):
    run(numbers, PER_CHUNK, folder=tmp_path)
    (tmp_path / ".1-1.part").write_text('[{"uniform": 0.', encoding="utf-8")
    found = run(numbers, 2 * PER_CHUNK, folder=tmp_path)
    same(found, run(numbers, 2 * PER_CHUNK))
    assert [path.name for path in tmp_path.glob("*.part")] == [".1-1.part"]


def test_the_folder_gives_back_every_number_to_the_last_digit(tmp_path):
    found = run(not_always, 60, folder=tmp_path)
    assert found["p"].isna().any()
    assert np.isinf(found["p"]).any()
    done = run(fails, 60, folder=tmp_path)  # nothing is run
    same(done, found, check_exact=True)


@pytest.mark.parametrize("n_jobs", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_an_error_of_the_experiment_is_raised(n_jobs):
    with pytest.raises(ZeroDivisionError, match="no such test"):
        run(fails, 50, n_jobs=n_jobs)


@pytest.mark.parametrize(
    ("options", "differs"),
    [
        ({"rng": 2, "request": {"test": "a"}}, "entropy"),
        ({"request": {"test": "b"}}, "test"),
        ({"request": {}}, "test"),
        ({"request": {"test": "a", "level": [1, 2]}}, "level"),
    ],
)
def test_the_folder_of_another_request_is_refused(tmp_path, options, differs):
    run(numbers, 3, folder=tmp_path, request={"test": "a"})
    message = (
        rf"`folder` .* holds the replicates of another request \(other {differs}\)"
    )
    with pytest.raises(ArgumentError, match=message):
        run(numbers, 3, folder=tmp_path, **options)


def test_a_request_is_compared_as_json_holds_it(tmp_path):
    request = {"levels": (0.01, 0.05), "options": {1: "a"}}
    first = run(numbers, 3, folder=tmp_path, request=request)
    same(run(fails, 3, folder=tmp_path, request=request), first)
    stored = json.loads((tmp_path / "request.json").read_text(encoding="utf-8"))
    assert stored["levels"] == [0.01, 0.05]
    assert stored["per_chunk"] == PER_CHUNK


@pytest.mark.parametrize("rng", [None, np.random.default_rng(1)])
def test_a_folder_needs_a_seed_that_can_be_repeated(tmp_path, rng):
    with pytest.raises(ArgumentError, match=r"`rng` is a .*; it must be a int"):
        run(numbers, 3, rng=rng, folder=tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("n", [0, 2.5, True])
def test_numbers_of_replicates_that_are_none_are_refused(n):
    with pytest.raises(ArgumentError, match=r"`n_replicates` is .*; it must be a w"):
        run(numbers, n)
