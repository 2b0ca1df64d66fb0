"""Apply hand corrections, each with its reason, and fail when one no longer fits."""

from collections.abc import Sequence

from tabular import BuildError, Row


def _check(where: str, field: str, old: str, found: str) -> None:
    if old != found:
        message = (
            f"{where}: `{field}` should be {old!r} before it changes, is {found!r}"
        )
        raise BuildError(message)


def apply(table: str, key: str, rows: list[Row], corrections: Sequence[Row]) -> None:
    """Correct candidate rows in place.

    Parameters
    ----------
    table : str
        Name of the table, as in the first column of ``corrections.csv``.
    key : str
        Column that identifies a row.
    rows : list of dict
        Candidate rows.
    corrections : sequence of dict
        All corrections. ``field`` names a column of the candidate table, or is blank
        where only a ``source`` is added to the citations of the row.
    """
    index = {row[key]: row for row in rows}
    for correction in corrections:
        if correction["table"] != table:
            continue
        where = f"corrections.csv, {table}, {correction['key']}"
        row = index.get(correction["key"])
        if row is None:
            message = f"{where}: no such row"
            raise BuildError(message)
        if field := correction["field"]:
            _check(where, field, correction["old"], row[field])
            row[field] = correction["new"]
        if correction["source"]:
            cited = [row.get("added_sources", ""), correction["source"]]
            row["added_sources"] = "; ".join(filter(None, cited))


def apply_raised(rows: list[Row], raised: Sequence[Row]) -> None:
    """Carry the second pass over weak calendar rows into the candidates, in place.

    A raised row has better sources; it may move a date. Its clauses about what was
    unsourced before are dropped, the rest of the old note is kept.
    """
    index = {row["event_id"]: row for row in rows}
    for new in raised:
        where = f"raised_rows.csv, {new['event_id']}"
        row = index.get(new["event_id"])
        if row is None:
            message = f"{where}: no such event"
            raise BuildError(message)
        for field in ("start_date", "end_date", "confidence"):
            _check(where, field, new[f"old_{field}"], row[field])
        clauses = [part for part in row["notes"].split("; ") if "memory" not in part]
        row |= {
            "start_date": new["start_date"],
            "end_date": new["end_date"],
            "source": new["source"],
            "second_source": new["second_source"],
            "confidence": new["new_confidence"],
            "announced_date": new["announced_date"] or row["announced_date"],
            "notes": "; ".join(filter(None, [*clauses, new["notes"]])),
        }
