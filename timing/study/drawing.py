"""The figures of the study, drawn from the files that the other steps wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
from matplotlib.figure import Figure

from timing.figures import (
    figure_style,
    plot_lag_profile,
    plot_null_distribution,
    plot_timeline,
    plot_waterfall,
)
from timing.results import LagProfileResult, PermutationResult, RandomizationResult
from timing.study.output import read_json, write_figure

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from matplotlib.axes import Axes

    from timing.results import AssociationResult
    from timing.study.specification import Study


def draw(study: Study, output: Path) -> list[Path]:
    """Draw the timeline, the decisions, the null distributions and the epochs."""
    primary = RandomizationResult.from_dict(read_json(output / "primary.json"))
    permutation = PermutationResult.from_dict(read_json(output / "permutation.json"))
    profile = LagProfileResult.from_dict(read_json(output / "lag_profile.json"))
    variant = study.primary
    decisions = pd.read_csv(output / "data_decisions.csv")
    years = variant.period.end.year - variant.period.start.year + 1
    return [
        *_figure(
            output,
            "timeline",
            (8.0, 1.6 + 0.32 * years),
            lambda ax: plot_timeline(
                variant.tests(), variant.calendar(), period=variant.period, ax=ax
            ),
            f"Timeline with one row a year, {variant.period.start.year} to "
            f"{variant.period.end.year}: weapons tests as marks by class, summits as "
            f"bands. {primary.n_launches} launch days, {primary.n_calendar_events} "
            "calendar events.",
        ),
        *_figure(
            output,
            "data_decisions",
            (7.0, 0.5 + 0.4 * len(decisions)),
            lambda ax: plot_waterfall(decisions, ax=ax),
            "Decisions on the data and the rows they leave: "
            + "; ".join(
                f"{decision}: {rows}"
                for decision, rows in decisions.itertuples(index=False)
            ),
        ),
        *_figure(
            output,
            "null_score_shift",
            (5.5, 3.2),
            lambda ax: plot_null_distribution(primary, ax=ax),
            _null_text("Scores of all shifts of the calendar", primary),
        ),
        *_figure(
            output,
            "null_month_shift",
            (5.5, 3.2),
            lambda ax: plot_null_distribution(permutation, ax=ax),
            _null_text("Exact null distribution of the coincidence count", permutation),
        ),
        *_figure(
            output,
            "superposed_epochs",
            (6.5, 3.6),
            lambda ax: plot_lag_profile(profile, ax=ax),
            f"Launches by days from the start of {profile.n_calendar_events} summits, "
            f"-{study.max_lag} to {study.max_lag}, with pointwise limits and the "
            "global envelope of the null. " + profile.summary().splitlines()[3],
        ),
    ]


def _figure(
    output: Path,
    name: str,
    size: tuple[float, float],
    plot: Callable[[Axes], Axes],
    alt_text: str,
) -> list[Path]:
    with figure_style():
        figure = Figure(figsize=size, layout="constrained")
        plot(figure.add_subplot())
        return write_figure(output, name, figure, alt_text)


def _null_text(what: str, result: AssociationResult) -> str:
    return (
        f"{what}, with the observed value {result.statistic:.2f} and the expected "
        f"value {result.expected:.2f} marked; p = {result.pvalue:.3f}."
    )
