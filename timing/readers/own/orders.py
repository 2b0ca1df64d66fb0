"""Day and month in columns of dates such as 03/04/2015."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from timing.readers.own.reading import MONTHS
from timing.readers.own.written import ORDERS, read_written

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

_EPOCH = date(1970, 1, 1).toordinal()
_SAY = "say dates='day-first' or dates='month-first'"


def order_rules(
    distinct: Sequence[object],
    places: Mapping[str, Sequence[int]],
    at: npt.NDArray[np.intp],
) -> dict[int, str]:
    """Return what is wrong with values whose order of day and month is in question.

    Parameters
    ----------
    distinct : sequence
        The distinct values of a column in the order of their first rows.
    places : mapping of str to sequence of int
        Where those are whose `Reading` has an order, by that order.
    at : (n,) array of int
        Which of the distinct values each row has.

    Returns
    -------
    dict of int to str
        Rules by place in `distinct`.

    Examples
    --------
    >>> places = {"either": [0], "day-first": [1]}
    >>> order_rules(["03/04/2015", "13/04/2015"], places, np.array([0, 1]))[0]
    "may be 3 April or 4 March: say dates='day-first' or dates='month-first' (..."
    """
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


def _rows_of(at: npt.NDArray[np.intp], places: Sequence[int]) -> int:
    return int(np.isin(at, places).sum())


def _example(distinct: Sequence[object], at: npt.NDArray[np.intp], i: int) -> str:
    return f"row {_row(at, i)}, {distinct[i]!r}"


def _both(text: str) -> str:
    days = (read_written(text, order).first for order in ORDERS)
    names = (date.fromordinal(day + _EPOCH) for day in days)
    return " or ".join(
        f"{day.day} {MONTHS[day.month - 1].capitalize()}" for day in names
    )
