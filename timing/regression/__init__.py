"""Regressions of launches on exposure, and the randomization test of their score."""

from timing.regression.case_crossover import case_crossover
from timing.regression.counts import count_regression
from timing.regression.diagnostics import diagnose
from timing.regression.event_study import event_study
from timing.regression.hurdle import hurdle_regression
from timing.regression.joint import joint_regression
from timing.regression.randomization import randomization_test
from timing.regression.self_controlled import self_controlled
from timing.regression.self_exciting import self_exciting

__all__ = [
    "case_crossover",
    "count_regression",
    "diagnose",
    "event_study",
    "hurdle_regression",
    "joint_regression",
    "randomization_test",
    "self_controlled",
    "self_exciting",
]
