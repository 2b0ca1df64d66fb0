"""Leave out one summit at a time, and one year at a time."""

from dataclasses import replace

import numpy as np
import pandas as pd

from timing.progress import track
from timing.results.base import format_limits, format_p, format_ratio
from timing.study import Run, Variant, run_alone
from timing.study.forest import forest_row, write_forest
from timing.study.testing import score_shift

SHOWN = 12
"""Journeys whose absence changes the estimate most, drawn."""


def main(run: Run) -> None:
    """Repeat the primary test without each journey and without each year."""
    whole = forest_row("nothing left out", score_shift(run.study.primary))
    journeys = pd.DataFrame(without_journeys(run))
    years = pd.DataFrame(without_years(run.study.primary))
    change = np.log(journeys["rate_ratio"] / whole["rate_ratio"]).abs()
    largest = journeys.loc[change.sort_values(ascending=False).index[:SHOWN]]
    for name, what, table, shown in (
        ("leave_one_summit_out", "journey", journeys, largest),
        ("leave_one_year_out", "year", years, years),
    ):
        low, high = table["rate_ratio"].min(), table["rate_ratio"].max()
        p_low, p_high = table["pvalue"].min(), table["pvalue"].max()
        note = (
            f"Of {len(table)} {what}s left out in turn: rate ratio "
            f"{format_limits(low, high)}, "
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
                f"without{what.capitalize()}Low": format_ratio(low),
                f"without{what.capitalize()}High": format_ratio(high),
                f"without{what.capitalize()}PLow": format_p(p_low),
                f"without{what.capitalize()}PHigh": format_p(p_high),
            }
        )


def without_journeys(run: Run) -> list[dict[str, object]]:
    """Leave out all calendar events of one journey at a time."""
    primary = run.study.primary
    calendar = primary.calendar()
    inside = calendar["end"].ge(primary.start) & calendar["start"].le(primary.end)
    episodes = calendar[inside].groupby("episode", sort=False)
    rows = []
    for episode, events in track(
        episodes, total=episodes.ngroups, label="one journey out", show=run.progress
    ):
        names = events["name"].iloc[0]
        more = f" and {len(events) - 1} more" if len(events) > 1 else ""
        label = f"{events['start'].min():%Y-%m-%d} {names}{more}"
        others = calendar[calendar["episode"].ne(episode)]
        rows.append(forest_row(label, score_shift(primary, calendar=others)))
    return rows


def without_years(primary: Variant) -> list[dict[str, object]]:
    """Take the days of one calendar year out of the at-risk time."""
    rows = []
    for year in range(primary.period.start.year, primary.period.end.year + 1):
        gone = (f"{year}-01-01", min(f"{year}-12-31", primary.end))
        without = replace(primary, exclude=(*primary.exclude, gone))
        rows.append(forest_row(f"without {year}", score_shift(without)))
    return rows


if __name__ == "__main__":
    run_alone(main)
