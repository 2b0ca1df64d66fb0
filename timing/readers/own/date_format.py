"""Dates in a format that the user states, by the letters of ``strptime``.

Names of months and days are English whatever the language of the machine, which is
why Python's own ``strptime`` is not used.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from timing.errors import ArgumentError
from timing.readers.own.clock_text import read_offset
from timing.readers.own.reading import (
    MONTHS,
    NO_CLOCK,
    WEEKDAYS,
    Reading,
    Unreadable,
    check_weekday,
    day_of,
    month_number,
    month_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_MONTH = "|".join((*MONTHS, "sept", *(name[:3] for name in MONTHS)))
_WEEKDAY = "|".join((*WEEKDAYS, *(name[:3] for name in WEEKDAYS)))
_LETTERS = {
    "Y": r"(?P<Y>\d{4})",
    "y": r"(?P<y>\d\d)",
    "m": r"(?P<m>\d{1,2})",
    "b": rf"(?P<b>{_MONTH})\.?",
    "B": rf"(?P<b>{_MONTH})\.?",
    "d": r"(?P<d>\d{1,2})",
    "a": rf"(?P<a>{_WEEKDAY})\.?",
    "A": rf"(?P<a>{_WEEKDAY})\.?",
    "H": r"(?P<H>\d{1,2})",
    "I": r"(?P<I>\d{1,2})",
    "M": r"(?P<M>\d{1,2})",
    "S": r"(?P<S>\d{1,2})",
    "f": r"(?P<f>\d{1,9})",
    "p": r"(?P<p>[AP])\.?M\.?",
    "z": r"(?P<z>Z|[+-]\d\d(?::?\d\d)?)",
    "%": "%",
}
_NEEDED = (
    (("Y", "y"), "a year (%Y or %y)"),
    (("m", "b"), "a month (%m, %b or %B)"),
)
_TOGETHER = (("M", "HI"), ("S", "M"), ("f", "S"), ("z", "HI"), ("p", "I"), ("I", "p"))


def compile_format(dates: str) -> Callable[[str], Reading]:
    """Return a reader of dates in one format.

    Parameters
    ----------
    dates : str
        Such as ``"%d.%m.%y"``: %Y %y %m %b %B %d %a %A %H %I %M %S %f %p %z. Two-digit
        years are 1969 to 2068. Without %d, dates are whole months.

    Raises
    ------
    ArgumentError
        If a letter is unknown or occurs twice, or year or month are missing.

    Examples
    --------
    >>> read = compile_format("%d-%b-%y")
    >>> read("28-OCT-25").first
    20389
    """
    letters: list[str] = []
    pattern = re.compile(_pattern(dates, letters), re.ASCII | re.IGNORECASE)
    _check(dates, letters)

    def read(text: str) -> Reading:
        match = pattern.fullmatch(" ".join(text.split()))
        if match is None:
            rule = f"is not written as dates={dates!r} says"
            raise Unreadable(rule)
        return _reading(match.groupdict())

    return read


def has_clock(dates: str) -> bool:
    """Whether a format says that dates have clock times.

    Examples
    --------
    >>> has_clock("%Y-%m-%d %H:%M"), has_clock("day-first")
    (True, False)
    """
    return "%H" in dates or "%I" in dates


def _pattern(dates: str, letters: list[str]) -> str:
    parts = re.split(r"%(.?)", " ".join(dates.split()), flags=re.DOTALL)
    pattern = re.escape(parts[0])
    for letter, literal in zip(parts[1::2], parts[2::2], strict=True):
        if letter not in _LETTERS:
            known = " ".join(f"%{name}" for name in _LETTERS)
            msg = f"`dates` is {dates!r}; %{letter} is not read. Known are {known}."
            raise ArgumentError(msg)
        if letter != "%":
            letters.append({"B": "b", "A": "a"}.get(letter, letter))
        if letters.count(letters[-1] if letters else "") > 1:
            msg = f"`dates` is {dates!r}; %{letter} must not occur twice."
            raise ArgumentError(msg)
        pattern += _LETTERS[letter] + re.escape(literal)
    return pattern


def _check(dates: str, letters: list[str]) -> None:
    for choices, name in _NEEDED:
        if sum(letter in letters for letter in choices) != 1:
            msg = f"`dates` is {dates!r}; it must have {name}, once."
            raise ArgumentError(msg)
    for letter, others in _TOGETHER:
        if letter in letters and not set(others) & set(letters):
            needs = " or ".join(f"%{other}" for other in others)
            msg = f"`dates` is {dates!r}; %{letter} needs {needs}."
            raise ArgumentError(msg)
    if set("HI") <= set(letters) or (set("HI") & set(letters) and "d" not in letters):
        msg = f"`dates` is {dates!r}; a clock time needs %d, and one of %H and %I."
        raise ArgumentError(msg)


def _reading(parts: Mapping[str, str | None]) -> Reading:
    short = parts.get("y")
    year = int(parts.get("Y") or short or 0)
    if short is not None:
        year += 1900 if year >= 69 else 2000
    name = parts.get("b")
    month = month_number(name) if name else int(parts["m"] or 0)
    written = parts.get("d")
    if written is None:
        return Reading(*month_of(year, month), to_the_day=False)
    day = day_of(year, month, int(written))
    weekday = parts.get("a")
    if weekday:
        check_weekday(day, day, weekday)
    return Reading(day, day, clock=_clock(parts), offset=read_offset(parts.get("z")))


def _clock(parts: Mapping[str, str | None]) -> int:
    hour = parts.get("H") or parts.get("I")
    if hour is None:
        return NO_CLOCK
    hours, minutes, seconds = int(hour), *(int(parts.get(k) or 0) for k in "MS")
    half = parts.get("p")
    if hours > 23 or minutes > 59 or seconds > 59 or (half and not 1 <= hours <= 12):
        rule = "is not a clock time that exists"
        raise Unreadable(rule)
    if half:
        hours = hours % 12 + 12 * (half in "Pp")
    return 3600 * hours + 60 * minutes + seconds
