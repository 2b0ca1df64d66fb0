"""Show how the answer depends on the time scale that the null holds fixed."""

import pandas as pd

from timing import plot_timescale_profile, timescale_profile
from timing.figures import DOUBLE, new_axes
from timing.results.base import format_limits, format_p, format_ratio
from timing.study import Run, run_alone
from timing.study.testing import data_of


def main(run: Run) -> None:
    """Write and draw rate ratio and p-value of the primary test at each time scale."""
    profile = timescale_profile(
        **data_of(run.study.primary),
        anchor=run.study.primary.anchor,
        scales=run.study.scales,
    )
    by_scale = dict(zip(profile.scale, profile.results, strict=True))
    title = "Rate ratio by the time scale that the null holds fixed"
    rows = [
        {
            "the null holds fixed": scale,
            "days": f"{days:.0f}",
            "rate ratio": format_ratio(result.conditional_rate_ratio),
            "95% interval": format_limits(*result.confidence_interval()[:2]),
            "p": format_p(result.pvalue),
            "detectable ratio": format_ratio(result.minimum_detectable_rate_ratio),
            "information left": f"{100 * result.informative_share:.0f}%",
        }
        for days, (scale, result) in zip(
            profile.scale_days, by_scale.items(), strict=True
        )
    ]
    run.table("timescale", pd.DataFrame(rows), title=title)
    run.json("timescale", profile.to_dict())
    run.figure(
        "timescale",
        plot_timescale_profile(profile, ax=new_axes(DOUBLE, 2.8)),
        title=title,
        alt_text="Rate ratio with its interval at each time scale: "
        + "; ".join(
            f"{scale} {format_ratio(r.conditional_rate_ratio)} "
            f"(p = {format_p(r.pvalue)})"
            for scale, r in by_scale.items()
        )
        + ".",
        data=profile.to_frame(),
    )


if __name__ == "__main__":
    run_alone(main)
