"""Spell leaders in one way and name both sides of a meeting."""

import re

_ALIASES = {
    "George H.W. Bush": "George H. W. Bush",
    "William J. Clinton": "Bill Clinton",
    "Donald J. Trump": "Donald Trump",
    "Joseph R. Biden": "Joe Biden",
    "Kim Yong-sam": "Kim Young-sam",
    "Kim Dae Jung": "Kim Dae-jung",
    "Kim Dae-Jung": "Kim Dae-jung",
    "Roh Moo-Hyun": "Roh Moo-hyun",
    "Lee Myung-Bak": "Lee Myung-bak",
    "Park Geun-Hye": "Park Geun-hye",
    "Shinzō Abe": "Shinzo Abe",
    "Suga Yoshihide": "Yoshihide Suga",
    "Kishida Fumio": "Fumio Kishida",
    "George Pratt Shultz": "George Shultz",
    "James Addison Baker": "James Baker",
    "Warren Minor Christopher": "Warren Christopher",
    "Madeleine Korbel Albright": "Madeleine Albright",
    "Colin Luther Powell": "Colin Powell",
    "Hillary Rodham Clinton": "Hillary Clinton",
    "John Forbes Kerry": "John Kerry",
    "Rex W. Tillerson": "Rex Tillerson",
    "Michael R. Pompeo": "Mike Pompeo",
    "Antony John Blinken": "Antony Blinken",
}

# First day in office, newest first.
_IN_OFFICE: dict[str, tuple[tuple[str, str], ...]] = {
    "US president": (
        ("2025-01-20", "Donald Trump"),
        ("2021-01-20", "Joe Biden"),
        ("2017-01-20", "Donald Trump"),
        ("2009-01-20", "Barack Obama"),
        ("2001-01-20", "George W. Bush"),
        ("1993-01-20", "Bill Clinton"),
        ("1989-01-20", "George H. W. Bush"),
        ("1981-01-20", "Ronald Reagan"),
    ),
    "ROK president": (
        ("2025-06-04", "Lee Jae-myung"),
        ("2022-05-10", "Yoon Suk Yeol"),
        ("2017-05-10", "Moon Jae-in"),
        ("2013-02-25", "Park Geun-hye"),
        ("2008-02-25", "Lee Myung-bak"),
        ("2003-02-25", "Roh Moo-hyun"),
        ("1998-02-25", "Kim Dae-jung"),
        ("1993-02-25", "Kim Young-sam"),
        ("1988-02-25", "Roh Tae-woo"),
    ),
}

_TITLE = re.compile(r"^(President|Prime Minister|Premier) (?=[A-Z])")


def spelling(text: str) -> str:
    """Replace variant spellings of names by the one used in these tables."""
    for variant, name in _ALIASES.items():
        text = text.replace(variant, name)
    return text


def participants(text: str, day: str) -> str:
    """List the people of a meeting without titles; fill an office by its holder."""
    people = []
    for person in text.split("; "):
        holders = _IN_OFFICE.get(person, ())
        holder = next((name for since, name in holders if since <= day), person)
        people.append(_TITLE.sub("", spelling(holder)))
    return "; ".join(dict.fromkeys(people))
