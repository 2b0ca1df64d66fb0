"""Writing one file whole: it holds what it held before, or the new content."""

from __future__ import annotations

import errno
import os
import shutil
import threading
from contextlib import suppress
from pathlib import Path


def write_whole(path: str | Path, content: str | bytes) -> None:
    r"""Write a file in one step: a full disk or a stop leaves the old one as it was.

    The content goes into a hidden file beside it, which then takes its place. What is
    no ordinary file, such as ``/dev/stdout``, is written to directly.

    Parameters
    ----------
    path : str or Path
        Overwritten if it exists; its permissions are kept. Where it is a link, the file
        that it points to is written.
    content : str or bytes
        Text is written as UTF-8, its line ends as they are.

    Raises
    ------
    OSError
        If the file cannot be written; it is named.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "a.txt")
    ...     write_whole(path, "new\n")
    ...     path.read_bytes()
    b'new\n'
    """
    data = content.encode() if isinstance(content, str) else content
    target = Path(os.path.realpath(path))
    try:
        if target.exists() and not target.is_file():
            target.write_bytes(data)
        else:
            check_writable(target)
            _replace(target, data)
    except OSError as error:
        # Of the hidden file, which the user does not know, or of no file at all.
        raise OSError(error.errno, error.strerror, str(path)) from error


def check_writable(path: Path) -> None:
    """Raise if a file is there that must not be written to.

    Taking its place needs no right to it, only to its folder.
    """
    if path.exists() and not os.access(path, os.W_OK):
        code = errno.EACCES
        raise PermissionError(code, os.strerror(code), str(path))


def _replace(target: Path, data: bytes) -> None:
    # Two writers at once have a hidden file each.
    part = target.with_name(f".{os.getpid()}-{threading.get_ident()}.part")
    try:
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            # A full disk may show only here, and a renamed file must not be empty.
            os.fsync(file.fileno())
        if target.exists():
            shutil.copymode(target, part)
        part.replace(target)
    except BaseException:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise
