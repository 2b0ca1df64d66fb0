"""What a run writes: every format, the same bytes, and where it comes from."""

from __future__ import annotations

import io
import zipfile
from xml.etree import ElementTree

import pandas as pd
import pytest

import timing
from timing.errors import ArgumentError, MissingExtraError
from timing.figures import SINGLE, new_axes
from timing.study import Run, primary_study
from timing.study.output import contents, provenance, say_what_is_missing
from timing.tables import docx_table, write_table

FRAME = pd.DataFrame({"name": ["a & b", "50%"], "value": [0.504, 2.0]})
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@pytest.fixture
def run(tmp_path):
    return Run(study=primary_study(), folder=tmp_path, script="some")


def test_a_table_is_written_in_five_formats_with_title_note_and_provenance(run):
    run.table("results", FRAME, title="All results", note="Two rows.")
    assert [path.name for path in run.files] == [
        "results.csv", "results.md", "results.tex", "results.html", "results.docx",
    ]  # fmt: skip
    pd.testing.assert_frame_equal(pd.read_csv(run.folder / "results.csv"), FRAME)
    for suffix in ("md", "tex", "html"):
        text = (run.folder / f"results.{suffix}").read_text(encoding="utf-8")
        for part in ("All results", "Two rows.", "0.50", run.study.sha256[:12]):
            assert part in text, (suffix, part)


def test_latex_with_a_title_is_a_float_with_caption_and_label():
    text = write_table(FRAME, "latex", title="A & B", note="100%.", label="tab:ab")
    assert text.splitlines() == [
        r"\begin{table}[htbp]",
        r"\centering",
        r"\caption{A \& B}",
        r"\label{tab:ab}",
        r"\begin{tabular}{ll}",
        r"\toprule",
        r"name & value \\",
        r"\midrule",
        r"a \& b & 0.50 \\",
        r"50\% & 2 \\",
        r"\bottomrule",
        r"\end{tabular}",
        r"\par\smallskip",
        r"\parbox{\linewidth}{\footnotesize 100\%.}",
        r"\end{table}",
    ]


def test_html_has_caption_note_and_id_and_escapes_them():
    text = write_table(FRAME, "html", title="<A>", note="<n>", label="t")
    root = ElementTree.fromstring(text)
    assert root.attrib == {"id": "t"}
    assert root.findtext("caption") == "<A>"
    assert root.findtext("tfoot/tr/td") == "<n>"
    assert [cell.text for cell in root.findall("tbody/tr/td")] == [
        "a & b", "0.50", "50%", "2",
    ]  # fmt: skip


def test_markdown_has_title_and_note():
    lines = write_table(FRAME, "markdown", title="T", note="N").splitlines()
    assert lines[:2] == ["**T**", ""]
    assert lines[-2:] == ["", "N"]


def test_a_document_holds_the_cells_and_is_the_same_each_time():
    first = docx_table(FRAME, title="T", note="N")
    assert first == docx_table(FRAME, title="T", note="N")
    with zipfile.ZipFile(io.BytesIO(first)) as packed:
        body = ElementTree.fromstring(packed.read("word/document.xml"))
        assert {entry.date_time for entry in packed.infolist()} == {
            (1980, 1, 1, 0, 0, 0)
        }
    texts = [text.text for text in body.iter(f"{WORD}t")]
    assert texts == ["T", "name", "value", "a & b", "0.50", "50%", "2", "N"]


def test_without_python_docx_there_are_no_documents(run, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "docx", None)
    with pytest.raises(MissingExtraError, match=r"event-timing\[report\]"):
        docx_table(FRAME, title="T")
    run.table("results", FRAME, title="All results")
    assert [path.suffix for path in run.files] == [".csv", ".md", ".tex", ".html"]


def test_missing_documents_are_said(monkeypatch, capsys):
    say_what_is_missing()
    assert capsys.readouterr().err == ""
    monkeypatch.setattr("timing.study.output.find_spec", lambda name: None)
    say_what_is_missing()
    assert capsys.readouterr().err == (
        "no .docx tables: they need pip install 'event-timing[report]'\n"
    )


def test_a_figure_keeps_its_size_and_has_description_and_data(run):
    ax = new_axes(SINGLE, 2.0)
    ax.plot([1, 2])
    run.figure("plot", ax, title="A plot", alt_text="It rises.", data=FRAME)
    assert [path.name for path in run.files] == [
        "plot.pdf", "plot.svg", "plot.png", "plot.alt.txt", "plot.data.csv",
    ]  # fmt: skip
    svg = (run.folder / "plot.svg").read_text(encoding="utf-8")
    assert 'width="252pt" height="144pt"' in svg
    assert "It rises." in svg
    png = (run.folder / "plot.png").read_bytes()
    assert int.from_bytes(png[16:20], "big") == 3.5 * 300
    alt = (run.folder / "plot.alt.txt").read_text(encoding="utf-8")
    assert alt == f"It rises. {provenance(run.study)}\n"


def test_figures_have_the_same_bytes_each_time(run, tmp_path_factory):
    other = Run(study=run.study, folder=tmp_path_factory.mktemp("other"), script="some")
    for job in (run, other):
        ax = new_axes(SINGLE, 2.0)
        ax.plot([1, 2], label="a")
        ax.legend()
        job.figure("plot", ax, title="A plot", alt_text="It rises.", data=FRAME)
    for path in run.files:
        assert path.read_bytes() == (other.folder / path.name).read_bytes(), path.name


def test_the_contents_list_tables_figures_and_numbers(run):
    run.table("results", FRAME, title="All results", note="Two rows.")
    run.numbers(primaryP="0.013")
    run.finish()
    assert contents(run.folder, "some") == {
        "entries": [
            {
                "kind": "table", "name": "results", "title": "All results",
                "note": "Two rows.",
            }
        ],
        "numbers": {"primaryP": "0.013"},
    }  # fmt: skip


def test_contents_of_a_script_that_has_not_run_are_asked_for_by_name(tmp_path):
    with pytest.raises(ArgumentError, match="the script 'scan' has not run here"):
        contents(tmp_path, "scan")


def test_prose_is_written_with_its_provenance(run):
    run.prose("words", "One.\n\nTwo.", title="What can be said")
    run.finish()
    text = (run.folder / "words.md").read_text(encoding="utf-8")
    assert text == f"One.\n\nTwo.\n\n{run.provenance}\n"
    (entry,) = contents(run.folder, "some")["entries"]
    assert (entry["kind"], entry["title"]) == ("text", "What can be said")


def test_no_file_is_written_twice(run):
    run.text("a.txt", "1")
    with pytest.raises(RuntimeError, match=r"some writes a\.txt twice"):
        run.text("a.txt", "2")


def test_the_provenance_names_study_data_version_and_seed():
    words = provenance(primary_study())
    assert f"event-timing {timing.__version__}, seed 20251028." in words
