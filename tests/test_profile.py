"""Superposed epochs: counts by hand, limits by enumeration."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pandas as pd
import pytest

import timing
from timing.errors import ArgumentError, SchemaError
from timing.results import LagProfileResult

PERIOD = timing.StudyPeriod("2020-03-01", "2020-03-31")
TESTS = ["2020-03-05", "2020-03-06", "2020-03-20"]
CALENDAR = pd.DataFrame(
    {
        "start": ["2020-03-07", "2020-03-18", "2020-03-18"],
        "end": ["2020-03-09", "2020-03-18", "2020-03-19"],
    }
)


WHOLE_SHIFT = timing.CircularShift(None)


def run(*, tests=TESTS, calendar=CALENDAR, **changes):
    options = {"period": PERIOD, "max_lag": 3, "null": WHOLE_SHIFT}
    return timing.lag_profile(tests, calendar, **{**options, **changes})


@dataclasses.dataclass(frozen=True)
class Turn(timing.nulls.NullModel):
    """Whole-period shifts that are drawn, and have no known distribution."""

    def in_words(self):  # noqa: D102
        return "the pattern is turned by a random number of days"

    def draw(self, launches, day, *, size, rng):  # noqa: D102
        return np.stack(
            [np.roll(launches, k) for k in rng.integers(0, day.size, size=size)]
        )


def curves_of_all_shifts(lags):
    """Count by loops, one row a shift, the observed first."""
    y, w = np.zeros(31, dtype=int), np.zeros(31, dtype=int)
    y[[4, 5, 19]] = 1
    w[6], w[17] = 1, 2
    return [
        [sum(y[t] * w[(t + k - lag) % 31] for t in range(31)) for lag in lags]
        for k in range(31)
    ]


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
        ({"null": "shuffle"}, "`null` is 'shuffle'"),
        ({"null": 7}, "`null` is 7"),
        ({"n_resamples": 0}, "`n_resamples` is 0"),
        ({"confidence_level": 1.0}, "`confidence_level` is 1.0"),
    ],
)
def test_bad_arguments(changes, text):
    with pytest.raises(ArgumentError, match=text):
        run(**changes)


def test_the_first_meeting_day_and_the_announcement_may_be_the_anchor():
    calendar = CALENDAR.assign(
        meeting_start=["2020-03-08", "2020-03-18", None],
        meeting_end=["2020-03-09", "2020-03-18", None],
        announced=[None, None, "2020-03-04"],
    )
    # From 8 March: -3, -2; from 18 March: +2.
    met = run(calendar=calendar, anchor="meeting")
    assert met.lag[met.count > 0].tolist() == [-3, -2, 2]
    assert met.n_calendar_events == 2
    # From 4 March: +1, +2.
    told = run(calendar=calendar, anchor="announced")
    assert told.lag[told.count > 0].tolist() == [1, 2]
    with pytest.raises(SchemaError, match="'announced'"):
        run(anchor="announced")


def test_days_that_are_not_at_risk_hold_no_launch():
    period = timing.StudyPeriod("2020-03-01", "2020-03-31", [("2020-03-06",) * 2])
    profile = run(period=period)
    assert profile.at_risk_days == 30
    assert profile.lag[profile.count > 0].tolist() == [-2, 2]


# Global test and envelope


def ranked(curves, i, alternative):
    """Sorted pointwise ranks of one curve, by counting."""
    ranks = []
    for values in zip(*curves, strict=True):
        tied = (values.count(values[i]) + 1) / 2
        below = sum(v < values[i] for v in values) + tied
        above = sum(v > values[i] for v in values) + tied
        ranks.append({"greater": above, "less": below}.get(alternative))
        if ranks[-1] is None:
            ranks[-1] = min(below, above)
    return sorted(ranks)


@pytest.mark.parametrize("alternative", ["two-sided", "greater", "less"])
@pytest.mark.parametrize("level", [0.8, 0.95])
def test_global_p_and_envelope_equal_enumeration(alternative, level):
    profile = run(alternative=alternative, confidence_level=level)
    curves = curves_of_all_shifts(profile.lag.tolist())
    assert curves[0] == profile.count.tolist()
    vectors = [ranked(curves, i, alternative) for i in range(31)]
    p = [sum(other <= own for other in vectors) / 31 for own in vectors]
    assert profile.n_curves == 31
    assert profile.global_pvalue == pytest.approx(p[0])
    assert profile.global_pvalue_error == 0
    kept = np.array([c for c, own in zip(curves, p, strict=True) if own > 1 - level])
    low, high = kept.min(axis=0).astype(float), kept.max(axis=0).astype(float)
    if alternative == "greater":
        low[:] = -np.inf
    if alternative == "less":
        high[:] = np.inf
    assert profile.envelope_low.tolist() == low.tolist()
    assert profile.envelope_high.tolist() == high.tolist()


def test_the_orbit_of_any_null_is_enumerated():
    # All 31 shifts by up to 15 days either way: the whole-period shift by another path.
    local = run(null=timing.nulls.LocalShift(15))
    whole = run()
    assert local.n_curves == 31
    assert local.global_pvalue == pytest.approx(whole.global_pvalue)
    assert (
        local.to_frame()
        .drop(columns="expected")
        .equals(whole.to_frame().drop(columns="expected"))
    )
    assert local.expected == pytest.approx(whole.expected)


def test_curves_are_drawn_where_the_arrangements_are_too_many():
    profile = run(null="circular_shift", n_resamples=99, rng=3)
    assert profile.n_curves == 31  # March is one stratum: its shifts are listed

    april = timing.StudyPeriod("2020-02-01", "2020-04-30")
    by_month = run(period=april, null="circular_shift", n_resamples=99, rng=3)
    assert by_month.n_curves == 100
    p = by_month.global_pvalue
    assert (100 * p) == pytest.approx(round(100 * p))
    assert by_month.global_pvalue_error == pytest.approx(np.sqrt(p * (1 - p) / 100))
    assert "99 draws; Monte Carlo standard error" in by_month.summary()
    # Pointwise numbers are exact all the same: they do not depend on the draws.
    other = run(period=april, null="circular_shift", n_resamples=19, rng=4)
    for name in ("expected", "low", "high", "pvalue"):
        assert getattr(by_month, name).tolist() == getattr(other, name).tolist()


def test_pointwise_numbers_rest_on_the_draws_where_there_is_no_distribution():
    profile = run(null=Turn(), n_resamples=199, rng=8, alternative="greater")
    shifts = np.random.default_rng(8).integers(0, 31, size=199)
    drawn = np.array(curves_of_all_shifts(profile.lag.tolist()))[shifts]
    assert profile.n_curves == 200
    for j, count in enumerate(profile.count.tolist()):
        values = [count, *drawn[:, j].tolist()]
        assert profile.expected[j] == pytest.approx(np.mean(values))
        assert profile.pvalue[j] == pytest.approx(np.mean(np.array(values) >= count))
    assert (profile.pvalue >= 1 / 200).all()


def test_the_seed_fixes_the_draws():
    profiles = [run(null=Turn(), n_resamples=49, rng=seed) for seed in (1, 1, 2)]
    first, again, other = (p.expected.tolist() for p in profiles)
    assert first == again != other


def test_a_null_that_draws_the_wrong_shape_is_an_error():
    @dataclasses.dataclass(frozen=True)
    class Short(Turn):
        def draw(self, launches, day, *, size, rng):
            return super().draw(launches, day, size=size, rng=rng)[:, 1:]

    with pytest.raises(ArgumentError, match=r"shape \(9, 30\); it must be \(9, 31\)"):
        run(null=Short(), n_resamples=9, rng=1)


def test_draws_come_in_parts_that_fit_into_memory(monkeypatch):
    sizes = []

    @dataclasses.dataclass(frozen=True)
    class Counted(Turn):
        def draw(self, launches, day, *, size, rng):
            sizes.append(size)
            return super().draw(launches, day, size=size, rng=rng)

    monkeypatch.setattr("timing.profile._CELLS", 31 * 20)
    assert run(null=Counted(), n_resamples=45, rng=1).n_curves == 46
    assert sizes == [20, 20, 5]


def test_a_planted_lag_leaves_the_envelope_and_is_named():
    calendar = pd.date_range("2020-01-05", "2021-12-20", freq="23D")
    launches = [*(calendar + pd.Timedelta(days=2)), "2020-02-13", "2021-07-07"]
    profile = run(
        tests=launches,
        calendar=list(calendar.strftime("%Y-%m-%d")),
        period=timing.StudyPeriod("2020-01-01", "2021-12-31"),
        null=timing.CircularShift("quarter"),
        rng=6,
    )
    outside = profile.count > profile.envelope_high
    assert profile.lag[outside].tolist() == [2]
    assert 1 / 2500 <= profile.global_pvalue < 0.005
    assert "Lags outside the 95% global envelope: above at +2" in profile.summary()


@pytest.mark.slow
def test_the_global_test_holds_its_level_where_pointwise_limits_do_not():
    # Independent days, 300 records of 200 days: a true null.
    rng = np.random.default_rng(20)
    period = timing.StudyPeriod("2020-01-01", "2020-07-18")
    days = pd.date_range("2020-01-01", periods=200)
    small, pointwise = [], []
    for _ in range(300):
        profile = timing.lag_profile(
            days[rng.random(200) < 0.1],
            days[rng.choice(200, 8, replace=False)],
            period=period,
            max_lag=10,
            null=WHOLE_SHIFT,
        )
        outside = (profile.count < profile.envelope_low) | (
            profile.count > profile.envelope_high
        )
        assert not outside.any() or profile.global_pvalue <= 0.05
        small.append(profile.global_pvalue <= 0.05)
        pointwise.append((profile.pvalue <= 0.05).any())
    # Standard error of a share of 0.05 over 300 records: 0.013.
    assert 0.015 <= np.mean(small) <= 0.085
    assert np.mean(pointwise) > 0.2


# Summary and storage


def test_the_summary_gives_the_global_p_before_the_pointwise_count():
    lines = run().summary().splitlines()
    assert lines[3].startswith("All 7 lags at once: p = ")
    assert "all 31 arrangements" in lines[3]
    assert lines[4] == "Lags outside the 95% global envelope: none"
    assert lines[5].startswith("Pointwise (not adjusted for the number of lags): ")
    assert lines[5].endswith("by chance about 0.4 would")


def test_the_summary_says_where_ties_keep_a_profile_on_the_edge():
    profile = run()
    on_edge = dataclasses.replace(
        profile,
        global_pvalue=0.03,
        envelope_low=np.full(7, -1.0),
        envelope_high=np.array([9.0, 1, 1, 9, 9, 9, 9]),
    )
    assert (
        "global envelope: none, but on its edge, which other curves share, at -2, -1"
    ) in on_edge.summary()
    outside = dataclasses.replace(
        on_edge, envelope_low=np.array([-1.0, -1, -1, 0.5, -1, -1, -1])
    )
    assert "global envelope: below at 0" in outside.summary()


@pytest.mark.parametrize("alternative", ["two-sided", "greater", "less"])
def test_the_result_survives_json(alternative):
    profile = run(alternative=alternative)
    again = LagProfileResult.from_dict(json.loads(json.dumps(profile.to_dict())))
    pd.testing.assert_frame_equal(again.to_frame(), profile.to_frame())
    assert again.global_pvalue == profile.global_pvalue
    assert again.n_curves == profile.n_curves
    assert again.summary() == profile.summary()
    assert "by chance about" in again.summary()


def test_units_and_gap_reach_the_counts():
    # 5 and 6 March are one episode, counted on the 5th: -2 from 7 March.
    profile = run(unit="episode", gap=1)
    assert profile.lag[profile.count > 0].tolist() == [-2, 2]
    assert profile.n_launches == 2


def test_draws_with_exact_ranks_are_as_precise_as_they_say():
    days = pd.date_range("2019-01-01", "2020-12-31", freq="D")
    rng = np.random.default_rng(4)
    tests = days[np.sort(rng.choice(days.size, 60, replace=False))]
    calendar = days[np.sort(rng.choice(days.size, 25, replace=False))]
    found = [
        timing.lag_profile(
            tests, calendar, period=timing.StudyPeriod("2019-01-01", "2020-12-31"),
            max_lag=10, n_resamples=400, rng=seed,
        )
        for seed in range(12)
    ]  # fmt: skip
    spread = np.std([profile.global_pvalue for profile in found], ddof=1)
    stated = np.mean([profile.global_pvalue_error for profile in found])
    assert spread < 2 * stated
