"""The codebook of the curated tables, as text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from timing.datasets import data_folder, resource

if TYPE_CHECKING:
    from collections.abc import Mapping


def codebook() -> str:
    """Return the whole codebook: tables, clocks, doubts, counts, gaps, licences.

    Examples
    --------
    >>> print(codebook().splitlines()[0])
    # Codebook
    """
    return (data_folder() / "README.md").read_text(encoding="utf-8").rstrip("\n")


def describe_table(name: str) -> str:
    """Return what a table holds, and each of its columns with its rules.

    Parameters
    ----------
    name : str
        Such as ``weapons_tests``.

    Raises
    ------
    ArgumentError
        If there is no such table.

    Examples
    --------
    >>> print(describe_table("eras"))
    eras: ...
    """
    table = resource(name)
    lines = [
        f"{name}: {table['description']}",
        f"file: {table['path']}, {table['hash']}",
    ]
    lines += [f"rule: {rule}" for rule in table.get("rules", [])]
    for field in table["schema"]["fields"]:
        rules = _rules(field.get("constraints", {}))
        lines += [
            f"{field['name']} ({field['type']}{rules})",
            f"    {field['description']}",
        ]
    return "\n".join(lines)


def _rules(constraints: Mapping[str, Any]) -> str:
    words = [name for name in ("required", "unique") if constraints.get(name)]
    if "enum" in constraints:
        words.append("one of " + ", ".join(constraints["enum"]))
    for name in ("minimum", "maximum", "pattern"):
        if name in constraints:
            words.append(f"{name} {constraints[name]}")
    return "".join(f"; {word}" for word in words)
