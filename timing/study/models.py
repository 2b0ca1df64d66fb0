"""All models of the primary variant side by side, and the checks on the regression."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from timing.datasets import load_anniversaries, load_exercises
from timing.errors import TimingWarning
from timing.period import Window
from timing.regression import (
    case_crossover,
    count_regression,
    diagnose,
    event_study,
    hurdle_regression,
    joint_regression,
    randomization_test,
    self_controlled,
    self_exciting,
)
from timing.study.output import write_json, write_tables
from timing.tables import results_table

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from timing.results import JointRegressionResult, Result
    from timing.study.specification import Study, Variant

_NOT_FOR_ALL = ["on exposed days", "expected", "information left"]


def compare_models(study: Study, output: Path) -> list[Path]:
    """Fit every model to the primary variant; write tables and diagnostics."""
    with warnings.catch_warnings():
        # What a model warns of stands in its result and in the table.
        warnings.simplefilter("ignore", TimingWarning)
        models = fit_models(study.primary)
        joint = _joint(study.primary)
        checks = diagnose(**_data(study.primary), controls=("season", "year"))
    table = results_table(models).drop(columns=_NOT_FOR_ALL)
    table["note"] = [
        "; ".join(getattr(model, "warnings", ())) for model in models.values()
    ]
    text = output / "diagnostics.txt"
    text.write_text(checks.summary() + "\n", encoding="utf-8")
    return [
        text,
        *write_tables(output, "models", table),
        *write_tables(output, "joint_model", joint.effects_frame()),
        *write_tables(
            output,
            "joint_overlap",
            joint.overlap_frame().rename_axis("days in both").reset_index(),
        ),
        write_json(
            output / "models.json",
            {label: model.to_dict() for label, model in models.items()},
        ),
        write_json(output / "event_study.json", models[EVENT_STUDY].to_dict()),
        write_json(output / "diagnostics.json", checks.to_dict()),
    ]


EVENT_STUDY = "event study by weeks: the week from the first day"


def fit_models(variant: Variant) -> dict[str, Result]:
    """Fit one model of each kind, for the same window where it has one."""
    data = _data(variant)
    plain = {name: data[name] for name in ("tests", "calendar", "period")}
    # One window of a case series: the event with the days around it.
    around = {"window": (-variant.before, variant.after)}
    return {
        "score shift, months (primary)": randomization_test(**data),
        "score shift, years, self-exciting": randomization_test(
            **data, strata="year", family="self-exciting"
        ),
        "Poisson, season + year": count_regression(**data, controls=("season", "year")),
        "Poisson, months": count_regression(**data, controls=("month",)),
        "quasi-Poisson, months, model errors": count_regression(
            **data, controls=("month",), family="quasi-poisson", cov="model"
        ),
        "hurdle: launch day": hurdle_regression(**data, controls=("season", "year")),
        "case-crossover, year x month x weekday": case_crossover(**data),
        "case-crossover, months, conditional Poisson": case_crossover(
            **data, strata="month", model="conditional-poisson"
        ),
        "self-controlled case series, months": self_controlled(
            **plain, windows=around, strata="month"
        ),
        EVENT_STUDY: event_study(
            **plain, leads=4, lags=4, bin_days=7, overlap="once", base=None
        ),
        "self-exciting, years": self_exciting(**data, strata="year"),
    }


def _data(variant: Variant) -> dict[str, Any]:
    return {
        "tests": variant.tests(),
        "calendar": variant.calendar(),
        "period": variant.period,
        "window": variant.window,
    }


def _joint(variant: Variant) -> JointRegressionResult:
    """Share the launches out between summits, drills and anniversaries."""
    return joint_regression(
        variant.tests(),
        {
            "summits": variant.calendar(),
            "exercises": load_exercises(scale="major"),
            "anniversaries": load_anniversaries(),
        },
        period=variant.period,
        window={
            "summits": variant.window,
            "exercises": Window(0, 0),
            "anniversaries": Window(1, 1),
        },
        controls=("season", "year"),
    )
