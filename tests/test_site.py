"""The documentation site: it builds offline, all its code runs, nothing is missing."""

from __future__ import annotations

import importlib
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag

import pytest

import timing

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted(path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md"))
LOADING = {"script": "src", "link": "href", "img": "src", "iframe": "src"}
BUILD = """
import sys

def refuse(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo"):
        raise RuntimeError(f"{event} {arguments}: the build must not use the network")

sys.addaudithook(refuse)
from mkdocs.__main__ import cli
cli()
"""


class Tags(HTMLParser):
    """Tags of a page with their attributes, in order."""

    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        """Keep the tag."""
        self.found.append((tag, dict(attrs)))

    def named(self, *names):
        """List the tags of some names."""
        return [(tag, attrs) for tag, attrs in self.found if tag in names]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-c", BUILD, "build", "--strict", "--site-dir", str(folder)],
        cwd=ROOT,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def built(site):
    return {
        path.relative_to(site).as_posix(): Tags(path.read_text(encoding="utf-8"))
        for path in site.rglob("*.html")
        if path.name != "404.html"
    }


@pytest.fixture(scope="module")
def hooks():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(DOCS / "hooks")
        yield importlib.import_module


@pytest.fixture
def blocks(hooks):
    return hooks("blocks")


# The built site


@pytest.mark.slow
def test_every_page_is_built(built):
    names = {re.sub(r"README\.md$", "index.md", page) for page in PAGES}
    assert set(built) == {re.sub(r"\.md$", ".html", name) for name in names}


@pytest.mark.slow
def test_a_page_loads_nothing_from_elsewhere(built):
    loaded = [
        (page, attrs[LOADING[tag]])
        for page, tags in built.items()
        for tag, attrs in tags.named(*LOADING)
        if LOADING[tag] in attrs
    ]
    assert len(loaded) > len(built)
    assert not [(page, url) for page, url in loaded if re.match(r"\w+:|//", url)]


@pytest.mark.slow
def test_styles_and_figures_load_nothing_from_elsewhere(site):
    loading = re.compile(
        r"url\(\s*[\"']?(?:https?:)?//|@import|<script|<image[^>]*href=\"(?!data:)"
    )
    files = [*site.rglob("*.css"), *site.rglob("*.svg")]
    assert files
    for path in files:
        assert not loading.search(path.read_text(encoding="utf-8")), path


@pytest.mark.slow
def test_no_page_has_diagrams_that_a_script_would_fetch(built):
    classes = [
        attrs.get("class") or "" for tags in built.values() for _, attrs in tags.found
    ]
    assert not [name for name in classes if "mermaid" in name]


@pytest.mark.slow
def test_search_needs_no_server(site, built):
    sources = [attrs.get("src", "") for _, attrs in built["index.html"].named("script")]
    assert "assets/iframe-worker.js" in sources
    index = (site / "search" / "search_index.js").read_text(encoding="utf-8")
    assert index.startswith("var __index = ")
    assert "minimum_detectable_rate_ratio" in index


@pytest.mark.slow
def test_every_link_within_the_site_ends_somewhere(site, built):
    ids = {
        page: {attrs.get("id") for _, attrs in tags.found}
        for page, tags in built.items()
    }
    checked = 0
    for page, tags in built.items():
        for _, attrs in tags.named("a"):
            url = attrs.get("href")
            if not url or re.match(r"\w+:", url):
                continue
            path, fragment = urldefrag(unquote(url))
            target = (site / page).parent.joinpath(path) if path else site / page
            target = target.resolve()
            if target.is_dir():
                target = target / "index.html"
            assert target.is_file(), (page, url)
            name = target.relative_to(site.resolve()).as_posix()
            if fragment and name in ids:
                assert fragment in ids[name], (page, url)
            checked += 1
    assert checked > 1000


@pytest.mark.slow
def test_every_page_can_be_reached(built):
    found, waiting = set(), ["index.html"]
    while waiting:
        page = waiting.pop()
        if page in found or page not in built:
            continue
        found.add(page)
        for _, attrs in built[page].named("a"):
            path = urldefrag(attrs.get("href") or "")[0]
            if path and not re.match(r"\w+:", path):
                waiting.append(os.path.normpath(Path(page).parent / path))
    assert found == set(built)


@pytest.mark.slow
def test_every_page_has_one_title(built):
    for page, tags in built.items():
        assert len(tags.named("h1")) == 1, page


@pytest.mark.slow
def test_every_figure_is_described(site, built):
    figures = [
        (page, attrs) for page, tags in built.items() for _, attrs in tags.named("img")
    ]
    for page, attrs in figures:
        assert len(attrs.get("alt") or "") > 40, (page, attrs)
        assert (site / page).parent.joinpath(attrs["src"]).is_file(), (page, attrs)
    assert len(figures) > 12


@pytest.mark.slow
@pytest.mark.parametrize(
    "module", ["nulls", "processes", "readers", "errors", "results", "regression", ""]
)
def test_every_public_name_stands_in_the_api(built, module):
    ids = {
        attrs["id"]
        for page, tags in built.items()
        if page.startswith("api/")
        for _, attrs in tags.found
        if attrs.get("id")
    }
    home = importlib.import_module(f"timing.{module}".rstrip("."))
    names = getattr(home, "__all__", None) or classes_of(home)
    missing = [
        name
        for name in names
        if name != "__version__" and not paths_of(home, name) & ids
    ]
    assert names
    assert not missing, f"add them to a page of docs/api: {missing}"


def classes_of(module):
    return [name for name, value in vars(module).items() if isinstance(value, type)]


def paths_of(home, name):
    own = getattr(getattr(home, name), "__module__", "timing")
    return {f"{path}.{name}" for path in ("timing", home.__name__, own)}


@pytest.mark.slow
def test_texts_of_other_files_stand_in_their_pages(site):
    for page, words in (
        ("methods.html", "studentized score at every shift"),
        ("codebook.html", "The day grid is Asia/Seoul"),
        ("changelog.html", "0.1.0"),
        ("concepts/nulls.html", "score shift, month"),
        ("concepts/validity.html", "Family-wise error at 5 %"),
    ):
        assert words in (site / page).read_text(encoding="utf-8"), page


@pytest.mark.slow
def test_formulas_are_drawn_without_a_script(built, site):
    text = (site / "methods.html").read_text(encoding="utf-8")
    assert len(built["methods.html"].named("math")) > 10
    assert "arithmatex" not in text
    assert "$" not in re.sub(r"<script.*?</script>", "", text, flags=re.DOTALL)


# The pages


def test_every_plot_stands_in_the_gallery():
    text = (DOCS / "gallery.md").read_text(encoding="utf-8")
    for name in timing.__all__:
        if name.startswith("plot_"):
            assert f"timing.{name}(" in text, name


@pytest.mark.parametrize("page", PAGES)
def test_all_code_of_a_page_is_seen_by_the_build(page, blocks, hooks):
    text = hooks("parts").fill_in((DOCS / page).read_text(encoding="utf-8"))
    opened = re.findall(r"^ *(?:```+|~~~+) *\{? *\.?(\w+)", text, flags=re.MULTILINE)
    assert set(opened) <= {"python", "sh", "text", "toml", "csv"}
    seen = [block.language for block in blocks.blocks(text)]
    assert opened.count("python") == seen.count("python")
    commands = re.findall(r"^```sh\n(.*)$", text, flags=re.MULTILINE)
    assert opened.count("sh") == len(commands)
    set_up = [line for line in commands if not line.startswith("timing ")]
    assert len(commands) - len(set_up) == seen.count("sh")
    assert all(line.startswith("python3 -m venv ") for line in set_up)


# The hooks


def page_of(*parts):
    return "\n\n".join(["# Title", *parts, "End."])


def test_blocks_share_names_and_a_folder(blocks, tmp_path):
    text = page_of(
        "```python\nn = 3\n```",
        "```python\nfrom pathlib import Path\n\nprint(n + 1)\n"
        'Path("made.txt").write_text("x")\n```',
    )
    outputs = blocks.run_blocks(text, tmp_path, page="page.md")
    assert outputs == ["", "4\n"]
    assert (tmp_path / "made.txt").is_file()
    assert blocks.with_outputs(text, outputs) == text.replace(
        "End.", '``` { .text .output title="prints" }\n4\n```\n\nEnd.'
    )


def test_a_block_that_fails_names_its_page(blocks, tmp_path):
    text = page_of("```python\n1 / 0\n```")
    with pytest.raises(ZeroDivisionError) as caught:
        blocks.run_blocks(text, tmp_path, page="page.md")
    assert str(caught.traceback[-1].path) == "<page.md>"


WARN = """```python
import warnings

import timing

warnings.warn("careful", {}, stacklevel=1)
```"""


@pytest.mark.parametrize("category", ["UserWarning", "timing.errors.FallbackWarning"])
def test_a_warning_that_the_page_does_not_explain_is_an_error(
    blocks, tmp_path, category
):
    text = page_of("A `UserWarning` is none of the package's.", WARN.format(category))
    with pytest.raises(Warning, match="careful"):
        blocks.run_blocks(text, tmp_path, page="page.md")


def test_a_warning_that_the_page_explains_is_printed(blocks, tmp_path):
    warn = WARN.format("timing.errors.FallbackWarning")
    outputs = blocks.run_blocks(
        page_of("A `FallbackWarning` says so.", warn), tmp_path, page="page.md"
    )
    assert outputs == ["FallbackWarning: careful\n"]


def test_commands_run_with_the_files_of_the_page(blocks, tmp_path):
    text = page_of(
        "```python\nfrom pathlib import Path\n\n"
        'Path("tests.csv").write_text("date\\n2025-10-22\\n")\n```',
        "```sh\ntiming validate \\\n  --tests tests.csv\n```",
        "```sh\ntiming validate --tests none.csv  # exit code 2\n```",
    )
    _, valid, invalid = blocks.run_blocks(text, tmp_path, page="page.md")
    assert valid.startswith("tests.csv: 1 rows")
    assert "none.csv" in invalid


def test_a_command_that_ends_otherwise_is_an_error(blocks, tmp_path):
    text = page_of("```sh\ntiming validate --tests none.csv\n```")
    with pytest.raises(RuntimeError, match=r"ended with 2, not 0\."):
        blocks.run_blocks(text, tmp_path, page="page.md")


def test_a_block_of_commands_holds_no_others(blocks, tmp_path):
    text = page_of("```sh\ntiming cite\nrm -r folder\n```")
    with pytest.raises(ValueError, match="none of `timing`"):
        blocks.run_blocks(text, tmp_path, page="page.md")


def test_parts_of_files_are_filled_in(hooks, tmp_path, monkeypatch):
    parts = hooks("parts")
    monkeypatch.setattr(parts, "ROOT", tmp_path)
    (tmp_path / "a.md").write_text(
        "Text.\n\n| a |\n|---|\n| 1 |\n\n```python\nx\n```\n\n| b |\n|---|\n"
    )
    assert parts.fill_in("<{{ a.md | table 1 }}>") == "<| a |\n|---|\n| 1 |>"
    assert parts.fill_in("{{ a.md | table 2 }}") == "| b |\n|---|"
    assert parts.fill_in("{{ a.md | python 1 }}") == "```python\nx\n```"
    assert parts.fill_in("{{ a.md }}").endswith("| b |\n|---|")
    with pytest.raises(LookupError, match=r"a\.md has 2 parts 'table', not 3"):
        parts.fill_in("{{ a.md | table 3 }}")
