"""Run parts of the work on a cluster that loses a worker, and after a stop.

A piece of the validity study, a scan and a small study run three times: alone; on a
local dask cluster of two workers, one of which is killed in the middle; and begun
alone, stopped by an interrupt, and finished on the cluster. Every stored number and
file must be the same; the exit status is 1 if any differs. It takes about three
minutes.

    pip install 'event-timing[dist]' && python analyses/cluster.py
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

# As the workers have it: threads of their own would only be in each other's way.
os.environ["OPENBLAS_NUM_THREADS"] = "1"

import joblib
from two_workers import two_workers

import timing
from timing.replication import PER_CHUNK
from timing.study import primary_study, run_study
from timing.whole import write_whole

# These scripts are no package; the workers of a local cluster take over the path.
sys.path.insert(0, str(Path(__file__).parent / "validity"))
import size as validity_size
from runs import run

if TYPE_CHECKING:
    from dask.distributed import Client

INTERRUPTED = 130
"""Exit status after an interrupt."""
SETTING = "self-exciting"
REPLICATES = 60
STUDY = dataclasses.replace(primary_study(), n_replicates=200)
SCRIPTS = ("describe", "timescale", "size")


def validity(folder: Path, n_jobs: int | None) -> None:
    """Run one setting of the validity study, or go on with it."""
    chosen = argparse.Namespace(replicates=REPLICATES, jobs=n_jobs, parts=folder)
    run("size", validity_size.put, SETTING, chosen)


def scan(folder: Path, n_jobs: int | None) -> None:
    """Scan windows, categories and weapons, or go on with it."""
    found = timing.scan(
        timing.load_tests(),
        timing.load_calendar(),
        period=timing.StudyPeriod("1984-01-01", "2026-10-31"),
        windows=[timing.Window(a, b) for a in range(4) for b in range(4)],
        by=("category", "weapon"),
        n_jobs=n_jobs,
        progress=False,
        folder=folder,
    )
    write_whole(folder / "scan.json", json.dumps(found.to_dict()))


def study(folder: Path, n_jobs: int | None) -> None:
    """Run some scripts of a small study, or go on with it."""
    # Its chunks are kept beside the output.
    output = folder / "output"
    run_study(
        STUDY, output, scripts=SCRIPTS, n_jobs=n_jobs, progress=False, resume=True
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """Something to run, in chunks, and after how many of them it is disturbed."""

    title: str
    run: Callable[[Path, int | None], None]
    n_chunks: int
    after: int


WORKS = {
    "validity": Work(
        title=f"validity study, setting {SETTING!r}, {REPLICATES} replicates",
        run=validity,
        n_chunks=REPLICATES // PER_CHUNK,
        after=1,
    ),
    "scan": Work(
        title="scan of 16 windows by category and weapon, 1984 to 2026",
        run=scan,
        n_chunks=16,
        after=3,
    ),
    "study": Work(
        title=f"study, {STUDY.n_replicates} replicates of three backgrounds",
        run=study,
        n_chunks=3 * STUDY.n_replicates // PER_CHUNK,
        after=10,
    ),
}


@dataclass(frozen=True, slots=True)
class Seen:
    """When each chunk was last written, and how many there were at the disturbance."""

    written: dict[Path, int] = field(default_factory=dict)
    at: list[int] = field(default_factory=list)


@contextmanager
def watch(
    folder: Path, after: int = 0, act: Callable[[], bool] | None = None
) -> Iterator[Seen]:
    """Look at the chunks as they are stored; when there are enough, act once."""
    seen, over = Seen(), threading.Event()

    def look() -> None:
        while not over.wait(0.005):
            # A study that is complete removes its chunks.
            with suppress(FileNotFoundError):
                for path in folder.rglob("chunk-*.json"):
                    seen.written[path] = path.stat().st_mtime_ns
            if act is None or seen.at or len(seen.written) < after:
                continue
            if act():
                seen.at.append(len(seen.written))

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join()


def contents(folder: Path) -> dict[str, bytes]:
    """Read every file below a folder, but for the seconds that a run took."""
    found = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        content = path.read_bytes()
        if path.name == "manifest.json":
            manifest = json.loads(content)
            del manifest["seconds"]
            content = json.dumps(manifest).encode()
        found[str(path.relative_to(folder))] = content
    return found


def compare(folder: Path, expected: dict[str, bytes]) -> bool:
    """Print whether the files of a folder are those expected."""
    found = contents(folder)
    names = sorted(found.keys() | expected.keys())
    differ = [name for name in names if found.get(name) != expected.get(name)]
    verdict = f"NOT THE SAME: {', '.join(differ)}" if differ else "same numbers"
    print(f"    {verdict} ({len(names)} files)", flush=True)
    return not differ


def on_cluster(work: Work, folder: Path, client: Client) -> bool:
    """Run on the cluster, and kill a worker once some chunks are stored."""
    before = client.run(os.getpid)
    killed: list[int] = []

    def kill() -> bool:
        busy = [address for address, tasks in client.processing().items() if tasks]
        if busy:
            killed.append(before[busy[0]])
            os.kill(killed[0], signal.SIGKILL)
        return bool(busy)

    begin = time.perf_counter()
    with watch(folder, work.after, kill) as seen, joblib.parallel_config("dask"):
        work.run(folder, None)
    seconds = time.perf_counter() - begin
    if not seen.at:
        print("    NOT KILLED: the run was over before")
        return False
    print(
        f"  on the cluster ({seconds:.0f} s): workers {_listed(before.values())}; "
        f"killed {killed[0]} at work when {seen.at[0]} of {work.n_chunks} chunks were "
        f"stored; workers at the end {_listed(client.run(os.getpid).values())}"
    )
    return True


def _listed(pids: Iterable[int]) -> str:
    return ", ".join(map(str, pids))


def stopped(name: str, folder: Path) -> bool:
    """Begin in a process of its own, interrupt it, and finish on the cluster."""
    work = WORKS[name]
    command = [sys.executable, __file__, "--alone", name, "--folder", str(folder)]

    def interrupt() -> bool:
        process.send_signal(signal.SIGINT)
        return True

    with (
        subprocess.Popen(command) as process,
        watch(folder, work.after, interrupt),
    ):
        status = process.wait()
    with watch(folder) as seen:
        time.sleep(0.1)
        left = dict(seen.written)
        with joblib.parallel_config("dask"):
            work.run(folder, None)
    kept = sum(seen.written[path] == written for path, written in left.items())
    print(
        f"  stopped (exit status {status}) when {len(left)} of {work.n_chunks} chunks "
        f"were stored, and finished on the cluster: {kept} chunks not run again"
    )
    if status != INTERRUPTED or kept != len(left):
        print("    NOT RESUMED")
        return False
    return True


def main() -> int:
    """Run all; 0 if all numbers are the same."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--alone", choices=WORKS, help="run one of them, and no more")
    parser.add_argument("--folder", type=Path, help="where to, with --alone")
    chosen = parser.parse_args()
    if chosen.alone:
        try:
            WORKS[chosen.alone].run(chosen.folder, 1)
        except KeyboardInterrupt:
            return INTERRUPTED
        return 0

    begin = time.perf_counter()
    fine = True
    with tempfile.TemporaryDirectory() as scratch, two_workers() as client:
        for name, work in WORKS.items():
            print(work.title, flush=True)
            alone, shared, broken = (
                Path(scratch) / name / run for run in ("alone", "shared", "broken")
            )
            start = time.perf_counter()
            work.run(alone, 1)
            print(f"  alone ({time.perf_counter() - start:.0f} s)", flush=True)
            expected = contents(alone)
            fine &= on_cluster(work, shared, client) and compare(shared, expected)
            fine &= stopped(name, broken) and compare(broken, expected)
    print(f"done in {time.perf_counter() - begin:.0f} s")
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
