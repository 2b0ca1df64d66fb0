"""Put calendars that cannot matter through the primary test."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from timing import load_calendar
from timing.figures import SINGLE, figure_style, new_axes
from timing.figures.style import BAND, OKABE_ITO, legend_below
from timing.progress import track
from timing.study import Run, run_alone
from timing.study.data import CALENDAR_DATES
from timing.study.forest import tested_row, write_forest

YEARS = (-3, -2, -1, 1, 2, 3)
YEAR = pd.Timedelta(weeks=52)
"""Keeps the day of the week; two years are three days short."""
OTHERS = {
    "presidents' trips to other regions": {"categories": ["us_president_visit_other"]},
    "cancelled and virtual meetings": {"status": ["cancelled", "virtual"]},
}


def main(run: Run) -> None:
    """Test calendars moved by years, other meetings, and calendars at random."""
    primary = run.study.primary
    calendar = primary.calendar()
    placebos = {
        ("Moved by whole years", f"{years:+d} years"): moved(calendar, years * YEAR)
        for years in YEARS
    }
    if run.study.data.curated:
        placebos |= {
            ("Other meetings", label): load_calendar(**chosen)
            for label, chosen in OTHERS.items()
        }
    real = tested_row("primary hypothesis", primary)
    rows = [{"group": "Real calendar"} | real]
    for (group, label), placebo in placebos.items():
        rows.append({"group": group} | tested_row(label, primary, calendar=placebo))
    table, random = pd.DataFrame(rows), at_random(run)
    below = (random["pvalue"] <= 0.05).mean()
    what = "journeys" if run.study.data.curated else "events"
    is_low = real["rate_ratio"] <= 1
    sign = 1 if is_low else -1
    beyond = (sign * random["rate_ratio"] <= sign * real["rate_ratio"]).mean()
    note = (
        f"Of {len(random)} calendars whose {what} were put on days at random "
        f"{100 * below:.0f}% have p of at most 0.05, and {100 * beyond:.1f}% a rate "
        f"ratio as {'low' if is_low else 'high'} as the real one."
    )
    title = "Placebo calendars in the primary test"
    write_forest(run, "placebo", table, title=title, note=note)
    run.figure(
        "placebo_random",
        draw(random["rate_ratio"].to_numpy(), real["rate_ratio"]),
        title="Rate ratios of calendars at random, and of the real one",
        alt_text=f"Histogram of rate ratios on a logarithmic axis. {note}",
        data=random,
    )
    run.numbers(placeboBelow=f"{100 * below:.0f}%", placeboLower=f"{100 * beyond:.1f}%")


def moved(calendar: pd.DataFrame, by: pd.Timedelta | pd.Series) -> pd.DataFrame:
    """Move every calendar event in time."""
    dates = [name for name in CALENDAR_DATES if name in calendar]
    return calendar.assign(**{name: calendar[name] + by for name in dates})


def at_random(run: Run) -> pd.DataFrame:
    """Test calendars whose journeys begin at random; their events stay together."""
    primary = run.study.primary
    inside = primary.calendar_in_period()
    first = inside.groupby("episode")["start"].transform("min")
    journey, _ = pd.factorize(inside["episode"])
    start, n_days = pd.Timestamp(primary.start), primary.period.all_days.size
    rng = np.random.default_rng(run.study.seed)
    rows = []
    n = run.study.n_random_calendars
    for _ in track(range(n), total=n, label="random calendars", show=run.progress):
        day = rng.integers(n_days, size=journey.max() + 1)[journey]
        placed = moved(inside, start + pd.to_timedelta(day, unit="D") - first)
        rows.append(tested_row("", primary, calendar=placed))
    return pd.DataFrame(rows)[["rate_ratio", "pvalue"]]


def draw(ratios: np.ndarray, real: float) -> Axes:
    """Draw the placebos as a histogram, and the real calendar as a line."""
    ax, edges = new_axes(SINGLE, 2.4), np.geomspace(1 / 4, 4, 33)
    with figure_style():
        ax.hist(np.clip(ratios, 1 / 4, 4), bins=edges, color=BAND, label="at random")
        ax.axvline(real, color=OKABE_ITO["vermilion"], lw=1.5, label="real calendar")
        ax.set(xscale="log", xlabel="rate ratio", ylabel="calendars")
        ticks = [0.25, 0.5, 1, 2, 4]
        ax.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
        ax.minorticks_off()
        legend_below(ax, ncols=2)
    return ax


if __name__ == "__main__":
    run_alone(main)
