"""Progress of long loops, on standard error."""

from __future__ import annotations

import sys
import time
from importlib.util import find_spec
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

T = TypeVar("T")

PATIENCE = 2.0
"""Seconds before anything is shown: short loops stay silent."""


def track(items: Iterable[T], *, total: int, label: str, show: bool) -> Iterator[T]:
    """Yield `items`, showing how many of `total` are done once it takes a while.

    A bar on a terminal where tqdm (the ``progress`` extra) is installed, else a line
    for each tenth.
    """
    if not show:
        yield from items
    elif sys.stderr.isatty() and find_spec("tqdm") is not None:
        from tqdm import tqdm

        yield from tqdm(
            items, total=total, desc=label, file=sys.stderr, leave=False, delay=PATIENCE
        )
    else:
        yield from _track_plainly(items, total=total, label=label)


def _track_plainly(items: Iterable[T], *, total: int, label: str) -> Iterator[T]:
    begin, shown = time.monotonic(), 0
    for done, item in enumerate(items, start=1):
        yield item
        tenths = 10 * done // total
        if tenths > shown and time.monotonic() - begin > PATIENCE:
            shown = tenths
            print(f"  {label}: {10 * tenths}%", file=sys.stderr, flush=True)
