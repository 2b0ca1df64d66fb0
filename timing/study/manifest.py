"""The manifest of a run: what it used and what it wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING

from timing.study.output import read_json
from timing.study.staging import MANIFEST
from timing.study.unfinished import hashes

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path


def obsolete_files(
    folder: Path, scripts: Collection[str], written: Collection[str]
) -> set[str]:
    """Find the files of an earlier run in a folder that this run leaves without author.

    Those are the files that its manifest lists and this run does not write, if all of
    its scripts have run again. A file that has changed since is the user's.

    Parameters
    ----------
    folder : Path
    scripts : collection of str
        Scripts of this run.
    written : collection of str
        Names of the files of this run.
    """
    try:
        earlier = read_json(folder / MANIFEST)
        ran, left = set(earlier["seconds"]), dict(earlier["files_sha256"])
    except (OSError, ValueError, KeyError, TypeError):
        return set()  # there is none, or not one of ours
    if not ran <= set(scripts):
        return set()
    there = {path.name: path for path in folder.iterdir() if not path.is_symlink()}
    return {
        name
        for name in left.keys() & there.keys() - set(written)
        if there[name].is_file() and hashes([there[name]])[name] == left[name]
    }
