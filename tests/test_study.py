"""The main job on the real tables: files, reproducibility, manifest."""

from __future__ import annotations

import dataclasses
import hashlib
import json

import numpy as np
import pandas as pd
import pytest

import timing
from timing.simulation import self_exciting_days
from timing.study import PRIMARY, run_step

SMALL = dataclasses.replace(PRIMARY, n_replicates=5, variants=PRIMARY.variants[:2])


@pytest.fixture(scope="module")
def output(tmp_path_factory):
    folder = tmp_path_factory.mktemp("study")
    timing.run_study(SMALL, folder, progress=False)
    return folder


@pytest.mark.slow
def test_every_table_and_figure_is_written_in_every_format(output):
    for table in (
        "tests_by_year", "tests_by_class", "calendar_by_category", "data_decisions",
        "nearest_summit", "motivating_case", "results_by_method", "results_by_variant",
        "lag_profile", "regression", "size", "timescale", "scan_smallest",
        "models", "joint_model", "joint_overlap",
    ):  # fmt: skip
        for suffix in ("csv", "md", "tex"):
            assert (output / f"{table}.{suffix}").stat().st_size > 20
    for figure in (
        "timeline", "data_decisions", "null_score_shift", "null_month_shift",
        "superposed_epochs", "timescale", "window_heatmap", "specification_curve",
        "event_study",
    ):  # fmt: skip
        for suffix in ("pdf", "png", "svg", "alt.txt"):
            assert (output / f"{figure}.{suffix}").stat().st_size > 20


@pytest.mark.slow
def test_the_manifest_names_data_versions_seed_seconds_and_files(output):
    manifest = json.loads((output / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["seed"] == SMALL.seed
    assert manifest["study_sha256"] == SMALL.sha256 != PRIMARY.sha256
    assert set(manifest["seconds"]) == {
        "describe", "join", "permutation", "regression", "models", "timescale",
        "scan", "size", "figures",
    }  # fmt: skip
    for name, expected in manifest["data_sha256"].items():
        content = (timing.datasets.data_folder() / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == expected
    for name, expected in manifest["files_sha256"].items():
        content = (output / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == expected


@pytest.mark.slow
def test_two_runs_give_the_same_bytes_on_one_core_and_on_two(output, tmp_path):
    timing.run_study(SMALL, tmp_path, n_jobs=2, progress=False)
    first = json.loads((output / "manifest.json").read_text(encoding="utf-8"))
    second = json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))
    assert second["files_sha256"] == first["files_sha256"]


@pytest.mark.slow
def test_the_waterfall_ends_in_the_launches_of_the_primary_result(output):
    steps = pd.read_csv(output / "data_decisions.csv")
    primary = json.loads((output / "primary.json").read_text(encoding="utf-8"))
    assert steps["rows left"].is_monotonic_decreasing
    assert steps["rows left"].iloc[-1] == primary["n_launches"]


@pytest.mark.slow
def test_the_motivating_case_is_in_the_tables(output):
    case = pd.read_csv(output / "motivating_case.csv")
    found = set(case["id"])
    assert {
        "T20251022-01",
        "T20251028-01",
        "20251029-rok_us_summit-1",
        "20251029-us_president_visit_rok-1",
        "20251031-apec-1",
        "20251026-dprk_russia_ministerial-1",
    } <= found


def test_an_unknown_step_is_refused(tmp_path):
    with pytest.raises(timing.errors.ArgumentError, match="`name` is 'plot'"):
        run_step("plot", output=tmp_path)


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
