"""Newey-West covariance of a log-linear count model on a complete time grid."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


def newey_west(
    scores: FloatArray, position: IntArray, bread: FloatArray, max_lag: int
) -> FloatArray:
    """HAC covariance ``B^-1 (G_0 + sum_l w_l (G_l + G_l')) B^-1``.

    The weights fall linearly with the lag, ``w_l = 1 - l / (L + 1)``.

    Parameters
    ----------
    scores : (n, p) array
        Score contributions of the rows.
    position : (n,) array of int
        Place of each row on the time grid, increasing. Missing places count as days
        with a zero score, so that lags are days even where rows are missing.
    bread : (p, p) array
        Information matrix.
    max_lag : int
        L; 0 gives the heteroskedasticity-robust covariance.

    Returns
    -------
    (p, p) array

    Notes
    -----
    Newey and West (1987), Econometrica 55:703-708, without small-sample correction, as
    ``sandwich::NeweyWest(prewhite = FALSE, adjust = FALSE)`` in R.
    """
    place = position - position[0]
    complete = np.zeros((int(place[-1]) + 1, scores.shape[1]))
    complete[place] = scores
    meat = complete.T @ complete
    for lag in range(1, min(max_lag, complete.shape[0] - 1) + 1):
        cross = complete[lag:].T @ complete[:-lag]
        meat += (1 - lag / (max_lag + 1)) * (cross + cross.T)
    inverse = np.linalg.inv(bread)
    covariance: FloatArray = inverse @ meat @ inverse
    return covariance
