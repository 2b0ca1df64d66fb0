"""Lines of a text file, with errors for all that is no text."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

from timing.errors import ArgumentError
from timing.readers.sizes import MAX_LINE, refuse

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

_CHUNK = 2**20


def text_lines(
    path: Path, *, encoding: str = "utf-8", hint: str = ""
) -> Generator[str, None, None]:
    r"""Stream the lines of a text file, with their ends as they are.

    The file is open until the last line is read or the stream is closed.

    Parameters
    ----------
    path : Path
    encoding : str, default "utf-8"
        A byte order mark of UTF-8 is skipped.
    hint : str, optional
        Advice appended where the file has another encoding.

    Yields
    ------
    str

    Raises
    ------
    SchemaError
        If the file is not text in `encoding`, holds a NUL character or half of a
        surrogate pair, or a line is longer than `MAX_LINE`.
    ArgumentError
        If `encoding` is unknown.
    OSError
        If the file cannot be opened.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from pathlib import Path
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "mine.csv")
    ...     _ = path.write_bytes(b"\xef\xbb\xbfday\r\n2025-10-22")
    ...     list(text_lines(path))
    ['day\r\n', '2025-10-22']
    """
    codec = codec_name(encoding)
    opened = "utf-8-sig" if codec == "utf-8" else codec
    number = 0
    try:
        with path.open(encoding=opened, newline="") as file:
            while line := file.readline(MAX_LINE):
                number += 1
                if len(line) == MAX_LINE:
                    rule = f"has a line of more than {MAX_LINE} characters ({number})"
                    raise refuse(path.name, rule)
                if "\0" in line:
                    raise refuse(path.name, f"is not text: line {number} has a NUL")
                if codec != "utf-8":
                    line.encode()  # fails for half of a surrogate pair
                yield line
    except UnicodeEncodeError:
        rule = f"is not {codec.upper()} text (line {number})"
    except UnicodeError:
        rule = f"is not {codec.upper()} text (byte {_bad_byte(path, codec)})"
    else:
        return
    raise refuse(path.name, rule + hint)


def codec_name(encoding: object) -> str:
    """Return Python's own name of a text encoding.

    Raises
    ------
    ArgumentError
        If there is no such encoding, or it is none of text.

    Examples
    --------
    >>> codec_name("UTF8")
    'utf-8'
    """
    try:
        "".encode(encoding)  # type: ignore[arg-type]  # fails for codecs of bytes
        return codecs.lookup(encoding).name  # type: ignore[arg-type]
    except (LookupError, TypeError, ValueError):
        msg = f"`encoding` is {encoding!r}; it must be a text encoding known to Python."
        raise ArgumentError(msg) from None


def _bad_byte(path: Path, codec: str) -> int:
    """Position of the first byte that is no text, counted from 0."""
    decoder = codecs.getincrementaldecoder(codec)()
    done = 0
    with path.open("rb") as file:
        while True:
            chunk = file.read(_CHUNK)
            pending = len(decoder.getstate()[0])
            try:
                decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                return done - pending + error.start
            except UnicodeError:
                return done
            if not chunk:
                return done
            done += len(chunk)
