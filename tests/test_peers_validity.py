"""The tests of other software in the validity study: their numbers are theirs."""

from __future__ import annotations

import importlib
import random
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

SCRIPTS = Path(__file__).parents[1] / "analyses" / "validity"
N_DAYS = 1500


@pytest.fixture(scope="module")
def scripts():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(SCRIPTS)
        yield patch


@pytest.fixture(scope="module")
def case(scripts):
    return importlib.import_module("case")


@pytest.fixture(scope="module")
def coincalc(scripts):
    return importlib.import_module("coincalc")


@pytest.fixture(scope="module")
def peers(scripts):
    return importlib.import_module("peer_tests")


@pytest.fixture
def record(golden_data):
    return pd.read_csv(golden_data / "daily_design.csv", parse_dates=["date"])


def some_case(case, *, planted=False, window=(7, 7), seed=0):
    rng = np.random.default_rng(seed)
    first = np.sort(rng.choice(N_DAYS - 5, 25, replace=False))
    launches = np.zeros(N_DAYS, dtype=np.int64)
    launches[rng.choice(N_DAYS, 40, replace=False)] = 1
    if planted:  # on the first day of each, two days later, and on ten other days
        launches[np.flatnonzero(launches)[10:]] = 0
        launches[first] = launches[first + 2] = 1
    before, after = window
    return case.case_of(launches, first, first + 2, before=before, after=after)


# CC.eca.ts(launch, visit_start, delT=, tau=, sym=, sigtest="poisson") of CoinCalc 2.0,
# on 4,749 days with 141 launches and 56 first days of visits.
COINCALC = [
    # tau, delT, sym, K_prec, K_trig, p_prec, p_trig
    (0, 0, False, 1, 1, 0.810400419794773, 0.810400419794774),
    (0, 14, False, 15, 20, 0.977354325397116, 0.566911950102114),
    (3, 3, False, 5, 8, 0.783236251375325, 0.288458782940477),
    (7, 14, False, 18, 22, 0.895136609796754, 0.352178309002318),
    (0, 3, True, 7, 7, 0.936278549583601, 0.921575391109071),
    (0, 30, True, 48, 39, 0.999990023349281, 0.997656968515285),
]


@pytest.mark.reference
@pytest.mark.parametrize("row", COINCALC)
def test_the_poisson_p_values_are_coincalcs(coincalc, row):
    lag, width, symmetric, precursor, trigger, of_launches, of_events = row
    window = coincalc.Lagged(lag=lag, width=width, symmetric=symmetric)
    found = coincalc.poisson_p(precursor, 141, 56, window, 4749)
    assert found == pytest.approx(of_launches, abs=1e-12)
    found = coincalc.poisson_p(trigger, 56, 141, window, 4749)
    assert found == pytest.approx(of_events, abs=1e-12)


@pytest.mark.reference
def test_the_poisson_p_values_of_coincalcs_example(coincalc):
    # help(CC.eca.ts): lilac flowering and April temperature, 6 events each in 55 years,
    # half of them coincident, delT = 1 and delT = 0.
    for width, expected in ((1, 0.0980008545412186), (0, 0.017775574786923)):
        window = coincalc.Lagged(lag=0, width=width, symmetric=False)
        found = coincalc.poisson_p(3, 6, 6, window, 55)
        assert found == pytest.approx(expected, abs=1e-12)


@pytest.mark.reference
@pytest.mark.parametrize("row", COINCALC)
def test_the_coincidences_are_coincalcs(coincalc, record, row):
    lag, width, symmetric, precursor, trigger = row[:5]
    found = coincalc.coincidences(
        np.flatnonzero(record["launch"]),
        np.flatnonzero(record["visit_start"]),
        coincalc.Lagged(lag=lag, width=width, symmetric=symmetric),
        n_days=len(record),
    )
    assert [int(count[0]) for count in found] == [precursor, trigger]


@pytest.mark.reference
@pytest.mark.parametrize(
    ("test", "expected"),
    [
        # CC.eca.ts(launch, visit_start, delT=1, tau=0, reps=300, sigtest=
        # "shuffle.surrogate" and "wt.surrogate"), p precursor and trigger
        ("shuffle", (0.676666666666667, 0.676666666666667)),
        ("wait-time", (0.506666666666667, 0.55)),
    ],
)
def test_the_surrogate_p_values_are_coincalcs(coincalc, record, test, expected):
    draws = 3000
    found = coincalc.surrogate_p(
        np.flatnonzero(record["launch"]),
        np.flatnonzero(record["visit_start"]),
        coincalc.Lagged(lag=0, width=1, symmetric=False),
        n_days=len(record),
        test=test,
        draws=draws,
        rng=np.random.default_rng(1),
    )
    for ours, theirs in zip(found, expected, strict=True):
        error = np.sqrt(theirs * (1 - theirs) * (1 / 300 + 1 / draws))
        assert abs(ours - theirs) < 3.5 * error


days = st.sets(st.integers(0, 30), min_size=1, max_size=8).map(sorted).map(np.array)


@given(days, days, st.integers(0, 4), st.integers(0, 4), st.booleans(), st.data())
def test_coincidences_are_those_of_the_definition(
    coincalc, launches, events, lag, width, symmetric, data
):
    window = coincalc.Lagged(lag=lag, width=width, symmetric=symmetric)
    apart = launches[:, None] - events
    meet = (apart >= lag - width * symmetric) & (apart <= lag + width)
    expected = meet.any(axis=1).sum(), meet.any(axis=0).sum()
    found = coincalc.coincidences(launches, events, window, n_days=31)
    assert [int(count[0]) for count in found] == list(expected)
    # Laid end to end, series do not meet each other.
    copies = data.draw(st.integers(2, 3))
    places = np.arange(copies)[:, None] * coincalc.pitch(31, window)
    laid = [(days + places).ravel() for days in (launches, events)]
    found = coincalc.coincidences(*laid, window, n_days=31, draws=copies)
    for counts, count in zip(found, expected, strict=True):
        assert (counts == count).all()


@pytest.mark.parametrize(
    ("before", "after", "low", "high"),
    [(0, 7, 0, 7), (7, 7, -7, 7), (2, 6, -2, 6), (-1, 7, 1, 7)],
)
def test_coincalcs_window_is_that_of_the_case(coincalc, before, after, low, high):
    window = coincalc.lagged(before, after)
    assert (window.low, window.high) == (low, high)
    assert window.lag >= 0


@pytest.mark.parametrize(("before", "after"), [(7, 0), (3, 6)])
def test_a_window_coincalc_cannot_state(coincalc, before, after):
    with pytest.raises(ValueError, match=r"`before` = \d, `after` = \d: must be"):
        coincalc.lagged(before, after)


def test_shuffled_days_are_uniform_and_distinct(coincalc):
    drawn = coincalc.shuffled(np.arange(5), 20, 2000, np.random.default_rng(1))
    assert (np.diff(drawn, axis=1) > 0).all()
    counts = np.bincount(drawn.ravel(), minlength=20)
    assert stats.chisquare(counts).pvalue > 1e-3


def test_waiting_times_are_those_observed(coincalc):
    observed = np.array([3, 4, 9, 30])
    drawn = coincalc.waited(observed, 40, 500, np.random.default_rng(1))
    waits = {3, 1, 5, 21}
    assert (drawn < 40).all()
    # Days from 1 and the first wait counted from day 1: a draw begins a day early.
    assert set(drawn[:, 0] + 1) == waits
    gaps = np.diff(drawn, axis=1)[drawn[:, 1:] >= 0]
    assert set(gaps) == waits
    over = drawn == -1
    assert (over[:, 1:] >= over[:, :-1]).all()
    assert over.any()


def test_ties_do_not_count_so_that_p_may_be_zero(coincalc):
    every = np.arange(10)
    window = coincalc.Lagged(lag=0, width=2, symmetric=False)
    found = coincalc.surrogate_p(
        every,
        every,
        window,
        n_days=10,
        test="shuffle",
        draws=9,
        rng=np.random.default_rng(1),
    )
    assert found == (0.0, 0.0)


@pytest.mark.reference
def test_the_regressions_are_those_of_r(peers, record):
    plain = np.column_stack([np.ones(len(record)), record["post7"]])
    launches = record["launch"].to_numpy()
    found = {
        "glm(launch ~ post7, poisson)": peers.wald_p(launches, plain),
        "glm(launch ~ post7, binomial)": peers.wald_p(
            launches, plain, family="Binomial"
        ),
        "NeweyWest(m, lag = 30, prewhite = FALSE, adjust = FALSE)": peers.wald_p(
            launches, plain, maxlags=30
        ),
    }
    expected = {
        "glm(launch ~ post7, poisson)": 0.889482134229347,
        "glm(launch ~ post7, binomial)": 0.887815441687342,
        "NeweyWest(m, lag = 30, prewhite = FALSE, adjust = FALSE)": 0.884046346837702,
    }
    # statsmodels stops at a relative deviance of 1e-8: its errors have six digits.
    assert found == pytest.approx(expected, abs=1e-6)


@pytest.mark.reference
def test_the_regression_with_controls_is_that_of_r(peers, record):
    # glm(n_missiles ~ pre7 + post7 + factor(year) + factor(dow), poisson) without 2018,
    # a year without launches; coeftest with NeweyWest(m, lag = 14, ...)
    kept = record[record["date"].dt.year != 2018]
    controls = [
        pd.get_dummies(part, drop_first=True, dtype=float)
        for part in (kept["date"].dt.year, kept["date"].dt.day_of_week)
    ]
    design = np.column_stack([np.ones(len(kept)), kept[["post7", "pre7"]], *controls])
    counts = kept["n_missiles"].to_numpy()
    found = peers.wald_p(counts, design), peers.wald_p(counts, design, maxlags=14)
    assert found == pytest.approx((0.572993254086727, 0.741673129474665), abs=1e-6)


def test_years_without_launches_are_left_out(peers):
    launches = np.zeros(1461, dtype=np.int64)
    launches[[3, 40, 800, 1400]] = 1  # years 0, 2 and 3
    kept, controls = peers.season_and_years(launches)
    assert set(np.flatnonzero(~kept)) == set(range(366, 731))
    assert controls.shape == (kept.sum(), 4 + 2)
    design = np.column_stack([np.ones(kept.sum()), controls])
    assert np.linalg.matrix_rank(design) == design.shape[1]


def test_fishers_test_is_the_exact_permutation_test_of_days(peers, case):
    data = some_case(case, planted=True)
    found = peers.fisher(data, np.random.default_rng(1))["scipy Fisher exact"]
    law = stats.hypergeom(N_DAYS, int(data.exposed.sum()), int(data.launches.sum()))
    chances = law.pmf(np.arange(data.launches.sum() + 1))
    count = int((data.launches * data.exposed).sum())
    likely = chances[chances <= chances[count] * (1 + 1e-9)].sum()
    assert found == pytest.approx(likely, rel=1e-6)


def test_every_name_is_answered_by_its_call(peers, case):
    every = peers.PEERS + peers.SLOW_PEERS
    assert len({peer.name for peer in every}) == len(every)
    assert list(peers.available()) == [peer.name for peer in every]
    data, rng = some_case(case), np.random.default_rng(1)
    for call in dict.fromkeys(peer.call for peer in every if peer.installed):
        expected = [peer.name for peer in every if peer.call is call]
        found = call(data, rng)
        assert list(found) == expected
        assert all(0 <= p <= 1 for p in found.values())


def test_statsmodels_scipy_and_the_transcribed_always_run(peers):
    always = {"statsmodels", "scipy", "CoinCalc"}
    every = peers.PEERS + peers.SLOW_PEERS
    assert {peer.package for peer in every} >= always
    assert all(peer.installed for peer in every if peer.package in always)
    assert {peer.how for peer in every if peer.package == "CoinCalc"} == {"transcribed"}
    for peer in every:
        assert peer.name.endswith("(transcribed)") == (peer.how == "transcribed")


def test_a_package_that_does_not_import_is_left_out(peers, case):
    absent = peers.Peer(
        name="absent",
        package="no_such_package",
        tail="greater",
        draws=0,
        call=lambda case, rng: {"absent": 0.5},
    )
    assert not absent.installed
    rng = np.random.default_rng(1)
    found = peers.p_values(some_case(case), rng, (absent, *peers.PEERS[:2]))
    assert list(found) == [peer.name for peer in peers.PEERS[:2]]


def test_the_same_generator_gives_the_same_numbers(peers, case):
    data, every = some_case(case), peers.PEERS + peers.SLOW_PEERS
    state = random.getstate()
    first = peers.p_values(data, np.random.default_rng(3), every)
    # Neither the global states nor the other peers matter.
    random.random()
    again = peers.p_values(data, np.random.default_rng(3), every[::-1])
    assert again == first
    few = peers.p_values(data, np.random.default_rng(3), every[2:4])
    assert few == {name: first[name] for name in few}
    other = peers.p_values(data, np.random.default_rng(4), every)
    assert other != first
    random.setstate(state)


def test_global_states_and_streams_are_put_back(peers, capsys):
    before = random.getstate()
    with peers.quiet(np.random.default_rng(1)):
        print("a peer's own words")
        seeded = np.random.random(), random.random()  # noqa: NPY002
    assert random.getstate() == before
    assert capsys.readouterr().out == ""
    with peers.quiet(np.random.default_rng(1)):
        assert (np.random.random(), random.random()) == seeded  # noqa: NPY002


@pytest.mark.parametrize("window", [(7, 7), (0, 7)])
def test_every_peer_sees_a_launch_on_every_event(peers, case, window):
    every = peers.PEERS + peers.SLOW_PEERS
    data = some_case(case, planted=True, window=window)
    found = peers.p_values(data, np.random.default_rng(1), every)
    # The wait-time surrogates keep the gaps of two days, yet not their place.
    assert {name: p for name, p in found.items() if p > 0.05} == {}


@pytest.mark.reference
def test_pyunicorn_gets_the_window_of_the_case(peers, case, record):
    pytest.importorskip("pyunicorn", reason="pyunicorn is not installed")
    first = np.flatnonzero(record["visit_start"])
    data = case.case_of(record["launch"].to_numpy(), first, first, before=0, after=7)
    found = peers.p_values(data, np.random.default_rng(1))
    # EventSeries(np.c_[launch, visit_start], taumax=7, lag=0)
    # .event_analysis_significance(surrogate="analytic"), [0, 1], advanced and retarded
    level = found["pyunicorn analytic, precursor"], found["pyunicorn analytic, trigger"]
    expected = 1 - 0.2052170266647675, 1 - 0.5119680553435298
    assert level == pytest.approx(expected, abs=1e-9)


def test_pyunicorns_lag_is_a_window_before_the_event(peers, case):
    pytest.importorskip("pyunicorn", reason="pyunicorn is not installed")
    rng = np.random.default_rng(1)
    first = np.arange(100, 1400, 60)
    launches = np.zeros(N_DAYS, dtype=np.int64)
    launches[first[:9] + 14] = launches[first[9:] + 30] = 1
    name = "pyunicorn analytic, precursor"
    call = next(peer.call for peer in peers.PEERS if peer.name == name)
    found = {
        shift: call(
            case.case_of(np.roll(launches, shift), first, first, before=7, after=7), rng
        )[name]
        for shift in (0, -7, -21, -22)
    }
    # Nine launches meet an event 7 days before to 7 days after it, or none does.
    assert found[-7] == found[-21] < 0.1
    assert found[0] == found[-22] == 1.0


def test_spacepys_band_is_of_pairs_in_the_window(peers, case):
    pytest.importorskip("spacepy", reason="spacepy is not installed")
    rng = np.random.default_rng(2)
    first = np.arange(70, N_DAYS - 70, 40)
    launches = np.zeros(N_DAYS, dtype=np.int64)
    launches[first + 8] = 1  # a day outside [0, 7], and inside [0, 8]
    lag_0 = peers.BANDS[1]
    outside = case.case_of(launches, first, first, before=0, after=7)
    inside = case.case_of(launches, first, first, before=0, after=8)
    # No pair at all: the band is [0, 0], below the asymptote. One pair for every event:
    # it is [m, m], above it.
    assert peers.spacepy_band(outside, rng)[lag_0] == 0.0
    assert peers.spacepy_band(inside, rng)[lag_0] == 0.0
    rare = some_case(case, window=(7, 7))
    assert peers.spacepy_band(rare, rng)[lag_0] == 1.0


def test_elephants_counts_follow_the_law_of_their_surrogates(peers, case):
    pytest.importorskip("elephant", reason="elephant is not installed")
    data = some_case(case, seed=5)
    call = next(p.call for p in peers.PEERS if p.name == "elephant randomise_spikes")
    found = call(data, np.random.default_rng(1))["elephant randomise_spikes"]
    law = stats.binom(int(data.launches.sum()), data.exposed.mean())
    count = int((data.launches * data.exposed).sum())
    tail = min(law.sf(count - 1), law.cdf(count))
    error = 2 * np.sqrt(tail * (1 - tail) / 199)
    assert abs(found - min(1.0, 2 * tail)) < 3.5 * error + 0.01


@pytest.mark.parametrize(
    ("launch_days", "first"),
    [([5], [10, 20]), ([5, 8], [10]), ([5, 8], [10, 200]), ([5, 8], range(50))],
)
def test_a_case_without_an_answer_is_refused(peers, case, launch_days, first):
    launches = np.zeros(50, dtype=np.int64)
    launches[launch_days] = 1
    first = np.array(first)
    data = case.case_of(launches, first, first, before=1, after=1)
    with pytest.raises(ValueError, match="`case` must have two launches, two calendar"):
        peers.p_values(data, np.random.default_rng(1))


def test_a_case_marks_its_days(case):
    first, last = np.array([-2, 3, 3, 8, 12]), np.array([0, 3, 4, 8, 12])
    data = case.case_of(np.zeros(10, dtype=np.int64), first, last, before=1, after=2)
    assert data.exposed.tolist() == [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]
    assert data.begun.tolist() == [3, 8]
    data = case.case_of(np.zeros(10, dtype=np.int64), first, last, before=0, after=0)
    assert data.exposed.tolist() == [1, 0, 0, 1, 1, 0, 0, 0, 1, 0]
