"""All benchmarks beside peers in one command: the core job, then how it grows.

Writes ``benchmark_peers`` and ``benchmark_growth`` (CSV and Markdown) and the figure
``benchmark_growth.svg`` to ``analyses/results``. With ``--quick`` each call is measured
once at the smallest size, which checks that all runs and is no result.

    pip install 'event-timing[peers]' && python analyses/benchmarks/run_all.py
"""

import subprocess
import sys
from pathlib import Path

from measure import options

HERE = Path(__file__).parent

if __name__ == "__main__":
    options(__doc__).parse_args()  # the same for each, so that errors come here
    for script in ("peers.py", "growth.py"):
        subprocess.run([sys.executable, HERE / script, *sys.argv[1:]], check=True)
