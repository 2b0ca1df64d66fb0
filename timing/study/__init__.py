"""The main job: one declared study, from the tables to the figures."""

from timing.study.data import own_tables
from timing.study.declaration import own_study, primary_study, read_study
from timing.study.output import Run
from timing.study.replication_package import write_replication_package
from timing.study.run import run_study
from timing.study.script import run_alone
from timing.study.scripts import SCRIPTS
from timing.study.specification import Hypothesis, Study, Variant

__all__ = [
    "SCRIPTS",
    "Hypothesis",
    "Run",
    "Study",
    "Variant",
    "own_study",
    "own_tables",
    "primary_study",
    "read_study",
    "run_alone",
    "run_study",
    "write_replication_package",
]
