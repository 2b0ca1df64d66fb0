"""The clock on which the days of a study are counted."""

from __future__ import annotations

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from timing.errors import ArgumentError

HOME = "Asia/Seoul"
"""Unless a study period names another: tests in the curated tables are dated by it."""

_NO_ZONES = ("localtime", "posixrules", "Factory")


def is_zone(name: str) -> bool:
    """Whether `name` is an IANA time zone, the same on every machine.

    Examples
    --------
    >>> is_zone("Europe/Madrid"), is_zone("Madrid time")
    (True, False)
    """
    # Of the machine, no zone at all, and clocks that count leap seconds.
    if (
        not isinstance(name, str)
        or name in _NO_ZONES
        or name.startswith(("right/", "posix/"))
    ):
        return False
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError, TypeError):
        return False
    return True


def check_zone(name: str, value: object) -> str:
    """Return `value` if it is an IANA time zone.

    Examples
    --------
    >>> check_zone("zone", "UTC")
    'UTC'
    """
    if not isinstance(value, str) or not is_zone(value):
        msg = f"`{name}` is {value!r}; it must be an IANA time zone, such as 'UTC'."
        raise ArgumentError(msg)
    return value
