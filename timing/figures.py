"""Figures: one function a figure, from a result or a table to Axes.

No function shows, saves or changes a global style. Colours are those of Okabe and Ito
(2008), which most colour-blind readers can tell apart; classes differ in shape too.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.ticker import MaxNLocator

from timing.clock import to_dates
from timing.errors import ArgumentError
from timing.inputs import as_frame, read_events, read_intervals
from timing.period import StudyPeriod, day_number
from timing.results import (
    ExactNull,
    LagProfileResult,
    PermutationResult,
    RandomizationResult,
)
from timing.results.base import format_p

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from timing.inputs import Dates

OKABE_ITO = {
    "black": "#000000",
    "orange": "#E69F00",
    "sky": "#56B4E9",
    "green": "#009E73",
    "yellow": "#F0E442",
    "blue": "#0072B2",
    "vermilion": "#D55E00",
    "purple": "#CC79A7",
    "grey": "#999999",
}

STYLE: dict[str, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "legend.frameon": False,
    "pdf.fonttype": 42,
    "svg.hashsalt": "event-timing",
}

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
_BAND = OKABE_ITO["sky"]


@contextmanager
def figure_style() -> Iterator[None]:
    """Make and save figures in the package's style; global settings stay as they are.

    Examples
    --------
    >>> with figure_style():
    ...     mpl.rcParams["pdf.fonttype"]
    42
    """
    with mpl.rc_context(STYLE):  # type: ignore[arg-type]
        yield


@contextmanager
def _styled(ax: Axes | None, size: tuple[float, float]) -> Iterator[Axes]:
    """Yield `ax`, or the axes of a new figure, in the package's style."""
    with figure_style():
        if ax is None:
            from matplotlib import pyplot as plt

            _, ax = plt.subplots(figsize=size, layout="constrained")
        yield ax


def plot_timeline(
    tests: Dates,
    calendar: Dates,
    *,
    period: StudyPeriod,
    ax: Axes | None = None,
) -> Axes:
    """Draw one row per year: tests by class, calendar events as bands.

    Parameters
    ----------
    tests : DataFrame with a ``date`` column, or dates
        A column ``weapon`` gives the class.
    calendar : DataFrame with ``start`` and ``end`` columns, or dates
    period : StudyPeriod
        Years to draw; excluded spans are hatched.
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
    first_year, last_year = period.start.year, period.end.year
    height = 1.6 + 0.32 * (last_year - first_year + 1)
    with _styled(ax, (8.0, height)) as ax:
        spans = read_intervals(calendar)
        _draw_spans(ax, spans.first, spans.last, period, color=_BAND, label="summit")
        for begin, stop in period.exclude:
            first, last = (np.array([day_number(day)]) for day in (begin, stop))
            _draw_spans(
                ax, first, last, period,
                facecolor="none", edgecolor=OKABE_ITO["grey"], hatch="////",
                label="not at risk",
            )  # fmt: skip

        events = read_events(tests)
        table = as_frame(tests, argument="tests", columns=("date",)).iloc[events.row]
        inside = np.isin(events.day, period.all_days)
        when = pd.DatetimeIndex(to_dates(events.day[inside]))
        weapon = np.full(when.size, "event", dtype=object)
        if "weapon" in table:
            named = table["weapon"].astype(object).fillna("unknown class")
            weapon = named.astype(str).to_numpy(dtype=object)[inside]
        for name in dict.fromkeys((*_CLASS_STYLE, *sorted(set(weapon)))):
            chosen = weapon == name
            if not chosen.any():
                continue
            color, marker = _CLASS_STYLE.get(name, _OTHER_STYLE)
            ax.scatter(
                when.day_of_year[chosen], when.year[chosen],
                s=60 if marker == "*" else 16, marker=marker, linewidths=0.6,
                color=OKABE_ITO[color], alpha=0.85, zorder=3,
                label=f"{name.replace('_', ' ')} ({chosen.sum()})",
            )  # fmt: skip
        unknown = sum(dropped.rows for dropped in events.dropped)
        _finish_timeline(ax, first_year, last_year, n_unknown=unknown)
    return ax


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
    ax.set_xticks(month_starts.day_of_year, [m.strftime("%b")[0] for m in month_starts])
    ax.set_xlim(0, 367)
    ax.set_yticks(range(first_year, last_year + 1))
    ax.set_ylim(last_year + 0.6, first_year - 0.6)
    ax.tick_params(length=0)
    left_out = f"; {n_unknown} events of unknown day not drawn" if n_unknown else ""
    ax.set_xlabel(f"day of the year (Korean time){left_out}")
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=5, fontsize=8)


def plot_null_distribution(
    result: PermutationResult | RandomizationResult, ax: Axes | None = None
) -> Axes:
    """Draw the null distribution with the observed statistic.

    Parameters
    ----------
    result : PermutationResult or RandomizationResult
    ax : Axes, optional

    Returns
    -------
    Axes
    """
    if not isinstance(result, PermutationResult | RandomizationResult):
        msg = f"`result` is a {type(result).__name__}; it needs a null distribution."
        raise ArgumentError(msg)
    null = result.null_distribution
    with _styled(ax, (5.5, 3.2)) as ax:
        if isinstance(null, ExactNull):
            used = null.probability > 1e-6
            ax.bar(
                null.support[used], null.probability[used], width=0.85, color=_BAND,
                label="null distribution",
            )  # fmt: skip
            ax.set(xlabel="launches on exposed days", ylabel="probability")
        else:
            ax.hist(
                null.samples, bins=40, density=True, color=_BAND,
                label="all shifts of the calendar",
            )  # fmt: skip
            ax.set(xlabel="studentized score Z", ylabel="density")
        ax.axvline(
            result.expected, color=OKABE_ITO["grey"], linestyle="--", label="expected"
        )
        ax.axvline(result.statistic, color=OKABE_ITO["vermilion"], label="observed")
        p, naive = format_p(result.pvalue), format_p(result.naive_pvalue)
        ax.set_title(f"p = {p} (naive p = {naive})", fontsize=9)
        ax.legend(fontsize=8)
    return ax


def plot_lag_profile(result: LagProfileResult, ax: Axes | None = None) -> Axes:
    """Draw superposed epochs: launches at each lag, with pointwise limits.

    Parameters
    ----------
    result : LagProfileResult
    ax : Axes, optional

    Returns
    -------
    Axes
    """
    if not isinstance(result, LagProfileResult):
        msg = f"`result` is a {type(result).__name__}; it must be a LagProfileResult."
        raise ArgumentError(msg)
    level = f"{100 * result.specification.confidence_level:g}%"
    with _styled(ax, (6.5, 3.2)) as ax:
        ax.fill_between(
            result.lag, result.low, result.high, step="mid", color=_BAND, alpha=0.5,
            linewidth=0, label=f"pointwise {level} limits of the null",
        )  # fmt: skip
        ax.step(
            result.lag, result.expected, where="mid", color=OKABE_ITO["grey"],
            linestyle="--", label="expected",
        )  # fmt: skip
        ax.vlines(result.lag, 0, result.count, color=OKABE_ITO["vermilion"])
        ax.plot(
            result.lag, result.count, "o", markersize=3.5,
            color=OKABE_ITO["vermilion"], label="launches",
        )  # fmt: skip
        ax.axvline(0, color=OKABE_ITO["black"], linewidth=0.6, zorder=0)
        ax.set_ylim(bottom=0)
        ax.yaxis.set_major_locator(MaxNLocator(integer=True))
        ax.set(
            xlabel=f"days from the {result.specification.anchor} of a calendar event",
            ylabel="launches, over all events",
        )
        ax.legend(fontsize=8, loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=3)
    return ax


def plot_waterfall(decisions: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw the decisions on the data: how many rows each one leaves.

    Parameters
    ----------
    decisions : DataFrame
        Columns ``decision`` and ``rows left``, in order.
    ax : Axes, optional

    Returns
    -------
    Axes

    Raises
    ------
    ArgumentError
        If a column is missing.

    Examples
    --------
    >>> decisions = pd.DataFrame(
    ...     {"decision": ["events in the table", "of known day"], "rows left": [9, 7]}
    ... )
    >>> ax = plot_waterfall(decisions)
    """
    missing = {"decision", "rows left"} - set(decisions.columns)
    if missing:
        msg = f"`decisions` lacks the column {sorted(missing)[0]!r}."
        raise ArgumentError(msg)
    left = decisions["rows left"].to_numpy()
    lost = np.r_[0, -np.diff(left)]
    place = np.arange(left.size)
    with _styled(ax, (7.0, 0.5 + 0.4 * left.size)) as ax:
        ax.barh(place, left, color=_BAND, label="left")
        ax.barh(place, lost, left=left, color=OKABE_ITO["orange"], label="taken out")
        for at, (n, gone) in enumerate(zip(left, lost, strict=True)):
            text = f"{n}" + (f"  (-{gone})" if gone else "")
            ax.annotate(
                text, (n + gone, at), xytext=(3, 0), textcoords="offset points",
                va="center", fontsize=8,
            )  # fmt: skip
        ax.set_yticks(place, [textwrap.fill(d, 44) for d in decisions["decision"]])
        ax.set_ylim(left.size - 0.4, -0.6)
        ax.set_xlim(0, 1.12 * (left + lost).max())
        ax.set_xlabel("rows")
        ax.tick_params(axis="y", length=0)
        ax.legend(fontsize=8, loc="lower right")
    return ax
