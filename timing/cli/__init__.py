"""The command ``timing``."""

from __future__ import annotations

import sys
import warnings
from typing import TYPE_CHECKING

from timing.cli.parser import build_parser
from timing.errors import TimingError

if TYPE_CHECKING:
    from collections.abc import Sequence

EXIT_OK, EXIT_BAD_INPUT, EXIT_INTERRUPTED = 0, 2, 130
"""Exit codes; argparse also uses 2 for wrong usage."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments : sequence of str, optional
        The program's own arguments by default.

    Returns
    -------
    int
        0, or 2 for bad input (the reason is on standard error), or 130 if interrupted.
    """
    options = build_parser().parse_args(arguments)
    try:
        with warnings.catch_warnings():
            warnings.showwarning = _show_warning
            return EXIT_OK if options.command(options) else EXIT_BAD_INPUT
    except (TimingError, OSError) as error:
        print(f"timing {options.name}: {_reason(error)}", file=sys.stderr)
        return EXIT_BAD_INPUT
    except KeyboardInterrupt:
        print(f"timing {options.name}: interrupted", file=sys.stderr)
        return EXIT_INTERRUPTED


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else str(error)
    return str(error)


def _show_warning(message: Warning | str, *_: object, **__: object) -> None:
    print(f"warning: {message}", file=sys.stderr)
