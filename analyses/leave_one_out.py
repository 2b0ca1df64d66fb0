"""Leave out one summit at a time, and one year at a time."""

from dataclasses import replace

import numpy as np
import pandas as pd

from timing.progress import track
from timing.results.base import format_limits, format_p, format_ratio
from timing.study import Run, Variant, run_alone
from timing.study.forest import tested_row, write_forest
from timing.study.testing import grid_of

SHOWN = 12
"""Journeys whose absence changes the estimate most, drawn."""
MOST = 300
"""Journeys left out in turn where there are more; those in the fullest windows."""


def main(run: Run) -> None:
    """Repeat the primary test without each journey and without each year."""
    primary = run.study.primary
    whole = tested_row("nothing left out", primary)
    journeys, n_journeys = without_journeys(run)
    of_most = f" of {n_journeys}, those whose windows hold most events,"
    one = "journey" if run.study.data.curated else "calendar event"
    change = np.log(journeys["rate_ratio"].where(journeys["rate_ratio"] > 0)).sub(
        np.log(whole["rate_ratio"] or np.nan)
    )
    largest = journeys.loc[change.abs().sort_values(ascending=False).index[:SHOWN]]
    years = without_years(primary)
    for name, key, what, table, shown, of in (
        ("leave_one_summit_out", "Journey", one, journeys, largest, of_most),
        ("leave_one_year_out", "Year", "year", years, years, ""),
    ):
        if len(table) < 2:
            continue
        low, high = table["rate_ratio"].min(), table["rate_ratio"].max()
        p_low, p_high = table["pvalue"].min(), table["pvalue"].max()
        note = (
            f"Of {len(table)} {what}s{of if n_journeys > MOST else ''} left out in "
            f"turn: rate ratio {format_limits(low, high)}, "
            f"p {format_p(p_low)} to {format_p(p_high)}."
        )
        few = (
            "" if len(shown) == len(table) else f" (drawn: the {SHOWN} largest changes)"
        )
        write_forest(
            run,
            name,
            table,
            title=f"The primary hypothesis without each {what}{few}",
            note=note,
            drawn=pd.concat([pd.DataFrame([whole]), shown], ignore_index=True),
        )
        run.numbers(
            **{
                f"without{key}Low": format_ratio(low),
                f"without{key}High": format_ratio(high),
                f"without{key}PLow": format_p(p_low),
                f"without{key}PHigh": format_p(p_high),
            }
        )


def without_journeys(run: Run) -> tuple[pd.DataFrame, int]:
    """Leave out all calendar events of one journey at a time; and count journeys."""
    primary = run.study.primary
    calendar = primary.calendar()
    inside = primary.calendar_in_period()
    n_journeys = inside["episode"].nunique()
    if n_journeys > MOST:
        held = events_held(primary).reindex(inside["event_id"]).to_numpy()
        fullest = pd.Series(held).groupby(inside["episode"].to_numpy()).sum()
        kept = fullest.sort_values(ascending=False, kind="stable").index[:MOST]
        inside = inside[inside["episode"].isin(kept)]
    episodes = inside.groupby("episode", sort=False)
    rows = []
    for episode, events in track(
        episodes, total=episodes.ngroups, label="one journey out", show=run.progress
    ):
        names = events["name"].iloc[0]
        more = f" and {len(events) - 1} more" if len(events) > 1 else ""
        label = f"{events['start'].min():%Y-%m-%d} {names}{more}"
        others = calendar[calendar["episode"].ne(episode)]
        rows.append(tested_row(label, primary, calendar=others))
    return pd.DataFrame(rows), n_journeys


def events_held(variant: Variant) -> pd.Series:
    """Count the events in the window of each calendar event, by its id."""
    grid, period = grid_of(variant), variant.period
    on_all_days = np.zeros(period.all_days.size)
    on_all_days[period.at_risk] = grid.launches
    total = np.r_[0, on_all_days.cumsum()]
    edges = np.stack(
        [grid.intervals.first - variant.before, grid.intervals.last + variant.after + 1]
    )
    first, stop = np.clip(edges - period.all_days[0], 0, on_all_days.size)
    return pd.Series(total[stop] - total[first], index=list(grid.intervals.ids))


def without_years(primary: Variant) -> pd.DataFrame:
    """Take the days of one calendar year out of the at-risk time."""
    rows = []
    days = pd.DatetimeIndex(primary.period.days.astype("datetime64[D]"))
    years = days.year.unique()  # of at-risk days: others are out already
    for year in years if len(years) > 1 else ():
        gone = (f"{year}-01-01", min(f"{year}-12-31", primary.end))
        without = replace(primary, exclude=(*primary.exclude, gone))
        rows.append(tested_row(f"without {year}", without))
    return pd.DataFrame(rows)


if __name__ == "__main__":
    run_alone(main)
