"""Table schemas: one small set of rules for curated and for user tables.

The curated tables are described once, in ``datapackage.json`` (Frictionless Table
Schema); `schema_from_resource` reads that description. `TESTS` and `CALENDAR` hold the
fewer rules that any user's table must keep.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from timing.clock import parse_days
from timing.errors import SchemaError
from timing.home import HOME, is_zone

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """Rules of one column.

    Attributes
    ----------
    name : str
    type : str
        ``string``, ``date``, ``time``, ``integer``, ``number``, ``boolean``, ``zone``
        (an IANA time zone) or ``any``.
    present : bool
        The column must exist.
    required : bool
        No value may be blank.
    unique : bool
    enum : tuple of str
        Allowed values; empty for any.
    minimum, maximum : float, optional
    pattern : str, optional
        Regular expression for the whole value.
    """

    name: str
    type: str = "any"
    present: bool = False
    required: bool = False
    unique: bool = False
    enum: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    pattern: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSchema:
    """Rules of a table.

    Attributes
    ----------
    fields : tuple of Field
    ordered : tuple of (str, str)
        Pairs of date columns whose first must not lie after the second.
    timed_precision : bool
        ``time`` is filled where ``precision`` is minute, and nowhere else.
    """

    fields: tuple[Field, ...]
    ordered: tuple[tuple[str, str], ...] = ()
    timed_precision: bool = False


TESTS = TableSchema(
    fields=(
        Field(name="date", type="date", present=True, required=True),
        Field(name="test_id", unique=True),
        Field(name="earliest", type="date"),
        Field(name="latest", type="date"),
        Field(name="n_missiles", type="integer", minimum=1, maximum=1e9),
    ),
    ordered=(("earliest", "date"), ("date", "latest")),
)

CALENDAR = TableSchema(
    fields=(
        Field(name="start", type="date", present=True, required=True),
        Field(name="end", type="date", present=True, required=True),
        Field(name="event_id", unique=True),
        Field(name="zone", type="zone"),
        Field(name="meeting_start", type="date"),
        Field(name="meeting_end", type="date"),
        Field(name="announced", type="date"),
    ),
    ordered=(("start", "end"), ("meeting_start", "meeting_end")),
)

_RULES = {
    "end >= start": (("start", "end"),),
    "earliest <= date <= latest": (("earliest", "date"), ("date", "latest")),
}
_TIMED = "time if and only if precision is minute"


def schema_from_resource(resource: Mapping[str, Any]) -> TableSchema:
    """Read the schema of one resource of a data package.

    Parameters
    ----------
    resource : mapping
        A Frictionless tabular resource; the extra key ``rules`` holds rules on rows.
    """
    fields = []
    for column in resource["schema"]["fields"]:
        limits = column.get("constraints", {})
        fields.append(
            Field(
                name=column["name"],
                type="zone" if column["name"] == "zone" else column["type"],
                present=True,
                required=limits.get("required", False),
                unique=limits.get("unique", False),
                enum=tuple(limits.get("enum", ())),
                minimum=limits.get("minimum") if column["type"] != "date" else None,
                maximum=limits.get("maximum") if column["type"] != "date" else None,
                pattern=limits.get("pattern"),
            )
        )
    rules = resource.get("rules", [])
    ordered = tuple(pair for rule in rules for pair in _RULES.get(rule, ()))
    return TableSchema(
        fields=tuple(fields), ordered=ordered, timed_precision=_TIMED in rules
    )


def check_table(
    frame: pd.DataFrame, schema: TableSchema, *, table: str, clock: str = HOME
) -> None:
    """Raise if `frame` breaks `schema`.

    Parameters
    ----------
    frame : DataFrame
    schema : TableSchema
    table : str
        How the messages call the table: a file name, or an argument in backticks.
    clock : str
        IANA time zone whose days are counted.

    Raises
    ------
    SchemaError
        With every failure in its ``failures`` table.
    """
    if not isinstance(frame, pd.DataFrame):
        rule = f"must be a table (a DataFrame), not {type(frame).__name__!r}"
        raise SchemaError([(table, 0, "(all)", "", rule)])
    failures = [
        (table, row, column, value, rule)
        for row, column, value, rule in _failures(frame, schema, clock)
    ]
    if failures:
        raise SchemaError(failures)


def is_blank(values: pd.Series) -> BoolArray:
    """Which values are missing or empty text."""
    blank: BoolArray = (values.isna() | values.eq("")).to_numpy(dtype=bool)
    return blank


def numbers_in(values: pd.Series) -> npt.NDArray[np.float64]:
    """Return values, text among them, as numbers; NaN for what is none.

    Examples
    --------
    >>> numbers_in(pd.Series([1, "2.5", "x", None, 1j], dtype=object)).tolist()
    [1.0, 2.5, nan, nan, nan]
    """
    if isinstance(values.dtype, pd.CategoricalDtype):
        values = values.astype(object)
    if values.dtype == object:
        # Pandas makes numbers of moments and of lengths of time.
        plain = (int, float, str, Decimal, np.integer, np.floating)
        odd = [
            not isinstance(v, plain) or isinstance(v, np.timedelta64) for v in values
        ]
        values = values.mask(np.array(odd, dtype=bool), np.nan)
    is_text = pd.api.types.is_string_dtype(values.dtype)
    is_number = pd.api.types.is_numeric_dtype(values.dtype)
    if not (is_text or is_number or values.dtype == object) or values.dtype.kind == "c":
        return np.full(len(values), np.nan)
    number = pd.to_numeric(values, errors="coerce")
    return number.to_numpy(dtype=np.float64, na_value=np.nan)


_Failure = tuple[int, str, object, str]


def _failures(
    frame: pd.DataFrame, schema: TableSchema, clock: str
) -> Iterator[_Failure]:
    if frame.columns.nlevels > 1:
        yield 0, "(all)", "", "has several levels of column names; it must have one"
        return
    twice = frame.columns[frame.columns.duplicated()]
    if len(twice):
        yield 0, str(twice[0]), "", "the column occurs twice"
        return
    for field in schema.fields:
        if field.name in frame.columns:
            yield from _column_failures(frame[field.name], field, clock)
        elif field.present:
            found = ", ".join(str(column) for column in frame.columns) or "none"
            yield 0, field.name, "", f"the column is missing (columns found: {found})"
    for earlier, later in schema.ordered:
        if {earlier, later} <= set(frame.columns):
            yield from _order_failures(frame, earlier, later, clock)
    if schema.timed_precision and {"time", "precision"} <= set(frame.columns):
        has_time = ~is_blank(frame["time"])
        bad = has_time != frame["precision"].eq("minute").to_numpy(dtype=bool)
        yield from _at(
            frame["time"], bad, "a time goes with precision minute, and with no other"
        )


def _at(values: pd.Series, bad: BoolArray, rule: str) -> Iterator[_Failure]:
    rows, name = np.flatnonzero(bad) + 1, str(values.name)
    for row, value in zip(rows.tolist(), values.array[bad], strict=True):
        yield row, name, value, rule


def _column_failures(values: pd.Series, field: Field, clock: str) -> Iterator[_Failure]:
    blank = is_blank(values)
    if field.required:
        yield from _at(values, blank, "must not be blank")
    fits = _has_type(values, field.type, clock)
    yield from _at(values, ~fits & ~blank, _TYPES[field.type])
    if field.unique:
        repeated = values.duplicated(keep="first").to_numpy(dtype=bool) & ~blank
        yield from _at(values, repeated, "must be unique, but an earlier row has it")
    if field.enum:
        rule = f"must be one of {', '.join(field.enum)}"
        yield from _at(values, ~values.isin(field.enum).to_numpy() & ~blank, rule)
    if field.pattern is not None:
        whole = re.compile(field.pattern)
        fits = np.array([whole.fullmatch(str(v)) is not None for v in values], bool)
        yield from _at(values, ~fits & ~blank, f"must match {field.pattern}")
    if field.minimum is not None or field.maximum is not None:
        number = numbers_in(values)
        low = -np.inf if field.minimum is None else field.minimum
        high = np.inf if field.maximum is None else field.maximum
        rule = f"must lie between {low:g} and {high:g}"
        yield from _at(values, (number < low) | (number > high), rule)


_TYPES = {
    "any": "",
    "string": "must be text",
    "date": "is not a date (rule: YYYY-MM-DD, a day that exists)",
    "time": "is not a time (rule: HH:MM)",
    "integer": "is not a whole number",
    "number": "is not a number",
    "boolean": "is not true or false",
    "zone": "is not an IANA time zone (such as Europe/Madrid)",
}


def _has_type(values: pd.Series, kind: str, clock: str) -> BoolArray:
    if kind == "date":
        return parse_days(values, clock)[1]
    if kind == "string":
        return np.array([isinstance(value, str) for value in values], dtype=bool)
    if kind == "zone":
        known = {name: is_zone(name) for name in values.dropna().astype(str).unique()}
        return np.array([known.get(str(name), False) for name in values], dtype=bool)
    if kind in ("integer", "number"):
        number = numbers_in(values)
        whole = number == np.round(number)
        is_number: BoolArray = np.isfinite(number) & (whole | (kind == "number"))
        return is_number
    if kind == "boolean":
        return values.isin([True, False, "true", "false"]).to_numpy(dtype=bool)
    if kind == "time":
        text = values.astype(str)
        fits = text.str.fullmatch(r"([01]\d|2[0-3]):[0-5]\d")
        return fits.to_numpy(dtype=bool, na_value=False)
    return np.ones(len(values), dtype=bool)


def _order_failures(
    frame: pd.DataFrame, earlier: str, later: str, clock: str
) -> Iterator[_Failure]:
    first, first_known = parse_days(frame[earlier], clock)
    second, second_known = parse_days(frame[later], clock)
    bad = first_known & second_known & (second < first)
    for i in np.flatnonzero(bad):
        before = frame[earlier].iloc[i]
        rule = f"lies before '{earlier}' ({before}); '{later}' must not be earlier"
        yield int(i) + 1, later, frame[later].iloc[i], rule
