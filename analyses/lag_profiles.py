"""Count launches day by day around the summits of each hypothesis."""

from timing import lag_profile, plot_lag_profile
from timing.errors import NoContrastError
from timing.figures import SINGLE, new_axes
from timing.results import LagProfileResult
from timing.study import Hypothesis, Run, run_alone


def main(run: Run) -> None:
    """Write and draw the superposed epochs of each hypothesis."""
    for hypothesis in run.study.hypotheses:
        try:
            profile = lag_profile(
                hypothesis.tests(),
                hypothesis.calendar(),
                period=hypothesis.period,
                max_lag=run.study.max_lag,
                rng=run.study.seed,
            )
        except NoContrastError as error:  # events so near that all days are lags
            run.give_up(f"{hypothesis.label}: {error}")
        else:
            write(run, hypothesis, profile)


def write(run: Run, hypothesis: Hypothesis, profile: LagProfileResult) -> None:
    """Write one profile as a table and a figure."""
    name = f"lag_profile_{hypothesis.name}"
    table = profile.to_frame()
    title = f"Events by day from the first day of the event. {hypothesis.label}"
    envelope = profile.summary().splitlines()[3]
    run.table(name, table, title=title, note=envelope)

    run.figure(
        name,
        plot_lag_profile(profile, ax=new_axes(SINGLE, 2.6)),
        title=title,
        alt_text=f"Events by lag from -{run.study.max_lag} to {run.study.max_lag} "
        f"days around {profile.n_calendar_events} events, with pointwise limits and "
        f"the global envelope of the null. {envelope}",
        data=table,
    )


if __name__ == "__main__":
    run_alone(main)
