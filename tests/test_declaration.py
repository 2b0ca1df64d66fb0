"""The declaration of a study: what the file says, and what it must not say."""

from __future__ import annotations

import tomllib

import pytest

from timing.errors import ArgumentError
from timing.study import primary_study, read_study
from timing.study.declaration import analyses_folder

TEXT = (analyses_folder() / "primary.toml").read_text(encoding="utf-8")


@pytest.fixture
def declared(tmp_path):
    def write(text):
        path = tmp_path / "study.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_the_declared_study_says_what_its_file_says():
    study, file = primary_study(), tomllib.loads(TEXT)
    assert study.title == file["title"]
    assert [h.name for h in study.hypotheses] == [
        "attention", "restraint", "scheduled", "reactive",
    ]  # fmt: skip
    assert len(study.variants) == len(file["variants"])
    assert study.primary.start == "2012-01-01"
    assert study.scales[0] is None
    for hypothesis in study.hypotheses:
        assert (hypothesis.before, hypothesis.after) == (7, 7)
        assert hypothesis.classes == ("ballistic", "cruise", "satellite", "nuclear")
        assert hypothesis.why


def test_hypotheses_expect_a_direction():
    attention, restraint = primary_study().hypotheses[:2]
    assert (attention.expected, attention.direction) == ("more", "greater")
    assert (restraint.expected, restraint.direction) == ("fewer", "less")


def test_variants_change_what_they_name_and_nothing_else():
    primary = primary_study().primary
    by_label = {v.label: v for v in primary_study().variants}
    quarters = by_label["the null holds quarters fixed"]
    assert quarters.strata == "quarter"
    assert quarters.categories == primary.categories
    assert quarters.without_journeys_of == primary.without_journeys_of


def test_journeys_on_which_kim_was_met_are_left_out():
    primary = primary_study().primary
    calendar = primary.calendar()
    whole = {v.label: v for v in primary_study().variants}[
        "with the journeys on which the US president met Kim"
    ].calendar()
    gone = whole[~whole["event_id"].isin(calendar["event_id"])]
    assert set(gone["episode"]) == {
        "2018-06-trump-world", "2019-02-trump-vietnam", "2019-06-trump-asia",
    }  # fmt: skip
    assert len(whole) - len(calendar) == len(gone) == 5


def test_the_hash_changes_with_what_is_declared_and_not_with_comments(declared):
    same = read_study(declared("# a comment\n" + TEXT))
    assert same.sha256 == primary_study().sha256
    other = read_study(declared(TEXT.replace("before = 7", "before = 8", 1)))
    assert other.sha256 != primary_study().sha256
    assert other.primary.before == 8


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("before = 7", "before = -7", r"\[window\], before = -7: it must be a whole"),
        ("before = 7", "before = true", "before = True: it must be a whole number"),
        ("before = 7", "befor = 7", "there is no key 'befor'; the keys are before"),
        ("before = 7\n", "", r"\[window\]: the key 'before' is missing"),
        (
            'label = "Restraint: the DPRK\'s own summits"\n',
            "",
            r"\[\[hypotheses\]\] number 2: the key 'label' is missing",
        ),
        (
            'label = "three days either side"\n',
            "",
            r"\[\[variants\]\] number 6: the key 'label' is missing",
        ),
        ("start = 2012-01-01", 'start = "2012-13-01"', "start = '2012-13-01': "),
        ("start = 2012-01-01", "start = 2012-01-01T00:00:00", "it must be a day"),
        (
            'expected = "more"',
            'expected = "many"',
            r"number 1, expected = 'many': it m",
        ),
        ('anchor = "interval"', 'anchor = "first"', "must be one of 'interval', 'mee"),
        ('unit = "day"', 'unit = ""', "unit = '': it must be one of"),
        ("seed = 20251028", "seed = 1.5", "seed = 1.5: it must be a whole number"),
        ('title = "Do', 'titel = "Do', "there is no key 'titel'"),
        ("max_lag = 30", 'max_lag = "30"', r"\[checks\], max_lag = '30'"),
        ("[window]", "[window", "this is no TOML"),
        ("scan_days = [", "scan_days = [[1], ", r"scan_days = .*it must be a whole"),
    ],
)
def test_what_breaks_a_rule_is_named_with_file_table_and_key(
    declared, old, new, message
):
    assert old in TEXT
    path = declared(TEXT.replace(old, new, 1))
    with pytest.raises(ArgumentError, match=message) as caught:
        read_study(path)
    assert str(caught.value).startswith(str(path))


def test_a_study_needs_a_hypothesis(declared):
    path = declared(TEXT[: TEXT.index("[[hypotheses]]")] + "hypotheses = []\n")
    with pytest.raises(ArgumentError, match="the key 'checks' is missing"):
        read_study(path)
    checks = TEXT[TEXT.index("[checks]") :]
    start = TEXT[: TEXT.index("[outcome]")] + "hypotheses = []\n"
    middle = TEXT[TEXT.index("[outcome]") : TEXT.index("[[hypotheses]]")]
    with pytest.raises(ArgumentError, match="must hold at least one table"):
        read_study(declared(start + middle + checks))


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ArgumentError, match=r"none\.toml: there is no such file"):
        read_study(tmp_path / "none.toml")
