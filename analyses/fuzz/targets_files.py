"""Calls of the readers, the writers and the command."""

# ruff: noqa: ANN401 - values of any kind are the subject

from __future__ import annotations

import atexit
import contextlib
import dataclasses
import inspect
import io
import json
import shutil
from typing import Any

import hostile as h
import hostile_files as f
import hostile_values as v
import pandas as pd
from contract import Call
from guard import Breach, new_folder
from hypothesis import strategies as st
from targets_tests import options

from timing import readers
from timing.errors import TimingError
from timing.schema import CALENDAR, TESTS
from timing.study.declaration import analyses_folder, read_study

FOLDER = new_folder()
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)
NAMES = ("a.csv", "b.csv", "c.txt", "nowhere.csv", ".", "a" * 300, "/dev/null")


@dataclasses.dataclass(frozen=True)
class Reading:
    """A reader, with the files that it finds."""

    reader: Any
    files: dict[str, bytes]

    @property
    def __name__(self) -> str:
        """Name of the reader, and what the files hold."""
        return f"{self.reader.__name__} of {self.files!r} in "

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Read."""
        return self.reader(*args, **kwargs)


def read_call(
    reader: Any, files: dict[str, bytes], args: tuple[Any, ...], kwargs: Any
) -> Call:
    """Write the files, and return the call that reads them."""
    for old in FOLDER.iterdir():
        if old.is_dir():
            shutil.rmtree(old)
        else:
            old.unlink()
    for name, content in files.items():
        (FOLDER / name).write_bytes(content)
    return Call(Reading(reader, files), args, kwargs, errors=(OSError,))


@st.composite
def readings(
    draw: st.DrawFn,
    reader: Any,
    contents: st.SearchStrategy[bytes],
    given: dict[str, st.SearchStrategy[Any]],
    name: str = "a.csv",
    **always: Any,
) -> Call:
    """Draw a call of a reader of one file."""
    content = draw(f.with_damage(contents))
    path: Any = FOLDER / name
    path = draw(
        v.mostly(
            st.just(path) | st.just(str(path)),
            st.sampled_from(NAMES).map(lambda n: FOLDER / n),
            one_in=40,
        )
    )
    kwargs = always | draw(options(given))
    return read_call(reader, {name: content}, (path,), kwargs)


CNS = (
    "F1", "Date", "Launch Time (UTC)", "Missile Name", "Missile Type", "Facility Name",
    "Facility Latitude", "Facility Longitude", "Apogee", "Distance Travelled",
    "Test Outcome", "Confirmation Status", "Landing Location", "Source(s)",
    "Date Entered/Updated", "Launch Agency/Authority", "Facility Location",
    "Other Name",
    "Additional Information",
)  # fmt: skip
CSIS = ("date", "type", "event", "resources", "description")
TRAVELS = (
    "id",
    "name",
    "role",
    "country",
    "locale",
    "start-date",
    "end-date",
    "remarks",
)
VISITS = ("id", "visitor", "from", "start-date", "end-date", "description")
encodings = v.choice("utf-8", "cp1252", "utf-16", "rot13", "hex", "idna", "nowhere")
flags = v.choice(True, False)


def table_readings(schema: Any, names: tuple[str, ...], days: tuple[str, ...]) -> Any:
    """Draw calls of `read_table`."""
    return readings(
        readers.read_table, f.text_files(f.rows_of(names, days)), {}, schema=schema
    )


@st.composite
def json_readings(draw: st.DrawFn) -> Call:
    """Draw a call of `read_cns_json` with its catalogues."""
    files = {"a.json": draw(f.with_damage(f.cns_json()))}
    kwargs: dict[str, Any] = draw(
        options({"with_text": flags, "local_clock": v.choice((), ("1",), "1", ["x"])})
    )
    catalogue = st.sampled_from(
        [b'{"unknown": {"name": "x", "type": "y"}}', b"[]", b"{}", b'{"a": 1}', b"",
         b'{"facilities": {"unknown": {"name": "a", "lat": 39.1, "lon": "x"}}}',
         b'{"facilities": {"unknown": {"lat": [1], "lon": {}}}}', b"[" * 9000]
    )  # fmt: skip
    for name in ("missiles", "facilities"):
        if draw(st.integers(0, 2)) == 2:
            files[f"{name}.json"] = draw(f.with_damage(catalogue))
            kwargs[name] = FOLDER / f"{name}.json"
    return read_call(readers.read_cns_json, files, (FOLDER / "a.json",), kwargs)


@st.composite
def workbook_readings(draw: st.DrawFn) -> Call:
    """Draw a call of `read_cns` of a workbook, a bomb among them."""
    books = f.workbooks(f.rows_of(CNS, ("Date",), odd_in=120))
    content = draw(
        v.mostly(books | f.with_damage(books), st.sampled_from(f.bombs()), one_in=150)
    )
    return read_call(readers.read_cns, {"a.xlsx": content}, (FOLDER / "a.xlsx",), {})


# Users' own tables


EVENTS = ("date", "id", "size", "time", "zone", "note")
DIARY = ("start", "end", "id", "name", "category", "zone")


@st.composite
def own_readings(draw: st.DrawFn, reader: Any, names: tuple[str, ...]) -> Call:
    """Draw a call of `read_events` or `read_calendar`, of any format or a table."""
    kept = draw(st.lists(st.sampled_from(names[1:]), unique=True))
    chosen = (names[0], *kept)
    days = [name for name in chosen if name in ("date", "start", "end")]
    rows = f.rows_of(chosen, days, odd_in=60)
    kind = draw(
        st.sampled_from(["csv", "tsv", "xlsx", "jsonl", "parquet", "ics", "df"])
    )
    given = {
        "columns": st.dictionaries(
            v.texts | st.sampled_from(names), v.texts, max_size=2
        )
        | v.odd,
        "dates": v.choice("day-first", "month-first", "%Y-%m-%d", "%d-%b-%y", "%", ""),
        "zone": st.sampled_from([*v.ZONES, *v.BAD_ZONES]),
        "format": v.choice("csv", "tsv", "excel", "parquet", "jsonl", "ics"),
        "delimiter": v.choice(",", ";", "\t", "|", "", "ab", "\n", '"'),
        "sheet": v.choice("Sheet", "x", 0),
        "encoding": encodings,
        "approximate": v.number(st.integers(0, 30)),
        "max_bytes": v.number(st.sampled_from([1, 100, 10**6])),
        "n_rows": v.number(st.integers(1, 9)),
        "kind": v.choice("events", "calendar"),
    }
    taken = inspect.signature(reader).parameters
    kwargs: dict[str, Any] = {}
    if draw(st.integers(0, 1)):
        kwargs = draw(options({k: part for k, part in given.items() if k in taken}))
    if kind == "df":
        period = draw(h.periods())
        of = h.events_in if names is EVENTS else h.calendars_in
        table = draw(v.mostly(of(period), one_in=20))
        return Call(reader, (table,), kwargs, errors=(OSError,))
    made = {
        "csv": f.text_files(rows),
        "tsv": f.text_files(rows, "\t"),
        "xlsx": f.workbooks(rows),
        "jsonl": f.json_lines(rows),
        "parquet": f.parquet_files(rows),
        "ics": f.icalendars(),
    }[kind]
    content = draw(
        v.mostly(f.with_damage(made), st.sampled_from(f.bombs()), one_in=300)
    )
    suffix = draw(v.mostly(st.just(kind), st.sampled_from(_SUFFIXES), one_in=20))
    name = f"a.{suffix}"
    return read_call(reader, {name: content}, (FOLDER / name,), kwargs)


_SUFFIXES = ("csv", "CSV", "tsv", "xlsx", "xls", "jsonl", "json", "parquet", "ics",
             "pkl",
             "csv.gz", "zip", "txt", "", "pickle", "npy", "h5")  # fmt: skip


def guesses(
    source: Any,
    *,
    format: Any = None,
    delimiter: Any = None,
    sheet: Any = None,
    encoding: Any = "utf-8",
    n_rows: Any = 5,
    kind: Any = "events",
) -> dict[str, str]:
    """Guess the columns of a table from what is seen of it."""
    seen = readers.sniff_columns(
        source,
        format=format,
        delimiter=delimiter,
        sheet=sheet,
        encoding=encoding,
        n_rows=n_rows,
    )
    guessed = readers.guess_columns(seen, kind=kind)
    names = [*guessed.values()]
    if len({*names}) < len(names) or not {*names} <= {name for name, _ in seen}:
        msg = f"of {seen!r} the guess is {guessed!r}"
        raise Breach(msg)
    return guessed


# Writing


@st.composite
def written(draw: st.DrawFn) -> Call:
    """Draw a call of `write_icalendar`, whose file must read back the same."""
    table = draw(v.mostly(h.calendars_in(draw(h.periods())), one_in=30))
    table = table.copy() if isinstance(table, pd.DataFrame) else table
    if isinstance(table, pd.DataFrame) and table.columns.nlevels == 1:
        if "event_id" not in table and draw(st.integers(0, 9)):
            table["event_id"] = [f"e{i}" for i in range(len(table))]
        for name in ("name", "status"):
            if draw(st.booleans()):
                cells = v.mostly(v.texts, one_in=60)
                table[name] = pd.Series(
                    [draw(cells) for _ in range(len(table))],
                    index=table.index,
                    dtype=object,
                )
    path = FOLDER / "out.ics"

    def check(_: None) -> None:
        if not len(table):
            return
        again = readers.read_icalendar(path)
        if len(again) != len(table):
            msg = f"{len(table)} events written, {len(again)} read"
            raise Breach(msg)
        for name in ("event_id", "name", "zone", "status"):
            if name in table:
                before = table[name].fillna("").astype(str).tolist()
                if again[name].tolist() != before:
                    msg = f"{name}: {before} written, {again[name].tolist()} read"
                    raise Breach(msg)

    call = read_call(readers.write_icalendar, {}, (table, path), {})
    return dataclasses.replace(call, folder=FOLDER, check=check)


# Declarations and the command


def studies() -> Any:
    """Draw calls of `read_study` of the changed declaration of this study."""
    text = (analyses_folder() / "primary.toml").read_text(encoding="utf-8")

    def read_whole(path: Any) -> Any:
        study = read_study(path)
        return study.sha256, study.title, len(study.hypotheses), len(study.variants)

    return readings(read_whole, f.declarations(text), {}, "a.toml")


class CommandError(TimingError):
    """The command ends with exit code 2, and says why."""


def main(*arguments: str) -> str:
    """Run the command as a terminal would, and return what it prints.

    Raises
    ------
    CommandError
        If it ends with exit code 2.
    """
    from timing import cli

    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    err = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", errors="backslashreplace")
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code: object = cli.main(list(arguments))
        except SystemExit as stop:
            code = stop.code
    out.flush()
    err.flush()
    printed, said = out.buffer.getvalue().decode(), err.buffer.getvalue().decode()
    reasons = [line for line in said.splitlines() if not line.startswith("warning:")]
    if code not in (0, 2) or (code == 2) != bool(reasons) or "Traceback" in said:
        msg = f"exit code {code!r} with {said!r} on standard error"
        raise Breach(msg)
    if code == 2:
        raise CommandError("\n".join(reasons))
    if "--json" in arguments:
        json.loads(printed, parse_constant=_refuse)
    return printed


def _refuse(constant: str) -> None:
    msg = f"--json prints {constant}"
    raise Breach(msg)


@st.composite
def commands(draw: st.DrawFn) -> Call:
    """Draw a command line: usual ones with odd values, and odd ones."""
    rows = f.text_files(f.rows_of(("date", "test_id"), ("date",), odd_in=60))
    spans = f.text_files(f.rows_of(("start", "end"), ("start", "end"), odd_in=60))
    files = {
        "a.csv": draw(v.mostly(rows, f.with_damage(rows), one_in=4)),
        "b.csv": draw(v.mostly(spans, f.with_damage(spans), one_in=4)),
        "s.toml": draw(
            f.declarations('title = "x"\nseed = 1\n[period]\nstart = 2012-01-01')
        ),
    }
    path = st.sampled_from(["a.csv", "b.csv", "s.toml", "nowhere", "."]).map(
        lambda name: str(FOLDER / name)
    )
    word = st.one_of(
        path, v.texts.filter(lambda text: not text.startswith("@")),
        st.sampled_from(
            ["test", "validate", "datasets", "cite", "--tests", "--calendar",
             "--before", "--after", "--json", "--null", "--strata", "month", "none",
             "--exclude", "--help", "--version", "7", "-1", "1e3", "--seed",
             "--unit", "event", "--",
             "2018-01-01", "--start", "--end", "weapons_tests", "--tests=x", "-h"]
        ),
    )  # fmt: skip
    shape = draw(st.sampled_from(["test", "test", "validate", "any"]))
    if shape == "any":
        words = draw(st.lists(word, max_size=6))
        if words and words[0] in ("run", "replicate", "init"):
            words = []
    else:
        words = [shape, "--tests", str(FOLDER / "a.csv"),
                 "--calendar", str(FOLDER / "b.csv")]  # fmt: skip
        if shape == "test":
            words += draw(
                st.lists(
                    st.sampled_from(
                        ["--json", "--before=3", "--after=0", "--strata=none",
                         "--null=uniform", "--null=gap_shuffle", "--unit=event",
                         "--unit=missile", "--start=2017-12-01", "--end=2019-01-31",
                         "--statistic=mean_distance", "--alternative=greater",
                         "--anchor=start", "--uncertain=bounds", "--before=-1",
                         "--after=99999", "--start=x", "--seed=-1", "--seed=1",
                         "--gap=0", "--strata=year", "--end=2018-02-30"]
                    ),
                    max_size=4,
                )
            )  # fmt: skip
        if draw(st.integers(0, 5)) == 5:
            words.insert(draw(st.integers(0, len(words))), draw(word))
    return read_call(main, files, tuple(words), {})


TARGETS = {
    "readers.read_table of tests": table_readings(
        TESTS, ("date", "test_id", "note"), ("date",)
    ),
    "readers.read_table of calendars": table_readings(
        CALENDAR, ("start", "end", "note"), ("start", "end")
    ),
    "readers.read_cns": readings(
        readers.read_cns,
        f.text_files(f.rows_of(CNS, ("Date",), odd_in=120)),
        {
            "encoding": encodings,
            "with_text": flags,
            "local_clock": v.choice((), ("F1 0",), "F1 0", ["x"], {"F1 1"}),
        },
    ),
    "readers.read_cns of workbooks": workbook_readings(),
    "readers.read_cns_json": json_readings(),
    "readers.read_csis": readings(
        readers.read_csis,
        f.text_files(f.rows_of(CSIS, ("date",))),
        {"encoding": encodings, "with_text": flags},
    ),
    "readers.read_travels": readings(
        readers.read_travels,
        f.xml_files("trips", "trip", TRAVELS),
        {"with_text": flags},
        "a.xml",
    ),
    "readers.read_visits": readings(
        readers.read_visits,
        f.xml_files("visits", "visit", VISITS),
        {"with_text": flags},
        "a.xml",
    ),
    "readers.read_icalendar": readings(
        readers.read_icalendar,
        f.icalendars(),
        {"zone": st.sampled_from([*v.ZONES, *v.BAD_ZONES])},
        "a.ics",
    ),
    "readers.write_icalendar": written(),
    "study.read_study": studies(),
    "the command": commands(),
    "readers.read_events": own_readings(readers.read_events, EVENTS),
    "readers.read_calendar": own_readings(readers.read_calendar, DIARY),
    "readers.sniff_columns, guess_columns": own_readings(guesses, EVENTS),
}
