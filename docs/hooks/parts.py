"""Parts of the repository's files in a page, so that each text stands in one place.

``{{ CHANGELOG.md }}`` is the whole file, ``{{ README.md | python 1 }}`` its first block
of Python, ``{{ README.md | table 2 }}`` its second table.
"""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]

_MARK = re.compile(
    r"\{\{ (?P<path>[\w./-]+\.\w+)(?: \| (?P<kind>\w+) (?P<n>\d+))? \}\}"
)
_PARTS = {
    "python": re.compile(r"^```python\n.*?^```$", re.MULTILINE | re.DOTALL),
    "sh": re.compile(r"^```sh\n.*?^```$", re.MULTILINE | re.DOTALL),
    "table": re.compile(r"(?:^\|.*\|\n)+", re.MULTILINE),
}


def fill_in(text: str) -> str:
    """Replace every mark by what it names.

    Parameters
    ----------
    text : str
        A page.

    Returns
    -------
    str

    Raises
    ------
    LookupError
        If a file has no such part.
    """
    return _MARK.sub(_part, text)


def _part(mark: re.Match[str]) -> str:
    text = (ROOT / mark["path"]).read_text(encoding="utf-8")
    if mark["kind"] is None:
        return text.strip()
    found = _PARTS[mark["kind"]].findall(text)
    n = int(mark["n"])
    if n > len(found):
        msg = f"{mark['path']} has {len(found)} parts '{mark['kind']}', not {n}."
        raise LookupError(msg)
    return str(found[n - 1]).strip()
