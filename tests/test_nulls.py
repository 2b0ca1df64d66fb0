"""Null models: enumeration on small cases, draws against it, and what they keep."""

from __future__ import annotations

import datetime
import itertools
from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from timing.errors import ArgumentError, InvalidNullWarning
from timing.kernels.years import assignment_pmf
from timing.nulls import (
    BlockShuffle,
    CircularShift,
    GapShuffle,
    IntervalJitter,
    LocalShift,
    NullModel,
    SelfExciting,
    Uniform,
    YearShuffle,
    as_null,
)
from timing.period import StudyPeriod

DAY = np.arange(18_250, 18_262)  # 12 days from 2019-12-20 on: parts of two months
LAUNCHES = np.array([1, 0, 0, 2, 0, 1, 0, 0, 1, 0, 0, 0])
EXPOSED = np.array([0, 1, 1, 0, 0, 0, 0, 1, 1, 0, 0, 1])
DISTANCE = np.array([1, 0, 0, 1, 2, 2, 1, 0, 0, 1, 1, 0])

FOUR_YEARS = StudyPeriod("2019-01-01", "2023-03-01")  # 2023 is not whole


def bins(width: int) -> list[list[int]]:
    return [list(range(i, min(i + width, 12))) for i in range(0, 12, width)]


def local_shifts(y: Any, m: int) -> list[Any]:
    return [np.roll(y, k) for k in range(-m, m + 1)]


def jitters(y: Any, width: int) -> list[Any]:
    home = {t: b for b in bins(width) for t in b}
    launches = np.repeat(np.arange(y.size), y)
    return [
        np.bincount(np.array(places), minlength=y.size)
        for places in itertools.product(*(home[t] for t in launches.tolist()))
    ]


def gap_orders(y: Any) -> list[Any]:
    at = np.flatnonzero(y)
    gaps = [*np.diff(at).tolist(), at[0] + y.size - at[-1]]
    found = []
    for order in itertools.permutations(gaps):
        for start in range(y.size):
            drawn = np.zeros(y.size, dtype=int)
            drawn[(start + np.cumsum(order)) % y.size] = y[at]
            found.append(drawn)
    return found


def block_orders(y: Any, length: int) -> list[Any]:
    whole = y.size // length
    parts = [y[i * length : (i + 1) * length] for i in range(whole)]
    rest = y[whole * length :]
    return [
        np.concatenate([*(parts[i] for i in order), rest])
        for order in itertools.permutations(range(whole))
    ]


def shuffles(y: Any, spans: list[list[int]]) -> list[Any]:
    found = []
    for orders in itertools.product(*(itertools.permutations(s) for s in spans)):
        drawn = np.zeros(y.size, dtype=int)
        for span, order in zip(spans, orders, strict=True):
            drawn[span] = y[list(order)]
        found.append(drawn)
    return found


SMALL = slice(0, 8)
Y8 = LAUNCHES[SMALL]
CASES = {
    "uniform": (Uniform(4), Y8, shuffles(Y8, [[0, 1, 2, 3], [4, 5, 6, 7]])),
    "circular": (
        CircularShift(6),
        LAUNCHES,
        [
            np.concatenate([np.roll(LAUNCHES[:6], j), np.roll(LAUNCHES[6:], k)])
            for j in range(6)
            for k in range(6)
        ],
    ),
    "local": (LocalShift(3), LAUNCHES, local_shifts(LAUNCHES, 3)),
    "jitter": (IntervalJitter(5), LAUNCHES, jitters(LAUNCHES, 5)),
    "gaps": (GapShuffle(), LAUNCHES, gap_orders(LAUNCHES)),
    "blocks": (BlockShuffle(5), LAUNCHES, block_orders(LAUNCHES, 5)),
    "blocks of 3": (BlockShuffle(3), LAUNCHES, block_orders(LAUNCHES, 3)),
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("weights", [EXPOSED, DISTANCE], ids=["exposed", "distance"])
def test_the_exact_distribution_equals_enumeration(name: str, weights: Any):
    null, y, arrangements = CASES[name]
    day, weights = DAY[: y.size], weights[: y.size]
    pmf = null.distribution(y, weights, day)
    if pmf is None:
        assert name.startswith(("gaps", "blocks")) or (
            name == "uniform" and weights.max() > 1
        )
        return
    tally = Counter(int(a @ weights) for a in arrangements)
    found = dict(zip(pmf.support.tolist(), pmf.probability.tolist(), strict=True))
    for value, times in tally.items():
        assert found.pop(value) == pytest.approx(times / len(arrangements))
    assert sum(found.values()) == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize("name", CASES)
def test_draws_are_even_over_the_enumeration(name: str):
    null, y, arrangements = CASES[name]
    drawn = null.draw(y, DAY[: y.size], size=20_000, rng=np.random.default_rng(5))
    expected = Counter(tuple(a.tolist()) for a in arrangements)
    seen = Counter(map(tuple, drawn.tolist()))
    assert set(seen) <= set(expected)
    # Rare arrangements are put together, so that each cell expects enough draws.
    share = {a: n / len(arrangements) * 20_000 for a, n in expected.items()}
    common = [a for a in share if share[a] >= 20]
    observed = [seen[a] for a in common]
    wanted = [share[a] for a in common]
    if len(common) < len(share):
        observed.append(20_000 - sum(observed))
        wanted.append(20_000 - sum(wanted))
    if len(wanted) > 1:
        assert stats.chisquare(observed, wanted).pvalue > 1e-3
    else:
        counts = drawn @ EXPOSED[: y.size]
        mean = np.mean([a @ EXPOSED[: y.size] for a in arrangements])
        assert abs(counts.mean() - mean) < 4 * counts.std() / np.sqrt(20_000)


@pytest.mark.parametrize("name", ["local", "circular"])
def test_the_orbit_is_the_enumeration_with_the_observed_first(name: str):
    null, y, arrangements = CASES[name]
    if name == "circular":
        assert null.orbit(y, DAY) is None
        null, arrangements = CircularShift(None), [np.roll(y, k) for k in range(12)]
    orbit = null.orbit(y, DAY)
    assert orbit is not None
    np.testing.assert_array_equal(orbit[0], y)
    assert Counter(map(tuple, orbit.tolist())) == Counter(
        tuple(a.tolist()) for a in arrangements
    )


# Years


def moved(day: np.datetime64, year: int) -> datetime.date:
    date = day.astype("datetime64[D]").item()
    if (date.month, date.day) == (2, 29):
        date = date.replace(day=28 if year % 4 else 29)
    return date.replace(year=year)


def year_orders(y: Any, period: StudyPeriod) -> list[Any]:
    days = period.days.astype("datetime64[D]")
    place = {d.item(): i for i, d in enumerate(days)}
    whole = [2019, 2020, 2021, 2022]
    launches = np.repeat(np.arange(y.size), y)
    found = []
    for order in itertools.permutations(whole):
        goes = {**dict(zip(whole, order, strict=True)), 2023: 2023}
        drawn = np.zeros(y.size, dtype=int)
        for t in launches:
            drawn[place[moved(days[t], goes[days[t].item().year])]] += 1
        found.append(drawn)
    return found


def test_exchanged_years_equal_enumeration():
    rng = np.random.default_rng(2)
    day = FOUR_YEARS.days
    y = (rng.random(day.size) < 0.03).astype(int)
    leap_day = int(np.flatnonzero(day == 18_321)[0])  # 2020-02-29
    y[leap_day - 1 : leap_day + 1] = 1
    weights = rng.integers(0, 3, day.size)
    arrangements = year_orders(y, FOUR_YEARS)
    tally = Counter(int(a @ weights) for a in arrangements)
    pmf = YearShuffle().distribution(y, weights, day)
    assert pmf is not None
    found = dict(zip(pmf.support.tolist(), pmf.probability.tolist(), strict=True))
    for value, times in tally.items():
        assert found[value] == pytest.approx(times / len(arrangements))
    drawn = YearShuffle().draw(y, day, size=400, rng=rng)
    assert {tuple(a) for a in drawn.tolist()} == {
        tuple(a.tolist()) for a in arrangements
    }


@given(st.integers(1, 6), st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_subsets_count_all_orders(m: int, seed: int):
    value = np.random.default_rng(seed).integers(0, 4, (m, m))
    pmf = assignment_pmf(value)
    assert pmf is not None
    orders = list(itertools.permutations(range(m)))
    tally = Counter(int(value[np.arange(m), list(o)].sum()) for o in orders)
    for k, p in zip(pmf.support.tolist(), pmf.probability.tolist(), strict=True):
        assert p == pytest.approx(tally[k] / len(orders))


def test_too_many_years_are_drawn():
    assert assignment_pmf(np.ones((19, 19), dtype=int)) is None
    assert assignment_pmf(np.full((18, 18), 10_000)) is None


def test_eighteen_years_are_still_exact():
    value = np.random.default_rng(1).integers(0, 4, (18, 18))
    pmf = assignment_pmf(value)
    assert pmf is not None
    assert pmf.probability.sum() == pytest.approx(1.0)
    assert pmf.mean == pytest.approx(value.mean(axis=1).sum())


def test_years_that_match_no_other_cannot_be_exchanged():
    day = StudyPeriod("2019-03-01", "2020-02-28").days
    y = np.zeros(day.size, dtype=int)
    message = "no two years of `period` have the same days at risk"
    with pytest.raises(ArgumentError, match=message):
        YearShuffle().distribution(y, y, day)


# What the draws keep


@given(st.lists(st.integers(0, 2), min_size=24, max_size=40), st.integers(0, 2**32))
@settings(max_examples=60, deadline=None)
def test_draws_keep_what_the_null_model_holds_fixed(numbers: list[int], seed: int):
    y = np.array(numbers)
    y[3] = 1
    day = np.arange(y.size)
    rng = np.random.default_rng(seed)

    def sums(a: Any, width: int) -> list[int]:
        return np.add.reduceat(a, np.arange(0, a.size, width)).tolist()

    for null in (Uniform(7), CircularShift(7), IntervalJitter(7)):
        for a in null.draw(y, day, size=3, rng=rng):
            assert sums(a, 7) == sums(y, 7)
    for a in BlockShuffle(8).draw(y, day, size=3, rng=rng):
        assert sorted(sums(a[: 8 * (y.size // 8)], 8)) == sorted(
            sums(y[: 8 * (y.size // 8)], 8)
        )
    for a in GapShuffle().draw(y, day, size=3, rng=rng):
        at, was = np.flatnonzero(a), np.flatnonzero(y)
        gaps = [np.diff(p, append=p[:1] + y.size) for p in (at, was)]
        assert sorted(gaps[0].tolist()) == sorted(gaps[1].tolist())
        assert sorted(a[at].tolist()) == sorted(y[was].tolist())


@pytest.mark.parametrize(
    "null",
    [
        Uniform("month"), CircularShift("month"), CircularShift(None), LocalShift(20),
        BlockShuffle(9), YearShuffle(),
    ],
    ids=str,
)  # fmt: skip
def test_draws_of_one_seed_are_shared_where_days_move(null: NullModel):
    assert null.moves_days
    rng = np.random.default_rng(4)
    day = FOUR_YEARS.days
    one, two = rng.integers(0, 2, (2, day.size))
    draws = [
        null.draw(y, day, size=5, rng=np.random.default_rng(7))
        for y in (one, two, one + two)
    ]
    np.testing.assert_array_equal(draws[0] + draws[1], draws[2])


def test_launches_that_move_on_their_own_share_no_draws():
    assert not any(
        n.moves_days for n in (GapShuffle(), IntervalJitter(), SelfExciting())
    )


# Arguments


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: LocalShift(0), "`max_shift` is 0; it must be a whole number of at"),
        (lambda: IntervalJitter(-3), "`width` is -3; it must be a whole number"),
        (lambda: BlockShuffle(1.5), "`length` is 1.5; it must be a whole number"),
        (
            lambda: LocalShift(6).orbit(LAUNCHES, DAY),
            "`max_shift` is 6; its 13 shifts are more than the 12 at-risk days",
        ),
        (
            lambda: BlockShuffle(7).draw(
                LAUNCHES, DAY, size=1, rng=np.random.default_rng(1)
            ),
            "`length` is 7; 12 at-risk days hold fewer than two such blocks",
        ),
        (lambda: as_null("weekly"), "`null` is 'weekly'; it must be a null model or"),
        (lambda: as_null(Uniform), "it must be a null model or one of 'uniform'"),
    ],
)
def test_bad_arguments(make: Any, text: str):
    with pytest.raises(ArgumentError, match=text):
        make()


@pytest.mark.parametrize(
    "name",
    [
        "uniform", "circular_shift", "local_shift", "interval_jitter", "year_shuffle",
        "gap_shuffle", "block_shuffle", "self_exciting",
    ],
)  # fmt: skip
def test_every_null_model_has_a_name_and_words(name: str):
    null = as_null(name)
    assert isinstance(null, NullModel)
    assert null.in_words()
    assert as_null(null) is null


def test_a_nearly_explosive_fit_warns():
    rng = np.random.default_rng(1)
    y = np.zeros(400, dtype=int)
    y[200:] = rng.poisson(np.linspace(0, 9, 200))
    with pytest.warns(InvalidNullWarning, match="the events nearly explode; use fin"):
        SelfExciting(None).draw(y, np.arange(400), size=1, rng=rng)
