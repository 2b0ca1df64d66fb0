"""What a returned value must be: numbers in their ranges, printed and stored whole."""

# ruff: noqa: ANN401 - values of any kind are the subject

from __future__ import annotations

import dataclasses
import json
import math
import re
from typing import Any

import numpy as np
import pandas as pd
from guard import Breach

from timing.errors import ArgumentError
from timing.results import Result

MARKUP = "<script>alert(1)</script>"
"""Text of users; no HTML may hold it as it is."""


def check_value(value: object) -> None:
    """Raise if a returned value breaks the rules of its kind."""
    if isinstance(value, Result) or (
        hasattr(value, "to_dict") and hasattr(value, "summary")
    ):
        check_result(value)
    if isinstance(value, pd.DataFrame):
        check_pvalues("table", value)


def check_result(result: Any) -> None:
    """Raise if a result has an impossible number, or cannot be printed or stored."""
    _check_numbers(type(result).__name__, result)
    stored = result.to_dict()
    text = json.dumps(stored, allow_nan=False)
    for shown in (result.summary(), str(result), repr(result)):
        if not isinstance(shown, str) or not shown.strip():
            msg = "a result prints as nothing"
            raise Breach(msg)
    html = result._repr_html_()
    if MARKUP in html:
        msg = "_repr_html_ does not escape text of the user"
        raise Breach(msg)
    frame = result.to_frame()
    if not isinstance(frame, pd.DataFrame):
        msg = "to_frame gives no DataFrame"
        raise Breach(msg)
    check_pvalues(
        "to_frame", frame.drop(columns=_not_asked_for(result), errors="ignore")
    )
    _check_interval(result)
    if hasattr(result, "from_dict"):
        again = type(result).from_dict(json.loads(text))
        if json.dumps(again.to_dict(), allow_nan=False) != text:
            msg = "from_dict does not make the result again"
            raise Breach(msg)


def _check_interval(result: Any) -> None:
    try:
        low, high = result.confidence_interval()
    except (ArgumentError, AttributeError):
        return
    # Either both limits are numbers or neither is.
    if not (low <= high or (math.isnan(low) and math.isnan(high))):
        msg = f"confidence_interval() is {low} to {high}"
        raise Breach(msg)
    if low < 0:
        msg = f"confidence_interval() begins at {low}"
        raise Breach(msg)
    ratio = getattr(result, "conditional_rate_ratio", None)
    ratio = getattr(result, "rate_ratio", None) if ratio is None else ratio
    if ratio is None or math.isnan(ratio) or math.isnan(low):
        return
    if result.specification.confidence_level < _TELLING:
        return  # a one-sided limit at a low level lies on either side of the estimate
    slack = 1 + 1e-6
    if not (low <= ratio * slack and ratio <= high * slack):
        msg = f"the rate ratio {ratio} lies outside {low} to {high}"
        raise Breach(msg)


_TELLING = 0.8
"""Confidence level from which an interval must hold its estimate."""
_P_NAME = re.compile(r"(^|_)(pvalue|p)(_|$)|pvalues?$|^p_")
_NOT_P = ("pvalue_error", "pvalue_type", "p_if", "global_pvalue_error")


def _check_numbers(where: str, value: Any) -> None:
    if not dataclasses.is_dataclass(value) or isinstance(value, type):
        return
    for part in dataclasses.fields(value):
        found, name = getattr(value, part.name), f"{where}.{part.name}"
        blank = found is None or part.name in (*_NOT_P, *_not_asked_for(value))
        if _P_NAME.search(part.name) and not blank:
            check_p(name, found)
        if part.name.endswith("rate_ratio") and isinstance(found, float) and found < 0:
            msg = f"{name} is {found}"
            raise Breach(msg)
        if part.name == "null_distribution" and hasattr(found, "probability"):
            check_distribution(found)
        for item in found if isinstance(found, tuple) else (found,):
            _check_numbers(name, item)
        if isinstance(found, pd.DataFrame):
            check_pvalues(
                name, found.drop(columns=_not_asked_for(value), errors="ignore")
            )


def _not_asked_for(result: Any) -> list[str]:
    """Columns of p-values that are blank because nobody asked for them."""
    blank = []
    if getattr(result, "step_down", True) is False:
        blank.append("p_step_down")
    if getattr(result, "pvalue", 1.0) is None:
        blank.append("pvalue")
    chosen = getattr(getattr(result, "specification", None), "options", {})
    if chosen.get("controls", "no controls") != "no controls":
        blank.append("equivalence_pvalue")
    if math.isnan(getattr(result, "exact_pvalue", 1.0)):
        blank.append("exact_pvalue")  # there is none with controls
    return blank


def check_distribution(found: Any) -> None:
    """Raise if probabilities do not sum to 1."""
    if not (found.probability >= 0).all():
        msg = "a probability is negative or NaN"
        raise Breach(msg)
    if not math.isclose(found.probability.sum(), 1, rel_tol=1e-9):
        msg = f"the probabilities sum to {float(found.probability.sum())!r}"
        raise Breach(msg)
    if found.support.size != found.probability.size or not found.support.size:
        msg = "support and probability differ in length"
        raise Breach(msg)


def check_p(name: str, value: Any) -> None:
    """Raise if a p-value is no number above 0 and up to 1."""
    numbers = np.atleast_1d(np.asarray(value, dtype=float))
    if not ((numbers > 0) & (numbers <= 1)).all():
        msg = f"{name} is {value!r}"
        raise Breach(msg)


def check_pvalues(name: str, frame: pd.DataFrame) -> None:
    """Check the p-values of a table."""
    for column in frame.columns:
        if isinstance(column, str) and _P_NAME.search(column) and column not in _NOT_P:
            found = frame[column]
            if pd.api.types.is_numeric_dtype(found.dtype):
                check_p(
                    f"{name}[{column!r}]",
                    found.dropna() if name == "skipped" else found,
                )
