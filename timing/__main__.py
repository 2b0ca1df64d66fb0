"""``python -m timing`` is the command ``timing``."""

import sys

from timing.cli import main

sys.exit(main())
