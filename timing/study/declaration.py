"""Reading the declaration of a study from a TOML file; no key in it goes unread."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any

from timing.errors import ArgumentError
from timing.kernels.pvalues import ALTERNATIVES
from timing.study.specification import Hypothesis, Study, Variant

Value = Any
"""What a TOML file can hold."""
Reader = Callable[[Value], Any]
"""Turns a value of the file into one of the study, and raises if it cannot."""


def _require(holds: bool, rule: str) -> None:
    if not holds:
        raise ValueError(rule)


def _text(value: Value) -> str:
    _require(isinstance(value, str) and bool(value.strip()), "it must be text")
    return " ".join(value.split())


def _whole(value: Value) -> int:
    whole = isinstance(value, int) and not isinstance(value, bool)
    _require(whole and value >= 0, "it must be a whole number of at least 0")
    return int(value)


def _day(value: Value) -> str:
    if isinstance(value, str):
        value = dt.date.fromisoformat(value)
    day = isinstance(value, dt.date) and not isinstance(value, dt.datetime)
    _require(day, "it must be a day, such as 2012-01-01")
    return str(value.isoformat())


def _span(value: Value) -> tuple[str, str]:
    two = isinstance(value, list) and len(value) == 2
    _require(two, "it must hold lists of a first and a last day")
    return _day(value[0]), _day(value[1])


def _scale(value: Value) -> str | None:
    """Read a time scale; TOML has no word for None."""
    return None if value == "none" else _text(value)


def _table(value: Value) -> dict[str, Any]:
    _require(isinstance(value, dict), "it must be a table")
    return dict(value)


def _list_of(read: Reader) -> Reader:
    def read_all(value: Value) -> tuple[Any, ...]:
        _require(isinstance(value, list), "it must be a list")
        return tuple(read(item) for item in value)

    return read_all


def _one_of(*allowed: str) -> Reader:
    choices = ", ".join(repr(choice) for choice in allowed)

    def read(value: Value) -> str:
        _require(value in allowed, f"it must be one of {choices}")
        return str(value)

    return read


_TOP: dict[str, Reader] = {"title": _text, "why": _text, "seed": _whole}
_PARTS: dict[str, dict[str, Reader]] = {
    "outcome": {
        "weapons": _list_of(_text),
        "unit": _one_of("day", "event", "episode"),
    },
    "period": {"start": _day, "end": _day, "exclude": _list_of(_span)},
    "window": {
        "before": _whole,
        "after": _whole,
        "anchor": _one_of("interval", "meeting"),
    },
    "test": {"strata": _scale, "alternative": _one_of(*ALTERNATIVES)},
}
"""What every selection has in common, unless it says otherwise."""
_SELECTION: dict[str, Reader] = {
    "label": _text,
    "categories": _list_of(_text),
    "without_journeys_of": _list_of(_text),
    **{key: read for part in _PARTS.values() for key, read in part.items()},
}
_HYPOTHESIS: dict[str, Reader] = {
    **_SELECTION,
    "name": _text,
    "expected": _one_of("more", "fewer"),
    "why": _text,
}
_CHECKS: dict[str, Reader] = {
    "controls": _list_of(_list_of(_text)),
    "max_lag": _whole,
    "scales": _list_of(_scale),
    "scan_days": _list_of(_whole),
    "scan_eras": _list_of(_span),
    "n_replicates": _whole,
    "n_random_calendars": _whole,
}


_DECLARATION: dict[str, Reader] = {
    **_TOP,
    **dict.fromkeys((*_PARTS, "checks"), _table),
    **dict.fromkeys(("hypotheses", "variants"), _list_of(_table)),
}


def analyses_folder() -> Path:
    """Folder of declaration and scripts: inside the wheel, or beside the source."""
    shipped = Path(__file__).parents[1] / "_analyses"
    return shipped if shipped.is_dir() else Path(__file__).parents[2] / "analyses"


@cache
def primary_study() -> Study:
    """Return the study of the DPRK's tests, as declared in ``analyses/primary.toml``.

    Examples
    --------
    >>> primary_study().primary.name
    'attention'
    """
    return read_study(analyses_folder() / "primary.toml")


def read_study(path: str | Path) -> Study:
    """Read the declaration of a study.

    Parameters
    ----------
    path : str or Path
        A TOML file; ``analyses/primary.toml`` is an example.

    Returns
    -------
    Study

    Raises
    ------
    ArgumentError
        If the file is no TOML, or a key is missing, unknown or breaks its rule: file,
        table and key are named.
    """
    path = Path(path)
    top = _read(str(path), _parsed(path), _DECLARATION, optional=("variants",))
    shared: dict[str, Any] = {}
    reasons = []
    for part, rules in _PARTS.items():
        where = f"{path}, [{part}]"
        values = _read(where, top.pop(part), {**rules, "why": _text}, ("exclude",))
        reasons.append((part, values.pop("why")))
        shared |= values
    hypotheses = [
        Hypothesis(**shared | _read(where, table, _HYPOTHESIS, optional=_SELECTION))
        for where, table in _numbered(path, top, "hypotheses")
    ]
    if not hypotheses:
        msg = f"{path}: the key 'hypotheses' must hold at least one table."
        raise ArgumentError(msg)
    first = {f.name: getattr(hypotheses[0], f.name) for f in fields(Variant)}
    variants = [
        Variant(**first | _read(where, table, _SELECTION, optional=_SELECTION))
        for where, table in _numbered(path, top, "variants")
    ]
    checks = _read(f"{path}, [checks]", top.pop("checks"), _CHECKS)
    return Study(
        **top,
        **checks,
        hypotheses=tuple(hypotheses),
        variants=tuple(variants),
        reasons=tuple(reasons),
    )


def _parsed(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        msg = f"{path}: there is no such file."
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        msg = f"{path}: this is no TOML: {error}."
    raise ArgumentError(msg)


def _read(
    where: str,
    table: Mapping[str, object],
    readers: Mapping[str, Reader],
    optional: Container[str] = (),
) -> dict[str, Any]:
    """Read every key of a table; none may be unknown, and only some may be missing."""
    for key in table:
        if key not in readers:
            known = ", ".join(readers)
            msg = f"{where}: there is no key {key!r}; the keys are {known}."
            raise ArgumentError(msg)
    missing = [key for key in readers if key not in table and key not in optional]
    if missing:
        msg = f"{where}: the key {missing[0]!r} is missing."
        raise ArgumentError(msg)
    values = {}
    for key, value in table.items():
        try:
            values[key] = readers[key](value)
        except ValueError as error:
            msg = f"{where}, {key} = {value!r}: {error}."
            raise ArgumentError(msg) from None
    return values


def _numbered(
    path: Path, top: dict[str, Any], key: str
) -> Iterator[tuple[str, dict[str, Any]]]:
    for i, table in enumerate(top.pop(key, ()), start=1):
        yield f"{path}, [[{key}]] number {i}", table
