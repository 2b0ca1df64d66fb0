"""The JSON form of the CNS list that nagix/nk-missile-tests keeps up."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from timing.errors import SchemaError
from timing.readers.missiles import COLUMNS, missile_table

if TYPE_CHECKING:
    from collections.abc import Collection

_KEYS = ("date", "time", "missile", "facility", "landing", "apogee", "distance",
         "outcome")  # fmt: skip
_TEXT = ("series", "bearing", "glide", "description")
_LANDINGS = {
    "sea-of-japan": "Sea of Japan or East Sea",
    "yellow-sea": "Yellow Sea or West Sea",
    "pacific-ocean": "Pacific Ocean",
    "north-korea": "North Korea",
    "na": "N/A",
}


def read_cns_json(
    path: str | Path,
    *,
    missiles: str | Path | None = None,
    facilities: str | Path | None = None,
    local_clock: Collection[str] = (),
    with_text: bool = False,
) -> pd.DataFrame:
    """Read the CNS-derived JSON list into the columns of `read_cns`.

    Parameters
    ----------
    path : str or Path
        The list of tests: ``timeBins``, each with ``data``.
    missiles, facilities : str or Path, optional
        The catalogues beside it, which give names, range classes and coordinates.
        Without them ``system`` and ``site`` are the list's short names and the rest is
        blank.
    local_clock : collection of str, default ()
        As in `read_cns`.
    with_text : bool, default False
        Also return ``series``, ``bearing``, ``glide`` and ``description`` as written.

    Returns
    -------
    DataFrame
        Columns of `read_cns`. ``missile_id`` is the running number in the file;
        ``confirmation`` and ``urls`` are not in this list and blank.

    Raises
    ------
    SchemaError
        If the file is not UTF-8 or not JSON (or cut off), is nested otherwise, a row
        lacks a key, a catalogue lacks a name, or a value breaks a rule of `read_cns`.
        Rows are running numbers.
    ArgumentError
        If `local_clock` names a missile that is not in the list.
    OSError
        If a file cannot be opened.

    Notes
    -----
    Dates and times are UTC, as in the CNS list: 238 of its first 245 rows agree to the
    minute and 244 on the Korean day; the rest are corrections or slips of this copy.
    The facility ``unknown`` has a place on the map there; it has no coordinates here.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> test = dict.fromkeys(_KEYS, "unknown")
    >>> test |= {"date": "2016-06-21", "time": "20:56 (UTC)", "apogee": 1400}
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "tests.json")
    ...     bins = {"timeBins": [{"year": 2016, "data": [test]}]}
    ...     _ = path.write_text(json.dumps(bins), encoding="utf-8")
    ...     read_cns_json(path)[["missile_id", "date", "time", "apogee_km"]]
      missile_id       date   time  apogee_km
    0          1 2016-06-22  05:56     1400.0
    """
    path = Path(path)
    rows = _rows(_load(path), path.name)
    known_missiles = _catalogue(missiles, None)
    known_facilities = _catalogue(facilities, "facilities")
    cells = [
        {
            "missile_id": str(i),
            "date_raw": _text(row["date"]),
            "time_raw": _text(row["time"]),
            "system": _look_up(known_missiles, row["missile"], "name"),
            "range_class": _look_up(known_missiles, row["missile"], "type", ""),
            "site": _look_up(known_facilities, row["facility"], "name"),
            "latitude_raw": _look_up(known_facilities, row["facility"], "lat", ""),
            "longitude_raw": _look_up(known_facilities, row["facility"], "lon", ""),
            "apogee_raw": _text(row["apogee"]),
            "distance_raw": _text(row["distance"]),
            "outcome": _text(row["outcome"]),
            "confirmation": "",
            "landing": _LANDINGS.get(_text(row["landing"]), _text(row["landing"])),
            "urls": "",
            **{name: _text(row.get(name)) for name in _TEXT if with_text},
        }
        for i, row in enumerate(rows, start=1)
    ]
    _check_names(rows, known_missiles, "missile", path.name)
    _check_names(rows, known_facilities, "facility", path.name)
    raw = pd.DataFrame(cells, dtype="str")
    table = missile_table(raw, table=path.name, local_clock=local_clock)
    nowhere = [_text(row["facility"]) == "unknown" for row in rows]
    table.loc[nowhere, ["latitude", "longitude"]] = float("nan")
    text = [name for name in raw if name not in COLUMNS]
    return pd.concat([table, raw[text]], axis="columns")


def _load(path: Path) -> Any:  # noqa: ANN401
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        rule = f"is not UTF-8 text (byte {error.start})"
    except RecursionError:
        rule = "is nested too deeply"
    except ValueError as error:
        rule = f"is not JSON: {error}"
    raise SchemaError([(path.name, 0, "(all)", "", rule)])


def _rows(content: Any, table: str) -> list[dict[str, Any]]:  # noqa: ANN401
    try:
        rows = [row for year in content["timeBins"] for row in year["data"]]
    except (TypeError, KeyError, IndexError):
        rule = "must be a list of `timeBins`, each with a list `data`"
        raise SchemaError([(table, 0, "timeBins", "", rule)]) from None
    if not rows:
        raise SchemaError([(table, 0, "timeBins", "", "has no tests")])
    failures: list[tuple[str, int, str, object, str]] = []
    for i, row in enumerate(rows, start=1):
        if not isinstance(row, dict):
            failures.append((table, i, "data", row, "must be an object"))
            continue
        for key in _KEYS:
            if not isinstance(row.get(key), str | int | float):
                rule = "must be text or a number, and be there"
                failures.append((table, i, key, row.get(key), rule))
    if failures:
        raise SchemaError(failures)
    return rows


def _catalogue(path: str | Path | None, key: str | None) -> dict[str, Any] | None:
    if path is None:
        return None
    path = Path(path)
    content = _load(path)
    found = content.get(key) if key and isinstance(content, dict) else content
    if isinstance(found, dict) and all(isinstance(v, dict) for v in found.values()):
        return found
    rule = "must be an object with one object for each name"
    raise SchemaError([(path.name, 0, key or "(all)", "", rule)])


def _check_names(
    rows: list[dict[str, Any]], known: dict[str, Any] | None, key: str, table: str
) -> None:
    rule = f"is not in the catalogue of `{key}` names"
    failures = [
        (table, i, key, row[key], rule)
        for i, row in enumerate(rows, start=1)
        if known is not None and str(row[key]) not in known
    ]
    if failures:
        raise SchemaError(failures)


def _look_up(
    known: dict[str, Any] | None, name: object, key: str, default: str | None = None
) -> str:
    if known is None:
        return str(name) if default is None else default
    return _text(known.get(str(name), {}).get(key))


def _text(value: object) -> str:
    return "" if value is None else str(value)
