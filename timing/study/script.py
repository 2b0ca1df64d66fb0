"""The command line that every script of a study has in common."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from timing.study.output import Run, say_what_is_missing
from timing.study.run import as_study


def run_alone(main: Callable[[Run], None]) -> None:
    """Run the `main` of one script by itself, and print the files that it wrote.

    Call it at the end of the script. It takes the options ``--study``, ``--output`` and
    ``--jobs``.
    """
    script = Path(sys.argv[0])
    parser = argparse.ArgumentParser(prog=script.name, description=main.__doc__)
    parser.add_argument("--study", metavar="FILE", help="default: primary.toml")
    parser.add_argument("--output", type=Path, default=Path("analyses/output"))
    parser.add_argument("--jobs", type=int, default=1, metavar="N")
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    run = Run(
        study=as_study(options.study),
        folder=options.output,
        script=script.stem,
        n_jobs=options.jobs,
        progress=True,
    )
    main(run)
    run.finish()
    say_what_is_missing()
    for path in run.files:
        print(path)
