"""Optional libraries, loaded when first needed."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from timing.errors import MissingExtraError

if TYPE_CHECKING:
    from types import ModuleType


def load_extra(module: str, *, reading: str) -> ModuleType:
    """Import a module of the ``io`` extra.

    Parameters
    ----------
    module : str
        Dotted name.
    reading : str
        What it is needed for, such as ``"XLSX"``.

    Returns
    -------
    module

    Raises
    ------
    MissingExtraError
        If it is not installed.

    Examples
    --------
    >>> load_extra("no_such_library", reading="XLSX")
    Traceback (most recent call last):
    ...
    timing.errors.MissingExtraError: reading XLSX needs the 'io' extra: ...
    """
    try:
        return import_module(module)
    except ImportError as error:
        msg = (
            f"reading {reading} needs the 'io' extra: pip install 'event-timing[io]' "
            f"({error})"
        )
        raise MissingExtraError(msg) from None
