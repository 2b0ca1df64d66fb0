"""`scan`: equality with the tests it is made of, brute force, laws, what is skipped."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import ClassVar

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import timing
from timing import StudyPeriod, Window
from timing.errors import ArgumentError, EmptySelectionError, SchemaError
from timing.kernels.score import score_shifts, shift_p, shift_sums
from timing.nulls import NullModel
from timing.results.scan import ScanResult
from timing.scanning import adjustment, draws, scan
from timing.scanning import jobs as scan_jobs
from timing.scanning import sources as scan_sources
from timing.strata import stratum_of

PERIOD = StudyPeriod("2020-01-10", "2020-12-20", [("2020-06-05", "2020-06-24")])
PERIODS = {
    "all year": PERIOD,
    "spring": StudyPeriod("2020-02-15", "2020-05-10"),
}
WINDOWS = [Window(0, 0), Window(5, 2)]


def tables(seed=1, n_tests=40, n_events=16):
    rng = np.random.default_rng(seed)
    first = np.datetime64("2020-01-01")
    tests = pd.DataFrame(
        {
            "date": first + np.sort(rng.integers(0, 366, n_tests)),
            "weapon": rng.choice(["ballistic", "cruise"], n_tests),
            "n_missiles": rng.integers(1, 4, n_tests),
        }
    )
    start = first + rng.integers(0, 366, n_events)
    calendar = pd.DataFrame(
        {
            "start": start,
            "end": start + rng.integers(0, 4, n_events),
            "category": rng.choice(["summit", "talks"], n_events),
        }
    )
    return tests, calendar


TESTS, CALENDAR = tables()
COMMON = {
    "period": PERIOD, "windows": WINDOWS, "by": ("category", "weapon"),
    "progress": False,
}  # fmt: skip


def chosen(table, column, level):
    return table if level == "all" else table[table[column] == level]


@cache
def launches_by_hand(weapon, period):
    """Launch days of the period, day by day."""
    dates = set(chosen(TESTS, "weapon", weapon)["date"].dt.date)
    inside = set(PERIODS[period].days.tolist())
    return np.array(
        [int(as_date(day) in dates and day in inside) for day in PERIOD.days.tolist()]
    )


@cache
def exposure_by_hand(category, window):
    """Exposed days, day by day."""
    rows = chosen(CALENDAR, "category", category)
    spans = [
        (
            start.date() - timedelta(days=window.before),
            end.date() + timedelta(days=window.after),
        )
        for start, end in zip(rows["start"], rows["end"], strict=True)
    ]
    return np.array(
        [
            int(any(first <= as_date(day) <= last for first, last in spans))
            for day in PERIOD.days.tolist()
        ]
    )


def as_date(day):
    return date(1970, 1, 1) + timedelta(days=day)


def brute_force(alternative, tested):
    """Single-step and step-down p-values by loops over specifications and shifts."""
    days = PERIOD.days
    month = stratum_of(days, "month")
    scores = []
    for name, window, category, weapon in itertools.product(
        PERIODS, WINDOWS, ["all", "summit", "talks"],
        ["all", "ballistic", "cruise"],
    ):  # fmt: skip
        y = launches_by_hand(weapon, name)
        x = exposure_by_hand(category, window)
        inside = np.isin(days, PERIODS[name].days)
        z = score_shifts(shift_sums(y, x, np.where(inside, month, 999)))
        if (name, window.before, category, weapon) in tested:
            scores.append(z)
    z = np.array(scores)
    t = {"two-sided": np.abs(z), "greater": z, "less": -z}[alternative]
    raw = np.array([shift_p(row, alternative=alternative) for row in z])
    tie = 1e-6
    single = np.array([(t.max(axis=0) >= row[0] - tie).mean() for row in t])
    order = np.argsort(-t[:, 0], kind="stable")
    stepped, largest = np.empty(len(t)), 0.0
    for i, j in enumerate(order):
        share = (t[order[i:]].max(axis=0) >= t[j, 0] - tie).mean()
        largest = max(largest, share)
        stepped[j] = largest
    return pd.DataFrame(
        {
            "statistic": z[:, 0], "pvalue": raw,
            "p_single_step": np.maximum(single, raw),
            "p_step_down": np.maximum(stepped, raw),
        },
        index=tested,
    )  # fmt: skip


@pytest.mark.parametrize("alternative", ["two-sided", "greater", "less"])
def test_max_t_by_brute_force(alternative):
    result = scan(
        TESTS, CALENDAR, **{**COMMON, "period": PERIODS}, alternative=alternative
    )
    found = result.table.set_index(["period", "window_before", "category", "weapon"])
    expected = brute_force(alternative, found.index)
    assert len(found) >= 25
    for column in expected.columns:
        np.testing.assert_allclose(found[column], expected[column], atol=1e-9)


def test_rows_are_the_randomization_tests_of_their_part_of_the_tables():
    result = scan(TESTS, CALENDAR, **COMMON)
    for row in result.table.itertuples():
        alone = timing.randomization_test(
            chosen(TESTS, "weapon", row.weapon),
            chosen(CALENDAR, "category", row.category),
            period=PERIOD,
            window=Window(row.window_before, row.window_after),
        )
        assert row.pvalue == pytest.approx(alone.pvalue, rel=1e-12)
        assert row.statistic == pytest.approx(alone.statistic, abs=1e-12)
        assert row.expected_count == pytest.approx(alone.expected_count)
        assert row.rate_ratio == pytest.approx(alone.rate_ratio)
        assert row.conditional_rate_ratio == pytest.approx(
            alone.conditional_rate_ratio, rel=1e-7
        )
        for name in (
            "count", "n_launches", "n_calendar_events", "exposed_days",
            "at_risk_days",
        ):  # fmt: skip
            assert getattr(row, name) == getattr(alone, name)
        assert row.informative_share == pytest.approx(alone.informative_share)


@pytest.mark.parametrize("unit", ["event", "missile", "episode"])
def test_units_are_those_of_the_randomization_test(unit):
    result = scan(TESTS, CALENDAR, **{**COMMON, "by": ()}, units=[unit], gap=4)
    alone = timing.randomization_test(
        TESTS, CALENDAR, period=PERIOD, window=WINDOWS[1], unit=unit, gap=4
    )
    row = result.table.iloc[1]
    assert row["statistic"] == pytest.approx(alone.statistic)
    assert row["pvalue"] == pytest.approx(alone.pvalue)


def test_rows_with_controls_are_those_of_the_randomization_test():
    tests, calendar = tables(4, n_tests=80)
    common = {"strata": "quarter", "controls": ["season", "lagged_launches"]}
    result = scan(tests, calendar, **{**COMMON, "by": ("weapon",)}, **common)
    assert len(result.table) == 6
    for row in result.table.itertuples():
        alone = timing.randomization_test(
            chosen(tests, "weapon", row.weapon), calendar, period=PERIOD,
            window=Window(row.window_before, row.window_after), **common,
        )  # fmt: skip
        assert row.pvalue == pytest.approx(alone.pvalue, rel=1e-12)
        assert row.conditional_rate_ratio == pytest.approx(
            alone.conditional_rate_ratio, rel=1e-6
        )
        assert np.isnan(row.ci_low)
    assert (result.table["p_step_down"] >= result.table["pvalue"]).all()


def test_controls_that_cannot_be_fitted_are_a_reason_to_skip():
    first = np.datetime64("2020-01-01")
    flat = pd.Series(1.0, index=pd.DatetimeIndex(first + np.arange(366)), name="flat")
    with pytest.raises(EmptySelectionError, match="`controls` has columns"):
        scan(TESTS, CALENDAR, **COMMON, controls=[flat])


@given(seed=st.integers(0, 10_000))
@settings(max_examples=15, deadline=None)
def test_order_of_the_p_values(seed):
    tests, calendar = tables(seed)
    result = scan(tests, calendar, **COMMON, alternative="greater")
    table = result.table
    assert (table["pvalue"] <= table["p_step_down"]).all()
    assert (table["p_step_down"] <= table["p_single_step"]).all()
    assert (table["pvalue"] >= 1 / result.n_shifts - 1e-12).all()
    assert 1 <= result.effective_tests <= len(table)
    assert len(table) + len(result.skipped) == 2 * 3 * 3
    beyond = table["statistic"] >= result.critical_value
    assert (table["p_single_step"][beyond] <= 0.05).all()


@given(seed=st.integers(0, 10_000))
@settings(max_examples=10, deadline=None)
def test_the_order_of_the_rows_changes_nothing(seed):
    rng = np.random.default_rng(seed)
    again = scan(
        TESTS.iloc[rng.permutation(len(TESTS))],
        CALENDAR.iloc[rng.permutation(len(CALENDAR))],
        **COMMON,
    )
    pd.testing.assert_frame_equal(again.table, scan(TESTS, CALENDAR, **COMMON).table)


def test_a_duplicate_changes_no_adjusted_p_of_the_others():
    once = scan(TESTS, CALENDAR, **COMMON)
    twice = scan(TESTS, CALENDAR, **{**COMMON, "windows": [*WINDOWS, WINDOWS[0]]})
    again = twice.table["same_as"].notna()
    assert again.sum() == len(once.table) / 2
    columns = ["pvalue", "p_single_step", "p_step_down", "statistic", "ci_high"]
    pd.testing.assert_frame_equal(
        twice.table.loc[~again, columns].reset_index(drop=True),
        once.table[columns],
    )
    # Each copy has the p-values of the row it names.
    first = twice.table.set_index("id")
    copies = twice.table[again]
    for column in columns:
        np.testing.assert_array_equal(
            copies[column], first.loc[copies["same_as"], column]
        )


def test_duplicates_are_seen_in_the_effective_number():
    one_class = TESTS.assign(weapon="ballistic")
    single = scan(one_class, CALENDAR, **{**COMMON, "by": ("category",)})
    double = scan(one_class, CALENDAR, **COMMON)
    assert len(double.table) == 2 * len(single.table)
    assert double.effective_tests == pytest.approx(single.effective_tests)


@pytest.mark.parametrize("length", [1024, 32])
def test_the_numbers_do_not_depend_on_workers_or_blocks(length, monkeypatch):
    whole = scan(TESTS, CALENDAR, **COMMON)
    monkeypatch.setattr(scan_sources, "_SHIFTS", length)
    for n_jobs in (1, 2):
        again = scan(TESTS, CALENDAR, **COMMON, n_jobs=n_jobs)
        pd.testing.assert_frame_equal(again.table, whole.table, rtol=1e-12)
        assert again.effective_tests == pytest.approx(whole.effective_tests)
        assert again.critical_value == whole.critical_value


def test_interrupted_it_stops_and_leaves_no_worker_busy(monkeypatch):
    monkeypatch.setattr(scan_sources, "_SHIFTS", 8)
    running = []

    def interrupted(items, **_):
        running.append(items)
        for done, item in enumerate(items):
            if done == 2:
                raise KeyboardInterrupt
            yield item

    with monkeypatch.context() as patch:
        patch.setattr(scan_jobs, "track", interrupted)
        with pytest.raises(KeyboardInterrupt):
            scan(TESTS, CALENDAR, **COMMON, n_jobs=2)
    # Closed: its jobs are taken back, and it gives nothing more.
    assert list(running[0]) == []
    again = scan(TESTS, CALENDAR, **COMMON, n_jobs=2)
    pd.testing.assert_frame_equal(again.table, scan(TESTS, CALENDAR, **COMMON).table)


@pytest.mark.parametrize(
    "options",
    [{}, {"step_down": False}, {"null": "block_shuffle", "n_resamples": 90, "rng": 5}],
)
def test_a_scan_that_was_stopped_goes_on_where_it_was(options, tmp_path, monkeypatch):
    options = {**COMMON, **options}
    monkeypatch.setattr(scan_sources, "_SHIFTS", 64)
    monkeypatch.setattr(draws, "_MOST", 10)
    if "null" in options:
        options["by"] = ("category",)
    whole = scan(TESTS, CALENDAR, **options)
    calls, count = [], adjustment._tails

    def counted(source, request, block, **kwargs):
        calls.append(block)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return count(source, request, block, **kwargs)

    monkeypatch.setattr(adjustment, "_tails", counted)
    with pytest.raises(KeyboardInterrupt):
        scan(TESTS, CALENDAR, **options, folder=tmp_path)
    assert len([*tmp_path.glob("chunk-*.json")]) == 3
    again = scan(TESTS, CALENDAR, **options, folder=tmp_path)
    assert sorted({*calls}) == [*range(max(calls) + 1)]
    assert calls[:4] == [0, 1, 2, 3]
    assert {0, 1, 2}.isdisjoint(calls[4:])
    assert again.to_dict() == whole.to_dict()
    n_calls = len(calls)
    assert (
        scan(TESTS, CALENDAR, **options, folder=tmp_path).to_dict() == whole.to_dict()
    )
    assert len(calls) == n_calls


@pytest.mark.parametrize(
    ("changes", "differs"),
    [
        ({"windows": WINDOWS[:1]}, "scores, specification"),
        ({"alternative": "greater"}, "specification"),
        ({"step_down": False}, "step_down"),
        ({"by": ("category",)}, "scores"),
        ({"null": "block_shuffle", "n_resamples": 9, "rng": 1, "by": ()},
         "draws, scores, specification"),
    ],
)  # fmt: skip
def test_the_blocks_of_another_scan_are_refused(changes, differs, tmp_path):
    scan(TESTS, CALENDAR, **COMMON, folder=tmp_path)
    message = rf"holds the blocks of another request \(other {differs}\)"
    with pytest.raises(ArgumentError, match=message):
        scan(TESTS, CALENDAR, **{**COMMON, **changes}, folder=tmp_path)


def test_a_folder_of_draws_needs_a_seed(tmp_path):
    with pytest.raises(ArgumentError, match=r"`rng` is a .*; it must be a int"):
        scan(TESTS, CALENDAR, **COMMON, null="block_shuffle", folder=tmp_path)


def test_statistics_that_a_block_did_not_keep_are_counted_again(monkeypatch):
    whole = scan(TESTS, CALENDAR, **COMMON)
    monkeypatch.setattr(scan_sources, "_SHIFTS", 16)
    calls = []
    count = adjustment._tails

    def counted(*args, **kwargs):
        calls.append(kwargs)
        return count(*args, **kwargs)

    monkeypatch.setattr(adjustment, "_tails", counted)
    monkeypatch.setattr(adjustment, "_KEPT", 1)
    again = scan(TESTS, CALENDAR, **COMMON)
    assert sum("floor" in kwargs for kwargs in calls) >= 1
    assert again.effective_tests == pytest.approx(whole.effective_tests)


def test_single_step_only():
    result = scan(TESTS, CALENDAR, **COMMON, step_down=False)
    both = scan(TESTS, CALENDAR, **COMMON)
    assert result.table["p_step_down"].isna().all()
    pd.testing.assert_series_equal(
        result.table["p_single_step"], both.table["p_single_step"]
    )
    assert result.adjusted.name == "p_single_step"
    assert both.adjusted.name == "p_step_down"


# What is skipped


def test_rows_are_tested_or_skipped_with_a_reason():
    tests = pd.DataFrame(
        {
            "date": ["2020-01-05", "2020-02-03", "2021-05-01"],
            "weapon": ["a", "a", "outside"],
        }
    )
    calendar = pd.DataFrame(
        {
            "start": ["2020-01-06", "2021-08-01", "2020-01-01", "2020-02-01"],
            "end": ["2020-01-07", "2021-08-01", "2020-04-30", "2020-02-29"],
            "category": ["summit", "later", "always", "month"],
        }
    )
    result = scan(
        tests, calendar, period=StudyPeriod("2020-01-01", "2020-04-30"),
        windows=[Window(1, 0)], by=("category", "weapon"), progress=False,
    )  # fmt: skip
    assert result.table[["category", "weapon"]].to_numpy().tolist() == [
        ["month", "all"], ["month", "a"], ["summit", "all"], ["summit", "a"],
    ]  # fmt: skip
    reasons = result.skipped.set_index(["category", "weapon"])["reason"]
    assert reasons["summit", "outside"] == "no events"
    assert reasons["later", "all"] == "no exposed day"
    assert reasons["always", "a"] == "every day exposed"
    assert len(result.table) + len(result.skipped) == 5 * 3
    assert sorted([*result.table["id"], *result.skipped["id"]]) == list(range(1, 16))


def test_a_stratum_wholly_exposed_has_no_variance():
    # The only launch lies in February, all of which is exposed.
    result = scan(
        pd.DataFrame({"date": ["2020-02-03", "2020-03-03"], "weapon": ["a", "b"]}),
        pd.DataFrame({"start": ["2020-02-01"], "end": ["2020-03-10"]}),
        period=StudyPeriod("2020-01-01", "2020-04-30"), windows=[Window(0, 0)],
        by="weapon", progress=False,
    )  # fmt: skip
    assert result.table["weapon"].tolist() == ["all", "b"]
    assert result.skipped["reason"].tolist() == [
        "zero variance (no stratum with events is partly exposed)"
    ]


def test_nothing_left_is_an_error_that_says_why():
    with pytest.raises(EmptySelectionError, match=r"\(2 no events\)"):
        scan(["2019-01-01"], ["2020-02-02"], **{**COMMON, "by": ()})


# Arguments


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"by": ("kind",)}, ArgumentError,
         "`by` has 'kind', a column of neither table: `tests` has date, weapon"),
        ({"by": ("weapon", "weapon")}, ArgumentError, "`by` has 'weapon' twice"),
        ({"by": 3}, ArgumentError, "`by` must be a name or a list of names"),
        ({"windows": []}, ArgumentError, "`windows` must be a list of at least one"),
        ({"windows": [7]}, ArgumentError, "`window` is a int"),
        ({"windows": [Window(300, 300)]}, ArgumentError, "`window` spans 601 days"),
        ({"anchors": ("arrival",)}, ArgumentError, "`anchors` is 'arrival'"),
        ({"anchors": ()}, ArgumentError, "`anchors` is empty"),
        ({"anchors": ("meeting",)}, SchemaError, "anchor='meeting' needs it"),
        ({"units": ("week",)}, ArgumentError, "`units` is 'week'"),
        ({"period": {}}, ArgumentError, "`period` must be a StudyPeriod, or a mapping"),
        ({"period": {"a": 3}}, ArgumentError, "`period` is a int"),
        ({"alternative": "more"}, ArgumentError, "`alternative` is 'more'"),
        ({"confidence_level": 95}, ArgumentError, "`confidence_level` is 95"),
        ({"gap": 0}, ArgumentError, "`gap` is 0"),
        ({"null": "uniform", "controls": ["season"]}, ArgumentError,
         "`controls` belong to the score shift"),
        ({"null": "none"}, ArgumentError, "`null` is 'none'"),
    ],
)  # fmt: skip
def test_arguments_that_break_their_rule(changes, error, message):
    with pytest.raises(error, match=message.replace("(", r"\(")):
        scan(TESTS, CALENDAR, **{**COMMON, **changes})


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("category", "x", "'category', a column of both tables"),
        ("weapon", "all", "'weapon' has the value 'all'"),
        ("count", "x", "'count', a column of the result"),
    ],
)
def test_columns_that_cannot_split(column, value, message):
    tests = TESTS.assign(**{column: value})
    with pytest.raises(ArgumentError, match=message):
        scan(tests, CALENDAR, **{**COMMON, "by": (column,)})


def test_missiles_need_their_column():
    with pytest.raises(SchemaError, match="units='missile' needs it"):
        scan(["2020-02-02"], CALENDAR, **{**COMMON, "by": ()}, units=["missile"])


def test_controls_that_need_too_much_memory(monkeypatch):
    monkeypatch.setattr("timing.scanning.scores._MEMORY", 10_000)
    with pytest.raises(ArgumentError, match="`controls` allow at most 3 different"):
        scan(TESTS, CALENDAR, **COMMON, controls=["weekday"])


def test_blank_values_belong_to_all_only():
    tests = TESTS.assign(weapon=TESTS["weapon"].where(TESTS.index > 5))
    result = scan(tests, CALENDAR, **{**COMMON, "by": ("weapon",)})
    n = result.table.groupby("weapon")["n_launches"].first()
    assert sorted(n.index) == ["all", "ballistic", "cruise"]
    assert n["all"] == scan(TESTS, CALENDAR, **COMMON).table["n_launches"].max()


# Other null models


@dataclass(frozen=True)
class WholeShift(NullModel):
    """Rotations of the whole period, drawn."""

    moves_days: ClassVar[bool] = True

    def in_words(self):
        """Name it."""
        return "the pattern is rotated"

    def draw(self, launches, day, *, size, rng):
        """Rotate."""
        shifts = rng.integers(0, launches.size, size=size)
        return np.stack([np.roll(launches, k) for k in shifts])


@dataclass(frozen=True)
class Unshared(WholeShift):
    """The same, without the promise to move whole days."""

    moves_days: ClassVar[bool] = False


@pytest.mark.parametrize("alternative", ["two-sided", "greater"])
def test_a_null_model_by_brute_force(alternative, monkeypatch):
    # Small chunks, so that there are several, each with its seed.
    monkeypatch.setattr("timing.scanning.draws._MOST", 40)
    request = {"n_resamples": 99, "rng": 7, "alternative": alternative}
    result = scan(TESTS, CALENDAR, **COMMON, null=WholeShift(), **request)
    entropy = np.random.default_rng(7).integers(2**32, size=4).tolist()
    seeds = np.random.SeedSequence(entropy).spawn(3)
    days = PERIOD.days
    scores, counts = [], []
    for row in result.table.itertuples():
        y = launches_by_hand(row.weapon, "all year")
        window = Window(row.window_before, row.window_after)
        x = exposure_by_hand(row.category, window)
        drawn = [y]
        for size, seed in zip((40, 40, 19), seeds, strict=True):
            rng = np.random.default_rng(seed)
            drawn.extend(WholeShift().draw(y, days, size=size, rng=rng))
        s = np.array([arrangement @ x for arrangement in drawn])
        counts.append(s)
        scores.append((s - s.mean()) / s.std())
    z = np.array(scores)
    t = np.abs(z) if alternative == "two-sided" else z
    table = result.table
    np.testing.assert_allclose(table["statistic"], z[:, 0], atol=1e-12)
    raw = [shift_p(row, alternative=alternative) for row in z]
    np.testing.assert_allclose(table["pvalue"], raw)
    single = [(t.max(axis=0) >= row[0] - 1e-6).mean() for row in t]
    np.testing.assert_allclose(table["p_single_step"], np.maximum(single, raw))
    np.testing.assert_allclose(table["expected_count"], np.mean(counts, axis=1))
    assert result.n_resamples == 99
    assert result.n_shifts == 0


def test_a_null_model_with_an_exact_distribution_gives_its_p():
    window = Window(5, 2)
    result = scan(
        TESTS, CALENDAR, period=PERIOD, windows=[window], null="circular_shift",
        n_resamples=200, rng=1, progress=False,
    )  # fmt: skip
    for row in result.table.itertuples():
        alone = timing.permutation_test(
            TESTS, chosen(CALENDAR, "category", row.category),
            period=PERIOD, window=window,
        )  # fmt: skip
        assert row.pvalue == pytest.approx(alone.pvalue)
        assert row.expected_count == pytest.approx(alone.expected)
        assert row.p_step_down >= row.pvalue


def test_an_adjusted_p_from_draws_is_never_below_the_exact_p():
    request = {"period": PERIOD, "windows": [Window(5, 2)], "by": (), "progress": False}
    for seed in range(6):  # by chance, some draws give a smaller share
        result = scan(
            TESTS, CALENDAR, **request, null="circular_shift", n_resamples=60, rng=seed
        )
        row = result.table.iloc[0]
        assert row["p_single_step"] >= row["pvalue"]
        assert row["p_step_down"] >= row["pvalue"]


def test_draws_do_not_depend_on_the_number_of_workers():
    request = {**COMMON, "null": timing.CircularShift("month"), "n_resamples": 700}
    first, second = (
        scan(TESTS, CALENDAR, **request, rng=3, n_jobs=n_jobs) for n_jobs in (1, 2)
    )
    pd.testing.assert_frame_equal(first.table, second.table)


def test_draws_that_cannot_be_shared():
    with pytest.raises(ArgumentError, match="draws cannot be shared"):
        scan(TESTS, CALENDAR, **COMMON, null=Unshared(), n_resamples=20)
    # One set of launches needs no sharing.
    request = {**COMMON, "by": ("category",)}
    result = scan(TESTS, CALENDAR, **request, null=Unshared(), n_resamples=20, rng=1)
    assert len(result.table) == 6


# The result


def test_the_result_survives_json():
    result = scan(TESTS, CALENDAR, **{**COMMON, "period": PERIODS})
    stored = json.loads(json.dumps(result.to_dict(), allow_nan=False))
    again = ScanResult.from_dict(stored)
    pd.testing.assert_frame_equal(again.table, result.table)
    pd.testing.assert_frame_equal(again.skipped, result.skipped)
    assert again.summary() == result.summary()
    assert again.by == result.by


def test_the_summary_reads_for_a_referee():
    result = scan(TESTS, CALENDAR, **COMMON)
    text = str(result)
    for piece in (
        "Scan of 18 specifications; 0 were not tested",
        "Null: given the event rate of each calendar month of each year",
        "the same for all specifications",
        "max-T, step-down, over all 326 shifts of the calendar",
        "each on its own, ",
        "Effective number of independent tests: ",
        f"Smallest adjusted p = {result.minimum['p_step_down']:.3f}",
    ):
        assert piece in text
    assert "<table" in result._repr_html_()
    assert result.minimum["p_step_down"] == result.table["p_step_down"].min()


def test_a_selection_keeps_the_p_values_of_the_family():
    result = scan(TESTS, CALENDAR, **COMMON)
    part = result.select(category="summit", weapon=["all", "cruise"])
    assert len(part.table) == 4
    assert part.n_specifications == 18
    whole = result.table.set_index("id")["p_step_down"]
    assert (part.table.set_index("id")["p_step_down"] == whole[part.table["id"]]).all()
    assert "(4 shown)" in part.summary()
    assert len(result.table) == 18  # unchanged


def test_selections_that_hold_nothing():
    result = scan(TESTS, CALENDAR, **COMMON)
    with pytest.raises(ArgumentError, match="'level' is no choice; these are period"):
        result.select(level="a")
    with pytest.raises(ArgumentError, match="`category` is <NA> in no row"):
        result.select(category=pd.NA)
    with pytest.raises(ArgumentError, match="`category` is 'g7' in no row"):
        result.select(category="g7")
    with pytest.raises(EmptySelectionError, match="has all these choices"):
        result.select(window_before=0, window_after=2)


def test_a_scan_has_no_interval_of_its_own():
    with pytest.raises(ArgumentError, match="`ci_low`"):
        scan(TESTS, CALENDAR, **COMMON).confidence_interval()


def test_limits_lie_around_the_estimate():
    table = scan(TESTS, CALENDAR, **COMMON).table
    assert (table["ci_low"] <= table["conditional_rate_ratio"]).all()
    assert (table["conditional_rate_ratio"] <= table["ci_high"]).all()
    one_sided = scan(TESTS, CALENDAR, **COMMON, alternative="greater").table
    assert (one_sided["ci_high"] == np.inf).all()
    assert (one_sided["ci_low"] >= table["ci_low"]).all()


def test_rows_left_out_are_reported():
    tests = pd.DataFrame(
        {
            "date": ["2020-02-02", "2020-03-03", "2020-06-10"],
            "earliest": ["", "2020-03-01", ""],
            "latest": ["", "2020-03-09", ""],
        }
    )
    result = scan(tests, ["2020-02-04"], **{**COMMON, "by": ()})
    assert [(d.reason, d.rows) for d in result.dropped] == [
        ("day not known", 1), ("not on an at-risk day", 1),
    ]  # fmt: skip


def test_specifications_that_expect_too_few_launches_are_skipped():
    full = scan(TESTS, CALENDAR, **COMMON)
    rows = full.table
    crude = rows["n_launches"] * rows["exposed_days"] / rows["at_risk_days"]
    limit = float(crude.median()) - 1e-6
    lean = scan(TESTS, CALENDAR, **COMMON, min_expected=limit)
    assert lean.table["id"].tolist() == full.table["id"][crude >= limit].tolist()
    few = f"fewer than {limit:g} events expected on exposed days"
    assert lean.skipped["reason"].eq(few).sum() == (crude < limit).sum() > 0
    kept = full.table.set_index("id").loc[lean.table["id"]].reset_index()
    np.testing.assert_allclose(lean.table["pvalue"], kept["pvalue"])
    assert (lean.table["p_single_step"] <= kept["p_single_step"] + 1e-12).all()
    with pytest.raises(
        ArgumentError, match="`min_expected` is -1; it must be a finite"
    ):
        scan(TESTS, CALENDAR, **COMMON, min_expected=-1)


def test_power_and_equivalence_are_near_those_of_the_single_test():
    result = scan(TESTS, CALENDAR, **COMMON, equivalence_margin=3.0)
    rows = result.table[result.table["expected_count"] > 4]
    assert len(rows) > 1
    for row in rows.itertuples():
        alone = timing.randomization_test(
            chosen(TESTS, "weapon", row.weapon),
            chosen(CALENDAR, "category", row.category),
            period=PERIOD,
            window=Window(row.window_before, row.window_after),
            equivalence_margin=3.0,
        )
        assert row.equivalence_pvalue == pytest.approx(
            alone.equivalence_pvalue, abs=0.05
        )
        assert np.log(row.minimum_detectable_rate_ratio) == pytest.approx(
            np.log(alone.minimum_detectable_rate_ratio), rel=0.25
        )
