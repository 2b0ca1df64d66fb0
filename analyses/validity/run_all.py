"""Run the whole validity study; what was run before is read.

Hours on two cores. Every script takes the same options; without `--replicates` each
takes its own number: 2,000 for sizes, 1,000 for effects and families.

    pip install 'event-timing[peers]'
    OPENBLAS_NUM_THREADS=1 python analyses/validity/run_all.py --jobs 2
"""

from __future__ import annotations

import effects
import family
import peers_size
import report
import size


def main() -> None:
    """Run the blocks one after the other, and report."""
    for script in (size, peers_size, effects, family, report):
        script.main()


if __name__ == "__main__":
    main()
