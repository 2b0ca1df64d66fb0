"""A study of the user's own tables: its file, its defaults, its faults, its run."""

import json
import re
from pathlib import Path

import pandas as pd
import pytest

import timing
from timing.cli import main
from timing.errors import ArgumentError, DeclarationError
from timing.study import own_study, own_tables, read_study
from timing.study.scripts import SCRIPTS, scripts_of
from timing.study.template import write_template

CSV = "Day,Kind,No\n{}\n"
ROWS = [
    f"2015-{month:02}-{day:02},{kind},{month}{day}"
    for month in range(1, 13)
    for day, kind in ((3, "bomb"), (11, "arson"), (19, "bomb"))
]
ICS = """BEGIN:VCALENDAR
BEGIN:VEVENT
UID:a
SUMMARY:First round
DTSTART;VALUE=DATE:20150412
DTEND;VALUE=DATE:20150413
END:VEVENT
BEGIN:VEVENT
UID:b
SUMMARY:Second round
DTSTART;VALUE=DATE:20150910
DTEND;VALUE=DATE:20150912
END:VEVENT
END:VCALENDAR
"""
MINIMAL = """
title = "Attacks and elections"
[data.events]
file = "attacks.csv"
[data.events.columns]
date = "Day"
class = "Kind"
[data.calendar]
file = "votes.ics"
"""
QUICK = """
[checks]
n_replicates = 20
n_random_calendars = 5
max_lag = 5
scan_days = [1, 7]
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "attacks.csv").write_text(CSV.format("\n".join(ROWS)), "utf-8")
    (tmp_path / "votes.ics").write_text(ICS.replace("\n", "\r\n"), "utf-8")
    (tmp_path / "study.toml").write_text(MINIMAL, "utf-8")
    return tmp_path


def declared(folder, text):
    path = folder / "study.toml"
    path.write_text(text, encoding="utf-8")
    return path


def problems_of(path):
    with pytest.raises(DeclarationError) as caught:
        read_study(path)
    return caught.value


# The file


def test_a_title_and_two_files_are_enough(folder):
    study = read_study(folder / "study.toml")
    primary = study.primary
    assert (primary.start, primary.end) == ("2015-01-01", "2015-12-31")
    assert (primary.before, primary.after, primary.strata) == (7, 7, "month")
    assert primary.label == "all calendar events"
    assert len(primary.tests()) == 36
    assert primary.calendar()["name"].tolist() == ["First round", "Second round"]
    assert primary.splits() == ("class",)
    assert study.sources[0] == ("zone", "UTC")
    assert dict(study.reasons)["period"].startswith("Assumed: the whole months")


def test_the_file_and_the_tables_make_the_same_study(folder):
    study = read_study(folder / "study.toml")
    same = own_study(
        own_tables(study.data.tests(), study.data.calendar(), zone="UTC"),
        title=study.title,
    )
    assert same.primary.to_dict() == study.primary.to_dict()
    assert [v.label for v in same.variants] == [v.label for v in study.variants]


def test_the_hash_knows_the_declaration_and_the_files(folder):
    study = read_study(folder / "study.toml")
    other = read_study(declared(folder, MINIMAL + "[window]\nbefore = 3\n"))
    assert other.sha256 != study.sha256
    assert other.data.hashes() == study.data.hashes()
    (folder / "attacks.csv").write_text(CSV.format("\n".join(ROWS[:-1])), "utf-8")
    third = read_study(folder / "study.toml")
    assert third.sha256 == other.sha256
    assert third.data.hashes() != study.data.hashes()


def test_hypotheses_select_classes_and_categories(folder):
    study = read_study(
        declared(
            folder,
            MINIMAL + '[[hypotheses]]\nname = "bombs"\nclasses = ["bomb"]\n'
            'expected = "fewer"\n',
        )
    )
    assert len(study.primary.tests()) == 24
    assert study.primary.direction == "less"


def test_the_usual_variants_change_one_choice_each(folder):
    study = read_study(folder / "study.toml")
    primary = study.primary.to_dict()
    assert len(study.variants) == 7
    for variant in study.variants:
        changed = {
            key
            for key, value in variant.to_dict().items()
            if value != primary[key] and key != "label"
        }
        assert changed in (
            {"before", "after"}, {"before"}, {"after"}, {"strata"}, {"unit"},
        )  # fmt: skip


def test_a_window_of_no_days_has_no_variants_that_are_the_same(folder):
    study = read_study(declared(folder, MINIMAL + "[window]\nbefore = 0\nafter = 0\n"))
    assert [v.strata for v in study.variants] == ["quarter", "year", "month"]


# Faults


def test_all_problems_are_found_at_once(folder):
    (folder / "attacks.csv").write_text("Day,Kind\n03/04/2015,x\n2015-13-01,y\n")
    (folder / "votes.ics").write_text("no calendar", encoding="utf-8")
    error = problems_of(
        declared(
            folder,
            MINIMAL.replace("Attacks", "Strikes")
            + "[window]\nbefore = -1\nsize = 3\n[test]\nstrata = 3\n[[hypotheses]]\n"
            'name = "a/b"\nexpected = "many"\n',
        )
    )
    found = error.failures
    assert found["table"].tolist() == [
        f"{folder / 'study.toml'}, [window]",
        f"{folder / 'study.toml'}, [window]",
        f"{folder / 'study.toml'}, [test]",
        f"{folder / 'study.toml'}, [[hypotheses]] number 1",
        f"{folder / 'study.toml'}, [[hypotheses]] number 1",
        "attacks.csv",
        "attacks.csv",
        "votes.ics",
    ]
    assert found["column"].tolist()[:6] == [
        "size", "before", "strata", "name", "expected", "Day",
    ]  # fmt: skip
    assert found["row"].tolist()[5:7] == [1, 2]
    assert len(str(error).splitlines()) == 8


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ('[[hypotheses]]\nname = "a"\n[[hypotheses]]\nname = "a"\n',
         "number 2, name = 'a': another hypothesis has the name"),
        ('[[hypotheses]]\nclasses = ["riot"]\n',
         "number 1: `classes` is 'riot'; it must be one of 'arson', 'bomb'."),
        ('[[hypotheses]]\ncategories = ["vote"]\n',
         "number 1: `categories` is 'vote'; it must be one of 'event'."),
        ("[period]\nstart = 2016-01-01\nend = 2016-12-31\n",
         "number 1: `tests` has no event on the at-risk days of"),
        ("[window]\nbefore = 400\n", "number 1: `window` spans 408 days"),
    ],
)  # fmt: skip
def test_what_selects_nothing_is_named(folder, more, message):
    assert message in str(problems_of(declared(folder, MINIMAL + more)))


def test_a_missing_file_is_named(folder):
    (folder / "votes.ics").unlink()
    error = problems_of(folder / "study.toml")
    assert error.failures[["column", "rule"]].to_numpy().tolist() == [
        ["file", "cannot be read: No such file or directory"]
    ]
    assert "[data.calendar], file = " in str(error)


def test_rows_with_a_zone_need_a_clock(folder):
    (folder / "votes.csv").write_text("start,zone\n2015-04-12,America/New_York\n")
    text = MINIMAL.replace("votes.ics", "votes.csv")
    error = problems_of(declared(folder, text))
    assert "zone" in error.failures["rule"].iloc[0]
    study = read_study(
        declared(
            folder,
            text.replace("[data.events]", '[data]\nzone = "UTC"\n[data.events]', 1),
        )
    )
    assert study.primary.period.zone == "UTC"


@pytest.mark.parametrize("name", ["", "a b", "../x", "a1", 3, "x" * 41])
def test_names_go_into_file_names_and_are_words(folder, name):
    text = MINIMAL + f"[[hypotheses]]\nname = {json.dumps(name)}\n"
    assert "it must be a word of letters, at most 40" in str(
        problems_of(declared(folder, text))
    )


# The template


def test_the_template_runs_as_it_is(folder):
    path = write_template(
        folder / "new.toml", folder / "attacks.csv", folder / "votes.ics"
    )
    text = path.read_text(encoding="utf-8")
    assert 'date = "Day"' in text
    study, minimal = read_study(path), read_study(folder / "study.toml")
    assert study.primary.start == minimal.primary.start
    assert [v.label for v in study.variants] == [v.label for v in minimal.variants]


def test_what_the_template_says_is_done_anyway_is(folder):
    path = write_template(
        folder / "new.toml", folder / "attacks.csv", folder / "votes.ics"
    )
    before = read_study(path)
    text = path.read_text(encoding="utf-8")
    for key in (
        "seed", "unit", "classes", "before", "after", "anchor", "strata", "alternative",
        "categories", "max_lag", "n_replicates", "n_random_calendars",
    ):  # fmt: skip
        text, n = re.subn(rf"^# ({key} = )", r"\1", text, count=1, flags=re.MULTILINE)
        assert n == 1
    path.write_text(text, encoding="utf-8")
    assert read_study(path).to_dict() == before.to_dict()


def test_a_template_is_never_written_over_a_file(folder):
    with pytest.raises(ArgumentError, match=r"there is such a file already; name anot"):
        write_template(
            folder / "study.toml", folder / "attacks.csv", folder / "votes.ics"
        )


def test_the_template_says_how_a_file_is_read(folder):
    text = (folder / "attacks.csv").read_text(encoding="utf-8")
    (folder / "semi.csv").write_text(text.replace(",", ";"), encoding="utf-8")
    path = write_template(
        folder / "new.toml", folder / "semi.csv", folder / "votes.ics"
    )
    assert '\ndelimiter = ";"\n# sheet = "2015"\n' in path.read_text(encoding="utf-8")
    assert len(read_study(path).primary.tests()) == len(text.splitlines()) - 1


# Commands


def test_init_writes_the_file_in_which_to_say_how_a_table_is_read(
    folder, capsys, monkeypatch
):
    monkeypatch.chdir(folder)
    text = (folder / "attacks.csv").read_text(encoding="utf-8")
    (folder / "latin.csv").write_text(text + "2025-01-02,Orl\xe9ans\n", "latin-1")
    assert main(["init", "latin.csv", "votes.ics", "--study", "mine.toml"]) == 2
    out, err = capsys.readouterr()
    assert out.startswith("mine.toml\nwhere ")
    assert "is not UTF-8 text (byte " in out
    assert 'name its encoding, as encoding="cp1252"' in out
    assert out.endswith(
        "mend mine.toml and the tables, then: timing validate mine.toml\n"
    )
    assert err == "1 problem\n"


def test_init_and_validate(folder, capsys, monkeypatch):
    monkeypatch.chdir(folder)
    assert main(["init", "attacks.csv", "votes.ics", "--study", "mine.toml"]) == 0
    assert capsys.readouterr().out == "mine.toml\nnext: timing run mine.toml\n"
    assert main(["validate", "mine.toml"]) == 0
    assert capsys.readouterr().out == "mine.toml: no problems\n"


def test_validate_prints_a_table_and_has_an_exit_code(folder, capsys, monkeypatch):
    monkeypatch.chdir(folder)
    declared(folder, MINIMAL + "[window]\nbefore = -1\n")
    assert main(["validate", "study.toml"]) == 2
    out, err = capsys.readouterr()
    assert out.splitlines() == [
        "where                 row  column  value  problem",
        "study.toml, [window]       before  -1     it must be a whole number of at "
        "least 0",
    ]
    assert err == "1 problem\n"
    assert main(["validate", "study.toml", "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["problems"] == [
        {
            "table": "study.toml, [window]",
            "row": 0,
            "column": "before",
            "value": "-1",
            "rule": "it must be a whole number of at least 0",
        }
    ]


def test_many_problems_of_a_column_are_counted_but_for_the_first(
    folder, capsys, monkeypatch
):
    monkeypatch.chdir(folder)
    rows = "\n".join(f"0{i},03/04/2015" for i in range(1, 9))
    (folder / "many.csv").write_text(f"id,Date\n{rows}\n", "utf-8")
    assert main(["init", "many.csv", "votes.ics", "--study", "mine.toml"]) == 2
    out, err = capsys.readouterr()
    lines = out.splitlines()
    assert [line.split()[:3] for line in lines[2:7]] == [
        ["many.csv", str(i), "Date"] for i in range(1, 6)
    ]
    assert lines[7] == "... and 3 more of the same columns"
    assert err == "8 problems\n"
    assert len(problems_of(folder / "mine.toml").failures) == 8
    assert main(["run", "mine.toml"]) == 2
    message = capsys.readouterr().err.splitlines()
    assert len(message) == 6
    assert message[5].startswith("... and 3 more (see .failures; in a shell: timing v")
    assert main(["validate", "mine.toml"]) == 2
    assert len(capsys.readouterr().out.splitlines()) == 9


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::timing.errors.TimingWarning")
def test_a_report_in_two_commands(folder, capsys, monkeypatch):
    monkeypatch.chdir(folder)
    assert main(["init", "attacks.csv", "votes.ics", "--study", "mine.toml"]) == 0
    path = folder / "mine.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text[: text.index("[checks]")] + QUICK, encoding="utf-8")
    capsys.readouterr()
    assert main(["run", "mine.toml", "--quiet", "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    output = folder / "mine_output"
    assert Path(printed["output"]).resolve() == output.resolve()
    study = read_study(path)
    assert tuple(printed["manifest"]["seconds"]) == scripts_of(study)
    primary = study.primary
    alone = timing.randomization_test(
        primary.tests(), primary.calendar(), period=primary.period
    )
    assert printed["results"]["primary"]["pvalue"] == pytest.approx(alone.pvalue)
    report = (output / "report.html").read_text(encoding="utf-8")
    assert study.title.replace("&", "&amp;") in report
    words = re.findall(
        r"launch\w*|summit\w*|weapon\w*|Korea\w*", re.sub(r"<[^>]*>", "", report)
    )
    assert words == []


def test_scripts_of_claims_on_the_curated_tables_are_not_run():
    data = own_tables(["2025-01-10", "2025-02-10"], ["2025-02-11"])
    left = set(SCRIPTS) - set(scripts_of(own_study(data, title="Tides")))
    assert left == {
        "drills", "clocks", "time_of_day", "case_gyeongju_2025", "claims",
        "replication",
    }  # fmt: skip
    with pytest.raises(
        ArgumentError, match=r"`scripts` is 'claims'; it must be one of"
    ):
        timing.run_study(own_study(data, title="Tides"), scripts=["claims"])


def test_tables_of_a_study_are_completed_and_the_users_own_stay_as_they_are():
    tests = pd.DataFrame({"date": ["2025-01-10", "2025-02-10"], "class": ["a", ""]})
    calendar = pd.DataFrame(
        {"start": ["2025-02-11"], "end": ["2025-02-12"], "announced": [None]}, index=[7]
    )
    kept = tests.copy(), calendar.copy()
    data = own_tables(tests, calendar)
    assert data.tests()["class"].tolist() == ["a", "event"]
    assert data.tests()["test_id"].tolist() == ["1", "2"]
    row = data.calendar().iloc[0]
    assert (row["event_id"], row["name"], row["episode"]) == ("1", "1", "1")
    assert row["start"] == pd.Timestamp("2025-02-11")
    assert row["announced"] is pd.NaT
    pd.testing.assert_frame_equal(tests, kept[0])
    pd.testing.assert_frame_equal(calendar, kept[1])


def test_tables_are_the_same_whatever_the_order_of_their_rows():
    tests = pd.DataFrame(
        {
            "date": ["2025-03-02", "2025-04-07", "2025-01-05", "2025-03-02"],
            "test_id": ["b", "d", "c", "a"],
            "class": ["x", "", "y", "x"],
        }
    )
    calendar = pd.DataFrame(
        {"start": ["2025-02-01", "2025-01-01"], "end": ["2025-02-02", "2025-01-09"]}
    ).assign(event_id=["one", "two"])
    data = own_tables(tests, calendar)
    assert data.all_tests["test_id"].tolist() == ["c", "a", "b", "d"]
    assert data.all_calendar["event_id"].tolist() == ["two", "one"]
    again = own_tables(tests[::-1], calendar[::-1])
    pd.testing.assert_frame_equal(again.all_tests, data.all_tests)
    pd.testing.assert_frame_equal(again.all_calendar, data.all_calendar)
