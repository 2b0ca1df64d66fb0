"""The benchmark of peers: it asks one question of all, and says who is missing."""

from __future__ import annotations

import importlib
from pathlib import Path

import numpy as np
import pytest

SCRIPTS = Path(__file__).parents[1] / "analyses" / "benchmarks"


@pytest.fixture
def peers(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "1")
    monkeypatch.syspath_prepend(SCRIPTS)
    return importlib.import_module("peers")


def test_a_package_that_does_not_import_has_a_row_that_says_so(peers):
    entry = peers.Entry(
        package="no_such_package", what="a test", prepare=peers.scipy_fft, same="none"
    )
    assert not entry.imports
    row = peers.measure_row(entry, "primary")
    assert row["what"] == "no_such_package: a test"
    assert row["seconds"] == "not installed"


def test_the_message_names_the_package_and_the_extra(peers):
    message = peers.missing("elephant")
    assert message.startswith("elephant is not installed")
    assert "pip install 'event-timing[peers]'" in message


def test_every_row_is_compared_with_one_of_ours(peers):
    assert len(peers.BY_LABEL) == len(peers.ENTRIES)
    for entry in peers.ENTRIES:
        assert peers.BY_LABEL[entry.same].package == "timing"


def test_scipy_and_ours_answer_the_same_question(peers):
    data = peers.problem("primary")
    exact = peers.call_of(peers.SHUFFLE, "primary")()
    draws = 499
    drawn = peers.scipy_shuffle(data, draws)()
    error = np.sqrt(exact * (1 - exact) / draws)
    assert abs(drawn - exact) < 4 * error + 1 / draws


def test_arrays_and_tables_give_the_same_p(peers):
    from_arrays = peers.call_of("timing: circular shift, exact, from arrays", "primary")
    from_tables = peers.call_of(peers.WHOLE, "primary")
    assert from_arrays() == pytest.approx(from_tables(), rel=1e-12)


def test_paired_takes_the_ratio_round_by_round(monkeypatch):
    monkeypatch.syspath_prepend(SCRIPTS)
    measure = importlib.import_module("measure")
    times = np.array([[4.0, 1.0], [9.0, 3.0], [2.0, 2.0]])
    monkeypatch.setattr(measure, "alternate", lambda calls, rounds: times)
    assert measure.paired(lambda: None, lambda: None, 3) == (4.0, 2.0, 3.0)


def test_rounded_keeps_significant_digits(monkeypatch):
    monkeypatch.syspath_prepend(SCRIPTS)
    rounded = importlib.import_module("measure").rounded
    written = [rounded(value) for value in (0.00012345, 1.2345, 12345.6, 0, np.nan)]
    assert written == ["0.000123", "1.23", "12,346", "0", ""]
