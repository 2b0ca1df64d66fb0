"""Result of `case_crossover`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from timing.results.base import format_p
from timing.results.regression import RegressionResult


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class CaseCrossoverResult(RegressionResult):
    """Result of `case_crossover`.

    `n_obs` counts the days of the strata that the likelihood uses.

    Attributes
    ----------
    model : str
        ``"conditional-logit"`` or ``"conditional-poisson"``.
    estimator : str
        ``"maximum likelihood"``; ``"exact"`` or ``"Firth"`` where separated.
    exact_pvalue : float
        Two-sided, from the exact distribution of the launches on exposed days given
        each stratum's launches; NaN with controls.
    dispersion : float
        Pearson dispersion of the conditional Poisson model; NaN for the conditional
        logit, for which there is none, and where it was not fitted.
    n_strata : int
        Strata with at least one at-risk day.
    n_informative : int
        Strata that bear on the rate ratio: with launches, and with exposed and
        unexposed days; for the conditional logit not with a launch on every day.
    informative_launches, informative_count : int
        Launches in these strata, and those of them on exposed days.
    """

    title: ClassVar[str] = "Case-crossover"
    table_fields: ClassVar[tuple[str, ...]] = (
        "model", "estimator", *RegressionResult.table_fields, "exact_pvalue",
        "dispersion", "n_strata", "n_informative", "informative_launches",
        "informative_count",
    )  # fmt: skip

    model: str
    estimator: str
    exact_pvalue: float
    dispersion: float
    n_strata: int
    n_informative: int
    informative_launches: int
    informative_count: int

    def _title_line(self) -> str:
        return f"{self.title} ({self.model}, {self.estimator}, {self.cov} errors)"

    def _model_lines(self) -> list[str]:
        lines = [
            f"Strata: {self.n_informative} of {self.n_strata} are informative; they "
            f"hold {self.informative_launches} events, {self.informative_count} on "
            "exposed days"
        ]
        if self.exact_pvalue == self.exact_pvalue:  # no number with controls
            lines.append(f"Exact conditional p = {format_p(self.exact_pvalue)}")
        if self.dispersion == self.dispersion:
            lines.append(f"Pearson dispersion: {self.dispersion:.3f}")
        return lines
