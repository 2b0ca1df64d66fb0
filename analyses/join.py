"""Join each launch to the nearest summit, and list the motivating case."""

from timing.study import run_step

if __name__ == "__main__":
    for path in run_step("join", progress=True):
        print(path)
