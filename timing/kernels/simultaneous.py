"""Simultaneous bands: one critical value for many estimates at once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import special

FloatArray = npt.NDArray[np.float64]

_BATCH = 4096


def sup_t_critical(
    covariance: FloatArray,
    *,
    confidence_level: float,
    n_draws: int,
    rng: np.random.Generator,
) -> float:
    """Critical value of the largest absolute t statistic of normal estimates.

    Parameters
    ----------
    covariance : (p, p) array
        Of the estimates; it may be singular, but no variance may be 0.
    confidence_level : float
    n_draws : int
    rng : Generator

    Returns
    -------
    float
        The quantile of ``max_j |Z_j|`` with Z normal and correlated as the estimates,
        never below the pointwise value nor above that of Bonferroni.

    Notes
    -----
    Algorithm 1 of Montiel Olea and Plagborg-Moller (2019), J. Appl. Econometrics
    34:1-17: of all bands that are a multiple of the standard errors wide and hold all
    estimates at once, the narrowest.

    Examples
    --------
    >>> one = sup_t_critical(
    ...     np.ones((2, 2)), confidence_level=0.95, n_draws=1000,
    ...     rng=np.random.default_rng(1),
    ... )
    >>> two = sup_t_critical(
    ...     np.eye(2), confidence_level=0.95, n_draws=1000,
    ...     rng=np.random.default_rng(1),
    ... )
    >>> one < two
    True
    """
    error = 1 - confidence_level
    spread = np.sqrt(np.diag(covariance))
    values, vectors = np.linalg.eigh(covariance / np.outer(spread, spread))
    root = vectors * np.sqrt(np.clip(values, 0.0, None))
    largest = np.empty(n_draws)
    for begin in range(0, n_draws, _BATCH):
        normal = rng.standard_normal((min(_BATCH, n_draws - begin), spread.size))
        # einsum, not BLAS: the same bytes on any number of threads.
        drawn = np.einsum("nk,jk->nj", normal, root)
        largest[begin : begin + len(drawn)] = np.abs(drawn).max(axis=1)
    critical = float(np.quantile(largest, confidence_level, method="higher"))
    least = float(special.ndtri(1 - error / 2))
    most = float(special.ndtri(1 - error / (2 * spread.size)))
    return min(max(critical, least), most)
