"""Docstrings as the API pages need them: a type for each name, links between names."""

from __future__ import annotations

import re
from typing import Any

import griffe

import timing
from timing import errors, results

_SHARED = re.compile(r"^(?P<names>\w+(?:, \w+)+)\n(?P<text>(?: +.*\n?)+)", re.MULTILINE)
"""Names that share one description and state no type."""
_PUBLIC = {
    **{name: f"timing.errors.{name}" for name in vars(errors) if name[0].isupper()},
    **{name: f"timing.results.{name}" for name in results.__all__},
    **{name: f"timing.{name}" for name in timing.__all__},
}
_NAME = re.compile(r"(?<!`)`(?P<name>\w+)`(?!`)")


class Docstrings(griffe.Extension):
    """Rewrite docstrings before they are parsed."""

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:  # noqa: ANN401
        """Give each parameter its own type, and link public names."""
        if obj.docstring is None:
            return
        own = {p.name for p in getattr(obj, "parameters", ())} | {obj.name}
        text = _SHARED.sub(_one_by_one, obj.docstring.value)
        obj.docstring.value = _NAME.sub(lambda name: _link(name, own), text)


def _one_by_one(shared: re.Match[str]) -> str:
    return "".join(
        f"{name}\n{shared['text'].rstrip()}\n" for name in shared["names"].split(", ")
    )


def _link(name: re.Match[str], own: set[str]) -> str:
    linked = name["name"] in _PUBLIC and name["name"] not in own
    return f"[{name[0]}][{_PUBLIC[name['name']]}]" if linked else name[0]
