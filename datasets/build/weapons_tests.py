"""Build ``weapons_tests.csv``: one row per test event on the Korean day grid."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import corrections
from sourcebook import SourceBook
from sources import CNS, CSIS, Source
from tabular import BuildError, Row, by_date, read_table
from wording import join_notes, plain

COLUMNS = (
    "test_id",
    "date",
    "time",
    "precision",
    "earliest",
    "latest",
    "n_missiles",
    "weapon",
    "range_class",
    "ground_test",
    "system",
    "site",
    "latitude",
    "longitude",
    "coordinates_of",
    "apogee_km",
    "distance_km",
    "outcome",
    "dated_by",
    "announced_by",
    "confirmed_by",
    "status",
    "dispute",
    "in_cns",
    "in_csis",
    "cns_date",
    "csis_date",
    "sources",
    "confidence",
    "notes",
)

# Upstream shorthand that a reader outside the field would not know.
WEAPONS = {"mlrs": "rocket_artillery", "sam": "surface_to_air"}
_RENAMED = {
    "date": "date_kst",
    "time": "time_kst",
    "cns_date": "cns_date_raw",
    "csis_date": "csis_date_raw",
}

# What the candidates write, and the documented class.
RANGE_CLASSES = {
    **{
        name: name
        for name in (
            *("SRBM", "MRBM", "IRBM", "ICBM", "SLBM", "SLV"),
            *("ASCM", "LACM", "SLCM", "SAM", "nuclear", "unknown"),
        )
    },
    "cruise": "cruise_unspecified",
    "rocket artillery": "rocket_artillery",
    "short-range": "short_range",
    "SRBM and SAM mix": "mixed",
    "tactical weapon": "tactical_weapon",
    "drone": "drone",
    "solid motor": "solid_motor",
    "liquid engine": "liquid_engine",
    "engine": "engine_unspecified",
    "nuclear trigger": "nuclear_trigger",
}

# Nothing leaves the ground and no nuclear device goes off.
_GROUND_CLASSES = {
    "solid_motor",
    "liquid_engine",
    "engine_unspecified",
    "nuclear_trigger",
}

# Who announced or confirmed: what the candidates write, and the tokens that it means.
_SPEAKERS = {
    "KCNA": "KCNA",
    "KCNA (pre-announced)": "KCNA",
    "KPA": "KPA",
    "KPA General Staff": "KPA",
    "DPRK MND": "DPRK_MND",
    "JCS": "JCS",
    "ROK JCS": "JCS",
    "ROK MND": "ROK_MND",
    "ROK military": "ROK_military",
    "ROK intelligence": "ROK_intelligence",
    "US/ROK intelligence": "US; ROK_intelligence",
    "ROK NIS": "ROK_NIS",
    "ROK": "ROK",
    "ROK official": "ROK",
    "ROK officials": "ROK",
    "ROK source": "ROK",
    "ROK NSC official": "ROK",
    "JMOD": "JMOD",
    "Japan MoD": "JMOD",
    "Japan": "Japan",
    "US": "US",
    "US officials": "US",
    "US NSC": "US_White_House",
    "White House": "US_White_House",
    "Pentagon": "US_military",
    "US PACOM": "US_military",
    "US STRATCOM": "US_military",
    "STRATCOM": "US_military",
    "NORAD": "US_military",
    "NK Pro": "analysts",
    "press": "press",
    "ROK press": "ROK_press",
    "US press": "US_press",
    "Japanese press": "Japan_press",
    "ROK/US press": "ROK_press; US_press",
    "Japanese and ROK press": "Japan_press; ROK_press",
    "retrospective": "retrospective",
    "ja.wikipedia": "none",
    "none": "none",
}
_IN_ADVANCE = "announced in advance"

# Sites that stand for one place, by the coordinates that the CNS list gives to it.
_PLACES: dict[tuple[str, str], tuple[str, ...]] = {
    ("40.8499966", "129.666664"): ("Musudan-ri",),
    ("38.99083", "127.6236"): ("Kittaeryong",),
    ("39.6596", "124.7057"): ("Sohae", "Tongchang-ri"),
    ("39.1677", "127.4817"): ("Wonsan", "Kalma (Wonsan)"),
    ("39.148587", "127.611146"): ("Wonsan",),
    ("39.412594", "125.89031"): ("Sunchon",),
    ("39.40167", "127.5369"): ("Hodo",),
    ("38.686834", "125.702005"): ("Hwangju",),
    ("37.9382", "126.5878"): ("Kaesong",),
    ("38.7523", "125.3247"): ("Nampo",),
    ("38.202", "124.851"): ("Monggumpo / Changsan Cape",),
    ("40.0368", "128.1839"): ("Sinpo",),
    ("39.927472", "125.207889"): ("Kusong (Panghyon)",),
    ("40.01325", "125.22302"): ("Kusong",),
    ("40.0659", "125.2099"): ("Kusong",),
    ("40.029678", "125.227326"): ("Kusong",),
    ("39.504417", "125.964333"): ("Pukchang",),
    ("38.78", "126.67"): ("Koksan",),
    ("39.618283", "125.8035851"): ("Lake Yonpung",),
    ("39.872153", "125.269192"): ("Panghyon",),
    ("40.611208", "126.425743"): ("Mupyong-ri",),
    ("39.2815", "127.377"): ("Munchon",),
    ("38.907", "125.44"): ("Lake Taesong",),
    ("39.200159", "125.673256"): ("Sunan",),
    ("39.20299", "125.70926"): ("Sunan",),
    ("39.282", "125.869"): ("Pyongsong",),
    ("38.421522", "125.024421"): ("Kwail",),
    ("39.811611", "127.66375"): ("Hamhung",),
    ("38.953797", "127.891882"): ("Tongchon",),
    ("39.7437", "127.4732"): ("Sondok",),
    ("39.743", "127.499"): ("Sondok",),
    ("39.752321", "125.899905"): ("Kaechon",),
    ("39.78938", "127.53993"): ("Yonpo",),
    ("39.1268", "125.9579"): ("Samsok",),
    ("39.42", "125.63"): ("Sukchon",),
    ("39.79", "124.91"): ("Sonchon",),
    ("39.9857", "125.5186"): ("Taechon",),
    ("40.025847", "124.577936"): ("Uiju",),
    ("39.275721", "126.804867"): ("Yangdok",),
    ("39.538", "127.241"): ("Yonghung",),
    ("38.507239", "125.758802"): ("Sariwon",),
    ("40.968", "126.599"): ("Kanggye",),
    ("40.209", "125.204"): ("Taegwan",),
    ("38.873", "125.932"): ("Ryokpo",),
    ("38.275", "125.071"): ("Jangyon",),
    ("38.875", "125.926"): ("Chunghwa",),
    ("41.28", "129.08"): ("Punggye-ri",),
}

# Sites without coordinates upstream that are, or lie off, a place of that list.
_FILLED = {
    "Musudan-ri": ("40.8499966", "129.666664"),
    "Jangsan Cape area": ("38.202", "124.851"),
    "off Nampo": ("38.7523", "125.3247"),
    "near Nampo": ("38.7523", "125.3247"),
    "Nampo": ("38.7523", "125.3247"),
}


def _lookup(known: Mapping[str, str], value: str, where: str) -> str:
    if value not in known:
        message = f"weapons_tests, {where}: {value!r} is not in the vocabulary"
        raise BuildError(message)
    return known[value]


def _speakers(text: str, where: str) -> str:
    """Turn a free text such as ``KCNA/JMOD`` into tokens, each once, in its order."""
    if not text:
        return ""
    pieces = [text] if text in _SPEAKERS else text.split("/")
    tokens = "; ".join(_lookup(_SPEAKERS, piece, where) for piece in pieces)
    return "; ".join(dict.fromkeys(tokens.split("; ")))


def _coordinates(candidate: Row) -> Row:
    """Locate the launch place, and say whether it is the place or only the area."""
    site = candidate["site"]
    point = (candidate["latitude"], candidate["longitude"])
    if not any(point):
        point = _FILLED.get(site, ("", ""))
    exact = site in _PLACES.get(point, ())
    named = {True: "site", False: "area"}[exact] if any(point) else ""
    return {"latitude": point[0], "longitude": point[1], "coordinates_of": named}


def _build_row(candidate: Row, book: SourceBook) -> Row:
    where = candidate["test_id"]
    lists: list[Source] = []
    if candidate["in_cns"]:
        lists.append(CNS)
    if candidate["in_csis"]:
        lists.append(CSIS)
    cited = (candidate["sources"], candidate.get("added_sources", ""))
    sources = book.cite(*cited, also=tuple(lists))
    row = {name: candidate.get(_RENAMED.get(name, name), "") for name in COLUMNS}
    range_class = _lookup(RANGE_CLASSES, candidate["range_class"], where)
    in_advance = "(pre-announced)" in candidate["announced_by"]
    return (
        row
        | _coordinates(candidate)
        | {
            "weapon": WEAPONS.get(candidate["weapon"], candidate["weapon"]),
            "range_class": range_class,
            "ground_test": "true" if range_class in _GROUND_CLASSES else "false",
            "announced_by": _speakers(candidate["announced_by"], where),
            "confirmed_by": _speakers(candidate["confirmed_by"], where),
            "dispute": plain(candidate["dispute"]),
            "in_cns": "true" if candidate["in_cns"] else "false",
            "in_csis": "true" if candidate["in_csis"] else "false",
            "sources": sources,
            "confidence": book.confidence(candidate["confidence"], sources),
            "notes": join_notes(
                candidate["date_evidence"], _IN_ADVANCE if in_advance else ""
            ),
        }
    )


def read_candidates(folder: Path, fixes: Sequence[Row]) -> list[Row]:
    """Read ``weapons_tests/tests_candidates.csv`` and apply the hand corrections.

    A correction whose field is ``test_id`` adds an event that no list has; the other
    corrections of that key fill it.
    """
    candidates = read_table(folder / "weapons_tests" / "tests_candidates.csv")
    known = {row["test_id"] for row in candidates}
    others = []
    for fix in fixes:
        if (fix["table"], fix["field"]) != ("weapons_tests", "test_id"):
            others.append(fix)
            continue
        if fix["key"] in known or fix["new"] != fix["key"]:
            message = f"corrections.csv, weapons_tests, {fix['key']}: is no new event"
            raise BuildError(message)
        blank = dict.fromkeys(candidates[0], "")
        added = blank | {"test_id": fix["key"], "added_sources": fix["source"]}
        candidates.append(added)
    corrections.apply("weapons_tests", "test_id", candidates, others)
    return candidates


def build(folder: Path, book: SourceBook, fixes: Sequence[Row]) -> list[Row]:
    """Build the table from the corrected candidates."""
    rows = [_build_row(row, book) for row in read_candidates(folder, fixes)]
    return by_date(rows, "date", "test_id")
