"""Tables of results for papers: frames, Markdown, LaTeX and HTML."""

from __future__ import annotations

import html
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal, overload

import numpy as np
import pandas as pd

from timing.arguments import check_choice
from timing.errors import ArgumentError
from timing.results import Result
from timing.results.base import format_p

if TYPE_CHECKING:
    from collections.abc import Callable

FORMATS = ("frame", "markdown", "latex", "html")

_LATEX = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#",
    "_": r"\_", "{": r"\{", "}": r"\}", "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}", "<": r"\textless{}", ">": r"\textgreater{}",
}  # fmt: skip


@overload
def results_table(
    results: Mapping[str, Result] | Sequence[Result],
    *,
    format: Literal["frame"] = "frame",
) -> pd.DataFrame: ...


@overload
def results_table(
    results: Mapping[str, Result] | Sequence[Result],
    *,
    format: Literal["markdown", "latex", "html"],
) -> str: ...


def results_table(
    results: Mapping[str, Result] | Sequence[Result],
    *,
    format: Literal["frame", "markdown", "latex", "html"] = "frame",
) -> pd.DataFrame | str:
    """Put results side by side, one row each.

    Parameters
    ----------
    results : mapping of label to result, or sequence of results
        Results of `permutation_test`, `randomization_test` or `count_regression`.
    format : {"frame", "markdown", "latex", "html"}

    Returns
    -------
    DataFrame or str
        Rate ratio (within strata or given controls) with its interval, p-value, naive
        p-value, launches on exposed days, days, the minimum detectable rate ratio and
        the share of information that the strata leave (`informative_share`).

    Raises
    ------
    ArgumentError
        If `results` is empty or holds anything else, or `format` is unknown.

    Examples
    --------
    >>> import timing
    >>> period = timing.StudyPeriod("2025-10-01", "2025-11-30")
    >>> result = timing.randomization_test(
    ...     ["2025-10-22", "2025-10-28", "2025-11-07"],
    ...     ["2025-10-29"],
    ...     period=period,
    ...     window=timing.Window(before=1, after=1),
    ... )
    >>> print(timing.results_table({"Gyeongju": result}, format="markdown"))
    | label | method | rate ratio | 95% interval | p | naive p | ...
    """
    check_choice("format", format, FORMATS)
    if isinstance(results, Mapping):
        labelled = dict(results)
    elif isinstance(results, Result) or not isinstance(results, Sequence):
        msg = "`results` must be a mapping of labels to results, or a list of results."
        raise ArgumentError(msg)
    else:
        labelled = {str(i): result for i, result in enumerate(results, start=1)}
    if not labelled:
        msg = "`results` is empty."
        raise ArgumentError(msg)
    frame = pd.DataFrame([_row(label, result) for label, result in labelled.items()])
    if format == "frame":
        return frame
    return write_table(frame, format)


def _row(label: str, result: Result) -> dict[str, object]:
    if not isinstance(result, Result) or "rate_ratio" not in result.table_fields:
        msg = f"`results[{label!r}]` is a {type(result).__name__}, without rate ratio."
        raise ArgumentError(msg)
    numbers = result.to_frame().iloc[0]
    own_ratio = "conditional_rate_ratio" in numbers
    level = f"{100 * numbers['confidence_level']:g}% interval"
    return {
        "label": label,
        "method": numbers["method"],
        "rate ratio": numbers["conditional_rate_ratio" if own_ratio else "rate_ratio"],
        level: f"{_cell(numbers['ci_low'])} to {_cell(numbers['ci_high'])}",
        "p": format_p(numbers["pvalue"]),
        "naive p": format_p(numbers["naive_pvalue"]),
        "launches": numbers["n_launches"],
        "on exposed days": numbers.get("count", math.nan),
        "expected": numbers.get("expected_count", math.nan),
        "exposed days": numbers["exposed_days"],
        "at-risk days": numbers["at_risk_days"],
        "calendar events": numbers["n_calendar_events"],
        "detectable ratio": numbers["minimum_detectable_rate_ratio"],
        "information left": numbers.get("informative_share", math.nan),
    }


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
        Ends in a newline.

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
    body = [[_cell(value) for value in row] for row in frame.itertuples(index=False)]
    return "\n".join(write(head, body)) + "\n"


def _cell(value: object) -> str:
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
        r"\hline",
        rows[0],
        r"\hline",
        *rows[1:],
        r"\hline",
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
