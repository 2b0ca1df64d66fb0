"""Regressions of launches on exposure, and the randomization test of their score."""

from timing.regression.counts import count_regression
from timing.regression.randomization import randomization_test

__all__ = ["count_regression", "randomization_test"]
