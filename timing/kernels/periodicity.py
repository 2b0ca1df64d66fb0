"""How often the shifts of a calendar put it nearly where it is."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]

NEARLY = 0.5
"""Correlation with the unshifted calendar above which a shift is nearly none."""


def share_of_repeats(exposed: IntArray) -> float:
    """Share of circular shifts that repeat an exposure, its nearest shifts apart.

    Near a shift of 0 every window overlaps itself; the shifts up to the first whose
    correlation is `NEARLY` or less are not counted.

    Parameters
    ----------
    exposed : (n,) array of int
        0 or 1 on each at-risk day.

    Returns
    -------
    float
        0 where all days are exposed, or none.

    Examples
    --------
    >>> saturdays = np.tile([0, 0, 0, 0, 0, 1, 0], 8)
    >>> share_of_repeats(saturdays)  # 7 of 56 shifts
    0.125
    """
    centred = exposed - exposed.mean()
    variance = float(centred @ centred)
    if not variance:
        return 0.0
    spectrum = np.abs(np.fft.rfft(centred)) ** 2
    correlation = np.fft.irfft(spectrum, n=exposed.size) / variance
    apart = correlation <= NEARLY
    if not apart.any():
        return 0.0
    first, last = np.flatnonzero(apart)[[0, -1]]
    return float((correlation[first : last + 1] > NEARLY).sum() / exposed.size)
