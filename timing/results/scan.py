"""Result of a scan: one row per specification, p-values adjusted for their number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd

from timing.errors import ArgumentError, EmptySelectionError
from timing.results.base import (
    ConfidenceInterval,
    Dropped,
    Result,
    Specification,
    decode_fields,
    decode_numbers,
    encode,
    format_dropped_lines,
    format_p,
    format_ratio,
)

NUMBERS = (
    "count", "expected_count", "rate_ratio", "conditional_rate_ratio", "ci_low",
    "ci_high", "statistic", "pvalue", "p_single_step", "p_step_down", "n_launches",
    "n_calendar_events", "exposed_days", "at_risk_days", "informative_share",
    "minimum_detectable_rate_ratio", "equivalence_pvalue", "same_as",
)  # fmt: skip
"""Columns of the table after the choices of the specification."""

_CHOICES = ("period", "window_before", "window_after", "anchor", "unit")
_WHOLE = (
    "id", "window_before", "window_after", "count", "n_launches", "n_calendar_events",
    "exposed_days", "at_risk_days",
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ScanResult(Result):
    """Result of `scan`.

    Attributes
    ----------
    table : DataFrame
        One row per specification tested, with an ``id`` and its choices (``period``,
        ``window_before``, ``window_after``, ``anchor``, ``unit`` and the columns of
        `by`). ``pvalue`` is that of the specification alone; ``p_single_step`` and
        ``p_step_down`` are adjusted for the number of specifications and never below
        it. ``ci_low`` and ``ci_high`` are approximate limits of
        ``conditional_rate_ratio`` for the specification alone, not adjusted;
        ``minimum_detectable_rate_ratio`` and ``equivalence_pvalue`` rest on the same
        approximation.
        ``same_as`` is the id of the first specification with the same launches and
        exposure.
    skipped : DataFrame
        The specifications that were not tested, each with the ``reason``.
    by : tuple of str
        Columns by which the tables were split.
    n_specifications : int
        Number of specifications that the p-values are adjusted for.
    n_shifts : int
        Shifts of the calendar, the unshifted one among them; 0 where arrangements were
        drawn.
    n_resamples : int
        Arrangements drawn; 0 where all shifts were taken.
    step_down : bool
        Whether the step-down p-values were asked for.
    critical_value : float
        Smallest of the largest statistics that at most a share of the family-wise
        level of the arrangements reaches; a statistic as large is significant in the
        single-step test. Infinite where none is rare enough.
    effective_tests : float
        Number of independent tests with the same family-wise error at the critical
        value; NaN where that is infinite.
    dropped : tuple of Dropped
    specification : Specification
    """

    title: ClassVar[str] = "Scan"

    table: pd.DataFrame = field(repr=False)
    skipped: pd.DataFrame = field(repr=False)
    by: tuple[str, ...]
    n_specifications: int
    n_shifts: int
    n_resamples: int
    step_down: bool
    critical_value: float
    effective_tests: float
    dropped: tuple[Dropped, ...] = field(repr=False)
    specification: Specification = field(repr=False)

    @property
    def choices(self) -> tuple[str, ...]:
        """Columns that say what a specification chose."""
        return (*_CHOICES, *self.by)

    @property
    def level(self) -> float:
        """Family-wise level: what the confidence level leaves."""
        return 1 - self.specification.confidence_level

    @property
    def adjusted(self) -> pd.Series[float]:
        """Adjusted p-value of each row: step-down, or single-step if not asked for."""
        return self.table["p_step_down" if self.step_down else "p_single_step"]

    @property
    def minimum(self) -> pd.Series[Any]:
        """Row of the smallest adjusted p-value; of several, that of the largest |Z|."""
        found = self.table.assign(
            adjusted=self.adjusted, size=-self.table["statistic"].abs()
        )
        first = found.sort_values(["adjusted", "pvalue", "size"], kind="stable").index
        row: pd.Series[Any] = self.table.loc[first[0]]
        return row

    def confidence_interval(self) -> ConfidenceInterval:
        """Not defined for a scan.

        Raises
        ------
        ArgumentError
            Always: each row has its own limits.
        """
        msg = "A scan has no rate ratio of its own; its rows have `ci_low`, `ci_high`."
        raise ArgumentError(msg)

    def select(self, **levels: object) -> Self:
        """Keep some rows, to draw or print; their p-values stay as they are.

        Parameters
        ----------
        **levels
            For each choice its value, or a list of values: ``category="g7"``,
            ``window_before=[0, 7]``.

        Returns
        -------
        ScanResult
            Adjusted for the same number of specifications as before.

        Raises
        ------
        ArgumentError
            If a name is no choice, or a value occurs in no row.
        EmptySelectionError
            If no row has all of them.
        """
        table, skipped = self.table, self.skipped
        for name, wanted in levels.items():
            if name not in self.choices:
                msg = f"{name!r} is no choice; these are {', '.join(self.choices)}."
                raise ArgumentError(msg)
            values = list(wanted) if isinstance(wanted, list | tuple) else [wanted]
            known = [*self.table[name].unique(), *self.skipped[name].unique()]
            for value in values:
                if not _holds(known, value):
                    shown = ", ".join(repr(v) for v in dict.fromkeys(known))
                    msg = f"`{name}` is {value!r} in no row; it is one of {shown}."
                    raise ArgumentError(msg)
            table = table[table[name].isin(values)]
            skipped = skipped[skipped[name].isin(values)]
        if table.empty:
            msg = "no specification that was tested has all these choices."
            raise EmptySelectionError(msg)
        return replace(
            self,
            table=table.reset_index(drop=True),
            skipped=skipped.reset_index(drop=True),
        )

    def to_frame(self) -> pd.DataFrame:
        """One row per specification tested."""
        return self.table.copy()

    def summary(self) -> str:
        """Null hypothesis, how many specifications are small, and the smallest."""
        spec, level = self.specification, self.level
        least, adjusted = self.minimum, self.adjusted
        kind = "step-down" if self.step_down else "single-step"
        chosen = ", ".join(
            f"{name} {least[name]}" for name in (*self.by, "period", "anchor", "unit")
        )
        rows = len(self.table)
        part = f" ({rows} shown)" if rows < self.n_specifications else ""
        return "\n".join(
            [
                f"{self.title} of {self.n_specifications} specifications{part}; "
                f"{len(self.skipped)} were not tested",
                f"Null: {spec.null}",
                f"Alternative: {spec.alternative}",
                f"Adjustment: max-T, {kind}, over {self._arrangements_in_words()}",
                f"p <= {level:g}: {(self.table['pvalue'] <= level).sum()} each on its "
                f"own, {(adjusted <= level).sum()} after adjustment",
                f"Effective number of independent tests: {self._effective_in_words()}",
                f"Smallest adjusted p = {format_p(float(adjusted.min()))} "
                f"(alone p = {format_p(least['pvalue'])}): {chosen}, "
                f"{least['window_before']} days before to {least['window_after']} after"
                f"; rate ratio {format_ratio(least['conditional_rate_ratio'])}, "
                f"{least['count']:g} events, expected {least['expected_count']:.2f}",
                *format_dropped_lines(self.dropped),
            ]
        )

    def _effective_in_words(self) -> str:
        if np.isnan(self.effective_tests):
            return f"not defined, no statistic is rare enough for {self.level:g}"
        return f"{self.effective_tests:.1f}"

    def _arrangements_in_words(self) -> str:
        if self.n_shifts:
            return f"all {self.n_shifts} shifts of the calendar"
        return f"{self.n_resamples} shared draws"

    def _repr_html_(self) -> str:
        lines = self.summary().replace("&", "&amp;").replace("<", "&lt;").split("\n")
        first = self.table.loc[self.adjusted.sort_values(kind="stable").index[:10]]
        html: str = first.to_html(index=False, float_format=lambda v: f"{v:.4g}")
        return f"<p><b>{lines[0]}</b><br>{'<br>'.join(lines[1:])}</p>{html}"

    def to_dict(self) -> dict[str, Any]:
        """Everything as JSON-ready values; `from_dict` makes the result again."""
        bare: dict[str, Any] = encode(replace(self, table=None, skipped=None))  # type: ignore[arg-type]
        for name in ("table", "skipped"):
            frame: pd.DataFrame = getattr(self, name)
            bare[name] = {
                column: [None if pd.isna(v) and column == "same_as" else encode(v)
                         for v in frame[column].tolist()]
                for column in frame.columns
            }  # fmt: skip
        return {"kind": type(self).__name__, **bare}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """Make the result again from `to_dict`."""
        decoded = decode_fields(stored, cls, skip=("table", "skipped"))
        decoded["by"] = tuple(decoded["by"])
        for name in ("table", "skipped"):
            columns = stored[name]
            decoded[name] = pd.DataFrame({c: _column(c, columns[c]) for c in columns})
        return cls(**decoded)


def _holds(known: list[Any], value: object) -> bool:
    """Whether a value is known; one that cannot be compared is not."""
    try:
        return value in known
    except (TypeError, ValueError):
        return False


def _column(name: str, values: list[Any]) -> Any:  # noqa: ANN401 - any array
    """Values of one column as they were before `to_dict`."""
    if name == "same_as":
        return pd.array(values, dtype="Int64")
    if name in _WHOLE:
        return np.array(values, dtype=np.int64)
    if name in NUMBERS:
        return decode_numbers(values).astype(np.float64)
    return pd.array(values, dtype="str")
