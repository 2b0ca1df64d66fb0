"""Write ``panel.csv``, the input of ``make_reference.R``: launches and exposure by day.

The panel is frozen: it was made once from the curated tables and is not made again when
they change. Run from the root of the project: python tests/reference/make_panel.py
"""

from pathlib import Path

import timing
from timing.study.specification import US_LED


def main() -> None:
    """Write the panel beside this script."""
    panel = timing.daily_panel(
        US_LED.tests(),
        US_LED.calendar(),
        period=timing.StudyPeriod("2014-01-01", "2017-12-31"),
        window=timing.Window(before=7, after=7),
        unit="event",
    )
    panel[["date", "launches", "exposed"]].to_csv(
        Path(__file__).parent / "panel.csv", index=False, lineterminator="\n"
    )


if __name__ == "__main__":
    main()
