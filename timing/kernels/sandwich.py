"""Sandwich covariances of a log-linear count model: Newey-West and clusters."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from timing.kernels.inverse import inverse_of

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
    meat = _products(complete, complete)
    for lag in range(1, min(max_lag, complete.shape[0] - 1) + 1):
        cross = _products(complete[lag:], complete[:-lag])
        meat += (1 - lag / (max_lag + 1)) * (cross + cross.T)
    return _sandwich(bread, meat)


def clustered(scores: FloatArray, cluster: IntArray, bread: FloatArray) -> FloatArray:
    """Covariance ``G / (G - 1) B^-1 (sum_g s_g s_g') B^-1`` of G clusters of rows.

    Parameters
    ----------
    scores : (n, p) array
        Score contributions of the rows; s_g is their sum over cluster g.
    cluster : (n,) array of int
        Labels 0, 1, ..., each of them used.
    bread : (p, p) array
        Information matrix.

    Returns
    -------
    (p, p) array

    Notes
    -----
    As ``sandwich::vcovCL`` in R for a ``glm``: type HC0 with the factor of G. Its rank
    is at most G, so that with few clusters only single coefficients can be read.

    References
    ----------
    Zeileis, A., Koell, S. and Graham, N. (2020). J. Stat. Softw. 95(1), eq. 10.
    """
    sums = np.zeros((int(cluster.max()) + 1, scores.shape[1]))
    np.add.at(sums, cluster, scores)
    n_clusters = sums.shape[0]
    return _sandwich(bread, _products(sums, sums) * n_clusters / (n_clusters - 1))


def _products(left: FloatArray, right: FloatArray) -> FloatArray:
    # einsum, not BLAS: the same bytes on any number of threads.
    products: FloatArray = np.einsum("ti,tj->ij", left, right)
    return products


def _sandwich(bread: FloatArray, meat: FloatArray) -> FloatArray:
    inverse = inverse_of(bread)
    half = np.einsum("ij,jk->ik", inverse, meat)
    covariance: FloatArray = np.einsum("ik,kl->il", half, inverse)
    return covariance
