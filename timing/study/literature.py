"""Published claims and forecasts on the timing of tests, as data."""

from __future__ import annotations

import numpy as np
import pandas as pd

from timing.arguments import check_choice
from timing.kernels.pvalues import position_p
from timing.kernels.rates import chance_at_even_rate
from timing.study.declaration import analyses_folder

TABLES = ("claims", "forecasts", "windows")


def published(name: str) -> pd.DataFrame:
    """Load a table of what was published; columns in ``analyses/literature/README.md``.

    Parameters
    ----------
    name : {"claims", "forecasts", "windows"}

    Examples
    --------
    >>> len(published("forecasts"))
    6
    """
    check_choice("name", name, TABLES)
    table = pd.read_csv(analyses_folder() / "literature" / f"{name}.csv")
    for column in ("date", "kind_date", "forecast_date"):
        if column in table:
            table[column] = pd.to_datetime(table[column], format="%Y-%m-%d")
    return table


def mean_distance(
    dates: pd.Series, launches: pd.Series, *, reach: int
) -> tuple[float, float, float]:
    """Compare the mean distance of dates from the nearest launch with that of others.

    The null hypothesis is that the dates could as well have fallen up to `reach` days
    earlier or later, all together. Distances to the nearest event are length-biased,
    and shrink wherever launches become frequent (Varadhan and Frangakis 2004): only
    the comparison says something about the dates.

    Parameters
    ----------
    dates, launches : Series of datetime64
    reach : int
        Days.

    Returns
    -------
    (float, float, float)
        Mean distance in days, its mean over all moves, and the share of the moves whose
        mean distance is at most as large.

    Examples
    --------
    >>> day = pd.to_datetime(pd.Series(["2020-01-10"]))
    >>> found = mean_distance(day, day + pd.Timedelta(days=1), reach=2)
    >>> np.round(found, 3).tolist()
    [1.0, 1.4, 0.6]
    """
    days = np.unique(launches.to_numpy().astype("datetime64[D]").astype(np.int64))
    held = dates.to_numpy().astype("datetime64[D]").astype(np.int64)
    moved = held[:, None] + np.arange(-reach, reach + 1)
    distance = np.abs(moved[..., None] - days).min(axis=-1).mean(axis=0)
    observed = float(distance[reach])
    p = position_p(distance, observed, alternative="less")
    return observed, float(distance.mean()), p


def brier_scores(forecasts: pd.DataFrame, tests: pd.DataFrame) -> tuple[float, float]:
    """Score published forecasts, and the even rate of the year before in their place.

    Parameters
    ----------
    forecasts : DataFrame
        ``forecast_date``, ``p_14_days`` and ``p_30_days``.
    tests : DataFrame
        Tests that the forecasts are about, with their ``date``.

    Returns
    -------
    (float, float)
        Mean squared errors, of all chances of both horizons (Brier 1950).
    """
    day, errors = tests["date"], []
    for made, *chances in forecasts[
        ["forecast_date", "p_14_days", "p_30_days"]
    ].itertuples(index=False):
        past = (made - day).dt.days.between(1, 365)
        rate = day[past].nunique() / 365
        for days, chance in zip((14, 30), chances, strict=True):
            seen = (day - made).dt.days.between(1, days).any()
            simple = chance_at_even_rate(1, rate, days, unit="day")
            errors.append(((chance - seen) ** 2, (simple - seen) ** 2))
    theirs, ours = np.mean(errors, axis=0).tolist()
    return theirs, ours
