"""Audits of tables: how rows are spread, and how two lists of dates agree."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from timing.arguments import check_choice, check_type, check_whole
from timing.clock import parse_days, to_dates
from timing.datasets import load_sources
from timing.errors import ArgumentError
from timing.inputs import read_events
from timing.period import StudyPeriod, clock_of
from timing.results import AgreementResult
from timing.schema import Field, TableSchema, check_table

if TYPE_CHECKING:
    from timing.inputs import Dates

_Z = 1.959963984540054
_SOURCE_COLUMNS = {"source": "publisher", "source_kind": "kind"}


def coverage(
    table: pd.DataFrame, *, by: str = "confidence", years: int = 5
) -> pd.DataFrame:
    """Count the rows of a curated table by period and one property.

    Parameters
    ----------
    table : DataFrame
        With a column ``date`` or ``start``.
    by : str, default "confidence"
        A column of the table, or ``"source"`` (publishers) or ``"source_kind"``
        (official, news, ...): a row counts once for each that it cites.
    years : int, default 5
        Length of the periods.

    Returns
    -------
    DataFrame
        One row per period, one column per value of `by`, and ``all``: the rows of the
        table in that period (with sources, less than the sum of the others).

    Raises
    ------
    ArgumentError
        If the table has no column of dates, or not the column `by`.
    SchemaError
        If a date cannot be read.

    Examples
    --------
    >>> import timing
    >>> tests = timing.load_tests(min_confidence="low")
    >>> int(timing.coverage(tests)["all"].sum()) == len(tests)
    True
    """
    check_type("table", table, pd.DataFrame)
    check_whole("years", years, minimum=1)
    date = next((name for name in ("date", "start") if name in table.columns), None)
    if date is None:
        msg = "`table` has neither a column 'date' nor 'start'."
        raise ArgumentError(msg)
    allowed = [*table.columns, *(_SOURCE_COLUMNS if "sources" in table else ())]
    check_choice("by", by, allowed)
    dated = Field(name=date, type="date", required=True)
    check_table(table, TableSchema(fields=(dated,)), table="`table`")
    year = pd.DatetimeIndex(to_dates(parse_days(table[date])[0])).year
    first = (year // years) * years
    label = first.astype(str) + (
        "" if years == 1 else "-" + (first + years - 1).astype(str)
    )
    period = pd.Series(label, name="period")
    values = _values(table.reset_index(drop=True), by)
    counts = pd.crosstab(period.loc[values.index].to_numpy(), values.to_numpy())
    counts["all"] = period.value_counts()
    counts = counts.rename_axis(index="period", columns=None)
    return counts.reset_index()


def _values(table: pd.DataFrame, by: str) -> pd.Series:
    """Value of `by` for each row; several rows of the result where it cites several."""
    if by not in _SOURCE_COLUMNS:
        values = table[by].astype(object).fillna("blank").replace("", "blank")
        return values.map(lambda v: v if isinstance(v, str | int | float) else str(v))
    written = table["sources"].astype(object).fillna("").map(str)
    cited = written.str.split("; ").explode()
    named = cited.map(load_sources()[_SOURCE_COLUMNS[by]]).fillna("unknown source")
    pairs = pd.DataFrame({"row": named.index, by: named.to_numpy()}).drop_duplicates()
    return pairs.set_index("row")[by]


def agreement(
    first: Dates,
    second: Dates,
    *,
    tolerance: int = 1,
    period: StudyPeriod | None = None,
) -> AgreementResult:
    """Set two lists of dates against each other, day by day.

    Parameters
    ----------
    first, second : DataFrame with a ``date`` column, or dates
        Two lists of the same kind of event. Several events on a day count once; events
        of unknown day are left out.
    tolerance : int, default 1
        Days by which a match may differ. Same-day matches are made first, then those
        one day apart, and so on, earlier days first; a day is matched once.
    period : StudyPeriod, optional
        Only its at-risk days.

    Returns
    -------
    AgreementResult

    Raises
    ------
    SchemaError, EmptySelectionError, ArgumentError
        If a list breaks its rules, or has no day in the period.

    Notes
    -----
    The total is estimated by Chapman (1951): (n1 + 1)(n2 + 1) / (m + 1) - 1 with m
    matches, its interval from a log-normal distribution of the unseen number (Chao
    1987, Biometrics 43:783-791). It assumes that each day is as likely to be in one
    list whether or not it is in the other. Lists that use the same reports violate
    this, and the number that both miss is then underestimated.

    Examples
    --------
    >>> import timing
    >>> result = timing.agreement(
    ...     ["2025-10-22", "2025-10-28", "2025-11-07"],
    ...     ["2025-10-22", "2025-10-29"],
    ... )
    >>> result.same_day, result.near_day, result.only_first
    (1, 1, 1)
    """
    check_whole("tolerance", tolerance, minimum=0)
    one, two = _days(first, "first", period), _days(second, "second", period)
    pairs = _match(one, two, tolerance)
    only_first = sorted(one - {a for a, _ in pairs})
    only_second = sorted(two - {b for _, b in pairs})
    same = sum(a == b for a, b in pairs)
    total, interval = _chapman(len(one), len(two), len(pairs))
    rows = sorted(
        [
            *((a, b, "same day" if a == b else "near day") for a, b in pairs),
            *((a, None, "only in first") for a in only_first),
            *((None, b, "only in second") for b in only_second),
        ],
        key=lambda row: (row[0] if row[0] is not None else row[1], row[2]),
    )
    days = pd.DataFrame(rows, columns=["first", "second", "status"])
    lag = (days["second"] - days["first"]).astype("Int64")
    for column in ("first", "second"):
        days[column] = pd.to_datetime(days[column], unit="D").astype("datetime64[us]")
    days.insert(2, "lag", lag)
    return AgreementResult(
        n_first=len(one),
        n_second=len(two),
        same_day=same,
        near_day=len(pairs) - same,
        only_first=len(only_first),
        only_second=len(only_second),
        tolerance=tolerance,
        estimated_total=total,
        interval=interval,
        days=days,
    )


def _days(dates: Dates, argument: str, period: StudyPeriod | None) -> set[int]:
    day = np.unique(read_events(dates, clock=clock_of(period)).day)
    if period is not None:
        day = day[np.isin(day, period.days)]
    if not day.size:
        msg = f"`{argument}` has no day in {period}."
        raise ArgumentError(msg)
    return set(day.tolist())


def _match(first: set[int], second: set[int], tolerance: int) -> list[tuple[int, int]]:
    pairs = []
    first, second = set(first), set(second)
    for distance in range(tolerance + 1):
        for a in sorted(first):
            b = next((b for b in (a - distance, a + distance) if b in second), None)
            if b is not None:
                pairs.append((a, b))
                first.remove(a)
                second.remove(b)
    return pairs


def _chapman(n1: int, n2: int, m: int) -> tuple[float, tuple[float, float]]:
    total = (n1 + 1) * (n2 + 1) / (m + 1) - 1
    seen = n1 + n2 - m
    unseen = total - seen
    if unseen <= 0:
        return total, (float(seen), float(seen))
    variance = (n1 + 1) * (n2 + 1) * (n1 - m) * (n2 - m) / ((m + 1) ** 2 * (m + 2))
    factor = math.exp(_Z * math.sqrt(math.log(1 + variance / unseen**2)))
    return total, (seen + unseen / factor, seen + unseen * factor)
