"""Test every window, category and class of weapons at once, with one adjusted p."""

from timing.study import run_step

if __name__ == "__main__":
    for path in run_step("scan", progress=True):
        print(path)
