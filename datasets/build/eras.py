"""Build ``eras.csv`` from the hand-written ``era_rules.csv``."""

from pathlib import Path

from sourcebook import SourceBook
from tabular import Row, by_date, read_table

COLUMNS = (
    "era_id",
    "kind",
    "name",
    "start",
    "end",
    "sources",
    "confidence",
    "notes",
)


def build(rules_path: Path, book: SourceBook) -> list[Row]:
    """Resolve the citations of each era."""
    rows = []
    for rule in read_table(rules_path):
        row = {name: rule.get(name, "") for name in COLUMNS}
        rows.append(row | {"sources": book.cite(rule["citations"])})
    return by_date(rows, "start", "era_id")
