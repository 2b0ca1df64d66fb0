"""Tables as Markdown, LaTeX or HTML."""

from __future__ import annotations

import html
import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from timing.arguments import check_choice

if TYPE_CHECKING:
    from collections.abc import Callable

_LATEX = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#",
    "_": r"\_", "{": r"\{", "}": r"\}", "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}", "<": r"\textless{}", ">": r"\textgreater{}",
}  # fmt: skip


def write_table(frame: pd.DataFrame, format: str) -> str:
    """Write a table as Markdown, LaTeX or HTML.

    Parameters
    ----------
    frame : DataFrame
        Its index is not written.
    format : {"markdown", "latex", "html"}

    Returns
    -------
    str
        Ends in a newline. LaTeX uses the rules of the package booktabs.

    Examples
    --------
    >>> print(write_table(pd.DataFrame({"a_b": [1.5], "n": [2]}), "markdown"))
    | a_b | n |
    |---|---|
    | 1.50 | 2 |
    """
    writers: dict[str, Callable[[list[str], list[list[str]]], list[str]]] = {
        "markdown": _markdown,
        "latex": _latex,
        "html": _html,
    }
    write = writers[check_choice("format", format, writers)]
    head = [str(column) for column in frame.columns]
    body = [
        [format_cell(value) for value in row] for row in frame.itertuples(index=False)
    ]
    return "\n".join(write(head, body)) + "\n"


def format_cell(value: object) -> str:
    """Write one value: two decimals, nothing for missing ones.

    Examples
    --------
    >>> format_cell(0.504), format_cell(float("nan")), format_cell(float("inf"))
    ('0.50', '', 'inf')
    """
    if value is None or value is pd.NA or value is pd.NaT:
        return ""
    if isinstance(value, float | np.floating):
        if math.isnan(value):
            return ""
        if math.isinf(value):
            return "inf" if value > 0 else "-inf"
        return f"{value:.0f}" if float(value).is_integer() else f"{value:.2f}"
    if isinstance(value, pd.Timestamp):
        return str(value.date())
    return str(value)


def _markdown(head: list[str], body: list[list[str]]) -> list[str]:
    lines = [head, *body]
    rows = [
        "| " + " | ".join(" ".join(c.split()).replace("|", r"\|") for c in line) + " |"
        for line in lines
    ]
    return [rows[0], "|" + "---|" * len(head), *rows[1:]]


def _latex(head: list[str], body: list[list[str]]) -> list[str]:
    rows = [
        " & ".join("".join(_LATEX.get(c, c) for c in cell) for cell in line) + r" \\"
        for line in [head, *body]
    ]
    return [
        r"\begin{tabular}{" + "l" * len(head) + "}",
        r"\toprule",
        rows[0],
        r"\midrule",
        *rows[1:],
        r"\bottomrule",
        r"\end{tabular}",
    ]


def _html(head: list[str], body: list[list[str]]) -> list[str]:
    def row(cells: list[str], tag: str) -> str:
        inner = "".join(f"<{tag}>{html.escape(cell)}</{tag}>" for cell in cells)
        return f"<tr>{inner}</tr>"

    return [
        "<table>",
        f"<thead>{row(head, 'th')}</thead>",
        "<tbody>",
        *(row(line, "td") for line in body),
        "</tbody>",
        "</table>",
    ]
