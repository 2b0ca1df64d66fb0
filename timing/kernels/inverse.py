"""The inverse of an information matrix, the same bytes on any number of threads."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


def inverse_of(matrix: FloatArray) -> FloatArray:
    """Invert a symmetric positive definite matrix.

    LAPACK shares large matrices out among threads, and its last digits then depend on
    their number.

    Parameters
    ----------
    matrix : (p, p) array of float

    Raises
    ------
    numpy.linalg.LinAlgError
        If the matrix is singular.

    Notes
    -----
    Gauss-Jordan elimination without exchanges of rows, which positive definite matrices
    do not need, after scaling to a unit diagonal.

    Examples
    --------
    >>> inverse_of(np.array([[2.0, 0.0], [0.0, 4.0]])).tolist()
    [[0.5, 0.0], [0.0, 0.25]]
    """
    size = np.sqrt(np.diag(matrix))
    if not (size > 0).all():
        msg = "Singular matrix"
        raise np.linalg.LinAlgError(msg)
    scale = size[:, None] * size
    swept: FloatArray = matrix / scale
    for k in range(size.size):
        pivot = swept[k, k]
        if pivot == 0:
            msg = "Singular matrix"
            raise np.linalg.LinAlgError(msg)
        row, column = swept[k] / pivot, swept[:, k].copy()
        row[k], column[k] = 1 / pivot, 0.0
        swept[:, k] = 0.0
        swept -= column[:, None] * row
        swept[k] = row
    inverse: FloatArray = swept / scale
    return inverse
