"""Speed of the conditional fits on 50 strata of 365 days, and of statsmodels' own.

Prints a table and writes it to ``analyses/output/benchmarks``. With ``--peer`` also
statsmodels' ConditionalLogit, which takes about a minute on the same data.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from timing.kernels.conditional import maximise, maximise_penalised
from timing.kernels.conditional_logit import conditional_logit, separated
from timing.kernels.conditional_poisson import ConditionalPoisson
from timing.regression.case_crossover import case_crossover
from timing.study.specification import US_LED
from timing.tables import write_table

N_STRATA, N_DAYS, RATE = 50, 365, 0.04
OUTPUT = Path("analyses/output/benchmarks")


def median_seconds(call: Callable[[], object], rounds: int = 5) -> float:
    """Median time of one call, after one to warm up."""
    call()
    seconds = []
    for _ in range(rounds):
        begin = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - begin)
    return statistics.median(seconds)


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peer", action="store_true")
    args = parser.parse_args()
    rng = np.random.default_rng(1)
    stratum = np.repeat(np.arange(N_STRATA), N_DAYS)
    exposed = (rng.random(stratum.size) < 0.1).astype(np.float64)
    case = (rng.random(stratum.size) < RATE * np.exp(0.5 * exposed)).astype(np.int64)
    controls = rng.normal(size=(stratum.size, 5))
    rows: list[tuple[str, float, str]] = []

    def poisson(design: np.ndarray) -> ConditionalPoisson:
        return ConditionalPoisson(counts=case, stratum=stratum, design=design)

    def logit(design: np.ndarray) -> object:
        start = maximise(poisson(design), np.zeros(design.shape[1])).params
        return maximise(conditional_logit(case, stratum, design), start)

    for n_controls, target in ((0, "at most 0.2"), (2, "none"), (5, "none")):
        design = np.column_stack([exposed, controls[:, :n_controls]])
        q, label = design.shape[1], f", {n_controls} controls"
        rows += [
            (
                "conditional Poisson" + label,
                median_seconds(lambda d=design, q=q: maximise(poisson(d), np.zeros(q))),
                target,
            ),
            (
                "conditional logit" + label,
                median_seconds(lambda d=design: logit(d)),
                target,
            ),
            (
                "search for separation" + label,
                median_seconds(lambda d=design: separated(case, stratum, d)),
                "none",
            ),
        ]
    design = np.column_stack([exposed, controls[:, :2]])
    model = conditional_logit(case, stratum, design)
    rows.append(
        (
            "Firth's conditional logit, 2 controls",
            median_seconds(lambda: maximise_penalised(model, np.zeros(3)), 1),
            "none",
        )
    )
    variant = US_LED
    tests, calendar = variant.tests(), variant.calendar()
    rows.append(
        (
            "case_crossover of the primary variant, from tables",
            median_seconds(
                lambda: case_crossover(
                    tests, calendar, period=variant.period, window=variant.window
                )
            ),
            "none",
        )
    )
    if args.peer:
        from statsmodels.discrete.conditional_models import ConditionalLogit

        peer = ConditionalLogit(case, exposed[:, None], groups=stratum)
        begin = time.perf_counter()
        peer.fit(disp=0)
        rows.append(("statsmodels' ConditionalLogit", time.perf_counter() - begin, "-"))
    table = pd.DataFrame(rows, columns=["what", "seconds", "target"])
    table["seconds"] = table["seconds"].map("{:.4f}".format)
    OUTPUT.mkdir(parents=True, exist_ok=True)
    text = write_table(table, "markdown")
    (OUTPUT / "case_crossover_speed.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
