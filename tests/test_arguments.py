"""Scalar arguments: numpy's numbers are numbers, truth values are none."""

from __future__ import annotations

import numpy as np
import pytest

from timing.arguments import check_above, check_at_least, check_share
from timing.errors import ArgumentError

NUMBERS = (2, 2.0, np.int64(2), np.float32(2), np.float64(2))


@pytest.mark.parametrize("value", NUMBERS, ids=lambda v: type(v).__name__)
@pytest.mark.parametrize("check", [check_above, check_at_least])
def test_every_kind_of_number_is_taken(check, value):
    found = check("argument", value, limit=1.0)
    assert found == 2
    assert type(found) is float


BAD = [True, "2", None, np.inf, np.nan, 0.5, np.timedelta64(2, "D")]


@pytest.mark.parametrize("value", BAD)
@pytest.mark.parametrize("check", [check_above, check_at_least])
def test_what_is_no_number_in_range_is_named(check, value):
    with pytest.raises(ArgumentError, match="it must be a finite number"):
        check("argument", value, limit=1.0)


def test_a_share_may_be_numpys_and_is_no_truth_value():
    assert check_share("level", np.float64(0.05)) == 0.05
    with pytest.raises(ArgumentError, match="strictly between 0 and 1"):
        check_share("level", True)
