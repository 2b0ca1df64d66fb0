"""What an unfinished run of a study has done, so that it can go on."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from timing.whole import write_whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from timing.study.staging import Staging


class Unfinished:
    """Finished steps of a run and the request that they answer, in its hidden folder.

    Parameters
    ----------
    staging : Staging
        Where the run works.
    """

    def __init__(self, staging: Staging) -> None:
        self.staging = staging

    @property
    def parts(self) -> Path:
        """Folder of the chunks of a step that was stopped."""
        return self.staging.folder / "parts"

    def request(self) -> dict[str, Any] | None:
        """Return what the run was asked for; None if there is no unfinished run."""
        return _read(self.staging.folder / "request.json")

    def begin(self, request: Mapping[str, Any]) -> None:
        """Start afresh."""
        self.staging.clear()
        _write(self.staging.folder / "request.json", request)

    def is_empty(self) -> bool:
        """Whether nothing was done."""
        steps = self.staging.folder.glob("step-*.json")
        return not self.parts.exists() and next(steps, None) is None

    def finish(self, step: str, seconds: float, files: Iterable[Path]) -> None:
        """Record a finished step."""
        done = {"seconds": seconds, "files_sha256": hashes(files)}
        _write(self.staging.folder / f"step-{step}.json", done)

    def finished(self, step: str) -> tuple[float, list[Path]] | None:
        """Return seconds and files of a finished step; None if any file has changed."""
        done = _read(self.staging.folder / f"step-{step}.json")
        if done is None:
            return None
        files = [self.staging.files / name for name in done["files_sha256"]]
        if not all(path.is_file() for path in files):
            return None
        return (
            (done["seconds"], files) if hashes(files) == done["files_sha256"] else None
        )

    def files(self, steps: Iterable[str]) -> set[str]:
        """Return the names of the files of finished steps."""
        done = (self.finished(step) for step in steps)
        return {path.name for step in done if step is not None for path in step[1]}


def _read(path: Path) -> dict[str, Any] | None:
    with suppress(FileNotFoundError):
        stored: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return stored
    return None


def _write(path: Path, content: Mapping[str, Any]) -> None:
    write_whole(path, json.dumps(content) + "\n")


def hashes(paths: Iterable[Path]) -> dict[str, str]:
    """Return the SHA-256 of each file by its name."""
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(paths)}
