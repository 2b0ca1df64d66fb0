"""The command line that every script of a study has in common."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from timing.study.output import Run, own_settings, say_what_is_missing
from timing.study.run import as_study
from timing.study.staging import Staging


def run_alone(main: Callable[[Run], None]) -> None:
    """Run the `main` of one script by itself, and print the files that it wrote.

    Call it at the end of the script. It takes the options ``--study``, ``--output`` and
    ``--jobs``. The files of the script take the place of the old ones in one step.
    """
    script = Path(sys.argv[0])
    parser = argparse.ArgumentParser(prog=script.name, description=main.__doc__)
    parser.add_argument("--study", metavar="FILE", help="default: primary.toml")
    parser.add_argument("--output", type=Path, default=Path("analyses/output"))
    parser.add_argument("--jobs", type=int, default=1, metavar="N")
    options = parser.parse_args()
    study = as_study(options.study)
    with Staging(options.output, f"{script.stem}.alone") as staging:
        staging.clear()
        staging.gather()
        try:
            run = Run(
                study=study,
                folder=staging.files,
                script=script.stem,
                n_jobs=options.jobs,
                progress=True,
            )
            with own_settings():
                main(run)
            run.finish()
            names = [path.name for path in run.files]
            staging.publish(names)
        finally:
            staging.remove()
    say_what_is_missing()
    for name in names:
        print(options.output / name)
