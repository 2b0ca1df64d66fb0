"""Build ``anniversaries.csv``: one row per anniversary and year.

``anniversary_rules.csv`` merges two upstream lists by hand. The build checks that each
rule still agrees with the rows it was made from.
"""

from pathlib import Path

from sourcebook import SourceBook
from tabular import BuildError, Row, by_date, read_table
from wording import plain

COLUMNS = (
    "anniversary_id",
    "name",
    "start",
    "end",
    "round",
    "sources",
    "confidence",
    "notes",
)

FIRST_YEAR, LAST_YEAR = 1984, 2026
_ROUND = 5


def _check_rules(rules: list[Row], folder: Path) -> None:
    """Check that every upstream row is used, and on the day that it gives."""
    fixed = {
        (row["name"], row["start_date"][5:])
        for row in read_table(folder / "confounders" / "confounders.csv")
        if row["type"] == "dprk_holiday_fixed"
    }
    listed = read_table(folder / "confounders" / "dprk_holidays_webb2017.csv")
    webb = {row["month_day"] for row in listed}
    used = {(rule["candidate"], rule["month_day"]) for rule in rules}
    used_webb = {rule["month_day"] for rule in rules if "piie.com" in rule["citations"]}
    missing = (fixed - used, webb ^ used_webb)
    if any(missing):
        message = f"anniversary_rules.csv does not cover the upstream lists: {missing}"
        raise BuildError(message)


def _round(rule: Row, year: int) -> str:
    if not rule["founded"]:
        return ""
    return "true" if (year - int(rule["founded"])) % _ROUND == 0 else "false"


def build(folder: Path, book: SourceBook, rules_path: Path) -> list[Row]:
    """Expand the rules into dated rows, so that the table joins like a calendar."""
    rules = read_table(rules_path)
    _check_rules(rules, folder)
    rows = []
    for rule in rules:
        first = max(FIRST_YEAR, int(rule["first_year"] or FIRST_YEAR))
        last = min(LAST_YEAR, int(rule["last_year"] or LAST_YEAR))
        sources = book.cite(rule["citations"])
        for year in range(first, last + 1):
            day = f"{year}-{rule['month_day']}"
            rows.append(
                {
                    "anniversary_id": f"{year}-{rule['slug']}",
                    "name": rule["name"],
                    "start": day,
                    "end": day,
                    "round": _round(rule, year),
                    "sources": sources,
                    "confidence": rule["confidence"],
                    "notes": plain(rule["notes"]),
                }
            )
    return by_date(rows, "start", "anniversary_id")
