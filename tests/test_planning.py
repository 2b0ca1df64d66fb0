"""Size, power and the minimum detectable rate ratio by simulation."""

from __future__ import annotations

import json
import re
import warnings
from functools import partial

import numpy as np
import pytest
from scipy import stats

import timing
from timing import (
    CircularShift,
    StudyPeriod,
    Uniform,
    Window,
    minimum_detectable_rate_ratio,
    permutation_test,
    power,
    randomization_test,
    size,
)
from timing.errors import ArgumentError, ClusteringWarning, EmptySelectionError
from timing.planning.detectable import _crossing
from timing.processes import DrawnCalendar, Poisson, Trend
from timing.results import DetectableResult, PowerResult, SizeResult
from timing.scenario import scenario_of
from timing.seeds import entropy_of, generator_of

SETTING = {
    "period": StudyPeriod("2020-01-01", "2021-12-31"),
    "window": Window(before=3, after=3),
    "n_launches": 60,
}
OPTIONS = {**SETTING, "rng": 1, "progress": False}
CALENDAR = DrawnCalendar(n_events=20)


def counts_of(tests, calendar, period, window):
    """Count launches, those exposed, exposed days and days, without the package."""
    days = period.all_days
    exposed = np.zeros(days.size, dtype=bool)
    for row in calendar.itertuples():
        first = (row.start.date() - period.start).days - window.before
        last = (row.end.date() - period.start).days + window.after
        exposed[max(first, 0) : last + 1] = True
    at = [(day.date() - period.start).days for day in tests["date"]]
    return len(at), int(exposed[at].sum()), int(exposed.sum()), days.size


def shuffle(tests, calendar, period, window) -> float:
    """P-value of the shuffle of dates by scipy's hypergeometric distribution."""
    n, s, n_exposed, n_days = counts_of(tests, calendar, period, window)
    null = stats.hypergeom(n_days, n_exposed, n)
    return min(1.0, 2 * min(null.cdf(s), null.sf(s - 1)))


def dice(tests, calendar, period, window, rng) -> float:
    return rng.random()


def never(tests, calendar, period, window) -> float:
    return 1.0


def few_fail(tests, calendar, period, window) -> float:
    if len(tests) < 53:
        msg = "too few events"
        raise EmptySelectionError(msg)
    return 0.0


# Size


@pytest.mark.slow
def test_the_size_of_an_exact_null_is_that_of_brute_force():
    n = 400
    found = size("homogeneous", CALENDAR, test=Uniform(), n_replicates=n, **OPTIONS)
    scenario = scenario_of("homogeneous", CALENDAR, **SETTING)
    records = [scenario.draw(generator_of(entropy_of(1), i)) for i in range(n)]
    args = SETTING["period"], SETTING["window"]
    pvalue = np.array([shuffle(r.tests, r.calendar, *args) for r in records])
    rate = np.array([np.mean(pvalue <= level) for level in (0.01, 0.05)])
    assert found.rejection_rate.tolist() == [rate.tolist()]
    np.testing.assert_allclose(found.std_error[0], np.sqrt(rate * (1 - rate) / n))
    assert found.n_failed.tolist() == [0]
    # Valid, and a little conservative: the count is discrete.
    assert (rate <= np.array([0.01, 0.05]) + 3 * found.std_error[0]).all()
    assert 0.015 < rate[1] < 0.06


def test_the_rejection_rate_of_dice_is_the_level():
    found = size("campaigns", CALENDAR, test=dice, n_replicates=1000, **OPTIONS)
    assert found.test == ("dice",)
    assert found.rejection_rate[0] == pytest.approx([0.01, 0.05], abs=0.02)
    again = size("campaigns", CALENDAR, test=dice, n_replicates=1000, **OPTIONS)
    assert again.rejection_rate.tolist() == found.rejection_rate.tolist()


def test_all_tests_see_the_same_records():
    seen = {"a": [], "b": []}

    def look(tests, calendar, period, window, to):
        assert period == SETTING["period"]
        assert window == SETTING["window"]
        to.append((tests["date"].tolist(), calendar.to_numpy().tolist()))
        return 1.0

    tests = {name: partial(look, to=to) for name, to in seen.items()}
    size("season", CALENDAR, test={"dice": dice, **tests}, n_replicates=20, **OPTIONS)
    assert len(seen["a"]) == 20
    assert seen["a"] == seen["b"]
    assert len({len(dates) for dates, _ in seen["a"]}) > 3
    alone = []
    size("season", CALENDAR, test=partial(look, to=alone), n_replicates=20, **OPTIONS)
    assert alone == seen["a"]


@pytest.mark.slow
def test_tests_may_be_functions_null_models_or_partial():
    tests = {
        "default": randomization_test,
        "null": CircularShift("quarter"),
        "the same": partial(permutation_test, null=CircularShift("quarter")),
        "drawn": timing.BlockShuffle(30),
    }
    found = size("homogeneous", CALENDAR, test=tests, n_replicates=20, **OPTIONS)
    assert found.test == tuple(tests)
    assert found.rejection_rate[1].tolist() == found.rejection_rate[2].tolist()
    assert (found.n_failed == 0).all()
    default = size("homogeneous", CALENDAR, n_replicates=20, **OPTIONS)
    assert default.test == ("randomization_test",)
    assert default.rejection_rate.tolist() == [found.rejection_rate[0].tolist()]


def test_a_null_model_is_named_as_it_is_written():
    test = Uniform(strata="year")
    found = size("homogeneous", CALENDAR, test=test, n_replicates=1, **OPTIONS)
    assert found.test == ("Uniform(strata='year')",)


def test_a_test_that_cannot_be_made_does_not_reject_and_is_reported():
    tests = {"fails": few_fail, "never": never}
    found = size("homogeneous", CALENDAR, test=tests, n_replicates=60, **OPTIONS)
    n_failed = int(found.n_failed[0])
    assert 5 < n_failed < 40
    assert found.n_failed.tolist() == [n_failed, 0]
    # It rejects all others.
    assert found.rejection_rate.tolist() == [[1 - n_failed / 60] * 2, [0.0, 0.0]]
    assert f"; no p-value in {n_failed}" in found.summary()
    assert found.summary().count("no p-value") == 1


def test_an_error_that_is_no_errors_of_ours_is_raised():
    def broken(tests, calendar, period, window):
        return tests["day"]

    with pytest.raises(KeyError, match="day"):
        size("homogeneous", CALENDAR, test=broken, n_replicates=1, **OPTIONS)


def test_advice_on_one_data_set_is_silent():
    def advises(tests, calendar, period, window):
        warnings.warn("clustered", ClusteringWarning, stacklevel=2)
        return 0.5

    found = size("homogeneous", CALENDAR, test=advises, n_replicates=1, **OPTIONS)
    assert found.n_failed.tolist() == [0]


def test_a_test_that_assumes_too_much_is_found_out():
    trend = Poisson(Trend(10.0))
    shared = DrawnCalendar(20, trend, shared=True)
    found = size(trend, shared, test=shuffle, n_replicates=200, **OPTIONS)
    assert found.rejection_rate[0, 1] - 3 * found.std_error[0, 1] > 0.05


# Power


def test_power_rises_with_the_ratio_and_is_the_size_at_one():
    ratios = (0.2, 0.5, 1.0, 1.5, 2.0, 4.0)
    tests = {"shuffle": shuffle, "never": never}
    found = power(
        "homogeneous", CALENDAR, rate_ratios=ratios, test=tests, n_replicates=100,
        **OPTIONS,
    )  # fmt: skip
    assert found.power.shape == found.std_error.shape == found.n_failed.shape == (2, 6)
    assert found.rate_ratio.tolist() == list(ratios)
    assert (np.diff(found.power[0, :3]) < 0).all()
    assert (np.diff(found.power[0, 2:]) > 0).all()
    assert found.power[0, -1] > 0.95
    assert found.power[1].tolist() == [0] * 6
    np.testing.assert_allclose(
        found.std_error, np.sqrt(found.power * (1 - found.power) / 100)
    )
    at_one = size(
        "homogeneous", CALENDAR, test=tests, levels=[0.05], n_replicates=100, **OPTIONS
    )
    assert found.power[:, 2].tolist() == at_one.rejection_rate[:, 0].tolist()


def test_a_curve_has_the_same_points_in_any_order():
    def curve(ratios, rng=1):
        return power(
            "self-exciting", CALENDAR, rate_ratios=ratios, test=shuffle,
            n_replicates=20, **{**OPTIONS, "rng": rng},
        )  # fmt: skip

    found, back = curve([1.0, 3.0]), curve(np.array([3.0, 1.0]))
    assert found.power[0].tolist() == back.power[0, ::-1].tolist()
    # All points of one run share a seed that a generator gives once.
    rng = np.random.default_rng(1)
    once = curve([3.0, 3.0], rng)
    assert once.power[0, 0] == once.power[0, 1]


def test_failures_are_counted_for_each_ratio():
    found = power(
        "homogeneous", CALENDAR, rate_ratios=[0.1, 5.0], test=few_fail,
        n_replicates=40, **OPTIONS,
    )  # fmt: skip
    assert found.n_failed[0, 0] > found.n_failed[0, 1]
    np.testing.assert_allclose(found.power, 1 - found.n_failed / 40)


@pytest.mark.slow
def test_two_processes_get_the_same_numbers():
    def both(n_jobs):
        options = {"test": {"s": shuffle, "d": dice}, "n_replicates": 50, **OPTIONS}
        return (
            size("trend", CALENDAR, n_jobs=n_jobs, **options).to_dict(),
            power("trend", CALENDAR, n_jobs=n_jobs, **options).to_dict(),
        )

    assert both(1) == both(2)


# Folders


class Stopping:
    """A test that counts its calls, and may be stopped at one of them."""

    def __init__(self, stop_at=None):
        self.calls, self.stop_at = 0, stop_at

    def __call__(self, tests, calendar, period, window):
        """Return the p-value of a shuffle, or stop."""
        self.calls += 1
        if self.calls == self.stop_at:
            raise KeyboardInterrupt
        return shuffle(tests, calendar, period, window)


@pytest.mark.parametrize(
    ("run", "n_calls"),
    [
        (partial(size, "homogeneous", CALENDAR), 40),
        (partial(power, "homogeneous", CALENDAR, rate_ratios=[1.0, 2.0]), 80),
    ],
)
def test_a_stopped_run_goes_on_where_it_was(tmp_path, run, n_calls):
    options = {"n_replicates": 40, **OPTIONS}
    stopped, rest, done = Stopping(stop_at=25), Stopping(), Stopping()
    with pytest.raises(KeyboardInterrupt):
        run(test=stopped, folder=tmp_path, **options)
    found = run(test=rest, folder=tmp_path, **options)
    # The first chunk of 20 is not run again.
    assert rest.calls == n_calls - 20
    again = run(test=done, folder=tmp_path, **options)
    assert done.calls == 0
    without = run(test={"Stopping": shuffle}, **options)
    assert found.to_dict() == again.to_dict() == without.to_dict()


def test_a_folder_gives_each_test_its_own_numbers(tmp_path):
    options = {"n_replicates": 20, "folder": tmp_path, **OPTIONS}
    tests = {"dice": dice, "never": never}
    first = size("homogeneous", CALENDAR, test=tests, levels=[0.5], **options)
    assert first.rejection_rate[0, 0] > 0
    back = dict(reversed(tests.items()))
    other = size("homogeneous", CALENDAR, test=back, levels=[0.5], **options)
    assert other.test == ("never", "dice")
    assert other.rejection_rate.tolist() == first.rejection_rate[::-1].tolist()


@pytest.mark.parametrize(
    ("changed", "differs"),
    [
        ({"process": "trend"}, "first_record_sha256, scenario"),
        ({"n_launches": 61}, "first_record_sha256"),
        ({"window": Window(1, 0)}, "first_record_sha256"),
        ({"test": dice}, "tests"),
        ({"test": {"never": partial(never, window=3)}}, "tests"),
        ({"rng": 2}, "entropy"),
    ],
)
def test_the_folder_of_another_request_is_refused(tmp_path, changed, differs):
    asked = {"process": "homogeneous", "calendar": CALENDAR, "test": never, **OPTIONS}
    asked |= {"n_replicates": 1, "folder": tmp_path}
    size(**asked)
    with pytest.raises(ArgumentError, match=rf"another request \(other {differs}\)"):
        size(**asked | changed)


def test_a_folder_needs_a_seed_that_can_be_repeated(tmp_path):
    asked = {**OPTIONS, "rng": None, "test": never, "folder": tmp_path}
    for run in (size, power, minimum_detectable_rate_ratio):
        with pytest.raises(ArgumentError, match="`rng` is a NoneType; it must be a in"):
            run("homogeneous", CALENDAR, **asked)


# Minimum detectable rate ratio


@pytest.mark.parametrize(("slope", "n"), [(1.5, 400), (6.0, 50)])
def test_the_crossing_of_a_known_curve_is_found(slope, n):
    # The power at r is Phi(z80 + slope log(r / 2)): 0.8 at 2.
    rng = np.random.default_rng(2)
    goal = stats.norm.ppf(0.8)
    logs = np.sort(np.log(np.r_[20, 4.47, 2.11, 1.45, 1.76, 1.93, 2.02, 2.07]))
    curve = stats.norm.cdf(goal + slope * (logs - np.log(2)))
    found = np.array(
        [_crossing(logs, rng.binomial(n, curve) / n, n, 0.8) for _ in range(60)]
    )
    z = (found[:, 0] - np.log(2)) / found[:, 1]
    assert abs(np.median(z)) < 0.4
    # Its error is that of one point; eight independent ones are nearer.
    assert np.mean(np.abs(z) < 1.96) > 0.93
    one_point = np.sqrt(0.16 / n) / (slope * stats.norm.pdf(goal))
    assert np.median(found[:, 1]) == pytest.approx(one_point, rel=0.1)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("direction", "grid"),
    [("more", (1.4, 1.6, 1.8, 2.0, 2.2)), ("fewer", (0.25, 0.35, 0.45, 0.55, 0.65))],
)
def test_it_is_where_a_finer_curve_reaches_the_power(direction, grid):
    options = {**OPTIONS, "n_launches": 120, "test": shuffle, "n_replicates": 200}
    found = minimum_detectable_rate_ratio(
        "homogeneous", CALENDAR, direction=direction, **options
    )
    curve = power("homogeneous", CALENDAR, rate_ratios=grid, **options | {"rng": 2})
    share, logs = curve.power[0], np.log(grid)
    if direction == "fewer":
        share, logs = share[::-1], logs[::-1]
    assert share[0] < 0.8 < share[-1]
    brute = np.exp(np.interp(0.8, np.maximum.accumulate(share), logs))
    low, high = found.interval
    assert low < found.rate_ratio < high
    # The finer curve has an error of its own, as large.
    width = np.log(high / low)
    assert abs(np.log(brute / found.rate_ratio)) < width / 2 * 2**0.5
    assert 0.06 < width < 0.35
    assert found.tried.test == ("shuffle",)
    assert found.tried.rate_ratio.size == 8
    assert (np.diff(found.tried.rate_ratio) > 0).all()
    assert found.tried.simulated.n_replicates == 200


@pytest.mark.parametrize(
    ("direction", "ratio", "word"), [("more", np.inf, "infinite"), ("fewer", 0, "0.00")]
)
def test_what_no_ratio_reaches_is_not_made_up(direction, ratio, word):
    found = minimum_detectable_rate_ratio(
        "homogeneous", CALENDAR, direction=direction, test=never, n_replicates=20,
        **OPTIONS,
    )  # fmt: skip
    assert found.rate_ratio == ratio
    assert found.interval == (ratio, ratio)
    assert found.tried.rate_ratio.size == 1
    assert f"ratio of never: {word} (Monte Carlo error: {word} to {word})" in str(found)
    stored = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert DetectableResult.from_dict(stored).rate_ratio == ratio


def test_it_is_resumed_from_a_folder(tmp_path):
    test = Stopping()
    options = {"n_replicates": 20, "folder": tmp_path, **OPTIONS}
    first = minimum_detectable_rate_ratio("homogeneous", CALENDAR, test=test, **options)
    assert test.calls == 8 * 20
    again = minimum_detectable_rate_ratio("homogeneous", CALENDAR, test=test, **options)
    assert test.calls == 8 * 20
    assert again.to_dict() == first.to_dict()


# Results


@pytest.fixture(scope="module")
def results():
    options = {"test": {"a": shuffle, "b": few_fail}, "n_replicates": 20, **OPTIONS}
    return {
        "size": size("trend", CALENDAR, **options),
        "power": power("trend", CALENDAR, rate_ratios=[1.0, 3.0], **options),
        "detectable": minimum_detectable_rate_ratio(
            "trend", CALENDAR, **options | {"test": shuffle}
        ),
    }


@pytest.mark.parametrize("name", ["size", "power", "detectable"])
def test_results_come_back_from_json(results, name):
    found = results[name]
    stored = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    again = type(found).from_dict(stored)
    assert again.to_dict() == found.to_dict()
    assert again.summary() == found.summary() == str(found)
    assert again.to_frame().equals(found.to_frame())
    assert found.title in found._repr_html_()
    assert "array" not in repr(found)
    with pytest.raises(ArgumentError, match="has no rate ratio of data; see `to_fram"):
        found.confidence_interval()
    other = SizeResult if name == "power" else PowerResult
    with pytest.raises(
        ArgumentError, match=f"`stored` holds a '{type(found).__name__}"
    ):
        other.from_dict(stored)


def test_the_tables_have_a_row_for_each_number(results):
    sizes, powers = results["size"], results["power"]
    table = sizes.to_frame()
    assert table[["test", "level"]].to_numpy().tolist() == [
        ["a", 0.01], ["a", 0.05], ["b", 0.01], ["b", 0.05],
    ]  # fmt: skip
    assert table["rejection_rate"].tolist() == sizes.rejection_rate.ravel().tolist()
    assert table["n_failed"].tolist() == np.repeat(sizes.n_failed, 2).tolist()
    table = powers.to_frame()
    assert table[["test", "rate_ratio"]].to_numpy().tolist() == [
        ["a", 1.0], ["a", 3.0], ["b", 1.0], ["b", 3.0],
    ]  # fmt: skip
    assert table["power"].tolist() == powers.power.ravel().tolist()
    assert (table[["level", "n_replicates"]] == [0.05, 20]).all(axis=None)
    row = results["detectable"].to_frame().iloc[0]
    assert (row["test"], row["power"], row["level"]) == ("shuffle", 0.8, 0.05)
    assert row["ci_low"] < row["rate_ratio"] < row["ci_high"]


def test_summaries_say_what_was_simulated(results):
    lines = results["size"].summary().splitlines()
    assert lines[:4] == [
        "Size: share of true nulls rejected",
        "Simulated: 20 records of 60 expected events, 2020-01-01 to 2021-12-31",
        "Process: independent events at a rate that changes by a factor of 10 over "
        "the span; 20 events of 1 day: independent at a constant rate",
        "Window: 3 days before to 3 days after",
    ]
    assert lines[4].startswith("  a: 0.")
    assert "at 0.05 (standard error 0." in lines[4]
    first, *_, last = results["power"].summary().splitlines()
    assert first == "Power: share of planted rate ratios found at 0.05"
    assert last.startswith("  b: ")
    assert "at 3.00" in last
    text = results["detectable"].summary()
    assert "Found with a power of 0.8 at 0.05" in text


# Arguments


@pytest.mark.parametrize(
    ("run", "options", "message"),
    [
        (size, {"test": {}}, "`test` names no test"),
        (size, {"test": 3}, "`test` 'int' must be a null model or a function of test"),
        (size, {"test": {"x": "uniform"}}, "`test` 'x' must be a null model or a fun"),
        (size, {"levels": ()}, r"`levels` is \(\); it must be a sequence of one numbe"),
        (size, {"levels": 0.05}, "`levels` is 0.05; it must be a sequence of one num"),
        (size, {"levels": [5]}, "`levels` is 5; it must lie strictly between 0 and 1"),
        (size, {"n_replicates": 0}, "`n_replicates` is 0; it must be a whole number"),
        (size, {"process": "poisson"}, "`process` is 'poisson'"),
        (size, {"n_launches": 800}, "`n_launches` is 800; a period of 731 at-risk"),
        (size, {"window": 7}, "`window` is a int; it must be a Window"),
        (power, {"rate_ratios": 2.0}, "`rate_ratios` is 2.0; it must be a sequence"),
        (power, {"rate_ratios": []}, r"`rate_ratios` is \[\]; it must be a sequence"),
        (power, {"rate_ratios": [1, 0]}, "`rate_ratios` is 0; it must be a finite nu"),
        (power, {"level": 0.0}, "`level` is 0.0; it must lie strictly between"),
        (minimum_detectable_rate_ratio, {"test": {"a": never}},
         "`test` must be one test; call once for each"),
        (minimum_detectable_rate_ratio, {"power": 1.0}, "`power` is 1.0"),
        (minimum_detectable_rate_ratio, {"level": 1.0}, "`level` is 1.0"),
        (minimum_detectable_rate_ratio, {"direction": "less"},
         "`direction` is 'less'; it must be one of 'more', 'fewer'"),
        (minimum_detectable_rate_ratio, {"n_replicates": 19},
         "`n_replicates` is 19; it must be a whole number of at least 20"),
    ],
)  # fmt: skip
def test_arguments_out_of_range_are_refused(run, options, message):
    asked = {"process": "homogeneous", "calendar": CALENDAR, "test": never, **OPTIONS}
    with pytest.raises(ArgumentError, match=message):
        run(**asked | options)


@pytest.mark.parametrize("returned", ["0.5", None, True, np.timedelta64(1, "D")])
def test_a_test_must_return_a_p_value(returned):
    asked = {"process": "homogeneous", "calendar": CALENDAR, **OPTIONS}
    message = re.escape(f"`test` returns {returned!r}; it must return a p-value, or a")
    with pytest.raises(ArgumentError, match=message):
        size(test=lambda tests, calendar, *, period, window: returned, **asked)
