"""Moving folders and what is in them, so that nothing is lost on the way."""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container

_HERE = -100
"""Relative paths start from the working folder (AT_FDCWD)."""
_EXCHANGE = 2
"""RENAME_EXCHANGE."""


def take_place(new: Path, place: Path, old: Path) -> None:
    """Move a folder to the place of another, which goes to `old`.

    One step where the system can do it (Linux). Elsewhere there are two, and a kill
    between them leaves nothing at `place`, and at `old` what was there.
    """
    if not place.exists():
        new.rename(place)
        return
    try:
        _exchange(new, place)
    except OSError:
        place.rename(old)
        try:
            new.rename(place)
        except BaseException:
            old.rename(place)
            raise
    else:
        new.rename(old)


def _exchange(one: Path, other: Path) -> None:
    """Let two folders change places in one step."""
    renameat2 = None
    if sys.platform == "linux":
        renameat2 = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if renameat2 is None:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS), str(one))
    paths = (os.fsencode(path) for path in (one, other))
    first, second = (ctypes.c_char_p(path) for path in paths)
    if renameat2(_HERE, first, _HERE, second, ctypes.c_uint(_EXCHANGE)) != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code), str(one), None, str(other))


def carry_over(source: Path, target: Path, leave: Container[str] = ()) -> None:
    """Put everything of a folder into another but for some names; newer files win.

    Files are linked, so that none is read and none can get lost on a full disk.

    Raises
    ------
    OSError
        With the code EXDEV if something is mounted in the folder: it would be emptied
        with the old one.
    """
    with os.scandir(source) as entries:
        found = [entry for entry in entries if entry.name not in leave]
    for entry in found:
        here, there = Path(entry.path), target / entry.name
        if entry.is_dir(follow_symlinks=False):
            if here.is_mount():
                raise OSError(errno.EXDEV, os.strerror(errno.EXDEV), entry.path)
            there.mkdir(exist_ok=True)
            carry_over(here, there)
            copy_rights(here, there)
        elif not os.path.lexists(there):
            link(here, there, across=False)
        elif here.lstat().st_mtime_ns > there.lstat().st_mtime_ns:
            there.unlink()
            link(here, there, across=False)


def link(source: Path, target: Path, *, across: bool = True) -> None:
    """Give a file a second name; copy it where the file system knows no such thing.

    A file that is mounted from elsewhere is copied too, unless `across` is False.
    """
    try:
        os.link(source, target, follow_symlinks=False)
    except (OSError, NotImplementedError) as error:
        code = getattr(error, "errno", None)
        if code == errno.ENOSPC or (code == errno.EXDEV and not across):
            raise
        shutil.copy2(source, target, follow_symlinks=False)


def copy_rights(source: Path, target: Path) -> None:
    """Give a folder the owner, the permissions and the attributes of another."""
    stat = source.stat()
    with suppress(PermissionError):  # only the system's administrator may
        if hasattr(os, "chown"):
            os.chown(target, stat.st_uid, stat.st_gid)
    shutil.copystat(source, target)


def remove(path: Path) -> None:
    """Remove a file or a folder, whatever the permissions of folders in it."""
    if path.is_symlink() or not path.is_dir():
        path.unlink(missing_ok=True)
        return
    _let_in(path)
    for folder, names, _ in os.walk(path):
        for name in names:
            _let_in(Path(folder, name))
    shutil.rmtree(path)


def _let_in(folder: Path) -> None:
    if not folder.is_symlink():
        with suppress(PermissionError):
            folder.chmod(0o700)
