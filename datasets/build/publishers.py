"""Name the publisher of a page, and say what kind of source and licence it is."""

import re
from functools import cache
from pathlib import Path

from addresses import host_of
from tabular import read_table

NONE, OFFICIAL, DATABASE, NEWS = "none", "official", "database", "news"
REFERENCE, STATE_MEDIA, THINK_TANK = "reference", "state_media", "think_tank"

_PRESS_LICENCE = "all rights reserved (facts only)"
_WIKI_LICENCE = "CC BY-SA (facts only)"

# First match wins; the text is "publisher host".
_KINDS: tuple[tuple[str, str], ...] = (
    (r"(?i)wikip|wikinews|wikisource|\bwiki\b|pedia\b", REFERENCE),
    (r"CSIS|Pacific ?Forum|ISDP|isdp\.eu|NK Leadership Watch|nkleadership", THINK_TANK),
    (r"Federation of American|Nonproliferation|PIIE|chinascope", THINK_TANK),
    (r"KCNA|Rodong|Choson Sinbo|People's Korea|Chollima Front", STATE_MEDIA),
    (r"Xinhua|People's Daily|people\.cn|\bCRI\b|cri\.cn|CGTN|ecns\.cn", STATE_MEDIA),
    (r"China Daily|chinadaily|china\.org\.cn|Global Times|Wenhui", STATE_MEDIA),
    (r"Granma|Radio (Reloj|Habana)|TASS|Sputnik|sputnik|PressTV|\bRT\b", STATE_MEDIA),
    (r"\.gov\b|\.mil\b|\.go\.kr|\.go\.jp|gov\.au|kremlin|apec\.org", OFFICIAL),
    (r"Ministry|State Dep|Department of|White House|USFK|PACOM|US Army", OFFICIAL),
    (r"US Navy|USAF|USIA|USIS|\b7AF\b|DVIDS|\bDoD\b|Blue House|Kremlin", OFFICIAL),
    (r"\bCIA\b|MOFAT|National Archives|Joint press|trilateral statement", OFFICIAL),
    (
        r"Presidency Project|^UN |United Nations|Korea\.net|Parliament|\bKTV\b|MCAS",
        OFFICIAL,
    ),
    (r"Encyclop|encykorea|Wilson Center|GlobalSecurity|globalsecurity", REFERENCE),
    (r"liquisearch|everything\.explained|chronology|yearbook", REFERENCE),
    (r"officeholidays|DPRK Tourism|goo\.gl|Merriam", REFERENCE),
)


@cache
def _names() -> dict[str, str]:
    rows = read_table(Path(__file__).with_name("publishers.csv"))
    return {row["key"]: row["publisher"] for row in rows}


def full_name(name: str) -> str:
    """Return the full name of a publisher that citations abbreviate."""
    return _names().get(name.lower(), name)


def publisher_of(url: str) -> str:
    """Name the publisher of an address; an unlisted host is its own name."""
    host = host_of(url)
    labels = host.split(".")
    parents = (".".join(labels[start:]) for start in range(len(labels) - 1))
    return next((_names()[name] for name in parents if name in _names()), host)


def kind_of(publisher: str, url: str) -> str:
    """Classify a source by its publisher and host; the press is the default."""
    text = f"{publisher} {host_of(url)}"
    return next((kind for words, kind in _KINDS if re.search(words, text)), NEWS)


def licence_of(publisher: str, url: str, kind: str) -> str:
    """Return the short licence under which facts were taken from a source."""
    if kind == NONE:
        return ""
    if re.search(r"[Ww]iki", f"{publisher} {host_of(url)}"):
        return _WIKI_LICENCE
    if re.search(r"\.(gov|mil)$", host_of(url)):
        return "US government work, public domain"
    return _PRESS_LICENCE
