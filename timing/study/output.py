"""What a run of a study writes: tables, figures, numbers; the same bytes each time."""

from __future__ import annotations

import hashlib
import io
import json
import locale
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import matplotlib as mpl
import pandas as pd
from matplotlib import pyplot as plt

from timing._version import __version__
from timing.errors import ArgumentError, MissingExtraError
from timing.figures import figure_style
from timing.study.file_names import check_file_name, same_file
from timing.study.specification import Study
from timing.tables import csv_table, docx_table, write_table
from timing.whole import write_whole

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_DPI = 300
_NO_DATES: dict[str, dict[str, Any]] = {
    "pdf": {"CreationDate": None, "Producer": None, "Creator": None},
    "svg": {"Date": None, "Creator": None},
    "png": {"Software": None},
}
_FORMATS = ("pdf", "svg", "png")
_CONTENTS = ".contents"
_OF_LOCALE = (locale.LC_TIME, locale.LC_NUMERIC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One script of a study at work: what is declared, and where its outputs go.

    Every output says which study and which data it comes from. Each file is written
    whole; a folder of them takes its place in one step by `Staging`.

    Attributes
    ----------
    study : Study
    folder : Path
        Where everything is written to, and the outputs of earlier scripts are.
    script : str
        Name of the script.
    n_jobs : int, optional
        Processes; None honours joblib's context.
    progress : bool
    parts : Path, optional
        Folder for the finished parts of a long step.
    """

    study: Study
    folder: Path
    script: str
    n_jobs: int | None = 1
    progress: bool = False
    parts: Path | None = None
    files: list[Path] = field(default_factory=list)
    _entries: list[dict[str, str]] = field(default_factory=list)
    _numbers: dict[str, str] = field(default_factory=dict)

    @property
    def provenance(self) -> str:
        """Study, data, version and seed, in one line."""
        return provenance(self.study)

    def table(
        self, name: str, frame: pd.DataFrame, *, title: str, note: str = ""
    ) -> None:
        """Write a table as CSV, Markdown, LaTeX, HTML and, if it can, a document.

        Parameters
        ----------
        name : str
            Of the files.
        frame : DataFrame
            Its index is not written. The CSV has its values, the others their text.
        title, note : str
            Above and below; the note is followed by the provenance.

        Raises
        ------
        ArgumentError
            If the name is not a file's: see `check_file_name`.
        """
        below = f"{note} {self.provenance}".strip()
        self.text(f"{name}.csv", csv_table(frame))
        for suffix, style in (("md", "markdown"), ("tex", "latex"), ("html", "html")):
            text = write_table(
                frame, style, title=title, note=below, label=f"tab:{name}"
            )
            self.text(f"{name}.{suffix}", text)
        try:
            document = docx_table(frame, title=title, note=below)
        except MissingExtraError:
            pass  # `say_what_is_missing` says so at the end
        else:
            self._write(f"{name}.docx", document)
        self._enter("table", name, title, note)

    def figure(
        self, name: str, ax: Axes, *, title: str, alt_text: str, data: pd.DataFrame
    ) -> None:
        """Write a figure as PDF, SVG and PNG, with its description and its data.

        Parameters
        ----------
        name : str
            Of the files.
        ax : Axes
            Any axes of the figure. Its size is kept, so that type has the size it says.
        title, alt_text : str
            Caption, and what the figure shows for those who cannot see it.
        data : DataFrame
            What is drawn.
        """
        figure = ax.figure.figure  # of a part of a figure, the whole
        about = f"{alt_text} {self.provenance}"
        for suffix, content in _figure_files(figure, title, about, _FORMATS):
            self._write(f"{name}.{suffix}", content)
        plt.close(figure)
        self.text(f"{name}.data.csv", csv_table(data))
        self._enter("figure", name, title, alt_text)

    def prose(self, name: str, text: str, *, title: str) -> None:
        """Write paragraphs for the report, a blank line between them, as Markdown."""
        self.text(f"{name}.md", f"{text}\n\n{self.provenance}\n")
        self._enter("text", name, title, "")

    def json(self, name: str, content: object) -> None:
        """Write readable JSON."""
        text = json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False)
        self.text(f"{name}.json", text + "\n")

    def text(self, name: str, text: str) -> None:
        """Write text to the file of this name."""
        self._write(name, text)

    def numbers(self, **numbers: str) -> None:
        """Keep numbers for running text, as they are to be printed, by name."""
        self._numbers.update(numbers)

    def give_up(self, reason: str) -> None:
        """Say why the rest of the script cannot be made, here and in the report."""
        print(f"{self.script}: not made: {reason}", file=sys.stderr, flush=True)
        self._enter("gap", self.script, self.script.replace("_", " "), reason)

    def finish(self) -> None:
        """Write the list of contents: tables and figures with titles, and numbers."""
        self.json(
            f"{self.script}{_CONTENTS}",
            {"entries": self._entries, "numbers": self._numbers},
        )

    def _write(self, name: str, content: str | bytes) -> None:
        check_file_name(name)
        if same_file(name) in {same_file(path.name) for path in self.files}:
            msg = f"{self.script} writes {name} twice."
            raise RuntimeError(msg)
        path = self.folder / name
        write_whole(path, content)
        self.files.append(path)

    def _enter(
        self,
        kind: Literal["table", "figure", "text", "gap"],
        name: str,
        title: str,
        note: str,
    ) -> None:
        self._entries.append({"kind": kind, "name": name, "title": title, "note": note})


def write_figure(
    folder: Path,
    name: str,
    figure: Figure,
    *,
    title: str,
    about: str,
    formats: Sequence[str] = _FORMATS,
) -> list[Path]:
    """Write a figure in some formats, and what it shows as text beside it."""
    paths = []
    for suffix, content in _figure_files(figure, title, about, formats):
        paths.append(folder / f"{name}.{suffix}")
        write_whole(paths[-1], content)
    return paths


def _figure_files(
    figure: Figure, title: str, about: str, formats: Sequence[str]
) -> Iterator[tuple[str, str | bytes]]:
    """Draw a figure in some formats: suffix and content of each file."""
    described = {
        "pdf": {"Title": title, "Subject": about},
        "svg": {"Title": title, "Description": about},
        "png": {"Title": title, "Description": about},
    }
    for suffix in formats:
        drawn = io.BytesIO()
        metadata = _NO_DATES[suffix] | described[suffix]
        with figure_style():  # fonts are embedded when a figure is saved
            figure.savefig(drawn, format=suffix, dpi=_DPI, metadata=metadata)
        yield suffix, drawn.getvalue()
    yield "alt.txt", f"{about}\n"


@contextmanager
def own_settings() -> Iterator[None]:
    """Write and draw as on any other machine, whatever settings a user has.

    Those are matplotlib's, and the names of months and the decimal point of a locale
    that a program around this one may have chosen.

    Examples
    --------
    >>> with mpl.rc_context({"axes.grid": True}), own_settings():
    ...     mpl.rcParams["axes.grid"]
    False
    """
    chosen = {part: locale.setlocale(part) for part in _OF_LOCALE}
    try:
        for part in _OF_LOCALE:
            locale.setlocale(part, "C")
        with mpl.rc_context():
            mpl.rcdefaults()
            # Which the defaults leave as they are.
            mpl.rcParams["timezone"] = "UTC"
            mpl.rcParams["date.epoch"] = "1970-01-01T00:00:00"
            yield
    finally:
        for part, name in chosen.items():
            locale.setlocale(part, name)


def provenance(study: Study) -> str:
    """Name study, data, version and seed of an output.

    Examples
    --------
    >>> from timing.study import primary_study
    >>> provenance(primary_study()).split()[0]
    'Study'
    """
    data = hashlib.sha256("".join(study.data.hashes().values()).encode()).hexdigest()
    return (
        f"Study {study.sha256[:12]}, data {data[:12]}, event-timing {__version__}, "
        f"seed {study.seed}."
    )


def say_what_is_missing() -> None:
    """Say on standard error that no documents were written, if that is so."""
    if find_spec("docx") is None:
        print(
            "no .docx tables: they need pip install 'event-timing[report]'",
            file=sys.stderr,
            flush=True,
        )


def read_json(path: Path) -> dict[str, Any]:
    """Read what `Run.json` wrote."""
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def contents(folder: Path, script: str) -> dict[str, Any]:
    """Read the list of contents of a script that has run.

    Raises
    ------
    ArgumentError
        If it has not run in this folder.
    """
    path = folder / f"{script}{_CONTENTS}.json"
    if not path.is_file():
        # Not the folder: a run works in one that the user need not know.
        msg = f"the script {script!r} has not run here; run it first."
        raise ArgumentError(msg)
    return read_json(path)
