"""Finished chunks of a long computation, in a folder, so that a stopped one goes on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from timing.errors import ArgumentError
from timing.whole import write_whole


class Chunks:
    """Chunks in a folder, and the request that they answer.

    Parameters
    ----------
    folder : Path
        Made if it is not there.
    asked : mapping
        What was asked for, in values that JSON can hold.
    of : str
        What a chunk holds, for the error message.

    Raises
    ------
    ArgumentError
        If the folder holds the chunks of another request.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     chunks = Chunks(Path(folder), {"seed": 1}, of="replicates")
    ...     chunks.write(0, {"p": 0.5})
    ...     chunks.read(3)
    {0: {'p': 0.5}}
    """

    def __init__(self, folder: Path, asked: Mapping[str, Any], *, of: str) -> None:
        self.folder = folder
        # As it is read back: a tuple is a list there.
        asked = json.loads(json.dumps(asked))
        path = folder / "request.json"
        if path.exists():
            stored = json.loads(path.read_text(encoding="utf-8"))
            differs = sorted(
                key
                for key in stored.keys() | asked.keys()
                if stored.get(key) != asked.get(key)
            )
            if differs:
                msg = (
                    f"`folder` {folder} holds the {of} of another request "
                    f"(other {', '.join(differs)}); choose another folder or delete it."
                )
                raise ArgumentError(msg)
            return
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(path, json.dumps(asked) + "\n")

    def _path(self, index: int) -> Path:
        return self.folder / f"chunk-{index:05d}.json"

    def read(self, n: int) -> dict[int, Any]:
        """Return those of the first `n` chunks that are there."""
        paths = {index: self._path(index) for index in range(n)}
        return {
            index: json.loads(path.read_text(encoding="utf-8"))
            for index, path in paths.items()
            if path.exists()
        }

    def write(self, index: int, value: object) -> None:
        """Keep a chunk."""
        write_whole(self._path(index), json.dumps(value) + "\n")
