"""Fit count regressions of the primary hypothesis under each set of controls."""

import warnings

import pandas as pd

from timing import count_regression, results_table
from timing.errors import TimingError, TimingWarning
from timing.study import Run, run_alone
from timing.study.testing import data_of

DROPPED = ["method", "on exposed days", "expected", "information left", "naive p"]


def main(run: Run) -> None:
    """Write Poisson and negative binomial models of test events a day, side by side."""
    fits, failed = {}, {}
    with warnings.catch_warnings():
        # What a fit warns of stands in its row.
        warnings.simplefilter("ignore", TimingWarning)
        for controls in run.study.controls:
            for family in ("poisson", "negative-binomial"):
                label = f"{family}: {' + '.join(controls) or 'no controls'}"
                try:
                    fits[label] = count_regression(
                        **data_of(run.study.primary),
                        controls=controls,
                        family=family,
                        unit="event",
                    )
                except TimingError as error:  # too few events for it, say
                    failed[label] = str(error)
    table = results_table(fits).drop(columns=DROPPED)
    table["family"] = [fit.family for fit in fits.values()]
    table["note"] = ["; ".join(fit.warnings) for fit in fits.values()]
    gaps = {table.columns[0]: list(failed), "note": list(failed.values())}
    table = pd.concat([table, pd.DataFrame(gaps)])
    run.table(
        "regression",
        table,
        title="Count regressions of events a day on exposure",
        note="Newey-West errors; comparators, whose errors the validity study finds "
        "too small on events that cluster.",
    )
    run.json("regression", {label: fit.to_dict() for label, fit in fits.items()})


if __name__ == "__main__":
    run_alone(main)
