"""Fit every model to the primary variant, side by side, with diagnostics."""

from timing.study import run_step

if __name__ == "__main__":
    for path in run_step("models", progress=True):
        print(path)
