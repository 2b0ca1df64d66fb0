"""Frozen results: what was asked, the numbers, and how to print or store them."""

from timing.results.agreement import AgreementResult
from timing.results.association import (
    AssociationResult,
    PermutationResult,
    RandomizationResult,
)
from timing.results.base import (
    ConfidenceInterval,
    Dropped,
    ExactNull,
    Result,
    SampledNull,
    Specification,
)
from timing.results.case_crossover import CaseCrossoverResult
from timing.results.diagnostics import DiagnosticsResult, Influence, Placebo
from timing.results.event_study import EventStudyResult
from timing.results.planning import (
    DetectableResult,
    PowerResult,
    Simulated,
    SizeResult,
)
from timing.results.profile import LagProfileResult
from timing.results.regression import (
    CalendarEffect,
    CountRegressionResult,
    HurdleRegressionResult,
    JointRegressionResult,
    RegressionResult,
    SizeEffect,
)
from timing.results.scan import ScanResult
from timing.results.self_controlled import JointTest, SelfControlledResult, WindowEffect
from timing.results.self_exciting import SelfExcitingResult
from timing.results.surprise import BaseRate, SurpriseResult
from timing.results.timescale import TimescaleProfileResult

__all__ = [
    "AgreementResult",
    "AssociationResult",
    "BaseRate",
    "CalendarEffect",
    "CaseCrossoverResult",
    "ConfidenceInterval",
    "CountRegressionResult",
    "DetectableResult",
    "DiagnosticsResult",
    "Dropped",
    "EventStudyResult",
    "ExactNull",
    "HurdleRegressionResult",
    "Influence",
    "JointRegressionResult",
    "JointTest",
    "LagProfileResult",
    "PermutationResult",
    "Placebo",
    "PowerResult",
    "RandomizationResult",
    "RegressionResult",
    "Result",
    "SampledNull",
    "ScanResult",
    "SelfControlledResult",
    "SelfExcitingResult",
    "Simulated",
    "SizeEffect",
    "SizeResult",
    "Specification",
    "SurpriseResult",
    "TimescaleProfileResult",
    "WindowEffect",
]
