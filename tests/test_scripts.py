"""Steps within the scripts of the study, against counts by hand and by loops."""

from __future__ import annotations

import runpy
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import timing
from timing.study import SCRIPTS, Run, primary_study
from timing.study.declaration import analyses_folder
from timing.study.forest import forest_row, in_words
from timing.study.rows import row_of
from timing.study.spans import presidents, within
from timing.study.testing import grid_of, score_shift

PRIMARY = primary_study().primary


def script(name):
    """Return the functions of a script by name."""
    return SimpleNamespace(**runpy.run_path(str(analyses_folder() / f"{name}.py")))


@pytest.fixture
def run(tmp_path):
    return Run(study=primary_study(), folder=tmp_path, script="some")


@pytest.fixture(scope="module")
def primary():
    return score_shift(PRIMARY)


def test_every_script_ships_with_the_package():
    text = (analyses_folder().parent / "pyproject.toml").read_text(encoding="utf-8")
    for name in SCRIPTS:
        assert f'"analyses/{name}.py" = "timing/_analyses/{name}.py"' in text


def test_every_script_has_one_main_and_says_what_it_does():
    for name in SCRIPTS:
        functions = runpy.run_path(str(analyses_folder() / f"{name}.py"))
        assert functions["main"].__doc__, name
        assert functions["__doc__"], name


# Rows


def test_rows_of_tables_and_forests_hold_the_numbers_of_the_result(primary):
    row, drawn = row_of("all", primary), forest_row("all", primary)
    low, high = primary.confidence_interval()[:2]
    assert row["95% interval"] == f"{low:.2f} to {high:.2f}"
    assert row["on exposed days"] == drawn["launches"] == primary.count
    assert (drawn["low"], drawn["high"]) == (low, high)
    assert drawn["note"] == (
        f"{primary.count:.0f} / {primary.expected_count:.1f}, p = {primary.pvalue:.3f}"
    )


def test_a_row_without_contrast_says_so(primary):
    rows = pd.DataFrame(
        [
            forest_row("all", primary),
            {"label": "none", "rate_ratio": np.nan, "note": "no contrast"},
        ]
    )
    table = in_words(rows)
    assert table["p"].tolist() == [f"{primary.pvalue:.3f}", "no contrast"]
    assert table["95% interval"].iloc[1] == ""


# Splitting


def test_spans_are_cut_to_the_period_and_those_outside_go():
    spans = within(
        PRIMARY,
        {
            "before": ("1990-01-01", "2011-12-31"),
            "early": ("2000-01-01", "2015-06-30"),
            "late": ("2026-01-01", "2030-12-31"),
        },
    )
    found = script("forest").by_span(PRIMARY, spans)
    ends = {
        label: (str(change["period"].start), str(change["period"].end))
        for label, change in found.items()
    }
    assert ends == {
        "early": ("2012-01-01", "2015-06-30"),
        "late": ("2026-01-01", "2026-08-20"),
    }


def test_categories_and_hosts_share_the_calendar_out():
    forest, calendar = script("forest"), PRIMARY.calendar()
    by_category = forest.by_category(PRIMARY)
    assert sum(len(c["calendar"]) for c in by_category.values()) == len(calendar)
    by_host = forest.by_host(PRIMARY)
    inside = calendar["end"].ge(PRIMARY.start)
    assert sum(len(c["calendar"]) for c in by_host.values()) == inside.sum()
    assert list(by_host)[-1] == "other hosts"
    assert len(by_host["ROK"]["calendar"]) == (
        calendar.loc[inside, "country"].eq("ROK").sum()
    )


def test_launches_of_the_presidents_add_up(primary):
    parts = script("forest").by_span(PRIMARY, presidents(PRIMARY))
    counts = [score_shift(PRIMARY, **changes).count for changes in parts.values()]
    assert sum(counts) == primary.count


def test_a_year_that_is_left_out_takes_its_launches_along(primary):
    grid = grid_of(PRIMARY)
    year = grid.day.astype("datetime64[D]").astype("datetime64[Y]").astype(int) + 1970
    rows = script("leave_one_out").without_years(PRIMARY).to_dict("records")
    assert [row["label"] for row in rows] == [f"without {y}" for y in range(2012, 2027)]
    for row, y in zip(rows, range(2012, 2027), strict=True):
        lost = int((grid.launches * grid.exposed)[year == y].sum())
        # Windows reach over the new year from the calendar that stays.
        assert row["launches"] == primary.count - lost


# Placebos and clocks


def test_a_moved_calendar_keeps_its_lengths():
    calendar, week = PRIMARY.calendar(), pd.Timedelta(weeks=1)
    moved = script("placebo").moved(calendar, week)
    assert (moved["start"] - calendar["start"]).eq(week).all()
    assert (moved["end"] - moved["start"]).equals(calendar["end"] - calendar["start"])
    assert moved["announced"].isna().equals(calendar["announced"].isna())


def test_a_launch_before_nine_is_a_day_earlier_in_utc():
    tests = pd.DataFrame(
        {
            "date": pd.to_datetime(["2025-10-22", "2025-10-28", "2025-11-07"]),
            "time": ["08:10", "15:00", ""],
        }
    )
    days = script("clocks").in_utc(tests)["date"].dt.strftime("%m-%d")
    assert days.tolist() == ["10-21", "10-28", "11-07"]


def test_the_case_is_on_the_korean_clock():
    korean = script("case_gyeongju_2025").korean
    midnight = pd.Timestamp("2025-10-26")
    assert korean(midnight, "Europe/Moscow") == pd.Timestamp("2025-10-26 06:00")
    assert korean(midnight, "Asia/Kuala_Lumpur") == pd.Timestamp("2025-10-26 01:00")
    assert korean(midnight, "") == midnight


def test_the_prose_of_the_case_takes_its_numbers_from_the_results(run):
    case = script("case_gyeongju_2025")
    case.main(run)
    text = (run.folder / "gyeongju.md").read_text(encoding="utf-8")
    rows = pd.read_csv(run.folder / "gyeongju_base_rates.csv").set_index("kind")
    apec = rows.loc["APEC leaders' meetings"]
    assert f"{apec['saw a launch']} of {apec['journeys']} of the APEC meetings" in text
    chances = pd.read_csv(run.folder / "gyeongju_chances.csv").set_index("window")
    week = chances.loc["the week before"]
    assert (week["launch days"], week["days"]) == (2, 8)
    assert f"at least one launch {week['chance of at least one']} of the" in text


# Distances and claims


def test_distances_from_dates_equal_loops():
    claims = script("claims")
    table = pd.DataFrame(
        {
            "start": pd.to_datetime(["1984-01-05", "1990-06-01", "2026-01-01"]),
            "end": pd.to_datetime(["1984-01-07", "1990-06-01", "2026-12-31"]),
        }
    )
    found, origin = claims.distances(table), pd.Timestamp("1984-01-01")
    for day in (0, 4, 6, 9, 1000, 2344, found.size - 1):
        date = origin + pd.Timedelta(days=day)
        gaps = [
            0 if a <= date <= b else min(abs((date - a).days), abs((date - b).days))
            for a, b in zip(table["start"], table["end"], strict=True)
        ]
        assert found[day] == min(gaps), day


def test_weeks_from_the_nearest_event_count_every_launch_once(run):
    data = script("join").by_distance(run)
    assert data["launches"].sum() == grid_of(PRIMARY).n_launches
    assert data["expected"].sum() == pytest.approx(data["launches"].sum())
    assert data["weeks"].tolist() == ["during", *map(str, range(1, 9)), "9+"]


@pytest.mark.parametrize(
    ("p", "ratio", "detectable", "claimed", "expected"),
    [
        (0.01, 2.0, 2.0, "more", "reproduces"),
        (0.01, 0.5, 2.0, "more", "does not reproduce: the opposite"),
        (0.30, 2.0, 2.0, "more", "cannot be told from chance"),
        (0.30, 0.5, 2.0, "more", "does not reproduce"),
        (0.30, 0.5, 2.0, "fewer", "cannot be told from chance"),
        (0.30, 0.5, 9.0, "more", "does not reproduce, and little could have been seen"),
        (0.30, 0.9, 2.0, "none", "reproduces"),
        (0.30, 0.9, 9.0, "none", "reproduces, but little could have been seen"),
        (0.01, 0.9, 9.0, "none", "does not reproduce"),
    ],
)
def test_verdicts_follow_one_rule(p, ratio, detectable, claimed, expected):
    result = SimpleNamespace(
        pvalue=p,
        conditional_rate_ratio=ratio,
        minimum_detectable_rate_ratio=detectable,
    )
    assert script("replication").verdict(result, claimed) == expected


# The report


def test_numbers_are_named_once():
    report = script("report")
    parts = {"a": {"numbers": {"x": "1"}}, "b": {"numbers": {"y": "2"}}}
    assert report.merged(parts) == {"x": "1", "y": "2"}
    with pytest.raises(RuntimeError, match="b names the number x, which there is alr"):
        report.merged(parts | {"b": {"numbers": {"x": "2"}}})


def test_numbers_are_escaped_for_latex():
    assert script("report").macro("share", "39%") == "\\newcommand{\\share}{39\\%}\n"


def test_all_scripts_but_the_report_are_in_it():
    sections = script("report").SECTIONS
    named = [name for scripts in sections.values() for name in scripts]
    assert sorted([*named, "report"]) == sorted(SCRIPTS)


def test_the_version_is_that_of_the_package(run):
    assert f"event-timing {timing.__version__}" in run.provenance
