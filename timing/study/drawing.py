"""The figures of the study, drawn from the files that the other steps wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pandas as pd
from matplotlib.figure import Figure

from timing.figures import (
    figure_style,
    plot_event_study,
    plot_lag_profile,
    plot_null_distribution,
    plot_specification_curve,
    plot_timeline,
    plot_timescale_profile,
    plot_waterfall,
    plot_window_heatmap,
)
from timing.results import (
    EventStudyResult,
    LagProfileResult,
    PermutationResult,
    RandomizationResult,
    ScanResult,
    TimescaleProfileResult,
)
from timing.study.output import read_json, write_figure

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from matplotlib.axes import Axes

    from timing.results import AssociationResult
    from timing.study.specification import Study


def draw(study: Study, output: Path) -> list[Path]:
    """Draw every figure of the study."""
    primary = RandomizationResult.from_dict(read_json(output / "primary.json"))
    permutation = PermutationResult.from_dict(read_json(output / "permutation.json"))
    profile = LagProfileResult.from_dict(read_json(output / "lag_profile.json"))
    timescale = TimescaleProfileResult.from_dict(read_json(output / "timescale.json"))
    scanned = ScanResult.from_dict(read_json(output / "scan.json"))
    epochs = EventStudyResult.from_dict(read_json(output / "event_study.json"))
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
        *_figure(
            output,
            "timescale",
            (5.5, 3.8),
            lambda ax: plot_timescale_profile(timescale, ax=ax),
            "Rate ratio with its interval by the time scale that the null holds fixed: "
            + "; ".join(
                f"{scale} {result.conditional_rate_ratio:.2f} (p = {result.pvalue:.3f})"
                for scale, result in zip(
                    timescale.scale, timescale.results, strict=True
                )
            )
            + ".",
        ),
        *_figure(
            output,
            "event_study",
            (6.5, 3.8),
            lambda ax: plot_event_study(epochs, ax=ax),
            "Rate ratio in each week from four before to four after the summits, with "
            "intervals and the band for all weeks at once.",
        ),
        *_figure(
            output,
            "window_heatmap",
            (5.0, 4.4),
            lambda ax: plot_window_heatmap(
                scanned.select(category="all", weapon="all", anchor=variant.anchor),
                ax=ax,
                value="conditional_rate_ratio",
            ),
            "Rate ratio within months by days before and after the summits, all "
            "categories and weapons. " + _scan_text(scanned),
        ),
        *_specification_curve(output, scanned),
    ]


def _scan_text(scanned: ScanResult) -> str:
    adjusted, alone = (
        int((p <= scanned.level).sum())
        for p in (scanned.adjusted, scanned.table["pvalue"])
    )
    return (
        f"Of {scanned.n_specifications} specifications {alone} have p of at most "
        f"{scanned.level:.2f} on their own, {adjusted} after adjustment."
    )


def _specification_curve(output: Path, scanned: ScanResult) -> list[Path]:
    """Draw the curve in a figure of the size that its panel needs."""
    from matplotlib import pyplot as plt

    with figure_style():
        figure = cast("Figure", plot_specification_curve(scanned).figure)
        written = write_figure(
            output,
            "specification_curve",
            figure,
            "Rate ratios of all specifications in order, with what each one chose in "
            "the panel below. " + _scan_text(scanned),
        )
        plt.close(figure)
    return written


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
