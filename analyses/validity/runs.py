"""Running a block of the validity study: one data set after the other, resumable."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from settings import settings

from timing.planning.experiment import share_error
from timing.replication import replicate
from timing.scenario import Record, Scenario

SEED = 20251028
"""Of the first setting; the others follow on."""
_ROUNDING = 1e-9
ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "results"
PARTS = ROOT / "output" / "validity"

Put = Callable[[Record, Scenario, float, np.random.Generator], Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class DataSet:
    """One replicate: draw the record of a setting, and put the block's tests to it."""

    setting: str
    rate_ratio: float
    put: Put

    def __call__(self, rng: np.random.Generator) -> Mapping[str, float]:
        """Return numbers by name."""
        scenario = settings()[self.setting].scenario
        # The record is drawn first: every block sees the same records.
        record = scenario.draw(rng, self.rate_ratio)
        return self.put(record, scenario, self.rate_ratio, rng)


def run(
    block: str,
    put: Put,
    setting: str,
    chosen: argparse.Namespace,
    *,
    rate_ratio: float = 1.0,
) -> pd.DataFrame:
    """Run the replicates of one setting; those that were run before are read."""
    part = setting if rate_ratio == 1 else f"{setting}, ratio {rate_ratio:g}"
    return replicate(
        DataSet(setting, rate_ratio, put),
        chosen.replicates,
        rng=SEED + list(settings()).index(setting),
        n_jobs=chosen.jobs,
        label=f"{block}: {part}",
        folder=chosen.parts / block / part.replace(" ", "-").replace(",", ""),
        request={
            "block": block,
            "setting": settings()[setting].scenario.in_words(),
            "rate_ratio": rate_ratio,
        },
    )


def arguments(
    text: str | None, replicates: int, own: Sequence[str] | None = None
) -> argparse.Namespace:
    """Read the command line of a block, which may have some settings only."""
    parser = argparse.ArgumentParser(description=(text or "").splitlines()[0])
    parser.add_argument("--replicates", type=int, default=replicates)
    parser.add_argument(
        "--jobs",
        type=int,
        default=1,
        help="processes; 0 leaves it to joblib's context, such as a dask cluster",
    )
    parser.add_argument(
        "--settings", nargs="+", choices=list(settings()), default=list(settings())
    )
    parser.add_argument("--parts", type=Path, default=PARTS)
    parser.add_argument("--results", type=Path, default=RESULTS)
    chosen = parser.parse_args()
    chosen.jobs = chosen.jobs or None
    if own is not None:
        chosen.settings = [name for name in own if name in chosen.settings]
    return chosen


def rejected(p: pd.Series, level: float) -> pd.Series:
    """Tell which p-values are at most the level: 199 draws put p exactly on it."""
    return p <= level + _ROUNDING


def share(hits: pd.Series) -> tuple[float, float]:
    """Share of the replicates that are hit, and its standard error, for a table."""
    found = float(hits.mean())
    return round(found, 4), round(float(share_error(found, len(hits))), 4)


def write(table: pd.DataFrame, path: Path, command: str) -> None:
    """Write a small table with the command that makes it in its first line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(f"# {command}; seeds {SEED} (first setting) and following\n")
        table.to_csv(file, index=False, lineterminator="\n")
