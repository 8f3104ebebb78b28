"""One side of a comparison: a workload of this checkout, run on the code of another.

    python -m tests.bench.worker CHECKOUT NAME FILE

It runs the workload once and saves its histories in FILE. Then it says `ready`, and for each line with a number of runs
the seconds of one run. What keeps it from that it says in place of an answer, and ends.
"""

import os
import sys

import numpy as np


def main() -> None:
    checkout, name, file = sys.argv[1:]
    answers, sys.stdout = sys.stdout, sys.stderr  # what a workload prints is no answer
    sys.path[0] = checkout  # `tests` is imported by now and stays this checkout's; gdcore and pages are the other's
    os.chdir(checkout)
    try:
        for answer in serve(name, file):
            print(answer, file=answers, flush=True)
    except Exception as error:  # whatever differs in the other checkout
        print(*f"{type(error).__name__}: {error}".split(), file=answers)


def serve(name: str, file: str):
    from tests.bench.lessons import LESSONS  # not above: only now the path leads to the checkout
    from tests.bench.measuring import seconds
    from tests.bench.workloads import WORKLOADS

    workload = next(each for each in (*WORKLOADS, *LESSONS) if each.name == name)
    histories = workload.run()
    np.savez(file, **{f"{i} {column}": rows for i, h in enumerate(histories) for column, rows in h._asdict().items()})
    yield "ready"
    for line in sys.stdin:
        yield seconds(workload.run, int(line))


if __name__ == "__main__":
    main()
