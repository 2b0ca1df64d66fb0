"""What a call may do outside its memory, and how long it may take."""

# ruff: noqa: ANN401 - values of any kind are the subject

from __future__ import annotations

import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


class Breach(AssertionError):
    """A call breaks the contract."""


SECONDS = 20
"""Of the processor; no call of these sizes may take more."""


def _too_slow(*_: object) -> None:
    msg = f"more than {SECONDS} seconds"
    raise Breach(msg)


@contextmanager
def limited() -> Iterator[None]:
    """Stop a call that takes too long."""
    before = signal.signal(signal.SIGPROF, _too_slow)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


# What a process does outside its memory


_ALLOWED: list[Path | None] = []
"""Folders of the guarded calls under way; None where nothing may be written."""
_NEVER = (
    "socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.bind",
    "socket.sendto", "subprocess.Popen", "os.system", "os.exec", "os.posix_spawn",
    "pickle.find_class", "shutil.rmtree", "ctypes.dlopen", "urllib.Request",
)  # fmt: skip
_CHANGES = (
    "os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink",
    "os.truncate", "os.chmod", "os.chown", "os.utime", "shutil.copyfile", "shutil.move",
)  # fmt: skip
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_MAKERS = ("dataclasses", "collections", "enum", "typing")
"""Modules of the standard library that compile the classes they make."""


def _watch(event: str, args: tuple[Any, ...]) -> None:
    if not _ALLOWED:
        return
    if event in _NEVER and not _imports(event):
        msg = f"{event} {args!r}"
        raise Breach(msg)
    if event == "compile" and args[1] == "<string>":
        maker = sys._getframe(1).f_globals.get("__name__", "")
        if maker.split(".")[0] not in _MAKERS:
            msg = f"{maker} compiles text"
            raise Breach(msg)
    if event == "open" and isinstance(args[2], int) and args[2] & _WRITING:
        _check_inside(event, args[0])
    if event in _CHANGES:
        for path in args:
            if isinstance(path, str | bytes | os.PathLike):
                _check_inside(event, path)


def _imports(event: str) -> bool:
    """Whether a library is being loaded for the first time, which may load others."""
    if event != "ctypes.dlopen":
        return False
    frame: Any = sys._getframe(1)
    while frame is not None:
        if frame.f_globals.get("__name__") == "importlib._bootstrap":
            return True
        frame = frame.f_back
    return False


def _check_inside(event: str, path: Any) -> None:
    if isinstance(path, int):
        return
    place = Path(os.path.abspath(os.fsdecode(path)))  # noqa: PTH100 - links stay
    folder = _ALLOWED[-1]
    if place != Path(os.devnull) and (folder is None or folder not in place.parents):
        msg = f"{event} of {place}"
        raise Breach(msg)


@contextmanager
def guarded(folder: Path | None) -> Iterator[None]:
    """Refuse network, pickles, processes, and files outside a folder."""
    global _watching
    if not _watching:
        sys.dont_write_bytecode = True
        sys.addaudithook(_watch)
        _watching = True
    _ALLOWED.append(folder)
    try:
        yield
    finally:
        _ALLOWED.pop()


_watching = False


def new_folder() -> Path:
    """Make an empty folder for the files of calls."""
    return Path(tempfile.mkdtemp(prefix="timing-fuzz-"))
