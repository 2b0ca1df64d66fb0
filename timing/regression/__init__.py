"""Regressions of launches on exposure, and the randomization test of their score."""

from timing.regression.counts import count_regression
from timing.regression.event_study import event_study
from timing.regression.randomization import randomization_test
from timing.regression.self_controlled import self_controlled
from timing.regression.self_exciting import self_exciting

__all__ = [
    "count_regression",
    "event_study",
    "randomization_test",
    "self_controlled",
    "self_exciting",
]
