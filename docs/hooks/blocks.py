"""Run the code of a page and put what it prints below it.

Blocks of ``python`` share a namespace, those of ``sh`` that begin with ``timing`` go
through the command line; both work in one folder, from top to bottom. Warnings are
errors, except those of the package that the page explains. A command that must fail
says so: ``timing ...  # exit code 2``.
"""

from __future__ import annotations

import contextlib
import io
import re
import shlex
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib as mpl

_BLOCK = re.compile(
    r"^```(?P<language>python|sh)\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL
)
_OUTPUT = '``` {{ .text .output title="prints" }}\n{}\n```'
_WARNING = re.compile(r"\b\w+Warning\b")
_EXIT_CODE = re.compile(r"# exit code (\d+)$")


@dataclass(frozen=True, slots=True)
class Block:
    """A block of code that runs.

    Attributes
    ----------
    language : str
        ``"python"`` or ``"sh"``.
    code : str
    start, end : int
        Where it stands in the page, fences included.
    """

    language: str
    code: str
    start: int
    end: int


def blocks(text: str) -> list[Block]:
    """List the blocks of a page that run."""
    found = [
        Block(match["language"], match["code"], *match.span())
        for match in _BLOCK.finditer(text)
    ]
    return [b for b in found if b.language == "python" or b.code.startswith("timing ")]


def run_blocks(text: str, folder: Path, *, page: str) -> list[str]:
    """Run the blocks of a page in order.

    Parameters
    ----------
    text : str
    folder : Path
        Where they work, and write.
    page : str
        Name of the page in tracebacks.

    Returns
    -------
    list of str
        What each block prints.
    """
    from matplotlib import pyplot as plt

    import timing
    from timing.figures import figure_style

    namespace: dict[str, Any] = {"__name__": "__main__"}
    mpl.use("Agg")
    with contextlib.chdir(folder), warnings.catch_warnings(), figure_style():
        warnings.simplefilter("error")
        for name in set(_WARNING.findall(_BLOCK.sub("", text))):
            if hasattr(timing.errors, name):
                warnings.simplefilter("always", getattr(timing.errors, name))
        warnings.showwarning = _print_warning
        try:
            return [_run(block, namespace, page) for block in blocks(text)]
        finally:
            plt.close("all")


def with_outputs(text: str, outputs: list[str]) -> str:
    """Put each output below its block."""
    parts, at = [], 0
    for block, output in zip(blocks(text), outputs, strict=True):
        parts.append(text[at : block.end])
        if output.strip():
            parts.append("\n\n" + _OUTPUT.format(output.strip("\n")))
        at = block.end
    return "".join([*parts, text[at:]])


def _run(block: Block, namespace: dict[str, Any], page: str) -> str:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        if block.language == "python":
            # Progress is for those who wait.
            with contextlib.redirect_stderr(io.StringIO()):
                exec(compile(block.code, f"<{page}>", "exec"), namespace)
        else:
            with contextlib.redirect_stderr(printed):
                for line in block.code.replace("\\\n", "").splitlines():
                    _run_command(line)
    return printed.getvalue()


def _print_warning(
    message: Warning | str, category: type[Warning], *_: object, **__: object
) -> None:
    print(f"{category.__name__}: {message}")


def _run_command(line: str) -> None:
    from timing.cli import main

    program, *arguments = shlex.split(line, comments=True)
    if program != "timing":
        msg = f"{line!r} stands in a block of commands, but is none of `timing`."
        raise ValueError(msg)
    stated = _EXIT_CODE.search(line)
    expected = int(stated[1]) if stated else 0
    code = main(arguments)
    if code != expected:
        msg = f"{line!r} ended with {code}, not {expected}."
        raise RuntimeError(msg)
