"""Put everything into one page that opens without a network; gather the numbers."""

import base64
import html
import json
from pathlib import Path

from timing.citation import citation
from timing.results.base import format_p
from timing.strata import strata_in_words
from timing.study import Run, Study, run_alone
from timing.study.declaration import analyses_folder
from timing.study.output import contents, read_json
from timing.study.scripts import scripts_of
from timing.tables import latex_text

SECTIONS = {
    "The hypotheses": ("hypotheses", "variants", "methods", "timescale"),
    "Where the answer comes from": ("forest", "leave_one_out", "lag_profiles", "scan"),
    "The case that raised the question": ("case_gyeongju_2025", "claims"),
    "What was published": ("replication",),
    "Models": ("models", "regression", "drills"),
    "What could have been seen": ("power", "size", "placebo"),
    "Days, hours and doubt": ("clocks", "time_of_day", "uncertainty", "join"),
    "The data": ("timeline", "describe"),
}
LONG = ("nearest_summit", "leave_one_summit_out", "tests_by_year", "lag_profile_")
"""Beginnings of the names of tables that are folded away."""
LEVEL = 0.05


def main(run: Run) -> None:
    """Write ``report.html``, ``numbers.json`` and ``numbers.tex``."""
    made = scripts_of(run.study)
    sections = {
        title: [script for script in scripts if script in made]
        for title, scripts in SECTIONS.items()
    }
    parts = {
        script: contents(run.folder, script)
        for scripts in sections.values()
        for script in scripts
    }
    numbers = merged(parts)
    run.json("numbers", numbers)
    run.text("numbers.tex", "".join(macro(*pair) for pair in sorted(numbers.items())))
    summary = of_curated if run.study.data.curated else of_own
    words = summary(run, numbers)
    heads = [i for i, part in enumerate(words) if part.startswith("<h2>")]
    start = heads[0] if heads else len(words)
    body = [
        f"<h1>{html.escape(run.study.title)}</h1>",
        *words[:start],
    ]
    for title, scripts in sections.items():
        if not scripts:
            continue
        body.append(f"<h2>{html.escape(title)}</h2>")
        for script in scripts:
            body += [block(run.folder, entry) for entry in parts[script]["entries"]]
    body += [*words[start:], *declaration(run.study)]
    body += [
        "<h2>How to cite</h2>",
        f"<pre>{html.escape(citation(data=run.study.data.curated))}</pre>",
        f"<footer>{html.escape(run.provenance)}</footer>",
    ]
    run.text("report.html", page(run.study.title, body))


def merged(parts: dict[str, dict]) -> dict[str, str]:
    """Put the numbers of all scripts together; no name may be used twice."""
    numbers: dict[str, str] = {}
    for script, part in parts.items():
        twice = numbers.keys() & part["numbers"].keys()
        if twice:
            msg = f"{script} names the number {min(twice)}, which there is already."
            raise RuntimeError(msg)
        numbers |= part["numbers"]
    return numbers


def macro(name: str, text: str) -> str:
    """Write a number as a command of LaTeX."""
    return f"\\newcommand{{\\{name}}}{{{latex_text(text)}}}\n"


def of_curated(run: Run, numbers: dict[str, str]) -> list[str]:
    """Fill the text of ``report.txt``; it begins with whether the answer is stable."""
    text = (analyses_folder() / "report.txt").read_text(encoding="utf-8")
    filled = text.format(**numbers, **verdict(run, numbers)).split("\n\n")
    return [paragraph_of(" ".join(part.split())) for part in filled]


def of_own(run: Run, numbers: dict[str, str]) -> list[str]:
    """Fill the text of ``report_own.txt``, with one paragraph for each hypothesis."""
    text = (analyses_folder() / "report_own.txt").read_text(encoding="utf-8")
    before, each, after = text.split("\n---\n")
    words = Words(numbers | verdict(run, numbers) | in_words(run.study))
    of_each = [
        each.format(
            label=hypothesis.label,
            **{
                name: numbers[f"{hypothesis.name}{name}"]
                for name in ("Launches", "Expected", "RateRatio", "Low", "High", "P")
            },
            Holm=numbers[f"{hypothesis.name}Holm"],
            Detectable=numbers[f"{hypothesis.name}Detectable"],
        )
        for hypothesis in run.study.hypotheses
    ]
    filled = [before.format_map(words), *of_each, after.format_map(words)]
    parts = "\n\n".join(filled).split("\n\n")
    return [paragraph_of(" ".join(part.split())) for part in parts if part.strip()]


class Words(dict[str, str]):
    """Words by name; what a part that could not be made would have said is a dash."""

    def __missing__(self, name: str) -> str:
        """Return a dash."""
        return "-"


def in_words(study: Study) -> dict[str, str]:
    """Name what a study declares in running text."""
    primary = study.primary
    return {
        "window": str(primary.window),
        "period": str(primary.period),
        "strata": strata_in_words(primary.strata),
    }


def verdict(run: Run, numbers: dict[str, str]) -> dict[str, str]:
    """Say what the declared test found, and whether other choices say the same."""
    primary = read_json(run.folder / "hypotheses.json")[run.study.primary.name]
    scales = read_json(run.folder / "timescale.json")["results"]
    p = [scale["pvalue"] for scale in scales]
    found = primary["pvalue"] <= LEVEL
    direction = "more" if primary["conditional_rate_ratio"] > 1 else "fewer"
    same = all((value <= LEVEL) == found for value in p)
    stable = same and (numbers.get("variantsBelow", "0") != "0") == found
    curated = run.study.data.curated
    events = "launches around summits" if curated else "events in the windows"
    return {
        "answer": f"there are {direction} {events} than chance gives"
        if found
        else "neither clustering nor avoidance can be told from chance",
        "stability": "" if stable else "The answer depends on choices. ",
        "lowest": format_p(min(p)),
        "highest": format_p(max(p)),
    }


def paragraph_of(text: str) -> str:
    """Write a paragraph, or a heading where the line begins with a hash."""
    heading = text.removeprefix("# ")
    tag = "p" if heading == text else "h2"
    return f"<{tag}>{html.escape(heading)}</{tag}>"


def block(folder: Path, entry: dict[str, str]) -> str:
    """Write a table, a figure or a text with its title and its note."""
    name, title = entry["name"], html.escape(entry["title"])
    if entry["kind"] == "gap":
        reason = html.escape(entry["note"])
        return f"<p>Not made: {title}. {reason}</p>"
    if entry["kind"] == "text":
        text = (folder / f"{name}.md").read_text(encoding="utf-8")
        paragraphs = text.rstrip().split("\n\n")
        return f"<h3>{title}</h3>" + "".join(map(paragraph_of, paragraphs))
    if entry["kind"] == "table":
        table = (folder / f"{name}.html").read_text(encoding="utf-8")
        if name.startswith(LONG):
            return f"<details><summary>{title}</summary>{table}</details>"
        return f'<div class="table">{table}</div>'
    svg = base64.b64encode((folder / f"{name}.svg").read_bytes()).decode()
    alt = html.escape(entry["note"])
    return (
        f'<figure><img src="data:image/svg+xml;base64,{svg}" alt="{alt}">'
        f"<figcaption>{title}.</figcaption></figure>"
    )


def declaration(study: Study) -> list[str]:
    """Write what was declared, and why."""
    rows = [
        ("the study", study.why),
        *study.reasons,
        *((f"{h.name}: {h.label}", h.why) for h in study.hypotheses),
    ]
    return [
        "<h2>What was declared, and why</h2>",
        "<dl>",
        *(
            f"<dt>{html.escape(what)}</dt><dd>{html.escape(why)}</dd>"
            for what, why in rows
        ),
        "</dl>",
        f"<p>Hash of the declaration: <code>{study.sha256}</code>.</p>",
        "<details><summary>Everything declared, as JSON</summary>"
        f"<pre>{as_json(study)}</pre></details>",
    ]


def as_json(study: Study) -> str:
    """Write the declaration as JSON."""
    return html.escape(json.dumps(study.to_dict(), indent=1, ensure_ascii=False))


STYLE = """
body { font: 16px/1.5 Georgia, serif; max-width: 60rem; margin: 2rem auto;
  padding: 0 1rem; color: #111; }
h1, h2 { font-family: Helvetica, Arial, sans-serif; line-height: 1.2; }
h2 { margin-top: 2.5rem; border-bottom: 1px solid #ccc; }
.table, details { overflow-x: auto; margin: 1.5rem 0; }
table { border-collapse: collapse; font: 12px/1.35 Helvetica, Arial, sans-serif; }
caption { text-align: left; font-weight: bold; padding: .3rem 0; }
th, td { text-align: left; vertical-align: top; padding: .2rem .6rem .2rem 0; }
thead th { border-bottom: 1px solid #111; border-top: 1px solid #111; }
tbody { border-bottom: 1px solid #111; }
tfoot td, figcaption, footer, dd { color: #444; font-size: 12px; }
figure { margin: 1.5rem 0; }
img { max-width: 100%; height: auto; }
dt { font-weight: bold; }
pre { white-space: pre-wrap; font-size: 12px; }
@media print { @page { size: A4 landscape; margin: 12mm; }
  body { max-width: none; margin: 0; } table { font-size: 9px; }
  .table { overflow: visible; } details { display: none; }
  h2 { break-after: avoid; } figure { break-inside: avoid; } }
"""


def page(title: str, body: list[str]) -> str:
    """Put the parts into a page."""
    return "\n".join(
        [
            "<!DOCTYPE html>",
            '<html lang="en">',
            '<head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{html.escape(title)}</title>",
            f"<style>{STYLE}</style></head>",
            "<body>",
            *body,
            "</body></html>",
            "",
        ]
    )


if __name__ == "__main__":
    run_alone(main)
