"""Fit every model of the package to the primary hypothesis."""

import warnings

import timing
from timing import plot_event_study, results_table
from timing.errors import TimingWarning
from timing.figures import DOUBLE, new_axes
from timing.results import Result
from timing.study import Run, Variant, run_alone
from timing.study.testing import data_of

EVENT_STUDY = "event study by weeks: the week from the first day"
DROPPED = ["on exposed days", "expected", "information left", "naive p"]


def main(run: Run) -> None:
    """Write the models side by side, the weeks around summits, and the diagnostics."""
    variant = run.study.primary
    with warnings.catch_warnings():
        # What a model warns of stands in its row.
        warnings.simplefilter("ignore", TimingWarning)
        models = fit_models(variant)
        checks = timing.diagnose(**data_of(variant), controls=("season", "year"))
    table = results_table(models).drop(columns=DROPPED)
    table["note"] = ["; ".join(getattr(m, "warnings", ())) for m in models.values()]
    run.table(
        "models",
        table,
        title="The primary hypothesis by every model",
        note="They differ by what they hold fixed and by their errors; only shifts "
        "hold their size on launches that cluster.",
    )
    run.json("models", {label: model.to_dict() for label, model in models.items()})
    run.text("diagnostics.txt", f"{checks.summary()}\n{run.provenance}\n")
    weeks = models[EVENT_STUDY]
    run.figure(
        "event_study",
        plot_event_study(weeks, ax=new_axes(DOUBLE, 2.8)),
        title="Rate ratio by week around the first day of the calendar events",
        alt_text="Rate ratio in each week from four before to four after, with "
        "intervals and the band for all weeks at once. " + weeks.summary(),
        data=weeks.to_frame(),
    )


def fit_models(variant: Variant) -> dict[str, Result]:
    """Fit one model of each kind, for the same window where it has one."""
    data = data_of(variant)
    plain = {name: data[name] for name in ("tests", "calendar", "period")}
    # One window of a case series: the event with the days around it.
    around = {"window": (-variant.before, variant.after)}
    return {
        "score shift, months (primary)": timing.randomization_test(**data),
        "score shift, years, self-exciting": timing.randomization_test(
            **data, strata="year", family="self-exciting"
        ),
        "Poisson, season + year": timing.count_regression(
            **data, controls=("season", "year")
        ),
        "Poisson, months": timing.count_regression(**data, controls=("month",)),
        "quasi-Poisson, months, model errors": timing.count_regression(
            **data, controls=("month",), family="quasi-poisson", cov="model"
        ),
        "hurdle: launch day": timing.hurdle_regression(
            **data, controls=("season", "year")
        ),
        "case-crossover, year x month x weekday": timing.case_crossover(**data),
        "case-crossover, months, conditional Poisson": timing.case_crossover(
            **data, strata="month", model="conditional-poisson"
        ),
        "self-controlled case series, months": timing.self_controlled(
            **plain, windows=around, strata="month"
        ),
        EVENT_STUDY: timing.event_study(
            **plain, leads=4, lags=4, bin_days=7, overlap="once", base=None
        ),
        "self-exciting, years": timing.self_exciting(**data, strata="year"),
    }


if __name__ == "__main__":
    run_alone(main)
