"""Print the chance of a launch around the Gyeongju summit, and test such chances.

The chance is taken from the year before the summit, the base rate from the summits of
the US and South Korean presidents since 2012. The last table sets the chances against
what happened: one window begins on every day since 2013.
"""

import warnings

import numpy as np
import pandas as pd

from timing import StudyPeriod, Window, load_calendar, load_tests, surprise
from timing.errors import SelectionWarning
from timing.kernels.rates import chance_at_even_rate, share_of_windows
from timing.record import read_record

GYEONGJU = "20251029-rok_us_summit-1"
KIND = ["rok_us_summit", "us_president_visit_rok"]
WEAPONS = ["ballistic", "cruise", "satellite", "nuclear"]
WINDOWS = {
    "the week before": Window(before=7, after=0),
    "a day each side": Window(before=1, after=1),
}
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
    """Print the summaries and the table."""
    tests, calendar = load_tests(weapons=WEAPONS), load_calendar(KIND)
    for words, window in WINDOWS.items():
        with warnings.catch_warnings():  # the summary says it, too
            warnings.simplefilter("ignore", SelectionWarning)
            result = surprise(
                tests,
                GYEONGJU,
                window=window,
                history=HISTORY,
                calendar=calendar,
                period=COVERED,
            )
        print(f"{words.capitalize()}\n{result}\n")
    table = how_good_are_the_chances(tests)
    print(table.to_string(index=False, float_format="{:.4f}".format))


if __name__ == "__main__":
    main()
