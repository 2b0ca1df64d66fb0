"""What `scale.py` measures: tables of millions of rows, and the calls they are put to.

Two records. **40 years**: events at even minutes of 1985 to 2024; intervals of half an
hour to two hours on 3,500 busy days, a quarter of all, so that days and minutes both
have a contrast. With a million events each day holds some 68: all are counted (a count
of days would say nothing). **3,000 years**: a million days, intervals of one to 24
hours on any of them, for what grows with the days and months of a period.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import numpy.typing as npt
import pandas as pd
from measure import Call

import timing
from timing import nulls, readers
from timing.errors import TimingError

SEED = 20251028
MINUTES = 24 * 60
BUSY_DAYS = 3_500
ZONES = (
    "Europe/Madrid", "America/New_York", "UTC", "Asia/Tokyo", "Africa/Nairobi"
)  # fmt: skip
FEW_DRAWS = 99
"""Draws where there is no exact distribution: enough to time them."""

IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How large a record: its tables, its period, and how the tables are written.

    Attributes
    ----------
    events, intervals, years : int
    form : {"timestamps", "text", "ids and zones", "csv"}
    """

    events: int = 1_000_000
    intervals: int = 100_000
    years: int = 40
    form: str = "timestamps"


TINY = Size(events=2_000, intervals=200)
"""Called once before anything is measured, so that loading modules does not count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Data:
    """Tables of one size, and the period that they fill."""

    tests: pd.DataFrame
    calendar: pd.DataFrame
    period: timing.StudyPeriod


def _moments(start: np.datetime64, minute: IntArray) -> npt.NDArray[np.datetime64]:
    return start.astype("datetime64[us]") + minute * np.timedelta64(60_000_000, "us")


def data_of(size: Size) -> Data:
    """Draw the tables."""
    rng = np.random.default_rng([SEED, size.events, size.intervals, size.years])
    first = 1985 if size.years == 40 else 500
    start = np.datetime64(f"{first:04d}-01-01")
    end = np.datetime64(f"{first + size.years:04d}-01-01")
    n_days = int((end - start).astype(int))
    event = rng.integers(0, n_days * MINUTES, size.events)
    if size.years == 40:
        busy = rng.choice(n_days - 1, min(size.intervals, BUSY_DAYS), replace=False)
        day = rng.choice(busy, size.intervals)
        length = rng.integers(30, 120, size.intervals)
    else:
        day = rng.integers(0, n_days - 2, size.intervals)
        length = rng.integers(60, MINUTES, size.intervals)
    begin = day * MINUTES + rng.integers(0, 22 * 60, size.intervals)
    tests = pd.DataFrame({"date": _moments(start, event)})
    calendar = pd.DataFrame(
        {"start": _moments(start, begin), "end": _moments(start, begin + length)}
    )
    if size.form in ("text", "csv"):
        written = np.datetime_as_string(tests["date"].to_numpy(), unit="m")
        tests["date"] = np.char.replace(written, "T", " ")
    elif size.form == "ids and zones":
        tests["test_id"] = [f"test {i:07d}" for i in range(size.events)]
        calendar["event_id"] = [f"event {i:06d}" for i in range(size.intervals)]
        calendar["zone"] = rng.choice(ZONES, size.intervals)
    calendar["category"] = [f"category {i % 5}" for i in range(size.intervals)]
    return Data(
        tests=tests,
        calendar=calendar,
        period=timing.StudyPeriod(str(start), str(end - np.int64(1)), zone="UTC"),
    )


Job = Callable[[Data], object]

DAY = timing.Window(before=0, after=0)
HOUR = timing.Window("1h", "1h")


def permutation(**options: object) -> Job:
    """Return a permutation test of the events, on days unless the options say other."""
    request = {"unit": "event", "window": DAY, "progress": False, "rng": 1} | options

    def test(data: Data) -> object:
        return timing.permutation_test(
            data.tests, data.calendar, period=data.period, **request
        )

    return test


def on_data(function: Callable[..., object], **options: object) -> Job:
    """Return a call of a function that takes both tables and a period."""
    return lambda data: function(
        data.tests, data.calendar, period=data.period, **options
    )


def exposure(data: Data) -> object:
    """Name the intervals of each day."""
    return timing.exposure(data.calendar, period=data.period, window=DAY)


def simulate(data: Data) -> object:
    """Draw as many self-exciting events again."""
    return timing.simulate(period=data.period, n_launches=len(data.tests), rng=1)


def power(data: Data) -> object:
    """Find a planted rate ratio in twenty records of 1,000 events."""
    return timing.power(
        "self-exciting",
        data.calendar,
        period=data.period,
        window=DAY,
        n_launches=1_000,
        rate_ratios=[1.5],
        n_replicates=20,
        rng=1,
        progress=False,
    )


SHIFT = permutation()
SCORE = on_data(timing.randomization_test, window=DAY, unit="event")
CLOCK = permutation(resolution="time", window=HOUR)
JOIN = on_data(timing.nearest, direction="both")


def whole(data: Data) -> object:
    """Join, exposure, primary test, and the permutation test by day and by minute."""
    return [job(data) for job in (JOIN, exposure, SCORE, SHIFT, CLOCK)]


WHOLE = "all of the required case"
WINDOWS = [timing.Window(before=0, after=after) for after in (0, 1, 2)]

JOBS: dict[str, Job] = {
    WHOLE: whole,
    "nearest": JOIN,
    "exposure": exposure,
    "daily_panel": on_data(timing.daily_panel, window=DAY, unit="event"),
    "permutation_test, shift by month": SHIFT,
    "permutation_test, shift of the whole": permutation(null=nulls.CircularShift(None)),
    "permutation_test, days": permutation(unit="day"),
    "permutation_test, episodes": permutation(unit="episode", gap=1),
    "permutation_test, trigger rate": permutation(statistic="trigger_rate"),
    "permutation_test, precursor rate": permutation(
        statistic="precursor_rate", n_resamples=FEW_DRAWS
    ),
    "permutation_test, mean distance": permutation(
        statistic="mean_distance", n_resamples=FEW_DRAWS
    ),
    "permutation_test, Uniform": permutation(
        null=nulls.Uniform(), n_resamples=FEW_DRAWS
    ),
    "permutation_test, Uniform by month": permutation(null=nulls.Uniform("month")),
    "permutation_test, LocalShift": permutation(null=nulls.LocalShift(30)),
    "permutation_test, IntervalJitter": permutation(null=nulls.IntervalJitter(30)),
    "permutation_test, YearShuffle": permutation(
        null=nulls.YearShuffle(), n_resamples=FEW_DRAWS
    ),
    "permutation_test, GapShuffle": permutation(
        null=nulls.GapShuffle(), n_resamples=FEW_DRAWS
    ),
    "permutation_test, BlockShuffle": permutation(
        null=nulls.BlockShuffle(30), n_resamples=FEW_DRAWS
    ),
    "clock times, shift by month": CLOCK,
    "clock times, shift by year": permutation(
        resolution="time", window=HOUR, null=nulls.CircularShift("year")
    ),
    "clock times, shift of the whole": permutation(
        resolution="time", window=HOUR, null=nulls.CircularShift(None)
    ),
    "clock times, Uniform": permutation(
        resolution="time", window=HOUR, null=nulls.Uniform()
    ),
    "randomization_test": SCORE,
    "timescale_profile": on_data(timing.timescale_profile, window=DAY, unit="event"),
    "lag_profile, 15 lags": on_data(
        timing.lag_profile, max_lag=7, unit="event", n_resamples=FEW_DRAWS, rng=1
    ),
    "scan, 18 specifications": on_data(
        timing.scan, windows=WINDOWS, by=("category",), progress=False
    ),
    "count_regression, season": on_data(
        timing.count_regression, window=DAY, unit="event", controls=["season"]
    ),
    "case_crossover, conditional Poisson": on_data(
        timing.case_crossover, window=DAY, unit="event", model="conditional-poisson"
    ),
    "self_controlled": on_data(timing.self_controlled, windows={"day": (0, 0)}),
    "event_study, 3 days either side": on_data(timing.event_study, leads=3, lags=3),
    "self_exciting": on_data(timing.self_exciting, window=DAY, unit="event"),
    "simulate": simulate,
    "power, 20 records of 1,000 events": power,
}
"""What is measured, by its name in the table."""

TOO_LONG = {
    ("scan, 18 specifications", 3_000): "days times strata, 4e10, for each "
    "specification: hours; longer strata or a shorter period",
}
"""What would work, and is not waited for: job and years, with the reason."""


def prepare(job: str, size: Size) -> Call:
    """Draw the tables, call the job on tiny ones, and return the call to measure."""
    call = JOBS[job]
    with suppress(TimingError):  # it may have no contrast
        call(data_of(TINY))
    data = data_of(size)
    if size.form == "csv":
        return _with_reading(call, data)
    return lambda: call(data)


def _with_reading(call: Job, data: Data) -> Call:
    files, period = write_csv(data), data.period
    return lambda: call(read_csv(Path(files.name), period))


def write_csv(data: Data) -> TemporaryDirectory[str]:
    """Write both tables."""
    files = TemporaryDirectory()
    for name, table in (("tests", data.tests), ("calendar", data.calendar)):
        table.to_csv(Path(files.name, f"{name}.csv"), index=False)
    return files


def read_csv(folder: Path, period: timing.StudyPeriod) -> Data:
    """Read both tables as a user would."""
    return Data(
        tests=readers.read_events(folder / "tests.csv", zone="UTC"),
        calendar=readers.read_calendar(folder / "calendar.csv", zone="UTC"),
        period=period,
    )


READ = "read_events from CSV"


def prepare_reading(size: Size) -> Call:
    """Write the events, and return the call that reads them."""
    tiny = write_csv(data_of(TINY))
    readers.read_events(Path(tiny.name, "tests.csv"), zone="UTC")
    files = write_csv(data_of(size))
    return lambda: readers.read_events(Path(files.name, "tests.csv"), zone="UTC")
