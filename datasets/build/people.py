"""Spell leaders in one way and name the state of each, so that both sides show."""

import re
from functools import cache
from pathlib import Path

from tabular import BuildError, read_table

_ALIASES = {
    "George H.W. Bush": "George H. W. Bush",
    "William J. Clinton": "Bill Clinton",
    "Donald J. Trump": "Donald Trump",
    "Joseph R. Biden": "Joe Biden",
    "Chun Doo Hwan": "Chun Doo-hwan",
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
        ("1980-09-01", "Chun Doo-hwan"),
    ),
    "Japanese prime minister": (
        ("2025-10-21", "Sanae Takaichi"),
        ("2024-10-01", "Shigeru Ishiba"),
        ("2021-10-04", "Fumio Kishida"),
        ("2020-09-16", "Yoshihide Suga"),
        ("2012-12-26", "Shinzo Abe"),
        ("2011-09-02", "Yoshihiko Noda"),
        ("2010-06-08", "Naoto Kan"),
        ("2009-09-16", "Yukio Hatoyama"),
        ("2008-09-24", "Taro Aso"),
        ("2007-09-26", "Yasuo Fukuda"),
        ("2006-09-26", "Shinzo Abe"),
        ("2001-04-26", "Junichiro Koizumi"),
        ("2000-04-05", "Yoshiro Mori"),
        ("1998-07-30", "Keizo Obuchi"),
        ("1996-01-11", "Ryutaro Hashimoto"),
        ("1994-06-30", "Tomiichi Murayama"),
        ("1994-04-28", "Tsutomu Hata"),
        ("1993-08-09", "Morihiro Hosokawa"),
        ("1991-11-05", "Kiichi Miyazawa"),
        ("1989-08-10", "Toshiki Kaifu"),
        ("1989-06-03", "Sosuke Uno"),
        ("1987-11-06", "Noboru Takeshita"),
        ("1982-11-27", "Yasuhiro Nakasone"),
    ),
    "Chinese president": (
        ("2013-03-14", "Xi Jinping"),
        ("2003-03-15", "Hu Jintao"),
        ("1993-03-27", "Jiang Zemin"),
        ("1988-04-08", "Yang Shangkun"),
        ("1983-06-18", "Li Xiannian"),
    ),
    "Chinese premier": (
        ("2023-03-11", "Li Qiang"),
        ("2013-03-15", "Li Keqiang"),
        ("2003-03-16", "Wen Jiabao"),
        ("1998-03-17", "Zhu Rongji"),
        ("1987-11-24", "Li Peng"),
        ("1980-09-10", "Zhao Ziyang"),
    ),
    "Russian president": (
        ("2012-05-07", "Vladimir Putin"),
        ("2008-05-07", "Dmitry Medvedev"),
        ("1999-12-31", "Vladimir Putin"),
        ("1991-07-10", "Boris Yeltsin"),
    ),
}
# The office that a title means in a country.
_OFFICES = {
    ("ROK", "President"): "ROK president",
    ("Japan", "Prime Minister"): "Japanese prime minister",
    ("China", "President"): "Chinese president",
    ("China", "Premier"): "Chinese premier",
    ("China", "Prime Minister"): "Chinese premier",
    ("Russia", "President"): "Russian president",
}

# Groups that stand for themselves; a part in brackets is not a state.
_COLLECTIVE = re.compile(
    r"leaders|heads of state|UN Security Council|^(US|ROK|DPRK|China|Japan|Russia)$"
)
# Offices and groups of the candidates that leave out who they belong to.
_BOTH_SIDES = {
    "47 leaders": "leaders of 47 states",
    "50+ leaders": "leaders of more than 50 states",
    "53 leaders": "leaders of 53 states",
    "others": "leaders of Eastern Europe",
    "colonels": "colonels (ROK); colonels (DPRK)",
    "Japanese and DPRK envoys": "envoy (Japan); envoy (DPRK)",
    "Japanese and DPRK officials": "officials (Japan); officials (DPRK)",
    "unification ministers": "unification minister (ROK); chief delegate (DPRK)",
    "vice unification ministers": "vice unification minister (ROK); "
    "chief delegate (DPRK)",
    "six foreign ministers": "foreign minister (US); foreign minister (ROK); "
    "foreign minister (DPRK); foreign minister (China); foreign minister (Japan); "
    "foreign minister (Russia)",
}

# Leaders whom records name in short in a third country.
_GUESTS = {"Netanyahu": "Benjamin Netanyahu", "Yeltsin": "Boris Yeltsin"}

_TITLE = re.compile(r"^(President|Prime Minister|Premier) (?=[A-Z])")
_NAMED = re.compile(r"^(.*) \(([^()]*)\)$")


def spelling(text: str) -> str:
    """Replace variant spellings of names by the one used in these tables."""
    for variant, name in _ALIASES.items():
        text = text.replace(variant, name)
    return text


@cache
def _states() -> dict[str, str]:
    rows = read_table(Path(__file__).with_name("people.csv"))
    return {row["person"]: row["state"] for row in rows}


def holder(office: str, day: str) -> str:
    """Return who held an office on a day, with the state."""
    name = next(name for since, name in _IN_OFFICE[office] if since <= day)
    return f"{name} ({_states()[name]})"


def hosts_in_office(country: str, title: str, name: str, day: str) -> str:
    """Return the full name of a host whom a record names in short; blank if unsure."""
    office = _OFFICES.get((country, title), "")
    full = _GUESTS.get(name, spelling(name))
    if _states().get(full, country) != country:
        return f"{full} ({_states()[full]})"
    if not office:
        return ""
    person = holder(office, day)
    words = {word.lower() for word in re.split(r"[ -]", spelling(name))}
    known = {word.lower() for word in re.split(r"[ -]", person)}
    return person if words & known else ""


def participants(text: str, day: str) -> str:
    """List who met: each person with the state, each office by its holder.

    Raises
    ------
    BuildError
        If the state of a person is not in people.csv.
    """
    people = []
    for written in text.split("; "):
        person = _TITLE.sub("", spelling(written))
        if written in _BOTH_SIDES:
            people += _BOTH_SIDES[written].split("; ")
        elif written in _IN_OFFICE:
            people.append(holder(written, day))
        elif person in _states():
            people.append(f"{person} ({_states()[person]})")
        elif (
            person == "Donald Trump (26 Oct)"
        ):  # the day stands in the row of his visit
            people.append(holder("US president", day))
        elif _NAMED.match(written):
            people.append(spelling(written))
        elif _COLLECTIVE.search(person):
            people.append(person)
        else:
            message = f"people.csv: the state of {person!r} is missing"
            raise BuildError(message)
    return "; ".join(dict.fromkeys(people))


def persons(cell: str) -> dict[str, str]:
    """Return the known persons of a ``participants`` cell and the state of each."""
    found = (_NAMED.match(part) for part in cell.split("; "))
    return {match[1]: match[2] for match in found if match and match[1] in _states()}


def states(cell: str) -> set[str]:
    """Return the states that a ``participants`` cell names."""
    found = (_NAMED.match(part) for part in cell.split("; "))
    return {match[2] for match in found if match} | {
        part for part in cell.split("; ") if part in ("US", "ROK", "DPRK")
    }
