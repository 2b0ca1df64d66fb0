"""Day and month in columns of dates such as 03/04/2015."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from timing.readers.reading import MONTHS
from timing.readers.written import ORDERS, read_written

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from timing.readers.reading import Reading

_EPOCH = date(1970, 1, 1).toordinal()
_SAY = "say dates='day-first' or dates='month-first'"


def order_rules(
    distinct: Sequence[object],
    readings: Sequence[Reading | None],
    at: npt.NDArray[np.intp],
) -> dict[int, str]:
    """Return what is wrong with values whose order of day and month is in question.

    Parameters
    ----------
    distinct : sequence
        The distinct values of a column in the order of their first rows.
    readings : sequence of Reading or None
        As read without a given order.
    at : (n,) array of int
        Which of the distinct values each row has.

    Returns
    -------
    dict of int to str
        Rules by place in `distinct`.

    Examples
    --------
    >>> read = [read_written(text) for text in ("03/04/2015", "13/04/2015")]
    >>> order_rules(["03/04/2015", "13/04/2015"], read, np.array([0, 1]))[0]
    "may be 3 April or 4 March: say dates='day-first' or dates='month-first' (..."
    """
    places: dict[str, list[int]] = {}
    for i, reading in enumerate(readings):
        if reading is not None and reading.order:
            places.setdefault(reading.order, []).append(i)
    if not places:
        return {}
    cell = next(
        (i for i, value in enumerate(distinct) if isinstance(value, date)), None
    )
    if cell is not None:
        rule = (
            f"is text beside real dates (row {_row(at, cell)}), which a spreadsheet "
            "may have taken in the other order: make all of them dates or all text"
        )
        return dict.fromkeys((i for found in places.values() for i in found), rule)
    sure = [order for order in ORDERS if order in places]
    rules = {}
    if len(sure) == 2:
        rare = min(sure, key=lambda order: _rows_of(at, places[order]))
        other = ORDERS[rare == ORDERS[0]]
        example = _example(distinct, at, places[other][0])
        rule = f"can only be {rare}, but {example} only {other}: write one order"
        rules = dict.fromkeys(places[rare], rule)
    seen = " ".join(
        f"({_example(distinct, at, places[order][0])}, can only be {order})"
        for order in sure
    )
    for i in places.get("either", ()):
        rules[i] = f"may be {_both(str(distinct[i]))}: {_SAY} {seen}".rstrip()
    return rules


def _row(at: npt.NDArray[np.intp], i: int) -> int:
    return int(np.argmax(at == i)) + 1


def _rows_of(at: npt.NDArray[np.intp], places: list[int]) -> int:
    return int(np.isin(at, places).sum())


def _example(distinct: Sequence[object], at: npt.NDArray[np.intp], i: int) -> str:
    return f"row {_row(at, i)}, {distinct[i]!r}"


def _both(text: str) -> str:
    days = (read_written(text, order).first for order in ORDERS)
    names = (date.fromordinal(day + _EPOCH) for day in days)
    return " or ".join(
        f"{day.day} {MONTHS[day.month - 1].capitalize()}" for day in names
    )
