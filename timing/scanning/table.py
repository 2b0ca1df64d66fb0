"""The rows of a scan: those tested with their numbers, and those that cannot be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from timing.results.scan import NUMBERS
from timing.scanning.estimates import (
    crude_rate_ratios,
    detectable,
    equivalence,
    limits,
)

if TYPE_CHECKING:
    from timing.kernels.pvalues import Alternative
    from timing.scanning.adjustment import Adjusted
    from timing.scanning.family import Family
    from timing.scanning.scores import Scored

IntArray = npt.NDArray[np.int64]

_DATA = ("n_launches", "n_calendar_events", "exposed_days", "at_risk_days")


def reasons_to_skip(
    family: Family, scored: Scored | None = None, *, min_expected: float
) -> npt.NDArray[np.object_]:
    """Why each specification cannot be tested; empty text where it can."""
    table = family.table
    checks = {
        "no events": table["n_launches"] == 0,
        "no exposed day": table["exposed_days"] == 0,
        "every day exposed": table["exposed_days"] == table["at_risk_days"],
    }
    # By the exposed share of all days, which no shift of the calendar changes: the
    # choice of the family then tells nothing of how launches and calendar meet.
    share = np.append(family.exposures.mean(axis=1), 0.0)[family.exposure_of]
    checks[f"fewer than {min_expected:g} events expected on exposed days"] = (
        table["n_launches"] * share < min_expected
    )
    reason = np.full(len(table), "", dtype=object)
    for text, fails in checks.items():
        reason[(reason == "") & fails.to_numpy()] = text
    if scored is not None:
        pair = family.pair_of
        for i in np.flatnonzero(reason == ""):
            reason[i] = scored.untested.get(int(pair[i]), "")
    return reason


def pack_rows(
    family: Family,
    scored: Scored,
    adjusted: Adjusted,
    reason: npt.NDArray[np.object_],
    *,
    confidence_level: float,
    equivalence_margin: float,
    alternative: Alternative,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Put the numbers beside the choices; return the rows tested and those skipped."""
    is_tested = reason == ""
    choices = [c for c in family.table.columns if c not in _DATA]
    rows = family.table[is_tested].reset_index(drop=True)
    pair = family.pair_of[is_tested]
    exposures = family.exposures.astype(float)
    count = (exposures @ family.launches.T.astype(float)).reshape(-1)[pair]
    if scored.has_limits:
        spread = adjusted.spread if scored.spread is None else scored.spread
        low, high = limits(
            scored.estimates,
            spread,
            confidence_level=confidence_level,
            alternative=alternative,
        )
        found = detectable(
            scored.estimates,
            spread,
            confidence_level=confidence_level,
            alternative=alternative,
        )
        outside = equivalence(scored.estimates, spread, margin=equivalence_margin)
    else:
        low, high, found, outside = np.full((4, scored.expected.size), np.nan)
    estimates = scored.estimates
    informative = np.divide(
        estimates.variance, estimates.expected,
        out=np.zeros(estimates.variance.size), where=estimates.expected > 0,
    )[pair]  # fmt: skip
    exact = scored.pvalue[pair]
    raw = np.where(np.isnan(exact), adjusted.pvalue, exact)
    numbers = {
        "count": np.rint(count).astype(np.int64),
        "expected_count": scored.expected[pair],
        "rate_ratio": crude_rate_ratios(
            np.rint(count).astype(np.int64), *(rows[name].to_numpy() for name in
            ("n_launches", "exposed_days", "at_risk_days")),
        ),
        "conditional_rate_ratio": scored.rate_ratio[pair],
        "ci_low": low[pair],
        "ci_high": high[pair],
        "statistic": scored.source.observed()[pair],
        "pvalue": raw,
        "p_single_step": np.maximum(adjusted.single_step, raw),
        "p_step_down": np.maximum(adjusted.step_down, raw),
        **{name: rows[name] for name in _DATA},
        "informative_share": informative,
        "minimum_detectable_rate_ratio": found[pair],
        "equivalence_pvalue": outside[pair],
        "same_as": _first_of(pair, rows["id"].to_numpy()),
    }  # fmt: skip
    tested = pd.DataFrame(
        {**{c: rows[c] for c in choices}, **{name: numbers[name] for name in NUMBERS}}
    )
    skipped = family.table.loc[~is_tested, choices].reset_index(drop=True)
    skipped["reason"] = pd.array(reason[~is_tested], dtype="str")
    return tested, skipped


def _first_of(pair: IntArray, ids: IntArray) -> pd.arrays.IntegerArray:
    """Id of the first row with the same pair; missing on the first itself."""
    _, first, inverse = np.unique(pair, return_index=True, return_inverse=True)
    same = ids[first][inverse]
    return pd.arrays.IntegerArray(same, same == ids)
