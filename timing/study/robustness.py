"""How the answer depends on the time scale held fixed, and on the specification."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from timing.errors import LowInformationWarning
from timing.period import Window
from timing.results.base import format_p, format_ratio
from timing.scanning import scan
from timing.study.output import write_json, write_tables
from timing.timescale import timescale_profile

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from timing.results import ScanResult
    from timing.study.specification import Study

_SHOWN = 15
"""Specifications in the table of the smallest p-values."""


def profile_time_scales(study: Study, output: Path) -> list[Path]:
    """Run the primary test at each time scale that the null may hold fixed."""
    variant = study.primary
    profile = timescale_profile(
        variant.tests(),
        variant.calendar(),
        period=variant.period,
        window=variant.window,
        anchor=variant.anchor,
        scales=study.scales,
    )
    return [
        *write_tables(output, "timescale", profile.to_frame()),
        write_json(output / "timescale.json", profile.to_dict()),
    ]


def scan_specifications(
    study: Study, output: Path, *, n_jobs: int | None, progress: bool
) -> list[Path]:
    """Test every window, category and class of weapons at once."""
    variant = study.primary
    windows = [Window(a, b) for a in study.scan_days for b in study.scan_days]
    with warnings.catch_warnings():
        # The table shows how much information is left.
        warnings.simplefilter("ignore", LowInformationWarning)
        result = scan(
            variant.tests(),
            variant.calendar(),
            period=variant.period,
            windows=windows,
            by=("category", "weapon"),
            anchors=("interval", "meeting"),
            min_expected=5.0,
            n_jobs=n_jobs,
            progress=progress,
        )
    text = output / "scan.txt"
    text.write_text(result.summary() + "\n", encoding="utf-8")
    return [
        text,
        *write_tables(output, "scan_smallest", smallest(result)),
        write_json(output / "scan.json", result.to_dict()),
    ]


def smallest(result: ScanResult) -> pd.DataFrame:
    """Put the specifications with the smallest p-values into words."""
    ordered = result.table.assign(adjusted=result.adjusted).sort_values(
        ["adjusted", "pvalue", "id"], kind="stable"
    )
    rows = ordered[ordered["same_as"].isna()].head(_SHOWN)
    shown = rows[["category", "weapon", "anchor"]].copy()
    shown["window"] = [
        str(Window(int(a), int(b)))
        for a, b in zip(rows["window_before"], rows["window_after"], strict=True)
    ]
    shown["launches"] = rows["count"]
    shown["expected"] = [f"{value:.1f}" for value in rows["expected_count"]]
    shown["rate ratio"] = [format_ratio(v) for v in rows["conditional_rate_ratio"]]
    shown["p alone"] = [format_p(p) for p in rows["pvalue"]]
    shown["adjusted p"] = [format_p(p) for p in rows["adjusted"]]
    return shown
