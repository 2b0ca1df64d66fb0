"""Rules of tables: each rule once, and how the failures are told."""

from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest

import timing
from timing.datasets import data_folder, data_package
from timing.errors import SchemaError
from timing.inputs import read_events
from timing.schema import Field, TableSchema, check_table, schema_from_resource


def _failures(values: list[Any], **rules: Any) -> list[tuple[int, str]]:
    """Rows and rules that a column ``x`` with these values breaks."""
    frame = pd.DataFrame({"x": pd.Series(values, dtype=object)})
    try:
        check_table(frame, TableSchema(fields=(Field(name="x", **rules),)), table="t")
    except SchemaError as error:
        return list(error.failures[["row", "rule"]].itertuples(index=False, name=None))
    return []


@pytest.mark.parametrize(
    ("rules", "good", "bad", "rule"),
    [
        ({"required": True}, ["a"], ["", None, float("nan"), pd.NA],
         "must not be blank"),
        ({"type": "date"}, ["2024-02-29", "", None], ["2025-02-29", "soon", 5],
         "is not a date (rule: YYYY-MM-DD, a day that exists)"),
        ({"type": "time"}, ["00:00", "23:59", ""], ["24:00", "9:00", "12:60", "noon"],
         "is not a time (rule: HH:MM)"),
        ({"type": "integer"}, ["3", 3, -1, "", None], ["3.5", "three", "inf", 0.1],
         "is not a whole number"),
        ({"type": "number"}, ["3.5", 3, ""], ["three", "inf"], "is not a number"),
        ({"type": "boolean"}, ["true", False, ""], ["yes", "TRUE", 2],
         "is not true or false"),
        ({"type": "zone"}, ["Asia/Seoul", "UTC", ""], ["Seoul", "+09:00", 9],
         "is not an IANA time zone (such as Europe/Madrid)"),
        ({"enum": ("a", "b")}, ["a", "b", ""], ["A", "c"], "must be one of a, b"),
        ({"pattern": "T[0-9]+"}, ["T1", ""], ["T", "xT1", "T1x"],
         "must match T[0-9]+"),
        ({"minimum": 1}, ["1", 7, ""], ["0", -3], "must lie between 1 and inf"),
        ({"minimum": -90, "maximum": 90}, [-90, "90"], ["90.5", -91],
         "must lie between -90 and 90"),
        ({"unique": True}, ["a", "b", "", ""], [], None),
    ],
)  # fmt: skip
def test_each_rule_of_a_column(
    rules: dict[str, Any], good: list[Any], bad: list[Any], rule: str
):
    assert _failures(good, **rules) == []
    for value in bad:
        assert _failures([*good, value], **rules) == [(len(good) + 1, rule)]


def test_the_second_of_two_equal_ids_is_the_failure():
    rule = "must be unique, but an earlier row has it"
    assert _failures(["a", "b", "a", "a"], unique=True) == [(3, rule), (4, rule)]


def test_text_must_be_text():
    assert _failures([["a", "b"]], type="string") == [(1, "must be text")]


def test_a_missing_column_is_told_with_the_columns_that_are_there():
    schema = TableSchema(fields=(Field(name="date", present=True),))
    message = r"^t: column 'date': the column is missing \(columns found: day, n\)$"
    with pytest.raises(SchemaError, match=message):
        check_table(pd.DataFrame({"day": [], "n": []}), schema, table="t")
    with pytest.raises(SchemaError, match=r"\(columns found: none\)"):
        check_table(pd.DataFrame(), schema, table="t")
    check_table(pd.DataFrame({"date": []}), schema, table="t")


def test_a_column_that_may_be_absent_is_not_missed():
    check_table(
        pd.DataFrame({"y": [1]}), TableSchema(fields=(Field(name="x"),)), table="t"
    )


def test_dates_in_order_are_compared_where_both_are_known():
    schema = TableSchema(fields=(), ordered=(("a", "b"),))
    frame = pd.DataFrame(
        {"a": ["2025-01-01", "2025-01-02", "", "2025-01-09"],
         "b": ["2025-01-01", "2025-01-01", "2025-01-01", "soon"]}
    )  # fmt: skip
    message = (
        r"^t: row 2, column 'b': '2025-01-01': lies before 'a' \(2025-01-02\); 'b' "
        "must not be earlier$"
    )
    with pytest.raises(SchemaError, match=message):
        check_table(frame, schema, table="t")


def test_a_time_of_day_goes_with_minute_precision():
    schema = TableSchema(fields=(), timed_precision=True)
    frame = pd.DataFrame(
        {
            "time": ["15:00", "15:00", "", ""],
            "precision": ["minute", "day", "day", "minute"],
        }
    )
    rule = "a time goes with precision minute, and with no other"
    with pytest.raises(SchemaError, match=f"^t: row 2, .*'15:00': {rule}\n") as caught:
        check_table(frame, schema, table="t")
    assert caught.value.failures["row"].tolist() == [2, 4]


def test_the_message_shows_five_failures_and_counts_the_rest():
    frame = pd.DataFrame({"date": ["soon"] * 8})
    with pytest.raises(SchemaError) as caught:
        timing.validate_tests(frame)
    lines = str(caught.value).split("\n")
    assert len(lines) == 6
    assert lines[4].startswith("`tests`: row 5, column 'date': 'soon': is not a date")
    assert lines[5] == "... and 3 more (see .failures; in a shell: timing validate)"
    failures = caught.value.failures
    assert failures.columns.tolist() == ["table", "row", "column", "value", "rule"]
    assert failures["row"].tolist() == list(range(1, 9))
    assert set(failures["table"]) == {"`tests`"}


def test_five_failures_are_shown_in_full():
    with pytest.raises(SchemaError) as caught:
        timing.validate_tests(pd.DataFrame({"date": ["soon"] * 5}))
    assert str(caught.value).count("\n") == 4


def test_failures_of_all_columns_are_collected():
    frame = pd.DataFrame(
        {"start": ["2025-01-02", ""], "end": ["2025-01-01", "soon"],
         "zone": ["UTC", "Mars"], "event_id": ["a", "a"]}
    )  # fmt: skip
    with pytest.raises(SchemaError) as caught:
        timing.validate_calendar(frame)
    found = caught.value.failures[["row", "column"]].itertuples(index=False, name=None)
    assert sorted(found) == [
        (1, "end"), (2, "end"), (2, "event_id"), (2, "start"), (2, "zone")
    ]  # fmt: skip


def _raw(name: str) -> pd.DataFrame:
    return pd.read_csv(data_folder() / f"{name}.csv", dtype=str, keep_default_na=False)


@pytest.mark.parametrize("name", [r["name"] for r in data_package()["resources"]])
def test_every_curated_table_keeps_its_own_schema(name: str):
    described = next(r for r in data_package()["resources"] if r["name"] == name)
    check_table(_raw(name), schema_from_resource(described), table=name)
    columns = [field["name"] for field in described["schema"]["fields"]]
    assert _raw(name).columns.tolist() == columns


def test_the_curated_tables_pass_as_text_and_as_loaded():
    timing.validate_tests(_raw("weapons_tests"), curated=True)
    timing.validate_calendar(_raw("diplomatic_calendar"), curated=True)
    timing.validate_tests(timing.load_tests(), curated=True)
    timing.validate_calendar(timing.load_calendar(), curated=True)


@pytest.mark.parametrize(
    ("column", "value", "rule"),
    [
        ("test_id", "28 October", r"must match \^T"),
        ("weapon", "drone", "must be one of ballistic, cruise"),
        ("confidence", "", "must not be blank"),
        ("n_missiles", "0", "must lie between 1 and inf"),
        ("n_missiles", "some", "is not a whole number"),
        ("latitude", "91", "must lie between -90 and 90"),
        ("in_cns", "maybe", "is not true or false"),
        ("precision", "day", "a time goes with precision minute"),
        ("time", "", "a time goes with precision minute"),
        ("earliest", "2030-01-01", "lies before 'earliest'"),
        ("sources", "A, B", "must match"),
    ],
)
def test_the_curated_schema_catches_a_broken_cell(column: str, value: str, rule: str):
    table = _raw("weapons_tests")
    table.loc[table["test_id"].eq("T20251028-01"), column] = value
    with pytest.raises(SchemaError, match=rule) as caught:
        timing.validate_tests(table, curated=True)
    row = table.index[table["date"].eq("2025-10-28")][0] + 1
    assert set(caught.value.failures["row"]) == {row}


def test_a_users_table_needs_only_the_dates():
    timing.validate_tests(pd.DataFrame({"date": ["2025-10-28"], "weapon": ["drone"]}))
    timing.validate_calendar(
        pd.DataFrame({"start": ["2025-10-29"], "end": ["2025-10-29"]})
    )
    with pytest.raises(SchemaError, match="column 'start': the column is missing"):
        timing.validate_calendar(pd.DataFrame({"end": ["2025-10-29"]}))


def test_the_curated_schema_lists_the_columns_that_a_table_lacks():
    with pytest.raises(SchemaError, match="column 'test_id': the column is missing"):
        timing.validate_tests(pd.DataFrame({"date": ["2025-10-28"]}), curated=True)


def test_what_is_no_table_is_told_apart():
    with pytest.raises(SchemaError, match=r"`tests`.* must be a table"):
        timing.validate_tests(["2025-10-28"])  # type: ignore[arg-type]


def test_several_levels_of_column_names_are_an_error():
    frame = pd.DataFrame([["2018-03-01", 1]])
    frame.columns = pd.MultiIndex.from_tuples([("date", "x"), ("n", "x")])
    with pytest.raises(SchemaError) as caught:
        timing.validate_tests(frame)
    assert str(caught.value) == (
        "`tests`: column '(all)': has several levels of column names; it must have one"
    )


@pytest.mark.parametrize(
    "value",
    [
        1j, np.array("3"), np.datetime64("2018-03-01"), pd.Timestamp("2018-03-01"),
        np.timedelta64(3, "D"), [3], 2.5, "x",
    ],
    ids=repr,
)  # fmt: skip
def test_what_is_no_number_of_missiles(value: Any):
    number = pd.Series([1, None], dtype=object)
    number.iat[1] = value
    frame = pd.DataFrame({"date": ["2018-03-01"] * 2, "n_missiles": number})
    with pytest.raises(SchemaError) as caught:
        timing.validate_tests(frame)
    assert caught.value.failures[["row", "rule"]].to_numpy().tolist() == [
        [2, "is not a whole number"]
    ]


def test_a_column_of_dates_holds_no_numbers_of_missiles():
    dates = pd.to_datetime(["2018-03-01", "2018-03-02"])
    with pytest.raises(SchemaError, match="row 2, column 'n_missiles': Timestamp"):
        timing.validate_tests(pd.DataFrame({"date": dates, "n_missiles": dates}))


@pytest.mark.parametrize("value", [10**30, 1e30, "1e30"])
def test_no_event_has_more_missiles_than_can_be_counted(value: Any):
    number = pd.Series([1, value], dtype=object)
    frame = pd.DataFrame({"date": ["2018-03-01"] * 2, "n_missiles": number})
    with pytest.raises(SchemaError, match=r"must lie between 1 and 1e\+09"):
        timing.validate_tests(frame)


def test_numbers_of_missiles_may_be_text_or_categories():
    for number in (["2", ""], pd.Categorical([2, None]), [Decimal(2), None]):
        frame = pd.DataFrame({"date": ["2018-03-01"] * 2, "n_missiles": number})
        assert read_events(frame).missiles.tolist() == [2, 1]
        assert read_events(frame).missiles_unknown == 1


def test_text_that_cannot_be_encoded_is_told():
    frame = pd.DataFrame({"date": ["\ud800"]}, dtype=object)
    with pytest.raises(SchemaError) as caught:
        timing.validate_tests(frame)
    assert caught.value.failures["value"].tolist() == ["\ud800"]
    assert caught.value.failures["row"].dtype == "int64"
