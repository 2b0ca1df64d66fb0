"""On a cluster of two workers: the same numbers, also when one of them is killed."""

from __future__ import annotations

import argparse
import dataclasses
import importlib
import json
import logging
import os
import signal
import threading
from pathlib import Path

import pytest
from joblib import effective_n_jobs, parallel_config

import timing
from timing.replication import PER_CHUNK, replicate
from timing.study import primary_study

ANALYSES = Path(__file__).parents[1] / "analyses"
N_CHUNKS = 6
METHODS = ("score shift, month", "CircularShift('month')", "BlockShuffle(30)")


def put(record, scenario, rate_ratio, rng):
    """P-values of a few quick methods, one of which draws."""
    methods = importlib.import_module("methods")
    data = methods.Data(record, scenario, rng)
    return {name: methods.METHODS[name](data).pvalue for name in METHODS}


@pytest.fixture(scope="module")
def scripts():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ANALYSES)
        # The workers take over the path.
        patch.syspath_prepend(ANALYSES / "validity")
        yield patch


@pytest.fixture(scope="module")
def client(scripts):
    pytest.importorskip("distributed", reason="needs the extra dist (dask.distributed)")
    environment = dict(os.environ)
    # Silent of the worker that is killed.
    cluster = importlib.import_module("two_workers")
    with cluster.two_workers(silence_logs=logging.CRITICAL) as client:
        yield client
    # dask sets the number of threads for its workers here too.
    os.environ.clear()
    os.environ.update(environment)


@pytest.mark.slow
def test_the_validity_study_survives_a_worker_that_is_killed(client, tmp_path):
    runs = importlib.import_module("runs")

    def values(folder, jobs):
        chosen = argparse.Namespace(
            replicates=N_CHUNKS * PER_CHUNK, jobs=jobs, parts=folder
        )
        runs.run("size", put, "self-exciting", chosen)
        return {p.name: p.read_bytes() for p in folder.rglob("*.json")}

    def kill():
        while not over.is_set() and not killed:
            stored = len(list((tmp_path / "shared").rglob("chunk-*.json")))
            tasks = client.processing()
            busy = [address for address in before if tasks.get(address)]
            if 0 < stored < N_CHUNKS and busy:
                os.kill(before[busy[0]], signal.SIGKILL)
                killed.append(before[busy[0]])

    over, killed, before = threading.Event(), [], client.run(os.getpid)
    killer = threading.Thread(target=kill)
    killer.start()
    with parallel_config(backend="dask"):
        shared = values(tmp_path / "shared", None)
    over.set()
    killer.join()
    assert len(before) == 2
    assert len(killed) == 1
    client.wait_for_workers(2)
    assert killed[0] not in client.run(os.getpid).values()
    assert len(shared) == N_CHUNKS + 1
    assert shared == values(tmp_path / "alone", 1)


@pytest.mark.slow
def test_a_study_gives_the_same_files(client, tmp_path):
    study = dataclasses.replace(
        primary_study(), n_replicates=2 * PER_CHUNK, scan_days=(0, 7)
    )
    options = {
        "scripts": ("describe", "timescale", "scan", "size"), "progress": False
    }  # fmt: skip
    with parallel_config(backend="dask"):
        timing.run_study(study, tmp_path / "shared", n_jobs=None, **options)
    timing.run_study(study, tmp_path / "alone", **options)
    shared, alone = (
        json.loads((tmp_path / where / "manifest.json").read_text(encoding="utf-8"))
        for where in ("shared", "alone")
    )
    assert shared["files_sha256"] == alone["files_sha256"]
    assert len(shared["files_sha256"]) > 20


def jobs_of_its_own(rng):
    return {"jobs": effective_n_jobs(None)}


@pytest.mark.parametrize("n_jobs", [1, None])
def test_a_replicate_is_not_shared_out_again(n_jobs):
    with parallel_config(backend="threading", n_jobs=2):
        assert effective_n_jobs(None) == 2
        found = replicate(jobs_of_its_own, 50, rng=1, n_jobs=n_jobs, progress=False)
    assert (found["jobs"] == 1).all()


def test_the_script_finds_a_number_that_differs(scripts, tmp_path, capsys):
    scripts.setenv("OPENBLAS_NUM_THREADS", "1")  # as the script sets it
    cluster = importlib.import_module("cluster")
    for where, seconds, p in (("a", 1.0, 0.1), ("b", 2.0, 0.1), ("c", 1.0, 0.2)):
        folder = tmp_path / where / "parts"
        folder.mkdir(parents=True)
        manifest = {"seconds": {"size": seconds}, "seed": 1}
        (folder.parent / "manifest.json").write_text(json.dumps(manifest))
        (folder / "chunk-00000.json").write_text(f'[{{"p": {p!r}}}]')
    expected = cluster.contents(tmp_path / "a")
    assert cluster.compare(tmp_path / "b", expected)
    assert not cluster.compare(tmp_path / "c", expected)
    assert capsys.readouterr().out.splitlines() == [
        "    same numbers (2 files)",
        "    NOT THE SAME: parts/chunk-00000.json (2 files)",
    ]
