"""Describe the data: tests, calendar, and each decision on the rows."""

from timing.study import run_step

if __name__ == "__main__":
    for path in run_step("describe", progress=True):
        print(path)
