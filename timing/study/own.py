"""A study of the user's own tables: where they are, and what is usual for them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from timing.assumed import months_of
from timing.errors import TimingError
from timing.home import check_zone
from timing.readers import read_calendar, read_events
from timing.schema import is_blank
from timing.study import rules
from timing.study.data import OwnTables, own_tables
from timing.study.testing import grid_of

if TYPE_CHECKING:
    import pandas as pd

    from timing.study.rules import Problems, Reader
    from timing.study.specification import Study, Variant

ANYWHERE = "UTC"
"""Clock of dates that have no times and no zones: it changes nothing."""

_FILE: dict[str, Reader] = {
    "file": rules.text,
    "columns": rules.words,
    "dates": rules.text,
    "format": rules.text,
    "delimiter": rules.letter,
    "sheet": rules.text,
    "encoding": rules.text,
    "approximate": rules.whole,
}
_DATA: dict[str, Reader] = {
    "zone": lambda value: check_zone("zone", value),
    "events": rules.table,
    "calendar": rules.table,
}
_READERS: dict[str, Callable[..., pd.DataFrame]] = {
    "events": read_events,
    "calendar": read_calendar,
}
USUAL: dict[str, dict[str, Any]] = {
    "outcome": {"classes": (), "unit": "day"},
    "window": {"before": 7, "after": 7, "anchor": "interval"},
    "test": {"strata": "month", "alternative": "two-sided"},
    "checks": {
        "controls": (
            (),
            ("season", "weekday"),
            ("season", "weekday", "year"),
            ("month", "weekday"),
        ),
        "max_lag": 30,
        "scales": (None, "year", "half", "quarter", "month", "fortnight"),
        "scan_days": (0, 1, 3, 7, 14),
        "scan_eras": (),
        "n_replicates": 200,
        "n_random_calendars": 199,
    },
}
"""What a study of own tables declares unless it says otherwise."""
SEED = 1
ASSUMED = "Assumed: the whole months from the first to the last event."


def read_own_data(
    path: Path, declared: Mapping[str, Any], problems: Problems
) -> tuple[OwnTables, tuple[tuple[str, str], ...]]:
    """Read the tables that ``[data]`` of a declaration names.

    Parameters
    ----------
    path : Path
        The declaration; files are looked for in its folder.
    declared : mapping
        The table ``[data]``.
    problems : Problems
        Takes what is wrong with the declaration and with either table.

    Returns
    -------
    OwnTables
    tuple of (str, str)
        What the declaration says of each table.

    Raises
    ------
    DeclarationError
        If there is a problem, with this table or found before.
    """
    where = f"{path}, [data]"
    top = problems.read(where, declared, _DATA, optional=("zone",))
    tables, sha256, sources = {}, {}, []
    for name, reader in _READERS.items():
        if name not in top:
            continue
        asked = problems.read(
            f"{path}, [data.{name}]",
            top[name],
            _FILE,
            optional=[key for key in _FILE if key != "file"],
        )
        if "file" not in asked:
            continue
        sources.append((name, json.dumps(asked, sort_keys=True, ensure_ascii=False)))
        file = path.parent / asked.pop("file")
        asked["columns"] = asked.get("columns") or None
        try:
            tables[name] = reader(file, zone=top.get("zone"), **asked)
            with file.open("rb") as content:
                digest = hashlib.file_digest(content, "sha256")
            sha256[file.name] = digest.hexdigest()
        except TimingError as error:
            problems.add_error(error, f"{path}, [data.{name}]")
        except OSError as error:
            rule = f"cannot be read: {error.strerror or error}"
            failure = (f"{path}, [data.{name}]", 0, "file", str(file), rule)
            problems.add(f"{failure[0]}, file = '{file}': {rule}.", failure)
    if "zone" not in top and _has_zones(tables.get("calendar")):
        rule = (
            "the calendar has zones; say on which clock days are counted, such as "
            "zone = 'Europe/Madrid'"
        )
        problems.add(f"{where}: {rule}.", (where, 0, "zone", "", rule))
    problems.raise_if_any()
    zone = top.get("zone", ANYWHERE)
    try:
        data = own_tables(
            tables["events"], tables["calendar"], zone=zone, sha256=sha256
        )
    except TimingError as error:
        problems.add_error(error, where)
        problems.raise_if_any()
        raise
    return data, (("zone", zone), *sources)


def _has_zones(calendar: pd.DataFrame | None) -> bool:
    if calendar is None or "zone" not in calendar:
        return False
    return not is_blank(calendar["zone"]).all()


def usual_for(data: OwnTables) -> dict[str, dict[str, Any]]:
    """Return `USUAL` and a period: the whole months of the events."""
    period = months_of(data.tests())
    span = {"start": str(period.start), "end": str(period.end), "exclude": ()}
    return {**USUAL, "period": span}


def usual_variants(primary: Variant) -> tuple[Variant, ...]:
    """Return variants of a hypothesis that declares none, one choice changed in each.

    Those that do not differ, or have nothing to compare, are left out.
    """
    before, after = primary.before, primary.after
    half = {"before": before // 2, "after": after // 2}
    double = {"before": 2 * before, "after": 2 * after}
    changes: dict[str, dict[str, Any]] = {
        "the days before and the event only": {"after": 0},
        "the event and the days after only": {"before": 0},
        f"{half['before']} days before, {half['after']} after": half,
        f"{double['before']} days before, {double['after']} after": double,
        "the null holds quarters fixed": {"strata": "quarter"},
        "the null holds years fixed": {"strata": "year"},
        "episodes: event days no more than seven days apart count once": {
            "unit": "episode"
        },
    }
    variants = (replace(primary, label=label, **c) for label, c in changes.items())
    return tuple(v for v in variants if _differs(v, primary) and _problem(v) is None)


def _differs(variant: Variant, primary: Variant) -> bool:
    return variant.to_dict() | {"label": primary.label} != primary.to_dict()


def _problem(variant: Variant) -> TimingError | None:
    """Return why a selection cannot be tested, None if it can."""
    try:
        grid_of(variant)
    except TimingError as error:
        return error
    return None


def check_selections(path: Path, study: Study, problems: Problems) -> None:
    """Find hypotheses and variants that select nothing, or nothing to compare."""
    for key, variants in (
        ("hypotheses", study.hypotheses),
        ("variants", study.variants),
    ):
        for i, variant in enumerate(variants, start=1):
            error = _problem(variant)
            if error is not None:
                problems.add_error(error, f"{path}, [[{key}]] number {i}")
