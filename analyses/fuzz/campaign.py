"""The fuzz campaign: generated calls of every reader and public function.

An hour on two cores; blocks that were run before, by target and seed, are read.

    pip install 'event-timing[test]'
    OPENBLAS_NUM_THREADS=1 python analyses/fuzz/campaign.py --jobs 2

The same seed gives the same cases as long as the sources are the same: hypothesis
takes some of its constants from them. Cases of one target alone, and the smallest call
that shows each failure:

    python analyses/fuzz/campaign.py --only scan --cases 500 --smallest
"""

# ruff: noqa: ANN401 - values of any kind are the subject

from __future__ import annotations

import argparse
import json
import math
import re
import resource
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pandas as pd

mpl.use("Agg")

import contract
import targets_files
import targets_joins
import targets_models
import targets_outputs
import targets_tests
from guard import Breach
from hypothesis import HealthCheck, Phase, given, seed, settings

SEED = 20251028
CASES = 102_000
BLOCK = 500
"""Cases that share a seed and a process."""
MEMORY = 8 * 2**30
ROOT = Path(__file__).parents[1]
TARGETS = {
    name: cases
    for module in (
        targets_tests,
        targets_joins,
        targets_models,
        targets_outputs,
        targets_files,
    )
    for name, cases in module.TARGETS.items()
}
SHARES = {
    **dict.fromkeys([*targets_joins.TARGETS, *targets_files.TARGETS], 2.0),
    **dict.fromkeys([*targets_outputs.TARGETS], 0.4),
    "daily_panel": 0.2,
    "hurdle_regression": 0.4,
    "self_exciting": 0.5,
    "processes.fitted": 0.4,
    "size": 0.15,
    "power": 0.1,
    "minimum_detectable_rate_ratio": 0.03,
}
"""Cases of a target beside those of another; the slow ones get fewer."""
_NUMBERS = re.compile(r"0x[0-9a-f]+|-?\d+(\.\d+)?(e[+-]?\d+)?|'[^']*'")


def run_block(target: str, number: int, cases: int) -> dict[str, Any]:
    """Run the cases of one seed.

    Returns
    -------
    dict
        Numbers of calls by how they ended, seconds, and of each kind of failure the
        shortest call that shows it.
    """
    ends: Counter[str] = Counter()
    failures: dict[str, dict[str, Any]] = {}
    began = time.perf_counter()

    def one(call: contract.Call) -> None:
        try:
            ends[contract.obey(call)] += 1
        except Breach as breach:
            ends["failed"] += 1
            kind = _NUMBERS.sub("N", str(breach))[:160]
            found = failures.setdefault(kind, {"cases": 0, "text": "", "call": ""})
            found["cases"] += 1
            if not found["call"] or len(repr(call)) < len(found["call"]):
                found |= {"text": str(breach), "call": repr(call)}

    _generate(target, number, cases, one, phases=[Phase.generate])
    seconds = round(time.perf_counter() - began, 1)
    return {"ends": dict(ends), "failures": failures, "seconds": seconds}


def _generate(target: str, number: int, cases: int, one: Any, *, phases: Any) -> None:
    run = settings(
        max_examples=cases,
        database=None,
        deadline=None,
        phases=phases,
        suppress_health_check=list(HealthCheck),
        print_blob=False,
    )
    seed(number)(run(given(TARGETS[target])(one)))()


def smallest(target: str, number: int, cases: int, kind: str) -> str:
    """Return the smallest call found that fails in this way."""
    last = [""]

    def one(call: contract.Call) -> None:
        try:
            contract.obey(call)
        except Breach as breach:
            if _NUMBERS.sub("N", str(breach))[:160] == kind:
                last[0] = f"{call!r}\n    {breach}"
                raise

    try:
        _generate(target, number, cases, one, phases=[Phase.generate, Phase.shrink])
    except BaseException as error:
        if not last[0]:
            last[0] = f"{type(error).__name__}: {error}"
    return last[0]


def blocks(chosen: argparse.Namespace) -> Iterator[tuple[str, int, int]]:
    """Yield target, seed and number of cases of each block."""
    shares = {n: SHARES.get(n, 1.0) for n in TARGETS if chosen.only in n}
    each = {
        name: math.ceil(chosen.cases * share / sum(shares.values()))
        for name, share in shares.items()
    }
    for first in range(0, max(each.values()), BLOCK):
        for name, cases in each.items():
            if first < cases:
                yield name, chosen.seed + first // BLOCK, min(BLOCK, cases - first)


def run_apart(target: str, number: int, cases: int) -> dict[str, Any]:
    """Run a block in a process of its own, whose death is a failure like others."""
    done = subprocess.run(
        [sys.executable, __file__, "--block", target, str(number), str(cases)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or [""])[-1]
        text = f"the process ended with {done.returncode}: {last}"
        failure = {"cases": 1, "text": text, "call": ""}
        return {"ends": {"failed": 1}, "failures": {text: failure}, "seconds": 0}
    block: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return block


def run_all(chosen: argparse.Namespace) -> dict[tuple[str, int], dict[str, Any]]:
    """Run the blocks that were not run before; each is stored when it is done."""
    chosen.parts.mkdir(parents=True, exist_ok=True)
    found: dict[tuple[str, int], dict[str, Any]] = {}
    waiting = []
    for name, number, cases in blocks(chosen):
        path = chosen.parts / f"{re.sub('[^a-z_]+', '-', name)}-{number}-{cases}.json"
        if path.exists():
            found[name, number] = json.loads(path.read_text(encoding="utf-8"))
        else:
            waiting.append((name, number, cases, path))
    with ThreadPoolExecutor(chosen.jobs) as pool:
        jobs = {pool.submit(run_apart, *block[:3]): block for block in waiting}
        for done, job in enumerate(as_completed(jobs), start=1):
            name, number, _, path = jobs[job]
            block = found[name, number] = job.result()
            path.write_text(json.dumps(block), encoding="utf-8")
            print(
                f"{done}/{len(waiting)} {name}, seed {number}: {block['ends']}, "
                f"{block['seconds']} s",
                file=sys.stderr,
                flush=True,
            )
    return found


def counts(found: dict[tuple[str, int], dict[str, Any]]) -> pd.DataFrame:
    """One row per target, and one of all."""
    rows: dict[str, Counter[str]] = {}
    for (name, _), block in found.items():
        ends = rows.setdefault(name, Counter())
        ends.update(block["ends"])
        ends["cases"] += sum(block["ends"].values())
    table = pd.DataFrame(
        [
            {
                "target": name,
                "cases": rows[name]["cases"],
                "accepted": rows[name]["accepted"],
                "documented errors": rows[name]["documented"],
                "failures": rows[name]["failed"],
            }
            for name in TARGETS
            if name in rows
        ]
    )
    total = table.sum(numeric_only=True).to_dict() | {"target": "all"}
    return pd.concat([table, pd.DataFrame([total])], ignore_index=True)


def report(table: pd.DataFrame, chosen: argparse.Namespace) -> None:
    """Write the counts by target."""
    command = (
        f"python analyses/fuzz/campaign.py --cases {chosen.cases} --seed {chosen.seed}"
    )
    head = f"# {command}"
    text = f"{head}\n{table.to_csv(index=False, lineterminator=chr(10))}"
    (chosen.results / "fuzz.csv").write_text(text, encoding="utf-8", newline="\n")
    lines = [
        f"Calls by target and how they ended (`{command}`; each call is made twice):",
        "",
        f"| {' | '.join(table.columns)} |",
        f"|{'---|' * len(table.columns)}",
        *(
            f"| {' | '.join(f'{v:,}' if isinstance(v, int) else v for v in row)} |"
            for row in table.itertuples(index=False)
        ),
    ]
    path = chosen.results / "fuzz.md"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


def main() -> None:
    """Run the campaign; exit with 1 if the contract was broken."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=CASES)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--only", default="", help="part of the names of targets")
    parser.add_argument("--smallest", action="store_true")
    parser.add_argument("--block", nargs=3, help=argparse.SUPPRESS)
    parser.add_argument("--parts", type=Path, default=ROOT / "output" / "fuzz")
    parser.add_argument("--results", type=Path, default=ROOT / "results")
    chosen = parser.parse_args()
    if chosen.block:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        name, number, cases = chosen.block
        print(json.dumps(run_block(name, int(number), int(cases))))
        return
    found = run_all(chosen)
    table = counts(found)
    print(table.to_string(index=False))
    if not chosen.only:
        report(table, chosen)
    kinds: dict[tuple[str, str], tuple[int, dict[str, Any]]] = {}
    for (name, number), block in found.items():
        for kind, failure in block["failures"].items():
            kinds.setdefault((name, kind), (number, failure))
    for (name, kind), (number, failure) in kinds.items():
        print(f"\n{name}, seed {number}: {failure['text']}\n    {failure['call']}")
        if chosen.smallest:
            print(f"  smallest:\n    {smallest(name, number, BLOCK, kind)}")
    raise SystemExit(bool(kinds))


if __name__ == "__main__":
    main()
