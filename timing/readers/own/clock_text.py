"""Clock times and offsets as written."""

from __future__ import annotations

import re
from functools import lru_cache

from timing.readers.own.reading import NO_OFFSET, Unreadable

_CLOCK = re.compile(
    r"(\d{1,2}):(\d\d)(?::(\d\d)(?:[.,]\d+)?)?(?: ?([AP])\.?M\.?)?"
    r"(?: ?(Z|UTC|GMT|[+-]\d\d(?::?\d\d)?))?",
    re.ASCII | re.I,
)
_LETTERS = re.compile(
    r"\d.*\d(?: ?[AP]\.?M\.?)? ?[A-Z]{2,5}([+-]\d+)?", re.ASCII | re.I
)
TIME_RULE = "is not a clock time (rule: 14:30, 14:30:00, 2:30 PM or 14:30+09:00)"


@lru_cache(maxsize=2**17)
def read_clock(text: str) -> tuple[int, int]:
    """Read a clock time; fractions of a second are cut off.

    Parameters
    ----------
    text : str
        With single blanks.

    Returns
    -------
    clock : int
        Seconds since midnight.
    offset : int
        Seconds east of UTC, or `NO_OFFSET`.

    Raises
    ------
    Unreadable

    Examples
    --------
    >>> read_clock("2:30 PM"), read_clock("14:30+09:00")
    ((52200, 1000000), (52200, 32400))
    """
    match = _CLOCK.fullmatch(text)
    if match is None:
        if _LETTERS.fullmatch(text):
            rule = "has a zone in letters, which may mean several: write it as +09:00"
            raise Unreadable(rule)
        raise Unreadable(TIME_RULE)
    hour, minute, second = int(match[1]), int(match[2]), int(match[3] or 0)
    if match[4]:
        if not 1 <= hour <= 12:
            raise Unreadable(TIME_RULE)
        hour = hour % 12 + 12 * (match[4] in "Pp")
    if (hour, minute, second) == (24, 0, 0):
        rule = "has the time 24:00: write 00:00 of the next day"
        raise Unreadable(rule)
    if hour > 23 or minute > 59 or second > 59:
        raise Unreadable(TIME_RULE)
    return 3600 * hour + 60 * minute + second, read_offset(match[5])


def read_offset(text: str | None) -> int:
    """Seconds east of UTC.

    Examples
    --------
    >>> read_offset("Z"), read_offset("-0330")
    (0, -12600)
    """
    if not text:
        return NO_OFFSET
    if text[0] not in "+-":
        return 0
    hours, minutes = int(text[1:3]), int(text[3:].lstrip(":") or 0)
    if hours > 15 or minutes > 59:
        rule = f"has the offset {text}, which no clock has"
        raise Unreadable(rule)
    return (3600 * hours + 60 * minutes) * (-1 if text[0] == "-" else 1)
