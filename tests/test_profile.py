"""Superposed epochs: counts by hand, limits by enumeration."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

import timing
from timing.errors import ArgumentError
from timing.results import LagProfileResult

PERIOD = timing.StudyPeriod("2020-03-01", "2020-03-31")
TESTS = ["2020-03-05", "2020-03-06", "2020-03-20"]
CALENDAR = pd.DataFrame(
    {
        "start": ["2020-03-07", "2020-03-18", "2020-03-18"],
        "end": ["2020-03-09", "2020-03-18", "2020-03-19"],
    }
)


def run(**changes):
    return timing.lag_profile(
        TESTS, CALENDAR, **{"period": PERIOD, "max_lag": 3, **changes}
    )


def test_counts_by_hand():
    # From 7 March: -2, -1. From the two events of 18 March: +2 twice.
    profile = run()
    assert dict(zip(profile.lag.tolist(), profile.count.tolist(), strict=True)) == {
        -3: 0, -2: 1, -1: 1, 0: 0, 1: 0, 2: 2, 3: 0,
    }  # fmt: skip


def test_the_end_may_be_the_anchor():
    # From 9 March: -4, -3; from 18 March +2, from 19 March +1.
    profile = run(anchor="end")
    counts = dict(zip(profile.lag.tolist(), profile.count.tolist(), strict=True))
    assert (counts[-3], counts[1], counts[2]) == (1, 1, 1)


def test_expected_and_p_equal_enumeration():
    y = np.zeros(31)
    y[[4, 5, 19]] = 1
    anchored = np.zeros(31)
    anchored[6], anchored[17] = 1, 2
    profile = run(alternative="greater")
    for lag, count, expected, p in zip(
        profile.lag, profile.count, profile.expected, profile.pvalue, strict=True
    ):
        landing = np.roll(anchored, lag)
        counts = np.array([np.roll(y, k) @ landing for k in range(31)])
        assert expected == pytest.approx(counts.mean())
        assert p == pytest.approx(np.mean(counts >= count))


def test_limits_leave_at_most_half_of_the_error_on_each_side():
    y = np.zeros(31)
    y[[4, 5, 19]] = 1
    anchored = np.zeros(31)
    anchored[6], anchored[17] = 1, 2
    profile = run(confidence_level=0.8)
    for lag, low, high in zip(profile.lag, profile.low, profile.high, strict=True):
        landing = np.roll(anchored, lag)
        counts = np.array([np.roll(y, k) @ landing for k in range(31)])
        assert np.mean(counts < low) <= 0.1
        assert np.mean(counts > high) <= 0.1


def test_a_profile_has_no_rate_ratio():
    with pytest.raises(ArgumentError, match="no rate ratio"):
        run().confidence_interval()


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"max_lag": 0}, "`max_lag` is 0"),
        ({"anchor": "interval"}, "`anchor` is 'interval'"),
        ({"null": timing.Uniform()}, "a lag profile takes a CircularShift"),
    ],
)
def test_bad_arguments(changes, text):
    with pytest.raises(ArgumentError, match=text):
        run(**changes)


def test_the_result_survives_json():
    profile = run()
    again = LagProfileResult.from_dict(json.loads(json.dumps(profile.to_dict())))
    pd.testing.assert_frame_equal(again.to_frame(), profile.to_frame())
    assert "by chance about" in again.summary()
