"""The main job on the real tables: files, reproducibility, manifest, resumption."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import timing
from timing.processes import Given, SelfExciting
from timing.replication import PER_CHUNK
from timing.simulation import self_exciting_days
from timing.study import SCRIPTS, primary_study, run
from timing.study.size import backgrounds, drawn_p_values, summit_density
from timing.study.testing import grid_of

PRIMARY = primary_study()
SMALL = dataclasses.replace(
    PRIMARY,
    n_replicates=30,
    n_random_calendars=19,
    variants=PRIMARY.variants[:2],
    scan_days=(0, 7),
)
TWO = ("describe", "size")
"""Scripts that take a second."""


@pytest.fixture(scope="module")
def output(tmp_path_factory):
    folder = tmp_path_factory.mktemp("study")
    timing.run_study(SMALL, folder, progress=False)
    return folder


def listed(folder, name):
    return json.loads((folder / name).read_text(encoding="utf-8"))


def entries(folder):
    for script in SCRIPTS:
        yield from listed(folder, f"{script}.contents.json")["entries"]


@pytest.mark.slow
def test_every_table_and_figure_is_written_in_every_format(output):
    suffixes = {
        "table": ("csv", "md", "tex", "html", "docx"),
        "figure": ("pdf", "png", "svg", "alt.txt", "data.csv"),
        "text": ("md",),
    }
    kinds = []
    for entry in entries(output):
        kinds.append(entry["kind"])
        for suffix in suffixes[entry["kind"]]:
            assert (output / f"{entry['name']}.{suffix}").stat().st_size > 20
        assert entry["title"]
    assert kinds.count("table") > 25
    assert kinds.count("text") == 1
    assert kinds.count("figure") > 20


@pytest.mark.slow
def test_every_output_says_what_study_and_data_it_comes_from(output):
    short = SMALL.sha256[:12]
    suffixes = {
        "table": ("md", "tex", "html"),
        "figure": ("alt.txt", "svg"),
        "text": ("md",),
    }
    for entry in entries(output):
        for suffix in suffixes[entry["kind"]]:
            text = (output / f"{entry['name']}.{suffix}").read_text(encoding="utf-8")
            assert short in text.replace("&#x27;", "'"), (entry["name"], suffix)
    for name in ("primary.txt", "scan.txt", "report.html", "gyeongju.md"):
        assert short in (output / name).read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_report_needs_no_network_and_holds_everything(output):
    report = (output / "report.html").read_text(encoding="utf-8")
    for name in re.findall(r'(?:src|href)="([^"]{0,40})', report):
        assert name.startswith("data:image/svg+xml;base64,"), name
    for entry in entries(output):
        assert entry["title"].split("'")[0] in report.replace("&#x27;", "'")
    assert "{" not in re.sub(
        r"<style>.*?</style>|<pre>.*?</pre>", "", report, flags=re.S
    )


@pytest.mark.slow
def test_the_numbers_for_text_are_commands_of_latex(output):
    numbers = listed(output, "numbers.json")
    lines = (output / "numbers.tex").read_text(encoding="utf-8").splitlines()
    assert len(lines) == len(numbers) > 50
    for line in lines:
        assert re.fullmatch(r"\\newcommand\{\\[A-Za-z]+\}\{.+\}", line), line
    primary = listed(output, "hypotheses.json")["attention"]
    assert numbers["attentionLaunches"] == f"{primary['count']:.0f}"


@pytest.mark.slow
def test_the_readme_quotes_the_results(output):
    readme = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    readme, n = " ".join(readme.split()), listed(output, "numbers.json")
    clocks = pd.read_csv(output / "clocks.csv").set_index(["group", "selection"])
    scales = pd.read_csv(output / "timescale.csv").set_index("the null holds fixed")
    month, quarter, year, whole = (
        f"{scales.loc[scale, 'p']:.3f}"
        for scale in ("month", "quarter", "year", "whole period")
    )
    utc = clocks.loc[("Within a week", "launches by their day in UTC"), "p"]
    for text in (
        f"{n['attentionLaunches']} launch days lie within a week of them, where "
        f"{n['attentionExpected']} would",
        f"(rate ratio {n['attentionRateRatio']} within calendar months, 95% interval "
        f"{n['attentionLow']} to {n['attentionHigh']}, p = {n['attentionP']}, or "
        f"{n['attentionHolm']} adjusted for the four hypotheses; clustering by a "
        f"factor of {n['attentionDetectable']} would",
        f"p is {month} if the null holds months fixed and {quarter} for quarters, "
        f"{year} for years, {whole} for nothing",
        f"the same launches give p = {utc:.3f}",
        f"{n['restraintLaunches']} launch days stand where {n['restraintExpected']} "
        f"are expected ({n['restraintRateRatio']}, {n['restraintLow']} to "
        f"{n['restraintHigh']}, p = {n['restraintP']})",
        f"({n['scheduledRateRatio']}, p = {n['scheduledP']}), reactive meetings "
        f"({n['reactiveRateRatio']}, p = {n['reactiveP']})",
        f"Of {n['gyeongjuOthers']} other summits and visits of the kind since 2012, "
        f"{n['gyeongjuSaw']} saw a launch in the week before ({n['gyeongjuBaseRate']},",
        f"{n['anyDateOneDay']} of all days lie within a day of some summit",
    ):
        assert text in readme, text


@pytest.mark.slow
def test_the_manifest_names_data_versions_seed_seconds_and_files(output):
    manifest = listed(output, "manifest.json")
    assert manifest["seed"] == SMALL.seed
    assert manifest["study_sha256"] == SMALL.sha256 != PRIMARY.sha256
    assert tuple(manifest["seconds"]) == SCRIPTS
    for name, expected in manifest["data_sha256"].items():
        content = (timing.datasets.data_folder() / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == expected
    for name, expected in manifest["files_sha256"].items():
        content = (output / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == expected
    written = {path.name for path in output.iterdir()}
    assert written == {*manifest["files_sha256"], "manifest.json"}


@pytest.mark.slow
def test_two_runs_give_the_same_bytes_on_one_core_and_on_two(output, tmp_path):
    timing.run_study(SMALL, tmp_path, n_jobs=2, progress=False)
    first, second = (listed(where, "manifest.json") for where in (output, tmp_path))
    assert second["files_sha256"] == first["files_sha256"]


@pytest.mark.slow
def test_the_waterfall_ends_in_the_launches_of_the_primary_result(output):
    steps = pd.read_csv(output / "data_decisions.csv")
    primary = listed(output, "hypotheses.json")["attention"]
    assert steps["rows left"].is_monotonic_decreasing
    assert steps["rows left"].iloc[-1] == primary["n_launches"]


@pytest.mark.slow
def test_the_motivating_case_is_in_the_tables(output):
    case = pd.read_csv(output / "gyeongju_events.csv")
    found = set(case["id"])
    assert {
        "T20251022-01",
        "T20251028-01",
        "20251029-rok_us_summit-1",
        "20251029-us_president_visit_rok-1",
        "20251031-apec-1",
        "20251026-dprk_russia_ministerial-1",
    } <= found


def test_an_unknown_script_is_refused(tmp_path):
    with pytest.raises(timing.errors.ArgumentError, match="`scripts` is 'plot'"):
        timing.run_study(output=tmp_path, scripts=["plot"])


def test_self_excitation_multiplies_launches_and_clusters_them():
    rng = np.random.default_rng(4)
    base = np.full(200_000, 0.01)
    alone = self_exciting_days(base, branching=0.0, decay_days=10, rng=rng)
    excited = self_exciting_days(base, branching=0.7, decay_days=10, rng=rng)
    # A branching ratio b multiplies the number of launches by 1 / (1 - b); days with
    # several launches count once, so that the ratio stays a little below 3.3.
    assert 2.7 < excited.sum() / alone.sum() < 3.7
    gaps = np.diff(np.flatnonzero(excited))
    assert gaps.std() / gaps.mean() > 1.5


# The size check


def test_the_density_of_summits_is_one_on_average_and_never_falls_to_nothing():
    grid = grid_of(PRIMARY.primary)
    rate = summit_density(grid)
    assert rate.shape == grid.day.shape
    assert rate.mean() == pytest.approx(1.0)
    assert rate.min() >= 0.2
    # By hand, far from the ends: the share of exposed days among the 181 around a day.
    share = [grid.exposed[t - 90 : t + 91].mean() for t in (200, 2500, 4000)]
    of_mean = (rate[[200, 2500, 4000]] - 0.2) / 0.8
    assert of_mean / of_mean[0] == pytest.approx(np.array(share) / share[0])


def test_the_backgrounds_have_the_real_calendar_and_ignore_it():
    grid = grid_of(PRIMARY.primary)
    scenarios = backgrounds(PRIMARY.primary)
    for scenario in scenarios.values():
        records = [scenario.draw(np.random.default_rng(i)) for i in range(40)]
        assert (records[0].exposed == grid.exposed).all()
        drawn = np.array([record.launches.sum() for record in records])
        # Several launches of a day make one launch day.
        error = drawn.std(ddof=1) / np.sqrt(drawn.size)
        assert 0.8 * grid.n_launches < drawn.mean() < grid.n_launches + 3 * error
    shared = scenarios["self-exciting, slow shared cause"].process
    assert isinstance(shared, SelfExciting)
    assert isinstance(shared.rate, Given)


def test_excluded_days_take_no_part_in_the_size_check(tmp_path):
    # Launches of the period with a gap, at a rate for all of its days.
    primary = dataclasses.replace(
        PRIMARY.primary, exclude=(("2018-01-01", "2018-12-31"),)
    )
    study = dataclasses.replace(SMALL, hypotheses=(primary,))
    timing.run_study(study, tmp_path, scripts=["size"], progress=False)
    rates = listed(tmp_path, "size.json")
    shares = pd.DataFrame(rates["rejection_rate"])
    assert shares.shape == (5, 3)
    assert shares.le(1).all(axis=None)


# Stopping and resuming


class Calls:
    """A function that counts its calls, and is interrupted at one of them."""

    def __init__(self, function, stop_at=None):
        self.function = function
        self.stop_at = stop_at
        self.n = 0

    def __call__(self, *args, **options):
        """Count, then call or stop."""
        self.n += 1
        if self.n == self.stop_at:
            raise KeyboardInterrupt
        return self.function(*args, **options)


RUN_SCRIPT = run.run_script


def counted(monkeypatch, script, stop_at=None):
    """Count the runs of a script."""
    calls = Calls(RUN_SCRIPT, stop_at)

    def run_script(name, job):
        return (calls if name == script else RUN_SCRIPT)(name, job)

    monkeypatch.setattr(run, "run_script", run_script)
    return calls


def counted_tests(monkeypatch, stop_at=None):
    """Count the records that are tested in the size check."""
    calls = Calls(drawn_p_values, stop_at)
    monkeypatch.setattr("timing.study.size.drawn_p_values", calls)
    return calls


def hidden(folder):
    """Where an unfinished run works."""
    return folder.with_name(f".{folder.name}.unfinished")


def interrupted(study, folder, **options):
    options = {"progress": False, "scripts": TWO} | options
    with pytest.raises(KeyboardInterrupt):
        timing.run_study(study, folder, **options)


def resumed(study, folder, **options):
    options = {"progress": False, "scripts": TWO} | options
    path = timing.run_study(study, folder, resume=True, **options)
    assert path == folder / "manifest.json"
    return files_of(folder)


def files_of(folder):
    """Every file of a folder, hidden ones too; without the seconds of the manifest."""
    assert not hidden(folder).exists()
    found = {path.name: path.read_bytes() for path in folder.iterdir()}
    manifest = json.loads(found["manifest.json"])
    del manifest["seconds"]
    return {**found, "manifest.json": manifest}


@pytest.mark.slow
def test_a_study_that_was_stopped_twice_has_the_same_bytes(
    output, tmp_path, monkeypatch
):
    counted(monkeypatch, "timescale", stop_at=1)
    interrupted(SMALL, tmp_path, scripts=SCRIPTS)
    assert not (tmp_path / "manifest.json").exists()
    hypotheses = counted(monkeypatch, "hypotheses")
    # 30 replicates are two chunks; this is in the second of the second background.
    counted_tests(monkeypatch, stop_at=3 * PER_CHUNK + 5)
    interrupted(SMALL, tmp_path, scripts=SCRIPTS, resume=True)
    last = counted_tests(monkeypatch)
    found = resumed(SMALL, tmp_path, scripts=SCRIPTS)
    assert last.n == 3 * PER_CHUNK
    assert hypotheses.n == 0
    assert found == files_of(output)
    assert tuple(listed(tmp_path, "manifest.json")["seconds"]) == SCRIPTS


@pytest.mark.parametrize("n_jobs", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_the_size_check_goes_on_from_its_chunks(tmp_path, monkeypatch, n_jobs):
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    timing.run_study(SMALL, whole, scripts=TWO, progress=False)
    counted_tests(monkeypatch, stop_at=PER_CHUNK + 1)
    interrupted(SMALL, broken)
    assert not broken.exists()
    chunks = hidden(broken).rglob("chunk-*")
    assert [path.name for path in chunks] == ["chunk-00000.json"]
    counted_tests(monkeypatch)
    assert resumed(SMALL, broken, n_jobs=n_jobs) == files_of(whole)


def test_a_script_whose_file_has_changed_is_run_again(tmp_path, monkeypatch):
    counted_tests(monkeypatch, stop_at=1)
    interrupted(SMALL, tmp_path)
    path = hidden(tmp_path) / "outputs" / "data_decisions.md"
    before, described = path.read_bytes(), counted(monkeypatch, "describe")
    counted_tests(monkeypatch, stop_at=1)
    interrupted(SMALL, tmp_path, resume=True)
    assert described.n == 0
    for change in ("written over", "removed"):
        path.write_text("{}") if change == "written over" else path.unlink()
        described.n = 0
        counted_tests(monkeypatch, stop_at=1)
        interrupted(SMALL, tmp_path, resume=True)
        assert described.n == 1, change
        assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("study", "version", "differs"),
    [
        (dataclasses.replace(SMALL, seed=1), "0.1.0", "study_sha256"),
        (SMALL, "9.9", "versions"),
    ],
)
def test_another_request_starts_afresh_and_says_so(
    tmp_path, monkeypatch, capsys, study, version, differs
):
    monkeypatch.setattr("timing.study.run.__version__", "0.1.0")
    counted_tests(monkeypatch, stop_at=PER_CHUNK + 1)
    interrupted(SMALL, tmp_path)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr("timing.study.run.__version__", version)
    described, counts = counted(monkeypatch, "describe"), counted_tests(monkeypatch)
    resumed(study, tmp_path)
    assert capsys.readouterr().err == (
        f"{tmp_path}: the run that was stopped here answers another request (other "
        f"{differs}); starting afresh.\n"
    )
    assert (described.n, counts.n) == (1, 6 * PER_CHUNK)


def test_other_data_start_afresh(tmp_path, monkeypatch, capsys):
    counted_tests(monkeypatch, stop_at=PER_CHUNK + 1)
    interrupted(SMALL, tmp_path)
    request = hidden(tmp_path) / "request.json"
    stored = json.loads(request.read_text(encoding="utf-8"))
    stored["data_sha256"]["weapons_tests.csv"] = "0" * 64
    request.write_text(json.dumps(stored), encoding="utf-8")
    counts = counted_tests(monkeypatch)
    resumed(SMALL, tmp_path)
    assert "(other data_sha256); starting afresh" in capsys.readouterr().err
    assert counts.n == 6 * PER_CHUNK


def test_without_resume_a_run_starts_afresh(tmp_path, monkeypatch):
    counted_tests(monkeypatch, stop_at=PER_CHUNK + 1)
    interrupted(SMALL, tmp_path)
    described, counts = counted(monkeypatch, "describe"), counted_tests(monkeypatch)
    timing.run_study(SMALL, tmp_path, scripts=TWO, progress=False)
    assert (described.n, counts.n) == (1, 6 * PER_CHUNK)


def test_a_run_that_was_not_stopped_may_be_resumed(tmp_path, capsys):
    first = resumed(SMALL, tmp_path)
    assert resumed(SMALL, tmp_path) == first
    assert capsys.readouterr().err == ""


def test_progress_tells_the_scripts_that_were_kept(tmp_path, monkeypatch, capsys):
    counted_tests(monkeypatch, stop_at=1)
    interrupted(SMALL, tmp_path)
    counted_tests(monkeypatch)
    timing.run_study(SMALL, tmp_path, scripts=TWO, resume=True)
    lines = capsys.readouterr().err.splitlines()
    assert lines[:2] == ["[1/2] describe (kept)", "[2/2] size"]
    assert lines[-1].startswith("done in ")


@pytest.mark.parametrize("n_jobs", [0, True, "2", 1.5])
def test_a_number_of_processes_that_is_none_is_refused(tmp_path, n_jobs):
    with pytest.raises(timing.errors.ArgumentError, match=r"`n_jobs` is .*; it must"):
        timing.run_study(SMALL, tmp_path / "out", n_jobs=n_jobs)
    assert not (tmp_path / "out").exists()
