"""Power and equivalence of many specifications: one stratum by hand."""

import numpy as np
import pytest

from timing.kernels.rate_ratios import Informative, detectable_ratios, scores_at

# Ten launches in a stratum whose days are half exposed: mean 5, variance 2.5.
ONE = Informative(
    pair=np.array([0]),
    launches=np.array([10.0]),
    share=np.array([0.5]),
    observed=np.array([7.0]),
)


@pytest.mark.parametrize("needed", [1.0, -1.0, 2.5])
def test_the_detectable_ratio_moves_the_mean_so_far(needed):
    target = 5 + needed * np.sqrt(2.5)
    ratio = detectable_ratios(ONE, np.array([needed]))
    assert ratio[0] == pytest.approx(target / (10 - target))


def test_no_ratio_moves_the_mean_beyond_what_is_possible():
    assert detectable_ratios(ONE, np.array([3.2]))[0] == np.inf
    assert detectable_ratios(ONE, np.array([-3.2]))[0] == 0.0


def test_scores_by_hand():
    assert scores_at(ONE, 0.0)[0] == pytest.approx(2 / np.sqrt(2.5))
    # At a ratio of 3 three quarters of the launches are expected on exposed days.
    assert scores_at(ONE, np.log(3.0))[0] == pytest.approx(-0.5 / np.sqrt(1.875))


def test_without_a_variance_no_ratio_is_detectable():
    none = np.array([])
    nothing = Informative(
        pair=none.astype(int), launches=none, share=none, observed=np.array([0.0])
    )
    for needed, ratio in ((np.inf, np.inf), (-np.inf, 0.0), (1.0, np.inf)):
        assert detectable_ratios(nothing, np.array([needed]))[0] == ratio
