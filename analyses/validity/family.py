"""Family-wise error: any false alarm among many windows, categories, classes or lags.

Launches of the settings with the real calendar, three quarters of a first class. Scans
have 7 windows x 7 levels of category x 3 levels of class: the specifications overlap as
those of a real scan do. Counted are data sets with any p-value of at most 5 %: each
specification on its own, times their number (Bonferroni), and by max-T; and how many
specifications have a small p-value of their own, or limits that leave out 1. Beside
them the global envelope of a lag profile of 14 days either side, and its smallest
single p-value. The table goes to `analyses/results/validity_family.csv`.

    OPENBLAS_NUM_THREADS=1 python analyses/validity/family.py --jobs 2
"""

from __future__ import annotations

import pandas as pd
from runs import arguments, rejected, run, share, write
from scans import LEVEL, put

SETTINGS = (
    "independent",
    "campaigns",
    "self-exciting",
    "fitted to the record",
    "shared density of summits",
)


def rows_of(setting: str, found: pd.DataFrame) -> list[dict[str, object]]:
    """Means of what describes the family; share of data sets with a false alarm."""
    rows = []
    for name in found.columns:
        described = name.endswith(("specifications", "effective tests")) or (
            ", share of " in name
        )
        value, error = round(float(found[name].mean()), 4), None
        if not described:
            value, error = share(rejected(found[name], LEVEL))
        rows.append(
            {
                "setting": setting,
                "quantity": name if described else f"{name}: family-wise error",
                "value": value,
                "se": error,
                "replicates": len(found),
            }
        )
    return rows


def main() -> None:
    """Run the settings and write the table."""
    chosen = arguments(__doc__, 1000, SETTINGS)
    rows = []
    for setting in chosen.settings:
        rows += rows_of(setting, run("family", put, setting, chosen))
    write(
        pd.DataFrame(rows),
        chosen.results / "validity_family.csv",
        f"python analyses/validity/family.py --replicates {chosen.replicates}",
    )


if __name__ == "__main__":
    main()
