"""Coverage of every interval, and power against a test that knows the process.

A rate ratio is planted in the windows of the real calendar by exact thinning. An
interval holds the planted ratio if its p-value there is above 1 less its level. Power
is at 5 %, two-sided; that of a test whose size is wrong is no merit. The oracle is the
score test of a rate ratio that knows the rates of the process, its branching ratio and
its delay: no test can be expected to do better. Bins of an event study overlap, so that
its coverage is measured apart (`recovery_sccs.py`). The table goes to
`analyses/results/validity_effects.csv`.

    OPENBLAS_NUM_THREADS=1 python analyses/validity/effects.py --jobs 2
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from methods import Data, answers
from runs import arguments, rejected, run, share, write

from timing.kernels.self_excitation import excitation
from timing.processes import Poisson, SelfExciting
from timing.regression.estimates import normal_p
from timing.scenario import Record, Scenario

SETTINGS = ("independent", "self-exciting", "fitted to the record")
RATIOS = (0.5, 1.5, 2.0, 3.0)
LEVEL = 0.05
LEVELS = (0.9, 0.95)
ORACLE = "oracle"


def oracle(record: Record, scenario: Scenario) -> float:
    """P-value of the score test that knows the process.

    With pi_t the chance of a launch on day t given the days before, the efficient score
    of a ratio on the chances of exposed days is ``sum x (y - pi) / (1 - pi)``, its
    information ``sum x pi / (1 - pi)``.
    """
    process = scenario.process
    path = process.rate.path(record.day, np.random.default_rng(0))
    rate = path * (scenario.n_launches / path.sum())
    if isinstance(process, SelfExciting):
        # Launches before the first day are not known: their mean is.
        earlier = rate[0] * (1 - 1 / process.decay_days) ** np.arange(rate.size)
        felt = excitation(record.launches, process.decay_days) + earlier
        rate = (1 - process.branching) * rate + process.branching * felt
    elif not isinstance(process, Poisson):
        msg = f"no oracle for {process.in_words()}"
        raise TypeError(msg)
    chance = -np.expm1(-rate)
    x = record.exposed > 0
    odds = chance[x] / (1 - chance[x])
    score = ((record.launches[x] - chance[x]) / (1 - chance[x])).sum()
    return normal_p(float(score / np.sqrt(odds.sum())))


def put(
    record: Record, scenario: Scenario, rate_ratio: float, rng: np.random.Generator
) -> Mapping[str, float]:
    """P-values of every method at a rate ratio of 1 and at the planted one."""
    row = {ORACLE: oracle(record, scenario)}
    for name, answer in answers(Data(record, scenario, rng)).items():
        row[name] = answer.pvalue
        if answer.at is not None:
            row[f"{name} at the truth"] = answer.at(rate_ratio)
    return row


def rows_of(setting: str, ratio: float, found: pd.DataFrame) -> list[dict[str, object]]:
    """One row for each method: power, and coverage where it has an interval."""
    rows = []
    for name in (c for c in found.columns if not c.endswith(" at the truth")):
        power, error = share(rejected(found[name], LEVEL))
        row: dict[str, object] = {
            "setting": setting,
            "rate_ratio": ratio,
            "method": name,
            "replicates": len(found),
            "failed": int(found[name].isna().sum()),
            "power": power,
            "se_power": error,
        }
        held = found.get(f"{name} at the truth")
        if held is not None and held.notna().any():
            for level in LEVELS:
                kept = ~rejected(held.dropna(), 1 - level)
                row[f"coverage_{level:g}"], error = share(kept)
            row["se_0.95"] = error
        rows.append(row)
    return rows


def main() -> None:
    """Run all settings and ratios, and write the table."""
    chosen = arguments(__doc__, 1000, SETTINGS)
    rows = []
    for setting in chosen.settings:
        for ratio in RATIOS:
            found = run("effects", put, setting, chosen, rate_ratio=ratio)
            rows += rows_of(setting, ratio, found)
    write(
        pd.DataFrame(rows),
        chosen.results / "validity_effects.csv",
        f"python analyses/validity/effects.py --replicates {chosen.replicates}",
    )


if __name__ == "__main__":
    main()
