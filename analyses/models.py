"""Fit every model of the package to the primary hypothesis."""

import warnings
from collections.abc import Callable
from functools import partial

import pandas as pd

import timing
from timing import plot_event_study, results_table
from timing.errors import TimingError, TimingWarning
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
        models, failed = fit_models(variant)
        checks = attempted(
            partial(timing.diagnose, **data_of(variant), controls=("season", "year"))
        )
    table = results_table(models).drop(columns=DROPPED)
    table["note"] = ["; ".join(getattr(m, "warnings", ())) for m in models.values()]
    gaps = pd.DataFrame({"model": failed.keys(), "note": failed.values()})
    table = pd.concat([table, gaps.rename(columns={"model": table.columns[0]})])
    run.table(
        "models",
        table,
        title="The primary hypothesis by every model",
        note="They differ by what they hold fixed and by their errors; only shifts "
        "hold their size on events that cluster.",
    )
    run.json("models", {label: model.to_dict() for label, model in models.items()})
    words = checks if isinstance(checks, str) else checks.summary()
    run.text("diagnostics.txt", f"{words}\n{run.provenance}\n")
    weeks = models.get(EVENT_STUDY)
    if weeks is None:
        return
    run.figure(
        "event_study",
        plot_event_study(weeks, ax=new_axes(DOUBLE, 2.8)),
        title="Rate ratio by week around the first day of the calendar events",
        alt_text="Rate ratio in each week from four before to four after, with "
        "intervals and the band for all weeks at once. " + weeks.summary(),
        data=weeks.to_frame(),
    )


def attempted(fit: Callable[[], Result]) -> Result | str:
    """Return a result, or why there is none."""
    try:
        return fit()
    except TimingError as error:  # too few events for it, say
        return str(error)


def fit_models(variant: Variant) -> tuple[dict[str, Result], dict[str, str]]:
    """Fit one model of each kind, and say why some cannot be fitted."""
    fits = {label: attempted(fit) for label, fit in models_of(variant).items()}
    return (
        {label: fit for label, fit in fits.items() if not isinstance(fit, str)},
        {label: fit for label, fit in fits.items() if isinstance(fit, str)},
    )


def models_of(variant: Variant) -> dict[str, Callable[[], Result]]:
    """Name one model of each kind, for the same window where it has one."""
    data = data_of(variant)
    plain = {name: data[name] for name in ("tests", "calendar", "period")}
    # One window of a case series: the event with the days around it.
    around = {"window": (-variant.before, variant.after)}
    hurdle = partial(timing.hurdle_regression, **data, controls=("season", "year"))
    sizes = {"hurdle: event day": hurdle} if "n_missiles" in data["tests"] else {}
    return {
        "score shift, months (primary)": partial(timing.randomization_test, **data),
        "score shift, years, self-exciting": partial(
            timing.randomization_test, **data, strata="year", family="self-exciting"
        ),
        "Poisson, season + year": partial(
            timing.count_regression, **data, controls=("season", "year")
        ),
        "Poisson, months": partial(
            timing.count_regression, **data, controls=("month",)
        ),
        "quasi-Poisson, months, model errors": partial(
            timing.count_regression,
            **data,
            controls=("month",),
            family="quasi-poisson",
            cov="model",
        ),
        **sizes,
        "case-crossover, year x month x weekday": partial(
            timing.case_crossover, **data
        ),
        "case-crossover, months, conditional Poisson": partial(
            timing.case_crossover, **data, strata="month", model="conditional-poisson"
        ),
        "self-controlled case series, months": partial(
            timing.self_controlled, **plain, windows=around, strata="month"
        ),
        EVENT_STUDY: partial(
            timing.event_study,
            **plain,
            leads=4,
            lags=4,
            bin_days=7,
            overlap="once",
            base=None,
        ),
        "self-exciting, years": partial(timing.self_exciting, **data, strata="year"),
    }


if __name__ == "__main__":
    run_alone(main)
