"""Show at what hour launches come, and repeat the test at clock times."""

import numpy as np
import pandas as pd
from scipy import stats

from timing import Window, permutation_test
from timing.figures import SINGLE, new_axes, plot_clock_face
from timing.nulls import CircularShift
from timing.results.base import format_limits, format_p, format_ratio
from timing.study import Run, run_alone

DAYS_AROUND = (1, 3, 7)
"""Days before and after of the windows at clock times."""
PEAK = (9, 11)
"""Hours that Cotton (2017) names the most popular."""


def main(run: Run) -> None:
    """Draw the hours, and test the launches with a clock time in continuous time."""
    variant = run.study.primary
    tests = variant.tests()
    inside = tests["date"].between(variant.start, variant.end)
    timed = tests[inside & tests["time"].ne("")]
    hour = timed["time"].str[:2].astype(int)
    counts = np.bincount(hour, minlength=24)
    at_peak = int(((hour >= PEAK[0]) & (hour < PEAK[1])).sum())
    low, high = stats.binomtest(at_peak, len(timed)).proportion_ci(method="exact")
    data = pd.DataFrame({"hour": np.arange(24), "launches": counts})
    busiest = int(counts.argmax())
    run.figure(
        "clock_face",
        plot_clock_face(counts, ax=new_axes(SINGLE, 3.2, projection="polar")),
        title="Launches by hour of the Korean day",
        alt_text=f"{len(timed)} test events with a clock time on a 24-hour face; most, "
        f"{counts.max()}, between {busiest}:00 and {busiest + 1}:00.",
        data=data,
    )
    rows = []
    for days in DAYS_AROUND:
        result = permutation_test(
            timed,
            variant.calendar(),
            period=variant.period,
            window=Window(days, days),
            null=CircularShift("month"),
            unit="event",
            resolution="time",
        )
        rows.append(
            {
                "days before and after": days,
                "events": result.n_launches,
                "in exposed time": int(result.count),
                "expected": f"{result.expected_count:.1f}",
                "rate ratio": format_ratio(result.conditional_rate_ratio),
                "95% interval": format_limits(*result.confidence_interval()[:2]),
                "p": format_p(result.pvalue),
            }
        )
    run.table(
        "time_of_day",
        pd.DataFrame(rows),
        title="The primary hypothesis at clock times",
        note=f"Only the {len(timed)} of {int(inside.sum())} test events with a clock "
        "time; every shift within months in continuous time. Calendar events run from "
        "midnight to midnight at their venue.",
    )
    run.numbers(
        timedEvents=f"{len(timed)}",
        busiestHour=f"{busiest}",
        peakShare=f"{100 * at_peak / len(timed):.0f}%",
        peakShareLow=f"{100 * low:.0f}%",
        peakShareHigh=f"{100 * high:.0f}%",
    )


if __name__ == "__main__":
    run_alone(main)
