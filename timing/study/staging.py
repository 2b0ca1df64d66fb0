"""Outputs of a run that take the place of the old ones in one step.

A run works in a hidden folder beside the output folder. When all of it is there, a new
output folder is put together from the files of the run and whatever else the old one
holds, and the two change places. A full disk, a kill or an error before that leaves the
old folder as it was.
"""

from __future__ import annotations

import errno
import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from timing.errors import ArgumentError
from timing.study.exchange import carry_over, copy_rights, link, remove, take_place
from timing.study.lock import lock
from timing.whole import check_writable, write_whole

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from types import TracebackType

MANIFEST = "manifest.json"
_LOCK = "lock"
_OLD = "old"
_FIXED = (errno.EACCES, errno.EBUSY, errno.EPERM, errno.EXDEV)
"""Why a folder may not be moved, although the files in it may: a right, a mount."""


class Staging:
    """Hidden folder of one run, locked while it works.

    Parameters
    ----------
    output : Path
        Folder that gets the outputs. A link to a folder stands for that folder.
    name : str
        End of the name of the hidden folder: one for each kind of run.

    Attributes
    ----------
    output : Path
        Without links, and whatever the working folder becomes.
    folder : Path
        The hidden folder: beside `output`, or in it where nothing may be made beside.
    files : Path
        Where the run writes its outputs.

    Raises
    ------
    ArgumentError
        If `output` is a file; on entering, if another run writes there.
    """

    def __init__(self, output: Path, name: str = "unfinished") -> None:
        self.output = _resolved(output)
        beside = self.output.with_name(f".{self.output.name}.{name}")
        fixed = self.output.is_dir() and not _may_be_moved(self.output)
        self.folder = self.output / f".{name}" if fixed else beside
        self.files = self.folder / "outputs"

    def __enter__(self) -> Staging:
        self._lock = lock(self.folder / _LOCK, self.output)
        old = self.folder / _OLD
        if old.exists() and not self.output.exists():
            old.rename(self.output)  # killed between the two steps of `take_place`
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._lock.close()

    def clear(self) -> None:
        """Forget what an earlier run has left."""
        for path in self.folder.iterdir():
            if path.name != _LOCK:
                remove(path)

    def gather(self, keep: Collection[str] = ()) -> None:
        """Let the run read the outputs that are there; its own of these names stay."""
        self.files.mkdir(exist_ok=True)
        for path in self.files.iterdir():
            if path.name not in keep:
                remove(path)
        if not self.output.is_dir():
            return
        for path in self.output.iterdir():
            if path.name in keep or not path.is_file():
                continue
            copy = shutil.copyfile if path.is_symlink() else link
            copy(path, self.files / path.name)

    def publish(self, names: Iterable[str], obsolete: Collection[str] = ()) -> None:
        """Put files of the run in the place of the old, in one step where it can be.

        Parameters
        ----------
        names : iterable of str
            Files of the run. Whatever else is in the output folder stays.
        obsolete : collection of str
            Files of an earlier run that go.

        Notes
        -----
        A folder that cannot be moved (a mount point, the working folder, or one in a
        folder that may not be written to) gets its files one by one, the manifest last:
        it has none while they are mixed.
        """
        names = sorted(names)
        for name in names:
            check_writable(self.output / name)
            if (self.output / name).is_dir():
                msg = (
                    f"{self.output / name} is a folder, and a file of the run goes "
                    "there; move it away."
                )
                raise ArgumentError(msg)
        if self.folder.parent == self.output or _is_working_folder(self.output):
            self._replace_files(names, obsolete)
            return
        try:
            self._replace_folder(names, obsolete)
        except OSError as error:
            if error.errno not in _FIXED:
                raise
            self._replace_files(names, obsolete)

    def _replace_folder(self, names: list[str], obsolete: Collection[str]) -> None:
        new, old = self.folder / "new", self.folder / _OLD
        for path in (new, old):
            remove(path)
        new.mkdir()
        for name in names:
            link(self.files / name, new / name)
        leave = {*names, *obsolete}
        if self.output.exists():
            carry_over(self.output, new, leave)
            copy_rights(self.output, new)
            os.utime(new)
        take_place(new, self.output, old)
        if old.exists():
            carry_over(old, self.output, leave)  # what came in the meantime

    def _replace_files(self, names: list[str], obsolete: Collection[str]) -> None:
        self.output.mkdir(exist_ok=True)
        if MANIFEST in names:
            (self.output / MANIFEST).unlink(missing_ok=True)
        part = self.folder / "part"
        for name in sorted(names, key=MANIFEST.__eq__):
            part.unlink(missing_ok=True)
            link(self.files / name, part)
            try:
                part.replace(self.output / name)
            except OSError as error:
                if error.errno != errno.EXDEV:
                    raise
                # A folder of this disk that is mounted elsewhere on it.
                write_whole(self.output / name, part.read_bytes())
        for name in obsolete:
            (self.output / name).unlink(missing_ok=True)

    def remove(self) -> None:
        """Remove the hidden folder; what cannot be removed does no harm."""
        with suppress(OSError):
            self.clear()
            # The lock goes last: until then no other run begins here.
            (self.folder / _LOCK).unlink()
            self.folder.rmdir()


def _resolved(output: Path) -> Path:
    try:
        found = output.resolve()
    except RuntimeError:
        msg = f"`output` is {output}, a link that leads to itself; choose a folder."
        raise ArgumentError(msg) from None
    if found.exists() and not found.is_dir():
        msg = f"`output` is {output}; it must be a folder, and this is a file."
        raise ArgumentError(msg)
    return found


def _may_be_moved(folder: Path) -> bool:
    return not folder.is_mount() and os.access(folder.parent, os.W_OK | os.X_OK)


def _is_working_folder(folder: Path) -> bool:
    """Whether this process, and so perhaps the user's shell, works in a folder."""
    with suppress(FileNotFoundError):  # it may be gone
        return Path.cwd().is_relative_to(folder)
    return False
