"""Test the declared study: all methods, all variants, superposed epochs."""

from timing.study import run_step

if __name__ == "__main__":
    for path in run_step("permutation", progress=True):
        print(path)
