"""One run at a time in one folder."""

from __future__ import annotations

import errno
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from timing.errors import ArgumentError

if sys.platform != "win32":
    import fcntl

if TYPE_CHECKING:
    from io import FileIO
    from pathlib import Path

_NO_LOCKS = (errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS)
"""Of file systems that know no locks: there, nobody is kept out."""


def lock(path: Path, output: Path) -> FileIO:
    """Return the open lock file of a run; closing it, or a kill, lets go of it.

    Parameters
    ----------
    path : Path
        The lock file; its folder is made where it does not exist.
    output : Path
        What the run writes to, for the message.

    Raises
    ------
    ArgumentError
        If another run, of this process or another, holds it. On Windows nobody is kept
        out.
    """
    while True:
        path.parent.parent.mkdir(parents=True, exist_ok=True)
        # What a run works on is nobody else's business before it is done.
        path.parent.mkdir(mode=0o700, exist_ok=True)
        file = _taken(path, output)
        if file is not None:
            break
    file.truncate(0)
    with suppress(OSError):  # a full disk: the number is for the message only
        file.write(f"{os.getpid()}".encode())
    return file


def _taken(path: Path, output: Path) -> FileIO | None:
    """Take the lock; None if a run that has just ended took the file away."""
    try:
        file = path.open("a+b", buffering=0)
    except FileNotFoundError:
        return None
    if not _locked(file):
        with file:
            file.seek(0)
            holder = file.read().decode()
        msg = (
            f"`output` is {output}, where another run (process {holder}) is writing. "
            "Wait until it is done, or choose another folder."
        )
        raise ArgumentError(msg)
    with suppress(FileNotFoundError):
        if os.path.samestat(os.fstat(file.fileno()), path.stat()):
            return file
    file.close()
    return None


def _locked(file: FileIO) -> bool:
    if sys.platform == "win32":
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        if error.errno not in _NO_LOCKS:
            raise
    return True
