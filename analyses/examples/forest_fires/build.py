"""Make the tables of this example from the packages that hold the data.

Needs Debian's ``r-cran-spatstat.data`` (with R) and ``holidays`` from PyPI, in the
versions below: ``python analyses/examples/forest_fires/build.py``.
"""

import importlib.metadata
import io
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd

SPATSTAT, HOLIDAYS = "3.0-0", "0.109"
FIRST, LAST = "1987-01-01", "2003-12-31"
CAUSES = {
    "for.ind": "forest industry",
    "incend": "incendiary",
    "ltning": "lightning",
    "misc": "miscellaneous",
    "oth.ind": "other industry",
    "rec": "recreation",
    "resid": "resident",
    "rrds": "railroad",
    "unknown": "unknown",
}

R_CODE = """
found <- system.file("DESCRIPTION", package = "spatstat.data")
if (found == "") quit(status = 3)
cat(read.dcf(found, "Version"), "\\n", sep = "")
marks <- spatstat.data::nbfires$marks
day <- format(marks$dis.date, "%Y-%m-%d", tz = "Canada/Atlantic")
fires <- data.frame(year = marks$year, date = day, cause = marks$cause)
write.csv(fires, stdout(), quote = FALSE)
"""


def main(folder: Path) -> None:
    """Write both tables into `folder`."""
    for name, table in (("fires", fires()), ("days_off", days_off())):
        path = folder / f"{name}.csv"
        table.to_csv(path, index=False, lineterminator="\n", encoding="utf-8")
        print(f"{path}: {len(table)} rows")


def fires() -> pd.DataFrame:
    """Take the fires: day of discovery, New Brunswick time, and cause."""
    rscript = shutil.which("Rscript")
    if rscript is None:
        stop("R")
    ran = subprocess.run(
        [rscript, "--vanilla", "-e", R_CODE], capture_output=True, text=True
    )
    if ran.returncode:
        stop("nothing" if ran.returncode == 3 else ran.stderr.strip())
    version, _, content = ran.stdout.partition("\n")
    if version != SPATSTAT:
        stop(version)
    table = pd.read_csv(io.StringIO(content), index_col=0, dtype={"year": "str"})
    # Dates that contradict the year of the record are errors of entry.
    dated = table[table["date"].str[:4] == table["year"]]
    number = dated.index.astype("str").str.zfill(4)
    return (
        pd.DataFrame(
            {
                "fire": "NB-" + number,
                "date": dated["date"].to_numpy(),
                "cause": dated["cause"].map(CAUSES).to_numpy(),
            }
        )
        .sort_values(["date", "fire"])
        .reset_index(drop=True)
    )


def days_off() -> pd.DataFrame:
    """Find runs of Saturdays, Sundays and holidays."""
    try:
        found = importlib.metadata.version("holidays")
    except importlib.metadata.PackageNotFoundError:
        found = "none"
    if found != HOLIDAYS:
        sys.exit(
            f"This table is made with holidays {HOLIDAYS} from PyPI, and {found} is "
            f"installed: pip install holidays=={HOLIDAYS}"
        )
    import holidays

    day = pd.date_range(FIRST, LAST)
    named = holidays.country_holidays(
        "CA",
        subdiv="NB",
        years=range(day[0].year, day[-1].year + 1),
        categories=("public", "government", "optional"),
        language="en_CA",  # otherwise that of the machine
    )
    names = pd.Series([named.get(date, "") for date in day.date], index=day)
    off = names.ne("") | (day.day_of_week >= 5)
    run = (~off).cumsum()[off]
    rows = []
    for _, days in names[off].groupby(run):
        first, last = (days.index[i].date().isoformat() for i in (0, -1))
        name = ", ".join(dict.fromkeys(days[days.ne("")]))
        kind = "weekend"
        if name:
            kind = "long weekend" if len(days) > 2 else "holiday"
        rows.append((f"off-{first}", name or "Weekend", kind, first, last))
    columns = ["event_id", "name", "category", "start", "end"]
    return pd.DataFrame(rows, columns=columns)


def stop(found: str) -> None:
    """Stop, and say what is needed."""
    sys.exit(
        f"This table is made with Debian's r-cran-spatstat.data {SPATSTAT}, and "
        f"{found} was found: apt-get install r-cran-spatstat.data"
    )


if __name__ == "__main__":
    main(Path(__file__).parent)
