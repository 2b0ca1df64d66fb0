"""Checks of users' tables against the schemas."""

from __future__ import annotations

import pandas as pd

from timing.datasets import resource
from timing.schema import CALENDAR, TESTS, check_table, schema_from_resource


def validate_tests(frame: pd.DataFrame, *, curated: bool = False) -> None:
    """Check a table of tests.

    Parameters
    ----------
    frame : DataFrame
    curated : bool, default False
        Ask for the full schema of ``weapons_tests.csv``. By default only what the
        tests of this package need: a readable ``date``; ``test_id`` unique,
        ``earliest <= date <= latest`` where these columns exist.

    Raises
    ------
    SchemaError
        With one row per failure in ``failures``.

    Examples
    --------
    >>> import pandas as pd, timing
    >>> timing.validate_tests(pd.DataFrame({"date": ["2025-10-32"]}))
    Traceback (most recent call last):
    ...
    timing.errors.SchemaError: `tests`: row 1, column 'date': '2025-10-32': is not ...
    """
    schema = schema_from_resource(resource("weapons_tests")) if curated else TESTS
    check_table(frame, schema, table="`tests`")


def validate_calendar(frame: pd.DataFrame, *, curated: bool = False) -> None:
    """Check a calendar.

    Parameters
    ----------
    frame : DataFrame
    curated : bool, default False
        Ask for the full schema of ``diplomatic_calendar.csv``. By default only what the
        tests of this package need: readable ``start`` and ``end`` in that order;
        ``event_id`` unique and ``zone`` an IANA time zone where these columns exist.

    Raises
    ------
    SchemaError
        With one row per failure in ``failures``.

    Examples
    --------
    >>> import pandas as pd, timing
    >>> timing.validate_calendar(
    ...     pd.DataFrame({"start": ["2025-10-29"], "end": ["2025-10-30"]})
    ... )
    """
    schema = schema_from_resource(resource("diplomatic_calendar"))
    check_table(frame, schema if curated else CALENDAR, table="`calendar`")
