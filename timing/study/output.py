"""Writing results: JSON, CSV, Markdown, LaTeX and figures, the same bytes each time."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from timing.tables import write_table

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    from matplotlib.figure import Figure

_DPI = 200
_NO_DATES: dict[str, dict[str, Any]] = {
    "pdf": {"CreationDate": None, "Producer": None, "Creator": None},
    "svg": {"Date": None, "Creator": None},
    "png": {"Software": None},
}


def write_json(path: Path, content: object) -> Path:
    """Write `content` as readable JSON."""
    text = json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")
    return path


def read_json(path: Path) -> dict[str, Any]:
    """Read what `write_json` wrote."""
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def write_tables(folder: Path, name: str, frame: pd.DataFrame) -> list[Path]:
    """Write a table as CSV, Markdown and LaTeX."""
    paths = [folder / f"{name}.{suffix}" for suffix in ("csv", "md", "tex")]
    frame.to_csv(paths[0], index=False, lineterminator="\n")
    for path, style in zip(paths[1:], ("markdown", "latex"), strict=True):
        path.write_text(write_table(frame, style), encoding="utf-8")
    return paths


def write_figure(folder: Path, name: str, figure: Figure, alt_text: str) -> list[Path]:
    """Write a figure as PDF, PNG and SVG, and what it shows as text beside it.

    Call it within `figure_style`: fonts are embedded when a figure is saved.
    """
    paths = []
    for suffix, metadata in _NO_DATES.items():
        path = folder / f"{name}.{suffix}"
        figure.savefig(path, dpi=_DPI, metadata=metadata, bbox_inches="tight")
        paths.append(path)
    alt = folder / f"{name}.alt.txt"
    alt.write_text(alt_text + "\n", encoding="utf-8")
    return [*paths, alt]
