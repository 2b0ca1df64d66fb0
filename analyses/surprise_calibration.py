"""Set the chances that `surprise` states against what happened.

One window begins on every day since 2013; its chance comes from the year before it. The
squared errors say which of the two chances is better.

    python analyses/surprise_calibration.py
"""

import numpy as np
import pandas as pd

from timing import StudyPeriod, load_tests
from timing.kernels.rates import chance_at_even_rate, share_of_windows
from timing.record import read_record

WEAPONS = ["ballistic", "cruise", "satellite", "nuclear"]
COVERED = StudyPeriod("2011-01-01", "2026-08-20")
HISTORY = 365


def how_good_are_the_chances(tests: pd.DataFrame) -> pd.DataFrame:
    """Compare the chances by the year before with the windows that saw a launch."""
    launches = read_record(tests, COVERED, unit="day").launches
    rows = []
    for length in (3, 8, 15):
        begin = np.arange(2 * HISTORY, launches.size - length + 1)
        past = [launches[day - HISTORY : day] for day in begin]
        seen = np.array([launches[day : day + length].any() for day in begin])
        even = np.array(
            [chance_at_even_rate(1, days.mean(), length, unit="day") for days in past]
        )
        clustered = np.array([share_of_windows(days, length) for days in past])
        rows.append(
            {
                "days": length,
                "saw a launch": seen.mean(),
                "even rate": even.mean(),
                "all windows": clustered.mean(),
                "squared error, even rate": ((even - seen) ** 2).mean(),
                "squared error, all windows": ((clustered - seen) ** 2).mean(),
            }
        )
    return pd.DataFrame(rows)


def main() -> None:
    """Print the table."""
    table = how_good_are_the_chances(load_tests(weapons=WEAPONS))
    print(table.to_string(index=False, float_format="{:.4f}".format))


if __name__ == "__main__":
    main()
