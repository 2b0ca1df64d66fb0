"""Score each coincidence that the press asserted by its base rate."""

from datetime import date

import numpy as np
import pandas as pd
from pandas.tseries.holiday import USFederalHolidayCalendar

from timing import (
    StudyPeriod,
    Window,
    load_anniversaries,
    load_calendar,
    load_elections,
    load_exercises,
    load_tests,
)
from timing.clock import day_number
from timing.results.base import format_limits, format_p, format_ratio
from timing.results.surprise import format_share
from timing.study import Run, run_alone
from timing.study.literature import published
from timing.study.testing import score_shift

RECORD = StudyPeriod("1984-01-01", "2026-08-20")
AROUND = 365
"""Days before and after a claim among which its base rate is counted."""


def main(run: Run) -> None:
    """Write the scored claims, and the test of each kind of date over the study."""
    kinds = dates_by_kind(run)
    distance = {kind: distances(table) for kind, table in kinds.items()}
    claims = published("claims")
    any_kind = np.min(list(distance.values()), axis=0)
    tests = load_tests()
    rows = [scored(claim, tests, distance, any_kind) for claim in claims.itertuples()]
    study = run.study.primary
    days = slice(day_of(study.period.start), day_of(study.period.end) + 1)
    offered = {gap: float((any_kind[days] <= gap).mean()) for gap in (0, 1, 3)}
    run.table(
        "claims",
        pd.DataFrame(rows),
        title="Coincidences that the press asserted or feared, with their base rates",
        note="Base rate: share of the days within a year of the claim that lie as near "
        "to a date of the same kind, or of any kind in this table. Since "
        f"{study.period.start.year} {offered[0]:.0%} of all days are such a date, and "
        f"{offered[1]:.0%} lie within a day of one, so that a story can be told about "
        "many a launch.",
    )
    run.table(
        "claim_kinds",
        pd.DataFrame(kind_row(run, kind, table) for kind, table in kinds.items()),
        title="Launches within a day of each kind of date, over the whole study",
        note="Score shift within months, two-sided, on the period of the study.",
    )
    run.numbers(
        anyDateSameDay=format_share(offered[0]),
        anyDateOneDay=format_share(offered[1]),
        anyDateThreeDays=format_share(offered[3]),
        nClaims=f"{len(claims)}",
    )


def dates_by_kind(run: Run) -> dict[str, pd.DataFrame]:
    """Collect the dates to which stories tie launches."""
    elections, drills = load_elections(), load_exercises(scale="major")
    votes = elections["kind"].isin(["presidential_election", "midterm_election"])
    holidays = USFederalHolidayCalendar().holidays("1984-01-01", "2026-12-31")
    starts = drills.assign(end=drills["start"])
    summits = sorted(
        {c for h in run.study.hypotheses for c in h.categories}
        | {"rok_japan_summit", "rok_china_summit", "rok_russia_summit", "cjk_summit"}
    )
    return {
        "us_elections": elections[votes & elections["country"].eq("US")],
        "us_holidays": pd.DataFrame({"start": holidays, "end": holidays}),
        "dprk_anniversaries": load_anniversaries(),
        "drill_starts": starts,
        "drills": drills,
        "summits": load_calendar(summits),
    }


def day_of(day: date) -> int:
    """Count days from the first day of the record."""
    return day_number(day) - day_number(RECORD.start)


def distances(table: pd.DataFrame) -> np.ndarray:
    """Return each day's distance in days from the nearest date of a kind."""
    days = np.arange(RECORD.all_days.size)
    origin = pd.Timestamp(RECORD.start)
    first = (table["start"] - origin).dt.days.to_numpy()[:, None]
    last = (table["end"] - origin).dt.days.to_numpy()[:, None]
    return np.maximum(np.maximum(first - days, days - last), 0).min(axis=0)


def scored(
    claim: tuple,
    tests: pd.DataFrame,
    distance: dict[str, np.ndarray],
    any_kind: np.ndarray,
) -> dict[str, object]:
    """Put one claim into a row: what our table has, how near, how often by chance."""
    ours = tests.loc[tests["date"].eq(claim.date), "test_id"]
    row = {
        "claim": claim.claim_id,
        "day": f"{claim.date:%Y-%m-%d}",
        "act": claim.act if isinstance(claim.act, str) else "none",
        "outcome": claim.outcome,
        "coincides with": claim.coincides_with,
        "days apart": abs((claim.date - claim.kind_date).days),
        "in our table": ", ".join(ours) or "no test that day",
    }
    at = day_of(claim.date.date())
    if at < AROUND or not isinstance(claim.kind, str):
        return row
    near = slice(at - AROUND, at + AROUND + 1)
    gap = row["days apart"]
    return row | {
        "base rate, same kind": format_share(
            float((distance[claim.kind][near] <= gap).mean())
        ),
        "base rate, any kind": format_share(float((any_kind[near] <= gap).mean())),
    }


def kind_row(run: Run, kind: str, table: pd.DataFrame) -> dict[str, object]:
    """Test one kind of date over the whole study."""
    result = score_shift(
        run.study.primary, calendar=table[["start", "end"]], window=Window(1, 1)
    )
    return {
        "kind": kind.replace("_", " "),
        "dates": result.n_calendar_events,
        "launch days within a day": int(result.count),
        "expected": f"{result.expected_count:.1f}",
        "rate ratio": format_ratio(result.conditional_rate_ratio),
        "95% interval": format_limits(*result.confidence_interval()[:2]),
        "p": format_p(result.pvalue),
    }


if __name__ == "__main__":
    run_alone(main)
