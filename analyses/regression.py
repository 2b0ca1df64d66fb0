"""Fit count regressions of the primary hypothesis under each set of controls."""

import warnings

from timing import count_regression, results_table
from timing.errors import TimingWarning
from timing.study import Run, run_alone
from timing.study.testing import data_of

DROPPED = ["method", "on exposed days", "expected", "information left", "naive p"]


def main(run: Run) -> None:
    """Write Poisson and negative binomial models of test events a day, side by side."""
    fits = {}
    with warnings.catch_warnings():
        # What a fit warns of stands in its row.
        warnings.simplefilter("ignore", TimingWarning)
        for controls in run.study.controls:
            for family in ("poisson", "negative-binomial"):
                fits[f"{family}: {' + '.join(controls) or 'no controls'}"] = (
                    count_regression(
                        **data_of(run.study.primary),
                        controls=controls,
                        family=family,
                        unit="event",
                    )
                )
    table = results_table(fits).drop(columns=DROPPED)
    table["family"] = [fit.family for fit in fits.values()]
    table["note"] = ["; ".join(fit.warnings) for fit in fits.values()]
    run.table(
        "regression",
        table,
        title="Count regressions of test events a day on exposure",
        note="Newey-West errors; comparators, whose errors the validity study finds "
        "too small on launches that cluster.",
    )
    run.json("regression", {label: fit.to_dict() for label, fit in fits.items()})


if __name__ == "__main__":
    run_alone(main)
