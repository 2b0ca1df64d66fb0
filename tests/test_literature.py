"""Published claims: the tables, distances against moved dates, and forecasts."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from timing.errors import ArgumentError
from timing.study.literature import brier_scores, mean_distance, published


def days(*texts):
    return pd.Series(pd.to_datetime(list(texts)))


def test_the_tables_have_dates_and_sources():
    claims = published("claims")
    assert claims["claim_id"].is_unique
    assert len(claims) == 22
    assert claims["outcome"].isin(["asserted", "feared"]).all()
    for name in ("claims", "forecasts", "windows"):
        assert published(name)["source"].str.startswith("http").all()
    forecasts = published("forecasts")
    assert (forecasts["p_30_days"] > forecasts["p_14_days"]).all()


def test_an_unknown_table_is_refused():
    with pytest.raises(ArgumentError, match="`name` is 'polls'; it must be one of"):
        published("polls")


def test_distances_equal_loops():
    rng = np.random.default_rng(5)
    launches = pd.Series(
        np.datetime64("2020-01-01") + rng.choice(400, 12, replace=False)
    ).astype("datetime64[us]")
    dates = days("2020-05-01", "2020-11-20")
    reach, found = 30, []
    for move in range(-reach, reach + 1):
        moved = dates + pd.Timedelta(days=move)
        found.append(np.mean([min(abs((day - launches).dt.days)) for day in moved]))
    expected = (found[reach], np.mean(found), np.mean(np.array(found) <= found[reach]))
    assert mean_distance(dates, launches, reach=reach) == pytest.approx(expected)


def test_moving_dates_and_launches_together_changes_nothing():
    launches, dates = days("2020-03-01", "2020-03-09"), days("2020-03-05")
    later = pd.Timedelta(days=1000)
    assert mean_distance(dates, launches, reach=9) == mean_distance(
        dates + later, launches + later, reach=9
    )


def test_brier_scores_by_hand():
    # 73 launch days in the year before: a rate of 1/5 a day.
    day = pd.date_range("2016-01-01", "2016-12-30", freq="5D")
    tests = pd.DataFrame({"date": [*day, pd.Timestamp("2017-01-15")]})
    forecast = pd.DataFrame(
        {
            "forecast_date": days("2016-12-31"),
            "p_14_days": [0.4],
            "p_30_days": [0.9],
        }
    )
    # No launch within 14 days, one within 30.
    theirs = (0.4**2 + 0.1**2) / 2
    simple = ((1 - 0.8**14) ** 2 + (0.8**30) ** 2) / 2
    assert brier_scores(forecast, tests) == pytest.approx((theirs, simple))
