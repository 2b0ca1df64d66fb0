"""Share launches out between summits, drills and anniversaries."""

import warnings

import pandas as pd

import timing
from timing import Window
from timing.errors import TimingWarning
from timing.results.base import format_limits, format_p, format_ratio
from timing.study import Run, run_alone
from timing.study.testing import score_shift


def main(run: Run) -> None:
    """Write the joint model, its overlaps, and the primary test given the drills."""
    variant = run.study.primary
    calendars = {
        "summits": variant.calendar(),
        "drills": timing.load_exercises(scale="major"),
        "anniversaries": timing.load_anniversaries(),
    }
    with warnings.catch_warnings():
        # What the model warns of stands in the note.
        warnings.simplefilter("ignore", TimingWarning)
        joint = timing.joint_regression(
            variant.tests(),
            calendars,
            period=variant.period,
            window={
                "summits": variant.window,
                "drills": Window(0, 0),
                "anniversaries": Window(1, 1),
            },
            controls=("season", "year"),
        )
    effects = joint.effects_frame()
    rows = {
        "windows of": effects["name"],
        "launches in them": effects["count"],
        "days": effects["exposed_days"],
        "rate ratio": effects["rate_ratio"].map(format_ratio),
        "95% interval": [
            format_limits(low, high)
            for low, high in zip(effects["ci_low"], effects["ci_high"], strict=True)
        ],
        "p": effects["pvalue"].map(format_p),
        "rate ratio alone": effects["alone"].map(format_ratio),
        "variance inflation": effects["variance_inflation"].round(2),
    }
    run.table(
        "drills_joint",
        pd.DataFrame(rows),
        title="Summits, major drills and anniversaries in one model",
        note="Poisson with season and year effects, Newey-West errors. "
        + "; ".join(joint.warnings),
    )
    run.table(
        "drills_overlap",
        joint.overlap_frame().rename_axis("days in both").reset_index(),
        title="Days that lie in the windows of two calendars",
    )
    controlled = score_shift(variant, controls=("exercises", "anniversaries"))
    run.json("drills", {"score_shift": controlled.to_dict(), "joint": joint.to_dict()})
    run.numbers(
        controlledRateRatio=format_ratio(controlled.conditional_rate_ratio),
        controlledP=format_p(controlled.pvalue),
    )


if __name__ == "__main__":
    run_alone(main)
