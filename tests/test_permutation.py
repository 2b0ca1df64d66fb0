"""`permutation_test`: brute force, reference numbers, laws and every field."""

from __future__ import annotations

import itertools
import json
import re
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import timing
from timing.errors import (
    ArgumentError,
    EmptySelectionError,
    LowInformationWarning,
    NoContrastError,
)
from timing.kernels.exact import Pmf, shuffle_pmf
from timing.results import PermutationResult

PERIOD = timing.StudyPeriod("2020-01-01", "2020-02-09")  # 40 days
TESTS = ["2020-01-05", "2020-01-06", "2020-01-20", "2020-02-02", "2020-02-03"]
CALENDAR = pd.DataFrame(
    {"start": ["2020-01-07", "2020-02-02"], "end": ["2020-01-08", "2020-02-02"]}
)


def run(**changes):
    arguments = {"period": PERIOD, "window": timing.Window(before=2, after=1)}
    return timing.permutation_test(TESTS, CALENDAR, **{**arguments, **changes})


def arrays():
    y, x = np.zeros(40, dtype=int), np.zeros(40, dtype=int)
    for day in (4, 5, 19, 32, 33):
        y[day] = 1
    x[4:9] = 1  # 5 to 9 January
    x[30:34] = 1  # 31 January to 3 February
    return y, x


def enumerate_month_shifts():
    y, x = arrays()
    months = [slice(0, 31), slice(31, 40)]
    tallies = [[int(np.roll(y[m], k) @ x[m]) for k in range(x[m].size)] for m in months]
    sums = [a + b for a, b in itertools.product(*tallies)]
    return np.array(sums)


def test_count_expected_and_days_by_hand():
    result = run()
    # Exposed: 5-9 January and 31 January to 3 February, 9 days; launches on 5 and 6
    # January, 2 and 3 February: 4. January: 3 launches in 31 days, 6 exposed.
    # February: 2 launches in 9 days, 3 exposed.
    assert result.statistic == 4
    assert result.exposed_days == 9
    assert result.at_risk_days == 40
    assert result.n_launches == 5
    assert result.n_calendar_events == 2
    assert result.expected == pytest.approx(3 * 6 / 31 + 2 * 3 / 9)
    assert result.excess == pytest.approx(4 - result.expected)
    assert result.rate_ratio == pytest.approx((4 / 9) / (1 / 31))


@pytest.mark.parametrize("alternative", ["greater", "less", "two-sided"])
def test_month_shift_equals_enumeration(alternative):
    counts = enumerate_month_shifts()
    greater, less = np.mean(counts >= 4), np.mean(counts <= 4)
    expected = {
        "greater": greater,
        "less": less,
        "two-sided": min(1, 2 * min(greater, less)),
    }
    assert run(alternative=alternative).pvalue == pytest.approx(expected[alternative])


def test_the_null_distribution_equals_enumeration():
    counts = Counter(enumerate_month_shifts().tolist())
    null = run().null_distribution
    assert null.probability.sum() == pytest.approx(1)
    for value, probability in zip(null.support, null.probability, strict=True):
        assert probability == pytest.approx(counts[int(value)] / (31 * 9))


def test_whole_period_shift_equals_enumeration():
    y, x = arrays()
    counts = np.array([np.roll(y, k) @ x for k in range(40)])
    result = run(null=timing.CircularShift(None), alternative="greater")
    assert result.pvalue == pytest.approx(np.mean(counts >= 4))


def test_uniform_equals_scipys_fisher_test():
    from scipy import stats

    # 4 of 5 launch days among 9 of 40 exposed days.
    table = [[4, 5], [1, 30]]
    expected = stats.fisher_exact(table, alternative="greater").pvalue
    result = run(null="uniform", alternative="greater")
    assert result.pvalue == pytest.approx(expected)
    assert result.naive_pvalue == pytest.approx(expected)


def test_excluded_days_leave_the_rotation():
    period = timing.StudyPeriod(
        "2020-01-01", "2020-02-09", [("2020-01-10", "2020-01-31")]
    )
    result = run(period=period, alternative="greater")
    # January keeps 1 to 9: launches on 5, 6; exposed 5 to 9. February as before, where
    # 1 to 3 are exposed.
    january = [
        np.roll([0, 0, 0, 0, 1, 1, 0, 0, 0], k) @ [0, 0, 0, 0, 1, 1, 1, 1, 1]
        for k in range(9)
    ]
    february = [
        np.roll([0, 1, 1, 0, 0, 0, 0, 0, 0], k) @ [1, 1, 1, 0, 0, 0, 0, 0, 0]
        for k in range(9)
    ]
    counts = np.add.outer(january, february)
    assert result.at_risk_days == 18
    assert result.pvalue == pytest.approx(np.mean(counts >= 4))
    assert {d.reason: d.rows for d in result.dropped} == {"not on an at-risk day": 1}


@pytest.mark.parametrize("strata", ["month", "quarter", "half", "year", "era", None])
def test_every_named_stratum_runs(strata):
    result = run(null=timing.CircularShift(strata))
    assert 0 < result.pvalue <= 1
    assert "rotated within" in result.specification.null


def test_strata_may_be_a_series_or_a_callable():
    days = pd.date_range("2020-01-01", "2020-02-09")
    series = pd.Series(days.month, index=days, name="my month")
    by_name = run().pvalue
    assert run(null=timing.CircularShift(series)).pvalue == by_name
    assert run(null=timing.CircularShift(lambda d: d.month)).pvalue == by_name


def test_unit_event_counts_every_test_event():
    twice = [*TESTS, "2020-01-05"]
    kwargs = {"period": PERIOD, "window": timing.Window(2, 1), "null": "uniform"}
    by_day = timing.permutation_test(twice, CALENDAR, **kwargs)
    by_event = timing.permutation_test(twice, CALENDAR, unit="event", **kwargs)
    assert (by_day.statistic, by_event.statistic) == (4, 5)
    y, x = arrays()
    y[4] = 2
    expected: Pmf = shuffle_pmf(y, int(x.sum()))
    np.testing.assert_allclose(
        by_event.null_distribution.probability, expected.probability
    )


def test_midp_halves_the_probability_of_the_observed_count():
    full, half = run(alternative="greater"), run(alternative="greater", midp=True)
    null = full.null_distribution
    at = null.probability[null.support == 4][0]
    assert full.pvalue - half.pvalue == pytest.approx(at / 2)


def test_row_order_changes_nothing():
    reversed_rows = timing.permutation_test(
        TESTS[::-1],
        CALENDAR.iloc[::-1],
        period=PERIOD,
        window=timing.Window(before=2, after=1),
    )
    assert reversed_rows.pvalue == run().pvalue


@given(st.integers(-400, 400))
@settings(max_examples=15, deadline=None)
def test_moving_everything_by_whole_days_changes_nothing(days):
    move = pd.Timedelta(days=days)
    moved = timing.permutation_test(
        pd.DatetimeIndex(TESTS) + move,
        CALENDAR.apply(pd.to_datetime) + move,
        period=timing.StudyPeriod(
            pd.Timestamp("2020-01-01") + move, pd.Timestamp("2020-02-09") + move
        ),
        window=timing.Window(before=2, after=1),
        null=timing.CircularShift(None),
    )
    assert moved.pvalue == run(null=timing.CircularShift(None)).pvalue


def test_time_reversal_keeps_the_two_sided_p():
    def mirror(dates):
        first, last = pd.Timestamp("2020-01-01"), pd.Timestamp("2020-02-09")
        return last - (pd.DatetimeIndex(dates) - first)

    mirrored = timing.permutation_test(
        mirror(TESTS),
        pd.DataFrame({"start": mirror(CALENDAR["end"]), "end": mirror(CALENDAR.start)}),
        period=PERIOD,
        window=timing.Window(before=1, after=2),
        null=timing.CircularShift(None),
    )
    assert mirrored.pvalue == run(null=timing.CircularShift(None)).pvalue


def test_the_result_survives_json():
    result = run()
    stored = json.loads(json.dumps(result.to_dict(), allow_nan=False))
    again = PermutationResult.from_dict(stored)
    assert again.to_dict() == result.to_dict()
    assert again.summary() == result.summary()


def test_the_summary_says_null_first_and_both_p_values():
    text = run().summary()
    assert text.index("Null:") < text.index("p =")
    assert "naive shuffle of dates" in text
    assert "2 calendar events, 9 exposed of 40 at-risk days" in text
    assert "95% interval" in text
    assert "would be found" in text or "no rate ratio could be found" in text


def test_one_tidy_row_and_html():
    frame = run().to_frame()
    assert len(frame) == 1
    columns = {"statistic", "pvalue", "naive_pvalue", "rate_ratio", "ci_low", "version"}
    assert columns <= set(frame.columns)
    assert "<table" in run()._repr_html_()


def test_exposure_that_fills_the_strata_warns():
    with pytest.warns(LowInformationWarning, match="of the information is left"):
        result = run(window=timing.Window(before=10, after=10))
    assert result.informative_share < 1 / 3


@pytest.mark.parametrize(
    ("changes", "error", "text"),
    [
        ({"alternative": "both"}, ArgumentError, "`alternative` is 'both'; it must be"),
        ({"statistic": "sum"}, ArgumentError, "`statistic` is 'sum'"),
        ({"unit": "salvo"}, ArgumentError, "`unit` is 'salvo'"),
        ({"null": "shuffle"}, ArgumentError, "`null` is 'shuffle'; it must be a null"),
        ({"null": 3}, ArgumentError, "`null` is 3"),
        ({"confidence_level": 95}, ArgumentError, "`confidence_level` is 95"),
        ({"n_resamples": 0}, ArgumentError, "`n_resamples` is 0"),
        ({"window": 7}, ArgumentError, "`window` is a int; it must be a Window"),
        ({"period": "2020"}, ArgumentError, "`period` is a str; it must be a Study"),
        (
            {"window": timing.Window(before=40)},
            ArgumentError,
            "longer than the 40 at-risk days",
        ),
        (
            {"period": timing.StudyPeriod("2021-01-01", "2021-12-31")},
            EmptySelectionError,
            "`tests` has no event on the at-risk days of 2021-01-01 to 2021-12-31",
        ),
    ],
)
def test_bad_arguments_give_one_clear_error(changes, error, text):
    with pytest.raises(error, match=re.escape(text)):
        run(**changes)


@pytest.mark.parametrize(
    ("calendar", "text"),
    [(["2020-05-01"], "no at-risk day"), (None, "every at-risk day")],
)
def test_no_contrast_is_an_error(calendar, text):
    everything = pd.DataFrame({"start": ["2020-01-01"], "end": ["2020-02-09"]})
    with pytest.raises(NoContrastError, match=text):
        timing.permutation_test(
            TESTS,
            everything if calendar is None else calendar,
            period=PERIOD,
            window=timing.Window(1, 1),
        )


GOLDEN_NULLS = {
    "numpy.circshift": None,
    "numpy.circshift_within_year": "year",
    "numpy.circshift_within_halfyear": "half",
    "numpy.circshift_within_quarter": "quarter",
    "numpy.circshift_within_month": "month",
    "scipy.hypergeom": timing.Uniform(),
    "scipy.strat_hypergeom.year": timing.Uniform("year"),
    "scipy.strat_hypergeom.yearmonth": timing.Uniform("month"),
}


@pytest.mark.reference
# The real launches cluster; the numbers are to be those of the other software.
@pytest.mark.filterwarnings("ignore::timing.errors.ClusteringWarning")
@pytest.mark.filterwarnings("ignore::timing.errors.LowInformationWarning")
def test_reference_numbers_of_other_software(golden, golden_data):
    days = pd.read_csv(golden_data / "daily_2012_2024.csv")
    launches = days.loc[days["launch"].eq(1), "date"]
    starts = pd.to_datetime(days.loc[days["visit_start"].eq(1), "date"])
    period = timing.StudyPeriod("2012-01-01", "2024-12-31")
    checked = 0
    for name, entry in golden.items():
        match = re.fullmatch(r"(.*)\.(-?\d+)_(-?\d+)", name)
        if not match or match[1] not in GOLDEN_NULLS:
            continue
        choice = GOLDEN_NULLS[match[1]]
        null = (
            choice
            if isinstance(choice, timing.Uniform)
            else (timing.CircularShift(choice))
        )
        # The cover [s + a, s + b] of the entry, as intervals with a window of 0.
        cover = pd.DataFrame(
            {
                "start": starts + pd.Timedelta(days=int(match[2])),
                "end": starts + pd.Timedelta(days=int(match[3])),
            }
        )
        for alternative, tail in (("greater", "p_upper"), ("less", "p_lower")):
            result = timing.permutation_test(
                launches,
                cover,
                period=period,
                window=timing.Window(0, 0),
                null=null,
                alternative=alternative,
            )
            assert result.statistic == entry["value"]["K"], name
            if tail in entry["value"]:
                expected = entry["value"][tail]
                assert result.pvalue == pytest.approx(expected, rel=1e-10), name
                checked += 1
    assert checked > 60
