"""Test the primary variant at each time scale that the null may hold fixed."""

from timing.study import run_step

if __name__ == "__main__":
    for path in run_step("timescale", progress=True):
        print(path)
