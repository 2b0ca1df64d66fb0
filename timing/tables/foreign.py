"""Models of statsmodels as rows of a results table."""

from __future__ import annotations

import math
from typing import Any, Protocol, TypeGuard

import numpy as np

from timing.errors import ArgumentError


class FittedModel(Protocol):
    """What is read of a fitted model of statsmodels."""

    params: Any
    bse: Any
    pvalues: Any
    nobs: float
    model: Any

    def conf_int(self) -> Any:  # noqa: ANN401 - array or DataFrame
        """Limits of the parameters."""
        ...


def is_fitted_model(value: object) -> TypeGuard[FittedModel]:
    """Whether `value` looks like a fitted model of statsmodels."""
    names = ("params", "bse", "pvalues", "nobs", "model", "conf_int")
    return all(hasattr(value, name) for name in names)


def foreign_row(fitted: FittedModel, *, exposure: str, label: str) -> dict[str, Any]:
    """Numbers of the exposure effect of a log-linear model.

    Raises
    ------
    ArgumentError
        If the model has no parameter named `exposure`, or no log link.
    """
    names = list(fitted.model.exog_names)
    if exposure not in names:
        msg = (
            f"`results[{label!r}]` has no parameter {exposure!r}; name its exposure "
            f"effect by `exposure`. Its parameters are {', '.join(map(repr, names))}."
        )
        raise ArgumentError(msg)
    link = getattr(getattr(fitted.model, "family", None), "link", None)
    if link is not None and type(link).__name__.lower() != "log":
        msg = (
            f"`results[{label!r}]` has a {type(link).__name__} link; rate ratios need "
            "a log link."
        )
        raise ArgumentError(msg)
    at = names.index(exposure)
    low, high = np.exp(np.asarray(fitted.conf_int())[at])
    return {
        "method": f"statsmodels {type(fitted.model).__name__}",
        "rate_ratio": float(np.exp(np.asarray(fitted.params)[at])),
        "ci_low": float(low),
        "ci_high": float(high),
        "confidence_level": 0.95,
        "pvalue": float(np.asarray(fitted.pvalues)[at]),
        "naive_pvalue": math.nan,
        "cov": str(getattr(fitted, "cov_type", "nonrobust")),
        "n_obs": int(fitted.nobs),
    }
