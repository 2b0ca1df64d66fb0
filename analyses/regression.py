"""Fit the count regressions under each control set."""

from timing.study import run_step

if __name__ == "__main__":
    for path in run_step("regression", progress=True):
        print(path)
