"""Resolve free-text citations into sources.

A citation of the candidate tables is a few words such as "Hankyung 1991-10-04
hankyung.com/article/1991100400091 (crossed to Dandong)". Each becomes a source with a
stable identifier; what was noted in brackets goes to the notes of the source.
"""

import re
from dataclasses import replace
from datetime import date

import addresses
import publishers
from sources import (
    CNS_COPY,
    CNS_DERIVED,
    CSIS_COPY,
    CSIS_RUSSIA,
    HISTORIAN,
    TRAVEL_PAGES,
    TRAVELS,
    UNDATED,
    UNSOURCED,
    VISITS_PAGE,
    Source,
    digest,
    slug,
)
from wording import join_notes, plain

_BRACKETS = re.compile(r"\s*\(([^()]*)\)")
_DATE = re.compile(
    r"(?<!\d)(?:19|20)\d\d-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?(?!\d)"
)
_INDEX = re.compile(r"\bid (\d{10,})")
_IDENT = re.compile(
    r"(AEN\d{12,}F?)|Seq_Code=(\d+)|ncd=(\d+)|idxno=(\d+)|newstream/(\d+)"
    r"|press/news/(\d{4}/\d\d/\d\d\w)\.html|(CIA-RDP\w+)",
    re.IGNORECASE,
)

# Words that say what kind of text was cited, not who published it.
_GENRES = (
    r"( (remarks|briefing|event page|trip page|photo caption|backgrounder|memo|brief"
    r"|digest|list|headline|chronology|newsletter|release|text|transcript|archive"
    r"|press statement|wrap-up|English|Korean|via))+$"
)
# Citations that lean on their neighbour in the same cell.
_BY_HAND = {
    "idxno=2363": "Tongil News idxno=2363",
    "asianews.network (Korea Herald) south-korea-us-to-begin-key-summertime-military-"
    "exercise-next-week": "Korea Herald via asianews.network",
    "KBS World Seq_Code=172120 and 171858": "KBS World Seq_Code=172120",
    "To Lam 2025 reports call it the previous Vietnamese top-leader visit (2007) "
    "https://ianslive.in": "IANS 2025-10 (report on To Lam's visit)",
}
_SHORT_LINK = "short link kept by an upstream list; its target is not known"

_KOREAN_PAGES = {
    "6자_회담": "six-party-talks",
    "남북정상회담": "inter-korean-summit",
    "한중일_정상회의": "china-japan-korea-summit",
}


def split(text: str) -> list[str]:
    """Split a cell into citations at semicolons that stand outside brackets."""
    pieces, depth, start = [], 0, 0
    for position, character in enumerate(text):
        depth += {"(": 1, ")": -1}.get(character, 0)
        glued_address = text.startswith(";http", position)
        ends = glued_address or text.startswith("; ", position)
        if ends and depth == 0:
            pieces.append(text[start:position])
            start = position + 1
    pieces.append(text[start:])
    return [piece.strip() for piece in pieces if piece.strip()]


def _official_record(text: str) -> Source | None:
    """Recognise a record of the official US lists of trips and visits."""
    trip = re.match(
        r"HistoryAtState/travels (president|secretary)-travels/([a-z-]+)\.xml id (\d+)"
        r"(?: \((\S+)\.\.(\S+)\))?",
        text,
    )
    visit = re.match(
        r"HistoryAtState/visits data/\d+\.xml id (\d+)(?: \((\S+)\.\.(\S+)\))?", text
    )
    if not text.startswith("HistoryAtState"):
        return None
    if trip:
        office, who, number, first, last = trip.groups()
        family, *given = who.split("-")
        person = " ".join([*given, family]).title()
        name, url = f"histstate-travels-{who}", f"{TRAVEL_PAGES}/{office}/{who}"
        title = f"Travels of the {office.title()}: {person}, record {number}"
    elif visit:
        number, first, last = visit.groups()
        name, url = "histstate-visits", VISITS_PAGE
        title = f"Visits by foreign leaders, record {number}"
    else:
        return TRAVELS
    return Source(
        source_id=f"{name}-{number}",
        title=title,
        publisher=HISTORIAN,
        url=url,
        kind=publishers.OFFICIAL,
        licence="CC0",
        notes=f"record dates {first} to {last}" if first else "",
    )


def _daily_news(text: str) -> list[Source]:
    """Recognise the dated pages of Wikipedia's portal of current events."""
    if not re.search(r"Wikipedia Current Events|Portal:Current_events", text):
        return []
    found = []
    for text_day in dict.fromkeys(re.findall(r"\d{4}-\d\d-\d\d", text)):
        day = date.fromisoformat(text_day)
        page = f"{day.year}_{day:%B}_{day.day}"
        found.append(
            Source(
                source_id=f"wikipedia-current-events-{text_day}",
                title=f"Portal:Current events, {text_day}",
                publisher="Wikipedia",
                url=f"https://en.wikipedia.org/wiki/Portal:Current_events/{page}",
                kind=publishers.REFERENCE,
                licence="CC BY-SA (facts only)",
            )
        )
    return found


def _wiki_copy(text: str) -> Source | None:
    """Recognise a Wikipedia page cited through a copy kept on GitHub."""
    japanese = re.search(r"ja\.wikipedia\.org.*list of launches, (\d{4})", text)
    if japanese:
        year = japanese[1]
        return Source(
            source_id=f"jawiki-dprk-launches-{year}",
            title=f"List of North Korean launches, {year} (Japanese Wikipedia)",
            publisher="Wikipedia",
            url="https://ja.wikipedia.org/",
            kind=publishers.REFERENCE,
            licence="CC BY-SA (facts only)",
        )
    page = re.search(r"Page/(\S+?)\.md", text)
    if not page:
        return None
    english = "abstract.en" in text
    language, prefix = ("English", "enwiki") if english else ("Korean", "kowiki")
    repository = "wikipedia.abstract.en" if english else "wikipedia.ko"
    title = page[1].replace("_", " ")
    short = _KOREAN_PAGES.get(page[1]) or slug(page[1])
    return Source(
        source_id=f"{prefix}-{short}",
        title=f"{title} ({language} Wikipedia, copy)",
        publisher="Wikipedia",
        url=f"https://github.com/chinapedia/{repository}",
        kind=publishers.REFERENCE,
        licence="CC BY-SA (facts only)",
    )


def _list_or_copy(text: str) -> Source | None:
    """Recognise the lists of tests and contacts that the tables were built from."""
    known = (
        (r"mesege1/dprk_missile_stats", CNS_COPY),
        (r"nagix/nk-missile-tests", CNS_DERIVED),
        (r"andysaulim", CSIS_RUSSIA),
        (r"CSIS (provocations )?csv", CSIS_COPY),
    )
    for pattern, source in known:
        if re.search(pattern, text):
            return source
    archive = re.search(r"free-north-korea (\S+)", text)
    if not archive:
        return None
    month = re.search(r"articles/(\d{4}-\d\d)\.json", archive[1])
    return Source(
        source_id=f"kcna-archive-{month[1]}" if month else "kcna-archive-gaps",
        title=f"KCNA articles of {month[1]}" if month else "List of missing launches",
        publisher="KCNA" if month else "free-north-korea",
        url="https://github.com/Ahmet-Dedeler/free-north-korea",
        kind=publishers.STATE_MEDIA if month else publishers.REFERENCE,
        licence="all rights reserved (facts only)",
    )


def _unresolved(text: str) -> Source | None:
    """Recognise a citation that names no page a reader could find."""
    index = _INDEX.search(text)
    if index and not addresses.find(text):
        return Source(
            source_id=f"unresolved-{index[1]}",
            title="Unresolved citation",
            kind=publishers.NONE,
            notes="a text known only by a search index number; awaits an address",
        )
    if "calendar scout" in text:
        words = _BRACKETS.sub("", text)
        return Source(
            source_id=f"unresolved-{slug(words)}",
            title=f"Unresolved citation: {words}",
            kind=publishers.NONE,
            notes="awaits an address",
        )
    return None


def _publisher(words: str, url: str) -> str:
    """Name who published a page: the host where there is one, else the citation."""
    if url:
        return publishers.publisher_of(url)
    name = re.split(r"[,;]? \d|,? id\b|, ", words)[0].strip(" ,")
    name = re.sub(r"(?<=\w) \S+\.[a-z]{2,}\b.*$", "", name)  # the host of a copy
    return publishers.full_name(re.sub(_GENRES, "", name))


def _page(text: str) -> Source:
    """Resolve any other citation: a named publisher, a date, an address."""
    text = re.sub(r"^GitHub index id \d+ citing ", "", _BY_HAND.get(text, text))
    url = addresses.find(text)
    words = addresses.without_address(_BRACKETS.sub("", text))
    words = re.sub(r"\s+(via|in|copy|copied at)$", "", words)
    publisher = _publisher(words, url)
    dated = _DATE.search(words)
    day = dated[0] if dated else addresses.day_in(url)
    ident = _IDENT.search(text)
    if ident:
        piece = slug(next(filter(None, ident.groups())))
    elif url:
        piece = digest(re.sub(r"^https?://(www\.|m\.)?", "", url))
    else:
        piece = day or digest(words)
    title = words if re.search(r"[a-z] .*[a-z]|\d{4}", words) else ""
    kind = publishers.kind_of(f"{publisher} {words}", url)
    return Source(
        source_id=f"{slug(publisher, 32)}-{piece}",
        title=title or publisher + (f", {day}" if day else UNDATED),
        publisher=publisher,
        url=url,
        kind=kind,
        licence=publishers.licence_of(f"{publisher} {words}", url, kind),
        notes=_SHORT_LINK if "goo.gl" in url else "",
    )


def _remarks(citation: str, title: str) -> list[str]:
    """Return what a citation says in brackets about the content of its page."""
    internal = r"index id|scout|^\d{4}-\d\d-\d\d$|KCNA text|stiles|^event"
    remarks = _BRACKETS.findall(citation)
    return [
        plain(remark)
        for remark in remarks
        if remark not in title and not re.search(internal, remark)
    ]


def resolve(citation: str) -> list[Source]:
    """Resolve one citation; a line of daily news may name several days."""
    if citation == "memory":
        return [UNSOURCED]
    if record := _official_record(citation):
        return [record]
    if days := _daily_news(citation):
        return days
    listed = _wiki_copy(citation) or _list_or_copy(citation) or _unresolved(citation)
    if listed:
        return [listed]
    page = _page(citation)
    notes = join_notes(page.notes, *_remarks(citation, page.title))
    return [replace(page, notes=notes)]
