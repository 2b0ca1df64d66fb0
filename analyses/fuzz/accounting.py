"""Rows in are rows used and rows reported; their order tells nothing."""

# ruff: noqa: ANN401 - values of any kind are the subject

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from contract import Call, copied
from guard import Breach

from timing.errors import TimingError, TimingWarning

_UNORDERED = ("tests_sha256", "calendar_sha256", "ids", "window_start")
"""Parts of a stored result that follow the order of the rows."""


def rows_of(dates: Any) -> int:
    """Count the rows that a user passed in."""
    return len(dates)


def check_rows(result: Any, call: Call) -> None:
    """Raise if rows of the tables are neither used nor reported."""
    given = dict(zip(("tests", "calendar"), call.args, strict=False))
    options = call.kwargs
    for note in result.dropped:
        if note.rows != len(note.ids) or note.rows < 1:
            msg = f"{note.reason}: {note.rows} rows, {len(note.ids)} ids"
            raise Breach(msg)
    lost = {
        table: sum(note.rows for note in result.dropped if note.table == table)
        for table in given
    }
    unit, n = options.get("unit", "day"), result.n_launches
    if result.specification.method == "hurdle_regression":
        unit = "day"  # it counts the days, and the sizes apart
    used = rows_of(given["tests"]) - lost["tests"]
    fits = {
        "day": 1 <= n <= used,
        "episode": 1 <= n <= used,
        "event": n == used,
        "missile": n >= used,
    }
    if options.get("uncertain", "exclude") != "exclude":
        fits["event"] = 1 <= n <= used  # the day halfway may not be at risk
    if not fits[unit]:
        msg = (
            f"tests: {rows_of(given['tests'])} rows in, {lost['tests']} reported, "
            f"{n} launches (unit: {unit})"
        )
        raise Breach(msg)
    if "calendar" in given:
        used = rows_of(given["calendar"]) - lost["calendar"]
        if not hasattr(result, "n_calendar_events"):
            return
        if result.n_calendar_events != used:
            msg = (
                f"calendar: {rows_of(given['calendar'])} rows in, "
                f"{lost['calendar']} reported, {result.n_calendar_events} used"
            )
            raise Breach(msg)


def check_order(value: Any, call: Call, *, tables: int, seed: int) -> None:
    """Raise if other orders of the rows give another result."""
    args, kwargs = copied(call)
    rng = np.random.default_rng(seed)
    mixed = [shuffled(table, rng) for table in args[:tables]]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", TimingWarning)
            other = call.function(*mixed, *args[tables:], **kwargs)
    except TimingError as error:
        msg = f"with its rows in another order: {error}"
        raise Breach(msg) from error
    one, two = without_order(value), without_order(other)
    if not same(one, two):
        msg_0 = f"the order of the rows tells: {first_difference(one, two)}"
        raise Breach(msg_0)


def shuffled(table: Any, rng: np.random.Generator) -> Any:
    """Put the rows into another order."""
    if rows_of(table) < 2:
        return table
    at = rng.permutation(rows_of(table))
    if isinstance(table, pd.DataFrame | pd.Series):
        return table.iloc[at]
    if isinstance(table, pd.Index | np.ndarray):
        return table[at]
    return [table[i] for i in at]


def without_order(value: Any) -> Any:
    """Return what must not depend on the order of the rows."""
    if hasattr(value, "to_dict") and hasattr(value, "summary"):
        return _without(value.to_dict())
    return value


def _without(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _without(v) for k, v in value.items() if k not in _UNORDERED}
    return [_without(v) for v in value] if isinstance(value, list) else value


def same(one: Any, two: Any) -> bool:
    """Whether two stored results agree, numbers to their last digits."""
    if isinstance(one, dict):
        return one.keys() == two.keys() and all(same(one[k], two[k]) for k in one)
    if isinstance(one, list):
        return len(one) == len(two) and all(map(same, one, two))
    if isinstance(one, float) and isinstance(two, float):
        return bool(np.isclose(one, two, rtol=1e-6, atol=1e-9, equal_nan=True))
    return bool(one == two)


def first_difference(one: Any, two: Any, path: Sequence[Any] = ()) -> str:
    """Tell where two stored results differ."""
    pairs: list[tuple[Any, Any, Any]] = []
    if isinstance(one, dict) and isinstance(two, dict) and one.keys() == two.keys():
        pairs = [(k, one[k], two[k]) for k in one]
    elif isinstance(one, list) and isinstance(two, list) and len(one) == len(two):
        pairs = [(i, a, b) for i, (a, b) in enumerate(zip(one, two, strict=True))]
    for key, a, b in pairs:
        if not same(a, b):
            return first_difference(a, b, (*path, key))
    return f"{'.'.join(map(str, path))}: {one!r} and {two!r}"


def all_rules(call: Call, *, seed: int | None, tables: int = 2) -> Callable[..., None]:
    """Check the rows of a call and, with a seed, their order."""

    def check(result: Any) -> None:
        check_rows(result, call)
        if seed is not None:
            check_order(result, call, tables=tables, seed=seed)

    return check
