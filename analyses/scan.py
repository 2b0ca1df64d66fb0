"""Test every window, category, class and anchor at once."""

import warnings

import pandas as pd

from timing import StudyPeriod, Window, plot_specification_curve, plot_window_heatmap
from timing.errors import LowInformationWarning
from timing.figures import SINGLE, new_axes
from timing.results import ScanResult
from timing.results.base import format_p, format_ratio
from timing.scanning import scan
from timing.study import Run, run_alone

WHOLE = "whole period"
SHOWN = 15
"""Specifications in the table of the smallest p-values."""


def main(run: Run) -> None:
    """Write the smallest p-values, alone and adjusted; draw heat map and curve."""
    variant, days = run.study.primary, run.study.scan_days
    eras = {
        f"{first[:4]} to {last[:4]}": StudyPeriod(
            first, last, variant.exclude, zone=variant.data.zone
        )
        for first, last in run.study.scan_eras
    }
    calendar, splits = variant.calendar(), variant.splits()
    has_meetings = {"meeting_start", "meeting_end"} <= set(calendar.columns)
    anchors = ("interval", "meeting") if has_meetings else (variant.anchor,)
    with warnings.catch_warnings():
        # The table shows how much information is left.
        warnings.simplefilter("ignore", LowInformationWarning)
        result = scan(
            variant.tests(),
            calendar,
            period={WHOLE: variant.period} | eras,
            windows=[Window(a, b) for a in days for b in days],
            by=splits,
            anchors=anchors,
            min_expected=5.0,
            n_jobs=run.n_jobs,
            progress=run.progress,
            folder=run.parts,
        )
    alone, adjusted = (
        int((p <= result.level).sum())
        for p in (result.table["pvalue"], result.adjusted)
    )
    found = (
        f"Of {result.n_specifications} specifications {alone} have p of at most "
        f"{result.level:.2f} on their own, {adjusted} after adjustment."
    )
    run.text("scan.txt", f"{result.summary()}\n{run.provenance}\n")
    run.json("scan", result.to_dict())
    run.table(
        "scan_smallest",
        smallest(result),
        title="The specifications with the smallest p-values",
        note=f"Adjusted p: exact max-T over all specifications. {found}",
    )
    everything = result.select(
        **dict.fromkeys(splits, "all"), anchor=variant.anchor, period=WHOLE
    )
    run.figure(
        "window_heatmap",
        plot_window_heatmap(
            everything, ax=new_axes(SINGLE, 3.2), value="conditional_rate_ratio"
        ),
        title="Rate ratio within months by days before and after the calendar events",
        alt_text=f"Heat map of rate ratios, all events and calendar events. {found}",
        data=everything.table,
    )
    run.figure(
        "specification_curve",
        plot_specification_curve(result),
        title="Rate ratios of all specifications in order, and what each one chose",
        alt_text=f"Specification curve. {found}",
        data=result.table,
    )
    run.numbers(
        scanSpecifications=f"{result.n_specifications:,}",
        scanAlone=f"{alone}",
        scanAdjusted=f"{adjusted}",
        scanSmallestAdjusted=format_p(float(result.adjusted.min())),
    )


def smallest(result: ScanResult) -> pd.DataFrame:
    """Put the specifications with the smallest p-values into words."""
    ordered = result.table.assign(adjusted=result.adjusted).sort_values(
        ["adjusted", "pvalue", "id"], kind="stable"
    )
    rows = ordered[ordered["same_as"].isna()].head(SHOWN)
    shown = rows[["period", *result.by, "anchor"]].copy()
    shown["window"] = [
        str(Window(int(a), int(b)))
        for a, b in zip(rows["window_before"], rows["window_after"], strict=True)
    ]
    shown["events"] = rows["count"]
    shown["expected"] = [f"{value:.1f}" for value in rows["expected_count"]]
    shown["rate ratio"] = [format_ratio(v) for v in rows["conditional_rate_ratio"]]
    shown["p alone"] = [format_p(p) for p in rows["pvalue"]]
    shown["adjusted p"] = [format_p(p) for p in rows["adjusted"]]
    return shown


if __name__ == "__main__":
    run_alone(main)
