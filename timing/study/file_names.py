"""Names of files that a study may make: the same on every system, in one folder."""

from __future__ import annotations

import unicodedata

from timing.errors import ArgumentError
from timing.study.staging import MANIFEST

_LONGEST = 150
"""Bytes: folders of every system take it, with something before or after."""
_SEPARATORS = '/\\:*?"<>|'
_DEVICES = {
    *("con", "prn", "aux", "nul"),
    *(f"{port}{i}" for port in ("com", "lpt") for i in "123456789¹²³"),
}
"""Of Windows, whatever follows the first dot."""


def check_file_name(name: str) -> None:
    """Raise if a name could lead out of its folder, or not be a file's everywhere.

    Raises
    ------
    ArgumentError
        The name and the rule.

    Examples
    --------
    >>> check_file_name("lag_profile_attention.csv")
    >>> check_file_name("lag_profile_US/ROK.csv")
    Traceback (most recent call last):
    ...
    timing.errors.ArgumentError: the study would write a file named 'lag_profile_US/...
    """
    rule = _broken_rule(name)
    if rule:
        msg = (
            f"the study would write a file named {name!r}, but a file's name {rule}. "
            "Names of hypotheses become names of files: choose a word."
        )
        raise ArgumentError(msg)


def _broken_rule(name: str) -> str:
    if name.startswith((".", " ")) or name.endswith((".", " ")) or not name:
        return "must neither begin nor end with a dot or a blank"
    if any(character in _SEPARATORS for character in name):
        return f"must hold none of {' '.join(_SEPARATORS)}"
    if not name.isprintable():
        return "must hold nothing that cannot be printed"
    if len(name.encode()) > _LONGEST:
        return f"must have at most {_LONGEST} bytes"
    if name.split(".")[0].rstrip().casefold() in _DEVICES:
        return "must not be that of a device of Windows"
    if same_file(name) == MANIFEST:
        return "must not be that of the manifest"
    return ""


def same_file(name: str) -> str:
    """Write a name so that two that some system takes for one file are equal.

    Examples
    --------
    >>> same_file("Size.CSV")
    'size.csv'
    """
    return unicodedata.normalize("NFC", name).casefold()
