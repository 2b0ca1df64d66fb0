"""Tables as Markdown, LaTeX and HTML."""

from __future__ import annotations

import html
import math
import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from timing.arguments import check_choice

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Row = list[str]
_LATEX = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#",
    "_": r"\_", "{": r"\{", "}": r"\}", "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}", "<": r"\textless{}", ">": r"\textgreater{}",
}  # fmt: skip
_MARKDOWN = re.compile(
    r"[\\`*\[\]<|~$]"
    r"|(?<![^\W_])_|_(?![^\W_])"  # within a word it is only itself
    r"|&(?=#?\w+;)"
    r"|^[#>+-](?=\s)"
)
"""Characters that Markdown takes for more than themselves."""
_NOT_IN_LABELS = re.compile(r"[^\w:.-]")
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML, and with it HTML and Word, cannot hold."""


def write_table(
    frame: pd.DataFrame,
    format: str,
    *,
    title: str = "",
    note: str = "",
    label: str = "",
) -> str:
    """Write a table as Markdown, LaTeX or HTML.

    Parameters
    ----------
    frame : DataFrame
        Its index is not written.
    format : {"markdown", "latex", "html"}
    title, note : str, optional
        Above and below the table. With a title, LaTeX gets a floating ``table`` with
        a caption.
    label : str, optional
        Name of the table for references in LaTeX.

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
    writers: dict[str, Callable[[Sequence[Row], str, str, str], list[str]]] = {
        "markdown": _markdown,
        "latex": _latex,
        "html": _html,
    }
    write = writers[check_choice("format", format, writers)]
    title, note = printable(title), printable(note)
    return "\n".join(write(cells_of(frame), title, note, label)) + "\n"


def cells_of(frame: pd.DataFrame) -> list[Row]:
    """Write the cells of a table; the first row is the head."""
    head = [str(column) for column in frame.columns]
    body = frame.itertuples(index=False)
    cells = [head, *([format_cell(value) for value in row] for row in body)]
    return [[printable(text) for text in row] for row in cells]


def printable(text: str) -> str:
    r"""Put a mark in the place of every character that no document can hold.

    Examples
    --------
    >>> ascii(printable("a\x00b"))
    "'a\\ufffdb'"
    """
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text)


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


def _markdown(cells: Sequence[Row], title: str, note: str, label: str) -> list[str]:
    head, *body = ("| " + " | ".join(map(markdown_text, row)) + " |" for row in cells)
    rule = "|" + "---|" * len(cells[0])
    above = [f"**{markdown_text(title)}**", ""] if title else []
    return [*above, head, rule, *body, *(["", markdown_text(note)] if note else [])]


def markdown_text(text: str) -> str:
    r"""Escape what Markdown takes for more than itself; put it on one line.

    Examples
    --------
    >>> print(markdown_text("a|b, *c*, d_e"))
    a\|b, \*c\*, d_e
    """
    return _MARKDOWN.sub(r"\\\g<0>", " ".join(text.split()))


def _latex(cells: Sequence[Row], title: str, note: str, label: str) -> list[str]:
    head, *body = (_latex_row(row) for row in cells)
    columns = "l" * len(cells[0])
    tabular = [
        rf"\begin{{tabular}}{{{columns}}}", r"\toprule", head, r"\midrule", *body,
        r"\bottomrule", r"\end{tabular}",
    ]  # fmt: skip
    if not title:
        return tabular
    below = rf"\parbox{{\linewidth}}{{\footnotesize {latex_text(note)}}}"
    return [
        r"\begin{table}[htbp]",
        r"\centering",
        rf"\caption{{{latex_text(title)}}}",
        *([rf"\label{{{_NOT_IN_LABELS.sub('-', label)}}}"] if label else []),
        *tabular,
        *([r"\par\smallskip", below] if note else []),
        r"\end{table}",
    ]


def _latex_row(texts: Row) -> str:
    row = " & ".join(map(latex_text, texts)) + r" \\"
    # After the end of the row above, LaTeX takes these for an option of it.
    return "{}" + row if row.startswith(("[", "*")) else row


def latex_text(text: str) -> str:
    r"""Escape the characters that LaTeX reads as commands; put it on one line.

    Examples
    --------
    >>> print(latex_text("95% of R&D"))
    95\% of R\&D
    """
    one_line = " ".join(text.split())  # a blank line would end a caption
    return "".join(_LATEX.get(character, character) for character in one_line)


def _html(cells: Sequence[Row], title: str, note: str, label: str) -> list[str]:
    def row(texts: Row, tag: str) -> str:
        inner = "".join(f"<{tag}>{html.escape(text)}</{tag}>" for text in texts)
        return f"<tr>{inner}</tr>"

    head, *body = cells
    foot = f'<tr><td colspan="{len(head)}">{html.escape(note)}</td></tr>'
    return [
        f'<table id="{html.escape(label)}">' if label else "<table>",
        *([f"<caption>{html.escape(title)}</caption>"] if title else []),
        f"<thead>{row(head, 'th')}</thead>",
        "<tbody>",
        *(row(texts, "td") for texts in body),
        "</tbody>",
        *([f"<tfoot>{foot}</tfoot>"] if note else []),
        "</table>",
    ]
