"""Test each hypothesis, and each category of its calendar, by the declared test."""

from dataclasses import replace

import pandas as pd
from statsmodels.stats.multitest import multipletests

from timing import plot_null_distribution
from timing.advice import repeats_in_words
from timing.errors import EmptySelectionError, NoContrastError
from timing.figures import SINGLE, new_axes
from timing.nulls import CircularShift
from timing.results import PermutationResult, RandomizationResult
from timing.results.base import SampledNull, format_p, format_ratio
from timing.strata import strata_in_words
from timing.study import Run, Study, run_alone
from timing.study.rows import row_of
from timing.study.testing import grid_of, score_shift, shifted

NOTE = (
    "Score shift, {alternative}: the null holds the rate of {strata} fixed. Naive p: "
    "plain shuffle of dates. Detectable ratio: the smallest rate ratio found four "
    "times in five."
)


def main(run: Run) -> None:
    """Write the main tables, the primary result in words, and its null."""
    study = run.study
    note = NOTE.format(
        alternative=study.primary.alternative,
        strata=strata_in_words(study.primary.strata),
    )
    repeats = repeating(study)
    results = {h.name: score_shift(h) for h in study.hypotheses}
    primary = results[study.primary.name]
    count = shifted(study.primary, CircularShift("month"))
    run.table(
        "hypotheses",
        hypothesis_table(study, results),
        title="Do events cluster around the calendar? The declared hypotheses",
        note=f"{note} Holm p: adjusted for the number of hypotheses. {repeats}".strip(),
    )
    run.table(
        "within_months",
        within_months(study),
        title="The hypotheses by shifts within each month",
        note=f"The model-free companion of the score shift. {repeats}".strip(),
    )
    run.table(
        "categories",
        category_table(study),
        title="The same by category of calendar event",
        note=f"{note} Categories of one hypothesis overlap, and are not adjusted "
        "for. No contrast: no window lies in the period.",
    )
    run.text("primary.txt", f"{primary.summary()}\n{run.provenance}\n")
    run.json("hypotheses", {name: r.to_dict() for name, r in results.items()})
    draw_null(run, "null_score_shift", primary, "Scores of all shifts of the calendar")
    draw_null(run, "null_month_shift", count, "Counts of all shifts within months")
    for (name, result), adjusted in zip(results.items(), holm(results), strict=True):
        low, high = result.confidence_interval()[:2]
        run.numbers(
            **{
                f"{name}Launches": f"{result.count:.0f}",
                f"{name}Expected": f"{result.expected_count:.1f}",
                f"{name}RateRatio": format_ratio(result.conditional_rate_ratio),
                f"{name}Low": format_ratio(low),
                f"{name}High": format_ratio(high),
                f"{name}P": format_p(result.pvalue),
                f"{name}Holm": format_p(adjusted),
                f"{name}Detectable": format_ratio(result.minimum_detectable_rate_ratio),
            }
        )


def repeating(study: Study) -> str:
    """Say which calendars repeat themselves, so that shifts of them tell little."""
    found = {h.label: repeats_in_words(grid_of(h).exposed) for h in study.hypotheses}
    said = [f"{label}: {words}." for label, words in found.items() if words]
    within = "The shift within months is the test for such calendars."
    return " ".join([*said, within]) if said else ""


def within_months(study: Study) -> pd.DataFrame:
    """Test each hypothesis by shifts within months, which see calendars that repeat."""
    rows = []
    for hypothesis in study.hypotheses:
        result = shifted(hypothesis, CircularShift("month"))
        rows.append(row_of(hypothesis.label, result))
    return pd.DataFrame(rows)


def holm(results: dict[str, RandomizationResult]) -> list[float]:
    """Adjust the p-values of the hypotheses for their number."""
    p = [result.pvalue for result in results.values()]
    return multipletests(p, method="holm")[1].tolist()


def hypothesis_table(
    study: Study, results: dict[str, RandomizationResult]
) -> pd.DataFrame:
    """Put the hypotheses in rows, with the p-value of the direction each expects."""
    rows = []
    for hypothesis, adjusted in zip(study.hypotheses, holm(results), strict=True):
        one_sided = score_shift(hypothesis, alternative=hypothesis.direction)
        rows.append(
            row_of(hypothesis.label, results[hypothesis.name])
            | {
                "Holm p": format_p(adjusted),
                "direction": hypothesis.expected,
                "p in that direction": format_p(one_sided.pvalue),
            }
        )
    return pd.DataFrame(rows)


def category_table(study: Study) -> pd.DataFrame:
    """Test every category of every hypothesis alone."""
    rows = []
    for hypothesis in study.hypotheses:
        for category in hypothesis.all_categories():
            alone = replace(hypothesis, categories=(category,))
            words = category.replace("_", " ")
            try:
                row = row_of(words, score_shift(alone))
            except (EmptySelectionError, NoContrastError):
                row = {"selection": words, "p": "no contrast"}
            rows.append({"hypothesis": hypothesis.name} | row)
    return pd.DataFrame(rows)


def draw_null(
    run: Run, name: str, result: RandomizationResult | PermutationResult, what: str
) -> None:
    """Draw a null distribution with the observed value."""
    null = result.null_distribution
    run.figure(
        name,
        plot_null_distribution(result, ax=new_axes(SINGLE, 2.4)),
        title=f"{what}, and the observed value",
        alt_text=f"{what}: observed {result.statistic:.2f}, expected "
        f"{result.expected:.2f}, p = {format_p(result.pvalue)}.",
        data=pd.DataFrame(
            {"value": null.samples}
            if isinstance(null, SampledNull)
            else {"value": null.support, "probability": null.probability}
        ),
    )


if __name__ == "__main__":
    run_alone(main)
