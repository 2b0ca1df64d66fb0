"""Show what the test could have seen, and what it shows to be absent."""

import pandas as pd

import timing
from timing.figures import SINGLE, new_axes, plot_power
from timing.results.base import format_p, format_ratio
from timing.study import Run, run_alone
from timing.study.testing import grid_of, score_shift

RATE_RATIOS = (1 / 3, 1 / 2, 2 / 3, 1.0, 1.5, 2.0, 3.0)
SHARE = 5
"""One replicate of power for so many of the size check."""
MARGINS = (1.5, 2.0, 3.0)


def main(run: Run) -> None:
    """Draw the power curve on the real calendar; test equivalence at three margins."""
    study, primary = run.study, run.study.primary
    process = timing.processes.fitted(primary.tests(), period=primary.period)
    curve = timing.power(
        process,
        primary.calendar(),
        period=primary.period,
        window=primary.window,
        anchor=primary.anchor,
        n_launches=grid_of(primary).n_launches,
        rate_ratios=RATE_RATIOS,
        n_replicates=max(20, study.n_replicates // SHARE),
        rng=study.seed,
        n_jobs=run.n_jobs,
        progress=run.progress,
        folder=run.parts,
    )
    table = curve.to_frame()
    run.json("power", curve.to_dict())
    run.figure(
        "power",
        plot_power(curve, ax=new_axes(SINGLE, 2.6)),
        title="Power of the primary test by rate ratio, on the real calendar",
        alt_text="Share of simulated records in which the test rejects, by planted "
        "rate ratio: "
        + "; ".join(f"{r.rate_ratio:.2f}: {r.power:.2f}" for r in table.itertuples())
        + ". Events come as fitted to the record.",
        data=table,
    )
    run.table("power", table, title="Power of the primary test by rate ratio")
    rows = []
    for hypothesis in study.hypotheses:
        results = {
            margin: score_shift(hypothesis, equivalence_margin=margin)
            for margin in MARGINS
        }
        one = results[MARGINS[0]]
        rows.append(
            {
                "hypothesis": hypothesis.label,
                "rate ratio": format_ratio(one.conditional_rate_ratio),
                "detectable ratio": format_ratio(one.minimum_detectable_rate_ratio),
                "information left": f"{100 * one.informative_share:.0f}%",
                **{
                    f"p, outside 1/{margin:g} to {margin:g}": format_p(
                        result.equivalence_pvalue
                    )
                    for margin, result in results.items()
                },
            }
        )
    run.table(
        "equivalence",
        pd.DataFrame(rows),
        title="What each hypothesis could have shown, and what it excludes",
        note="A small p shows that the rate ratio lies within the margin (two "
        "one-sided tests). Detectable ratio: found four times in five.",
    )


if __name__ == "__main__":
    run_alone(main)
