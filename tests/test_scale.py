"""Large data: other ways to the same numbers, refusals, and memory."""

from __future__ import annotations

import dataclasses
import tracemalloc
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

import timing
from timing import clock, grid
from timing.errors import ArgumentError
from timing.kernels import (
    breakpoints,
    clustering,
    exact,
    naive,
    resampling,
    score,
    time_rescaling,
)
from timing.kernels.breakpoints import Spans, close_gaps, cut_at_days, union
from timing.kernels.exact import Pmf, shuffle_pmf, tail_p
from timing.period import DAY
from timing.time_grid import build_time_grid

HOUR = DAY // 24
PERIOD = timing.StudyPeriod("2015-01-01", "2018-12-31", zone="UTC")


def pmf_of(found: Pmf) -> dict[int, float]:
    pairs = zip(found.support.tolist(), found.probability.tolist(), strict=True)
    return {value: chance for value, chance in pairs if chance > 1e-15}


def same(one: Pmf, two: Pmf) -> bool:
    a, b = pmf_of(one), pmf_of(two)
    return a.keys() == b.keys() and np.allclose([*a.values()], [b[k] for k in a])


# Continuous time


@st.composite
def circles(draw: st.DrawFn) -> tuple[Any, Spans, int]:
    length = draw(st.integers(20, 80))
    edges = st.tuples(st.integers(0, length), st.integers(0, length)).map(sorted)
    begin, stop = np.array(draw(st.lists(edges, min_size=1, max_size=6))).T
    times = draw(st.lists(st.integers(0, length - 1), min_size=1, max_size=9))
    return np.array(times) * 7, union(begin * 7, stop * 7), length * 7


@given(circles())
def test_counts_at_whole_steps_are_those_between_breakpoints(circle):
    times, spans, length = circle
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(breakpoints, "_MOST_STEPS", 0)
        between = breakpoints.shift_measure(times, spans, length)
    # So many events that the steps are fewer than the breakpoints.
    many = np.repeat(times, 20)
    at_steps = breakpoints.shift_measure(many, spans, length)
    expected = {20 * value: chance for value, chance in pmf_of(between).items()}
    assert pmf_of(at_steps) == pytest.approx(expected)


def test_too_many_breakpoints_are_refused(monkeypatch):
    monkeypatch.setattr(breakpoints, "_MOST_BREAKPOINTS", 3)
    times, spans = np.array([1, 500]), Spans(np.array([3]), np.array([8]))
    with pytest.raises(ArgumentError, match="2 events and 1 exposed spans into one"):
        breakpoints.shift_measure(times, spans, 10**6 + 3)


@given(st.data())
def test_strata_by_pieces_are_strata_cut_from_the_whole(data):
    rng = np.random.default_rng(data.draw(st.integers(0, 999)))
    n_days = data.draw(st.integers(2, 40))
    edges = np.sort(rng.integers(0, n_days * DAY, (8, 2)))
    exposed = union(*edges.T)
    day, pieces = cut_at_days(exposed, DAY)
    assert pieces.total == exposed.total
    assert (pieces.begin >= 0).all()
    assert (pieces.stop <= DAY).all()
    chosen = np.flatnonzero(rng.random(n_days) < 0.5)
    mine = np.isin(day, chosen)
    at = np.searchsorted(chosen, day[mine]) * DAY
    found = union(pieces.begin[mine] + at, pieces.stop[mine] + at)
    expected = union(*(close_gaps(edge, chosen, DAY) for edge in exposed))
    assert found.begin.tolist() == expected.begin.tolist()
    assert found.stop.tolist() == expected.stop.tolist()


def test_a_stratum_has_its_events_and_its_exposed_time():
    tests = ["2018-01-31 23:30", "2018-02-01 01:00", "2018-01-01 00:30"]
    calendar = pd.DataFrame(
        {"start": ["2018-01-31 22:00"], "end": ["2018-02-01 02:00"], "zone": ["UTC"]}
    )
    found = build_time_grid(
        tests,
        calendar,
        period=timing.StudyPeriod("2018-01-01", "2018-02-28", zone="UTC"),
        window=timing.Window("1h", "1h"),
    )
    january, february = found.stratify("month")
    assert (january.launches / HOUR).tolist() == [30 * 24 + 23.5, 0.5]
    assert (np.array(january.exposed) / HOUR).ravel().tolist() == [30 * 24 + 21, 744]
    assert (february.launches / HOUR).tolist() == [1.0]
    assert (np.array(february.exposed) / HOUR).ravel().tolist() == [0, 3]
    assert january.length == 31 * DAY


# Counts


def test_positions_of_labels_some_of_which_are_absent():
    label = np.array([3, 0, 3, 1])
    found = [rows.tolist() for rows in exact.by_label(label, 5)]
    assert found == [[1], [3], [], [0, 2], []]


@pytest.mark.parametrize("times", [0, 1, 2, 7, 20])
def test_repeated_sums_are_binomial(times):
    found = exact.repeated(Pmf(0, np.array([0.75, 0.25])), times)
    assert found.lowest == 0
    expected = stats.binom.pmf(np.arange(times + 1), times, 0.25)
    np.testing.assert_allclose(found.probability, expected, rtol=1e-12)


def test_long_sums_lose_only_what_has_no_chance(monkeypatch):
    half = Pmf(3, np.array([0.5, 0.5]))
    whole = exact.convolve([half] * 2000)
    monkeypatch.setattr(exact, "_MANY_VALUES", 100)
    cut = exact.convolve([half] * 2000)
    assert cut.probability.size < whole.probability.size
    assert same(cut, whole)


def test_few_of_many_values_are_summed_one_by_one(monkeypatch):
    parts = [exact.tally(np.array([0, step, 3 * step])) for step in (1, 400, 700)]
    found = exact.convolve(parts)
    monkeypatch.setattr(exact, "_FEW_VALUES", 10**9)
    assert same(found, exact.convolve(parts))
    assert found.support[found.probability > 0].tolist() == sorted(
        {a + 400 * b + 700 * c for a in (0, 1, 3) for b in (0, 1, 3) for c in (0, 1, 3)}
    )


def test_values_far_apart_are_refused():
    assert pmf_of(exact.tally(np.array([4, 2, 4]))) == {2: 1 / 3, 4: 2 / 3}
    with pytest.raises(ArgumentError, match="from 1 to 10,000,000,000, too many"):
        exact.tally(np.array([1, 10**10]))


def test_subsets_too_many_to_count_are_refused():
    launches = np.full(9_999, 70)
    assert not exact.can_shuffle(launches, 5_000)
    with pytest.raises(ArgumentError, match="699,930 events on 9,999 days are too"):
        shuffle_pmf(launches, 5_000)


def test_the_most_ways_that_a_float_holds_are_counted():
    # Days of one or two launches: the count is launch days plus those of two.
    launches = np.array([1, 2] * 400)
    assert exact.can_shuffle(launches, 400)
    found = shuffle_pmf(launches, 400)
    days_of_two = stats.hypergeom.pmf(np.arange(401), 800, 400, 400)
    np.testing.assert_allclose(
        found.probability[found.probability > 1e-200],
        days_of_two[days_of_two > 1e-200],
        rtol=1e-9,
    )


@pytest.mark.parametrize("alternative", ["two-sided", "greater", "less"])
def test_a_drawn_naive_p_is_near_the_exact_one(monkeypatch, alternative):
    rng = np.random.default_rng(5)
    launches, n_exposed, count = rng.poisson(0.7, 60), 20, 18
    options = {"alternative": alternative}
    expected = tail_p(shuffle_pmf(launches, n_exposed), count, **options)
    found = naive.shuffle_p(launches, n_exposed, count, rng=rng, **options)
    assert found == expected
    monkeypatch.setattr(naive, "can_shuffle", lambda *_: False)
    drawn = naive.shuffle_p(launches, n_exposed, count, rng=rng, **options)
    assert drawn != expected
    assert drawn == pytest.approx(expected, abs=5 * np.sqrt(0.25 / naive._DRAWS))


def test_drawn_counts_have_the_moments_of_the_shuffle():
    launches = np.random.default_rng(3).poisson(2.0, 200)
    drawn = naive.drawn_counts(launches, 50, size=20_000, rng=np.random.default_rng(4))
    pmf = shuffle_pmf(launches, 50)
    spread = np.sqrt((pmf.support - pmf.mean) ** 2 @ pmf.probability)
    assert drawn.mean() == pytest.approx(pmf.mean, abs=5 * spread / np.sqrt(20_000))
    assert drawn.std() == pytest.approx(spread, rel=0.05)


def test_a_test_of_very_many_events_has_a_naive_p():
    # 20,000 events on 365 days: the ways to shuffle them are too many to count.
    rng = np.random.default_rng(7)
    date = np.datetime64("2018-01-01") + rng.integers(0, 365, 20_000)
    period = timing.StudyPeriod("2018-01-01", "2018-12-31")
    calendar = pd.DataFrame({"start": ["2018-03-11"], "end": ["2018-05-10"]})
    once, twice = (
        timing.permutation_test(
            date,
            calendar,
            period=period,
            unit="event",
            window=timing.Window(0, 0),
            null=timing.CircularShift(None),
        )
        for _ in range(2)
    )
    assert once.naive_pvalue == twice.naive_pvalue
    # The variance of the days' counts is near that of Poisson counts.
    z = (once.count - once.n_launches * 61 / 365) / np.sqrt(20_000 * 61 * 304 / 365**2)
    assert once.naive_pvalue == pytest.approx(2 * stats.norm.sf(abs(z)), abs=0.15)


@pytest.mark.parametrize("alternative", ["two-sided", "less"])
def test_the_detectable_ratio_is_that_of_the_least_significant_count(alternative):
    pmf = exact.hypergeometric_pmf(300, 90, 40)
    side = "less" if alternative == "less" else "greater"
    level = 0.05 if alternative == "less" else 0.025
    ratio = exact.detectable_rate_ratio(
        pmf, power=0.8, level=0.05, alternative=alternative
    )
    significant = [
        s for s in pmf.support.tolist() if tail_p(pmf, s, alternative=side) <= level
    ]
    critical = max(significant) if alternative == "less" else min(significant)
    reached = tail_p(exact.tilt(pmf, np.log(ratio)), critical, alternative=side)
    assert reached == pytest.approx(0.8, abs=1e-6)


# Draws, scores and gaps


def test_rotations_draw_by_draw_are_the_same(monkeypatch):
    launches = np.random.default_rng(1).poisson(0.5, 90)
    strata = np.split(np.random.default_rng(2).permutation(90), [20, 21, 60])
    arguments = {"size": 50}
    together = resampling.rotated(
        launches, strata, rng=np.random.default_rng(3), **arguments
    )
    monkeypatch.setattr(resampling, "_MANY_STRATA", 0)
    one_by_one = resampling.rotated(
        launches, strata, rng=np.random.default_rng(3), **arguments
    )
    assert (together == one_by_one).all()


def test_a_table_of_scores_too_large_to_hold_is_refused(monkeypatch):
    launches, exposure = np.ones(12, dtype=np.int64), np.arange(12) % 2
    score.shift_sums(launches, exposure, np.arange(12) // 4)
    monkeypatch.setattr(score, "_MOST_CELLS", 35)
    with pytest.raises(ArgumentError, match="cut 12 days into 3 strata with events"):
        score.shift_sums(launches, exposure, np.arange(12) // 4)


def test_sums_by_convolution_are_those_by_runs(monkeypatch):
    rng = np.random.default_rng(9)
    launches, exposure = rng.poisson(0.4, 300), rng.integers(0, 2, 300)
    stratum = np.repeat([4, 7, 4, 2], 75)
    launches[stratum == 7] = 0
    found = []
    for most in (10**9, 0):
        monkeypatch.setattr(score, "_MANY_RUNS", most)
        found.append(score.shift_sums(launches, exposure, stratum))
    for part in dataclasses.fields(found[0]):
        by_runs, by_convolution = (getattr(sums, part.name) for sums in found)
        assert (by_runs == by_convolution).all(), part.name


def test_many_spans_have_the_same_distribution(monkeypatch):
    rng = np.random.default_rng(6)
    spans = np.sort(rng.random((400, 2)))
    spans[:50, 1] = spans[:50, 0]  # steps
    spans[50:60] = [0.25, 0.5]
    at = np.concatenate([rng.random(300), [0, 0.25, 0.5, 1], spans[:50, 0]])
    one_by_one = time_rescaling.span_distribution(spans, at)
    monkeypatch.setattr(time_rescaling, "_MOST_CELLS", 0)
    summed = time_rescaling.span_distribution(spans, at)
    # At a step itself either side of it is right.
    np.testing.assert_allclose(summed[:304], one_by_one[:304], atol=1e-8)
    assert (np.abs(summed - one_by_one) < 1.01 / 400).all()


def test_labels_of_strata_may_be_any_numbers():
    launches = np.random.default_rng(8).poisson(0.4, 60)
    label = np.arange(60) // 20
    small = clustering.near_pairs(launches, np.arange(60), label, [1, 5])
    large = clustering.near_pairs(launches, np.arange(60), label * 10**9, [1, 5])
    assert small.observed.tolist() == large.observed.tolist()
    assert small.expected.tolist() == large.expected.tolist()


# Dates and ids


@given(
    st.lists(
        st.tuples(
            st.dates().map(str),
            st.sampled_from(
                ["", " ", "T", "T12:30", " 23:59:59", " 24:00", "T12:60", " 1:30",
                 "T12:30Z", " 12:30+09:00", " 12:30 ", "\n", "T12:30:00.123456",
                 "T12:30:00.1234567", "x", "T123", "T1230", "-05"]
            ),
        ).map("".join),
        max_size=9,
    )
)  # fmt: skip
def test_a_column_of_times_reads_as_one_by_one(values):
    days, readable = clock.parse_days(pd.Series(values, dtype=object))
    for value, day, could in zip(values, days, readable, strict=True):
        alone = clock._parse_one(value, "Asia/Seoul")
        assert could == (alone is not None), value
        assert not could or day == alone, value


def test_a_calendar_that_names_days_too_often_is_refused(monkeypatch):
    calendar = pd.DataFrame({"start": ["2018-01-01"] * 3, "end": ["2018-01-04"] * 3})
    window = timing.Window(0, 0)
    named = timing.exposure(calendar, period=PERIOD, window=window)
    assert named["n_events"].sum() == 12
    monkeypatch.setattr(grid, "_MOST_NAMES", 11)
    with pytest.raises(ArgumentError, match="of the period 12 times in all"):
        timing.exposure(calendar, period=PERIOD, window=window)


# Against plain loops


@pytest.fixture(scope="module")
def large() -> tuple[pd.DataFrame, pd.DataFrame]:
    """20,000 events at minutes, 2,000 intervals of up to three days."""
    rng = np.random.default_rng(20251028)
    first = np.datetime64("2015-01-01", "m")
    moment = first + rng.integers(0, PERIOD.n_days * 1440, 20_000)
    begin = first + rng.integers(0, (PERIOD.n_days - 4) * 1440, 2_000)
    stop = begin + rng.integers(0, 3 * 1440, 2_000)
    tests = pd.DataFrame({"date": np.datetime_as_string(moment)})
    tests["test_id"] = [f"t{i}" for i in range(20_000)]
    calendar = pd.DataFrame({"start": begin, "end": stop}).astype("datetime64[us]")
    calendar["event_id"] = [f"c{i}" for i in range(2_000)]
    return tests, calendar


def test_the_join_is_that_of_all_pairs(large):
    tests, calendar = large
    joined = timing.nearest(tests, calendar, period=PERIOD, direction="both")
    day = pd.to_datetime(tests["date"]).to_numpy().astype("datetime64[D]")
    first, last = (
        calendar[name].to_numpy().astype("datetime64[D]") for name in ("start", "end")
    )
    for row in range(0, len(tests), 97):
        before = (day[row] - last).astype(int)
        after = (first - day[row]).astype(int)
        distance = np.maximum(np.maximum(before, after), 0)
        assert abs(joined["lag"].iloc[row]) == distance.min()
        position = joined["event_row"].iloc[row]
        assert distance[position] == distance.min()
        assert joined["event_id"].iloc[row] == f"c{position}"
        assert joined["n_tied"].iloc[row] >= 1
    assert joined["matched"].all()


def test_exposure_names_the_intervals_of_each_day(large):
    _, calendar = large
    named = timing.exposure(calendar, period=PERIOD, window=timing.Window(1, 0))
    first, last = (calendar[name].dt.floor("D") for name in ("start", "end"))
    for date, n, ids in zip(
        named["date"], named["n_events"], named["events"], strict=True
    ):
        covers = (first - pd.Timedelta(days=1) <= date) & (date <= last)
        assert n == covers.sum()
        assert ids == "; ".join(sorted(calendar["event_id"][covers]))


def test_memory_stays_within_a_few_copies_of_the_tables(large):
    tests, calendar = large[0], large[1][:400]
    options = {"period": PERIOD, "window": timing.Window(0, 0), "unit": "event"}
    timing.permutation_test(tests, calendar, **options)
    tracemalloc.start()
    try:
        timing.permutation_test(tests, calendar, **options)
        timing.exposure(calendar, period=PERIOD, window=timing.Window(0, 0))
        timing.nearest(tests, calendar, period=PERIOD, direction="both")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    # 20,000 times 400 comparisons of 64 bits would take 64 MB.
    assert peak < 30e6
