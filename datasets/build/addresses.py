"""Turn the addresses of the candidate tables into ones that a reader can open."""

import re
from urllib.parse import parse_qsl, urlsplit, urlunsplit

# Parameters that track a reader or repeat words of the page.
_TRACKING = frozenset(
    {
        "_r",
        "auth",
        "eref",
        "linkId",
        "login",
        "pageFlag",
        "popup",
        "ref",
        "searchResultPosition",
        "section",
        "sr",
        "t",
        "utm_medium",
        "utm_source",
        "utm_term",
    }
)

_FULL = re.compile(r"https?://\S+")
# A host with a path; "newkerala.com/Yonhap" is two names, not an address.
_BARE = re.compile(
    r"(?<![\w/@.-])(?:[A-Za-z0-9-]+\.)+[a-z]{2,}/(?![A-Z][A-Za-z]*(?:[ );]|$))\S+"
)

# Identifiers from which a publisher's address follows.
_BUILDERS: tuple[tuple[str, str], ...] = (
    (r"\b(AEN\d{12,}F?)\b", "https://en.yna.co.kr/view/{}"),
    (r"\b(idUS\w+)\b", "https://www.reuters.com/article/{}"),
    (
        r"^KBS(?: World)?(?: \d{4}-\d\d-\d\d)? Seq_Code=(\d+)",
        "https://world.kbs.co.kr/service/news_view.htm?lang=e&Seq_Code={}",
    ),
    (r"\bKBS\b.*\bncd=(\d+)", "https://news.kbs.co.kr/news/view.do?ncd={}"),
    (
        r"\bKorea Herald\b.*\bud=(\d+)",
        "https://www.koreaherald.com/view.php?ud={}",
    ),
    (
        r"\bTongil News\b.*\bidxno=(\d+)",
        "https://www.tongilnews.com/news/articleView.html?idxno={}",
    ),
    (r"\bHankyung\b.* article/(\d+)", "https://www.hankyung.com/article/{}"),
)

_DAYS = (
    r"[/-]((?:19|20)\d\d)[/-](0[1-9]|1[0-2])[/-](0[1-9]|[12]\d|3[01])(?![-\d])",
    r"(?:AEN|ud=|/)((?:19|20)\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])",
    r"/((?:19|20)\d\d)/(0[1-9]|1[0-2])/",
)


def host_of(url: str) -> str:
    """Return the host of an address without the prefix of its web or mobile edition."""
    return re.sub(r"^(www3?|m|amp|mobile)\.", "", urlsplit(url).netloc.lower())


def clean(url: str) -> str:
    """Drop what was glued to an address, its tracking and its text fragments."""
    url = re.split(r"\">|Video:|;https?:", url)[0].rstrip(").,;")
    url = re.sub(r"Video$", "", url)
    parts = urlsplit(url)
    if host_of(url) == "google.com":  # a search result that wraps the real address
        return dict(parse_qsl(parts.query))["url"]
    query = [text for text in parts.query.split("&") if text]
    kept = "&".join(text for text in query if text.split("=")[0] not in _TRACKING)
    return urlunsplit((parts.scheme, parts.netloc, parts.path, kept, ""))


def find(text: str) -> str:
    """Return the address that a citation gives or implies; blank where it has none."""
    if full := _FULL.search(text):
        return clean(full[0])
    if bare := _BARE.search(text):
        return clean(f"https://{bare[0]}")
    for pattern, address in _BUILDERS:
        if match := re.search(pattern, text):
            return address.format(match[1])
    return ""


def without_address(text: str) -> str:
    """Return the words of a citation, without addresses and article numbers."""
    text = _BARE.sub("", _FULL.sub("", text))
    text = re.sub(r"\b(AEN\d+F?|idUS\w+)\b", "", text)
    text = re.sub(r"(\barticleView )?\b\w+=\d+", "", text)
    text = re.sub(r"\b[Aa]rticle/\d+", "", text)
    return re.sub(r"\s+", " ", text).strip(" ,;")


def day_in(url: str) -> str:
    """Return the date that an address carries, to the day or the month, or blank."""
    found = (re.search(pattern, url) for pattern in _DAYS)
    return next(("-".join(match.groups()) for match in found if match), "")
