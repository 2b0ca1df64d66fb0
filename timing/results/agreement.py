"""Result of setting two lists of dates against each other."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

import pandas as pd

from timing.results.base import encode


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class AgreementResult:
    """Result of `agreement`.

    Attributes
    ----------
    n_first, n_second : int
        Days in each list.
    same_day, near_day : int
        Days in both; days matched to another day within the tolerance.
    only_first, only_second : int
        Days without a match.
    tolerance : int
        Largest difference of a match, in days.
    estimated_total : float
        Days that there were, by Chapman's estimator of capture-recapture.
    interval : (float, float)
        95 % interval of the total.
    days : DataFrame
        One row per match or unmatched day: ``first``, ``second``, ``lag`` (second minus
        first, in days), ``status``.
    """

    title: ClassVar[str] = "Agreement of two lists"

    n_first: int
    n_second: int
    same_day: int
    near_day: int
    only_first: int
    only_second: int
    tolerance: int
    estimated_total: float
    interval: tuple[float, float]
    days: pd.DataFrame = field(repr=False)

    @property
    def estimated_missing(self) -> float:
        """Estimated days that both lists miss."""
        seen = self.same_day + self.near_day + self.only_first + self.only_second
        return self.estimated_total - seen

    def to_frame(self) -> pd.DataFrame:
        """One row per match or unmatched day."""
        return self.days.copy()

    def to_dict(self) -> dict[str, Any]:
        """Everything as JSON-ready values."""
        text = self.days.assign(
            first=self.days["first"].dt.strftime("%Y-%m-%d"),
            second=self.days["second"].dt.strftime("%Y-%m-%d"),
        ).astype(object)
        rows = text.where(text.notna(), None).to_dict(orient="records")
        names = [n for n in self.__dataclass_fields__ if n != "days"]
        numbers = {name: encode(getattr(self, name)) for name in names}
        return {"kind": type(self).__name__, **numbers, "days": rows}

    def summary(self) -> str:
        """Give the counts and the estimate in words."""
        low, high = self.interval
        return "\n".join(
            [
                f"{self.title}: {self.n_first} and {self.n_second} days",
                f"On the same day: {self.same_day}; matched within {self.tolerance} "
                f"days: {self.near_day}",
                f"Only in the first: {self.only_first}; only in the second: "
                f"{self.only_second}",
                f"Capture-recapture: {self.estimated_total:.1f} days in all, 95% "
                f"interval {low:.1f} to {high:.1f}; both lists miss "
                f"{self.estimated_missing:.1f}, if one list's misses do not depend on "
                "the other's (lists that copy each other make this too small)",
            ]
        )

    def __str__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        table: str = self.days.to_html(index=False)
        return f"<pre>{self.summary()}</pre>{table}"
