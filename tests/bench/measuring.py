"""What is measured, and how: processor time, in turns."""

import sys
from collections.abc import Callable, Sequence
from math import ceil
from time import process_time
from typing import NamedTuple, Protocol

import numpy as np

ROUNDS = 9
LEAST = 0.01  # seconds a sample lasts: what is shorter is run several times


class History(NamedTuple):
    """A whole descent, or as much of its beginning as a peer has made. The first axis is the step."""

    theta: np.ndarray  # one more than there are updates
    value: np.ndarray  # over all examples, also where the updates see only some
    gradient: np.ndarray  # the one that each update used


Run = Callable[[], Sequence[History]]
Timer = Callable[[int], float]  # seconds of one run, found from so many


class Workload(Protocol):
    """What is run again and again. The first run makes what the others need as well, such as data, and is not timed."""

    @property
    def name(self) -> str: ...

    def run(self) -> Sequence[History]: ...


def in_turns(timers: Sequence[Timer], rounds: int = ROUNDS) -> list[list[float]]:
    """Seconds of a run for each, round by round. In every round all take their turn, so that noise falls on all."""
    calls = [ceil(LEAST / timer(1)) for timer in timers]
    times = []
    for number in range(rounds):
        print(f"  round {number + 1} of {rounds}", end="\r", file=sys.stderr)
        times.append([timer(many) for timer, many in zip(timers, calls, strict=True)])
    print(file=sys.stderr)
    return [list(each) for each in zip(*times, strict=True)]


def seconds(run: Run, times: int) -> float:
    """Of the processor: what else goes on on the machine is not in it."""
    begin = process_time()
    for _ in range(times):
        run()
    return (process_time() - begin) / times
