"""Check the laws of the built tables; a broken law stops the build."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd
from tabular import BuildError, Row

from timing.errors import SchemaError
from timing.schema import check_table, schema_from_resource

Tables = Mapping[str, Sequence[Row]]
Schema = Mapping[str, Any]

# The rows that gave rise to the project; a rebuild must not lose or move them.
_FOUNDING_STORY: tuple[tuple[str, Row], ...] = (
    ("weapons_tests", {"test_id": "T20251022-01", "date": "2025-10-22"}),
    ("weapons_tests", {"test_id": "T20251028-01", "date": "2025-10-28"}),
    (
        "diplomatic_calendar",
        {
            "event_id": "20251029-us_president_visit_rok-1",
            "start": "2025-10-29",
            "end": "2025-10-30",
        },
    ),
    (
        "diplomatic_calendar",
        {
            "event_id": "20251029-rok_us_summit-1",
            "start": "2025-10-29",
            "end": "2025-10-29",
            "location": "Gyeongju",
        },
    ),
    (
        "diplomatic_calendar",
        {
            "event_id": "20251031-apec-1",
            "start": "2025-10-31",
            "end": "2025-11-01",
        },
    ),
    (
        "diplomatic_calendar",
        {
            "event_id": "20251026-dprk_russia_ministerial-1",
            "start": "2025-10-26",
            "end": "2025-10-28",
            "location": "Moscow",
        },
    ),
)


def _schema_failures(resource: Schema, rows: Sequence[Row]) -> Iterable[str]:
    schema = schema_from_resource(resource)
    try:
        check_table(pd.DataFrame(rows, dtype="str"), schema, table=resource["name"])
    except SchemaError as error:
        for table, row, column, value, rule in error.failures.to_numpy():
            yield f"{table}, row {row}, {column}: {value!r}: {rule}"


def _source_failures(tables: Tables) -> Iterable[str]:
    known = {row["source_id"] for row in tables["sources"]}
    used = {
        source
        for name, rows in tables.items()
        if name != "sources"
        for row in rows
        for source in row["sources"].split("; ")
    }
    yield from (f"no row in sources.csv for {source}" for source in used - known)
    yield from (f"sources.csv: {source} is not cited" for source in known - used)


def _story_failures(tables: Tables) -> Iterable[str]:
    for name, facts in _FOUNDING_STORY:
        wanted = facts | {"confidence": "high"}
        if not any(wanted.items() <= row.items() for row in tables[name]):
            yield f"{name}: the founding story needs {wanted}"


def run(package: Schema, tables: Tables) -> None:
    """Check every table against the data package, and the tables with each other.

    Raises
    ------
    BuildError
        With all failures, one a line.
    """
    failures = [
        failure
        for resource in package["resources"]
        for failure in _schema_failures(resource, tables[resource["name"]])
    ]
    failures += [*_source_failures(tables), *_story_failures(tables)]
    if failures:
        message = "\n".join(["the built tables break their rules:", *sorted(failures)])
        raise BuildError(message)
