"""Give each venue the time zone in which its dates were written."""

from zoneinfo import available_timezones

from tabular import BuildError

COUNTRY_NAMES = {
    "Brunei Darussalam": "Brunei",
    "Burma": "Myanmar",
}

# The day grid of the project is Asia/Seoul, so both Koreas use it, although
# Pyongyang's clock ran half an hour behind from August 2015 to May 2018.
_ONE_ZONE = {
    "Argentina": "America/Argentina/Buenos_Aires",
    "Belarus": "Europe/Minsk",
    "Belgium": "Europe/Brussels",
    "Brunei": "Asia/Brunei",
    "Cambodia": "Asia/Phnom_Penh",
    "China": "Asia/Shanghai",
    "DPRK": "Asia/Seoul",
    "East Germany": "Europe/Berlin",
    "France": "Europe/Paris",
    "Germany": "Europe/Berlin",
    "India": "Asia/Kolkata",
    "Italy": "Europe/Rome",
    "Japan": "Asia/Tokyo",
    "Laos": "Asia/Vientiane",
    "Malaysia": "Asia/Kuala_Lumpur",
    "Myanmar": "Asia/Yangon",
    "Netherlands": "Europe/Amsterdam",
    "New Zealand": "Pacific/Auckland",
    "Papua New Guinea": "Pacific/Port_Moresby",
    "Peru": "America/Lima",
    "Philippines": "Asia/Manila",
    "ROK": "Asia/Seoul",
    "ROK/DPRK": "Asia/Seoul",  # Panmunjom
    "Saudi Arabia": "Asia/Riyadh",
    "Singapore": "Asia/Singapore",
    "South Africa": "Africa/Johannesburg",
    "Spain": "Europe/Madrid",
    "Sweden": "Europe/Stockholm",
    "Switzerland": "Europe/Zurich",
    "Thailand": "Asia/Bangkok",
    "Turkey": "Europe/Istanbul",
    "UK": "Europe/London",
    "USSR": "Europe/Moscow",
    "USSR/Eastern Europe": "Europe/Moscow",  # a rail tour
    "Vietnam": "Asia/Ho_Chi_Minh",
    "West Germany": "Europe/Berlin",
}

# Countries with several zones: every city has to be listed. The empty name is a visit
# to the capital region whose record names no city.
_MANY_ZONES: dict[str, dict[str, str]] = {
    "Australia": {
        "Brisbane": "Australia/Brisbane",
        "Canberra": "Australia/Sydney",
        "Sydney": "Australia/Sydney",
    },
    "Brazil": {"Rio de Janeiro": "America/Sao_Paulo"},
    "Canada": {
        "Charlevoix": "America/Toronto",
        "Halifax": "America/Halifax",
        "Huntsville": "America/Toronto",
        "Kananaskis": "America/Edmonton",
        "Toronto": "America/Toronto",
        "Vancouver": "America/Vancouver",
    },
    "Chile": {"Santiago": "America/Santiago"},
    "Indonesia": {
        "Bali": "Asia/Makassar",
        "Bogor": "Asia/Jakarta",
        "Denpasar (Bali)": "Asia/Makassar",
        "Jakarta": "Asia/Jakarta",
    },
    "Mexico": {"Los Cabos": "America/Mazatlan"},
    "Mongolia": {"Ulaanbaatar": "Asia/Ulaanbaatar"},
    "Russia": {
        "Moscow": "Europe/Moscow",
        "St Petersburg": "Europe/Moscow",
        "Ulan-Ude": "Asia/Irkutsk",
        "Vladivostok": "Asia/Vladivostok",
        "Vostochny Cosmodrome": "Asia/Yakutsk",
    },
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

NO_PLACE = ("telephone", "virtual")


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
    zone = _ONE_ZONE.get(country) or _MANY_ZONES.get(country, {}).get(city)
    if zone not in available_timezones():
        message = (
            f"diplomatic_calendar, event {event_id}: no time zone is known for "
            f"{city!r} in {country!r}; add it to venues.py"
        )
        raise BuildError(message)
    return zone
