"""What an unfinished run of a study has done, so that it can go on."""

from __future__ import annotations

import hashlib
import json
import shutil
from typing import TYPE_CHECKING, Any

from timing.replication import write_whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

_HIDDEN = ".unfinished"


class Unfinished:
    """Finished steps of a run and the request that they answer, in a hidden folder.

    Parameters
    ----------
    output : Path
        Folder of the study's files.
    """

    def __init__(self, output: Path) -> None:
        self.output = output
        self.folder = output / _HIDDEN

    @property
    def parts(self) -> Path:
        """Folder of the chunks of a step that was stopped."""
        return self.folder / "parts"

    def request(self) -> dict[str, Any] | None:
        """Return what the run was asked for; None if there is no unfinished run."""
        path = self.folder / "request.json"
        if not path.exists():
            return None
        stored: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return stored

    def begin(self, request: Mapping[str, Any]) -> None:
        """Start afresh."""
        self.remove()
        self.folder.mkdir(parents=True)
        write_whole(self.folder / "request.json", request)

    def finish(self, step: str, seconds: float, files: Iterable[Path]) -> None:
        """Record a finished step."""
        done = {"seconds": seconds, "files_sha256": hashes(files)}
        write_whole(self.folder / f"step-{step}.json", done)

    def finished(self, step: str) -> tuple[float, list[Path]] | None:
        """Return seconds and files of a finished step; None if any file has changed."""
        record = self.folder / f"step-{step}.json"
        if not record.exists():
            return None
        done = json.loads(record.read_text(encoding="utf-8"))
        files = [self.output / name for name in done["files_sha256"]]
        if not all(path.is_file() for path in files):
            return None
        return (
            (done["seconds"], files) if hashes(files) == done["files_sha256"] else None
        )

    def remove(self) -> None:
        """Forget the run."""
        if self.folder.exists():
            shutil.rmtree(self.folder)


def hashes(paths: Iterable[Path]) -> dict[str, str]:
    """Return the SHA-256 of each file by its name."""
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(paths)}
