"""Advice on null models: the checks by brute force, their size and power, the hooks."""

from __future__ import annotations

import itertools
import math
import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

import timing
from timing.advice import _MEASURED, FEWEST, advise, advise_errors
from timing.errors import ClusteringWarning, RepeatingCalendarWarning
from timing.kernels.clustering import dispersion, near_pairs
from timing.kernels.periodicity import share_of_repeats
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
)
from timing.regression import hurdle_regression, joint_regression
from timing.simulation import self_exciting_days

PERIOD = timing.StudyPeriod("2012-01-01", "2026-08-20")
DAY = PERIOD.days
N = DAY.size


# Kernels


def count_pairs(days, within):
    return sum(b - a <= within for a, b in itertools.combinations(sorted(days), 2))


@st.composite
def two_strata(draw):
    """Days with gaps, in two strata that may alternate, and launch days of each."""
    day = np.cumsum(draw(st.lists(st.integers(1, 3), min_size=4, max_size=11)))
    labels = st.integers(0, 1)
    stratum = np.array(draw(st.lists(labels, min_size=day.size, max_size=day.size)))
    launches = np.array(draw(st.lists(labels, min_size=day.size, max_size=day.size)))
    return day, stratum, launches


@given(two_strata(), st.integers(1, 5))
@settings(deadline=None, max_examples=60)
def test_pairs_and_their_moments_are_those_of_all_arrangements(data, within):
    day, stratum, launches = data
    parts = []
    for label in np.unique(stratum):
        mine = day[stratum == label].tolist()
        m = int(launches[stratum == label].sum())
        choices = itertools.combinations(mine, m)
        parts.append([count_pairs(chosen, within) for chosen in choices])
    found = near_pairs(launches, day, stratum, [within])
    observed = sum(
        count_pairs(day[(stratum == label) & (launches > 0)].tolist(), within)
        for label in np.unique(stratum)
    )
    assert found.observed.tolist() == [observed]
    assert found.expected[0] == pytest.approx(sum(np.mean(p) for p in parts))
    assert found.variance[0] == pytest.approx(sum(np.var(p) for p in parts), abs=1e-9)


def test_z_is_zero_and_p_one_where_the_pairs_cannot_vary():
    # All days are within 30 of each other.
    launches = np.array([1, 1, 0, 1])
    found = near_pairs(launches, np.arange(4), np.zeros(4, dtype=int), [1, 30])
    assert found.observed.tolist() == [1, 3]
    assert found.z[1] == 0
    assert found.pvalue[1] == 1
    # 4 choices of 3 of the 4 days hold 2, 1, 1 and 2 pairs of neighbours.
    assert found.z[0] == pytest.approx((1 - 1.5) / 0.5)


def test_the_tail_is_near_that_of_all_arrangements():
    n, m = 40, 4
    chosen = np.array(list(itertools.combinations(range(n), m)))
    near = sum(
        (chosen[:, j] - chosen[:, i] <= 7).astype(int)
        for i, j in itertools.combinations(range(m), 2)
    )
    for pairs in range(1, 7):
        launches = np.zeros(n, dtype=int)
        launches[chosen[np.argmax(near == pairs)]] = 1
        found = near_pairs(launches, np.arange(n), np.zeros(n, dtype=int), [7])
        exact = float((near >= pairs).mean())
        assert found.observed[0] == pairs
        assert found.pvalue[0] == pytest.approx(exact, abs=0.03)


def test_far_tails_of_few_pairs_are_not_too_small():
    # Of the 34,220 choices of 3 of 60 days, 58 are three days running.
    launches = np.zeros(60, dtype=int)
    launches[[10, 11, 12]] = 1
    found = near_pairs(launches, np.arange(60), np.zeros(60, dtype=int), [1])
    assert 58 / math.comb(60, 3) < found.pvalue[0] < 0.02


@given(two_strata(), st.integers(-5, 5))
@settings(deadline=None)
def test_dates_labels_and_empty_strata_do_not_matter(data, shift):
    day, stratum, launches = data
    found = near_pairs(launches, day, stratum, [1, 3])
    # Twenty days of a third stratum without a launch, later on.
    more = np.arange(20) + day[-1] + 1
    other = near_pairs(
        np.concatenate([launches, 0 * more]),
        np.concatenate([day, more]) + shift,
        np.concatenate([1 - stratum, np.full(20, 2)]),
        [1, 3],
    )
    for name in ("observed", "expected", "variance", "pvalue"):
        assert getattr(other, name) == pytest.approx(getattr(found, name), abs=1e-9)


def test_dispersion_is_pearsons_chi_squared():
    counts = np.array([3, 0, 4, 1, 7, 2])
    cell = np.repeat(np.arange(6), 10)
    launches = np.zeros(60, dtype=int)
    launches[::10] = counts
    alone = dispersion(launches, cell, np.zeros(60, dtype=int))
    expected = stats.chisquare(counts)
    assert alone.statistic == pytest.approx(expected.statistic)
    assert alone.df == 5
    assert alone.pvalue() == pytest.approx(expected.pvalue)
    # Two groups of three cells each: the sums of both.
    within = dispersion(launches, cell, cell // 3)
    parts = [stats.chisquare(counts[:3]), stats.chisquare(counts[3:])]
    assert within.statistic == pytest.approx(sum(p.statistic for p in parts))
    assert within.df == 4
    ratio = alone.index / within.index
    assert within.index > 1
    assert alone.pvalue(within) == pytest.approx(stats.f.sf(ratio, 5, 4))


def test_dispersion_uses_the_days_of_each_cell():
    launches = np.array([2, 0, 0, 2, 2, 2])
    cell = np.array([0, 0, 0, 1, 1, 1])
    found = dispersion(launches, cell, np.zeros(6, dtype=int))
    assert found.statistic == pytest.approx(stats.chisquare([2, 6]).statistic)
    uneven = dispersion(
        np.array([1, 0, 0, 3]), np.array([0, 1, 1, 1]), np.zeros(4, dtype=int)
    )
    assert uneven.statistic == pytest.approx(stats.chisquare([1, 3], [1, 3]).statistic)


def test_dispersion_without_a_contrast_has_p_one():
    launches = np.array([1, 0, 1, 1])
    alone = dispersion(launches, np.zeros(4, dtype=int), np.zeros(4, dtype=int))
    assert (alone.index, alone.pvalue()) == (1.0, 1.0)
    cells = dispersion(launches, np.array([0, 0, 1, 1]), np.zeros(4, dtype=int))
    assert cells.pvalue(alone) == 1.0


@given(st.lists(st.integers(0, 3), min_size=12, max_size=40))
def test_underdispersed_quarters_do_not_shrink_the_yardstick(counts):
    launches = np.array(counts)
    assume(launches.any())
    cell = np.arange(launches.size) // 6
    alone = dispersion(launches, cell, np.zeros_like(cell))
    even = dispersion(np.ones_like(launches), np.arange(launches.size), cell)
    assert even.index == 0
    ratio = stats.f.sf(alone.index, alone.df, even.df)
    assert alone.pvalue(even) == pytest.approx(ratio, abs=1e-12)


# Size and power of the advice


def text_of(launches, null, day=DAY):
    """Text of the advice; empty where there is none."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        advise(launches, day, null)
    assert len(caught) <= 1
    assert all(w.category is ClusteringWarning for w in caught)
    return str(caught[0].message) if caught else ""


def measured(name):
    """Say of a size that was measured what the advice says."""
    clustered, slow = _MEASURED[name]
    return (
        f"it rejects {clustered:.0%} of true nulls where events cluster, {slow:.0%} "
        "where calendar and events also share a slow cause"
    )


def independent(rng, n_launches=200):
    launches = np.zeros(N, dtype=np.int64)
    launches[rng.choice(N, n_launches, replace=False)] = 1
    return launches


def exciting(rng, decay_days=30.0, n_launches=200, branching=0.7):
    base = np.full(N, n_launches / N * (1 - branching))
    return self_exciting_days(base, branching=branching, decay_days=decay_days, rng=rng)


def rising(rng):
    weight = 10 ** np.linspace(0, 1, N)
    return (rng.random(N) < 200 / N * weight / weight.mean()).astype(np.int64)


def share_warned(simulate, null, n, seed=20251028):
    rng = np.random.default_rng(seed)
    return np.mean([bool(text_of(simulate(rng), null)) for _ in range(n)])


@pytest.mark.slow
@pytest.mark.parametrize("n_launches", [FEWEST, 200])
@pytest.mark.parametrize(
    "null", [Uniform(), Uniform("month"), IntervalJitter(90), CircularShift(None)]
)
def test_independent_launches_hardly_ever_warn(null, n_launches):
    # At most 1 %, and 3 standard errors of 0.0045.
    share = share_warned(lambda rng: independent(rng, n_launches), null, 500)
    assert share <= 0.01 + 3 * 0.0045


@pytest.mark.slow
def test_self_excitation_of_a_month_nearly_always_warns():
    assert share_warned(exciting, Uniform(), 100) > 0.95


@pytest.mark.slow
def test_fast_self_excitation_warns_under_every_shuffle_but_no_shift():
    for null in (Uniform("quarter"), Uniform("month"), IntervalJitter(30)):
        assert share_warned(lambda rng: exciting(rng, 3.0), null, 60) > 0.9
    for null in (CircularShift("month"), LocalShift(30), SelfExciting("year")):
        assert share_warned(lambda rng: exciting(rng, 3.0), null, 20) == 0


@pytest.mark.slow
def test_a_trend_is_told_from_clustering():
    rng = np.random.default_rng(3)
    texts = [text_of(rising(rng), Uniform()) for _ in range(60)]
    assert np.mean(["moves slowly" in text for text in texts]) > 0.95
    assert np.mean(["events cluster:" in text for text in texts]) < 0.1
    # Clustering of days alone is no trend to a null model that keeps the pattern.
    rng = np.random.default_rng(4)
    shifted = [text_of(exciting(rng, 3.0), CircularShift(None)) for _ in range(60)]
    assert np.mean([bool(text) for text in shifted]) < 0.15


@pytest.mark.parametrize(
    "null",
    [CircularShift(None), GapShuffle(), BlockShuffle(30), YearShuffle(),
     SelfExciting(None), Uniform()],
    ids=str,
)  # fmt: skip
def test_a_rate_that_moves_warns_where_nothing_slow_is_held(null):
    text = text_of(rising(np.random.default_rng(1)), null)
    assert "the event rate moves slowly" in text
    assert "if the calendar's density moves with it" in text


@pytest.mark.parametrize(
    "null",
    [CircularShift("year"), CircularShift("month"), LocalShift(30), SelfExciting(),
     IntervalJitter(90), Uniform("year")],
    ids=str,
)  # fmt: skip
def test_a_rate_that_moves_is_held_by_strata_and_local_shifts(null):
    assert text_of(rising(np.random.default_rng(1)), null) == ""


def test_the_message_says_what_was_found_and_what_to_do():
    text = text_of(exciting(np.random.default_rng(1), 3.0), Uniform())
    assert text.startswith("the events cluster: within 30 days of each other there")
    assert "times as many pairs as independent events in each year would make" in text
    assert "`null` (event days are spread at random over the days of" in text
    assert measured("Uniform(strata=None)") in text
    assert text.endswith('use `CircularShift("month")` or `randomization_test`.')


def test_the_ratio_in_the_message_is_that_of_the_pairs():
    launches = np.zeros(730, dtype=np.int64)
    launches[::73] = launches[1::73] = launches[3::73] = 1
    # 30 launch days; each ten within a year of 365 days make 3 pairs in 3 days.
    day = np.arange(730)
    text = text_of(launches, Uniform(), day)
    expected = 2 * (3 * 365 - 6) * (15 * 14) / (365 * 364)
    assert f"within 3 days of each other there are {30 / expected:.1f} times" in text


def test_strata_of_ones_own_are_held_fixed():
    launches = exciting(np.random.default_rng(1), 3.0)
    odd = pd.Series(DAY % 2, index=pd.to_datetime(DAY, unit="D"), name="odd")
    assert "each stratum of 'odd'" in text_of(launches, Uniform(odd))
    assert "measured" not in text_of(launches, Uniform(odd))


def test_few_launches_give_no_advice():
    run = np.zeros(N, dtype=np.int64)
    run[100 : 100 + FEWEST - 1] = 1
    assert text_of(run, Uniform()) == ""
    run[100 + FEWEST] = 1
    assert "the events cluster" in text_of(run, Uniform())


def test_a_span_left_out_is_not_a_gap_in_the_rate():
    period = timing.StudyPeriod(
        "2012-01-01", "2026-08-20", [("2018-01-01", "2020-06-30")]
    )
    launches = np.zeros(period.days.size, dtype=np.int64)
    launches[5::26] = 1
    assert text_of(launches, Uniform(), period.days) == ""


def test_salvos_count_once():
    launches = independent(np.random.default_rng(2))
    assert text_of(launches, Uniform()) == ""
    assert text_of(launches * 7, Uniform()) == ""


# Errors of regressions


def errors_text(launches, **options):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        advise_errors(launches, DAY, **options)
    return str(caught[0].message) if caught else ""


def test_model_errors_are_checked_within_what_the_controls_hold():
    fast = exciting(np.random.default_rng(1), 3.0)
    plain = errors_text(fast, cov="model")
    assert "in each year would make" in plain
    assert measured("cov='model'") in plain
    assert plain.endswith("use `randomization_test`.")
    for options, where in (
        ({"controls": ("month", "year")}, "each calendar month of each year"),
        ({"controls": ("quarter", "weekday")}, "each quarter of each year"),
        ({"controls": ("season", "year")}, "each calendar month of each year"),
        ({"strata": ("year", "month", "weekday")}, "each calendar month of each year"),
        ({"strata": 30}, "each calendar month of each year"),
        ({"strata": "half"}, "each half of each year"),
    ):
        assert f"in {where} would make" in errors_text(fast, cov="model", **options)
    wave = pd.Series(np.sin(DAY / 58.1), index=pd.to_datetime(DAY, unit="D"))
    text = errors_text(fast, cov="model", controls=[wave.rename("wave")])
    assert "in each calendar month of each year would make" in text
    assert "measured" not in text


def test_other_errors_and_lagged_launches_are_not_checked():
    fast = exciting(np.random.default_rng(1), 3.0)
    for cov in ("HAC", "robust", "cluster", "quasi"):
        assert errors_text(fast, cov=cov) == ""
    assert errors_text(fast, cov="model", controls=("lagged_launches",)) == ""


def test_model_errors_with_years_hold_a_trend():
    launches = rising(np.random.default_rng(1))
    assert "moves slowly" in errors_text(launches, cov="model")
    assert errors_text(launches, cov="model", controls=("year",)) == ""


# Hooks


def dates_of(launches):
    return pd.to_datetime(DAY, unit="D").repeat(launches)


LAUNCHES = dates_of(exciting(np.random.default_rng(1), 3.0))
SUMMITS = dates_of(independent(np.random.default_rng(9), 40))
WINDOW = timing.Window(3, 3)
DATA = {"period": PERIOD, "window": WINDOW}


def warned(call):
    """Return the clustering warnings of a call; all point at this file."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        call()
    mine = [w for w in caught if w.category is ClusteringWarning]
    assert all(w.filename == __file__ for w in mine)
    return [str(w.message) for w in mine]


def test_permutation_test_warns_once_for_the_null_chosen():
    def run(**options):
        return warned(
            lambda: timing.permutation_test(LAUNCHES, SUMMITS, **DATA, **options)
        )

    assert len(run(null="uniform")) == 1
    # Episodes of launch days no more than a month apart hardly cluster within months.
    assert run(null=Uniform("month"), unit="episode", gap=30) == []
    # The default holds clustering fixed, though the naive p beside it does not.
    assert run() == []


def test_a_null_model_of_ones_own_does_not_warn():
    @dataclass(frozen=True)
    class Turned(NullModel):
        def in_words(self):
            return "the events are turned"

        def draw(self, launches, day, *, size, rng):
            return np.stack([np.roll(launches, rng.integers(N)) for _ in range(size)])

    @dataclass(frozen=True)
    class Naive(Turned):
        holds_clustering = False

    def run(null):
        return warned(
            lambda: timing.permutation_test(
                LAUNCHES, SUMMITS, **DATA, null=null, n_resamples=9, rng=1
            )
        )

    assert run(Turned()) == []
    assert "`null` (the events are turned) does not hold" in run(Naive())[0]


def test_lag_profile_warns():
    def run(null):
        return warned(
            lambda: timing.lag_profile(
                LAUNCHES, SUMMITS, period=PERIOD, max_lag=3, null=null, n_resamples=9,
                rng=1,
            )
        )  # fmt: skip

    assert len(run("uniform")) == 1
    assert run(CircularShift("month")) == []


def test_scan_warns_once_for_all_specifications():
    tests = pd.DataFrame({"date": LAUNCHES, "weapon": "ballistic"})
    tests.loc[::2, "weapon"] = "cruise"

    def run(null):
        return warned(
            lambda: timing.scan(
                tests, SUMMITS, period=PERIOD, windows=[WINDOW, timing.Window(0, 3)],
                by=("weapon",), null=null, n_resamples=19, rng=1, progress=False,
            )
        )  # fmt: skip

    assert len(run(Uniform("year"))) == 1
    assert run(CircularShift("month")) == []
    assert run(None) == []


SALVOS = pd.DataFrame(
    {"date": LAUNCHES, "n_missiles": np.arange(LAUNCHES.size) % 4 + 1}
)


@pytest.mark.parametrize(
    "fit",
    [
        lambda **cov: timing.count_regression(LAUNCHES, SUMMITS, **DATA, **cov),
        lambda **cov: hurdle_regression(SALVOS, SUMMITS, **DATA, **cov),
        lambda **cov: joint_regression(
            LAUNCHES, {"summits": SUMMITS, "others": SUMMITS[::2]}, **DATA, **cov
        ),
        lambda **cov: timing.case_crossover(
            LAUNCHES, SUMMITS, **DATA, strata="month", **cov
        ),
    ],
    ids=["counts", "hurdle", "joint", "case-crossover"],
)
def test_regressions_warn_of_their_models_own_errors(fit):
    found = warned(lambda: fit(cov="model"))
    assert len(found) == 1
    assert "`cov` ('model': events are independent) does not hold this" in found[0]
    assert warned(lambda: fit(cov="robust")) == []


def test_errors_that_allow_for_clustering_still_need_effects_of_time():
    rng = np.random.default_rng(4)
    growing = np.zeros(N, dtype=np.int64)
    growing[
        rng.choice(
            N,
            200,
            replace=False,
            p=10.0 ** np.linspace(0, 1, N) / np.sum(10.0 ** np.linspace(0, 1, N)),
        )
    ] = 1
    text = errors_text(growing, cov="HAC")
    assert "the event rate moves slowly" in text
    assert "`controls` (none of time) does not hold this fixed" in text
    for options in ({"controls": ("year",)}, {"controls": ("trend",)}, {"strata": 90}):
        assert errors_text(growing, cov="HAC", **options) == ""
    assert errors_text(independent(rng), cov="HAC") == ""
    # Clusters alone are what such errors are for.
    assert errors_text(exciting(rng, 3.0, branching=0.5), cov="HAC") == ""


# Calendars that repeat themselves


def test_the_share_of_repeats_by_brute_force():
    rng = np.random.default_rng(5)
    for exposed in (np.tile([0, 1, 1, 0, 0, 0, 0], 20), rng.integers(0, 2, 90)):
        r = [
            np.corrcoef(exposed, np.roll(exposed, k))[0, 1] for k in range(len(exposed))
        ]
        near = np.array(r) > 0.5
        first = int(np.flatnonzero(~near)[0])
        last = int(np.flatnonzero(~near)[-1])
        expected = near[first : last + 1].sum() / len(exposed)
        assert share_of_repeats(exposed) == expected
    assert share_of_repeats(np.ones(9, dtype=np.int64)) == 0


def test_weekends_warn_where_all_of_the_calendar_is_shifted():
    weekends = pd.date_range("2024-01-06", "2025-12-31", freq="7D")
    tests = pd.date_range("2024-01-03", "2025-12-31", freq="17D")
    asked = {
        "period": timing.StudyPeriod("2024-01-01", "2025-12-28"),
        "window": timing.Window(0, 1),
    }
    message = r"14% of all its shifts .*; use `permutation_test` with `CircularShift\("
    with pytest.warns(RepeatingCalendarWarning, match=message):
        result = timing.randomization_test(tests, weekends, **asked)
    assert result.pvalue >= 2 / 7
    with pytest.warns(RepeatingCalendarWarning, match=message):
        timing.permutation_test(tests, weekends, null=CircularShift(None), **asked)
    timing.permutation_test(tests, weekends, **asked)  # no warning


def test_summits_do_not_repeat_themselves():
    period = timing.StudyPeriod("2012-01-01", "2026-08-20")
    calendar = timing.load_calendar(["rok_us_summit", "us_president_visit_rok"])
    for days in (0, 7, 30):
        window = timing.Window(days, days)
        exposed = timing.exposure(calendar, period=period, window=window)["exposed"]
        assert share_of_repeats(exposed.to_numpy().astype(np.int64)) < 0.01
