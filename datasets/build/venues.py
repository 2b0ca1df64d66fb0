"""Give each venue its country, its region and the time zone of its dates."""

from functools import cache
from pathlib import Path
from zoneinfo import available_timezones

from tabular import BuildError, read_table

COUNTRY_NAMES = {
    "Bosnia-Herzegovina": "Bosnia and Herzegovina",
    "Brunei Darussalam": "Brunei",
    "Burma": "Myanmar",
    "Germany, Federal Republic of": "West Germany",
    "Macedonia, Former Yugoslav Republic of": "North Macedonia",
    "Palestinian Authority": "Palestinian territories",
    "Serbia-Montenegro (Kosovo)": "Kosovo",
    "U.S.S.R.": "USSR",
    "United Kingdom": "UK",
    "United Kingdom (Northern Ireland)": "UK",
    "United Kingdom (Wales)": "UK",
    "West Bank": "Palestinian territories",
    "Yugoslavia (Kosovo)": "Kosovo",
}

# Countries with several zones: every city has to be listed. The empty name is a visit
# to the capital region whose record names no city. The day grid of the project is
# Asia/Seoul, so both Koreas use it, although Pyongyang's clock ran half an hour behind
# from August 2015 to May 2018.
_MANY_ZONES: dict[str, dict[str, str]] = {
    "Australia": {
        "Brisbane": "Australia/Brisbane",
        "Canberra": "Australia/Sydney",
        "Sydney": "Australia/Sydney",
    },
    "Brazil": {
        "Brasilia": "America/Sao_Paulo",
        "Manaus": "America/Manaus",
        "Rio de Janeiro": "America/Sao_Paulo",
        "Sao Paulo": "America/Sao_Paulo",
    },
    "Canada": {
        "Charlevoix": "America/Toronto",
        "Halifax": "America/Halifax",
        "Huntsville": "America/Toronto",
        "Kananaskis": "America/Edmonton",
        "Montebello": "America/Toronto",
        "Muskoka": "America/Toronto",
        "Ottawa": "America/Toronto",
        "Quebec": "America/Toronto",
        "Toronto": "America/Toronto",
        "Vancouver": "America/Vancouver",
    },
    "Chile": {"Santiago": "America/Santiago"},
    "Indonesia": {
        "": "Asia/Jakarta",
        "Bali": "Asia/Makassar",
        "Bogor": "Asia/Jakarta",
        "Denpasar (Bali)": "Asia/Makassar",
        "Jakarta": "Asia/Jakarta",
    },
    "Mexico": {
        "Cabo San Lucas": "America/Mazatlan",
        "Cancun": "America/Cancun",
        "Guadalajara": "America/Mexico_City",
        "Los Cabos": "America/Mazatlan",
        "Mazatlan": "America/Mazatlan",
        "Merida": "America/Merida",
        "Mexicali": "America/Tijuana",
        "Mexico": "America/Mexico_City",
        "Mexico City": "America/Mexico_City",
        "Monterrey": "America/Monterrey",
        "San Cristobal": "America/Mexico_City",
        "Toluca": "America/Mexico_City",
    },
    "Mongolia": {"Ulaanbaatar": "Asia/Ulaanbaatar"},
    "Portugal": {
        "Lisbon": "Europe/Lisbon",
        "Terceira Island (Azores)": "Atlantic/Azores",
    },
    "Russia": {
        "Moscow": "Europe/Moscow",
        "Sochi": "Europe/Moscow",
        "St Petersburg": "Europe/Moscow",
        "Ulan-Ude": "Asia/Irkutsk",
        "Vladivostok": "Asia/Vladivostok",
        "Vostochny Cosmodrome": "Asia/Yakutsk",
        "Yaroslavl": "Europe/Moscow",
    },
    "UK": {"Bermuda": "Atlantic/Bermuda"},
    "USA": {
        "": "America/New_York",
        "Blake Island": "America/Los_Angeles",
        "Camp David": "America/New_York",
        "Claymont": "America/New_York",
        "Crawford": "America/Chicago",
        "Denver": "America/Denver",
        "Honolulu": "Pacific/Honolulu",
        "Houston": "America/Chicago",
        "Kennebunkport": "America/New_York",
        "Los Angeles": "America/Los_Angeles",
        "New York": "America/New_York",
        "Newport Beach": "America/Los_Angeles",
        "Palm Beach": "America/New_York",
        "Palm Springs": "America/Los_Angeles",
        "Pearl Harbor": "Pacific/Honolulu",
        "Pittsburgh": "America/New_York",
        "Rancho Mirage": "America/Los_Angeles",
        "San Francisco": "America/Los_Angeles",
        "Santa Monica": "America/Los_Angeles",
        "Sea Island": "America/New_York",
        "Seattle": "America/Los_Angeles",
        "Washington": "America/New_York",
        "Woodside": "America/Los_Angeles",
    },
}

# A city of another zone in a country that has one zone otherwise.
_ISLANDS: dict[tuple[str, str], str] = {
    ("France", "Martinique"): "America/Martinique",
    ("France", "St. Martin Island (French West Indies)"): "America/Marigot",
}
_MAIN_ZONE = {"UK": "Europe/London"}  # every place that is not listed above

NO_PLACE = ("telephone", "virtual")


@cache
def _countries() -> dict[str, dict[str, str]]:
    rows = read_table(Path(__file__).with_name("countries.csv"))
    return {row["country"]: row for row in rows}


def region_of(country: str) -> str:
    """Return the part of the world; blank for a telephone call."""
    return _countries()[country]["region"] if country else ""


def zone_of(event_id: str, country: str, location: str) -> str:
    """Return the IANA zone of the first stop; blank for a meeting without a place.

    Raises
    ------
    BuildError
        If the country, or a city of a country with several zones, is not in the table.
    """
    if location in NO_PLACE:
        return ""
    city = location.split(",")[0].strip()
    zone = (
        _ISLANDS.get((country, city))
        or _countries().get(country, {}).get("zone")
        or _MANY_ZONES.get(country, {}).get(city)
        or _MAIN_ZONE.get(country)
    )
    if zone not in available_timezones():
        message = (
            f"diplomatic_calendar, event {event_id}: no time zone is known for "
            f"{city!r} in {country!r}; add it to countries.csv or venues.py"
        )
        raise BuildError(message)
    return zone
