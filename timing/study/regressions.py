"""The regressions of the study: the primary variant under each control set."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from timing.errors import ClusteringWarning, FallbackWarning
from timing.regression import count_regression
from timing.study.output import write_json, write_tables
from timing.tables import results_table

if TYPE_CHECKING:
    from pathlib import Path

    from timing.results import CountRegressionResult
    from timing.study.specification import Study


def regress(study: Study, output: Path) -> list[Path]:
    """Fit Poisson and negative binomial models of test events a day."""
    variant = study.primary
    tests, calendar = variant.tests(), variant.calendar()
    fits: dict[str, CountRegressionResult] = {}
    for controls in study.controls:
        for family in ("poisson", "negative-binomial"):
            with warnings.catch_warnings():
                # A fallback is written in the table and in the result.
                warnings.simplefilter("ignore", FallbackWarning)
                # The model without controls is in the table as a comparator.
                warnings.simplefilter("ignore", ClusteringWarning)
                fit = count_regression(
                    tests,
                    calendar,
                    period=variant.period,
                    window=variant.window,
                    controls=controls,
                    family=family,
                    unit="event",
                )
            fits[f"{family}: {' + '.join(controls) or 'no controls'}"] = fit
    table = results_table(fits)
    table = table.drop(
        columns=["method", "on exposed days", "expected", "information left"]
    )
    table.insert(1, "family", [fit.family for fit in fits.values()])
    table["errors"] = [fit.cov for fit in fits.values()]
    table["note"] = ["; ".join(fit.warnings) for fit in fits.values()]
    return [
        *write_tables(output, "regression", table),
        write_json(
            output / "regression.json", {k: fit.to_dict() for k, fit in fits.items()}
        ),
    ]
