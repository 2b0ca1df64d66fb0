"""Size: how often every test rejects a true null, setting by setting.

All tests of the package (`methods.py`) see the same simulated data sets, in which
launches and calendar ignore each other (`settings.py`). Finished replicates are kept in
`analyses/output/validity`: a run that was stopped goes on, and more replicates add to
those there. The table goes to `analyses/results/validity_size.csv`.

    python analyses/validity/size.py --replicates 2000 --jobs 2
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from methods import Data, answers
from runs import arguments, rejected, run, share, write
from settings import settings

from timing.scenario import Record, Scenario

LEVELS = (0.01, 0.05, 0.1)
"""The last is 1 less the coverage of 90 % intervals at a rate ratio of 1."""


def put(
    record: Record, scenario: Scenario, rate_ratio: float, rng: np.random.Generator
) -> Mapping[str, float]:
    """P-value of every method."""
    del rate_ratio
    found = answers(Data(record, scenario, rng))
    return {name: answer.pvalue for name, answer in found.items()}


def rows_of(setting: str, p: pd.DataFrame) -> list[dict[str, object]]:
    """One row for each method with any p-value: rejections, and failures among them."""
    rows = []
    for name in p.columns[p.notna().any()]:
        row: dict[str, object] = {
            "setting": setting,
            "group": settings()[setting].group,
            "method": name,
            "replicates": len(p),
            "failed": int(p[name].isna().sum()),
        }
        for level in LEVELS:
            row[f"size_{level:g}"], row[f"se_{level:g}"] = share(
                rejected(p[name], level)
            )
        rows.append(row)
    return rows


def main() -> None:
    """Run all settings and write the table."""
    chosen = arguments(__doc__, 2000)
    rows = []
    for setting in chosen.settings:
        rows += rows_of(setting, run("size", put, setting, chosen))
    write(
        pd.DataFrame(rows),
        chosen.results / "validity_size.csv",
        f"python analyses/validity/size.py --replicates {chosen.replicates}",
    )


if __name__ == "__main__":
    main()
