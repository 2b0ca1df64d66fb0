"""The tests of the study: the primary variant by three methods, and all variants."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from statsmodels.stats.multitest import multipletests

from timing.errors import ClusteringWarning, LowInformationWarning
from timing.nulls import CircularShift, Uniform
from timing.permutation import permutation_test
from timing.profile import lag_profile
from timing.regression import randomization_test
from timing.results.base import format_p
from timing.study.output import write_json, write_tables
from timing.tables import results_table

if TYPE_CHECKING:
    from pathlib import Path

    from timing.nulls import NullModel
    from timing.results import AssociationResult, RandomizationResult
    from timing.study.specification import Study, Variant
    from timing.uncertain import Uncertain


def score_shift(
    variant: Variant, *, uncertain: Uncertain = "exclude"
) -> RandomizationResult:
    """Run the primary test on a variant."""
    with warnings.catch_warnings():
        # The table shows how much information is left.
        warnings.simplefilter("ignore", LowInformationWarning)
        return randomization_test(
            variant.tests(),
            variant.calendar(),
            period=variant.period,
            window=variant.window,
            anchor=variant.anchor,
            uncertain=uncertain,
        )


def associate(study: Study, output: Path) -> list[Path]:
    """Test the primary variant by each method, and every variant by the primary one."""
    variant = study.primary
    tests, calendar = variant.tests(), variant.calendar()
    nulls: dict[str, NullModel] = {
        "shift within month": CircularShift("month"),
        "shift within quarter": CircularShift("quarter"),
        "shift within year": CircularShift("year"),
        "shift of the whole period": CircularShift(None),
        "shuffle within month": Uniform("month"),
        "shuffle of dates (naive)": Uniform(),
    }
    primary = score_shift(variant)
    with_unknown = score_shift(variant, uncertain="bounds")
    low, high = (format_p(p) for p in with_unknown.pvalue_range)
    methods: dict[str, AssociationResult] = {
        "score shift (primary)": primary,
        f"score shift with {with_unknown.n_uncertain} events of unknown day "
        f"(p {low} to {high} over their days)": with_unknown,
    }
    with warnings.catch_warnings():
        # The naive null models are in the table on purpose, as comparators.
        warnings.simplefilter("ignore", ClusteringWarning)
        methods |= {
            label: permutation_test(
                tests, calendar, period=variant.period, window=variant.window, null=null
            )
            for label, null in nulls.items()
        }
    variants = {variant.label: primary}
    variants |= {other.label: score_shift(other) for other in study.variants}
    profile = lag_profile(
        tests, calendar, period=variant.period, max_lag=study.max_lag, rng=study.seed
    )

    by_variant = results_table(variants)
    # The primary p-value stands alone; the others share the price of being many.
    others = [variants[label].pvalue for label in variants if label != variant.label]
    adjusted = multipletests(others, method="holm")[1]
    by_variant.insert(
        5, "Holm p", ["", *(f"{p:.3f}" for p in adjusted)], allow_duplicates=False
    )
    by_method = results_table(methods)
    (output / "primary.txt").write_text(primary.summary() + "\n", encoding="utf-8")
    return [
        output / "primary.txt",
        *write_tables(output, "results_by_method", by_method),
        *write_tables(output, "results_by_variant", by_variant),
        *write_tables(output, "lag_profile", profile.to_frame()),
        write_json(output / "primary.json", primary.to_dict()),
        write_json(
            output / "permutation.json", methods["shift within month"].to_dict()
        ),
        write_json(output / "lag_profile.json", profile.to_dict()),
        write_json(
            output / "variants.json", {k: r.to_dict() for k, r in variants.items()}
        ),
    ]
