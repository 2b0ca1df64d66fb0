"""The worked examples: their tables are sound, and say what their READMEs say."""

from __future__ import annotations

import importlib.metadata
import re
import runpy
import shutil
import subprocess
import sys
import warnings
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

import timing
from timing.errors import RepeatingCalendarWarning
from timing.study import read_study

EXAMPLES = Path(__file__).parents[1] / "analyses" / "examples"
FIRES, MOON = EXAMPLES / "forest_fires", EXAMPLES / "full_moon"

FIRE_PERIOD = timing.StudyPeriod(
    "1987-01-01",
    "2003-12-31",
    [("1988-01-01", "1988-12-31")],
    zone="America/Moncton",
)
HOMICIDE_PERIOD = timing.StudyPeriod("2006-01-01", "2011-09-07", zone="Europe/London")
CAUSES = ("recreation", "forest industry", "lightning")
DAYS_OFF, NIGHTS = timing.Window(before=0, after=0), timing.Window(before=1, after=1)


@cache
def table(folder: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(folder / f"{name}.csv")


def fires(*causes: str) -> pd.DataFrame:
    found = table(FIRES, "fires")
    return found[found["cause"].isin(causes)]


def moons(*kinds: str) -> pd.DataFrame:
    found = table(MOON, "moons")
    return found[found["category"].isin(kinds)]


def row_of(readme: Path, name: str) -> list[str]:
    """Cells of the row of the table of results that begins with a name."""
    for line in readme.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if cells[0] == name:
            return cells[1:]
    raise LookupError(name)


def p_text(pvalue: float) -> str:
    return f"{pvalue:.3f}" if pvalue >= 0.0001 else "<0.0001"


def both(tests, calendar, *, period, window, unit="day"):
    asked = {"period": period, "window": window, "unit": unit}
    rotated = timing.permutation_test(tests, calendar, **asked)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RepeatingCalendarWarning)
        return timing.randomization_test(tests, calendar, **asked), rotated


@pytest.mark.parametrize(
    ("folder", "events", "calendar"),
    [(FIRES, "fires", "days_off"), (MOON, "homicides", "moons")],
    ids=["forest_fires", "full_moon"],
)
def test_the_tables_obey_the_schema(folder, events, calendar):
    timing.validate_tests(table(folder, events))
    timing.validate_calendar(table(folder, calendar))
    for name in (events, calendar):
        found, path = table(folder, name), folder / f"{name}.csv"
        assert not found.isna().any().any()
        assert found.iloc[:, 0].is_unique
        assert path.stat().st_size < 500_000
        assert b"\r" not in path.read_bytes()


def test_the_fires_are_those_of_the_record():
    found = table(FIRES, "fires")
    assert len(found) == 7108 - 111 - 5
    assert "1988" not in set(found["date"].str[:4])
    assert found["date"].between("1987-01-01", "2003-12-31").all()
    assert found["cause"].value_counts().to_dict() == {
        "resident": 1910,
        "miscellaneous": 1244,
        "incendiary": 910,
        "unknown": 833,
        "lightning": 766,
        "recreation": 657,
        "forest industry": 314,
        "railroad": 184,
        "other industry": 174,
    }


@pytest.mark.parametrize(
    ("start", "end", "name", "category"),
    [
        ("2003-06-28", "2003-06-29", "Weekend", "weekend"),
        ("2003-07-01", "2003-07-01", "Canada Day", "holiday"),
        ("1991-03-29", "1991-03-31", "Good Friday", "long weekend"),
        ("1999-05-22", "1999-05-24", "Victoria Day", "long weekend"),
        ("2002-08-03", "2002-08-05", "New Brunswick Day", "long weekend"),
        ("1995-09-02", "1995-09-04", "Labour Day", "long weekend"),
        ("2000-10-07", "2000-10-09", "Thanksgiving Day", "long weekend"),
    ],
)
def test_days_off_of_the_almanac(start, end, name, category):
    found = table(FIRES, "days_off")
    row = found[found["start"].eq(start)].iloc[0]
    assert (row["end"], row["name"], row["category"]) == (end, name, category)


def test_days_off_are_all_saturdays_and_sundays_and_leave_gaps():
    found = table(FIRES, "days_off")
    first, last = pd.to_datetime(found["start"]), pd.to_datetime(found["end"])
    off = {day for a, b in zip(first, last, strict=True) for day in pd.date_range(a, b)}
    days = pd.date_range("1987-01-01", "2003-12-31")
    assert {day for day in days if day.day_of_week >= 5} <= off
    assert ((first.shift(-1) - last).dropna() > pd.Timedelta(days=1)).all()


@pytest.mark.parametrize(
    ("day", "category"),
    [
        ("2006-03-29", "new moon"),  # total eclipse of the sun, Libya to Kazakhstan
        ("2009-07-22", "new moon"),  # total eclipse of the sun, India and China
        ("2007-03-03", "full moon"),  # total eclipse of the moon, seen from London
        ("2010-12-21", "full moon"),  # total eclipse of the moon, on the solstice
        ("2011-03-19", "full moon"),  # the nearest full moon for eighteen years
    ],
)
def test_moons_of_the_almanac(day, category):
    found = table(MOON, "moons")
    assert found.loc[found["start"].eq(day), "category"].tolist() == [category]


def test_moons_alternate_and_none_is_missing():
    found = table(MOON, "moons")
    gaps = pd.to_datetime(found["start"]).diff().dropna().dt.days
    assert gaps.between(13, 17).all()
    assert not found["category"].eq(found["category"].shift()).any()
    assert found["start"].iloc[0] < "2005-12-31"
    assert found["start"].iloc[-1] > "2011-09-08"


def test_the_homicides_are_those_of_the_list():
    found = table(MOON, "homicides")
    assert len(found) == 838
    assert found["date"].is_monotonic_increasing
    assert found["date"].str[:4].value_counts().sort_index().tolist() == [
        172, 163, 155, 130, 124, 94,
    ]  # fmt: skip
    assert found["borough"].nunique() == 32
    # The second week of August 2011: the riots of London.
    assert found["date"].between("2011-08-06", "2011-08-11").sum() >= 2
    assert list(found.columns) == ["homicide", "date", "borough"]


@pytest.mark.parametrize("cause", CAUSES)
def test_headline_of_the_fires(cause):
    score, rotated = both(
        fires(cause), table(FIRES, "days_off"), period=FIRE_PERIOD, window=DAYS_OFF
    )
    assert (score.exposed_days, score.at_risk_days) == (1829, 5843)
    low, high = score.confidence_interval()
    assert row_of(FIRES / "README.md", cause) == [
        f"{score.n_launches:.0f}",
        f"{score.count:.0f}",
        f"{score.expected_count:.1f}",
        f"{score.conditional_rate_ratio:.2f}",
        f"{low:.2f} to {high:.2f}",
        p_text(rotated.pvalue),
        f"{rotated.minimum_detectable_rate_ratio:.2f}",
        p_text(score.pvalue),
    ]


@pytest.mark.parametrize("kind", ["full", "new"])
def test_headline_of_the_moon(kind):
    score, rotated = both(
        table(MOON, "homicides"),
        moons(f"{kind} moon"),
        period=HOMICIDE_PERIOD,
        window=NIGHTS,
    )
    assert (score.n_launches, score.at_risk_days) == (673, 2076)
    low, high = score.confidence_interval()
    assert row_of(MOON / "README.md", kind) == [
        f"{score.exposed_days:.0f}",
        f"{score.count:.0f}",
        f"{score.expected_count:.1f}",
        f"{score.conditional_rate_ratio:.2f}",
        f"{low:.2f} to {high:.2f}",
        p_text(score.pvalue),
        f"{score.minimum_detectable_rate_ratio:.2f}",
        p_text(rotated.pvalue),
    ]


@pytest.mark.parametrize(
    ("folder", "rows"),
    [
        (FIRES, {name: name.split()[-1] for name in CAUSES}),
        (MOON, {"full": "full", "new": "new"}),
    ],
    ids=["forest_fires", "full_moon"],
)
def test_the_study_file_asks_what_the_readme_answers(folder, rows):
    study = read_study(folder / "study.toml")
    asked = {hypothesis.name: hypothesis for hypothesis in study.hypotheses}
    assert list(asked) == list(rows.values())
    for name, short in rows.items():
        one = asked[short]
        found = timing.permutation_test(
            one.tests(), one.calendar(), period=one.period, window=one.window
        )
        cells = row_of(folder / "README.md", name)
        assert f"{found.count:.0f}" in cells
        assert p_text(found.pvalue) in cells


def test_the_day_after_hides_the_industry_from_the_score_shift():
    score, rotated = both(
        fires("forest industry"),
        table(FIRES, "days_off"),
        period=FIRE_PERIOD,
        window=timing.Window(before=0, after=1),
    )
    assert f"{score.conditional_rate_ratio:.2f}" == "0.62"
    assert (f"{rotated.pvalue:.4f}", f"{score.pvalue:.2f}") == ("0.0002", "0.36")


def test_holidays_alone():
    days_off = table(FIRES, "days_off")
    score, rotated = both(
        fires("recreation"),
        days_off[days_off["category"].ne("weekend")],
        period=FIRE_PERIOD,
        window=DAYS_OFF,
    )
    assert f"{score.conditional_rate_ratio:.2f}" == "1.31"
    assert f"{rotated.pvalue:.3f}" == "0.105"


def test_the_score_shift_cannot_see_a_week_over_whole_weeks():
    # An event on every day off and on no other: still no p below 2/7.
    saturdays = pd.date_range("2000-01-01", periods=52, freq="7D")
    asked = {
        "period": timing.StudyPeriod("2000-01-01", "2000-12-29", zone="UTC"),
        "window": timing.Window(before=0, after=1),
    }
    events = [*saturdays, *(saturdays + pd.Timedelta(days=1))]
    score, rotated = both(events, saturdays, **asked)
    with pytest.warns(RepeatingCalendarWarning, match="14% of all its shifts"):
        timing.randomization_test(events, saturdays, **asked)
    assert score.at_risk_days == 7 * 52
    assert score.pvalue == pytest.approx(2 / 7)
    assert rotated.pvalue < 1e-6


def test_windows_tried_for_the_moon():
    windows = [timing.Window(before=a, after=b) for a in range(4) for b in range(4)]
    found = timing.scan(
        table(MOON, "homicides"),
        table(MOON, "moons"),
        period=HOMICIDE_PERIOD,
        windows=windows,
        by=("category",),
    ).to_frame()
    assert len(found) == 48
    assert (found["pvalue"] <= 0.05).sum() == 7
    smallest = found.loc[found["pvalue"].idxmin()]
    assert (smallest["category"], smallest["window_before"]) == ("full moon", 3)
    assert f"{smallest['pvalue']:.3f}" == "0.014"
    assert f"{found['p_step_down'].min():.3f}" == "0.126"


@pytest.mark.parametrize("folder", [FIRES, MOON], ids=lambda folder: folder.name)
def test_the_sizes_in_the_readme_are_those_of_the_tables(folder):
    readme = (folder / "README.md").read_text(encoding="utf-8")
    stated = dict(re.findall(r"\| `(\w+)\.csv` \| ([\d,]+) \|", readme))
    assert sorted(stated) == sorted(path.stem for path in folder.glob("*.csv"))
    for name, rows in stated.items():
        assert int(rows.replace(",", "")) == len(table(folder, name))


def packages_at_hand(folder: Path) -> bool:
    """Whether the packages that made the tables are here in their versions."""
    wanted = runpy.run_path(str(folder / "build.py"))
    versions = wanted.get("VERSIONS", {"holidays": wanted.get("HOLIDAYS")})
    try:
        found = {name: importlib.metadata.version(name) for name in versions}
    except importlib.metadata.PackageNotFoundError:
        return False
    if folder == FIRES:
        rscript = shutil.which("Rscript")
        code = "cat(read.dcf(system.file('DESCRIPTION', package = 'spatstat.data')))"
        if rscript is None or subprocess.run([rscript, "-e", code]).returncode:
            return False
    return found == versions


@pytest.mark.slow
@pytest.mark.parametrize("folder", [FIRES, MOON], ids=lambda folder: folder.name)
def test_the_packages_give_the_same_bytes(folder, tmp_path, monkeypatch):
    if not packages_at_hand(folder):
        pytest.skip("the packages that the tables are made from are not installed")
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    monkeypatch.setenv("LC_ALL", "C")
    script = shutil.copy(folder / "build.py", tmp_path)
    subprocess.run([sys.executable, script], check=True, capture_output=True)
    for path in folder.glob("*.csv"):
        assert (tmp_path / path.name).read_bytes() == path.read_bytes()


def test_a_missing_package_is_named(monkeypatch):
    def missing(_: str) -> str:
        raise importlib.metadata.PackageNotFoundError

    monkeypatch.setattr(importlib.metadata, "version", missing)
    build = runpy.run_path(str(MOON / "build.py"))
    rule = (
        "This table is made with ephem 4.2.1 from PyPI, and none is installed: pip "
        "install ephem==4.2.1"
    )
    with pytest.raises(SystemExit, match=re.escape(rule)):
        build["moons"]()
