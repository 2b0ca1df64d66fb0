"""The main job: one declared study, from the tables to the figures."""

from timing.study.run import run_step, run_study
from timing.study.specification import PRIMARY, Study

__all__ = ["PRIMARY", "Study", "run_step", "run_study"]
