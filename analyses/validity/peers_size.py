"""Size of other software's tests, on the data sets of `size.py`.

The packages are called where they are installed, or transcribed (`peer_tests.py`).
Those that take tens of milliseconds get a quarter of the replicates. The table goes to
`analyses/results/validity_peers.csv`.

    pip install 'event-timing[peers]'
    OPENBLAS_NUM_THREADS=1 python analyses/validity/peers_size.py --jobs 2
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from functools import partial

import numpy as np
import pandas as pd
import peer_tests
from case import Case
from runs import arguments, run, write
from size import rows_of

from timing.scenario import Record, Scenario

SHARE_OF_SLOW = 4


def put(
    block: str,
    record: Record,
    scenario: Scenario,
    rate_ratio: float,
    rng: np.random.Generator,
) -> Mapping[str, float]:
    """P-value of every peer of a block; NaN on a record that is too small for some."""
    del rate_ratio
    peers = peer_tests.BLOCKS[block]
    case = Case(
        launches=record.launches,
        exposed=record.exposed,
        first=record.first - record.day[0],
        last=record.last - record.day[0],
        before=scenario.window.before,
        after=scenario.window.after,
    )
    if min(case.launches.sum(), case.begun.size) < 2 or case.exposed.all():
        return {peer.name: float("nan") for peer in peers if peer.installed}
    return peer_tests.p_values(case, rng, peers)


def main() -> None:
    """Run all settings and write the table."""
    chosen = arguments(__doc__, 2000)
    for name, installed in peer_tests.available().items():
        if not installed:
            print(f"left out, its package is not installed: {name}")
    fewer = argparse.Namespace(**vars(chosen))
    fewer.replicates = -(-chosen.replicates // SHARE_OF_SLOW)
    rows = []
    for setting in chosen.settings:
        for block, asked in (("peers", chosen), ("slow-peers", fewer)):
            p = run(block, partial(put, block), setting, asked)
            kinds = {peer.name: peer for peer in peer_tests.BLOCKS[block]}
            for row in rows_of(setting, p):
                peer = kinds[str(row["method"])]
                rows.append({**row, "package": peer.package, "tail": peer.tail})
    write(
        pd.DataFrame(rows),
        chosen.results / "validity_peers.csv",
        f"python analyses/validity/peers_size.py --replicates {chosen.replicates}",
    )


if __name__ == "__main__":
    main()
