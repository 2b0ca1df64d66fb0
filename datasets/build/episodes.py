"""Group the rows of one journey, or of one chain of connected meetings.

Two rows belong together if a person who is abroad in both takes part in them and they
touch or lie on consecutive days; if one is a gathering of many leaders and the other a
row of leaders in the same country at the same time; or if a secretary of state is in
Seoul with the president.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import combinations

from attendance import FIXED, gap
from people import persons
from sources import slug
from tabular import Row
from venues import region_of

_HOME = {
    "US": ("USA",),
    "ROK": ("ROK", "ROK/DPRK"),
    "DPRK": ("DPRK", "ROK/DPRK"),
}
_GATHERINGS = (*FIXED, "cjk_summit", "trilateral_us_rok_jp")
# The family name comes first, and is too common to stand alone.
_FAMILY_FIRST = ("China", "DPRK", "Laos", "ROK", "Vietnam")
_REGIONS = {"asia_pacific": "asia"}


def travellers(row: Row) -> set[str]:
    """Return the persons who are abroad in a row."""
    if not row["country"] or row["status"] != "held":
        return set()
    return {
        person
        for person, state in persons(row["participants"]).items()
        if row["country"] not in _HOME.get(state, (state,))
    }


def _same_place(gathering: Row, row: Row) -> bool:
    """Return whether a row of leaders was held where a gathering was."""
    here = gathering["country"] == row["country"] and bool(row["country"])
    if gathering["category"] == "unga_highlevel":
        return here and gathering["location"] == row["location"]
    far = gathering["country"] == "USA" and row["location"] not in (
        "",
        gathering["location"],
    )
    return here and not far


def _connected(one: Row, other: Row) -> bool:
    held = one["status"] == other["status"] == "held"
    if not held or gap(one, other) > 1:
        return False
    if travellers(one) & travellers(other):
        return True
    categories = {one["category"], other["category"]}
    if categories == {"us_secstate_visit_rok", "us_president_visit_rok"}:
        return gap(one, other) == 0
    for gathering, row in ((one, other), (other, one)):
        leaders = row["level"] == "leader" and travellers(row)
        if gathering["category"] in _GATHERINGS and leaders:
            return _same_place(gathering, row)
    return False


def _groups(rows: Sequence[Row], joined: Mapping[str, str]) -> list[list[Row]]:
    """Return the connected components, in the order of the rows."""
    root = {row["event_id"]: row["event_id"] for row in rows}

    def find(name: str) -> str:
        while root[name] != name:
            name = root[name]
        return name

    def join(one: str, other: str) -> None:
        first, second = sorted((find(one), find(other)))
        root[second] = first

    ordered = sorted(rows, key=lambda row: row["start"])
    for one, other in combinations(ordered, 2):
        if _connected(one, other):
            join(one["event_id"], other["event_id"])
    for one, other in joined.items():
        join(one, other)
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[find(row["event_id"])].append(row)
    return list(groups.values())


def _name(group: Sequence[Row]) -> str:
    """Name a group by its first month, who travelled most, and where."""
    leaders = [row for row in group if row["level"] == "leader" and travellers(row)]
    tally = Counter(
        person for row in leaders or group for person in sorted(travellers(row))
    )
    month = min(row["start"] for row in group)[:7]
    if not tally:
        return f"{month}-{slug(group[0]['category'])}"
    lead = min(tally, key=lambda person: (-tally[person], person))
    state = next(
        persons(row["participants"])[lead]
        for row in group
        if lead in persons(row["participants"])
    )
    who = slug(lead if state in _FAMILY_FIRST else lead.split()[-1])
    trips = [row for row in group if lead in travellers(row)]
    countries = {row["country"] for row in trips}
    regions = {region_of(country) for country in countries}
    if len(countries) == 1:
        where = slug(countries.pop())
    elif len(regions) == 1:
        region = regions.pop()
        where = slug(_REGIONS.get(region, region))
    else:
        where = "world"
    return f"{month}-{who}-{where}"


def assign(rows: Sequence[Row], joined: Mapping[str, str]) -> None:
    """Fill ``episode``: the name of the group, or the row's own identifier."""
    taken: Counter[str] = Counter()
    for group in _groups(rows, joined):
        if len(group) == 1:
            group[0]["episode"] = group[0]["event_id"]
            continue
        name = _name(group)
        taken[name] += 1
        number = f"-{taken[name]}" if taken[name] > 1 else ""
        for row in group:
            row["episode"] = name + number
