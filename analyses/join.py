"""Join each launch to the nearest summits, and set the distances against chance."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

import timing
from timing.figures import OKABE_ITO, SINGLE, figure_style, new_axes
from timing.figures.style import legend_below
from timing.nulls import CircularShift
from timing.strata import stratum_of
from timing.study import Run, run_alone
from timing.study.testing import grid_of, shifted

MOST = 9
"""Weeks from which distances are put together."""


def main(run: Run) -> None:
    """Write the nearest summit of each launch and the distances beside their null."""
    variant = run.study.primary
    calendar = variant.calendar()
    joined = timing.nearest(
        variant.tests(), calendar, direction="both", period=variant.period
    )
    names = calendar["name"]
    joined["event"] = [
        names.iloc[row] if pd.notna(row) else "" for row in joined["event_row"]
    ]
    columns = ["test_id", "date", "event_id", "event", "lag", "n_tied", "matched"]
    run.table(
        "nearest_summit",
        joined[[*columns, "reason"]],
        title="The calendar event nearest to each event",
        note="Lags in days; negative before the event, 0 during it. Unmatched "
        "tests stay in the table with the reason.",
    )
    lag = joined.loc[joined["matched"], "lag"].astype("int64")
    distance = shifted(variant, CircularShift("month"), statistic="mean_distance")
    run.numbers(
        withinAWeek=f"{lag.abs().le(7).sum()}",
        withinThreeDays=f"{lag.abs().le(3).sum()}",
        duringASummit=f"{lag.eq(0).sum()}",
        meanDistance=f"{distance.statistic:.1f}",
        meanDistanceExpected=f"{distance.expected:.1f}",
        meanDistanceP=f"{distance.pvalue:.2f}",
    )
    data = by_distance(run)
    run.figure(
        "nearest_summit",
        draw(data),
        title="Days from each event to the nearest calendar event, beside chance",
        alt_text="Bars of events by their distance in weeks from the nearest event, "
        "and a line of what shifts of the calendar within each month would give: "
        + "; ".join(
            f"{row.weeks} weeks: {row.launches} events, {row.expected:.0f} expected"
            for row in data.itertuples()
        )
        + ".",
        data=data,
    )


def by_distance(run: Run) -> pd.DataFrame:
    """Count launches by weeks from the nearest event, and what the null expects.

    If the calendar is shifted within each month, a launch falls on each day of its
    month alike: the null expects the distances of the days of months with launches.
    """
    variant = run.study.primary
    grid = grid_of(variant)
    days = pd.DataFrame({"date": grid.day.astype("datetime64[D]")})
    lag = timing.nearest(
        days, variant.calendar(), direction="both", period=variant.period
    )["lag"]
    weeks = np.ceil(lag.abs().astype("float64") / 7).clip(upper=MOST)
    month = stratum_of(grid.day, "month")
    rate = pd.Series(grid.launches).groupby(month).transform("mean")
    table = pd.DataFrame({"launches": grid.launches, "expected": rate}).groupby(weeks)
    counted = table.sum().reset_index(names="weeks")
    words = {0: "during", MOST: f"{MOST}+"}
    counted["weeks"] = [
        words.get(int(week), f"{int(week)}") for week in counted["weeks"]
    ]
    return counted


def draw(data: pd.DataFrame) -> Axes:
    """Draw launches as bars, and what chance would give as a stepped line."""
    ax, place = new_axes(SINGLE, 2.6), np.arange(len(data))
    with figure_style():
        ax.bar(place, data["launches"], color=OKABE_ITO["sky"], label="observed")
        ax.stairs(
            data["expected"], np.arange(len(data) + 1) - 0.5,
            baseline=None, color="black", label="expected within months",
        )  # fmt: skip
        ax.set_xticks(place, data["weeks"])
        ax.set(xlabel="weeks from the nearest event", ylabel="event days")
        legend_below(ax, ncols=2)
    return ax


if __name__ == "__main__":
    run_alone(main)
