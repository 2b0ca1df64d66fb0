"""Global envelopes: against their definition in loops, and against R's GET."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from timing.kernels.envelope import (
    exact_ranks,
    extreme_rank_length,
    global_envelope,
    pointwise_ranks,
)
from timing.kernels.exact import tally

ALTERNATIVES = ("two-sided", "greater", "less")

alternatives = st.sampled_from(ALTERNATIVES)
levels = st.sampled_from([0.05, 0.1, 0.25, 0.5])
shapes = st.tuples(st.integers(2, 24), st.integers(1, 6))
counts = shapes.flatmap(
    lambda shape: hnp.arrays(np.int64, shape, elements=st.integers(0, 4))
)


@st.composite
def untied(draw):
    """Curves without a tie at any point: each column is a permutation."""
    m, points = draw(shapes)
    columns = [draw(st.permutations(range(m))) for _ in range(points)]
    return np.array(columns).T


def rank_by_hand(values, i, alternative):
    """Mean rank of the i-th value among `values`, the most extreme first."""
    below = sum(v < values[i] for v in values)
    above = sum(v > values[i] for v in values)
    half_tied = (sum(v == values[i] for v in values) + 1) / 2
    ranks = {"less": below + half_tied, "greater": above + half_tied}
    return ranks.get(alternative, min(ranks.values()))


def sorted_ranks_by_hand(curves, alternative):
    m, points = curves.shape
    return [
        sorted(
            rank_by_hand(curves[:, t].tolist(), i, alternative) for t in range(points)
        )
        for i in range(m)
    ]


@given(counts, alternatives)
def test_measure_and_p_equal_their_definition(curves, alternative):
    m = len(curves)
    vectors = sorted_ranks_by_hand(curves, alternative)  # lists compare lexically
    found = extreme_rank_length(curves, alternative=alternative)
    for i, own in enumerate(vectors):
        before = sum(other < own for other in vectors)
        tied = sum(other == own for other in vectors)
        assert found.measure[i] == pytest.approx((before + (tied + 1) / 2) / m)
        assert found.at_least[i] == pytest.approx((before + tied) / m)
        assert found.extreme_rank[i] == own[0]
    assert found.pvalue == pytest.approx(found.at_least[0])
    lowest = [own[0] for own in vectors]
    assert found.pvalue_range == pytest.approx(
        (
            sum(r < lowest[0] for r in lowest) / m,
            sum(r <= lowest[0] for r in lowest) / m,
        )
    )
    low, high = found.pvalue_range
    assert max(low, 1 / m) <= found.pvalue <= high * (1 + 1e-12)


@given(counts, alternatives, levels)
def test_the_envelope_is_the_range_of_the_curves_that_are_kept(
    curves, alternative, level
):
    m = len(curves)
    vectors = sorted_ranks_by_hand(curves, alternative)
    kept = [
        curve
        for curve, own in zip(curves, vectors, strict=True)
        if sum(other <= own for other in vectors) > level * m * (1 + 1e-9)
    ]
    low, high = global_envelope(
        curves,
        extreme_rank_length(curves, alternative=alternative),
        level=level,
        alternative=alternative,
    )
    if alternative == "greater":
        assert (low == -np.inf).all()
    else:
        assert low.tolist() == np.min(kept, axis=0).tolist()
    if alternative == "less":
        assert (high == np.inf).all()
    else:
        assert high.tolist() == np.max(kept, axis=0).tolist()


@given(untied(), alternatives, levels)
def test_without_ties_a_curve_leaves_the_envelope_if_and_only_if_p_is_small(
    curves, alternative, level
):
    lengths = extreme_rank_length(curves, alternative=alternative)
    low, high = global_envelope(curves, lengths, level=level, alternative=alternative)
    outside = ((curves[0] < low) | (curves[0] > high)).any()
    # Whole curves may still tie by rank length; then all of them are left out or kept.
    assert outside == (lengths.pvalue <= level * (1 + 1e-9))


@given(counts, alternatives, levels)
def test_with_ties_a_curve_of_small_p_leaves_the_envelope_or_lies_on_its_edge(
    curves, alternative, level
):
    lengths = extreme_rank_length(curves, alternative=alternative)
    low, high = global_envelope(curves, lengths, level=level, alternative=alternative)
    outside = ((curves[0] < low) | (curves[0] > high)).any()
    on_the_edge = ((curves[0] == low) | (curves[0] == high)).any()
    small = lengths.pvalue <= level * (1 + 1e-9)
    assert small or not outside
    assert outside or on_the_edge or not small


@given(counts, st.integers(-3, 3))
def test_upside_down_greater_is_less(curves, shift):
    up = extreme_rank_length(curves, alternative="greater")
    down = extreme_rank_length(shift - curves, alternative="less")
    assert up.measure.tolist() == down.measure.tolist()


@given(counts, alternatives, st.randoms(use_true_random=False))
def test_the_order_of_points_and_of_null_curves_changes_nothing(
    curves, alternative, random
):
    rows = [0, *random.sample(range(1, len(curves)), len(curves) - 1)]
    columns = random.sample(range(curves.shape[1]), curves.shape[1])
    found = extreme_rank_length(curves, alternative=alternative)
    shuffled = extreme_rank_length(curves[rows][:, columns], alternative=alternative)
    assert shuffled.measure.tolist() == found.measure[rows].tolist()


def test_ranks_of_a_toy_case():
    curves = np.array([[0, 5], [1, 5], [1, 7], [3, 6]])
    assert pointwise_ranks(curves, alternative="less").tolist() == [
        [1, 1.5], [2.5, 1.5], [2.5, 4], [4, 3],
    ]  # fmt: skip
    assert pointwise_ranks(curves, alternative="two-sided").tolist() == [
        [1, 1.5], [2.5, 1.5], [2.5, 1], [1, 2],
    ]  # fmt: skip


def test_an_envelope_that_ties_hide():
    # Curve 0 is largest at both points, and ties there with one curve each: it is the
    # most extreme of all, but no curve need be left out for the range to hold it.
    curves = np.array([[2, 2, 0], [2, 1, 0], [1, 2, 0], [1, 1, 0], [0, 0, 0], [0] * 3])
    lengths = extreme_rank_length(curves, alternative="greater")
    low, high = global_envelope(curves, lengths, level=0.2, alternative="greater")
    assert lengths.pvalue == pytest.approx(1 / 6)
    assert high.tolist() == [2, 2, 0]
    assert low.tolist() == [-np.inf] * 3


@pytest.mark.parametrize("alternative", ALTERNATIVES)
def test_equal_curves_are_no_evidence(alternative):
    found = extreme_rank_length(np.ones((7, 3)), alternative=alternative)
    assert found.pvalue == 1.0
    assert found.pvalue_range == (0.0, 1.0)
    assert found.measure.tolist() == [4 / 7] * 7


def test_under_exchangeability_p_is_a_valid_p_value():
    # Each of the curves could be the observed one: P(p <= level) <= level exactly.
    curves = np.random.default_rng(5).poisson(1.5, (200, 8))
    p = extreme_rank_length(curves, alternative="two-sided").at_least
    for level in (0.01, 0.05, 0.1, 0.5):
        assert np.mean(p <= level) <= level


@pytest.mark.reference
def test_the_numbers_of_get(golden, golden_data):
    # R GET: global_envelope_test(curve_set, type = "erl") and type = "rank".
    table = pd.read_csv(golden_data / "get_curves_r_obs_sims.csv")
    curves = table.drop(columns="r").to_numpy().T
    assert curves.shape == (200, 60)
    found = extreme_rank_length(curves, alternative="two-sided")
    assert found.pvalue == pytest.approx(golden["GET.erl"]["value"]["p"])
    assert found.pvalue == pytest.approx(golden["GET.rank"]["value"]["p"])
    assert found.pvalue_range == pytest.approx(
        golden["GET.rank"]["value"]["p_interval"]
    )
    low, high = global_envelope(curves, found, level=0.05, alternative="two-sided")
    assert (low <= curves[0]).all()
    assert (curves[0] <= high).all()


@pytest.mark.parametrize("alternative", ["two-sided", "greater", "less"])
def test_exact_ranks_order_all_arrangements_as_ranks_among_them(alternative):
    rng = np.random.default_rng(6)
    curves = rng.integers(0, 4, (60, 5))
    nulls = [tally(column) for column in curves.T]
    ranks = exact_ranks(curves, nulls, alternative=alternative)
    # The mean rank r of m curves is the share (r - 1/2) / m.
    among = pointwise_ranks(curves, alternative=alternative)
    np.testing.assert_allclose(ranks, (among - 0.5) / 60, atol=1e-11)
    plain = extreme_rank_length(curves, alternative=alternative)
    exact = extreme_rank_length(curves, alternative=alternative, ranks=ranks)
    assert exact.pvalue == plain.pvalue
    np.testing.assert_array_equal(exact.measure, plain.measure)
