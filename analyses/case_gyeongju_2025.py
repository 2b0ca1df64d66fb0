"""The story that began the project: launches around the Gyeongju summit of 2025.

What happened by the hour, how surprising it was, how often summits of its kind see a
launch, and what can honestly be said. Every number of the text is computed here.
"""

import warnings

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import DateFormatter, DayLocator
from matplotlib.figure import Figure

from timing import StudyPeriod, Window, load_calendar, load_tests, surprise
from timing.errors import SelectionWarning
from timing.figures import DOUBLE, OKABE_ITO, figure_style
from timing.figures.style import legend_below
from timing.kernels.rates import chance_at_even_rate, share_limits
from timing.record import read_record
from timing.results import SurpriseResult
from timing.results.surprise import format_share
from timing.study import Run, run_alone

SUMMIT = "20251029-rok_us_summit-1"
KIND = ["rok_us_summit", "us_president_visit_rok"]
TRUMPS = "Trump's journeys to Asia"
AWEEK, HISTORY = 7, 365
SHOWN = ("2025-10-20", "2025-11-09")
WINDOWS = {
    "the week before": Window(before=7, after=0),
    "the day before": Window(before=1, after=0),
    "a week each side": Window(before=7, after=7),
}
AROUND = 21
"""Days around each summit of the kind that the figure shows."""
COVERED = StudyPeriod("2011-01-01", "2026-08-20")


def main(run: Run) -> None:
    """Write what happened, the chances and the base rates; draw the page."""
    tests = load_tests(weapons=list(run.study.primary.classes))
    everything, calendar = load_tests(), load_calendar()
    happened = by_the_hour(everything, calendar)
    run.table(
        "gyeongju_events",
        happened.drop(columns=["begin", "finish"]),
        title="What happened around the Gyeongju summit, by the Korean clock",
        note="Meetings from their first to their last day at the venue, put on the "
        "Korean clock; launches at the time the sources give.",
    )
    kind = load_calendar(KIND)
    chances = {
        words: chance(tests, SUMMIT, window, kind) for words, window in WINDOWS.items()
    }
    run.table(
        "gyeongju_chances",
        pd.DataFrame(chance_row(words, result) for words, result in chances.items()),
        title="How surprising launches around the Gyeongju summit were",
        note="Chance: at the rate of the 365 days before. Base rate: other summits and "
        "visits of the US president with the president of South Korea since 2012. The "
        "summit was picked because of its launch, so these chances are no p-values.",
    )
    others = base_rates(tests)
    run.table(
        "gyeongju_base_rates",
        others,
        title="How often meetings named in the story saw a launch",
        note="Within a week before the first to a week after the last day.",
    )
    lags = lags_of_kind(tests, kind)
    text = prose(chances, others)
    run.figure(
        "gyeongju",
        page(happened, lags, chances).axes[0],
        title="Launches around the Gyeongju summit of October 2025, and around others",
        alt_text="Above: launches and meetings by the Korean clock from 20 October to "
        "9 November 2025. Below: launches within three weeks of each other ROK-US "
        "summit or visit since 2012, Gyeongju in colour. " + text.splitlines()[0],
        data=lags,
    )
    run.prose("gyeongju", text, title="What can be said")
    week = chances["the week before"]
    run.numbers(
        gyeongjuChance=format_share(week.probability),
        gyeongjuBaseRate=format_share(week.base_rate.rate),
        gyeongjuSaw=f"{week.base_rate.n_with_launch}",
        gyeongjuOthers=f"{week.base_rate.n_events}",
    )


def by_the_hour(tests: pd.DataFrame, calendar: pd.DataFrame) -> pd.DataFrame:
    """Put launches and meetings on the Korean clock, in order."""
    tests = tests[tests["date"].between(*SHOWN)]
    calendar = calendar[calendar["start"].between(*SHOWN)]
    rows = []
    for test in tests.itertuples():
        begin = pd.Timestamp(f"{test.date:%Y-%m-%d} {test.time or '12:00'}")
        rows.append(
            {
                "begin": begin,
                "finish": begin,
                "Korean time": f"{begin:%d %B %H:%M}"
                if test.time
                else f"{begin:%d %B}",
                "kind": f"launch, {test.weapon.replace('_', ' ')}",
                "what": test.system,
                "in dispute": test.dispute,
                "id": test.test_id,
            }
        )
    for event in calendar.itertuples():
        begin = korean(event.start, event.zone)
        finish = korean(event.end + pd.Timedelta(days=1), event.zone)
        rows.append(
            {
                "begin": begin,
                "finish": finish,
                "Korean time": f"{begin:%d %B %H:%M} to {finish:%d %B %H:%M}",
                "kind": event.category.replace("_", " "),
                "what": event.name,
                "in dispute": "",
                "id": event.event_id,
            }
        )
    return pd.DataFrame(rows).sort_values(["begin", "id"], ignore_index=True)


def korean(day: pd.Timestamp, zone: str) -> pd.Timestamp:
    """Return the Korean wall clock at midnight of a day at the venue."""
    local = day.tz_localize(zone or "Asia/Seoul")
    return local.tz_convert("Asia/Seoul").tz_localize(None)


def chance(
    tests: pd.DataFrame, event: str, window: Window, kind: pd.DataFrame
) -> SurpriseResult:
    """Return the chance of a launch by the year before, and the base rate."""
    with warnings.catch_warnings():
        # The note of the table says that the event was picked.
        warnings.simplefilter("ignore", SelectionWarning)
        return surprise(
            tests, event, window=window, history=365, calendar=kind, period=COVERED
        )


def chance_row(words: str, result: SurpriseResult) -> dict[str, object]:
    """Put one window into a row."""
    base = result.base_rate
    return {
        "window": words,
        "days": result.window_days,
        "launch days": result.observed,
        "chance of at least one": format_share(result.probability),
        "95% interval": " to ".join(format_share(limit) for limit in result.interval),
        "other events of the kind": base.n_events,
        "saw a launch": base.n_with_launch,
        "base rate": format_share(base.rate),
        "its 95% interval": " to ".join(format_share(limit) for limit in base.interval),
        "expected by the rates before each": format_share(base.expected),
    }


def base_rates(tests: pd.DataFrame) -> pd.DataFrame:
    """Count the journeys of each kind in the story that saw a launch."""
    calendar = load_calendar()
    calendar = calendar[calendar["start"].ge("2012-01-01")]
    trump = calendar["name"].str.contains("Trump")
    in_asia = calendar["category"].eq("us_president_visit_asia")
    kinds = {
        TRUMPS: calendar[trump & in_asia],
        "US presidents in South Korea": of(calendar, "us_president_visit_rok"),
        "Trump-Kim meetings": of(calendar, "us_dprk_summit"),
        "APEC leaders' meetings": of(calendar, "apec"),
        "Trump-Xi and other US-China summits": of(calendar, "us_china_summit"),
        "foreign ministers of the DPRK and Russia": of(
            calendar, "dprk_russia_ministerial"
        ),
    }
    record = read_record(tests, COVERED, unit="day")
    rows = []
    for kind, events in kinds.items():
        journeys = events.groupby("episode")
        first = day_numbers(journeys["start"].min()) - AWEEK - record.origin
        last = day_numbers(journeys["end"].max()) + AWEEK - record.origin
        covered = (first >= HISTORY) & (last < record.launches.size)
        seen, chances = [], []
        for a, b in zip(first[covered], last[covered], strict=True):
            before = record.launches[a - HISTORY : a]
            seen.append(record.launches[a : b + 1].any())
            chances.append(chance_at_even_rate(1, before.mean(), b - a + 1, unit="day"))
        low, high = share_limits(np.mean(seen), len(seen), confidence_level=0.95)
        rows.append(
            {
                "kind": kind,
                "journeys": len(seen),
                "saw a launch": int(np.sum(seen)),
                "share": format_share(float(np.mean(seen))),
                "95% interval": f"{format_share(low)} to {format_share(high)}",
                "expected by the year before": format_share(float(np.mean(chances))),
            }
        )
    return pd.DataFrame(rows)


def of(calendar: pd.DataFrame, category: str) -> pd.DataFrame:
    """Select one category."""
    return calendar[calendar["category"].eq(category)]


def day_numbers(days: pd.Series) -> np.ndarray:
    """Count days as the record does."""
    return days.to_numpy().astype("datetime64[D]").astype(np.int64)


def lags_of_kind(tests: pd.DataFrame, kind: pd.DataFrame) -> pd.DataFrame:
    """List launches around every journey of the kind, by days from its first day."""
    rows = []
    for _, events in kind[kind["start"].ge("2012-01-01")].groupby("episode"):
        first = events["start"].min()
        lag = (tests["date"] - first).dt.days
        near = sorted(set(lag[lag.abs().le(AROUND)]))
        rows += [{"journey": f"{first:%Y-%m-%d}", "lag": day} for day in near or [None]]
    return pd.DataFrame(rows).sort_values(["journey", "lag"], ignore_index=True)


def page(
    happened: pd.DataFrame, lags: pd.DataFrame, chances: dict[str, SurpriseResult]
) -> Figure:
    """Draw the case above, the other summits of the kind below, the chances beside."""
    with figure_style():
        figure = Figure(figsize=(DOUBLE, 8.4), layout="constrained")
        above, below = figure.subfigures(2, height_ratios=(1, 1.4))
        draw_hours(above.add_subplot(), happened)
        left, right = below.subplots(1, 2, width_ratios=(2.2, 1))
        draw_kind(left, lags)
        draw_chances(right, chances)
    return figure


def draw_hours(ax: Axes, happened: pd.DataFrame) -> None:
    """Draw meetings as bars and launches as lines, by the Korean clock."""
    launch = happened["kind"].str.startswith("launch")
    meetings = happened[~launch]
    place = np.arange(len(meetings))
    ax.barh(
        place, meetings["finish"] - meetings["begin"], left=meetings["begin"],
        height=0.7, color=OKABE_ITO["sky"],
    )  # fmt: skip
    ax.set_yticks(place, [*meetings["what"]], fontsize=6)
    ax.invert_yaxis()
    level, last = 0, pd.Timestamp(0)
    for row in happened[launch].itertuples():
        # Labels of launches that follow each other closely stand one above the other.
        level = level + 1 if row.begin - last < pd.Timedelta(days=3) else 0
        last, counted = row.begin, "rocket" not in row.kind
        ax.axvline(
            row.begin, color=OKABE_ITO["vermilion" if counted else "grey"],
            lw=1.2, ls="-" if counted else ":",
        )  # fmt: skip
        name = row.kind.removeprefix("launch, ").removeprefix("rocket ")
        ax.annotate(
            f"{name}\n{row.begin:%d %b %H:%M}",
            (row.begin, 1), xycoords=("data", "axes fraction"),
            xytext=(0, 3 + 17 * level), textcoords="offset points",
            fontsize=6, ha="center", va="bottom",
        )  # fmt: skip
    ax.xaxis.set_major_locator(DayLocator(interval=2))
    ax.xaxis.set_major_formatter(DateFormatter("%d %b"))
    ax.set_xlim(*(pd.Timestamp(day) for day in SHOWN))
    ax.tick_params(axis="y", length=0)
    ax.set_xlabel("2025, Korean time")


def draw_kind(ax: Axes, lags: pd.DataFrame) -> None:
    """Draw the launches around each summit of the kind in a row of its own."""
    journeys = lags["journey"].unique()
    place = {journey: i for i, journey in enumerate(journeys)}
    ax.axvspan(-7.5, 0.5, color=OKABE_ITO["sky"], alpha=0.35, lw=0)
    for journey, rows in lags.dropna().groupby("journey"):
        own = journey.startswith("2025-10")
        ax.plot(
            rows["lag"], [place[journey]] * len(rows), "D" if own else "o",
            color=OKABE_ITO["vermilion" if own else "black"], ms=4 if own else 3,
        )  # fmt: skip
    ax.set_yticks(range(len(journeys)), journeys, fontsize=6)
    ax.set(xlim=(-AROUND - 0.5, AROUND + 0.5), ylim=(len(journeys) - 0.5, -0.5))
    ax.grid(axis="y", color="#dddddd", lw=0.4)
    ax.set_axisbelow(True)
    ax.set_xlabel("days from the first day of the summit or visit")
    ax.set_title("launch days around ROK-US summits; band: the week before")


def draw_chances(ax: Axes, chances: dict[str, SurpriseResult]) -> None:
    """Draw the chance by the year before beside the base rate of the kind."""
    place = np.arange(len(chances))
    for offset, colour, mark, label, values in (
        (
            -0.12, "blue", "s", "chance by the year before",
            [(r.probability, *r.interval) for r in chances.values()],
        ),
        (
            0.12, "black", "o", "base rate of others",
            [(r.base_rate.rate, *r.base_rate.interval) for r in chances.values()],
        ),
    ):  # fmt: skip
        value, low, high = np.array(values).T
        ax.hlines(place + offset, low, high, color=OKABE_ITO[colour])
        ax.plot(value, place + offset, mark, color=OKABE_ITO[colour], label=label)
    ax.set_yticks(place, list(chances))
    ax.set(xlim=(0, 1), ylim=(len(chances) - 0.5, -0.5), xlabel="at least one launch")
    legend_below(ax, ncols=1)


def prose(chances: dict[str, SurpriseResult], others: pd.DataFrame) -> str:
    """Say in half a page what can honestly be said."""
    week, day = chances["the week before"], chances["the day before"]
    base, kinds = week.base_rate, others.set_index("kind")
    low, high = (format_share(limit) for limit in base.interval)

    def share(kind: str) -> str:
        row = kinds.loc[kind]
        return f"{row['saw a launch']} of {row['journeys']}"

    return (
        f"In the eight days that ended with the Trump-Lee summit in Gyeongju on "
        f"29 October 2025 the DPRK launched missiles on {week.observed} days: on "
        "22 October, which Pyongyang called hypersonic and Seoul short-range, and on "
        "28 October at about 15:00, cruise missiles from the sea, about a day before "
        "the presidents met. Its foreign minister was in Moscow.\n\n"
        f"At the rate of the year before, eight days see at least one launch "
        f"{format_share(week.probability)} of the time and two launch days or more "
        f"{format_share(week.tail_probability)}; the last two of these days see one "
        f"{format_share(day.probability)}. But the summit was picked for its launches. "
        f"Of {base.n_events} other summits of the two presidents and visits to the "
        f"South since 2012, {base.n_with_launch} saw a launch in the week before "
        f"({format_share(base.rate)}, 95% interval {low} to {high}), where the rates "
        f"before each of them make {format_share(base.expected)} expected. Launches on "
        "the eve of such summits are not more frequent than on other days.\n\n"
        f"Nor do the other elements of the story stand out: "
        f"{share(TRUMPS)} of Trump's journeys to Asia saw a launch within a week, "
        f"{share('APEC leaders' + chr(39) + ' meetings')} of the APEC meetings, "
        f"{share('foreign ministers of the DPRK and Russia')} of the ministers' "
        f"meetings with Russia and {share('Trump-Kim meetings')} of the Trump-Kim "
        "meetings of the first term. One launch cannot tell a message from chance. "
        "What can be said is that launches were a little more frequent than usual that "
        "week, and that weeks before such summits are, as a rule, quieter."
    )


if __name__ == "__main__":
    run_alone(main)
