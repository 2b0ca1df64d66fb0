"""The format of a file: told by its name, and checked against its first bytes."""

from __future__ import annotations

import re
from pathlib import Path

from timing.arguments import check_choice
from timing.errors import ArgumentError
from timing.readers.sizes import refuse

FORMATS = ("csv", "tsv", "excel", "parquet", "jsonl", "ics")

_SUFFIXES = {
    ".csv": "csv", ".tsv": "tsv", ".tab": "tsv", ".xlsx": "excel",
    ".parquet": "parquet", ".pq": "parquet", ".jsonl": "jsonl", ".ndjson": "jsonl",
    ".ics": "ics",
}  # fmt: skip
_PICKLE = "may be a pickle, which can run code when it is read: save the table as CSV"
_PACKED = "is compressed: unpack it first"
_REFUSED = {
    ".xls": "is the old Excel format: save it as .xlsx",
    ".xlsb": "is binary Excel: save it as .xlsx",
    ".ods": "is an OpenDocument sheet: save it as .xlsx or .csv",
    **dict.fromkeys((".pkl", ".pickle", ".joblib", ".npy", ".npz"), _PICKLE),
    **dict.fromkeys((".gz", ".bz2", ".xz", ".zst", ".zip", ".7z", ".tar"), _PACKED),
    ".json": (
        "is JSON: write JSON lines, one object a line, as .jsonl, or say "
        "format='jsonl' if it holds them"
    ),
    ".txt": "may be any text: say format='csv' or format='tsv' (and `delimiter`)",
}
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/{1,2}")

_ZIP, _PARQUET = "a zip archive, as .xlsx is", "a Parquet file"
_MARKS = (
    (re.compile(rb"PK(\x03\x04|\x05\x06)"), _ZIP, "say format='excel' if it is one"),
    (re.compile(rb"PAR1[^ -~]"), _PARQUET, "say format='parquet'"),
    (re.compile(rb"\xd0\xcf\x11\xe0"), "the old Excel format .xls", "save it as .xlsx"),
    (re.compile(rb"\x1f\x8b"), "compressed (gzip)", "unpack it first"),
    (re.compile(rb"BZh\d1AY&SY"), "compressed (bzip2)", "unpack it first"),
    (re.compile(rb"\xfd7zXZ"), "compressed (xz)", "unpack it first"),
    (re.compile(rb"\x28\xb5\x2f\xfd"), "compressed (zstd)", "unpack it first"),
)
_OTHER = "something else"
_NAMES = {"csv": "CSV", "tsv": "TSV", "jsonl": "JSON lines", "ics": "iCalendar"}
_BINARY = {"excel": _ZIP, "parquet": _PARQUET}
_UTF = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xfe\xff", "utf-16"),
)


def as_path(source: object) -> Path:
    """Return the path of a file; no address of the network is one.

    Raises
    ------
    ArgumentError
        If `source` is neither text nor a path, or looks like a URL.

    Examples
    --------
    >>> as_path("https://a.example/events.csv")
    Traceback (most recent call last):
    ...
    timing.errors.ArgumentError: `source` is 'https://a.example/events.csv'; nothing ...
    """
    if isinstance(source, str) and _URL.match(source):
        msg = f"`source` is {source!r}; nothing is fetched: download the file first."
        raise ArgumentError(msg)
    if not isinstance(source, str | Path):
        kind = type(source).__name__
        msg = f"`source` is a {kind}; it must be the path of a file or a DataFrame."
        raise ArgumentError(msg)
    return Path(source)


def format_of(path: Path, given: str | None = None) -> str:
    """Return the format of a file by its suffix.

    Parameters
    ----------
    path : Path
    given : str, optional
        One of `FORMATS`, used instead of the suffix. Pickles are refused all the same.

    Raises
    ------
    ArgumentError
        If `given` is no format.
    SchemaError
        If the suffix names no format that is read.

    Examples
    --------
    >>> format_of(Path("mine.TSV"))
    'tsv'
    """
    suffix = path.suffix.lower()
    if given is not None:
        if _REFUSED.get(suffix) == _PICKLE:
            raise refuse(path.name, _PICKLE)
        return check_choice("format", given, FORMATS)
    if suffix in _SUFFIXES:
        return _SUFFIXES[suffix]
    choices = ", ".join(repr(name) for name in FORMATS)
    unknown = f"has no suffix that tells its format: say `format`, one of {choices}"
    raise refuse(path.name, _REFUSED.get(suffix, unknown))


def check_content(path: Path, kind: str, codec: str) -> None:
    """Raise if the first bytes of a file contradict its format.

    Parameters
    ----------
    path : Path
    kind : str
        One of `FORMATS`.
    codec : str
        Python's own name of the encoding of text files.

    Raises
    ------
    SchemaError
    """
    with path.open("rb") as file:
        first = file.read(16)
    found, fix = next(
        ((what, fix) for mark, what, fix in _MARKS if mark.match(first)),
        (_OTHER, "if it is text, say format='csv'"),
    )
    wanted = _BINARY.get(kind, _OTHER)
    if found != wanted and wanted == _OTHER:
        raise refuse(path.name, f"is {found}, not {_NAMES[kind]}: {fix}")
    if found != wanted:
        raise refuse(path.name, f"is not {wanted}, but {found}: {fix}")
    mark = next((name for mark, name in _UTF if first.startswith(mark)), codec)
    if wanted == _OTHER and mark != codec.removesuffix("-sig"):
        rule = f"begins as {mark.upper()} text does: say encoding={mark!r}"
        raise refuse(path.name, rule)
