"""Compare the tests with the CNS and CSIS lists, for the codebook.

Also checks the built table against ``disagreements.csv``, the cases in which the
sources differ and how each was decided.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

from tabular import BuildError, Row, read_table
from weapons_tests import RANGE_CLASSES, WEAPONS

from timing.readers import read_csis

# Last Korean days of the copies, and the gap of the CSIS copy.
_CNS_END = "2026-04-19"
_CSIS_END = "2026-08-20"
_CSIS_GAP = ("2017-09-16", "2018-12-31")
_CNS_CLASSES = ("ballistic", "satellite")
_PERIODS = (
    ("1984", "1992"),
    ("1993", "2002"),
    ("2003", "2011"),
    ("2012", "2017"),
    ("2018", "2021"),
    ("2022", "2026"),
)
_GUNS = "Artillery Fire"
_MISSILE_OR_NUCLEAR = ("Missile Provocation", "Nuclear Provocation")


def _markdown(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)


def _gap(written: str, row: Row) -> int:
    """Return how many days after the event a list has it."""
    return (date.fromisoformat(written[:10]) - date.fromisoformat(row["date"])).days


def _is_open(row: Row) -> bool:
    return row["precision"] in ("span", "month")


def _cns_case(row: Row) -> str:
    written = row["cns_date"].split(" / ")
    if row["in_cns"] == "true":
        if _is_open(row):
            return "listed; no source has the day"
        gaps = [_gap(text, row) for text in written]
        if not any(gaps):
            return "listed, same day"
        if any(
            gap == -1 and "UTC" in text for gap, text in zip(gaps, written, strict=True)
        ):
            return "listed, a day early: UTC"
        return "listed, off by one: untimed"
    if row["weapon"] not in _CNS_CLASSES:
        return "absent: class left out of the list"
    if row["date"] > _CNS_END:
        return "absent: after the end of the copy"
    if row["status"] != "confirmed":
        return "absent: claimed or disputed"
    return "absent: below 300 km or 500 kg, or left out without a reason"


def _csis_case(row: Row) -> str:
    if row["in_csis"] == "true":
        if _is_open(row):
            return "listed; no source has the day"
        gaps = [_gap(text, row) for text in row["csis_date"].split(" / ")]
        nearest = min(gaps, key=abs)
        if nearest == 0:
            return "listed, same day"
        if nearest < 0:
            return "listed, one to three days early: US day or slip"
        return "listed, one or two days late: day of the report"
    if _CSIS_GAP[0] <= row["date"] <= _CSIS_GAP[1]:
        return "absent: gap of the copy"
    if row["date"] > _CSIS_END:
        return "absent: after the end of the copy"
    if row["weapon"] == "rocket_artillery":
        return "absent: rocket artillery, listed now and then only"
    if row["status"] != "confirmed":
        return "absent: claimed or disputed"
    return "absent without a reason"


def _cases(tests: Sequence[Row]) -> str:
    body: list[list[object]] = []
    for name, case in (("CNS", _cns_case), ("CSIS", _csis_case)):
        counts = Counter(case(row) for row in tests)
        for text in sorted(counts, key=lambda text: (text[0] != "l", -counts[text])):
            body.append([name, text, counts[text]])
        body.append([name, "all", len(tests)])
    return _markdown(["list", "our events", "number"], body)


def _reverse(folder: Path, tests: Sequence[Row], launches: Sequence[Row]) -> str:
    """Count the rows of the two lists that have an event here."""
    listed = read_csis(folder / "weapons_tests" / "csis_provocations_to_2026-08.csv")
    days = {day for row in tests for day in row["csis_date"].split(" / ") if day}
    rows = [
        (str(row["kind"]), str(row["event"]), f"{row['date']:%Y-%m-%d}")
        for row in listed.to_dict("records")
        if row["date"].year >= int(_PERIODS[0][0])
    ]
    weapons = [row for row in rows if row[0] in _MISSILE_OR_NUCLEAR]
    orphans = [row for row in weapons if row[2] not in days]
    if orphans:
        message = f"weapons_tests: CSIS rows without an event: {orphans}"
        raise BuildError(message)
    other = [row for row in rows if row[0] not in _MISSILE_OR_NUCLEAR]
    # On a day with a missile row of its own, artillery fire means guns.
    rocket_days = days - {row[2] for row in weapons}
    guns = [row for row in other if row[1] == _GUNS and row[2] not in rocket_days]
    tests_of_other = [
        row for row in other if row[2] in days and _is_test(row[1]) and row not in guns
    ]
    body = [
        ["CNS", "missiles", len(launches), len(launches), ""],
        ["CSIS", "missile and nuclear rows", len(weapons), len(weapons), ""],
        [
            "CSIS",
            "other rows that are tests",
            len(tests_of_other),
            len(tests_of_other),
            "engines, rockets, drones, satellites",
        ],
        ["CSIS", "artillery fire", len(guns), 0, "guns; no rockets or missiles named"],
        [
            "CSIS",
            "all other rows",
            len(other) - len(tests_of_other) - len(guns),
            0,
            "no weapons test",
        ],
    ]
    header = ["list", "rows since 1984", "number", "with an event here", "remark"]
    return _markdown(header, body)


def _is_test(event: str) -> bool:
    words = r"Engine|MLRS|Rocket|Satellite|drone|MIRV|Detonation|Artillery"
    return re.search(words, event) is not None


def _counts(tests: Sequence[Row], launches: Sequence[Row]) -> str:
    """List the events whose number of missiles is not the number of CNS rows."""
    listed = Counter(row["test_id"] for row in launches)
    body = [
        [f"`{row['test_id']}`", row["n_missiles"] or "not given", listed[name], why]
        for row in tests
        if (name := row["test_id"]) in listed and row["n_missiles"] != str(listed[name])
        for why in [row["dispute"] or "no source gives a number; a list of two rows"]
    ]
    return _markdown(["event", "`n_missiles`", "CNS rows", "what sources say"], body)


def _periods(tests: Sequence[Row]) -> str:
    names = sorted({row["weapon"] for row in tests})
    counts = Counter(
        (row["weapon"], period)
        for row in tests
        for period in _PERIODS
        if period[0] <= row["date"][:4] <= period[1]
    )
    sizes = {name: sum(counts[name, period] for period in _PERIODS) for name in names}
    names.sort(key=lambda name: (-sizes[name], name))
    body = [
        [f"`{name}`", *(counts[name, period] for period in _PERIODS)] for name in names
    ]
    return _markdown(
        ["weapon", *(f"{first} to {last}" for first, last in _PERIODS)], body
    )


def _expected(resolution: str) -> dict[str, str]:
    """Read what a decision says about the row of its test."""
    found: dict[str, str] = {}
    if match := re.search(r"KST day is (\S+)", resolution):
        found["date"] = match[1]
    if match := re.search(r"between (\S+) and (\S+)", resolution):
        found |= {"earliest": match[1], "latest": match[2]}
    if match := re.match(r"we use (\w+)/([\w ]+)", resolution):
        found["weapon"] = WEAPONS.get(match[1], match[1])
        found["range_class"] = RANGE_CLASSES[match[2]]
    if match := re.search(r"(?:kept as|status) (\w+)", resolution):
        found["status"] = match[1]
    if match := re.search(r"confidence (\w+)", resolution):
        found["confidence"] = match[1]
    return found


def check_cases(
    folder: Path, tests: Sequence[Row], fixes: Sequence[Row]
) -> tuple[int, int]:
    """Check every decided case against the table.

    Returns
    -------
    tuple of int
        How many cases the table follows, and how many a hand correction has changed.

    Raises
    ------
    BuildError
        If a row differs from a decision and no correction of that row says why.
    """
    rows = {row["test_id"]: row for row in tests}
    corrected = {fix["key"] for fix in fixes if fix["table"] == "weapons_tests"}
    followed = changed = 0
    failures = []
    for case in read_table(folder / "weapons_tests" / "disagreements.csv"):
        row = rows.get(case["test_id"])
        wanted = _expected(case["resolution"]) if row else {}
        if row is None or wanted.items() <= row.items():
            followed += 1
        elif case["test_id"] in corrected:
            changed += 1
        else:
            failures.append(f"{case['case_id']}: {case['resolution']}")
    if failures:
        message = "\n".join(["weapons_tests differs from decided cases:", *failures])
        raise BuildError(message)
    return followed, changed


def fill(
    text: bytes,
    folder: Path,
    tables: Mapping[str, Sequence[Row]],
    fixes: Sequence[Row],
) -> bytes:
    """Fill the markers of the codebook that compare the tests with the lists."""
    tests, launches = tables["weapons_tests"], tables["launches"]
    followed, changed = check_cases(folder, tests, fixes)
    parts = {
        "agreement": _cases(tests),
        "reverse": _reverse(folder, tests, launches),
        "counts": _counts(tests, launches),
        "periods": _periods(tests),
        "cases": (
            f"The sources differ on the day, existence, class or number in "
            f"{followed + changed} known cases. The table follows the decision of "
            f"{followed}; later evidence changed {changed} (`corrections.csv`)."
        ),
    }
    filled = text.decode("utf-8")
    for name, part in parts.items():
        filled = filled.replace(f"<!-- {name} -->", part)
    return filled.encode("utf-8")
