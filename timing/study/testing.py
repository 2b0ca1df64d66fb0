"""The declared test of a selection, and the days that it is about."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from timing.errors import TimingWarning
from timing.grid import DayGrid, build_grid
from timing.permutation import permutation_test
from timing.regression import randomization_test

if TYPE_CHECKING:
    from timing.nulls import NullModel
    from timing.results import PermutationResult, RandomizationResult
    from timing.study.specification import Variant


Option = Any
"""An argument of a test."""


def data_of(variant: Variant) -> dict[str, Any]:
    """Return tests, calendar, period and window, as every test takes them."""
    return {
        "tests": variant.tests(),
        "calendar": variant.calendar(),
        "period": variant.period,
        "window": variant.window,
    }


def score_shift(variant: Variant, **changes: Option) -> RandomizationResult:
    """Run the declared test on a selection, with other arguments where they are given.

    Its warnings stand in the tables: they show how much information is left.
    """
    options = data_of(variant) | {
        "anchor": variant.anchor,
        "unit": variant.unit,
        "strata": variant.strata,
        "alternative": variant.alternative,
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TimingWarning)
        return randomization_test(**options | changes)


def shifted(variant: Variant, null: NullModel, **changes: Option) -> PermutationResult:
    """Run a permutation test on a selection: comparators are asked for on purpose."""
    options = data_of(variant) | {
        "anchor": variant.anchor,
        "unit": variant.unit,
        "alternative": variant.alternative,
        "null": null,
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TimingWarning)
        return permutation_test(**options | changes)


def grid_of(variant: Variant) -> DayGrid:
    """Put the launches and the exposure of a selection on the days."""
    return build_grid(**data_of(variant), anchor=variant.anchor)
