"""The curated tables that ship with the package."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from timing.arguments import check_choice
from timing.errors import ArgumentError, EmptySelectionError

CONFIDENCES = ("low", "medium", "high")


def data_folder() -> Path:
    """Folder of the curated tables: inside the wheel, or beside the source tree."""
    shipped = Path(__file__).parent / "_datasets"
    return shipped if shipped.is_dir() else Path(__file__).parents[1] / "datasets"


@cache
def data_package() -> dict[str, Any]:
    """``datapackage.json``: every table and column, documented once."""
    path = data_folder() / "datapackage.json"
    package: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return package


@cache
def data_hashes() -> dict[str, str]:
    """Return the SHA-256 of every table's file, by its name.

    Examples
    --------
    >>> len(data_hashes()["weapons_tests.csv"])
    64
    """
    names = sorted(table["path"] for table in data_package()["resources"])
    return {
        name: hashlib.sha256((data_folder() / name).read_bytes()).hexdigest()
        for name in names
    }


def resource(name: str) -> dict[str, Any]:
    """Return the description of one table.

    Examples
    --------
    >>> resource("weapons_tests")["path"]
    'weapons_tests.csv'
    """
    tables = {table["name"]: table for table in data_package()["resources"]}
    found: dict[str, Any] = tables[check_choice("name", name, tables)]
    return found


@cache
def _read(name: str) -> pd.DataFrame:
    """Read and type one table; blank cells are missing in every column type."""
    described = resource(name)
    table = pd.read_csv(
        data_folder() / described["path"], dtype="str", keep_default_na=False
    )
    for column in described["schema"]["fields"]:
        values = table[column["name"]]
        kind = column["type"]
        if kind == "date":
            table[column["name"]] = pd.to_datetime(
                values.where(values.ne("")), format="%Y-%m-%d"
            ).astype("datetime64[us]")
        elif kind in ("integer", "number"):
            number = pd.to_numeric(values.where(values.ne("")))
            table[column["name"]] = number.astype(
                "Int64" if kind == "integer" else "float64"
            )
        elif kind == "boolean":
            known = values.map({"true": True, "false": False})
            table[column["name"]] = known.astype("boolean")
    return table


def _select(
    table: pd.DataFrame,
    *,
    min_confidence: str,
    **wanted: str | Sequence[str] | None,
) -> pd.DataFrame:
    check_choice("min_confidence", min_confidence, CONFIDENCES)
    good_enough = CONFIDENCES[CONFIDENCES.index(min_confidence) :]
    keep = table["confidence"].isin(good_enough)
    for argument, values in wanted.items():
        if values is None:
            continue
        column = {"weapons": "weapon", "categories": "category"}.get(argument, argument)
        known = sorted(table[column].unique())
        chosen = [values] if isinstance(values, str) else values
        if not isinstance(chosen, list | tuple | set):
            msg = f"`{argument}` is {values!r}; it must be text or a list of text."
            raise ArgumentError(msg)
        for value in chosen:
            check_choice(argument, value, known)
        keep &= table[column].isin(chosen)
    if not keep.any():
        asked = {k: v for k, v in wanted.items() if v is not None}
        msg = f"no row has {asked} and at least {min_confidence} confidence."
        raise EmptySelectionError(msg)
    return table[keep].reset_index(drop=True)


def load_tests(
    *,
    weapons: str | Sequence[str] | None = None,
    min_confidence: str = "medium",
    status: str | Sequence[str] | None = None,
) -> pd.DataFrame:
    """Load the weapons tests of the DPRK, one row per test event.

    Parameters
    ----------
    weapons : str or list of str, optional
        Classes to keep: ``ballistic``, ``cruise``, ``satellite``, ``nuclear``,
        ``rocket_artillery``, ``surface_to_air``, ``underwater``, ``engine``, ``other``.
        All by default, ground tests of engines too.
    min_confidence : {"medium", "low", "high"}
        Rows below it are left out.
    status : str or list of str, optional
        ``confirmed``, ``claimed_only``, ``disputed``; all by default.

    Returns
    -------
    DataFrame
        Columns as in ``datasets/README.md``; ``date`` is the Korean day.

    Raises
    ------
    ArgumentError
        If a value does not occur in the table.
    EmptySelectionError
        If no row is left.

    Examples
    --------
    >>> import timing
    >>> tests = timing.load_tests(weapons=["cruise"])
    >>> tests.loc[tests["date"].eq("2025-10-28"), ["test_id", "time", "range_class"]]
             test_id   time range_class
    ...
    """
    return _select(
        _read("weapons_tests"),
        min_confidence=min_confidence,
        weapons=weapons,
        status=status,
    )


def load_calendar(
    categories: str | Sequence[str] | None = None,
    *,
    min_confidence: str = "medium",
    status: str | Sequence[str] | None = "held",
) -> pd.DataFrame:
    """Load the diplomatic calendar, one row per calendar event.

    Parameters
    ----------
    categories : str or list of str, optional
        Such as ``rok_us_summit`` or ``us_president_visit_rok``; all by default.
    min_confidence : {"medium", "low", "high"}
        Rows below it are left out.
    status : str or list of str, default "held"
        ``held``, ``cancelled``, ``virtual``, ``scheduled``; None for all. Cancelled and
        virtual meetings are placebos, not events.

    Returns
    -------
    DataFrame
        Columns as in ``datasets/README.md``; ``start`` and ``end`` are local to the
        venue, whose time zone is ``zone``.

    Raises
    ------
    ArgumentError
        If a value does not occur in the table.
    EmptySelectionError
        If no row is left.

    Examples
    --------
    >>> import timing
    >>> summits = timing.load_calendar("us_dprk_summit")
    >>> summits[["start", "location"]]
           start             location
    0 2018-06-12  Singapore (Sentosa)
    1 2019-02-27                Hanoi
    2 2019-06-30            Panmunjom
    """
    return _select(
        _read("diplomatic_calendar"),
        min_confidence=min_confidence,
        categories=categories,
        status=status,
    )


def load_exercises(
    *, scale: str | Sequence[str] | None = None, min_confidence: str = "medium"
) -> pd.DataFrame:
    """Load the US-ROK military exercises, one row per exercise held.

    Parameters
    ----------
    scale : {"major", "minor"} or list of them, optional
        Both by default.
    min_confidence : {"medium", "low", "high"}

    Returns
    -------
    DataFrame

    Examples
    --------
    >>> import timing
    >>> len(timing.load_exercises(scale="major")) > 50
    True
    """
    return _select(
        _read("military_exercises"), min_confidence=min_confidence, scale=scale
    )


def load_anniversaries(*, min_confidence: str = "medium") -> pd.DataFrame:
    """Load the anniversaries of the DPRK, one row per anniversary and year.

    Parameters
    ----------
    min_confidence : {"medium", "low", "high"}

    Returns
    -------
    DataFrame

    Examples
    --------
    >>> import timing
    >>> anniversaries = timing.load_anniversaries()
    >>> bool(anniversaries["start"].eq("2017-04-15").any())
    True
    """
    return _select(_read("anniversaries"), min_confidence=min_confidence)


def load_elections(
    *,
    kind: str | Sequence[str] | None = None,
    country: str | Sequence[str] | None = None,
    min_confidence: str = "medium",
) -> pd.DataFrame:
    """Load elections, inaugurations, assemblies and congresses (US, ROK, DPRK).

    Parameters
    ----------
    kind, country : str or list of str, optional
        All by default.
    min_confidence : {"medium", "low", "high"}

    Returns
    -------
    DataFrame

    Examples
    --------
    >>> import timing
    >>> elections = timing.load_elections(country="US")
    >>> bool(elections["start"].eq("2024-11-05").any())
    True
    """
    return _select(
        _read("elections"), min_confidence=min_confidence, kind=kind, country=country
    )


def load_launches(*, min_confidence: str = "medium") -> pd.DataFrame:
    """Load the single missiles behind the test events, as far as the lists go.

    Parameters
    ----------
    min_confidence : {"medium", "low", "high"}

    Returns
    -------
    DataFrame
        One row per missile; ``test_id`` ties it to `load_tests`.

    Examples
    --------
    >>> import timing
    >>> launches = timing.load_launches()
    >>> int(launches["test_id"].eq("T20251022-01").sum())
    2
    """
    return _select(_read("launches"), min_confidence=min_confidence)


def load_eras(
    *, kind: str | Sequence[str] | None = None, min_confidence: str = "low"
) -> pd.DataFrame:
    """Load eras: who ruled the DPRK, and when.

    Parameters
    ----------
    kind : str or list of str, optional
        ``dprk_leader``; all by default.
    min_confidence : {"low", "medium", "high"}

    Returns
    -------
    DataFrame
        ``end`` is missing for the era that goes on.

    Examples
    --------
    >>> import timing
    >>> timing.datasets.load_eras(kind="dprk_leader")["name"].tolist()
    ['Kim Il Sung', 'Kim Jong Il', 'Kim Jong Un']
    """
    return _select(_read("eras"), min_confidence=min_confidence, kind=kind)


def load_sources() -> pd.DataFrame:
    """Load the sources that the ``sources`` columns of the tables name.

    Returns
    -------
    DataFrame
        One row per source, indexed by ``source_id``.

    Examples
    --------
    >>> import timing
    >>> {"title", "url", "licence"} <= set(timing.load_sources().columns)
    True
    """
    return _read("sources").set_index("source_id")
