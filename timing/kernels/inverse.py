"""The inverse of an information matrix, the same bytes on any number of threads."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from timing.errors import EstimationError

FloatArray = npt.NDArray[np.float64]

_MESSAGE = (
    "the information matrix is not positive definite: the likelihood is flat or has no "
    "maximum; use fewer `controls` or a simpler `family`."
)


def inverse_of(matrix: FloatArray) -> FloatArray:
    """Invert a symmetric positive definite matrix.

    LAPACK shares large matrices out among threads, and its last digits then depend on
    their number.

    Parameters
    ----------
    matrix : (p, p) array of float

    Raises
    ------
    EstimationError
        If the matrix is not positive definite.

    Notes
    -----
    Gauss-Jordan elimination without exchanges of rows, which positive definite matrices
    do not need, after scaling to a unit diagonal.

    Examples
    --------
    >>> inverse_of(np.array([[2.0, 0.0], [0.0, 4.0]])).tolist()
    [[0.5, 0.0], [0.0, 0.25]]
    """
    diagonal = np.diag(matrix)
    if not (diagonal > 0).all():
        raise EstimationError(_MESSAGE)
    size = np.sqrt(diagonal)
    scale = size[:, None] * size
    swept: FloatArray = matrix / scale
    for k in range(size.size):
        pivot = swept[k, k]
        if pivot <= 0:
            raise EstimationError(_MESSAGE)
        row, column = swept[k] / pivot, swept[:, k].copy()
        row[k], column[k] = 1 / pivot, 0.0
        swept[:, k] = 0.0
        swept -= column[:, None] * row
        swept[k] = row
    inverse: FloatArray = swept / scale
    return inverse
