"""Results side by side: a row, or a column, for each model."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeAlias, overload

import pandas as pd

from timing.arguments import check_choice
from timing.errors import ArgumentError
from timing.results import Result
from timing.results.base import format_p
from timing.tables.foreign import FittedModel, foreign_row, is_fitted_model
from timing.tables.writing import format_cell, write_table

FORMATS = ("frame", "markdown", "latex", "html")
LAYOUTS = ("rows", "columns")

Model: TypeAlias = Result | FittedModel
Results: TypeAlias = Mapping[str, Model] | Sequence[Model]


@overload
def results_table(
    results: Results,
    *,
    format: Literal["frame"] = "frame",
    layout: Literal["rows", "columns"] = "rows",
    exposure: str = "exposed",
) -> pd.DataFrame: ...


@overload
def results_table(
    results: Results,
    *,
    format: Literal["markdown", "latex", "html"],
    layout: Literal["rows", "columns"] = "rows",
    exposure: str = "exposed",
) -> str: ...


def results_table(
    results: Results,
    *,
    format: Literal["frame", "markdown", "latex", "html"] = "frame",
    layout: Literal["rows", "columns"] = "rows",
    exposure: str = "exposed",
) -> pd.DataFrame | str:
    """Put results side by side.

    Parameters
    ----------
    results : mapping of label to result, or sequence of results
        Results of the tests of association and of the regressions, and fitted
        log-linear models of statsmodels.
    format : {"frame", "markdown", "latex", "html"}
        LaTeX uses the rules of the package booktabs.
    layout : {"rows", "columns"}, default "rows"
        One row for each result, or one column, as papers print regressions.
    exposure : str, default "exposed"
        Name of the exposure effect in models of statsmodels.

    Returns
    -------
    DataFrame or str
        Rate ratio (within strata or given controls) with its interval, p-value, naive
        p-value, type of the errors, events on exposed days, days, rows in the fit,
        the minimum detectable rate ratio and the share of information that the strata
        leave (`informative_share`). P-values are printed, not starred.

    Raises
    ------
    ArgumentError
        If `results` is empty or holds anything else, or an option is unknown.

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
    >>> print(timing.results_table({"summit": result}, format="markdown"))
    | label | method | rate ratio | 95% interval | p | naive p | ...
    """
    check_choice("format", format, FORMATS)
    check_choice("layout", layout, LAYOUTS)
    labelled = _labelled(results)
    rows = [_row(label, result, exposure) for label, result in labelled.items()]
    frame = pd.DataFrame(rows)
    if layout == "columns":
        frame = _as_columns(frame)
    return frame if format == "frame" else write_table(frame, format)


def _labelled(results: Results) -> dict[str, Model]:
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
    return labelled


def _row(label: str, result: object, exposure: str) -> dict[str, object]:
    numbers: dict[Any, Any]
    if isinstance(result, Result) and "rate_ratio" in result.table_fields:
        # One row of the headline effect, whatever the result's own frame shows.
        numbers = Result.to_frame(result).iloc[0].to_dict()
    elif not isinstance(result, Result) and is_fitted_model(result):
        numbers = foreign_row(result, exposure=exposure, label=label)
    else:
        msg = f"`results[{label!r}]` is a {type(result).__name__}, without rate ratio."
        raise ArgumentError(msg)
    own_ratio = "conditional_rate_ratio" in numbers
    level = f"{100 * numbers['confidence_level']:g}% interval"
    naive = numbers["naive_pvalue"]
    return {
        "label": label,
        "method": numbers["method"],
        "rate ratio": numbers["conditional_rate_ratio" if own_ratio else "rate_ratio"],
        level: f"{format_cell(numbers['ci_low'])} to {format_cell(numbers['ci_high'])}",
        "p": format_p(numbers["pvalue"]),
        "naive p": "" if math.isnan(naive) else format_p(naive),
        "errors": numbers.get("cov", numbers.get("pvalue_type", "shifts")),
        "events": numbers.get("n_launches", math.nan),
        "on exposed days": numbers.get("count", math.nan),
        "expected": numbers.get("expected_count", math.nan),
        "exposed days": numbers.get("exposed_days", math.nan),
        "at-risk days": numbers.get("at_risk_days", math.nan),
        "calendar events": numbers.get("n_calendar_events", math.nan),
        "rows in the fit": numbers.get("n_obs", math.nan),
        "detectable ratio": numbers.get("minimum_detectable_rate_ratio", math.nan),
        "information left": numbers.get("informative_share", math.nan),
    }


def _as_columns(frame: pd.DataFrame) -> pd.DataFrame:
    """Turn the table on its side, without the rows that are empty for all."""
    turned = frame.set_index("label").T
    filled = turned.map(lambda value: format_cell(value) != "").any(axis=1)
    return turned[filled].rename_axis(index="", columns=None).reset_index()
