"""Measure how often each test rejects a true null."""

from timing.study import run_step

if __name__ == "__main__":
    for path in run_step("size", progress=True):
        print(path)
