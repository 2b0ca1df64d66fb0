"""Rules for the values of a declaration; all that break one are found at once."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Container, Mapping
from typing import Any

from timing.errors import DeclarationError, SchemaError, TimingError

Value = Any
"""What a TOML file can hold."""
Reader = Callable[[Value], Any]
"""Turns a value of the file into one of the study, and raises if it cannot."""
Failure = tuple[str, int, str, object, str]

_NAME = re.compile(r"[A-Za-z]{1,40}")


def _require(holds: bool, rule: str) -> None:
    if not holds:
        raise ValueError(rule)


def text(value: Value) -> str:
    """Read text that is not blank; blanks of every kind count as one."""
    _require(isinstance(value, str) and bool(value.strip()), "it must be text")
    return " ".join(value.split())


def name(value: Value) -> str:
    """Read a name that can stand in file names and LaTeX macros."""
    fits = isinstance(value, str) and _NAME.fullmatch(value) is not None
    _require(fits, "it must be a word of letters, at most 40")
    return str(value)


def whole(value: Value) -> int:
    """Read a whole number of at least 0."""
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    _require(is_whole and value >= 0, "it must be a whole number of at least 0")
    return int(value)


def day(value: Value) -> str:
    """Read a day."""
    if isinstance(value, str):
        value = dt.date.fromisoformat(value)
    is_day = isinstance(value, dt.date) and not isinstance(value, dt.datetime)
    _require(is_day, "it must be a day, such as 2012-01-01")
    return str(value.isoformat())


def span(value: Value) -> tuple[str, str]:
    """Read a first and a last day."""
    two = isinstance(value, list) and len(value) == 2
    _require(two, "it must hold lists of a first and a last day")
    return day(value[0]), day(value[1])


def scale(value: Value) -> str | None:
    """Read a time scale; TOML has no word for None."""
    return None if value == "none" else text(value)


def table(value: Value) -> dict[str, Any]:
    """Read a table."""
    _require(isinstance(value, dict), "it must be a table")
    return dict(value)


def words(value: Value) -> dict[str, str]:
    """Read a table of words by name."""
    return {key: text(word) for key, word in table(value).items()}


def letter(value: Value) -> str:
    """Read one character, a tab too."""
    fits = isinstance(value, str) and len(value) == 1
    _require(fits, "it must be one character")
    return str(value)


def list_of(read: Reader) -> Reader:
    """Read a list whose items have one rule."""

    def read_all(value: Value) -> tuple[Any, ...]:
        _require(isinstance(value, list), "it must be a list")
        return tuple(read(item) for item in value)

    return read_all


def one_of(*allowed: str) -> Reader:
    """Read one of some words."""
    choices = ", ".join(repr(choice) for choice in allowed)

    def read(value: Value) -> str:
        _require(value in allowed, f"it must be one of {choices}")
        return str(value)

    return read


class Problems:
    """What breaks a rule, in the order in which it is found."""

    def __init__(self) -> None:
        self.failures: list[Failure] = []
        self._lines: list[str] = []

    def add(self, line: str, failure: Failure) -> None:
        """Note a problem, and how it is said."""
        self.failures.append(failure)
        self._lines.append(line)

    def add_error(self, error: TimingError, place: str) -> None:
        """Note what an error says, with every row that it tells."""
        if isinstance(error, SchemaError):
            self.failures += error.failures.itertuples(index=False, name=None)
            self._lines.append(str(error))
        else:
            self.add(f"{place}: {error}", (place, 0, "", "", str(error)))

    def read(
        self,
        where: str,
        values: Mapping[str, object],
        readers: Mapping[str, Reader],
        optional: Container[str] = (),
    ) -> dict[str, Any]:
        """Read every key of a table: none may be unknown, only some may be missing.

        Returns
        -------
        dict
            The keys that keep their rules.
        """
        for key in values:
            if key not in readers:
                rule = f"there is no key {key!r}; the keys are {', '.join(readers)}"
                self.add(f"{where}: {rule}.", (where, 0, key, "", rule))
        for key in readers:
            if key not in values and key not in optional:
                rule = f"the key {key!r} is missing"
                self.add(f"{where}: {rule}.", (where, 0, key, "", rule))
        kept = {}
        for key, value in values.items():
            if key not in readers:
                continue
            try:
                kept[key] = readers[key](value)
            except ValueError as error:
                line = f"{where}, {key} = {value!r}: {error}."
                self.add(line, (where, 0, key, value, str(error)))
        return kept

    def raise_if_any(self) -> None:
        """Raise all of them as one error.

        Raises
        ------
        DeclarationError
        """
        if self.failures:
            raise DeclarationError(self.failures, "\n".join(self._lines))
