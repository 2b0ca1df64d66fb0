"""Answer the primary hypothesis by every null model, valid ones and comparators."""

import pandas as pd

from timing.errors import TimingError
from timing.nulls import BlockShuffle, CircularShift, GapShuffle, Uniform, YearShuffle
from timing.results import AssociationResult
from timing.study import Run, run_alone
from timing.study.rows import row_of
from timing.study.testing import score_shift, shifted

VALID, SLOW, NAIVE = "valid", "if no slow cause is shared", "comparator"


def main(run: Run) -> None:
    """Write one row for each null model, with the verdict of the validity study."""
    variant = run.study.primary
    nulls = {
        "shift within months": (CircularShift("month"), VALID),
        "shift within quarters": (CircularShift("quarter"), VALID),
        "shift within years": (CircularShift("year"), SLOW),
        "shift of the whole period": (CircularShift(None), SLOW),
        "years exchanged": (YearShuffle(), SLOW),
        "gaps shuffled": (GapShuffle(), SLOW),
        "blocks of 30 days shuffled": (BlockShuffle(30), SLOW),
        "days shuffled (naive)": (Uniform(), NAIVE),
    }
    rows = [
        row("score shift within months (primary)", score_shift(variant), VALID),
        row(
            "score shift within quarters", score_shift(variant, strata="quarter"), VALID
        ),
    ]
    for label, (null, verdict) in nulls.items():
        try:
            result = shifted(variant, null, rng=run.study.seed)
        except TimingError as error:  # too short a record for it, say
            rows.append({"method": label, "p": "no answer", "verdict": f"{error}"})
        else:
            rows.append(row(label, result, verdict))
    run.table(
        "methods",
        pd.DataFrame(rows),
        title="The primary hypothesis under every null model",
        note="Verdict: of the validity study, on events that cluster and ignore the "
        "calendar. Quarters fail where the shared cause moves within three weeks.",
    )


def row(label: str, result: AssociationResult, verdict: str) -> dict[str, object]:
    """Put a result beside the verdict on its method."""
    fields = row_of(label, result)
    kept = ("expected", "rate ratio", "95% interval", "p", "detectable ratio")
    return {
        "method": label,
        "on exposed days": fields["on exposed days"],
        **{name: fields[name] for name in kept},
        "verdict": verdict,
    }


if __name__ == "__main__":
    run_alone(main)
