"""Run the whole study; the same as ``timing run``."""

import argparse

from timing.study import run_study

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--study", default=None, help="default: primary.toml")
    parser.add_argument("--output", default="analyses/output")
    parser.add_argument("--jobs", type=int, default=1)
    options = parser.parse_args()
    run_study(options.study, output=options.output, n_jobs=options.jobs)
