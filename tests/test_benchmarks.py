"""The benchmarks: one question to all, who is missing, who is cut short or left out."""

from __future__ import annotations

import importlib
import shutil
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from timing.errors import TimingWarning

SCRIPTS = Path(__file__).parents[1] / "analyses" / "benchmarks"


@pytest.fixture
def script(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "1")
    monkeypatch.syspath_prepend(SCRIPTS)
    return importlib.import_module


@pytest.fixture
def peers(script):
    return script("peers")


@pytest.fixture
def growth(script):
    return script("growth")


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


def test_every_peer_grows_beside_our_line_under_its_null(growth):
    for panel in growth.PANELS:
        for name in panel.lines:
            same = growth.LINES[name].same
            assert (growth.LINES[name].peer is None) == (not same)
            assert not same or same in panel.lines
    with_peers = {
        panel.what
        for panel in growth.PANELS
        if any(growth.LINES[name].peer for name in panel.lines)
    }
    assert with_peers == {"days", "launches", "intervals", "draws"}


@pytest.mark.parametrize(
    ("draws", "once", "expected"),
    [
        (999, 0.4, 999),
        (999, 0.6, 99),
        (999, 60.0, 99),
        (100_000, 0.016, 10_000),
        (100_000, 0.6, 100),
        (100, 60.0, 100),
    ],
)
def test_a_slow_peer_gets_a_tenth_of_the_draws_until_it_has_time(
    growth, draws, once, expected
):
    assert growth.affordable(draws, once) == expected


def test_sizes_after_one_too_slow_are_left_out(growth, monkeypatch):
    panel = next(panel for panel in growth.PANELS if panel.what == "launches")
    took = iter([0.1, 7.0])
    asked = []

    def point(line, size, draws, *, quick):
        asked.append((size.launches, draws))
        return {"seconds": 1.0}

    monkeypatch.setattr(growth, "seconds", lambda call: next(took))
    monkeypatch.setattr(growth, "measure_point", point)
    rows = growth.measure_line(
        panel, "scipy: permutation_test, shuffled days", panel.sizes, quick=False
    )
    assert asked == [(10, 999), (100, 99)]
    assert [row.get("seconds") for row in rows] == [1.0, 1.0, None, None]
    assert rows[2]["note"] == "left out: 99 draws of the size before took 7.0 s"
    assert rows[3]["value"] == 10_000


def test_fewer_draws_are_scaled_to_those_of_the_size(growth, script, monkeypatch):
    times = np.array([[0.5, 0.25, 0.125]])
    alone = script("measure").Peak(mib=3.0, traced_mib=np.nan, seconds=0.5)
    monkeypatch.setattr(growth, "peak", lambda *arguments: alone)
    monkeypatch.setattr(growth, "alternate", lambda calls, rounds: times)
    size = growth.Size(days=1_000, launches=50, intervals=10, draws=1_000)
    name = "scipy: permutation_test, shuffled days"
    row = growth.measure_point(name, size, 100, quick=True)
    assert (row["seconds"], row["times raw FFT pair"], row["times timing"]) == (
        5.0,
        20.0,
        40.0,
    )
    assert (row["raw FFT pair"], row["peak MiB"]) == (0.25, 3.0)
    assert row["note"] == "scaled to 1,000 draws"


@pytest.mark.slow
def test_one_quick_command_writes_all_and_the_figure_keeps_its_bytes(script, tmp_path):
    command = [sys.executable, SCRIPTS / "run_all.py", "--quick", "--output", tmp_path]
    ran = subprocess.run(command, check=True, capture_output=True, text=True)
    assert not ran.stderr
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {
        f"benchmark_{name}"
        for name in (
            "peers.csv", "peers.md", "growth.csv", "growth.md", "growth.svg",
            "growth.alt.txt",
        )
    }  # fmt: skip
    plan = script("growth_plan")
    table = pd.read_csv(tmp_path / "benchmark_growth.csv").set_index(
        ["growing", "what"]
    )
    assert list(table.index) == [
        (panel.what, name) for panel in plan.PANELS for name in panel.lines
    ]
    there = [
        line.peer is None or line.peer.imports
        for line in map(plan.LINES.get, table.index.get_level_values("what"))
    ]
    assert (table["seconds"].notna() == there).all()
    assert (table["note"].eq("not installed") != there).all()
    assert (table.loc[there, "peak MiB"] >= 0).all()
    figure = tmp_path / "benchmark_growth.svg"
    before = figure.read_bytes()
    script("growth_figure").draw(tmp_path)
    assert figure.read_bytes() == before


# Scale


@pytest.fixture
def scale(script):
    return script("scale")


def test_a_call_has_its_seconds_and_its_memory(scale, script):
    plan = script("scale_plan")
    size = plan.Size(events=1_000, intervals=50, form="ids and zones")
    row = scale.measure("required", plan.WHOLE, size)
    assert row["note"] == ""
    assert 0 < row["processor seconds"] < 60
    assert 50 < row["peak MiB"] < 2_000


def test_what_is_refused_has_its_message_and_what_is_too_long_its_reason(
    scale, script, monkeypatch
):
    plan = script("scale_plan")
    long = plan.Size(events=1_000, intervals=10, years=3_000)
    row = scale.measure("3,000 years", "randomization_test", long)
    assert row["note"].startswith("refused: `strata` cut 1,095,727 days into ")
    assert "seconds" not in row
    name, years = next(iter(plan.TOO_LONG))
    row = scale.measure("3,000 years", name, plan.Size(years=years))
    assert row["note"] == plan.TOO_LONG[name, years]


def test_every_form_of_a_table_holds_the_same_data(script):
    plan = script("scale_plan")
    pvalues = set()
    for form in ("timestamps", "text"):
        data = plan.data_of(plan.Size(events=500, intervals=40, form=form))
        with plan.write_csv(data) as folder:
            read = plan.read_csv(Path(folder), data.period)
        for tables in (data, read):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", TimingWarning)
                results = plan.JOBS[plan.WHOLE](tables)
            found = [part.pvalue for part in results if hasattr(part, "pvalue")]
            pvalues.add(tuple(found))
    assert len(pvalues) == 1
    assert len(pvalues.pop()) == 3


def test_the_required_case_keeps_its_limits(scale, script):
    table = pd.read_csv(script("measure").RESULTS / f"{scale.NAME}.csv", comment="#")
    required = table[table["part"].eq("required")]
    assert required["form"].tolist() == [*scale.FORMS]
    assert (required["seconds"] < scale.SECONDS).all()
    assert (required["peak MiB"] < scale.MIB).all()
    assert {*table["part"]} == {*scale.PARTS}
    assert table["events"].max() == 10**7


def test_the_figure_of_the_scale_is_drawn_from_its_table(scale, script, tmp_path):
    results = script("measure").RESULTS
    shutil.copy(results / f"{scale.NAME}.csv", tmp_path)
    drawn = []
    for _ in range(2):
        scale.draw(tmp_path)
        drawn.append((tmp_path / f"{scale.NAME}.svg").read_bytes())
    assert drawn[0] == drawn[1]
    told, kept = (
        (folder / f"{scale.NAME}.alt.txt").read_text(encoding="utf-8")
        for folder in (tmp_path, results)
    )
    assert told == kept
