"""Vary one choice of the primary hypothesis at a time."""

import numpy as np
import pandas as pd
from statsmodels.stats.multitest import multipletests

from timing.figures import plot_forest
from timing.results.base import format_p
from timing.study import Run, run_alone
from timing.study.forest import forest_row
from timing.study.rows import row_of
from timing.study.testing import score_shift


def main(run: Run) -> None:
    """Write the primary result above its variants, and draw them all."""
    primary = score_shift(run.study.primary)
    results = {variant.label: score_shift(variant) for variant in run.study.variants}
    # The primary p-value stands alone; the others share the price of being many.
    p = [result.pvalue for result in results.values()]
    holm = multipletests(p, method="holm")[1] if p else np.array([])
    rows = [row_of("primary", primary) | {"Holm p": ""}]
    rows += [
        row_of(label, result) | {"Holm p": format_p(p)}
        for (label, result), p in zip(results.items(), holm, strict=True)
    ]
    run.table(
        "variants",
        pd.DataFrame(rows),
        title="Variants of the primary hypothesis, one choice changed in each",
        note="Holm p: adjusted for the number of variants; the primary p stands alone.",
    )
    run.json("variants", {label: r.to_dict() for label, r in results.items()})
    drawn = pd.DataFrame(
        forest_row(label, result)
        for label, result in {"primary": primary, **results}.items()
    )
    run.figure(
        "variants",
        plot_forest(drawn),
        title="Rate ratio within months of the primary hypothesis and its variants",
        alt_text="Forest plot: "
        + "; ".join(f"{r.label} {r.rate_ratio:.2f}" for r in drawn.itertuples())
        + ".",
        data=drawn,
    )
    run.numbers(
        nVariants=f"{len(results)}",
        variantsBelow=f"{sum(p < 0.05 for p in holm)}",
        variantsAboveOne=f"{(drawn['rate_ratio'][1:] > 1).sum()}",
    )


if __name__ == "__main__":
    run_alone(main)
