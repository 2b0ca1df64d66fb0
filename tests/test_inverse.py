"""The inverse of an information matrix."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from timing.errors import EstimationError
from timing.kernels.inverse import inverse_of


def positive_definite(seed, size):
    rng = np.random.default_rng(seed)
    half = rng.normal(size=(size + 5, size)) * 10.0 ** rng.uniform(-4, 4, size)
    return np.einsum("ti,tj->ij", half, half)


@given(st.integers(0, 10**6), st.integers(1, 30))
def test_it_undoes_the_matrix(seed, size):
    matrix = positive_definite(seed, size)
    unit = np.sqrt(np.diag(matrix))
    found = inverse_of(matrix) * np.outer(unit, unit)
    scaled = matrix / np.outer(unit, unit)
    np.testing.assert_allclose(scaled @ found, np.eye(size), atol=1e-8)
    np.testing.assert_allclose(found, np.linalg.inv(scaled), rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize(
    "matrix",
    [np.zeros((2, 2)), np.ones((2, 2)), np.diag([1.0, -1.0]), np.eye(2)[::-1] + 0.5],
)
def test_a_matrix_that_is_not_positive_definite_is_refused(matrix):
    with pytest.raises(EstimationError, match="not positive definite"):
        inverse_of(matrix)


def test_the_bytes_do_not_depend_on_the_number_of_threads():
    code = (
        "import numpy as np; from timing.kernels.inverse import inverse_of; "
        "h = np.random.default_rng(1).normal(size=(400, 200)); "
        "m = np.einsum('ti,tj->ij', h, h); "
        "import hashlib; print(hashlib.sha256(inverse_of(m).tobytes()).hexdigest())"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"OPENBLAS_NUM_THREADS": threads, "MKL_NUM_THREADS": threads},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for threads in ("1", "2", "4")
    }
    assert len(found) == 1
