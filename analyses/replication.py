"""Repeat what was published on the timing of tests, on our data and by a valid test.

One row for each study of the literature: the claim, our number for the same period and
definition, for the whole record, a valid p-value, what could have been found, and a
verdict by one rule.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

import timing
from timing import StudyPeriod, Window
from timing.nulls import IntervalJitter
from timing.results import AssociationResult
from timing.results.base import format_p, format_ratio
from timing.study import Run, run_alone
from timing.study.literature import brier_scores, mean_distance, published
from timing.study.testing import score_shift, shifted

LEVEL = 0.05
UNSEEN = 3.0
"""Rate ratios that a study should be able to see; else its silence says little."""
RECORD_BEGINS = "1984-01-01"
HESS = ("2012-01-01", "2016-11-21")
SAME_DAY = Window(0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One study: what it claims, and what we find.

    Attributes
    ----------
    study, claim : str
    ours, whole : str
        Our number for the same period and definition, and for the whole record.
    p : float
        Valid p-value for the same period; NaN where there is none.
    detectable : float
        Rate ratio found four times in five; NaN where it has no meaning.
    verdict : str
    note : str
    """

    study: str
    claim: str
    ours: str
    whole: str
    p: float = float("nan")
    detectable: float = float("nan")
    verdict: str
    note: str = ""


def main(run: Run) -> None:
    """Write the replication table, and the forecasts and elections behind it."""
    rows = [
        *(claim.tested(run) for claim in claims_of_association()),
        cycles(run), us_elections(run), rok_elections(run), hours(run), mondays(run),
        forecasts(run), coincidences(run),
    ]  # fmt: skip
    rows.sort(key=lambda row: int(row.study.split()[0].removeprefix("L")))
    run.table(
        "replication",
        pd.DataFrame(
            {
                "study": row.study,
                "claim": row.claim,
                "ours, same period": row.ours,
                "ours, whole record": row.whole,
                "valid p": "" if np.isnan(row.p) else format_p(row.p),
                "detectable ratio": ""
                if np.isnan(row.detectable)
                else format_ratio(row.detectable),
                "verdict": row.verdict,
                "note": row.note,
            }
            for row in rows
        ),
        title="Published claims on the timing of tests, repeated on our data",
        note="Outcome: launch days of the study unless the row says otherwise; numbers "
        "are rate ratios within months where nothing else is said. The studies counted "
        "other provocations too, which no public list dates well.",
    )
    verdicts = [row.verdict.split(",")[0] for row in rows]
    run.numbers(
        replicationRows=f"{len(rows)}",
        replicationReproduced=f"{verdicts.count('reproduces')}",
        replicationFailed=f"{verdicts.count('does not reproduce')}",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Association:
    """A claim that is a test of launches around a calendar.

    Attributes
    ----------
    study, claim : str
    calendar : DataFrame
    claimed : {"more", "fewer", "none"}
    start, end : str
        Period of the study; where it could not be read, the years before it appeared.
    window : Window
    strata : str
    """

    study: str
    claim: str
    calendar: pd.DataFrame
    claimed: str
    start: str
    end: str
    window: Window = SAME_DAY
    strata: str = "month"

    def tested(self, run: Run) -> Row:
        """Test the claim in its own period, and in the whole record."""
        own, whole = (
            score_shift(
                run.study.primary,
                calendar=self.calendar,
                window=self.window,
                strata=self.strata,
                period=StudyPeriod(*ends),
            )
            for ends in (
                (self.start, self.end),
                (RECORD_BEGINS, run.study.primary.end),
            )
        )
        return Row(
            study=self.study,
            claim=self.claim,
            ours=in_words(own),
            whole=in_words(whole),
            p=own.pvalue,
            detectable=own.minimum_detectable_rate_ratio,
            verdict=verdict(own, self.claimed),
            note=f"{self.start} to {self.end}; {self.window}",
        )


def claims_of_association() -> list[Association]:
    """List the claims that tests of launches around a calendar can answer."""
    visits = timing.load_calendar(["us_president_visit_rok", "us_secstate_visit_rok"])
    major, all_sizes = timing.load_exercises(scale="major"), timing.load_exercises()
    spring = major[major["kind"].isin(["foal_eagle", "rsoi_kr"])]
    years = range(1984, 2027)
    autumn = pd.DataFrame(
        {
            "start": pd.to_datetime([f"{year}-10-01" for year in years]),
            "end": pd.to_datetime([f"{year}-12-31" for year in years]),
        }
    )
    meetings = timing.load_calendar(["dprk_summit", "dprk_china_ministerial"])
    china = meetings[meetings["participants"].str.contains("(China)", regex=False)]
    hess = {
        "study": "L1 Hess 2018",
        "claimed": "none",
        "start": HESS[0],
        "end": HESS[1],
    }
    return [
        Association(
            claim="high-level US visits are unrelated to provocations",
            calendar=visits, window=Window(7, 7), **hess,
        ),
        Association(
            claim="exercises are unrelated to provocations", calendar=major, **hess
        ),
        Association(
            claim="Security Council resolutions are unrelated to provocations",
            calendar=timing.load_calendar("unsc_resolution_dprk"),
            window=Window(0, 30), **hess,
        ),
        Association(
            study="L3 D'Orazio 2012", claimed="none",
            claim="exercises are not followed by escalation",
            calendar=major, start="1998-01-01", end="2010-12-31",
        ),
        Association(
            study="L4 Bernhardt & Sukin 2021", claimed="more",
            claim="launches answer exercises, small ones among them",
            calendar=all_sizes, start="1998-01-01", end="2016-12-31",
        ),
        Association(
            study="L5 CSIS 2016", claimed="none",
            claim="spring exercises have no effect",
            calendar=spring, start="2005-01-01", end="2016-12-31",
        ),
        Association(
            study="L8 Cotton 2017", claimed="fewer",
            claim="few tests in the fourth quarter",
            calendar=autumn, start="2012-01-01", end="2016-12-31", strata="year",
        ),
        Association(
            study="L11 Webb 2017", claimed="none",
            claim="holidays are unrelated to tests",
            calendar=timing.load_anniversaries(), window=Window(1, 1),
            start="2012-01-01", end="2017-12-31",
        ),
        Association(
            study="L13 Lee 2023", claimed="fewer",
            claim="fewer tests go with meetings with China",
            calendar=china, window=Window(0, 90), strata="year",
            start="1995-01-01", end="2019-12-31",
        ),
    ]  # fmt: skip


def in_words(result: AssociationResult) -> str:
    """Write a rate ratio with its p-value."""
    ratio = format_ratio(result.conditional_rate_ratio)
    return f"{ratio} ({result.count:.0f} of {result.n_launches} launch days)"


def verdict(result: AssociationResult, claimed: str) -> str:
    """Judge a claim of ``"more"``, ``"fewer"`` or ``"none"`` by the valid p-value."""
    found = result.pvalue <= LEVEL
    more = result.conditional_rate_ratio > 1
    blind = not result.minimum_detectable_rate_ratio <= UNSEEN
    if claimed == "none":
        if found:
            return "does not reproduce"
        return "reproduces, but little could have been seen" if blind else "reproduces"
    agrees = more == (claimed == "more")
    if found:
        return "reproduces" if agrees else "does not reproduce: the opposite"
    words = "cannot be told from chance" if agrees else "does not reproduce"
    return f"{words}, and little could have been seen" if blind else words


def cycles(run: Run) -> Row:
    """L2: launches excite launches."""
    primary = run.study.primary
    options = {"window": primary.window, "strata": "year"}
    tables = primary.tests(), primary.calendar()
    own = timing.self_exciting(*tables, period=StudyPeriod(*HESS), **options)
    whole = timing.self_exciting(*tables, period=primary.period, **options)
    low, high = own.branching_interval

    def words(fit: timing.results.SelfExcitingResult) -> str:
        return f"branching ratio {fit.branching:.2f}"

    return Row(
        study="L2 Hess 2018",
        claim="the best predictor of a provocation is a recent one",
        ours=f"{words(own)} (95% interval {low:.2f} to {high:.2f})",
        whole=f"{words(whole)} since 2012",
        verdict="reproduces" if round(low, 2) > 0 else "cannot be told from chance",
        note="a base rate for each year is held fixed",
    )


def us_elections(run: Run) -> Row:
    """L6: mean distance from each US national election to the nearest launch."""
    votes = elections("US", ["presidential_election", "midterm_election"])
    theirs = published("windows").query("study == 'CSIS 2020 (page)'")
    leaders = [nearest_launch(run, votes, leader) for leader in theirs["leader"]]
    ours, whole = (
        "; ".join(f"{name}: {days[which]:.0f} days" for name, *days in leaders)
        for which in (0, 1)
    )
    last = leaders[-1]
    return Row(
        study="L6 CSIS 2016 and 2020",
        claim="the distance from US elections to the nearest provocation shrinks: "
        + "; ".join(
            f"{row.leader} {row.mean_distance:g} {row.unit}"
            for row in theirs.itertuples()
        ),
        ours=ours,
        whole=f"expected on other days: {whole}",
        p=last[3],
        verdict="reproduces, but explained by the rising launch rate"
        if last[3] > LEVEL
        else "reproduces",
        note="launches of known day, few before 1998; p: elections under Kim Jong "
        "Un moved by up to half a year",
    )


def rok_elections(run: Run) -> Row:
    """L7: the same for elections in South Korea under Kim Jong Un."""
    kinds = ["presidential_election", "legislative_election", "local_election"]
    _, ours, expected, p = nearest_launch(run, elections("ROK", kinds), "Kim Jong Un")
    theirs = published("windows").query("votes == 'rok_all'").iloc[0]
    return Row(
        study="L7 CSIS 2017",
        claim=f"{theirs.mean_distance:g} {theirs.unit} from South Korean elections to "
        "the nearest provocation",
        ours=f"{ours:.0f} days",
        whole=f"expected on other days: {expected:.0f} days",
        p=p,
        verdict="reproduces" if p <= LEVEL else "does not reproduce",
        note="elections under Kim Jong Un to date, moved by up to half a year",
    )


def elections(country: str, kinds: list[str]) -> pd.DataFrame:
    """Select elections that have been held."""
    table = timing.load_elections()
    return table[table["country"].eq(country) & table["kind"].isin(kinds)]


def nearest_launch(
    run: Run, votes: pd.DataFrame, leader: str
) -> tuple[str, float, float, float]:
    """Return the mean distance under a leader, that of moved elections, and p."""
    launches, end = run.study.primary.tests(), pd.Timestamp(run.study.primary.end)
    launches = launches[launches["precision"].isin(["minute", "day"])]
    era = timing.load_eras().set_index("name").loc[leader]
    first = max(era["start"], pd.Timestamp(RECORD_BEGINS))
    last = end if pd.isna(era["end"]) else era["end"]
    held = votes.loc[votes["start"].between(first, last), "start"]
    return leader, *mean_distance(held, launches["date"], reach=182)


def hours(run: Run) -> Row:
    """L9: the most popular hours."""
    tests = run.study.primary.tests()
    timed = tests[tests["time"].ne("")]

    def most(table: pd.DataFrame) -> str:
        pairs = table["time"].str[:2].astype(int)
        counts = {h: int(pairs.between(h, h + 1).sum()) for h in range(23)}
        busiest = max(counts, key=lambda hour: counts[hour])
        share = pairs.between(9, 10).mean()
        return f"{busiest}:00 to {busiest + 2}:00; {share:.0%} at 9 to 11"

    theirs = timed[timed["date"].between("2016-04-15", "2017-12-31")]
    return Row(
        study="L9 Cotton 2017",
        claim="9 to 11 a.m. is the most popular time",
        ours=f"busiest {most(theirs)} ({len(theirs)} events)",
        whole=f"busiest {most(timed)} ({len(timed)} events)",
        verdict="does not reproduce",
        note="Korean clock; from 15 April 2016 to the end of 2017",
    )


def mondays(run: Run) -> Row:
    """L10: twice as many on Mondays."""
    days = pd.date_range("1984-01-02", "2026-12-28", freq="7D")
    calendar = pd.DataFrame({"start": days, "end": days})
    result = shifted(
        run.study.primary, IntervalJitter(7), calendar=calendar, window=SAME_DAY,
        period=StudyPeriod("2001-01-01", "2017-12-31"),
    )  # fmt: skip
    whole = shifted(
        run.study.primary, IntervalJitter(7), calendar=calendar, window=SAME_DAY,
        period=StudyPeriod(RECORD_BEGINS, run.study.primary.end),
    )  # fmt: skip
    return Row(
        study="L10 Stiles 2017",
        claim="Mondays are twice as common",
        ours=in_words(result),
        whole=in_words(whole),
        p=result.pvalue,
        detectable=result.minimum_detectable_rate_ratio,
        verdict=verdict(result, "more"),
        note="2001 to 2017; days exchanged within weeks",
    )


def forecasts(run: Run) -> Row:
    """L12: Brier scores of published forecasts, and of the rate of the year before."""
    theirs, simple = brier_scores(published("forecasts"), run.study.primary.tests())
    return Row(
        study="L12 CSIS and Predata 2017",
        claim="six forecasts for 14 and 30 days",
        ours=f"Brier score {theirs:.2f}; {simple:.2f} for the rate of the year before",
        whole="",
        verdict="does not beat the rate of the year before"
        if theirs >= simple
        else "beats the rate of the year before, on six forecasts",
        note="smaller is better; the forecasts overlap",
    )


def coincidences(run: Run) -> Row:
    """L14: coincidences asserted in the press; `claims.py` scores each."""
    claims = published("claims")
    hits = claims["outcome"].eq("asserted")
    return Row(
        study="L14 press, 1978 to 2026",
        claim=f"{hits.sum()} coincidences asserted, {(~hits).sum()} feared and missed",
        ours="scored one by one in the table of claims",
        whole="",
        verdict="cannot be tested with public data: the list holds hits, not trials",
        note="see the base rates in the table of claims",
    )


if __name__ == "__main__":
    run_alone(main)
