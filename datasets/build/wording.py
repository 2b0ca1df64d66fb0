"""Put notes and names into the project's own plain words.

The candidate tables are working notes: they abbreviate sources and say how a fact was
looked for. The published tables say only what is known and what is not.
"""

import re

from tabular import BuildError

_REPLACEMENTS: tuple[tuple[str, str], ...] = (
    # Abbreviations that only their author could read.
    (r"\bWCE hit only shows", "Wikipedia Current Events only shows"),
    (r"\bWCE\b", "Wikipedia Current Events"),
    (
        r"(.*?); US president was in the country per HistoryAtState id (\d+) "
        r"\((\S+?)\.\.(\S+?)\); the bilateral itself is not in that record",
        r"\1; the official travel record \2 (\3 to \4) does not name the bilateral",
    ),
    (
        r"^US president was in the country per HistoryAtState id (\d+) "
        r"\((\S+?)\.\.(\S+?)\); the bilateral itself is not in that record",
        r"the official travel record \1 (\2 to \3) does not name the bilateral",
    ),
    # A date that rests on no page is unsourced, whatever produced it.
    (r"; corrects [^;]* from memory", ""),
    (r"\s*\(memory\)", " (unsourced)"),
    (r"\(memory for the 11th\)", "(the 11th is unsourced)"),
    (r"\bmemory says\b", "an unsourced count says"),
    (r"\bis memory plus the ten-day plan", "is inferred from the ten-day plan"),
    (r"\bis memory\b", "is unsourced"),
    (r"\bfrom memory\b", "unsourced"),
    (
        r"partly from general knowledge, not checked in a stored text",
        "partly unsourced",
    ),
    (r", from general knowledge", ", unsourced"),
    # How the search went is no property of the event.
    (r"^start day lost in the stored excerpt", "start day unsourced"),
    (r"; nothing stored found", "; unsourced"),
    (r"^no stored text found in three searches$", "unsourced"),
    (r"^two searches in Korean .* neighbouring years only$", "unsourced"),
    (r"read in stored copy supports it", "supports it"),
    (r"\bin the stored excerpt\b", "in the text seen"),
    (r"the excerpt names", "the text seen names"),
    (r"\bnot shown in the excerpt\b", "not known"),
    (r"; excerpt stops before", "; the text seen stops before"),
    (r"; needs a newspaper check", ""),
    (r"; weekday matched to 24 Nov by us", "; the day is inferred from the weekday"),
    (r" seen in Oct 2026 files; whether .* is unknown here", "; attendance unknown"),
    (r"outcome not in any stored source", "outcome unknown"),
    (r"^outside the core categories, found on the way$", "outside the core categories"),
    (r" \(id \d+\)", ""),
    (r"^never held - exclude or use as placebo$", "never held; usable as a placebo"),
    (r" - do not code as a Kim summit", "; not counted as a summit with Kim"),
    (r" - check$", ""),
    (r"; multi-purpose trips \(APEC/G20/NSS\) noted in HistoryAtState remarks", ""),
    (r"\b(arrival|start) day high\b", r"\1 day well sourced"),
    (r"^announced_date \(5-10\)", "the announcement day is"),
    (r"^same broadcaster twice$", "both sources are one broadcaster"),
    (r"^source internally inconsistent(; |$)", ""),
    (r"\bsettles the newsreel inconsistency; ", ""),
    (r"\bEND sourced", "end sourced"),
    (r"two Rodong missiles were fired within hours \(26 Mar KST\); ", ""),
    # Names of working copies.
    (r"\bthe andysaulim copy\b", "a second copy of the CSIS list"),
    (r"\bthe stiles copy\b", "the first copy"),
    (r"\bnagix \(later version\)", "the later CNS-derived list"),
    (r"\bnagix clock reads\b", "the CNS-derived list reads"),
    (r"after the end of our CNS copy", "after the end of the CNS list used here"),
    (r" and an audit built on it", ""),
    (r"\bCSIS copy and Wikipedia\b", "CSIS list and Wikipedia"),
)

_FORBIDDEN = re.compile(
    r"\b(memory|scout|GitHub index|stored|excerpt|WCE|HistoryAtState|andysaulim)\b"
)


def plain(text: str) -> str:
    """Reword one note, name or remark.

    Raises
    ------
    BuildError
        If a working word survives, so that a new candidate row cannot leak one.
    """
    for pattern, replacement in _REPLACEMENTS:
        text = re.sub(pattern, replacement, text)
    text = text.strip(" ;")
    if found := _FORBIDDEN.search(text):
        message = f"a working note would be published: `{found[0]}` in {text!r}"
        raise BuildError(message)
    return text


def join_notes(*notes: str) -> str:
    """Join the notes that say something, each once, in the order given."""
    clauses = [part for note in notes for part in plain(note).split("; ") if part]
    return "; ".join(dict.fromkeys(clauses))
