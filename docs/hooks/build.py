"""What the site needs beyond its pages: parts of other files, code that runs, formulas.

MkDocs calls these functions by their names.
"""

from __future__ import annotations

import inspect
import re
import shutil
import tempfile
from html import unescape
from pathlib import Path, PurePosixPath

from blocks import blocks, run_blocks, with_outputs
from latex2mathml.converter import convert
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from parts import ROOT, fill_in

import timing

COPIED = {
    "concepts/validity_size.svg": "analyses/results/validity_size.svg",
    "howto/benchmark_growth.svg": "analyses/results/benchmark_growth.svg",
    "howto/benchmark_scale.svg": "analyses/results/benchmark_scale.svg",
    "datapackage.json": "datasets/datapackage.json",
}
"""Files of the site, and those of the repository that they are."""

EXAMPLES = Path("analyses", "examples")

_LINK = re.compile(r"\]\(([\w.-]+)\)")
_SVG_DATE = re.compile(rb" *<dc:date>.*?</dc:date>\n")
_FORMULA = re.compile(
    r'<(?P<tag>span|div) class="arithmatex">\\[(\[](?P<tex>.*?)\\[)\]]</(?P=tag)>',
    re.DOTALL,
)


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    """Add the files that lie elsewhere in the repository."""
    for uri, path in COPIED.items():
        source = str(ROOT / path)
        files.append(File.generated(config, uri, abs_src_path=source))
    return files


def on_page_markdown(
    markdown: str, *, page: Page, config: MkDocsConfig, files: Files
) -> str:
    """Fill the page in, run its code, and keep the files that it links to."""
    text = fill_in(markdown).replace("{{ names }}", public_names())
    if not blocks(text):
        return text
    uri = PurePosixPath(page.file.src_uri)
    with tempfile.TemporaryDirectory() as folder:
        _copy_examples(Path(folder))
        outputs = run_blocks(text, Path(folder), page=str(uri))
        for name in dict.fromkeys(_LINK.findall(text)):
            made = Path(folder) / name
            if made.is_file():
                content = _SVG_DATE.sub(b"", made.read_bytes())
                target = str(uri.parent / name)
                if target in files.src_uris:
                    msg = f"{uri} makes {target}, which another page makes too."
                    raise FileExistsError(msg)
                files.append(File.generated(config, target, content=content))
    return with_outputs(text, outputs)


def _copy_examples(folder: Path) -> None:
    """Let code find the worked examples, as in the root of the repository."""
    shutil.copytree(ROOT / EXAMPLES, folder / EXAMPLES)


def public_names() -> str:
    """Write a table of the public names, each with the first line of its docstring."""
    rows = ["| name | what it is |", "|---|---|"]
    for name in timing.__all__:
        public = getattr(timing, name)
        if not isinstance(public, str):
            about = inspect.cleandoc(public.__doc__).splitlines()[0]
            rows.append(f"| [`{name}`][timing.{name}] | {about} |")
    return "\n".join(rows)


def on_page_content(
    html: str, *, page: Page, config: MkDocsConfig, files: Files
) -> str:
    """Turn formulas into MathML, which browsers draw without a script."""
    del page, config, files
    return _FORMULA.sub(_as_mathml, html)


def _as_mathml(formula: re.Match[str]) -> str:
    display = "inline" if formula["tag"] == "span" else "block"
    math = convert(unescape(formula["tex"]), display=display)
    return math if display == "inline" else f'<div class="formula">{math}</div>'
