"""Draw the figures from the files that the permutation step wrote."""

from timing.study import run_step

if __name__ == "__main__":
    for path in run_step("figures", progress=True):
        print(path)
