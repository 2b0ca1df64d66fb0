"""Read the official US records of journeys, and the journeys to other regions."""

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from people import hosts_in_office, spelling
from tabular import Row
from venues import COUNTRY_NAMES, region_of

from timing.readers import read_travels

FIRST_DAY = "1984-01-01"
VISIT_OTHER = "us_president_visit_other"

# The candidates already hold the journeys to these countries.
_IN_CANDIDATES = frozenset(
    {"China, People\u2019s Republic of", "Korea, Republic of", "Korea, South"}
)
# Places that the rest of the table writes in another way.
_PLACES = {
    "Halifax (Nova Scotia)": "Halifax",
    "Heiligen-damm": "Heiligendamm",
    "Jurata Hel.": "Jurata",
    "Kananaskis (Alberta)": "Kananaskis",
    "St. Petersburg": "St Petersburg",
}
_REUNIFICATION = "1990-10-03"
_CITATION = re.compile(
    r"HistoryAtState/travels ((?:president|secretary)-travels/[a-z-]+\.xml) id (\d+)"
)
_OFFICE = "President|Prime Minister|Premier|Chancellor|King|Queen|Emperor|Sultan|Pope"
_PERSON = re.compile(
    rf"(?:[Ww]ith|,|\band) ({_OFFICE}) "
    r"((?:[A-Z]\. ?|(?:al|bin|de|la|[A-Z])[\w\u2019'-]* ?)+)"
)
_SENTENCE = re.compile(r"(?<![ .][A-Z])[.;](?: |$)")
# From here on a sentence speaks of leaders of other countries.
_FOREIGN = re.compile(rf" (?:[A-Z]\w+(?:n|sh|se|ch|li|i|k)) ({_OFFICE}) | of [A-Z]\w+")
_TAIL = re.compile(
    r" (January|February|March|April|May|June|July|August|September|October|November"
    r"|December|al)$"
)
_TOGETHER = re.compile(
    r"\b([Mm]et with|[Mm]eeting with|[Ss]ummit|[Aa]ttended|[Pp]articipated|Audience)\b"
)
_MULTILATERAL = re.compile(
    r"([Aa]ttended|[Pp]articipated)[^.]*"
    r"(APEC|Asia-Pacific Economic|ASEAN (?!Business)|Southeast Asian|East Asia"
    r"|G-?\u2013?(7|8|20)|Economic Summit|Nuclear Security|Heads of State)"
)
# Gatherings that have no rows of their own, but whose days are fixed in advance.
_FIXED = re.compile(
    r"[Aa]ttended (?:[^.]*(?:NATO|the Americas|European Union|U\.S\.-EU|CSCE|Climate"
    r"|North American Leaders|Economic Forum))"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """One record of the official lists, in the local days of the country visited."""

    file: str
    number: str
    person: str
    start: str
    end: str
    country: str
    locale: str
    remarks: str

    @property
    def citation(self) -> str:
        """Return the citation in the form of the candidate tables."""
        return f"HistoryAtState/travels {self.file} id {self.number}"

    @property
    def met(self) -> bool:
        """Return whether the remarks speak of a meeting, and not of a stop alone."""
        return bool(_TOGETHER.search(self.remarks))

    @property
    def multilateral(self) -> bool:
        """Return whether the remarks name a gathering that may have a row here."""
        return bool(_MULTILATERAL.search(self.remarks))

    @property
    def gathering(self) -> bool:
        """Return whether the journey was made for any gathering fixed in advance."""
        if "Extraordinary" in self.remarks:
            return False
        return self.multilateral or bool(_FIXED.search(self.remarks))


@cache
def journeys(folder: Path) -> tuple[Journey, ...]:
    """Read all records of presidents and secretaries of state, in order of day."""
    found = []
    for path in sorted((folder / "calendar" / "travels").glob("*/*.xml")):
        records = read_travels(path, with_text=True).fillna("")
        for record in records.itertuples():
            found.append(
                Journey(
                    file=f"{path.parent.name}/{path.name}",
                    number=record.record_id,
                    person=spelling(record.person),
                    start=f"{record.start:%Y-%m-%d}",
                    end=f"{record.end:%Y-%m-%d}",
                    country=record.country,
                    locale=record.locale,
                    remarks=record.remarks,
                )
            )
    return tuple(sorted(found, key=lambda trip: (trip.start, trip.end, trip.number)))


def cited(folder: Path, *cells: str) -> list[Journey]:
    """Return the records that some citation cells name."""
    named = {match.groups() for cell in cells for match in _CITATION.finditer(cell)}
    return [trip for trip in journeys(folder) if (trip.file, trip.number) in named]


def hosts(remarks: str, country: str, day: str) -> str:
    """Return those whom the remarks name as hosts, or the government of the country.

    A leader with an adjective, such as "Russian President", is not a host.
    """
    named = []
    for sentence in _SENTENCE.split(remarks):
        foreign = _FOREIGN.search(sentence)
        ours = sentence[: foreign.start()] if foreign else sentence
        for title, name in _PERSON.findall(ours):
            written = _TAIL.sub("", name.strip()).removesuffix("\u2019s")
            state = "Vatican City" if title == "Pope" else country
            person = hosts_in_office(state, title, written, day)
            named.append(person or f"{title} {written} ({state})")
        if foreign and " of " in foreign[0] and named:
            named.pop()  # the last one named is not of this country
    return "; ".join(dict.fromkeys(named)) or f"government ({country})"


def _country(trip: Journey) -> str:
    if trip.country == "Germany" and trip.start < _REUNIFICATION:
        return "West Germany"
    return COUNTRY_NAMES.get(trip.country, trip.country)


def _touches(last: Row, country: str, trip: Journey) -> bool:
    """Return whether a record continues the row before it."""
    limit = date.fromisoformat(last["end_date"]) + timedelta(days=1)
    same = last["country"] == country and last["person"] == trip.person
    return same and trip.start <= limit.isoformat()


def _locations(*cells: str) -> str:
    cities = [city for cell in cells for city in re.split(r", *", cell) if city]
    return ", ".join(dict.fromkeys(_PLACES.get(city, city) for city in cities))


def other_regions(folder: Path) -> list[Row]:
    """Return the journeys of presidents outside the Asia-Pacific, as candidate rows.

    Consecutive records of one president in one country are one row.
    """
    rows: list[Row] = []
    for trip in journeys(folder):
        country = _country(trip)
        ours = trip.file.startswith("president-") and trip.start >= FIRST_DAY
        if not ours or trip.country in _IN_CANDIDATES:
            continue
        if region_of(country) == "asia_pacific":
            continue
        last = next((row for row in reversed(rows) if _touches(row, country, trip)), {})
        if last:
            last["end_date"] = max(last["end_date"], trip.end)
            last["location"] = _locations(last["location"], trip.locale)
            last["remarks"] = f"{last['remarks']} {trip.remarks}"
            last["source"] = f"{last['source']}; {trip.citation}"
            continue
        rows.append(
            {
                "person": trip.person,
                "country": country,
                "location": _locations(trip.locale),
                "start_date": trip.start,
                "end_date": trip.end,
                "remarks": trip.remarks,
                "source": trip.citation,
            }
        )
    return _as_candidates(rows)


def _as_candidates(rows: list[Row]) -> list[Row]:
    numbers: Counter[str] = Counter()
    candidates = []
    for row in rows:
        day = row["start_date"].replace("-", "")
        numbers[day] += 1
        host = hosts(row["remarks"], row["country"], row["start_date"])
        one_day = row["start_date"] == row["end_date"]
        met = one_day and _TOGETHER.search(row["remarks"])
        candidates.append(
            {
                "event_id": f"{day}-{VISIT_OTHER}-{numbers[day]}",
                "name": f"{row['person']} visit to {row['country']}",
                "category": VISIT_OTHER,
                "start_date": row["start_date"],
                "end_date": row["end_date"],
                "location": row["location"],
                "country": row["country"],
                "participants": f"{row['person']}; {host}",
                "level": "leader",
                "announced_date": "",
                "source": row["source"],
                "second_source": "",
                "confidence": "high",
                "notes": "made for a gathering of many leaders"
                if _MULTILATERAL.search(row["remarks"])
                else "",
                "meeting_start": row["start_date"] if met else "",
                "meeting_end": row["start_date"] if met else "",
            }
        )
    return candidates
