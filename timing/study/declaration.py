"""Reading the declaration of a study from a TOML file; no key in it goes unread."""

from __future__ import annotations

import tomllib
from collections.abc import Container, Iterable
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from timing.errors import DeclarationError
from timing.kernels.pvalues import ALTERNATIVES
from timing.study import rules
from timing.study.data import Curated, OwnTables
from timing.study.own import (
    ASSUMED,
    SEED,
    check_selections,
    read_own_data,
    usual_for,
    usual_variants,
)
from timing.study.rules import Problems, Reader
from timing.study.specification import Hypothesis, Study, Variant

if TYPE_CHECKING:
    from timing.study.data import Data

_TOP: dict[str, Reader] = {
    "title": rules.text,
    "why": rules.text,
    "seed": rules.whole,
}
_PARTS: dict[str, dict[str, Reader]] = {
    "outcome": {
        "classes": rules.list_of(rules.text),
        "unit": rules.one_of("day", "event", "episode"),
    },
    "period": {
        "start": rules.day,
        "end": rules.day,
        "exclude": rules.list_of(rules.span),
    },
    "window": {
        "before": rules.whole,
        "after": rules.whole,
        "anchor": rules.one_of("interval", "meeting", "start", "end", "announced"),
    },
    "test": {"strata": rules.scale, "alternative": rules.one_of(*ALTERNATIVES)},
}
"""What every selection has in common, unless it says otherwise."""
_SELECTION: dict[str, Reader] = {
    "label": rules.text,
    "categories": rules.list_of(rules.text),
    "without_journeys_of": rules.list_of(rules.text),
    **{key: read for part in _PARTS.values() for key, read in part.items()},
}
_BUT_LABEL = [key for key in _SELECTION if key != "label"]
_HYPOTHESIS: dict[str, Reader] = {
    **_SELECTION,
    "name": rules.name,
    "expected": rules.one_of("more", "fewer"),
    "why": rules.text,
}
_CHECKS: dict[str, Reader] = {
    "controls": rules.list_of(rules.list_of(rules.text)),
    "max_lag": rules.whole,
    "scales": rules.list_of(rules.scale),
    "scan_days": rules.list_of(rules.whole),
    "scan_eras": rules.list_of(rules.span),
    "n_replicates": rules.whole,
    "n_random_calendars": rules.whole,
}
_DECLARATION: dict[str, Reader] = {
    **_TOP,
    **dict.fromkeys((*_PARTS, "checks", "data"), rules.table),
    **dict.fromkeys(("hypotheses", "variants"), rules.list_of(rules.table)),
}
_TABLES = {
    **{part: {**readers, "why": rules.text} for part, readers in _PARTS.items()},
    "checks": _CHECKS,
}
_MAY_LACK = ("variants", "data")


def analyses_folder() -> Path:
    """Folder of declaration and scripts: inside the wheel, or beside the source."""
    shipped = Path(__file__).parents[1] / "_analyses"
    return shipped if shipped.is_dir() else Path(__file__).parents[2] / "analyses"


@cache
def primary_study() -> Study:
    """Return the study of the DPRK's tests, as declared in ``analyses/primary.toml``.

    Examples
    --------
    >>> primary_study().primary.name
    'attention'
    """
    return read_study(analyses_folder() / "primary.toml")


def read_study(path: str | Path) -> Study:
    """Read the declaration of a study, and the user's tables that it names.

    Parameters
    ----------
    path : str or Path
        A TOML file. ``analyses/primary.toml`` declares a study of the curated tables;
        with a table ``[data]`` it is one of the user's own, in which everything but the
        title has a default (``timing init`` writes one).

    Returns
    -------
    Study

    Raises
    ------
    DeclarationError
        If the file is no TOML, a key is missing, unknown or breaks its rule, or a table
        breaks one: file, table or row, key or column are named, for all at once.
    """
    path = Path(path)
    parsed, problems = _parsed(path), Problems()
    own = "data" in parsed
    may_lack = [key for key in _DECLARATION if key != "title"] if own else _MAY_LACK
    top = problems.read(str(path), parsed, _DECLARATION, may_lack)
    parts = {
        part: problems.read(
            f"{path}, [{part}]",
            top.pop(part),
            readers,
            optional=readers if own else ("exclude",),
        )
        for part, readers in _TABLES.items()
        if part in top
    }
    asked = _numbered(
        f"{path}, [[hypotheses]]",
        top.pop("hypotheses", ()),
        _HYPOTHESIS,
        _HYPOTHESIS if own else _BUT_LABEL,
        problems,
    )
    _check_names(path, asked, problems)
    if not asked and "hypotheses" in parsed:
        rule = "the key 'hypotheses' must hold at least one table"
        problems.add(f"{path}: {rule}.", (str(path), 0, "hypotheses", "", rule))
    varied = None
    if "variants" in top:
        varied = _numbered(
            f"{path}, [[variants]]",
            top.pop("variants"),
            _SELECTION,
            _BUT_LABEL,
            problems,
        )
    data: Data = Curated()
    if own:
        data, top["sources"] = read_own_data(path, top.pop("data", {}), problems)
    problems.raise_if_any()
    study = _assembled(data, top, parts, asked, varied)
    if own:
        check_selections(path, study, problems)
        problems.raise_if_any()
    return study


def own_study(data: OwnTables, *, title: str) -> Study:
    """Return the usual study of the user's own tables, as a file with no more says.

    Parameters
    ----------
    data : OwnTables
        From `own_tables`.
    title : str

    Examples
    --------
    >>> from timing.study import own_tables
    >>> days = [f"2025-0{month}-1{day}" for month in (1, 2, 3) for day in (0, 3, 7)]
    >>> study = own_study(own_tables(days, ["2025-02-11"]), title="Tides")
    >>> study.primary.label, study.primary.start
    ('all calendar events', '2025-01-01')
    """
    return _assembled(data, {"title": title}, {}, [], None)


def _assembled(
    data: Data,
    top: dict[str, Any],
    parts: dict[str, dict[str, Any]],
    asked: list[dict[str, Any]],
    varied: list[dict[str, Any]] | None,
) -> Study:
    """Put the parts of a declaration together, with what is usual for own tables."""
    usual = usual_for(data) if isinstance(data, OwnTables) else {}
    reasons = {part: parts.get(part, {}).pop("why", "") for part in _PARTS}
    if usual and not {"start", "end"} & parts.get("period", {}).keys():
        reasons["period"] = reasons["period"] or ASSUMED
    said = {part: usual.get(part, {}) | parts.get(part, {}) for part in _PARTS}
    shared = {"data": data, **_joined(said)}
    plain = {"name": "primary", "label": "all calendar events", "expected": "more"}
    if usual:
        asked = [plain | one for one in asked] or [plain]
    hypotheses = tuple(Hypothesis(**shared | one) for one in asked)
    first = {f.name: getattr(hypotheses[0], f.name) for f in fields(Variant)}
    if usual and varied is None:
        variants = usual_variants(Variant(**first))
    else:
        variants = tuple(Variant(**first | one) for one in varied or ())
    declared: dict[str, Any] = {"why": "", "seed": SEED} | top
    declared |= usual.get("checks", {}) | parts.get("checks", {})
    return Study(
        **declared,
        hypotheses=hypotheses,
        variants=variants,
        reasons=tuple((part, why) for part, why in reasons.items() if why),
    )


def _joined(parts: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return {key: value for part in parts.values() for key, value in part.items()}


def _parsed(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        rule = "there is no such file"
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        rule = f"this is no TOML: {error}"
    raise DeclarationError([(str(path), 0, "", "", rule)], f"{path}: {rule}.")


def _numbered(
    where: str,
    tables: Iterable[dict[str, Any]],
    readers: dict[str, Reader],
    optional: Container[str],
    problems: Problems,
) -> list[dict[str, Any]]:
    """Read the tables of a list."""
    return [
        problems.read(f"{where} number {i}", table, readers, optional)
        for i, table in enumerate(tables, start=1)
    ]


def _check_names(path: Path, asked: list[dict[str, Any]], problems: Problems) -> None:
    """Find hypotheses that are not there, or share a name."""
    names = [one.get("name", "primary") for one in asked]
    for i, name in enumerate(names):
        if name in names[:i]:
            where = f"{path}, [[hypotheses]] number {i + 1}"
            rule = "another hypothesis has the name, which must be its own"
            line = f"{where}, name = {name!r}: {rule}."
            problems.add(line, (where, 0, "name", name, rule))
