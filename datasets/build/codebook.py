"""Write the codebook: hand-written text with counts from the built tables."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from tabular import Row

_LEVELS = ("high", "medium", "low")


def _markdown(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)


def _by_confidence(rows: Sequence[Row], column: str) -> str:
    """Count rows by the values of a column and by confidence."""
    counts = Counter((row[column], row["confidence"]) for row in rows)
    sizes = Counter(row[column] for row in rows)
    names = sorted(sizes, key=lambda name: (-sizes[name], name))
    body: list[list[object]] = [
        [f"`{name}`", *(counts[name, level] for level in _LEVELS), sizes[name]]
        for name in names
    ]
    totals = Counter(row["confidence"] for row in rows)
    body.append(["all", *(totals[level] for level in _LEVELS), len(rows)])
    return _markdown([column, *_LEVELS, "rows"], body)


def _by_year(tables: Mapping[str, Sequence[Row]]) -> str:
    """Count tests, their days, launches and calendar events by year."""
    dates = {
        "test events": [row["date"] for row in tables["weapons_tests"]],
        "test days": sorted({row["date"] for row in tables["weapons_tests"]}),
        "launches listed": [row["date"] for row in tables["launches"]],
        "calendar events": [row["start"] for row in tables["diplomatic_calendar"]],
        "exercises": [row["start"] for row in tables["military_exercises"]],
    }
    counts = {name: Counter(day[:4] for day in days) for name, days in dates.items()}
    years = sorted(set().union(*counts.values()))
    body = [[year, *(count[year] for count in counts.values())] for year in years]
    return _markdown(["year", *counts], body)


def _overview(tables: Mapping[str, Sequence[Row]]) -> str:
    body: list[list[object]] = []
    for name, rows in tables.items():
        date = next((key for key in ("date", "start") if key in rows[0]), "")
        days = sorted(row[date] for row in rows) if date else []
        levels = Counter(row.get("confidence", "") for row in rows)
        counts = [levels[level] or "" for level in _LEVELS]
        covers = f"{days[0]} to {days[-1]}" if days else ""
        body.append([f"`{name}.csv`", len(rows), *counts, covers])
    return _markdown(["table", "rows", *_LEVELS, "first and last day"], body)


def _facts(tables: Mapping[str, Sequence[Row]]) -> str:
    tests, calendar = tables["weapons_tests"], tables["diplomatic_calendar"]
    kinds = Counter(row["kind"] for row in tables["sources"])
    status = Counter(row["status"] for row in calendar)
    lines = [
        f"- Test events: {len(tests)} on {len({row['date'] for row in tests})} Korean "
        f"days; {sum(bool(row['time']) for row in tests)} have a clock time; "
        f"{sum(bool(row['dispute']) for row in tests)} carry a dispute.",
        f"- Calendar events: {', '.join(f'{n} {s}' for s, n in status.most_common())}; "
        f"{sum(row['end'] > row['start'] for row in calendar)} last several days; "
        f"{sum(bool(row['announced']) for row in calendar)} have an announcement day.",
        f"- Sources: {', '.join(f'{n} {kind}' for kind, n in kinds.most_common())}.",
    ]
    return "\n".join(lines)


def write(template: Path, tables: Mapping[str, Sequence[Row]]) -> bytes:
    """Fill the markers of the template."""
    parts = {
        "overview": _overview(tables),
        "facts": _facts(tables),
        "weapons": _by_confidence(tables["weapons_tests"], "weapon"),
        "categories": _by_confidence(tables["diplomatic_calendar"], "category"),
        "years": _by_year(tables),
        "exercises": _by_confidence(tables["military_exercises"], "kind"),
    }
    text = template.read_text(encoding="utf-8")
    for name, part in parts.items():
        text = text.replace(f"<!-- {name} -->", part)
    return text.encode("utf-8")
