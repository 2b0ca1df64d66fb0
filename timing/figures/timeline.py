"""The record at a glance: a row per year, tests by class, calendar events as bands."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from timing.arguments import check_type
from timing.clock import to_dates
from timing.figures.checks import literal
from timing.figures.style import BAND, OKABE_ITO, styled
from timing.inputs import as_frame, read_events, read_intervals
from timing.period import StudyPeriod, day_number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from timing.inputs import Dates

_CLASS_STYLE = {
    "ballistic": ("vermilion", "o"),
    "cruise": ("blue", "s"),
    "satellite": ("green", "^"),
    "nuclear": ("black", "*"),
    "rocket_artillery": ("orange", "v"),
    "surface_to_air": ("purple", "D"),
    "underwater": ("sky", "P"),
}
_OTHER_STYLE = ("grey", "x")


def plot_timeline(
    tests: Dates,
    calendar: Dates,
    *,
    period: StudyPeriod,
    by: str = "weapon",
    ax: Axes | None = None,
) -> Axes:
    """Draw one row per year: tests by class, calendar events as bands.

    Parameters
    ----------
    tests : DataFrame with a ``date`` column, or dates
    calendar : DataFrame with ``start`` and ``end`` columns, or dates
    period : StudyPeriod
        Years to draw; excluded spans are hatched.
    by : str, default "weapon"
        Column of `tests` that holds their class, if there is one. Seven classes have a
        colour and a mark of their own, the others share one.
    ax : Axes, optional
        Axes to draw on; a new figure otherwise.

    Returns
    -------
    Axes

    Examples
    --------
    >>> import timing
    >>> ax = timing.plot_timeline(
    ...     timing.load_tests(),
    ...     timing.load_calendar("us_president_visit_rok"),
    ...     period=timing.StudyPeriod("2012-01-01", "2026-08-20"),
    ... )
    """
    check_type("period", period, StudyPeriod)
    first_year, last_year = period.start.year, period.end.year
    height = 1.6 + 0.32 * (last_year - first_year + 1)
    with styled(ax, (8.0, height)) as ax:
        spans = read_intervals(calendar, clock=period.zone)
        _draw_spans(
            ax, spans.first, spans.last, period, color=BAND, label="calendar event"
        )
        for begin, stop in period.exclude:
            first, last = (np.array([day_number(day)]) for day in (begin, stop))
            _draw_spans(
                ax, first, last, period,
                facecolor="none", edgecolor=OKABE_ITO["grey"], hatch="////",
                label="not at risk",
            )  # fmt: skip

        events = read_events(tests, clock=period.zone)
        table = as_frame(tests, argument="tests", columns=("date",)).iloc[events.row]
        inside = np.isin(events.day, period.all_days)
        when = pd.DatetimeIndex(to_dates(events.day[inside]))
        weapon = np.full(when.size, "event", dtype=object)
        if by in table:
            named = table[by].astype(object).fillna("unknown class")
            weapon = named.astype(str).to_numpy(dtype=object)[inside]
        for name, (color, marker) in _styles(set(weapon)).items():
            chosen = weapon == name
            ax.scatter(
                when.day_of_year[chosen], when.year[chosen],
                s=60 if marker == "*" else 16, marker=marker, linewidths=0.6,
                color=OKABE_ITO[color], alpha=0.85, zorder=3,
                label=f"{literal(name).replace('_', ' ')} ({chosen.sum()})",
            )  # fmt: skip
        unknown = sum(dropped.rows for dropped in events.dropped)
        _finish_timeline(ax, first_year, last_year, n_unknown=unknown)
    return ax


def _styles(names: set[str]) -> dict[str, tuple[str, str]]:
    """Give each class a colour and a mark; some classes have their own."""
    free = [style for name, style in _CLASS_STYLE.items() if name not in names]
    own = {name: style for name, style in _CLASS_STYLE.items() if name in names}
    others = sorted(names - _CLASS_STYLE.keys())
    free += [_OTHER_STYLE] * len(others)
    return own | dict(zip(others, free, strict=False))


def _draw_spans(
    ax: Axes,
    first: np.ndarray[Any, Any],
    last: np.ndarray[Any, Any],
    period: StudyPeriod,
    *,
    label: str,
    **style: Any,  # noqa: ANN401 - handed to matplotlib
) -> None:
    """Draw spans of days as bars in the rows of their years."""
    for year in range(period.start.year, period.end.year + 1):
        new_year, next_year = (day_number(date(y, 1, 1)) for y in (year, year + 1))
        begin = np.maximum(first, new_year)
        stop = np.minimum(last, next_year - 1)
        shown = begin <= stop
        if not shown.any():
            continue
        bars = list(
            zip(
                begin[shown] - new_year + 0.5,
                stop[shown] - begin[shown] + 1,
                strict=True,
            )
        )
        known = ax.get_legend_handles_labels()[1]
        ax.broken_barh(
            bars, (year - 0.4, 0.8), zorder=1, linewidth=0,
            label="_" + label if label in known else label, **style,
        )  # fmt: skip


def _finish_timeline(
    ax: Axes, first_year: int, last_year: int, *, n_unknown: int
) -> None:
    month_starts = pd.date_range("2023-01-01", "2023-12-01", freq="MS")
    ax.set_xticks(month_starts.day_of_year, "JFMAMJJASOND")
    ax.set_xlim(0, 367)
    ax.set_yticks(range(first_year, last_year + 1))
    ax.set_ylim(last_year + 0.6, first_year - 0.6)
    ax.tick_params(length=0)
    left_out = f"; {n_unknown} events of unknown day not drawn" if n_unknown else ""
    ax.set_xlabel(f"day of the year{left_out}")
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=5)
