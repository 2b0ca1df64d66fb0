"""Processes of launches that ignore the calendar, for size, power and coverage."""

from timing.processes.base import Process
from timing.processes.calendars import DrawnCalendar
from timing.processes.fitted import fitted
from timing.processes.launches import Campaigns, Poisson, Renewal, SelfExciting
from timing.processes.rates import (
    Constant,
    Given,
    Latent,
    Moratorium,
    MovingSeason,
    Product,
    Rate,
    Season,
    Step,
    Trend,
)

__all__ = [
    "Campaigns",
    "Constant",
    "DrawnCalendar",
    "Given",
    "Latent",
    "Moratorium",
    "MovingSeason",
    "Poisson",
    "Process",
    "Product",
    "Rate",
    "Renewal",
    "Season",
    "SelfExciting",
    "Step",
    "Trend",
    "fitted",
]
