"""Check how often each test rejects a true null on launches like the real ones."""

from functools import partial

import numpy as np
import pandas as pd

from timing.replication import replicate
from timing.study import Run, run_alone
from timing.study.size import backgrounds, drawn_p_values

LEVEL = 0.05


def main(run: Run) -> None:
    """Simulate launches that ignore the calendar, and count rejections at 5 %."""
    n, rejected = run.study.n_replicates, {}
    for name, scenario in backgrounds(run.study.primary).items():
        p = replicate(
            partial(drawn_p_values, scenario),
            n,
            rng=run.study.seed,
            n_jobs=run.n_jobs,
            progress=run.progress,
            label=f"size: {name}",
            folder=None if run.parts is None else run.parts / name.replace(" ", "-"),
            request={"background": scenario.in_words()},
        )
        rejected[name] = p.le(LEVEL).sum() / p.notna().sum()
    table = pd.DataFrame(rejected).rename_axis("test").reset_index()
    shown = table.copy()
    for name in rejected:
        shown[name] = [f"{share:.3f}" for share in table[name]]
    error = float(np.sqrt(LEVEL * (1 - LEVEL) / n))
    run.table(
        "size",
        shown,
        title=f"Share of true nulls that each test rejects at {LEVEL:.0%}",
        note=f"{n:,} simulated records for each column, on the calendar of the primary "
        f"hypothesis; Monte Carlo standard error {error:.3f}. The validity study has "
        "seventeen processes.",
    )
    run.json(
        "size",
        {
            "level": LEVEL,
            "replicates": n,
            "standard_error_at_level": error,
            "rejection_rate": table.set_index("test").to_dict(),
        },
    )


if __name__ == "__main__":
    run_alone(main)
