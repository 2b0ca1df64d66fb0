"""What a source is, and the sources that many rows share."""

import re
import unicodedata
from dataclasses import dataclass, replace
from hashlib import sha1

import publishers
from tabular import Row

COLUMNS = ("source_id", "title", "publisher", "url", "kind", "licence", "notes")

# A title ends so where the page carries no date.
UNDATED = ", undated"

TRAVEL_PAGES = "https://history.state.gov/departmenthistory/travels"
VISITS_PAGE = "https://history.state.gov/departmenthistory/visits"
HISTORIAN = "US Office of the Historian"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One cited page, record or list."""

    source_id: str
    title: str
    publisher: str = ""
    url: str = ""
    kind: str = publishers.NEWS
    licence: str = ""
    notes: str = ""

    def row(self) -> Row:
        """Return the source as a row of ``sources.csv``."""
        return {name: getattr(self, name) for name in COLUMNS}


UNSOURCED = Source(
    source_id="unsourced",
    title="No source yet",
    kind=publishers.NONE,
    notes="the row, or part of it, awaits a source",
)
CNS = Source(
    source_id="cns-missile-test-database",
    title="CNS North Korea Missile Test Database",
    publisher="James Martin Center for Nonproliferation Studies",
    url="https://www.nti.org/analysis/articles/cns-north-korea-missile-test-database/",
    kind=publishers.DATABASE,
    licence="cite CNS/NTI (facts only)",
    notes="missiles of 300 km and 500 kg or more; one row each; dates mostly UTC",
)
CSIS = Source(
    source_id="csis-beyond-parallel-provocations",
    title="Database: North Korean Provocations",
    publisher="CSIS Beyond Parallel",
    url="https://beyondparallel.csis.org/database-north-korean-provocations/",
    kind=publishers.DATABASE,
    licence="all rights reserved (facts only)",
    notes="dates mix Korean, US and report days",
)

CSIS_COPY = replace(
    CSIS,
    source_id="csis-provocations-stiles-copy",
    title="Database: North Korean Provocations, copy of August 2026",
    url="https://github.com/stiles/north-korea-provocations",
    notes="no rows from 2017-09-16 to 2018-12-31",
)
CSIS_RUSSIA = replace(
    CSIS,
    source_id="csis-dprk-russia-timeline",
    title="Timeline of North Korea-Russia cooperation since 2022",
    url="https://github.com/andysaulim/"
    "Timeline-of-North-Korea-Russia-Cooperation-since-2022",
    notes="some dates are report dates",
)
CNS_COPY = replace(
    CNS,
    source_id="cns-mesege1-copy",
    title="CNS North Korea Missile Test Database, copy to April 2023",
    url="https://github.com/mesege1/dprk_missile_stats",
    notes="",
)
CNS_DERIVED = replace(
    CNS,
    source_id="cns-nagix-nk-missile-tests",
    title="nk-missile-tests, derived from the CNS database",
    publisher="nagix",
    url="https://github.com/nagix/nk-missile-tests",
    licence="Apache-2.0; cite CNS/NTI",
    notes="the rows of 2016-02-07 and 2017-07-04 lost the AM of their clock times",
)

TRAVELS = Source(
    source_id="histstate-travels",
    title="Travels Abroad of the President",
    publisher=HISTORIAN,
    url=f"{TRAVEL_PAGES}/president",
    kind=publishers.OFFICIAL,
    licence="CC0",
)


def slug(text: str, length: int = 40) -> str:
    """Reduce text to lower-case letters, digits and hyphens."""
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_text.lower()).strip("-")[:length].strip("-")


def digest(text: str) -> str:
    """Return eight characters that stand for a text."""
    return sha1(text.encode("utf-8"), usedforsecurity=False).hexdigest()[:8]
